/* head.h: cutting an answer down: to the first rows of each group (the top n of each), or to a sample. */
#ifndef BLT_EXEC_HEAD_H
#define BLT_EXEC_HEAD_H

#include "../store/table.h"

/* Keeps the first `n` rows of each run of rows that have the same values in cols[0..ncols); the others are
 * deleted from `t`, an answer that nobody else uses yet. Null is a value, NaN equals NaN. BLT_EINVAL (no such
 * column), BLT_ENOMEM, BLT_EBUSY (a view is held), BLT_EINTR. */
blt_status blt_table_keep_heads(blt_table *t, const uint32_t *cols, uint32_t ncols, uint64_t n,
                                blt_error *err);

/* Keeps `n` rows drawn at random, every set of n rows as likely as any other, in the order that they have;
 * all when there are no more. The same seed draws the same rows of as many. Otherwise as above. */
blt_status blt_table_keep_sample(blt_table *t, uint64_t n, uint64_t seed, blt_error *err);

#endif
