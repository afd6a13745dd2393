#include "word_bounds.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt")))
#endif

/* Of 64 bytes, bit i for byte i: digits, and letters of any alphabet. */
typedef struct kinds {
  uint64_t digits, letters;
} kinds;

/* ---- where words start ---- */

/* Which bytes of the walk's 64 belong to numbers; `ahead`: digits of the next 64. */
static inline uint64_t numbers_of(blt_word_walk *w, uint64_t ahead) {
  uint64_t d = w->digits, before = w->fours;
  uint64_t fours = d & (d >> 1 | ahead << 63) & (d >> 2 | ahead << 62) & (d >> 3 | ahead << 61);
  w->fours = fours;
  return fours | fours << 1 | fours << 2 | fours << 3 | before >> 63 | before >> 62 | before >> 61;
}

/* The places in 64 bytes at which a piece of the text starts. */
static inline uint64_t pieces_of(blt_word_walk *w, size_t at) {
  uint64_t bits = at == 0;
  for (; w->start < w->nstarts; w->start++) {
    size_t start = w->width == 4 ? ((const uint32_t *)w->starts)[w->start]
                                 : (size_t)((const uint64_t *)w->starts)[w->start];
    if (start >= at + BLT_WORD_STEP) break;
    if (start >= at) bits |= UINT64_C(1) << (start - at);
  }
  return bits;
}

/* The starts of the walk's 64 bytes, of which `numbers` belong to numbers. */
static inline uint64_t starts_of(blt_word_walk *w, uint64_t numbers) {
  uint64_t letters = w->words | (w->digits & ~numbers), gaps = ~(letters | numbers);
  uint64_t after_number = numbers << 1 | w->number, after_gap = gaps << 1 | w->between;
  uint64_t leads = (gaps & after_number) | w->after, past;
  w->after = __builtin_add_overflow(gaps, leads, &past); /* carries to where the gap ends */
  w->number = numbers >> 63;
  w->between = gaps >> 63;
  return (numbers ^ after_number) | (letters & after_gap & ~past);
}

/* Lists the places at which something starts, `at` being that of the first bit. */
static inline size_t list_each(uint64_t starts, uint64_t numbers, uint32_t at, uint32_t *out) {
  size_t n = 0;
  for (; starts; starts &= starts - 1) {
    uint32_t i = (uint32_t)__builtin_ctzll(starts);
    out[n++] = (at + i) | (uint32_t)(numbers >> i & 1) << 31;
  }
  return n;
}

/* One walk for an instruction set: NAME_kinds tells what 64 bytes are, NAME_list lists places. */
#define DEFINE_BOUNDS(NAME, TARGET)                                                                          \
  TARGET static inline __attribute__((always_inline)) kinds NAME##_at(const blt_word_walk *w, size_t at) {   \
    char last[BLT_WORD_STEP] = {0};                                                                          \
    if (at >= w->bytes) return (kinds){0, 0};                                                                \
    if (w->bytes - at >= BLT_WORD_STEP) return NAME##_kinds(w->text + at);                                   \
    memcpy(last, w->text + at, w->bytes - at);                                                               \
    return NAME##_kinds(last);                                                                               \
  }                                                                                                          \
  TARGET static size_t NAME##_bounds(blt_word_walk *w, size_t from, size_t to, uint32_t *out) {              \
    size_t n = 0;                                                                                            \
    if (from == 0) {                                                                                         \
      kinds k = NAME##_at(w, 0);                                                                             \
      w->digits = k.digits;                                                                                  \
      w->words = k.letters;                                                                                  \
    }                                                                                                        \
    for (size_t at = from; at < to; at += BLT_WORD_STEP) {                                                   \
      kinds next = NAME##_at(w, at + BLT_WORD_STEP);                                                         \
      uint64_t numbers = numbers_of(w, next.digits), starts = starts_of(w, numbers) | pieces_of(w, at);      \
      if (to - at < BLT_WORD_STEP) starts &= (UINT64_C(1) << (to - at)) - 1;                                 \
      w->digits = next.digits;                                                                               \
      w->words = next.letters;                                                                               \
      n += NAME##_list(starts, numbers, (uint32_t)at, out + n);                                              \
    }                                                                                                        \
    return n;                                                                                                \
  }

#if defined(__x86_64__)

/* Which of 16 bytes are at least `least` and less than `end`, which is no more than 128. */
static inline uint64_t within(__m128i v, char least, char end) {
  __m128i below = _mm_cmplt_epi8(v, _mm_set1_epi8(least)), in = _mm_cmplt_epi8(v, _mm_set1_epi8(end));
  return (uint32_t)_mm_movemask_epi8(_mm_andnot_si128(below, in));
}

static inline kinds sse2_kinds(const char *p) {
  kinds k = {0, 0};
  for (int i = 0; i < 4; i++) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    __m128i small = _mm_or_si128(v, _mm_set1_epi8(0x20));
    k.digits |= within(v, '0', '9' + 1) << (16 * i);
    k.letters |= (within(small, 'a', 'z' + 1) | (uint32_t)_mm_movemask_epi8(v)) << (16 * i);
  }
  return k;
}

TARGET_AVX512 static inline kinds avx512_kinds(const char *p) {
  __m512i v = _mm512_loadu_si512(p), small = _mm512_or_si512(v, _mm512_set1_epi8(0x20));
  return (kinds){_mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('0')), _mm512_set1_epi8(10)),
                 _mm512_cmplt_epu8_mask(_mm512_sub_epi8(small, _mm512_set1_epi8('a')), _mm512_set1_epi8(26)) |
                     _mm512_movepi8_mask(v)};
}

/* Sixteen places at a time: the place in the lower six bits of a byte, above them whether it is a number's.
 */
TARGET_AVX512 static inline size_t avx512_list(uint64_t starts, uint64_t numbers, uint32_t at,
                                               uint32_t *out) {
  static const uint8_t places[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                     16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                     32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                     48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  int n = __builtin_popcountll(starts);
  if (n > 16) return list_each(starts, numbers, at, out);
  __m512i bytes = _mm512_loadu_si512(places);
  bytes = _mm512_mask_add_epi8(bytes, numbers, bytes, _mm512_set1_epi8(64));
  __m512i v = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(_mm512_maskz_compress_epi8(starts, bytes)));
  __m512i flag = _mm512_slli_epi32(_mm512_srli_epi32(v, 6), 31);
  v = _mm512_add_epi32(_mm512_and_si512(v, _mm512_set1_epi32(63)), _mm512_set1_epi32((int)at));
  _mm512_storeu_si512(out, _mm512_or_si512(v, flag));
  return (size_t)n;
}

#define sse2_list list_each
DEFINE_BOUNDS(sse2, )
DEFINE_BOUNDS(avx512, TARGET_AVX512)

size_t blt_word_bounds(blt_word_walk *w, size_t from, size_t to, uint32_t *out) {
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2"))
    return avx512_bounds(w, from, to, out);
  return sse2_bounds(w, from, to, out);
}

#else

static inline kinds portable_kinds(const char *p) {
  kinds k = {0, 0};
  for (uint32_t i = 0; i < BLT_WORD_STEP; i++) {
    unsigned char c = (unsigned char)p[i];
    k.digits |= (uint64_t)((unsigned char)(c - '0') < 10) << i;
    k.letters |= (uint64_t)((unsigned char)((c | 0x20) - 'a') < 26 || c >= 0x80) << i;
  }
  return k;
}

#define portable_list list_each
DEFINE_BOUNDS(portable, )

size_t blt_word_bounds(blt_word_walk *w, size_t from, size_t to, uint32_t *out) {
  return portable_bounds(w, from, to, out);
}

#endif
