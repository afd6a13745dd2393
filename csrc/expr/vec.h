/* vec.h: a vector: up to 2,048 values (a bare column: up to a block) on their way through a query.
 *
 * Bits of `valid` past n may be anything, and so may values at null rows, except that codes are always codes
 * of the dictionary. Vectors own nothing: they point into blocks, or into the scratch of the evaluator that
 * made them.
 */
#ifndef BLT_EXPR_VEC_H
#define BLT_EXPR_VEC_H

#include "store/table/table.h"

typedef enum blt_vec_form {
  BLT_VEC_CONST =
      1, /* every value is `base` (int, bits of a double, code), or `str` for a string without code */
  BLT_VEC_OFFSETS, /* base + unsigned offset of `width` 1, 2, 4 bytes; bools are width 1, base 0 */
  BLT_VEC_VALUES,  /* int64_t or double, width 8 */
  BLT_VEC_CODES,   /* codes of `width` 1, 2, 4 bytes in `dict` */
  BLT_VEC_TEXT,    /* blt_str each */
  BLT_VEC_SCALED   /* float64, only by blt_expr_read: decimals as a block has them (scaled.h) */
} blt_vec_form;

typedef struct blt_vec {
  blt_type type;
  uint8_t form, width;
  uint8_t scale; /* SCALED */
  uint32_t n;
  int64_t base;
  blt_str str;
  const void *data;
  const uint64_t *valid; /* bit i for value i, NULL when none is null */
  bool all_null;         /* every value is null (valid is then NULL); form is CONST, base 0 */
  blt_dict *dict;        /* CODES and coded CONST; borrowed */
} blt_vec;

static inline bool blt_vec_is_null(const blt_vec *v, uint32_t i) {
  return v->all_null || (v->valid && !((v->valid[i >> 6] >> (i & 63)) & 1));
}

/* Widen a vector: int-like to int64_t, float64, int64 or decimal (its value, not its digits) to double, codes
 * to uint32_t, strings to blt_str, bools to bytes. Return `out`, which has room for v->n values, or the
 * vector's own data when that already has the form. */
const int64_t *blt_vec_i64(const blt_vec *v, int64_t *out);
const double *blt_vec_f64(const blt_vec *v, double *out);
const uint32_t *blt_vec_codes(const blt_vec *v, uint32_t *out);
const blt_str *blt_vec_text(const blt_vec *v, blt_str *out);
const uint8_t *blt_vec_bool(const blt_vec *v, uint8_t *out);

/* The same, always written to `out`: doubles; and distances of int-like values from `low`, or codes less it,
 * modulo 2^64. Null rows give any value. */
void blt_vec_doubles(const blt_vec *v, double *out);
void blt_vec_offsets(const blt_vec *v, int64_t low, uint64_t *out);

/* Interval that holds every value of an int-like vector, from its form alone. */
void blt_vec_range(const blt_vec *v, int64_t *low, int64_t *high);

#endif
