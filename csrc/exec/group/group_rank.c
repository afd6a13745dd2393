#include "group_rank.h"

#include "base/mem.h"

bool blt_group_ranks_suit(const blt_grouping *g) {
  const blt_agg_plan *p = g->agg;
  if (!blt_rank_has_buckets(g)) return false;
  for (uint32_t c = 0; c < p->ncolumns; c++) {
    const blt_agg_column *column = &p->columns[c];
    if (column->segment < 0 || blt_rank_is_rank(column->spec.kind)) continue;
    if (!blt_rank_is_moment(column->spec.kind) || p->inputs->items[column->a].cls != BLT_INPUT_FLOAT)
      return false;
  }
  return true;
}

/* Gives the values that each set keeps of a group their place. */
static blt_status assign_places(blt_rank_run *run, blt_rank_segment *r, blt_error *err) {
  const blt_grouping *g = run->lanes.g;
  blt_pace pace = {.scan = g->scan};
  blt_status status = BLT_OK;
  uint32_t at = 0, workers = g->scan->workers;
  for (uint64_t k = 0; k < g->domain && status == BLT_OK; k++) {
    r->starts[k] = at;
    for (uint32_t w = 0; w < workers; w++) {
      if (!r->next[w]) continue;
      uint32_t n = r->next[w][k];
      r->next[w][k] = at;
      at += n;
    }
    status = blt_pace_step(&pace, workers, err);
  }
  r->starts[g->domain] = at;
  r->nkept = at;
  if (!at || status != BLT_OK) return status;
  r->kept = blt_alloc(g->scan->ctx, r->nkept * sizeof *r->kept);
  return r->kept ? BLT_OK : blt_fail_memory(err, r->nkept * sizeof *r->kept);
}

static void rows_of_groups(const void *arg, size_t s, uint64_t *rows) {
  const blt_rank_run *run = arg;
  for (uint64_t k = 0; k < run->lanes.g->domain; k++) rows[k] = blt_rank_rows(&run->segments[s], k);
}

/* What the groups need between the readings. The first set of counts is there even if no lane used it. */
static blt_status allocate_groups(blt_rank_run *run, blt_error *err) {
  blt_grouping *g = run->lanes.g;
  blt_ctx *ctx = g->scan->ctx;
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    blt_rank_segment *r = &run->segments[s];
    r->groups = blt_alloc(ctx, g->domain * sizeof *r->groups);
    r->starts = blt_alloc(ctx, (g->domain + 1) * sizeof *r->starts);
    bool ok = r->groups && r->starts;
    if (ok && !r->counts[0])
      ok = (r->counts[0] = blt_calloc(ctx, g->domain << r->bits, sizeof **r->counts)) != NULL;
    for (uint32_t w = 0; ok && w < g->scan->workers; w++)
      if (r->counts[w]) ok = (r->next[w] = blt_alloc(ctx, g->domain * sizeof **r->next)) != NULL;
    if (!ok) return blt_fail_memory(err, (g->domain << r->bits) * sizeof **r->counts);
  }
  return BLT_OK;
}

static blt_status run_all(blt_rank_run *run, blt_error *err) {
  blt_grouping *g = run->lanes.g;
  uint64_t rows = g->scan->view->rows, places = g->domain << BLT_RANK_BITS;
  uint32_t tasks = (uint32_t)((g->domain + BLT_RANK_TASK_GROUPS - 1) / BLT_RANK_TASK_GROUPS);
  blt_status status = blt_scan_run(g->scan, rows, run->lanes.n, blt_rank_count_lane, run, err);
  g->scan->counted = true;
  if (status == BLT_OK) status = allocate_groups(run, err);
  if (status == BLT_OK) status = blt_scan_run(g->scan, places, tasks, blt_rank_decide, run, err);
  if (status == BLT_OK && !g->columns) status = blt_group_list_counted(g, rows_of_groups, run, err);
  if (status == BLT_OK) status = blt_group_segments_results(g, err);
  for (size_t s = 0; s < g->agg->nsegments && status == BLT_OK; s++)
    status = assign_places(run, &run->segments[s], err);
  if (status == BLT_OK) status = blt_scan_run(g->scan, rows, g->scan->workers, blt_rank_keep_set, run, err);
  return status == BLT_OK ? blt_scan_run(g->scan, places, tasks, blt_rank_finish, run, err) : status;
}

static blt_status allocate(blt_rank_run *run, blt_grouping *g, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  blt_status status = blt_group_lanes_init(&run->lanes, g, err);
  if (status != BLT_OK) return status;
  run->sets = blt_calloc(ctx, run->lanes.n, sizeof *run->sets);
  run->segments = blt_calloc(ctx, g->agg->nsegments, sizeof *run->segments);
  if (!run->sets || !run->segments) return blt_fail_memory(err, g->agg->nsegments * sizeof *run->segments);
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    blt_rank_segment *r = &run->segments[s];
    blt_rank_describe(g, s, r);
    r->counts = blt_calloc(ctx, g->scan->workers, sizeof *r->counts);
    r->next = blt_calloc(ctx, g->scan->workers, sizeof *r->next);
    r->sums = blt_calloc(ctx, run->lanes.n, sizeof *r->sums);
    if (!r->counts || !r->next || !r->sums) return blt_fail_memory(err, g->scan->workers * sizeof *r->counts);
  }
  return BLT_OK;
}

static void release_segment(const blt_rank_run *run, blt_rank_segment *r) {
  const blt_grouping *g = run->lanes.g;
  blt_ctx *ctx = g->scan->ctx;
  for (uint32_t w = 0; w < g->scan->workers; w++) {
    if (r->counts) blt_free(ctx, r->counts[w], (g->domain << r->bits) * sizeof **r->counts);
    if (r->next) blt_free(ctx, r->next[w], g->domain * sizeof **r->next);
  }
  for (uint32_t l = 0; r->sums && l < run->lanes.n; l++)
    blt_free(ctx, r->sums[l], g->domain * sizeof **r->sums);
  blt_free(ctx, r->counts, g->scan->workers * sizeof *r->counts);
  blt_free(ctx, r->next, g->scan->workers * sizeof *r->next);
  blt_free(ctx, r->sums, run->lanes.n * sizeof *r->sums);
  blt_free(ctx, r->groups, g->domain * sizeof *r->groups);
  blt_free(ctx, r->starts, (g->domain + 1) * sizeof *r->starts);
  blt_free(ctx, r->kept, r->nkept * sizeof *r->kept);
}

blt_status blt_group_ranks(blt_grouping *g, bool *done, blt_error *err) {
  blt_rank_run run = {0};
  blt_ctx *ctx = g->scan->ctx;
  blt_status status = allocate(&run, g, err);
  if (status == BLT_OK) status = run_all(&run, err);
  for (size_t s = 0; run.segments && s < g->agg->nsegments; s++) release_segment(&run, &run.segments[s]);
  blt_free(ctx, run.segments, g->agg->nsegments * sizeof *run.segments);
  blt_free(ctx, run.sets, run.lanes.n * sizeof *run.sets);
  blt_group_lanes_free(&run.lanes);
  *done = status != BLT_OK || !atomic_load(&run.poor);
  return status;
}
