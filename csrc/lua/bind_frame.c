/* Reading a result: cells, columns and rows of a table to Lua. */
#include "bind_busy.h"

#include <string.h>

#define BIND_READER "blotter.reader"

/* A view that a closure or a call holds. */
typedef struct reader {
  blt_ctx *ctx;
  blt_view *view;
  bind_use use;        /* of the table */
  uint32_t ncols;      /* columns that are shown; the rest only ordered the rows */
  uint32_t group, row; /* next row */
  lua_Integer number;  /* its number, from 1 */
} reader;

static int reader_release(lua_State *L) {
  reader *r = lua_touserdata(L, 1);
  blt_view_release(r->view);
  r->view = NULL;
  return bind_handle_end(r);
}

/* Pushes a reader of the table at 1. */
static reader *reader_new(lua_State *L) {
  bind_table *h = bind_table_at(L, 1);
  reader *r = bind_handle_new(L, h->ctx, sizeof *r, 1, BIND_READER);
  blt_error err;
  if (!h->t) bind_raise(L, "the table is closed"); /* a finalizer ran while the reader was made */
  bind_claim_reading(L, 1);
  r->use = bind_reads(L, 1);
  if (blt_table_view(h->t, &r->view, &err) != BLT_OK) {
    r->view = NULL;
    bind_raise(L, "%s", err.message);
  }
  r->ncols = r->view->ncols;
  return r;
}

static void reader_close(lua_State *L, int index) {
  lua_pushcfunction(L, reader_release);
  lua_pushvalue(L, index);
  lua_call(L, 1, 0);
}

/* Moves past deleted rows and finished groups; false at the end. */
static bool settle(reader *r) {
  const blt_view *v = r->view;
  for (; r->group < v->ngroups; r->group++, r->row = 0) {
    const uint64_t *live = v->live ? v->live[r->group] : NULL;
    while (r->row < v->group_rows[r->group] && live && !((live[r->row >> 6] >> (r->row & 63)) & 1)) r->row++;
    if (r->row < v->group_rows[r->group]) return true;
  }
  return false;
}

/* Skips `n` living rows. */
static void skip(reader *r, uint64_t n) {
  while (n > 0 && settle(r)) {
    uint32_t left = r->view->group_rows[r->group] - r->row;
    bool all_live = !r->view->live || !r->view->live[r->group];
    uint32_t step = all_live && n < left ? (uint32_t)n : all_live ? left : 1;
    r->row += step;
    n -= step;
  }
}

/* A value of the next row; what cannot be read ends the view and raises. `at`: stack index of the reader. */
static void read_value(lua_State *L, reader *r, uint32_t col, int at, blt_value *out) {
  blt_error err;
  if (!r->view) bind_raise(L, "the rows are closed"); /* by a finalizer, meanwhile */
  if (blt_view_cell(r->view, col, r->group, r->row, out, &err) == BLT_OK) return;
  reader_close(L, at);
  bind_raise(L, "%s", err.message);
}

/* The next row as a table name -> value; `at` and `names` are the stack indexes of the reader and of the
 * sequence of names. */
static void push_row(lua_State *L, reader *r, int at, int names) {
  lua_createtable(L, 0, (int)r->ncols);
  for (uint32_t c = 0; c < r->ncols; c++) {
    blt_value v;
    read_value(L, r, c, at, &v);
    if (v.null) continue;
    lua_rawgeti(L, names, (lua_Integer)c + 1);
    bind_push_value(L, &v);
    lua_rawset(L, -3);
  }
}

/* Iterator: upvalues state, reader, names. Ends the view as soon as the rows end. */
static int next_row(lua_State *L) {
  reader *r = lua_touserdata(L, lua_upvalueindex(2));
  blt_error err;
  if (bind_claim(bind_state_of(L), &r->use, &err) != BLT_OK) bind_raise(L, "%s", err.message);
  if (!r->view || !settle(r)) {
    if (r->view) reader_close(L, lua_upvalueindex(2));
    lua_pushnil(L);
    return 1;
  }
  lua_pushinteger(L, ++r->number);
  push_row(L, r, lua_upvalueindex(2), lua_upvalueindex(3));
  r->row++;
  return 2;
}

/* iterate(t, names) -> iterator, nil, nil, reader (closed when the loop ends) */
static int iterate(lua_State *L) {
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  reader *r = reader_new(L);
  lua_Unsigned n = lua_rawlen(L, 2);
  luaL_argcheck(L, n <= r->ncols, 2, "more names than columns");
  r->ncols = (uint32_t)n;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 3);
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, next_row, 3);
  lua_pushnil(L);
  lua_pushnil(L);
  lua_pushvalue(L, 3);
  return 4;
}

/* row(t, i, names) -> the i-th row, nil past the end */
static int row(lua_State *L) {
  lua_Integer i = luaL_checkinteger(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 3);
  reader *r = reader_new(L);
  r->ncols = (uint32_t)lua_rawlen(L, 3);
  lua_pushnil(L);
  if (i >= 1 && r->ncols <= r->view->ncols) {
    skip(r, (uint64_t)i - 1);
    if (settle(r)) push_row(L, r, 4, 3);
  }
  reader_close(L, 4);
  return 1;
}

typedef void (*push_fn)(lua_State *L, const blt_value *v);

/* (t, column, first, count) -> a sequence with n, of what `push` makes of each value */
static int column_of(lua_State *L, push_fn push) {
  lua_Integer col = luaL_checkinteger(L, 2), first = luaL_optinteger(L, 3, 1);
  lua_Integer count = luaL_optinteger(L, 4, LUA_MAXINTEGER);
  reader *r = reader_new(L);
  int at = lua_gettop(L);
  luaL_argcheck(L, col >= 1 && col <= (lua_Integer)r->ncols, 2, "no such column");
  luaL_argcheck(L, first >= 1, 3, "rows are numbered from 1");
  uint64_t left = r->view->live_rows >= (uint64_t)first ? r->view->live_rows - (uint64_t)first + 1 : 0;
  uint64_t n = count < 0 ? 0 : (uint64_t)count < left ? (uint64_t)count : left;
  lua_createtable(L, n < INT32_MAX ? (int)n : 0, 1);
  skip(r, (uint64_t)first - 1);
  for (uint64_t i = 1; i <= n && settle(r); i++, r->row++) {
    blt_value v;
    read_value(L, r, (uint32_t)col - 1, at, &v);
    push(L, &v);
    lua_rawseti(L, -2, (lua_Integer)i);
  }
  lua_pushinteger(L, (lua_Integer)n);
  lua_setfield(L, -2, "n");
  reader_close(L, at);
  return 1;
}

static int values(lua_State *L) {
  return column_of(L, bind_push_value);
}
static int texts(lua_State *L) {
  return column_of(L, bind_push_text);
}

void bind_open_frame(lua_State *L, int state) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", reader_release}, {"__close", reader_release}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"iterate", iterate}, {"row", row}, {"values", values}, {"texts", texts}, {NULL, NULL}};
  bind_class(L, state, BIND_READER, none, meta);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
