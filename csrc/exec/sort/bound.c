#include "bound.h"

#include "base/mem.h"
#include "base/text/text_order.h"

#define ROWS BLT_VECTOR_ROWS
#define SLICES 16u /* of a sample, taken evenly from the whole view */

/* The first texts of the order so far: a heap with the last of them on top. */
typedef struct heap {
  blt_str *texts;
  uint32_t n, most;
  bool descending;
} heap;

static bool before(const heap *h, blt_str a, blt_str b) {
  int c = blt_text_order(a, b);
  return h->descending ? c > 0 : c < 0;
}

static void sink(heap *h, uint32_t at) {
  for (uint32_t child; (child = 2 * at + 1) < h->n; at = child) {
    if (child + 1 < h->n && before(h, h->texts[child], h->texts[child + 1])) child++;
    if (!before(h, h->texts[at], h->texts[child])) return;
    blt_str t = h->texts[at];
    h->texts[at] = h->texts[child];
    h->texts[child] = t;
  }
}

static void add(heap *h, blt_str s) {
  if (h->n < h->most) {
    h->texts[h->n++] = s;
    for (uint32_t i = h->n / 2; h->n == h->most && i-- > 0;) sink(h, i);
  } else if (before(h, s, h->texts[0])) {
    h->texts[0] = s;
    sink(h, 0);
  }
}

/* Adds the texts of rows that pass, of the first slice of a group. */
static blt_status sample_group(blt_scan *scan, const blt_sort_key *key, uint32_t group, heap *h,
                               blt_error *err) {
  uint32_t rows = scan->view->group_rows[group], n = rows < ROWS ? rows : ROWS, kept = 0;
  uint16_t sel[ROWS];
  blt_str room[ROWS];
  bool all = false;
  blt_eval *ev;
  blt_vec v;
  blt_status status = blt_scan_check(scan, 0, err);
  if (status == BLT_OK) status = blt_scan_eval(scan, 0, &ev, err);
  if (status != BLT_OK || n == 0) return status;
  blt_eval_reset(ev);
  status = blt_expr_filter(ev, scan->where, group, 0, n, sel, &kept, &all, err);
  if (status != BLT_OK || (!all && kept == 0)) return status;
  status = blt_expr_eval(ev, key->expr, group, 0, all ? NULL : sel, all ? n : kept, &v, err);
  if (status != BLT_OK) return status;
  const blt_str *texts = blt_vec_text(&v, room);
  for (uint32_t i = 0; i < v.n; i++)
    if (!blt_vec_is_null(&v, i)) add(h, texts[i]);
  return BLT_OK;
}

/* An error is raised whether or not the row would be left out, so where one may be raised none is. */
static bool suits(const blt_scan *scan, const blt_sort_key *key, uint64_t most) {
  int column = blt_expr_column(key->expr);
  if (scan->where && blt_expr_can_fail(scan->where)) return false;
  return most > 0 && most <= BLT_BOUND_MOST && column >= 0 && scan->view->ngroups > 1 &&
         blt_expr_type(key->expr).id == BLT_STRING && !blt_view_codes(scan->view, (uint32_t)column);
}

blt_status blt_sort_bound(blt_scan *scan, const blt_sort_key *key, uint64_t most, bool *found, blt_str *bound,
                          blt_error *err) {
  blt_status status = BLT_OK;
  *found = false;
  if (!suits(scan, key, most)) return BLT_OK;
  heap h = {.most = (uint32_t)most, .descending = key->descending};
  h.texts = blt_alloc(scan->ctx, most * sizeof *h.texts);
  if (!h.texts) return blt_fail_memory(err, most * sizeof *h.texts);
  uint32_t groups = scan->view->ngroups, slices = groups < SLICES ? groups : SLICES;
  for (uint32_t i = 0; i < slices && status == BLT_OK; i++)
    status = sample_group(scan, key, (uint32_t)((uint64_t)groups * i / slices), &h, err);
  *found = status == BLT_OK && h.n == h.most;
  if (*found) *bound = h.texts[0];
  blt_free(scan->ctx, h.texts, most * sizeof *h.texts);
  return status;
}
