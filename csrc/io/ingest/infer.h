/* infer.h: from a plan without types to a table: types of a sample, rows, and when a text does not fit its
 * type the types of all texts and the rows again. Shared by the readers of CSV and JSON lines. */
#ifndef BLT_IO_INFER_H
#define BLT_IO_INFER_H

#include "ingest.h"

/* Prepares `l` from the options that every reader has: types, nulls, errors, where the rows go. `names`: the
 * columns of the input, borrowed. BLT_ENAME when a type is given for a column that is not there, BLT_EFORMAT
 * when the table `into` lacks one. blt_infer_free in any case. */
blt_status blt_infer_plan(blt_load *l, const blt_csv_options *o, const blt_names *names, blt_error *err);
void blt_infer_free(blt_load *l, const blt_csv_options *o);

/* Reads everything. `*unknown` is set, and nothing returned, when a chunk met a column that the plan does not
 * have. */
blt_status blt_infer_read(blt_load *l, const blt_csv_options *o, blt_csv_result *out, bool *unknown,
                          blt_error *err);

#endif
