/* head.h: the first rows of each group of an ordered answer (the top n of each group). */
#ifndef BLT_EXEC_HEAD_H
#define BLT_EXEC_HEAD_H

#include "../store/table.h"

/* Keeps the first `n` rows of each run of rows that have the same values in cols[0..ncols); the others are
 * deleted from `t`, an answer that nobody else uses yet. Null is a value, NaN equals NaN. BLT_EINVAL (no such
 * column), BLT_ENOMEM, BLT_EBUSY (a view is held), BLT_EINTR. */
blt_status blt_table_keep_heads(blt_table *t, const uint32_t *cols, uint32_t ncols, uint64_t n,
                                blt_error *err);

#endif
