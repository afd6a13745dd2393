/* What a program still reads of a file is not written over by anybody: tables and blocks of a database that
 * was closed, of an import that was never committed or was rolled back, of a file that was compacted. */
#include "cells.h"
#include "check.h"
#include "scratch.h"
#include "simdisk.h"
#include "store/database/db.h"

#include <unistd.h>

#define ROWS BLT_BLOCK_ROWS
#define GROUPS 6

static blt_ctx *ctx;
static blt_error err;
static char path[4096];
static blt_db_options options;

/* Value of row r in a table that was made with `salt`: needs eight bytes a row. */
static int64_t value_of(int64_t salt, uint32_t r) {
  return (int64_t)((uint64_t)(r + 1) * UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(2 * salt + 1));
}

static bool add_groups(blt_table *t, int64_t salt, uint32_t groups) {
  static int64_t v[ROWS];
  for (uint32_t g = 0; g < groups; g++) {
    blt_block *b;
    for (uint32_t r = 0; r < ROWS; r++) v[r] = value_of(salt, g * ROWS + r);
    if (blt_block_from_i64(ctx, v, NULL, ROWS, &b, &err) != BLT_OK) return false;
    if (blt_table_add_group(t, &b, ROWS, &err) != BLT_OK) return false;
  }
  return true;
}

static blt_table *make(blt_db *db, const char *name, int64_t salt) {
  blt_field field = {"v", {.id = BLT_INT64}};
  blt_schema *s;
  blt_table *t = NULL;
  if (blt_schema_new(ctx, &field, 1, NULL, 0, false, &s, &err) != BLT_OK) return NULL;
  blt_status st = blt_db_create(db, name, s, &t, &err);
  blt_schema_free(s);
  return st == BLT_OK && add_groups(t, salt, GROUPS) ? t : NULL;
}

/* A table in memory over the same blocks: an answer that a user keeps. */
static blt_table *frame_of(blt_table *t) {
  blt_table *frame;
  blt_view *v;
  if (blt_table_new(ctx, blt_table_schema(t), &frame, &err) != BLT_OK) return NULL;
  if (blt_table_view(t, &v, &err) != BLT_OK) return NULL;
  for (uint32_t g = 0; g < v->ngroups; g++) {
    blt_block *b = blt_block_retain((blt_block *)block_of(v, 0, g));
    if (blt_table_add_group(frame, &b, b->rows, &err) != BLT_OK) return NULL;
  }
  blt_view_release(v);
  return frame;
}

static uint64_t differ(blt_table *frame, int64_t salt) {
  blt_view *v;
  uint64_t n = 0;
  if (blt_table_view(frame, &v, &err) != BLT_OK) return 1;
  for (uint32_t g = 0; g < v->ngroups; g++) {
    const blt_block *b;
    CHECK_AT(blt_view_block(v, 0, g, &b, &err) == BLT_OK, "%s", err.message);
    for (uint32_t r = 0; check_ok && r < b->rows; r++)
      n += blt_block_i64(b, r) != value_of(salt, g * ROWS + r);
  }
  CHECK_INT(v->rows, GROUPS * ROWS);
  blt_view_release(v);
  return n;
}

static blt_db *open_db(void) {
  blt_db *db = NULL;
  blt_status st = blt_db_open(ctx, path, &options, &db, &err);
  CHECK_AT(st == BLT_OK, "%s", err.message);
  return db;
}

/* Everything that could use the space: a larger table, committed, deleted, compacted, and closed. */
static void write_much(int64_t salt) {
  blt_db *db = open_db();
  for (int i = 0; i < 6; i++) {
    char name[16];
    snprintf(name, sizeof name, "much%d", i % 2);
    if (blt_db_table(db, name, 5)) CHECK(blt_db_drop(db, name, 5, &err) == BLT_OK);
    CHECK(make(db, name, salt + i) != NULL);
    CHECK(blt_db_commit(db, &err) == BLT_OK);
  }
  blt_db_close(db);
}

static void closed_before_its_commit(void) {
  blt_db *db = open_db();
  blt_table *t = make(db, "t", 1);
  REQUIRE(t && blt_db_spill(db, 0, &err) == BLT_OK);
  blt_table *frame = frame_of(t);
  blt_db_close(db);
  write_much(10);
  CHECK_INT(differ(frame, 1), 0);
  write_much(20);
  CHECK_INT(differ(frame, 1), 0);
  blt_table_release(frame);
}

static void rolled_back(void) {
  blt_db *db = open_db();
  CHECK(blt_db_begin(db, &err) == BLT_OK);
  blt_table *t = make(db, "rolled", 2);
  REQUIRE(t && blt_db_spill(db, 0, &err) == BLT_OK);
  blt_table *frame = frame_of(t);
  CHECK(blt_db_rollback(db, &err) == BLT_OK);
  for (int i = 0; i < 8; i++) {
    CHECK(make(db, "other", 30 + i) && blt_db_commit(db, &err) == BLT_OK);
    CHECK(blt_db_drop(db, "other", 5, &err) == BLT_OK && blt_db_commit(db, &err) == BLT_OK);
  }
  CHECK_INT(differ(frame, 2), 0);
  blt_db_close(db);
  write_much(40);
  CHECK_INT(differ(frame, 2), 0);
  blt_table_release(frame);
}

/* A committed table: dropped, the file compacted, its database closed. */
static void dropped_and_compacted(void) {
  blt_db *db = open_db();
  REQUIRE(make(db, "kept", 3) && blt_db_commit(db, &err) == BLT_OK);
  blt_db_close(db);
  db = open_db();
  blt_table *frame = frame_of(blt_db_table(db, "kept", 4)),
            *held = blt_table_retain(blt_db_table(db, "kept", 4));
  CHECK(blt_db_drop(db, "kept", 4, &err) == BLT_OK && blt_db_commit(db, &err) == BLT_OK);
  for (int i = 0; i < 8; i++) {
    CHECK(make(db, "other", 50 + i) && blt_db_commit(db, &err) == BLT_OK);
    CHECK(blt_db_drop(db, "other", 5, &err) == BLT_OK && blt_db_commit(db, &err) == BLT_OK);
  }
  CHECK_INT(differ(frame, 3), 0);
  CHECK(blt_db_compact(db, &err) == BLT_OK);
  blt_db_close(db);
  write_much(60);
  CHECK_INT(differ(frame, 3), 0);
  CHECK_INT(differ(held, 3), 0);
  blt_table_release(frame);
  blt_table_release(held);
}

static void on(const blt_vfs *vfs) {
  options.vfs = vfs;
  RUN(closed_before_its_commit);
  RUN(rolled_back);
  RUN(dropped_and_compacted);
}

int main(void) {
  simdisk *disk = sim_new(1);
  ctx = blt_ctx_new();
  scratch_path(path, sizeof path, "pins.blt");
  on(NULL);
  unlink(path);
  on(sim_vfs(disk));
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  sim_free(disk);
  return check_report();
}
