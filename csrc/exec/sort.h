/* sort.h: rows of a view in an order, whole or only its beginning.
 *
 * The keys of a row become one number of as many bits as their domains need, packed into 64-bit words, the
 * first key in the highest bits: ascending numbers are the order asked for, nulls and descending keys
 * included. Equal rows stay in the order of the view.
 */
#ifndef BLT_EXEC_SORT_H
#define BLT_EXEC_SORT_H

#include "input.h"

typedef struct blt_sort_key {
  const blt_expr *expr;
  bool descending, nulls_first;
} blt_sort_key;

/* Rows of the scan in order: the first `most` of them, in an array of *n that the caller frees with
 * blt_free(ctx, *rows, *n * sizeof **rows). n 0: *rows is NULL. */
blt_status blt_sort_rows(blt_scan *scan, const blt_sort_key *keys, uint32_t nkeys, uint64_t most,
                         uint32_t **rows, size_t *n, blt_error *err);

/* The same without keys: the first `most` rows as they come. */
blt_status blt_collect_rows(blt_scan *scan, uint64_t most, uint32_t **rows, size_t *n, blt_error *err);

#endif
