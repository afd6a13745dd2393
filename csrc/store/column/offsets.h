/* offsets.h: a block from values that are small already: distances from a number, or codes, of 1, 2 or 4
 * bytes, none of them null. */
#ifndef BLT_STORE_OFFSETS_H
#define BLT_STORE_OFFSETS_H

#include "block.h"

/* The block that blt_block_from_i64 would make of low + v[i], or, with `codes`, blt_block_from_codes of v
 * (low 0). */
blt_status blt_block_from_offsets(blt_ctx *ctx, const void *v, uint32_t width, int64_t low, bool codes,
                                  uint32_t rows, blt_block **out, blt_error *err);

#endif
