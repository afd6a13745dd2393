/* selected.h: expressions over rows of another relation: projections, permutations, filtered and sorted rows.
 */
#ifndef BLT_EXEC_SELECTED_H
#define BLT_EXEC_SELECTED_H

#include "expr/expr.h"

/* Column i is expression i over `base` at rows[0 .. n), or at every row when `rows` is NULL and `base` has no
 * deleted rows. Takes base, rows (room for `cap`) and exprs (with room for one more), also on failure. */
blt_status blt_selected_new(blt_view *base, blt_expr **exprs, uint32_t ncols, uint32_t *rows, uint64_t n,
                            size_t cap, blt_view **out, blt_error *err);
/* Frees such an array of expressions. */
void blt_selected_drop(blt_ctx *ctx, blt_expr **exprs, uint32_t n);

/* All columns of `base` at rows[0 .. n), or all when `rows` is NULL. Takes base and rows, also on failure. */
blt_status blt_selected_rows(blt_view *base, uint32_t *rows, uint64_t n, size_t cap, blt_view **out,
                             blt_error *err);

#endif
