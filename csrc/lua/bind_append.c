/* Rows from Lua into a table: positional, named, many at once, by column, and through a closure that
 * remembers which string has which dictionary code. */
#include "bind_busy.h"
#include "bind_memo.h"
#include "store/table/change.h"

#include <string.h>

#define BULK 1024 /* rows from which append_columns makes blocks of its own */

/* What a column's name and type add to the message of a value that was refused. */
blt_status bind_column_failed(const blt_table *t, uint32_t col, blt_error *err) {
  char message[sizeof err->message], type[24];
  const blt_field *f = &blt_table_schema(t)->fields[col];
  memcpy(message, err->message, sizeof message);
  return blt_fail_at(err, err->code, col, "column '%s' (%s): %.300s", f->name, blt_type_name(f->type, type),
                     message);
}

/* A value of any column, by the rules of its type. */
static blt_status push_converted(lua_State *L, int index, blt_table *t, uint32_t col, blt_error *err) {
  blt_type type = blt_table_schema(t)->fields[col].type;
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

/* ---- one row ----
 *
 * What the memo knows of the row's strings is fetched first, the other values are stored meanwhile, the
 * strings' codes last. */

/* The row's values of int64, float64 and other columns, one loop each, as most need neither a check nor a
 * conversion. */
static blt_status push_others(lua_State *L, int first, blt_table *t, const bind_memos *memos,
                              blt_error *err) {
  const uint32_t *order = memos->order, *ends = memos->ends;
  blt_row *row = memos->row;
  blt_status st = BLT_OK;
  uint32_t k = ends[BIND_MEMO_STRINGS];
  for (; k < ends[BIND_MEMO_INTEGERS] && st == BLT_OK; k++) {
    int index = first + (int)order[k];
    if (lua_isinteger(L, index))
      blt_row_put_i64(row, order[k], lua_tointeger(L, index));
    else
      st = push_converted(L, index, t, order[k], err);
  }
  for (; k < ends[BIND_MEMO_DOUBLES] && st == BLT_OK; k++) {
    int index = first + (int)order[k];
    if (lua_type(L, index) == LUA_TNUMBER)
      blt_row_put_f64(row, order[k], lua_tonumber(L, index));
    else
      st = push_converted(L, index, t, order[k], err);
  }
  for (; k < memos->ncols && st == BLT_OK; k++)
    st = push_converted(L, first + (int)order[k], t, order[k], err);
  return st;
}

/* A value of a string column that the memo does not know. */
static __attribute__((noinline)) blt_status push_unknown(lua_State *L, int index, blt_table *t, uint32_t col,
                                                         bind_memo_place memos, blt_error *err) {
  blt_dict *d = blt_table_interns(t, col);
  uint32_t code;
  if (!d || lua_type(L, index) != LUA_TSTRING || lua_rawlen(L, index) > BIND_MEMO_LONGEST)
    return push_converted(L, index, t, col, err);
  blt_status st = bind_memo_intern(L, index, d, col, memos, &code, err);
  if (st == BLT_OK) blt_row_put_code(memos.memos->row, col, code);
  return st;
}

/* Fills the open row with the values from `first` on. */
static blt_status push_values(lua_State *L, int first, blt_table *t, bind_memo_place at, blt_error *err) {
  bind_memos *memos = at.memos;
  const uint32_t *order = memos->order;
  uint32_t nstrings = memos->ends[BIND_MEMO_STRINGS];
  for (uint32_t k = 0; k < nstrings; k++) {
    bind_memo *m = &memos->columns[order[k]];
    m->address = bind_memo_address(L, first + (int)order[k]);
    bind_memo_prefetch(m, m->address);
  }
  blt_status st = push_others(L, first, t, memos, err);
  for (uint32_t k = 0; k < nstrings && st == BLT_OK; k++) {
    uint32_t c = order[k], code;
    bind_memo *m = &memos->columns[c];
    const blt_dict *d = blt_table_interns(t, c);
    if (m->address && d && bind_memo_find(m, d, m->address, &code)) {
      blt_row_put_code(memos->row, c, code);
      m->learnt = false;
    } else {
      st = push_unknown(L, first + (int)c, t, c, at, err);
    }
  }
  return st;
}

/* A row of the values from `first` on. */
static blt_status append_values(lua_State *L, int first, blt_table *t, bind_memo_place memos,
                                blt_error *err) {
  blt_status st = blt_table_begin_row(t, err);
  if (st != BLT_OK) return st;
  st = push_values(L, first, t, memos, err);
  if (st == BLT_OK) st = blt_table_end_row(t, err);
  if (st != BLT_OK) blt_table_abort_row(t);
  return st;
}

static void check_count(lua_State *L, lua_Integer got, uint32_t wanted) {
  if (got != (lua_Integer)wanted)
    bind_raise(L, "%d values expected, one for each column, got %d", (int)wanted, (int)got);
}

/* Pushes field `n` of a table as it stands there: no metamethod runs while a table is in hand. The word is
 * taken from the sequence of names at `names`, so that no finalizer runs, or made when that is 0. */
static int raw_n(lua_State *L, int index, int names) {
  if (names)
    lua_rawgeti(L, names, 0);
  else
    lua_pushliteral(L, "n");
  return lua_rawget(L, index);
}

/* Length of a positional row: `n`, or the border. */
static lua_Integer row_length(lua_State *L, int index, int names) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, index);
  if (raw_n(L, index, names) == LUA_TNUMBER && lua_isinteger(L, -1)) n = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return n;
}

/* A row table is positional when it has [1], or no string keys but `n`. `has_n`: a column is called so. */
static bool is_positional(lua_State *L, int index, bool has_n, int names) {
  bool first = lua_rawgeti(L, index, 1) != LUA_TNIL;
  lua_pop(L, 1);
  if (first || has_n) return first;
  bool counted = raw_n(L, index, names) != LUA_TNIL;
  lua_pop(L, 1);
  return counted;
}

enum { NAMES_SHOWN = 12 };

/* Raises for a key that is no column, with the names of those that there are. */
static void refuse_key(lua_State *L, const char *name, const blt_schema *schema) {
  lua_pushliteral(L, "");
  for (uint32_t c = 0; c < schema->ncols && c < NAMES_SHOWN; c++) {
    lua_pushfstring(L, "%s%s%s", lua_tostring(L, -1), c ? ", " : "", schema->fields[c].name);
    lua_remove(L, -2);
  }
  bind_raise(L, "unknown column '%s' in a row (there are: %s%s)", name, lua_tostring(L, -1),
             schema->ncols > NAMES_SHOWN ? ", …" : "");
}

/* The column that the key at -2 names; raises when there is none. */
static uint32_t column_of_key(lua_State *L, const blt_schema *schema) {
  size_t len;
  if (lua_type(L, -2) != LUA_TSTRING) bind_raise(L, "a named row has column names as keys");
  const char *name = lua_tolstring(L, -2, &len);
  int column = blt_schema_find(schema, name, len);
  if (column < 0) refuse_key(L, name, schema);
  return (uint32_t)column;
}

/* The same for the key that Lua gives as number `k`: rows that are written alike have their keys in one
 * order, so it most often is the key that it was last time. */
static inline uint32_t column_of_next(lua_State *L, const blt_schema *schema, bind_memos *memos, uint32_t k) {
  uint64_t address = bind_memo_address(L, -2);
  if (!memos || k >= memos->ncols) return column_of_key(L, schema);
  bind_memo_key *key = &memos->keys[k];
  if (address && key->address == address) return key->column;
  uint32_t column = column_of_key(L, schema);
  if (lua_rawlen(L, -2) <= BIND_MEMO_LONGEST) *key = (bind_memo_key){address, column};
  return column;
}

/* Puts the values of a named row where their columns stand, from stack index `first` on, nil where it has
 * none. */
static void spread_named(lua_State *L, int index, int first, const blt_schema *schema, bind_memos *memos) {
  lua_settop(L, first + (int)schema->ncols - 1);
  lua_pushnil(L);
  for (uint32_t k = 0; lua_next(L, index); k++)
    lua_replace(L, first + (int)column_of_next(L, schema, memos, k));
}

int bind_spread(lua_State *L, int index, const blt_schema *schema, const bind_memo_place *at) {
  int names = 0;
  luaL_checktype(L, index, LUA_TTABLE);
  luaL_checkstack(L, (int)schema->ncols + 8, "a row with so many columns");
  bool has_n = at ? at->memos->has_n : blt_schema_find(schema, "n", 1) >= 0;
  if (at) {
    lua_getiuservalue(L, at->index, 2);
    names = lua_gettop(L);
  }
  int first = lua_gettop(L) + 1;
  if (!is_positional(L, index, has_n, names)) {
    spread_named(L, index, first, schema, at ? at->memos : NULL);
    return first;
  }
  lua_Integer n = row_length(L, index, names);
  if (n > (lua_Integer)schema->ncols) check_count(L, n, schema->ncols);
  for (uint32_t c = 0; c < schema->ncols; c++) lua_rawgeti(L, index, (lua_Integer)c + 1);
  return first;
}

/* The memos of a table handle, its user value 1, pushed. */
static bind_memo_place own_memos(lua_State *L, int handle, bind_table *h) {
  bind_memo_place place = {NULL, lua_gettop(L) + 1};
  if (lua_getiuservalue(L, handle, 1) == LUA_TUSERDATA) {
    place.memos = lua_touserdata(L, -1);
    return place;
  }
  lua_pop(L, 1);
  place.memos = bind_memos_new(L, bind_state_of(L), h);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, handle, 1);
  return place;
}

/* bind_table_at(L, 1), without looking for the metatable by its name: it is upvalue 2. */
static bind_table *handle(lua_State *L) {
  bool ours = lua_getmetatable(L, 1) && lua_rawequal(L, -1, lua_upvalueindex(2));
  bind_table *h = ours ? lua_touserdata(L, 1) : bind_table_at(L, 1);
  if (ours) lua_pop(L, 1);
  return h->t ? h : bind_table_at(L, 1);
}

/* Whether a row may be appended through the handle, which finalizers may have closed since it was checked. */
static blt_status claim_append(lua_State *L, int index, const bind_memos *memos, blt_error *err) {
  const bind_state *s = memos->state;
  if (!memos->handle->t) return blt_fail(err, BLT_ECLOSED, "the table is closed");
  if (!s->work) return BLT_OK;
  bind_use use = bind_changes(L, index);
  return bind_claim(s, &use, err);
}

/* t:append(v1, …, vn), t:append{v1, …, vn}, t:append{name = value, …} -> true, or nil, message, code */
static int append(lua_State *L) {
  int given = lua_gettop(L) - 1, first = 2;
  bind_table *h = handle(L);
  bind_memo_place memos = own_memos(L, 1, h);
  blt_error err;
  if (given == 1 && lua_type(L, 2) == LUA_TTABLE)
    first = bind_spread(L, 2, memos.memos->schema, &memos);
  else
    check_count(L, given, memos.memos->ncols);
  if (memos.memos->cramped) bind_memo_make_room(L, memos);
  blt_status st = claim_append(L, 1, memos.memos, &err);
  if (st == BLT_OK) st = append_values(L, first, h->t, memos, &err);
  if (st != BLT_OK) return bind_refuse_change(L, 1, &err);
  lua_pushboolean(L, true);
  return 1;
}

/* The closure of t:appender(): upvalues state, memos, and the table's handle, which they point to. */
static int append_fast(lua_State *L) {
  bind_memo_place memos = {lua_touserdata(L, lua_upvalueindex(2)), lua_upvalueindex(2)};
  blt_error err;
  check_count(L, lua_gettop(L), memos.memos->ncols);
  if (memos.memos->cramped) bind_memo_make_room(L, memos);
  blt_status st = claim_append(L, lua_upvalueindex(3), memos.memos, &err);
  if (st == BLT_OK) st = append_values(L, 1, memos.memos->handle->t, memos, &err);
  if (st != BLT_OK) return bind_raise(L, "%s", err.message);
  lua_pushboolean(L, true);
  return 1;
}

/* t:appender() -> function(v1, …, vn) that appends a row and returns true; a row that is refused raises */
static int appender(lua_State *L) {
  bind_table *h = bind_table_at(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  bind_memos_new(L, bind_state_of(L), h);
  lua_pushvalue(L, 1);
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
  return bind_refuse_change(L, 1, err);
}

/* Calls `append_many`. When it raises, the rows that it added are taken back. */
static int all_or_none(lua_State *L, lua_CFunction append_many) {
  blt_table *t = bind_table_at(L, 1)->t;
  uint64_t before = blt_table_all_rows(t);
  bool raised = false;
  lua_settop(L, 2);
  int n = bind_try(L, bind_changes(L, 1), append_many, &raised);
  if (!raised) return n;
  blt_error ignored;
  blt_table_cut(t, before, &ignored);
  return lua_error(L);
}

static int append_all_rows(lua_State *L) {
  bind_table *h = lua_touserdata(L, 1);
  const blt_schema *schema = blt_table_schema(h->t);
  luaL_checktype(L, 2, LUA_TTABLE);
  bind_memo_place memos = own_memos(L, 1, h);
  lua_Integer n = row_length(L, 2, 0);
  uint64_t before = blt_table_all_rows(h->t);
  blt_error err;
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 2, i);
    int first = bind_spread(L, 4, schema, &memos);
    if (memos.memos->cramped) bind_memo_make_room(L, memos);
    if (append_values(L, first, h->t, memos, &err) != BLT_OK) return row_failed(L, h->t, before, &err, i);
    lua_settop(L, 3);
  }
  lua_pushinteger(L, n);
  return 1;
}

/* t:append_rows{row, …} -> how many; all or none: or nil, message, code */
static int append_rows(lua_State *L) {
  return all_or_none(L, append_all_rows);
}

/* Pushes the sequence of each column (nil when it is left out) and returns the longest length. */
static lua_Integer column_sequences(lua_State *L, const blt_schema *schema) {
  lua_Integer rows = -1;
  lua_pushnil(L);
  for (; lua_next(L, 2); lua_pop(L, 1)) column_of_key(L, schema);
  for (uint32_t c = 0; c < schema->ncols; c++) {
    lua_pushstring(L, schema->fields[c].name);
    int kind = lua_rawget(L, 2);
    if (kind == LUA_TNIL) continue;
    if (kind != LUA_TTABLE)
      bind_raise(L, "column '%s': a sequence of values expected", schema->fields[c].name);
    lua_Integer n = row_length(L, lua_gettop(L), 0);
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
  int top = lua_gettop(L), ncols = (int)blt_table_schema(t)->ncols;
  for (lua_Integer i = from; i <= to; i++) {
    *bad = i;
    for (int c = 0; c < ncols; c++) {
      if (lua_isnil(L, 4 + c))
        lua_pushnil(L);
      else
        lua_rawgeti(L, 4 + c, i);
    }
    if (memos.memos->cramped) bind_memo_make_room(L, memos);
    blt_status st = append_values(L, top + 1, t, memos, err);
    if (st != BLT_OK) return st;
    lua_settop(L, top);
  }
  return BLT_OK;
}

static int append_all_columns(lua_State *L) {
  bind_table *h = lua_touserdata(L, 1);
  const blt_schema *schema = blt_table_schema(h->t);
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checkstack(L, 2 * (int)schema->ncols + 40, "so many columns");
  bind_memos_new(L, bind_state_of(L), h);
  lua_Integer n = column_sequences(L, schema), bad = 0, done = 0;
  bind_group_codes_new(L, schema);
  int codes = lua_gettop(L);
  uint64_t before = blt_table_all_rows(h->t);
  blt_error err;
  blt_status st = blt_table_writable(h->t, &err); /* before strings are learnt */
  while (st == BLT_OK && done < n) {
    uint64_t filled = blt_table_all_rows(h->t) % BLT_BLOCK_ROWS;
    lua_Integer left = n - done, group = left < BLT_BLOCK_ROWS ? left : BLT_BLOCK_ROWS;
    if (filled == 0 && schema->nkeys == 0 && group >= BULK) {
      st = bind_append_group(L, h->t, codes, done + 1, (uint32_t)group, &bad, &err);
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

/* t:append_columns{name = {v1, …}, …} -> how many rows; all or none: nil, message, code */
static int append_columns(lua_State *L) {
  return all_or_none(L, append_all_columns);
}

void bind_open_append(lua_State *L, int state) {
  static const luaL_Reg methods[] = {
      {"appender", appender}, {"append_rows", append_rows}, {"append_columns", append_columns}, {NULL, NULL}};
  luaL_getmetatable(L, BIND_TABLE);
  lua_getfield(L, -1, "__index");
  lua_pushvalue(L, state);
  luaL_setfuncs(L, methods, 1);
  lua_pushvalue(L, state);
  lua_pushvalue(L, -3);
  lua_pushcclosure(L, append, 2);
  lua_setfield(L, -2, "append");
  lua_pop(L, 2);
}
