/* Random changes to a table against a plain array: append, update, delete, upsert, transactions, commit,
 * reopen, compact. BLOTTER_TORTURE=1 runs more of them; BLOTTER_SEED repeats one. */
#include "check.h"
#include "scratch.h"
#include "store/table/change.h"
#include "store/database/db.h"
#include "store/table/index.h"
#include "store/table/stats.h"

#include <stdlib.h>
#include <unistd.h>

#define IDS 300000

typedef struct row {
  bool dead, name_null, v_null;
  int64_t id, v;
  double f;
  uint32_t name; /* names are numbers spelled out */
} row;

typedef struct model {
  row *rows;
  size_t n, cap;
} model;

static blt_ctx *ctx;
static blt_error err;
static uint64_t state, seed_now;
static char path[4096];
static model now, begun, committed;
static int32_t by_id[IDS], by_name[IDS]; /* living row + 1 */
static blt_db *db;
static blt_table *t;
static bool in_transaction;

static uint32_t rnd(uint32_t n) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)((state >> 16) % n);
}

#define MUST(call)                                                                                           \
  do {                                                                                                       \
    blt_status st_ = (call);                                                                                 \
    CHECK_AT(st_ == BLT_OK, "%s: %s (seed %llu)", #call, st_ == BLT_OK ? "" : err.message,                   \
             (unsigned long long)seed_now);                                                                  \
    if (!check_ok) return;                                                                                   \
  } while (0)

/* ---- the model ---- */

static void copy_model(model *to, const model *from) {
  if (to->cap < from->n) to->rows = realloc(to->rows, (to->cap = from->n + 1000) * sizeof(row));
  if (from->n) memcpy(to->rows, from->rows, from->n * sizeof(row));
  to->n = from->n;
}

static void index_model(void) {
  memset(by_id, 0, sizeof by_id);
  memset(by_name, 0, sizeof by_name);
  for (size_t i = 0; i < now.n; i++) {
    if (now.rows[i].dead) continue;
    by_id[now.rows[i].id] = (int32_t)i + 1;
    if (!now.rows[i].name_null) by_name[now.rows[i].name] = (int32_t)i + 1;
  }
}

static row random_row(void) {
  row r = {
      .id = rnd(IDS), .name_null = rnd(3) == 0, .name = rnd(IDS), .v_null = rnd(4) == 0, .f = rnd(100) / 4.0};
  r.v = rnd(10) ? rnd(50) : (int64_t)rnd(1000000) * rnd(1000000) * (rnd(2) ? 1 : -1000);
  if (rnd(50) == 0) r.f = 0.0 / 0.0;
  return r;
}

static void values_of(const row *r, char text[16], blt_value out[4]) {
  blt_type i64 = {.id = BLT_INT64}, f64 = {.id = BLT_FLOAT64}, string = {.id = BLT_STRING};
  snprintf(text, 16, "name %u", r->name);
  out[0] = (blt_value){.type = i64, .u.i = r->id};
  out[1] = (blt_value){.null = r->name_null, .type = string, .u.s = {text, (uint32_t)strlen(text)}};
  out[2] = (blt_value){.null = r->v_null, .type = i64, .u.i = r->v};
  out[3] = (blt_value){.type = f64, .u.f = r->f};
}

/* Whether row `at` (-1: a new one) may have these keys. */
static bool allowed(const row *r, int64_t at) {
  if (by_id[r->id] && by_id[r->id] - 1 != at) return false;
  return r->name_null || !by_name[r->name] || by_name[r->name] - 1 == at;
}

static void set_row(size_t at, row r) {
  row *old = &now.rows[at];
  if (at < now.n && !old->dead) {
    by_id[old->id] = 0;
    if (!old->name_null) by_name[old->name] = 0;
  }
  *old = r;
  if (r.dead) return;
  by_id[r.id] = (int32_t)at + 1;
  if (!r.name_null) by_name[r.name] = (int32_t)at + 1;
}

static void push_row(row r) {
  if (now.n == now.cap) now.rows = realloc(now.rows, (now.cap = now.cap * 2 + 1000) * sizeof(row));
  now.n++;
  now.rows[now.n - 1].dead = true;
  set_row(now.n - 1, r);
}

/* ---- comparing ---- */

static bool same_cells(const row *r, const blt_value got[4]) {
  char text[16];
  blt_value want[4];
  values_of(r, text, want);
  if (got[0].u.i != r->id || got[1].null != r->name_null || got[2].null != r->v_null) return false;
  if (!r->name_null &&
      (got[1].u.s.len != want[1].u.s.len || memcmp(got[1].u.s.s, text, want[1].u.s.len) != 0))
    return false;
  if (!r->v_null && got[2].u.i != r->v) return false;
  return memcmp(&got[3].u.f, &r->f, sizeof r->f) == 0 || (r->f != r->f && got[3].u.f != got[3].u.f);
}

static void compare(void) {
  uint64_t living = 0;
  MUST(blt_table_validate(t, &err));
  CHECK_INT(blt_table_all_rows(t), now.n);
  REQUIRE(blt_table_all_rows(t) == now.n);
  for (size_t i = 0; i < now.n; i++) {
    blt_value got[4];
    bool lives = blt_table_lives(t, i);
    CHECK_AT(lives == !now.rows[i].dead, "row %zu lives: %d (seed %llu)", i, lives,
             (unsigned long long)seed_now);
    living += lives;
    if (!lives) continue;
    for (uint32_t c = 0; c < 4; c++) MUST(blt_table_cell(t, c, i, &got[c], &err));
    CHECK_AT(same_cells(&now.rows[i], got), "row %zu differs (seed %llu)", i, (unsigned long long)seed_now);
    if (!check_ok) return;
  }
  CHECK_INT(blt_table_rows(t), living);
}

/* ---- steps ---- */

static void append_some(uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    row r = random_row();
    char text[16];
    blt_value v[4];
    values_of(&r, text, v);
    blt_status st = blt_table_append(t, v, &err);
    CHECK_INT(st, allowed(&r, -1) ? BLT_OK : BLT_EKEY);
    if (!check_ok) return;
    if (st == BLT_OK) push_row(r);
  }
}

static void delete_some(void) {
  static uint64_t rows[4096];
  size_t n = 0;
  uint64_t gone, want = 0;
  if (now.n == 0) return;
  uint32_t step = 1 + rnd(rnd(2) ? 10 : 20000);
  for (uint64_t r = rnd((uint32_t)now.n); r < now.n && n < 4096; r += 1 + rnd(step)) rows[n++] = r;
  for (size_t i = 0; i < n; i++) want += !now.rows[rows[i]].dead;
  MUST(blt_table_delete(t, rows, n, &gone, &err));
  CHECK_INT(gone, want);
  for (size_t i = 0; i < n; i++) {
    row r = now.rows[rows[i]];
    r.dead = true;
    set_row(rows[i], r);
  }
}

static void update_one(void) {
  static const uint32_t cols[] = {0, 1, 2, 3};
  if (now.n == 0) return;
  uint32_t at =
      rnd(4) ? (uint32_t)now.n - 1 - rnd((uint32_t)(now.n < 50 ? now.n : 50)) : rnd((uint32_t)now.n);
  row r = random_row();
  char text[16];
  blt_value v[4];
  values_of(&r, text, v);
  blt_status st = blt_table_update_row(t, at, cols, 4, v, &err), want = BLT_OK;
  if (now.rows[at].dead)
    want = BLT_EINVAL;
  else if (!allowed(&r, at))
    want = BLT_EKEY;
  CHECK_INT(st, want);
  if (st == BLT_OK) set_row(at, r);
}

/* New v and f for many rows at once. */
static void update_many(void) {
  static uint64_t rows[3000];
  static const uint32_t cols[] = {2, 3};
  blt_field fields[] = {{"v", {.id = BLT_INT64}}, {"f", {.id = BLT_FLOAT64}}};
  blt_schema *schema;
  blt_table *values;
  blt_view *view;
  size_t n = 0;
  if (now.n == 0) return;
  uint32_t step = 1 + rnd(rnd(2) ? 5 : 5000);
  for (uint64_t r = rnd((uint32_t)now.n); r < now.n && n < 3000; r += 1 + rnd(step))
    if (!now.rows[r].dead) rows[n++] = r;
  MUST(blt_schema_new(ctx, fields, 2, NULL, 0, false, &schema, &err));
  MUST(blt_table_new(ctx, schema, &values, &err));
  for (size_t i = 0; i < n; i++) {
    row fresh = random_row(), *r = &now.rows[rows[i]];
    char text[16];
    blt_value v[4];
    r->v = fresh.v, r->v_null = fresh.v_null, r->f = fresh.f;
    values_of(r, text, v);
    MUST(blt_table_append(values, v + 2, &err));
  }
  MUST(blt_table_view(values, &view, &err));
  blt_status st = blt_table_update(t, rows, n, cols, 2, view, &err);
  blt_view_release(view);
  blt_table_release(values);
  blt_schema_free(schema);
  MUST(st);
}

static void upsert_one(void) {
  row r = random_row();
  char text[16];
  blt_value v[4];
  uint64_t at;
  bool inserted;
  if (rnd(2) && now.n) r.id = now.rows[rnd((uint32_t)now.n)].id;
  values_of(&r, text, v);
  int64_t found = by_id[r.id] - 1;
  blt_status st = blt_table_upsert(t, v, &at, &inserted, &err);
  CHECK_INT(st, allowed(&r, found) ? BLT_OK : BLT_EKEY);
  if (st != BLT_OK) return;
  CHECK_INT(inserted, found < 0);
  CHECK_INT(at, found < 0 ? (int64_t)now.n : found);
  if (found < 0)
    push_row(r);
  else
    set_row((size_t)found, r);
}

static void find_some(void) {
  for (int i = 0; i < 20; i++) {
    blt_value key = {.type = {.id = BLT_INT64}, .u.i = rnd(IDS)};
    bool found;
    uint64_t at = 0;
    if (now.n && rnd(2)) key.u.i = now.rows[rnd((uint32_t)now.n)].id;
    MUST(blt_table_find(t, 0, &key, &found, &at, &err));
    CHECK_INT(found ? (int64_t)at : -1, by_id[key.u.i] - 1);
  }
}

/* A list of rows of which the last is refused leaves nothing behind. */
static void append_and_cut(void) {
  uint64_t mark = blt_table_all_rows(t);
  size_t n = now.n;
  append_some(rnd(2) ? rnd(100) : rnd(70000));
  if (!check_ok) return;
  MUST(blt_table_cut(t, mark, &err));
  now.n = n;
  index_model();
}

static void reopen(void) {
  blt_db_close(db);
  db = NULL;
  MUST(blt_file_validate(ctx, path, NULL, &err));
  MUST(blt_db_open(ctx, path, NULL, &db, &err));
  t = blt_db_table(db, "t", 1);
  REQUIRE(t != NULL);
  copy_model(&now, &committed);
  in_transaction = false;
  index_model();
}

static void compact(void) {
  if (in_transaction) {
    CHECK_INT(blt_db_compact(db, &err), BLT_EINVAL);
    return;
  }
  size_t n = 0;
  MUST(blt_db_compact(db, &err));
  for (size_t i = 0; i < now.n; i++)
    if (!now.rows[i].dead) now.rows[n++] = now.rows[i];
  now.n = n;
  index_model();
  copy_model(&committed, &now);
}

static void transact(void) {
  if (!in_transaction) {
    MUST(blt_db_begin(db, &err));
    copy_model(&begun, &now);
    in_transaction = true;
  } else if (rnd(2)) {
    MUST(blt_db_commit(db, &err));
    copy_model(&committed, &now);
    in_transaction = false;
  } else {
    MUST(blt_db_rollback(db, &err));
    copy_model(&now, &begun);
    index_model();
    in_transaction = false;
  }
}

static void commit(void) {
  MUST(blt_db_commit(db, &err));
  copy_model(&committed, &now);
  in_transaction = false;
}

static void step(void) {
  switch (rnd(24)) {
  case 0:
    append_some(rnd(40000));
    break;
  case 1:
    append_some(rnd(3000));
    break;
  case 2:
  case 3:
    append_some(rnd(30));
    break;
  case 4:
  case 5:
    delete_some();
    break;
  case 6:
  case 7:
  case 8:
    for (int i = 0; i < 20 && check_ok; i++) update_one();
    break;
  case 9:
  case 10:
    update_many();
    break;
  case 11:
  case 12:
    for (int i = 0; i < 50 && check_ok; i++) upsert_one();
    break;
  case 13:
    find_some();
    break;
  case 14:
    append_and_cut();
    break;
  case 15:
  case 16:
    commit();
    break;
  case 17:
    reopen();
    break;
  case 18:
    if (rnd(3) == 0) compact();
    break;
  case 19:
    MUST(blt_db_spill(db, 1, &err));
    break;
  default:
    transact();
  }
}

static void run(uint64_t seed, uint32_t steps) {
  blt_type i64 = {.id = BLT_INT64}, f64 = {.id = BLT_FLOAT64}, string = {.id = BLT_STRING};
  blt_field fields[] = {{"id", i64}, {"name", string}, {"v", i64}, {"f", f64}};
  blt_key keys[] = {{1, {0}}, {1, {1}}};
  blt_schema *schema;
  seed_now = seed;
  state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  now.n = committed.n = 0;
  in_transaction = false;
  index_model();
  unlink(path);
  MUST(blt_schema_new(ctx, fields, 4, keys, 2, true, &schema, &err));
  MUST(blt_db_open(ctx, path, NULL, &db, &err));
  MUST(blt_db_create(db, "t", schema, &t, &err));
  blt_schema_free(schema);
  MUST(blt_db_commit(db, &err));
  for (uint32_t i = 0; i < steps && check_ok; i++) {
    step();
    if (check_ok) compare();
  }
  if (check_ok) MUST(blt_db_validate(db, &err));
  blt_db_close(db);
  db = NULL;
}

static void table_is_its_model(void) {
  const char *seed = getenv("BLOTTER_SEED");
  uint64_t first = seed ? strtoull(seed, NULL, 10) : 1, n = seed ? 1 : check_rounds(6, 400);
  for (uint64_t s = first; s < first + n && check_ok; s++) run(s, 60);
}

int main(void) {
  ctx = blt_ctx_new();
  scratch_path(path, sizeof path, "model.blt");
  RUN(table_is_its_model);
  unlink(path);
  free(now.rows), free(begun.rows), free(committed.rows);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
