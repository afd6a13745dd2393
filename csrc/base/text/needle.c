#include "needle.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LOOKED_AT 64u /* bytes of a long needle among which the rarest are chosen */

/* How common a byte is in texts, roughly: blanks and vowels most, then other letters, then digits and what
 * separates words; bytes of longer characters are common where they are at all. */
static uint32_t commonness(unsigned char c) {
  static const uint8_t letters[26] = {192, 124, 156, 160, 200, 144, 136, 168, 184, 108, 116, 164, 148,
                                      180, 188, 140, 100, 172, 176, 196, 152, 120, 132, 112, 128, 104};
  if (c >= 'a' && c <= 'z') return letters[c - 'a'];
  if (c >= '0' && c <= '9') return 110;
  if (c >= 0x80) return c == 0xd0 || c == 0xd1 ? 220 : 120;
  if (c == ' ') return 230;
  return c == '/' || c == '.' || c == '-' || c == '_' || c == ',' ? 150 : 50;
}

/* Which place to compare besides those chosen: of the bytes that differ from theirs the rarest, else any
 * other place; `looked` if there is none. */
static uint32_t next_rarest(blt_str text, uint32_t looked, const uint32_t *chosen, uint32_t count) {
  uint32_t best = looked, least = UINT32_MAX;
  for (uint32_t i = 0; i < looked; i++) {
    uint32_t cost = commonness((unsigned char)text.s[i]);
    for (uint32_t k = 0; k < count; k++)
      cost = chosen[k] == i ? UINT32_MAX : text.s[chosen[k]] == text.s[i] ? cost | 1u << 8 : cost;
    if (cost < least) best = i, least = cost;
  }
  return best;
}

blt_needle blt_needle_of(blt_str text) {
  blt_needle n = {.s = text.s, .len = text.len};
  uint32_t looked = text.len < LOOKED_AT ? text.len : LOOKED_AT;
  if (looked < 2) return n;
  memcpy(&n.head, text.s, looked < 8 ? looked : 8);
  memset(&n.mask, 0xff, looked < 8 ? looked : 8);
  for (uint32_t count = 0; count < 3; count++) {
    uint32_t place = next_rarest(text, looked, n.rare, count);
    n.rare[count] = place < looked ? place : n.rare[0];
  }
  return n;
}

/* Whether the needle is at a place where it ends before `end`. */
static inline bool is_at(const blt_needle *n, const char *at, const char *end) {
  uint64_t word;
  if (end - at < 8) return memcmp(at, n->s, n->len) == 0;
  memcpy(&word, at, sizeof word);
  return (word & n->mask) == n->head && (n->len <= 8 || memcmp(at + 8, n->s + 8, n->len - 8) == 0);
}

/* What matches are written to, up to `room` of them. */
typedef struct matches {
  const char **at;
  uint32_t n, room;
} matches;

/* One place after the other, up to `last`. */
static void find_slowly(const blt_needle *n, const char *from, const char *last, matches *out) {
  const uint32_t rare = n->rare[0];
  for (const char *p = from; p <= last && out->n < out->room; p++)
    if (p[rare] == n->s[rare] && is_at(n, p, last + n->len)) out->at[out->n++] = p;
}

#if defined(__x86_64__)

/* A search for an instruction set that compares WIDTH places at a time; the last ones overlap those before,
 * which are left out. `NAME`_places: bit i where the three bytes are at p + i. At least WIDTH places. */
#define DEFINE_FIND(NAME, TARGET, WIDTH)                                                                     \
  TARGET static void find_##NAME(const blt_needle *n, const char *from, const char *last, matches *out) {    \
    const char *end = last - (WIDTH - 1);                                                                    \
    uint32_t fresh = UINT32_MAX;                                                                             \
    for (const char *p = from;; p += WIDTH) {                                                                \
      if (p > end) fresh = UINT32_MAX << (p - end), p = end;                                                 \
      for (uint32_t m = NAME##_places(n, p) & fresh; m; m &= m - 1) {                                        \
        const char *at = p + __builtin_ctz(m);                                                               \
        if (!is_at(n, at, last + n->len)) continue;                                                          \
        out->at[out->n++] = at;                                                                              \
        if (out->n == out->room) return;                                                                     \
      }                                                                                                      \
      if (p == end) return;                                                                                  \
    }                                                                                                        \
  }

static inline __m128i sse2_same(const blt_needle *n, const char *p, uint32_t place) {
  __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + place));
  return _mm_cmpeq_epi8(v, _mm_set1_epi8(n->s[place]));
}

static inline uint32_t sse2_places(const blt_needle *n, const char *p) {
  __m128i v = _mm_and_si128(sse2_same(n, p, n->rare[0]), sse2_same(n, p, n->rare[1]));
  return (uint32_t)_mm_movemask_epi8(_mm_and_si128(v, sse2_same(n, p, n->rare[2])));
}

#define TARGET_AVX2 __attribute__((target("avx2,bmi")))

TARGET_AVX2 static inline __m256i avx2_same(const blt_needle *n, const char *p, uint32_t place) {
  __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + place));
  return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(n->s[place]));
}

TARGET_AVX2 static inline uint32_t avx2_places(const blt_needle *n, const char *p) {
  __m256i v = _mm256_and_si256(avx2_same(n, p, n->rare[0]), avx2_same(n, p, n->rare[1]));
  return (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(v, avx2_same(n, p, n->rare[2])));
}

DEFINE_FIND(sse2, , 16)
DEFINE_FIND(avx2, TARGET_AVX2, 32)

/* `places`: how many there are, at least one. */
static void find(const blt_needle *n, const char *from, size_t places, matches *out) {
  const char *last = from + places - 1;
  if (places >= 32 && __builtin_cpu_supports("avx2"))
    find_avx2(n, from, last, out);
  else if (places >= 16)
    find_sse2(n, from, last, out);
  else
    find_slowly(n, from, last, out);
}

#else

static void find(const blt_needle *n, const char *from, size_t places, matches *out) {
  find_slowly(n, from, from + places - 1, out);
}

#endif

uint32_t blt_needle_find_all(const blt_needle *n, const char *from, const char *end, const char **at,
                             uint32_t room) {
  matches out = {.at = at, .room = room};
  if ((size_t)(end - from) >= n->len) find(n, from, (size_t)(end - from) - n->len + 1, &out);
  return out.n;
}

const char *blt_needle_find(const blt_needle *n, const char *from, const char *end) {
  const char *at;
  if (n->len == 0) return from;
  if (n->len == 1) return memchr(from, n->s[0], (size_t)(end - from));
  return blt_needle_find_all(n, from, end, &at, 1) ? at : NULL;
}
