/* join_few.h: a left side of few rows beside the right one's: the left is indexed, and the right only read.
 *
 * The index, the keys and the hits are then those of the sides in exchange: `right` is what an index says of
 * the left.
 */
#ifndef BLT_EXEC_JOIN_FEW_H
#define BLT_EXEC_JOIN_FEW_H

#include "join_probe.h"

/* Whether a join had better be done so, by the rows of its sides before their filters. */
bool blt_join_few_suits(const blt_plan_join *join, const blt_passed *left, const blt_passed *right);

/* Rows of the left that pass and have a partner (`matched`), or have none, rising; to be freed as
 * room * sizeof **rows. The index has one row of each key of the left. */
blt_status blt_join_few_rows(const blt_join_index *x, blt_passed *left, blt_passed *right, bool matched,
                             uint32_t **rows, size_t *n, size_t *room, blt_error *err);

/* Pairs as blt_join_pairs lists them for the sides in exchange, in the order of a join of these sides. */
blt_status blt_join_few_pairs(const blt_join_hits *h, blt_passed *left, blt_pairs *out, blt_error *err);

#endif
