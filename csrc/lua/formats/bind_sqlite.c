/* Tables of SQLite files to tables, and tables to them. */
#include "lua/bind_reading.h"
#include "lua/bind_busy.h"
#include "base/mem.h"
#include "io/sqlite/sqlite.h"

#include <string.h>

static const char *path_at(lua_State *L, int index) {
  size_t len;
  const char *path = luaL_checklstring(L, index, &len);
  if (strlen(path) != len) bind_raise(L, "a path or a name cannot hold a zero byte");
  return path;
}

/* sqlite_tables(path) -> sequence of names; or nil, message, code */
static int sqlite_tables(lua_State *L) {
  bind_state *s = bind_state_of(L);
  blt_sqlite_names names = {0};
  blt_error err;
  blt_status st = blt_sqlite_tables(s->ctx, path_at(L, 1), &names, &err);
  if (st == BLT_OK) {
    lua_newtable(L); /* what Lua has no memory for is lost with the state */
    lua_Integer n = 0;
    for (size_t at = 0; at < names.len; at += strlen(names.s + at) + 1) {
      lua_pushstring(L, names.s + at);
      lua_rawseti(L, -2, ++n);
    }
  }
  blt_free(s->ctx, names.s, names.cap);
  return st == BLT_OK ? 1 : bind_report(L, &err);
}

/* sqlite_read(path, table, {types, binary, progress} [, db, name]) -> table; or nil, message, code */
static int sqlite_read(lua_State *L) {
  bind_state *s = bind_state_of(L);
  const char *path = path_at(L, 1), *table = path_at(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 5);
  bind_reading r = {.state = s, .source = 1};
  r.progress = bind_progress_option(L, 3);
  blt_csv_options types = {0};
  bind_types_option(L, 3, &types);
  blt_sqlite_options o = {.types = types.types, .ntypes = types.ntypes};
  o.binary = bind_bool_option(L, 3, "binary", false);
  o.progress = bind_reading_progress;
  o.progress_arg = &r;
  int into = bind_reading_into(L, &r);
  if (into) o.make = bind_reading_make;
  o.make_arg = &r;
  bind_use uses[2];
  bind_work w;
  blt_table *t = NULL;
  blt_error err;
  blt_status st = bind_enter(L, s, &w, bind_reading_uses(L, &r, into, uses), &err);
  if (st != BLT_OK) return bind_reading_failed(L, &r, into, &err);
  blt_watch_start(&r.watch, s->ctx);
  st = blt_sqlite_read(s->ctx, path, table, &o, &t, &err);
  bind_leave(s, &w);
  if (st != BLT_OK) return bind_reading_failed(L, &r, into, &err);
  bind_reading_push(L, &r, t);
  return 1;
}

/* A blt_progress_fn. */
typedef struct told {
  bind_state *state;
  int callback;
} told;

static blt_status tell(void *arg, uint64_t bytes, uint64_t total, uint64_t rows, blt_error *err) {
  told *t = arg;
  return bind_progress(t->state, t->callback, bytes, total, rows, err);
}

static blt_status write_table(blt_ctx *ctx, blt_table *t, const char *path, const char *name,
                              const blt_sqlite_write_options *o, uint64_t *rows, blt_error *err) {
  blt_view *view = NULL;
  blt_status st = blt_table_view(t, &view, err);
  if (st != BLT_OK) return st;
  *rows = view->live_rows;
  st = blt_sqlite_write(ctx, view, path, name, o, err);
  blt_view_release(view);
  return st;
}

/* sqlite_write(table, columns, path, name, {mode, progress}) -> rows; or nil, message, code */
static int sqlite_write(lua_State *L) {
  static const char *const modes[] = {"new", "replace", "append", NULL};
  bind_state *s = bind_state_of(L);
  lua_settop(L, 5);
  luaL_checktype(L, 5, LUA_TTABLE);
  const char *path = path_at(L, 3), *name = path_at(L, 4);
  told progress = {s, bind_progress_option(L, 5)};
  blt_sqlite_write_options o = {.ncols = (uint32_t)luaL_checkinteger(L, 2)};
  lua_getfield(L, 5, "mode");
  o.mode = (blt_sqlite_mode)luaL_checkoption(L, -1, "new", modes);
  if (progress.callback) o.progress = tell;
  o.progress_arg = &progress;
  blt_table *t = bind_table_at(L, 1)->t;
  bind_use use = bind_reads(L, 1);
  bind_work w;
  blt_error err;
  uint64_t rows = 0;
  blt_status st = bind_enter(L, s, &w, &use, &err);
  if (st != BLT_OK) return bind_report(L, &err);
  st = write_table(s->ctx, t, path, name, &o, &rows, &err);
  bind_leave(s, &w);
  if (st != BLT_OK) return bind_report(L, &err);
  lua_pushinteger(L, (lua_Integer)rows);
  return 1;
}

void bind_open_sqlite(lua_State *L, int state) {
  static const luaL_Reg functions[] = {{"sqlite_tables", sqlite_tables},
                                       {"sqlite_read", sqlite_read},
                                       {"sqlite_write", sqlite_write},
                                       {NULL, NULL}};
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
