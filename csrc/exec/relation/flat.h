/* flat.h: a column of a relation laid out as one array of the fewest bytes a value, for reading it at rows in
 * any order. */
#ifndef BLT_EXEC_FLAT_H
#define BLT_EXEC_FLAT_H

#include "store/relation.h"
#include <stdatomic.h>

typedef struct blt_flat {
  const blt_view *view;
  uint32_t column;
  bool suits;    /* false: texts, or values that may be null: they are gathered in another way */
  uint8_t width; /* 1, 2, 4, 8 */
  int64_t base;  /* what was taken off an integer; codes and doubles: 0 */
  const char *values;
  size_t bytes; /* of `values`, when they are its own */
  atomic_int state;
  atomic_uint next, done; /* groups that somebody took to copy, that are copied */
  blt_error why;          /* it failed */
} blt_flat;

/* Of a column; nothing is read yet. */
void blt_flat_init(blt_flat *f, const blt_view *view, uint32_t column);
void blt_flat_free(blt_flat *f);
/* Lays the values out, unless somebody did; any number of threads may ask, and all lay hands on. f->suits
 * says whether that worked. */
blt_status blt_flat_ready(blt_flat *f, blt_error *err);
/* A block of the values at rows[0 .. n), of which those without bit in `valid` (NULL: none) are null. Each of
 * them is the row of a value that is not, and one at least has its bit. */
blt_status blt_flat_block(const blt_flat *f, const uint32_t *rows, const uint64_t *valid, uint32_t n,
                          blt_block **out, blt_error *err);

#endif
