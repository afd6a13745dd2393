/* num.c: integers and decimals; floats are in num_read.c and num_write.c. */
#include "num.h"

#include <string.h>

int64_t blt_pow10(uint32_t n) {
  static const int64_t powers[] = {1,
                                   10,
                                   100,
                                   1000,
                                   10000,
                                   100000,
                                   1000000,
                                   10000000,
                                   100000000,
                                   1000000000,
                                   10000000000,
                                   100000000000,
                                   1000000000000,
                                   10000000000000,
                                   100000000000000,
                                   1000000000000000,
                                   10000000000000000,
                                   100000000000000000,
                                   1000000000000000000};
  return powers[n <= 18 ? n : 18];
}

/* Moves past a sign and tells whether it was a minus. */
static bool sign(const char **s, const char *end) {
  if (*s == end || (**s != '-' && **s != '+')) return false;
  return *(*s)++ == '-';
}

/* Appends the digits at *s to *v and moves past them; *fits turns false when 64 bits are not enough. */
static size_t digits(const char **s, const char *end, uint64_t *v, bool *fits) {
  const char *p = *s;
  for (; p < end && (unsigned char)(*p - '0') <= 9; p++)
    if (__builtin_mul_overflow(*v, 10u, v) || __builtin_add_overflow(*v, (uint64_t)(*p - '0'), v))
      *fits = false;
  size_t n = (size_t)(p - *s);
  *s = p;
  return n;
}

blt_parsed blt_parse_i64(const char *s, size_t len, int64_t *out) {
  const char *end = s + len;
  uint64_t v = 0;
  bool fits = true, negative = sign(&s, end);
  if (digits(&s, end, &v, &fits) == 0 || s != end) return BLT_NO_NUMBER;
  if (!fits || v > (uint64_t)INT64_MAX + negative) return BLT_OUT_OF_RANGE;
  *out = negative ? (int64_t)(0 - v) : (int64_t)v;
  return BLT_PARSED;
}

blt_parsed blt_parse_decimal(const char *s, size_t len, uint32_t precision, uint32_t scale, int64_t *out) {
  const char *end = s + len;
  uint64_t v = 0;
  bool fits = true, negative = sign(&s, end);
  size_t whole = digits(&s, end, &v, &fits), fraction = 0;
  bool exact = true;
  if (s < end && *s == '.') {
    const char *point = ++s, *kept = point + (scale < (size_t)(end - point) ? scale : (size_t)(end - point));
    fraction = digits(&s, kept, &v, &fits);
    for (; s < end && (unsigned char)(*s - '0') <= 9; s++, fraction++)
      if (*s != '0') exact = false;
  }
  if (whole + fraction == 0 || s != end) return BLT_NO_NUMBER;
  for (size_t i = fraction; i < scale; i++)
    if (__builtin_mul_overflow(v, 10u, &v)) fits = false;
  if (!fits || v >= (uint64_t)blt_pow10(precision)) return BLT_OUT_OF_RANGE;
  if (!exact) return BLT_INEXACT;
  *out = negative ? -(int64_t)v : (int64_t)v;
  return BLT_PARSED;
}

/* Writes v without a final zero, ending before `end`; gives the first byte. */
static char *write_digits(uint64_t v, char *end) {
  do *--end = (char)('0' + v % 10);
  while (v /= 10);
  return end;
}

size_t blt_format_i64(int64_t v, char out[BLT_I64_TEXT]) {
  char buffer[BLT_I64_TEXT], *end = buffer + sizeof buffer;
  char *p = write_digits(v < 0 ? 0 - (uint64_t)v : (uint64_t)v, end);
  if (v < 0) *--p = '-';
  size_t n = (size_t)(end - p);
  memcpy(out, p, n);
  out[n] = 0;
  return n;
}

size_t blt_format_decimal(int64_t v, uint32_t scale, char out[BLT_DECIMAL_TEXT]) {
  char buffer[48], *end = buffer + sizeof buffer;
  if (scale == 0) return blt_format_i64(v, out);
  if (scale > BLT_MAX_PRECISION) scale = BLT_MAX_PRECISION;
  uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, unit = (uint64_t)blt_pow10(scale);
  char *point = end - scale;
  memset(point, '0', scale);
  write_digits(u % unit, end);
  *--point = '.';
  char *p = write_digits(u / unit, point);
  if (v < 0) *--p = '-';
  size_t n = (size_t)(end - p);
  memcpy(out, p, n);
  out[n] = 0;
  return n;
}
