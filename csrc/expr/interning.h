/* interning.h: codes for strings that have none, on all threads.
 *
 *   each block       its different strings, numbered as they appear; rows get these numbers
 *   each partition   strings of all blocks with the same upper bits of the hash, in the order of blocks:
 *                    those that differ become entries of the dictionary, partition after partition
 *   each block       numbers become codes
 *
 * Codes depend on the values and their order only, never on the number of threads.
 */
#ifndef BLT_EXPR_INTERNING_H
#define BLT_EXPR_INTERNING_H

#include "vec.h"

typedef struct blt_interning blt_interning;

/* Where the strings come from: row r is one of block r / block_rows, which one task reads. */
typedef struct blt_intern_source {
  blt_ctx *ctx;
  uint32_t blocks, block_rows; /* at most BLT_BLOCK_ROWS, a multiple of 64 */
  uint64_t rows;               /* of all blocks, roughly: few are read on the calling thread */
  bool stable;                 /* texts stay where they are until the end */
  /* Hands the block's strings to blt_intern_add. */
  blt_status (*read)(void *arg, blt_interning *in, uint32_t block, uint32_t worker, blt_error *err);
  blt_status (*check)(void *arg, uint32_t worker, blt_error *err); /* whether to go on */
  void *arg;
} blt_intern_source;

/* Strings of a block: v->n of them, at the rows first + sel[i] (sel NULL: first + i). Nulls get no code. */
blt_status blt_intern_add(blt_interning *in, uint32_t block, uint32_t worker, const blt_vec *v,
                          uint32_t first, const uint16_t *sel, blt_error *err);

/* Codes of the strings by row number, and bit `row` of `valid` where there is one; both have room for all
 * rows of all blocks and are zeroed. *out: a new dictionary. */
blt_status blt_intern(const blt_intern_source *source, uint32_t *codes, uint64_t *valid, blt_dict **out,
                      blt_error *err);

#endif
