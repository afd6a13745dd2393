/* Distinct counts of few groups, roughly: each worker has a sketch of every group, which takes the rows as
 * they are read, and in the end those of a group are merged. */
#include "exec/aggregate/agg_segment.h"
#include "group_lanes.h"

#include "base/bits.h"
#include "base/mem.h"

#define ROWS BLT_VECTOR_ROWS
#define GROUPS_MAX 128u /* sketches of a worker take 4 MiB */
#define ROWS_MIN 65536u /* of fewer rows, as many sketches would cost more than gathering the values */

typedef struct sketch_run {
  blt_group_lanes lanes;
  uint32_t *workers;      /* of each lane: who reads it */
  blt_sketch ***sketches; /* of each segment and worker: of all groups; NULL: the worker has read nothing */
} sketch_run;

bool blt_group_sketches_suit(const blt_grouping *g) {
  if (g->domain > GROUPS_MAX || g->scan->view->rows < ROWS_MIN * g->domain) return false;
  for (uint32_t c = 0; c < g->agg->ncolumns; c++)
    if (g->agg->columns[c].segment >= 0 && g->agg->columns[c].spec.kind != BLT_AGG_APPROX_DISTINCT)
      return false;
  return true;
}

/* ---- reading ---- */

/* Moves the values that pass the mask to the front of `words`, and their groups to that of `gids`; gives how
 * many. */
static uint32_t keep_passing(const uint64_t *bits, uint32_t n, uint64_t *words, uint32_t *gids) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    words[kept] = words[i];
    gids[kept] = gids[i];
    kept += blt_bit(bits, i);
  }
  return kept;
}

/* Deals values to the sketches of their groups, each group's together. */
static void deal(blt_sketch *sketches, uint32_t groups, bool is_float, const uint64_t *words,
                 const uint32_t *gids, uint32_t n) {
  uint32_t ends[GROUPS_MAX + 1] = {0};
  uint64_t dealt[ROWS];
  for (uint32_t i = 0; i < n; i++) ends[gids[i] + 1]++;
  for (uint32_t k = 0; k < groups; k++) ends[k + 1] += ends[k];
  for (uint32_t i = 0; i < n; i++) dealt[ends[gids[i]]++] = words[i];
  for (uint32_t k = 0, at = 0; k < groups; at = ends[k++])
    if (ends[k] > at) blt_segment_sketch(&sketches[k], is_float, dealt + at, ends[k] - at);
}

static void read_segment(const sketch_run *run, size_t s, uint32_t worker, const blt_agg_work *w,
                         uint32_t n) {
  const blt_grouping *g = run->lanes.g;
  const blt_agg_segment *segment = &g->agg->segments[s];
  blt_sketch *sketches = run->sketches[s][worker];
  bool is_float = g->inputs->items[segment->a].cls == BLT_INPUT_FLOAT;
  uint64_t room[ROWS], passing[ROWS];
  uint32_t gids[ROWS];
  const uint64_t *words = blt_segment_words(&w->vecs[segment->a], room);
  uint8_t state = w->mask_states[segment->mask];
  if (state == BLT_MASK_NONE) return;
  memcpy(gids, w->gids, n * sizeof *gids);
  if (state == BLT_MASK_SOME) {
    memcpy(passing, words, n * sizeof *words);
    n = keep_passing(w->masks + segment->mask * (ROWS / 64), n, passing, gids);
    words = passing;
  }
  if (g->domain == 1)
    blt_segment_sketch(sketches, is_float, words, n);
  else
    deal(sketches, (uint32_t)g->domain, is_float, words, gids, n);
}

static void read_slice(void *arg, uint32_t lane, const blt_agg_work *w, uint32_t n) {
  const sketch_run *run = arg;
  for (size_t s = 0; s < run->lanes.g->agg->nsegments; s++) read_segment(run, s, run->workers[lane], w, n);
}

static blt_status provide(sketch_run *run, uint32_t worker, blt_error *err) {
  const blt_grouping *g = run->lanes.g;
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    blt_sketch **own = &run->sketches[s][worker];
    if (*own) continue;
    *own = blt_alloc(g->scan->ctx, g->domain * sizeof **own);
    if (!*own) return blt_fail_memory(err, g->domain * sizeof **own);
    for (uint64_t k = 0; k < g->domain; k++) blt_sketch_init(&(*own)[k]);
  }
  return BLT_OK;
}

static blt_status read_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  sketch_run *run = arg;
  run->workers[lane] = worker;
  blt_status status = provide(run, worker, err);
  return status == BLT_OK ? blt_group_lane_read(&run->lanes, lane, worker, read_slice, run, err) : status;
}

/* ---- the answer ---- */

static void rows_of_groups(const void *arg, size_t s, uint64_t *rows) {
  const sketch_run *run = arg;
  for (uint64_t k = 0; k < run->lanes.g->domain; k++) {
    rows[k] = 0;
    for (uint32_t w = 0; w < run->lanes.g->scan->workers; w++)
      if (run->sketches[s][w]) rows[k] += run->sketches[s][w][k].rows;
  }
}

static blt_status finish_group(void *arg, uint32_t group, uint32_t worker, blt_error *err) {
  const sketch_run *run = arg;
  const blt_grouping *g = run->lanes.g;
  blt_sketch *sum = blt_alloc(g->scan->ctx, sizeof *sum);
  if (!sum) return blt_fail_memory(err, sizeof *sum);
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    blt_sketch_init(sum);
    for (uint32_t w = 0; w < g->scan->workers; w++)
      if (run->sketches[s][w]) blt_sketch_merge(sum, &run->sketches[s][w][group]);
    uint64_t count = blt_sketch_count(sum);
    for (uint32_t c = 0; c < g->agg->ncolumns; c++) {
      if (g->agg->columns[c].segment != (int32_t)s) continue;
      g->segment_words[c][group] = count;
      g->segment_valid[c][group] = 1;
    }
  }
  blt_free(g->scan->ctx, sum, sizeof *sum);
  return blt_scan_check(g->scan, worker, err);
}

static blt_status run_all(sketch_run *run, blt_error *err) {
  blt_grouping *g = run->lanes.g;
  blt_status status = blt_scan_run(g->scan, g->scan->view->rows, run->lanes.n, read_lane, run, err);
  g->scan->counted = true;
  if (status == BLT_OK && !g->columns) status = blt_group_list_counted(g, rows_of_groups, run, err);
  if (status == BLT_OK) status = blt_group_segments_results(g, err);
  uint64_t work = g->domain * g->scan->workers * BLT_SKETCH_REGISTERS;
  return status == BLT_OK ? blt_scan_run(g->scan, work, (uint32_t)g->domain, finish_group, run, err) : status;
}

static blt_status allocate(sketch_run *run, blt_grouping *g, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  blt_status status = blt_group_lanes_init(&run->lanes, g, err);
  if (status != BLT_OK) return status;
  run->workers = blt_calloc(ctx, run->lanes.n, sizeof *run->workers);
  run->sketches = blt_calloc(ctx, g->agg->nsegments, sizeof *run->sketches);
  bool ok = run->workers && run->sketches;
  for (size_t s = 0; ok && s < g->agg->nsegments; s++)
    ok = (run->sketches[s] = blt_calloc(ctx, g->scan->workers, sizeof **run->sketches)) != NULL;
  return ok ? BLT_OK : blt_fail_memory(err, g->scan->workers * sizeof **run->sketches);
}

blt_status blt_group_sketches(blt_grouping *g, blt_error *err) {
  sketch_run run = {0};
  blt_ctx *ctx = g->scan->ctx;
  blt_status status = allocate(&run, g, err);
  if (status == BLT_OK) status = run_all(&run, err);
  for (size_t s = 0; run.sketches && s < g->agg->nsegments; s++) {
    for (uint32_t w = 0; run.sketches[s] && w < g->scan->workers; w++)
      blt_free(ctx, run.sketches[s][w], g->domain * sizeof **run.sketches[s]);
    blt_free(ctx, run.sketches[s], g->scan->workers * sizeof **run.sketches);
  }
  blt_free(ctx, run.sketches, g->agg->nsegments * sizeof *run.sketches);
  blt_free(ctx, run.workers, run.lanes.n * sizeof *run.workers);
  blt_group_lanes_free(&run.lanes);
  return status;
}
