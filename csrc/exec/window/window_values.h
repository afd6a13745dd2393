/* window_values.h: values of an expression for every row of a relation, as words, and results likewise. */
#ifndef BLT_EXEC_WINDOW_VALUES_H
#define BLT_EXEC_WINDOW_VALUES_H

#include "exec/passed.h"

/* words: an int64, the bits of a double, or a code of `dict`, by row number. */
typedef struct blt_window_values {
  blt_ctx *ctx;
  blt_type type;
  blt_dict *dict; /* strings; retained */
  uint64_t rows;
  uint64_t *words;
  uint8_t *valid;
} blt_window_values;

static inline double blt_word_double(uint64_t word) {
  union {
    uint64_t word;
    double value;
  } u = {.word = word};
  return u.value;
}
static inline uint64_t blt_double_word(double value) {
  union {
    double value;
    uint64_t word;
  } u = {.value = value};
  return u.word;
}

/* Computes `term` for all rows; of rows for which `where` (n 0: none) is not true the value is null. Zeroed,
 * and freed in any case. */
blt_status blt_window_read(blt_window_values *v, blt_passed *in, const blt_term *term, const blt_term *where,
                           blt_error *err);
/* Room for results, all null. Retains dict. */
blt_status blt_window_room(blt_window_values *v, blt_ctx *ctx, blt_type type, blt_dict *dict, uint64_t rows,
                           blt_error *err);
void blt_window_values_free(blt_window_values *v);

/* Words that sort as the values do, by row number, `nwords` a row. */
typedef struct blt_window_order {
  blt_ctx *ctx;
  uint32_t nwords;
  uint64_t rows;
  uint64_t *words;
} blt_window_order;

blt_status blt_window_order_init(blt_window_order *o, blt_passed *in, const blt_plan_order *keys, uint32_t n,
                                 blt_error *err);
void blt_window_order_free(blt_window_order *o);

static inline int blt_window_compare(const blt_window_order *o, uint32_t a, uint32_t b) {
  const uint64_t *x = o->words + (size_t)a * o->nwords, *y = o->words + (size_t)b * o->nwords;
  for (uint32_t w = 0; w < o->nwords; w++)
    if (x[w] != y[w]) return x[w] < y[w] ? -1 : 1;
  return 0;
}

#endif
