/* join_few.h: a left side of few rows beside the right one's: the left is indexed, and the right only read.
 *
 * The keys and the index are those of the sides in exchange, one row of each key of the left: what they say
 * of the right side is meant of the left.
 */
#ifndef BLT_EXEC_JOIN_FEW_H
#define BLT_EXEC_JOIN_FEW_H

#include "join_probe.h"

/* Whether a join had better be done so, by the rows of its sides before their filters. */
bool blt_join_few_suits(const blt_plan_join *join, const blt_passed *left, const blt_passed *right);

/* Rows of the left that pass and have a partner (`matched`), or have none, rising; to be freed as
 * room * sizeof **rows. */
blt_status blt_join_few_rows(const blt_join_index *x, blt_passed *left, blt_passed *right, bool matched,
                             uint32_t **rows, size_t *n, size_t *room, blt_error *err);
/* All pairs, in the order of the left side, and for each of its rows in that of the right. */
blt_status blt_join_few_pairs(const blt_join_index *x, blt_passed *left, blt_passed *right, blt_pairs *out,
                              blt_error *err);

#endif
