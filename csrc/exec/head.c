#include "head.h"

#include "../base/bits.h"
#include "../base/mem.h"
#include "../base/par.h"
#include "../store/change.h"

#include <string.h>

typedef struct heads {
  const blt_view *view;
  const uint32_t *cols;
  uint32_t ncols;
  uint64_t n;          /* rows to keep of a run */
  uint64_t seen;       /* rows of the present run */
  uint32_t group, row; /* the row before the present one */
  bool any;            /* there is one */
  uint64_t *surplus;   /* numbers of rows to delete */
  size_t cap, nsurplus;
  blt_ctx *ctx;
} heads;

static bool same_value(const blt_value *a, const blt_value *b) {
  if (a->null || b->null) return a->null == b->null;
  if (a->type.id == BLT_FLOAT64) return a->u.f == b->u.f || (a->u.f != a->u.f && b->u.f != b->u.f);
  if (a->type.id != BLT_STRING) return a->u.i == b->u.i;
  return a->u.s.len == b->u.s.len && memcmp(a->u.s.s, b->u.s.s, a->u.s.len) == 0;
}

/* Whether this row belongs to the run of the row before. */
static bool continues(const heads *h, uint32_t group, uint32_t row) {
  for (uint32_t i = 0; h->any && i < h->ncols; i++) {
    blt_value now = blt_view_value(h->view, h->cols[i], group, row);
    blt_value before = blt_view_value(h->view, h->cols[i], h->group, h->row);
    if (!same_value(&now, &before)) return false;
  }
  return h->any;
}

static blt_status count_group(void *arg, uint32_t group, uint32_t worker, blt_error *err) {
  heads *h = arg;
  (void)worker;
  for (uint32_t row = 0; row < h->view->group_rows[group]; row++) {
    h->seen = continues(h, group, row) ? h->seen + 1 : 1;
    h->group = group;
    h->row = row;
    h->any = true;
    if (h->seen <= h->n) continue;
    blt_status st = blt_grow(h->ctx, &h->surplus, &h->cap, h->nsurplus + 1, sizeof *h->surplus, err);
    if (st != BLT_OK) return st;
    h->surplus[h->nsurplus++] = (uint64_t)group * BLT_BLOCK_ROWS + row;
  }
  return BLT_OK;
}

static blt_status find_surplus(heads *h, blt_table *t, blt_error *err) {
  blt_view *view;
  blt_status st = blt_table_view(t, &view, err);
  if (st != BLT_OK) return st;
  h->view = view;
  for (uint32_t i = 0; i < h->ncols && st == BLT_OK; i++)
    if (h->cols[i] >= view->ncols) st = blt_fail(err, BLT_EINVAL, "there is no column %u", h->cols[i]);
  if (st == BLT_OK) st = blt_seq(h->ctx, view->ngroups, count_group, h, err);
  blt_view_release(view);
  return st;
}

blt_status blt_table_keep_heads(blt_table *t, const uint32_t *cols, uint32_t ncols, uint64_t n,
                                blt_error *err) {
  heads h = {.cols = cols, .ncols = ncols, .n = n, .ctx = blt_table_ctx(t)};
  uint64_t deleted;
  blt_status st = find_surplus(&h, t, err);
  if (st == BLT_OK && h.nsurplus > 0) st = blt_table_delete(t, h.surplus, h.nsurplus, &deleted, err);
  blt_free(h.ctx, h.surplus, h.cap * sizeof *h.surplus);
  return st;
}

/* ---- sample ---- */

typedef struct draw {
  const blt_view *view;
  uint64_t state, wanted, left; /* of the generator; rows still to be kept; rows still to be looked at */
  uint64_t *surplus;
  size_t cap, nsurplus;
  blt_ctx *ctx;
} draw;

/* A number from 0 to below - 1, without the bias of a remainder. */
static uint64_t below(draw *d, uint64_t n) {
  for (;;) {
    d->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = blt_mix64(d->state);
    if (x < UINT64_MAX - UINT64_MAX % n) return x % n;
  }
}

/* Each row is kept with the chance of wanted / left: so exactly the wanted number is. */
static blt_status draw_group(void *arg, uint32_t group, uint32_t worker, blt_error *err) {
  draw *d = arg;
  (void)worker;
  const uint64_t *live = d->view->live ? d->view->live[group] : NULL;
  for (uint32_t row = 0; row < d->view->group_rows[group]; row++) {
    if (live && !blt_bit(live, row)) continue;
    bool keep = below(d, d->left--) < d->wanted;
    if (keep) {
      d->wanted--;
      continue;
    }
    blt_status st = blt_grow(d->ctx, &d->surplus, &d->cap, d->nsurplus + 1, sizeof *d->surplus, err);
    if (st != BLT_OK) return st;
    d->surplus[d->nsurplus++] = (uint64_t)group * BLT_BLOCK_ROWS + row;
  }
  return BLT_OK;
}

blt_status blt_table_keep_sample(blt_table *t, uint64_t n, uint64_t seed, blt_error *err) {
  draw d = {.state = seed, .wanted = n, .left = blt_table_rows(t), .ctx = blt_table_ctx(t)};
  blt_view *view;
  uint64_t deleted;
  if (n >= d.left) return BLT_OK;
  blt_status st = blt_table_view(t, &view, err);
  if (st != BLT_OK) return st;
  d.view = view;
  st = blt_seq(d.ctx, view->ngroups, draw_group, &d, err);
  blt_view_release(view);
  if (st == BLT_OK) st = blt_table_delete(t, d.surplus, d.nsurplus, &deleted, err);
  blt_free(d.ctx, d.surplus, d.cap * sizeof *d.surplus);
  return st;
}
