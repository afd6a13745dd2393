/* group_lanes.h: reading the rows of a direct grouping by lanes, for what reads them twice: once to count,
 * and once more to put each value where the counts say (group_segment.c, group_rank.c).
 *
 * A lane is a contiguous range of blocks. How many there are depends on the data only, so what is made lane
 * by lane and merged in their order has the same bits whatever the threads.
 */
#ifndef BLT_EXEC_GROUP_LANES_H
#define BLT_EXEC_GROUP_LANES_H

#include "group.h"

typedef struct blt_group_lanes {
  blt_grouping *g;
  uint32_t n;           /* lanes, at least 1 */
  blt_agg_work **works; /* of each worker, made on first use */
} blt_group_lanes;

blt_status blt_group_lanes_init(blt_group_lanes *l, blt_grouping *g, blt_error *err);
void blt_group_lanes_free(blt_group_lanes *l); /* of a zeroed or initialised one */

/* Calls `fn` for each slice of a lane, in order: n rows, whose inputs, masks and group numbers are in w. */
typedef void (*blt_group_lane_fn)(void *arg, uint32_t lane, const blt_agg_work *w, uint32_t n);
blt_status blt_group_lane_read(blt_group_lanes *l, uint32_t lane, uint32_t worker, blt_group_lane_fn fn,
                               void *arg, blt_error *err);

/* Lists the groups that have rows, where nothing but segments is asked for: a segment that takes every row
 * has counted them. `rows_of` writes how many rows segment s has of each group, for all places of the domain.
 */
typedef void (*blt_group_rows_fn)(const void *arg, size_t s, uint64_t *rows);
blt_status blt_group_list_counted(blt_grouping *g, blt_group_rows_fn rows_of, const void *arg,
                                  blt_error *err);

#endif
