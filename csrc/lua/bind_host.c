/* bind_host.c: functions of the user's in expressions, lua($f, x). Each is asked once a run for each value
 * that it meets, as long as there are not too many of them. */
#include "bind_host.h"

#include "bind_busy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define REMEMBERED 1000000u /* values in all, before everything is forgotten */

static const char functions_key, answers_key, nan_key, null_key;

/* ---- numbers of functions ---- */

/* host_function(f) -> its number. Somebody else has to keep f as long as plans name it. */
static int host_function(lua_State *L) {
  bind_state *s = bind_state_of(L);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, ++s->functions);
  lua_pushinteger(L, s->functions);
  return 1;
}

/* ---- asking ---- */

typedef struct request {
  bind_state *s;
  const blt_host_call *call;
  blt_error *err;
  uint32_t bad; /* whose answer is no value of the type, or n */
} request;

static void show_value(const blt_value *v, char out[80]) {
  char text[64];
  if (v->type.id == BLT_STRING)
    snprintf(out, 80, "'%.*s'%s", (int)(v->u.s.len < 40 ? v->u.s.len : 40), v->u.s.s,
             v->u.s.len > 40 ? "…" : "");
  else
    snprintf(out, 80, "%.*s", (int)bind_value_text(v, text), text);
}

/* "'KR', row 3" */
static void show_place(const blt_host_call *call, uint32_t k, char out[120]) {
  char value[80];
  show_value(&call->in[k], value);
  if (call->rows)
    snprintf(out, 120, "%s, row %llu", value, (unsigned long long)call->rows[k]);
  else
    snprintf(out, 120, "%s", value);
}

/* Pushes the table of what the function answered so far in this run. */
static void push_answers(lua_State *L, bind_state *s, lua_Integer function) {
  if (s->answers > REMEMBERED) {
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &answers_key);
    s->answers = 0;
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &answers_key);
  if (lua_rawgeti(L, -1, function) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, function);
  }
  lua_remove(L, -2);
}

static void push_key(lua_State *L, const blt_value *v) {
  if (v->type.id == BLT_FLOAT64 && isnan(v->u.f))
    lua_pushlightuserdata(L, (void *)&nan_key);
  else
    bind_push_value(L, v);
}

/* The error on top of the stack, when it is a text, says for which value it is. */
static int raise_named(lua_State *L, const blt_host_call *call, uint32_t k) {
  char place[120];
  if (lua_type(L, -1) != LUA_TSTRING) return lua_error(L);
  show_place(call, k, place);
  lua_pushfstring(L, "%s (lua of %s)", lua_tostring(L, -1), place);
  return lua_error(L);
}

/* Calls the function at 2 for value k and keeps what it gives in the table at 3; leaves it on the stack. */
static void call_function(lua_State *L, request *r, uint32_t k) {
  const blt_value *v = &r->call->in[k];
  lua_pushvalue(L, 2);
  bind_push_value(L, v);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) raise_named(L, r->call, k);
  push_key(L, v);
  if (bind_is_null(L, -2))
    lua_pushlightuserdata(L, (void *)&null_key);
  else
    lua_pushvalue(L, -2);
  lua_rawset(L, 3);
  r->s->answers++;
}

static int answer_all(lua_State *L) {
  request *r = lua_touserdata(L, 1);
  const blt_host_call *call = r->call;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
  if (lua_rawgeti(L, -1, call->function) != LUA_TFUNCTION) return luaL_error(L, "lua: the function is gone");
  lua_replace(L, 2);
  push_answers(L, r->s, call->function);
  for (uint32_t k = 0; k < call->n; k++) {
    lua_settop(L, 3);
    push_key(L, &call->in[k]);
    if (lua_rawget(L, 3) == LUA_TNIL) call_function(L, r, k);
    call->out[k] = (blt_value){.type = call->type, .null = lua_touserdata(L, -1) == &null_key};
    if (call->out[k].null || bind_to_value(L, -1, call->type, &call->out[k], r->err) == BLT_OK) continue;
    r->bad = k;
    return 0;
  }
  return 0;
}

static blt_status answer(void *state, const blt_host_call *call, blt_error *err) {
  bind_state *s = state;
  blt_error why;
  request r = {.s = s, .call = call, .err = &why, .bad = call->n};
  if (!s->work) return blt_fail(err, BLT_EINVAL, "lua: no query runs that could call a function");
  lua_State *L = s->work->L;
  if (!lua_checkstack(L, 8)) return blt_fail(err, BLT_ENOMEM, "not enough memory for Lua's stack");
  lua_pushcfunction(L, answer_all);
  lua_pushlightuserdata(L, &r);
  blt_status status = bind_call(s, 1, 0, err);
  if (status != BLT_OK || r.bad == call->n) return status;
  char place[120], type[24];
  show_place(call, r.bad, place);
  return blt_fail(err, BLT_EFORMAT,
                  "lua of %s: %s; the function's results are %s: lua($f, x, 'string') says another type",
                  place, why.message, blt_type_name(call->type, type));
}

void bind_host_begin(lua_State *L, bind_state *s) {
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &answers_key);
  s->answers = 0;
}

void bind_open_host(lua_State *L, int state) {
  bind_state *s = lua_touserdata(L, state);
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &functions_key);
  bind_host_begin(L, s);
  blt_ctx_set_host(s->ctx, answer, s);
  lua_pushvalue(L, state);
  lua_pushcclosure(L, host_function, 1);
  lua_setfield(L, -2, "host_function");
}
