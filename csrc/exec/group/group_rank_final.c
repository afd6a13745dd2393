#include "exec/aggregate/agg_segment.h"
#include "group_rank.h"

#include "exec/aggregate/select.h"
#include <string.h>

static uint32_t *group_counts(const blt_rank_segment *r, uint64_t group) {
  return r->counts[0] + (group << r->bits);
}

uint32_t blt_rank_rows(const blt_rank_segment *r, uint64_t group) {
  const uint32_t *counts = group_counts(r, group);
  uint32_t n = 0;
  for (uint32_t b = 0; b < 1u << r->bits; b++) n += counts[b];
  return n;
}

/* The sum that all lanes have of a group, in their order, which starts the next sum from 0. */
static double take_sum(const blt_rank_run *run, const blt_rank_segment *r, uint64_t group) {
  double sum = 0;
  for (uint32_t l = 0; l < run->lanes.n; l++) {
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
    if (p->columns[c].segment != (int32_t)s || !blt_rank_is_rank(p->columns[c].spec.kind)) continue;
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
static void decide_group(blt_rank_run *run, uint32_t s, uint64_t group) {
  blt_rank_segment *r = &run->segments[s];
  blt_grouping *g = run->lanes.g;
  uint32_t sum[1 << BLT_RANK_BITS] = {0}, n = 0;
  uint64_t first = group << r->bits;
  for (uint32_t w = 0; w < g->scan->workers; w++)
    for (uint32_t b = 0; r->counts[w] && b < 1u << r->bits; b++) sum[b] += r->counts[w][first + b];
  for (uint32_t b = 0; b < 1u << r->bits; b++) n += sum[b];
  blt_rank_group *to = &r->groups[group];
  to->mean = r->moments && n ? take_sum(run, r, group) / n : 0;
  to->wanted = r->ranks ? wanted_buckets(g->agg, s, sum, n) : 0;
  for (uint32_t w = 0; w < g->scan->workers; w++)
    if (r->next[w]) r->next[w][group] = count_wanted(r->counts[w] + first, r->bits, to->wanted);
  memcpy(group_counts(r, group), sum, sizeof *sum << r->bits);
}

static uint64_t task_end(const blt_rank_run *run, uint32_t task) {
  uint64_t end = ((uint64_t)task + 1) * BLT_RANK_TASK_GROUPS;
  return end < run->lanes.g->domain ? end : run->lanes.g->domain;
}

blt_status blt_rank_decide(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  blt_rank_run *run = arg;
  blt_status status = blt_scan_check(run->lanes.g->scan, worker, err);
  if (status != BLT_OK) return status;
  for (uint32_t s = 0; s < run->lanes.g->agg->nsegments; s++)
    for (uint64_t k = (uint64_t)task * BLT_RANK_TASK_GROUPS; k < task_end(run, task); k++)
      decide_group(run, s, k);
  return BLT_OK;
}

/* The value of a rank, as an ordered word: among those kept, behind the ones of smaller wanted buckets. */
static blt_status ranked(const blt_rank_segment *r, uint64_t group, uint32_t rank, blt_pace *pace,
                         uint64_t *word, blt_error *err) {
  const uint32_t *counts = group_counts(r, group);
  uint32_t bucket = bucket_of(counts, rank), start = r->starts[group];
  for (uint32_t b = 0; b < bucket; b++)
    if (!((r->groups[group].wanted >> b) & 1)) rank -= counts[b];
  blt_status status = blt_select(r->kept + start, r->starts[group + 1] - start, rank, pace, err);
  *word = r->kept[start + rank];
  return status;
}

static blt_status quantile(const blt_rank_run *run, const blt_rank_segment *r, const blt_agg_column *c,
                           uint64_t group, uint32_t n, blt_pace *pace, uint64_t *word, blt_error *err) {
  blt_quantile_at at = blt_quantile_of(c, n);
  uint64_t low, next = 0;
  blt_status status = ranked(r, group, at.low, pace, &low, err);
  if (status == BLT_OK && at.share > 0) status = ranked(r, group, at.low + 1, pace, &next, err);
  *word = blt_quantile_word(run->lanes.g->agg, c, at.share, low, next);
  return status;
}

/* How little a variance may be beside the mean square, for each row. */
#define POOR 0x1p-40

static bool is_poor(const blt_moments *m) {
  double variance = m->xx / m->n;
  return m->n > 1 && !(variance > m->n * POOR * (variance + m->mean_x * m->mean_x));
}

static blt_status finish_group(blt_rank_run *run, uint32_t s, uint64_t group, blt_pace *pace,
                               blt_error *err) {
  blt_grouping *g = run->lanes.g;
  const blt_rank_segment *r = &run->segments[s];
  uint32_t n = blt_rank_rows(r, group);
  blt_moments m = {.n = n, .mean_x = r->groups[group].mean};
  if (r->moments) m.xx = take_sum(run, r, group);
  if (r->moments && is_poor(&m)) atomic_store(&run->poor, true);
  blt_status status = BLT_OK;
  for (uint32_t c = 0; c < g->agg->ncolumns && status == BLT_OK; c++) {
    const blt_agg_column *column = &g->agg->columns[c];
    if (column->segment != (int32_t)s) continue;
    uint64_t *word = &g->segment_words[c][group];
    double result = 0;
    *word = 0;
    g->segment_valid[c][group] = n > 0;
    if (n == 0) continue;
    if (blt_rank_is_rank(column->spec.kind)) {
      status = quantile(run, r, column, group, n, pace, word, err);
      continue;
    }
    g->segment_valid[c][group] = blt_moments_result(column->spec.kind, &m, &result);
    memcpy(word, &result, sizeof result);
  }
  return status;
}

blt_status blt_rank_finish(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  blt_rank_run *run = arg;
  blt_pace pace = {.scan = run->lanes.g->scan, .worker = worker};
  blt_status status = blt_scan_check(pace.scan, worker, err);
  for (uint32_t s = 0; s < run->lanes.g->agg->nsegments; s++)
    for (uint64_t k = (uint64_t)task * BLT_RANK_TASK_GROUPS; k < task_end(run, task) && status == BLT_OK; k++)
      status = finish_group(run, s, k, &pace, err);
  return status;
}
