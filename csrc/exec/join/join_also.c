#include "join_also.h"

#include "base/bits.h"
#include "base/mem.h"
#include "exec/relation/pair.h"

/* Positions of the pairs that pass, in a relation made of them. */
static blt_status find_passing(blt_run *run, blt_view *pair, const blt_term *term, uint32_t **rows, size_t *n,
                               blt_error *err) {
  blt_passed in = {.run = run, .view = pair};
  blt_status status = blt_passed_expr(&in, term, &in.where, err);
  if (status == BLT_OK) status = blt_scan_init(&in.scan, run->ctx, pair, in.where, err);
  if (status == BLT_OK) status = blt_passed_rows(&in, &(blt_passed_order){.most = UINT64_MAX}, rows, n, err);
  blt_passed_take(&in);
  blt_passed_close(&in);
  return status;
}

blt_status blt_join_also(blt_run *run, blt_view **left, blt_view **right, const blt_term *term,
                         blt_pairs *pairs, blt_error *err) {
  blt_pair_side l = {*left, pairs->left, pairs->cap, false}, r = {*right, pairs->right, pairs->cap, false};
  blt_view *pair;
  uint32_t *rows = NULL;
  size_t n = 0;
  *left = *right = NULL; /* the pair has them, and gives them back */
  pairs->left = pairs->right = NULL;
  blt_status status = blt_pair_new(run->ctx, l, r, pairs->n, &pair, err);
  if (status != BLT_OK) return status;
  status = find_passing(run, pair, term, &rows, &n, err);
  blt_pair_dissolve(pair, &l, &r);
  *left = l.view;
  *right = r.view;
  pairs->left = l.rows;
  pairs->right = r.rows;
  for (size_t i = 0; i < n && status == BLT_OK; i++) {
    pairs->left[i] = pairs->left[rows[i]];
    pairs->right[i] = pairs->right[rows[i]];
  }
  if (status == BLT_OK) pairs->n = n;
  blt_free(run->ctx, rows, n * sizeof *rows);
  return status;
}

blt_status blt_join_add_left(blt_pairs *pairs, const uint32_t *read, size_t nread, blt_error *err) {
  blt_pairs all;
  blt_status status = blt_pairs_init(&all, pairs->ctx, pairs->n + nread, err);
  uint64_t from = 0, to = 0;
  for (size_t i = 0; i < nread && status == BLT_OK; i++) {
    bool alone = from == pairs->n || pairs->left[from] != read[i];
    for (; from < pairs->n && pairs->left[from] == read[i]; from++, to++) {
      all.left[to] = read[i];
      all.right[to] = pairs->right[from];
    }
    if (!alone) continue;
    all.left[to] = read[i];
    all.right[to++] = BLT_NO_ROW;
  }
  all.n = to;
  blt_pairs *kept = status == BLT_OK ? pairs : &all;
  blt_pairs_free(kept);
  if (status == BLT_OK) *pairs = all;
  return status;
}

blt_status blt_join_add_right(blt_pairs *pairs, const uint32_t *read, size_t nread, uint64_t rows,
                              blt_error *err) {
  size_t words = blt_bits_words(rows + 1);
  uint64_t *matched = blt_calloc(pairs->ctx, words, sizeof *matched), n = pairs->n;
  blt_pairs all = {0};
  blt_status status = matched ? BLT_OK : blt_fail_memory(err, words * sizeof *matched);
  for (uint64_t i = 0; i < n && status == BLT_OK; i++)
    if (pairs->right[i] != BLT_NO_ROW) blt_bit_set(matched, pairs->right[i]);
  if (status == BLT_OK) status = blt_pairs_init(&all, pairs->ctx, n + nread, err);
  for (uint64_t i = 0; i < n && status == BLT_OK; i++) {
    all.left[i] = pairs->left[i];
    all.right[i] = pairs->right[i];
  }
  for (size_t i = 0; i < nread && status == BLT_OK; i++) {
    if (blt_bit(matched, read[i])) continue;
    all.left[n] = BLT_NO_ROW;
    all.right[n++] = read[i];
  }
  all.n = n;
  blt_free(pairs->ctx, matched, words * sizeof *matched);
  blt_pairs_free(status == BLT_OK ? pairs : &all);
  if (status == BLT_OK) *pairs = all;
  return status;
}
