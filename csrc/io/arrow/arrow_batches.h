/* arrow_batches.h: the buffers of a file's or a stream's batches: read, decompressed, checked to lie inside.
 */
#ifndef BLT_ARROW_BATCHES_H
#define BLT_ARROW_BATCHES_H

#include "arrow_blocks.h"
#include "arrow_messages.h"

/* Rows of a batch that are read at once: all, or of a large one that is not compressed a block's. */
typedef struct blt_arrow_slice {
  size_t batch;  /* among all of the file */
  uint64_t from; /* a multiple of 8 */
  uint32_t rows;
} blt_arrow_slice;

/* Where the rows of a file come from. */
typedef struct blt_arrow_batches {
  const blt_arrow_file *file;
  blt_arrow_slice *slices;
} blt_arrow_batches;

extern const blt_arrow_ops blt_arrow_batch_ops; /* of a blt_arrow_batches */

/* blt_arrow_read with slices of at most `most` rows, a multiple of 8. */
blt_status blt_arrow_read_slices(blt_ctx *ctx, const blt_source *source, const blt_parquet_options *o,
                                 uint32_t most, blt_parquet_result *out, blt_error *err);

#endif
