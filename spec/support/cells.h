/* cells.h: blocks and single values of a relation, for tests of what can surely be read. */
#ifndef BLOTTER_SPEC_CELLS_H
#define BLOTTER_SPEC_CELLS_H

#include "store/relation.h"
#include <stdlib.h>

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

#endif
