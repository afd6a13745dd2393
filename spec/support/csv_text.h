/* csv_text.h: a text in memory read as CSV. */
#ifndef BLOTTER_SPEC_CSV_TEXT_H
#define BLOTTER_SPEC_CSV_TEXT_H

#include "io/csv/csv.h"
#include <string.h>

static blt_status csv_read_text(blt_ctx *ctx, const char *text, size_t len, const blt_csv_options *o,
                                blt_csv_result *out, blt_error *err) {
  blt_source *s = NULL;
  memset(out, 0, sizeof *out);
  blt_status status = blt_source_memory(ctx, text, len, &s, err);
  if (status == BLT_OK) status = blt_csv_read(ctx, s, o, out, err);
  blt_source_close(s);
  return status;
}

static void csv_release(blt_csv_result *r) {
  blt_table_release(r->table);
  blt_table_release(r->rejects);
}

#endif
