/* agg_segment_inside.h: the kinds of computation on a segment, each in a file of its own. All go over the n
 * words of one group, look at w->pace meanwhile and end with what it says. For agg_segment*.c only. */
#ifndef BLT_EXEC_AGG_SEGMENT_INSIDE_H
#define BLT_EXEC_AGG_SEGMENT_INSIDE_H

#include "agg_segment.h"
#include "base/words.h"

/* How an input's words become doubles: a float's are already, a decimal's are divided. */
typedef struct blt_word_number {
  bool is_float;
  double divisor;
} blt_word_number;

static inline blt_word_number blt_word_number_of(const blt_input *in) {
  double divisor = 1;
  for (int i = 0; i < in->type.scale; i++) divisor *= 10;
  return (blt_word_number){in->cls == BLT_INPUT_FLOAT, divisor};
}

static inline double blt_word_number_at(blt_word_number k, uint64_t word) {
  return k.is_float ? blt_double_of_bits(word) : (double)(int64_t)word / k.divisor;
}

/* Variance, covariance, correlation or regression of c (agg_segment_moments.c). *defined: not null. */
blt_status blt_segment_moments(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w,
                               const uint64_t *a, const uint64_t *b, uint32_t n, uint64_t *word,
                               uint8_t *defined, blt_error *err);

/* Different values (agg_segment_distinct.c). A float's -0 is 0, and all its NaN are one. */
blt_status blt_segment_count_distinct(blt_segment_work *w, bool is_float, const uint64_t *a, uint32_t n,
                                      uint64_t *word, blt_error *err);
blt_status blt_segment_approx_distinct(blt_segment_work *w, bool is_float, const uint64_t *a, uint32_t n,
                                       uint64_t *word, blt_error *err);
/* The value that is there most often, of several the one that came first. */
blt_status blt_segment_mode(blt_segment_work *w, bool is_float, const uint64_t *a, uint32_t n, uint64_t *word,
                            blt_error *err);

#endif
