/* difference.h: the rows in which two blocks of one column differ. For store/ only. */
#ifndef BLT_STORE_DIFFERENCE_H
#define BLT_STORE_DIFFERENCE_H

#include "store/column/block.h"
#include "store/column/dict.h"

/* Tells each row that is null in one of them only, or has another value (of floats: other bits). Both have as
 * many rows; `dict` is that of the column. Stops at a failure of `each`, whose `err` is this one's. */
blt_status blt_blocks_differ(const blt_block *a, const blt_block *b, blt_type type, const blt_dict *dict,
                             blt_status (*each)(void *arg, uint32_t row, blt_error *err), void *arg,
                             blt_error *err);

#endif
