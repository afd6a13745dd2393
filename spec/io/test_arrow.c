/* Arrow written and read back: values, threads, cut and damaged files, refused memory, bombs. */
#include "check.h"
#include "arrow_table.h"
#include "store/table/change.h"

static blt_ctx *ctx;
static blt_error err;
static const blt_parquet_options all;

static const blt_arrow_write_options ways[] = {{.codec = BLT_CODEC_NONE},
                                               {.codec = BLT_CODEC_ZSTD},
                                               {.codec = BLT_CODEC_LZ4_FRAME},
                                               {.stream = true},
                                               {.stream = true, .codec = BLT_CODEC_ZSTD},
                                               {.plain = true}};

static void all_values_come_back(void) {
  static const uint32_t rows[] = {0, 1, 7, 100, 5000, 140000};
  filed f = {0};
  for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    blt_table *t = random_columns(ctx, i + 1, rows[i]);
    for (uint32_t w = 0; t && w < (rows[i] > 5000 ? 2 : 6); w++) {
      blt_table *back = NULL;
      char why[160] = "";
      CHECK_AT(write_arrow(ctx, t, &ways[w], &f, &err) == BLT_OK, "%s", err.message);
      CHECK_AT(read_arrow(ctx, f.bytes, f.len, &all, &back, &err) == BLT_OK, "%u rows, way %u: %s", rows[i],
               w, err.message);
      CHECK_AT(back && same_values(t, back, why), "%u rows, way %u: %s", rows[i], w, why);
      CHECK(back && blt_table_validate(back, &err) == BLT_OK);
      blt_table_release(back);
    }
    blt_table_release(t);
  }
  free(f.bytes);
}

/* Only rows that live are written, and only entries that they have. */
static void deleted_rows_are_left_out(void) {
  blt_table *t = random_columns(ctx, 21, 70000), *back = NULL;
  filed f = {0};
  uint64_t kept = 0, ndropped = 0, *dropped = malloc(70000 * sizeof *dropped);
  blt_view *v = NULL, *w = NULL;
  uint64_t *marks = calloc(70000 / 64 + 1, 8);
  REQUIRE(t && marks && dropped);
  for (uint32_t i = 0; i < 70000; i++) {
    bool drop = i % 3 == 0 || i > 69000;
    if (!drop) continue;
    marks[i / 64] |= UINT64_C(1) << (i & 63);
    dropped[ndropped++] = i;
  }
  REQUIRE(blt_table_delete(t, dropped, ndropped, &kept, &err) == BLT_OK);
  kept = 70000 - ndropped;
  REQUIRE(write_arrow(ctx, t, &ways[0], &f, &err) == BLT_OK);
  REQUIRE(read_arrow(ctx, f.bytes, f.len, &all, &back, &err) == BLT_OK);
  CHECK_INT(blt_table_rows(back), kept);
  REQUIRE(blt_table_view(t, &v, &err) == BLT_OK && blt_table_view(back, &w, &err) == BLT_OK);
  uint64_t at = 0, differ = 0;
  for (uint32_t i = 0; i < 70000; i++) {
    if (marks[i / 64] >> (i & 63) & 1) continue;
    for (uint32_t c = 0; c < v->ncols; c++) {
      blt_value p = cell_of(v, c, i / BLT_BLOCK_ROWS, i % BLT_BLOCK_ROWS), q = cell_of(w, c, 0, (uint32_t)at);
      differ += p.null != q.null;
      if (p.null || q.null) continue;
      if (p.type.id == BLT_STRING)
        differ += p.u.s.len != q.u.s.len || memcmp(p.u.s.s, q.u.s.s, p.u.s.len) != 0;
      else if (p.type.id != BLT_FLOAT64 || p.u.f == p.u.f)
        differ += p.u.i != q.u.i;
    }
    at++;
  }
  CHECK_INT(differ, 0);
  blt_view_release(v);
  blt_view_release(w);
  blt_table_release(t);
  blt_table_release(back);
  free(marks);
  free(dropped);
  free(f.bytes);
}

static void threads_change_nothing(void) {
  blt_ctx *many = blt_ctx_new();
  blt_ctx_set_threads(ctx, 1);
  blt_ctx_set_threads(many, 3);
  blt_table *a = random_columns(ctx, 9, 200000), *b = random_columns(many, 9, 200000);
  filed f = {0}, g = {0};
  CHECK(write_arrow(ctx, a, &ways[1], &f, &err) == BLT_OK);
  CHECK(write_arrow(many, b, &ways[1], &g, &err) == BLT_OK);
  CHECK(f.len == g.len && memcmp(f.bytes, g.bytes, f.len) == 0);
  blt_table_release(a);
  blt_table_release(b);
  blt_ctx_release(many);
  free(f.bytes);
  free(g.bytes);
}

/* A file is refused; of a stream the batches that are whole are read. */
static void what_is_cut_is_told(void) {
  for (uint32_t w = 0; w < 4; w += 3) {
    blt_table *t = random_columns(ctx, 3, 20), *back = NULL;
    filed f = {0};
    REQUIRE(write_arrow(ctx, t, &ways[w], &f, &err) == BLT_OK);
    uint32_t read = 0;
    for (size_t len = 0; len < f.len; len++) {
      blt_status status = read_arrow(ctx, f.bytes, len, &all, &back, &err);
      CHECK_AT(status == BLT_EFORMAT || (status == BLT_OK && ways[w].stream), "of %zu bytes %zu were read",
               f.len, len);
      if (status != BLT_OK) continue;
      read++;
      blt_table_release(back);
    }
    CHECK_AT(read <= 12, "%u beginnings were read", read);
    blt_table_release(t);
    free(f.bytes);
  }
}

/* A bit of each byte, and all of them at once: an error, or a table that holds together. */
static void damage_harms_nothing(void) {
  filed f = {0};
  for (uint32_t w = 0; w < 5; w++) {
    blt_table *t = random_columns(ctx, 4 + w, 12);
    REQUIRE(write_arrow(ctx, t, &ways[w], &f, &err) == BLT_OK);
    char *bytes = malloc(f.len);
    for (size_t at = 0; at < f.len; at++)
      for (uint32_t all_bits = 0; all_bits < 2; all_bits++) {
        blt_table *back = NULL;
        memcpy(bytes, f.bytes, f.len);
        bytes[at] = (char)(bytes[at] ^ (all_bits ? 0xff : 1 << at % 8));
        if (read_arrow(ctx, bytes, f.len, &all, &back, &err) != BLT_OK) continue;
        CHECK_AT(blt_table_validate(back, &err) == BLT_OK, "byte %zu of %zu: %s", at, f.len, err.message);
        blt_table_release(back);
      }
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
    status = write_arrow(c, t, &ways[1], &f, &err);
    blt_ctx_fail_allocation(c, 0);
    CHECK_AT(status == BLT_OK || status == BLT_ENOMEM, "%s", err.message);
    CHECK_INT(blt_ctx_memory_used(c), held);
  }
  CHECK(status == BLT_OK);
  status = BLT_ENOMEM;
  for (uint64_t n = 1; status != BLT_OK && n < 5000; n++) {
    blt_ctx_fail_allocation(c, n);
    status = read_arrow(c, f.bytes, f.len, &all, &back, &err);
    blt_ctx_fail_allocation(c, 0);
    CHECK_AT(status == BLT_OK || status == BLT_ENOMEM, "%s", err.message);
    if (status != BLT_OK) CHECK_INT(blt_ctx_memory_used(c), held);
  }
  CHECK(status == BLT_OK);
  blt_table_release(back);
  blt_table_release(t);
  CHECK_INT(blt_ctx_memory_used(c), 0);
  blt_ctx_release(c);
  free(f.bytes);
}

/* Two hundred megabytes of one letter in few bytes: refused where memory ends, before they are made. */
static void a_bomb_ends_at_the_limit(void) {
  blt_field field = {"s", {.id = BLT_STRING}};
  blt_schema *schema = NULL;
  blt_table *t = NULL, *back = NULL;
  char *text = calloc(1, 1 << 20);
  filed f = {0};
  REQUIRE(blt_schema_new(ctx, &field, 1, NULL, 0, false, &schema, &err) == BLT_OK);
  REQUIRE(blt_table_new(ctx, schema, &t, &err) == BLT_OK);
  for (uint32_t i = 0; i < 200; i++) {
    memcpy(text, &i, 4);
    blt_value v = {.type = field.type, .u.s = {text, 1 << 20}};
    REQUIRE(blt_table_append(t, &v, &err) == BLT_OK);
  }
  REQUIRE(write_arrow(ctx, t, &ways[1], &f, &err) == BLT_OK);
  CHECK(f.len < 1 << 20);
  blt_ctx *small = blt_ctx_new();
  blt_ctx_set_memory_limit(small, 16 << 20);
  CHECK(read_arrow(small, f.bytes, f.len, &all, &back, &err) == BLT_ENOMEM);
  CHECK_INT(blt_ctx_memory_used(small), 0);
  blt_ctx_release(small);
  blt_table_release(t);
  blt_schema_free(schema);
  free(text);
  free(f.bytes);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(all_values_come_back);
  RUN(deleted_rows_are_left_out);
  RUN(threads_change_nothing);
  RUN(what_is_cut_is_told);
  RUN(damage_harms_nothing);
  RUN(refused_memory_leaves_nothing);
  RUN(a_bomb_ends_at_the_limit);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
