/* join_asof.h: of the rows with a key, the one that comes last before a value, or first after it. */
#ifndef BLT_EXEC_JOIN_ASOF_H
#define BLT_EXEC_JOIN_ASOF_H

#include "join_probe.h"

/* One pair for each left row that passes: with the nearest row of its bucket whose value of the last key of
 * the join stands in `join->asof` to its own, or with none. Of rows with the same value the last one is
 * nearest before, and the first one after. Sorts the rows of the index's buckets. */
blt_status blt_join_asof(blt_join_index *x, const blt_join_hits *h, blt_passed *right,
                         const blt_plan_join *join, blt_pairs *out, blt_error *err);

#endif
