/* bind.h: the Lua binding, module blotter.core: the only place that knows both Lua and the engine.
 *
 * What every file here keeps to:
 * - A userdata is made first, its pointer nulled, its metatable set, and only then memory goes into it;
 * close, __close and __gc share one release that may be called again.
 * - Programmer's errors (wrong argument, wrong type, closed handle) raise. Bad data, input and output return
 *   nil, message, code. Which one a status is, bind_report decides.
 * - Between taking something from the engine and giving it back, nothing that may raise is called.
 */
#ifndef BLT_LUA_BIND_H
#define BLT_LUA_BIND_H

#include "blt.h"
#include "store/database/db.h"
#include <lauxlib.h>
#include <lua.h>

#if LUA_VERSION_NUM != 504
#error "blotter needs Lua 5.4; with LuaRocks: luarocks --lua-version=5.4 make --deps-mode=none"
#endif

#define BIND_TABLE "blotter.table"
#define BIND_PLAN "blotter.plan"
#define BIND_DB "blotter.db"

typedef struct bind_work bind_work; /* bind_busy.h */

/* What a callback raised that bind_report has not raised again yet. */
typedef enum bind_raised { BIND_RAISED_NOTHING, BIND_RAISED_VALUE, BIND_RAISED_NIL } bind_raised;

/* One per Lua state, upvalue 1 of every function of the module. */
typedef struct bind_state {
  blt_ctx *ctx;    /* NULL once the state is being closed */
  bind_work *work; /* the innermost that runs; NULL when none does */
  uint32_t calls;  /* callbacks that run inside each other */
  bind_raised raised;
  double timeout;        /* seconds, 0: none */
  double told;           /* when `progress` was last called */
  size_t unseen;         /* bytes that the collector was not told of yet */
  lua_Integer functions; /* the last number of a function that expressions call */
  size_t answers;        /* how many of what they gave are remembered */
} bind_state;

static inline bind_state *bind_state_of(lua_State *L) {
  bind_state *s = lua_touserdata(L, lua_upvalueindex(1));
  if (!s->ctx) luaL_error(L, "blotter cannot be used any more: this Lua state is being closed");
  return s;
}

/* Makes the metatable `name` with `methods` in __index and `meta` in itself; leaves the stack as it was. */
void bind_class(lua_State *L, int state, const char *name, const luaL_Reg *methods, const luaL_Reg *meta);

/* ---- calling the engine (state.c) ---- */
/* For bind_enter: a work begins inside of no other. */
void bind_begun(bind_state *s);
/* Raises what a callback raised before, if it did. */
void bind_raise_kept(lua_State *L, bind_state *s);
void bind_open_busy(lua_State *L);
void bind_open_host(lua_State *L, int state); /* with the module on top */

/* The callback in field "progress" of the options at `at`: left on the stack, its index; 0 for nil and false.
 */
int bind_progress_option(lua_State *L, int at);
/* Calls it with bytes, total (nil while unknown) and rows; false stops the work. `callback` 0: nothing. */
blt_status bind_progress(bind_state *s, int callback, uint64_t bytes, uint64_t total, uint64_t rows,
                         blt_error *err);
/* Raises a message (lua_pushfstring's formats) at the line of the user's code that called blotter, be it
 * through Lua functions of ours. Never returns. */
int bind_raise(lua_State *L, const char *format, ...);
/* The types, for the message about an unknown one. */
#define BIND_TYPES "bool, int64, float64, decimal(p,s) of 18 digits at most, string, date, timestamp"
/* Turns a failure into results of a Lua function: raises, or pushes nil, message, code and returns 3. */
int bind_report(lua_State *L, const blt_error *err);
/* The same, never raising but for an interruption: pushes nil, message, code, position. */
int bind_refuse(lua_State *L, const blt_error *err);
/* bind_report of a change of the table or database at `index`: inside db:transaction(body), where nobody
 * looks at results, it raises. */
int bind_refuse_change(lua_State *L, int index, const blt_error *err);
/* Tells the collector that a userdata which it can free holds `bytes`. */
void bind_account(lua_State *L, bind_state *s, size_t bytes);

/* ---- handles (state.c) ---- */
/* A userdata that holds something of the engine. Its structure starts with a `blt_ctx *ctx`; it is made all
 * zero, gets the metatable `name` and only then a reference of the context, which bind_handle_end gives back:
 * the last step of a release, which may be called again. */
void *bind_handle_new(lua_State *L, blt_ctx *ctx, size_t bytes, int user_values, const char *name);
int bind_handle_end(void *handle); /* returns 0 */

/* ---- values (value.c) ---- */
/* The Lua value at `index` as a value of type `t`; nil and null are null. A string points into Lua's. On
 * failure the message says what was expected (BLT_ETYPE, BLT_EOVERFLOW or BLT_EFORMAT). */
blt_status bind_to_value(lua_State *L, int index, blt_type t, blt_value *out, blt_error *err);
bool bind_is_null(lua_State *L, int index);
/* Pushes a value: nil, boolean, integer, float, string; dates as text; a decimal as the nearest float when
 * that identifies it (15 digits), otherwise as text. */
void bind_push_value(lua_State *L, const blt_value *v);
/* Writes the exact text of a value that is no string and not null; gives the length. Room for BLT_F64_TEXT
 * bytes. */
size_t bind_value_text(const blt_value *v, char *out);
/* Pushes the exact text of a value, nil for null. */
void bind_push_text(lua_State *L, const blt_value *v);
/* A literal of the query language: the type's name ("null" too) and its value at `index`. Failing as above.
 */
blt_status bind_literal(lua_State *L, const char *type, int index, blt_value *out, blt_error *err);

/* ---- tables (table.c) ---- */
typedef struct bind_table {
  blt_ctx *ctx;
  blt_table *t; /* NULL when closed */
} bind_table;

bind_table *bind_table_new(lua_State *L, bind_state *s); /* pushes an empty one */
bind_table *bind_table_at(lua_State *L, int index);      /* checked, open */

/* A schema as Lua gives it: {name, type, required} for each column at `columns`, and sequences of column
 * numbers at `keys` (`primary` there: the first is the primary one). Arrays that Lua owns are left on the
 * stack. Raises. */
typedef struct bind_schema {
  blt_field *fields;
  blt_key *keys;
  uint32_t ncols, nkeys;
  bool primary;
} bind_schema;
/* Puts the column's name and type before the message of a value that was refused; returns its status. */
blt_status bind_column_failed(const blt_table *t, uint32_t col, blt_error *err);
/* Pushes what bind_append_group needs at `codes`, for any number of groups. */
void bind_group_codes_new(lua_State *L, const blt_schema *schema);
/* Adds rows first to first + n - 1 (n at most a block) of the sequences that stand in the stack from index 4
 * on, one a column (nil: all null), as a group of blocks, with memos at index 3. `*bad` is the row that was
 * refused. Raises when Lua is out of memory. */
blt_status bind_append_group(lua_State *L, blt_table *t, int codes, lua_Integer first, uint32_t n,
                             lua_Integer *bad, blt_error *err);
/* ---- databases (db.c) ---- */
blt_db *bind_db_at(lua_State *L, int index); /* checked, open */
/* Whether the table or database at `index` is one whose transaction's body runs. */
bool bind_is_strict(lua_State *L, int index);
/* The database to which the table handle at `index` belongs; NULL when there is none, or when it is closed.
 */
const blt_db *bind_owner(lua_State *L, int index);
/* Pushes a handle of `t`, which belongs to the database at `index`. */
void bind_push_db_table(lua_State *L, int index, blt_table *t);

void bind_read_schema(lua_State *L, int columns, int keys, bind_schema *out);

/* Opens a part: the module is on top of the stack, the state at `state`. */
void bind_open_interrupt(lua_State *L);
void bind_open_value(lua_State *L, int state);
void bind_open_table(lua_State *L, int state);
void bind_open_append(lua_State *L, int state);
void bind_open_frame(lua_State *L, int state);
void bind_open_plan(lua_State *L, int state);
void bind_open_change(lua_State *L, int state);
void bind_open_db(lua_State *L, int state);
void bind_open_read(lua_State *L, int state);
void bind_open_write(lua_State *L, int state);
void bind_open_solve(lua_State *L, int state);
void bind_open_remote(lua_State *L, int state);
void bind_open_parquet(lua_State *L, int state);
void bind_open_arrow(lua_State *L, int state);
void bind_open_sqlite(lua_State *L, int state);

#endif
