/* row_answer.h: a stage that answers with rows: select, order, limit. */
#ifndef BLT_EXEC_ROWS_H
#define BLT_EXEC_ROWS_H

#include "scan.h"

blt_status blt_rows_answer(blt_scan *scan, const blt_stage *stage, blt_table **out, blt_profile *profile,
                           blt_error *err);

/* How the rows are found, for explain. */
const char *blt_rows_strategy(const blt_stage *stage);

#endif
