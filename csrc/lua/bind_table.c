/* A table handle: made from a schema, asked for its columns and rows. */
#include "bind_busy.h"

#include <string.h>

bind_table *bind_table_new(lua_State *L, bind_state *s) {
  return bind_handle_new(L, s->ctx, sizeof(bind_table), 2, BIND_TABLE);
}

bind_table *bind_table_at(lua_State *L, int index) {
  bind_table *h = luaL_checkudata(L, index, BIND_TABLE);
  if (!h->t) bind_raise(L, "the table is closed");
  return h;
}

static int table_release(bind_table *h) {
  blt_table_release(h->t);
  h->t = NULL;
  return bind_handle_end(h);
}

static int table_gc(lua_State *L) {
  bind_table *h = lua_touserdata(L, 1);
  const bind_state *s = lua_touserdata(L, lua_upvalueindex(1));
  return bind_in_hand(s, h, NULL) ? 0 : table_release(h);
}

/* t:close() -> nothing, or nil, message, code */
static int table_close(lua_State *L) {
  bind_table *h = luaL_checkudata(L, 1, BIND_TABLE);
  if (!h->t) return 0;
  blt_error err;
  bind_use use = bind_changes(L, 1);
  if (bind_claim(bind_state_of(L), &use, &err) != BLT_OK) return bind_report(L, &err);
  return table_release(h);
}

/* ---- schemas ---- */

static const char *string_field(lua_State *L, int index, const char *key) {
  if (lua_getfield(L, index, key) != LUA_TSTRING) bind_raise(L, "a schema's column needs a %s", key);
  const char *s = lua_tostring(L, -1);
  if (strlen(s) != lua_rawlen(L, -1)) bind_raise(L, "a column's %s must not contain a zero byte", key);
  lua_pop(L, 1);
  return s;
}

/* Column `i` of the schema at `index`. The name stays Lua's, which the schema table keeps. */
static void read_field(lua_State *L, int index, uint32_t i, blt_field *f) {
  if (lua_rawgeti(L, index, (lua_Integer)i + 1) != LUA_TTABLE)
    bind_raise(L, "a schema is a sequence of columns");
  int at = lua_gettop(L);
  f->name = string_field(L, at, "name");
  const char *type = string_field(L, at, "type");
  if (!blt_type_parse(type, strlen(type), &f->type))
    bind_raise(L, "column '%s': unknown type '%s' (there are: " BIND_TYPES ")", f->name, type);
  lua_getfield(L, at, "required");
  f->type.required = lua_toboolean(L, -1);
  lua_settop(L, at - 1);
}

/* A sequence of column numbers (from 1) on top of the stack. */
static void read_key(lua_State *L, blt_key *key) {
  lua_Unsigned n = lua_rawlen(L, -1);
  if (n < 1 || n > BLT_MAX_KEY_COLUMNS) bind_raise(L, "a key has 1 to %d columns", BLT_MAX_KEY_COLUMNS);
  key->ncols = (uint32_t)n;
  for (uint32_t i = 0; i < key->ncols; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    key->cols[i] = (uint32_t)(luaL_checkinteger(L, -1) - 1);
    lua_pop(L, 1);
  }
}

void bind_read_schema(lua_State *L, int columns, int keys, bind_schema *out) {
  luaL_checktype(L, columns, LUA_TTABLE);
  luaL_checktype(L, keys, LUA_TTABLE);
  lua_Unsigned n = lua_rawlen(L, columns), k = lua_rawlen(L, keys);
  if (n < 1 || n > BLT_MAX_COLUMNS) bind_raise(L, "a table has 1 to %d columns", BLT_MAX_COLUMNS);
  if (k > 64) bind_raise(L, "a table has at most 64 keys");
  out->ncols = (uint32_t)n;
  out->nkeys = (uint32_t)k;
  out->fields = lua_newuserdatauv(L, n * sizeof *out->fields, 0);
  out->keys = lua_newuserdatauv(L, (k + 1) * sizeof *out->keys, 0);
  for (uint32_t i = 0; i < out->ncols; i++) read_field(L, columns, i, out->fields + i);
  for (uint32_t i = 0; i < out->nkeys; i++) {
    if (lua_rawgeti(L, keys, (lua_Integer)i + 1) != LUA_TTABLE)
      bind_raise(L, "a key is a sequence of columns");
    read_key(L, out->keys + i);
    lua_pop(L, 1);
  }
  lua_getfield(L, keys, "primary");
  out->primary = lua_toboolean(L, -1);
  lua_pop(L, 1);
}

/* table(schema, keys) -> a table in memory. */
static int table_create(lua_State *L) {
  bind_state *s = bind_state_of(L);
  bind_schema given;
  lua_settop(L, 2);
  bind_read_schema(L, 1, 2, &given);
  bind_table *h = bind_table_new(L, s);
  blt_error err;
  blt_schema *schema;
  blt_status st = blt_schema_new(s->ctx, given.fields, given.ncols, given.keys, given.nkeys, given.primary,
                                 &schema, &err);
  if (st == BLT_OK) {
    st = blt_table_new(s->ctx, schema, &h->t, &err);
    blt_schema_free(schema);
  }
  return st == BLT_OK ? 1 : bind_report(L, &err);
}

static int push_columns(lua_State *L) {
  const blt_schema *schema = blt_table_schema(bind_table_at(L, 1)->t);
  char type[24];
  for (int k = 0; k < 3; k++) lua_createtable(L, (int)schema->ncols, 0);
  for (uint32_t i = 0; i < schema->ncols; i++) {
    lua_pushstring(L, schema->fields[i].name);
    lua_rawseti(L, -4, (lua_Integer)i + 1);
    lua_pushstring(L, blt_type_name(schema->fields[i].type, type));
    lua_rawseti(L, -3, (lua_Integer)i + 1);
    lua_pushboolean(L, schema->fields[i].type.required);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 3;
}

/* columns(t) -> names, types, required: three sequences. */
static int table_columns(lua_State *L) {
  return bind_guard(L, bind_keeps(L, 1), push_columns);
}

static int push_keys(lua_State *L) {
  const blt_schema *schema = blt_table_schema(bind_table_at(L, 1)->t);
  lua_createtable(L, (int)schema->nkeys, 1);
  for (uint32_t k = 0; k < schema->nkeys; k++) {
    lua_createtable(L, (int)schema->keys[k].ncols, 0);
    for (uint32_t i = 0; i < schema->keys[k].ncols; i++) {
      lua_pushinteger(L, (lua_Integer)schema->keys[k].cols[i] + 1);
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_rawseti(L, -2, (lua_Integer)k + 1);
  }
  lua_pushboolean(L, schema->primary);
  lua_setfield(L, -2, "primary");
  return 1;
}

/* keys(t) -> sequences of column numbers, with `primary`. */
static int table_keys(lua_State *L) {
  return bind_guard(L, bind_keeps(L, 1), push_keys);
}

static int table_length(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)blt_table_rows(bind_table_at(L, 1)->t));
  return 1;
}

/* bytes(t) -> memory held. */
static int table_bytes(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)blt_table_bytes(bind_table_at(L, 1)->t));
  return 1;
}

/* validate(t) -> true, or nil, message, code: every invariant of the table. */
static int table_validate(lua_State *L) {
  blt_error err;
  bind_claim_reading(L, 1);
  if (blt_table_validate(bind_table_at(L, 1)->t, &err) != BLT_OK) return bind_refuse(L, &err);
  lua_pushboolean(L, true);
  return 1;
}

/* is_table(x) */
static int is_table(lua_State *L) {
  lua_pushboolean(L, luaL_testudata(L, 1, BIND_TABLE) != NULL);
  return 1;
}

void bind_open_table(lua_State *L, int state) {
  static const luaL_Reg methods[] = {{"close", table_close}, {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", table_gc}, {"__close", table_close}, {"__len", table_length}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"table", table_create},      {"columns", table_columns}, {"keys", table_keys}, {"bytes", table_bytes},
      {"validate", table_validate}, {"is_table", is_table},     {NULL, NULL}};
  bind_class(L, state, BIND_TABLE, methods, meta);
  luaL_getmetatable(L, BIND_TABLE);
  lua_setfield(L, -2, "table_class");
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
