#include "utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Where bytes of 0x80 and above begin, or a little before. */
static size_t skip_ascii(const unsigned char *p, size_t i, size_t len) {
  uint64_t v[8];
  for (; len - i >= sizeof v; i += sizeof v) {
    memcpy(v, p + i, sizeof v);
    if ((v[0] | v[1] | v[2] | v[3] | v[4] | v[5] | v[6] | v[7]) & UINT64_C(0x8080808080808080)) break;
  }
  for (; len - i >= 8; i += 8) {
    memcpy(v, p + i, 8);
    if (v[0] & UINT64_C(0x8080808080808080)) break;
  }
  while (i < len && p[i] < 0x80) i++;
  return i;
}

static size_t check_plainly(const unsigned char *p, size_t len) {
  size_t i = 0;
  while (i < len) {
    unsigned char a = p[i];
    if (a < 0x80) {
      i = skip_ascii(p, i, len);
      continue;
    }
    if (a >= 0xc2 && a < 0xe0 && len - i >= 2 && (p[i + 1] & 0xc0) == 0x80) {
      i += 2;
      continue;
    }
    size_t n = a >= 0xf0 ? 4 : a >= 0xe0 ? 3 : 2;
    if (a < 0xc2 || a > 0xf4 || len - i < n) return i;
    unsigned char b = p[i + 1];
    unsigned char lo = a == 0xe0   ? 0xa0
                       : a == 0xf0 ? 0x90
                                   : 0x80,
                  hi = a == 0xed   ? 0x9f
                       : a == 0xf4 ? 0x8f
                                   : 0xbf;
    if (b < lo || b > hi) return i;
    for (size_t k = 2; k < n; k++)
      if ((p[i + k] & 0xc0) != 0x80) return i;
    i += n;
  }
  return len;
}

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET_AVX2 __attribute__((target("avx2")))
#define BLOCK 32u
#define WORTH 128u /* shorter texts are checked plainly */

/* What may be wrong with two bytes that follow each other. Each of three half bytes allows some of these; a
 * fault that all three allow is there. LARGE takes a second byte of 0x90 and above, FAR any. */
enum {
  SHORT = 1 << 0,      /* a first byte, and then none that goes on */
  LONG = 1 << 1,       /* a byte of its own, and then one that goes on */
  OVERLONG_3 = 1 << 2, /* e0 80..9f */
  LARGE = 1 << 3,      /* f4 90.. and above */
  SURROGATE = 1 << 4,  /* ed a0.. */
  OVERLONG_2 = 1 << 5, /* c0, c1 */
  FAR = 1 << 6,        /* f5 80.. and above */
  OVERLONG_4 = 1 << 6, /* f0 80..8f, told from FAR by the first byte */
  GOES_ON = 1 << 7,    /* two that go on: a fault unless a longer character is on its way */
  ANY = SHORT | LONG | GOES_ON
};

static const uint8_t by_first_high[16] = {LONG,
                                          LONG,
                                          LONG,
                                          LONG,
                                          LONG,
                                          LONG,
                                          LONG,
                                          LONG,
                                          GOES_ON,
                                          GOES_ON,
                                          GOES_ON,
                                          GOES_ON,
                                          SHORT | OVERLONG_2,
                                          SHORT,
                                          SHORT | OVERLONG_3 | SURROGATE,
                                          SHORT | LARGE | FAR | OVERLONG_4};
static const uint8_t by_first_low[16] = {ANY | OVERLONG_2 | OVERLONG_3 | OVERLONG_4,
                                         ANY | OVERLONG_2,
                                         ANY,
                                         ANY,
                                         ANY | LARGE,
                                         ANY | LARGE | FAR,
                                         ANY | LARGE | FAR,
                                         ANY | LARGE | FAR,
                                         ANY | LARGE | FAR,
                                         ANY | LARGE | FAR,
                                         ANY | LARGE | FAR,
                                         ANY | LARGE | FAR,
                                         ANY | LARGE | FAR,
                                         ANY | LARGE | FAR | SURROGATE,
                                         ANY | LARGE | FAR,
                                         ANY | LARGE | FAR};
static const uint8_t by_second_high[16] = {SHORT,
                                           SHORT,
                                           SHORT,
                                           SHORT,
                                           SHORT,
                                           SHORT,
                                           SHORT,
                                           SHORT,
                                           LONG | GOES_ON | OVERLONG_2 | OVERLONG_3 | OVERLONG_4,
                                           LONG | GOES_ON | OVERLONG_2 | OVERLONG_3 | LARGE,
                                           LONG | GOES_ON | OVERLONG_2 | SURROGATE | LARGE,
                                           LONG | GOES_ON | OVERLONG_2 | SURROGATE | LARGE,
                                           SHORT,
                                           SHORT,
                                           SHORT,
                                           SHORT};

TARGET_AVX2 static inline __m256i look_up(const uint8_t table[16], __m256i index) {
  __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
  return _mm256_shuffle_epi8(both, index);
}

TARGET_AVX2 static inline __m256i high_half(__m256i v) {
  return _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0f));
}

/* Nonzero where a byte does not belong; `before`: the block before this one. */
TARGET_AVX2 static inline __m256i faults(__m256i v, __m256i before) {
  __m256i seam = _mm256_permute2x128_si256(before, v, 0x21);
  __m256i first = _mm256_alignr_epi8(v, seam, 15), second = _mm256_alignr_epi8(v, seam, 14),
          third = _mm256_alignr_epi8(v, seam, 13);
  __m256i low = _mm256_and_si256(first, _mm256_set1_epi8(0x0f));
  __m256i wrong =
      _mm256_and_si256(_mm256_and_si256(look_up(by_first_high, high_half(first)), look_up(by_first_low, low)),
                       look_up(by_second_high, high_half(v)));
  __m256i of_three = _mm256_subs_epu8(second, _mm256_set1_epi8((char)(0xe0 - 0x80)));
  __m256i of_four = _mm256_subs_epu8(third, _mm256_set1_epi8((char)(0xf0 - 0x80)));
  __m256i on_its_way = _mm256_and_si256(_mm256_or_si256(of_three, of_four), _mm256_set1_epi8((char)GOES_ON));
  return _mm256_xor_si256(wrong, on_its_way);
}

/* Nonzero when a block ends in the midst of a character. */
TARGET_AVX2 static inline __m256i unfinished(__m256i v) {
  __m256i most =
      _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                       -1, -1, -1, -1, -1, -1, -1, (char)(0xf0 - 1), (char)(0xe0 - 1), (char)(0xc0 - 1));
  return _mm256_subs_epu8(v, most);
}

TARGET_AVX2 static bool check_blocks(const unsigned char *p, size_t len) {
  __m256i before = _mm256_setzero_si256(), wrong = before, open = before, v;
  unsigned char last[BLOCK] = {0};
  for (size_t i = 0; i < len; i += BLOCK) {
    if (len - i < BLOCK) memcpy(last, p + i, len - i);
    v = _mm256_loadu_si256((const __m256i *)(const void *)(len - i < BLOCK ? last : p + i));
    if (_mm256_movemask_epi8(v)) {
      wrong = _mm256_or_si256(wrong, faults(v, before));
      open = unfinished(v);
    } else {
      wrong = _mm256_or_si256(wrong, open);
      open = _mm256_setzero_si256();
    }
    before = v;
  }
  wrong = _mm256_or_si256(wrong, open);
  return _mm256_testz_si256(wrong, wrong);
}

size_t blt_utf8_check(const char *s, size_t len) {
  const unsigned char *p = (const unsigned char *)s;
  if (len >= WORTH && __builtin_cpu_supports("avx2") && check_blocks(p, len)) return len;
  return check_plainly(p, len);
}

#else

size_t blt_utf8_check(const char *s, size_t len) {
  return check_plainly((const unsigned char *)s, len);
}

#endif
