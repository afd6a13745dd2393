/* Order statistics and variances of groups that have many rows, without gathering the values.
 *
 *   first reading    counts values by group and bucket (16 to 64 equal steps between the column's smallest
 * and largest value) and adds them up by group between          each group's counts say in which bucket the
 * wanted rank lies; sums give means second reading   keeps only the values of wanted buckets, a few in a
 * hundred, and adds up the squares of deviations from the mean end              selects among the values that
 * were kept
 *
 * Buckets rise with the values, so the result is exact however the values lie; when they crowd in one bucket,
 * more of them are kept. Counts are the same in any order, and so is a set that is selected from: each worker
 * has one set of counts for all its lanes, and the second reading takes the lanes of a set one after the
 * other, so that the counts say where its values go. Sums of doubles are made by lane and added in lane
 * order.
 */
#include "agg_segment.h"
#include "group.h"

#include "../base/bits.h"
#include "../base/isa.h"
#include "../base/mem.h"
#include "select.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define LANES 16u
#define MOST_BITS 6
#define LEAST_BITS 3                    /* fewer buckets than this keep too much */
#define COUNT_BYTES ((uint64_t)4 << 20) /* counts of one worker that stay in its cache */
#define TASK_GROUPS 512u

/* What the second reading needs to know of a group. */
typedef struct rank_group {
  double mean;
  uint64_t wanted; /* bit b: values of bucket b are kept */
} rank_group;

/* One segment. Arrays of `domain` places, or of `domain` << bits counts. */
typedef struct rank_segment {
  bool is_float, ranks, moments; /* has order statistics, variances */
  int bits;                      /* 1 << bits buckets */
  double low, scale;             /* float: bucket of v is (v - low) * scale */
  int64_t base;                  /* integer: (v - base) >> shift */
  int shift;
  uint32_t **counts; /* of each worker; then all of them in the first */
  double **sums;     /* of each lane: of the values, then of squares */
  rank_group *groups;
  uint32_t **next;  /* of each set of counts: where its next kept value of the group goes */
  uint32_t *starts; /* where the group's begin; one more, where the last ones end */
  uint64_t *kept;   /* ordered words */
  uint64_t nkept;
} rank_segment;

typedef struct rank_run {
  blt_grouping *g;
  blt_agg_work **works;
  rank_segment *segments;
  uint32_t nlanes;
  uint32_t *sets; /* of each lane: the worker in whose counts it is */
} rank_run;

typedef struct lane_arg {
  rank_run *run;
  blt_agg_work *work;
  uint32_t lane, set;
} lane_arg;

/* ---- when ---- */

static bool is_rank(blt_agg_kind kind) {
  return kind == BLT_AGG_MEDIAN || kind == BLT_AGG_QUANTILE || kind == BLT_AGG_APPROX_QUANTILE;
}

static bool is_moment(blt_agg_kind kind) {
  return kind == BLT_AGG_VARIANCE || kind == BLT_AGG_VARIANCE_POP || kind == BLT_AGG_STDDEV ||
         kind == BLT_AGG_STDDEV_POP;
}

static int choose_bits(const blt_grouping *g) {
  int bits = MOST_BITS;
  while (bits > LEAST_BITS && ((g->domain << bits) * sizeof(uint32_t) > COUNT_BYTES ||
                               (g->domain << bits) > g->scan->view->rows / 2))
    bits--;
  return bits;
}

/* NaN is above all numbers and in no bucket; an expression's bounds are not known. */
static bool has_buckets(const blt_grouping *g, const blt_input *in) {
  const blt_view *view = g->scan->view;
  if (in->column < 0) return false;
  if (in->cls == BLT_INPUT_INT) return true;
  if (in->cls != BLT_INPUT_FLOAT) return false;
  for (uint32_t b = 0; b < view->ngroups; b++)
    if (view->columns[in->column].blocks[b]->has_nan) return false;
  return true;
}

bool blt_group_ranks_suit(const blt_grouping *g) {
  const blt_agg_plan *p = g->agg;
  if ((g->domain << choose_bits(g)) > g->scan->view->rows / 2) return false;
  for (size_t s = 0; s < p->nsegments; s++)
    if (p->segments[s].b >= 0 || !has_buckets(g, &p->inputs->items[p->segments[s].a])) return false;
  for (uint32_t c = 0; c < p->ncolumns; c++) {
    const blt_agg_column *column = &p->columns[c];
    if (column->segment < 0 || is_rank(column->spec.kind)) continue;
    if (!is_moment(column->spec.kind) || p->inputs->items[column->a].cls != BLT_INPUT_FLOAT) return false;
  }
  return true;
}

/* ---- buckets ---- */

static void bounds_of_floats(const blt_view *view, int column, rank_segment *r) {
  double low = 0, high = 0;
  bool any = false;
  for (uint32_t b = 0; b < view->ngroups; b++) {
    const blt_block *block = view->columns[column].blocks[b];
    if (block->min.f > block->max.f) continue;
    if (!any || block->min.f < low) low = block->min.f;
    if (!any || block->max.f > high) high = block->max.f;
    any = true;
  }
  r->low = low;
  r->scale = high > low ? (double)(1u << r->bits) / (high - low) : 0;
}

static void describe(const blt_grouping *g, size_t s, rank_segment *r) {
  const blt_agg_plan *p = g->agg;
  const blt_input *in = &p->inputs->items[p->segments[s].a];
  r->is_float = in->cls == BLT_INPUT_FLOAT;
  for (uint32_t c = 0; c < p->ncolumns; c++) {
    if (p->columns[c].segment != (int32_t)s) continue;
    r->ranks |= is_rank(p->columns[c].spec.kind);
    r->moments |= is_moment(p->columns[c].spec.kind);
  }
  r->bits = r->ranks ? choose_bits(g) : 0;
  if (r->is_float) {
    bounds_of_floats(g->scan->view, in->column, r);
    return;
  }
  uint64_t range = in->low > in->high ? 0 : (uint64_t)in->high - (uint64_t)in->low;
  r->base = in->low;
  while (r->shift < 63 && range >> r->shift >> r->bits) r->shift++;
}

/* Group and bucket of each value. What is out of bounds, as the number behind a null may be, goes to the
 * first or the last bucket. */
BLT_CLONES static void float_cells(const double *v, const uint32_t *gids, uint32_t n, double low,
                                   double scale, int bits, uint32_t *cells) {
  double last = (double)((1 << bits) - 1);
  for (uint32_t i = 0; i < n; i++) {
    double x = (v[i] - low) * scale;
    x = x > 0 ? x : 0;
    x = x < last ? x : last;
    cells[i] = (gids[i] << bits) + (uint32_t)(int32_t)x;
  }
}

BLT_CLONES static void int_cells(const uint64_t *v, const uint32_t *gids, uint32_t n, uint64_t base,
                                 int shift, int bits, uint32_t *cells) {
  uint64_t last = (UINT64_C(1) << bits) - 1;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t x = (v[i] - base) >> shift;
    cells[i] = (gids[i] << bits) + (uint32_t)(x < last ? x : last);
  }
}

static void find_cells(const rank_segment *r, const uint64_t *words, const uint32_t *gids, uint32_t n,
                       uint32_t *cells) {
  if (r->is_float)
    float_cells((const double *)words, gids, n, r->low, r->scale, r->bits, cells);
  else
    int_cells(words, gids, n, (uint64_t)r->base, r->shift, r->bits, cells);
}

/* The rows of a slice that a segment takes, moved together: their groups and values. True when nothing had to
 * be moved. */
static bool take_rows(const blt_agg_work *w, uint32_t mask, const uint64_t **words, uint32_t *n,
                      uint32_t *gids, uint64_t *room) {
  if (w->mask_states[mask] == BLT_MASK_ALL) return true;
  const uint64_t *bits = w->masks + mask * (ROWS / 64), *from = *words;
  uint32_t taken = 0;
  for (uint32_t i = 0; w->mask_states[mask] == BLT_MASK_SOME && i < *n; i++) {
    gids[taken] = w->gids[i];
    room[taken] = from[i];
    taken += blt_bit(bits, i);
  }
  *words = room;
  *n = taken;
  return false;
}

/* ---- first reading ---- */

static void count_rows(const rank_segment *r, const lane_arg *lane, const uint64_t *words,
                       const uint32_t *gids, uint32_t n) {
  uint32_t cells[ROWS], *counts = r->counts[lane->set];
  find_cells(r, words, gids, n, cells);
  if (!r->moments) {
    for (uint32_t i = 0; i < n; i++) counts[cells[i]]++;
    return;
  }
  const double *v = (const double *)words;
  double *sums = r->sums[lane->lane];
  for (uint32_t i = 0; i < n; i++) {
    counts[cells[i]]++;
    sums[gids[i]] += v[i];
  }
}

/* ---- second reading ---- */

/* Adds squares and notes the rows that are kept, in one go because both look at the group. */
static uint32_t square_rows(const rank_segment *r, double *sums, const double *v, const uint32_t *gids,
                            const uint32_t *cells, uint32_t n, uint16_t *rows) {
  uint32_t found = 0, bucket = (1u << r->bits) - 1;
  for (uint32_t i = 0; i < n; i++) {
    const rank_group *group = &r->groups[gids[i]];
    double d = v[i] - group->mean;
    sums[gids[i]] += d * d;
    rows[found] = (uint16_t)i;
    found += (group->wanted >> (cells[i] & bucket)) & 1;
  }
  return found;
}

static uint32_t find_rows(const rank_segment *r, const uint32_t *gids, const uint32_t *cells, uint32_t n,
                          uint16_t *rows) {
  uint32_t found = 0, bucket = (1u << r->bits) - 1;
  for (uint32_t i = 0; i < n; i++) {
    rows[found] = (uint16_t)i;
    found += (r->groups[gids[i]].wanted >> (cells[i] & bucket)) & 1;
  }
  return found;
}

typedef void (*segment_fn)(const rank_segment *r, const lane_arg *lane, const uint64_t *words,
                           const uint32_t *gids, uint32_t n);

static void keep_rows(const rank_segment *r, const lane_arg *lane, const uint64_t *words,
                      const uint32_t *gids, uint32_t n) {
  uint32_t cells[ROWS], found, *next = r->next[lane->set];
  uint16_t rows[ROWS];
  find_cells(r, words, gids, n, cells);
  if (r->moments)
    found = square_rows(r, r->sums[lane->lane], (const double *)words, gids, cells, n, rows);
  else
    found = find_rows(r, gids, cells, n, rows);
  for (uint32_t i = 0; i < found; i++) {
    uint32_t at = next[gids[rows[i]]]++;
    r->kept[at] = blt_word_ordered(r->is_float, words[rows[i]]);
  }
}

static blt_status read_slice(lane_arg *lane, blt_eval *ev, const blt_slice *slice, segment_fn fn,
                             blt_error *err) {
  blt_grouping *g = lane->run->g;
  blt_agg_work *w = lane->work;
  blt_status status = blt_agg_load(w, ev, slice, err);
  if (status != BLT_OK) return status;
  blt_group_direct_ids(g, w->vecs, slice->n, w->gids);
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    uint64_t words_room[ROWS], taken_room[ROWS];
    uint32_t gids_room[ROWS], n = slice->n;
    const blt_agg_segment *segment = &g->agg->segments[s];
    const uint64_t *words = blt_segment_words(&w->vecs[segment->a], words_room);
    bool all = take_rows(w, segment->mask, &words, &n, gids_room, taken_room);
    fn(&lane->run->segments[s], lane, words, all ? w->gids : gids_room, n);
  }
  return BLT_OK;
}

static blt_status count_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  return read_slice(arg, ev, slice, count_rows, err);
}

static blt_status keep_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  return read_slice(arg, ev, slice, keep_rows, err);
}

/* ---- lanes ---- */

/* Zeroed memory on first use. */
static bool provide(blt_ctx *ctx, void *array, size_t n, size_t size) {
  void **p = array;
  return *p || (*p = blt_calloc(ctx, n, size));
}

static blt_status prepare_lane(rank_run *run, const lane_arg *lane, blt_error *err) {
  blt_grouping *g = run->g;
  blt_ctx *ctx = g->scan->ctx;
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    rank_segment *r = &run->segments[s];
    bool ok = provide(ctx, &r->counts[lane->set], g->domain << r->bits, sizeof **r->counts);
    if (ok && r->moments) ok = provide(ctx, &r->sums[lane->lane], g->domain, sizeof **r->sums);
    if (!ok) return blt_fail_memory(err, (g->domain << r->bits) * sizeof **r->counts);
  }
  return BLT_OK;
}

static blt_status run_lane(rank_run *run, uint32_t lane, uint32_t worker, blt_slice_fn fn, blt_error *err) {
  blt_grouping *g = run->g;
  lane_arg a = {.run = run, .lane = lane, .set = run->sets[lane]};
  blt_status status = BLT_OK;
  if (!run->works[worker]) status = blt_agg_work_new(g->agg, &run->works[worker], err);
  a.work = run->works[worker];
  if (status == BLT_OK) status = prepare_lane(run, &a, err);
  if (status != BLT_OK) return status;
  uint64_t blocks = g->scan->view->ngroups;
  return blt_scan_groups(g->scan, worker, (uint32_t)(blocks * lane / run->nlanes),
                         (uint32_t)(blocks * (lane + 1) / run->nlanes), fn, &a, err);
}

static blt_status count_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  rank_run *run = arg;
  run->sets[lane] = worker;
  return run_lane(run, lane, worker, count_slice, err);
}

/* The lanes of one set. */
static blt_status keep_set(void *arg, uint32_t set, uint32_t worker, blt_error *err) {
  rank_run *run = arg;
  blt_status status = BLT_OK;
  for (uint32_t l = 0; l < run->nlanes && status == BLT_OK; l++)
    if (run->sets[l] == set) status = run_lane(run, l, worker, keep_slice, err);
  return status;
}

/* ---- groups, between and at the end ---- */

static uint32_t *group_counts(const rank_segment *r, uint64_t group) {
  return r->counts[0] + (group << r->bits);
}

static uint32_t group_rows(const rank_segment *r, uint64_t group) {
  const uint32_t *counts = group_counts(r, group);
  uint32_t n = 0;
  for (uint32_t b = 0; b < 1u << r->bits; b++) n += counts[b];
  return n;
}

/* The sum that all lanes have of a group, in their order, which starts the next sum from 0. */
static double take_sum(const rank_run *run, const rank_segment *r, uint64_t group) {
  double sum = 0;
  for (uint32_t l = 0; l < run->nlanes; l++) {
    if (!r->sums[l]) continue;
    sum += r->sums[l][group];
    r->sums[l][group] = 0;
  }
  return sum;
}

/* The bucket in which the value of a rank lies. */
static uint32_t bucket_of(const uint32_t *counts, uint32_t rank) {
  uint32_t b = 0;
  for (; rank >= counts[b]; b++) rank -= counts[b];
  return b;
}

static uint64_t wanted_buckets(const blt_agg_plan *p, uint32_t s, const uint32_t *counts, uint32_t n) {
  uint64_t wanted = 0;
  for (uint32_t c = 0; c < p->ncolumns && n > 0; c++) {
    if (p->columns[c].segment != (int32_t)s || !is_rank(p->columns[c].spec.kind)) continue;
    blt_quantile_at at = blt_quantile_of(&p->columns[c], n);
    wanted |= UINT64_C(1) << bucket_of(counts, at.low);
    if (at.share > 0) wanted |= UINT64_C(1) << bucket_of(counts, at.low + 1);
  }
  return wanted;
}

static uint32_t count_wanted(const uint32_t *counts, int bits, uint64_t wanted) {
  uint32_t n = 0;
  for (uint32_t b = 0; b < 1u << bits; b++) n += (wanted >> b) & 1 ? counts[b] : 0;
  return n;
}

/* Adds the sets of counts into the first, and finds out what of the group to keep. */
static void decide_group(rank_run *run, uint32_t s, uint64_t group) {
  rank_segment *r = &run->segments[s];
  blt_grouping *g = run->g;
  uint32_t sum[1 << MOST_BITS] = {0}, n = 0;
  uint64_t first = group << r->bits;
  for (uint32_t w = 0; w < g->scan->workers; w++)
    for (uint32_t b = 0; r->counts[w] && b < 1u << r->bits; b++) sum[b] += r->counts[w][first + b];
  for (uint32_t b = 0; b < 1u << r->bits; b++) n += sum[b];
  rank_group *to = &r->groups[group];
  to->mean = r->moments && n ? take_sum(run, r, group) / n : 0;
  to->wanted = r->ranks ? wanted_buckets(g->agg, s, sum, n) : 0;
  for (uint32_t w = 0; w < g->scan->workers; w++)
    if (r->next[w]) r->next[w][group] = count_wanted(r->counts[w] + first, r->bits, to->wanted);
  memcpy(group_counts(r, group), sum, sizeof *sum << r->bits);
}

static uint64_t task_end(const rank_run *run, uint32_t task) {
  uint64_t end = ((uint64_t)task + 1) * TASK_GROUPS;
  return end < run->g->domain ? end : run->g->domain;
}

static blt_status decide_groups(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  rank_run *run = arg;
  blt_status status = blt_scan_check(run->g->scan, worker, err);
  if (status != BLT_OK) return status;
  for (uint32_t s = 0; s < run->g->agg->nsegments; s++)
    for (uint64_t k = (uint64_t)task * TASK_GROUPS; k < task_end(run, task); k++) decide_group(run, s, k);
  return BLT_OK;
}

/* The value of a rank, as an ordered word: among those kept, behind the ones of smaller wanted buckets. */
static uint64_t ranked(const rank_segment *r, uint64_t group, uint32_t rank) {
  const uint32_t *counts = group_counts(r, group);
  uint32_t bucket = bucket_of(counts, rank), start = r->starts[group];
  for (uint32_t b = 0; b < bucket; b++)
    if (!((r->groups[group].wanted >> b) & 1)) rank -= counts[b];
  return blt_select(r->kept + start, r->starts[group + 1] - start, rank);
}

static uint64_t quantile(const rank_run *run, const rank_segment *r, const blt_agg_column *c, uint64_t group,
                         uint32_t n) {
  blt_quantile_at at = blt_quantile_of(c, n);
  uint64_t low = ranked(r, group, at.low), next = at.share > 0 ? ranked(r, group, at.low + 1) : 0;
  return blt_quantile_word(run->g->agg, c, at.share, low, next);
}

static void finish_group(const rank_run *run, uint32_t s, uint64_t group) {
  blt_grouping *g = run->g;
  const rank_segment *r = &run->segments[s];
  uint32_t n = group_rows(r, group);
  blt_moments m = {.n = n, .mean_x = r->groups[group].mean};
  if (r->moments) m.xx = take_sum(run, r, group);
  for (uint32_t c = 0; c < g->agg->ncolumns; c++) {
    const blt_agg_column *column = &g->agg->columns[c];
    if (column->segment != (int32_t)s) continue;
    uint64_t *word = &g->segment_words[c][group];
    double result = 0;
    *word = 0;
    g->segment_valid[c][group] = n > 0;
    if (n == 0) continue;
    if (is_rank(column->spec.kind)) {
      *word = quantile(run, r, column, group, n);
      continue;
    }
    g->segment_valid[c][group] = blt_moments_result(column->spec.kind, &m, &result);
    memcpy(word, &result, sizeof result);
  }
}

static blt_status finish_groups(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  rank_run *run = arg;
  blt_status status = blt_scan_check(run->g->scan, worker, err);
  if (status != BLT_OK) return status;
  for (uint32_t s = 0; s < run->g->agg->nsegments; s++)
    for (uint64_t k = (uint64_t)task * TASK_GROUPS; k < task_end(run, task); k++) finish_group(run, s, k);
  return BLT_OK;
}

/* ---- the whole ---- */

/* Gives the values that each set keeps of a group their place. */
static blt_status assign_places(rank_run *run, rank_segment *r, blt_error *err) {
  uint32_t at = 0, workers = run->g->scan->workers;
  for (uint64_t k = 0; k < run->g->domain; k++) {
    r->starts[k] = at;
    for (uint32_t w = 0; w < workers; w++) {
      if (!r->next[w]) continue;
      uint32_t n = r->next[w][k];
      r->next[w][k] = at;
      at += n;
    }
  }
  r->starts[run->g->domain] = at;
  r->nkept = at;
  if (!at) return BLT_OK;
  r->kept = blt_alloc(run->g->scan->ctx, r->nkept * sizeof *r->kept);
  return r->kept ? BLT_OK : blt_fail_memory(err, r->nkept * sizeof *r->kept);
}

/* The counts of a segment that takes every row are the groups' numbers of rows. */
static blt_status list_counted(rank_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  uint32_t s = 0;
  while (g->agg->segments[s].mask) s++;
  blt_status status = blt_group_direct_columns(g, err);
  if (status != BLT_OK) return status;
  for (uint64_t k = 0; k < g->domain; k++) g->columns[0][k] = group_rows(&run->segments[s], k);
  return blt_group_direct_list(g, err);
}

/* What the groups need between the readings. The first set of counts is there even if no lane used it. */
static blt_status allocate_groups(rank_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  blt_ctx *ctx = g->scan->ctx;
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    rank_segment *r = &run->segments[s];
    r->groups = blt_alloc(ctx, g->domain * sizeof *r->groups);
    r->starts = blt_alloc(ctx, (g->domain + 1) * sizeof *r->starts);
    bool ok = r->groups && r->starts;
    if (ok) ok = provide(ctx, &r->counts[0], g->domain << r->bits, sizeof **r->counts);
    for (uint32_t w = 0; ok && w < g->scan->workers; w++)
      if (r->counts[w]) ok = (r->next[w] = blt_alloc(ctx, g->domain * sizeof **r->next)) != NULL;
    if (!ok) return blt_fail_memory(err, (g->domain << r->bits) * sizeof **r->counts);
  }
  return BLT_OK;
}

static blt_status run_all(rank_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  uint64_t rows = g->scan->view->rows, places = g->domain << MOST_BITS;
  uint32_t tasks = (uint32_t)((g->domain + TASK_GROUPS - 1) / TASK_GROUPS);
  blt_status status = blt_scan_run(g->scan, rows, run->nlanes, count_lane, run, err);
  g->scan->counted = true;
  if (status == BLT_OK) status = allocate_groups(run, err);
  if (status == BLT_OK) status = blt_scan_run(g->scan, places, tasks, decide_groups, run, err);
  if (status == BLT_OK && !g->columns) status = list_counted(run, err);
  if (status == BLT_OK) status = blt_group_segments_results(g, err);
  for (size_t s = 0; s < g->agg->nsegments && status == BLT_OK; s++)
    status = assign_places(run, &run->segments[s], err);
  if (status == BLT_OK) status = blt_scan_run(g->scan, rows, g->scan->workers, keep_set, run, err);
  return status == BLT_OK ? blt_scan_run(g->scan, places, tasks, finish_groups, run, err) : status;
}

static blt_status allocate(rank_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  blt_ctx *ctx = g->scan->ctx;
  run->works = blt_calloc(ctx, g->scan->workers, sizeof *run->works);
  run->sets = blt_calloc(ctx, run->nlanes, sizeof *run->sets);
  run->segments = blt_calloc(ctx, g->agg->nsegments, sizeof *run->segments);
  if (!run->works || !run->sets || !run->segments)
    return blt_fail_memory(err, g->scan->workers * sizeof *run->works);
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    rank_segment *r = &run->segments[s];
    describe(g, s, r);
    r->counts = blt_calloc(ctx, g->scan->workers, sizeof *r->counts);
    r->next = blt_calloc(ctx, g->scan->workers, sizeof *r->next);
    r->sums = blt_calloc(ctx, run->nlanes, sizeof *r->sums);
    if (!r->counts || !r->next || !r->sums) return blt_fail_memory(err, g->scan->workers * sizeof *r->counts);
  }
  return BLT_OK;
}

static void release_segment(const rank_run *run, rank_segment *r) {
  const blt_grouping *g = run->g;
  blt_ctx *ctx = g->scan->ctx;
  for (uint32_t w = 0; w < g->scan->workers; w++) {
    if (r->counts) blt_free(ctx, r->counts[w], (g->domain << r->bits) * sizeof **r->counts);
    if (r->next) blt_free(ctx, r->next[w], g->domain * sizeof **r->next);
  }
  for (uint32_t l = 0; r->sums && l < run->nlanes; l++)
    blt_free(ctx, r->sums[l], g->domain * sizeof **r->sums);
  blt_free(ctx, r->counts, g->scan->workers * sizeof *r->counts);
  blt_free(ctx, r->next, g->scan->workers * sizeof *r->next);
  blt_free(ctx, r->sums, run->nlanes * sizeof *r->sums);
  blt_free(ctx, r->groups, g->domain * sizeof *r->groups);
  blt_free(ctx, r->starts, (g->domain + 1) * sizeof *r->starts);
  blt_free(ctx, r->kept, r->nkept * sizeof *r->kept);
}

blt_status blt_group_ranks(blt_grouping *g, blt_error *err) {
  rank_run run = {.g = g};
  blt_ctx *ctx = g->scan->ctx;
  uint32_t lanes = g->domain > 32768 ? LANES / 2 : LANES, blocks = g->scan->view->ngroups;
  run.nlanes = blocks == 0 ? 1 : blocks < lanes ? blocks : lanes;
  blt_status status = allocate(&run, err);
  if (status == BLT_OK) status = run_all(&run, err);
  for (uint32_t i = 0; run.works && i < g->scan->workers; i++) blt_agg_work_free(run.works[i]);
  for (size_t s = 0; run.segments && s < g->agg->nsegments; s++) release_segment(&run, &run.segments[s]);
  blt_free(ctx, run.works, g->scan->workers * sizeof *run.works);
  blt_free(ctx, run.sets, run.nlanes * sizeof *run.sets);
  blt_free(ctx, run.segments, g->agg->nsegments * sizeof *run.segments);
  return status;
}
