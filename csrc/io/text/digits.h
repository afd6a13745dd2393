/* digits.h: plain values in the columns of a chunk, as many in a row as are plain.
 *
 * All functions read the fields that end at ends[0], ends[stride], … (each starts `gap` bytes after the
 * entry before its own), write their values to `out`, and stop in front of the first field that is anything
 * else than described: the caller reads that one with care and comes back. They return how many they read.
 * 24 bytes before each field's end and eight behind it are readable; offsets are below 2^31.
 */
#ifndef BLT_IO_DIGITS_H
#define BLT_IO_DIGITS_H

#include "blt.h"

typedef struct blt_digits {
  const char *text;
  const uint32_t *ends;
  uint32_t stride, gap, n;
} blt_digits;

/* One to eight digits without a leading zero. */
uint32_t blt_digits_ints(blt_digits f, int32_t *out);
/* One to seven digits without a leading zero, `mark`, one to eight digits; or as above. Exact. */
uint32_t blt_digits_floats(blt_digits f, char mark, double *out);
/* Whole numbers of 64 bits without a leading zero, perhaps with a minus. */
uint32_t blt_digits_whole(blt_digits f, int64_t *out);
/* YYYY-MM-DD, as days. */
uint32_t blt_digits_dates(blt_digits f, int64_t *out);
/* YYYY-MM-DD HH:MM:SS, or with a T, perhaps with a Z behind it, as microseconds. */
uint32_t blt_digits_moments(blt_digits f, int64_t *out);
/* true or false. */
uint32_t blt_digits_flags(blt_digits f, int64_t *out);

#endif
