/* num_read.c: text to the nearest double, in three steps of rising cost:
 *   1. both the digits and the power of ten are exact doubles: one multiplication or division (Clinger);
 *   2. 64 bits of digits times 128 bits of the power decide the rounding nearly always (after Eisel and
 * Lemire);
 *   3. otherwise the digits are compared with the midpoint of two neighbours in long integers. */
#include "num.h"
#include "base/words.h"

#include <string.h>

#define DIGITS_MAX 800 /* beyond these only "not zero" matters: midpoints have at most 767 digits */

typedef struct scanned {
  const char *digits; /* the text from its first digit that is not 0 */
  const char *end;    /* of the digits and point */
  uint64_t head;      /* the first up to 19 significant digits */
  int32_t count;      /* significant digits, DIGITS_MAX + 1 at most */
  int64_t exponent;   /* the value is head * 10^exponent, more when count > 19 */
} scanned;

static bool is_digit(char c) {
  return (unsigned char)(c - '0') <= 9;
}

/* Reads e[+-]digits at *s; a huge exponent is cut to what decides as well. */
static bool scan_exponent(const char **s, const char *end, int64_t *exponent) {
  const char *p = *s + 1;
  int64_t v = 0;
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) p++;
  if (p == end || !is_digit(*p)) return false;
  for (; p < end && is_digit(*p); p++)
    if (v < INT64_C(10000000000)) v = v * 10 + (*p - '0');
  *exponent += negative ? -v : v;
  *s = p;
  return true;
}

/* Digits with at most one point. */
static bool scan(const char *s, const char *end, scanned *out) {
  const char *p = s, *point = NULL;
  bool any = false;
  *out = (scanned){0};
  for (; p < end && (is_digit(*p) || (*p == '.' && !point)); p++) {
    if (*p == '.') {
      point = p;
      continue;
    }
    any = true;
    if (*p == '0' && out->count == 0) {
      if (point) out->exponent--;
      continue;
    }
    if (out->count == 0) out->digits = p;
    if (out->count < 19) {
      out->head = out->head * 10 + (uint64_t)(*p - '0');
      if (point) out->exponent--;
    } else if (!point) {
      out->exponent++;
    }
    if (out->count <= DIGITS_MAX) out->count++;
  }
  out->end = p;
  if (!any) return false;
  if (p < end && (*p == 'e' || *p == 'E') && !scan_exponent(&p, end, &out->exponent)) return false;
  return p == end;
}

/* ---- step 3: long integers, little end first ---- */

#define WORDS 160 /* 32 bits each: room for 10^1150 and more */

typedef struct big {
  uint32_t n;
  uint32_t w[WORDS];
} big;

static void big_multiply_add(big *b, uint32_t factor, uint32_t add) {
  uint64_t carry = add;
  for (uint32_t i = 0; i < b->n; i++) {
    carry += (uint64_t)b->w[i] * factor;
    b->w[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry && b->n < WORDS) b->w[b->n++] = (uint32_t)carry;
}

static void big_power_of_5(big *b, int64_t n) {
  for (; n >= 13; n -= 13) big_multiply_add(b, 1220703125u, 0);
  for (; n > 0; n--) big_multiply_add(b, 5, 0);
}

static void big_shift(big *b, int64_t bits) {
  for (; bits >= 31; bits -= 31) big_multiply_add(b, UINT32_C(1) << 31, 0);
  if (bits > 0) big_multiply_add(b, UINT32_C(1) << bits, 0);
}

static int big_compare(const big *a, const big *b) {
  if (a->n != b->n) return a->n < b->n ? -1 : 1;
  for (uint32_t i = a->n; i-- > 0;)
    if (a->w[i] != b->w[i]) return a->w[i] < b->w[i] ? -1 : 1;
  return 0;
}

static void big_set(big *b, uint64_t v) {
  b->n = 0;
  for (; v; v >>= 32) b->w[b->n++] = (uint32_t)v;
}

/* All digits (a "1" stands for those beyond DIGITS_MAX that are not all zero); gives how many were used. */
static int32_t big_digits(big *b, const scanned *t) {
  int32_t used = 0;
  big_set(b, 0);
  for (const char *p = t->digits; p < t->end; p++) {
    if (*p == '.') continue;
    uint32_t d = (uint32_t)(*p - '0');
    if (used == DIGITS_MAX) {
      if (d == 0) continue;
      big_multiply_add(b, 10, 1);
      return used + 1;
    }
    big_multiply_add(b, 10, d);
    used++;
  }
  return used;
}

/* Sign of digits * 10^exponent - m * 2^e. */
static int compare_exactly(const scanned *t, uint64_t m, int32_t e) {
  big a, b;
  int32_t used = big_digits(&a, t);
  int64_t exponent = t->exponent + (t->count < 19 ? t->count : 19) - used;
  big_set(&b, m);
  int64_t twos = exponent - e; /* on the left side */
  if (exponent > 0) big_power_of_5(&a, exponent);
  if (exponent < 0) big_power_of_5(&b, -exponent);
  if (twos > 0) big_shift(&a, twos);
  if (twos < 0) big_shift(&b, -twos);
  return big_compare(&a, &b);
}

/* ---- step 2 ---- */

/* mantissa (at most 2^53) * 2^e with e at least -1074 as the bits of a double. */
static uint64_t assemble(uint64_t mantissa, int32_t e) {
  if (mantissa >> 53) {
    mantissa >>= 1;
    e++;
  }
  if (mantissa >> 52 == 0) return mantissa; /* denormal or zero: e is -1074 */
  if (e > 971) return UINT64_C(0x7ff) << 52;
  return (uint64_t)(e + 1075) << 52 | (mantissa & ((UINT64_C(1) << 52) - 1));
}

/* Bits of the nearest double; infinity's when it is too large. */
static uint64_t nearest(const scanned *t) {
  if (t->exponent > 310) return UINT64_C(0x7ff) << 52;
  if (t->exponent < -345) return 0; /* under 10^19 * 10^-346 */
  blt_power g = blt_power_of_ten((int32_t)t->exponent);
  int lead = __builtin_clzll(t->head);
  uint64_t head = t->head << lead;
  unsigned __int128 low = (unsigned __int128)head * g.lo;
  unsigned __int128 top = (unsigned __int128)head * g.hi + (uint64_t)(low >> 64);
  int32_t e = g.exponent + 64 - lead; /* the value is about top * 2^e */
  int drop = top >> 127 ? 75 : 74;    /* leaves 53 bits */
  if (e + drop < -1074) drop = -1074 - e;
  /* What lies between top and the truth, in units of top: 2 from the cut products, and what 19 digits leave
   * out of a longer number, less than top / 10^18. */
  unsigned __int128 slack = 2;
  if (t->count > 19) slack += (unsigned __int128)1 << 69;
  if (drop > 127) return compare_exactly(t, 1, -1075) > 0; /* around half the least denormal */
  unsigned __int128 unit = (unsigned __int128)1 << drop, rest = top & (unit - 1), half = unit >> 1;
  uint64_t mantissa = (uint64_t)(top >> drop);
  bool up = rest >= half;
  if ((rest <= half && rest + slack >= half)) {
    int order = compare_exactly(t, 2 * mantissa + 1, e + drop - 1);
    up = order > 0 || (order == 0 && (mantissa & 1));
  }
  return assemble(mantissa + up, e + drop);
}

/* ---- the whole ---- */

static bool is_word(const char *s, size_t len, const char *word) {
  if (strlen(word) != len) return false;
  for (size_t i = 0; i < len; i++)
    if ((s[i] | 0x20) != word[i]) return false;
  return true;
}

blt_parsed blt_parse_f64(const char *s, size_t len, double *out) {
  static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const char *end = s + len;
  scanned t;
  if (s == end) return BLT_NO_NUMBER;
  double factor = *s == '-' ? -1.0 : 1.0;
  if (*s == '-' || *s == '+') s++;
  if (!scan(s, end, &t)) {
    size_t n = (size_t)(end - s);
    if (is_word(s, n, "nan"))
      *out = blt_double_of_bits(UINT64_C(0x7ff8) << 48);
    else if (is_word(s, n, "inf") || is_word(s, n, "infinity"))
      *out = factor * blt_double_of_bits(UINT64_C(0x7ff) << 52);
    else
      return BLT_NO_NUMBER;
    return BLT_PARSED;
  }
  if (t.count == 0) {
    *out = factor * 0.0;
  } else if (t.count <= 19 && t.head <= UINT64_C(1) << 53 && t.exponent >= -22 && t.exponent <= 22) {
    double v = (double)t.head;
    *out = factor * (t.exponent < 0 ? v / tens[-t.exponent] : v * tens[t.exponent]);
  } else {
    uint64_t bits = nearest(&t);
    if (bits >> 52 == 0x7ff) return BLT_OUT_OF_RANGE;
    *out = factor * blt_double_of_bits(bits);
  }
  return BLT_PARSED;
}
