#include "change_where.h"

#include "base/mem.h"
#include "exec/relation/collect.h"
#include "exec/relation/selected.h"
#include "exec/passed.h"
#include "store/table/change.h"
#include <string.h>

typedef struct change {
  blt_ctx *ctx;
  blt_table *table;
  blt_run run;
  blt_passed in;
  uint32_t *rows; /* that pass, rising */
  size_t n;
  int wrong; /* the term that is, or -1 */
} change;

static blt_status compile_condition(change *c, const blt_term *where, blt_error *err) {
  blt_status status = blt_passed_expr(&c->in, where, &c->in.where, err);
  if (status != BLT_OK) return status;
  blt_type type = blt_expr_type(c->in.where);
  c->in.scan.where = c->in.where;
  if (type.id == BLT_BOOL || type.id == BLT_NULLTYPE) return BLT_OK;
  char name[24];
  return blt_fail(err, BLT_ETYPE, "a condition such as n > 5 expected, got %s", blt_type_name(type, name));
}

/* Finds the rows. The table is held until change_close. */
static blt_status change_open(change *c, blt_table *t, const blt_term *where, blt_error *err) {
  blt_view *view;
  *c = (change){.ctx = blt_table_ctx(t), .table = t, .wrong = -1};
  c->run = (blt_run){.ctx = c->ctx};
  blt_status status = blt_table_writable(t, err);
  if (status == BLT_OK) status = blt_table_view(t, &view, err);
  if (status == BLT_OK) status = blt_passed_view(&c->in, &c->run, view, err);
  if (status != BLT_OK) return status;
  if (where->n) status = compile_condition(c, where, err);
  if (status != BLT_OK) c->wrong = 0;
  if (status != BLT_OK) return status;
  return blt_passed_rows(&c->in, &(blt_passed_order){.most = UINT64_MAX}, &c->rows, &c->n, err);
}

static void change_close(change *c) {
  blt_passed_close(&c->in);
  blt_free(c->ctx, c->rows, c->n * sizeof *c->rows);
}

/* The rows as the store counts them, and how many. */
static blt_status widen(const change *c, uint64_t **out, size_t *n, blt_error *err) {
  uint64_t *rows = blt_alloc(c->ctx, (c->n + 1) * sizeof *rows);
  if (!rows) return blt_fail_memory(err, (c->n + 1) * sizeof *rows);
  for (size_t i = 0; i < c->n; i++) rows[i] = c->rows[i];
  *out = rows;
  *n = c->n;
  return BLT_OK;
}

blt_status blt_delete_where(blt_table *t, const blt_term *where, uint64_t *deleted, int *wrong,
                            blt_error *err) {
  change c;
  uint64_t *rows = NULL;
  size_t n = 0;
  blt_status status = change_open(&c, t, where, err);
  if (status == BLT_OK) status = widen(&c, &rows, &n, err);
  change_close(&c);
  if (wrong) *wrong = c.wrong;
  if (status == BLT_OK) status = blt_table_delete(t, rows, n, deleted, err);
  blt_free(c.ctx, rows, (n + 1) * sizeof *rows);
  return status;
}

/* ---- new values ---- */

/* The columns that the items name. */
static blt_status find_columns(change *c, const blt_plan_item *items, uint32_t n, uint32_t *cols,
                               blt_error *err) {
  const blt_schema *schema = blt_table_schema(c->table);
  for (uint32_t i = 0; i < n; i++) {
    int at = blt_schema_find(schema, items[i].name, strlen(items[i].name));
    if (at >= 0) {
      cols[i] = (uint32_t)at;
      continue;
    }
    c->wrong = (int)i + 1;
    return blt_fail(err, BLT_ENAME, "unknown column '%s'", items[i].name);
  }
  return BLT_OK;
}

static blt_status compile_items(change *c, const blt_plan_item *items, uint32_t n, blt_expr **exprs,
                                const char **names, blt_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    blt_status status = blt_passed_expr(&c->in, &items[i].term, &exprs[i], err);
    if (status != BLT_OK) c->wrong = (int)i + 1;
    if (status != BLT_OK) return status;
    names[i] = items[i].name;
  }
  return BLT_OK;
}

/* The values of `exprs`, which are taken, in the rows, which are too, as a relation. */
static blt_status select_values(change *c, blt_expr **exprs, uint32_t n, blt_view **out, blt_error *err) {
  uint32_t *rows = c->rows;
  c->rows = NULL;
  return blt_selected_new(blt_passed_take(&c->in), exprs, n, rows, c->n, c->n, out, err);
}

/* The new values of the rows, as a table of their own. */
static blt_status compute(change *c, const blt_plan_item *items, uint32_t n, blt_table **out,
                          blt_error *err) {
  blt_expr **exprs = blt_calloc(c->ctx, n + 1, sizeof *exprs);
  const char **names = blt_calloc(c->ctx, n + 1, sizeof *names);
  blt_view *values = NULL;
  blt_status status = exprs && names ? compile_items(c, items, n, exprs, names, err)
                                     : blt_fail_memory(err, (n + 1) * sizeof *exprs);
  if (status == BLT_OK)
    status = select_values(c, exprs, n, &values, err);
  else
    blt_selected_drop(c->ctx, exprs, n);
  if (status == BLT_OK) status = blt_collect(values, n, names, out, err);
  blt_view_release(values);
  blt_free(c->ctx, names, (n + 1) * sizeof *names);
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

blt_status blt_update_where(blt_table *t, const blt_term *where, const blt_plan_item *items, uint32_t n,
                            uint64_t *updated, int *wrong, blt_error *err) {
  change c;
  blt_table *values = NULL;
  uint64_t *rows = NULL;
  size_t nrows = 0;
  blt_status status = change_open(&c, t, where, err);
  uint32_t *cols = blt_alloc(c.ctx, (n + 1) * sizeof *cols);
  if (status == BLT_OK && !cols) status = blt_fail_memory(err, (n + 1) * sizeof *cols);
  if (status == BLT_OK) status = find_columns(&c, items, n, cols, err);
  if (status == BLT_OK) status = widen(&c, &rows, &nrows, err);
  if (status == BLT_OK) status = compute(&c, items, n, &values, err);
  change_close(&c);
  if (wrong) *wrong = c.wrong;
  if (status == BLT_OK) status = apply(t, rows, nrows, cols, n, values, err);
  if (status == BLT_OK) *updated = nrows;
  blt_table_release(values);
  blt_free(c.ctx, rows, (nrows + 1) * sizeof *rows);
  blt_free(c.ctx, cols, (n + 1) * sizeof *cols);
  return status;
}
