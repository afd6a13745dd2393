#include "bind_memo.h"
#include "base/mem.h"

#include <string.h>

#define BIND_MEMOS "blotter.memos"
#define FIRST_BUCKETS 128u
#define MOST_HELD (1u << 18) /* strings a column */

static void forget(bind_memos *memos, bind_memo *m) {
  if (m->buckets) blt_free(memos->ctx, m->buckets, ((size_t)m->mask + 1) * sizeof *m->buckets);
  m->buckets = NULL;
  m->dict = m->mask = m->held = 0;
}

static int memos_release(lua_State *L) {
  bind_memos *memos = lua_touserdata(L, 1);
  for (uint32_t i = 0; i < memos->ncols; i++) forget(memos, &memos->columns[i]);
  memos->ncols = 0;
  blt_ctx_release(memos->ctx);
  memos->ctx = NULL;
  return 0;
}

/* Where a column stands among those of a row: columns of one kind are stored by one loop. */
static bind_memo_kind kind_of(blt_type type) {
  if (type.id == BLT_STRING) return BIND_MEMO_STRINGS;
  if (type.id == BLT_INT64) return BIND_MEMO_INTEGERS;
  return type.id == BLT_FLOAT64 ? BIND_MEMO_DOUBLES : BIND_MEMO_OTHERS;
}

static void sort_columns(bind_memos *memos) {
  uint32_t n = 0;
  memos->keys = (bind_memo_key *)(memos->columns + memos->ncols);
  memos->order = (uint32_t *)(memos->keys + memos->ncols);
  for (bind_memo_kind kind = 0; kind < BIND_MEMO_KINDS; kind++) {
    for (uint32_t c = 0; c < memos->ncols; c++)
      if (kind_of(memos->schema->fields[c].type) == kind) memos->order[n++] = c;
    memos->ends[kind] = n;
  }
}

/* Raises when a finalizer has closed the table meanwhile. */
static void check_open(lua_State *L, const bind_table *h) {
  if (!h->t) bind_raise(L, "the table is closed");
}

/* The user values of the memos on top of the stack: a table a string column for what Lua holds, and the
 * columns' names, with "n" as number 0. They are made now, so that appending a row never lets finalizers run.
 */
static void make_values(lua_State *L, const bind_table *h, uint32_t ncols) {
  lua_createtable(L, (int)ncols, 0);
  lua_createtable(L, (int)ncols, 0);
  for (uint32_t c = 0; c < ncols; c++) {
    check_open(L, h);
    lua_pushstring(L, blt_table_schema(h->t)->fields[c].name);
    lua_rawseti(L, -2, (lua_Integer)c + 1);
    check_open(L, h);
    if (blt_table_schema(h->t)->fields[c].type.id != BLT_STRING) continue;
    lua_newtable(L);
    lua_rawseti(L, -3, (lua_Integer)c + 1);
  }
  lua_pushliteral(L, "n");
  lua_rawseti(L, -2, 0);
  check_open(L, h);
  lua_setiuservalue(L, -3, 2);
  lua_setiuservalue(L, -2, 1);
}

bind_memos *bind_memos_new(lua_State *L, bind_state *s, bind_table *h) {
  uint32_t ncols = blt_table_schema(h->t)->ncols;
  size_t bytes = sizeof(bind_memos) + ncols * (sizeof(bind_memo) + sizeof(bind_memo_key) + sizeof(uint32_t));
  bind_memos *memos = lua_newuserdatauv(L, bytes, 2);
  memset(memos, 0, bytes);
  if (luaL_newmetatable(L, BIND_MEMOS)) {
    lua_pushcfunction(L, memos_release);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  make_values(L, h, ncols);
  memos->ctx = blt_ctx_retain(s->ctx);
  memos->schema = blt_table_schema(h->t);
  memos->row = blt_table_open_row(h->t);
  memos->handle = h;
  memos->ncols = ncols;
  memos->has_n = blt_schema_find(memos->schema, "n", 1) >= 0;
  sort_columns(memos);
  return memos;
}

static void put(bind_memo *m, uint64_t slot) {
  uint32_t i = bind_memo_home(m, slot >> BIND_MEMO_CODE_BITS << 3), k = 0;
  while (m->buckets[i].slots[BIND_MEMO_SLOTS - 1]) i = (i + 1) & m->mask;
  while (m->buckets[i].slots[k]) k++;
  m->buckets[i].slots[k] = slot;
}

/* A table of `n` buckets with the entries of the one before. */
static bool resize(bind_memos *memos, bind_memo *m, uint32_t n) {
  bind_memo wider = *m;
  wider.buckets = blt_calloc(memos->ctx, n, sizeof *wider.buckets);
  wider.mask = n - 1;
  wider.shift = 64 - (uint32_t)__builtin_ctz(n);
  if (!wider.buckets) return false;
  for (uint32_t i = 0; m->buckets && i <= m->mask; i++)
    for (int k = 0; k < BIND_MEMO_SLOTS && m->buckets[i].slots[k]; k++) put(&wider, m->buckets[i].slots[k]);
  if (m->buckets) blt_free(memos->ctx, m->buckets, ((size_t)m->mask + 1) * sizeof *m->buckets);
  *m = wider;
  return true;
}

/* Room for one more string; when the codes are those of another dictionary the memo starts anew. The table
 * of what Lua holds for all columns is on top of the stack, and that for this one is left above it. */
static bool make_room(lua_State *L, bind_memos *memos, uint32_t col, uint64_t dict) {
  bind_memo *m = &memos->columns[col];
  lua_rawgeti(L, -1, (lua_Integer)col + 1);
  if (m->dict != dict) {
    for (uint32_t i = 1; i <= m->held; i++) {
      lua_pushnil(L);
      lua_rawseti(L, -2, (lua_Integer)i);
    }
    forget(memos, m);
    if (!resize(memos, m, FIRST_BUCKETS)) return false;
    m->dict = dict;
    return true;
  }
  return m->held < (m->mask + 1) * (BIND_MEMO_SLOTS * 7 / 8) || resize(memos, m, (m->mask + 1) * 2);
}

blt_status bind_memo_learn(lua_State *L, int index, blt_dict *d, uint32_t col, bind_memo_place at,
                           uint32_t *code, blt_error *err) {
  bind_memo *m = &at.memos->columns[col];
  size_t len;
  const char *s = lua_tolstring(L, index, &len);
  uint64_t address = (uintptr_t)s;
  blt_status st = blt_dict_intern(d, s, len, code, err);
  if (st != BLT_OK || len > BIND_MEMO_LONGEST || *code >> BIND_MEMO_CODE_BITS || address >> 48) return st;
  if (bind_memo_find(m, d, address, code)) return BLT_OK;
  if (m->dict == d->id && m->held == MOST_HELD) return BLT_OK;
  m->learnt = true;
  int top = lua_gettop(L);
  index = lua_absindex(L, index);
  luaL_checkstack(L, 4, "a string to remember");
  lua_getiuservalue(L, at.index, 1);
  if (make_room(L, at.memos, col, d->id)) {
    lua_pushvalue(L, index);
    lua_rawseti(L, -2, (lua_Integer)m->held + 1);
    m->held++;
    put(m, address >> 3 << BIND_MEMO_CODE_BITS | *code);
  }
  lua_settop(L, top);
  return BLT_OK;
}
