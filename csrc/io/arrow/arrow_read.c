#include "arrow_batches.h"

#include "base/mem.h"

/* How many slices a batch is read in: what is compressed is so as a whole. */
static uint64_t count_slices(const blt_arrow_batch *b, uint32_t most) {
  if (b->id >= 0) return 0;
  if (b->codec != BLT_CODEC_NONE || b->rows <= (int64_t)most) return 1;
  return ((uint64_t)b->rows + most - 1) / most;
}

static void list_slices(const blt_arrow_file *f, uint32_t most, blt_arrow_span *spans,
                        blt_arrow_slice *slices) {
  for (size_t i = 0; i < f->nbatches; i++) {
    const blt_arrow_batch *b = &f->batches[i];
    uint64_t n = count_slices(b, most), size = n > 1 ? most : (uint64_t)b->rows;
    for (uint64_t at = 0; n--; at += size) {
      uint64_t rows = (uint64_t)b->rows - at < size ? (uint64_t)b->rows - at : size;
      *spans++ = (blt_arrow_span){b->first + at, rows};
      *slices++ = (blt_arrow_slice){i, at, (uint32_t)rows};
    }
  }
}

static size_t count_all(const blt_arrow_file *f, uint32_t most) {
  size_t n = 0;
  for (size_t i = 0; i < f->nbatches; i++) n += count_slices(&f->batches[i], most);
  return n;
}

static blt_status read_table(const blt_arrow_file *f, const blt_parquet_options *o, uint32_t most,
                             blt_table **out, blt_error *err) {
  size_t n = count_all(f, most);
  blt_arrow_batches from = {f, blt_calloc(f->ctx, n + 1, sizeof *from.slices)};
  blt_arrow_span *spans = blt_calloc(f->ctx, n + 1, sizeof *spans);
  blt_arrow_feed feed = {f->ctx,  blt_source_name(f->source), &f->schema,           spans, n,
                         f->rows, blt_source_size(f->source), &blt_arrow_batch_ops, &from, NULL};
  bool there = from.slices && spans;
  if (there) list_slices(f, most, spans, from.slices);
  blt_status status =
      there ? blt_arrow_to_table(&feed, o, out, err) : blt_fail_memory(err, (n + 1) * sizeof *spans);
  blt_free(f->ctx, spans, (n + 1) * sizeof *spans);
  blt_free(f->ctx, from.slices, (n + 1) * sizeof *from.slices);
  return status;
}

blt_status blt_arrow_read_slices(blt_ctx *ctx, const blt_source *source, const blt_parquet_options *o,
                                 uint32_t most, blt_parquet_result *out, blt_error *err) {
  blt_arrow_file f;
  err->position = -1;
  blt_status status = blt_arrow_open(ctx, source, o, &f, err);
  if (status != BLT_OK) return status;
  blt_table *table = NULL;
  status = read_table(&f, o, most, &table, err);
  if (status == BLT_OK) {
    *out = (blt_parquet_result){.table = table, .rows = f.rows, .bytes = blt_source_size(source)};
    blt_arrow_schema_give(&f.schema, out);
  }
  blt_arrow_close(&f);
  return status;
}

blt_status blt_arrow_read(blt_ctx *ctx, const blt_source *source, const blt_parquet_options *o,
                          blt_parquet_result *out, blt_error *err) {
  return blt_arrow_read_slices(ctx, source, o, BLT_BLOCK_ROWS, out, err);
}
