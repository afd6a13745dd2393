/* arrow_blocks.h: columns whose rows come in batches of any length, to a table. Where the batches lie, in a
 * file or in somebody else's memory, is said by a blt_arrow_feed.
 */
#ifndef BLT_ARROW_BLOCKS_H
#define BLT_ARROW_BLOCKS_H

#include "arrow_schema.h"
#include "arrow_values.h"
#include "io/ingest/options.h"

typedef struct blt_arrow_span {
  uint64_t first; /* row with which the batch begins */
  uint64_t rows;  /* at most INT32_MAX */
} blt_arrow_span;

typedef struct blt_arrow_words {
  uint64_t version; /* another one for another dictionary, and never 0 */
  uint32_t pieces;  /* in which it comes */
  uint64_t until;   /* row before which all rows from the batch on have numbers of it, as far as is known */
} blt_arrow_words;

/* A reader of a column, one for each thread. What `rows` and `entries` give is good until the next call of
 * either, or, after `hold`, until `let_go` or the end of the reader. */
typedef struct blt_arrow_ops {
  blt_status (*open)(const void *from, uint32_t col, void **reader, blt_error *err);
  blt_status (*rows)(void *reader, size_t batch, blt_arrow_rows *out, blt_error *err);
  /* The dictionary that rows of the batch have numbers of. */
  blt_status (*dictionary)(void *reader, size_t batch, blt_arrow_words *out, blt_error *err);
  blt_status (*entries)(void *reader, uint32_t piece, blt_arrow_rows *out, blt_error *err);
  blt_status (*hold)(void *reader, blt_error *err);
  void (*let_go)(void *reader);
  void (*close)(void *reader); /* NULL is allowed */
} blt_arrow_ops;

typedef struct blt_arrow_feed {
  blt_ctx *ctx;
  const char *name; /* for messages */
  const blt_arrow_schema *schema;
  const blt_arrow_span *spans;
  size_t nspans;
  uint64_t rows, bytes; /* bytes: for progress */
  const blt_arrow_ops *ops;
  const void *from; /* what `open` gets */
  /* NULL, or as in blt_columns: brings more rows and their spans. */
  blt_status (*more)(struct blt_arrow_feed *feed, uint64_t done, uint64_t enough, blt_error *err);
} blt_arrow_feed;

blt_status blt_arrow_to_table(blt_arrow_feed *feed, const blt_parquet_options *o, blt_table **out,
                              blt_error *err);

/* A message that a column is damaged. */
blt_status blt_arrow_damaged(const char *file, const char *column, const char *what, blt_error *err);

#endif
