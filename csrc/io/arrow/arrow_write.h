/* arrow_write.h: rows to an Arrow IPC file (Feather of version 2) or stream.
 *
 * A batch is a group of rows. Batches are made on all threads, some at a time, and written in order. The same
 * rows give the same bytes, whatever the number of threads.
 *
 *   bool, int64, float64   as they are         date        date32, days
 *   decimal(p,s)           decimal128(p,s)     timestamp   microseconds, UTC
 *   string                 utf8, or a dictionary of it when its values repeat
 */
#ifndef BLT_IO_ARROW_WRITE_H
#define BLT_IO_ARROW_WRITE_H

#include "io/source/codec.h"
#include "io/source/sink.h"
#include "io/source/source.h"
#include "store/relation.h"

/* Start from zeros. */
typedef struct blt_arrow_write_options {
  blt_codec codec;          /* BLT_CODEC_NONE, ZSTD or LZ4_FRAME, of each buffer */
  bool stream;              /* no footer, and no magic number before it */
  bool plain;               /* no dictionaries */
  uint32_t ncols;           /* 0: all; otherwise the first ones */
  blt_progress_fn progress; /* NULL */
  void *progress_arg;
} blt_arrow_write_options;

/* The view is a stored table's. The sink is left open. */
blt_status blt_arrow_write(blt_ctx *ctx, const blt_view *view, const blt_arrow_write_options *o,
                           blt_sink *sink, blt_error *err);

#endif
