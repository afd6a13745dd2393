/* circuits.h: moves of few cells that leave every sum as it is, found by search.
 *
 * Most questions about a table have an answer of a few cells, as a cell, one beside it, and what sets their
 * sums right again. It is found here in microseconds; what is not found may still exist, and is left to a
 * linear program. An answer depends on its question and on what may move, and on nothing else.
 */
#ifndef BLT_SOLVE_CIRCUITS_H
#define BLT_SOLVE_CIRCUITS_H

#include "solve/system.h"

typedef struct blt_circuits blt_circuits;

/* Column c of the system moves between low[c], at most 0, and high[c], once it is allowed to: no column is at
 * first. The system is used as long as the circuits are. */
blt_status blt_circuits_new(blt_ctx *ctx, const blt_system *s, blt_circuits **out, blt_error *err);
void blt_circuits_free(blt_circuits *k); /* NULL is allowed */

void blt_circuits_allow(blt_circuits *k, uint32_t column, bool allowed);

/* The move of allowed columns that moves `column` by exactly `by`: one value a column, good until the next
 * call; NULL when none was found. */
const int64_t *blt_circuits_find(blt_circuits *k, uint32_t column, int64_t by);

/* Steps of all searches so far. */
uint64_t blt_circuits_steps(const blt_circuits *k);

#endif
