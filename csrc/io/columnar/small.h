/* small.h: values of which it is known before that they lie close together go to where a block has them
 * without being widened in between: codes of a dictionary by a table, plain integers by a subtraction. */
#ifndef BLT_COLUMNAR_SMALL_H
#define BLT_COLUMNAR_SMALL_H

#include "fill.h"

/* Bytes that every number from low to high takes as a distance from low: 1, 2 or 4; 0: it does not fit. */
uint32_t blt_small_width(int64_t low, int64_t high);
/* Puts a piece into s->values as distances from s->low. False, with nothing changed: it has nulls, or
 * something that lies elsewhere. */
bool blt_small_fill(blt_ctx *ctx, blt_scratch *s, blt_type type, blt_part *p, blt_piece piece);
/* The first n distances become int64_t, or (strings) codes of 32 bits, and so does all that follows. */
void blt_small_widen(blt_scratch *s, blt_type type, uint32_t n);

#endif
