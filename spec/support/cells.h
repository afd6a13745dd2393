/* cells.h: blocks and single values of a relation, for tests of what can surely be read. */
#ifndef BLOTTER_SPEC_CELLS_H
#define BLOTTER_SPEC_CELLS_H

#include "store/relation.h"
#include <stdlib.h>
#include <string.h>

static inline blt_value cell_of(const blt_view *v, uint32_t col, uint32_t group, uint32_t row) {
  blt_value out;
  blt_error err;
  if (blt_view_cell(v, col, group, row, &out, &err) != BLT_OK) abort();
  return out;
}

static inline const blt_block *block_of(const blt_view *v, uint32_t col, uint32_t group) {
  const blt_block *b;
  blt_error err;
  if (blt_view_block(v, col, group, &b, &err) != BLT_OK) abort();
  return b;
}

/* The cell of a row counted from the first; every group but the last is full. */
static inline blt_value cell_at(const blt_view *v, uint32_t col, uint64_t row) {
  return cell_of(v, col, (uint32_t)(row / BLT_BLOCK_ROWS), (uint32_t)(row % BLT_BLOCK_ROWS));
}

/* As the engine orders two values of one type: texts by bytes, NaN above all numbers, nulls where told. */
static inline int cell_compare(const blt_value *a, const blt_value *b, bool descending, bool nulls_first) {
  if (a->null || b->null) return a->null == b->null ? 0 : (a->null == nulls_first) ? -1 : 1;
  int c;
  if (a->type.id == BLT_STRING) {
    uint32_t n = a->u.s.len < b->u.s.len ? a->u.s.len : b->u.s.len;
    c = memcmp(a->u.s.s, b->u.s.s, n);
    if (c == 0) c = (a->u.s.len > b->u.s.len) - (a->u.s.len < b->u.s.len);
  } else if (a->type.id == BLT_FLOAT64) {
    bool an = a->u.f != a->u.f, bn = b->u.f != b->u.f;
    c = an || bn ? an - bn : (a->u.f > b->u.f) - (a->u.f < b->u.f);
  } else {
    c = (a->u.i > b->u.i) - (a->u.i < b->u.i);
  }
  return descending ? -c : c;
}

#endif
