/* run_rows.h: operators that give rows of their input: filter, project, order, limit, heads, sample. */
#ifndef BLT_EXEC_RUN_ROWS_H
#define BLT_EXEC_RUN_ROWS_H

#include "run.h"

blt_status blt_run_filter(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);
blt_status blt_run_project(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);
blt_status blt_run_order(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);
blt_status blt_run_limit(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);
blt_status blt_run_heads(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);
blt_status blt_run_sample(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);

#endif
