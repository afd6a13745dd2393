/* rising.h: which of several pieces has a row, by the rows that they begin with. */
#ifndef BLT_BASE_RISING_H
#define BLT_BASE_RISING_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The last of n pieces that begins with `row` or before, or the first one. They begin with rising rows, the
 * first with `*first`, and so on every `stride` bytes. */
static inline uint32_t blt_rising_piece(const uint64_t *first, size_t stride, uint32_t n, uint64_t row) {
  uint32_t low = 0, high = n;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    uint64_t begins;
    memcpy(&begins, (const char *)first + middle * stride, sizeof begins);
    if (begins <= row)
      low = middle;
    else
      high = middle;
  }
  return low;
}

#endif
