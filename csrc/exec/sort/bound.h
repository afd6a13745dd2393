/* bound.h: a value that the first rows of an order do not come behind.
 *
 * Rows behind it are left out before anything is put in order, and blocks that hold no others are passed
 * over. The first values of `most` blocks are a bound where no row is left out and enough blocks are there;
 * of numbers it is only taken when most blocks lie behind it. For texts, which get codes first to be put in
 * order, the last of the first `most` texts of a sample will do as well.
 */
#ifndef BLT_EXEC_BOUND_H
#define BLT_EXEC_BOUND_H

#include "sort_words.h"

#define BLT_BOUND_MOST 1000u

/* *found false: the key is no column, the rows are few, or nothing is gained. A text points into the view. */
blt_status blt_sort_bound(blt_scan *scan, const blt_sort_key *key, uint64_t most, bool *found,
                          blt_value *bound, blt_error *err);

#endif
