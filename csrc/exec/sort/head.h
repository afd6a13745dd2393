/* head.h: the first rows of each group in an order, found while scanning.
 *
 * Each worker keeps of every group the rows that come first, and in the end they are brought together: what
 * is kept does not depend on who saw which row. Groups are numbered by their words when those have few enough
 * values, otherwise they are found by hashing. Where the rows that would be kept are too many beside those
 * that are read, sorting all is the better way.
 */
#ifndef BLT_EXEC_HEAD_H
#define BLT_EXEC_HEAD_H

#include "sort_words.h"

/* The first `each` rows of each group, in the order of their words, in an array of *n that the caller frees
 * with blt_free(ctx, *rows, *n * sizeof **rows); n 0: *rows is NULL. *done false: they would be too many. */
blt_status blt_head_rows(const blt_sort_words *words, uint64_t each, uint32_t **rows, size_t *n, bool *done,
                         blt_error *err);

#endif
