/* windows.h: the functions of a window: what they are called, and the types of their results.
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
#ifndef BLT_PLAN_WINDOWS_H
#define BLT_PLAN_WINDOWS_H

#include "plan.h"

typedef enum blt_window_kind {
  BLT_WINDOW_ROW_NUMBER,
  BLT_WINDOW_RANK,
  BLT_WINDOW_DENSE_RANK,
  BLT_WINDOW_PERCENT_RANK,
  BLT_WINDOW_CUME_DIST,
  BLT_WINDOW_NTILE,
  BLT_WINDOW_LAG,
  BLT_WINDOW_LEAD,
  BLT_WINDOW_FIRST, /* from here on a frame is looked at */
  BLT_WINDOW_LAST,
  BLT_WINDOW_NTH,
  BLT_WINDOW_COUNT, /* from here on its rows are added up */
  BLT_WINDOW_SUM,
  BLT_WINDOW_MEAN,
  BLT_WINDOW_MIN,
  BLT_WINDOW_MAX,
  BLT_WINDOW_VARIANCE,
  BLT_WINDOW_VARIANCE_POP,
  BLT_WINDOW_STDDEV,
  BLT_WINDOW_STDDEV_POP
} blt_window_kind;

typedef struct blt_window_function {
  const char *name;
  blt_window_kind kind;
  bool own;            /* only a window knows it */
  bool cumulative;     /* its frame is always from the first row to this one */
  uint8_t least, most; /* arguments */
} blt_window_function;

/* NULL: there is none of that name. */
const blt_window_function *blt_window_find(const char *name);
/* Names of what only a window computes, sorted, NULL-terminated. */
const char *const *blt_window_names(void);
/* Whether the item needs the order or the frame; the others are aggregates of the whole partition. */
bool blt_window_is_ordered(const char *kind, const blt_plan_frame *frame);
/* Checks the types of an ordered item's arguments and gives that of its result. BLT_ETYPE, BLT_EINVAL. */
blt_status blt_window_type(const char *kind, uint32_t nargs, const blt_type *args, blt_type *out,
                           blt_error *err);

#endif
