/* A database's life on a disk that fails at its n-th call, for every n: afterwards the file holds the last
 * acknowledged state, or the one whose commit was under way, whole. The same for memory that is refused. */
#include "check.h"
#include "simdisk.h"
#include "store/table/change.h"
#include "store/database/db.h"

#include <stdlib.h>

#define PATH "data.blt"

static blt_error err;

/* What a run knows about the states of the file: 0 stands for "no file, or an empty one". */
typedef struct life {
  blt_ctx *ctx;
  const blt_vfs *vfs;
  uint64_t acked, pending; /* digests of states */
  uint64_t also;           /* and of a commit after a restart */
  int step;                /* the step under way */
  blt_db *db;
  bool retry; /* after a failed commit: once more */
} life;

static blt_status open_db(life *l) {
  blt_db_options o = {.vfs = l->vfs};
  return blt_db_open(l->ctx, PATH, &o, &l->db, &err);
}

/* ---- the state of a database as a number ---- */

static uint64_t mix(uint64_t h, const void *p, size_t n) {
  for (size_t i = 0; i < n; i++) h = (h ^ ((const uint8_t *)p)[i]) * UINT64_C(0x100000001b3);
  return h;
}

static uint64_t digest(blt_db *db) {
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (uint32_t i = 0; i < blt_db_count(db); i++) {
    blt_table *t = blt_db_at(db, i);
    h = mix(h, blt_db_name(db, i), strlen(blt_db_name(db, i)) + 1);
    for (uint64_t r = 0; r < blt_table_all_rows(t); r++) {
      if (!blt_table_lives(t, r)) continue;
      for (uint32_t c = 0; c < blt_table_schema(t)->ncols; c++) {
        blt_value v;
        if (blt_table_cell(t, c, r, &v, &err) != BLT_OK) return 1;
        h = mix(h, &v.null, 1);
        if (!v.null && v.type.id == BLT_STRING) h = mix(h, v.u.s.s, v.u.s.len);
        if (!v.null && v.type.id != BLT_STRING) h = mix(h, &v.u.i, 8);
      }
    }
  }
  return blt_db_count(db) ? h : 0;
}

/* ---- the life ---- */

static blt_status create(blt_ctx *ctx, blt_db *db, const char *name, blt_table **t) {
  blt_type string = {.id = BLT_STRING}, i64 = {.id = BLT_INT64}, f64 = {.id = BLT_FLOAT64};
  blt_field fields[] = {{"id", i64}, {"word", string}, {"x", f64}};
  blt_key key = {1, {0}};
  blt_schema *s;
  blt_status st = blt_schema_new(ctx, fields, 3, &key, 1, true, &s, &err);
  if (st != BLT_OK) return st;
  st = blt_db_create(db, name, s, t, &err);
  blt_schema_free(s);
  return st;
}

static blt_status append(blt_table *t, int64_t first, int64_t n) {
  blt_status st = BLT_OK;
  for (int64_t id = first; st == BLT_OK && id < first + n; id++) {
    char word[24];
    snprintf(word, sizeof word, "word %d", (int)(id % 7));
    blt_value row[] = {
        {.type = {.id = BLT_INT64}, .u.i = id},
        {.null = id % 5 == 0, .type = {.id = BLT_STRING}, .u.s = {word, (uint32_t)strlen(word)}},
        {.type = {.id = BLT_FLOAT64}, .u.f = (double)id / 8}};
    st = blt_table_append(t, row, &err);
  }
  return st;
}

static blt_status commit(life *l) {
  l->pending = digest(l->db);
  blt_status st = blt_db_commit(l->db, &err);
  if (st != BLT_OK && l->retry) st = blt_db_commit(l->db, &err);
  if (st == BLT_OK) l->acked = l->pending;
  return st;
}

static blt_status change(life *l, blt_table *t) {
  static const uint32_t cols[] = {1, 2};
  blt_value values[] = {{.type = {.id = BLT_STRING}, .u.s = {"changed", 7}}, {.null = true}};
  uint64_t rows[] = {1, 3, 4}, gone;
  blt_status st = blt_db_begin(l->db, &err);
  if (st == BLT_OK) st = blt_table_delete(t, rows, 3, &gone, &err);
  if (st == BLT_OK) st = blt_table_update_row(t, 2, cols, 2, values, &err);
  if (st == BLT_OK) st = append(t, 100, 3);
  return st == BLT_OK ? commit(l) : st;
}

static blt_status roll_back(life *l, blt_table *t) {
  blt_table *other;
  uint64_t rows[] = {0, 5}, gone, before = digest(l->db);
  blt_status st = blt_db_begin(l->db, &err);
  if (st == BLT_OK) st = append(t, 200, 70);
  if (st == BLT_OK) st = blt_table_delete(t, rows, 2, &gone, &err);
  if (st == BLT_OK) st = create(l->ctx, l->db, "other", &other);
  if (blt_db_in_transaction(l->db)) {
    blt_error first = err;
    blt_ctx_fail_allocation(l->ctx, 0);
    CHECK(blt_db_rollback(l->db, &err) == BLT_OK);
    CHECK(digest(l->db) == before);
    err = first;
  }
  return st;
}

static blt_status live(life *l) {
  blt_table *t = NULL, *second;
  blt_status st = open_db(l);
  if (st == BLT_OK) l->step = 1, st = create(l->ctx, l->db, "t", &t);
  if (st == BLT_OK) st = append(t, 0, 40);
  if (st == BLT_OK) st = commit(l);
  if (st == BLT_OK) l->step = 2, st = append(t, 40, 1);
  if (st == BLT_OK) st = commit(l);
  if (st == BLT_OK) l->step = 3, st = change(l, t);
  if (st == BLT_OK) l->step = 4, st = roll_back(l, t);
  if (st == BLT_OK) l->step = 5, st = create(l->ctx, l->db, "u", &second);
  if (st == BLT_OK) st = append(second, 0, 3);
  if (st == BLT_OK) st = commit(l);
  if (st == BLT_OK) l->step = 6, st = blt_db_compact(l->db, &err);
  if (st == BLT_OK) l->step = 7, st = append(t, 300, 2);
  if (st == BLT_OK) st = commit(l);
  if (st != BLT_OK) return st;
  blt_db_close(l->db);
  l->db = NULL;
  l->step = 8;
  st = open_db(l);
  if (st != BLT_OK) return st;
  if (digest(l->db) != l->acked) return blt_fail(&err, BLT_EFORMAT, "another state came back");
  st = append(blt_db_table(l->db, "t", 1), 400, 1);
  return st == BLT_OK ? commit(l) : st;
}

/* ---- afterwards ---- */

static uint64_t torn_roots;

/* Opens what is left: one of the two states, valid, and it can be written to. Where a write may have been
 * `cut`, half a root is told of, and healed by the next commit. */
static void inspect(life *l, const char *what, uint64_t n, bool cut) {
  blt_db_options o = {.vfs = l->vfs, .must_exist = true};
  blt_table *t;
  blt_status st = blt_db_open(l->ctx, PATH, &o, &l->db, &err);
  if (st == BLT_EIO && l->acked == 0) return; /* never was there */
  CHECK_AT(st == BLT_OK, "%s at call %llu, step %d: %s", what, (unsigned long long)n, l->step, err.message);
  if (st != BLT_OK) return;
  uint64_t got = digest(l->db);
  CHECK_AT(got == l->acked || got == l->pending || (l->also && got == l->also),
           "%s at call %llu, step %d: a state that never was", what, (unsigned long long)n, l->step);
  st = blt_db_validate(l->db, &err);
  bool torn = cut && st == BLT_EFORMAT && strstr(err.message, "acknowledged") != NULL;
  CHECK_AT(st == BLT_OK || torn, "%s at call %llu: %s", what, (unsigned long long)n, err.message);
  torn_roots += torn;
  CHECK(create(l->ctx, l->db, "after", &t) == BLT_OK && append(t, 0, 5) == BLT_OK);
  CHECK(blt_db_commit(l->db, &err) == BLT_OK);
  CHECK_AT(blt_db_validate(l->db, &err) == BLT_OK, "%s at call %llu: %s", what, (unsigned long long)n,
           err.message);
  got = digest(l->db);
  blt_db_close(l->db);
  l->db = NULL;
  CHECK(blt_db_open(l->ctx, PATH, &o, &l->db, &err) == BLT_OK);
  if (l->db) CHECK(digest(l->db) == got);
  blt_db_close(l->db);
  l->db = NULL;
}

typedef struct trial {
  const char *name;
  sim_fault fault;
  bool lasting, lose_power, retry, again;
} trial;

/* After a failure the file is opened again, and the power goes while the next commit is under way. */
static void lose_power_later(life *l, simdisk *d, uint64_t n) {
  blt_db_options o = {.vfs = l->vfs, .must_exist = true};
  blt_table *t;
  if (blt_db_open(l->ctx, PATH, &o, &l->db, &err) != BLT_OK) return;
  uint64_t found = digest(l->db);
  CHECK(found == l->acked || found == l->pending);
  if (create(l->ctx, l->db, "later", &t) == BLT_OK && append(t, 0, 9) == BLT_OK) {
    uint64_t next = digest(l->db);
    sim_fail(d, 1 + n % 7, SIM_POWER, true);
    if (blt_db_commit(l->db, &err) == BLT_OK)
      l->acked = l->pending = next;
    else
      l->also = next;
  }
  blt_db_close(l->db);
  l->db = NULL;
  sim_power_on(d);
}

/* One life with one fault. False when the fault was never met. */
static bool try_fault(const trial *how, uint64_t n, uint64_t seed) {
  simdisk *d = sim_new(seed);
  life l = {.ctx = blt_ctx_new(), .vfs = sim_vfs(d), .retry = how->retry};
  sim_fail(d, n, how->fault, how->lasting);
  blt_status st = live(&l);
  bool met = sim_failed(d);
  CHECK_AT(st != BLT_OK || l.step == 8, "%s: the life ended early", how->name);
  CHECK_AT(met || st == BLT_OK, "%s: %s without a fault", how->name, err.message);
  blt_db_close(l.db);
  l.db = NULL;
  if (how->lose_power)
    sim_power_on(d);
  else
    sim_restart(d);
  if (how->again) lose_power_later(&l, d, seed);
  inspect(&l, how->name, n, how->fault != SIM_NONE);
  CHECK_INT(blt_ctx_memory_used(l.ctx), 0);
  blt_ctx_release(l.ctx);
  sim_free(d);
  return met;
}

static const trial trials[] = {
    {"power loss", SIM_POWER, true, true, false, false},
    {"EIO", SIM_EIO, false, false, false, false},
    {"EIO, then power loss", SIM_EIO, false, true, false, false},
    {"EIO, retried, then power loss", SIM_EIO, false, true, true, false},
    {"EIO, opened again, then power loss", SIM_EIO, false, false, false, true},
    {"lasting EIO", SIM_EIO, true, false, false, false},
    {"disk full", SIM_FULL, true, false, false, false},
    {"disk full once, retried", SIM_FULL, false, false, true, false},
    {"short write", SIM_SHORT, false, true, true, false},
};

static void every_call_may_fail(void) {
  uint64_t rounds = 0, seeds = check_rounds(4, 200);
  for (size_t i = 0; i < sizeof trials / sizeof *trials && check_ok; i++)
    for (uint64_t seed = 1; seed <= seeds && check_ok; seed++) {
      uint64_t n = 1;
      while (check_ok && try_fault(&trials[i], n, seed * 1000 + n)) n++;
      rounds += n;
      CHECK(n > 30);
    }
  CHECK(torn_roots > 0);
  printf("disk faults: %llu lives, roots cut in two: %llu\n", (unsigned long long)rounds,
         (unsigned long long)torn_roots);
}

/* The power goes after everything was acknowledged, however long after. */
static void acknowledged_stays(void) {
  uint64_t seeds = check_rounds(100, 5000);
  for (uint64_t seed = 1; seed <= seeds && check_ok; seed++) {
    static const trial none = {"no fault", SIM_NONE, false, true, false, false};
    CHECK(!try_fault(&none, 0, seed));
  }
}

/* One block of a column that goes to the file before the commit that it belongs to. */
static blt_status fill_and_spill(life *l) {
  blt_field field = {"x", {.id = BLT_INT64}};
  blt_schema *s;
  blt_table *t;
  blt_status st = blt_schema_new(l->ctx, &field, 1, NULL, 0, false, &s, &err);
  if (st == BLT_OK) st = blt_db_create(l->db, "big", s, &t, &err);
  blt_schema_free(s);
  for (int64_t i = 0; st == BLT_OK && i < (int64_t)BLT_BLOCK_ROWS + 10; i++) {
    blt_value v = {.type = {.id = BLT_INT64}, .u.i = i * i};
    st = blt_table_append(t, &v, &err);
  }
  return st == BLT_OK ? blt_db_spill(l->db, 1, &err) : st;
}

/* Once with a failure at call n of those after the first commit; a commit that failed is tried again. */
static bool spill_and_lose_power(uint64_t n, uint64_t seed) {
  simdisk *d = sim_new(seed);
  life l = {.ctx = blt_ctx_new(), .vfs = sim_vfs(d), .retry = true};
  blt_table *t;
  CHECK(open_db(&l) == BLT_OK && create(l.ctx, l.db, "t", &t) == BLT_OK && append(t, 0, 3) == BLT_OK);
  CHECK(commit(&l) == BLT_OK);
  sim_fail(d, n, SIM_EIO, false);
  if (fill_and_spill(&l) == BLT_OK) commit(&l);
  bool met = sim_failed(d);
  blt_db_close(l.db);
  l.db = NULL;
  sim_power_on(d);
  inspect(&l, "spilled", n, true);
  blt_ctx_release(l.ctx);
  sim_free(d);
  return met;
}

static void what_was_spilled_stays(void) {
  uint64_t seeds = check_rounds(20, 500);
  for (uint64_t seed = 1; seed <= seeds && check_ok; seed++) {
    uint64_t n = 1;
    while (check_ok && spill_and_lose_power(n, seed)) n++;
    CHECK(n > 5);
  }
}

static void every_allocation_may_fail(void) {
  uint64_t n = 0;
  for (bool met = true; met && check_ok;) {
    simdisk *d = sim_new(++n);
    life l = {.ctx = blt_ctx_new(), .vfs = sim_vfs(d), .retry = false};
    blt_ctx_fail_allocation(l.ctx, n);
    blt_status st = live(&l);
    met = st != BLT_OK || l.step != 8;
    blt_ctx_fail_allocation(l.ctx, 0);
    CHECK_AT(!met || st == BLT_ENOMEM, "allocation %llu, step %d: %s", (unsigned long long)n, l.step,
             err.message);
    if (l.db) { /* the open database is as sound as before, and goes on */
      CHECK(blt_db_validate(l.db, &err) == BLT_OK);
      if (blt_db_in_transaction(l.db)) CHECK(blt_db_rollback(l.db, &err) == BLT_OK);
      l.retry = false;
      uint64_t before = l.acked;
      CHECK_AT(commit(&l) == BLT_OK, "allocation %llu, step %d: %s", (unsigned long long)n, l.step,
               err.message);
      CHECK(before == l.acked || l.step != 4);
    }
    blt_db_close(l.db);
    l.db = NULL;
    sim_restart(d);
    inspect(&l, "no memory", n, false);
    CHECK_INT(blt_ctx_memory_used(l.ctx), 0);
    blt_ctx_release(l.ctx);
    sim_free(d);
  }
  CHECK(n > 100);
  printf("refused allocations: %llu lives\n", (unsigned long long)n);
}

int main(void) {
  RUN(every_call_may_fail);
  RUN(acknowledged_stays);
  RUN(what_was_spilled_stays);
  RUN(every_allocation_may_fail);
  return check_report();
}
