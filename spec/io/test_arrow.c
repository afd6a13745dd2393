/* Arrow written and read back: values, threads, cut and damaged files, refused memory, bombs. */
#include "column_files.h"
#include "arrow_table.h"
#include "io/arrow/arrow_batches.h"
#include "store/table/change.h"

static blt_status write_way(blt_ctx *c, blt_table *t, const void *way, filed *out, blt_error *e) {
  return write_arrow(c, t, way, out, e);
}

static const blt_arrow_write_options ways[] = {{.codec = BLT_CODEC_NONE},
                                               {.codec = BLT_CODEC_ZSTD},
                                               {.codec = BLT_CODEC_LZ4_FRAME},
                                               {.stream = true},
                                               {.stream = true, .codec = BLT_CODEC_ZSTD},
                                               {.plain = true}};

/* Batches are read in slices, as large ones are. */
static blt_status read_slices(blt_ctx *c, const void *bytes, size_t len, const blt_parquet_options *o,
                              blt_table **out, blt_error *e) {
  blt_source *s = NULL;
  blt_parquet_result result = {0};
  blt_status status = blt_source_memory(c, bytes, len, &s, e);
  if (status == BLT_OK) status = blt_arrow_read_slices(c, s, o, 8, &result, e);
  blt_source_close(s);
  if (status == BLT_OK) *out = result.table;
  if (status == BLT_OK) blt_parquet_result_free(c, &result);
  return status;
}

static column_file of_way(uint32_t way) {
  return (column_file){.write = write_way, .way = &ways[way], .read = read_arrow};
}

static column_file in_slices(uint32_t way) {
  return (column_file){.write = write_way, .way = &ways[way], .read = read_slices};
}

static void all_values_come_back(void) {
  static const uint32_t rows[] = {0, 1, 7, 100, 5000, 140000};
  for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (uint32_t w = 0; w < (rows[i] > 5000 ? 2 : 6); w++) {
      column_file k = of_way(w);
      values_come_back(&k, i + 1, rows[i]);
    }
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

static void large_batches_are_read_in_slices(void) {
  static const uint32_t rows[] = {1, 8, 9, 500, 70000};
  for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (uint32_t w = 0; w < (rows[i] > 5000 ? 1 : 6); w++) {
      column_file k = in_slices(w);
      values_come_back(&k, i + 1, rows[i]);
    }
  column_file plain = in_slices(5), coded = in_slices(3);
  refused_memory_is_left(&plain);
  words_stay_codes(&coded);
}

/* What Polars wrote: views of texts in several buffers, nulls, booleans; and every damage of it. */
static void views_are_read_in_slices(void) {
  static char bytes[1 << 16];
  FILE *file = fopen("spec/io/arrow/uncompressed.arrow", "rb");
  size_t len = file ? fread(bytes, 1, sizeof bytes, file) : 0;
  blt_table *whole = NULL, *back = NULL;
  char why[160] = "";
  REQUIRE(len && len < sizeof bytes && fclose(file) == 0);
  REQUIRE(read_arrow(ctx, bytes, len, &all, &whole, &err) == BLT_OK);
  CHECK_AT(read_slices(ctx, bytes, len, &all, &back, &err) == BLT_OK, "%s", err.message);
  CHECK_AT(back && blt_table_rows(back) > 8 && same_values(whole, back, why), "%s", why);
  blt_table_release(back);
  for (size_t at = 0; at < len; at++) {
    bytes[at] = (char)(bytes[at] ^ 0xff);
    if (read_slices(ctx, bytes, len, &all, &back, &err) == BLT_OK) {
      CHECK_AT(blt_table_validate(back, &err) == BLT_OK, "byte %zu: %s", at, err.message);
      blt_table_release(back);
    }
    bytes[at] = (char)(bytes[at] ^ 0xff);
  }
  blt_table_release(whole);
}

static void threads_change_nothing(void) {
  column_file k = of_way(1);
  threads_write_the_same(&k);
}

/* A file is refused; of a stream the batches that are whole are read. */
static void what_is_cut_is_told(void) {
  column_file file = of_way(0), stream = of_way(3);
  beginnings_are_refused(&file, 0);
  beginnings_are_refused(&stream, 12);
}

static void damage_is_survived(void) {
  for (uint32_t w = 0; w < 5; w++) {
    column_file k = of_way(w);
    damage_harms_nothing(&k, 4 + w, false);
  }
  column_file plain = in_slices(5);
  damage_harms_nothing(&plain, 3, false);
}

static void refused_memory_leaves_nothing(void) {
  column_file k = of_way(1);
  refused_memory_is_left(&k);
}

static void a_bomb_ends_at_the_limit(void) {
  column_file k = of_way(1);
  a_bomb_is_refused(&k);
}

static void a_large_dictionary_stays_one(void) {
  column_file file = of_way(0), stream = of_way(3);
  words_stay_codes(&file);
  words_stay_codes(&stream);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(all_values_come_back);
  RUN(deleted_rows_are_left_out);
  RUN(large_batches_are_read_in_slices);
  RUN(views_are_read_in_slices);
  RUN(threads_change_nothing);
  RUN(what_is_cut_is_told);
  RUN(damage_is_survived);
  RUN(refused_memory_leaves_nothing);
  RUN(a_bomb_ends_at_the_limit);
  RUN(a_large_dictionary_stays_one);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
