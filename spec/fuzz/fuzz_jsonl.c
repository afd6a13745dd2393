/* Any bytes as JSON lines: no crash, no leak, a valid table or an error, the same one whatever the threads
 * and chunks; and what was read is written and read back. The first two bytes choose the options. */
#include "io/text/json.h"
#include "io/json/jsonl.h"
#include "io/write/text_write.h"
#include "reading.h"

#define OPTION_BYTES 2

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
  blt_csv_options o = blt_csv_defaults();
  o.on_error = data[0] & 1 ? BLT_CSV_REJECT : BLT_CSV_STOP;
  o.infer_decimal = data[0] >> 1 & 1;
  o.line_column = data[0] & 4 ? "at line" : NULL;
  o.chunk_bytes = 1 + data[1];
  read_twice(blt_jsonl_read, data + OPTION_BYTES, size - OPTION_BYTES, &o, 1 + data[0] / 16 % 3,
             check_written);
  return 0;
}
