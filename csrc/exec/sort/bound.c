#include "bound.h"

#include "base/mem.h"
#include "base/text/text_order.h"
#include "store/column/text_ends.h"

#define ROWS BLT_VECTOR_ROWS
#define SLICES 16u /* of a sample, taken evenly from the whole view */

/* The first values of the order so far: a heap with the last of them on top. */
typedef struct heap {
  blt_value *values;
  uint32_t n, most;
  bool descending;
} heap;

static int order_of(const blt_value *a, const blt_value *b) {
  if (a->type.id == BLT_STRING) return blt_text_order(a->u.s, b->u.s);
  if (a->type.id == BLT_FLOAT64) return (a->u.f > b->u.f) - (a->u.f < b->u.f);
  return (a->u.i > b->u.i) - (a->u.i < b->u.i);
}

static bool before(const heap *h, const blt_value *a, const blt_value *b) {
  int c = order_of(a, b);
  return h->descending ? c > 0 : c < 0;
}

static void sink(heap *h, uint32_t at) {
  for (uint32_t child; (child = 2 * at + 1) < h->n; at = child) {
    if (child + 1 < h->n && before(h, &h->values[child], &h->values[child + 1])) child++;
    if (!before(h, &h->values[at], &h->values[child])) return;
    blt_value v = h->values[at];
    h->values[at] = h->values[child];
    h->values[child] = v;
  }
}

static void add(heap *h, blt_value v) {
  if (h->n < h->most) {
    h->values[h->n++] = v;
    for (uint32_t i = h->n / 2; h->n == h->most && i-- > 0;) sink(h, i);
  } else if (before(h, &v, &h->values[0])) {
    h->values[0] = v;
    sink(h, 0);
  }
}

static blt_value text_value(blt_str s) {
  return (blt_value){.type = {.id = BLT_STRING}, .u.s = s};
}

/* ---- a sample ---- */

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
    if (!blt_vec_is_null(&v, i)) add(h, text_value(texts[i]));
  return BLT_OK;
}

static blt_status sample(blt_scan *scan, const blt_sort_key *key, heap *h, blt_error *err) {
  uint32_t groups = scan->view->ngroups, slices = groups < SLICES ? groups : SLICES;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < slices && status == BLT_OK; i++)
    status = sample_group(scan, key, (uint32_t)((uint64_t)groups * i / slices), h, err);
  return status;
}

/* ---- what blocks know ---- */

typedef struct ends_arg {
  blt_scan *scan;
  uint32_t column;
} ends_arg;

static blt_status find_ends(void *arg, uint32_t group, uint32_t worker, blt_error *err) {
  const ends_arg *a = arg;
  const blt_block *b;
  blt_status status = blt_scan_check(a->scan, worker, err);
  if (status == BLT_OK) status = blt_view_block(a->scan->view, a->column, group, &b, err);
  if (status == BLT_OK && b->enc == BLT_ENC_TEXT) blt_text_ends_of(b);
  return status;
}

/* Adds the first text of each block that has plain ones. */
static blt_status add_texts(blt_scan *scan, uint32_t column, heap *h, blt_error *err) {
  const blt_view *view = scan->view;
  ends_arg arg = {scan, column};
  blt_status status = blt_scan_run(scan, view->rows, view->ngroups, find_ends, &arg, err);
  for (uint32_t g = 0; g < view->ngroups && status == BLT_OK; g++) {
    const blt_block *b;
    status = blt_view_block(view, column, g, &b, err);
    if (status != BLT_OK || b->enc != BLT_ENC_TEXT) continue;
    blt_text_ends e = blt_text_ends_of(b);
    if (e.any) add(h, text_value(blt_block_text(b, h->descending ? e.high : e.low)));
  }
  return status;
}

/* The first number of a block; false: it has none, or is not known, or NaNs have a place in the order. */
static bool first_number(const blt_view *view, uint32_t column, uint32_t group, bool descending,
                         blt_value *out) {
  blt_block_head head;
  blt_facts facts;
  blt_type type = view->columns[column].type;
  if (!blt_view_head(view, column, group, &head)) return false;
  blt_facts_of_block(&head, type, &facts);
  if (facts.empty || facts.nans || !facts.bounded) return false;
  *out = (blt_value){.type = type};
  if (type.id == BLT_FLOAT64)
    out->u.f = descending ? facts.fhigh : facts.flow;
  else
    out->u.i = descending ? facts.high : facts.low;
  return true;
}

/* Adds the first number of each block; false: there is none, or few blocks would be passed over. */
static bool add_numbers(const blt_view *view, uint32_t column, heap *h) {
  uint32_t behind = 0;
  blt_value first;
  for (uint32_t g = 0; g < view->ngroups; g++) {
    if (!first_number(view, column, g, h->descending, &first)) return false;
    add(h, first);
  }
  if (h->n < h->most) return false;
  for (uint32_t g = 0; g < view->ngroups; g++)
    behind += first_number(view, column, g, h->descending, &first) && before(h, &h->values[0], &first);
  return behind > view->ngroups / 2;
}

/* ---- choosing ---- */

/* An error is raised whether or not the row would be left out, so where one may be raised none is. */
static bool suits(const blt_scan *scan, const blt_sort_key *key, uint64_t most) {
  if (scan->where && blt_expr_can_fail(scan->where)) return false;
  return most > 0 && most <= BLT_BOUND_MOST && blt_expr_column(key->expr) >= 0 && scan->view->ngroups > 1 &&
         blt_expr_type(key->expr).id != BLT_BOOL;
}

/* Fills the heap as far as that is worth it. */
static blt_status fill(blt_scan *scan, const blt_sort_key *key, heap *h, blt_error *err) {
  const blt_view *view = scan->view;
  uint32_t column = (uint32_t)blt_expr_column(key->expr);
  bool text = blt_expr_type(key->expr).id == BLT_STRING, enough = view->ngroups >= h->most;
  bool all = !scan->where && !view->live && !view->ops;
  if (text && blt_view_codes(view, column)) return BLT_OK;
  if (text && all && enough) return add_texts(scan, column, h, err);
  if (text) return sample(scan, key, h, err);
  if (!all || !enough || !add_numbers(view, column, h)) h->n = 0;
  return BLT_OK;
}

blt_status blt_sort_bound(blt_scan *scan, const blt_sort_key *key, uint64_t most, bool *found,
                          blt_value *bound, blt_error *err) {
  *found = false;
  if (!suits(scan, key, most)) return BLT_OK;
  heap h = {.most = (uint32_t)most, .descending = key->descending};
  h.values = blt_alloc(scan->ctx, most * sizeof *h.values);
  if (!h.values) return blt_fail_memory(err, most * sizeof *h.values);
  blt_status status = fill(scan, key, &h, err);
  *found = status == BLT_OK && h.n == h.most;
  if (*found) *bound = h.values[0];
  blt_free(scan->ctx, h.values, most * sizeof *h.values);
  return status;
}
