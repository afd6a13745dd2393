#include "bind_busy.h"
#include "base/clock.h"
#include "base/par.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const char progress_key, hooked_key, raise_key;

/* Hooks belong to one coroutine: the one that Ctrl-C sets is on the main one and would not fire in another.
 * The interpreter's own handler is known by its mask and count. */
static bool interrupted_elsewhere(lua_State *L) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  lua_State *main = lua_tothread(L, -1);
  lua_pop(L, 1);
  int all = LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT;
  return main && main != L && lua_gethookmask(main) == all && lua_gethookcount(main) == 1;
}

/* Calls an empty Lua function, so that a pending hook fires; its error ends the work. */
static blt_status run_hooks(bind_state *s, blt_error *err) {
  lua_State *L = s->work->L;
  if (interrupted_elsewhere(L)) return blt_fail(err, BLT_EINTR, "interrupted");
  if (!lua_gethookmask(L)) return BLT_OK;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &hooked_key);
  return bind_call(s, 0, 0, err);
}

/* What a progress callback returned, taken from the stack: false ends the work. */
static blt_status answer(lua_State *L, blt_error *err) {
  bool stop = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
  lua_pop(L, 1);
  return stop ? blt_fail(err, BLT_EINTR, "stopped by the progress callback") : BLT_OK;
}

/* blotter.progress(done, total), ten times a second at most; not of work inside a callback. */
static blt_status tell_progress(bind_state *s, uint64_t done, uint64_t total, blt_error *err) {
  lua_State *L = s->work->L;
  if (s->calls || blt_seconds() - s->told < 0.1) return BLT_OK;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &progress_key) == LUA_TNIL) {
    lua_pop(L, 1);
    return BLT_OK;
  }
  s->told = blt_seconds();
  lua_pushinteger(L, (lua_Integer)done);
  lua_pushinteger(L, (lua_Integer)total);
  blt_status st = bind_call(s, 2, 1, err);
  return st == BLT_OK ? answer(L, err) : st;
}

static blt_status poll(void *arg, uint64_t done, uint64_t total, blt_error *err) {
  bind_state *s = arg;
  if (!s->work || !lua_checkstack(s->work->L, 8)) return BLT_OK;
  if (s->work->stopped) return blt_fail(err, BLT_EINTR, "interrupted");
  blt_status st = run_hooks(s, err);
  return st == BLT_OK ? tell_progress(s, done, total, err) : st;
}

void bind_begun(bind_state *s) {
  s->told = blt_seconds();
  blt_ctx_set_timeout(s->ctx, s->timeout);
}

int bind_progress_option(lua_State *L, int at) {
  lua_getfield(L, at, "progress");
  if (lua_isfunction(L, -1)) return lua_gettop(L);
  if (lua_toboolean(L, -1)) bind_raise(L, "option 'progress': a function or false expected");
  return 0;
}

blt_status bind_progress(bind_state *s, int callback, uint64_t bytes, uint64_t total, uint64_t rows,
                         blt_error *err) {
  lua_State *L = s->work->L;
  if (!callback) return BLT_OK;
  if (!lua_checkstack(L, 8)) return blt_fail(err, BLT_ENOMEM, "not enough memory for Lua's stack");
  lua_pushvalue(L, callback);
  lua_pushinteger(L, (lua_Integer)bytes);
  if (total)
    lua_pushinteger(L, (lua_Integer)total);
  else
    lua_pushnil(L);
  lua_pushinteger(L, (lua_Integer)rows);
  blt_status st = bind_call(s, 3, 1, err);
  return st == BLT_OK ? answer(L, err) : st;
}

void bind_account(lua_State *L, bind_state *s, size_t bytes) {
  s->unseen += bytes;
  if (s->unseen < ((size_t)1 << 20)) return;
  size_t kib = s->unseen >> 10;
  s->unseen = 0;
  lua_gc(L, LUA_GCSTEP, kib > 1 << 20 ? 1 << 20 : (int)kib);
}

void *bind_handle_new(lua_State *L, blt_ctx *ctx, size_t bytes, int user_values, const char *name) {
  void *handle = lua_newuserdatauv(L, bytes, user_values);
  memset(handle, 0, bytes);
  luaL_setmetatable(L, name);
  *(blt_ctx **)handle = blt_ctx_retain(ctx);
  return handle;
}

int bind_handle_end(void *handle) {
  blt_ctx **ctx = handle;
  blt_ctx_release(*ctx);
  *ctx = NULL;
  return 0;
}

static const char *code_name(blt_status code) {
  static const char *const names[] = {"ok",   "memory",   "invalid",     "type",    "name",
                                      "null", "key",      "overflow",    "io",      "format",
                                      "busy", "readonly", "interrupted", "timeout", "closed"};
  return (size_t)code < sizeof names / sizeof *names ? names[code] : "unknown";
}

/* An interruption goes on as the error that the user's function raised. */
static void raise_interruption(lua_State *L, const blt_error *err) {
  if (err->code != BLT_EINTR) return;
  bind_raise_kept(L, bind_state_of(L));
  bind_raise(L, "%s", err->message);
}

int bind_refuse(lua_State *L, const blt_error *err) {
  raise_interruption(L, err);
  lua_pushnil(L);
  lua_pushstring(L, err->message);
  lua_pushstring(L, code_name(err->code));
  lua_pushinteger(L, err->position);
  return 4;
}

/* By blotter.fail, which finds the user's line beyond our own Lua functions. */
int bind_raise(lua_State *L, const char *format, ...) {
  va_list args;
  bool known = lua_rawgetp(L, LUA_REGISTRYINDEX, &raise_key) != LUA_TNIL;
  lua_pushliteral(L, "%s");
  va_start(args, format);
  lua_pushvfstring(L, format, args);
  va_end(args);
  if (!known) return lua_error(L);
  lua_call(L, 2, 0);
  return 0;
}

int bind_report(lua_State *L, const blt_error *err) {
  switch (err->code) {
  case BLT_EINVAL:
  case BLT_ETYPE:
  case BLT_ENAME:
  case BLT_ECLOSED:
    return bind_raise(L, "%s", err->message);
  default:
    bind_refuse(L, err);
    lua_pop(L, 1);
    return 3;
  }
}

int bind_refuse_change(lua_State *L, int index, const blt_error *err) {
  if (err->code != BLT_EINTR && bind_is_strict(L, index)) return bind_raise(L, "%s", err->message);
  return bind_report(L, err);
}

void bind_class(lua_State *L, int state, const char *name, const luaL_Reg *methods, const luaL_Reg *meta) {
  luaL_newmetatable(L, name);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, meta, 1);
  lua_newtable(L);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, methods, 1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

/* ---- settings ---- */

static size_t size_argument(lua_State *L, int index) {
  lua_Number n = luaL_checknumber(L, index);
  luaL_argcheck(L, n >= 0 && n < 9e18, index, "a number of bytes expected, 0 for no limit");
  return (size_t)n;
}

/* setting(name) reads, setting(name, value) writes: nil, message, code while something is at work. */
static int setting(lua_State *L) {
  static const char *const names[] = {"threads", "memory_limit", "timeout", "progress", NULL};
  bind_state *s = bind_state_of(L);
  int which = luaL_checkoption(L, 1, NULL, names);
  bool write = lua_gettop(L) > 1;
  blt_error err;
  if (write && s->work) {
    blt_fail(&err, BLT_EBUSY, "busy: settings stay as they are while blotter works");
    return bind_report(L, &err);
  }
  if (write && which == 0) {
    lua_Integer n = luaL_checkinteger(L, 2);
    luaL_argcheck(L, n >= 0 && n <= 256, 2, "threads: 0 (as many as the machine has) to 256 expected");
    blt_ctx_set_threads(s->ctx, (uint32_t)n);
  } else if (write && which == 1) {
    blt_ctx_set_memory_limit(s->ctx, size_argument(L, 2));
  } else if (write && which == 2) {
    lua_Number seconds = luaL_checknumber(L, 2);
    luaL_argcheck(L, seconds >= 0 && isfinite(seconds), 2, "timeout: seconds expected, 0 for none");
    s->timeout = seconds;
  } else if (write) {
    if (!lua_isnil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &progress_key);
  }
  switch (which) {
  case 0:
    lua_pushinteger(L, blt_ctx_threads(s->ctx));
    break;
  case 1:
    lua_pushinteger(L, (lua_Integer)blt_ctx_memory_limit(s->ctx));
    break;
  case 2:
    lua_pushnumber(L, s->timeout);
    break;
  default:
    lua_rawgetp(L, LUA_REGISTRYINDEX, &progress_key);
  }
  return 1;
}

/* memory() -> bytes used, peak; memory "reset" starts the peak anew. */
static int memory(lua_State *L) {
  bind_state *s = bind_state_of(L);
  if (!lua_isnoneornil(L, 1)) blt_ctx_reset_peak(s->ctx);
  lua_pushinteger(L, (lua_Integer)blt_ctx_memory_used(s->ctx));
  lua_pushinteger(L, (lua_Integer)blt_ctx_memory_peak(s->ctx));
  return 2;
}

/* fail_allocation(n): test hook, see blt.h. */
static int fail_allocation(lua_State *L) {
  blt_ctx_fail_allocation(bind_state_of(L)->ctx, (uint64_t)luaL_checkinteger(L, 1));
  return 0;
}

/* terminal() -> columns of the terminal on standard output, nil when it is none. */
static int terminal(lua_State *L) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 0;
  lua_pushinteger(L, size.ws_col);
  lua_pushinteger(L, size.ws_row);
  return 2;
}

/* is_terminal(descriptor) -> whether it is one. */
static int is_terminal(lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* functions(empty, fail): the empty Lua function in which hooks fire, and the one that raises at the user's
 * line. */
static int set_functions(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &raise_key);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &hooked_key);
  return 0;
}

/* clock() -> seconds of a clock that only moves forward. */
static int monotonic(lua_State *L) {
  lua_pushnumber(L, blt_seconds());
  return 1;
}

/* Inside a callback the threads, which rest, end, because their code is about to go; the context stays for
 * the work that will never go on. */
static int state_gc(lua_State *L) {
  bind_state *s = lua_touserdata(L, 1);
  if (s->ctx) blt_ctx_set_poll(s->ctx, NULL, NULL);
  if (s->ctx && s->work) blt_par_end(s->ctx);
  if (!s->work) blt_ctx_release(s->ctx);
  s->ctx = NULL;
  return 0;
}

static void new_state(lua_State *L) {
  bind_state *s = lua_newuserdatauv(L, sizeof *s, 0);
  memset(s, 0, sizeof *s);
  lua_newtable(L);
  lua_pushcfunction(L, state_gc);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  s->ctx = blt_ctx_new();
  if (!s->ctx) luaL_error(L, "not enough memory for blotter");
  blt_ctx_set_poll(s->ctx, poll, s);
}

__attribute__((visibility("default"))) int luaopen_blotter_core(lua_State *L);

int luaopen_blotter_core(lua_State *L) {
  static const luaL_Reg functions[] = {{"setting", setting},
                                       {"memory", memory},
                                       {"fail_allocation", fail_allocation},
                                       {"terminal", terminal},
                                       {"is_terminal", is_terminal},
                                       {"set_functions", set_functions},
                                       {"clock", monotonic},
                                       {NULL, NULL}};
  lua_newtable(L);
  int module = lua_gettop(L);
  new_state(L);
  bind_open_busy(L);
  int state = lua_gettop(L);
  lua_pushvalue(L, module);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
  bind_open_interrupt(L);
  bind_open_host(L, state);
  bind_open_value(L, state);
  bind_open_table(L, state);
  bind_open_append(L, state);
  bind_open_frame(L, state);
  bind_open_plan(L, state);
  bind_open_change(L, state);
  bind_open_db(L, state);
  bind_open_read(L, state);
  bind_open_write(L, state);
  bind_open_solve(L, state);
  bind_open_remote(L, state);
  bind_open_parquet(L, state);
  bind_open_arrow(L, state);
  bind_open_sqlite(L, state);
  lua_settop(L, module);
  return 1;
}
