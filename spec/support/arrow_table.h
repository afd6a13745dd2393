/* arrow_table.h: random tables as Arrow files in memory, and back: for tests and fuzzers. */
#ifndef BLOTTER_SPEC_ARROW_TABLE_H
#define BLOTTER_SPEC_ARROW_TABLE_H

#include "io/arrow/arrow.h"
#include "io/arrow/arrow_write.h"
#include "parquet_table.h"

static inline blt_status write_arrow(blt_ctx *ctx, blt_table *t, const blt_arrow_write_options *o, filed *out,
                                     blt_error *err) {
  blt_view *view = NULL;
  blt_sink *sink = NULL;
  out->len = 0;
  blt_status status = blt_table_view(t, &view, err);
  if (status == BLT_OK) status = blt_sink_function(ctx, filed_put, out, &sink, err);
  if (status == BLT_OK) status = blt_arrow_write(ctx, view, o, sink, err);
  if (status == BLT_OK)
    status = blt_sink_finish(sink, err);
  else
    blt_sink_abandon(sink);
  blt_view_release(view);
  return status;
}

static inline blt_status read_arrow(blt_ctx *ctx, const void *bytes, size_t len, const blt_parquet_options *o,
                                    blt_table **out, blt_error *err) {
  blt_source *s = NULL;
  blt_parquet_result result = {0};
  blt_status status = blt_source_memory(ctx, bytes, len, &s, err);
  if (status == BLT_OK) status = blt_arrow_read(ctx, s, o, &result, err);
  blt_source_close(s);
  if (status == BLT_OK) *out = result.table;
  if (status == BLT_OK) blt_parquet_result_free(ctx, &result);
  return status;
}

#endif
