/* Distinct counts and quantiles of few groups, roughly: each worker has a sketch of every group, which takes
 * the rows as they are read, and in the end those of a group are merged. */
#include "exec/aggregate/agg_segment.h"
#include "exec/aggregate/quantiles.h"
#include "group_lanes.h"

#include "base/bits.h"
#include "base/mem.h"

#define ROWS BLT_VECTOR_ROWS
#define GROUPS_MAX 128u         /* sketches of a worker take 4 MiB */
#define QUANTILE_GROUPS_MAX 32u /* of more groups, gathering the values is faster */
#define ROWS_MIN 65536u /* of fewer rows, as many sketches would cost more than gathering the values */

/* One segment; of each worker its sketches of all groups, NULL when it has read nothing. */
typedef struct sketches {
  bool distinct, ranks, is_float; /* what is asked of the values; what they are */
  blt_sketch **counts;
  blt_quantiles **quantiles;
} sketches;

typedef struct sketch_run {
  blt_group_lanes lanes;
  uint32_t *workers; /* of each lane: who reads it */
  sketches *segments;
} sketch_run;

/* Dates and timestamps lie too close together beside their numbers: their quantiles are exact. */
static bool is_sketched(const blt_agg_column *c) {
  return c->spec.kind == BLT_AGG_APPROX_DISTINCT ||
         (c->spec.kind == BLT_AGG_APPROX_QUANTILE && c->spec.type.id == BLT_FLOAT64);
}

bool blt_group_sketches_suit(const blt_grouping *g) {
  uint64_t rows = g->scan->view->rows;
  if (g->domain > GROUPS_MAX || rows < ROWS_MIN * g->domain || rows > UINT32_MAX) return false;
  for (uint32_t c = 0; c < g->agg->ncolumns; c++) {
    const blt_agg_column *column = &g->agg->columns[c];
    if (column->segment < 0) continue;
    if (!is_sketched(column)) return false;
    if (column->spec.kind == BLT_AGG_APPROX_QUANTILE && g->domain > QUANTILE_GROUPS_MAX) return false;
  }
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

/* Deals values to the counts of their groups, each group's together. */
static void deal(blt_sketch *counts, uint32_t groups, bool is_float, const uint64_t *words,
                 const uint32_t *gids, uint32_t n) {
  uint32_t ends[GROUPS_MAX + 1] = {0};
  uint64_t dealt[ROWS];
  for (uint32_t i = 0; i < n; i++) ends[gids[i] + 1]++;
  for (uint32_t k = 0; k < groups; k++) ends[k + 1] += ends[k];
  for (uint32_t i = 0; i < n; i++) dealt[ends[gids[i]]++] = words[i];
  for (uint32_t k = 0, at = 0; k < groups; at = ends[k++])
    if (ends[k] > at) blt_segment_sketch(&counts[k], is_float, dealt + at, ends[k] - at);
}

static void take(const blt_grouping *g, const sketches *s, uint32_t worker, const uint64_t *words,
                 const uint32_t *gids, uint32_t n) {
  bool one = g->domain == 1;
  if (s->distinct && one) blt_segment_sketch(s->counts[worker], s->is_float, words, n);
  if (s->distinct && !one) deal(s->counts[worker], (uint32_t)g->domain, s->is_float, words, gids, n);
  if (s->ranks && one) blt_quantiles_add(s->quantiles[worker], s->is_float, words, n);
  if (s->ranks && !one) blt_quantiles_deal(s->quantiles[worker], s->is_float, words, gids, n);
}

static void read_segment(const sketch_run *run, size_t s, uint32_t worker, const blt_agg_work *w,
                         uint32_t n) {
  const blt_grouping *g = run->lanes.g;
  const blt_agg_segment *segment = &g->agg->segments[s];
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
  take(g, &run->segments[s], worker, words, gids, n);
}

static void read_slice(void *arg, uint32_t lane, const blt_agg_work *w, uint32_t n) {
  const sketch_run *run = arg;
  for (size_t s = 0; s < run->lanes.g->agg->nsegments; s++) read_segment(run, s, run->workers[lane], w, n);
}

/* Empty sketches of all groups for one worker, unless it has them. */
static blt_status provide_counts(const blt_grouping *g, blt_sketch **own, blt_error *err) {
  if (*own) return BLT_OK;
  *own = blt_alloc(g->scan->ctx, g->domain * sizeof **own);
  if (!*own) return blt_fail_memory(err, g->domain * sizeof **own);
  for (uint64_t k = 0; k < g->domain; k++) blt_sketch_init(&(*own)[k]);
  return BLT_OK;
}

static blt_status provide_quantiles(const blt_grouping *g, blt_quantiles **own, blt_error *err) {
  if (*own) return BLT_OK;
  *own = blt_alloc(g->scan->ctx, g->domain * sizeof **own);
  if (!*own) return blt_fail_memory(err, g->domain * sizeof **own);
  for (uint64_t k = 0; k < g->domain; k++) blt_quantiles_init(&(*own)[k]);
  return BLT_OK;
}

static blt_status provide(sketch_run *run, uint32_t worker, blt_error *err) {
  const blt_grouping *g = run->lanes.g;
  blt_status status = BLT_OK;
  for (size_t i = 0; i < g->agg->nsegments && status == BLT_OK; i++) {
    sketches *s = &run->segments[i];
    if (s->distinct) status = provide_counts(g, &s->counts[worker], err);
    if (status == BLT_OK && s->ranks) status = provide_quantiles(g, &s->quantiles[worker], err);
  }
  return status;
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
  const sketches *of = &run->segments[s];
  for (uint64_t k = 0; k < run->lanes.g->domain; k++) {
    rows[k] = 0;
    for (uint32_t w = 0; w < run->lanes.g->scan->workers; w++) {
      if (of->distinct && of->counts[w]) rows[k] += of->counts[w][k].rows;
      if (!of->distinct && of->quantiles[w]) rows[k] += of->quantiles[w][k].rows;
    }
  }
}

static void put(const blt_grouping *g, uint32_t c, uint32_t group, bool valid, uint64_t word) {
  g->segment_words[c][group] = word;
  g->segment_valid[c][group] = valid;
}

static void finish_counts(const blt_grouping *g, uint32_t s, const sketches *of, uint32_t group,
                          blt_sketch *sum) {
  blt_sketch_init(sum);
  for (uint32_t w = 0; w < g->scan->workers; w++)
    if (of->counts[w]) blt_sketch_merge(sum, &of->counts[w][group]);
  uint64_t count = blt_sketch_count(sum);
  for (uint32_t c = 0; c < g->agg->ncolumns; c++)
    if (g->agg->columns[c].segment == (int32_t)s && g->agg->columns[c].spec.kind == BLT_AGG_APPROX_DISTINCT)
      put(g, c, group, true, count);
}

static blt_status quantile(const blt_grouping *g, uint32_t c, uint32_t group, bool is_float,
                           blt_quantiles *sum, blt_pace *pace, blt_error *err) {
  blt_quantile_at at = blt_quantile_of(&g->agg->columns[c], (uint32_t)sum->rows);
  uint64_t low, next = 0;
  blt_status status = blt_quantiles_at(sum, is_float, at.low, pace, &low, err);
  if (status == BLT_OK && at.share > 0)
    status = blt_quantiles_at(sum, is_float, at.low + 1, pace, &next, err);
  if (status == BLT_OK)
    put(g, c, group, true, blt_quantile_word(g->agg, &g->agg->columns[c], at.share, low, next));
  return status;
}

static blt_status finish_quantiles(const blt_grouping *g, uint32_t s, const sketches *of, uint32_t group,
                                   blt_quantiles *sum, uint32_t worker, blt_error *err) {
  blt_pace pace = {.scan = g->scan, .worker = worker};
  blt_status status = BLT_OK;
  blt_quantiles_init(sum);
  for (uint32_t w = 0; w < g->scan->workers; w++)
    if (of->quantiles[w]) blt_quantiles_merge(sum, &of->quantiles[w][group]);
  for (uint32_t c = 0; c < g->agg->ncolumns && status == BLT_OK; c++) {
    const blt_agg_column *column = &g->agg->columns[c];
    if (column->segment != (int32_t)s || column->spec.kind != BLT_AGG_APPROX_QUANTILE) continue;
    put(g, c, group, false, 0);
    if (sum->rows > 0) status = quantile(g, c, group, of->is_float, sum, &pace, err);
  }
  return status;
}

typedef union merged {
  blt_sketch count;
  blt_quantiles quantiles;
} merged;

static blt_status finish_group(void *arg, uint32_t group, uint32_t worker, blt_error *err) {
  const sketch_run *run = arg;
  const blt_grouping *g = run->lanes.g;
  merged *sum = blt_alloc(g->scan->ctx, sizeof *sum);
  if (!sum) return blt_fail_memory(err, sizeof *sum);
  blt_status status = BLT_OK;
  for (uint32_t s = 0; s < g->agg->nsegments && status == BLT_OK; s++) {
    const sketches *of = &run->segments[s];
    if (of->distinct) finish_counts(g, s, of, group, &sum->count);
    if (of->ranks) status = finish_quantiles(g, s, of, group, &sum->quantiles, worker, err);
  }
  blt_free(g->scan->ctx, sum, sizeof *sum);
  return status == BLT_OK ? blt_scan_check(g->scan, worker, err) : status;
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

static void describe(const blt_grouping *g, size_t s, sketches *of) {
  of->is_float = g->inputs->items[g->agg->segments[s].a].cls == BLT_INPUT_FLOAT;
  for (uint32_t c = 0; c < g->agg->ncolumns; c++) {
    if (g->agg->columns[c].segment != (int32_t)s) continue;
    bool distinct = g->agg->columns[c].spec.kind == BLT_AGG_APPROX_DISTINCT;
    of->distinct |= distinct;
    of->ranks |= !distinct;
  }
}

static blt_status allocate(sketch_run *run, blt_grouping *g, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  blt_status status = blt_group_lanes_init(&run->lanes, g, err);
  if (status != BLT_OK) return status;
  run->workers = blt_calloc(ctx, run->lanes.n, sizeof *run->workers);
  run->segments = blt_calloc(ctx, g->agg->nsegments, sizeof *run->segments);
  bool ok = run->workers && run->segments;
  for (size_t i = 0; ok && i < g->agg->nsegments; i++) {
    sketches *s = &run->segments[i];
    describe(g, i, s);
    s->counts = blt_calloc(ctx, g->scan->workers, sizeof *s->counts);
    s->quantiles = blt_calloc(ctx, g->scan->workers, sizeof *s->quantiles);
    ok = s->counts && s->quantiles;
  }
  return ok ? BLT_OK : blt_fail_memory(err, g->scan->workers * sizeof *run->segments);
}

static void release(const blt_grouping *g, const sketches *s) {
  blt_ctx *ctx = g->scan->ctx;
  uint32_t workers = g->scan->workers;
  for (uint32_t w = 0; w < workers; w++) {
    if (s->counts) blt_free(ctx, s->counts[w], g->domain * sizeof **s->counts);
    if (s->quantiles) blt_free(ctx, s->quantiles[w], g->domain * sizeof **s->quantiles);
  }
  blt_free(ctx, s->counts, workers * sizeof *s->counts);
  blt_free(ctx, s->quantiles, workers * sizeof *s->quantiles);
}

blt_status blt_group_sketches(blt_grouping *g, blt_error *err) {
  sketch_run run = {0};
  blt_ctx *ctx = g->scan->ctx;
  blt_status status = allocate(&run, g, err);
  if (status == BLT_OK) status = run_all(&run, err);
  for (size_t s = 0; run.segments && s < g->agg->nsegments; s++) release(g, &run.segments[s]);
  blt_free(ctx, run.segments, g->agg->nsegments * sizeof *run.segments);
  blt_free(ctx, run.workers, run.lanes.n * sizeof *run.workers);
  blt_group_lanes_free(&run.lanes);
  return status;
}
