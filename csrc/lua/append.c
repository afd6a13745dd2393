/* Rows from Lua into a table: positional, named, many at once, by column, and through a closure that
 * remembers which string has which dictionary code. */
#include "memo.h"
#include "../store/change.h"

#include <string.h>

#define BULK 1024 /* rows from which append_columns makes blocks of its own */

static blt_status push_string(lua_State *L, int index, blt_table *t, uint32_t col, bind_memo_place memos,
                              blt_error *err) {
  uint32_t code;
  if (!blt_table_interns(t, col)) {
    size_t len;
    const char *s = lua_tolstring(L, index, &len);
    return blt_table_push_str(t, col, s, len, err);
  }
  blt_status st = bind_memo_code(L, index, blt_table_dict(t, col), col, memos, &code, err);
  if (st == BLT_OK) blt_table_push_code(t, col, code);
  return st;
}

/* What a column's name and type add to the message of a value that was refused. */
blt_status bind_column_failed(const blt_table *t, uint32_t col, blt_error *err) {
  char message[sizeof err->message], type[24];
  const blt_field *f = &blt_table_schema(t)->fields[col];
  memcpy(message, err->message, sizeof message);
  return blt_fail_at(err, err->code, col, "column '%s' (%s): %.300s", f->name, blt_type_name(f->type, type),
                     message);
}

/* What the fast paths of push_cell do not take. */
static blt_status push_converted(lua_State *L, int index, blt_table *t, uint32_t col, blt_type type,
                                 blt_error *err) {
  blt_value v;
  blt_status st = bind_to_value(L, index, type, &v, err);
  if (st != BLT_OK) return bind_column_failed(t, col, err);
  if (v.null) {
    blt_table_push_null(t, col);
    return BLT_OK;
  }
  if (type.id == BLT_FLOAT64) return blt_table_push_f64(t, col, v.u.f, err);
  if (type.id == BLT_STRING) return blt_table_push_str(t, col, v.u.s.s, v.u.s.len, err);
  return blt_table_push_i64(t, col, v.u.i, err);
}

static inline blt_status push_cell(lua_State *L, int index, blt_table *t, uint32_t col, blt_type type,
                                   bind_memo_place memos, blt_error *err) {
  switch (type.id) {
  case BLT_INT64:
    if (lua_isinteger(L, index)) return blt_table_push_i64(t, col, lua_tointeger(L, index), err);
    break;
  case BLT_FLOAT64:
    if (lua_type(L, index) == LUA_TNUMBER) return blt_table_push_f64(t, col, lua_tonumber(L, index), err);
    break;
  case BLT_STRING:
    if (lua_type(L, index) == LUA_TSTRING) return push_string(L, index, t, col, memos, err);
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

/* A row of the values from `first` on. Strings come last, so that what the memo knows of them arrives from
 * memory while the others are stored. */
static blt_status append_values(lua_State *L, int first, blt_table *t, bind_memo_place memos,
                                blt_error *err) {
  const blt_schema *schema = blt_table_schema(t);
  blt_status st = blt_table_begin_row(t, err);
  if (st != BLT_OK) return st;
  for (uint32_t c = 0; c < schema->ncols; c++)
    if (schema->fields[c].type.id == BLT_STRING && lua_type(L, first + (int)c) == LUA_TSTRING)
      bind_memo_prefetch(L, first + (int)c, c, memos.memos);
  for (int strings = 0; strings < 2; strings++)
    for (uint32_t c = 0; c < schema->ncols && st == BLT_OK; c++)
      if ((schema->fields[c].type.id == BLT_STRING) == strings)
        st = push_cell(L, first + (int)c, t, c, schema->fields[c].type, memos, err);
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

/* The memos of a table handle, its user value 1, pushed. */
static bind_memo_place own_memos(lua_State *L, int handle, const bind_table *h) {
  bind_memo_place place = {NULL, lua_gettop(L) + 1};
  if (lua_getiuservalue(L, handle, 1) == LUA_TUSERDATA) {
    place.memos = lua_touserdata(L, -1);
    return place;
  }
  lua_pop(L, 1);
  place.memos = bind_memos_new(L, bind_state_of(L), blt_table_schema(h->t)->ncols);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, handle, 1);
  return place;
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
  if (append_values(L, first, h->t, own_memos(L, 1, h), &err) != BLT_OK) return bind_report(L, &err);
  lua_pushboolean(L, true);
  return 1;
}

/* The closure of t:appender(): upvalues state, table, memos. */
static int append_fast(lua_State *L) {
  bind_table *h = lua_touserdata(L, lua_upvalueindex(2));
  if (!h->t) return bind_raise(L, "the table is closed");
  check_count(L, lua_gettop(L), blt_table_schema(h->t)->ncols);
  blt_error err;
  bind_memo_place memos = {lua_touserdata(L, lua_upvalueindex(3)), lua_upvalueindex(3)};
  if (append_values(L, 1, h->t, memos, &err) != BLT_OK) return bind_report(L, &err);
  lua_pushboolean(L, true);
  return 1;
}

/* t:appender() -> function(v1, …, vn) that appends a row, returning as t:append does */
static int appender(lua_State *L) {
  bind_table *h = bind_table_at(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  bind_memos_new(L, bind_state_of(L), blt_table_schema(h->t)->ncols);
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
  bind_memo_place memos = own_memos(L, 1, h);
  lua_Integer n = row_length(L, 2);
  uint64_t before = blt_table_all_rows(h->t);
  blt_error err;
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 2, i);
    int first = bind_spread(L, 4, schema);
    if (append_values(L, first, h->t, memos, &err) != BLT_OK) return row_failed(L, h->t, before, &err, i);
    lua_settop(L, 3);
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

/* Rows `from` to `to` of the sequences at stack index 4 and after (nil: all null), row by row. `*bad` is the
 * row that was refused. */
static blt_status append_by_row(lua_State *L, blt_table *t, lua_Integer from, lua_Integer to,
                                lua_Integer *bad, blt_error *err) {
  bind_memo_place memos = {lua_touserdata(L, 3), 3};
  const blt_schema *schema = blt_table_schema(t);
  for (lua_Integer i = from; i <= to; i++) {
    *bad = i;
    blt_status st = blt_table_begin_row(t, err);
    if (st != BLT_OK) return st;
    for (uint32_t c = 0; c < schema->ncols && st == BLT_OK; c++) {
      if (lua_isnil(L, 4 + (int)c)) {
        blt_table_push_null(t, c);
        continue;
      }
      lua_rawgeti(L, 4 + (int)c, i);
      st = push_cell(L, -1, t, c, schema->fields[c].type, memos, err);
      lua_pop(L, 1);
    }
    if (end_row(t, st, err) != BLT_OK) return err->code;
  }
  return BLT_OK;
}

/* t:append_columns{name = {v1, …}, …} -> how many rows; all or none: nil, message, code */
static int append_columns(lua_State *L) {
  bind_state *s = bind_state_of(L);
  bind_table *h = bind_table_at(L, 1);
  const blt_schema *schema = blt_table_schema(h->t);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  luaL_checkstack(L, (int)schema->ncols + 12, "so many columns");
  bind_memos_new(L, s, schema->ncols);
  lua_Integer n = column_sequences(L, schema), bad = 0;
  uint64_t before = blt_table_all_rows(h->t);
  blt_error err;
  blt_status st = blt_table_begin_row(h->t, &err); /* before strings are learnt: may the table change now? */
  blt_table_abort_row(h->t);
  lua_Integer done = 0;
  while (st == BLT_OK && done < n) {
    uint64_t filled = blt_table_all_rows(h->t) % BLT_BLOCK_ROWS;
    lua_Integer left = n - done, group = left < BLT_BLOCK_ROWS ? left : BLT_BLOCK_ROWS;
    if (filled == 0 && schema->nkeys == 0 && group >= BULK) {
      st = bind_append_group(L, h->t, done + 1, (uint32_t)group, &bad, &err);
    } else {
      lua_Integer room = (lua_Integer)(BLT_BLOCK_ROWS - filled);
      group = left < room ? left : room;
      st = append_by_row(L, h->t, done + 1, done + group, &bad, &err);
    }
    done += group;
  }
  if (st != BLT_OK) return row_failed(L, h->t, before, &err, bad);
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
