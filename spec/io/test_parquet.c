/* Parquet written and read back: values, threads, cut and damaged files, refused memory, bombs. */
#include "check.h"
#include "io/columnar/pick.h"
#include "parquet_table.h"

static blt_ctx *ctx;
static blt_error err;
static const blt_parquet_options all;
static const read_columns_fn ways[] = {read_columns, read_lazily}; /* into memory, and when somebody asks */

static void all_values_come_back(void) {
  static const blt_codec codecs[] = {BLT_CODEC_NONE, BLT_CODEC_ZSTD,   BLT_CODEC_SNAPPY,
                                     BLT_CODEC_GZIP, BLT_CODEC_BROTLI, BLT_CODEC_LZ4_RAW};
  static const uint32_t rows[] = {0, 1, 7, 100, 5000, 140000};
  filed f = {0};
  for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    uint32_t codec = rows[i] > 5000 ? 1 : i;
    blt_table *t = random_columns(ctx, i + 1, rows[i]), *back = NULL;
    char why[160] = "";
    REQUIRE(t && write_columns(ctx, t, codecs[codec], BLT_BLOCK_ROWS, &f, &err) == BLT_OK);
    for (uint32_t way = 0; way < 2; way++) {
      CHECK_AT(ways[way](ctx, f.bytes, f.len, &all, &back, &err) == BLT_OK, "%u rows: %s", rows[i],
               err.message);
      CHECK_AT(back && same_values(t, back, why), "%u rows: %s", rows[i], why);
      CHECK(back && blt_table_validate(back, &err) == BLT_OK);
      blt_table_release(back);
      back = NULL;
    }
    blt_table_release(t);
  }
  free(f.bytes);
}

static void threads_change_nothing(void) {
  blt_ctx *many = blt_ctx_new();
  blt_ctx_set_threads(ctx, 1);
  blt_ctx_set_threads(many, 3);
  blt_table *a = random_columns(ctx, 9, 200000), *b = random_columns(many, 9, 200000);
  filed f = {0}, g = {0};
  CHECK(write_columns(ctx, a, BLT_CODEC_ZSTD, 1, &f, &err) == BLT_OK);
  CHECK(write_columns(many, b, BLT_CODEC_ZSTD, 1, &g, &err) == BLT_OK);
  CHECK(f.len == g.len && memcmp(f.bytes, g.bytes, f.len) == 0);
  blt_table_release(a);
  blt_table_release(b);
  blt_ctx_release(many);
  free(f.bytes);
  free(g.bytes);
}

static void a_cut_file_is_refused(void) {
  blt_table *t = random_columns(ctx, 3, 20), *back = NULL;
  filed f = {0};
  REQUIRE(write_columns(ctx, t, BLT_CODEC_SNAPPY, 1, &f, &err) == BLT_OK);
  for (size_t len = 0; len < f.len; len++) {
    for (uint32_t way = 0; way < 2; way++)
      CHECK_AT(ways[way](ctx, f.bytes, len, &all, &back, &err) == BLT_EFORMAT && err.message[0],
               "of %zu bytes %zu were read", f.len, len);
  }
  blt_table_release(t);
  free(f.bytes);
}

/* Each bit of each byte, and all of them at once: an error, or the same values. */
static void damage_is_told(void) {
  static const blt_codec codecs[] = {BLT_CODEC_NONE, BLT_CODEC_ZSTD};
  filed f = {0};
  for (uint32_t k = 0; k < 3; k++) {
    blt_table *t = random_columns(ctx, 4 + k, 12);
    REQUIRE(write_columns(ctx, t, codecs[k % 2], 1, &f, &err) == BLT_OK);
    char *bytes = malloc(f.len);
    uint32_t read = 0;
    for (size_t at = 0; at < f.len; at++)
      for (uint32_t bit = 0; bit < 9; bit++) {
        blt_table *back = NULL;
        char why[160];
        memcpy(bytes, f.bytes, f.len);
        bytes[at] = (char)(bytes[at] ^ (bit == 8 ? 0xff : 1 << bit));
        if (ways[k / 2](ctx, bytes, f.len, &all, &back, &err) != BLT_OK) continue;
        CHECK_AT(same_values(t, back, why), "byte %zu of %zu, bit %u: %s", at, f.len, bit, why);
        blt_table_release(back);
        read++;
      }
    CHECK_AT(read < f.len / 2, "%u of %zu were not told", read, f.len * 9);
    free(bytes);
    blt_table_release(t);
  }
  free(f.bytes);
}

static void refused_memory_leaves_nothing(void) {
  blt_ctx *c = blt_ctx_new();
  blt_ctx_set_threads(c, 1);
  blt_table *t = random_columns(c, 5, 300), *back = NULL;
  filed f = {0};
  size_t held = blt_ctx_memory_used(c);
  blt_status status = BLT_ENOMEM;
  for (uint64_t n = 1; status != BLT_OK && n < 5000; n++) {
    blt_ctx_fail_allocation(c, n);
    status = write_columns(c, t, BLT_CODEC_ZSTD, 1, &f, &err);
    blt_ctx_fail_allocation(c, 0);
    CHECK_AT(status == BLT_OK || status == BLT_ENOMEM, "%s", err.message);
    CHECK_INT(blt_ctx_memory_used(c), held);
  }
  CHECK(status == BLT_OK);
  for (uint32_t way = 0; way < 2; way++) {
    status = BLT_ENOMEM;
    for (uint64_t n = 1; status != BLT_OK && n < 5000; n++) {
      blt_ctx_fail_allocation(c, n);
      status = ways[way](c, f.bytes, f.len, &all, &back, &err);
      blt_ctx_fail_allocation(c, 0);
      CHECK_AT(status == BLT_OK || status == BLT_ENOMEM, "%s", err.message);
      if (status != BLT_OK) CHECK_INT(blt_ctx_memory_used(c), held);
    }
    CHECK(status == BLT_OK);
    blt_table_release(back);
    back = NULL;
  }
  blt_table_release(t);
  CHECK_INT(blt_ctx_memory_used(c), 0);
  blt_ctx_release(c);
  free(f.bytes);
}

/* A megabyte of zeros in each of a hundred rows takes few bytes: it is refused where memory ends. */
static void a_bomb_ends_at_the_limit(void) {
  blt_field field = {"s", {.id = BLT_STRING}};
  blt_schema *schema = NULL;
  blt_table *t = NULL, *back = NULL;
  char *text = calloc(1, 1 << 20);
  filed f = {0};
  REQUIRE(blt_schema_new(ctx, &field, 1, NULL, 0, false, &schema, &err) == BLT_OK);
  REQUIRE(blt_table_new(ctx, schema, &t, &err) == BLT_OK);
  for (uint32_t i = 0; i < 100; i++) {
    memcpy(text, &i, 4);
    blt_value v = {.type = field.type, .u.s = {text, 1 << 20}};
    REQUIRE(blt_table_append(t, &v, &err) == BLT_OK);
  }
  REQUIRE(write_columns(ctx, t, BLT_CODEC_ZSTD, 1, &f, &err) == BLT_OK);
  CHECK(f.len < 1 << 20);
  blt_ctx *small = blt_ctx_new();
  blt_ctx_set_memory_limit(small, 16 << 20);
  for (uint32_t way = 0; way < 2; way++)
    CHECK(ways[way](small, f.bytes, f.len, &all, &back, &err) == BLT_ENOMEM);
  CHECK_INT(blt_ctx_memory_used(small), 0);
  blt_ctx_release(small);
  blt_table_release(t);
  blt_schema_free(schema);
  free(text);
  free(f.bytes);
}

/* Tables of all sizes, of bytes that end at the end of their memory. */
static void bytes_stand_for_others(void) {
  for (uint32_t entries = 1; entries <= 300; entries += entries < 20 ? 1 : 27) {
    uint8_t *table = malloc(entries);
    for (uint32_t i = 0; i < entries; i++) table[i] = (uint8_t)(i * 37 + entries);
    for (uint32_t n = 0; n < 1300; n = n * 3 / 2 + 1) {
      uint8_t *codes = malloc(n + 1), *out = malloc(n + 1);
      uint32_t wrong = 0, most = entries < 256 ? entries : 256;
      for (uint32_t i = 0; i < n; i++) codes[i] = (uint8_t)((i * 101 + n) % most);
      out[n] = 77;
      blt_pick_bytes(table, entries, codes, n, out);
      for (uint32_t i = 0; i < n; i++) wrong += out[i] != table[codes[i]];
      CHECK_AT(wrong == 0 && out[n] == 77, "%u of %u values, %u entries", wrong, n, entries);
      free(codes);
      free(out);
    }
    free(table);
  }
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(bytes_stand_for_others);
  RUN(all_values_come_back);
  RUN(threads_change_nothing);
  RUN(a_cut_file_is_refused);
  RUN(damage_is_told);
  RUN(refused_memory_leaves_nothing);
  RUN(a_bomb_ends_at_the_limit);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
