/* select.h: order statistics of 64-bit words, in place. */
#ifndef BLT_EXEC_SELECT_H
#define BLT_EXEC_SELECT_H

#include <stdint.h>

/* Puts the k-th smallest word (from 0) at a[k], none larger before and none smaller behind it, and returns
 * it. */
uint64_t blt_select(uint64_t *a, uint32_t n, uint32_t k);

/* Sorts ascending. */
void blt_sort_words(uint64_t *a, uint32_t n);

#endif
