#include "exec/aggregate/agg_segment.h"
#include "group_rank.h"

#include "base/bits.h"
#include "base/mem.h"

#define ROWS BLT_VECTOR_ROWS

/* What a segment takes of a slice, and where it belongs. */
typedef struct taken {
  const uint64_t *words;
  const uint32_t *gids;
  uint32_t n, lane, set;
} taken;

/* ---- first reading ---- */

static void count_rows(const blt_rank_segment *r, const taken *t) {
  uint32_t cells[ROWS], n = t->n, *counts = r->counts[t->set];
  const uint32_t *gids = t->gids;
  blt_rank_cells(r, t->words, gids, n, cells);
  if (!r->moments) {
    for (uint32_t i = 0; i < n; i++) counts[cells[i]]++;
    return;
  }
  const double *v = (const double *)t->words;
  double *sums = r->sums[t->lane];
  for (uint32_t i = 0; i < n; i++) {
    counts[cells[i]]++;
    sums[gids[i]] += v[i];
  }
}

/* ---- second reading ---- */

/* Adds squares and notes the rows that are kept, in one go because both look at the group. */
static uint32_t square_rows(const blt_rank_segment *r, double *sums, const double *v, const uint32_t *gids,
                            const uint32_t *cells, uint32_t n, uint16_t *rows) {
  uint32_t found = 0, bucket = (1u << r->bits) - 1;
  for (uint32_t i = 0; i < n; i++) {
    const blt_rank_group *group = &r->groups[gids[i]];
    double d = v[i] - group->mean;
    sums[gids[i]] += d * d;
    rows[found] = (uint16_t)i;
    found += (group->wanted >> (cells[i] & bucket)) & 1;
  }
  return found;
}

static uint32_t find_rows(const blt_rank_segment *r, const uint32_t *gids, const uint32_t *cells, uint32_t n,
                          uint16_t *rows) {
  uint32_t found = 0, bucket = (1u << r->bits) - 1;
  for (uint32_t i = 0; i < n; i++) {
    rows[found] = (uint16_t)i;
    found += (r->groups[gids[i]].wanted >> (cells[i] & bucket)) & 1;
  }
  return found;
}

static void keep_rows(const blt_rank_segment *r, const taken *t) {
  uint32_t cells[ROWS], found, *next = r->next[t->set];
  uint16_t rows[ROWS];
  blt_rank_cells(r, t->words, t->gids, t->n, cells);
  if (r->moments)
    found = square_rows(r, r->sums[t->lane], (const double *)t->words, t->gids, cells, t->n, rows);
  else
    found = find_rows(r, t->gids, cells, t->n, rows);
  for (uint32_t i = 0; i < found; i++) {
    uint32_t at = next[t->gids[rows[i]]]++;
    r->kept[at] = blt_word_ordered(r->is_float, t->words[rows[i]]);
  }
}

/* ---- both ---- */

/* Moves the rows that pass a mask together: their groups and values. */
static void take_passing(const blt_agg_work *w, uint32_t mask, uint32_t n, uint32_t *gids, uint64_t *room,
                         taken *t) {
  const uint64_t *bits = w->masks + mask * (ROWS / 64);
  t->n = 0;
  for (uint32_t i = 0; w->mask_states[mask] == BLT_MASK_SOME && i < n; i++) {
    gids[t->n] = w->gids[i];
    room[t->n] = t->words[i];
    t->n += blt_bit(bits, i);
  }
  t->gids = gids;
  t->words = room;
}

typedef void (*segment_fn)(const blt_rank_segment *r, const taken *t);

static void read_segments(const blt_rank_run *run, uint32_t lane, const blt_agg_work *w, uint32_t n,
                          segment_fn fn) {
  const blt_agg_plan *p = run->lanes.g->agg;
  for (size_t s = 0; s < p->nsegments; s++) {
    uint64_t words_room[ROWS], taken_room[ROWS];
    uint32_t gids_room[ROWS], mask = p->segments[s].mask;
    taken t = {blt_segment_words(&w->vecs[p->segments[s].a], words_room), w->gids, n, lane, run->sets[lane]};
    if (w->mask_states[mask] != BLT_MASK_ALL) take_passing(w, mask, n, gids_room, taken_room, &t);
    fn(&run->segments[s], &t);
  }
}

static void count_slice(void *run, uint32_t lane, const blt_agg_work *w, uint32_t n) {
  read_segments(run, lane, w, n, count_rows);
}

static void keep_slice(void *run, uint32_t lane, const blt_agg_work *w, uint32_t n) {
  read_segments(run, lane, w, n, keep_rows);
}

/* Zeroed memory on first use. */
static bool provide(blt_ctx *ctx, void *array, size_t n, size_t size) {
  void **p = array;
  return *p || (*p = blt_calloc(ctx, n, size));
}

static blt_status prepare_lane(const blt_rank_run *run, uint32_t lane, blt_error *err) {
  const blt_grouping *g = run->lanes.g;
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    blt_rank_segment *r = &run->segments[s];
    bool ok = provide(g->scan->ctx, &r->counts[run->sets[lane]], g->domain << r->bits, sizeof **r->counts);
    if (ok && r->moments) ok = provide(g->scan->ctx, &r->sums[lane], g->domain, sizeof **r->sums);
    if (!ok) return blt_fail_memory(err, (g->domain << r->bits) * sizeof **r->counts);
  }
  return BLT_OK;
}

blt_status blt_rank_count_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  blt_rank_run *run = arg;
  run->sets[lane] = worker;
  blt_status status = prepare_lane(run, lane, err);
  return status == BLT_OK ? blt_group_lane_read(&run->lanes, lane, worker, count_slice, run, err) : status;
}

blt_status blt_rank_keep_set(void *arg, uint32_t set, uint32_t worker, blt_error *err) {
  blt_rank_run *run = arg;
  blt_status status = BLT_OK;
  for (uint32_t l = 0; l < run->lanes.n && status == BLT_OK; l++)
    if (run->sets[l] == set) status = blt_group_lane_read(&run->lanes, l, worker, keep_slice, run, err);
  return status;
}
