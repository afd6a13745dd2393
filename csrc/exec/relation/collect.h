/* collect.h: a relation as a table of its own. */
#ifndef BLT_EXEC_COLLECT_H
#define BLT_EXEC_COLLECT_H

#include "store/table/table.h"

/* The first `n` columns, under these names; deleted rows are left out. Whole blocks are shared. */
blt_status blt_collect(blt_view *view, uint32_t n, const char *const *names, blt_table **out, blt_error *err);

#endif
