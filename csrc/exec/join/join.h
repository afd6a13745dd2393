/* join.h: the operator that answers a join.
 *
 *   right side ── keys ── index          left side ── keys ── bucket of each row ── pairs of row numbers
 *   (join_keys)   (join_index)                                (join_probe)          (a relation: pair.h)
 *
 * The answer comes in the order of the left side, and for each of its rows in that of the right one; rows of
 * the right without partner (right, full) come last. Null is no key, unless the plan says so, and neither is
 * NaN.
 */
#ifndef BLT_EXEC_JOIN_H
#define BLT_EXEC_JOIN_H

#include "exec/run.h"

/* The same of two relations that are there, which are taken, also on failure. */
blt_status blt_join_views(blt_run *run, const blt_plan *plan, blt_view *left, blt_view *right, blt_view **out,
                          blt_error *err);
blt_status blt_run_join(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);

#endif
