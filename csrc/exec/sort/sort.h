/* sort.h: rows of a view in an order, whole or only its beginning. Equal rows stay in the order of the view.
 */
#ifndef BLT_EXEC_SORT_H
#define BLT_EXEC_SORT_H

#include "sort_words.h"

/* Rows of the scan in the order of their words (without keys: as they come): the first `each` of each group,
 * UINT64_MAX for all, and of those the first `most`, in an array of *n that the caller frees with
 * blt_free(ctx, *rows, *n * sizeof **rows). n 0: *rows is NULL. */
blt_status blt_sort_rows(const blt_sort_words *words, uint64_t each, uint64_t most, uint32_t **rows,
                         size_t *n, blt_error *err);

/* Stable order of positions a[0..n) by words[position]: *out is `a` or `b`, which is room for as many. */
blt_status blt_sort_positions(blt_scan *scan, uint32_t worker, const uint64_t *words, size_t n, uint32_t *a,
                              uint32_t *b, uint32_t **out, blt_error *err);

#endif
