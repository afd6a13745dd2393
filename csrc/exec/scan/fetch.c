#include "fetch.h"

#include "base/bits.h"

#define FEW 16u   /* rows of one vector */
#define AHEAD 24u /* rows */

blt_dict *blt_fetch_dict(const blt_view *view, const blt_expr *e) {
  int column = blt_expr_column(e);
  if (column < 0 || blt_expr_type(e).id != BLT_STRING) return NULL;
  return blt_view_codes(view, (uint32_t)column);
}

/* Length of the run from row i on that one vector serves; its offsets go to sel. */
static uint32_t run_of(const uint32_t *rows, const uint64_t *valid, uint32_t i, uint32_t n, uint16_t *sel) {
  uint32_t vector = rows[i] / BLT_VECTOR_ROWS, k = 0;
  do {
    sel[k] = (uint16_t)(rows[i + k] % BLT_VECTOR_ROWS);
    k++;
  } while (i + k < n && k < BLT_VECTOR_ROWS && rows[i + k] > rows[i + k - 1] &&
           rows[i + k] / BLT_VECTOR_ROWS == vector && (!valid || blt_bit(valid, i + k)));
  return k;
}

/* Whether single values of `e` can be taken out of blocks as the builder keeps them. */
static bool takes_cells(const blt_view *view, const blt_expr *e, const blt_builder *b) {
  int column = blt_expr_column(e);
  return column >= 0 && !b->text && (!b->codes || b->dict == view->columns[column].dict);
}

/* Appends column `column` at rows[0..n) value by value: for a few rows that is less than a vector costs. */
static blt_status take_cells(const blt_view *view, uint32_t column, const uint32_t *rows, uint32_t n,
                             blt_builder *b, blt_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows[i] % BLT_BLOCK_ROWS, group = rows[i] / BLT_BLOCK_ROWS;
    const blt_block *block;
    blt_status status = blt_view_block(view, column, group, &block, err);
    if (status != BLT_OK) return status;
    bool null = blt_block_is_null(block, row);
    if (b->doubles)
      b->doubles[b->n] = null ? 0 : blt_block_f64(block, row);
    else if (b->ints)
      b->ints[b->n] = null ? 0 : blt_block_i64(block, row);
    else
      b->codes[b->n] = null ? 0 : (uint32_t)blt_block_i64(block, row);
    if (!null) blt_bit_set(b->valid, b->n);
    b->n++;
  }
  return BLT_OK;
}

blt_status blt_fetch(blt_eval *ev, const blt_view *view, const blt_expr *e, const uint32_t *rows,
                     const uint64_t *valid, uint32_t n, blt_builder *b, blt_error *err) {
  uint16_t sel[BLT_VECTOR_ROWS];
  blt_status status = BLT_OK;
  bool cells = takes_cells(view, e, b);
  for (uint32_t i = 0, k; i < n && status == BLT_OK; i += k) {
    k = 1;
    if (valid && !blt_bit(valid, i)) {
      status = blt_builder_append(b, &(blt_vec){.type = b->type, .n = 1, .all_null = true}, err);
      continue;
    }
    k = run_of(rows, valid, i, n, sel);
    if (cells && k <= FEW) {
      uint32_t column = (uint32_t)blt_expr_column(e);
      for (uint32_t j = i + AHEAD; j < i + AHEAD + k && j < n; j++) blt_view_prefetch(view, column, rows[j]);
      status = take_cells(view, column, rows + i, k, b, err);
      continue;
    }
    blt_vec v;
    uint32_t start = rows[i] % BLT_BLOCK_ROWS / BLT_VECTOR_ROWS * BLT_VECTOR_ROWS;
    blt_eval_reset(ev);
    status = blt_expr_eval(ev, e, rows[i] / BLT_BLOCK_ROWS, start, sel, k, &v, err);
    if (status == BLT_OK) status = blt_builder_append(b, &v, err);
  }
  return status;
}
