/* Arrow written and read back: values, threads, cut and damaged files, refused memory, bombs. */
#include "column_files.h"
#include "arrow_table.h"
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

static column_file of_way(uint32_t way) {
  return (column_file){write_way, &ways[way], read_arrow};
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
