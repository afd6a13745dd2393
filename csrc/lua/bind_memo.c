#include "bind_memo.h"
#include "base/mem.h"

#include <string.h>

#define BIND_MEMOS "blotter.memos"
#define FIRST_BUCKETS 128u
#define MOST_HELD (1u << 18) /* strings a column */
#define FIRST_ROOM 256u      /* strings that Lua can hold in a column's first table, */
#define MOST_ROOM 16384u     /* and in one at most */

static void forget(bind_memos *memos, bind_memo *m) {
  if (m->buckets) blt_free(memos->ctx, m->buckets, ((size_t)m->mask + 1) * sizeof *m->buckets);
  m->buckets = NULL;
  m->dict = m->mask = m->held = m->room = 0;
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

/* The user values of the memos on top of the stack: what Lua holds for each column, and the columns' names,
 * with "n" as number 0. They are made now, so that appending a row never lets finalizers run. */
static void make_values(lua_State *L, const bind_table *h, uint32_t ncols) {
  lua_createtable(L, (int)ncols, 0); /* of each column */
  lua_createtable(L, (int)ncols, 0);
  for (uint32_t c = 0; c < ncols; c++) {
    check_open(L, h);
    lua_pushstring(L, blt_table_schema(h->t)->fields[c].name);
    lua_rawseti(L, -2, (lua_Integer)c + 1);
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
  memos->state = s;
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

/* ---- what Lua holds ----
 *
 * Of each column a list of tables, the newest first: [1] is the one before, strings follow. */

static bool wants_room(const bind_memo *m, uint64_t dict) {
  return m->dict != dict || (m->room == 0 && m->held < MOST_HELD);
}

/* Makes room in a column, whose codes are those of a dictionary from then on. The tables of all columns are
 * on top of the stack. */
static void make_room(lua_State *L, bind_memos *memos, uint32_t col, uint64_t dict) {
  bind_memo *m = &memos->columns[col];
  if (m->dict != dict) {
    lua_pushnil(L);
    lua_rawseti(L, -2, (lua_Integer)col + 1);
    forget(memos, m);
  }
  uint32_t room = m->held < FIRST_ROOM ? FIRST_ROOM : m->held < MOST_ROOM ? m->held : MOST_ROOM;
  lua_createtable(L, (int)room + 1, 0);
  lua_rawgeti(L, -2, (lua_Integer)col + 1);
  lua_rawseti(L, -2, 1);
  lua_rawseti(L, -2, (lua_Integer)col + 1);
  if (!m->buckets && !resize(memos, m, FIRST_BUCKETS)) return;
  m->dict = dict;
  m->room = room;
}

void bind_memo_make_room(lua_State *L, bind_memo_place at) {
  bind_memos *memos = at.memos;
  luaL_checkstack(L, 4, "strings to remember");
  lua_getiuservalue(L, at.index, 1);
  memos->cramped = false;
  for (uint32_t k = 0; k < memos->ends[BIND_MEMO_STRINGS] && memos->handle->t; k++) {
    uint32_t col = memos->order[k];
    const blt_dict *d = blt_table_interns(memos->handle->t, col);
    if (d && wants_room(&memos->columns[col], d->id)) make_room(L, memos, col, d->id);
  }
  lua_pop(L, 1);
}

/* Lets Lua hold the string at `index`, for which there is room. */
static void hold(lua_State *L, int index, const bind_memo *m, uint32_t col, int memos) {
  lua_pushvalue(L, index);
  lua_getiuservalue(L, memos, 1);
  lua_rawgeti(L, -1, (lua_Integer)col + 1);
  lua_pushvalue(L, -3);
  lua_rawseti(L, -2, (lua_Integer)m->room + 1);
  lua_pop(L, 3);
}

static bool has_bucket(bind_memos *memos, bind_memo *m) {
  return m->held < (m->mask + 1) * (BIND_MEMO_SLOTS * 7 / 8) || resize(memos, m, (m->mask + 1) * 2);
}

blt_status bind_memo_intern(lua_State *L, int index, blt_dict *d, uint32_t col, bind_memo_place at,
                            uint32_t *code, blt_error *err) {
  bind_memo *m = &at.memos->columns[col];
  size_t len;
  const char *s = lua_tolstring(L, index, &len);
  uint64_t address = bind_memo_address(L, index);
  blt_status st = blt_dict_intern(d, s, len, code, err);
  if (st != BLT_OK || len > BIND_MEMO_LONGEST || *code >> BIND_MEMO_CODE_BITS || address >> 48) return st;
  m->learnt = true;
  if (wants_room(m, d->id)) at.memos->cramped = true;
  if (m->dict != d->id || m->room == 0 || !has_bucket(at.memos, m)) return BLT_OK;
  hold(L, index, m, col, at.index);
  m->room--;
  m->held++;
  put(m, address >> 3 << BIND_MEMO_CODE_BITS | *code);
  return BLT_OK;
}
