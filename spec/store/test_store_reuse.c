/* Space that is written again: a writer that appends, updates, deletes, rolls back, spills, compacts and
 * closes on a disk that fails, with readers and answers open meanwhile. What they read never changes, and
 * after any crash the file holds the state that was acknowledged, or the one whose commit was under way. */
#include "check.h"
#include "simdisk.h"
#include "store/table/change.h"
#include "store/database/db.h"
#include "store/file/disk.h"

#include <stdlib.h>
#include <unistd.h>

#define PATH "reuse.blt"
#define READERS 4

static blt_error err;
static uint64_t reads, crashes, kills, commits;

typedef struct reader {
  blt_db *db;       /* NULL: none */
  blt_table *frame; /* or a table of a writer that was closed */
  uint64_t digest;
} reader;

typedef struct life {
  simdisk *disk;
  blt_ctx *ctx;
  uint64_t state; /* of the random numbers */
  blt_db *db;
  uint64_t acked, pending;
  uint64_t before;   /* the state before the one acknowledged last */
  uint32_t in_a_row; /* commits since the last crash */
  uint64_t older;    /* after a kill the state found may not be durable yet: this one is */
  int64_t next;      /* a primary key that is not used yet */
  reader readers[READERS];
  bool large;
} life;

static uint32_t rnd(life *l, uint32_t n) {
  l->state ^= l->state << 13, l->state ^= l->state >> 7, l->state ^= l->state << 17;
  return (uint32_t)((l->state >> 20) % n);
}

/* ---- states as numbers ---- */

static uint64_t mix(uint64_t h, const void *p, size_t n) {
  for (size_t i = 0; i < n; i++) h = (h ^ ((const uint8_t *)p)[i]) * UINT64_C(0x100000001b3);
  return h;
}

static uint64_t digest_table(blt_table *t, uint64_t h) {
  for (uint64_t r = 0; r < blt_table_all_rows(t); r++) {
    if (!blt_table_lives(t, r)) continue;
    for (uint32_t c = 0; c < blt_table_schema(t)->ncols; c++) {
      blt_value v;
      if (blt_table_cell(t, c, r, &v, &err) != BLT_OK) return 1;
      h = (h ^ v.null) * UINT64_C(0x100000001b3);
      if (!v.null && v.type.id == BLT_STRING) h = mix(h, v.u.s.s, v.u.s.len);
      if (!v.null && v.type.id != BLT_STRING) h = (h ^ (uint64_t)v.u.i) * UINT64_C(0x9e3779b97f4a7c15);
    }
  }
  return h;
}

static uint64_t digest(blt_db *db) {
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (uint32_t i = 0; i < blt_db_count(db); i++) {
    h = mix(h, blt_db_name(db, i), strlen(blt_db_name(db, i)) + 1);
    h = digest_table(blt_db_at(db, i), h);
  }
  return blt_db_count(db) ? h : 0;
}

/* ---- readers ---- */

static void check_reader(life *l, reader *r) {
  uint64_t now = r->db ? digest(r->db) : r->frame ? digest_table(r->frame, 7) : r->digest;
  (void)l;
  reads++;
  CHECK_AT(now == r->digest, "what %s reads has changed", r->db ? "a reader" : "an answer");
}

static void close_reader(life *l, reader *r) {
  check_reader(l, r);
  if (r->db) blt_db_close(r->db);
  if (r->frame) blt_table_release(r->frame);
  *r = (reader){0};
}

static void open_reader(life *l, reader *r) {
  blt_db_options o = {.vfs = sim_vfs(l->disk), .readonly = true};
  close_reader(l, r);
  sim_fail(l->disk, 0, SIM_NONE, false); /* faults are for the writer */
  blt_status st = blt_db_open(l->ctx, PATH, &o, &r->db, &err);
  CHECK_AT(st == BLT_OK, "a reader: %s", err.message);
  if (st != BLT_OK) r->db = NULL;
  r->digest = l->acked;
}

static void check_readers(life *l) {
  for (int i = 0; i < READERS; i++) check_reader(l, &l->readers[i]);
}

/* ---- the writer ---- */

static blt_status open_writer(life *l) {
  blt_db_options o = {.vfs = sim_vfs(l->disk)};
  return blt_db_open(l->ctx, PATH, &o, &l->db, &err);
}

static blt_status create(life *l, const char *name, blt_table **t) {
  blt_type string = {.id = BLT_STRING}, i64 = {.id = BLT_INT64}, f64 = {.id = BLT_FLOAT64};
  blt_field fields[] = {{"id", i64}, {"word", string}, {"x", f64}, {"n", i64}};
  blt_key key = {1, {0}};
  blt_schema *s;
  bool keyed = name[0] == 'k';
  blt_status st = blt_schema_new(l->ctx, fields, 4, &key, keyed, keyed, &s, &err);
  if (st != BLT_OK) return st;
  st = blt_db_create(l->db, name, s, t, &err);
  blt_schema_free(s);
  return st;
}

static void random_row(life *l, int64_t id, char word[24], blt_value row[4]) {
  snprintf(word, 24, "word %u", rnd(l, rnd(l, 3) ? 9 : 100000));
  row[0] = (blt_value){.type = {.id = BLT_INT64}, .u.i = id};
  row[1] =
      (blt_value){.null = rnd(l, 6) == 0, .type = {.id = BLT_STRING}, .u.s = {word, (uint32_t)strlen(word)}};
  row[2] = (blt_value){.null = rnd(l, 9) == 0, .type = {.id = BLT_FLOAT64}, .u.f = rnd(l, 1000) / 8.0};
  row[3] = (blt_value){.type = {.id = BLT_INT64}, .u.i = rnd(l, 2) ? 5 : (int64_t)l->state};
}

static blt_status append(life *l, blt_table *t, uint32_t n) {
  blt_status st = BLT_OK;
  for (uint32_t i = 0; st == BLT_OK && i < n; i++) {
    char word[24];
    blt_value row[4];
    random_row(l, l->next++, word, row);
    st = blt_table_append(t, row, &err);
  }
  return st;
}

/* A whole group at once: sealed blocks, full or short. */
static blt_status add_group(life *l, blt_table *t, uint32_t rows) {
  static int64_t v[BLT_BLOCK_ROWS];
  static double x[BLT_BLOCK_ROWS];
  static uint32_t codes[BLT_BLOCK_ROWS];
  blt_block *b[4] = {0};
  blt_status st = blt_dict_intern(blt_table_dict(t, 1), "group", 5, &codes[0], &err);
  for (uint32_t r = 0; r < rows; r++) v[r] = (int64_t)rnd(l, 200), x[r] = 0.5, codes[r] = codes[0];
  if (st == BLT_OK) st = blt_block_from_i64(l->ctx, v, NULL, rows, &b[0], &err);
  if (st == BLT_OK) st = blt_block_from_codes(l->ctx, codes, NULL, rows, &b[1], &err);
  if (st == BLT_OK) st = blt_block_from_f64(l->ctx, x, NULL, rows, &b[2], &err);
  if (st == BLT_OK) st = blt_block_from_i64(l->ctx, v, NULL, rows, &b[3], &err);
  if (st == BLT_OK) return blt_table_add_group(t, b, rows, &err);
  for (int i = 0; i < 4; i++) blt_block_release(b[i]);
  return st;
}

static blt_status update(life *l, blt_table *t) {
  static const uint32_t cols[] = {1, 2, 3};
  char word[24];
  blt_value row[4];
  uint64_t all = blt_table_all_rows(t), at = all ? rnd(l, (uint32_t)all) : 0;
  if (!all || !blt_table_lives(t, at)) return BLT_OK;
  uint32_t from = rnd(l, 3), n = 1 + rnd(l, 3 - from);
  random_row(l, 0, word, row);
  return blt_table_update_row(t, at, cols + from, n, row + 1 + from, &err);
}

static blt_status delete_some(life *l, blt_table *t) {
  uint64_t all = blt_table_all_rows(t), gone, row;
  uint32_t n = rnd(l, 8) ? 1 : 20;
  blt_status st = BLT_OK;
  for (uint32_t i = 0; st == BLT_OK && all && i < n; i++) {
    row = rnd(l, (uint32_t)all);
    st = blt_table_delete(t, &row, 1, &gone, &err);
  }
  return st;
}

static blt_status upsert(life *l, blt_table *t) {
  char word[24];
  blt_value row[4];
  random_row(l, rnd(l, 2) ? l->next++ : (int64_t)rnd(l, (uint32_t)l->next), word, row);
  return blt_table_upsert(t, row, NULL, NULL, &err);
}

static blt_status change(life *l) {
  blt_table *t = blt_db_table(l->db, "keyed", 5), *g = blt_db_table(l->db, "groups", 6), *other;
  if (!t) {
    blt_status st = create(l, "keyed", &t);
    return st == BLT_OK ? append(l, t, 200) : st;
  }
  if (!g) {
    blt_status st = create(l, "groups", &g);
    if (st == BLT_OK && l->large) st = add_group(l, g, BLT_BLOCK_ROWS);
    return st == BLT_OK ? add_group(l, g, 3000) : st;
  }
  blt_table *some = rnd(l, 2) ? t : g;
  switch (rnd(l, 12)) {
  case 0:
    return append(l, some, 1 + rnd(l, 30));
  case 1:
    return append(l, some, 1);
  case 2:
  case 3:
    return delete_some(l, some);
  case 4:
  case 5:
    return upsert(l, t);
  case 6: {
    blt_status st = BLT_OK;
    for (uint32_t i = 0; st == BLT_OK && i < 60; i++) st = update(l, some);
    return st;
  }
  case 7:
    if (blt_db_table(l->db, "other", 5)) return blt_db_drop(l->db, "other", 5, &err);
    return create(l, "other", &other) == BLT_OK ? add_group(l, other, 500) : err.code;
  default:
    return update(l, some);
  }
}

/* A copy of the file whose last root is damaged gives the commit before, whole. */
static void check_other_root(life *l) {
  blt_db_options o = {.vfs = sim_vfs(l->disk), .readonly = true};
  blt_db *db = NULL;
  uint64_t size, slot = BLT_DISK_PAGE * (1 + blt_db_sequence(l->db) % 2);
  const uint8_t *bytes = sim_bytes(l->disk, PATH, &size);
  uint8_t *copy = malloc(size);
  memcpy(copy, bytes, size);
  copy[slot + 70] ^= 1;
  sim_put(l->disk, "copy.blt", copy, size);
  free(copy);
  sim_fail(l->disk, 0, SIM_NONE, false);
  blt_status st = blt_db_open(l->ctx, "copy.blt", &o, &db, &err);
  CHECK_AT(st == BLT_OK, "the state before: %s", err.message);
  if (st != BLT_OK) return;
  uint64_t got = digest(db);
  CHECK_AT(got == l->before || got == l->acked, "the state before is another one");
  blt_db_close(db);
}

static blt_status commit(life *l) {
  l->pending = digest(l->db);
  blt_status st = blt_db_commit(l->db, &err);
  if (st != BLT_OK) return st;
  if (l->pending != l->acked) l->before = l->acked;
  l->acked = l->older = l->pending;
  commits++;
  if (++l->in_a_row > 2 && rnd(l, 10) == 0) check_other_root(l);
  return BLT_OK;
}

static blt_status roll_back(life *l) {
  blt_status st = blt_db_begin(l->db, &err);
  for (int i = 0; st == BLT_OK && i < 4; i++) st = change(l);
  if (st == BLT_OK && rnd(l, 2)) st = blt_db_spill(l->db, 0, &err);
  if (!blt_db_in_transaction(l->db)) return st;
  blt_error first = err;
  blt_status back = blt_db_rollback(l->db, &err);
  if (st != BLT_OK) err = first;
  return st != BLT_OK ? st : back;
}

/* Closes the database; sometimes somebody goes on reading one of its tables. */
static blt_status reopen(life *l) {
  blt_table *t = blt_db_table(l->db, "groups", 6);
  reader *r = &l->readers[rnd(l, READERS)];
  if (t && rnd(l, 2)) {
    close_reader(l, r);
    r->frame = blt_table_retain(t);
    r->digest = digest_table(t, 7);
  }
  blt_db_close(l->db);
  l->db = NULL;
  blt_status st = open_writer(l);
  if (st == BLT_OK) CHECK(digest(l->db) == l->acked);
  return st;
}

static blt_status step(life *l) {
  blt_status st = BLT_OK;
  switch (rnd(l, 40)) {
  case 0:
    l->pending = digest(l->db);
    st = blt_db_compact(l->db, &err);
    if (st == BLT_OK) l->acked = l->older = l->before = l->pending;
    return st;
  case 1:
    return reopen(l);
  case 2:
  case 3:
    return roll_back(l);
  case 4:
    return blt_db_spill(l->db, 0, &err);
  case 5:
  case 6:
  case 7:
    open_reader(l, &l->readers[rnd(l, READERS)]);
    return BLT_OK;
  case 8:
    check_readers(l);
    return BLT_OK;
  default:
    st = change(l);
  }
  return st == BLT_OK && rnd(l, 5) ? commit(l) : st;
}

/* ---- crashes ---- */

/* The writer is gone: killed, or the power went and everybody with it. */
static void recover(life *l) {
  bool power = rnd(l, 2);
  blt_db_close(l->db);
  l->db = NULL;
  check_readers(l);
  crashes += power, kills += !power;
  for (int i = 0; power && i < READERS; i++) close_reader(l, &l->readers[i]);
  if (power)
    sim_power_on(l->disk);
  else
    sim_restart(l->disk);
  blt_status st = open_writer(l);
  CHECK_AT(st == BLT_OK, "after a crash: %s", err.message);
  if (st != BLT_OK) return;
  uint64_t got = digest(l->db);
  CHECK_AT(got == l->acked || got == l->pending || (power && got == l->older),
           "after a crash: a state that never was");
  CHECK_AT(blt_db_validate(l->db, &err) == BLT_OK || strstr(err.message, "acknowledged") ||
               strstr(err.message, "root slot"),
           "after a crash: %s", err.message);
  if (l->in_a_row > 2 && got == l->acked && got == l->older && !blt_db_doubt(l->db)) check_other_root(l);
  if (power) l->older = got;
  l->in_a_row = 0;
  l->acked = l->pending = got;
}

static void live(uint64_t seed) {
  life l = {.disk = sim_new(seed), .ctx = blt_ctx_new(), .state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
  uint32_t steps = 150;
  l.large = seed % 10 == 0;
  REQUIRE(open_writer(&l) == BLT_OK);
  for (uint32_t i = 0; i < steps && check_ok && l.db; i++) {
    if (rnd(&l, 25) == 0) sim_fail(l.disk, 1 + rnd(&l, 15), SIM_POWER, true);
    blt_status st = step(&l);
    if (st != BLT_OK || sim_failed(l.disk)) {
      CHECK_AT(sim_failed(l.disk), "without a fault: %s", err.message);
      recover(&l);
    }
    CHECK_AT(check_ok, "seed %d, step %d", (int)seed, (int)i);
  }
  sim_fail(l.disk, 0, SIM_NONE, false);
  for (int i = 0; i < READERS; i++) close_reader(&l, &l.readers[i]);
  blt_db_close(l.db);
  CHECK_INT(blt_ctx_memory_used(l.ctx), 0);
  blt_ctx_release(l.ctx);
  sim_free(l.disk);
}

static void what_is_read_stays_and_what_was_acknowledged_too(void) {
  uint64_t seeds = check_rounds(25, 4000), first = 1;
  if (getenv("BLOTTER_SEED")) first = strtoull(getenv("BLOTTER_SEED"), NULL, 10), seeds = 1;
  for (uint64_t seed = first; seed < first + seeds && check_ok; seed++) live(seed);
  printf("reuse: %d commits, %d power losses, %d kills, %d looks of readers\n", (int)commits, (int)crashes,
         (int)kills, (int)reads);
}

int main(void) {
  RUN(what_is_read_stays_and_what_was_acknowledged_too);
  return check_report();
}
