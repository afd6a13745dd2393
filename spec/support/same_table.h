/* same_table.h: whether two tables are the same in everything: columns, types, rows, encodings, codes. */
#ifndef BLOTTER_SPEC_SAME_TABLE_H
#define BLOTTER_SPEC_SAME_TABLE_H

#include "cells.h"
#include "store/table/table.h"
#include <stdio.h>
#include <string.h>

static inline bool same_value(const blt_value *a, const blt_value *b) {
  if (a->null || b->null) return a->null == b->null;
  if (a->type.id == BLT_STRING) return a->u.s.len == b->u.s.len && !memcmp(a->u.s.s, b->u.s.s, a->u.s.len);
  return a->u.i == b->u.i; /* floats by their bits */
}

static inline bool same_columns(const blt_view *a, const blt_view *b, char why[160]) {
  snprintf(why, 160, "%u columns and %llu rows against %u and %llu", a->ncols, (unsigned long long)a->rows,
           b->ncols, (unsigned long long)b->rows);
  if (a->ncols != b->ncols || a->rows != b->rows || a->ngroups != b->ngroups) return false;
  for (uint32_t c = 0; c < a->ncols; c++) {
    snprintf(why, 160, "column %u has another name or type", c);
    if (strcmp(a->schema->fields[c].name, b->schema->fields[c].name) != 0) return false;
    if (memcmp(&a->columns[c].type, &b->columns[c].type, sizeof(blt_type)) != 0) return false;
    snprintf(why, 160, "column %u has another dictionary", c);
    if (a->columns[c].dict && a->columns[c].dict->count != b->columns[c].dict->count) return false;
    for (uint32_t g = 0; g < a->ngroups; g++) {
      const blt_block *x = block_of(a, c, g), *y = block_of(b, c, g);
      snprintf(why, 160, "column %u, group %u: another block", c, g);
      if (x->enc != y->enc || x->width != y->width || x->rows != y->rows || x->nulls != y->nulls)
        return false;
    }
  }
  return true;
}

static inline bool same_rows(const blt_view *a, const blt_view *b, char why[160]) {
  for (uint32_t c = 0; c < a->ncols; c++)
    for (uint32_t g = 0; g < a->ngroups; g++)
      for (uint32_t r = 0; r < a->group_rows[g]; r++) {
        blt_value x = cell_of(a, c, g, r), y = cell_of(b, c, g, r);
        snprintf(why, 160, "column %u, group %u, row %u differs", c, g, r);
        if (!same_value(&x, &y)) return false;
        const blt_block *p = block_of(a, c, g), *q = block_of(b, c, g);
        bool codes = x.type.id == BLT_STRING && p->enc != BLT_ENC_TEXT && !x.null;
        if (codes && blt_block_i64(p, r) != blt_block_i64(q, r)) return false;
      }
  return true;
}

/* `why` says what differs. Both NULL is the same. */
static inline bool same_table(blt_table *a, blt_table *b, char why[160]) {
  blt_error err;
  blt_view *x = NULL, *y = NULL;
  snprintf(why, 160, "one is missing");
  if (!a || !b) return a == b;
  snprintf(why, 160, "no view");
  bool ok = blt_table_view(a, &x, &err) == BLT_OK && blt_table_view(b, &y, &err) == BLT_OK;
  ok = ok && same_columns(x, y, why) && same_rows(x, y, why);
  blt_view_release(x);
  blt_view_release(y);
  return ok;
}

#endif
