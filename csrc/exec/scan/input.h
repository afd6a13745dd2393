/* input.h: expressions as grouping and aggregating see them: three classes of values, with their bounds.
 *
 *   INT    int64 values between low and high (bool, int64, decimal, date, timestamp)
 *   FLOAT  doubles
 *   CODE   strings, as codes 0 to high in one dictionary. Plain text and results of string functions are
 *          interned first (interning.h).
 *   TEXT   rows of a string column that has no dictionary for all of them: whoever asks for it only wants to
 * know which are null, and looks at their texts itself
 */
#ifndef BLT_EXEC_INPUT_H
#define BLT_EXEC_INPUT_H

#include "scan.h"

typedef enum blt_input_class {
  BLT_INPUT_INT = 1,
  BLT_INPUT_FLOAT,
  BLT_INPUT_CODE,
  BLT_INPUT_TEXT
} blt_input_class;

typedef struct blt_input {
  const blt_expr *expr; /* borrowed */
  int column;           /* of the view, when the expression is just that; else -1 */
  blt_type type;
  uint8_t cls;       /* blt_input_class */
  bool nullable;     /* false: surely no null */
  int64_t low, high; /* INT and CODE: no value lies outside; low > high when there is none */
  uint64_t step;     /* INT: divides the distance of each value from low */
  blt_dict *dict;    /* CODE */
  uint32_t *codes;   /* interned codes by row number of the view; NULL when blocks have codes themselves */
  uint64_t *valid;   /* of interned codes, by row number */
  size_t rows;       /* length of codes */
} blt_input;

typedef struct blt_inputs {
  blt_scan *scan;
  blt_input *items;
  size_t n, cap;
  blt_expr **owned; /* expressions of blt_inputs_add_column */
  size_t nowned, owned_cap;
} blt_inputs;

void blt_inputs_init(blt_inputs *in, blt_scan *scan);
void blt_inputs_free(blt_inputs *in);

/* Adds `expr`, or finds the same column or expression that is there already. */
blt_status blt_inputs_add(blt_inputs *in, const blt_expr *expr, uint32_t *index, blt_error *err);

/* The same without interning: a string column whose values are not all in one dictionary becomes TEXT. */
blt_status blt_inputs_add_text(blt_inputs *in, const blt_expr *expr, uint32_t *index, blt_error *err);

/* The same for a bare column of the view. */
blt_status blt_inputs_add_column(blt_inputs *in, uint32_t column, uint32_t *index, blt_error *err);

/* Values of input `i` for a slice, as blt_expr_read gives them. `codes` (BLT_VECTOR_ROWS) and `valid`
 * (BLT_VECTOR_ROWS bits) are scratch that the vector may point into. */
blt_status blt_inputs_load(const blt_inputs *in, uint32_t i, blt_eval *ev, const blt_slice *slice,
                           uint32_t *codes, uint64_t *valid, blt_vec *out, blt_error *err);

/* Number of different values that the input can have, null not counted; 0 when that does not fit 64 bits. */
static inline uint64_t blt_input_domain(const blt_input *in) {
  if (in->cls == BLT_INPUT_FLOAT) return 0;
  return in->low > in->high ? 1 : (uint64_t)in->high - (uint64_t)in->low + 1;
}

#endif
