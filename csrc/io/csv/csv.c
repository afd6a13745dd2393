#include "csv.h"
#include "dialect.h"
#include "io/ingest/infer.h"
#include "io/source/recode.h"
#include "notes.h"

#define PATIENCE ((uint64_t)16 << 20) /* a guessed start whose record is longer is given up */

static blt_status cut_csv(const void *format, uint64_t from, uint64_t to, uint64_t start, blt_quoting quoting,
                          blt_rows *w, blt_error *err) {
  blt_csv_start at = {start, quoting};
  return blt_csv_rows(format, from, to, at, start == BLT_NO_START ? PATIENCE : UINT64_MAX, w, err);
}

static blt_status read_utf8(blt_ctx *ctx, const blt_source *source, const blt_csv_options *options,
                            blt_csv_result *out, blt_error *err) {
  blt_dialect d;
  bool unknown = false;
  blt_status status = blt_dialect_find(ctx, source, options, &d, err);
  if (status != BLT_OK) return status;
  blt_load load = {.ctx = ctx,
                   .source = source,
                   .cut = cut_csv,
                   .format = &d.format,
                   .newline = d.format.newline,
                   .quote = d.format.quote,
                   .from = d.rows_at,
                   .lines = d.lines,
                   .plan = {.quotes_mean_text = d.quotes_mean_text,
                            .nsplit = d.format.nsplit,
                            .delimiter = d.delimiter ? d.delimiter : ','}};
  status = blt_infer_plan(&load, options, &d.names, err);
  if (status == BLT_OK) status = blt_infer_read(&load, options, out, &unknown, err);
  if (status == BLT_OK) out->delimiter = d.delimiter;
  blt_infer_free(&load, options);
  blt_dialect_free(&d);
  return status;
}

/* Keeps the beginning of the lines that are passed over. */
static blt_status keep_tail(const blt_source *source, uint64_t from, char tail[BLT_TAIL_ROOM],
                            blt_error *err) {
  uint64_t left = blt_source_size(source) - from;
  size_t n = left < BLT_TAIL_ROOM - 1 ? (size_t)left : BLT_TAIL_ROOM - 1;
  return blt_source_read(source, from, tail, n, err);
}

/* The source without the lines at its end. */
static blt_status read_without_notes(blt_ctx *ctx, const blt_source *source, const blt_csv_options *o,
                                     blt_csv_result *out, blt_error *err) {
  blt_source *part = NULL;
  uint64_t size;
  if (o->skip_tail == 0) return read_utf8(ctx, source, o, out, err);
  blt_status status = blt_notes_start(ctx, source, o->skip_tail, &size, err);
  if (status == BLT_OK) status = blt_source_part(ctx, source, size, &part, err);
  if (status == BLT_OK) status = keep_tail(source, size, out->tail, err);
  if (status == BLT_OK) status = read_utf8(ctx, part, o, out, err);
  blt_source_close(part);
  return status;
}

blt_status blt_csv_read(blt_ctx *ctx, const blt_source *source, const blt_csv_options *options,
                        blt_csv_result *out, blt_error *err) {
  blt_source *recoded = NULL;
  blt_recoding how = {options->encoding, options->utf8 == BLT_UTF8_REPLACE, options->progress,
                      options->progress_arg};
  *out = (blt_csv_result){0};
  blt_status status = blt_recode(ctx, source, how, &recoded, err);
  if (status == BLT_OK) status = read_without_notes(ctx, recoded ? recoded : source, options, out, err);
  blt_source_close(recoded);
  return status;
}
