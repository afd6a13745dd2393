/* words.h: values as 64-bit words: doubles that are alike when their words are, or that sort as their words
 * do, and the hash of several words. For loops over many: everything here is inlined.
 */
#ifndef BLT_BASE_WORDS_H
#define BLT_BASE_WORDS_H

#include <stdint.h>
#include <string.h>

#define BLT_WORD_SIGN (UINT64_C(1) << 63)
#define BLT_WORD_INFINITY (UINT64_C(0x7ff0) << 48)
#define BLT_WORD_NAN (UINT64_C(0x7ff8) << 48)
/* Null among doubles: a NaN that no value has once all of them are one. */
#define BLT_WORD_NULL (BLT_WORD_NAN | 1)

/* The bits of a double as a word, and back. */
static inline uint64_t blt_bits_of_double(double d) {
  uint64_t word;
  memcpy(&word, &d, sizeof word);
  return word;
}
static inline double blt_double_of_bits(uint64_t word) {
  double d;
  memcpy(&d, &word, sizeof d);
  return d;
}

/* One word for all NaN, and one for both zeros. */
static inline uint64_t blt_word_canonical(uint64_t bits) {
  uint64_t size = bits & ~BLT_WORD_SIGN;
  return size > BLT_WORD_INFINITY ? BLT_WORD_NAN : size == 0 ? 0 : bits;
}

/* A word that sorts as the double does, unsigned, -0 before 0, all NaN as one above all numbers; never 0 and
 * never all ones. */
static inline uint64_t blt_word_of_double(uint64_t bits) {
  uint64_t x = (bits & ~BLT_WORD_SIGN) > BLT_WORD_INFINITY ? BLT_WORD_NAN : bits;
  return x & BLT_WORD_SIGN ? ~x : x | BLT_WORD_SIGN;
}

/* Back to the double's bits. */
static inline uint64_t blt_word_to_double(uint64_t word) {
  return word & BLT_WORD_SIGN ? word & ~BLT_WORD_SIGN : ~word;
}

/* The hash of words, one after the other: start with the first, mix each other one in, end. */
static inline uint64_t blt_hash_start(uint64_t word) {
  uint64_t h = word * UINT64_C(0x9e3779b97f4a7c15);
  return (h ^ (h >> 32)) * UINT64_C(0xd6e8feb86659fd93);
}
static inline uint64_t blt_hash_mix(uint64_t h, uint64_t word) {
  h = (h ^ (h >> 32) ^ word) * UINT64_C(0x9e3779b97f4a7c15);
  return (h ^ (h >> 29)) * UINT64_C(0xd6e8feb86659fd93);
}
static inline uint64_t blt_hash_end(uint64_t h) {
  return h ^ (h >> 32);
}

/* The same of words that lie `stride` apart. */
static inline uint64_t blt_hash_words(const uint64_t *words, uint64_t stride, uint32_t n) {
  uint64_t h = blt_hash_start(words[0]);
  for (uint32_t w = 1; w < n; w++) h = blt_hash_mix(h, words[w * stride]);
  return blt_hash_end(h);
}

#endif
