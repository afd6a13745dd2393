/* bind_busy.h: what runs in this Lua state and what it uses: the one rule for everything that a user's
 * function may ask for while blotter works.
 *
 * Work is a call that may poll, and so may call the user's functions: hooks, progress callbacks, sources and
 * sinks, finalizers that run meanwhile. Such a function may call blotter again, and that call may be work as
 * well. Works lie on the C stack, the innermost first. Each says which tables and databases it uses and how,
 * and whatever wants to read, change, close or save one asks here first:
 *
 *   - what a work uses changes for nobody else, and is not closed: BLT_EBUSY;
 *   - what a work is changing is not read either, because it may be half changed;
 *   - settings stay as they are while any work runs.
 *
 * Every function of the user's is called by bind_call, and only there. Meanwhile the threads of the work that
 * waits rest (blt_par_rest), so that what the function does is never beside them, and lua_close inside of it
 * leaves nobody at work. Handles of a work that will never go on (os.exit) are left alone by their
 * finalizers: bind_in_hand.
 */
#ifndef BLT_LUA_BIND_BUSY_H
#define BLT_LUA_BIND_BUSY_H

#include "bind.h"

/* A table, or (without one) a database with all its tables. */
typedef struct bind_use {
  const blt_table *table;
  const blt_db *db;   /* of the table: NULL when it belongs to none */
  const void *handle; /* the userdata through which it is used */
  bool changes;       /* nobody else may use it when this starts, or change it before this ends */
  bool alone;         /* nobody else may read it before this ends */
  bool fixed;         /* only what never changes is read: never refused */
  const struct bind_use *next;
} bind_use;

struct bind_work {
  bind_work *outer;
  lua_State *L;
  uint32_t depth;
  const bind_use *uses;
  bool stopped; /* a callback ended it: no other one is called */
};

/* What the table or the database at `index` is used for. The table must be open. bind_keeps: of the table
 * only what never changes is read, so it may be asked for at any time. */
bind_use bind_keeps(lua_State *L, int index);
bind_use bind_reads(lua_State *L, int index);
bind_use bind_changes(lua_State *L, int index);
bind_use bind_reads_db(lua_State *L, int index);
bind_use bind_changes_db(lua_State *L, int index);

/* BLT_EBUSY when a work that runs does not allow this use. */
blt_status bind_claim(const bind_state *s, const bind_use *use, blt_error *err);
/* The same for a use that ends before any other code runs: raises. */
void bind_claim_reading(lua_State *L, int index);

/* Begins a work with these uses (a list, or NULL), or fails as bind_claim does. Only after BLT_OK, and then
 * in any case, bind_leave ends it; between the two nothing may raise. */
blt_status bind_enter(lua_State *L, bind_state *s, bind_work *w, const bind_use *uses, blt_error *err);
void bind_leave(bind_state *s, bind_work *w);

/* Calls `fn`, which may raise and may let finalizers run, with this function's arguments as a work with this
 * use of the table or database at 1; returns its results. Refused as bind_refuse_change does when the use is
 * a change, otherwise by raising. */
int bind_guard(lua_State *L, bind_use use, lua_CFunction fn);
/* The same, but when `fn` raises, `*raised`, and the error value is the result. */
int bind_try(lua_State *L, bind_use use, lua_CFunction fn, bool *raised);

/* Calls the function below `nargs` arguments on the stack of the innermost work, as lua_pcall does. What it
 * raises, be it nil, is kept for bind_report, and ends the work. */
blt_status bind_call(bind_state *s, int nargs, int nresults, blt_error *err);

/* Whether a work that runs uses this userdata, or (unless NULL) this database: then the finalizer that asks
 * runs because the state is being closed inside a callback, and the work will never go on. */
bool bind_in_hand(const bind_state *s, const void *handle, const blt_db *db);

#endif
