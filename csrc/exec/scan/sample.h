/* sample.h: cutting an answer down to rows drawn at random. */
#ifndef BLT_EXEC_SAMPLE_H
#define BLT_EXEC_SAMPLE_H

#include "store/table/table.h"

/* Keeps `n` rows of `t`, an answer that nobody else uses yet, drawn at random, every set of n rows as likely
 * as any other, in the order that they have; all when there are no more. The others are deleted. The same
 * seed draws the same rows of as many. BLT_ENOMEM, BLT_EBUSY (a view is held), BLT_EINTR. */
blt_status blt_table_keep_sample(blt_table *t, uint64_t n, uint64_t seed, blt_error *err);

#endif
