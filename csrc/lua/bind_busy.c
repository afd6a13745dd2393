#include "bind_busy.h"
#include "base/par.h"

#include <string.h>

#define DEEPEST 12 /* works inside each other: C's stack is not endless */

static const char raised_key;

/* ---- uses ---- */

static bind_use use_table(lua_State *L, int index) {
  const bind_table *h = bind_table_at(L, index);
  bind_use use = {.table = h->t, .handle = h, .db = bind_owner(L, index)};
  return use;
}

bind_use bind_keeps(lua_State *L, int index) {
  bind_use use = use_table(L, index);
  use.fixed = true;
  return use;
}

bind_use bind_reads(lua_State *L, int index) {
  return use_table(L, index);
}

bind_use bind_changes(lua_State *L, int index) {
  bind_use use = use_table(L, index);
  use.changes = use.alone = true;
  return use;
}

bind_use bind_reads_db(lua_State *L, int index) {
  return (bind_use){.db = bind_db_at(L, index), .handle = lua_touserdata(L, index)};
}

bind_use bind_changes_db(lua_State *L, int index) {
  bind_use use = bind_reads_db(L, index);
  use.changes = use.alone = true;
  return use;
}

/* ---- the rule ---- */

static bool same_thing(const bind_use *a, const bind_use *b) {
  if (a->table && b->table) return a->table == b->table;
  return a->db && a->db == b->db;
}

blt_status bind_claim(const bind_state *s, const bind_use *use, blt_error *err) {
  for (const bind_work *w = s->work; w; w = w->outer)
    for (const bind_use *u = w->uses; u; u = u->next) {
      if (use->fixed || !same_thing(u, use) || !(use->changes || u->alone)) continue;
      return blt_fail(err, BLT_EBUSY, "the %s is busy: the work that called this function is %s it",
                      use->table ? "table" : "database", u->changes ? "changing" : "reading");
    }
  return BLT_OK;
}

void bind_claim_reading(lua_State *L, int index) {
  blt_error err;
  bind_use use = bind_reads(L, index);
  if (bind_claim(bind_state_of(L), &use, &err) != BLT_OK) bind_raise(L, "%s", err.message);
}

bool bind_in_hand(const bind_state *s, const void *handle, const blt_db *db) {
  for (const bind_work *w = s->work; w; w = w->outer)
    for (const bind_use *u = w->uses; u; u = u->next)
      if (u->handle == handle || (db && u->db == db)) return true;
  return false;
}

/* ---- works ---- */

blt_status bind_enter(lua_State *L, bind_state *s, bind_work *w, const bind_use *uses, blt_error *err) {
  *w = (bind_work){.outer = s->work, .L = L, .depth = s->work ? s->work->depth + 1 : 1, .uses = uses};
  if (w->depth > DEEPEST)
    return blt_fail(err, BLT_EBUSY, "busy: %d calls are at work inside each other's callbacks", DEEPEST);
  for (const bind_use *u = uses; u; u = u->next) {
    blt_status st = bind_claim(s, u, err);
    if (st != BLT_OK) return st;
  }
  if (!s->work) bind_begun(s);
  s->work = w;
  s->raised = BIND_RAISED_NOTHING;
  return BLT_OK;
}

void bind_leave(bind_state *s, bind_work *w) {
  s->work = w->outer;
}

int bind_try(lua_State *L, bind_use use, lua_CFunction fn, bool *raised) {
  bind_state *s = bind_state_of(L);
  int nargs = lua_gettop(L);
  bind_work w;
  blt_error err;
  luaL_checkstack(L, nargs + 1, "so many arguments");
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushcclosure(L, fn, 1);
  for (int i = 1; i <= nargs; i++) lua_pushvalue(L, i);
  if (*(blt_ctx *const *)use.handle == NULL)
    return bind_raise(L, "the %s is closed", use.table ? "table" : "database");
  if (bind_enter(L, s, &w, &use, &err) != BLT_OK)
    return use.changes ? bind_refuse_change(L, 1, &err) : bind_raise(L, "%s", err.message);
  int result = lua_pcall(L, nargs, LUA_MULTRET, 0);
  bind_leave(s, &w);
  *raised = result != LUA_OK;
  return lua_gettop(L) - nargs;
}

int bind_guard(lua_State *L, bind_use use, lua_CFunction fn) {
  bool raised = false;
  int n = bind_try(L, use, fn, &raised);
  return raised ? lua_error(L) : n;
}

/* ---- the user's functions ---- */

void bind_open_busy(lua_State *L) {
  lua_pushboolean(L, false); /* the place is there, so that keeping a value never takes memory */
  lua_rawsetp(L, LUA_REGISTRYINDEX, &raised_key);
}

/* Lua's own words for it speak of its C calls. */
static bool tried_to_yield(lua_State *L) {
  if (lua_type(L, -1) != LUA_TSTRING) return false;
  const char *message = lua_tostring(L, -1);
  return strcmp(message, "attempt to yield across a C-call boundary") == 0 ||
         strcmp(message, "attempt to yield from outside a coroutine") == 0;
}

/* Keeps the error value on top of the stack. */
static blt_status keep_raised(lua_State *L, bind_state *s, blt_error *err) {
  s->work->stopped = true;
  if (tried_to_yield(L)) {
    lua_pop(L, 1);
    return blt_fail(err, BLT_EINTR, "a function that blotter calls while it works must not yield");
  }
  s->raised = lua_isnil(L, -1) ? BIND_RAISED_NIL : BIND_RAISED_VALUE;
  if (lua_isnil(L, -1))
    lua_pop(L, 1);
  else
    lua_rawsetp(L, LUA_REGISTRYINDEX, &raised_key);
  return blt_fail(err, BLT_EINTR, "interrupted");
}

blt_status bind_call(bind_state *s, int nargs, int nresults, blt_error *err) {
  lua_State *L = s->work->L;
  if (s->work->stopped) {
    lua_pop(L, nargs + 1);
    return blt_fail(err, BLT_EINTR, "interrupted");
  }
  bool rested = blt_par_rest(s->ctx);
  s->calls++;
  int result = lua_pcall(L, nargs, nresults, 0);
  s->calls--;
  if (rested) blt_par_resume(s->ctx);
  return result == LUA_OK ? BLT_OK : keep_raised(L, s, err);
}

void bind_raise_kept(lua_State *L, bind_state *s) {
  bind_raised raised = s->raised;
  if (raised == BIND_RAISED_NOTHING) return;
  s->raised = BIND_RAISED_NOTHING;
  if (raised == BIND_RAISED_NIL) {
    lua_pushnil(L);
  } else {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &raised_key);
    lua_pushboolean(L, false);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &raised_key);
  }
  lua_error(L);
}
