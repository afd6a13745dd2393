/* window_functions.h: computes functions of a row's place among the rows beside it, and aggregates over
 * frames (plan/windows.h says which there are).
 */
#ifndef BLT_EXEC_WINDOW_FUNCTIONS_H
#define BLT_EXEC_WINDOW_FUNCTIONS_H

#include "plan/windows.h"
#include "window_values.h"

/* The value of a range frame's order key for every row; words NULL: frames of rows. */
typedef struct blt_window_range {
  blt_window_values values;
  bool descending;
} blt_window_range;

/* Computes an ordered item for all rows. */
blt_status blt_window_compute(const blt_window_parts *parts, const blt_plan_aggregate *item,
                              const blt_plan_frame *frame, const blt_window_range *range,
                              blt_window_values *out, blt_error *err);

#endif
