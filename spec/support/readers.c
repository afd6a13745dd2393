#include "readers.h"
#include "asked.h"
#include "exec/relation/collect.h"
#include "io/write/text_write.h"
#include "store/database/db.h"
#include "store/table/change.h"
#include "store/table/index.h"
#include "store/table/stats.h"

#include <string.h>

#define MOST 16u /* columns of a table that is looked at */

typedef struct looking {
  blt_ctx *ctx;
  blt_db *db;
  blt_table *t;
  const char *name;
  uint32_t ncols;
  uint64_t digest;
  blt_error *err;
} looking;

static void note(looking *k, const void *p, size_t n) {
  for (size_t i = 0; i < n; i++) k->digest = (k->digest ^ ((const uint8_t *)p)[i]) * UINT64_C(0x100000001b3);
}

static void note_value(looking *k, const blt_value *v) {
  note(k, &v->null, 1);
  if (v->null) return;
  if (v->type.id == BLT_STRING)
    note(k, v->u.s.s, v->u.s.len);
  else
    note(k, &v->u.i, 8);
}

/* ---- values, one by one and as text ---- */

static blt_status each_cell(looking *k, const blt_view *v) {
  for (uint32_t g = 0; g < v->ngroups; g++)
    for (uint32_t r = 0; r < v->group_rows[g]; r++)
      for (uint32_t c = 0; c < v->ncols; c++) {
        blt_value value;
        if (v->live && v->live[g] && !((v->live[g][r / 64] >> (r % 64)) & 1)) continue;
        blt_status st = blt_view_cell(v, c, g, r, &value, k->err);
        if (st != BLT_OK) return st;
        note_value(k, &value);
      }
  return BLT_OK;
}

static blt_status put(void *arg, const char *data, size_t n, blt_error *err) {
  (void)err;
  note(arg, data, n);
  return BLT_OK;
}

static blt_status write_text(looking *k, const blt_view *v, bool json) {
  blt_sink *sink;
  blt_write_options o = blt_write_defaults();
  o.nan_is_null = true;
  blt_status st = blt_sink_function(k->ctx, put, k, &sink, k->err);
  if (st != BLT_OK) return st;
  st = (json ? blt_jsonl_write : blt_csv_write)(k->ctx, v, &o, sink, k->err);
  if (st == BLT_OK) return blt_sink_finish(sink, k->err);
  blt_sink_abandon(sink);
  return st;
}

static blt_status with_view(looking *k, blt_table *t, blt_status (*fn)(looking *, const blt_view *)) {
  blt_view *v;
  blt_status st = blt_table_view(t, &v, k->err);
  if (st != BLT_OK) return st;
  st = fn(k, v);
  blt_view_release(v);
  return st;
}

static blt_status write_csv(looking *k, const blt_view *v) {
  return write_text(k, v, false);
}
static blt_status write_jsonl(looking *k, const blt_view *v) {
  return write_text(k, v, true);
}

static blt_status cells(looking *k) {
  return with_view(k, k->t, each_cell);
}
static blt_status csv(looking *k) {
  return with_view(k, k->t, write_csv);
}
static blt_status jsonl(looking *k) {
  return with_view(k, k->t, write_jsonl);
}

static blt_status stored_cells(looking *k) {
  for (uint64_t r = 0; r < blt_table_all_rows(k->t); r++)
    for (uint32_t c = 0; blt_table_lives(k->t, r) && c < k->ncols; c++) {
      blt_value v;
      blt_status st = blt_table_cell(k->t, c, r, &v, k->err);
      if (st != BLT_OK) return st;
      note_value(k, &v);
    }
  return BLT_OK;
}

/* Numbers come from the heads of blocks, which the file's structure holds. */
static blt_status stats(looking *k) {
  for (uint32_t c = 0; c < k->ncols; c++) {
    blt_column_stats s;
    blt_status st = blt_table_stats(k->t, c, &s, k->err);
    if (st != BLT_OK) return st;
    note(k, &s.nulls, sizeof s.nulls);
    if (s.has_bounds) note_value(k, &s.min), note_value(k, &s.max);
  }
  return BLT_OK;
}

static blt_status validate(looking *k) {
  blt_status st = blt_table_validate(k->t, k->err);
  return st == BLT_OK ? blt_table_check_keys(k->t, k->err) : st;
}

/* ---- queries ---- */

static const char *const names[MOST] = {"a", "b", "c", "d", "e", "f", "g", "h",
                                        "i", "j", "k", "l", "m", "n", "o", "p"};

/* column == column: true where it is not null (nor NaN). */
static void only_itself(asked *q, uint32_t c) {
  blt_node nodes[3] = {{.kind = BLT_NODE_COLUMN, .column = c},
                       {.kind = BLT_NODE_COLUMN, .column = c},
                       {.kind = BLT_NODE_CALL, .name = "==", .nargs = 2}};
  asked_filter(q, (blt_term){.nodes = nodes, .n = 3});
}

/* Answers what `shape` (or nobody) made of the question for all rows. */
static blt_status ask(looking *k, void (*shape)(asked *, uint32_t ncols), bool filtered) {
  asked q = asked_of(k->ctx, k->t);
  blt_table *answer = NULL;
  if (filtered) only_itself(&q, k->ncols - 1);
  if (shape) shape(&q, k->ncols);
  blt_status st = asked_run(&q, &answer, NULL, k->err);
  asked_free(&q);
  if (st == BLT_OK) st = with_view(k, answer, write_csv);
  blt_table_release(answer);
  return st;
}

static void order_of(uint32_t ncols, asked_order *order) {
  for (uint32_t c = 0; c < ncols; c++) order[c] = (asked_order){c, c % 2 != 0, false};
}
static void by_all(asked *q, uint32_t ncols) {
  asked_order order[MOST];
  order_of(ncols, order);
  asked_sorted(q, order, ncols, 0, UINT64_MAX);
}
static void first_by_all(asked *q, uint32_t ncols) {
  asked_order order[MOST];
  order_of(ncols, order);
  asked_sorted(q, order, ncols, 0, 5);
}
static void heads_of_last(asked *q, uint32_t ncols) {
  asked_order order[MOST];
  order_of(ncols, order);
  order[0].column = ncols - 1;
  order[ncols - 1].column = 0;
  asked_heads(q, order, ncols, 1, 2);
}

/* Groups of the last column, with the bounds and the number of different values of the others. */
static void grouped(asked *q, uint32_t ncols) {
  static const char *const kinds[] = {"min", "max", "count_distinct", "first", "mode"};
  blt_plan_item key = {names[ncols - 1], asked_column(q, ncols - 1)};
  blt_plan_aggregate list[MOST];
  for (uint32_t c = 0; c + 1 < ncols; c++)
    list[c] = (blt_plan_aggregate){
        .name = names[c], .kind = kinds[c % 5], .nargs = 1, .args = {asked_column(q, c)}};
  asked_by(q, &key, 1, list, ncols - 1);
}

static blt_status whole(looking *k) {
  return ask(k, NULL, false);
}
static blt_status filter(looking *k) {
  return ask(k, NULL, true);
}
static blt_status order(looking *k) {
  return ask(k, by_all, false);
}
static blt_status first(looking *k) {
  return ask(k, first_by_all, true);
}
static blt_status heads(looking *k) {
  return ask(k, heads_of_last, false);
}
static blt_status group(looking *k) {
  return ask(k, grouped, false);
}

static blt_status collect_view(looking *k, const blt_view *v) {
  blt_table *answer;
  blt_status st = blt_collect((blt_view *)(uintptr_t)v, k->ncols, names, &answer, k->err);
  if (st != BLT_OK) return st;
  st = with_view(k, answer, each_cell);
  blt_table_release(answer);
  return st;
}
static blt_status collect(looking *k) {
  return with_view(k, k->t, collect_view);
}

/* ---- keys and changes ---- */

/* Looks every number from 0 to 39 up by the primary key. */
static blt_status get(looking *k) {
  const blt_schema *s = blt_table_schema(k->t);
  blt_status st = BLT_OK;
  if (!s->nkeys || s->keys[0].ncols != 1 || s->fields[s->keys[0].cols[0]].type.id != BLT_INT64)
    return cells(k);
  for (int64_t i = 0; st == BLT_OK && i < 40; i++) {
    blt_value key = {.type = s->fields[s->keys[0].cols[0]].type, .u.i = i};
    bool found = false;
    uint64_t row = 0;
    st = blt_table_find(k->t, 0, &key, &found, &row, k->err);
    for (uint32_t c = 0; st == BLT_OK && found && c < k->ncols; c++) {
      blt_value v;
      st = blt_table_cell(k->t, c, row, &v, k->err);
      if (st == BLT_OK) note_value(k, &v);
    }
  }
  return st;
}

static blt_value new_value(blt_type type, uint64_t i) {
  blt_value v = {.type = type, .u.i = (int64_t)(i % 2)};
  if (type.id == BLT_FLOAT64) v.u.f = (double)i;
  if (type.id == BLT_STRING) v.u.s = (blt_str){"another", 7};
  if (type.id == BLT_TIMESTAMP || type.id == BLT_DATE) v.u.i = (int64_t)i;
  return v;
}

/* Gives some rows new values in all columns but those of the primary key. */
static blt_status update(looking *k) {
  const blt_schema *s = blt_table_schema(k->t);
  blt_status st = BLT_OK;
  for (uint64_t r = 0; st == BLT_OK && r < blt_table_all_rows(k->t); r += 3) {
    uint32_t cols[MOST], n = 0;
    blt_value values[MOST];
    if (!blt_table_lives(k->t, r)) continue;
    for (uint32_t c = s->nkeys ? 1 : 0; c < k->ncols; c++) {
      cols[n] = c;
      values[n++] = new_value(s->fields[c].type, r);
    }
    st = blt_table_update_row(k->t, r, cols, n, values, k->err);
  }
  return st == BLT_OK ? cells(k) : st;
}

static blt_status delete (looking *k) {
  blt_status st = validate(k);
  for (uint64_t r = 1, gone; st == BLT_OK && r < blt_table_all_rows(k->t); r += 2)
    st = blt_table_delete(k->t, &r, 1, &gone, k->err);
  return st == BLT_OK ? cells(k) : st;
}

static blt_status append(looking *k) {
  const blt_schema *s = blt_table_schema(k->t);
  blt_status st = BLT_OK;
  for (uint64_t i = 100; st == BLT_OK && i < 110; i++) {
    blt_value row[MOST];
    bool inserted;
    uint64_t at;
    for (uint32_t c = 0; c < k->ncols; c++) row[c] = new_value(s->fields[c].type, i);
    row[0].u.i = row[0].type.id == BLT_INT64 ? (int64_t)i : row[0].u.i;
    st = s->primary ? blt_table_upsert(k->t, row, &at, &inserted, k->err)
                    : blt_table_append(k->t, row, k->err);
  }
  return st == BLT_OK ? cells(k) : st;
}

static blt_status rollback(looking *k) {
  blt_status st = blt_db_begin(k->db, k->err);
  if (st == BLT_OK) st = update(k);
  if (st == BLT_OK) st = append(k);
  blt_status back = blt_db_in_transaction(k->db) ? blt_db_rollback(k->db, k->err) : BLT_OK;
  if (st == BLT_OK) st = back;
  return st == BLT_OK ? cells(k) : st;
}

/* An answer, in a set of its own. */
static blt_status save_view(looking *k, const blt_view *v) {
  blt_table *answer;
  blt_db *db = NULL;
  blt_status st = blt_collect((blt_view *)(uintptr_t)v, k->ncols, names, &answer, k->err);
  if (st == BLT_OK) st = blt_db_memory(k->ctx, &db, k->err);
  if (st == BLT_OK) st = blt_db_adopt(db, "copy", answer, k->err);
  if (st == BLT_OK) st = blt_db_compact(db, k->err);
  if (st == BLT_OK) st = with_view(k, blt_db_at(db, 0), each_cell);
  blt_db_close(db);
  return st;
}
static blt_status save(looking *k) {
  return with_view(k, k->t, save_view);
}

static blt_status compact(looking *k) {
  uint64_t row = 0, gone;
  blt_status st = BLT_OK;
  if (blt_table_all_rows(k->t)) st = blt_table_delete(k->t, &row, 1, &gone, k->err);
  if (st == BLT_OK) st = blt_db_compact(k->db, k->err);
  return st == BLT_OK ? cells(k) : st;
}

static const struct {
  const char *name;
  bool changes;
  blt_status (*look)(looking *k);
} readers[READERS] = {
    {"cells", false, cells},      {"stored cells", false, stored_cells},
    {"csv", false, csv},          {"jsonl", false, jsonl},
    {"stats", false, stats},      {"validate", false, validate},
    {"whole rows", false, whole}, {"filter", false, filter},
    {"order", false, order},      {"first rows", false, first},
    {"heads", false, heads},      {"group", false, group},
    {"collect", false, collect},  {"get", false, get},
    {"save", false, save},        {"update", true, update},
    {"delete", true, delete},     {"append", true, append},
    {"rollback", true, rollback},
};

const char *reader_name(uint32_t which) {
  return readers[which].name;
}

static blt_status look_at_all(uint32_t which, looking *k) {
  blt_status st = BLT_OK;
  for (uint32_t i = 0; st == BLT_OK && i < blt_db_count(k->db); i++) {
    k->t = blt_db_at(k->db, i);
    k->ncols = blt_table_schema(k->t)->ncols;
    if (k->ncols <= MOST) st = readers[which].look(k);
  }
  if (st != BLT_OK || !readers[which].changes) return st;
  st = blt_db_commit(k->db, k->err);
  if (st == BLT_OK && blt_db_count(k->db)) st = compact(k);
  return st;
}

blt_status reader_run(uint32_t which, blt_ctx *ctx, const blt_vfs *vfs, const char *path, uint64_t *digest,
                      blt_error *err) {
  blt_db_options o = {.vfs = vfs, .readonly = !readers[which].changes};
  looking k = {.ctx = ctx, .digest = UINT64_C(0xcbf29ce484222325), .err = err};
  blt_status st = blt_db_open(ctx, path, &o, &k.db, err);
  if (st != BLT_OK) return st;
  st = look_at_all(which, &k);
  blt_db_close(k.db);
  *digest = k.digest;
  return st;
}
