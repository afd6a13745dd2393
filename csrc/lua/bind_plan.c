/* Plans: a node for each verb, the plan after the rules, and runs of it over tables. */
#include "bind_plan.h"
#include "bind_busy.h"
#include "bind_host.h"

#include "exec/run.h"
#include "plan/aggregates.h"
#include "plan/explain.h"
#include "plan/rules.h"
#include "plan/windows.h"

#include "base/mem.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int plan_release(lua_State *L) {
  bind_plan *p = lua_touserdata(L, 1);
  blt_plan_arena_free(p->arena);
  p->arena = NULL;
  p->plan = NULL;
  return bind_handle_end(p);
}

bind_plan *bind_plan_at(lua_State *L, int index) {
  return luaL_checkudata(L, index, BIND_PLAN);
}

bind_plan *bind_plan_new(lua_State *L, bind_state *s) {
  blt_error err;
  bind_plan *p = bind_handle_new(L, s->ctx, sizeof *p, 4, BIND_PLAN);
  if (blt_plan_arena_new(s->ctx, &p->arena, &err) != BLT_OK) bind_raise(L, "%s", err.message);
  return p;
}

/* Keeps the value at `index` as long as the plan on top: its inputs, and what it was made of. */
static void keep(lua_State *L, int index, int slot) {
  lua_pushvalue(L, index);
  lua_setiuservalue(L, -2, slot);
}

static const blt_plan *input_at(lua_State *L, int index) {
  if (lua_isnoneornil(L, index)) return NULL;
  const bind_plan *p = bind_plan_at(L, index);
  if (!p->plan) bind_raise(L, "plan: an empty one");
  return p->plan;
}

static bool calls_at(lua_State *L, int index) {
  return !lua_isnoneornil(L, index) && bind_plan_at(L, index)->calls;
}

/* ---- making ---- */

/* scan(table) -> the plan of all its rows */
static int scan(lua_State *L) {
  const blt_schema *schema = blt_table_schema(bind_table_at(L, 1)->t);
  blt_error err;
  blt_plan_column *columns = lua_newuserdatauv(L, schema->ncols * sizeof *columns, 0);
  for (uint32_t i = 0; i < schema->ncols; i++)
    columns[i] = (blt_plan_column){schema->fields[i].name, schema->fields[i].type};
  blt_plan draft = {.kind = BLT_PLAN_SCAN, .ncolumns = schema->ncols, .columns = columns};
  if (schema->primary) draft.u.scan.nkey = schema->keys->ncols, draft.u.scan.key = schema->keys->cols;
  bind_plan *p = bind_plan_new(L, bind_state_of(L));
  if (blt_plan_make(p->arena, &draft, &p->plan, NULL, &err) != BLT_OK) bind_raise(L, "%s", err.message);
  return 1;
}

/* node(kind, description, input [, other]) -> plan, or nil, message, code, position and origin of a mistake
 */
static int node(lua_State *L) {
  const char *kind = luaL_checkstring(L, 1);
  blt_plan draft;
  uint32_t origin = 0;
  blt_error err;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 4);
  bind_plan_read(L, 2, kind, &draft);
  draft.input = input_at(L, 3);
  draft.other = input_at(L, 4);
  bind_plan *p = bind_plan_new(L, bind_state_of(L));
  for (int slot = 1; slot <= 4; slot++) keep(L, slot, slot);
  lua_getfield(L, 2, "calls");
  p->calls = lua_toboolean(L, -1) || calls_at(L, 3) || calls_at(L, 4);
  lua_pop(L, 1);
  if (blt_plan_make(p->arena, &draft, &p->plan, &origin, &err) == BLT_OK) return 1;
  int n = bind_refuse(L, &err);
  lua_pushinteger(L, origin);
  return n + 1;
}

/* parts(plan) -> what node() was given: kind, description, input and other; four times nil: a scan */
static int parts(lua_State *L) {
  bind_plan_at(L, 1);
  for (int slot = 1; slot <= 4; slot++) lua_getiuservalue(L, 1, slot);
  return 4;
}

/* schema(plan) -> names and types, two sequences */
static int schema(lua_State *L) {
  const blt_plan *p = input_at(L, 1);
  char name[24];
  luaL_argcheck(L, p, 1, "a plan expected");
  lua_createtable(L, (int)p->ncolumns, 0);
  lua_createtable(L, (int)p->ncolumns, 0);
  for (uint32_t i = 0; i < p->ncolumns; i++) {
    blt_type type = p->columns[i].type;
    if (type.id == BLT_NULLTYPE) type.id = BLT_INT64; /* as a column of nothing but nil is stored */
    lua_pushstring(L, p->columns[i].name);
    lua_rawseti(L, -3, (lua_Integer)i + 1);
    lua_pushstring(L, blt_type_name(type, name));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 2;
}

/* prepare(plan [, rule]) -> the plan after all rules or one of them, to be run; "written": after none */
static int prepare(lua_State *L) {
  const blt_plan *plan = input_at(L, 1);
  const char *rule = luaL_optstring(L, 2, NULL);
  blt_error err;
  luaL_argcheck(L, plan, 1, "a plan expected");
  bind_plan *p = bind_plan_new(L, bind_state_of(L));
  keep(L, 1, 3);
  p->calls = calls_at(L, 1);
  blt_status st = rule && strcmp(rule, "written") == 0
                      ? blt_plan_number(p->arena, plan, &p->plan, &err)
                      : blt_plan_rewrite(p->arena, plan, rule, &p->plan, &err);
  return st == BLT_OK ? 1 : bind_report(L, &err);
}

static void push_names(lua_State *L, const char *const *names) {
  lua_newtable(L);
  for (lua_Integer i = 0; names[i]; i++) {
    lua_pushstring(L, names[i]);
    lua_rawseti(L, -2, i + 1);
  }
}

/* rules() -> their names, a sequence */
static int rules(lua_State *L) {
  push_names(L, blt_plan_rules());
  return 1;
}

/* ---- running ---- */

static bool has_key(const blt_schema *s, const uint32_t *key, uint32_t n) {
  return n == 0 || (s->primary && s->keys->ncols == n && memcmp(s->keys->cols, key, n * sizeof *key) == 0);
}

/* The tables are those that the plan was made for, or have the same columns and key. */
static bool fits(const blt_plan *p, blt_table *const *sources, uint32_t n) {
  if (p->kind != BLT_PLAN_SCAN)
    return fits(p->input, sources, n) && (!p->other || fits(p->other, sources, n));
  if (p->u.scan.source >= n) return false;
  const blt_schema *s = blt_table_schema(sources[p->u.scan.source]);
  for (uint32_t i = 0; i < p->ncolumns; i++) {
    uint32_t c = p->u.scan.columns[i];
    blt_type a = p->columns[i].type;
    if (c >= s->ncols || s->fields[c].type.id != a.id || s->fields[c].type.scale != a.scale) return false;
  }
  return has_key(s, p->u.scan.key, p->u.scan.nkey);
}

/* A run over the tables from index 2 on. What is made on the stack is made first: it may run finalizers. */
typedef struct plan_run {
  const blt_plan *plan;
  bool calls; /* functions of the user's */
  uint32_t n;
  blt_table **sources;
  bind_use *uses;
  bind_table *answer;
} plan_run;

static plan_run run_open(lua_State *L, uint32_t n) {
  plan_run r = {.plan = input_at(L, 1), .n = n};
  luaL_argcheck(L, r.plan, 1, "a plan expected");
  r.calls = calls_at(L, 1);
  if (r.calls) bind_host_begin(L, bind_state_of(L));
  r.sources = lua_newuserdatauv(L, (r.n + 1) * sizeof *r.sources, 0);
  r.uses = lua_newuserdatauv(L, (r.n + 1) * sizeof *r.uses, 0);
  r.answer = bind_table_new(L, bind_state_of(L));
  for (uint32_t i = 0; i < r.n; i++) {
    r.sources[i] = bind_table_at(L, (int)i + 2)->t;
    r.uses[i] = bind_reads(L, (int)i + 2);
    r.uses[i].next = i + 1 < r.n ? &r.uses[i + 1] : NULL;
  }
  if (!fits(r.plan, r.sources, r.n)) bind_raise(L, "the table of this query has other columns now");
  return r;
}

static blt_status run_now(lua_State *L, const plan_run *r, blt_node_profile *profiles, blt_error *err) {
  bind_state *s = bind_state_of(L);
  bind_work w;
  blt_status st = bind_enter(L, s, &w, r->n ? r->uses : NULL, err);
  if (st != BLT_OK) return st;
  bool alone = bind_host_alone(s, r->calls);
  st = blt_plan_run(s->ctx, r->plan, r->sources, r->n, &r->answer->t, profiles, err);
  blt_ctx_set_alone(s->ctx, alone);
  bind_leave(s, &w);
  return st;
}

/* run(prepared, table, …) -> the answer as a table; or nil, message, code */
static int run(lua_State *L) {
  blt_error err;
  plan_run r = run_open(L, (uint32_t)lua_gettop(L) - 1);
  if (run_now(L, &r, NULL, &err) != BLT_OK) return bind_refuse(L, &err);
  bind_account(L, bind_state_of(L), blt_table_bytes(r.answer->t));
  return 1;
}

/* ---- explaining ---- */

static void put_profile(void *arg, const blt_plan *p, char *out, size_t room) {
  const blt_node_profile *x = (const blt_node_profile *)arg + p->number;
  if (!x->ran) return;
  uint64_t us = (uint64_t)(x->seconds * 1e6 + 0.5);
  int n = snprintf(out, room, "  [%" PRIu64 " row%s, %" PRIu64 ".%03u ms, %" PRIu64 " bytes held", x->rows,
                   x->rows == 1 ? "" : "s", us / 1000, (unsigned)(us % 1000), x->memory);
  if (x->blocks_read || x->blocks_skipped)
    n += snprintf(out + n, room - (size_t)n, ", %" PRIu64 " block%s read, %" PRIu64 " skipped",
                  x->blocks_read, x->blocks_read == 1 ? "" : "s", x->blocks_skipped);
  snprintf(out + n, room - (size_t)n, "%s%s]", x->strategy[0] ? ": " : "", x->strategy);
}

/* Pushes the text of a plan. */
static int push_text(lua_State *L, blt_ctx *ctx, const blt_plan *plan, blt_node_profile *profiles) {
  char *text;
  size_t bytes;
  blt_error err;
  blt_status st = blt_plan_explain(ctx, plan, profiles ? put_profile : NULL, profiles, &text, &bytes, &err);
  if (st != BLT_OK) return bind_report(L, &err);
  lua_pushstring(L, text); /* a text that Lua has no memory for is lost with it */
  blt_free(ctx, text, bytes);
  return 1;
}

/* explain(prepared) -> its text */
static int explain(lua_State *L) {
  const blt_plan *plan = input_at(L, 1);
  luaL_argcheck(L, plan, 1, "a plan expected");
  return push_text(L, bind_state_of(L)->ctx, plan, NULL);
}

/* profile(prepared, table, …) -> its text with what each node did; or nil, message, code */
static int profile(lua_State *L) {
  blt_error err;
  const blt_plan *plan = input_at(L, 1);
  uint32_t n = (uint32_t)lua_gettop(L) - 1;
  luaL_argcheck(L, plan, 1, "a plan expected");
  size_t bytes = blt_plan_nodes(plan) * sizeof(blt_node_profile);
  blt_node_profile *profiles = lua_newuserdatauv(L, bytes, 0);
  memset(profiles, 0, bytes);
  plan_run r = run_open(L, n);
  if (run_now(L, &r, profiles, &err) != BLT_OK) return bind_refuse(L, &err);
  return push_text(L, bind_state_of(L)->ctx, plan, profiles);
}

/* ---- what there is ---- */

/* functions() -> names of functions; aggregates() -> names of aggregates: sorted sequences */
static int functions_known(lua_State *L) {
  push_names(L, blt_expr_functions());
  return 1;
}

static int aggregates_known(lua_State *L) {
  push_names(L, blt_agg_names());
  return 1;
}

/* common_type(a, b) -> the type that values of both types convert to, or nil; names of types */
static int common_type(lua_State *L) {
  blt_type a, b, both;
  size_t n, m;
  char name[24];
  const char *s = luaL_checklstring(L, 1, &n), *t = luaL_checklstring(L, 2, &m);
  if (!blt_type_parse(s, n, &a) || !blt_type_parse(t, m, &b) || !blt_common_type(a, b, &both)) return 0;
  lua_pushstring(L, blt_type_name(both, name));
  return 1;
}

/* windows() -> names of functions that only a window has */
static int windows_known(lua_State *L) {
  push_names(L, blt_window_names());
  return 1;
}

void bind_open_plan(lua_State *L, int state) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", plan_release}, {"__close", plan_release}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"scan", scan},
                                       {"node", node},
                                       {"parts", parts},
                                       {"schema", schema},
                                       {"prepare", prepare},
                                       {"rules", rules},
                                       {"run", run},
                                       {"explain", explain},
                                       {"profile", profile},
                                       {"functions", functions_known},
                                       {"aggregates", aggregates_known},
                                       {"common_type", common_type},
                                       {"windows", windows_known},
                                       {NULL, NULL}};
  bind_class(L, state, BIND_PLAN, none, meta);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
