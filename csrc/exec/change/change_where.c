#include "change_where.h"

#include "base/mem.h"
#include "exec/relation/collect.h"
#include "exec/relation/selected.h"
#include "exec/scan/passed.h"
#include "store/table/change.h"
#include <stdio.h>

typedef struct change {
  blt_ctx *ctx;
  blt_table *table;
  blt_run run;
  blt_passed in;
  uint32_t *rows; /* that pass, rising */
  size_t n;
  blt_change_blame *blame;
} change;

/* Finds the rows. The table is held until change_close. */
static blt_status change_open(change *c, blt_table *t, const blt_term *where, blt_change_blame *blame,
                              blt_error *err) {
  blt_view *view;
  *c = (change){.ctx = blt_table_ctx(t), .table = t, .blame = blame};
  c->run = (blt_run){.ctx = c->ctx};
  blame->term = -1;
  blt_status status = blt_table_view(t, &view, err);
  if (status == BLT_OK) status = blt_passed_view(&c->in, &c->run, view, err);
  if (status == BLT_OK && where->n) {
    status = blt_passed_expr(&c->in, where, &c->in.where, err);
    if (status != BLT_OK) blame->term = 0;
    c->in.scan.where = c->in.where;
  }
  if (status != BLT_OK) return status;
  return blt_passed_rows(&c->in, &(blt_passed_order){.most = UINT64_MAX}, &c->rows, &c->n, err);
}

static void change_close(change *c) {
  blt_passed_close(&c->in);
  blt_free(c->ctx, c->rows, c->n * sizeof *c->rows);
}

/* The rows as the store counts them. */
static blt_status widen(const change *c, uint64_t **out, blt_error *err) {
  uint64_t *rows = blt_alloc(c->ctx, (c->n + 1) * sizeof *rows);
  if (!rows) return blt_fail_memory(err, (c->n + 1) * sizeof *rows);
  for (size_t i = 0; i < c->n; i++) rows[i] = c->rows[i];
  *out = rows;
  return BLT_OK;
}

blt_status blt_delete_where(blt_table *t, const blt_term *where, uint64_t *deleted, blt_change_blame *blame,
                            blt_error *err) {
  change c;
  uint64_t *rows = NULL;
  size_t n = 0;
  blt_status status = blt_table_writable(t, err);
  if (status != BLT_OK) return status;
  status = change_open(&c, t, where, blame, err);
  if (status == BLT_OK) status = widen(&c, &rows, err);
  n = c.n;
  change_close(&c);
  if (status == BLT_OK) status = blt_table_delete(t, rows, n, deleted, err);
  blt_free(c.ctx, rows, (n + 1) * sizeof *rows);
  return status;
}

/* The new values of the rows, as a table of their own. */
static blt_status compute(change *c, const blt_term *terms, uint32_t n, blt_table **out, blt_error *err) {
  blt_expr **exprs = blt_calloc(c->ctx, n + 1, sizeof *exprs);
  char(*names)[16] = blt_calloc(c->ctx, n + 1, sizeof *names);
  const char **list = blt_calloc(c->ctx, n + 1, sizeof *list);
  blt_status status = exprs && names && list ? BLT_OK : blt_fail_memory(err, (n + 1) * sizeof *names);
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    status = blt_passed_expr(&c->in, &terms[i], &exprs[i], err);
    if (status != BLT_OK) c->blame->term = (int)i + 1;
    snprintf(names[i], sizeof names[i], "%u", i);
    list[i] = names[i];
  }
  blt_view *values = NULL;
  if (status == BLT_OK) {
    size_t room = c->n;
    uint32_t *rows = c->rows;
    c->rows = NULL;
    status = blt_selected_new(blt_passed_take(&c->in), exprs, n, rows, c->n, room, &values, err);
  } else {
    blt_selected_drop(c->ctx, exprs, n);
  }
  if (status == BLT_OK) status = blt_collect(values, n, list, out, err);
  blt_view_release(values);
  blt_free(c->ctx, names, (n + 1) * sizeof *names);
  blt_free(c->ctx, list, (n + 1) * sizeof *list);
  return status;
}

static blt_status apply(blt_table *t, const uint64_t *rows, size_t n, const uint32_t *cols, uint32_t ncols,
                        blt_table *values, blt_error *err) {
  blt_view *view;
  blt_status status = blt_table_view(values, &view, err);
  if (status != BLT_OK) return status;
  status = blt_table_update(t, rows, n, cols, ncols, view, err);
  blt_view_release(view);
  return status;
}

blt_status blt_update_where(blt_table *t, const blt_term *where, const uint32_t *cols, const blt_term *terms,
                            uint32_t ncols, uint64_t *updated, blt_change_blame *blame, blt_error *err) {
  change c;
  blt_table *values = NULL;
  uint64_t *rows = NULL;
  blt_status status = blt_table_writable(t, err);
  if (status != BLT_OK) return status;
  status = change_open(&c, t, where, blame, err);
  if (status == BLT_OK) status = widen(&c, &rows, err);
  if (status == BLT_OK) status = compute(&c, terms, ncols, &values, err);
  size_t n = c.n;
  change_close(&c);
  if (status == BLT_OK) status = apply(t, rows, n, cols, ncols, values, err);
  if (status == BLT_OK) *updated = n;
  blt_table_release(values);
  blt_free(blt_table_ctx(t), rows, (n + 1) * sizeof *rows);
  return status;
}
