/* Rows that are there: found by key, changed, deleted. */
#include "bind_busy.h"
#include "bind_stage.h"
#include "base/mem.h"
#include "exec/scan/sample.h"
#include "store/table/change.h"
#include "store/table/index.h"

#include <string.h>

/* Numbers of rows, in the engine's memory. */
typedef struct row_list {
  uint64_t *rows;
  size_t cap, n;
} row_list;

typedef struct search {
  bind_run run;
  blt_eval *eval;
  const blt_expr *where;
  row_list *found;
} search;

/* Appends the rows of one vector that pass. */
static blt_status match_vector(search *s, uint32_t group, uint32_t start, uint32_t n, blt_error *err) {
  uint16_t sel[BLT_VECTOR_ROWS];
  uint32_t count = n;
  bool all = false;
  blt_eval_reset(s->eval);
  blt_status st = blt_expr_filter(s->eval, s->where, group, start, n, sel, &count, &all, err);
  if (st != BLT_OK) return st;
  if (all) count = n;
  row_list *f = s->found;
  st = blt_grow(s->run.ctx, &f->rows, &f->cap, f->n + count, sizeof *f->rows, err);
  if (st != BLT_OK) return st;
  uint64_t first = (uint64_t)group * BLT_BLOCK_ROWS + start;
  for (uint32_t i = 0; i < count; i++) f->rows[f->n++] = first + (all ? i : sel[i]);
  return BLT_OK;
}

static blt_status match_group(void *arg, uint32_t group, uint32_t worker, blt_error *err) {
  search *s = arg;
  (void)worker;
  if (s->where && !blt_expr_may_match(s->where, s->run.view, group)) return BLT_OK;
  uint32_t rows = s->run.view->group_rows[group];
  for (uint32_t start = 0; start < rows; start += BLT_VECTOR_ROWS) {
    uint32_t n = rows - start < BLT_VECTOR_ROWS ? rows - start : BLT_VECTOR_ROWS;
    blt_status st = match_vector(s, group, start, n, err);
    if (st != BLT_OK) return st;
  }
  return BLT_OK;
}

/* The rows of the table that pass the stage's filter, rising. */
static blt_status find_rows(search *s, blt_table *t, blt_error *err) {
  blt_stage stage;
  blt_status st = bind_run_open(&s->run, t, &stage, err);
  if (st == BLT_OK) st = blt_eval_new(s->run.ctx, s->run.view, &s->eval, err);
  if (st == BLT_OK) {
    s->where = stage.where;
    st = blt_seq(s->run.ctx, s->run.view->ngroups, match_group, s, err);
  }
  blt_eval_free(s->eval);
  bind_run_close(&s->run);
  return st;
}

static void free_rows(blt_ctx *ctx, row_list *f) {
  blt_free(ctx, f->rows, f->cap * sizeof *f->rows);
}

/* Mistakes in the text are told by who knows it; otherwise as bind_refuse_change does at 1. */
static int change_failed(lua_State *L, const bind_run *r, const blt_error *err) {
  bool mistake = err->code == BLT_EINVAL || err->code == BLT_ETYPE || err->code == BLT_ENAME;
  if (!mistake && err->code != BLT_EINTR && bind_is_strict(L, 1)) return bind_raise(L, "%s", err->message);
  return bind_run_failed(L, r, err);
}

/* delete(table, stage) -> how many, or nil, message, code, position, slot */
static int delete_rows(lua_State *L) {
  bind_state *state = bind_state_of(L);
  blt_table *t = bind_table_at(L, 1)->t;
  row_list found = {0};
  search s = {.run = {.ctx = state->ctx, .g = bind_stage_at(L, 2)}, .found = &found};
  uint64_t deleted = 0;
  bind_use use = bind_changes(L, 1);
  bind_work w;
  blt_error err;
  blt_status st = bind_enter(L, state, &w, &use, &err);
  if (st != BLT_OK) return change_failed(L, &s.run, &err);
  st = find_rows(&s, t, &err);
  if (st == BLT_OK) st = blt_table_delete(t, found.rows, found.n, &deleted, &err);
  free_rows(state->ctx, &found);
  bind_leave(state, &w);
  if (st != BLT_OK) return change_failed(L, &s.run, &err);
  lua_pushinteger(L, (lua_Integer)deleted);
  return 1;
}

/* The stage's outputs for the rows that pass, as a table, and these rows' numbers. */
static blt_status compute_changes(search *s, blt_table *t, blt_table **values, blt_error *err) {
  blt_status st = find_rows(s, t, err);
  return st == BLT_OK ? bind_run_all(&s->run, t, values, NULL, err) : st;
}

static blt_status apply_changes(blt_table *t, const row_list *found, blt_table *values, const uint32_t *cols,
                                uint32_t ncols, blt_error *err) {
  blt_view *view;
  blt_status st = blt_table_view(values, &view, err);
  if (st != BLT_OK) return st;
  st = blt_table_update(t, found->rows, found->n, cols, ncols, view, err);
  blt_view_release(view);
  return st;
}

/* The numbers (from 1) of the sequence at `index`, as columns in memory that Lua owns. */
static uint32_t *column_numbers(lua_State *L, int index, const blt_schema *schema, uint32_t *n) {
  luaL_checktype(L, index, LUA_TTABLE);
  *n = (uint32_t)lua_rawlen(L, index);
  uint32_t *cols = lua_newuserdatauv(L, (*n + 1) * sizeof *cols, 0);
  for (uint32_t i = 0; i < *n; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    lua_Integer c = luaL_checkinteger(L, -1);
    luaL_argcheck(L, c >= 1 && c <= (lua_Integer)schema->ncols, index, "no such column");
    cols[i] = (uint32_t)c - 1;
    lua_pop(L, 1);
  }
  return cols;
}

/* update(table, stage, columns) -> how many, or nil, message, code, position, slot. The stage's outputs are
 * the new values of these columns. */
static int update_rows(lua_State *L) {
  bind_state *state = bind_state_of(L);
  uint32_t ncols, *cols = column_numbers(L, 3, blt_table_schema(bind_table_at(L, 1)->t), &ncols);
  blt_table *t = bind_table_at(L, 1)->t, *values = NULL;
  row_list found = {0};
  search s = {.run = {.ctx = state->ctx, .g = bind_stage_at(L, 2)}, .found = &found};
  bind_use use = bind_changes(L, 1);
  bind_work w;
  blt_error err;
  blt_status st = bind_enter(L, state, &w, &use, &err);
  if (st != BLT_OK) return change_failed(L, &s.run, &err);
  st = compute_changes(&s, t, &values, &err);
  if (st == BLT_OK) st = apply_changes(t, &found, values, cols, ncols, &err);
  size_t changed = found.n;
  blt_table_release(values);
  free_rows(state->ctx, &found);
  bind_leave(state, &w);
  if (st != BLT_OK) return change_failed(L, &s.run, &err);
  lua_pushinteger(L, (lua_Integer)changed);
  return 1;
}

/* keep_sample(table, n, seed) -> true: see exec/sample.h */
static int keep_sample(lua_State *L) {
  bind_state *state = bind_state_of(L);
  blt_table *t = bind_table_at(L, 1)->t;
  lua_Integer n = luaL_checkinteger(L, 2), seed = luaL_checkinteger(L, 3);
  luaL_argcheck(L, n >= 0, 2, "a number of rows expected");
  bind_use use = bind_changes(L, 1);
  bind_work w;
  blt_error err;
  blt_status st = bind_enter(L, state, &w, &use, &err);
  if (st != BLT_OK) return bind_refuse(L, &err);
  st = blt_table_keep_sample(t, (uint64_t)n, (uint64_t)seed, &err);
  bind_leave(state, &w);
  if (st != BLT_OK) return bind_refuse(L, &err);
  lua_pushboolean(L, true);
  return 1;
}

/* ---- by key ---- */

/* Calls `fn` with the table at 1, which nobody closes or changes meanwhile; alone: while its index may be
 * built. */
static int reading(lua_State *L, lua_CFunction fn) {
  bind_use use = bind_reads(L, 1);
  use.alone = true;
  return bind_guard(L, use, fn);
}

static void push_cells(lua_State *L, blt_table *t, uint64_t row) {
  const blt_schema *schema = blt_table_schema(t);
  lua_createtable(L, 0, (int)schema->ncols);
  for (uint32_t c = 0; c < schema->ncols; c++) {
    blt_value v;
    blt_error err;
    if (blt_table_cell(t, c, row, &v, &err) != BLT_OK) bind_raise(L, "%s", err.message);
    bind_push_value(L, &v);
    lua_setfield(L, -2, schema->fields[c].name);
  }
}

static int get_row(lua_State *L) {
  blt_table *t = bind_table_at(L, 1)->t;
  const blt_schema *schema = blt_table_schema(t);
  if (!schema->primary) return bind_raise(L, "get: the table has no primary key");
  const blt_key *key = schema->keys;
  if (lua_gettop(L) - 1 != (int)key->ncols)
    return bind_raise(L, "get: the primary key has %d columns, got %d values", (int)key->ncols,
                      lua_gettop(L) - 1);
  blt_value values[BLT_MAX_KEY_COLUMNS];
  blt_error err;
  for (uint32_t i = 0; i < key->ncols; i++) {
    const blt_field *f = schema->fields + key->cols[i];
    if (bind_to_value(L, 2 + (int)i, f->type, values + i, &err) != BLT_OK)
      return bind_raise(L, "get: column '%s': %s", f->name, err.message);
    if (values[i].null) return 0;
  }
  bool found = false;
  uint64_t row = 0;
  if (blt_table_find(t, 0, values, &found, &row, &err) != BLT_OK) return bind_report(L, &err);
  if (!found) return 0;
  push_cells(L, t, row);
  return 1;
}

/* t:get(key, …) -> the row with this primary key as a table, or nil */
static int get(lua_State *L) {
  return reading(L, get_row);
}

/* The values of the row table at 2 in columns' order, in memory that Lua owns. */
static blt_value *row_values(lua_State *L, const blt_schema *schema) {
  blt_value *values = lua_newuserdatauv(L, schema->ncols * sizeof *values, 0);
  int first = bind_spread(L, 2, schema, 0);
  for (uint32_t c = 0; c < schema->ncols; c++) {
    blt_error err;
    const blt_field *f = schema->fields + c;
    if (bind_to_value(L, first + (int)c, f->type, values + c, &err) != BLT_OK)
      bind_raise(L, "column '%s': %s", f->name, err.message);
  }
  return values;
}

static int upsert_row(lua_State *L) {
  blt_table *t = bind_table_at(L, 1)->t;
  blt_value *values = row_values(L, blt_table_schema(t));
  bool inserted = false;
  blt_error err;
  if (blt_table_upsert(t, values, NULL, &inserted, &err) != BLT_OK) return bind_refuse_change(L, 1, &err);
  lua_pushstring(L, inserted ? "inserted" : "updated");
  return 1;
}

/* t:upsert(row) -> "inserted" or "updated", or nil, message, code */
static int upsert(lua_State *L) {
  bind_use use = bind_changes(L, 1);
  lua_settop(L, 2);
  return bind_guard(L, use, upsert_row);
}

static int check_all_keys(lua_State *L) {
  blt_error err;
  if (blt_table_check_keys(bind_table_at(L, 1)->t, &err) != BLT_OK) return bind_report(L, &err);
  lua_pushboolean(L, true);
  return 1;
}

/* t:check_keys() -> true, or nil, message, code: of a table that was filled in bulk */
static int check_keys(lua_State *L) {
  return reading(L, check_all_keys);
}

void bind_open_change(lua_State *L, int state) {
  static const luaL_Reg methods[] = {
      {"get", get}, {"upsert", upsert}, {"check_keys", check_keys}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"delete", delete_rows},
                                       {"update", update_rows},

                                       {"keep_sample", keep_sample},
                                       {NULL, NULL}};
  luaL_getmetatable(L, BIND_TABLE);
  lua_getfield(L, -1, "__index");
  lua_pushvalue(L, state);
  luaL_setfuncs(L, methods, 1);
  lua_pop(L, 2);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
