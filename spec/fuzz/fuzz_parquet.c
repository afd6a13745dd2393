/* Any bytes as a Parquet file, and a good file with edits: no crash, no leak, a valid table or an error,
 * which is written and read back. The first byte chooses the options; edits are of two bytes of offset and
 * four of contents. */
#include "../support/parquet_table.h"

static filed good;

static void check(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

static void make_good(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_error err;
  blt_table *t = random_columns(ctx, 1, 100);
  check(t && write_columns(ctx, t, BLT_CODEC_NONE, 1, &good, &err) == BLT_OK, "no good file");
  blt_table_release(t);
  blt_ctx_release(ctx);
}

/* The good file with its checksum forgotten, and the edits. */
static char *edited(const uint8_t *data, size_t size) {
  char *bytes = malloc(good.len);
  memcpy(bytes, good.bytes, good.len);
  char *key = memmem(bytes, good.len, "blotter.footer", 14);
  if (key) *key = 'B';
  for (; size >= 6; data += 6, size -= 6) {
    size_t at = (data[0] | (size_t)data[1] << 8) % good.len;
    for (size_t i = 0; i < 4 && at + i < good.len; i++) bytes[at + i] = (char)data[2 + i];
  }
  return bytes;
}

static void write_back(blt_ctx *ctx, blt_table *t) {
  filed f = {0};
  blt_error err;
  blt_table *back = NULL;
  blt_parquet_options all = {0};
  char why[160] = "";
  check(blt_table_validate(t, &err) == BLT_OK, err.message);
  check(write_columns(ctx, t, BLT_CODEC_ZSTD, 1, &f, &err) == BLT_OK, err.message);
  check(read_columns(ctx, f.bytes, f.len, &all, &back, &err) == BLT_OK, err.message);
  check(same_values(t, back, why), why);
  blt_table_release(back);
  free(f.bytes);
}

/* What is read block by block is what was read at once. */
static void read_again(blt_ctx *ctx, const char *bytes, size_t len, const blt_parquet_options *o,
                       blt_status before, blt_table *t) {
  blt_table *lazy = NULL;
  blt_error err = {0};
  char why[160] = "";
  if (t && blt_table_rows(t) >= 100000) return;
  blt_status status = read_lazily(ctx, bytes, len, o, &lazy, &err);
  check(status == BLT_OK || err.message[0] != 0, "a failure without a message");
  check(before == BLT_OK || status != BLT_OK, "block by block something was read that at once was not");
  if (status == BLT_OK) check(same_values(t, lazy, why), why);
  blt_table_release(lazy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1) return 0;
  if (!good.bytes) make_good();
  blt_parquet_options o = {
      .flatten = data[0] & 1, .binary = data[0] & 2, .cut = data[0] & 4, .skip = data[0] & 8};
  bool edit = data[0] & 16;
  char *bytes = edit ? edited(data + 1, size - 1) : NULL;
  blt_ctx *ctx = blt_ctx_new();
  blt_ctx_set_threads(ctx, 1);
  blt_ctx_set_memory_limit(ctx, 256 << 20);
  blt_table *t = NULL;
  blt_error err = {0};
  blt_status status = edit ? read_columns(ctx, bytes, good.len, &o, &t, &err)
                           : read_columns(ctx, data + 1, size - 1, &o, &t, &err);
  if (status == BLT_OK && blt_table_rows(t) < 100000)
    write_back(ctx, t);
  else if (status != BLT_OK)
    check(err.message[0] != 0, "a failure without a message");
  read_again(ctx, edit ? bytes : (const char *)data + 1, edit ? good.len : size - 1, &o, status, t);
  blt_table_release(t);
  check(blt_ctx_memory_used(ctx) == 0, "memory is left over");
  blt_ctx_release(ctx);
  free(bytes);
  return 0;
}
