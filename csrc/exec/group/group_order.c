/* The order of a small answer: groups by their first row. The rows are read again from the beginning, but
 * only until every group was met, which for most data is after a small part. */
#include "group.h"

#include "base/bits.h"
#include "base/mem.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS

typedef struct order_run {
  blt_grouping *g;
  blt_agg_work *work;
  uint64_t *words;   /* radix: key words of a slice */
  uint32_t *entries; /* radix: hash table of positions + 1 */
  uint64_t size;
  uint8_t *seen; /* by position: 1 when it was met */
  uint32_t *order;
  uint64_t found;
} order_run;

static uint64_t slot_of(const order_run *run, const uint64_t *words, size_t stride, uint32_t partition) {
  const blt_grouping *g = run->g;
  uint64_t i = blt_hash_words(words, stride, g->nwords) & (run->size - 1);
  while (run->entries[i]) {
    uint32_t w = 0;
    while (w < g->nwords && g->words[w][run->entries[i] - 1] == words[w * stride]) w++;
    bool same = w == g->nwords;
    if (same && (g->split < 0 || blt_group_partition_at(g, run->entries[i] - 1) == partition)) break;
    i = (i + 1) & (run->size - 1);
  }
  return i;
}

/* The position of the group with these packed words. */
static uint32_t position_of(const order_run *run, const uint64_t *words) {
  return run->entries[slot_of(run, words, ROWS, blt_group_partition(run->g, words, ROWS))] - 1;
}

#define STEP 8u

/* Whether all of STEP positions were met before, as most rows find theirs after a while. */
static bool all_seen(const uint8_t *seen, const uint32_t *positions) {
  uint8_t all = 1;
  for (uint32_t i = 0; i < STEP; i++) all &= seen[positions[i]];
  return all;
}

/* Lists those of n positions that are met first, without a branch on it: nothing predicts that. */
static void note_positions(order_run *run, const uint32_t *positions, uint32_t n) {
  uint64_t found = run->found, all = run->g->ngroups;
  for (uint32_t i = 0; i < n && found < all; i++) {
    run->order[found] = positions[i];
    found += !run->seen[positions[i]];
    run->seen[positions[i]] = 1;
  }
  run->found = found;
}

static void note_all_positions(order_run *run, const uint32_t *positions, uint32_t n) {
  uint32_t i = 0;
  for (; i + STEP <= n; i += STEP)
    if (!all_seen(run->seen, positions + i)) note_positions(run, positions + i, STEP);
  note_positions(run, positions + i, n - i);
}

static blt_status note_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  order_run *run = arg;
  blt_grouping *g = run->g;
  if (run->found == g->ngroups) return BLT_OK;
  blt_agg_work *w = run->work;
  blt_status status = blt_agg_load(w, ev, slice, err);
  if (status != BLT_OK) return status;
  if (g->direct) {
    blt_group_direct_ids(g, w->vecs, slice->n, w->gids);
  } else {
    blt_group_pack(g, w->vecs, slice->n, run->words);
    for (uint32_t i = 0; i < slice->n; i++) w->gids[i] = position_of(run, run->words + i);
  }
  note_all_positions(run, w->gids, slice->n);
  return BLT_OK;
}

/* A hash table of all groups. */
static blt_status index_groups(order_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  run->size = blt_pow2(2 * g->ngroups);
  run->entries = blt_calloc(g->scan->ctx, run->size, sizeof *run->entries);
  run->words = blt_alloc(g->scan->ctx, (size_t)(g->nwords + 1) * ROWS * sizeof *run->words);
  if (!run->entries || !run->words) return blt_fail_memory(err, run->size * sizeof *run->entries);
  for (uint64_t first = 0; first < g->ngroups; first += ROWS) {
    uint32_t positions[ROWS], n = g->ngroups - first < ROWS ? (uint32_t)(g->ngroups - first) : ROWS;
    blt_group_positions(g, first, n, positions);
    for (uint32_t i = 0; i < n; i++) {
      for (uint32_t w = 0; w < g->nwords; w++) run->words[w] = g->words[w][positions[i]];
      uint32_t partition = blt_group_partition_at(g, positions[i]);
      run->entries[slot_of(run, run->words, 1, partition)] = positions[i] + 1;
    }
  }
  return BLT_OK;
}

static blt_status note_all(order_run *run, blt_error *err) {
  blt_grouping *g = run->g;
  blt_status status = blt_agg_work_new(g->agg, &run->work, err);
  if (status == BLT_OK && !g->direct) status = index_groups(run, err);
  for (uint32_t b = 0; b < g->scan->view->ngroups && run->found < g->ngroups && status == BLT_OK; b++)
    status = blt_scan_groups(g->scan, 0, b, b + 1, note_slice, run, err);
  return status;
}

blt_status blt_group_order(blt_grouping *g, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  if (g->ngroups < 2 || g->ngroups > BLT_ORDERED_GROUPS || g->npartitions == 1) return BLT_OK;
  order_run run = {.g = g};
  blt_status status = BLT_OK;
  run.seen = blt_calloc(ctx, g->capacity, sizeof *run.seen);
  run.order = blt_alloc(ctx, g->ngroups * sizeof *run.order);
  if (run.seen && run.order)
    status = note_all(&run, err);
  else
    status = blt_fail_memory(err, g->capacity);
  blt_agg_work_free(run.work);
  blt_free(ctx, run.words, (size_t)(g->nwords + 1) * ROWS * sizeof *run.words);
  blt_free(ctx, run.entries, run.size * sizeof *run.entries);
  blt_free(ctx, run.seen, g->capacity * sizeof *run.seen);
  if (status != BLT_OK) {
    blt_free(ctx, run.order, g->ngroups * sizeof *run.order);
    return status;
  }
  blt_free(ctx, g->order, g->ngroups * sizeof *g->order);
  g->order = run.order;
  return BLT_OK;
}
