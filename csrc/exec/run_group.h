/* run_group.h: the operator that answers a group. */
#ifndef BLT_EXEC_RUN_GROUP_H
#define BLT_EXEC_RUN_GROUP_H

#include "passed.h"

/* The table of the groups: keys, then aggregates, under their names. */
blt_status blt_run_group(blt_run *run, const blt_plan *plan, blt_table **out, blt_error *err);
/* The same of an input that is open. */
blt_status blt_group_passed(blt_passed *in, const blt_plan *plan, blt_table **out, blt_error *err);

#endif
