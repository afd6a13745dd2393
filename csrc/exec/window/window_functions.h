/* window_functions.h: functions of a row's place among the rows beside it, and aggregates over frames.
 *
 *   row_number(), rank(), dense_rank()   int64 from 1; rows that the order finds equal have the same rank
 *   percent_rank(), cume_dist()          float64: (rank - 1) / (rows - 1); share of rows up to its equals
 *   ntile(k)                             int64 1 to k: parts of the partition as equal as can be
 *   lag(x, k, otherwise), lead(x, …)     x of the row k before or behind (1); otherwise (null) past the edge
 *   first(x), last(x), nth(x, k)         x of the frame's first, last, k-th row that has one
 *   cumcount(), cumcount(x), cumsum(x), cummean(x), cummin(x), cummax(x)
 *                                        over the rows from the first of the partition to this one
 *   count(), count(x), sum, mean, min, max, variance, variance_pop, stddev, stddev_pop
 *                                        over the frame; their types are those of the aggregates
 *
 * Nulls are passed over. Every aggregate can be asked of the whole partition (window.h).
 */
#ifndef BLT_EXEC_WINDOW_FUNCTIONS_H
#define BLT_EXEC_WINDOW_FUNCTIONS_H

#include "window_parts.h"

/* Names of what only a window computes, sorted, NULL-terminated. */
const char *const *blt_window_names(void);
/* Whether the kind needs the order or the frame; the others are aggregates of the whole partition. */
bool blt_window_is_ordered(const char *kind, const blt_plan_frame *frame);
/* Checks an ordered item's arguments and gives the type of its result. BLT_ETYPE, BLT_EINVAL. */
blt_status blt_window_type(const char *kind, uint32_t nargs, const blt_type *args, blt_type *out,
                           blt_error *err);

/* The value of a range frame's order key for every row; words NULL: frames of rows. */
typedef struct blt_window_range {
  blt_window_values values;
  bool descending;
} blt_window_range;

/* Computes an ordered item for all rows. */
blt_status blt_window_compute(const blt_window_parts *parts, blt_passed *in, const blt_plan_aggregate *item,
                              const blt_plan_frame *frame, const blt_window_range *range,
                              blt_window_values *out, blt_error *err);

#endif
