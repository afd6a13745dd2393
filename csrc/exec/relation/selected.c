#include "selected.h"

#include "base/mem.h"
#include "gather.h"
#include "lazy.h"
#include "exec/scan/fetch.h"

typedef struct selected {
  blt_lazy d;
  blt_expr **exprs;
  uint32_t nexprs;
  uint32_t *rows; /* of the base; NULL: all, as they are */
  size_t cap;
} selected;

static void selected_release(blt_view *v) {
  selected *s = (selected *)v;
  blt_ctx *ctx = v->ctx;
  blt_selected_drop(ctx, s->exprs, s->nexprs);
  blt_free(ctx, s->rows, s->cap * sizeof *s->rows);
  blt_lazy_free(&s->d);
  blt_free(ctx, s, sizeof *s);
}

/* A bare column: the base's own block, or its values at the listed rows. */
static blt_status share(const selected *s, const blt_expr *e, uint32_t group, blt_block **out,
                        blt_error *err) {
  const blt_view *base = s->d.base;
  int column = blt_expr_column(e);
  uint32_t n = s->d.view.group_rows[group];
  if (column >= 0 && s->rows)
    return blt_gather(base, (uint32_t)column, s->rows + (size_t)group * BLT_BLOCK_ROWS, 0, n,
                      blt_view_codes(base, (uint32_t)column), out, err);
  if (column < 0 || base->group_rows[group] != n) return BLT_OK;
  return blt_gather_block(base, (uint32_t)column, group, out, err);
}

static blt_status append_all(blt_eval *ev, uint32_t group, uint32_t n, const blt_expr *e, blt_builder *b,
                             blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t start = 0; start < n && status == BLT_OK; start += BLT_VECTOR_ROWS) {
    uint32_t part = n - start < BLT_VECTOR_ROWS ? n - start : BLT_VECTOR_ROWS;
    blt_vec v;
    blt_eval_reset(ev);
    status = blt_expr_eval(ev, e, group, start, NULL, part, &v, err);
    if (status == BLT_OK) status = blt_builder_append(b, &v, err);
  }
  return status;
}

static blt_status build(const selected *s, blt_eval *ev, uint32_t col, uint32_t group, blt_block **out,
                        blt_error *err) {
  uint32_t n = s->d.view.group_rows[group];
  blt_builder b;
  blt_status status = blt_builder_init(&b, s->d.view.ctx, s->d.view.columns[col].type,
                                       blt_view_codes(&s->d.view, col), n, err);
  if (status == BLT_OK)
    status = s->rows ? blt_fetch(ev, s->d.base, s->exprs[col], s->rows + (size_t)group * BLT_BLOCK_ROWS, NULL,
                                 n, &b, err)
                     : append_all(ev, group, n, s->exprs[col], &b, err);
  if (status == BLT_OK) status = blt_builder_block(&b, out, err);
  blt_builder_free(&b);
  return status;
}

static blt_status selected_make(const blt_view *v, uint32_t col, uint32_t group, blt_block **out,
                                blt_error *err) {
  const selected *s = (const selected *)v;
  blt_block *block = NULL;
  blt_status status = share(s, s->exprs[col], group, &block, err);
  if (status == BLT_OK && !block) {
    blt_eval *ev;
    status = blt_lazy_borrow(&s->d, &ev, err);
    if (status != BLT_OK) return status;
    status = build(s, ev, col, group, &block, err);
    blt_lazy_return(&s->d, ev);
  }
  if (status == BLT_OK) *out = block;
  return status;
}

static void selected_forget(const blt_view *v, uint32_t group) {
  const selected *s = (const selected *)v;
  if (!s->rows) blt_view_forget(s->d.base, group);
}

static const blt_view_ops selected_ops = {
    .make = selected_make, .release = selected_release, .forget = selected_forget};

void blt_selected_drop(blt_ctx *ctx, blt_expr **exprs, uint32_t n) {
  for (uint32_t i = 0; exprs && i < n; i++) blt_expr_free(exprs[i]);
  if (exprs) blt_free(ctx, exprs, (n + 1) * sizeof *exprs);
}

blt_status blt_selected_new(blt_view *base, blt_expr **exprs, uint32_t ncols, uint32_t *rows, uint64_t n,
                            size_t cap, blt_view **out, blt_error *err) {
  blt_ctx *ctx = base->ctx;
  selected *s = blt_calloc(ctx, 1, sizeof *s);
  if (!s) {
    blt_selected_drop(ctx, exprs, ncols);
    blt_free(ctx, rows, cap * sizeof *rows);
    blt_view_release(base);
    return blt_fail_memory(err, sizeof *s);
  }
  s->exprs = exprs;
  s->nexprs = ncols;
  s->rows = rows;
  s->cap = cap;
  blt_status status = blt_lazy_init(&s->d, ctx, ncols, n, base, err);
  s->d.view.ops = &selected_ops;
  if (status != BLT_OK) {
    selected_release(&s->d.view);
    return status;
  }
  for (uint32_t i = 0; i < ncols; i++) blt_lazy_expr(&s->d, i, base, exprs[i]);
  *out = &s->d.view;
  return BLT_OK;
}

/* An expression for each column of `base`. */
static blt_status all_columns(blt_view *base, blt_expr ***out, blt_error *err) {
  blt_expr **exprs = blt_calloc(base->ctx, base->ncols + 1, sizeof *exprs);
  if (!exprs) return blt_fail_memory(err, (base->ncols + 1) * sizeof *exprs);
  for (uint32_t i = 0; i < base->ncols; i++) {
    blt_node node = {.kind = BLT_NODE_COLUMN, .column = i};
    blt_status status = blt_expr_compile(base->ctx, base, &node, 1, &exprs[i], err);
    if (status == BLT_OK) continue;
    blt_selected_drop(base->ctx, exprs, base->ncols);
    return status;
  }
  *out = exprs;
  return BLT_OK;
}

blt_status blt_selected_rows(blt_view *base, uint32_t *rows, uint64_t n, size_t cap, blt_view **out,
                             blt_error *err) {
  blt_expr **exprs = NULL;
  blt_status status = all_columns(base, &exprs, err);
  if (status == BLT_OK) return blt_selected_new(base, exprs, base->ncols, rows, n, cap, out, err);
  blt_free(base->ctx, rows, cap * sizeof *rows);
  blt_view_release(base);
  return status;
}
