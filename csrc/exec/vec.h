/* vec.h: a vector: up to 2,048 values (a bare column: up to a block) on their way through a query. */
#ifndef BLT_EXEC_VEC_H
#define BLT_EXEC_VEC_H

#include "../store/table.h"

typedef enum blt_vec_form {
  BLT_VEC_CONST =
      1, /* every value is `base` (int, bits of a double, code), or `str` for a string without code */
  BLT_VEC_OFFSETS, /* base + unsigned offset of `width` 1, 2, 4 bytes; bools are width 1, base 0 */
  BLT_VEC_VALUES,  /* int64_t or double, width 8 */
  BLT_VEC_CODES,   /* codes of `width` 1, 2, 4 bytes in `dict` */
  BLT_VEC_TEXT     /* blt_str each */
} blt_vec_form;

typedef struct blt_vec {
  blt_type type;
  uint8_t form, width;
  uint32_t n;
  int64_t base;
  blt_str str;
  const void *data;
  const uint64_t *valid; /* bit i for value i, NULL when none is null */
  bool all_null;         /* every value is null (valid is then NULL) */
  blt_dict *dict;        /* CODES and coded CONST; borrowed */
} blt_vec;

#endif
