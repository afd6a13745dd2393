/* bits.h: bitmaps of 64-bit words, bit i of word i/64; and small bit tricks. A bitmap of n bits has
 * blt_bits_words(n) words; bits past n are zero. */
#ifndef BLT_BASE_BITS_H
#define BLT_BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t blt_bits_words(size_t n) {
  return (n + 63) / 64;
}
static inline bool blt_bit(const uint64_t *b, size_t i) {
  return (b[i >> 6] >> (i & 63)) & 1;
}
static inline void blt_bit_set(uint64_t *b, size_t i) {
  b[i >> 6] |= UINT64_C(1) << (i & 63);
}
static inline void blt_bit_clear(uint64_t *b, size_t i) {
  b[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}
static inline void blt_bit_put(uint64_t *b, size_t i, bool on) {
  uint64_t m = UINT64_C(1) << (i & 63);
  b[i >> 6] = on ? b[i >> 6] | m : b[i >> 6] & ~m;
}

/* Sets bits 0 to n-1, clears the rest of the last word. */
static inline void blt_bits_fill(uint64_t *b, size_t n) {
  size_t words = blt_bits_words(n);
  for (size_t i = 0; i < words; i++) b[i] = ~UINT64_C(0);
  if (n & 63) b[words - 1] = (UINT64_C(1) << (n & 63)) - 1;
}

/* Bits set among the first n. */
static inline size_t blt_bits_count(const uint64_t *b, size_t n) {
  size_t full = n / 64, c = 0;
  for (size_t i = 0; i < full; i++) c += (size_t)__builtin_popcountll(b[i]);
  if (n & 63) c += (size_t)__builtin_popcountll(b[full] & ((UINT64_C(1) << (n & 63)) - 1));
  return c;
}

/* 64 bytes of 0 and 1 to a word, the first to bit 0. */
static inline uint64_t blt_bits_pack64(const uint8_t *bytes) {
  uint64_t word = 0;
  for (uint32_t i = 0; i < 8; i++) {
    uint64_t eight;
    memcpy(&eight, bytes + 8 * i, 8);
    word |= (eight * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
  }
  return word;
}

/* n bytes of 0 and 1 to a bitmap. */
static inline void blt_bits_pack(const uint8_t *bytes, size_t n, uint64_t *out) {
  size_t w = 0;
  for (; w < n / 64; w++) out[w] = blt_bits_pack64(bytes + 64 * w);
  if (n % 64) out[w] = 0;
  for (size_t i = 64 * w; i < n; i++) out[w] |= (uint64_t)bytes[i] << (i & 63);
}

/* Finaliser of a 64-bit hash: every input bit reaches every output bit. */
static inline uint64_t blt_mix64(uint64_t x) {
  x ^= x >> 32;
  x *= UINT64_C(0xd6e8feb86659fd93);
  x ^= x >> 32;
  x *= UINT64_C(0xd6e8feb86659fd93);
  return x ^ (x >> 32);
}

/* Smallest power of two that is at least x (x > 0, x <= 2^63). */
static inline uint64_t blt_pow2(uint64_t x) {
  return x <= 1 ? 1 : UINT64_C(1) << (64 - __builtin_clzll(x - 1));
}

#endif
