/* group_run.h: the group operator: rows that pass a filter to the table of their groups, one row a group.
 *
 * Groups come by their first row when there are at most 65,536 of them, otherwise in an order that depends on
 * the data and the question only. Nulls are one group, all NaN are one, and so are 0 and -0. The answer is
 * the same, bit for bit, whatever the number of threads.
 */
#ifndef BLT_EXEC_GROUP_RUN_H
#define BLT_EXEC_GROUP_RUN_H

#include "group.h"

/* What is asked of the groups; without keys all rows are one group, also when there are none. */
typedef struct blt_group_terms {
  uint32_t nkeys, naggregates;
  const blt_group_term *keys;
  const blt_aggregate *aggregates;
} blt_group_terms;

#define BLT_GROUP_STRATEGY 240u

/* Gives the table of the groups of the rows that pass `scan`: keys, then aggregates. `strategy`, with room
 * for BLT_GROUP_STRATEGY bytes, or NULL: which way was chosen, in one line. err->position: the aggregate that
 * failed, or -1. */
blt_status blt_group_run(blt_scan *scan, const blt_group_terms *terms, blt_table **out, char *strategy,
                         blt_error *err);

#endif
