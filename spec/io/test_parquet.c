/* Parquet written and read back: values, threads, cut and damaged files, refused memory, bombs. */
#include "column_files.h"
#include "io/columnar/pick.h"

/* How a file is compressed, and how many rows a row group has at least. */
typedef struct packing {
  blt_codec codec;
  uint64_t row_group;
} packing;

static blt_status write_packed(blt_ctx *c, blt_table *t, const void *way, filed *out, blt_error *e) {
  const packing *p = way;
  return write_columns(c, t, p->codec, p->row_group, out, e);
}

enum { READS = 2 };

/* Into memory, and when somebody asks. */
static column_file of_way(const packing *p, uint32_t read) {
  return (column_file){.write = write_packed, .way = p, .read = read ? read_lazily : read_columns};
}

static const packing zstd = {BLT_CODEC_ZSTD, 1}, snappy = {BLT_CODEC_SNAPPY, 1}, plain = {BLT_CODEC_NONE, 1};

static void all_values_come_back(void) {
  static const packing packings[] = {{BLT_CODEC_NONE, BLT_BLOCK_ROWS},   {BLT_CODEC_ZSTD, BLT_BLOCK_ROWS},
                                     {BLT_CODEC_SNAPPY, BLT_BLOCK_ROWS}, {BLT_CODEC_GZIP, BLT_BLOCK_ROWS},
                                     {BLT_CODEC_BROTLI, BLT_BLOCK_ROWS}, {BLT_CODEC_LZ4_RAW, BLT_BLOCK_ROWS}};
  static const uint32_t rows[] = {0, 1, 7, 100, 5000, 140000};
  for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (uint32_t read = 0; read < READS; read++) {
      column_file k = of_way(&packings[rows[i] > 5000 ? 1 : i], read);
      values_come_back(&k, i + 1, rows[i]);
    }
}

static void threads_change_nothing(void) {
  column_file k = of_way(&zstd, 0);
  threads_write_the_same(&k);
}

static void a_cut_file_is_refused(void) {
  for (uint32_t read = 0; read < READS; read++) {
    column_file k = of_way(&snappy, read);
    beginnings_are_refused(&k, 0);
  }
}

static void damage_is_told(void) {
  column_file ways[] = {of_way(&plain, 0), of_way(&zstd, 0), of_way(&plain, 1)};
  for (uint32_t i = 0; i < 3; i++) damage_harms_nothing(&ways[i], 4 + i, true);
}

static void refused_memory_leaves_nothing(void) {
  for (uint32_t read = 0; read < READS; read++) {
    column_file k = of_way(&zstd, read);
    refused_memory_is_left(&k);
  }
}

static void a_bomb_ends_at_the_limit(void) {
  for (uint32_t read = 0; read < READS; read++) {
    column_file k = of_way(&zstd, read);
    a_bomb_is_refused(&k);
  }
}

static void a_large_dictionary_stays_one(void) {
  static const packing one = {BLT_CODEC_ZSTD, 1 << 20};
  column_file k = of_way(&one, 0);
  words_stay_codes(&k);
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
  RUN(a_large_dictionary_stays_one);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
