/* Tables to Arrow files and streams. */
#include "lua/bind_reading.h"
#include "lua/bind_writing.h"
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

void bind_open_arrow(lua_State *L, int state) {
  static const luaL_Reg functions[] = {{"write_arrow", write_arrow}, {NULL, NULL}};
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
