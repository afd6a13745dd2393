/* Any bytes as CSV under any options: no crash, no leak, a valid table or an error, and the same one whatever
 * the threads and chunks. The first six bytes choose the options. */
#include "io/csv.h"
#include "../support/same_table.h"
#include <stdlib.h>

#define OPTION_BYTES 6

static blt_csv_options options_from(const uint8_t *d) {
  static const char delimiters[] = {0, ',', ';', '\t'}, comments[] = {0, 0, 0, '#'};
  blt_csv_options o = blt_csv_defaults();
  o.delimiter = delimiters[d[0] & 3];
  o.comment = comments[d[0] >> 2 & 3];
  o.header = d[0] & 16 ? BLT_HEADER_NO : BLT_HEADER_YES;
  o.trim = d[0] >> 5 & 1;
  o.text_only = d[0] >> 6 & 1;
  o.infer_decimal = d[0] >> 7 & 1;
  o.ragged = (blt_csv_ragged)(d[1] % 3);
  o.utf8 = (blt_csv_utf8)(d[2] % 3);
  o.on_error = d[3] & 1 ? BLT_CSV_REJECT : BLT_CSV_STOP;
  o.quoted_nulls = d[3] >> 1 & 1;
  o.line_column = d[3] & 4 ? "at line" : NULL;
  o.escape = d[3] & 8 ? '\\' : 0;
  o.quote = d[3] & 16 ? 0 : '"';
  o.chunk_bytes = 1 + d[4];
  return o;
}

static blt_status read_all(blt_ctx *ctx, const uint8_t *data, size_t len, const blt_csv_options *o,
                           blt_csv_result *out, blt_error *err) {
  blt_source *s = NULL;
  blt_status status = blt_source_memory(ctx, (const char *)data, len, &s, err);
  if (status == BLT_OK) status = blt_csv_read(ctx, s, o, out, err);
  blt_source_close(s);
  return status;
}

static void check(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < OPTION_BYTES) return 0;
  blt_csv_options o = options_from(data);
  blt_csv_options whole = o;
  whole.chunk_bytes = 0;
  blt_ctx *one = blt_ctx_new(), *many = blt_ctx_new();
  blt_ctx_set_threads(one, 1);
  blt_ctx_set_threads(many, 1 + data[5] % 3);
  blt_csv_result a = {0}, b = {0};
  blt_error x = {0}, y = {0};
  char why[160] = "";
  blt_status p = read_all(one, data + OPTION_BYTES, size - OPTION_BYTES, &whole, &a, &x);
  blt_status q = read_all(many, data + OPTION_BYTES, size - OPTION_BYTES, &o, &b, &y);
  check(p == q, "one reading failed, the other did not");
  if (p != BLT_OK) check(strcmp(x.message, y.message) == 0, "the errors differ");
  if (p != BLT_OK)
    check(x.message[0] != 0 && !a.table && !b.table, "a failure without a message, or with a table");
  if (p == BLT_OK) {
    check(blt_table_validate(a.table, &x) == BLT_OK, x.message);
    check(same_table(a.table, b.table, why) && same_table(a.rejects, b.rejects, why), why);
    check(a.rows == b.rows && a.rejected == b.rejected, "the counts differ");
  }
  blt_table_release(a.table);
  blt_table_release(a.rejects);
  blt_table_release(b.table);
  blt_table_release(b.rejects);
  check(blt_ctx_memory_used(one) == 0 && blt_ctx_memory_used(many) == 0, "memory is left over");
  blt_ctx_release(one);
  blt_ctx_release(many);
  return 0;
}
