#include "numbered.h"
#include "eight.h"

#include <string.h>

static inline uint64_t load64(const char *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}

/* The low `n` bytes of a word, 0 to 8 of them. */
static uint64_t low_bytes(uint32_t n) {
  return n == 0 ? 0 : ~UINT64_C(0) >> (64 - 8 * n);
}

void blt_numbered_form(blt_numbered *f, const char *text, uint32_t len) {
  uint32_t digits = 0, most = len < 8 ? len : 8;
  f->tried = len > 0;
  if (len > BLT_NUMBERED_LONGEST) return;
  while (digits < most && text[len - 1 - digits] >= '0' && text[len - 1 - digits] <= '9') digits++;
  if (digits == 0) return;
  uint64_t outside = low_bytes(8 - most); /* bytes in front of a short text */
  f->len = len;
  f->digits = ~low_bytes(8 - digits);
  f->tail_mask = ~f->digits & ~outside;
  f->tail = load64(text + len - 8) & f->tail_mask;
  f->first_mask = len > 8 ? low_bytes(len - 8) : 0;
  f->first = f->first_mask ? load64(text) & f->first_mask : 0;
}

bool blt_numbered_of(const blt_numbered *f, const char *text, uint32_t len, uint32_t *number) {
  if (len != f->len) return false;
  uint64_t x = load64(text + len - 8);
  if ((x & f->tail_mask) != f->tail) return false;
  if (f->first_mask && (load64(text) & f->first_mask) != f->first) return false;
  uint64_t v = (x ^ BLT_ZEROS) & f->digits;
  if ((v | (v + BLT_PAST_NINE)) & BLT_TOP_BITS) return false;
  v = (v * 2561 >> 8) & UINT64_C(0x00ff00ff00ff00ff);       /* pairs: 10 * a + b */
  v = (v * 6553601 >> 16) & UINT64_C(0x0000ffff0000ffff);   /* fours: 100 * a + b */
  *number = (uint32_t)(v * UINT64_C(42949672960001) >> 32); /* eight: 10000 * a + b */
  return true;
}

static uint32_t one_by_one(const blt_numbered *f, const char *text, const uint32_t *e, uint32_t stride,
                           uint32_t gap, uint32_t n, uint32_t *out) {
  for (uint32_t i = 0; i < n; i++, e += stride) {
    uint32_t number, start = e[-1] + gap;
    if (!blt_numbered_of(f, text + start, *e - start, &number) || number >= f->limit || !f->codes[number])
      return i;
    out[i] = f->codes[number] - 1;
  }
  return n;
}

#if defined(__x86_64__)

#define AT_ONCE 64u /* numbers whose codes are on their way together */
#define AHEAD 1024u /* bytes of text in front of those at hand: gathering them tells no prefetcher */

/* Numbers of as many texts in a row as are of the form and below the limit. */
BLT_EIGHT static uint32_t eight_numbers(const blt_numbered *f, const char *text, const uint32_t *e,
                                        uint32_t stride, uint32_t gap, uint32_t n, uint32_t *out) {
  __m256i steps = blt_eight_steps(stride), len = _mm256_set1_epi32((int)f->len);
  __m512i tail_mask = _mm512_set1_epi64((long long)f->tail_mask);
  __m512i tail = _mm512_set1_epi64((long long)f->tail), digits = _mm512_set1_epi64((long long)f->digits);
  __m512i first_mask = _mm512_set1_epi64((long long)f->first_mask);
  __m512i first = _mm512_set1_epi64((long long)f->first);
  __m512i zeros = _mm512_set1_epi64((long long)BLT_ZEROS), limit = _mm512_set1_epi64(f->limit);
  uint32_t i = 0;
  for (; i + 8 <= n; i += 8, e += 8 * (size_t)stride) {
    blt_eight k = blt_eight_take(e, stride, gap, steps);
    __mmask8 bad = _mm256_cmpneq_epi32_mask(k.len, len);
    if (bad) break;
    __builtin_prefetch(text + *e + AHEAD);
    __builtin_prefetch(text + *e + AHEAD + 64);
    __m512i x = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, _mm256_set1_epi32(8)), text, 1);
    bad |= _mm512_cmpneq_epi64_mask(_mm512_and_si512(x, tail_mask), tail);
    if (f->first_mask) {
      __m512i y = _mm512_i32gather_epi64(_mm256_sub_epi32(k.end, len), text, 1);
      bad |= _mm512_cmpneq_epi64_mask(_mm512_and_si512(y, first_mask), first);
    }
    x = blt_eight_numbers(_mm512_and_si512(_mm512_xor_si512(x, zeros), digits), &bad);
    bad |= _mm512_cmpge_epu64_mask(x, limit);
    if (bad) break;
    _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm512_cvtepi64_epi32(x));
  }
  return i;
}

/* Codes of n numbers, as many in a row as have one. */
static uint32_t known_codes(const blt_numbered *f, const uint32_t *numbers, uint32_t n, uint32_t *out) {
  for (uint32_t i = 0; i < n; i++) __builtin_prefetch(f->codes + numbers[i]);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t code = f->codes[numbers[i]];
    if (!code) return i;
    out[i] = code - 1;
  }
  return n;
}

static uint32_t by_eights(const blt_numbered *f, const char *text, const uint32_t *e, uint32_t stride,
                          uint32_t gap, uint32_t n, uint32_t *out) {
  uint32_t numbers[AT_ONCE], done = 0;
  while (done < n) {
    uint32_t most = n - done < AT_ONCE ? n - done : AT_ONCE;
    uint32_t have = eight_numbers(f, text, e + (size_t)done * stride, stride, gap, most, numbers);
    uint32_t got = known_codes(f, numbers, have, out + done);
    done += got;
    if (got < AT_ONCE) break;
  }
  return done;
}

uint32_t blt_numbered_codes(const blt_numbered *f, const char *text, const uint32_t *ends, uint32_t stride,
                            uint32_t gap, uint32_t n, uint32_t *out) {
  if (blt_has_eight()) return by_eights(f, text, ends, stride, gap, n, out);
  return one_by_one(f, text, ends, stride, gap, n, out);
}

#else

uint32_t blt_numbered_codes(const blt_numbered *f, const char *text, const uint32_t *ends, uint32_t stride,
                            uint32_t gap, uint32_t n, uint32_t *out) {
  return one_by_one(f, text, ends, stride, gap, n, out);
}

#endif
