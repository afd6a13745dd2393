/* packed_ints.h: arrays of unsigned numbers of 1, 2, 4 or 8 bytes as a file keeps them: as few bits as they
 * need.
 *
 * Runs of BLT_VECTOR_ROWS numbers are packed one by one, so that a run pays for its own range only:
 *
 *   the least of each run   in the numbers' width
 *   the low of each run     8 bytes; of deltas only
 *   the bits of each run    1 byte, padded to 8 together
 *   the runs                numbers less the least, or differences less the low, so many bits each, from the
 *                           lowest bit of a 64-bit word on; a run ends with its last word
 *
 * Of deltas `least` is the first number itself, and the first difference is not there. All is counted modulo
 * 2^64.
 */
#ifndef BLT_STORE_PACKED_INTS_H
#define BLT_STORE_PACKED_INTS_H

#include "blt.h"

/* How a part of packed contents is kept. */
typedef enum blt_packing {
  BLT_PACK_NONE = 0, /* as it is */
  BLT_PACK_BITS,
  BLT_PACK_DELTAS,
  BLT_PACK_ZSTD,   /* one frame */
  BLT_PACK_PLANES, /* one frame of the first bytes of all numbers, then of the second ones, and so on */
  BLT_PACK_VALUES, /* at most 256 different numbers, then for each which of them it is (packed.c) */
  BLT_PACK_SCALED, /* doubles that are decimals, as offsets of 1, 2 or 4 bytes (scaled.h), packed in turn */
  BLT_PACK_STEPS,  /* numbers of 8 bytes that are a multiple of a step above the least, as multiples */
  BLT_PACK_WORDS,  /* text as a list of words and the place of each (packed_words.h) */
  BLT_PACKINGS
} blt_packing;

/* Which of BITS and DELTAS takes fewer bytes, and how many. */
blt_packing blt_ints_measure(const void *v, uint8_t width, uint32_t n, size_t *bytes);
/* Writes so many bytes to `out`, a multiple of 8. */
void blt_ints_pack(const void *v, uint8_t width, uint32_t n, blt_packing how, void *out);
/* False when the bytes are not what `n` numbers take. `in` is aligned to 8 bytes. */
bool blt_ints_unpack(const void *in, size_t bytes, blt_packing how, uint8_t width, uint32_t n, void *out);

#endif
