/* Tables to Arrow files, and to and from other libraries by Arrow's C stream interface. */
#include "lua/bind_reading.h"
#include "lua/bind_writing.h"
#include "io/exchange/arrow_c.h"
#include "io/arrow/arrow_write.h"

#include <string.h>

static blt_status to_arrow(blt_ctx *ctx, const blt_view *view, const void *o, blt_sink *sink,
                           blt_error *err) {
  return blt_arrow_write(ctx, view, o, sink, err);
}

static blt_codec codec_option(lua_State *L, int at) {
  static const char *const names[] = {"none", "lz4", "zstd"};
  static const blt_codec codecs[] = {BLT_CODEC_NONE, BLT_CODEC_LZ4_FRAME, BLT_CODEC_ZSTD};
  int type = lua_getfield(L, at, "compression");
  const char *given = type == LUA_TNIL ? "none" : type == LUA_TSTRING ? lua_tostring(L, -1) : "";
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], given) == 0) {
      lua_pop(L, 1);
      return codecs[i];
    }
  bind_raise(L, "option 'compression': none, lz4 or zstd expected");
  return BLT_CODEC_NONE;
}

/* write_arrow(table, columns, path or function, {compression, stream, plain, progress}) -> rows; or nil,
 * message, code */
static int write_arrow(lua_State *L) {
  lua_settop(L, 4);
  blt_arrow_write_options o = {.ncols = (uint32_t)luaL_checkinteger(L, 2)};
  luaL_checktype(L, 4, LUA_TTABLE);
  o.codec = codec_option(L, 4);
  o.stream = bind_bool_option(L, 4, "stream", false);
  o.plain = bind_bool_option(L, 4, "plain", false);
  return bind_write_table(L, to_arrow, &o, &o.progress, &o.progress_arg);
}

/* ---- streams ---- */

#define BIND_STREAM "blotter.arrow_stream"

/* A stream that nobody may have taken yet. */
typedef struct stream {
  blt_ctx *ctx;
  struct ArrowArrayStream s;
} stream;

static int stream_release(lua_State *L) {
  stream *h = luaL_checkudata(L, 1, BIND_STREAM);
  if (bind_in_hand(lua_touserdata(L, lua_upvalueindex(1)), h, NULL)) return 0;
  if (h->s.release) h->s.release(&h->s);
  return bind_handle_end(h);
}

/* stream:pointer() -> where the structure is, as light userdata */
static int stream_pointer(lua_State *L) {
  stream *h = luaL_checkudata(L, 1, BIND_STREAM);
  lua_pushlightuserdata(L, &h->s);
  return 1;
}

static int stream_text(lua_State *L) {
  const stream *h = luaL_checkudata(L, 1, BIND_STREAM);
  lua_pushstring(L, h->s.release ? "an Arrow stream" : "an Arrow stream that was taken or closed");
  return 1;
}

static blt_status export_table(blt_table *t, uint32_t ncols, bool plain, struct ArrowArrayStream *out,
                               blt_error *err) {
  blt_view *view = NULL;
  blt_status st = blt_table_view(t, &view, err);
  if (st == BLT_OK) st = blt_arrow_export(view, ncols, plain, out, err);
  blt_view_release(view);
  return st;
}

/* arrow_export(table, columns, plain [, address of a structure to fill]) -> stream or address; or nil,
 * message, code */
static int arrow_export(lua_State *L) {
  bind_state *s = bind_state_of(L);
  lua_settop(L, 4);
  uint32_t ncols = (uint32_t)luaL_checkinteger(L, 2);
  bool plain = lua_toboolean(L, 3);
  struct ArrowArrayStream *out = lua_touserdata(L, 4);
  bind_table_at(L, 1);
  if (!out) {
    stream *h = bind_handle_new(L, s->ctx, sizeof *h, 0, BIND_STREAM);
    out = &h->s;
  }
  blt_table *t = bind_table_at(L, 1)->t;
  bind_use use = bind_reads(L, 1);
  bind_work w;
  blt_error err;
  blt_status st = bind_enter(L, s, &w, &use, &err);
  if (st != BLT_OK) return bind_report(L, &err);
  st = export_table(t, ncols, plain, out, &err);
  bind_leave(s, &w);
  if (st != BLT_OK) return bind_report(L, &err);
  return 1;
}

/* arrow_import(stream or its address, is_text, options [, db, name]) -> table, info; or nil, message, code */
static int arrow_import(lua_State *L) {
  bind_state *s = bind_state_of(L);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 5);
  stream *h = luaL_testudata(L, 1, BIND_STREAM);
  struct ArrowArrayStream *from = h ? &h->s : lua_islightuserdata(L, 1) ? lua_touserdata(L, 1) : NULL;
  if (!from) bind_raise(L, "an Arrow stream or the address of one expected");
  bind_reading r = {.state = s, .source = 1};
  r.progress = bind_progress_option(L, 3);
  blt_parquet_options o = {.progress = bind_reading_progress, .progress_arg = &r};
  bind_columnar_options(L, 3, &o);
  int into = bind_reading_into(L, &r);
  if (into) o.make = bind_reading_make;
  o.make_arg = &r;
  bind_use uses[2];
  bind_work w;
  blt_parquet_result result = {0};
  blt_error err;
  blt_status st = bind_enter(L, s, &w, bind_reading_uses(L, &r, into, uses), &err);
  if (st != BLT_OK) return bind_reading_failed(L, &r, into, &err);
  blt_watch_start(&r.watch, s->ctx);
  st = blt_arrow_import(s->ctx, from, &o, &result, &err);
  bind_leave(s, &w);
  if (st != BLT_OK) return bind_reading_failed(L, &r, into, &err);
  bind_reading_push(L, &r, result.table);
  bind_columnar_info(L, &result, 1);
  blt_parquet_result_free(s->ctx, &result);
  return 2;
}

void bind_open_arrow(lua_State *L, int state) {
  static const luaL_Reg methods[] = {{"pointer", stream_pointer}, {"close", stream_release}, {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", stream_release}, {"__close", stream_release}, {"__tostring", stream_text}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"write_arrow", write_arrow},
                                       {"arrow_export", arrow_export},
                                       {"arrow_import", arrow_import},
                                       {NULL, NULL}};
  bind_class(L, state, BIND_STREAM, methods, meta);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
