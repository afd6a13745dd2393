/* window_values.h: values of an expression for every row of a relation, as words, and results likewise. */
#ifndef BLT_EXEC_WINDOW_VALUES_H
#define BLT_EXEC_WINDOW_VALUES_H

#include "base/words.h"
#include "window_parts.h"

/* words: an int64, the bits of a double, or a code of `dict`, by place as rows were dealt; valid: 1 or 0. */
typedef struct blt_window_values {
  blt_ctx *ctx;
  blt_type type;
  blt_dict *dict; /* strings; retained */
  uint64_t rows;
  uint64_t *words;
  uint8_t *valid;
} blt_window_values;

/* Computes `term` for all rows; of rows for which `where` (n 0: none) is not true the value is null. Zeroed,
 * and freed in any case. */
blt_status blt_window_read(blt_window_values *v, const blt_window_parts *parts, const blt_term *term,
                           const blt_term *where, blt_error *err);
/* Room for results. Retains dict. */
blt_status blt_window_room(blt_window_values *v, blt_ctx *ctx, blt_type type, blt_dict *dict, uint64_t rows,
                           blt_error *err);
void blt_window_values_free(blt_window_values *v);
/* The values as blocks of the relation's groups, a reference of each, in an array with room for them. */
blt_status blt_window_encode(const blt_window_values *v, const blt_window_parts *parts, blt_block **blocks,
                             blt_error *err);

#endif
