/* window.h: the operator that answers a window: its input's rows, unchanged and in their order, with columns
 * computed from the rows of the same partition.
 *
 * Aggregates of the whole partition are a group whose answer is joined back to the rows; what depends on the
 * order or a frame is computed partition by partition (window_functions.h).
 */
#ifndef BLT_EXEC_WINDOW_H
#define BLT_EXEC_WINDOW_H

#include "exec/run.h"

blt_status blt_run_window(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);

#endif
