/* Direct indexing: the number made of the keys is the place of the group's record. */
#include "fused.h"

#include "base/mem.h"
#include <string.h>

#define MERGE_GROUPS BLT_DIRECT_CHUNK
#define LANES 16u
#define LANES_MAX 4096u
#define SETTLED_GROUPS 1024u /* with more of them, a lane has few rows of each */
#define SETTLED_ROWS 256u    /* that a group has then on the average */
#define FAR_BYTES ((size_t)64 << 10)
#define MAPPED_DOMAIN 65536u /* below, clearing all records costs nothing beside reading the rows */
#define MAPPED_LANES 64u

/* Which chunks of a lane's records rows have reached: the others are never cleared, nor merged. */
typedef struct chunk_map {
  uint8_t *reached;
  uint32_t left; /* chunks that are not */
} chunk_map;

typedef struct direct_run {
  blt_grouping *g;
  uint64_t **lanes; /* records of each lane */
  chunk_map *maps;  /* of each lane; NULL: all records are cleared */
  uint32_t nchunks;
  uint8_t *chunks;      /* with maps: those that some lane has reached */
  blt_agg_work **works; /* of each worker */
  blt_fused fused;
  uint32_t nrecords; /* length of lanes */
  uint32_t used;     /* how many of them there are in the end */
  bool whole;        /* fields have room for the sums of all rows, not only of a lane */
  bool by_worker;    /* what is added up is the same in any order: one set of records for each worker */
} direct_run;

typedef struct lane_arg {
  blt_grouping *g;
  const blt_fused *fused;
  blt_agg_work *work;
  uint64_t *records;
  chunk_map *map;             /* or NULL */
  blt_agg_settling *settling; /* NULL: rows are added to the lane's records themselves */
} lane_arg;

/* Lanes are a property of the data: as many as merging them costs little beside reading the rows. */
static uint32_t count_lanes(const blt_grouping *g) {
  uint32_t blocks = g->scan->view->ngroups;
  uint64_t affordable = g->scan->view->rows / 64 / (g->domain ? g->domain : 1);
  uint64_t n = affordable > LANES_MAX ? LANES_MAX : affordable;
  if (n < LANES) n = g->domain > 32768 ? LANES / 2 : LANES;
  if (n > blocks) n = blocks;
  return n ? (uint32_t)n : 1;
}

static uint64_t lane_rows(const blt_grouping *g, uint32_t nlanes) {
  uint64_t blocks = (g->scan->view->ngroups + nlanes - 1) / nlanes, rows = blocks * BLT_BLOCK_ROWS;
  return rows < g->scan->view->rows ? rows : g->scan->view->rows;
}

static size_t record_bytes(const blt_grouping *g) {
  return g->domain * (g->agg->narrow ? sizeof(uint32_t) : g->agg->stride * sizeof(uint64_t));
}

/* Clears the chunks of records that rows reach for the first time. */
static void reach(const lane_arg *lane, uint32_t n) {
  size_t chunk_bytes = record_bytes(lane->g) / lane->g->domain * MERGE_GROUPS;
  blt_group_direct_ids(lane->g, lane->work->vecs, n, lane->work->gids);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t c = lane->work->gids[i] / MERGE_GROUPS;
    if (lane->map->reached[c]) continue;
    size_t at = c * chunk_bytes, left = record_bytes(lane->g) - at;
    memset((char *)lane->records + at, 0, left < chunk_bytes ? left : chunk_bytes);
    lane->map->reached[c] = 1;
    lane->map->left--;
  }
}

static blt_status step(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  lane_arg *lane = arg;
  blt_agg_work *w = lane->work;
  blt_status status = blt_agg_load(w, ev, slice, err);
  if (status != BLT_OK) return status;
  if (lane->map && lane->map->left) reach(lane, slice->n);
  if (blt_fused_add(lane->fused, w, slice->n, lane->records, lane->settling)) return BLT_OK;
  blt_agg_contribute(w, slice, w->plan->nslots);
  if (lane->g->domain == 1) {
    blt_agg_reduce(w, slice->n, lane->records);
    return BLT_OK;
  }
  blt_group_direct_ids(lane->g, w->vecs, slice->n, w->gids);
  blt_agg_scatter(w, slice->n, lane->records);
  if (lane->settling) blt_agg_added(lane->settling, slice->n);
  return BLT_OK;
}

static blt_status get_work(direct_run *run, uint32_t worker, blt_agg_work **out, blt_error *err) {
  if (!run->works[worker]) {
    blt_status status = blt_agg_work_new(run->g->agg, &run->works[worker], err);
    if (status != BLT_OK) return status;
  }
  *out = run->works[worker];
  return BLT_OK;
}

static blt_status get_records(direct_run *run, uint32_t index, uint64_t **out, blt_error *err) {
  size_t bytes = record_bytes(run->g);
  uint64_t **records = &run->lanes[index];
  if (!*records) {
    *records = blt_alloc(run->g->scan->ctx, bytes);
    if (!*records) return blt_fail_memory(err, bytes);
    if (!run->maps) memset(*records, 0, bytes);
  }
  *out = *records;
  return BLT_OK;
}

/* A filter may leave few rows for a large domain. */
static bool mapping_pays(const direct_run *run) {
  return run->g->scan->where && run->g->domain > MAPPED_DOMAIN && run->nrecords <= MAPPED_LANES &&
         run->g->agg->nsegments == 0;
}

/* The lanes' maps, one behind the other, and `chunks`. */
static blt_status make_maps(direct_run *run, blt_error *err) {
  blt_ctx *ctx = run->g->scan->ctx;
  run->nchunks = (uint32_t)((run->g->domain + MERGE_GROUPS - 1) / MERGE_GROUPS);
  size_t bytes = (size_t)run->nchunks * (run->nrecords + 1);
  run->maps = blt_calloc(ctx, run->nrecords, sizeof *run->maps);
  run->chunks = blt_calloc(ctx, bytes, 1);
  if (!run->maps || !run->chunks) return blt_fail_memory(err, bytes);
  for (uint32_t i = 0; i < run->nrecords; i++)
    run->maps[i] = (chunk_map){run->chunks + (size_t)run->nchunks * (i + 1), run->nchunks};
  return BLT_OK;
}

static blt_status add_blocks(const lane_arg *a, uint32_t lane, uint32_t worker, blt_error *err) {
  blt_scan *scan = a->g->scan;
  blt_status status = BLT_OK;
  for (uint32_t b = blt_scan_lane(a->g->scan, lane, a->g->nlanes);
       b < blt_scan_lane(a->g->scan, lane + 1, a->g->nlanes) && status == BLT_OK; b++) {
    uint64_t rows = 0;
    status = blt_scan_check(scan, worker, err);
    if (status == BLT_OK) status = blt_agg_add_blocks(a->g->agg, b, a->records, &rows, err);
    blt_view_forget(scan->view, b);
    atomic_fetch_add_explicit(&scan->scanned_groups, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&scan->selected, rows, memory_order_relaxed);
  }
  return status;
}

/* Whether a block's rows can be added as they are: all of them, and every input a column. */
static bool takes_whole(const lane_arg *a, uint32_t b) {
  const blt_scan *scan = a->g->scan;
  return a->fused->shape != BLT_FUSED_NONE && a->fused->columns && !scan->where &&
         !(scan->view->live && scan->view->live[b]);
}

/* Adds a block in one go; *done false: it has nulls, or is encoded in another way. */
static blt_status add_whole(const lane_arg *a, uint32_t b, uint32_t worker, bool *done, blt_error *err) {
  blt_scan *scan = a->g->scan;
  blt_agg_work *w = a->work;
  uint32_t n = scan->view->group_rows[b];
  blt_eval *ev;
  blt_status status = blt_scan_check(scan, worker, err);
  if (status == BLT_OK) status = blt_scan_eval(scan, worker, &ev, err);
  if (status == BLT_OK) blt_eval_reset(ev);
  for (size_t i = 0; i < w->ninputs && status == BLT_OK; i++)
    status = blt_expr_read(ev, a->g->inputs->items[i].expr, b, 0, NULL, n, &w->vecs[i], err);
  *done = status == BLT_OK && blt_fused_add(a->fused, w, n, a->records, a->settling);
  if (!*done) return status;
  atomic_fetch_add_explicit(&scan->scanned_groups, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&scan->selected, n, memory_order_relaxed);
  return BLT_OK;
}

static blt_status run_blocks(lane_arg *a, uint32_t lane, uint32_t worker, blt_error *err) {
  const blt_view *view = a->g->scan->view;
  blt_status status = BLT_OK;
  for (uint32_t b = blt_scan_lane(a->g->scan, lane, a->g->nlanes);
       b < blt_scan_lane(a->g->scan, lane + 1, a->g->nlanes) && status == BLT_OK; b++) {
    bool done = false;
    if (takes_whole(a, b)) status = add_whole(a, b, worker, &done, err);
    if (done && view->ops && view->ops->transient) blt_view_forget(view, b);
    if (status == BLT_OK && !done) status = blt_scan_groups(a->g->scan, worker, b, b + 1, step, a, err);
  }
  return status;
}

/* The lane with records of their own for the latest rows. */
static blt_status run_settled(lane_arg *a, uint32_t lane, uint32_t worker, blt_error *err) {
  const blt_grouping *g = a->g;
  uint32_t quota = ((uint32_t)g->domain * SETTLED_ROWS + 511) / 512 * 512;
  blt_agg_settling s = {.plan = g->agg, .total = a->records, .groups = (uint32_t)g->domain, .quota = quota};
  s.recent = blt_calloc(g->scan->ctx, g->domain * g->agg->stride, sizeof *s.recent);
  if (!s.recent) return blt_fail_memory(err, record_bytes(g));
  a->records = s.recent;
  a->settling = &s;
  blt_status status = run_blocks(a, lane, worker, err);
  blt_agg_settle(&s);
  blt_free(g->scan->ctx, s.recent, g->domain * g->agg->stride * sizeof *s.recent);
  return status;
}

static blt_status run_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  direct_run *run = arg;
  blt_grouping *g = run->g;
  lane_arg a = {.g = g, .fused = &run->fused};
  blt_status status = get_work(run, worker, &a.work, err);
  uint32_t index = run->by_worker ? worker : lane;
  if (status == BLT_OK) status = get_records(run, index, &a.records, err);
  if (status != BLT_OK) return status;
  a.map = run->maps ? &run->maps[index] : NULL;
  if (g->nkeys == 0 && blt_agg_from_blocks(g->agg)) return add_blocks(&a, lane, worker, err);
  if (g->domain > 1 && g->domain <= SETTLED_GROUPS && blt_agg_settles(g->agg))
    return run_settled(&a, lane, worker, err);
  return run_blocks(&a, lane, worker, err);
}

/* Leaves out workers that got no lane. */
static void close_gaps(direct_run *run) {
  for (uint32_t i = 0; i < run->nrecords; i++) {
    uint64_t *records = run->lanes[i];
    if (!records) continue;
    run->lanes[i] = NULL;
    if (run->maps) run->maps[run->used] = run->maps[i];
    run->lanes[run->used++] = records;
  }
}

/* The records of lanes that have reached a chunk; gives how many. */
static uint32_t lanes_of(const direct_run *run, uint32_t chunk, uint64_t *out[MAPPED_LANES]) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->used; i++)
    if (run->maps[i].reached[chunk]) out[n++] = run->lanes[i];
  run->chunks[chunk] = n > 0;
  return n;
}

static blt_status merge_chunk(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  direct_run *run = arg;
  blt_grouping *g = run->g;
  uint32_t first = task * MERGE_GROUPS;
  uint32_t n = g->domain - first < MERGE_GROUPS ? (uint32_t)(g->domain - first) : MERGE_GROUPS;
  size_t column = 0;
  uint64_t *some[MAPPED_LANES], *const *lanes = run->maps ? some : run->lanes;
  uint32_t nlanes = run->maps ? lanes_of(run, task, some) : run->used;
  if (nlanes == 0) return BLT_OK;
  bool folded = run->whole && blt_agg_fold(g->agg, lanes, nlanes, first, n);
  for (uint32_t i = 0; i < g->agg->nparts; i++) {
    blt_agg_merge(g->agg, i, lanes, folded ? 1 : nlanes, first, n, g->columns + column);
    column += blt_part_words(&g->agg->parts[i]);
  }
  return blt_scan_check(g->scan, worker, err);
}

blt_status blt_group_direct_columns(blt_grouping *g, blt_error *err) {
  size_t n = 0;
  for (size_t i = 0; i < g->agg->nparts; i++) n += blt_part_words(&g->agg->parts[i]);
  g->capacity = g->domain;
  g->columns = blt_calloc(g->scan->ctx, n, sizeof *g->columns);
  if (!g->columns) return blt_fail_memory(err, n * sizeof *g->columns);
  g->ncolumns = n;
  for (size_t i = 0; i < n; i++) {
    g->columns[i] = blt_alloc(g->scan->ctx, g->domain * sizeof **g->columns);
    if (!g->columns[i]) return blt_fail_memory(err, g->domain * sizeof **g->columns);
  }
  return BLT_OK;
}

static uint64_t chunk_end(const blt_grouping *g, uint64_t first) {
  return g->domain - first < MERGE_GROUPS ? g->domain : first + MERGE_GROUPS;
}

blt_status blt_group_direct_list(blt_grouping *g, const uint8_t *chunks, blt_error *err) {
  size_t column = 0, n = 0;
  for (int32_t i = 0; i < g->agg->presence; i++) column += blt_part_words(&g->agg->parts[i]);
  const uint64_t *present = g->columns[column];
  for (uint64_t first = 0, end; first < g->domain; first = end) {
    end = chunk_end(g, first);
    if (chunks && !chunks[first / MERGE_GROUPS]) continue;
    for (uint64_t i = first; i < end; i++) n += present[i] != 0;
  }
  if (g->nkeys == 0) n = 1;
  g->order = blt_alloc(g->scan->ctx, n * sizeof *g->order);
  if (!g->order) return blt_fail_memory(err, n * sizeof *g->order);
  g->ngroups = n;
  if (g->nkeys == 0) g->order[0] = 0;
  n = g->nkeys == 0;
  for (uint64_t first = 0, end; n < g->ngroups; first = end) {
    end = chunk_end(g, first);
    if (chunks && !chunks[first / MERGE_GROUPS]) continue;
    for (uint64_t i = first; i < end && n < g->ngroups; i++) { /* there or not: no pattern for a branch */
      g->order[n] = (uint32_t)i;
      n += present[i] != 0;
    }
  }
  return BLT_OK;
}

static blt_status merge(direct_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  blt_status status = blt_group_direct_columns(g, err);
  uint32_t chunks = (uint32_t)((g->domain + MERGE_GROUPS - 1) / MERGE_GROUPS);
  if (status == BLT_OK) status = blt_scan_run(g->scan, g->domain * run->used, chunks, merge_chunk, run, err);
  return status == BLT_OK ? blt_group_direct_list(g, run->chunks, err) : status;
}

static void release(direct_run *run) {
  blt_ctx *ctx = run->g->scan->ctx;
  for (uint32_t i = 0; run->lanes && i < run->nrecords; i++)
    blt_free(ctx, run->lanes[i], record_bytes(run->g));
  for (uint32_t i = 0; run->works && i < run->g->scan->workers; i++) blt_agg_work_free(run->works[i]);
  blt_free(ctx, run->lanes, run->nrecords * sizeof *run->lanes);
  blt_free(ctx, run->maps, run->nrecords * sizeof *run->maps);
  blt_free(ctx, run->chunks, (size_t)run->nchunks * (run->nrecords + 1));
  blt_free(ctx, run->works, run->g->scan->workers * sizeof *run->works);
  blt_fused_free(&run->fused);
}

#define LANES_AT_ONCE 32u

/* As finely as can be shared out; but neighbours share the work of making transient blocks. */
static uint32_t finest(const blt_view *v) {
  bool shared = v->ops && v->ops->transient && v->ngroups > LANES_AT_ONCE;
  return shared ? LANES_AT_ONCE : v->ngroups > 1 ? v->ngroups : 1;
}

/* If fields that hold the sums of all rows need no more slots than those of a lane, records of lanes can be
 * added as they are. Integer sums, sets and extremes do not even depend on the order of rows: each worker
 * then has one set of records for all its lanes. */
static blt_status lay_out(direct_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  blt_status status = blt_agg_plan_presence(g->agg, err);
  if (status == BLT_OK) status = blt_agg_layout(g->agg, lane_rows(g, g->nlanes), err);
  size_t slots = g->agg->nslots;
  run->nrecords = g->nlanes;
  bool any_order = true;
  for (size_t s = 0; s < slots; s++) any_order &= g->agg->slots[s].op != BLT_SLOT_FADD;
  if (status == BLT_OK) status = blt_agg_layout(g->agg, g->scan->view->rows, err);
  run->whole = g->agg->nslots == slots;
  run->by_worker = run->whole && any_order;
  if (run->by_worker) {
    run->nrecords = g->scan->workers;
    g->nlanes = finest(g->scan->view);
  }
  if (status == BLT_OK && !run->whole) status = blt_agg_layout(g->agg, lane_rows(g, g->nlanes), err);
  return status;
}

/* Nothing to add up but the number of rows, which a segment counts anyway. */
static bool segments_suffice(const blt_grouping *g) {
  if (g->agg->nparts != 1 || !blt_part_is_constant(&g->agg->parts[0])) return false;
  for (size_t s = 0; s < g->agg->nsegments; s++)
    if (g->agg->segments[s].mask == 0) return true;
  return false;
}

blt_status blt_group_direct(blt_grouping *g, blt_error *err) {
  direct_run run = {.g = g};
  blt_ctx *ctx = g->scan->ctx;
  g->nlanes = count_lanes(g);
  blt_status status = lay_out(&run, err);
  if (status != BLT_OK) return status;
  if (segments_suffice(g)) return blt_group_segments_direct(g, err);
  status = blt_fused_init(&run.fused, g, err);
  if (status != BLT_OK) return status;
  g->agg->far = record_bytes(g) > FAR_BYTES;
  run.lanes = blt_calloc(ctx, run.nrecords, sizeof *run.lanes);
  run.works = blt_calloc(ctx, g->scan->workers, sizeof *run.works);
  if (mapping_pays(&run)) status = make_maps(&run, err);
  if (run.lanes && run.works && status == BLT_OK)
    status = blt_scan_run(g->scan, g->scan->view->rows, g->nlanes, run_lane, &run, err);
  else if (status == BLT_OK)
    status = blt_fail_memory(err, run.nrecords * sizeof *run.lanes);
  g->scan->counted = true;
  if (status == BLT_OK) close_gaps(&run);
  if (status == BLT_OK) status = merge(&run, err);
  release(&run);
  return status == BLT_OK && g->agg->nsegments ? blt_group_segments_direct(g, err) : status;
}
