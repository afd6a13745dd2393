/* narrow.h: some columns of a stored table, in another order. */
#ifndef BLT_EXEC_NARROW_H
#define BLT_EXEC_NARROW_H

#include "store/relation.h"

/* Column i is column columns[i] of `base`, a stored table. Takes base, also on failure; gives it back itself
 * when the columns are all of it in their order. */
blt_status blt_narrow(blt_view *base, const uint32_t *columns, uint32_t n, blt_view **out, blt_error *err);

#endif
