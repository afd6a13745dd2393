/* One stage of a query, prepared once and run over a table any number of times.
 *
 * Lua describes it as a table:
 *   slots       the expressions: sequences of three values a node in postfix order,
 *               (1, column, false), (2, type, value) or (3, function, arguments)
 *   where       slot of the filter, or nil
 *   grouped     true for groups
 *   outputs     name, slot, name, slot, …
 *   aggregates  sequences of name, kind, slot of the condition or false, slots of the arguments
 *   order       output column, descending, nulls first, …
 *   nheads, heads  only so many rows of those that are alike in the first nheads of the order; or nil
 *   skip, limit integers or nil
 * The description stays alive with the stage, which points to its strings.
 */
#include "bind_busy.h"
#include "bind_stage.h"
#include "base/mem.h"

#include <string.h>

#define MAX_ARGS 4

typedef struct slot {
  const blt_node *nodes;
  uint32_t n;
} slot;

typedef struct output {
  const char *name;
  uint32_t slot;
} output;

typedef struct aggregate {
  const char *name, *kind;
  uint32_t where; /* slot + 1, 0 for none */
  uint32_t nargs, args[MAX_ARGS];
} aggregate;

/* Everything lies in one userdata, behind this head. */
struct bind_stage {
  uint32_t nslots, noutputs, naggregates, norder;
  uint32_t where; /* slot + 1, 0 for none */
  bool grouped;
  uint32_t nheads;
  uint64_t heads, skip, limit;
  slot *slots;
  output *outputs;
  aggregate *aggregates;
  blt_order *order;
};

/* ---- reading the description ---- */

/* Length of the sequence in field `key` of the table at 1; leaves the sequence on the stack (or nil). */
static uint32_t open_sequence(lua_State *L, const char *key, uint32_t stride) {
  if (lua_getfield(L, 1, key) == LUA_TNIL) return 0;
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_Unsigned n = lua_rawlen(L, -1);
  if (n % stride || n > 1u << 24) bind_raise(L, "stage: malformed %s", key);
  return (uint32_t)(n / stride);
}

static lua_Integer integer_at(lua_State *L, int table, lua_Integer i, lua_Integer low, lua_Integer high) {
  lua_rawgeti(L, table, i);
  int whole;
  lua_Integer v = lua_tointegerx(L, -1, &whole);
  if (!whole || v < low || v > high) bind_raise(L, "stage: a number is out of range");
  lua_pop(L, 1);
  return v;
}

static bool boolean_at(lua_State *L, int table, lua_Integer i) {
  lua_rawgeti(L, table, i);
  bool v = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return v;
}

static const char *string_at(lua_State *L, int table, lua_Integer i) {
  if (lua_rawgeti(L, table, i) != LUA_TSTRING) bind_raise(L, "stage: a name is missing");
  const char *s = lua_tostring(L, -1);
  if (strlen(s) != lua_rawlen(L, -1)) bind_raise(L, "a name must not contain a zero byte");
  lua_pop(L, 1);
  return s;
}

static void read_node(lua_State *L, int seq, lua_Integer at, blt_node *node) {
  blt_error err;
  memset(node, 0, sizeof *node);
  node->kind = (uint8_t)integer_at(L, seq, at, BLT_NODE_COLUMN, BLT_NODE_CALL);
  switch (node->kind) {
  case BLT_NODE_COLUMN:
    node->column = (uint32_t)integer_at(L, seq, at + 1, 1, BLT_MAX_COLUMNS) - 1;
    break;
  case BLT_NODE_VALUE:
    lua_rawgeti(L, seq, at + 2);
    if (bind_literal(L, string_at(L, seq, at + 1), lua_gettop(L), &node->value, &err) != BLT_OK)
      bind_raise(L, "%s", err.message);
    lua_pop(L, 1);
    break;
  default:
    node->name = string_at(L, seq, at + 1);
    node->nargs = (uint32_t)integer_at(L, seq, at + 2, 0, 1 << 20);
  }
}

/* Counts the nodes of all slots; the sequence of slots is on top. */
static uint32_t count_nodes(lua_State *L, uint32_t nslots) {
  uint64_t total = 0;
  for (uint32_t i = 0; i < nslots; i++) {
    if (lua_rawgeti(L, -1, (lua_Integer)i + 1) != LUA_TTABLE) bind_raise(L, "stage: malformed slots");
    total += lua_rawlen(L, -1) / 3;
    lua_pop(L, 1);
  }
  if (total > 1u << 20) bind_raise(L, "a query with more than a million operations");
  return (uint32_t)total;
}

static void read_slots(lua_State *L, int slots, bind_stage *g, blt_node *nodes) {
  for (uint32_t i = 0; i < g->nslots; i++) {
    lua_rawgeti(L, slots, (lua_Integer)i + 1);
    int seq = lua_gettop(L);
    uint32_t n = (uint32_t)(lua_rawlen(L, seq) / 3);
    for (uint32_t k = 0; k < n; k++) read_node(L, seq, (lua_Integer)k * 3 + 1, nodes + k);
    g->slots[i] = (slot){nodes, n};
    nodes += n;
    lua_pop(L, 1);
  }
}

static void read_aggregate(lua_State *L, int at, const bind_stage *g, aggregate *a) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, at);
  a->name = string_at(L, at, 1);
  a->kind = string_at(L, at, 2);
  a->where = boolean_at(L, at, 3) ? (uint32_t)integer_at(L, at, 3, 1, g->nslots) : 0;
  if (n - 3 > MAX_ARGS) bind_raise(L, "%s: too many arguments", a->kind);
  a->nargs = (uint32_t)(n - 3);
  for (uint32_t k = 0; k < a->nargs; k++)
    a->args[k] = (uint32_t)integer_at(L, at, 4 + (lua_Integer)k, 1, g->nslots) - 1;
}

static uint64_t count_field(lua_State *L, const char *key, uint64_t otherwise) {
  uint64_t v = otherwise;
  if (lua_getfield(L, 1, key) != LUA_TNIL) {
    lua_Integer i = luaL_checkinteger(L, -1);
    if (i < 0) bind_raise(L, "stage: %s is negative", key);
    v = (uint64_t)i;
  }
  lua_pop(L, 1);
  return v;
}

static void read_scalars(lua_State *L, bind_stage *g) {
  g->where = (uint32_t)count_field(L, "where", 0);
  if (g->where > g->nslots) bind_raise(L, "stage: a number is out of range");
  lua_getfield(L, 1, "grouped");
  g->grouped = lua_toboolean(L, -1);
  lua_pop(L, 1);
  g->nheads = (uint32_t)count_field(L, "nheads", 0);
  g->heads = count_field(L, "heads", 0);
  g->skip = count_field(L, "skip", 0);
  g->limit = count_field(L, "limit", UINT64_MAX);
}

static void read_lists(lua_State *L, bind_stage *g, int outputs, int aggregates, int order) {
  for (uint32_t i = 0; i < g->noutputs; i++)
    g->outputs[i] = (output){string_at(L, outputs, (lua_Integer)i * 2 + 1),
                             (uint32_t)integer_at(L, outputs, (lua_Integer)i * 2 + 2, 1, g->nslots) - 1};
  for (uint32_t i = 0; i < g->naggregates; i++) {
    if (lua_rawgeti(L, aggregates, (lua_Integer)i + 1) != LUA_TTABLE)
      bind_raise(L, "stage: malformed aggregates");
    read_aggregate(L, lua_gettop(L), g, g->aggregates + i);
    lua_pop(L, 1);
  }
  for (uint32_t i = 0; i < g->norder; i++) {
    lua_Integer at = (lua_Integer)i * 3 + 1;
    g->order[i] = (blt_order){(uint32_t)integer_at(L, order, at, 1, BLT_MAX_COLUMNS) - 1,
                              boolean_at(L, order, at + 1), boolean_at(L, order, at + 2)};
  }
}

/* stage(description) -> the prepared stage */
static int stage_new(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  bind_stage head = {0};
  head.nslots = open_sequence(L, "slots", 1);
  uint32_t nnodes = head.nslots ? count_nodes(L, head.nslots) : 0;
  head.noutputs = open_sequence(L, "outputs", 2);
  head.naggregates = open_sequence(L, "aggregates", 1);
  head.norder = open_sequence(L, "order", 3);
  size_t bytes = sizeof head + nnodes * sizeof(blt_node) + head.nslots * sizeof(slot) +
                 head.noutputs * sizeof(output) + head.naggregates * sizeof(aggregate) +
                 head.norder * sizeof(blt_order);
  bind_stage *g = lua_newuserdatauv(L, bytes, 1);
  luaL_setmetatable(L, BIND_STAGE);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  *g = head;
  blt_node *nodes = (blt_node *)(g + 1);
  g->slots = (slot *)(nodes + nnodes);
  g->outputs = (output *)(g->slots + g->nslots);
  g->aggregates = (aggregate *)(g->outputs + g->noutputs);
  g->order = (blt_order *)(g->aggregates + g->naggregates);
  if (g->nslots) read_slots(L, 2, g, nodes);
  read_lists(L, g, 3, 4, 5);
  read_scalars(L, g);
  lua_settop(L, 6);
  return 1;
}

/* ---- running ---- */

const bind_stage *bind_stage_at(lua_State *L, int index) {
  return luaL_checkudata(L, index, BIND_STAGE);
}

static blt_status take_memory(bind_run *r, blt_error *err) {
  const bind_stage *g = r->g;
  r->bytes = (g->nslots + 1) * sizeof(blt_expr *) + g->noutputs * sizeof(blt_output) +
             g->naggregates * sizeof(blt_aggregate);
  r->memory = blt_calloc(r->ctx, 1, r->bytes);
  if (!r->memory) return blt_fail_memory(err, r->bytes);
  r->exprs = r->memory;
  r->outputs = (blt_output *)(r->exprs + g->nslots + 1);
  r->aggregates = (blt_aggregate *)(r->outputs + g->noutputs);
  return BLT_OK;
}

void bind_run_close(bind_run *r) {
  for (uint32_t i = 0; r->exprs && i < r->g->nslots; i++) blt_expr_free(r->exprs[i]);
  blt_view_release(r->view);
  blt_free(r->ctx, r->memory, r->bytes);
  r->view = NULL;
  r->exprs = NULL;
  r->memory = NULL;
}

static blt_status compile(bind_run *r, blt_error *err) {
  const bind_stage *g = r->g;
  for (uint32_t i = 0; i < g->nslots; i++) {
    blt_status st = blt_expr_compile(r->ctx, r->view, g->slots[i].nodes, g->slots[i].n, r->exprs + i, err);
    if (st != BLT_OK) {
      r->failed = i + 1;
      return st;
    }
  }
  return BLT_OK;
}

static void fill(bind_run *r, blt_stage *stage) {
  const bind_stage *g = r->g;
  for (uint32_t i = 0; i < g->noutputs; i++)
    r->outputs[i] = (blt_output){g->outputs[i].name, r->exprs[g->outputs[i].slot]};
  for (uint32_t i = 0; i < g->naggregates; i++) {
    const aggregate *from = g->aggregates + i;
    blt_aggregate *a = r->aggregates + i;
    *a = (blt_aggregate){.name = from->name, .kind = from->kind, .nargs = from->nargs};
    for (uint32_t k = 0; k < from->nargs; k++) a->args[k] = r->exprs[from->args[k]];
    if (from->where) a->where = r->exprs[from->where - 1];
  }
  *stage = (blt_stage){.view = r->view,
                       .where = g->where ? r->exprs[g->where - 1] : NULL,
                       .grouped = g->grouped,
                       .noutputs = g->noutputs,
                       .outputs = r->outputs,
                       .naggregates = g->naggregates,
                       .aggregates = r->aggregates,
                       .norder = g->norder,
                       .order = g->order,
                       .nheads = g->nheads,
                       .heads = g->heads,
                       .skip = g->skip,
                       .limit = g->limit};
}

blt_status bind_run_open(bind_run *r, blt_table *t, blt_stage *stage, blt_error *err) {
  blt_status st = take_memory(r, err);
  if (st == BLT_OK) st = blt_table_view(t, &r->view, err);
  if (st == BLT_OK) st = compile(r, err);
  if (st == BLT_OK) fill(r, stage);
  return st;
}

blt_status bind_run_all(bind_run *r, blt_table *source, blt_table **out, blt_profile *profile,
                        blt_error *err) {
  blt_stage stage;
  blt_status st = bind_run_open(r, source, &stage, err);
  if (st == BLT_OK)
    st = out ? blt_stage_run(r->ctx, &stage, out, profile, err)
             : blt_stage_explain(r->ctx, &stage, profile, err);
  bind_run_close(r);
  return st;
}

static void put_number(lua_State *L, const char *key, double v) {
  lua_pushnumber(L, v);
  lua_setfield(L, -2, key);
}

static void put_count(lua_State *L, const char *key, uint64_t v) {
  lua_pushinteger(L, (lua_Integer)v);
  lua_setfield(L, -2, key);
}

static void push_profile(lua_State *L, const blt_profile *p) {
  lua_createtable(L, 0, 12);
  lua_pushstring(L, p->strategy);
  lua_setfield(L, -2, "strategy");
  put_count(L, "rows_scanned", p->rows_scanned);
  put_count(L, "rows_selected", p->rows_selected);
  put_count(L, "groups_skipped", p->groups_skipped);
  put_count(L, "groups_scanned", p->groups_scanned);
  put_count(L, "rows_out", p->rows_out);
  put_count(L, "bytes_read", p->bytes_read);
  put_number(L, "seconds_filter", p->seconds_filter);
  put_number(L, "seconds_group", p->seconds_group);
  put_number(L, "seconds_sort", p->seconds_sort);
  put_number(L, "seconds_total", p->seconds_total);
}

int bind_run_failed(lua_State *L, const bind_run *r, const blt_error *err) {
  int n = bind_refuse(L, err);
  if (r->failed)
    lua_pushinteger(L, r->failed);
  else
    lua_pushnil(L);
  return n + 1;
}

/* run(stage, table [, "profile" | "explain"]) -> the answer as a table [, profile]; or the profile alone */
static int stage_run(lua_State *L) {
  static const char *const modes[] = {"plain", "profile", "explain", NULL};
  bind_state *s = bind_state_of(L);
  const bind_stage *g = bind_stage_at(L, 1);
  int mode = luaL_checkoption(L, 3, "plain", modes);
  bind_table *answer = bind_table_new(L, s);
  blt_profile profile;
  blt_error err;
  memset(&profile, 0, sizeof profile);
  bind_run r = {.ctx = s->ctx, .g = g};
  blt_table *source = bind_table_at(L, 2)->t; /* looked at last: what is made above may run finalizers */
  bind_use use = bind_reads(L, 2);
  bind_work w;
  blt_status st = bind_enter(L, s, &w, &use, &err);
  if (st != BLT_OK) return bind_run_failed(L, &r, &err);
  st = bind_run_all(&r, source, mode == 2 ? NULL : &answer->t, mode ? &profile : NULL, &err);
  bind_leave(s, &w);
  if (st != BLT_OK) return bind_run_failed(L, &r, &err);
  if (mode == 0) {
    bind_account(L, s, blt_table_bytes(answer->t));
    return 1;
  }
  push_profile(L, &profile);
  return mode == 1 ? 2 : 1;
}

static void push_names(lua_State *L, const char *const *names) {
  lua_newtable(L);
  for (lua_Integer i = 0; names[i]; i++) {
    lua_pushstring(L, names[i]);
    lua_rawseti(L, -2, i + 1);
  }
}

/* functions() -> names of functions; aggregates() -> names of aggregates: sorted sequences */
static int functions_known(lua_State *L) {
  push_names(L, blt_expr_functions());
  return 1;
}

static int aggregates_known(lua_State *L) {
  push_names(L, blt_agg_names());
  return 1;
}

void bind_open_stage(lua_State *L, int state) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  static const luaL_Reg functions[] = {{"stage", stage_new},
                                       {"run", stage_run},
                                       {"functions", functions_known},
                                       {"aggregates", aggregates_known},
                                       {NULL, NULL}};
  bind_class(L, state, BIND_STAGE, none, none);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
