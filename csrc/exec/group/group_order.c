/* The order of a small answer: groups by their first row. The rows are read again from the beginning, but
 * only until every group was met, which for most data is after a small part. */
#include "group.h"

#include "base/mem.h"
#include <string.h>

typedef struct order_run {
  blt_grouping *g;
  blt_agg_work *work;
  uint8_t *seen; /* by position: 1 when it was met */
  uint32_t *order;
  uint64_t found;
} order_run;

#define STEP 8u

/* Whether all of STEP positions were met before, as most rows find theirs after a while. */
static bool all_seen(const uint8_t *seen, const uint32_t *positions) {
  uint8_t all = 1;
  for (uint32_t i = 0; i < STEP; i++) all &= seen[positions[i]];
  return all;
}

/* Lists those of n positions that are met first, without a branch on it: nothing predicts that. */
static void note_positions(order_run *run, const uint32_t *positions, uint32_t n) {
  uint64_t found = run->found, all = run->g->ngroups;
  for (uint32_t i = 0; i < n && found < all; i++) {
    run->order[found] = positions[i];
    found += !run->seen[positions[i]];
    run->seen[positions[i]] = 1;
  }
  run->found = found;
}

static void note_all_positions(order_run *run, const uint32_t *positions, uint32_t n) {
  uint32_t i = 0;
  for (; i + STEP <= n; i += STEP)
    if (!all_seen(run->seen, positions + i)) note_positions(run, positions + i, STEP);
  note_positions(run, positions + i, n - i);
}

static blt_status note_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  order_run *run = arg;
  blt_grouping *g = run->g;
  if (run->found == g->ngroups) return BLT_OK;
  blt_agg_work *w = run->work;
  blt_status status = blt_group_load_keys(g, w, ev, slice, err);
  if (status != BLT_OK) return status;
  blt_group_direct_ids(g, w->vecs, slice->n, w->gids);
  note_all_positions(run, w->gids, slice->n);
  return BLT_OK;
}

static blt_status note_all(order_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  blt_status status = blt_agg_work_new(g->agg, &run->work, err);
  for (uint32_t b = 0; b < g->scan->view->ngroups && run->found < g->ngroups && status == BLT_OK; b++)
    status = blt_scan_groups(g->scan, 0, b, b + 1, note_slice, run, err);
  return status;
}

blt_status blt_group_order(blt_grouping *g, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  if (g->ngroups < 2 || g->ngroups > BLT_ORDERED_GROUPS || g->npartitions == 1) return BLT_OK;
  if (!g->direct) return blt_group_order_radix(g, err);
  order_run run = {.g = g};
  blt_status status = BLT_OK;
  run.seen = blt_calloc(ctx, g->capacity, sizeof *run.seen);
  run.order = blt_alloc(ctx, g->ngroups * sizeof *run.order);
  if (run.seen && run.order)
    status = note_all(&run, err);
  else
    status = blt_fail_memory(err, g->capacity);
  blt_agg_work_free(run.work);
  blt_free(ctx, run.seen, g->capacity * sizeof *run.seen);
  if (status != BLT_OK) {
    blt_free(ctx, run.order, g->ngroups * sizeof *run.order);
    return status;
  }
  blt_free(ctx, g->order, g->ngroups * sizeof *g->order);
  g->order = run.order;
  return BLT_OK;
}
