/* parquet_write.h: rows to a Parquet file.
 *
 * Row groups are cut at blocks and their column chunks are made on all threads, a few row groups at a time. A
 * chunk has a dictionary where that is smaller, otherwise differences or the plain values; pages have
 * checksums, and the footer one of its own, so that a damaged file is told when it is read here. The same
 * rows give the same file, whatever the number of threads.
 */
#ifndef BLT_IO_PARQUET_WRITE_H
#define BLT_IO_PARQUET_WRITE_H

#include "io/source/codec.h"
#include "io/source/sink.h"
#include "io/source/source.h"
#include "store/table/table.h"

/* Start from blt_parquet_write_defaults(). */
typedef struct blt_parquet_write_options {
  blt_codec codec;          /* BLT_CODEC_ZSTD; none, snappy, gzip, brotli or lz4_raw otherwise */
  uint64_t row_group;       /* 262,144: rows, rounded up to whole blocks */
  uint32_t ncols;           /* 0: all; otherwise the first ones */
  blt_progress_fn progress; /* NULL */
  void *progress_arg;
} blt_parquet_write_options;

blt_parquet_write_options blt_parquet_write_defaults(void);

/* The view is a table's. The sink is left open. */
blt_status blt_parquet_write(blt_ctx *ctx, const blt_view *view, const blt_parquet_write_options *o,
                             blt_sink *sink, blt_error *err);

#endif
