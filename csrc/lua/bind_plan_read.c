/* Reads the description of a node: a table with those of these fields that its kind has.
 *
 *   slots       the terms: sequences of three values a node in postfix order,
 *               (1, column, false), (2, type, value) or (3, function, arguments)
 *   items       name, slot, name, slot, …: columns of a project, keys of a group
 *   aggregates  sequences of name, kind, slot of the condition or false, slots of the arguments
 *   order       slot, descending, nulls first, …
 *   keys        slots
 *   skip, limit, rows, share, seed
 *   join, left, right, also, asof, null_equal, left_unique, right_unique, left_matched, right_matched
 *   unit, before, after
 *   calls       terms call functions of the user's, which the slots keep in `functions`
 *
 * A filter is true for rows for which all its slots are. The origin of a term is the number of its slot, that
 * of an aggregate its own number behind those of the slots.
 */
#include "bind_plan.h"

#include <string.h>

#define MAX_ARGS 4

typedef struct slots {
  uint32_t n;
  const blt_term *terms;
} slots;

/* Length of the sequence in field `key` of the description; leaves the sequence on the stack (or nil). */
static uint32_t open_sequence(lua_State *L, int at, const char *key, uint32_t stride) {
  if (lua_getfield(L, at, key) == LUA_TNIL) return 0;
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_Unsigned n = lua_rawlen(L, -1);
  if (n % stride || n > 1u << 24) bind_raise(L, "plan: malformed %s", key);
  return (uint32_t)(n / stride);
}

static lua_Integer integer_at(lua_State *L, int table, lua_Integer i, lua_Integer low, lua_Integer high) {
  lua_rawgeti(L, table, i);
  int whole;
  lua_Integer v = lua_tointegerx(L, -1, &whole);
  if (!whole || v < low || v > high) bind_raise(L, "plan: a number is out of range");
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
  if (lua_rawgeti(L, table, i) != LUA_TSTRING) bind_raise(L, "plan: a name is missing");
  const char *s = lua_tostring(L, -1);
  if (strlen(s) != lua_rawlen(L, -1)) bind_raise(L, "a name must not contain a zero byte");
  lua_pop(L, 1);
  return s;
}

static blt_term slot_at(lua_State *L, int table, lua_Integer i, slots s) {
  return s.terms[integer_at(L, table, i, 1, s.n) - 1];
}

/* ---- terms ---- */

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
    if (lua_rawgeti(L, -1, (lua_Integer)i + 1) != LUA_TTABLE) bind_raise(L, "plan: malformed slots");
    total += lua_rawlen(L, -1) / 3;
    lua_pop(L, 1);
  }
  if (total > 1u << 20) bind_raise(L, "a query with more than a million operations");
  return (uint32_t)total;
}

static slots read_slots(lua_State *L, int at) {
  uint32_t n = open_sequence(L, at, "slots", 1);
  int list = lua_gettop(L);
  uint32_t nnodes = n ? count_nodes(L, n) : 0;
  blt_term *terms = lua_newuserdatauv(L, (n + 1) * sizeof *terms, 0);
  blt_node *nodes = lua_newuserdatauv(L, (nnodes + 1) * sizeof *nodes, 0);
  for (uint32_t i = 0; i < n; i++) {
    lua_rawgeti(L, list, (lua_Integer)i + 1);
    int seq = lua_gettop(L);
    terms[i] = (blt_term){nodes, (uint32_t)(lua_rawlen(L, seq) / 3), i + 1};
    if (terms[i].n == 0) bind_raise(L, "plan: malformed slots");
    for (uint32_t k = 0; k < terms[i].n; k++) read_node(L, seq, (lua_Integer)k * 3 + 1, nodes + k);
    nodes += terms[i].n;
    lua_pop(L, 1);
  }
  return (slots){n, terms};
}

/* ---- lists ---- */

static const blt_plan_item *read_items(lua_State *L, int at, slots s, uint32_t *n) {
  *n = open_sequence(L, at, "items", 2);
  int list = lua_gettop(L);
  blt_plan_item *items = lua_newuserdatauv(L, (*n + 1) * sizeof *items, 0);
  for (uint32_t i = 0; i < *n; i++)
    items[i] = (blt_plan_item){string_at(L, list, (lua_Integer)i * 2 + 1),
                               slot_at(L, list, (lua_Integer)i * 2 + 2, s)};
  return items;
}

static void read_aggregate(lua_State *L, int at, slots s, blt_plan_aggregate *a) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, at);
  memset(a, 0, sizeof *a);
  a->name = string_at(L, at, 1);
  a->kind = string_at(L, at, 2);
  if (boolean_at(L, at, 3)) a->where = slot_at(L, at, 3, s);
  if (n - 3 > MAX_ARGS) bind_raise(L, "%s: too many arguments", a->kind);
  a->nargs = (uint32_t)(n - 3);
  for (uint32_t k = 0; k < a->nargs; k++) a->args[k] = slot_at(L, at, 4 + (lua_Integer)k, s);
}

static const blt_plan_aggregate *read_aggregates(lua_State *L, int at, slots s, uint32_t *n) {
  *n = open_sequence(L, at, "aggregates", 1);
  int list = lua_gettop(L);
  blt_plan_aggregate *out = lua_newuserdatauv(L, (*n + 1) * sizeof *out, 0);
  for (uint32_t i = 0; i < *n; i++) {
    if (lua_rawgeti(L, list, (lua_Integer)i + 1) != LUA_TTABLE) bind_raise(L, "plan: malformed aggregates");
    read_aggregate(L, lua_gettop(L), s, out + i);
    out[i].origin = s.n + i + 1;
    lua_pop(L, 1);
  }
  return out;
}

static const blt_plan_order *read_order(lua_State *L, int at, slots s, uint32_t *n) {
  *n = open_sequence(L, at, "order", 3);
  int list = lua_gettop(L);
  blt_plan_order *out = lua_newuserdatauv(L, (*n + 1) * sizeof *out, 0);
  for (uint32_t i = 0; i < *n; i++) {
    lua_Integer first = (lua_Integer)i * 3 + 1;
    out[i] = (blt_plan_order){slot_at(L, list, first, s), boolean_at(L, list, first + 1),
                              boolean_at(L, list, first + 2)};
  }
  return out;
}

static const blt_term *read_keys(lua_State *L, int at, const char *key, slots s, uint32_t *n) {
  *n = open_sequence(L, at, key, 1);
  int list = lua_gettop(L);
  blt_term *out = lua_newuserdatauv(L, (*n + 1) * sizeof *out, 0);
  for (uint32_t i = 0; i < *n; i++) out[i] = slot_at(L, list, (lua_Integer)i + 1, s);
  return out;
}

/* ---- single fields ---- */

static uint64_t count_field(lua_State *L, int at, const char *key, uint64_t otherwise) {
  uint64_t v = otherwise;
  if (lua_getfield(L, at, key) != LUA_TNIL) {
    lua_Integer i = luaL_checkinteger(L, -1);
    if (i < 0) bind_raise(L, "plan: %s is negative", key);
    v = (uint64_t)i;
  }
  lua_pop(L, 1);
  return v;
}

static bool flag_field(lua_State *L, int at, const char *key) {
  lua_getfield(L, at, key);
  bool v = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return v;
}

static uint32_t choice_field(lua_State *L, int at, const char *key, const char *const *names) {
  lua_getfield(L, at, key);
  uint32_t v = (uint32_t)luaL_checkoption(L, -1, names[0], names);
  lua_pop(L, 1);
  return v;
}

static const char *text_field(lua_State *L, int at, const char *key) {
  lua_getfield(L, at, key);
  const char *s = luaL_optstring(L, -1, NULL);
  lua_pop(L, 1);
  return s;
}

/* ---- kinds ---- */

static void read_sample(lua_State *L, int at, blt_plan *draft) {
  lua_getfield(L, at, "seed");
  draft->u.sample.seed = (uint64_t)luaL_checkinteger(L, -1);
  lua_getfield(L, at, "share");
  draft->u.sample.by_share = !lua_isnil(L, -1);
  draft->u.sample.share = luaL_optnumber(L, -1, 0);
  lua_pop(L, 2);
  draft->u.sample.rows = count_field(L, at, "rows", 0);
}

static void read_join(lua_State *L, int at, slots s, blt_plan *draft) {
  static const char *const kinds[] = {"inner", "left", "right", "full", "semi", "anti", "asof", NULL};
  blt_plan_join *join = &draft->u.join;
  uint32_t nright;
  join->kind = (blt_join_kind)(choice_field(L, at, "join", kinds) + BLT_JOIN_INNER);
  join->left = read_keys(L, at, "left", s, &join->nkeys);
  join->right = read_keys(L, at, "right", s, &nright);
  if (nright != join->nkeys) bind_raise(L, "plan: keys of a join come in pairs");
  uint64_t also = count_field(L, at, "also", 0);
  if (also > s.n) bind_raise(L, "plan: a number is out of range");
  if (also) join->also = s.terms[also - 1];
  join->asof = text_field(L, at, "asof");
  join->null_equal = flag_field(L, at, "null_equal");
  join->left_unique = flag_field(L, at, "left_unique");
  join->right_unique = flag_field(L, at, "right_unique");
  join->left_matched = flag_field(L, at, "left_matched");
  join->right_matched = flag_field(L, at, "right_matched");
}

static void read_window(lua_State *L, int at, slots s, blt_plan *draft) {
  static const char *const units[] = {"partition", "rows", "range", NULL};
  draft->u.window.keys = read_keys(L, at, "keys", s, &draft->u.window.nkeys);
  draft->u.window.order = read_order(L, at, s, &draft->u.window.norder);
  draft->u.window.items = read_aggregates(L, at, s, &draft->u.window.nitems);
  draft->u.window.frame.unit = (blt_frame_unit)choice_field(L, at, "unit", units);
  draft->u.window.frame.before = (int64_t)count_field(L, at, "before", INT64_MAX);
  draft->u.window.frame.after = (int64_t)count_field(L, at, "after", INT64_MAX);
}

void bind_plan_read(lua_State *L, int at, const char *kind, blt_plan *draft) {
  static const struct {
    const char *name;
    blt_plan_kind kind;
  } kinds[] = {{"filter", BLT_PLAN_FILTER}, {"project", BLT_PLAN_PROJECT}, {"group", BLT_PLAN_GROUP},
               {"order", BLT_PLAN_ORDER},   {"limit", BLT_PLAN_LIMIT},     {"heads", BLT_PLAN_HEADS},
               {"sample", BLT_PLAN_SAMPLE}, {"join", BLT_PLAN_JOIN},       {"window", BLT_PLAN_WINDOW},
               {"union", BLT_PLAN_UNION}};
  luaL_checkstack(L, 40, "plan");
  slots s = read_slots(L, at);
  *draft = (blt_plan){0};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kinds[i].name, kind) == 0) draft->kind = kinds[i].kind;
  switch ((int)draft->kind) {
  case BLT_PLAN_FILTER:
    draft->u.filter.n = s.n;
    draft->u.filter.terms = s.terms;
    break;
  case BLT_PLAN_PROJECT:
    draft->u.project.items = read_items(L, at, s, &draft->ncolumns);
    break;
  case BLT_PLAN_GROUP:
    draft->u.group.keys = read_items(L, at, s, &draft->u.group.nkeys);
    draft->u.group.aggregates = read_aggregates(L, at, s, &draft->u.group.naggregates);
    draft->u.group.shared = (uint32_t)count_field(L, at, "shared", 0);
    break;
  case BLT_PLAN_ORDER:
    draft->u.order.keys = read_order(L, at, s, &draft->u.order.n);
    draft->u.order.limit = UINT64_MAX;
    break;
  case BLT_PLAN_LIMIT:
    draft->u.limit.skip = count_field(L, at, "skip", 0);
    draft->u.limit.limit = count_field(L, at, "limit", UINT64_MAX);
    break;
  case BLT_PLAN_HEADS:
    draft->u.heads.keys = read_keys(L, at, "keys", s, &draft->u.heads.nkeys);
    draft->u.heads.order = read_order(L, at, s, &draft->u.heads.norder);
    draft->u.heads.rows = count_field(L, at, "rows", 0);
    break;
  case BLT_PLAN_SAMPLE:
    read_sample(L, at, draft);
    break;
  case BLT_PLAN_JOIN:
    read_join(L, at, s, draft);
    break;
  case BLT_PLAN_WINDOW:
    read_window(L, at, s, draft);
    break;
  case BLT_PLAN_UNION:
    break;
  default:
    bind_raise(L, "plan: no such kind of node");
  }
}
