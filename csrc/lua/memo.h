/* memo.h: which Lua string has which dictionary code, by the string's address.
 *
 * A short string is one object for as long as Lua holds it, so its address stands for its content. The memo
 * makes Lua hold it (a Lua table, code + 1 -> string) and keeps a reference of the dictionary, which is not
 * cut back while it is shared: so neither the address nor the code can come to mean something else. Long
 * strings are looked up anew.
 */
#ifndef BLT_LUA_MEMO_H
#define BLT_LUA_MEMO_H

#include "bind.h"

typedef struct bind_memo_slot {
  const char *s;
  uint32_t code;
} bind_memo_slot;

/* Of one column. */
typedef struct bind_memo {
  blt_dict *dict; /* NULL until the first string, and for other columns */
  bind_memo_slot *slots;
  uint32_t mask; /* slots - 1 */
  uint32_t held; /* strings that Lua holds for us */
} bind_memo;

/* All columns of a table, as a userdata that is left on the stack. */
typedef struct bind_memos {
  blt_ctx *ctx;
  uint32_t ncols;
  bind_memo columns[];
} bind_memos;

bind_memos *bind_memos_new(lua_State *L, bind_state *s, uint32_t ncols);

/* Memos, and the stack index or upvalue at which they stand. */
typedef struct bind_memo_place {
  bind_memos *memos;
  int index;
} bind_memo_place;

/* Fetches what bind_memo_code will look at for the Lua string at `index`. */
void bind_memo_prefetch(lua_State *L, int index, uint32_t col, const bind_memos *memos);
/* The code of the Lua string at `index` in the dictionary of column `col`, which learns it when it is new.
 * Raises nothing. */
blt_status bind_memo_code(lua_State *L, int index, blt_dict *d, uint32_t col, bind_memo_place at,
                          uint32_t *code, blt_error *err);

#endif
