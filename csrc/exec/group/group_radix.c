/* Radix partitioning: rows go to partitions by the hash of their packed keys, in order; then each partition
 * numbers its groups by a hash table of its own and adds up its columns in place.
 *
 *   lanes of rows           columns, partition after partition          groups
 *   ┌ lane 0 ┐  histogram   ┌ p0: lane 0 | lane 1 | … ┐  hash, add up   ┌ p0: g0 g1 …   ┐
 *   ├ lane 1 ┤ ──────────►  ├ p1: lane 0 | lane 1 | … ┤ ─────────────►  ├ p1: g0 …      ┤
 */
#include "group.h"

#include "base/bits.h"
#include "base/mem.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define LANES 16u
#define ONE_PARTITION 32768u /* rows that need no partitioning */
#define PARTITION_ROWS 8192u
#define PARTITION_BITS_MAX 12
#define MANY_ROWS 65536u /* of one partition: group numbers no longer fit 16 bits */

typedef struct radix_work {
  blt_agg_work *agg;
  uint64_t *words; /* key words of a slice */
  uint32_t *gids;  /* of a partition */
  size_t gids_cap;
  void *entries; /* of its hash table */
  size_t entries_bytes;
} radix_work;

typedef struct radix_run {
  blt_grouping *g;
  radix_work *works; /* of each worker */
  uint64_t *next;    /* of each lane and partition: first its number of rows, then its next position */
  uint32_t nlanes, npartitions;
  uint8_t *alone; /* of each partition: every row is a group; its columns of constant slots are not written */
} radix_run;

typedef struct lane_arg {
  radix_run *run;
  radix_work *work;
  uint64_t *next; /* of this lane */
} lane_arg;

/* Of the key words of a slice, with the split key's bits. */
static size_t words_bytes(const blt_grouping *g) {
  return (size_t)(g->nwords + 1) * ROWS * sizeof(uint64_t);
}

static blt_status get_work(radix_run *run, uint32_t worker, radix_work **out, blt_error *err) {
  radix_work *w = &run->works[worker];
  size_t bytes = words_bytes(run->g);
  *out = w;
  if (!w->words && !(w->words = blt_alloc(run->g->scan->ctx, bytes))) return blt_fail_memory(err, bytes);
  return w->agg ? BLT_OK : blt_agg_work_new(run->g->agg, &w->agg, err);
}

/* ---- rows to partitions ---- */

static blt_status count_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  lane_arg *lane = arg;
  blt_grouping *g = lane->run->g;
  blt_status status = blt_agg_load(lane->work->agg, ev, slice, err);
  if (status != BLT_OK) return status;
  blt_group_pack(g, lane->work->agg->vecs, slice->n, lane->work->words);
  for (uint32_t i = 0; i < slice->n; i++) lane->next[blt_group_partition(g, lane->work->words + i, ROWS)]++;
  return BLT_OK;
}

static void scatter_column(const uint64_t *from, const uint32_t *to, uint32_t n, uint64_t *column) {
  for (uint32_t i = 0; i < n; i++) column[to[i]] = from[i];
}

static blt_status scatter_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  lane_arg *lane = arg;
  blt_grouping *g = lane->run->g;
  blt_agg_work *w = lane->work->agg;
  blt_status status = blt_agg_load(w, ev, slice, err);
  if (status != BLT_OK) return status;
  blt_group_pack(g, w->vecs, slice->n, lane->work->words);
  for (uint32_t i = 0; i < slice->n; i++)
    w->gids[i] = (uint32_t)lane->next[blt_group_partition(g, lane->work->words + i, ROWS)]++;
  for (uint32_t k = 0; k < g->nwords; k++)
    scatter_column(lane->work->words + k * ROWS, w->gids, slice->n, g->words[k]);
  if (g->agg->nsegments) blt_group_segments_scatter(g, w, w->gids, slice->n);
  blt_agg_contribute(w, slice, w->plan->nslots);
  for (size_t s = 0; s < g->agg->nslots; s++)
    if (!g->agg->slots[s].constant && g->agg->slots[s].op != BLT_SLOT_NEXT)
      scatter_column(blt_agg_contribution(w, s), w->gids, slice->n, g->columns[s]);
  return BLT_OK;
}

static blt_status run_lane(radix_run *run, uint32_t lane, uint32_t worker, blt_slice_fn fn, blt_error *err) {
  lane_arg a = {.run = run, .next = run->next + (size_t)lane * run->npartitions};
  blt_status status = get_work(run, worker, &a.work, err);
  if (status != BLT_OK) return status;
  return blt_scan_groups(run->g->scan, worker, blt_scan_lane(run->g->scan, lane, run->nlanes),
                         blt_scan_lane(run->g->scan, lane + 1, run->nlanes), fn, &a, err);
}

static blt_status count_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  return run_lane(arg, lane, worker, count_slice, err);
}

static blt_status scatter_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  return run_lane(arg, lane, worker, scatter_slice, err);
}

/* Turns counts into positions: partition after partition, in each the lanes in order. */
static uint64_t assign_positions(radix_run *run) {
  blt_grouping *g = run->g;
  uint64_t at = 0;
  for (uint32_t p = 0; p < run->npartitions; p++) {
    g->starts[p] = at;
    for (uint32_t l = 0; l < run->nlanes; l++) {
      uint64_t *n = &run->next[(size_t)l * run->npartitions + p], rows = *n;
      *n = at;
      at += rows;
    }
  }
  g->starts[run->npartitions] = at;
  return at;
}

/* ---- groups of a partition ---- */

static inline bool same_key(uint64_t *const *words, uint32_t nwords, uint64_t a, uint64_t b) {
  for (uint32_t w = 0; w < nwords; w++)
    if (words[w][a] != words[w][b]) return false;
  return true;
}

static inline uint64_t hash_at(uint64_t *const *words, uint32_t nwords, uint64_t at) {
  uint64_t h = blt_hash_start(words[0][at]);
  for (uint32_t w = 1; w < nwords; w++) h = blt_hash_mix(h, words[w][at]);
  return blt_hash_end(h);
}

/* The hash table of a partition: group number + 1, or 0. */
typedef struct table {
  radix_work *work; /* whose memory it uses */
  uint64_t size;    /* entries, a power of two */
} table;

static blt_status table_make(table *t, uint64_t size, size_t width, blt_ctx *ctx, blt_error *err) {
  blt_status status = blt_grow(ctx, &t->work->entries, &t->work->entries_bytes, size * width, 1, err);
  if (status != BLT_OK) return status;
  memset(t->work->entries, 0, size * width);
  t->size = size;
  return BLT_OK;
}

/* The entry of the key at `at`, or the empty one where it belongs. */
#define FIND(name, entry)                                                                                    \
  static inline __attribute__((always_inline)) entry *name(const table *t, uint64_t *const *words,           \
                                                           uint32_t nwords, uint64_t start, uint64_t at) {   \
    entry *entries = t->work->entries;                                                                       \
    uint64_t i = hash_at(words, nwords, at) & (t->size - 1);                                                 \
    while (entries[i] && !same_key(words, nwords, start + entries[i] - 1, at)) i = (i + 1) & (t->size - 1);  \
    return entries + i;                                                                                      \
  }
FIND(find_few, uint16_t)
FIND(find_many, uint32_t)

static inline void move_key(uint64_t *const *words, uint32_t nwords, uint64_t from, uint64_t to) {
  for (uint32_t w = 0; w < nwords; w++) words[w][to] = words[w][from];
}

/* Numbers the groups among rows start to start + n - 1, moving each group's key to position start + its
 * number. Few rows: the table has room for all. */
static inline __attribute__((always_inline)) uint32_t number_few(const table *t, uint64_t *const *words,
                                                                 uint32_t nwords, uint64_t start, uint32_t n,
                                                                 uint32_t *gids) {
  uint32_t count = 0;
  for (uint32_t row = 0; row < n; row++) {
    uint16_t *entry = find_few(t, words, nwords, start, start + row);
    if (*entry) {
      gids[row] = *entry - 1u;
      continue;
    }
    gids[row] = count++;
    *entry = (uint16_t)count;
    move_key(words, nwords, start + row, start + count - 1);
  }
  return count;
}

static blt_status table_enlarge(blt_grouping *g, table *t, uint64_t start, uint32_t count, blt_error *err) {
  blt_status status = table_make(t, t->size * 4, sizeof(uint32_t), g->scan->ctx, err);
  for (uint32_t k = 0; k < count && status == BLT_OK; k++)
    *find_many(t, g->words, g->nwords, start, start + k) = k + 1;
  return status;
}

/* A partition that skew made large: its table grows with the groups. */
static blt_status number_many(blt_grouping *g, table *t, uint64_t start, uint32_t n, uint32_t worker,
                              uint32_t *gids, uint32_t *groups, blt_error *err) {
  uint32_t count = 0;
  blt_status status = table_make(t, 2 * MANY_ROWS, sizeof(uint32_t), g->scan->ctx, err);
  for (uint32_t row = 0; row < n && status == BLT_OK; row++) {
    if (row % MANY_ROWS == 0) status = blt_scan_check(g->scan, worker, err);
    uint32_t *entry = find_many(t, g->words, g->nwords, start, start + row);
    if (*entry) {
      gids[row] = *entry - 1;
      continue;
    }
    gids[row] = count++;
    *entry = count;
    move_key(g->words, g->nwords, start + row, start + count - 1);
    if (2 * (uint64_t)count > t->size && status == BLT_OK) status = table_enlarge(g, t, start, count, err);
  }
  *groups = count;
  return status;
}

static blt_status number_partition(blt_grouping *g, radix_work *w, uint32_t worker, uint64_t start,
                                   uint32_t n, uint32_t *groups, blt_error *err) {
  table t = {.work = w};
  if (n >= MANY_ROWS) return number_many(g, &t, start, n, worker, w->gids, groups, err);
  blt_status status = table_make(&t, blt_pow2(2 * (uint64_t)n), sizeof(uint16_t), g->scan->ctx, err);
  if (status != BLT_OK) return status;
  if (g->nwords == 1)
    *groups = number_few(&t, g->words, 1, start, n, w->gids);
  else if (g->nwords == 2)
    *groups = number_few(&t, g->words, 2, start, n, w->gids);
  else
    *groups = number_few(&t, g->words, g->nwords, start, n, w->gids);
  return BLT_OK;
}

static blt_status add_up(blt_grouping *g, uint64_t start, const uint32_t *gids, uint32_t n, blt_error *err) {
  size_t slots = g->agg->nslots;
  if (slots == 0) return BLT_OK;
  uint64_t **columns = blt_alloc(g->scan->ctx, slots * sizeof *columns);
  if (!columns) return blt_fail_memory(err, slots * sizeof *columns);
  for (size_t s = 0; s < slots; s++) columns[s] = g->columns[s] + start;
  blt_agg_accumulate(g->agg, columns, gids, n);
  blt_free(g->scan->ctx, columns, slots * sizeof *columns);
  return BLT_OK;
}

/* Where every row is a group there is nothing to add up; a top has no values behind its first. */
static void end_tops(const blt_grouping *g, uint64_t start, uint32_t n) {
  for (size_t s = 0; s < g->agg->nslots; s++) {
    const blt_agg_slot *slot = &g->agg->slots[s];
    for (uint32_t r = 1; slot->op == BLT_SLOT_TOP && r < slot->n; r++)
      memset(g->columns[s + r] + start, 0, n * sizeof **g->columns);
  }
}

static blt_status run_partition(void *arg, uint32_t p, uint32_t worker, blt_error *err) {
  radix_run *run = arg;
  blt_grouping *g = run->g;
  uint64_t start = g->starts[p];
  uint32_t n = (uint32_t)(g->starts[p + 1] - start), groups = 0;
  radix_work *w = &run->works[worker];
  blt_status status = blt_scan_check(g->scan, worker, err);
  if (status != BLT_OK || n == 0) return status;
  status = blt_grow(g->scan->ctx, &w->gids, &w->gids_cap, n, sizeof *w->gids, err);
  if (status == BLT_OK) status = number_partition(g, w, worker, start, n, &groups, err);
  run->alone[p] = groups == n;
  if (status == BLT_OK && groups < n) status = add_up(g, start, w->gids, n, err);
  if (groups == n) end_tops(g, start, n);
  if (status == BLT_OK && g->agg->nsegments)
    status = blt_group_segments_partition(g, worker, start, w->gids, n, groups, err);
  g->counts[p] = groups;
  return status;
}

/* Writes the constant slots of a partition in which every row is a group, because another one has larger
 * groups. */
static blt_status fill_constants(void *arg, uint32_t p, uint32_t worker, blt_error *err) {
  const radix_run *run = arg;
  const blt_grouping *g = run->g;
  for (size_t s = 0; run->alone[p] && s < g->agg->nslots; s++) {
    if (!g->agg->slots[s].constant) continue;
    for (uint64_t i = g->starts[p]; i < g->starts[p + 1]; i++) g->columns[s][i] = g->agg->slots[s].value;
  }
  return blt_scan_check(g->scan, worker, err);
}

/* When every row is a group, constant slots need no column at all. */
static blt_status settle_constants(radix_run *run, uint64_t rows, blt_error *err) {
  blt_grouping *g = run->g;
  bool constants = false;
  for (size_t s = 0; s < g->agg->nslots; s++) constants |= g->agg->slots[s].constant;
  if (!constants) return BLT_OK;
  if (g->ngroups < rows) return blt_scan_run(g->scan, rows, run->npartitions, fill_constants, run, err);
  for (size_t s = 0; s < g->agg->nslots; s++) {
    if (!g->agg->slots[s].constant) continue;
    blt_free(g->scan->ctx, g->columns[s], g->capacity * sizeof **g->columns);
    g->columns[s] = NULL;
  }
  return BLT_OK;
}

/* ---- the whole ---- */

static blt_status allocate_columns(blt_grouping *g, uint64_t rows, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  g->capacity = rows ? rows : 1;
  g->words = blt_calloc(ctx, g->nwords, sizeof *g->words);
  if (!g->words) return blt_fail_memory(err, g->nwords * sizeof *g->words);
  for (uint32_t w = 0; w < g->nwords; w++)
    if (!(g->words[w] = blt_alloc(ctx, g->capacity * sizeof **g->words)))
      return blt_fail_memory(err, g->capacity * sizeof **g->words);
  if (g->agg->nsegments) {
    blt_status status = blt_group_segments_results(g, err);
    for (uint32_t s = 0; s < g->agg->nsegments && status == BLT_OK; s++)
      status = blt_group_segment_room(g, s, g->capacity, g->agg->segments[s].mask != 0, err);
    if (status != BLT_OK) return status;
  }
  if (g->agg->nslots == 0) return BLT_OK;
  g->columns = blt_calloc(ctx, g->agg->nslots, sizeof *g->columns);
  if (!g->columns) return blt_fail_memory(err, g->agg->nslots * sizeof *g->columns);
  g->ncolumns = g->agg->nslots;
  for (size_t s = 0; s < g->ncolumns; s++)
    if (!(g->columns[s] = blt_alloc(ctx, g->capacity * sizeof **g->columns)))
      return blt_fail_memory(err, g->capacity * sizeof **g->columns);
  return BLT_OK;
}

/* The columns' memory in steps: rows go to all partitions at once, so the first ones would wait for all of
 * it. */
#define TOUCHED ((size_t)2 << 20)
static blt_status touch_columns(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  const blt_grouping *g = ((const radix_run *)arg)->g;
  size_t bytes = g->capacity * sizeof(uint64_t), from = task * TOUCHED, to = from + TOUCHED;
  for (uint32_t w = 0; w < g->nwords; w++) blt_touch(g->words[w], bytes, from, to);
  for (size_t s = 0; s < g->ncolumns; s++)
    if (!g->agg->slots[s].constant) blt_touch(g->columns[s], bytes, from, to);
  blt_group_segments_touch(g, from, to);
  return blt_scan_check(g->scan, worker, err);
}

static blt_status allocate_run(radix_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  blt_ctx *ctx = g->scan->ctx;
  uint64_t rows = g->scan->view->rows;
  if (rows > ONE_PARTITION)
    while (g->partition_bits < PARTITION_BITS_MAX && (rows >> g->partition_bits) > PARTITION_ROWS)
      g->partition_bits++;
  blt_group_split(g);
  run->npartitions = g->npartitions = 1u << g->partition_bits;
  run->nlanes = g->partition_bits == 0 ? 1 : g->scan->view->ngroups < LANES ? g->scan->view->ngroups : LANES;
  run->works = blt_calloc(ctx, g->scan->workers, sizeof *run->works);
  run->next = blt_calloc(ctx, (size_t)run->nlanes * run->npartitions, sizeof *run->next);
  g->starts = blt_calloc(ctx, run->npartitions + 1, sizeof *g->starts);
  g->counts = blt_calloc(ctx, run->npartitions, sizeof *g->counts);
  g->before = blt_calloc(ctx, run->npartitions + 1, sizeof *g->before);
  run->alone = blt_calloc(ctx, run->npartitions, sizeof *run->alone);
  if (run->works && run->next && run->alone && g->starts && g->counts && g->before) return BLT_OK;
  return blt_fail_memory(err, (size_t)run->nlanes * run->npartitions * sizeof *run->next);
}

static void release(radix_run *run) {
  blt_ctx *ctx = run->g->scan->ctx;
  for (uint32_t i = 0; run->works && i < run->g->scan->workers; i++) {
    radix_work *w = &run->works[i];
    blt_agg_work_free(w->agg);
    blt_free(ctx, w->words, words_bytes(run->g));
    blt_free(ctx, w->gids, w->gids_cap * sizeof *w->gids);
    blt_free(ctx, w->entries, w->entries_bytes);
  }
  blt_free(ctx, run->works, run->g->scan->workers * sizeof *run->works);
  blt_free(ctx, run->alone, run->npartitions);
  blt_free(ctx, run->next, (size_t)run->nlanes * run->npartitions * sizeof *run->next);
}

static blt_status run_all(radix_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  blt_status status = allocate_run(run, err);
  uint64_t rows = g->scan->view->rows;
  if (status == BLT_OK && g->partition_bits)
    status = blt_scan_run(g->scan, rows, run->nlanes, count_lane, run, err);
  if (status != BLT_OK) return status;
  if (g->partition_bits) g->scan->counted = true;
  if (g->partition_bits) rows = assign_positions(run);
  status = allocate_columns(g, rows, err);
  uint32_t steps = (uint32_t)(g->capacity * sizeof(uint64_t) / TOUCHED + 1);
  if (status == BLT_OK) status = blt_scan_run(g->scan, rows, steps, touch_columns, run, err);
  if (status == BLT_OK) status = blt_scan_run(g->scan, rows, run->nlanes, scatter_lane, run, err);
  if (status != BLT_OK) return status;
  g->scan->counted = true;
  if (!g->partition_bits) g->starts[1] = run->next[0];
  status = blt_scan_run(g->scan, rows, run->npartitions, run_partition, run, err);
  for (uint32_t p = 0; p < run->npartitions; p++) g->before[p + 1] = g->before[p] + g->counts[p];
  g->ngroups = g->before[run->npartitions];
  return status == BLT_OK ? settle_constants(run, rows, err) : status;
}

blt_status blt_group_radix(blt_grouping *g, blt_error *err) {
  radix_run run = {.g = g};
  blt_status status = blt_agg_layout(g->agg, g->scan->view->rows, err);
  if (status == BLT_OK) status = run_all(&run, err);
  release(&run);
  return status;
}
