#include "digits.h"

#include <string.h>

#define REPEAT(byte) ((uint64_t)(unsigned char)(byte)*UINT64_C(0x0101010101010101))
#define ZEROS REPEAT('0')
#define TOP_BITS REPEAT(0x80)
#define PAST_NINE REPEAT(0x76) /* what carries a byte above 9 into its top bit */

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
  uint64_t v = (load64(end - 8) ^ ZEROS) >> shift;
  bool leads = (uint8_t)v == 0 && len > 1;
  v <<= shift;
  uint64_t bad = (v | (v + PAST_NINE)) & TOP_BITS;
  v = (v * 2561 >> 8) & UINT64_C(0x00ff00ff00ff00ff);     /* pairs: 10 * a + b */
  v = (v * 6553601 >> 16) & UINT64_C(0x0000ffff0000ffff); /* fours: 100 * a + b */
  *out = v * UINT64_C(42949672960001) >> 32;              /* eight: 10000 * a + b */
  return bad == 0 && (zeros_may_lead || !leads);
}

static bool one_int(const blt_digits *f, const uint32_t *e, int64_t *out) {
  uint32_t len = e[0] - e[-1] - f->gap;
  uint64_t v;
  if (len - 1u >= 8 || !digits8(f->text + e[0], len, false, &v)) return false;
  *out = (int64_t)v;
  return true;
}

static bool one_float(const blt_digits *f, const uint32_t *e, uint64_t mark, double *out) {
  uint32_t len = e[0] - e[-1] - f->gap;
  const char *s = f->text + e[0] - len;
  uint64_t x = load64(s) ^ mark, found = (x - REPEAT(1)) & ~x & TOP_BITS, whole, part;
  uint32_t digits = found ? (uint32_t)__builtin_ctzll(found) >> 3 : 8, after = len - digits - 1;
  if (digits >= len) {
    int64_t v;
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

static uint32_t ints(blt_digits f, uint32_t from, int64_t *out) {
  const uint32_t *e = f.ends + (size_t)from * f.stride;
  uint32_t i = from;
  while (i < f.n && one_int(&f, e, &out[i])) i++, e += f.stride;
  return i;
}

static uint32_t floats(blt_digits f, uint32_t from, char mark, double *out) {
  const uint32_t *e = f.ends + (size_t)from * f.stride;
  uint32_t i = from;
  while (i < f.n && one_float(&f, e, REPEAT(mark), &out[i])) i++, e += f.stride;
  return i;
}

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd")))

/* Ends and lengths of eight fields. */
typedef struct eight {
  __m256i end, len;
} eight;

AVX512 static inline eight take_eight(const blt_digits *f, const uint32_t *e, __m256i steps) {
  __m256i end = _mm256_i32gather_epi32((const int *)(const void *)e, steps, 4);
  __m256i before = _mm256_i32gather_epi32((const int *)(const void *)(e - 1), steps, 4);
  return (eight){end, _mm256_sub_epi32(_mm256_sub_epi32(end, before), _mm256_set1_epi32((int)f->gap))};
}

/* Digits in the top bytes of each word, nothing below them, as numbers; adds words with another byte to
 * `bad`. */
AVX512 static inline __m512i numbers(__m512i v, __mmask8 *bad) {
  __m512i past = _mm512_or_si512(v, _mm512_add_epi64(v, _mm512_set1_epi64((long long)PAST_NINE)));
  *bad |= _mm512_test_epi64_mask(past, _mm512_set1_epi64((long long)TOP_BITS));
  v = _mm512_maddubs_epi16(v, _mm512_set1_epi16(0x010a));  /* 10 * a + b */
  v = _mm512_madd_epi16(v, _mm512_set1_epi32(0x00010064)); /* 100 * a + b */
  return _mm512_add_epi64(_mm512_mul_epu32(v, _mm512_set1_epi64(10000)), _mm512_srli_epi64(v, 32));
}

/* 64 - 8 * n in each word */
AVX512 static inline __m512i shift_for(__m256i n) {
  return _mm512_cvtepu32_epi64(_mm256_sub_epi32(_mm256_set1_epi32(64), _mm256_slli_epi32(n, 3)));
}

/* Which n are not 1 to `most`. */
AVX512 static inline __mmask8 outside(__m256i n, int most) {
  return _mm256_cmpge_epu32_mask(_mm256_sub_epi32(n, _mm256_set1_epi32(1)), _mm256_set1_epi32(most));
}

/* Which words have a first digit of 0 before another: v has the digits at the bottom. */
AVX512 static inline __mmask8 leading_zero(__m512i v, __m256i n) {
  return _mm512_testn_epi64_mask(v, _mm512_set1_epi64(0xff)) &
         _mm256_cmpgt_epu32_mask(n, _mm256_set1_epi32(1));
}

AVX512 static inline __m256i steps_of(uint32_t stride) {
  return _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32((int)stride));
}

AVX512 static uint32_t ints_avx512(blt_digits f, int64_t *out) {
  const uint32_t *e = f.ends;
  __m256i steps = steps_of(f.stride);
  uint32_t i = 0;
  for (; i + 8 <= f.n; i += 8, e += 8 * (size_t)f.stride) {
    eight k = take_eight(&f, e, steps);
    __m512i shift = shift_for(k.len);
    __m512i v = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, _mm256_set1_epi32(8)), f.text, 1);
    v = _mm512_srlv_epi64(_mm512_xor_si512(v, _mm512_set1_epi64((long long)ZEROS)), shift);
    __mmask8 bad = outside(k.len, 8) | leading_zero(v, k.len);
    v = numbers(_mm512_sllv_epi64(v, shift), &bad);
    if (bad) break;
    _mm512_storeu_si512(out + i, v);
  }
  return i;
}

AVX512 static uint32_t floats_avx512(blt_digits f, char mark, double *out) {
  const uint32_t *e = f.ends;
  __m256i steps = steps_of(f.stride);
  __m512i zeros = _mm512_set1_epi64((long long)ZEROS), marks = _mm512_set1_epi64((long long)REPEAT(mark));
  __m512i wholes = _mm512_loadu_si512(whole_powers + 1);
  __m512d parts = _mm512_loadu_pd(powers + 1);
  uint32_t i = 0;
  for (; i + 8 <= f.n; i += 8, e += 8 * (size_t)f.stride) {
    eight k = take_eight(&f, e, steps);
    __m512i text = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, k.len), f.text, 1);
    __m512i x = _mm512_xor_si512(text, marks);
    __m512i found =
        _mm512_and_si512(_mm512_andnot_si512(x, _mm512_sub_epi64(x, _mm512_set1_epi64(REPEAT(1)))),
                         _mm512_set1_epi64((long long)TOP_BITS));
    __m512i lowest = _mm512_and_si512(found, _mm512_sub_epi64(_mm512_setzero_si512(), found));
    __m512i at = _mm512_srli_epi64(_mm512_sub_epi64(_mm512_set1_epi64(63), _mm512_lzcnt_epi64(lowest)), 3);
    __m256i before = _mm512_cvtepi64_epi32(at); /* digits before the mark; huge when there is none */
    __m256i after = _mm256_sub_epi32(_mm256_sub_epi32(k.len, before), _mm256_set1_epi32(1));
    __mmask8 bad = outside(before, 7) | outside(after, 8);
    if (bad) break;
    __m512i w = _mm512_xor_si512(text, zeros);
    bad |= leading_zero(w, before);
    w = numbers(_mm512_sllv_epi64(w, shift_for(before)), &bad);
    __m512i p = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, _mm256_set1_epi32(8)), f.text, 1);
    __m512i shift = shift_for(after);
    p = _mm512_sllv_epi64(_mm512_srlv_epi64(_mm512_xor_si512(p, zeros), shift), shift);
    p = numbers(p, &bad);
    if (bad) break;
    __m512i which = _mm512_cvtepu32_epi64(_mm256_sub_epi32(after, _mm256_set1_epi32(1)));
    __m512i all = _mm512_add_epi64(_mm512_mul_epu32(w, _mm512_permutexvar_epi64(which, wholes)), p);
    _mm512_storeu_pd(out + i, _mm512_div_pd(_mm512_cvtepu64_pd(all), _mm512_permutexvar_pd(which, parts)));
  }
  return i;
}

static bool has_avx512(void) {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
}

/* Eights, and what is left or stopped them one by one up to the end of an eight. */
uint32_t blt_digits_ints(blt_digits f, int64_t *out) {
  uint32_t done = has_avx512() ? ints_avx512(f, out) : 0;
  return ints(f, done, out);
}

uint32_t blt_digits_floats(blt_digits f, char mark, double *out) {
  uint32_t done = has_avx512() ? floats_avx512(f, mark, out) : 0;
  return floats(f, done, mark, out);
}

#else

uint32_t blt_digits_ints(blt_digits f, int64_t *out) {
  return ints(f, 0, out);
}

uint32_t blt_digits_floats(blt_digits f, char mark, double *out) {
  return floats(f, 0, mark, out);
}

#endif
