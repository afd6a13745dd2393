/* arrow_messages.h: what an Arrow file or stream holds: its columns, its dictionaries and its batches of
 * rows, with nothing of their values. */
#ifndef BLT_ARROW_MESSAGES_H
#define BLT_ARROW_MESSAGES_H

#include "arrow.h"
#include "flatbuffer.h"
#include "io/columnar/meaning.h"
#include "io/source/codec.h"

/* How values lie in buffers. */
typedef enum blt_arrow_layout {
  BLT_ARROW_NULL = 0,
  BLT_ARROW_BITS,
  BLT_ARROW_INT,
  BLT_ARROW_UINT,
  BLT_ARROW_FLOAT,
  BLT_ARROW_BYTES, /* offsets of `width` bytes, then text */
  BLT_ARROW_FIXED,
  BLT_ARROW_VIEW
} blt_arrow_layout;

typedef struct blt_arrow_column {
  blt_meaning means;
  blt_arrow_layout layout;
  uint32_t width;     /* bytes of a value, or of an offset */
  int64_t times;      /* what a stored number is multiplied with first, or divided by when negative */
  int64_t dictionary; /* -1: none; otherwise its id, and rows are numbers of entries: */
  blt_arrow_layout index;
  uint32_t index_width;
  uint32_t node, buffer, variadic; /* of a batch: where its own begin */
} blt_arrow_column;

/* A batch of rows, or of entries of a dictionary. */
typedef struct blt_arrow_batch {
  char *meta; /* the description's bytes */
  size_t len;
  size_t table; /* of the batch in them */
  uint64_t body, body_bytes;
  uint64_t first; /* row with which it begins */
  int64_t rows;
  int64_t id; /* of a dictionary; -1: rows */
  bool delta; /* more entries of the same dictionary */
  blt_codec codec;
} blt_arrow_batch;

typedef struct blt_arrow_file {
  blt_ctx *ctx;
  const blt_source *source;
  uint32_t ncols, room, nnotes;
  blt_arrow_column *columns;
  blt_field *fields;
  blt_parquet_note *notes;
  blt_arrow_batch *batches; /* in the order in which they come; those of dictionaries among them */
  size_t nbatches, cap;
  uint64_t rows;
} blt_arrow_file;

blt_status blt_arrow_open(blt_ctx *ctx, const blt_source *source, const blt_parquet_options *o,
                          blt_arrow_file *out, blt_error *err);
void blt_arrow_close(blt_arrow_file *f);     /* of a zeroed or opened one */
bool blt_arrow_is(const blt_source *source); /* a file, not a stream */

#endif
