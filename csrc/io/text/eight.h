/* eight.h: eight fields of a column at a time, where the processor has AVX-512. */
#ifndef BLT_IO_EIGHT_H
#define BLT_IO_EIGHT_H

#include "blt.h"

#define BLT_REPEAT(byte) ((uint64_t)(unsigned char)(byte)*UINT64_C(0x0101010101010101))
#define BLT_ZEROS BLT_REPEAT('0')
#define BLT_TOP_BITS BLT_REPEAT(0x80)
#define BLT_PAST_NINE BLT_REPEAT(0x76) /* what carries a byte above 9 into its top bit */

#if defined(__x86_64__)
#include <immintrin.h>
#define BLT_EIGHT __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd")))

static inline bool blt_has_eight(void) {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
}

/* Ends and lengths of eight fields. */
typedef struct blt_eight {
  __m256i end, len;
} blt_eight;

/* Where the entries of eight rows stand, `stride` apart. */
BLT_EIGHT static inline __m256i blt_eight_steps(uint32_t stride) {
  return _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32((int)stride));
}

BLT_EIGHT static inline __m256i blt_eight_entries(const uint32_t *e, uint32_t stride, __m256i steps) {
  if (stride == 1) return _mm256_loadu_si256((const __m256i *)(const void *)e);
  return _mm256_i32gather_epi32((const int *)(const void *)e, steps, 4);
}

BLT_EIGHT static inline blt_eight blt_eight_take(const uint32_t *e, uint32_t stride, uint32_t gap,
                                                 __m256i steps) {
  __m256i end = blt_eight_entries(e, stride, steps), before = blt_eight_entries(e - 1, stride, steps);
  return (blt_eight){end, _mm256_sub_epi32(_mm256_sub_epi32(end, before), _mm256_set1_epi32((int)gap))};
}

/* Digits in the top bytes of each word, less '0' each, nothing below them, as numbers; adds words with
 * another byte to `bad`. */
BLT_EIGHT static inline __m512i blt_eight_numbers(__m512i v, __mmask8 *bad) {
  __m512i past = _mm512_or_si512(v, _mm512_add_epi64(v, _mm512_set1_epi64((long long)BLT_PAST_NINE)));
  *bad |= _mm512_test_epi64_mask(past, _mm512_set1_epi64((long long)BLT_TOP_BITS));
  v = _mm512_maddubs_epi16(v, _mm512_set1_epi16(0x010a));  /* 10 * a + b */
  v = _mm512_madd_epi16(v, _mm512_set1_epi32(0x00010064)); /* 100 * a + b */
  return _mm512_add_epi64(_mm512_mul_epu32(v, _mm512_set1_epi64(10000)), _mm512_srli_epi64(v, 32));
}
#endif

#endif
