/* The order of a small answer: groups by their first row. The rows are read again from the beginning, on all
 * threads, but only until every group was met, which for most data is after a small part. */
#include "group.h"

#include "base/bits.h"
#include "base/mem.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define UNMET UINT32_MAX

/* What a worker has for itself, made on first use. */
typedef struct order_worker {
  blt_agg_work *work;
  uint64_t *words; /* key words of a slice */
  uint32_t *first; /* the first row of each group that it met: its blocks rise */
} order_worker;

/* Groups are numbered as their positions rise. */
typedef struct order_run {
  blt_grouping *g;
  order_worker *workers;
  uint32_t *positions; /* of each group */
  uint32_t *entries;   /* hash table of numbers + 1 */
  uint64_t size;
  uint32_t block; /* that a wave begins with */
} order_run;

/* ---- the group of a row ---- */

static uint64_t slot_of(const order_run *run, const uint64_t *words, size_t stride, uint32_t partition) {
  const blt_grouping *g = run->g;
  uint64_t i = blt_hash_words(words, stride, g->nwords) & (run->size - 1);
  while (run->entries[i]) {
    uint32_t w = 0, position = run->positions[run->entries[i] - 1];
    while (w < g->nwords && g->words[w][position] == words[w * stride]) w++;
    bool same = w == g->nwords;
    if (same && (g->split < 0 || blt_group_partition_at(g, position) == partition)) break;
    i = (i + 1) & (run->size - 1);
  }
  return i;
}

/* The number of the group with these packed words. */
static uint32_t number_of(const order_run *run, const uint64_t *words) {
  return run->entries[slot_of(run, words, ROWS, blt_group_partition(run->g, words, ROWS))] - 1;
}

/* A hash table of all groups. */
static blt_status index_words(order_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  run->size = blt_pow2(2 * g->ngroups);
  run->entries = blt_calloc(g->scan->ctx, run->size, sizeof *run->entries);
  uint64_t *words = blt_alloc(g->scan->ctx, g->nwords * sizeof *words);
  if (run->entries && words) {
    for (uint32_t i = 0; i < g->ngroups; i++) {
      for (uint32_t w = 0; w < g->nwords; w++) words[w] = g->words[w][run->positions[i]];
      run->entries[slot_of(run, words, 1, blt_group_partition_at(g, run->positions[i]))] = i + 1;
    }
  }
  blt_status status = run->entries && words ? BLT_OK : blt_fail_memory(err, run->size * sizeof *run->entries);
  blt_free(g->scan->ctx, words, g->nwords * sizeof *words);
  return status;
}

static blt_status index_groups(order_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  run->positions = blt_alloc(g->scan->ctx, g->ngroups * sizeof *run->positions);
  if (!run->positions) return blt_fail_memory(err, g->ngroups * sizeof *run->positions);
  for (uint64_t first = 0; first < g->ngroups; first += ROWS)
    blt_group_positions(g, first, g->ngroups - first < ROWS ? (uint32_t)(g->ngroups - first) : ROWS,
                        run->positions + first);
  return index_words(run, err);
}

/* ---- reading rows ---- */

static size_t words_bytes(const blt_grouping *g) {
  return (size_t)(g->nwords + 1) * ROWS * sizeof(uint64_t);
}

static blt_status get_worker(order_run *run, uint32_t worker, order_worker **out, blt_error *err) {
  blt_grouping *g = run->g;
  order_worker *w = *out = &run->workers[worker];
  if (!w->words && !(w->words = blt_alloc(g->scan->ctx, words_bytes(g))))
    return blt_fail_memory(err, words_bytes(g));
  if (!w->first) {
    w->first = blt_alloc(g->scan->ctx, g->ngroups * sizeof *w->first);
    if (!w->first) return blt_fail_memory(err, g->ngroups * sizeof *w->first);
    memset(w->first, 0xff, g->ngroups * sizeof *w->first);
  }
  return w->work ? BLT_OK : blt_agg_work_new(g->agg, &w->work, err);
}

typedef struct slice_arg {
  order_run *run;
  order_worker *worker;
} slice_arg;

static blt_status note_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  const slice_arg *a = arg;
  const order_run *run = a->run;
  const blt_grouping *g = run->g;
  blt_agg_work *w = a->worker->work;
  uint32_t *first = a->worker->first;
  blt_status status = blt_group_load_keys(g, w, ev, slice, err);
  if (status != BLT_OK) return status;
  blt_group_pack(g, w->vecs, slice->n, a->worker->words);
  for (uint32_t i = 0; i < slice->n; i++) w->gids[i] = number_of(run, a->worker->words + i);
  for (uint32_t i = 0; i < slice->n; i++)
    if (first[w->gids[i]] == UNMET) first[w->gids[i]] = blt_slice_row(slice, i);
  return BLT_OK;
}

static blt_status note_block(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  order_run *run = arg;
  slice_arg a = {.run = run};
  uint32_t block = run->block + task;
  blt_status status = get_worker(run, worker, &a.worker, err);
  if (status != BLT_OK) return status;
  return blt_scan_groups(run->g->scan, worker, block, block + 1, note_slice, &a, err);
}

/* The first row of a group, of those that workers have met. */
static uint32_t first_row(const order_run *run, uint32_t group) {
  uint32_t row = UNMET;
  for (uint32_t w = 0; w < run->g->scan->workers; w++) {
    const uint32_t *first = run->workers[w].first;
    if (first && first[group] < row) row = first[group];
  }
  return row;
}

static bool all_met(const order_run *run) {
  for (uint32_t i = 0; i < run->g->ngroups; i++)
    if (first_row(run, i) == UNMET) return false;
  return true;
}

/* Blocks are read in waves, each larger than what came before. */
static blt_status note_all(order_run *run, blt_error *err) {
  blt_scan *scan = run->g->scan;
  uint32_t blocks = scan->view->ngroups, wave = scan->workers;
  blt_status status = BLT_OK;
  while (run->block < blocks && status == BLT_OK && !all_met(run)) {
    if (wave > blocks - run->block) wave = blocks - run->block;
    status = blt_scan_run(scan, (uint64_t)wave * BLT_BLOCK_ROWS, wave, note_block, run, err);
    run->block += wave;
    wave = run->block;
  }
  return status;
}

/* ---- the order ---- */

#define DIGIT 11
#define DIGITS (1u << DIGIT)

/* Sorts words by their upper half; both arrays have n. */
static void sort_by_row(uint64_t *a, uint64_t *b, uint32_t n) {
  for (int shift = 32; shift < 64; shift += DIGIT) {
    uint32_t at[DIGITS] = {0};
    for (uint32_t i = 0; i < n; i++) at[(a[i] >> shift) & (DIGITS - 1)]++;
    for (uint32_t d = 0, sum = 0; d < DIGITS; d++) {
      uint32_t count = at[d];
      at[d] = sum;
      sum += count;
    }
    for (uint32_t i = 0; i < n; i++) b[at[(a[i] >> shift) & (DIGITS - 1)]++] = a[i];
    uint64_t *other = a;
    a = b;
    b = other;
  }
}

/* The sort takes an odd number of turns: what is in order in the end lies in the second half. */
static blt_status list_in_order(const order_run *run, uint32_t *order, blt_error *err) {
  uint32_t n = (uint32_t)run->g->ngroups;
  size_t bytes = 2 * (size_t)n * sizeof(uint64_t);
  uint64_t *words = blt_alloc(run->g->scan->ctx, bytes);
  if (!words) return blt_fail_memory(err, bytes);
  for (uint32_t i = 0; i < n; i++) words[i] = (uint64_t)first_row(run, i) << 32 | i;
  sort_by_row(words, words + n, n);
  for (uint32_t i = 0; i < n; i++) order[i] = run->positions[(uint32_t)words[n + i]];
  blt_free(run->g->scan->ctx, words, bytes);
  return BLT_OK;
}

static void release(order_run *run) {
  blt_grouping *g = run->g;
  blt_ctx *ctx = g->scan->ctx;
  for (uint32_t i = 0; run->workers && i < g->scan->workers; i++) {
    blt_agg_work_free(run->workers[i].work);
    blt_free(ctx, run->workers[i].words, words_bytes(g));
    blt_free(ctx, run->workers[i].first, g->ngroups * sizeof *run->workers->first);
  }
  blt_free(ctx, run->workers, g->scan->workers * sizeof *run->workers);
  blt_free(ctx, run->positions, g->ngroups * sizeof *run->positions);
  blt_free(ctx, run->entries, run->size * sizeof *run->entries);
}

blt_status blt_group_order_radix(blt_grouping *g, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  order_run run = {.g = g};
  uint32_t *order = blt_alloc(ctx, g->ngroups * sizeof *order);
  run.workers = blt_calloc(ctx, g->scan->workers, sizeof *run.workers);
  blt_status status =
      order && run.workers ? index_groups(&run, err) : blt_fail_memory(err, g->ngroups * sizeof *order);
  if (status == BLT_OK) status = note_all(&run, err);
  if (status == BLT_OK) status = list_in_order(&run, order, err);
  release(&run);
  if (status != BLT_OK) {
    blt_free(ctx, order, g->ngroups * sizeof *order);
    return status;
  }
  blt_free(ctx, g->order, g->ngroups * sizeof *g->order);
  g->order = order;
  return BLT_OK;
}
