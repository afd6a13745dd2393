/* select.h: order statistics of 64-bit words, in place. Both look at `pace` as they go, and end with what it
 * says; the words are then in no order. */
#ifndef BLT_EXEC_SELECT_H
#define BLT_EXEC_SELECT_H

#include "exec/scan/scan.h"

/* Puts the k-th smallest word (from 0) at a[k], none larger before and none smaller behind it. */
blt_status blt_select(uint64_t *a, uint32_t n, uint32_t k, blt_pace *pace, blt_error *err);

/* Sorts ascending. */
blt_status blt_sort_words(uint64_t *a, uint32_t n, blt_pace *pace, blt_error *err);

#endif
