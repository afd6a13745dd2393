/* flatbuffer_write.h: making flatbuffers, from the inside out: what a table names is made before it. A place
 * is how far from the end of the buffer something begins; 0 is none. Once memory is refused nothing more is
 * written, and `failed` says so.
 */
#ifndef BLT_FLATBUFFER_WRITE_H
#define BLT_FLATBUFFER_WRITE_H

#include "blt.h"

#define BLT_FLAT_FIELDS 8u /* of a table, at most */

typedef struct blt_flat_out {
  blt_ctx *ctx;
  uint8_t *p; /* the last `len` bytes of `cap` are in use */
  size_t cap, len;
  size_t start; /* of the table at hand */
  size_t fields[BLT_FLAT_FIELDS];
  bool failed;
} blt_flat_out;

size_t blt_flat_put_string(blt_flat_out *o, const char *s, size_t len);
/* n elements of `size` bytes, aligned to their size or 8. */
size_t blt_flat_put_vector(blt_flat_out *o, const void *elements, uint32_t n, uint32_t size);
size_t blt_flat_put_tables(blt_flat_out *o, const size_t *places, uint32_t n);

/* Between these two the fields of one table are put, and nothing else. */
void blt_flat_begin(blt_flat_out *o);
size_t blt_flat_end(blt_flat_out *o);
void blt_flat_put_int(blt_flat_out *o, uint32_t id, uint32_t bytes, int64_t v);
void blt_flat_put_place(blt_flat_out *o, uint32_t id, size_t place); /* 0: the field is left out */

/* Ends the buffer with its root: the bytes from here on, `o->len` of them; NULL when memory was refused. */
const uint8_t *blt_flat_finish(blt_flat_out *o, size_t root);
void blt_flat_reset(blt_flat_out *o); /* for another buffer in the same memory */
void blt_flat_out_free(blt_flat_out *o);

#endif
