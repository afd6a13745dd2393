#include "storefile.h"
#include "store/table/change.h"
#include "store/database/db.h"
#include "store/table/index.h"
#include "store/table/stats.h"

#include <stdio.h>
#include <string.h>

static blt_status make_schema(blt_ctx *ctx, bool keyed, blt_schema **out, blt_error *err) {
  blt_field fields[] = {{"id", {.id = BLT_INT64}},
                        {"yes", {.id = BLT_BOOL}},
                        {"x", {.id = BLT_FLOAT64}},
                        {"price", {.id = BLT_DECIMAL, .precision = 9, .scale = 2}},
                        {"word", {.id = BLT_STRING}},
                        {"day", {.id = BLT_DATE}},
                        {"at", {.id = BLT_TIMESTAMP, .required = true}}};
  blt_key keys[] = {{1, {0}}, {2, {4, 5}}};
  return blt_schema_new(ctx, fields, 7, keys, keyed ? 2 : 0, keyed, out, err);
}

static blt_status add_rows(blt_table *t, int64_t first, int64_t n, blt_error *err) {
  const blt_schema *s = blt_table_schema(t);
  blt_status st = BLT_OK;
  for (int64_t i = first; st == BLT_OK && i < first + n; i++) {
    char word[32];
    int len = snprintf(word, sizeof word, "word %lld", (long long)(i % 50));
    blt_value row[7];
    for (uint32_t c = 0; c < 7; c++)
      row[c] = (blt_value){.null = c && c < 6 && (i + c) % 6 == 0, .type = s->fields[c].type};
    row[0].u.i = i;
    row[1].u.i = i % 3 == 0;
    row[2].u.f = i % 9 == 0 ? 0.0 / 0.0 : (double)i / 3;
    row[3].u.i = i * 17;
    row[4].u.s = (blt_str){word, (uint32_t)len};
    row[5].u.i = 10000 + i;
    row[6].u.i = INT64_C(1700000000000000) + i * 1000003;
    st = blt_table_append(t, row, err);
  }
  return st;
}

/* A table with a sealed group of constants and plain text, made whole. */
static blt_status add_group(blt_ctx *ctx, blt_db *db, blt_error *err) {
  blt_field fields[] = {
      {"text", {.id = BLT_STRING}}, {"one", {.id = BLT_INT64}}, {"wide", {.id = BLT_INT64}}};
  blt_schema *s;
  blt_table *t;
  blt_block *blocks[3] = {0};
  blt_str text[40];
  int64_t one[40], wide[40];
  uint64_t valid = 0xfffffffff7;
  for (int i = 0; i < 40; i++) {
    text[i] = (blt_str){&"plain text that is cut"[i % 9], (uint32_t)(i % 12)};
    one[i] = 1;
    wide[i] = i * INT64_C(100000000000);
  }
  blt_status st = blt_schema_new(ctx, fields, 3, NULL, 0, false, &s, err);
  if (st != BLT_OK) return st;
  st = blt_db_create(db, "text", s, &t, err);
  blt_schema_free(s);
  if (st == BLT_OK) st = blt_block_from_text(ctx, text, &valid, 40, &blocks[0], err);
  if (st == BLT_OK) st = blt_block_from_i64(ctx, one, NULL, 40, &blocks[1], err);
  if (st == BLT_OK) st = blt_block_from_i64(ctx, wide, &valid, 40, &blocks[2], err);
  return st == BLT_OK ? blt_table_add_group(t, blocks, 40, err) : st;
}

bool storefile_write(blt_ctx *ctx, simdisk *d, const char *path) {
  blt_error err;
  blt_db *db;
  blt_schema *s;
  blt_table *keyed, *sealed;
  uint64_t dead[] = {1, 5, 6}, gone;
  blt_db_options o = {.vfs = sim_vfs(d)};
  blt_status st = blt_db_open(ctx, path, &o, &db, &err);
  if (st != BLT_OK) return false;
  st = make_schema(ctx, true, &s, &err);
  if (st == BLT_OK) st = blt_db_create(db, "keyed", s, &keyed, &err);
  blt_schema_free(s);
  if (st == BLT_OK) st = add_rows(keyed, 0, 20, &err);
  if (st == BLT_OK) st = blt_db_commit(db, &err);
  if (st == BLT_OK) st = add_rows(keyed, 20, 9, &err);
  if (st == BLT_OK) st = blt_table_delete(keyed, dead, 3, &gone, &err);
  if (st == BLT_OK) st = add_group(ctx, db, &err);
  if (st == BLT_OK) st = blt_db_commit(db, &err);
  if (st == BLT_OK) st = make_schema(ctx, false, &s, &err);
  if (st == BLT_OK) {
    st = blt_db_create(db, "rows", s, &sealed, &err);
    blt_schema_free(s);
  }
  if (st == BLT_OK) st = add_rows(sealed, 0, 30, &err);
  if (st == BLT_OK) st = add_rows(keyed, 30, 1, &err);
  if (st == BLT_OK) st = blt_db_commit(db, &err);
  if (st == BLT_OK) st = blt_table_delete(blt_db_table(db, "text", 4), dead, 2, &gone, &err);
  if (st == BLT_OK) st = blt_db_commit(db, &err);
  blt_db_close(db);
  return st == BLT_OK;
}

/* ---- reading ---- */

static uint64_t mix(uint64_t h, const void *p, size_t n) {
  for (size_t i = 0; i < n; i++) h = (h ^ ((const uint8_t *)p)[i]) * UINT64_C(0x100000001b3);
  return h;
}

static blt_status read_table(blt_table *t, uint64_t *h, blt_error *err) {
  uint32_t ncols = blt_table_schema(t)->ncols;
  for (uint64_t r = 0; r < blt_table_all_rows(t); r++) {
    if (!blt_table_lives(t, r)) continue;
    for (uint32_t c = 0; c < ncols; c++) {
      blt_value v;
      blt_status st = blt_table_cell(t, c, r, &v, err);
      if (st != BLT_OK) return st;
      *h = mix(*h, &v.null, 1);
      if (!v.null && v.type.id == BLT_STRING) *h = mix(*h, v.u.s.s, v.u.s.len);
      if (!v.null && v.type.id != BLT_STRING) *h = mix(*h, &v.u.i, 8);
    }
  }
  for (uint32_t c = 0; c < ncols; c++) {
    blt_column_stats stats;
    blt_status st = blt_table_stats(t, c, &stats, err);
    if (st != BLT_OK) return st;
  }
  blt_status st = blt_table_validate(t, err);
  return st == BLT_OK ? blt_table_check_keys(t, err) : st;
}

blt_status storefile_read(blt_ctx *ctx, const blt_vfs *vfs, const char *path, uint64_t *digest,
                          blt_error *err) {
  blt_db_options o = {.vfs = vfs, .readonly = true};
  blt_db *db;
  blt_status st = blt_db_open(ctx, path, &o, &db, err);
  if (st != BLT_OK) return st;
  *digest = UINT64_C(0xcbf29ce484222325);
  for (uint32_t i = 0; st == BLT_OK && i < blt_db_count(db); i++) {
    *digest = mix(*digest, blt_db_name(db, i), strlen(blt_db_name(db, i)));
    st = read_table(blt_db_at(db, i), digest, err);
  }
  blt_db_close(db);
  return st;
}

static blt_status append_nulls(blt_table *t, blt_error *err) {
  blt_value row[BLT_MAX_KEY_COLUMNS];
  const blt_schema *s = blt_table_schema(t);
  if (s->ncols > BLT_MAX_KEY_COLUMNS) return BLT_OK;
  for (uint32_t c = 0; c < s->ncols; c++) {
    row[c] = (blt_value){.null = !s->fields[c].type.required, .type = s->fields[c].type, .u.i = 1};
    if (s->fields[c].type.id == BLT_STRING) row[c].u.s = (blt_str){"one", 3};
  }
  return blt_table_append(t, row, err);
}

blt_status storefile_change(blt_ctx *ctx, const blt_vfs *vfs, const char *path, blt_error *err) {
  blt_db_options o = {.vfs = vfs};
  blt_db *db;
  uint64_t first = 0, gone;
  blt_status st = blt_db_open(ctx, path, &o, &db, err);
  if (st != BLT_OK) return st;
  for (uint32_t i = 0; i < blt_db_count(db); i++) {
    blt_table *t = blt_db_at(db, i);
    append_nulls(t, err); /* may be refused */
    if (blt_table_all_rows(t)) blt_table_delete(t, &first, 1, &gone, err);
  }
  st = blt_db_commit(db, err);
  if (st == BLT_OK) st = blt_db_compact(db, err);
  blt_db_close(db);
  return st;
}

#define PACKED_ROWS 400

/* A table with a sealed group that a file keeps packed, each column in another way. */
static blt_status add_packed(blt_ctx *ctx, blt_db *db, blt_error *err) {
  blt_field fields[] = {{"few", {.id = BLT_INT64}},      {"rising", {.id = BLT_INT64}},
                        {"step", {.id = BLT_TIMESTAMP}}, {"price", {.id = BLT_FLOAT64}},
                        {"skewed", {.id = BLT_INT64}},   {"text", {.id = BLT_STRING}}};
  blt_schema *s;
  blt_table *t;
  blt_block *blocks[6] = {0};
  blt_str text[PACKED_ROWS];
  int64_t few[PACKED_ROWS], rising[PACKED_ROWS], step[PACKED_ROWS], skewed[PACKED_ROWS];
  double price[PACKED_ROWS];
  uint64_t valid[PACKED_ROWS / 64 + 1];
  for (int i = 0; i < PACKED_ROWS; i++) {
    few[i] = i % 5 * INT64_C(1000000000007);
    rising[i] = i * INT64_C(10000000019) + i % 3;
    step[i] = INT64_C(1700000000000000) + i * 7919 % 400 * INT64_C(60000000);
    price[i] = i * 37 % 1000 / 4.0;
    skewed[i] = i % 50 ? 3 : i * 1000;
    text[i] = (blt_str){&"a text that is like the others and long enough"[i % 5], (uint32_t)(20 + i % 12)};
  }
  for (size_t w = 0; w < sizeof valid / sizeof *valid; w++) valid[w] = UINT64_C(0xfffffffffffffffe);
  blt_status st = blt_schema_new(ctx, fields, 6, NULL, 0, false, &s, err);
  if (st != BLT_OK) return st;
  st = blt_db_create(db, "packed", s, &t, err);
  blt_schema_free(s);
  if (st == BLT_OK) st = blt_block_from_i64(ctx, few, valid, PACKED_ROWS, &blocks[0], err);
  if (st == BLT_OK) st = blt_block_from_i64(ctx, rising, NULL, PACKED_ROWS, &blocks[1], err);
  if (st == BLT_OK) st = blt_block_from_i64(ctx, step, NULL, PACKED_ROWS, &blocks[2], err);
  if (st == BLT_OK) st = blt_block_from_f64(ctx, price, valid, PACKED_ROWS, &blocks[3], err);
  if (st == BLT_OK) st = blt_block_from_i64(ctx, skewed, NULL, PACKED_ROWS, &blocks[4], err);
  if (st == BLT_OK) st = blt_block_from_text(ctx, text, valid, PACKED_ROWS, &blocks[5], err);
  return st == BLT_OK ? blt_table_add_group(t, blocks, PACKED_ROWS, err) : st;
}

bool storefile_seal(blt_ctx *ctx, simdisk *d, const char *path) {
  blt_db_options o = {.vfs = sim_vfs(d)};
  blt_db *db;
  blt_error err;
  if (!storefile_write(ctx, d, path) || blt_db_open(ctx, path, &o, &db, &err) != BLT_OK) return false;
  blt_status st = add_packed(ctx, db, &err);
  if (st == BLT_OK) st = blt_db_compact(db, &err);
  blt_db_close(db);
  return st == BLT_OK;
}
