#include "scan.h"

#include "base/mem.h"
#include <string.h>

#define SMALL_ROWS 100000 /* below this, waking a thread costs more than it brings */

blt_status blt_scan_init(blt_scan *s, blt_ctx *ctx, const blt_view *view, const blt_expr *where,
                         blt_error *err) {
  memset(s, 0, sizeof *s);
  s->ctx = ctx;
  s->view = view;
  s->where = where;
  s->workers = blt_par_workers(ctx);
  blt_watch_start(&s->watch, ctx);
  if (view->ngroups > BLT_MAX_GROUPS)
    return blt_fail(err, BLT_EINVAL, "a query reads at most %u rows; this table has %llu",
                    BLT_MAX_GROUPS * BLT_BLOCK_ROWS, (unsigned long long)view->rows);
  s->evals = blt_calloc(ctx, s->workers, sizeof *s->evals);
  return s->evals ? BLT_OK : blt_fail_memory(err, s->workers * sizeof *s->evals);
}

void blt_scan_free(blt_scan *s) {
  if (!s->evals) return;
  for (uint32_t i = 0; i < s->workers; i++) blt_eval_free(s->evals[i]);
  blt_free(s->ctx, s->evals, s->workers * sizeof *s->evals);
  s->evals = NULL;
}

static blt_status check_eval(void *scan, uint32_t worker, blt_error *err) {
  return blt_scan_check(scan, worker, err);
}

blt_status blt_scan_eval(blt_scan *s, uint32_t worker, blt_eval **out, blt_error *err) {
  if (!s->evals[worker]) {
    blt_status status = blt_eval_new(s->ctx, s->view, &s->evals[worker], err);
    if (status != BLT_OK) return status;
    blt_eval_watch(s->evals[worker], check_eval, s, worker);
  }
  *out = s->evals[worker];
  return BLT_OK;
}

blt_status blt_scan_check(blt_scan *s, uint32_t worker, blt_error *err) {
  if (worker > 0) return blt_par_check(s->ctx, worker, 0, 0, err);
  return blt_watch_check(&s->watch, atomic_load(&s->scanned_groups), s->view->ngroups, err);
}

/* The slices of one group. */
static blt_status scan_group(blt_scan *s, blt_eval *ev, uint32_t group, blt_slice_fn fn, void *arg,
                             blt_error *err) {
  uint16_t sel[BLT_VECTOR_ROWS];
  uint32_t rows = s->view->group_rows[group];
  bool filter = s->where || (s->view->live && s->view->live[group]);
  uint64_t selected = 0;
  for (uint32_t start = 0; start < rows; start += BLT_VECTOR_ROWS) {
    uint32_t n = rows - start < BLT_VECTOR_ROWS ? rows - start : BLT_VECTOR_ROWS;
    blt_slice slice = {group, start, group * BLT_BLOCK_ROWS + start, n, NULL};
    blt_eval_reset(ev);
    if (filter) {
      bool all = false;
      blt_status status = blt_expr_filter(ev, s->where, group, start, n, sel, &slice.n, &all, err);
      if (status != BLT_OK) return status;
      slice.sel = all ? NULL : sel;
      if (all) slice.n = n;
      if (slice.n == 0) continue;
    }
    selected += slice.n;
    blt_status status = fn(arg, ev, &slice, err);
    if (status != BLT_OK) return status;
  }
  if (!s->counted) atomic_fetch_add_explicit(&s->selected, selected, memory_order_relaxed);
  return BLT_OK;
}

blt_status blt_scan_groups(blt_scan *s, uint32_t worker, uint32_t first, uint32_t end, blt_slice_fn fn,
                           void *arg, blt_error *err) {
  blt_eval *ev;
  blt_status status = blt_scan_eval(s, worker, &ev, err);
  for (uint32_t g = first; g < end && status == BLT_OK; g++) {
    status = blt_scan_check(s, worker, err);
    if (status != BLT_OK) break;
    if (s->where && !blt_expr_may_match(s->where, s->view, g)) {
      if (!s->counted) atomic_fetch_add_explicit(&s->skipped_groups, 1, memory_order_relaxed);
      continue;
    }
    if (!s->counted) atomic_fetch_add_explicit(&s->scanned_groups, 1, memory_order_relaxed);
    status = scan_group(s, ev, g, fn, arg, err);
  }
  return status;
}

blt_status blt_scan_run(blt_scan *s, uint64_t rows, uint32_t ntasks, blt_task_fn fn, void *arg,
                        blt_error *err) {
  return (rows < SMALL_ROWS ? blt_seq : blt_par)(s->ctx, ntasks, fn, arg, err);
}
