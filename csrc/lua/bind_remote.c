/* bind_remote.c: connections to servers as Lua drives them. Every call comes back within some milliseconds,
 * so that Ctrl-C, which is an error in a hook, finds Lua between two of them. */
#include "bind.h"

#include "remote/http.h"
#include "remote/pq.h"
#include <string.h>

#define BIND_PQ "blotter.pq"
#define BIND_HTTP "blotter.http"
#define LONGEST_WAIT 1000

typedef struct bind_pq {
  blt_ctx *ctx;
  blt_pq *c;
} bind_pq;

static blt_pq *pq_at(lua_State *L) {
  bind_pq *h = luaL_checkudata(L, 1, BIND_PQ);
  if (!h->c) bind_raise(L, "the connection is closed");
  return h->c;
}

static int pq_close(lua_State *L) {
  bind_pq *h = luaL_checkudata(L, 1, BIND_PQ);
  blt_pq *c = h->c;
  h->c = NULL;
  if (c) blt_pq_close(c);
  return h->ctx ? bind_handle_end(h) : 0;
}

static int milliseconds_at(lua_State *L, int index) {
  lua_Integer ms = luaL_checkinteger(L, index);
  luaL_argcheck(L, ms >= 0 && ms <= LONGEST_WAIT, index, "0 to 1000 milliseconds expected");
  return (int)ms;
}

/* pq_open(info) -> connection, or nil, message, code */
static int pq_open(lua_State *L) {
  blt_error err;
  const char *info = luaL_checkstring(L, 1);
  bind_state *s = bind_state_of(L);
  bind_pq *h = bind_handle_new(L, s->ctx, sizeof *h, 0, BIND_PQ);
  if (blt_pq_open(s->ctx, info, &h->c, &err) != BLT_OK) return bind_refuse(L, &err);
  return 1;
}

static int done_or(lua_State *L, blt_status st, bool done, const blt_error *err) {
  if (st != BLT_OK) return bind_refuse(L, err);
  lua_pushboolean(L, done);
  return 1;
}

/* c:connect(ms) -> whether it is connected now, or nil, message, code */
static int pq_connect(lua_State *L) {
  blt_error err;
  bool done = false;
  blt_status st = blt_pq_connect(pq_at(L), milliseconds_at(L, 2), &done, &err);
  return done_or(L, st, done, &err);
}

/* c:send(sql [, lines]) -> true, or nil, message, code */
static int pq_send(lua_State *L) {
  blt_error err;
  size_t n;
  const char *sql = luaL_checklstring(L, 2, &n);
  luaL_argcheck(L, strlen(sql) == n, 2, "a statement without zero bytes expected");
  blt_status st = blt_pq_send(pq_at(L), sql, lua_toboolean(L, 3), &err);
  return done_or(L, st, true, &err);
}

/* c:receive(ms) -> "wait", "data" and a piece, "feed", "done"; or nil, message, code */
static int pq_receive(lua_State *L) {
  static const char *const events[] = {"wait", "data", "feed", "done"};
  blt_error err;
  blt_pq_event event;
  blt_str piece;
  if (blt_pq_receive(pq_at(L), milliseconds_at(L, 2), &event, &piece, &err) != BLT_OK)
    return bind_refuse(L, &err);
  lua_pushstring(L, events[event]);
  if (event != BLT_PQ_DATA) return 1;
  lua_pushlstring(L, piece.s, piece.len);
  return 2;
}

static int pq_cancel(lua_State *L) {
  blt_error err;
  blt_status st = blt_pq_cancel(pq_at(L), &err);
  return done_or(L, st, true, &err);
}

/* c:put(text) -> true, or nil, message, code */
static int pq_put(lua_State *L) {
  blt_error err;
  size_t n;
  const char *text = luaL_checklstring(L, 2, &n);
  blt_status st = blt_pq_put(pq_at(L), text, n, &err);
  return done_or(L, st, true, &err);
}

/* c:flush(ms) -> whether all that was put is on its way */
static int pq_flush(lua_State *L) {
  blt_error err;
  bool done = false;
  blt_status st = blt_pq_flush(pq_at(L), milliseconds_at(L, 2), &done, &err);
  return done_or(L, st, done, &err);
}

/* c:finish([problem]) -> true: no more text comes */
static int pq_finish(lua_State *L) {
  blt_error err;
  blt_status st = blt_pq_end(pq_at(L), luaL_optstring(L, 2, NULL), &err);
  return done_or(L, st, true, &err);
}

/* c:state() -> "idle", "busy", "broken" or "closed"; bytes of COPY that came and went */
static int pq_state(lua_State *L) {
  bind_pq *h = luaL_checkudata(L, 1, BIND_PQ);
  const char *state = !h->c                    ? "closed"
                      : blt_pq_is_broken(h->c) ? "broken"
                      : blt_pq_is_idle(h->c)   ? "idle"
                                               : "busy";
  lua_pushstring(L, state);
  lua_pushinteger(L, h->c ? (lua_Integer)blt_pq_bytes(h->c) : 0);
  return 2;
}

/* ---- HTTP ---- */

typedef struct bind_http {
  blt_ctx *ctx;
  blt_http *h;
} bind_http;

static blt_http *http_at(lua_State *L) {
  bind_http *b = luaL_checkudata(L, 1, BIND_HTTP);
  if (!b->h) bind_raise(L, "the connection is closed");
  return b->h;
}

static int http_close(lua_State *L) {
  bind_http *b = luaL_checkudata(L, 1, BIND_HTTP);
  blt_http *h = b->h;
  b->h = NULL;
  if (h) blt_http_close(h);
  return b->ctx ? bind_handle_end(b) : 0;
}

/* http_open([cafile]) -> connection, or nil, message, code */
static int http_open(lua_State *L) {
  blt_error err;
  const char *cafile = luaL_optstring(L, 1, NULL);
  bind_state *s = bind_state_of(L);
  bind_http *b = bind_handle_new(L, s->ctx, sizeof *b, 0, BIND_HTTP);
  if (blt_http_open(s->ctx, cafile, &b->h, &err) != BLT_OK) return bind_refuse(L, &err);
  return 1;
}

/* h:post(url, body, header, …) -> true, or nil, message, code */
static int http_post(lua_State *L) {
  enum { MOST_HEADERS = 16 };
  const char *headers[MOST_HEADERS];
  blt_error err;
  size_t bytes;
  blt_http *h = http_at(L);
  const char *url = luaL_checkstring(L, 2), *body = luaL_checklstring(L, 3, &bytes);
  int n = lua_gettop(L) - 3;
  luaL_argcheck(L, n <= MOST_HEADERS, 4, "too many headers");
  for (int i = 0; i < n; i++) headers[i] = luaL_checkstring(L, i + 4);
  return done_or(L, blt_http_post(h, url, headers, (uint32_t)n, body, bytes, &err), true, &err);
}

/* h:receive(ms) -> "wait", "data" and a piece, "done" and the answer's status; or nil, message, code */
static int http_receive(lua_State *L) {
  static const char *const events[] = {"wait", "data", "done"};
  blt_error err;
  blt_http_event event;
  blt_str piece;
  blt_http *h = http_at(L);
  if (blt_http_receive(h, milliseconds_at(L, 2), &event, &piece, &err) != BLT_OK) return bind_refuse(L, &err);
  lua_pushstring(L, events[event]);
  if (event == BLT_HTTP_DATA) lua_pushlstring(L, piece.s, piece.len);
  if (event == BLT_HTTP_DONE) lua_pushinteger(L, blt_http_status(h));
  return event == BLT_HTTP_WAIT ? 1 : 2;
}

void bind_open_remote(lua_State *L, int state) {
  static const luaL_Reg methods[] = {
      {"connect", pq_connect}, {"send", pq_send},   {"receive", pq_receive}, {"cancel", pq_cancel},
      {"put", pq_put},         {"flush", pq_flush}, {"finish", pq_finish},   {"state", pq_state},
      {"close", pq_close},     {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", pq_close}, {"__close", pq_close}, {NULL, NULL}};
  static const luaL_Reg http_methods[] = {
      {"post", http_post}, {"receive", http_receive}, {"close", http_close}, {NULL, NULL}};
  static const luaL_Reg http_meta[] = {{"__gc", http_close}, {"__close", http_close}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"pq_open", pq_open}, {"http_open", http_open}, {NULL, NULL}};
  bind_class(L, state, BIND_PQ, methods, meta);
  bind_class(L, state, BIND_HTTP, http_methods, http_meta);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
