/* Any bytes as JSON lines: no crash, no leak, a valid table or an error, the same one whatever the threads
 * and chunks; and what was read is written and read back. The first two bytes choose the options. */
#include "io/json.h"
#include "io/jsonl.h"
#include "io/write.h"
#include "../support/same_table.h"
#include <stdlib.h>

#define OPTION_BYTES 2

static void check(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

static blt_status read_all(blt_ctx *ctx, const uint8_t *data, size_t len, const blt_csv_options *o,
                           blt_csv_result *out, blt_error *err) {
  blt_source *s = NULL;
  blt_status status = blt_source_memory(ctx, (const char *)data, len, &s, err);
  if (status == BLT_OK) status = blt_jsonl_read(ctx, s, o, out, err);
  blt_source_close(s);
  return status;
}

static blt_status check_piece(void *arg, const char *data, size_t len, blt_error *err) {
  (void)arg;
  (void)err;
  for (size_t at = 0; at < len;) {
    const char *end = memchr(data + at, '\n', len - at);
    check(end != NULL, "a line without an end");
    check(blt_json_valid(data + at, (size_t)(end - data) - at), "what was written is no JSON");
    at = (size_t)(end - data) + 1;
  }
  return BLT_OK;
}

static void check_written(blt_ctx *ctx, blt_table *t) {
  blt_error err;
  blt_view *view = NULL;
  blt_sink *sink = NULL;
  blt_write_options o = blt_write_defaults();
  check(blt_table_view(t, &view, &err) == BLT_OK, "no view");
  check(blt_sink_function(ctx, check_piece, NULL, &sink, &err) == BLT_OK, "no sink");
  check(blt_jsonl_write(ctx, view, &o, sink, &err) == BLT_OK, err.message);
  check(blt_sink_finish(sink, &err) == BLT_OK, "not finished");
  blt_view_release(view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < OPTION_BYTES) return 0;
  blt_csv_options o = blt_csv_defaults(), whole;
  o.on_error = data[0] & 1 ? BLT_CSV_REJECT : BLT_CSV_STOP;
  o.infer_decimal = data[0] >> 1 & 1;
  o.line_column = data[0] & 4 ? "at line" : NULL;
  whole = o;
  o.chunk_bytes = 1 + data[1];
  blt_ctx *one = blt_ctx_new(), *many = blt_ctx_new();
  blt_ctx_set_threads(one, 1);
  blt_ctx_set_threads(many, 1 + data[0] / 16 % 3);
  blt_csv_result a = {0}, b = {0};
  blt_error x = {0}, y = {0};
  char why[160] = "";
  blt_status p = read_all(one, data + OPTION_BYTES, size - OPTION_BYTES, &whole, &a, &x);
  blt_status q = read_all(many, data + OPTION_BYTES, size - OPTION_BYTES, &o, &b, &y);
  check(p == q, "one reading failed, the other did not");
  if (p != BLT_OK) check(strcmp(x.message, y.message) == 0, "the errors differ");
  if (p == BLT_OK) {
    check(blt_table_validate(a.table, &x) == BLT_OK, x.message);
    check(same_table(a.table, b.table, why) && same_table(a.rejects, b.rejects, why), why);
    check_written(one, a.table);
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
