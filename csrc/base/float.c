/* Three ways, the first that holds:
 *   mantissa below 2^53, |exponent| <= 22: both are exact floats, so one division or product rounds once;
 *   mantissa below 2^64, |exponent| <= 19: 128-bit integer arithmetic with a sticky bit, rounded once;
 *   otherwise the C library's strtod, which is exact, in the "C" locale and on a normalised text. */
#include "float.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEPT_DIGITS 780 /* no float64 or midpoint of two needs more digits; the rest is one sticky digit */
#define FAR 100000      /* exponents are cut here: all are out of range */

double blt_float_scale(uint64_t mantissa, int exponent) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  return exponent < 0 ? (double)mantissa / powers[-exponent] : (double)mantissa * powers[exponent];
}

/* A number taken apart: digits without the point, and where the point goes. */
typedef struct parts {
  bool negative;
  uint64_t mantissa; /* of the first 19 significant digits */
  int significant;   /* digits from the first that is not zero */
  int exponent;      /* of the last digit */
} parts;

static bool read_exponent(const char *p, const char *end, int *out) {
  bool negative = false;
  int v = 0;
  if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  if (p == end) return false;
  for (; p < end; p++) {
    if (*p < '0' || *p > '9') return false;
    if (v < FAR) v = v * 10 + (*p - '0');
  }
  *out = negative ? -v : v;
  return true;
}

static bool take_apart(const char *text, size_t len, char mark, parts *out) {
  const char *p = text, *end = text + len;
  parts n = {0};
  bool point = false, any = false;
  if (p < end && (*p == '+' || *p == '-')) n.negative = *p++ == '-';
  for (; p < end; p++) {
    unsigned digit = (unsigned char)*p - '0';
    if (digit > 9) {
      if (*p != mark || point) break;
      point = true;
      continue;
    }
    any = true;
    n.exponent -= point;
    if (n.significant || digit) {
      if (n.significant < 19) n.mantissa = n.mantissa * 10 + digit;
      n.significant++;
    }
  }
  if (!any) return false;
  if (p < end) {
    int e;
    if ((*p != 'e' && *p != 'E') || !read_exponent(p + 1, end, &e)) return false;
    n.exponent += e;
  }
  *out = n;
  return true;
}

/* q * 2^shift, where `sticky` says that the true value is a little above; q has at least 55 bits. */
static double round_128(unsigned __int128 q, int shift, bool sticky) {
  int top = q >> 64 ? 127 - __builtin_clzll((uint64_t)(q >> 64)) : 63 - __builtin_clzll((uint64_t)q);
  int drop = top - 52;
  uint64_t kept = (uint64_t)(q >> drop);
  unsigned __int128 rest = q & (((unsigned __int128)1 << drop) - 1), half = (unsigned __int128)1 << (drop - 1);
  if (rest > half || (rest == half && (sticky || (kept & 1)))) kept++;
  return ldexp((double)kept, drop + shift);
}

static double scale_128(uint64_t mantissa, int exponent) {
  uint64_t power = 1;
  for (int i = exponent < 0 ? -exponent : exponent; i > 0; i--) power *= 10;
  if (exponent >= 0) {
    unsigned __int128 q = (unsigned __int128)mantissa * power;
    int up = 0;
    while (!(q >> 64)) q <<= 32, up += 32;
    return round_128(q, -up, false);
  }
  int up = __builtin_clzll(mantissa); /* the quotient keeps at least 64 bits */
  unsigned __int128 dividend = (unsigned __int128)(mantissa << up) << 64;
  return round_128(dividend / power, -64 - up, dividend % power != 0);
}

/* The text again for strtod: kept digits, one sticky digit, exponent. */
static blt_float_text by_library(const char *text, size_t len, char mark, const parts *n, double *out) {
  char buffer[KEPT_DIGITS + 40];
  size_t at = 0;
  int significant = 0;
  bool sticky = false;
  for (size_t i = 0; i < len && text[i] != 'e' && text[i] != 'E'; i++) {
    if (text[i] == mark || text[i] == '+' || text[i] == '-') continue;
    if (significant == 0 && text[i] == '0') continue;
    if (significant++ < KEPT_DIGITS)
      buffer[at++] = text[i];
    else
      sticky |= text[i] != '0';
  }
  int dropped = significant > KEPT_DIGITS ? significant - KEPT_DIGITS : 0;
  if (sticky) {
    buffer[at++] = '1';
    dropped--;
  }
  snprintf(buffer + at, sizeof buffer - at, "e%d", n->exponent + dropped);
  locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!c) return BLT_FLOAT_NONE;
  double v = strtod_l(buffer, NULL, c);
  freelocale(c);
  if (isinf(v) || v == 0) return BLT_FLOAT_RANGE;
  *out = v;
  return BLT_FLOAT_OK;
}

static blt_float_text read_word(const char *text, size_t len, double *out) {
  bool sign = len > 0 && (text[0] == '+' || text[0] == '-');
  const char *word = text + sign;
  size_t n = len - sign;
  if (!sign && n == 3 && strncasecmp(word, "nan", 3) == 0) {
    *out = NAN;
    return BLT_FLOAT_OK;
  }
  if ((n == 3 && strncasecmp(word, "inf", 3) == 0) || (n == 8 && strncasecmp(word, "infinity", 8) == 0)) {
    *out = text[0] == '-' ? -INFINITY : INFINITY;
    return BLT_FLOAT_OK;
  }
  return BLT_FLOAT_NONE;
}

blt_float_text blt_float_parse(const char *text, size_t len, char mark, double *out) {
  parts n;
  if (!take_apart(text, len, mark, &n)) return read_word(text, len, out);
  double v = 0;
  if (n.significant == 0)
    v = 0;
  else if (n.significant <= 19 && n.mantissa < UINT64_C(1) << 53 && n.exponent >= -22 && n.exponent <= 22)
    v = blt_float_scale(n.mantissa, n.exponent);
  else if (n.significant <= 19 && n.exponent >= -19 && n.exponent <= 19)
    v = scale_128(n.mantissa, n.exponent);
  else {
    blt_float_text got = by_library(text, len, mark, &n, &v);
    if (got != BLT_FLOAT_OK) return got;
  }
  *out = n.negative ? -v : v;
  return BLT_FLOAT_OK;
}
