/* text_order.h: which of two texts comes first, byte by byte; one that begins the other comes before it.
 *
 * Many texts differ within their first eight bytes, which are compared as a word on the spot.
 */
#ifndef BLT_BASE_TEXT_ORDER_H
#define BLT_BASE_TEXT_ORDER_H

#include "blt.h"

#include <string.h>

/* Of many texts, how far ahead the next ones are asked for: what is compared of each is little, and too far
 * apart for the processor to foresee. */
#define BLT_TEXTS_AHEAD 128u

/* Eight bytes as a number that is in the order of their text. */
static inline uint64_t blt_order_word(const char *s) {
  uint64_t word;
  memcpy(&word, s, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* Brings the beginning of a text into the second cache: the first one waits for too few at a time. */
static inline void blt_text_ahead(blt_str s) {
  __builtin_prefetch(s.s, 0, 2);
}

/* -1, 0 or 1. */
static inline int blt_text_order(blt_str a, blt_str b) {
  uint32_t n = a.len < b.len ? a.len : b.len;
  if (n >= 8) {
    uint64_t x = blt_order_word(a.s), y = blt_order_word(b.s);
    if (x != y) return x < y ? -1 : 1;
  }
  int order = n ? memcmp(a.s, b.s, n) : 0;
  if (order == 0) return a.len < b.len ? -1 : a.len > b.len;
  return order < 0 ? -1 : 1;
}

#endif
