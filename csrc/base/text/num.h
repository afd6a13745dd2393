/* num.h: numbers to text and back, exactly, whatever the locale.
 *
 * Reading takes the whole text or refuses it: no blanks, no separators, no hexadecimal. A float is read
 * correctly rounded (nearest, ties to even); the text that blt_format_f64 writes is the shortest that reads
 * back to the same bits.
 */
#ifndef BLT_BASE_NUM_H
#define BLT_BASE_NUM_H

#include "blt.h"

#define BLT_I64_TEXT 21 /* bytes that each format function may write, with the final zero */
#define BLT_F64_TEXT 32
#define BLT_DECIMAL_TEXT 24

typedef enum blt_parsed {
  BLT_PARSED,       /* *out holds the value */
  BLT_NO_NUMBER,    /* the text is not of this form */
  BLT_OUT_OF_RANGE, /* it is, but the value does not fit the type (an integer past 64 bits, 1e400) */
  BLT_INEXACT       /* decimal: more digits after the point than the scale keeps, and they are not zeros */
} blt_parsed;

/* [+-] digits */
blt_parsed blt_parse_i64(const char *s, size_t len, int64_t *out);
/* [+-] digits [. digits] [e [+-] digits], with digits on at least one side of the point; or nan, inf,
 * infinity in any case, signed or not. A text too small for a denormal is 0, as IEEE rounds it. */
blt_parsed blt_parse_f64(const char *s, size_t len, double *out);
/* [+-] digits [. digits], without an exponent, to value * 10^scale. */
blt_parsed blt_parse_decimal(const char *s, size_t len, uint32_t precision, uint32_t scale, int64_t *out);

/* Each writes a final zero too and gives the length without it. */
size_t blt_format_i64(int64_t v, char out[BLT_I64_TEXT]);
/* Always a point or an exponent, so that it reads back as a float: "1.0", "0.1", "1e+22", "-2.5e-07"; "nan",
 * "inf", "-inf". Exponents are used below 1e-5 and from 1e16 on. */
size_t blt_format_f64(double v, char out[BLT_F64_TEXT]);
/* Exactly `scale` digits after the point ("12.50"), no point when the scale is 0. */
size_t blt_format_decimal(int64_t v, uint32_t scale, char out[BLT_DECIMAL_TEXT]);

/* 10^n as an integer, for n from 0 to 18. */
int64_t blt_pow10(uint32_t n);

/* 10^k as `hi:lo` * 2^exponent with the top bit of hi set, cut off below 128 bits: the true value is at least
 * this and less than one unit of lo more; equal exactly for k from 0 to 55. k from -351 to 330. */
typedef struct blt_power {
  uint64_t hi, lo;
  int32_t exponent;
} blt_power;
blt_power blt_power_of_ten(int32_t k);

#endif
