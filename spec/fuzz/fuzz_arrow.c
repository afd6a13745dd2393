/* Any bytes as an Arrow file or stream, and a good one with edits: no crash, no leak, a valid table or an
 * error, which is written and read back. The first byte chooses the options and the good file; edits are of
 * two bytes of offset and four of contents. */
#include "../support/arrow_table.h"

#define GOODS 4

static filed good[GOODS];

static void check(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

static const blt_arrow_write_options ways[GOODS] = {
    {.codec = BLT_CODEC_NONE}, {.stream = true}, {.codec = BLT_CODEC_ZSTD}, {.stream = true, .plain = true}};

static void make_good(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_error err;
  blt_table *t = random_columns(ctx, 1, 100);
  for (uint32_t w = 0; w < GOODS; w++)
    check(t && write_arrow(ctx, t, &ways[w], &good[w], &err) == BLT_OK, "no good file");
  blt_table_release(t);
  blt_ctx_release(ctx);
}

static char *edited(const filed *from, const uint8_t *data, size_t size) {
  char *bytes = malloc(from->len);
  memcpy(bytes, from->bytes, from->len);
  for (; size >= 6; data += 6, size -= 6) {
    size_t at = (data[0] | (size_t)data[1] << 8) % from->len;
    for (size_t i = 0; i < 4 && at + i < from->len; i++) bytes[at + i] = (char)data[2 + i];
  }
  return bytes;
}

static void write_back(blt_ctx *ctx, blt_table *t, const blt_arrow_write_options *o) {
  filed f = {0};
  blt_error err;
  blt_table *back = NULL;
  blt_parquet_options all = {0};
  char why[160] = "";
  check(blt_table_validate(t, &err) == BLT_OK, err.message);
  check(write_arrow(ctx, t, o, &f, &err) == BLT_OK, err.message);
  check(read_arrow(ctx, f.bytes, f.len, &all, &back, &err) == BLT_OK, err.message);
  check(same_values(t, back, why), why);
  blt_table_release(back);
  free(f.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1) return 0;
  if (!good[0].bytes) make_good();
  blt_parquet_options o = {
      .flatten = data[0] & 1, .binary = data[0] & 2, .cut = data[0] & 4, .skip = data[0] & 8};
  uint32_t way = data[0] >> 5 & 3;
  char *bytes = data[0] & 16 ? edited(&good[way], data + 1, size - 1) : NULL;
  blt_ctx *ctx = blt_ctx_new();
  blt_ctx_set_threads(ctx, 1);
  blt_ctx_set_memory_limit(ctx, 256 << 20);
  blt_table *t = NULL;
  blt_error err = {0};
  blt_status status = bytes ? read_arrow(ctx, bytes, good[way].len, &o, &t, &err)
                            : read_arrow(ctx, data + 1, size - 1, &o, &t, &err);
  if (status == BLT_OK && blt_table_rows(t) < 100000)
    write_back(ctx, t, &ways[way]);
  else if (status != BLT_OK)
    check(err.message[0] != 0, "a failure without a message");
  blt_table_release(t);
  check(blt_ctx_memory_used(ctx) == 0, "memory is left over");
  blt_ctx_release(ctx);
  free(bytes);
  return 0;
}
