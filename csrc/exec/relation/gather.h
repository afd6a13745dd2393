/* gather.h: values of a column at listed rows, as a block. */
#ifndef BLT_EXEC_GATHER_H
#define BLT_EXEC_GATHER_H

#include "exec/scan/builder.h"

/* Appends the values of column `column` at rows[0 .. n), or (rows NULL) at `first` and the n - 1 rows behind
 * it, to `b`, which has room and for strings the column's dictionary (all values are codes then) or none
 * (they become text). UINT32_MAX among rows gives null. */
blt_status blt_gather_into(const blt_view *view, uint32_t column, const uint32_t *rows, uint32_t first,
                           uint32_t n, blt_builder *b, blt_error *err);
/* The same as a block of its own. */
blt_status blt_gather(const blt_view *view, uint32_t column, const uint32_t *rows, uint32_t first, uint32_t n,
                      blt_dict *dict, blt_block **out, blt_error *err);
/* A reference of a whole block that may be kept: shared, or a copy where it is the tail of a table. */
blt_status blt_gather_block(const blt_view *view, uint32_t column, uint32_t group, blt_block **out,
                            blt_error *err);

#endif
