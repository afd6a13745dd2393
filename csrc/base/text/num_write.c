/* num_write.c: the shortest text of a double, by the Schubfach algorithm of Raffaello Giulietti.
 *
 * A double is c * 2^q. All decimals between the midpoints to its neighbours read back as it; scaled by the
 * right power of ten that interval holds one or two integers, or a multiple of ten. The products are kept to
 * 64 bits "rounded to odd", which is enough to compare them exactly. */
#include "num.h"
#include "base/words.h"

#include <string.h>

/* The upper 64 bits of g * c with 128-bit g, the last bit set when anything was cut off. */
static uint64_t round_to_odd(uint64_t hi, uint64_t lo, uint64_t c) {
  unsigned __int128 x = (unsigned __int128)lo * c;
  unsigned __int128 y = (unsigned __int128)hi * c + (uint64_t)(x >> 64);
  return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

typedef struct decimal {
  uint64_t digits;
  int32_t exponent;
} decimal;

/* The shortest decimal of the finite positive c * 2^q; the one nearest to it when there are several. */
static decimal shortest(uint64_t c, int32_t q, bool lower_closer) {
  uint64_t odd = c & 1;
  uint64_t left = 4 * c - 2 + lower_closer, right = 4 * c + 2;
  /* floor(log10(2^q)), or of 3/4 * 2^q when the lower neighbour is nearer. */
  int32_t k = lower_closer ? (q * 1262611 - 524031) >> 22 : (q * 1262611) >> 22;
  blt_power g = blt_power_of_ten(-k);
  if (++g.lo == 0) g.hi++;
  int32_t h = q + ((-k * 1741647) >> 19) + 1;
  uint64_t low = round_to_odd(g.hi, g.lo, left << h) + odd;
  uint64_t v = round_to_odd(g.hi, g.lo, 4 * c << h);
  uint64_t high = round_to_odd(g.hi, g.lo, right << h) - odd;
  uint64_t s = v / 4;
  if (s >= 10) {
    uint64_t t = s / 10;
    bool down = low <= 40 * t, up = 40 * t + 40 <= high;
    if (down != up) return (decimal){t + up, k + 1};
  }
  bool down = low <= 4 * s, up = 4 * s + 4 <= high;
  if (down != up) return (decimal){s + up, k};
  uint64_t middle = 4 * s + 2;
  return (decimal){s + (v > middle || (v == middle && (s & 1))), k};
}

static decimal decompose(uint64_t bits) {
  uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
  int32_t exponent = (int32_t)(bits >> 52 & 0x7ff);
  if (exponent == 0) return shortest(fraction, -1074, false);
  uint64_t c = fraction | UINT64_C(1) << 52;
  int32_t q = exponent - 1075;
  /* Small integers stand for themselves. */
  if (q <= 0 && q >= -52 && (c & ((UINT64_C(1) << -q) - 1)) == 0) return (decimal){c >> -q, 0};
  return shortest(c, q, fraction == 0 && exponent > 1);
}

/* Digits of v without trailing zeros to `out`; gives how many. *exponent counts the zeros taken away. */
static int32_t significant(decimal d, char out[20], int32_t *exponent) {
  char buffer[20], *p = buffer + sizeof buffer;
  while (d.digits % 10 == 0) {
    d.digits /= 10;
    d.exponent++;
  }
  do *--p = (char)('0' + d.digits % 10);
  while (d.digits /= 10);
  int32_t n = (int32_t)(buffer + sizeof buffer - p);
  memcpy(out, p, (size_t)n);
  *exponent = d.exponent;
  return n;
}

/* d.ddde+XX */
static size_t scientific(const char *digits, int32_t n, int32_t power, char *out) {
  char *p = out;
  *p++ = digits[0];
  if (n > 1) {
    *p++ = '.';
    memcpy(p, digits + 1, (size_t)n - 1);
    p += n - 1;
  }
  *p++ = 'e';
  *p++ = power < 0 ? '-' : '+';
  if (power < 0) power = -power;
  if (power >= 100) *p++ = (char)('0' + power / 100);
  *p++ = (char)('0' + power / 10 % 10);
  *p++ = (char)('0' + power % 10);
  return (size_t)(p - out);
}

/* ddd.ddd with the point after digit `point`, which may lie outside. */
static size_t positional(const char *digits, int32_t n, int32_t point, char *out) {
  char *p = out;
  if (point <= 0) {
    *p++ = '0';
    *p++ = '.';
    for (int32_t i = point; i < 0; i++) *p++ = '0';
    memcpy(p, digits, (size_t)n);
    return (size_t)(p + n - out);
  }
  for (int32_t i = 0; i < point; i++) *p++ = i < n ? digits[i] : '0';
  *p++ = '.';
  if (n <= point) *p++ = '0';
  for (int32_t i = point; i < n; i++) *p++ = digits[i];
  return (size_t)(p - out);
}

static size_t literal(const char *text, char *out) {
  size_t n = strlen(text);
  memcpy(out, text, n + 1);
  return n;
}

size_t blt_format_f64(double v, char out[BLT_F64_TEXT]) {
  uint64_t bits = blt_bits_of_double(v);
  char digits[20], *p = out;
  int32_t exponent;
  if (v != v) return literal("nan", out);
  if (bits >> 63) *p++ = '-';
  bits &= INT64_MAX;
  if (bits == 0) return (size_t)(p - out) + literal("0.0", p);
  if (bits >> 52 == 0x7ff) return (size_t)(p - out) + literal("inf", p);
  int32_t n = significant(decompose(bits), digits, &exponent);
  int32_t point = n + exponent; /* the value is 0.digits * 10^point */
  p += point > 16 || point < -4 ? scientific(digits, n, point - 1, p) : positional(digits, n, point, p);
  *p = 0;
  return (size_t)(p - out);
}
