/* stacked.h: rows of one relation, then rows of another: a union. */
#ifndef BLT_EXEC_STACKED_H
#define BLT_EXEC_STACKED_H

#include "store/relation.h"

/* Both have the same number of columns with the same types and no deleted rows. Takes both, also on failure.
 * BLT_EINVAL: too many rows. */
blt_status blt_stacked_new(blt_view *first, blt_view *second, blt_view **out, blt_error *err);

#endif
