#include "memo.h"
#include "../base/mem.h"

#include <string.h>

#define BIND_MEMOS "blotter.memos"
#define FIRST_SLOTS 1024u
#define MOST_HELD (1u << 18) /* strings a column */
#define LONGEST 40           /* bytes; longer strings may be several objects of one content */

static void forget(bind_memos *m, bind_memo *c) {
  blt_free(m->ctx, c->slots, ((size_t)c->mask + 1) * sizeof *c->slots);
  blt_dict_release(c->dict);
  *c = (bind_memo){0};
}

static int memos_release(lua_State *L) {
  bind_memos *m = lua_touserdata(L, 1);
  for (uint32_t i = 0; i < m->ncols; i++)
    if (m->columns[i].slots) forget(m, &m->columns[i]);
  m->ncols = 0;
  blt_ctx_release(m->ctx);
  m->ctx = NULL;
  return 0;
}

bind_memos *bind_memos_new(lua_State *L, bind_state *s, uint32_t ncols) {
  size_t bytes = sizeof(bind_memos) + ncols * sizeof(bind_memo);
  bind_memos *m = lua_newuserdatauv(L, bytes, 1);
  memset(m, 0, bytes);
  if (luaL_newmetatable(L, BIND_MEMOS)) {
    lua_pushcfunction(L, memos_release);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  lua_newtable(L);
  lua_setiuservalue(L, -2, 1);
  m->ctx = blt_ctx_retain(s->ctx);
  m->ncols = ncols;
  return m;
}

static inline uint32_t first_slot(const bind_memo *c, const char *s) {
  return (uint32_t)(((uintptr_t)s >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 40) & c->mask;
}

/* Where the string's entry is, or the free slot where it would be. */
static inline bind_memo_slot *find(const bind_memo *c, const char *s) {
  uint32_t i = first_slot(c, s);
  while (c->slots[i].s && c->slots[i].s != s) i = (i + 1) & c->mask;
  return &c->slots[i];
}

/* A table of `n` slots with the entries of the one before. */
static bool resize(bind_memos *m, bind_memo *c, uint32_t n) {
  bind_memo wider = *c;
  wider.slots = blt_calloc(m->ctx, n, sizeof *wider.slots);
  wider.mask = n - 1;
  if (!wider.slots) return false;
  for (uint32_t i = 0; c->slots && i <= c->mask; i++)
    if (c->slots[i].s) *find(&wider, c->slots[i].s) = c->slots[i];
  if (c->slots) blt_free(m->ctx, c->slots, ((size_t)c->mask + 1) * sizeof *c->slots);
  *c = wider;
  return true;
}

/* What remember() is called with. */
typedef struct news {
  bind_memos *memos;
  uint32_t col, code;
  blt_dict *dict;
} news;

/* Starts the column's memo anew, with another dictionary. The table of what Lua holds for all columns is
 * at 3. */
static bool begin(lua_State *L, const news *n) {
  bind_memo *c = &n->memos->columns[n->col];
  if (c->slots) forget(n->memos, c);
  lua_newtable(L);
  lua_rawseti(L, 3, (lua_Integer)n->col + 1);
  if (!resize(n->memos, c, FIRST_SLOTS)) return false;
  c->dict = blt_dict_retain(n->dict);
  return true;
}

/* (news, string, table of held strings): enters the string, when Lua holds no other object of its content for
 * us. */
static int remember(lua_State *L) {
  const news *n = lua_touserdata(L, 1);
  bind_memo *c = &n->memos->columns[n->col];
  const char *s = lua_tostring(L, 2);
  if (c->dict != n->dict && !begin(L, n)) return 0;
  if (c->held > c->mask / 2 && !resize(n->memos, c, (c->mask + 1) * 4)) return 0;
  lua_rawgeti(L, 3, (lua_Integer)n->col + 1);
  if (lua_rawgeti(L, 4, (lua_Integer)n->code + 1) == LUA_TSTRING) return 0;
  lua_pushvalue(L, 2);
  lua_rawseti(L, 4, (lua_Integer)n->code + 1);
  c->held++;
  *find(c, s) = (bind_memo_slot){s, n->code};
  return 0;
}

void bind_memo_prefetch(lua_State *L, int index, uint32_t col, const bind_memos *memos) {
  const bind_memo *c = &memos->columns[col];
  if (c->slots) __builtin_prefetch(&c->slots[first_slot(c, lua_tolstring(L, index, NULL))]);
}

blt_status bind_memo_code(lua_State *L, int index, blt_dict *d, uint32_t col, bind_memo_place at,
                          uint32_t *code, blt_error *err) {
  bind_memos *memos = at.memos;
  bind_memo *c = &memos->columns[col];
  const char *s = lua_tolstring(L, index, NULL); /* without its length the string itself is not touched */
  size_t len;
  if (c->dict == d) {
    const bind_memo_slot *slot = find(c, s);
    if (slot->s) {
      *code = slot->code;
      return BLT_OK;
    }
  }
  s = lua_tolstring(L, index, &len);
  blt_status st = blt_dict_intern(d, s, len, code, err);
  if (st != BLT_OK || len > LONGEST || (c->dict == d && c->held == MOST_HELD) || !lua_checkstack(L, 8))
    return st;
  news n = {memos, col, *code, d};
  index = lua_absindex(L, index);
  lua_pushcfunction(L, remember);
  lua_pushlightuserdata(L, &n);
  lua_pushvalue(L, index);
  lua_getiuservalue(L, at.index, 1);
  if (lua_pcall(L, 3, 0, 0) != LUA_OK) lua_pop(L, 1); /* out of memory: then it is not remembered */
  return BLT_OK;
}
