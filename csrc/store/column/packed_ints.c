#include "packed_ints.h"
#include "base/isa.h"

#include <string.h>

#define RUN BLT_VECTOR_ROWS

static uint32_t runs_of(uint32_t n) {
  return (n + RUN - 1) / RUN;
}

static uint32_t length_of(uint32_t n, uint32_t run) {
  return n - run * RUN < RUN ? n - run * RUN : RUN;
}

/* Where the parts begin. */
typedef struct layout {
  size_t lows, bits, words;
} layout;

static layout layout_of(uint32_t n, uint8_t width, bool deltas) {
  size_t runs = runs_of(n), lows = (runs * width + 7) / 8 * 8, bits = lows + (deltas ? runs * 8 : 0);
  return (layout){lows, bits, (bits + runs + 7) / 8 * 8};
}

static uint8_t bits_for(uint64_t most) {
  return most ? (uint8_t)(64 - __builtin_clzll(most)) : 0;
}

static size_t words_for(uint32_t n, uint8_t bits) {
  return ((size_t)n * bits + 63) / 64;
}

/* ---- numbers as 64 bits ---- */

#define DEFINE_WIDTH(T)                                                                                      \
  BLT_CLONES static void widen_##T(const T *restrict v, uint32_t n, uint64_t *restrict out) {                \
    for (uint32_t i = 0; i < n; i++) out[i] = v[i];                                                          \
  }                                                                                                          \
  BLT_CLONES static void narrow_##T(const uint64_t *restrict v, uint32_t n, T *restrict out) {               \
    for (uint32_t i = 0; i < n; i++) out[i] = (T)v[i];                                                       \
  }
DEFINE_WIDTH(uint8_t)
DEFINE_WIDTH(uint16_t)
DEFINE_WIDTH(uint32_t)

static void widen(const void *v, uint8_t width, uint32_t from, uint32_t n, uint64_t *out) {
  const char *at = (const char *)v + (size_t)from * width;
  if (width == 1) widen_uint8_t((const void *)at, n, out);
  if (width == 2) widen_uint16_t((const void *)at, n, out);
  if (width == 4) widen_uint32_t((const void *)at, n, out);
  if (width == 8) memcpy(out, at, (size_t)n * 8);
}

static void narrow(const uint64_t *v, uint8_t width, uint32_t from, uint32_t n, void *out) {
  char *at = (char *)out + (size_t)from * width;
  if (width == 1) narrow_uint8_t(v, n, (void *)at);
  if (width == 2) narrow_uint16_t(v, n, (void *)at);
  if (width == 4) narrow_uint32_t(v, n, (void *)at);
  if (width == 8) memcpy(at, v, (size_t)n * 8);
}

/* ---- what a run needs ---- */

typedef struct need {
  uint64_t least;
  int64_t low; /* of the differences */
  uint8_t bits;
} need;

BLT_CLONES static need need_of_bits(const uint64_t *v, uint32_t n) {
  uint64_t a = v[0], z = v[0];
  for (uint32_t i = 1; i < n; i++) {
    a = v[i] < a ? v[i] : a;
    z = v[i] > z ? v[i] : z;
  }
  return (need){a, 0, bits_for(z - a)};
}

BLT_CLONES static need need_of_deltas(const uint64_t *v, uint32_t n) {
  int64_t a = INT64_MAX, z = INT64_MIN;
  for (uint32_t i = 1; i < n; i++) {
    int64_t d = (int64_t)(v[i] - v[i - 1]);
    a = d < a ? d : a;
    z = d > z ? d : z;
  }
  if (n < 2) return (need){v[0], 0, 0};
  return (need){v[0], a, bits_for((uint64_t)z - (uint64_t)a)};
}

blt_packing blt_ints_measure(const void *v, uint8_t width, uint32_t n, size_t *bytes) {
  uint64_t wide[RUN];
  size_t bits = layout_of(n, width, false).words, deltas = layout_of(n, width, true).words;
  for (uint32_t r = 0; r < runs_of(n); r++) {
    uint32_t some = length_of(n, r);
    widen(v, width, r * RUN, some, wide);
    bits += words_for(some, need_of_bits(wide, some).bits) * 8;
    deltas += words_for(some - 1, need_of_deltas(wide, some).bits) * 8;
  }
  *bytes = deltas < bits ? deltas : bits;
  return deltas < bits ? BLT_PACK_DELTAS : BLT_PACK_BITS;
}

/* ---- packing ---- */

/* The lowest `bits` bits of each number; gives the words that they took. */
static size_t put_bits(const uint64_t *v, uint32_t n, uint8_t bits, uint64_t *out) {
  uint64_t word = 0;
  uint32_t have = 0;
  size_t words = 0;
  if (bits == 0) return 0;
  for (uint32_t i = 0; i < n; i++) {
    word |= v[i] << have;
    have += bits;
    if (have < 64) continue;
    out[words++] = word;
    have -= 64;
    word = have ? v[i] >> (bits - have) : 0;
  }
  if (have) out[words++] = word;
  return words;
}

BLT_CLONES static void take_away(uint64_t *v, uint32_t n, uint64_t least) {
  for (uint32_t i = 0; i < n; i++) v[i] -= least;
}

BLT_CLONES static void difference(const uint64_t *restrict v, uint32_t n, uint64_t low,
                                  uint64_t *restrict out) {
  for (uint32_t i = 1; i < n; i++) out[i - 1] = v[i] - v[i - 1] - low;
}

void blt_ints_pack(const void *v, uint8_t width, uint32_t n, blt_packing how, void *out) {
  uint64_t wide[RUN], steps[RUN];
  bool deltas = how == BLT_PACK_DELTAS;
  layout at = layout_of(n, width, deltas);
  char *p = out;
  uint64_t *words = (uint64_t *)(void *)(p + at.words);
  memset(p, 0, at.words);
  for (uint32_t r = 0; r < runs_of(n); r++) {
    uint32_t some = length_of(n, r);
    widen(v, width, r * RUN, some, wide);
    need k = (deltas ? need_of_deltas : need_of_bits)(wide, some);
    narrow(&k.least, width, r, 1, p);
    if (deltas) memcpy(p + at.lows + (size_t)r * 8, &k.low, 8);
    p[at.bits + r] = (char)k.bits;
    if (deltas) {
      difference(wide, some, (uint64_t)k.low, steps);
      words += put_bits(steps, some - 1, k.bits, words);
    } else {
      take_away(wide, some, k.least);
      words += put_bits(wide, some, k.bits, words);
    }
  }
}

/* ---- unpacking ---- */

/* A number is in one word or in two: the second shift drops a word that it is not in. */
BLT_CLONES static void take_bits(const uint64_t *restrict in, uint32_t n, uint32_t bits, uint64_t least,
                                 uint64_t *restrict out) {
  uint64_t mask = bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t from = i * bits, shift = from & 63;
    uint64_t low = in[from >> 6] >> shift, high = in[(from + bits - 1) >> 6] << 1 << (63 - shift);
    out[i] = ((low | high) & mask) + least;
  }
}

static void fill(uint64_t *out, uint32_t n, uint64_t v) {
  for (uint32_t i = 0; i < n; i++) out[i] = v;
}

static void take_run(const uint64_t *in, uint32_t n, uint8_t bits, uint64_t least, uint64_t *out) {
  if (bits)
    take_bits(in, n, bits, least, out);
  else
    fill(out, n, least);
}

static void add_up(uint64_t *v, uint32_t n, uint64_t first) {
  v[0] = first;
  for (uint32_t i = 1; i < n; i++) v[i] += v[i - 1];
}

bool blt_ints_unpack(const void *in, size_t bytes, blt_packing how, uint8_t width, uint32_t n, void *out) {
  uint64_t wide[RUN];
  bool deltas = how == BLT_PACK_DELTAS;
  layout at = layout_of(n, width, deltas);
  const char *p = in;
  if (bytes < at.words || bytes % 8) return false;
  const uint64_t *words = (const uint64_t *)(const void *)(p + at.words);
  size_t left = (bytes - at.words) / 8;
  for (uint32_t r = 0; r < runs_of(n); r++) {
    uint32_t some = length_of(n, r);
    uint8_t bits = (uint8_t)p[at.bits + r];
    size_t need = words_for(deltas ? some - 1 : some, bits);
    uint64_t least = 0, low = 0;
    if (bits > 64 || need > left) return false;
    widen(p, width, r, 1, &least);
    if (deltas) memcpy(&low, p + at.lows + (size_t)r * 8, 8);
    if (deltas) {
      take_run(words, some - 1, bits, low, wide + 1);
      add_up(wide, some, least);
    } else
      take_run(words, some, bits, least, wide);
    narrow(wide, width, r * RUN, some, out);
    words += need;
    left -= need;
  }
  return left == 0;
}
