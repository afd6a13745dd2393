#include "digits.h"
#include "base/text/civil.h"
#include "eight.h"

#include <string.h>

static const double powers[9] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
static const uint64_t whole_powers[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

static inline uint64_t load64(const char *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}

/* The `len` digits before `end`, 1 to 8 of them, as a number: eight bytes at once, what stands in front
 * shifted away. False when one is no digit, or the first of several is a zero. */
static inline bool digits8(const char *end, uint32_t len, bool zeros_may_lead, uint64_t *out) {
  uint32_t shift = (0u - 8 * len) & 63;
  uint64_t v = (load64(end - 8) ^ BLT_ZEROS) >> shift;
  bool leads = (uint8_t)v == 0 && len > 1;
  v <<= shift;
  uint64_t bad = (v | (v + BLT_PAST_NINE)) & BLT_TOP_BITS;
  v = (v * 2561 >> 8) & UINT64_C(0x00ff00ff00ff00ff);     /* pairs: 10 * a + b */
  v = (v * 6553601 >> 16) & UINT64_C(0x0000ffff0000ffff); /* fours: 100 * a + b */
  *out = v * UINT64_C(42949672960001) >> 32;              /* eight: 10000 * a + b */
  return bad == 0 && (zeros_may_lead || !leads);
}

static bool one_int(const blt_digits *f, const uint32_t *e, int32_t *out) {
  uint32_t len = e[0] - e[-1] - f->gap;
  uint64_t v;
  if (len - 1u >= 8 || !digits8(f->text + e[0], len, false, &v)) return false;
  *out = (int32_t)v;
  return true;
}

static bool one_float(const blt_digits *f, const uint32_t *e, uint64_t mark, double *out) {
  uint32_t len = e[0] - e[-1] - f->gap;
  const char *s = f->text + e[0] - len;
  uint64_t x = load64(s) ^ mark, found = (x - BLT_REPEAT(1)) & ~x & BLT_TOP_BITS, whole, part;
  uint32_t digits = found ? (uint32_t)__builtin_ctzll(found) >> 3 : 8, after = len - digits - 1;
  if (digits >= len) {
    int32_t v;
    if (!one_int(f, e, &v)) return false;
    *out = (double)v;
    return true;
  }
  if (digits - 1u >= 7 || after - 1u >= 8) return false;
  if (!digits8(s + digits, digits, false, &whole) || !digits8(f->text + e[0], after, true, &part))
    return false;
  *out =
      (double)(whole * whole_powers[after] + part) / powers[after]; /* below 2^53, both exact: rounded once */
  return true;
}

static uint32_t ints(blt_digits f, uint32_t from, int32_t *out) {
  const uint32_t *e = f.ends + (size_t)from * f.stride;
  uint32_t i = from;
  while (i < f.n && one_int(&f, e, &out[i])) i++, e += f.stride;
  return i;
}

static uint32_t floats(blt_digits f, uint32_t from, char mark, double *out) {
  const uint32_t *e = f.ends + (size_t)from * f.stride;
  uint32_t i = from;
  while (i < f.n && one_float(&f, e, BLT_REPEAT(mark), &out[i])) i++, e += f.stride;
  return i;
}

/* ---- values of 64 bits ---- */

static bool one_whole(const char *s, uint32_t len, int64_t *out) {
  bool negative = *s == '-';
  const char *end = s + len;
  uint64_t low, high = 0, top = 0;
  len -= negative;
  if (len - 1u >= 19 || (len > 1 && s[negative] == '0')) return false;
  bool ok = digits8(end, len < 8 ? len : 8, true, &low);
  if (len > 8) ok &= digits8(end - 8, len < 16 ? len - 8 : 8, true, &high);
  if (len > 16) ok &= digits8(end - 16, len - 16, true, &top);
  uint64_t v = top * UINT64_C(10000000000000000) + high * 100000000 + low;
  *out = negative ? (int64_t)(0 - v) : (int64_t)v;
  return ok && v <= (uint64_t)INT64_MAX + negative && !(negative && v == 0);
}

static uint32_t wholes(blt_digits f, uint32_t from, int64_t *out) {
  const uint32_t *e = f.ends + (size_t)from * f.stride;
  uint32_t i = from;
  for (; i < f.n; i++, e += f.stride) {
    uint32_t start = e[-1] + f.gap;
    if (e[0] == start || !one_whole(f.text + start, e[0] - start, &out[i])) break;
  }
  return i;
}

/* ---- dates ---- */

#define DASHES (UINT64_C(0x2d) << 32 | UINT64_C(0x2d) << 56)
#define BETWEEN_DASHES UINT64_C(0x00ffff00ffffffff)
#define COLONS (UINT64_C(0x3a) << 16 | UINT64_C(0x3a) << 40)
#define BETWEEN_COLONS UINT64_C(0xffff00ffff00ffff)

/* Whether the bytes of `mask` are digits and the others those of `rest`; *out has the digits' values. */
static inline bool digits_among(uint64_t word, uint64_t mask, uint64_t rest, uint64_t *out) {
  uint64_t v = (word ^ BLT_ZEROS) & mask;
  *out = v;
  return (word & ~mask) == rest && !((v | (v + BLT_PAST_NINE)) & BLT_TOP_BITS);
}

static inline uint32_t two(uint64_t values, uint32_t byte) {
  return (uint32_t)(values >> 8 * byte & 0xff) * 10 + (uint32_t)(values >> (8 * byte + 8) & 0xff);
}

/* The date before, since rows of one day tend to lie together. */
typedef struct dated {
  uint64_t month; /* YYYY-MM- */
  uint16_t day;   /* DD */
  int64_t date;
} dated;

/* 1970-01-01, a date like any other to begin with. */
static dated some_date(void) {
  dated d = {0};
  memcpy(&d.month, "1970-01-", sizeof d.month);
  memcpy(&d.day, "01", sizeof d.day);
  return d;
}

static inline bool one_date(const char *s, dated *d) {
  uint64_t word = load64(s), v;
  uint16_t day;
  memcpy(&day, s + 8, 2);
  if (word == d->month && day == d->day) return true;
  uint32_t tens = (uint32_t)(unsigned char)s[8] - '0', ones = (uint32_t)(unsigned char)s[9] - '0';
  if (!digits_among(word, BETWEEN_DASHES, DASHES, &v) || tens > 9 || ones > 9) return false;
  uint32_t year = two(v, 0) * 100 + two(v, 2), month = two(v, 5);
  if (!blt_civil_exists(year, month, tens * 10 + ones)) return false;
  *d = (dated){word, day, blt_civil_date(year, month, tens * 10 + ones)};
  return true;
}

uint32_t blt_digits_dates(blt_digits f, int64_t *out) {
  const uint32_t *e = f.ends;
  dated d = some_date();
  uint32_t i = 0;
  for (; i < f.n; i++, e += f.stride) {
    uint32_t start = e[-1] + f.gap;
    if (e[0] - start != 10 || !one_date(f.text + start, &d)) break;
    out[i] = d.date;
  }
  return i;
}

static inline bool one_time(const char *s, int64_t *out) {
  uint64_t v;
  if (!digits_among(load64(s), BETWEEN_COLONS, COLONS, &v)) return false;
  uint32_t hour = two(v, 0), minute = two(v, 3), second = two(v, 6);
  *out = hour * BLT_HOUR + minute * BLT_MINUTE + second * BLT_SECOND;
  return hour < 24 && minute < 60 && second < 60;
}

uint32_t blt_digits_moments(blt_digits f, int64_t *out) {
  const uint32_t *e = f.ends;
  dated d = some_date();
  uint32_t i = 0;
  for (; i < f.n; i++, e += f.stride) {
    const char *s = f.text + e[-1] + f.gap;
    int64_t time;
    bool zoned = f.text + e[0] - s == 20 && s[19] == 'Z';
    if ((f.text + e[0] - s != 19 && !zoned) || (s[10] != ' ' && s[10] != 'T')) break;
    if (!one_date(s, &d) || !one_time(s + 11, &time)) break;
    out[i] = d.date * BLT_DAY + time;
  }
  return i;
}

uint32_t blt_digits_flags(blt_digits f, int64_t *out) {
  const uint32_t *e = f.ends;
  uint32_t i = 0;
  for (; i < f.n; i++, e += f.stride) {
    const char *s = f.text + e[-1] + f.gap;
    uint32_t len = (uint32_t)(f.text + e[0] - s);
    out[i] = len == 4 && memcmp(s, "true", 4) == 0;
    if (!out[i] && !(len == 5 && memcmp(s, "false", 5) == 0)) break;
  }
  return i;
}

#if defined(__x86_64__)
/* 64 - 8 * n in each word */
BLT_EIGHT static inline __m512i shift_for(__m256i n) {
  return _mm512_cvtepu32_epi64(_mm256_sub_epi32(_mm256_set1_epi32(64), _mm256_slli_epi32(n, 3)));
}

/* Which n are not 1 to `most`. */
BLT_EIGHT static inline __mmask8 outside(__m256i n, int most) {
  return _mm256_cmpge_epu32_mask(_mm256_sub_epi32(n, _mm256_set1_epi32(1)), _mm256_set1_epi32(most));
}

/* Which words have a first digit of 0 before another: v has the digits at the bottom. */
BLT_EIGHT static inline __mmask8 leading_zero(__m512i v, __m256i n) {
  return _mm512_testn_epi64_mask(v, _mm512_set1_epi64(0xff)) &
         _mm256_cmpgt_epu32_mask(n, _mm256_set1_epi32(1));
}

BLT_EIGHT static uint32_t ints_avx512(blt_digits f, int32_t *out) {
  const uint32_t *e = f.ends;
  __m256i steps = blt_eight_steps(f.stride);
  uint32_t i = 0;
  for (; i + 8 <= f.n; i += 8, e += 8 * (size_t)f.stride) {
    blt_eight k = blt_eight_take(e, f.stride, f.gap, steps);
    __m512i shift = shift_for(k.len);
    __m512i v = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, _mm256_set1_epi32(8)), f.text, 1);
    v = _mm512_srlv_epi64(_mm512_xor_si512(v, _mm512_set1_epi64((long long)BLT_ZEROS)), shift);
    __mmask8 bad = outside(k.len, 8) | leading_zero(v, k.len);
    v = blt_eight_numbers(_mm512_sllv_epi64(v, shift), &bad);
    if (bad) break;
    _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm512_cvtepi64_epi32(v));
  }
  return i;
}

/* The number of up to eight digits that end `behind` bytes before the fields' ends, of which there are so
 * many as the fields have digits there; 0 where there are none. */
BLT_EIGHT static inline __m512i eight_of(const char *text, blt_eight k, int behind, __mmask8 *bad) {
  __m256i n = _mm256_sub_epi32(k.len, _mm256_set1_epi32(behind));
  n = _mm256_min_epi32(_mm256_max_epi32(n, _mm256_setzero_si256()), _mm256_set1_epi32(8));
  __m512i shift = shift_for(n);
  __m512i v = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, _mm256_set1_epi32(behind + 8)), text, 1);
  v = _mm512_srlv_epi64(_mm512_xor_si512(v, _mm512_set1_epi64((long long)BLT_ZEROS)), shift);
  return blt_eight_numbers(_mm512_sllv_epi64(v, shift), bad);
}

/* Numbers of 1 to 19 digits; 24 bytes before each field's end are readable. */
BLT_EIGHT static uint32_t wholes_avx512(blt_digits f, int64_t *out) {
  const uint32_t *e = f.ends;
  __m256i steps = blt_eight_steps(f.stride);
  uint32_t i = 0;
  for (; i + 8 <= f.n; i += 8, e += 8 * (size_t)f.stride) {
    blt_eight k = blt_eight_take(e, f.stride, f.gap, steps);
    __m512i first = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, k.len), f.text, 1);
    __mmask8 bad = outside(k.len, 19);
    bad |= leading_zero(_mm512_xor_si512(first, _mm512_set1_epi64((long long)BLT_ZEROS)), k.len);
    if (bad) break;
    __m512i low = eight_of(f.text, k, 0, &bad), high = eight_of(f.text, k, 8, &bad),
            top = eight_of(f.text, k, 16, &bad);
    __m512i v = _mm512_add_epi64(low, _mm512_mul_epu32(high, _mm512_set1_epi64(100000000)));
    v = _mm512_add_epi64(v, _mm512_mullo_epi64(top, _mm512_set1_epi64(10000000000000000)));
    if (bad | _mm512_movepi64_mask(v)) break; /* or above 2^63 - 1 */
    _mm512_storeu_si512(out + i, v);
  }
  return i;
}

BLT_EIGHT static uint32_t floats_avx512(blt_digits f, char mark, double *out) {
  const uint32_t *e = f.ends;
  __m256i steps = blt_eight_steps(f.stride);
  __m512i zeros = _mm512_set1_epi64((long long)BLT_ZEROS),
          marks = _mm512_set1_epi64((long long)BLT_REPEAT(mark));
  __m512i wholes = _mm512_loadu_si512(whole_powers + 1);
  __m512d parts = _mm512_loadu_pd(powers + 1);
  uint32_t i = 0;
  for (; i + 8 <= f.n; i += 8, e += 8 * (size_t)f.stride) {
    blt_eight k = blt_eight_take(e, f.stride, f.gap, steps);
    __m512i text = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, k.len), f.text, 1);
    __m512i x = _mm512_xor_si512(text, marks);
    __m512i found =
        _mm512_and_si512(_mm512_andnot_si512(x, _mm512_sub_epi64(x, _mm512_set1_epi64(BLT_REPEAT(1)))),
                         _mm512_set1_epi64((long long)BLT_TOP_BITS));
    __m512i lowest = _mm512_and_si512(found, _mm512_sub_epi64(_mm512_setzero_si512(), found));
    __m512i at = _mm512_srli_epi64(_mm512_sub_epi64(_mm512_set1_epi64(63), _mm512_lzcnt_epi64(lowest)), 3);
    __m256i before = _mm512_cvtepi64_epi32(at); /* digits before the mark; huge when there is none */
    __m256i after = _mm256_sub_epi32(_mm256_sub_epi32(k.len, before), _mm256_set1_epi32(1));
    __mmask8 bad = outside(before, 7) | outside(after, 8);
    if (bad) break;
    __m512i w = _mm512_xor_si512(text, zeros);
    bad |= leading_zero(w, before);
    w = blt_eight_numbers(_mm512_sllv_epi64(w, shift_for(before)), &bad);
    __m512i p = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, _mm256_set1_epi32(8)), f.text, 1);
    __m512i shift = shift_for(after);
    p = _mm512_sllv_epi64(_mm512_srlv_epi64(_mm512_xor_si512(p, zeros), shift), shift);
    p = blt_eight_numbers(p, &bad);
    if (bad) break;
    __m512i which = _mm512_cvtepu32_epi64(_mm256_sub_epi32(after, _mm256_set1_epi32(1)));
    __m512i all = _mm512_add_epi64(_mm512_mul_epu32(w, _mm512_permutexvar_epi64(which, wholes)), p);
    _mm512_storeu_pd(out + i, _mm512_div_pd(_mm512_cvtepu64_pd(all), _mm512_permutexvar_pd(which, parts)));
  }
  return i;
}

/* Eights, and what is left or stopped them one by one up to the end of an eight. */
uint32_t blt_digits_ints(blt_digits f, int32_t *out) {
  uint32_t done = blt_has_eight() ? ints_avx512(f, out) : 0;
  return ints(f, done, out);
}

uint32_t blt_digits_whole(blt_digits f, int64_t *out) {
  uint32_t done = blt_has_eight() ? wholes_avx512(f, out) : 0;
  return wholes(f, done, out);
}

uint32_t blt_digits_floats(blt_digits f, char mark, double *out) {
  uint32_t done = blt_has_eight() ? floats_avx512(f, mark, out) : 0;
  return floats(f, done, mark, out);
}

#else

uint32_t blt_digits_whole(blt_digits f, int64_t *out) {
  return wholes(f, 0, out);
}

uint32_t blt_digits_ints(blt_digits f, int32_t *out) {
  return ints(f, 0, out);
}

uint32_t blt_digits_floats(blt_digits f, char mark, double *out) {
  return floats(f, 0, mark, out);
}

#endif
