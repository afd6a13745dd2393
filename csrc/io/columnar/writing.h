/* writing.h: what all formats of columns do while they write a relation, some groups at a time. */
#ifndef BLT_COLUMNAR_WRITING_H
#define BLT_COLUMNAR_WRITING_H

#include "io/source/source.h"
#include "store/relation.h"

/* How far writing is: groups before `group` are written, as so many rows and bytes. */
typedef struct blt_writing {
  const blt_view *view;
  uint32_t group;
  uint64_t rows, bytes;
  blt_progress_fn progress; /* NULL: only the context is polled */
  void *progress_arg;
} blt_writing;

/* Asks whether to go on; the total of bytes that it tells is a guess from those so far. */
blt_status blt_writing_report(const blt_writing *w, blt_error *err);
/* Parts of the relation that are made side by side, of `columns` columns each, `most` columns together. */
uint32_t blt_writing_wave(const blt_ctx *ctx, uint32_t columns, uint32_t most);

#endif
