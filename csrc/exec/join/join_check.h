/* join_check.h: what a join was told to refuse: rows that it would multiply, rows without partner. */
#ifndef BLT_EXEC_JOIN_CHECK_H
#define BLT_EXEC_JOIN_CHECK_H

#include "join_probe.h"

/* BLT_EKEY with the first key that breaks a promise of the plan. */
blt_status blt_join_check(const blt_join_hits *h, blt_passed *right, const blt_plan_join *join,
                          blt_error *err);

#endif
