/* float.h: texts of floats, correctly rounded in both directions and independent of the locale. */
#ifndef BLT_BASE_FLOAT_H
#define BLT_BASE_FLOAT_H

#include "../blt.h"

typedef enum blt_float_text {
  BLT_FLOAT_NONE = 0,  /* not a number */
  BLT_FLOAT_OK,
  BLT_FLOAT_RANGE      /* a number, but beyond the range of float64 (also: not zero, yet nearer to it than any) */
} blt_float_text;

/* Reads [+-]digits[.digits][e[+-]digits], or nan, inf, infinity (any case, inf with a sign), as the nearest
 * float64, ties to even. `*out` is set with BLT_FLOAT_OK only. `mark` is the decimal mark, '.' or ','. */
blt_float_text blt_float_parse(const char *text, size_t len, char mark, double *out);

/* mantissa * 10^exponent for a mantissa below 2^53 and an exponent from -22 to 22: one exact operation. */
double blt_float_scale(uint64_t mantissa, int exponent);

#endif
