/* expr_answers.h: what a predicate says of every entry of a large dictionary, once for all workers.
 *
 * The entries lie in chunks of BLT_VECTOR_ROWS. A chunk that rows have asked about often enough is answered
 * as a whole, by the worker that asks: its texts lie one behind the other, so that this costs a small part of
 * as many single ones, and rows read bits from then on. A chunk where some answer is null is never answered.
 */
#ifndef BLT_EXPR_ANSWERS_H
#define BLT_EXPR_ANSWERS_H

#include "expr_inside.h"

#include <stdatomic.h>

enum {
  BLT_UNASKED,
  BLT_CLAIMED,
  BLT_ANSWERED,
  BLT_UNFIT
}; /* a chunk: who claims it alone writes its words */

/* Open, because rows of chunks that are not all answered are read one by one. */
typedef struct blt_answers {
  struct blt_answers *next;
  const blt_op *op;
  uint32_t count, chunks;
  atomic_uint left;        /* chunks that are not answered */
  _Atomic uint8_t *states; /* of each chunk */
  uint32_t *words;         /* bit code % 32 of word code / 32 */
  uint32_t patience;       /* how many rows of one worker ask about a chunk before the whole is answered */
} blt_answers;

/* Of `op`, which must not fail, for a dictionary of `count` entries; belongs to the expression. NULL when
 * memory is refused. */
blt_answers *blt_answers_new(blt_expr *e, const blt_op *op, uint32_t count);
void blt_answers_free(blt_expr *e);

static inline uint32_t blt_answers_chunk(uint32_t code) {
  return code / BLT_VECTOR_ROWS;
}
static inline bool blt_answers_has(const blt_answers *a, uint32_t code) {
  return atomic_load_explicit(&a->states[blt_answers_chunk(code)], memory_order_acquire) == BLT_ANSWERED;
}
/* Of a code that has one: 0 or 1. */
static inline uint8_t blt_answers_get(const blt_answers *a, uint32_t code) {
  return (uint8_t)(a->words[code / 32] >> code % 32 & 1);
}

/* The answers for all codes, 0 or 1 each. False when some are not known; `out` is then undefined. */
bool blt_answers_read(const blt_answers *a, const uint32_t *codes, uint32_t n, uint8_t *out);
/* Answers a chunk, unless that was done or another worker is at it. */
blt_status blt_answers_fill(blt_answers *a, const blt_frame *f, const blt_dict *dict, uint32_t chunk,
                            blt_error *err);

#endif
