/* Segments of groups: the values that an aggregate needs together, gathered group after group in row order.
 *
 * Direct: rows are counted by lane and group, counts become places, and a second reading puts each value in
 * its place. Radix: values travel with the keys to the partitions, and each partition gathers its own.
 */
#include "exec/aggregate/agg_segment.h"
#include "group_lanes.h"

#include "base/bits.h"
#include "base/mem.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define FINAL_GROUPS 64u
#define TOUCHED ((size_t)2 << 20)

/* ---- room ---- */

static blt_status allocate_results(blt_grouping *g, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  for (uint32_t c = 0; c < g->agg->ncolumns; c++) {
    if (g->agg->columns[c].segment < 0) continue;
    g->segment_words[c] = blt_alloc(ctx, g->capacity * sizeof **g->segment_words);
    g->segment_valid[c] = blt_alloc(ctx, g->capacity);
    if (!g->segment_words[c] || !g->segment_valid[c])
      return blt_fail_memory(err, g->capacity * sizeof **g->segment_words);
  }
  return BLT_OK;
}

blt_status blt_group_segments_results(blt_grouping *g, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  uint32_t n = g->agg->ncolumns;
  g->segments = blt_calloc(ctx, g->agg->nsegments, sizeof *g->segments);
  g->segment_words = blt_calloc(ctx, n, sizeof *g->segment_words);
  g->segment_valid = blt_calloc(ctx, n, sizeof *g->segment_valid);
  g->segment_works = blt_calloc(ctx, g->scan->workers, sizeof *g->segment_works);
  if (!g->segments || !g->segment_words || !g->segment_valid || !g->segment_works)
    return blt_fail_memory(err, n * sizeof *g->segment_words);
  for (uint32_t i = 0; i < g->scan->workers; i++)
    g->segment_works[i] = (blt_segment_work){.ctx = ctx, .pace = {.scan = g->scan, .worker = i}};
  return allocate_results(g, err);
}

blt_status blt_group_segment_room(blt_grouping *g, uint32_t s, uint64_t rows, bool kept, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  blt_group_segment *seg = &g->segments[s];
  seg->rows = rows ? rows : 1;
  size_t bytes = seg->rows * sizeof *seg->a;
  bool ok = (seg->a = blt_alloc(ctx, bytes)) != NULL;
  if (ok && g->agg->segments[s].b >= 0) ok = (seg->b = blt_alloc(ctx, bytes)) != NULL;
  if (ok && kept) ok = (seg->kept = blt_alloc(ctx, seg->rows)) != NULL;
  if (ok) ok = (seg->starts = blt_alloc(ctx, g->capacity * sizeof *seg->starts)) != NULL;
  return ok ? BLT_OK : blt_fail_memory(err, bytes);
}

void blt_group_segments_touch(const blt_grouping *g, size_t from, size_t to) {
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    const blt_group_segment *seg = &g->segments[s];
    size_t bytes = seg->rows * sizeof *seg->a;
    blt_touch(seg->a, bytes, from, to);
    if (seg->b) blt_touch(seg->b, bytes, from, to);
  }
}

void blt_group_segments_free(blt_grouping *g) {
  blt_ctx *ctx = g->scan->ctx;
  uint32_t n = g->agg->ncolumns;
  for (size_t s = 0; g->segments && s < g->agg->nsegments; s++) {
    blt_group_segment *seg = &g->segments[s];
    blt_free(ctx, seg->a, seg->rows * sizeof *seg->a);
    blt_free(ctx, seg->b, seg->rows * sizeof *seg->b);
    blt_free(ctx, seg->kept, seg->rows);
    blt_free(ctx, seg->starts, g->capacity * sizeof *seg->starts);
  }
  for (uint32_t c = 0; c < n; c++) {
    if (g->segment_words) blt_free(ctx, g->segment_words[c], g->capacity * sizeof **g->segment_words);
    if (g->segment_valid) blt_free(ctx, g->segment_valid[c], g->capacity);
  }
  for (uint32_t i = 0; g->segment_works && i < g->scan->workers; i++)
    blt_segment_work_free(&g->segment_works[i]);
  blt_free(ctx, g->segments, g->agg->nsegments * sizeof *g->segments);
  blt_free(ctx, g->segment_words, n * sizeof *g->segment_words);
  blt_free(ctx, g->segment_valid, n * sizeof *g->segment_valid);
  blt_free(ctx, g->segment_works, g->scan->workers * sizeof *g->segment_works);
}

/* ---- values of a slice ---- */

static inline bool keeps(const uint64_t *bits, uint8_t state, uint32_t i) {
  return state == BLT_MASK_ALL || (state == BLT_MASK_SOME && blt_bit(bits, i));
}

void blt_group_segments_scatter(blt_grouping *g, const blt_agg_work *w, const uint32_t *to, uint32_t n) {
  uint64_t room[ROWS];
  for (size_t s = 0; s < g->agg->nsegments; s++) {
    const blt_agg_segment *segment = &g->agg->segments[s];
    blt_group_segment *seg = &g->segments[s];
    const uint64_t *words = blt_segment_words(&w->vecs[segment->a], room);
    for (uint32_t i = 0; i < n; i++) seg->a[to[i]] = words[i];
    if (seg->b) {
      words = blt_segment_words(&w->vecs[segment->b], room);
      for (uint32_t i = 0; i < n; i++) seg->b[to[i]] = words[i];
    }
    if (!seg->kept) continue;
    const uint64_t *bits = w->masks + segment->mask * (ROWS / 64);
    for (uint32_t i = 0; i < n; i++) seg->kept[to[i]] = keeps(bits, w->mask_states[segment->mask], i);
  }
}

/* ---- partitions ---- */

typedef struct gather_room {
  uint64_t *a, *b;
  uint32_t *ends; /* of each group */
} gather_room;

/* The rows `from` to `end` - 1 of a partition, into places by group. */
static void gather_rows(const blt_group_segment *seg, uint64_t start, const uint32_t *gids, uint32_t from,
                        uint32_t end, gather_room *room) {
  for (uint32_t i = from; i < end; i++) {
    if (seg->kept && !seg->kept[start + i]) continue;
    uint32_t to = room->ends[gids[i]]++;
    room->a[to] = seg->a[start + i];
    if (seg->b) room->b[to] = seg->b[start + i];
  }
}

/* Sorts a partition's values by group, keeping the order of rows; *rows: how many there are. */
static blt_status gather(const blt_group_segment *seg, uint64_t start, const uint32_t *gids, uint32_t n,
                         uint32_t groups, blt_pace *pace, gather_room *room, uint32_t *rows, blt_error *err) {
  uint32_t at = 0;
  const uint8_t *kept = seg->kept ? seg->kept + start : NULL;
  blt_status status = BLT_OK;
  memset(room->ends, 0, groups * sizeof *room->ends);
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    for (uint32_t j = i; j < end; j++) room->ends[gids[j]] += !kept || kept[j];
    status = blt_pace_step(pace, end - i, err);
  }
  for (uint32_t k = 0; k < groups; k++) {
    uint32_t count = room->ends[k];
    room->ends[k] = at;
    seg->starts[start + k] = start + at;
    at += count;
  }
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    gather_rows(seg, start, gids, i, end, room);
    status = blt_pace_step(pace, end - i, err);
  }
  *rows = at;
  return status;
}

static blt_status partition_segment(blt_grouping *g, uint32_t s, uint32_t worker, uint64_t start,
                                    const uint32_t *gids, uint32_t n, uint32_t groups, gather_room *room,
                                    blt_error *err) {
  blt_group_segment *seg = &g->segments[s];
  blt_segment_work *work = &g->segment_works[worker];
  uint32_t rows;
  blt_status status = gather(seg, start, gids, n, groups, &work->pace, room, &rows, err);
  for (uint32_t k = 0; k < groups && status == BLT_OK; k++) {
    uint64_t from = seg->starts[start + k] - start;
    status =
        blt_segment_final(g->agg, s, work, room->a + from, seg->b ? room->b + from : NULL,
                          room->ends[k] - (uint32_t)from, g->segment_words, g->segment_valid, start + k, err);
  }
  if (status == BLT_OK && g->agg->segments[s].own) memcpy(seg->a + start, room->a, rows * sizeof *room->a);
  return status;
}

blt_status blt_group_segments_partition(blt_grouping *g, uint32_t worker, uint64_t start,
                                        const uint32_t *gids, uint32_t n, uint32_t groups, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  gather_room room = {blt_alloc(ctx, n * sizeof *room.a), blt_alloc(ctx, n * sizeof *room.b),
                      blt_alloc(ctx, groups * sizeof *room.ends)};
  blt_status status = BLT_OK;
  if (!room.a || !room.b || !room.ends) status = blt_fail_memory(err, n * sizeof *room.a);
  for (uint32_t s = 0; s < g->agg->nsegments && status == BLT_OK; s++)
    status = partition_segment(g, s, worker, start, gids, n, groups, &room, err);
  blt_free(ctx, room.a, n * sizeof *room.a);
  blt_free(ctx, room.b, n * sizeof *room.b);
  blt_free(ctx, room.ends, groups * sizeof *room.ends);
  return status;
}

/* ---- direct ---- */

typedef struct direct_run {
  blt_group_lanes lanes;
  uint32_t **places; /* of each segment: [lane][place]: first rows, then where the next value goes */
} direct_run;

static uint32_t *places_of(const direct_run *run, size_t s, uint32_t lane) {
  return run->places[s] + (size_t)lane * run->lanes.g->domain;
}

static void count_slice(void *arg, uint32_t lane, const blt_agg_work *w, uint32_t n) {
  const direct_run *run = arg;
  const blt_agg_plan *p = run->lanes.g->agg;
  for (size_t s = 0; s < p->nsegments; s++) {
    uint32_t mask = p->segments[s].mask, *count = places_of(run, s, lane);
    const uint64_t *bits = w->masks + mask * (ROWS / 64);
    if (w->mask_states[mask] == BLT_MASK_ALL)
      for (uint32_t i = 0; i < n; i++) count[w->gids[i]]++;
    else
      for (uint32_t i = 0; i < n; i++) count[w->gids[i]] += keeps(bits, w->mask_states[mask], i);
  }
}

/* Every row's value to the next place of its group. */
static void place_all(const uint64_t *words, const uint32_t *gids, uint32_t n, uint32_t *next,
                      uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) out[next[gids[i]]++] = words[i];
}

static void place_words(const uint64_t *words, const uint32_t *to, uint32_t n, uint64_t *out) {
  for (uint32_t i = 0; i < n; i++)
    if (to[i] != UINT32_MAX) out[to[i]] = words[i];
}

static void place_segment(const direct_run *run, size_t s, uint32_t lane, const blt_agg_work *w, uint32_t n) {
  const blt_agg_segment *segment = &run->lanes.g->agg->segments[s];
  const blt_group_segment *seg = &run->lanes.g->segments[s];
  uint32_t *next = places_of(run, s, lane), to[ROWS];
  uint64_t room[ROWS];
  uint8_t state = w->mask_states[segment->mask];
  const uint64_t *bits = w->masks + segment->mask * (ROWS / 64),
                 *words = blt_segment_words(&w->vecs[segment->a], room);
  if (state == BLT_MASK_ALL && !seg->b) {
    place_all(words, w->gids, n, next, seg->a);
    return;
  }
  for (uint32_t i = 0; i < n; i++) to[i] = keeps(bits, state, i) ? next[w->gids[i]]++ : UINT32_MAX;
  place_words(words, to, n, seg->a);
  if (seg->b) place_words(blt_segment_words(&w->vecs[segment->b], room), to, n, seg->b);
}

static void place_slice(void *arg, uint32_t lane, const blt_agg_work *w, uint32_t n) {
  const direct_run *run = arg;
  for (size_t s = 0; s < run->lanes.g->agg->nsegments; s++) place_segment(run, s, lane, w, n);
}

static blt_status count_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  direct_run *run = arg;
  return blt_group_lane_read(&run->lanes, lane, worker, count_slice, run, err);
}

static blt_status place_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  direct_run *run = arg;
  return blt_group_lane_read(&run->lanes, lane, worker, place_slice, run, err);
}

/* Turns a segment's counts into places: group after group, in each the lanes in order. */
static blt_status assign_places(direct_run *run, uint32_t s, blt_error *err) {
  blt_grouping *g = run->lanes.g;
  blt_pace pace = {.scan = g->scan};
  uint64_t rows = 0;
  for (uint64_t i = 0; i < g->domain * run->lanes.n; i++) rows += run->places[s][i];
  blt_status status = blt_group_segment_room(g, s, rows, false, err);
  uint32_t at = 0;
  for (uint64_t k = 0; k < g->domain && status == BLT_OK; k++) {
    g->segments[s].starts[k] = at;
    for (uint32_t l = 0; l < run->lanes.n; l++) {
      uint32_t *place = places_of(run, s, l) + k, n = *place;
      *place = at;
      at += n;
    }
    status = blt_pace_step(&pace, run->lanes.n, err);
  }
  return status;
}

/* The memory for values in steps: the first rows go to all groups, and would wait for all of it. */
static blt_status touch_values(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  const blt_grouping *g = ((const direct_run *)arg)->lanes.g;
  blt_group_segments_touch(g, task * TOUCHED, (task + 1) * TOUCHED);
  return blt_scan_check(g->scan, worker, err);
}

/* Groups first to first + FINAL_GROUPS - 1 of the answer. */
static blt_status final_groups(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  direct_run *run = arg;
  blt_grouping *g = run->lanes.g;
  uint64_t first = (uint64_t)task * FINAL_GROUPS, end = first + FINAL_GROUPS;
  if (end > g->ngroups) end = g->ngroups;
  blt_status status = blt_scan_check(g->scan, worker, err);
  for (uint64_t i = first; i < end && status == BLT_OK; i++) {
    uint32_t place = g->order[i];
    for (uint32_t s = 0; s < g->agg->nsegments && status == BLT_OK; s++) {
      blt_group_segment *seg = &g->segments[s];
      uint64_t from = seg->starts[place], to = places_of(run, s, run->lanes.n - 1)[place];
      status = blt_segment_final(g->agg, s, &g->segment_works[worker], seg->a + from,
                                 seg->b ? seg->b + from : NULL, (uint32_t)(to - from), g->segment_words,
                                 g->segment_valid, place, err);
    }
  }
  return status;
}

static void rows_of_groups(const void *arg, size_t s, uint64_t *rows) {
  const direct_run *run = arg;
  uint64_t domain = run->lanes.g->domain;
  memset(rows, 0, domain * sizeof *rows);
  for (uint32_t l = 0; l < run->lanes.n; l++) {
    const uint32_t *count = places_of(run, s, l);
    for (uint64_t k = 0; k < domain; k++) rows[k] += count[k];
  }
}

static blt_status gather_all(direct_run *run, blt_error *err) {
  blt_grouping *g = run->lanes.g;
  uint64_t rows = g->scan->view->rows;
  blt_status status = blt_scan_run(g->scan, rows, run->lanes.n, count_lane, run, err);
  g->scan->counted = true;
  if (status == BLT_OK && !g->columns) status = blt_group_list_counted(g, rows_of_groups, run, err);
  if (status == BLT_OK && !g->segments) status = blt_group_segments_results(g, err);
  for (uint32_t s = 0; s < g->agg->nsegments && status == BLT_OK; s++) status = assign_places(run, s, err);
  uint32_t steps = (uint32_t)(rows * sizeof(uint64_t) / TOUCHED + 1);
  if (status == BLT_OK) status = blt_scan_run(g->scan, rows, steps, touch_values, run, err);
  if (status == BLT_OK) status = blt_scan_run(g->scan, rows, run->lanes.n, place_lane, run, err);
  uint32_t tasks = (uint32_t)((g->ngroups + FINAL_GROUPS - 1) / FINAL_GROUPS);
  return status == BLT_OK ? blt_scan_run(g->scan, rows, tasks, final_groups, run, err) : status;
}

static blt_status allocate_places(direct_run *run, blt_grouping *g, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  blt_status status = blt_group_lanes_init(&run->lanes, g, err);
  if (status != BLT_OK) return status;
  run->places = blt_calloc(ctx, g->agg->nsegments, sizeof *run->places);
  if (!run->places) return blt_fail_memory(err, g->agg->nsegments * sizeof *run->places);
  for (size_t s = 0; s < g->agg->nsegments; s++)
    if (!(run->places[s] = blt_calloc(ctx, g->domain * run->lanes.n, sizeof **run->places)))
      return blt_fail_memory(err, g->domain * run->lanes.n * sizeof **run->places);
  return BLT_OK;
}

blt_status blt_group_segments_direct(blt_grouping *g, blt_error *err) {
  bool done = false;
  bool ranks = blt_group_ranks_suit(g);
  if (blt_group_sketches_suit(g) && !(ranks && g->domain > 1)) {
    g->segment_way = "kept in sketches";
    return blt_group_sketches(g, err);
  }
  blt_status status = ranks ? blt_group_ranks(g, &done, err) : BLT_OK;
  if (done) g->segment_way = "counted by bucket";
  if (status != BLT_OK || done) return status;
  direct_run run = {0};
  blt_ctx *ctx = g->scan->ctx;
  status = allocate_places(&run, g, err);
  if (status == BLT_OK) status = gather_all(&run, err);
  for (size_t s = 0; run.places && s < g->agg->nsegments; s++)
    blt_free(ctx, run.places[s], g->domain * run.lanes.n * sizeof **run.places);
  blt_free(ctx, run.places, g->agg->nsegments * sizeof *run.places);
  blt_group_lanes_free(&run.lanes);
  return status;
}
