#include "arrow_batches.h"

#include "base/mem.h"

/* The batches of rows among all of a file. */
static void list_rows(const blt_arrow_file *f, blt_arrow_span *spans, size_t *numbers) {
  size_t n = 0;
  for (size_t i = 0; i < f->nbatches; i++) {
    if (f->batches[i].id >= 0) continue;
    spans[n] = (blt_arrow_span){f->batches[i].first, (uint64_t)f->batches[i].rows};
    numbers[n++] = i;
  }
}

static size_t count_rows(const blt_arrow_file *f) {
  size_t n = 0;
  for (size_t i = 0; i < f->nbatches; i++) n += f->batches[i].id < 0;
  return n;
}

static blt_status read_table(const blt_arrow_file *f, const blt_parquet_options *o, blt_table **out,
                             blt_error *err) {
  size_t n = count_rows(f);
  blt_arrow_batches from = {f, blt_calloc(f->ctx, n + 1, sizeof *from.numbers)};
  blt_arrow_span *spans = blt_calloc(f->ctx, n + 1, sizeof *spans);
  blt_arrow_feed feed = {f->ctx,  blt_source_name(f->source), &f->schema,           spans, n,
                         f->rows, blt_source_size(f->source), &blt_arrow_batch_ops, &from, NULL};
  bool there = from.numbers && spans;
  if (there) list_rows(f, spans, from.numbers);
  blt_status status =
      there ? blt_arrow_to_table(&feed, o, out, err) : blt_fail_memory(err, (n + 1) * sizeof *spans);
  blt_free(f->ctx, spans, (n + 1) * sizeof *spans);
  blt_free(f->ctx, from.numbers, (n + 1) * sizeof *from.numbers);
  return status;
}

blt_status blt_arrow_read(blt_ctx *ctx, const blt_source *source, const blt_parquet_options *o,
                          blt_parquet_result *out, blt_error *err) {
  blt_arrow_file f;
  err->position = -1;
  blt_status status = blt_arrow_open(ctx, source, o, &f, err);
  if (status != BLT_OK) return status;
  blt_table *table = NULL;
  status = read_table(&f, o, &table, err);
  if (status == BLT_OK) {
    *out = (blt_parquet_result){.table = table, .rows = f.rows, .bytes = blt_source_size(source)};
    blt_arrow_schema_give(&f.schema, out);
  }
  blt_arrow_close(&f);
  return status;
}
