/* intern.h: a worker's own dictionary of one column while rows are read.
 *
 * Strings of up to 16 bytes are held whole in their slot, so that a lookup touches one place; longer ones are
 * compared by hash first; names with a number (numbered.h) have no slot at all. Codes count up from 0 in
 * order of first appearance to this worker; the loader turns them into the table's codes. Not a blt_dict,
 * because that one is built for size and for sharing. */
#ifndef BLT_IO_INTERN_H
#define BLT_IO_INTERN_H

#include "numbered.h"

#define BLT_INTERN_BATCH 64 /* lookups whose cache misses overlap */

typedef struct blt_slot {
  uint64_t a, b; /* first and last eight bytes (16 at most), or hash and last eight */
  uint32_t len;
  uint32_t code; /* + 1; 0: free */
} blt_slot;

typedef struct blt_intern {
  blt_ctx *ctx;
  blt_slot *slots;
  uint32_t mask; /* slots - 1, or 0 when there are none */
  uint32_t count;
  uint32_t hashed; /* entries that have a slot */
  uint32_t asked;  /* lookups, about, modulo 2^32 */
  bool sparse;     /* kept for the caller: of the fields before, some were empty */
  blt_numbered numbered;
  uint64_t *offsets; /* count + 1 into bytes */
  uint32_t *rows;    /* row of its chunk in which each entry came first */
  char *bytes;
  size_t offsets_cap, rows_cap, bytes_cap;
} blt_intern;

void blt_intern_init(blt_intern *in, blt_ctx *ctx);
void blt_intern_free(blt_intern *in);

/* One column of some rows, as blt_rows has it. */
typedef struct blt_intern_fields {
  const char *text;     /* 16 readable bytes follow each field, eight stand before it */
  const uint32_t *ends; /* of the first row; the others are `stride` entries apart */
  uint32_t stride, gap; /* a field starts `gap` bytes after the end of the field before it (ends[-1]) */
  uint32_t n, row;      /* rows, and the number of the first */
  const uint32_t *full; /* which of the rows are meant, `n` of them, when the others are empty; NULL: all */
} blt_intern_fields;

/* Where field i of those that are meant stands among the rows. */
static inline uint32_t blt_intern_place(const blt_intern_fields *f, uint32_t i) {
  return f->full ? f->full[i] : i;
}

/* Codes of the fields of `n` rows. An empty one gets code 0, is not looked up, and makes `*empty` true. */
blt_status blt_intern_fields_of(blt_intern *in, const blt_intern_fields *f, uint32_t *codes, bool *empty,
                                blt_error *err);
/* The code of one string, also an empty one; the same bytes around it are readable. */
blt_status blt_intern_one(blt_intern *in, blt_str s, uint32_t row, uint32_t *code, blt_error *err);
/* The code of the empty text, when it has one already. */
bool blt_intern_empty(const blt_intern *in, uint32_t *code);
/* Forgets the entries from `count` on. */
void blt_intern_cut(blt_intern *in, uint32_t count);

static inline blt_str blt_intern_at(const blt_intern *in, uint32_t code) {
  return (blt_str){in->bytes + in->offsets[code], (uint32_t)(in->offsets[code + 1] - in->offsets[code])};
}

#endif
