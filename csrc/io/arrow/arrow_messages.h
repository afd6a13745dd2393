/* arrow_messages.h: what an Arrow file or stream holds: its columns, its dictionaries and its batches of
 * rows, with nothing of their values. */
#ifndef BLT_ARROW_MESSAGES_H
#define BLT_ARROW_MESSAGES_H

#include "arrow_schema.h"
#include "io/source/codec.h"

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
  bool described; /* the schema was met */
  blt_arrow_schema schema;
  blt_arrow_batch *batches; /* in the order in which they come; those of dictionaries among them */
  size_t nbatches, cap;
  uint64_t rows;
} blt_arrow_file;

blt_status blt_arrow_open(blt_ctx *ctx, const blt_source *source, const blt_parquet_options *o,
                          blt_arrow_file *out, blt_error *err);
void blt_arrow_close(blt_arrow_file *f);     /* of a zeroed or opened one */
bool blt_arrow_is(const blt_source *source); /* a file, not a stream */

#endif
