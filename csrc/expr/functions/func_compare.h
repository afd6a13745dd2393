/* func_compare.h: what comparisons, `in` and the order of conjuncts share. */
#ifndef BLT_EXPR_FUNC_COMPARE_H
#define BLT_EXPR_FUNC_COMPARE_H

#include "func.h"

/* r[i] = value i lies in low .. high, or outside when `flip`. For OFFSETS, VALUES (int-like) and CODES. */
void blt_within(const blt_vec *v, int64_t low, int64_t high, bool flip, uint8_t *r);
/* The kernel of "argument 0 lies in op->low .. op->high", or outside when op->code. An equality of strings is
 * one too: of codes, with the text in op->data for blocks without codes. */
blt_running blt_run_interval;
blt_status blt_bind_interval(blt_op *op, int64_t low, int64_t high);

/* The constant as a value of an int-like column, in its scale; false when no value of the column equals it.
 */
bool blt_exact_integer(const blt_value *v, blt_type column, int64_t *out);
/* The dictionary when `op` is a bare string column that has one, else NULL. */
blt_dict *blt_op_dict(const blt_binder *b, const blt_op *op);

#endif
