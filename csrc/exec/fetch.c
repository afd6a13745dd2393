#include "fetch.h"

#include "../base/bits.h"

blt_dict *blt_fetch_dict(const blt_view *view, const blt_expr *e) {
  int column = blt_expr_column(e);
  if (column < 0 || blt_expr_type(e).id != BLT_STRING) return NULL;
  const blt_view_column *c = &view->columns[column];
  for (uint32_t g = 0; g < view->ngroups; g++)
    if (c->blocks[g]->enc == BLT_ENC_TEXT) return NULL;
  return c->dict;
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

blt_status blt_fetch(blt_eval *ev, const blt_view *view, const blt_expr *e, const uint32_t *rows,
                     const uint64_t *valid, uint32_t n, blt_builder *b, blt_error *err) {
  uint16_t sel[BLT_VECTOR_ROWS];
  blt_status status = BLT_OK;
  (void)view;
  for (uint32_t i = 0, k; i < n && status == BLT_OK; i += k) {
    k = 1;
    if (valid && !blt_bit(valid, i)) {
      status = blt_builder_append(b, &(blt_vec){.type = b->type, .n = 1, .all_null = true}, err);
      continue;
    }
    k = run_of(rows, valid, i, n, sel);
    blt_vec v;
    uint32_t start = rows[i] % BLT_BLOCK_ROWS / BLT_VECTOR_ROWS * BLT_VECTOR_ROWS;
    blt_eval_reset(ev);
    status = blt_expr_eval(ev, e, rows[i] / BLT_BLOCK_ROWS, start, sel, k, &v, err);
    if (status == BLT_OK) status = blt_builder_append(b, &v, err);
  }
  return status;
}
