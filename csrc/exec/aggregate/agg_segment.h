/* agg_segment.h: aggregates that need all values of a group together.
 *
 * A segment holds the values of one group that pass the aggregate's mask, in row order, as words: an
 * integer's value, a double's bits, a string's code. Results are words too: an int64, the bits of a double, a
 * code, or for string_agg a pointer to a blt_segment_text.
 */
#ifndef BLT_EXEC_AGG_SEGMENT_H
#define BLT_EXEC_AGG_SEGMENT_H

#include "agg.h"
#include "base/words.h"
#include "sketch.h"

typedef struct blt_segment_text {
  uint32_t len;
  char bytes[];
} blt_segment_text;

/* Scratch of one worker, and the texts that it made: they live until it is freed. Zeroed, then ctx and pace
 * set. */
typedef struct blt_segment_work {
  blt_ctx *ctx;
  blt_pace pace;
  uint32_t *entries; /* hash table: index of the first equal value + 1 */
  uint32_t *counts;  /* of each entry */
  size_t size, counts_size;
  double *x, *y; /* values of integers as doubles */
  size_t x_cap, y_cap;
  blt_sketch *sketch;
  struct text_chunk *chunks;
} blt_segment_work;

void blt_segment_work_free(blt_segment_work *w);

/* The values of a slice as such words: where they lie, when they are words already, or in `room`. */
const uint64_t *blt_segment_words(const blt_vec *v, uint64_t *room);

/* Adds n such words to a sketch: a float's -0 is 0, and all its NaN are one. */
void blt_segment_sketch(blt_sketch *s, bool is_float, const uint64_t *a, uint32_t n);

/* Words that sort as the values do, unsigned (all NaN one, above all numbers); and back. */
static inline uint64_t blt_word_ordered(bool is_float, uint64_t word) {
  return is_float ? blt_word_of_double(word) : word ^ BLT_WORD_SIGN;
}
static inline uint64_t blt_word_restored(bool is_float, uint64_t word) {
  return is_float ? blt_word_to_double(word) : word ^ BLT_WORD_SIGN;
}

/* A quantile lies between the values of ranks `low` and `low` + 1 (from 0), at `share` of the way. */
typedef struct blt_quantile_at {
  uint32_t low;
  double share; /* 0: the value of rank `low`; always 0 for dates and timestamps */
} blt_quantile_at;
blt_quantile_at blt_quantile_of(const blt_agg_column *c, uint32_t n);
/* Its result from the two values as ordered words; `next` means nothing when the share is 0. */
uint64_t blt_quantile_word(const blt_agg_plan *p, const blt_agg_column *c, double share, uint64_t low,
                           uint64_t next);

/* Computes every column of segment `s` for one group. `a` and `b` (NULL when the segment has none) are in row
 * order and may be reordered. words[c] and valid[c] are arrays by position, there for columns with a segment.
 * Of TOP and BOTTOM the largest values come first in `a` afterwards and the word is their number.
 * BLT_EOVERFLOW, BLT_ENOMEM, and what w->pace ends with. */
blt_status blt_segment_final(const blt_agg_plan *p, uint32_t s, blt_segment_work *w, uint64_t *a, uint64_t *b,
                             uint32_t n, uint64_t *const *words, uint8_t *const *valid, size_t position,
                             blt_error *err);

#endif
