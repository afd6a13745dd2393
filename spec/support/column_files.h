/* column_files.h: what is tried with every format that keeps columns: values that come back, files that are
 * cut, damaged or large when unpacked, refused memory. A test that includes it has a context `ctx` and an
 * error `err`.
 */
#ifndef BLOTTER_SPEC_COLUMN_FILES_H
#define BLOTTER_SPEC_COLUMN_FILES_H

#include "check.h"
#include "parquet_table.h"

/* One way to write a table and to read it. */
typedef struct column_file {
  blt_status (*write)(blt_ctx *ctx, blt_table *t, const void *way, filed *out, blt_error *err);
  const void *way;
  read_columns_fn read;
} column_file;

static blt_ctx *ctx;
static blt_error err;
static const blt_parquet_options all;

static inline blt_status read_all(const column_file *k, blt_ctx *c, const void *bytes, size_t len,
                                  blt_table **out) {
  *out = NULL;
  return k->read(c, bytes, len, &all, out, &err);
}

static inline void values_come_back(const column_file *k, uint64_t seed, uint32_t rows) {
  blt_table *t = random_columns(ctx, seed, rows), *back = NULL;
  filed f = {0};
  char why[160] = "";
  REQUIRE(t && k->write(ctx, t, k->way, &f, &err) == BLT_OK);
  CHECK_AT(read_all(k, ctx, f.bytes, f.len, &back) == BLT_OK, "%u rows: %s", rows, err.message);
  CHECK_AT(back && same_values(t, back, why), "%u rows: %s", rows, why);
  CHECK(back && blt_table_validate(back, &err) == BLT_OK);
  blt_table_release(back);
  blt_table_release(t);
  free(f.bytes);
}

static inline void threads_write_the_same(const column_file *k) {
  blt_ctx *one = blt_ctx_new(), *many = blt_ctx_new();
  blt_ctx_set_threads(one, 1);
  blt_ctx_set_threads(many, 3);
  blt_table *a = random_columns(one, 9, 200000), *b = random_columns(many, 9, 200000);
  filed f = {0}, g = {0};
  CHECK(k->write(one, a, k->way, &f, &err) == BLT_OK && k->write(many, b, k->way, &g, &err) == BLT_OK);
  CHECK(f.len == g.len && memcmp(f.bytes, g.bytes, f.len) == 0);
  blt_table_release(a);
  blt_table_release(b);
  blt_ctx_release(one);
  blt_ctx_release(many);
  free(f.bytes);
  free(g.bytes);
}

/* Every beginning of a small file is refused, but for `most` of them, which then have fewer rows. */
static inline void beginnings_are_refused(const column_file *k, uint32_t most) {
  blt_table *t = random_columns(ctx, 3, 20), *back;
  filed f = {0};
  uint32_t read = 0;
  REQUIRE(k->write(ctx, t, k->way, &f, &err) == BLT_OK);
  for (size_t len = 0; len < f.len; len++) {
    blt_status status = read_all(k, ctx, f.bytes, len, &back);
    CHECK_AT((status == BLT_EFORMAT && err.message[0]) || (status == BLT_OK && most), "of %zu bytes %zu: %s",
             f.len, len, err.message);
    read += status == BLT_OK;
    blt_table_release(back);
  }
  CHECK_AT(read <= most, "%u beginnings were read", read);
  blt_table_release(t);
  free(f.bytes);
}

/* Each bit of each byte of a small file, and all of them at once: an error, or a table that holds together;
 * the same values when the format says so (`told`), which then tells more than half of all damage. */
static inline void damage_harms_nothing(const column_file *k, uint64_t seed, bool told) {
  blt_table *t = random_columns(ctx, seed, 12), *back;
  filed f = {0};
  uint64_t read = 0;
  REQUIRE(k->write(ctx, t, k->way, &f, &err) == BLT_OK);
  char *bytes = malloc(f.len);
  for (size_t at = 0; at < f.len; at++)
    for (uint32_t bit = 0; bit < 9; bit++) {
      char why[160] = "";
      memcpy(bytes, f.bytes, f.len);
      bytes[at] = (char)(bytes[at] ^ (bit == 8 ? 0xff : 1 << bit));
      if (read_all(k, ctx, bytes, f.len, &back) != BLT_OK) continue;
      CHECK_AT(blt_table_validate(back, &err) == BLT_OK, "byte %zu of %zu: %s", at, f.len, err.message);
      CHECK_AT(!told || same_values(t, back, why), "byte %zu of %zu, bit %u: %s", at, f.len, bit, why);
      blt_table_release(back);
      read++;
    }
  CHECK_AT(!told || read < f.len / 2, "%llu of %zu were not told", (unsigned long long)read, f.len * 9);
  free(bytes);
  blt_table_release(t);
  free(f.bytes);
}

typedef struct attempt {
  const column_file *k;
  blt_ctx *c;
  blt_table *t, *back;
  filed f;
} attempt;

static inline blt_status try_writing(attempt *a) {
  return a->k->write(a->c, a->t, a->k->way, &a->f, &err);
}

static inline blt_status try_reading(attempt *a) {
  return read_all(a->k, a->c, a->f.bytes, a->f.len, &a->back);
}

/* Refuses the first allocation, the second, and so on until all are given. */
static inline void refuse_each(attempt *a, blt_status (*act)(attempt *)) {
  size_t held = blt_ctx_memory_used(a->c);
  blt_status status = BLT_ENOMEM;
  for (uint64_t n = 1; status != BLT_OK && n < 5000; n++) {
    blt_ctx_fail_allocation(a->c, n);
    status = act(a);
    blt_ctx_fail_allocation(a->c, 0);
    CHECK_AT(status == BLT_OK || status == BLT_ENOMEM, "%s", err.message);
    if (status != BLT_OK) CHECK_INT(blt_ctx_memory_used(a->c), held);
  }
  CHECK(status == BLT_OK);
}

static inline void refused_memory_is_left(const column_file *k) {
  attempt a = {.k = k, .c = blt_ctx_new()};
  blt_ctx_set_threads(a.c, 1);
  a.t = random_columns(a.c, 5, 300);
  size_t held = blt_ctx_memory_used(a.c);
  refuse_each(&a, try_writing);
  CHECK_INT(blt_ctx_memory_used(a.c), held);
  refuse_each(&a, try_reading);
  blt_table_release(a.back);
  blt_table_release(a.t);
  CHECK_INT(blt_ctx_memory_used(a.c), 0);
  blt_ctx_release(a.c);
  free(a.f.bytes);
}

/* A table of one column of strings; the text of row i is what `text` has after `put(text, i)`. */
static inline blt_table *texts_table(uint32_t rows, char *text, uint32_t len,
                                     void (*put)(char *text, uint32_t row)) {
  blt_field field = {"s", {.id = BLT_STRING}};
  blt_schema *schema = NULL;
  blt_table *t = NULL;
  CHECK(blt_schema_new(ctx, &field, 1, NULL, 0, false, &schema, &err) == BLT_OK);
  CHECK(schema && blt_table_new(ctx, schema, &t, &err) == BLT_OK);
  for (uint32_t i = 0; t && i < rows; i++) {
    put(text, i);
    blt_value v = {.type = field.type, .u.s = {text, len}};
    CHECK(blt_table_append(t, &v, &err) == BLT_OK);
  }
  blt_schema_free(schema);
  return t;
}

static inline void put_number(char *text, uint32_t row) {
  memcpy(text, &row, 4);
}

/* A megabyte of zeros in each of two hundred rows takes few bytes: it is refused where memory ends. */
static inline void a_bomb_is_refused(const column_file *k) {
  char *text = calloc(1, 1 << 20);
  blt_table *t = texts_table(200, text, 1 << 20, put_number), *back;
  blt_ctx *small = blt_ctx_new();
  filed f = {0};
  blt_ctx_set_memory_limit(small, 16 << 20);
  REQUIRE(k->write(ctx, t, k->way, &f, &err) == BLT_OK);
  CHECK(f.len < 1 << 20);
  CHECK(read_all(k, small, f.bytes, f.len, &back) == BLT_ENOMEM);
  CHECK_INT(blt_ctx_memory_used(small), 0);
  blt_ctx_release(small);
  blt_table_release(t);
  free(text);
  free(f.bytes);
}

#define WORDS 70000u /* more than a block has rows */

static inline void put_word(char *text, uint32_t row) {
  snprintf(text, 9, "%08u", row % WORDS);
}

/* A dictionary that comes before its rows has more entries than the first block has rows, and all repeat. */
static inline void words_stay_codes(const column_file *k) {
  char text[9];
  blt_table *t = texts_table(3 * WORDS, text, 8, put_word), *back = NULL;
  blt_view *v = NULL;
  filed f = {0};
  REQUIRE(t && k->write(ctx, t, k->way, &f, &err) == BLT_OK);
  REQUIRE(read_all(k, ctx, f.bytes, f.len, &back) == BLT_OK && blt_table_view(back, &v, &err) == BLT_OK);
  for (uint32_t g = 0; g < v->ngroups; g++) {
    const blt_block *b = NULL;
    CHECK(blt_view_block(v, 0, g, &b, &err) == BLT_OK);
    CHECK_AT(b && b->enc == BLT_ENC_DICT, "block %u has encoding %u", g, b ? b->enc : 0);
  }
  CHECK_INT(v->columns[0].dict->count, WORDS);
  blt_view_release(v);
  blt_table_release(back);
  blt_table_release(t);
  free(f.bytes);
}

#endif
