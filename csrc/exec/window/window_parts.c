#include "window_parts.h"

#include "base/mem.h"
#include <string.h>

#define SHARES 64u
#define FEW 48u /* rows that are sorted by insertion */

/* A row with the first word of its order. */
typedef struct entry {
  uint64_t word;
  uint32_t row;
} entry;

typedef struct sorting {
  blt_window_parts *p;
  blt_passed *in;
} sorting;

static bool is_sorted(const blt_window_parts *p, const uint32_t *rows, uint32_t n) {
  for (uint32_t i = 1; i < n; i++)
    if (blt_window_compare(&p->order, rows[i - 1], rows[i]) > 0) return false;
  return true;
}

static bool before(const blt_window_order *o, const entry *a, const entry *b) {
  if (a->word != b->word) return a->word < b->word;
  return o->nwords > 1 && blt_window_compare(o, a->row, b->row) < 0;
}

static void insert(const blt_window_order *o, entry *v, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    entry x = v[i];
    uint32_t k = i;
    for (; k > 0 && before(o, &x, &v[k - 1]); k--) v[k] = v[k - 1];
    v[k] = x;
  }
}

/* Stable: runs of a few rows are merged, from `v` to `room` and back. */
static blt_status merge_sort(const sorting *s, entry *v, entry *room, uint32_t n, uint32_t worker,
                             blt_error *err) {
  const blt_window_order *o = &s->p->order;
  for (uint32_t i = 0; i < n; i += FEW) insert(o, v + i, n - i < FEW ? n - i : FEW);
  for (uint64_t width = FEW; width < n; width *= 2) {
    blt_status status = blt_scan_check(&s->in->scan, worker, err);
    if (status != BLT_OK) return status;
    for (uint64_t from = 0; from < n; from += 2 * width) {
      uint64_t mid = from + width < n ? from + width : n, end = mid + width < n ? mid + width : n;
      uint64_t a = from, b = mid, k = from;
      while (a < mid && b < end) room[k++] = before(o, &v[b], &v[a]) ? v[b++] : v[a++];
      while (a < mid) room[k++] = v[a++];
      while (b < end) room[k++] = v[b++];
    }
    memcpy(v, room, n * sizeof *v);
  }
  return BLT_OK;
}

static blt_status sort_part(void *arg, const uint32_t *list, uint32_t n, uint32_t worker, blt_error *err) {
  const sorting *s = arg;
  blt_window_parts *p = s->p;
  uint32_t *rows = p->rows + (list - p->rows);
  entry few[2 * FEW], *v = few;
  if (is_sorted(p, rows, n)) return BLT_OK;
  if (n > FEW) v = blt_alloc(p->order.ctx, 2 * (size_t)n * sizeof *v);
  if (!v) return blt_fail_memory(err, 2 * (size_t)n * sizeof *v);
  for (uint32_t i = 0; i < n; i++) v[i] = (entry){p->order.words[(size_t)rows[i] * p->order.nwords], rows[i]};
  blt_status status = merge_sort(s, v, v + n, n, worker, err);
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) rows[i] = v[i].row;
  if (n > FEW) blt_free(p->order.ctx, v, 2 * (size_t)n * sizeof *v);
  return status;
}

static blt_status group_rows(blt_window_parts *p, blt_passed *in, const blt_plan *plan, blt_error *err) {
  blt_plan_join same = {.kind = BLT_JOIN_INNER,
                        .nkeys = plan->u.window.nkeys,
                        .left = plan->u.window.keys,
                        .right = plan->u.window.keys,
                        .null_equal = true};
  blt_status status = blt_join_keys_init(&p->keys, NULL, in, &same, err);
  if (status == BLT_OK) status = blt_join_index_init(&p->index, &p->keys, in, err);
  if (status == BLT_OK) status = blt_join_index_list(&p->index, err);
  if (status != BLT_OK) return status;
  p->n = p->index.nbuckets;
  p->starts = p->index.starts;
  p->rows = p->index.rows;
  return BLT_OK;
}

/* Without keys all rows are one partition, which is sorted on all threads. */
static blt_status list_all(blt_window_parts *p, blt_passed *in, const blt_plan *plan, blt_error *err) {
  blt_passed_order order = {.nkeys = plan->u.window.norder, .keys = plan->u.window.order, .most = UINT64_MAX};
  blt_status status = blt_passed_rows(in, &order, &p->list, &p->nlist, err);
  p->edges[1] = (uint32_t)p->nlist;
  p->n = 1;
  p->starts = p->edges;
  p->rows = p->list;
  return status;
}

blt_status blt_window_parts_init(blt_window_parts *p, blt_passed *in, const blt_plan *plan, blt_error *err) {
  bool keys = plan->u.window.nkeys > 0;
  *p = (blt_window_parts){0};
  blt_status status = (keys ? group_rows : list_all)(p, in, plan, err);
  if (status == BLT_OK)
    status = blt_window_order_init(&p->order, in, plan->u.window.order, plan->u.window.norder, err);
  if (status != BLT_OK || p->order.nwords == 0 || !keys) return status;
  sorting s = {.p = p, .in = in};
  return blt_window_each(p, in, sort_part, &s, err);
}

void blt_window_parts_free(blt_window_parts *p) {
  if (p->list) blt_free(p->order.ctx, p->list, p->nlist * sizeof *p->list);
  blt_window_order_free(&p->order);
  blt_join_index_free(&p->index);
  blt_join_keys_free(&p->keys);
}

/* ---- each partition ---- */

typedef struct each {
  const blt_window_parts *p;
  blt_passed *in;
  blt_window_fn fn;
  void *arg;
  uint32_t shares;
} each;

/* The partition in which place `at` of the list lies, or the first behind it. */
static uint32_t part_at(const blt_window_parts *p, uint64_t at) {
  uint32_t from = 0, end = p->n;
  while (from < end) {
    uint32_t mid = from + (end - from) / 2;
    if (p->starts[mid] < at)
      from = mid + 1;
    else
      end = mid;
  }
  return from;
}

/* Partitions that begin within the task's share of the rows. */
static blt_status each_share(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  const each *e = arg;
  const blt_window_parts *p = e->p;
  uint64_t rows = p->starts[p->n];
  uint32_t part = part_at(p, rows * task / e->shares), steps = 0;
  uint32_t last = task + 1 == e->shares ? p->n : part_at(p, rows * (task + 1) / e->shares);
  blt_status status = BLT_OK;
  for (; part < last && status == BLT_OK; part++) {
    uint32_t n = p->starts[part + 1] - p->starts[part];
    if (n) status = e->fn(e->arg, p->rows + p->starts[part], n, worker, err);
    steps += n;
    if (status != BLT_OK || steps < BLT_BLOCK_ROWS) continue;
    steps = 0;
    status = blt_scan_check(&e->in->scan, worker, err);
  }
  return status;
}

blt_status blt_window_each(const blt_window_parts *p, blt_passed *in, blt_window_fn fn, void *arg,
                           blt_error *err) {
  each e = {.p = p, .in = in, .fn = fn, .arg = arg, .shares = SHARES};
  return blt_scan_run(&in->scan, in->view->rows, SHARES, each_share, &e, err);
}
