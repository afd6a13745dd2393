/* bind_writing.h: what the functions share that write tables to files. */
#ifndef BLT_LUA_BIND_WRITING_H
#define BLT_LUA_BIND_WRITING_H

#include "bind_busy.h"
#include "io/source/sink.h"
#include "io/source/source.h"

typedef blt_status (*bind_write_fn)(blt_ctx *ctx, const blt_view *view, const void *options, blt_sink *sink,
                                    blt_error *err);

/* Writes the table at 1 to the path or function at 3; the options in Lua are at 4, those of `fn` are
 * `options`, whose two fields for progress are filled. -> rows; or nil, message, code */
int bind_write_table(lua_State *L, bind_write_fn fn, const void *options, blt_progress_fn *progress,
                     void **progress_arg);

#endif
