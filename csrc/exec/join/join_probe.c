#include "join_probe.h"

#include "base/mem.h"
#include "exec/relation/pair.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS

/* ---- buckets ---- */

/* The same where no key repeats. */
static void note_unique(blt_join_hits *h, const blt_slice *slice, const uint32_t *buckets) {
  const uint32_t *first = h->index->first;
  uint32_t *out = h->buckets + slice->row;
  uint64_t pairs = 0;
  for (uint32_t i = 0; i < slice->n; i++) {
    uint32_t bucket = buckets[i];
    bool matched = bucket != BLT_NO_BUCKET && first[bucket] != BLT_NO_BUCKET;
    out[slice->sel ? slice->sel[i] : i] = matched ? bucket : BLT_NO_BUCKET;
    pairs += matched;
  }
  h->pairs[slice->group] += pairs;
  h->alone[slice->group] += slice->n - pairs;
}

static void note_slice(blt_join_hits *h, const blt_slice *slice, const uint32_t *buckets) {
  uint64_t pairs = 0, alone = 0;
  for (uint32_t i = 0; i < slice->n; i++) {
    const uint32_t *rows;
    uint32_t bucket = buckets[i], n = bucket == BLT_NO_BUCKET ? 0 : blt_join_bucket(h->index, bucket, &rows);
    h->buckets[blt_slice_row(slice, i)] = n ? bucket : BLT_NO_BUCKET;
    pairs += n;
    alone += n == 0;
  }
  h->pairs[slice->group] += pairs;
  h->alone[slice->group] += alone;
}

static blt_status probe_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  blt_join_hits *h = arg;
  const blt_join_keys *keys = h->index->keys;
  uint64_t room[ROWS], *words = room;
  uint8_t ok[ROWS];
  uint32_t buckets[ROWS];
  size_t bytes = (size_t)keys->nwords * ROWS * sizeof *words;
  if (keys->nwords > 1) words = blt_alloc(h->ctx, bytes);
  if (!words) return blt_fail_memory(err, bytes);
  blt_status status = blt_join_words(keys, false, ev, slice, words, ok, err);
  if (status == BLT_OK) {
    blt_join_find(h->index, words, ok, slice->n, buckets);
    (h->index->unique ? note_unique : note_slice)(h, slice, buckets);
  }
  if (keys->nwords > 1) blt_free(h->ctx, words, bytes);
  return status;
}

static blt_status probe_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  blt_join_hits *h = arg;
  const blt_view *view = h->left->view;
  uint32_t *buckets = h->buckets + (size_t)task * BLT_BLOCK_ROWS;
  if (!blt_passed_all(h->left))
    for (uint32_t i = 0; i < view->group_rows[task]; i++) buckets[i] = BLT_NOT_READ;
  return blt_scan_groups(&h->left->scan, worker, task, task + 1, probe_slice, h, err);
}

blt_status blt_join_probe(blt_join_hits *h, const blt_join_index *index, blt_passed *left, blt_error *err) {
  uint32_t ngroups = left->view->ngroups;
  uint64_t rows = left->view->rows;
  *h = (blt_join_hits){.ctx = index->ctx, .index = index, .left = left, .ngroups = ngroups, .rows = rows};
  h->buckets = blt_alloc(h->ctx, (rows + 1) * sizeof *h->buckets);
  h->pairs = blt_calloc(h->ctx, ngroups + 1, sizeof *h->pairs);
  h->alone = blt_calloc(h->ctx, ngroups + 1, sizeof *h->alone);
  if (!h->buckets || !h->pairs || !h->alone) return blt_fail_memory(err, (rows + 1) * sizeof *h->buckets);
  blt_status status = blt_scan_run(&left->scan, rows, ngroups, probe_group, h, err);
  for (uint32_t g = 0; g < ngroups; g++) {
    if (__builtin_add_overflow(h->npairs, h->pairs[g], &h->npairs)) h->npairs = UINT64_MAX;
    h->nalone += h->alone[g];
  }
  return status;
}

void blt_join_hits_free(blt_join_hits *h) {
  if (!h->ctx) return;
  uint32_t ngroups = h->ngroups;
  blt_free(h->ctx, h->buckets, (h->rows + 1) * sizeof *h->buckets);
  blt_free(h->ctx, h->pairs, (ngroups + 1) * sizeof *h->pairs);
  blt_free(h->ctx, h->alone, (ngroups + 1) * sizeof *h->alone);
  *h = (blt_join_hits){0};
}

/* ---- pairs ---- */

blt_status blt_pairs_init(blt_pairs *p, blt_ctx *ctx, uint64_t n, blt_error *err) {
  *p = (blt_pairs){.ctx = ctx, .cap = n + 1};
  if (n > (uint64_t)BLT_MAX_GROUPS * BLT_BLOCK_ROWS)
    return blt_fail(err, BLT_EINVAL, "the join gives %llu rows; a query holds at most %llu",
                    (unsigned long long)n, (unsigned long long)BLT_MAX_GROUPS * BLT_BLOCK_ROWS);
  p->left = blt_alloc(ctx, p->cap * sizeof *p->left);
  p->right = blt_alloc(ctx, p->cap * sizeof *p->right);
  if (p->left && p->right) return BLT_OK;
  size_t limit = blt_ctx_memory_limit(ctx);
  return blt_fail(
      err, BLT_ENOMEM,
      "the join gives %llu rows, whose numbers alone take %llu bytes: more than there are%s; join on "
      "more columns, or filter first",
      (unsigned long long)n, (unsigned long long)(2 * p->cap * sizeof *p->left),
      limit ? " within the memory limit" : "");
}

void blt_pairs_free(blt_pairs *p) {
  if (!p->ctx) return;
  blt_free(p->ctx, p->left, p->cap * sizeof *p->left);
  blt_free(p->ctx, p->right, p->cap * sizeof *p->right);
  *p = (blt_pairs){0};
}

typedef struct listing {
  const blt_join_hits *h;
  bool alone;
  uint64_t *starts; /* of each group, in the lists */
  blt_pairs *out;
} listing;

/* Where no key repeats a row has one pair or none, which is written in any case and counted when it is there.
 */
static void list_unique(const listing *l, uint32_t first, uint64_t count, uint32_t *left, uint32_t *right) {
  const uint32_t *buckets = l->h->buckets + first, *rows = l->h->index->first;
  uint64_t k = 0;
  for (uint32_t i = 0; k < count; i++) {
    uint32_t bucket = buckets[i];
    bool matched = bucket < BLT_NOT_READ;
    left[k] = first + i;
    right[k] = matched ? rows[bucket] : BLT_NO_ROW;
    k += matched | (l->alone & (bucket == BLT_NO_BUCKET));
  }
}

static blt_status list_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  listing *l = arg;
  const blt_join_hits *h = l->h;
  uint32_t first = task * BLT_BLOCK_ROWS, n = h->left->view->group_rows[task];
  uint32_t *left = l->out->left + l->starts[task], *right = l->out->right + l->starts[task];
  if (h->index->unique) {
    list_unique(l, first, l->starts[task + 1] - l->starts[task], left, right);
    return blt_scan_check(&h->left->scan, worker, err);
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t bucket = h->buckets[first + i], count = 0;
    const uint32_t *rows;
    static const uint32_t none = BLT_NO_ROW;
    if (bucket < BLT_NOT_READ) count = blt_join_bucket(h->index, bucket, &rows);
    if (bucket == BLT_NO_BUCKET && l->alone) rows = &none, count = 1;
    for (uint32_t k = 0; k < count; k++) {
      if (k % BLT_BLOCK_ROWS == BLT_BLOCK_ROWS - 1) {
        blt_status status = blt_scan_check(&h->left->scan, worker, err);
        if (status != BLT_OK) return status;
      }
      *left++ = first + i;
      *right++ = rows[k];
    }
  }
  return blt_scan_check(&h->left->scan, worker, err);
}

blt_status blt_join_pairs(const blt_join_hits *h, bool alone, blt_pairs *out, blt_error *err) {
  uint32_t ngroups = h->left->view->ngroups;
  uint64_t n = 0;
  blt_status status = blt_pairs_init(out, h->ctx, h->npairs + (alone ? h->nalone : 0), err);
  if (status != BLT_OK) return status;
  listing l = {.h = h, .alone = alone, .out = out};
  l.starts = blt_alloc(h->ctx, (ngroups + 1) * sizeof *l.starts);
  if (!l.starts) return blt_fail_memory(err, (ngroups + 1) * sizeof *l.starts);
  for (uint32_t g = 0; g < ngroups; g++) {
    l.starts[g] = n;
    n += h->pairs[g] + (alone ? h->alone[g] : 0);
  }
  l.starts[ngroups] = n;
  out->n = n;
  status = blt_scan_run(&h->left->scan, h->left->view->rows + n, ngroups, list_group, &l, err);
  blt_free(h->ctx, l.starts, (ngroups + 1) * sizeof *l.starts);
  return status;
}

blt_status blt_join_matched(const blt_join_hits *h, bool matched, uint32_t **rows, size_t *n,
                            blt_error *err) {
  uint64_t total = h->left->view->rows;
  size_t count = 0, k = 0;
  for (uint64_t i = 0; i < total; i++)
    count += matched ? h->buckets[i] < BLT_NOT_READ : h->buckets[i] == BLT_NO_BUCKET;
  *rows = NULL;
  *n = 0;
  if (!count) return BLT_OK;
  *rows = blt_alloc(h->ctx, count * sizeof **rows);
  if (!*rows) return blt_fail_memory(err, count * sizeof **rows);
  for (uint64_t i = 0; i < total; i++)
    if (matched ? h->buckets[i] < BLT_NOT_READ : h->buckets[i] == BLT_NO_BUCKET) (*rows)[k++] = (uint32_t)i;
  *n = count;
  return BLT_OK;
}
