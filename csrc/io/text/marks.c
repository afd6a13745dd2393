#include "marks.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET_AVX2 __attribute__((target("avx2,bmi,popcnt")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt")))
#endif

/* What 64 bytes hold, bit i for byte i. */
typedef struct masks {
  uint64_t marks, quotes, newlines, high;
} masks;

/* Eight entries at a time without a branch: what is too much is overwritten by the next block. */
#define EMIT(i) (out[i] = base + (uint32_t)__builtin_ctzll(m | (UINT64_C(1) << 63)), m &= m - 1)
#define EMIT8(i)                                                                                             \
  EMIT(i), EMIT(i + 1), EMIT(i + 2), EMIT(i + 3), EMIT(i + 4), EMIT(i + 5), EMIT(i + 6), EMIT(i + 7)

/* One scan for an instruction set: `NAME`_masks gives the masks of a block. The last block comes from a copy,
 * so that bytes past the end are never looked at. ctz of 0 is harmless: its entry is not counted. */
#define DEFINE_SCAN(NAME, TARGET)                                                                            \
  TARGET static size_t scan_##NAME(const char *text, size_t from, size_t to, blt_marks k, uint32_t *start,   \
                                   blt_seen *seen) {                                                         \
    uint32_t *out = start;                                                                                   \
    uint64_t quotes = 0, high = 0;                                                                           \
    size_t newlines = 0;                                                                                     \
    for (size_t at = from; at < to; at += 64) {                                                              \
      char last[64];                                                                                         \
      const char *p = text + at;                                                                             \
      uint64_t keep = ~UINT64_C(0);                                                                          \
      if (__builtin_expect(to - at < 64, 0)) {                                                               \
        memset(last, 0, sizeof last);                                                                        \
        memcpy(last, p, to - at);                                                                            \
        p = last;                                                                                            \
        keep = (UINT64_C(1) << (to - at)) - 1;                                                               \
      }                                                                                                      \
      masks b = NAME##_masks(p, k);                                                                          \
      uint64_t m = b.marks & keep;                                                                           \
      uint32_t base = (uint32_t)at;                                                                          \
      int n = __builtin_popcountll(m);                                                                       \
      quotes |= b.quotes & keep;                                                                             \
      newlines += (size_t)__builtin_popcountll(b.newlines & keep);                                           \
      high |= b.high;                                                                                        \
      EMIT8(0);                                                                                              \
      if (__builtin_expect(n > 8, 1)) {                                                                      \
        EMIT8(8);                                                                                            \
        for (int i = 16; i < n; i++) EMIT(i);                                                                \
      }                                                                                                      \
      out += n;                                                                                              \
    }                                                                                                        \
    seen->quote |= quotes != 0;                                                                              \
    seen->newlines += newlines;                                                                              \
    seen->non_ascii |= high != 0;                                                                            \
    return (size_t)(out - start);                                                                            \
  }

#if defined(__x86_64__)

static inline uint32_t equal_16(__m128i v, char c) {
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
}

static inline masks sse2_masks(const char *p, blt_marks k) {
  masks b = {0, 0, 0, 0};
  for (int i = 0; i < 4; i++) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    uint64_t q = equal_16(v, k.quote), n = equal_16(v, k.newline);
    b.quotes |= q << (16 * i);
    b.newlines |= n << (16 * i);
    b.marks |= (q | n | equal_16(v, k.separator)) << (16 * i);
    b.high |= (uint32_t)_mm_movemask_epi8(v);
  }
  return b;
}

TARGET_AVX2 static inline uint64_t equal_32(__m256i v, char c) {
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

TARGET_AVX2 static inline masks avx2_masks(const char *p, blt_marks k) {
  __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
  __m256i w = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
  masks b;
  b.quotes = equal_32(v, k.quote) | equal_32(w, k.quote) << 32;
  b.newlines = equal_32(v, k.newline) | equal_32(w, k.newline) << 32;
  b.marks = b.quotes | b.newlines | equal_32(v, k.separator) | equal_32(w, k.separator) << 32;
  b.high = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(v, w));
  return b;
}

DEFINE_SCAN(sse2, )
DEFINE_SCAN(avx2, TARGET_AVX2)

/* Writes the positions of a block's marks, sixteen at a time. */
TARGET_AVX512 static inline void emit_avx512(uint64_t m, int n, uint32_t at, __m512i bytes, uint32_t *out) {
  __m512i packed = _mm512_maskz_compress_epi8(m, bytes), base = _mm512_set1_epi32((int)at);
  _mm512_storeu_si512(out, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed))));
  if (__builtin_expect(n <= 16, 1)) return;
  __m128i second = _mm512_extracti32x4_epi32(packed, 1);
  _mm512_storeu_si512(out + 16, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(second)));
  if (__builtin_expect(n <= 32, 1)) return;
  __m128i third = _mm512_extracti32x4_epi32(packed, 2), fourth = _mm512_extracti32x4_epi32(packed, 3);
  _mm512_storeu_si512(out + 32, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(third)));
  _mm512_storeu_si512(out + 48, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(fourth)));
}

TARGET_AVX512 static size_t scan_avx512(const char *text, size_t from, size_t to, blt_marks k,
                                        uint32_t *start, blt_seen *seen) {
  char numbers[64];
  uint32_t *out = start;
  uint64_t quotes = 0, high = 0;
  size_t newlines = 0;
  for (int i = 0; i < 64; i++) numbers[i] = (char)i;
  __m512i bytes = _mm512_loadu_si512(numbers);
  for (size_t at = from; at < to; at += 64) {
    uint64_t keep = to - at < 64 ? (UINT64_C(1) << (to - at)) - 1 : ~UINT64_C(0);
    __m512i v = _mm512_maskz_loadu_epi8(keep, text + at); /* bytes past the end are not touched */
    uint64_t q = keep & _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(k.quote));
    uint64_t l = keep & _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(k.newline));
    uint64_t m = q | l | (keep & _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(k.separator)));
    int n = __builtin_popcountll(m);
    quotes |= q;
    high |= _mm512_movepi8_mask(v);
    newlines += (size_t)__builtin_popcountll(l);
    emit_avx512(m, n, (uint32_t)at, bytes, out);
    out += n;
  }
  seen->quote |= quotes != 0;
  seen->non_ascii |= high != 0;
  seen->newlines += newlines;
  return (size_t)(out - start);
}

size_t blt_scan(const char *text, size_t from, size_t to, blt_marks marks, uint32_t *out, blt_seen *seen) {
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2"))
    return scan_avx512(text, from, to, marks, out, seen);
  if (__builtin_cpu_supports("avx2")) return scan_avx2(text, from, to, marks, out, seen);
  return scan_sse2(text, from, to, marks, out, seen);
}

#else

static inline masks portable_masks(const char *p, blt_marks k) {
  masks b = {0, 0, 0, 0};
  for (int i = 0; i < 64; i++) {
    uint64_t bit = UINT64_C(1) << i;
    if (p[i] == k.quote) b.quotes |= bit;
    if (p[i] == k.newline) b.newlines |= bit;
    if (p[i] == k.quote || p[i] == k.separator || p[i] == k.newline) b.marks |= bit;
    b.high |= (unsigned char)p[i] >> 7;
  }
  return b;
}

DEFINE_SCAN(portable, )

size_t blt_scan(const char *text, size_t from, size_t to, blt_marks marks, uint32_t *out, blt_seen *seen) {
  return scan_portable(text, from, to, marks, out, seen);
}

#endif

size_t blt_count_byte(const char *text, size_t n, char c) {
  size_t count = 0;
  for (size_t at = 0; at < n;) {
    size_t stop = n - at < 32640 ? n : at + 32640;
    uint32_t part = 0;
    for (; at < stop; at++) part += text[at] == c;
    count += part;
  }
  return count;
}
