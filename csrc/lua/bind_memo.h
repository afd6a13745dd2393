/* bind_memo.h: which Lua string has which dictionary code, by the string's address.
 *
 * A short string is one object for as long as Lua holds it, so its address stands for its content. The memo
 * makes Lua hold it, and knows by the dictionary's id when codes may have come to mean something else: so an
 * entry that is found is right, and neither the string nor the dictionary is touched. Nothing else that lives
 * has the address of a string that is held, so a value that is found need not be asked whether it is a
 * string. Long strings are looked up anew.
 *
 * Lua holds strings in tables of a fixed size, the room, which are made before a row is opened: so a string
 * that is new is remembered without raising while the row is open.
 */
#ifndef BLT_LUA_BIND_MEMO_H
#define BLT_LUA_BIND_MEMO_H

#include "bind.h"

#define BIND_MEMO_LONGEST 40 /* bytes; longer strings may be several objects of one content */
#define BIND_MEMO_SLOTS 8
#define BIND_MEMO_CODE_BITS 19 /* of a slot, below the address without its three lowest bits */

/* A cache line of slots, filled from the first to the last; what finds it full goes into the next bucket. A
 * slot is an address and a code in one word, 0 when free. */
typedef struct bind_memo_bucket {
  uint64_t slots[BIND_MEMO_SLOTS];
} bind_memo_bucket;

/* Of one column. */
typedef struct bind_memo {
  uint64_t dict; /* id of the dictionary, 0 until the first string, and for other columns */
  bind_memo_bucket *buckets;
  uint32_t mask;    /* buckets - 1 */
  uint32_t shift;   /* 64 - log2(buckets) */
  uint32_t held;    /* strings that Lua holds for us */
  uint32_t room;    /* more that it can hold as things are */
  uint64_t address; /* of the value of the row in hand */
  bool learnt;      /* the last string was new: then the next may be too, and its bytes are fetched */
} bind_memo;

/* A key of a named row, 0 until there was one, and its column: the memos hold the columns' names for Lua. */
typedef struct bind_memo_key {
  uint64_t address;
  uint32_t column;
} bind_memo_key;

/* Columns by how their values come from Lua. */
typedef enum bind_memo_kind {
  BIND_MEMO_STRINGS,
  BIND_MEMO_INTEGERS,
  BIND_MEMO_DOUBLES,
  BIND_MEMO_OTHERS,
  BIND_MEMO_KINDS
} bind_memo_kind;

/* All columns of a table, and what of the table every row needs. */
typedef struct bind_memos {
  blt_ctx *ctx;
  const bind_state *state;
  const blt_schema *schema;
  blt_row *row;
  bind_table *handle; /* of the table, for a closure that holds it */
  uint32_t ncols;
  uint32_t ends[BIND_MEMO_KINDS]; /* where each kind ends in `order` */
  uint32_t *order;                /* columns by kind */
  bind_memo_key *keys;            /* of the last named row, in the order in which Lua gave them */
  bool has_n;                     /* a column is called n */
  bool cramped;                   /* a column wants room */
  bind_memo columns[];
} bind_memos;

/* Pushes memos for the table of `h`, as a userdata that keeps neither alive. */
bind_memos *bind_memos_new(lua_State *L, bind_state *s, bind_table *h);

/* Memos, and the stack index or upvalue at which they stand. */
typedef struct bind_memo_place {
  bind_memos *memos;
  int index;
} bind_memo_place;

/* bind_append.c. Spreads the row table at `index` (positional or named) over the stack, one value a column;
 * returns where the first one stands. With the table's memos `at` (or NULL) no finalizer runs. Raises. */
int bind_spread(lua_State *L, int index, const blt_schema *schema, const bind_memo_place *at);

/* The bucket where a string at `address` is looked for first. */
static inline uint32_t bind_memo_home(const bind_memo *m, uint64_t address) {
  return (uint32_t)((address >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> m->shift);
}

/* Address of the value at `index`, which is not touched; 0 of what has none, such as nil or a number. */
static inline uint64_t bind_memo_address(lua_State *L, int index) {
  return (uintptr_t)lua_topointer(L, index);
}

/* Fetches what bind_memo_find, or bind_memo_intern, will look at. */
static inline void bind_memo_prefetch(const bind_memo *m, uint64_t address) {
  if (m->buckets) __builtin_prefetch(&m->buckets[bind_memo_home(m, address)]);
  if (m->learnt) __builtin_prefetch((const char *)(uintptr_t)address);
}

/* The code of the string at `address` in dictionary `d`, when it is known. Within a bucket nothing is
 * branched on: a branch that waits for memory and is guessed wrongly would stop all that follows. */
static inline bool bind_memo_find(const bind_memo *m, const blt_dict *d, uint64_t address, uint32_t *code) {
  if (m->dict != d->id) return false;
  uint64_t key = address >> 3 << BIND_MEMO_CODE_BITS;
  for (uint32_t i = bind_memo_home(m, address);; i = (i + 1) & m->mask) {
    const uint64_t *slots = m->buckets[i].slots;
    uint64_t nearest = slots[0] ^ key;
    for (int k = 1; k < BIND_MEMO_SLOTS; k++) {
      uint64_t other = slots[k] ^ key;
      nearest = other < nearest ? other : nearest;
      __asm__("" : "+r"(nearest)); /* in vectors of 128 bits this takes three times the instructions */
    }
    if (nearest >> BIND_MEMO_CODE_BITS == 0) {
      *code = (uint32_t)nearest;
      return true;
    }
    if (slots[BIND_MEMO_SLOTS - 1] == 0) return false;
  }
}

/* Makes room for strings in every column that wants it. Raises when Lua is out of memory, and may run
 * finalizers, which may close the table: hold nothing of the engine's, with no row open. */
void bind_memo_make_room(lua_State *L, bind_memo_place at);

/* The code of the Lua string at `index` in dictionary `d` of column `col`, which interns it when it is new.
 * It is remembered when there is room; otherwise the memos are cramped. Never raises. */
blt_status bind_memo_intern(lua_State *L, int index, blt_dict *d, uint32_t col, bind_memo_place at,
                            uint32_t *code, blt_error *err);

#endif
