/* Rows that are there: found by key, changed, deleted. */
#include "bind_busy.h"
#include "bind_host.h"
#include "bind_memo.h"
#include "bind_plan.h"
#include "exec/change/change_where.h"
#include "store/table/change.h"
#include "store/table/index.h"

#include <string.h>

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
  if (rows && rows->kind == BLT_PLAN_FILTER && rows->u.filter.n <= 1) rows = rows->input;
  luaL_argcheck(L, rows && rows->kind == BLT_PLAN_SCAN, index, "the plan of a change expected");
  return p;
}

/* The condition of such a plan; none is needed for all rows. */
static const blt_term *condition(const blt_plan *p) {
  static const blt_term none;
  if (p->kind == BLT_PLAN_PROJECT) p = p->input;
  return p->kind == BLT_PLAN_FILTER ? p->u.filter.terms : &none;
}

/* Whether the plan at 2 calls functions of the user's, for which it begins anew. May raise. */
static bool begin_calls(lua_State *L, bind_state *s) {
  bool calls = bind_plan_at(L, 2)->calls;
  if (calls) bind_host_begin(L, s);
  return calls;
}

typedef blt_status (*change_fn)(blt_table *t, const blt_plan *plan, uint64_t *changed, blt_error *err);

/* Runs `change` with the table at 1 and the plan at 2 -> how many rows, or nil, message, code. */
static int change_rows(lua_State *L, blt_plan_kind kind, change_fn change) {
  bind_state *state = bind_state_of(L);
  blt_table *t = bind_table_at(L, 1)->t;
  const blt_plan *plan = change_plan(L, 2, kind);
  uint64_t changed = 0;
  bool calls = begin_calls(L, state);
  bind_use use = bind_changes(L, 1);
  bind_work w;
  blt_error err;
  blt_status st = bind_enter(L, state, &w, &use, &err);
  if (st != BLT_OK) return change_failed(L, &err);
  bool alone = bind_host_alone(state, calls);
  st = change(t, plan, &changed, &err);
  blt_ctx_set_alone(state->ctx, alone);
  bind_leave(state, &w);
  if (st != BLT_OK) return change_failed(L, &err);
  lua_pushinteger(L, (lua_Integer)changed);
  return 1;
}

static blt_status delete_where(blt_table *t, const blt_plan *plan, uint64_t *deleted, blt_error *err) {
  return blt_delete_where(t, condition(plan), deleted, NULL, err);
}

static int delete_rows(lua_State *L) {
  return change_rows(L, BLT_PLAN_FILTER, delete_where);
}

/* The plan's columns are the new values of the table's columns of these names. */
static blt_status update_where(blt_table *t, const blt_plan *plan, uint64_t *updated, blt_error *err) {
  return blt_update_where(t, condition(plan), plan->u.project.items, plan->ncolumns, updated, NULL, err);
}

static int update_rows(lua_State *L) {
  return change_rows(L, BLT_PLAN_PROJECT, update_where);
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
  int first = bind_spread(L, 2, schema, NULL);
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
