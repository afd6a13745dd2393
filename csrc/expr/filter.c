/* filter.c: the rows for which a predicate is true.
 *
 * The conjuncts of a predicate run one after the other, cheap ones first. While many rows are left, each runs
 * over the whole vector and its result joins a bitmap; once few are left, or when a conjunct may fail, it
 * runs over the selected rows only. Conjuncts that a block's minima and maxima already decide are not run at
 * all. */
#include "expr_inside.h"

#include "base/bits.h"

#include <string.h>

#define WORDS (BLT_VECTOR_ROWS / 64)

/* ---- bitmaps ---- */

/* mask &= bytes (and validity). */
static void mask_and(uint64_t *mask, const uint8_t *bytes, const uint64_t *valid, uint32_t n) {
  uint32_t w = 0;
  for (; w < n / 64; w++) mask[w] &= blt_bits_pack64(bytes + 64 * w);
  if (n % 64) {
    uint64_t word = 0;
    for (uint32_t i = 64 * w; i < n; i++) word |= (uint64_t)bytes[i] << (i & 63);
    mask[w] &= word;
  }
  for (w = 0; valid && w < blt_bits_words(n); w++) mask[w] &= valid[w];
}

static uint32_t mask_to_sel(const uint64_t *mask, uint32_t n, uint16_t *sel) {
  uint32_t k = 0;
  for (uint32_t w = 0; w < blt_bits_words(n); w++) {
    uint64_t word = mask[w];
    uint16_t first = (uint16_t)(64 * w);
    if (word == UINT64_MAX) {
      for (uint16_t i = 0; i < 64; i++) sel[k + i] = (uint16_t)(first + i);
      k += 64;
      continue;
    }
    for (; word; word &= word - 1) sel[k++] = (uint16_t)(first + (uint16_t)__builtin_ctzll(word));
  }
  return k;
}

/* ---- one filter over one vector ---- */

/* Rows that are left: as a bitmap, or (once `listed`) as a selection. */
typedef struct rest {
  uint32_t n, count;
  bool listed;
  uint64_t mask[WORDS];
  uint16_t *sel;
} rest;

static void keep_none(rest *r) {
  r->count = 0;
}

static void start(rest *r, const uint64_t *live, uint32_t first, uint32_t n, uint16_t *sel) {
  r->n = n;
  r->listed = false;
  r->sel = sel;
  r->count = n;
  if (n) blt_bits_fill(r->mask, n);
  if (!live || !n) return;
  for (uint32_t w = 0; w < blt_bits_words(n); w++) r->mask[w] &= live[first / 64 + w];
  r->count = (uint32_t)blt_bits_count(r->mask, n);
}

/* Runs a conjunct over the whole vector. */
static blt_status pass_all(const blt_frame *f, const blt_op *op, rest *r, blt_error *err) {
  blt_vec v;
  blt_status status = blt_op_eval(f, op, &v, err);
  if (status != BLT_OK) return status;
  if (v.all_null || (v.form == BLT_VEC_CONST && !v.base)) {
    keep_none(r);
    return BLT_OK;
  }
  if (v.form != BLT_VEC_CONST)
    mask_and(r->mask, v.data, v.valid, r->n);
  else
    for (uint32_t w = 0; v.valid && w < blt_bits_words(r->n); w++) r->mask[w] &= v.valid[w];
  r->count = (uint32_t)blt_bits_count(r->mask, r->n);
  return BLT_OK;
}

/* Runs a conjunct over the rows that are left. */
static blt_status pass_selected(blt_frame f, const blt_op *op, rest *r, blt_error *err) {
  blt_vec v;
  if (!r->listed) mask_to_sel(r->mask, r->n, r->sel);
  r->listed = true;
  f.sel = r->sel;
  f.n = r->count;
  blt_status status = blt_op_eval(&f, op, &v, err);
  if (status != BLT_OK) return status;
  if (v.all_null || (v.form == BLT_VEC_CONST && !v.base)) {
    keep_none(r);
    return BLT_OK;
  }
  const uint8_t *bytes = v.data;
  uint32_t k = 0;
  for (uint32_t i = 0; i < f.n; i++) {
    r->sel[k] = r->sel[i];
    k += (v.form == BLT_VEC_CONST || bytes[i]) && !blt_vec_is_null(&v, i);
  }
  r->count = k;
  return BLT_OK;
}

static blt_status pass(const blt_frame *f, const blt_op *op, rest *r, blt_error *err) {
  uint32_t few = op->cost > 4 ? r->n / 2 : r->n / 6;
  bool partial = r->count < r->n && (r->listed || op->can_fail || r->count < few);
  blt_mark mark = blt_eval_mark(f->ev);
  blt_status status = partial ? pass_selected(*f, op, r, err) : pass_all(f, op, r, err);
  blt_eval_release(f->ev, mark);
  return status;
}

/* What the group's minima and maxima decide; asked once for a group. */
static const blt_verdict *judge(blt_eval *ev, const blt_expr *e, uint32_t group) {
  blt_verdict *v = &ev->verdict;
  if (v->expr == e && v->group == group) return v;
  *v = (blt_verdict){.expr = e, .group = group};
  blt_scope s = {ev->view, group};
  bool guarded = false;
  for (uint32_t i = 0; i < e->nconjuncts; i++) {
    blt_range r;
    const blt_op *op = e->conjuncts[i];
    bool raises = blt_op_may_raise(&s, op);
    guarded = guarded || raises;
    blt_op_range(&s, op, &r);
    if (r.known && (r.high == 0 || r.empty) && !guarded) v->never = true;
    if (r.known && r.low == 1 && !r.nulls && !r.empty && i < 64 && !raises) v->always |= UINT64_C(1) << i;
  }
  return v;
}

static blt_status run_conjuncts(blt_eval *ev, const blt_expr *e, const blt_frame *f, rest *r,
                                blt_error *err) {
  const blt_verdict *v = judge(ev, e, f->group);
  if (v->never) {
    keep_none(r);
    return BLT_OK;
  }
  for (uint32_t i = 0; i < e->nconjuncts && r->count > 0; i++) {
    if (i < 64 && v->always >> i & 1) continue;
    blt_status status = pass(f, e->conjuncts[i], r, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

blt_status blt_expr_filter(blt_eval *ev, const blt_expr *e, uint32_t group, uint32_t first, uint32_t n,
                           uint16_t *sel, uint32_t *nsel, bool *all, blt_error *err) {
  const uint64_t *live = ev->view->live ? ev->view->live[group] : NULL;
  blt_frame f = {.ev = ev, .group = group, .start = first, .n = n};
  rest r;
  start(&r, live, first, n, sel);
  if (e) {
    blt_status status =
        e->root->type.id == BLT_BOOL ? run_conjuncts(ev, e, &f, &r, err) : (keep_none(&r), BLT_OK);
    if (status != BLT_OK) return status;
  }
  *nsel = r.count;
  *all = r.count == n;
  if (!*all && !r.listed && r.count > 0) mask_to_sel(r.mask, n, sel);
  return BLT_OK;
}
