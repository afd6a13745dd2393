#include "join_few.h"

#include "base/mem.h"
#include "join_match.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define NONE BLT_NO_BUCKET
#define STEP 262144u /* pairs between two looks at interruption */
/* How many times the rows of the left the right side has: where pairs are listed, they are sorted as well. */
#define TIMES_ROWS 2
#define TIMES_PAIRS 8

bool blt_join_few_suits(const blt_plan_join *join, const blt_passed *left, const blt_passed *right) {
  bool checks = join->left_unique || join->right_unique || join->left_matched || join->right_matched;
  bool only_left = join->kind == BLT_JOIN_SEMI || join->kind == BLT_JOIN_ANTI;
  uint64_t times = only_left && !join->also.n ? TIMES_ROWS : TIMES_PAIRS;
  if (checks || join->kind == BLT_JOIN_ASOF || join->nkeys == 0) return false;
  return left->view->live_rows < right->view->live_rows / times;
}

/* ---- rows of the left ---- */

typedef struct few {
  const blt_join_index *x;
  blt_passed *left, *right;
  bool matched;
  uint8_t *seen; /* of each row of the left, 1: some row of the right has its key */
  uint8_t *kept; /* 1: it belongs to the answer */
} few;

static blt_status see_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  few *f = arg;
  uint32_t rows[ROWS];
  blt_status status = blt_join_partners(f->x, false, ev, slice, rows, err);
  for (uint32_t i = 0; i < slice->n && status == BLT_OK; i++)
    if (rows[i] != NONE) __atomic_store_n(&f->seen[rows[i]], 1, __ATOMIC_RELAXED);
  return status;
}

static blt_status see_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  few *f = arg;
  return blt_scan_groups(&f->right->scan, worker, task, task + 1, see_slice, f, err);
}

/* A row has been seen when the row that stands for its key has. */
static blt_status keep_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  few *f = arg;
  uint32_t rows[ROWS];
  blt_status status = blt_join_partners(f->x, true, ev, slice, rows, err);
  for (uint32_t i = 0; i < slice->n && status == BLT_OK; i++)
    f->kept[blt_slice_row(slice, i)] = (rows[i] != NONE && f->seen[rows[i]]) == f->matched;
  return status;
}

static blt_status keep_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  few *f = arg;
  return blt_scan_groups(&f->left->scan, worker, task, task + 1, keep_slice, f, err);
}

static blt_status list_kept(const few *f, uint32_t **rows, size_t *n, size_t *room, blt_error *err) {
  uint64_t total = f->left->view->rows;
  size_t count = 0, k = 0;
  for (uint64_t i = 0; i < total; i++) count += f->kept[i];
  *rows = blt_alloc(f->x->ctx, (count + 1) * sizeof **rows);
  if (!*rows) return blt_fail_memory(err, (count + 1) * sizeof **rows);
  *room = count + 1;
  for (uint64_t i = 0; i < total; i++) {
    (*rows)[k] = (uint32_t)i;
    k += f->kept[i];
  }
  *n = count;
  return BLT_OK;
}

blt_status blt_join_few_rows(const blt_join_index *x, blt_passed *left, blt_passed *right, bool matched,
                             uint32_t **rows, size_t *n, size_t *room, blt_error *err) {
  size_t bytes = (size_t)left->view->rows + 1;
  few f = {.x = x, .left = left, .right = right, .matched = matched};
  f.seen = blt_calloc(x->ctx, bytes, 1);
  f.kept = blt_calloc(x->ctx, bytes, 1);
  blt_status status = f.seen && f.kept ? BLT_OK : blt_fail_memory(err, 2 * bytes);
  if (status == BLT_OK)
    status = blt_scan_run(&right->scan, right->view->rows, right->view->ngroups, see_group, &f, err);
  if (status == BLT_OK)
    status = blt_scan_run(&left->scan, left->view->rows, left->view->ngroups, keep_group, &f, err);
  if (status == BLT_OK) status = list_kept(&f, rows, n, room, err);
  blt_free(x->ctx, f.seen, bytes);
  blt_free(x->ctx, f.kept, bytes);
  return status;
}

/* ---- pairs ---- */

/* Deals pairs, which come in the order of the right, to their rows of the left. `places` has a place more
 * than the left has rows. */
static blt_status deal(const blt_pairs *in, blt_passed *left, uint64_t *places, blt_pairs *out,
                       blt_error *err) {
  uint64_t at = 0, nleft = left->view->rows;
  blt_status status = BLT_OK;
  for (uint64_t i = 0; i < in->n; i++) places[in->right[i]]++;
  for (uint64_t i = 0; i < nleft; i++) {
    uint64_t count = places[i];
    places[i] = at;
    at += count;
  }
  for (uint64_t i = 0; i < in->n && status == BLT_OK; i++) {
    uint64_t to = places[in->right[i]]++;
    out->left[to] = in->right[i];
    out->right[to] = in->left[i];
    if (i % STEP == STEP - 1) status = blt_scan_check(&left->scan, 0, err);
  }
  out->n = in->n;
  return status;
}

blt_status blt_join_few_pairs(const blt_join_hits *h, blt_passed *left, blt_pairs *out, blt_error *err) {
  blt_pairs in = {0};
  size_t bytes = ((size_t)left->view->rows + 1) * sizeof(uint64_t);
  uint64_t *places = NULL;
  blt_status status = blt_join_pairs(h, false, &in, err);
  if (status == BLT_OK) status = blt_pairs_init(out, h->ctx, in.n, err);
  if (status == BLT_OK && !(places = blt_calloc(h->ctx, bytes, 1))) status = blt_fail_memory(err, bytes);
  if (status == BLT_OK) status = deal(&in, left, places, out, err);
  blt_free(h->ctx, places, bytes);
  blt_pairs_free(&in);
  return status;
}
