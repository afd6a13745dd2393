/* Different values of a segment: found with a hash table of places, or counted roughly with a sketch. */
#include "agg_segment_inside.h"

#include "base/bits.h"
#include "base/mem.h"

#define NEW_VALUES 4u  /* a value that is looked up takes as long as going over so many */
#define SKETCHED 1024u /* values at a time */

/* Grows an array to `size` entries; what it held is lost. */
static blt_status reserve(blt_ctx *ctx, uint32_t **array, size_t *cap, uint64_t size, blt_error *err) {
  if (size <= *cap) return BLT_OK;
  uint32_t *larger = blt_alloc(ctx, size * sizeof *larger);
  if (!larger) return blt_fail_memory(err, size * sizeof *larger);
  blt_free(ctx, *array, *cap * sizeof *larger);
  *array = larger;
  *cap = size;
  return BLT_OK;
}

/* An empty table with room for n values; `counts` of its entries are made when they are found. */
static blt_status reserve_table(blt_segment_work *w, uint32_t n, bool counts, uint64_t *size,
                                blt_error *err) {
  *size = blt_pow2(2 * (uint64_t)n + 2);
  bool fresh = counts && *size > w->counts_size;
  blt_status status = reserve(w->ctx, &w->entries, &w->size, *size, err);
  if (status == BLT_OK && counts) status = reserve(w->ctx, &w->counts, &w->counts_size, *size, err);
  for (uint64_t i = 0; i < *size && status == BLT_OK; i += BLT_PACE_VALUES) {
    uint64_t left = *size - i, step = left < BLT_PACE_VALUES ? left : BLT_PACE_VALUES;
    memset(w->entries + i, 0, step * sizeof *w->entries);
    if (fresh)
      blt_touch(w->counts, w->counts_size * sizeof *w->counts, i * sizeof *w->counts,
                (i + step) * sizeof *w->counts);
    status = blt_pace_step(&w->pace, (uint32_t)step, err);
  }
  return status;
}

static inline uint64_t canonical(bool is_float, uint64_t word) {
  return is_float ? blt_word_canonical(word) : word;
}

/* Fills the table with the different values of a; *found: how many there are. */
static blt_status distinct(blt_segment_work *w, uint64_t size, bool is_float, const uint64_t *a, uint32_t n,
                           uint32_t *counts, uint32_t *found, blt_error *err) {
  blt_status status = BLT_OK;
  *found = 0;
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    uint64_t x = canonical(is_float, a[i]), at = blt_mix64(x) & (size - 1);
    while (w->entries[at] && canonical(is_float, a[w->entries[at] - 1]) != x) at = (at + 1) & (size - 1);
    if (!w->entries[at]) {
      w->entries[at] = i + 1;
      if (counts) counts[at] = 0;
      ++*found;
    }
    if (counts) counts[at]++;
    status = blt_pace_step(&w->pace, NEW_VALUES, err);
  }
  return status;
}

blt_status blt_segment_count_distinct(blt_segment_work *w, bool is_float, const uint64_t *a, uint32_t n,
                                      uint64_t *word, blt_error *err) {
  uint64_t size;
  uint32_t found = 0;
  blt_status status = reserve_table(w, n, false, &size, err);
  if (status == BLT_OK) status = distinct(w, size, is_float, a, n, NULL, &found, err);
  *word = found;
  return status;
}

void blt_segment_sketch(blt_sketch *s, bool is_float, const uint64_t *a, uint32_t n) {
  uint64_t room[SKETCHED];
  if (!is_float) {
    blt_sketch_add(s, a, n);
    return;
  }
  for (uint32_t i = 0, some; i < n; i += some) {
    some = n - i < SKETCHED ? n - i : SKETCHED;
    for (uint32_t j = 0; j < some; j++) room[j] = blt_word_canonical(a[i + j]);
    blt_sketch_add(s, room, some);
  }
}

blt_status blt_segment_approx_distinct(blt_segment_work *w, bool is_float, const uint64_t *a, uint32_t n,
                                       uint64_t *word, blt_error *err) {
  if (!w->sketch && !(w->sketch = blt_alloc(w->ctx, sizeof *w->sketch)))
    return blt_fail_memory(err, sizeof *w->sketch);
  blt_sketch_init(w->sketch);
  for (uint32_t i = 0, end; i < n; i = end) {
    end = blt_pace_end(i, n);
    blt_segment_sketch(w->sketch, is_float, a + i, end - i);
    blt_status status = blt_pace_step(&w->pace, end - i, err);
    if (status != BLT_OK) return status;
  }
  *word = blt_sketch_count(w->sketch);
  return BLT_OK;
}

/* The place of the first of the values that are most often in a full table. */
static blt_status find_mode(blt_segment_work *w, uint64_t size, uint32_t *row, blt_error *err) {
  blt_status status = BLT_OK;
  uint32_t best = 0;
  for (uint64_t at = 0; at < size && status == BLT_OK; at++) {
    status = blt_pace_step(&w->pace, 1, err);
    if (!w->entries[at] || w->counts[at] < best) continue;
    if (w->counts[at] == best && w->entries[at] - 1 > *row) continue;
    best = w->counts[at];
    *row = w->entries[at] - 1;
  }
  return status;
}

blt_status blt_segment_mode(blt_segment_work *w, bool is_float, const uint64_t *a, uint32_t n, uint64_t *word,
                            blt_error *err) {
  uint64_t size;
  uint32_t found, row = 0;
  blt_status status = reserve_table(w, n, true, &size, err);
  if (status == BLT_OK) status = distinct(w, size, is_float, a, n, w->counts, &found, err);
  if (status == BLT_OK) status = find_mode(w, size, &row, err);
  *word = a[row];
  return status;
}
