/* gather_runs.h: values at rows that lie in few blocks, or in runs of one block each, as they stand there: a
 * block of narrow offsets is made from blocks of narrow offsets, without widening a value.
 */
#ifndef BLT_EXEC_GATHER_RUNS_H
#define BLT_EXEC_GATHER_RUNS_H

#include "store/relation.h"

/* Values of an int-like, float64 or coded column at rows[0 .. n) as a block. *out NULL with BLT_OK: these
 * rows do not suit, because they jump between blocks, or some value is null. */
blt_status blt_gather_runs(const blt_view *view, uint32_t column, const uint32_t *rows, uint32_t n,
                           blt_block **out, blt_error *err);

#endif
