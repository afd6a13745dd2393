/* number.h: exact texts of decimals and floats. */
#ifndef BLT_BASE_NUMBER_H
#define BLT_BASE_NUMBER_H

#include "../blt.h"

/* 10^n for n from 0 to 18. */
int64_t blt_pow10(unsigned n);

/* Reads "-12.340" into value * 10^scale. `*digits` (may be NULL) gets how many digits the value has at that
 * scale. False when the text is no such number, has digits other than zero past the scale, or needs more
 * than 18. */
bool blt_decimal_parse(const char *text, size_t len, unsigned scale, int64_t *value, unsigned *digits);
/* Digits after the point of such a text (trailing zeros count), or -1 when it is no decimal. */
int blt_decimal_scale(const char *text, size_t len);

#define BLT_NUMBER_TEXT 32
/* Write the text and a final zero; return its length. */
size_t blt_decimal_format(int64_t value, unsigned scale, char out[BLT_NUMBER_TEXT]);
/* The shortest of 15 to 17 digits that reads back to the same bits; "nan", "inf", "-inf". */
size_t blt_float_format(double value, char out[BLT_NUMBER_TEXT]);

#endif
