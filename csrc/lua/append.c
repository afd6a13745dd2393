/* Rows from Lua into a table: positional, named, many at once, by column, and through a closure that
 * remembers which string has which dictionary code. */
#include "bind.h"
#include "../store/change.h"

#include <string.h>

#define MEMO 4096 /* entries a string column, a power of two */

/* A Lua string at address `s` was code `code`. Lua may reuse the address, so the content is compared each
 * time. */
typedef struct memo {
  const char *s;
  uint32_t code;
} memo;

static blt_status push_string(lua_State *L, int index, blt_table *t, uint32_t col, memo *seen,
                              blt_error *err) {
  size_t len;
  const char *s = lua_tolstring(L, index, &len);
  if (!seen || !blt_table_interns(t, col)) return blt_table_push_str(t, col, s, len, err);
  blt_dict *d = blt_table_dict(t, col);
  memo *m = seen + (((uintptr_t)s >> 4) & (MEMO - 1));
  if (m->s == s && m->code < d->count) {
    blt_str known = blt_dict_at(d, m->code);
    if (known.len == len && memcmp(known.s, s, len) == 0) {
      blt_table_push_code(t, col, m->code);
      return BLT_OK;
    }
  }
  uint32_t code;
  blt_status st = blt_dict_intern(d, s, len, &code, err);
  if (st != BLT_OK) return st;
  *m = (memo){s, code};
  blt_table_push_code(t, col, code);
  return BLT_OK;
}

/* What the fast paths of push_cell do not take. */
static blt_status push_converted(lua_State *L, int index, blt_table *t, uint32_t col, blt_type type,
                                 blt_error *err) {
  blt_value v;
  blt_status st = bind_to_value(L, index, type, &v, err);
  if (st != BLT_OK) {
    char message[sizeof err->message];
    memcpy(message, err->message, sizeof message);
    return blt_fail_at(err, st, col, "column '%s' (%s): %.300s", blt_table_schema(t)->fields[col].name,
                       blt_type_name(type, (char[24]){0}), message);
  }
  if (v.null) {
    blt_table_push_null(t, col);
    return BLT_OK;
  }
  if (type.id == BLT_FLOAT64) return blt_table_push_f64(t, col, v.u.f, err);
  if (type.id == BLT_STRING) return blt_table_push_str(t, col, v.u.s.s, v.u.s.len, err);
  return blt_table_push_i64(t, col, v.u.i, err);
}

static inline blt_status push_cell(lua_State *L, int index, blt_table *t, uint32_t col, blt_type type,
                                   memo *seen, blt_error *err) {
  switch (type.id) {
  case BLT_INT64:
    if (lua_isinteger(L, index)) return blt_table_push_i64(t, col, lua_tointeger(L, index), err);
    break;
  case BLT_FLOAT64:
    if (lua_type(L, index) == LUA_TNUMBER) return blt_table_push_f64(t, col, lua_tonumber(L, index), err);
    break;
  case BLT_STRING:
    if (lua_type(L, index) == LUA_TSTRING) return push_string(L, index, t, col, seen, err);
    break;
  default:
    break;
  }
  return push_converted(L, index, t, col, type, err);
}

/* Ends the row that pushes with status `st` have filled. */
static blt_status end_row(blt_table *t, blt_status st, blt_error *err) {
  if (st == BLT_OK) st = blt_table_end_row(t, err);
  if (st != BLT_OK) blt_table_abort_row(t);
  return st;
}

/* A row of the values from `first` on; `seen` has MEMO entries a column, or is NULL. */
static blt_status append_values(lua_State *L, int first, blt_table *t, memo *seen, blt_error *err) {
  const blt_schema *schema = blt_table_schema(t);
  blt_status st = blt_table_begin_row(t, err);
  if (st != BLT_OK) return st;
  for (uint32_t c = 0; c < schema->ncols && st == BLT_OK; c++)
    st = push_cell(L, first + (int)c, t, c, schema->fields[c].type, seen ? seen + (size_t)c * MEMO : NULL,
                   err);
  return end_row(t, st, err);
}

static void check_count(lua_State *L, lua_Integer got, uint32_t wanted) {
  if (got != (lua_Integer)wanted)
    bind_raise(L, "%d values expected, one for each column, got %d", (int)wanted, (int)got);
}

/* Length of a positional row: `n`, or the border. */
static lua_Integer row_length(lua_State *L, int index) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, index);
  if (lua_getfield(L, index, "n") == LUA_TNUMBER && lua_isinteger(L, -1)) n = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return n;
}

/* A row table is positional when it has [1], or no string keys but `n`. */
static bool is_positional(lua_State *L, int index, const blt_schema *schema) {
  bool first = lua_rawgeti(L, index, 1) != LUA_TNIL;
  lua_pop(L, 1);
  if (first || blt_schema_find(schema, "n", 1) >= 0) return first;
  bool counted = lua_getfield(L, index, "n") != LUA_TNIL;
  lua_pop(L, 1);
  return counted;
}

/* Raises for the first key (in Lua's own order) that is no column. */
static void check_keys(lua_State *L, int index, const blt_schema *schema) {
  lua_pushnil(L);
  while (lua_next(L, index)) {
    size_t len;
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING) bind_raise(L, "a named row has column names as keys");
    const char *name = lua_tolstring(L, -1, &len);
    if (blt_schema_find(schema, name, len) < 0) bind_raise(L, "unknown column '%s' in a row", name);
  }
}

int bind_spread(lua_State *L, int index, const blt_schema *schema) {
  luaL_checktype(L, index, LUA_TTABLE);
  luaL_checkstack(L, (int)schema->ncols + 8, "a row with so many columns");
  int first = lua_gettop(L) + 1;
  if (is_positional(L, index, schema)) {
    lua_Integer n = row_length(L, index);
    if (n > (lua_Integer)schema->ncols) check_count(L, n, schema->ncols);
    for (uint32_t c = 0; c < schema->ncols; c++) lua_rawgeti(L, index, (lua_Integer)c + 1);
  } else {
    check_keys(L, index, schema);
    for (uint32_t c = 0; c < schema->ncols; c++) {
      lua_pushstring(L, schema->fields[c].name);
      lua_rawget(L, index);
    }
  }
  return first;
}

/* t:append(v1, …, vn), t:append{v1, …, vn}, t:append{name = value, …} -> true, or nil, message, code */
static int append(lua_State *L) {
  bind_table *h = bind_table_at(L, 1);
  const blt_schema *schema = blt_table_schema(h->t);
  int first = 2;
  blt_error err;
  if (lua_type(L, 2) == LUA_TTABLE && lua_gettop(L) == 2)
    first = bind_spread(L, 2, schema);
  else
    check_count(L, lua_gettop(L) - 1, schema->ncols);
  if (append_values(L, first, h->t, NULL, &err) != BLT_OK) return bind_report(L, &err);
  lua_pushboolean(L, true);
  return 1;
}

/* The closure of t:appender(): upvalues state, table, memo. */
static int append_fast(lua_State *L) {
  bind_table *h = lua_touserdata(L, lua_upvalueindex(2));
  if (!h->t) return bind_raise(L, "the table is closed");
  check_count(L, lua_gettop(L), blt_table_schema(h->t)->ncols);
  blt_error err;
  if (append_values(L, 1, h->t, lua_touserdata(L, lua_upvalueindex(3)), &err) != BLT_OK)
    return bind_report(L, &err);
  lua_pushboolean(L, true);
  return 1;
}

/* t:appender() -> function(v1, …, vn) that appends a row, returning as t:append does */
static int appender(lua_State *L) {
  bind_table *h = bind_table_at(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  size_t bytes = (size_t)blt_table_schema(h->t)->ncols * MEMO * sizeof(memo);
  memset(lua_newuserdatauv(L, bytes, 0), 0, bytes);
  lua_pushcclosure(L, append_fast, 3);
  return 1;
}

/* Takes back the rows from number `before` on, and reports why row `row` of many was refused. */
static int row_failed(lua_State *L, blt_table *t, uint64_t before, blt_error *err, lua_Integer row) {
  char message[sizeof err->message];
  memcpy(message, err->message, sizeof message);
  blt_error ignored;
  blt_table_cut(t, before, &ignored);
  blt_fail_at(err, err->code, row, "row %lld: %.440s", (long long)row, message);
  return bind_report(L, err);
}

/* t:append_rows{row, …} -> how many; all or none: or nil, message, code */
static int append_rows(lua_State *L) {
  bind_table *h = bind_table_at(L, 1);
  const blt_schema *schema = blt_table_schema(h->t);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_Integer n = row_length(L, 2);
  uint64_t before = blt_table_all_rows(h->t);
  blt_error err;
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 2, i);
    int first = bind_spread(L, 3, schema);
    if (append_values(L, first, h->t, NULL, &err) != BLT_OK) return row_failed(L, h->t, before, &err, i);
    lua_settop(L, 2);
  }
  lua_pushinteger(L, n);
  return 1;
}

/* Pushes the sequence of each column (nil when it is left out) and returns the longest length. */
static lua_Integer column_sequences(lua_State *L, const blt_schema *schema) {
  lua_Integer rows = -1;
  check_keys(L, 2, schema);
  for (uint32_t c = 0; c < schema->ncols; c++) {
    lua_pushstring(L, schema->fields[c].name);
    int kind = lua_rawget(L, 2);
    if (kind == LUA_TNIL) continue;
    if (kind != LUA_TTABLE)
      bind_raise(L, "column '%s': a sequence of values expected", schema->fields[c].name);
    lua_Integer n = row_length(L, lua_gettop(L));
    if (rows >= 0 && n != rows)
      bind_raise(L, "column '%s' has %I values, another one %I (set n when it ends in nil)",
                 schema->fields[c].name, n, rows);
    rows = n;
  }
  return rows < 0 ? 0 : rows;
}

/* t:append_columns{name = {v1, …}, …} -> how many rows; all or none: or nil, message, code */
static int append_columns(lua_State *L) {
  bind_table *h = bind_table_at(L, 1);
  const blt_schema *schema = blt_table_schema(h->t);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  luaL_checkstack(L, (int)schema->ncols + 8, "so many columns");
  size_t bytes = (size_t)schema->ncols * MEMO * sizeof(memo);
  memo *seen = memset(lua_newuserdatauv(L, bytes, 0), 0, bytes);
  lua_Integer n = column_sequences(L, schema);
  uint64_t before = blt_table_all_rows(h->t);
  blt_error err;
  for (lua_Integer i = 1; i <= n; i++) {
    blt_status st = blt_table_begin_row(h->t, &err);
    if (st != BLT_OK) return row_failed(L, h->t, before, &err, i);
    for (uint32_t c = 0; c < schema->ncols && st == BLT_OK; c++) {
      if (lua_isnil(L, 4 + (int)c)) {
        blt_table_push_null(h->t, c);
        continue;
      }
      lua_rawgeti(L, 4 + (int)c, i);
      st = push_cell(L, -1, h->t, c, schema->fields[c].type, seen + (size_t)c * MEMO, &err);
      lua_pop(L, 1);
    }
    if (end_row(h->t, st, &err) != BLT_OK) return row_failed(L, h->t, before, &err, i);
  }
  lua_pushinteger(L, n);
  return 1;
}

void bind_open_append(lua_State *L, int state) {
  static const luaL_Reg methods[] = {{"append", append},
                                     {"appender", appender},
                                     {"append_rows", append_rows},
                                     {"append_columns", append_columns},
                                     {NULL, NULL}};
  luaL_getmetatable(L, BIND_TABLE);
  lua_getfield(L, -1, "__index");
  lua_pushvalue(L, state);
  luaL_setfuncs(L, methods, 1);
  lua_pop(L, 2);
}
