/* fetch.h: values of an expression at listed rows of a view. */
#ifndef BLT_EXEC_FETCH_H
#define BLT_EXEC_FETCH_H

#include "builder.h"

/* The dictionary that all values of a string expression have their codes in; NULL: text. */
blt_dict *blt_fetch_dict(const blt_view *view, const blt_expr *e);

/* Appends the values of `e` at rows[0..n) to `b`, which has room and the dictionary of blt_fetch_dict. Rows
 * with a clear bit in `valid` (NULL: there are none) give null. Runs of rising rows are read together. */
blt_status blt_fetch(blt_eval *ev, const blt_view *view, const blt_expr *e, const uint32_t *rows,
                     const uint64_t *valid, uint32_t n, blt_builder *b, blt_error *err);

#endif
