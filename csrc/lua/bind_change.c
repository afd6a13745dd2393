/* Rows that are there: found by key, changed, deleted. */
#include "bind_busy.h"
#include "bind_plan.h"
#include "base/mem.h"
#include "exec/run.h"
#include "exec/scan/passed.h"
#include "store/table/change.h"
#include "store/table/index.h"

#include <string.h>

/* Numbers of rows, in the engine's memory. */
typedef struct row_list {
  uint64_t *rows;
  size_t cap, n;
} row_list;

/* The rows of the table that pass the plan, a filter over a scan or the scan itself; rising. */
static blt_status find_rows(blt_ctx *ctx, const blt_plan *plan, blt_table *t, row_list *f, blt_error *err) {
  blt_run run = {.ctx = ctx, .sources = &t, .nsources = 1};
  blt_passed in;
  uint32_t *rows = NULL;
  size_t n = 0;
  blt_status st = blt_passed_open(&in, &run, plan, err);
  if (st == BLT_OK) st = blt_passed_rows(&in, &(blt_passed_order){.most = UINT64_MAX}, &rows, &n, err);
  if (st == BLT_OK) st = blt_grow(ctx, &f->rows, &f->cap, n, sizeof *f->rows, err);
  for (size_t i = 0; st == BLT_OK && i < n; i++) f->rows[f->n++] = rows[i];
  blt_free(ctx, rows, n * sizeof *rows);
  blt_passed_close(&in);
  return st;
}

static void free_rows(blt_ctx *ctx, row_list *f) {
  blt_free(ctx, f->rows, f->cap * sizeof *f->rows);
}

/* Mistakes in the text are told by who knows it; otherwise as bind_refuse_change does at 1. */
static int change_failed(lua_State *L, const blt_error *err) {
  bool mistake = err->code == BLT_EINVAL || err->code == BLT_ETYPE || err->code == BLT_ENAME;
  if (!mistake && err->code != BLT_EINTR && bind_is_strict(L, 1)) return bind_raise(L, "%s", err->message);
  return bind_refuse(L, err);
}

/* The plan at `index` reads one table, whose rows a change is about. */
static const blt_plan *change_plan(lua_State *L, int index, blt_plan_kind kind) {
  const blt_plan *p = bind_plan_at(L, index)->plan, *rows = p;
  if (kind == BLT_PLAN_PROJECT) rows = p && p->kind == kind ? p->input : NULL;
  if (rows && rows->kind == BLT_PLAN_FILTER) rows = rows->input;
  luaL_argcheck(L, rows && rows->kind == BLT_PLAN_SCAN, index, "the plan of a change expected");
  return p;
}

/* delete(table, plan) -> how many, or nil, message, code */
static int delete_rows(lua_State *L) {
  bind_state *state = bind_state_of(L);
  blt_table *t = bind_table_at(L, 1)->t;
  const blt_plan *plan = change_plan(L, 2, BLT_PLAN_FILTER);
  row_list found = {0};
  uint64_t deleted = 0;
  bind_use use = bind_changes(L, 1);
  bind_work w;
  blt_error err;
  blt_status st = bind_enter(L, state, &w, &use, &err);
  if (st != BLT_OK) return change_failed(L, &err);
  st = find_rows(state->ctx, plan, t, &found, &err);
  if (st == BLT_OK) st = blt_table_delete(t, found.rows, found.n, &deleted, &err);
  free_rows(state->ctx, &found);
  bind_leave(state, &w);
  if (st != BLT_OK) return change_failed(L, &err);
  lua_pushinteger(L, (lua_Integer)deleted);
  return 1;
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

/* update(table, plan, columns) -> how many, or nil, message, code. The plan's columns are the new values of
 * these. */
static int update_rows(lua_State *L) {
  bind_state *state = bind_state_of(L);
  uint32_t ncols, *cols = column_numbers(L, 3, blt_table_schema(bind_table_at(L, 1)->t), &ncols);
  blt_table *t = bind_table_at(L, 1)->t, *values = NULL;
  row_list found = {0};
  const blt_plan *plan = change_plan(L, 2, BLT_PLAN_PROJECT);
  bind_use use = bind_changes(L, 1);
  bind_work w;
  blt_error err;
  blt_status st = bind_enter(L, state, &w, &use, &err);
  if (st != BLT_OK) return change_failed(L, &err);
  st = find_rows(state->ctx, plan->input, t, &found, &err);
  if (st == BLT_OK) st = blt_plan_run(state->ctx, plan, &t, 1, &values, NULL, &err);
  if (st == BLT_OK) st = apply_changes(t, &found, values, cols, ncols, &err);
  size_t changed = found.n;
  blt_table_release(values);
  free_rows(state->ctx, &found);
  bind_leave(state, &w);
  if (st != BLT_OK) return change_failed(L, &err);
  lua_pushinteger(L, (lua_Integer)changed);
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
  static const luaL_Reg functions[] = {{"delete", delete_rows}, {"update", update_rows}, {NULL, NULL}};
  luaL_getmetatable(L, BIND_TABLE);
  lua_getfield(L, -1, "__index");
  lua_pushvalue(L, state);
  luaL_setfuncs(L, methods, 1);
  lua_pop(L, 2);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
