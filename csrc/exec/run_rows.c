#include "run_rows.h"

#include "base/mem.h"
#include "exec/relation/selected.h"
#include "passed.h"
#include "exec/scan/sample.h"
#include <string.h>

/* Leaves rows skip to skip + limit - 1 of a list of *n with room for as many. */
static void cut(uint32_t *rows, size_t *n, uint64_t skip, uint64_t limit) {
  size_t from = skip < *n ? (size_t)skip : *n, left = *n - from;
  if (left > limit) left = (size_t)limit;
  if (from && left) memmove(rows, rows + from, left * sizeof *rows);
  *n = left;
}

static uint64_t sum_of(uint64_t a, uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* The numbers skip to skip + limit - 1, as far as there are `total`. */
static blt_status count_up(blt_ctx *ctx, uint64_t total, uint64_t skip, uint64_t limit, uint32_t **rows,
                           size_t *n, blt_error *err) {
  uint64_t left = total > skip ? total - skip : 0;
  *n = (size_t)(left < limit ? left : limit);
  *rows = blt_alloc(ctx, *n * sizeof **rows);
  if (!*rows && *n) return blt_fail_memory(err, *n * sizeof **rows);
  for (size_t i = 0; i < *n; i++) (*rows)[i] = (uint32_t)(skip + i);
  return BLT_OK;
}

/* Rows of the input in an order, of them rows skip to skip + limit - 1, as a relation. */
static blt_status in_order(blt_run *run, const blt_plan *plan, blt_passed_order order, uint64_t skip,
                           uint64_t limit, blt_view **out, blt_error *err) {
  blt_passed in;
  uint32_t *rows = NULL;
  size_t n = 0, room = 0;
  order.most = sum_of(skip, limit);
  blt_status status = blt_passed_open(&in, run, plan->input, err);
  bool known = status == BLT_OK && order.nkeys == 0 && blt_passed_all(&in);
  if (known) status = count_up(run->ctx, in.view->rows, skip, limit, &rows, &n, err);
  if (status == BLT_OK && !known) status = blt_passed_rows(&in, &order, &rows, &n, err);
  if (status == BLT_OK && order.nkeys) blt_run_say(run, plan, in.way);
  if (status == BLT_OK) {
    room = n;
    if (!known) cut(rows, &n, skip, limit);
    status = blt_selected_rows(blt_passed_take(&in), rows, n, room, out, err);
  }
  blt_passed_close(&in);
  return status;
}

blt_status blt_run_order(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  blt_passed_order order = {.nkeys = plan->u.order.n, .keys = plan->u.order.keys};
  return in_order(run, plan, order, plan->u.order.skip, plan->u.order.limit, out, err);
}

blt_status blt_run_filter(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  const blt_plan reader = {.input = plan};
  return in_order(run, &reader, (blt_passed_order){0}, 0, UINT64_MAX, out, err);
}

blt_status blt_run_limit(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  return in_order(run, plan, (blt_passed_order){0}, plan->u.limit.skip, plan->u.limit.limit, out, err);
}

blt_status blt_run_heads(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  uint32_t nkeys = plan->u.heads.nkeys, n = nkeys + plan->u.heads.norder;
  blt_plan_order *keys = blt_calloc(run->ctx, n + 1, sizeof *keys);
  if (!keys) return blt_fail_memory(err, n * sizeof *keys);
  for (uint32_t i = 0; i < nkeys; i++) keys[i].term = plan->u.heads.keys[i];
  for (uint32_t i = nkeys; i < n; i++) keys[i] = plan->u.heads.order[i - nkeys];
  blt_passed_order order = {.nkeys = n, .nheads = nkeys, .keys = keys, .each = plan->u.heads.rows};
  blt_status status = in_order(run, plan, order, 0, UINT64_MAX, out, err);
  blt_free(run->ctx, keys, (n + 1) * sizeof *keys);
  return status;
}

/* ---- columns ---- */

static blt_status compile_items(const blt_passed *in, const blt_plan *plan, blt_expr ***out, blt_error *err) {
  blt_ctx *ctx = in->run->ctx;
  uint32_t n = plan->ncolumns;
  blt_expr **exprs = blt_calloc(ctx, n + 1, sizeof *exprs);
  if (!exprs) return blt_fail_memory(err, n * sizeof *exprs);
  for (uint32_t i = 0; i < n; i++) {
    blt_status status = blt_passed_expr(in, &plan->u.project.items[i].term, &exprs[i], err);
    if (status == BLT_OK) continue;
    blt_selected_drop(ctx, exprs, n);
    return status;
  }
  *out = exprs;
  return BLT_OK;
}

blt_status blt_run_project(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  blt_passed in;
  blt_expr **exprs = NULL;
  uint32_t *rows = NULL;
  size_t n = 0;
  blt_status status = blt_passed_open(&in, run, plan->input, err);
  if (status == BLT_OK) status = compile_items(&in, plan, &exprs, err);
  bool all = status == BLT_OK && blt_passed_all(&in);
  if (status == BLT_OK && !all)
    status = blt_passed_rows(&in, &(blt_passed_order){.most = UINT64_MAX}, &rows, &n, err);
  if (status == BLT_OK) {
    if (all) n = (size_t)in.view->rows;
    blt_view *base = blt_passed_take(&in);
    status = blt_selected_new(base, exprs, plan->ncolumns, all ? NULL : rows, n, all ? 0 : n, out, err);
  } else {
    blt_selected_drop(run->ctx, exprs, plan->ncolumns);
  }
  blt_passed_close(&in);
  return status;
}

/* ---- samples ---- */

blt_status blt_run_sample(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  blt_passed in;
  uint32_t *rows = NULL;
  size_t n = 0, room = 0;
  blt_status status = blt_passed_open(&in, run, plan->input, err);
  if (status == BLT_OK)
    status = blt_passed_rows(&in, &(blt_passed_order){.most = UINT64_MAX}, &rows, &n, err);
  if (status == BLT_OK) {
    room = n;
    uint64_t wanted =
        plan->u.sample.by_share ? (uint64_t)(plan->u.sample.share * (double)n + 0.5) : plan->u.sample.rows;
    status = blt_sample_rows(run->ctx, rows, &n, wanted, plan->u.sample.seed, err);
    if (status == BLT_OK)
      status = blt_selected_rows(blt_passed_take(&in), rows, n, room, out, err);
    else
      blt_free(run->ctx, rows, room * sizeof *rows);
  }
  blt_passed_close(&in);
  return status;
}
