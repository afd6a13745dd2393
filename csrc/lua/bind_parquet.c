/* Parquet and Arrow files to tables, tables to Parquet, and the files that a pattern names. */
#include "bind_reading.h"
#include "bind_writing.h"
#include "io/arrow/arrow.h"
#include "io/parquet/parquet.h"
#include "io/parquet/parquet_relation.h"
#include "io/parquet/parquet_write.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BIND_SOURCES "blotter.sources"

/* The files that are read as one. */
typedef struct sources {
  blt_ctx *ctx;
  uint32_t n, room;
  blt_source *v[];
} sources;

static void sources_close(sources *s) {
  while (s->n) blt_source_close(s->v[--s->n]);
}

static int sources_release(lua_State *L) {
  sources *s = lua_touserdata(L, 1);
  if (bind_in_hand(lua_touserdata(L, lua_upvalueindex(1)), s, NULL)) return 0;
  sources_close(s);
  return bind_handle_end(s);
}

void bind_columnar_options(lua_State *L, int at, blt_parquet_options *o) {
  o->flatten = bind_bool_option(L, at, "flatten", false);
  o->binary = bind_bool_option(L, at, "binary", false);
  o->cut = bind_bool_option(L, at, "cut", false);
  o->skip = bind_bool_option(L, at, "skip", false);
  o->apart = bind_bool_option(L, at, "apart", false);
  o->schema_only = bind_bool_option(L, at, "schema_only", false);
  uint32_t n = bind_strings_option(L, at, "columns");
  int list = lua_gettop(L);
  if (lua_isnil(L, list)) return;
  const char **names = lua_newuserdatauv(L, (n + 1) * sizeof *names, 0);
  for (uint32_t i = 0; i < n; i++) {
    lua_rawgeti(L, list, (lua_Integer)i + 1);
    names[i] = lua_tostring(L, -1);
    lua_pop(L, 1);
  }
  o->columns = names;
  o->ncolumns = n;
}

/* The text or the stream at 1. */
static blt_status open_one(lua_State *L, bind_reading *r, blt_source **out, blt_error *err) {
  blt_ctx *ctx = r->state->ctx;
  size_t len;
  if (r->pull) return blt_source_stream(ctx, bind_reading_pull, r, bind_reading_progress, r, out, err);
  const char *text = lua_tolstring(L, 1, &len);
  return blt_source_memory(ctx, text, len, out, err);
}

static blt_status open_sources(lua_State *L, bind_reading *r, sources *s, blt_error *err) {
  blt_status status = BLT_OK;
  bool one = !lua_istable(L, 1);
  while (status == BLT_OK && s->n < s->room) {
    blt_source **out = &s->v[s->n];
    if (one) {
      status = open_one(L, r, out, err);
    } else {
      lua_rawgeti(L, 1, (lua_Integer)s->n + 1);
      status = blt_source_open(r->state->ctx, lua_tostring(L, -1), bind_reading_progress, r, out, err);
      lua_pop(L, 1);
    }
    if (status == BLT_OK) s->n++;
  }
  return status;
}

void bind_columnar_info(lua_State *L, const blt_parquet_result *result, uint32_t files) {
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, (lua_Integer)result->rows);
  lua_setfield(L, -2, "rows");
  lua_pushinteger(L, (lua_Integer)result->bytes);
  lua_setfield(L, -2, "bytes");
  lua_pushinteger(L, files);
  lua_setfield(L, -2, "files");
  lua_createtable(L, (int)result->nnotes, 0);
  for (uint32_t i = 0; i < result->nnotes; i++) {
    lua_createtable(L, 0, 3);
    lua_pushstring(L, result->notes[i].column);
    lua_setfield(L, -2, "column");
    lua_pushstring(L, result->notes[i].what);
    lua_setfield(L, -2, "what");
    lua_pushboolean(L, result->notes[i].skipped);
    lua_setfield(L, -2, "skipped");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "notes");
}

/* How many sources there are at 1: paths, or the one text or function. */
static uint32_t count_sources(lua_State *L) {
  if (lua_isfunction(L, 1) || lua_type(L, 1) == LUA_TSTRING) return 1;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Unsigned n = lua_rawlen(L, 1);
  if (n < 1 || n > 1000000) bind_raise(L, "one path or more expected");
  for (lua_Unsigned i = 1; i <= n; i++) {
    if (lua_rawgeti(L, 1, (lua_Integer)i) != LUA_TSTRING) bind_raise(L, "paths are strings");
    if (strlen(lua_tostring(L, -1)) != lua_rawlen(L, -1)) bind_raise(L, "a path cannot hold a zero byte");
    lua_pop(L, 1);
  }
  return (uint32_t)n;
}

typedef blt_status (*read_fn)(blt_ctx *ctx, const blt_source *const *sources, uint32_t n,
                              const blt_parquet_options *o, blt_parquet_result *out, blt_error *err);

/* Files that are read in place can be read when somebody asks; they are the table's then. */
static bool stay_open(const sources *h) {
  for (uint32_t i = 0; i < h->n; i++)
    if (!blt_source_in_place(h->v[i])) return false;
  return true;
}

static blt_status read_sources(sources *h, read_fn fn, bool lazy, const blt_parquet_options *o,
                               blt_parquet_result *out, blt_error *err) {
  if (!lazy || !stay_open(h)) return fn(h->ctx, (const blt_source *const *)h->v, h->n, o, out, err);
  blt_status status = blt_parquet_open(h->ctx, h->v, h->n, o, out, err);
  if (status == BLT_OK) h->n = 0;
  return status;
}

static int read_with(lua_State *L, read_fn fn) {
  bind_state *s = bind_state_of(L);
  uint32_t n = count_sources(L);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 5);
  bind_reading r = {.state = s, .pull = lua_isfunction(L, 1) ? 1 : 0};
  r.progress = bind_progress_option(L, 3);
  lua_pushnil(L);
  r.piece = lua_gettop(L);
  blt_parquet_options o = {.progress = bind_reading_progress, .progress_arg = &r};
  bind_columnar_options(L, 3, &o);
  sources *h = bind_handle_new(L, s->ctx, sizeof *h + n * sizeof h->v[0], 0, BIND_SOURCES);
  h->room = n;
  r.source = lua_gettop(L);
  int into = bind_reading_into(L, &r);
  bool lazy = !into && bind_bool_option(L, 3, "lazy", false);
  if (into) o.make = bind_reading_make;
  o.make_arg = &r;
  bind_use uses[2];
  bind_work w;
  blt_parquet_result result = {0};
  blt_error err;
  blt_status st = bind_enter(L, s, &w, bind_reading_uses(L, &r, into, uses), &err);
  if (st != BLT_OK) return bind_reading_failed(L, &r, into, &err);
  blt_watch_start(&r.watch, s->ctx);
  st = open_sources(L, &r, h, &err);
  if (st == BLT_OK) st = read_sources(h, fn, lazy, &o, &result, &err);
  sources_close(h);
  bind_leave(s, &w);
  if (st != BLT_OK) return bind_reading_failed(L, &r, into, &err);
  bind_reading_push(L, &r, result.table);
  bind_columnar_info(L, &result, n);
  blt_parquet_result_free(s->ctx, &result);
  return 2;
}

/* parquet(paths, text or function, is_text, options [, db, name]) -> table, info; or nil, message, code */
static int read_parquet(lua_State *L) {
  return read_with(L, blt_parquet_read);
}

static blt_status from_arrow(blt_ctx *ctx, const blt_source *const *sources, uint32_t n,
                             const blt_parquet_options *o, blt_parquet_result *out, blt_error *err) {
  (void)n; /* which is one */
  return blt_arrow_read(ctx, sources[0], o, out, err);
}

/* arrow(a path in a sequence, or a function, is_text, options [, db, name]): the same */
static int read_arrow(lua_State *L) {
  return read_with(L, from_arrow);
}

/* ---- writing ---- */

static blt_status to_parquet(blt_ctx *ctx, const blt_view *view, const void *o, blt_sink *sink,
                             blt_error *err) {
  return blt_parquet_write(ctx, view, o, sink, err);
}

/* write_parquet(table, columns, path or function, {compression, row_group, progress}) -> rows; or nil,
 * message, code */
static int write_parquet(lua_State *L) {
  lua_settop(L, 4);
  blt_parquet_write_options o = blt_parquet_write_defaults();
  o.ncols = (uint32_t)luaL_checkinteger(L, 2);
  luaL_checktype(L, 4, LUA_TTABLE);
  if (lua_getfield(L, 4, "compression") == LUA_TSTRING) o.codec = blt_codec_named(lua_tostring(L, -1));
  if (o.codec == BLT_CODECS || (!lua_isnil(L, -1) && !lua_isstring(L, -1)))
    bind_raise(L, "option 'compression': zstd, snappy, gzip, brotli, lz4_raw or none expected");
  if (lua_getfield(L, 4, "row_group") != LUA_TNIL) {
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1)
      bind_raise(L, "option 'row_group': a number of rows expected");
    o.row_group = (uint64_t)lua_tointeger(L, -1);
  }
  lua_pop(L, 2);
  return bind_write_table(L, to_parquet, &o, &o.progress, &o.progress_arg);
}

/* glob(pattern) -> the paths that fit, sorted */
static int glob_paths(lua_State *L) {
  glob_t found;
  const char *pattern = luaL_checkstring(L, 1);
  lua_newtable(L);
  if (glob(pattern, GLOB_ERR | GLOB_BRACE | GLOB_TILDE, NULL, &found) != 0) return 1;
  size_t n = found.gl_pathc; /* what Lua has no memory for is lost with the state */
  for (size_t i = 0; i < n; i++) {
    lua_pushstring(L, found.gl_pathv[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  globfree(&found);
  return 1;
}

/* make_folder(path) -> whether it was made now */
static int make_folder(lua_State *L) {
  lua_pushboolean(L, mkdir(luaL_checkstring(L, 1), 0777) == 0);
  return 1;
}

typedef struct walk {
  lua_State *L;
  const char *ending;
  int depth;
} walk;

/* Adds the files below the folder on top of the stack, which is taken away, to the sequence at 3. */
static void list_below(walk *w) {
  lua_State *L = w->L;
  struct dirent **found;
  luaL_checkstack(L, 8, NULL);
  int n = w->depth < 32 ? scandir(lua_tostring(L, -1), &found, NULL, alphasort) : 0;
  for (int i = 0; i < n; i++) {
    const char *name = found[i]->d_name;
    size_t len = strlen(name), end = strlen(w->ending);
    struct stat st;
    if (name[0] != '.' && name[0] != '_') {
      lua_pushfstring(L, "%s/%s", lua_tostring(L, -1),
                      name); /* what Lua has no memory for is lost with the state */
      bool there = stat(lua_tostring(L, -1), &st) == 0;
      w->depth++;
      if (there && S_ISDIR(st.st_mode))
        list_below(w);
      else if (there && len > end && strcmp(name + len - end, w->ending) == 0)
        lua_rawseti(L, 3, (lua_Integer)lua_rawlen(L, 3) + 1);
      else
        lua_pop(L, 1);
      w->depth--;
    }
    free(found[i]);
  }
  if (n > 0) free(found);
  lua_pop(L, 1);
}

/* files_below(folder, ending) -> the files below it whose names end so, sorted, without those that begin with
 * . or _; nil when it is no folder */
static int files_below(lua_State *L) {
  struct stat st;
  walk w = {L, luaL_checkstring(L, 2), 0};
  lua_settop(L, 2);
  if (stat(luaL_checkstring(L, 1), &st) != 0 || !S_ISDIR(st.st_mode)) return 0;
  lua_newtable(L);
  lua_pushvalue(L, 1);
  list_below(&w);
  return 1;
}

/* is_file(path) -> whether it is a regular file, which can be read again */
static int is_file(lua_State *L) {
  struct stat st;
  lua_pushboolean(L, stat(luaL_checkstring(L, 1), &st) == 0 && S_ISREG(st.st_mode));
  return 1;
}

void bind_open_parquet(lua_State *L, int state) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", sources_release}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"parquet", read_parquet},        {"arrow", read_arrow},
                                       {"write_parquet", write_parquet}, {"glob", glob_paths},
                                       {"make_folder", make_folder},     {"is_file", is_file},
                                       {"files_below", files_below},     {NULL, NULL}};
  bind_class(L, state, BIND_SOURCES, none, meta);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
