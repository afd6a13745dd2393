/* arrow.h: Arrow's IPC files (Feather too) and streams to a table.
 *
 *   file    ARROW1 | stream | footer: schema and where batches lie | length | ARROW1
 *   stream  schema, then dictionaries and batches of rows, each a description and its buffers
 */
#ifndef BLT_IO_ARROW_H
#define BLT_IO_ARROW_H

#include "io/ingest/options.h"
#include "io/parquet/parquet.h"

/* Options, notes and results are those of Parquet; `flatten` is not heard. A stream that ends without its end
 * mark is read as far as it is whole. */
blt_status blt_arrow_read(blt_ctx *ctx, const blt_source *source, const blt_parquet_options *options,
                          blt_parquet_result *out, blt_error *err);

#endif
