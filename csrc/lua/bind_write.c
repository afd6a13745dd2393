/* Tables to text: CSV and JSON lines to a path or a Lua function. */
#include "bind_writing.h"
#include "io/write/text_write.h"

#include <string.h>

#define BIND_WRITER "blotter.writer"

/* What one call holds. */
typedef struct writer {
  bind_state *state;
  blt_view *view;
  blt_sink *sink;
  int function, progress; /* stack indices of Lua functions, 0 for none */
} writer;

/* In hand it belongs to a call that will never go on, whose threads rest: nothing half written stays, but
 * what the threads look at does. */
static int writer_release(lua_State *L) {
  writer *w = lua_touserdata(L, 1);
  if (bind_in_hand(lua_touserdata(L, lua_upvalueindex(1)), w, NULL)) w->view = NULL;
  blt_sink_abandon(w->sink);
  w->sink = NULL;
  blt_view_release(w->view);
  w->view = NULL;
  return 0;
}

static int push_piece(lua_State *L) {
  blt_str *piece = lua_touserdata(L, 2);
  lua_pushlstring(L, piece->s, piece->len);
  lua_replace(L, 2);
  lua_call(L, 1, 0);
  return 0;
}

/* A blt_put_fn: calls the Lua function with the bytes, at most 4 MiB at a time. So a piece of text that is
 * smaller ends with a row. */
static blt_status put_to_function(void *arg, const char *data, size_t len, blt_error *err) {
  writer *w = arg;
  lua_State *L = w->state->work->L;
  if (!lua_checkstack(L, 8)) return blt_fail(err, BLT_ENOMEM, "not enough memory for Lua's stack");
  while (len > 0) {
    blt_str piece = {data, len < (4u << 20) ? (uint32_t)len : 4u << 20};
    lua_pushcfunction(L, push_piece);
    lua_pushvalue(L, w->function);
    lua_pushlightuserdata(L, &piece);
    blt_status st = bind_call(w->state, 2, 0, err);
    if (st != BLT_OK) return st;
    data += piece.len;
    len -= piece.len;
  }
  return BLT_OK;
}

static blt_status progress(void *arg, uint64_t bytes, uint64_t total, uint64_t rows, blt_error *err) {
  writer *w = arg;
  return bind_progress(w->state, w->progress, bytes, total, rows, err);
}

/* A field of the table at `at`, of the given type; nil is left to the default. The value stays on the stack.
 */
static bool option(lua_State *L, int at, const char *key, int type, const char *expected) {
  int got = lua_getfield(L, at, key);
  if (got != LUA_TNIL && got != type) bind_raise(L, "option '%s': %s expected", key, expected);
  return got != LUA_TNIL;
}

static void read_options(lua_State *L, int at, blt_write_options *o) {
  if (option(L, at, "delimiter", LUA_TSTRING, "one character")) {
    if (lua_rawlen(L, -1) != 1) bind_raise(L, "option 'delimiter': one character expected");
    o->delimiter = *lua_tostring(L, -1);
  }
  if (option(L, at, "decimal_mark", LUA_TSTRING, "'.' or ','")) o->decimal_mark = *lua_tostring(L, -1);
  if (option(L, at, "null", LUA_TSTRING, "a string")) o->null = lua_tostring(L, -1);
  if (option(L, at, "header", LUA_TBOOLEAN, "true or false")) o->header = lua_toboolean(L, -1);
  if (option(L, at, "quote_all", LUA_TBOOLEAN, "true or false")) o->quote_all = lua_toboolean(L, -1);
  if (option(L, at, "crlf", LUA_TBOOLEAN, "true or false")) o->crlf = lua_toboolean(L, -1);
  if (option(L, at, "nan_is_null", LUA_TBOOLEAN, "true or false")) o->nan_is_null = lua_toboolean(L, -1);
}

static blt_status write_all(lua_State *L, writer *w, bind_write_fn fn, const void *o, blt_table *t,
                            blt_error *err) {
  blt_ctx *ctx = w->state->ctx;
  blt_status st = blt_table_view(t, &w->view, err);
  if (st == BLT_OK && w->function) st = blt_sink_function(ctx, put_to_function, w, &w->sink, err);
  if (st == BLT_OK && !w->function) st = blt_sink_open(ctx, lua_tostring(L, 3), &w->sink, err);
  if (st == BLT_OK) st = fn(ctx, w->view, o, w->sink, err);
  if (st == BLT_OK) {
    st = blt_sink_finish(w->sink, err);
    w->sink = NULL;
  }
  return st;
}

int bind_write_table(lua_State *L, bind_write_fn fn, const void *o, blt_progress_fn *fills,
                     void **progress_arg) {
  bind_state *s = bind_state_of(L);
  int callback = bind_progress_option(L, 4);
  bool function = lua_isfunction(L, 3);
  if (!function && strlen(luaL_checkstring(L, 3)) != lua_rawlen(L, 3))
    bind_raise(L, "a path cannot hold a zero byte");
  writer *w = lua_newuserdatauv(L, sizeof *w, 0);
  memset(w, 0, sizeof *w);
  luaL_setmetatable(L, BIND_WRITER);
  w->state = s;
  w->function = function ? 3 : 0;
  w->progress = callback;
  if (callback) *fills = progress;
  *progress_arg = w;
  blt_table *t = bind_table_at(L, 1)->t;
  bind_use file = {.handle = w}, use = bind_reads(L, 1);
  use.next = &file;
  bind_work work;
  blt_error err;
  blt_status st = bind_enter(L, s, &work, &use, &err);
  if (st != BLT_OK) return bind_report(L, &err);
  st = write_all(L, w, fn, o, t, &err);
  lua_Integer rows = w->view ? (lua_Integer)w->view->live_rows : 0;
  blt_sink_abandon(w->sink);
  w->sink = NULL;
  blt_view_release(w->view);
  w->view = NULL;
  bind_leave(s, &work);
  if (st != BLT_OK) return bind_report(L, &err);
  lua_pushinteger(L, rows);
  return 1;
}

/* (table, columns, path or function, options) -> rows; or nil, message, code */
static int write_with(lua_State *L, bind_write_fn fn) {
  lua_settop(L, 4);
  blt_write_options o = blt_write_defaults();
  o.ncols = (uint32_t)luaL_checkinteger(L, 2);
  luaL_checktype(L, 4, LUA_TTABLE);
  read_options(L, 4, &o);
  return bind_write_table(L, fn, &o, &o.progress, &o.progress_arg);
}

static blt_status to_csv(blt_ctx *ctx, const blt_view *view, const void *o, blt_sink *sink, blt_error *err) {
  return blt_csv_write(ctx, view, o, sink, err);
}

static blt_status to_jsonl(blt_ctx *ctx, const blt_view *view, const void *o, blt_sink *sink,
                           blt_error *err) {
  return blt_jsonl_write(ctx, view, o, sink, err);
}

static int write_csv(lua_State *L) {
  return write_with(L, to_csv);
}

static int write_jsonl(lua_State *L) {
  return write_with(L, to_jsonl);
}

/* write_text(path, text): one text as a whole file, as the tables are written. -> true; or nil, message, code
 */
static int write_text(lua_State *L) {
  bind_state *s = bind_state_of(L);
  size_t len, path_len;
  const char *path = luaL_checklstring(L, 1, &path_len), *text = luaL_checklstring(L, 2, &len);
  if (strlen(path) != path_len) bind_raise(L, "a path cannot hold a zero byte");
  blt_sink *sink = NULL;
  blt_error err;
  blt_status st = blt_sink_open(s->ctx, path, &sink, &err);
  if (st == BLT_OK) {
    st = blt_sink_put(sink, text, len, &err);
    if (st == BLT_OK)
      st = blt_sink_finish(sink, &err);
    else
      blt_sink_abandon(sink);
  }
  if (st != BLT_OK) return bind_report(L, &err);
  lua_pushboolean(L, true);
  return 1;
}

void bind_open_write(lua_State *L, int state) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", writer_release}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"write_csv", write_csv}, {"write_jsonl", write_jsonl}, {"write_text", write_text}, {NULL, NULL}};
  bind_class(L, state, BIND_WRITER, none, meta);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
