/* pair.h: rows of one relation beside rows of another: what a join gives. Only numbers of rows are kept;
 * values are fetched when somebody asks.
 */
#ifndef BLT_EXEC_PAIR_H
#define BLT_EXEC_PAIR_H

#include "store/relation.h"

#define BLT_NO_ROW UINT32_MAX

/* Row i is row left_rows[i] of `left` beside row right_rows[i] of `right`; BLT_NO_ROW gives nulls, allowed
 * only where the side is `loose`. A NULL list stands for 0, 1, 2, … */
typedef struct blt_pair_side {
  blt_view *view;
  uint32_t *rows; /* room for `cap` */
  size_t cap;
  bool loose;
} blt_pair_side;

/* Columns of the left, then those of the right. Takes views and rows, also on failure. */
blt_status blt_pair_new(blt_ctx *ctx, blt_pair_side left, blt_pair_side right, uint64_t n, blt_view **out,
                        blt_error *err);

/* The two lists of a pair, to be looked at. */
void blt_pair_rows(const blt_view *pair, const uint32_t **left, const uint32_t **right);
/* Gives the sides back and frees the rest. */
void blt_pair_dissolve(blt_view *pair, blt_pair_side *left, blt_pair_side *right);

#endif
