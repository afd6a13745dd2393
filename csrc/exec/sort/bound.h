/* bound.h: a text that the first rows of an order by plain text do not come behind.
 *
 * To put plain text in order, it gets codes first, all of it. When only the first `most` rows are wanted, the
 * last of the first `most` texts of a sample will do as a bound: rows behind it are left out before that. */
#ifndef BLT_EXEC_BOUND_H
#define BLT_EXEC_BOUND_H

#include "sort_words.h"

#define BLT_BOUND_MOST 1000u

/* *found false: the key is no column of plain text, the rows are few, or the sample has too few texts. *bound
 * points into the view. */
blt_status blt_sort_bound(blt_scan *scan, const blt_sort_key *key, uint64_t most, bool *found, blt_str *bound,
                          blt_error *err);

#endif
