#include "difference.h"
#include "table_inside.h"

#include <string.h>

/* Values of some rows, comparable as bits. */
static void read_bits(const blt_block *b, blt_type type, uint32_t at, uint32_t n, uint64_t *out) {
  if (type.id == BLT_FLOAT64)
    blt_block_read_f64(b, at, n, (double *)(void *)out);
  else
    blt_block_read_i64(b, at, n, (int64_t *)(void *)out);
}

static bool same_text(const blt_block *a, const blt_block *b, blt_type type, const blt_dict *dict,
                      uint32_t row) {
  blt_value x = blt_block_value(a, type, dict, row), y = blt_block_value(b, type, dict, row);
  if (x.null || y.null) return x.null == y.null;
  return x.u.s.len == y.u.s.len && memcmp(x.u.s.s, y.u.s.s, x.u.s.len) == 0;
}

static bool same_bits(const blt_block *a, const blt_block *b, uint32_t row, uint64_t x, uint64_t y) {
  bool null = blt_block_is_null(a, row);
  if (null != blt_block_is_null(b, row)) return false;
  return null || x == y;
}

blt_status blt_blocks_differ(const blt_block *a, const blt_block *b, blt_type type, const blt_dict *dict,
                             blt_status (*each)(void *arg, uint32_t row, blt_error *err), void *arg,
                             blt_error *err) {
  uint64_t x[BLT_VECTOR_ROWS], y[BLT_VECTOR_ROWS];
  bool text = a->enc == BLT_ENC_TEXT || b->enc == BLT_ENC_TEXT, nulls = a->nulls || b->nulls;
  blt_status status = BLT_OK;
  for (uint32_t at = 0; at < a->rows; at += BLT_VECTOR_ROWS) {
    uint32_t n = a->rows - at < BLT_VECTOR_ROWS ? a->rows - at : BLT_VECTOR_ROWS;
    if (!text) read_bits(a, type, at, n, x), read_bits(b, type, at, n, y);
    if (!text && !nulls && memcmp(x, y, n * sizeof *x) == 0) continue;
    for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
      bool same = text ? same_text(a, b, type, dict, at + i) : same_bits(a, b, at + i, x[i], y[i]);
      if (!same) status = each(arg, at + i, err);
    }
  }
  return status;
}
