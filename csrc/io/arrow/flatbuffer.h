/* flatbuffer.h: reading flatbuffers, in which Arrow describes what it holds. A table is the place where it
 * begins, 0 is none. Nothing outside of the bytes is looked at: the first place that cannot be right makes
 * the reader `bad`, and what is asked for then is absent. */
#ifndef BLT_ARROW_FLAT_H
#define BLT_ARROW_FLAT_H

#include "blt.h"

typedef struct blt_flat {
  const uint8_t *p;
  size_t len;
  bool bad;
} blt_flat;

size_t blt_flat_root(blt_flat *f);
/* A number of field `id` of the table, or what stands for one that is not given. `bytes`: 1, 2, 4 or 8. */
int64_t blt_flat_int(blt_flat *f, size_t table, uint32_t id, uint32_t bytes, int64_t otherwise);
size_t blt_flat_table(blt_flat *f, size_t table, uint32_t id);
/* The first of the n elements of `size` bytes, or 0 when there are none. */
size_t blt_flat_vector(blt_flat *f, size_t table, uint32_t id, size_t size, uint32_t *n);
/* The table that element `i` of a vector of tables names. */
size_t blt_flat_element(blt_flat *f, size_t vector, uint32_t i);
blt_str blt_flat_string(blt_flat *f, size_t table, uint32_t id);
int64_t blt_flat_i64(const blt_flat *f, size_t at); /* of a vector that was checked */

#endif
