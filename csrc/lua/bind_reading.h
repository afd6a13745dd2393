/* bind_reading.h: what the functions share that read files into tables. */
#ifndef BLT_LUA_BIND_READING_H
#define BLT_LUA_BIND_READING_H

#include "bind_busy.h"
#include "base/par.h"
#include "io/parquet/parquet.h"
#include "io/source/source.h"

#define BIND_SOURCE "blotter.source"

typedef struct bind_source {
  blt_source *source;
  blt_ctx *ctx;
} bind_source;

/* What the callbacks need; it lives on the C stack of one call. */
typedef struct bind_reading {
  bind_state *state;
  int pull, progress; /* stack indices of Lua functions, 0 for none */
  int piece;          /* stack slot of the last string that `pull` gave */
  int source;         /* stack index of the source's userdata */
  blt_db *db;         /* NULL, or where the rows go as table `name` */
  const char *name;
  bool made;    /* that table is there */
  bind_use use; /* of it, nothing until then */
  blt_watch watch;
} bind_reading;

/* A blt_pull_fn, a blt_make_table_fn and a blt_progress_fn of a bind_reading. */
blt_status bind_reading_pull(void *arg, const char **data, size_t *len, blt_error *err);
blt_status bind_reading_make(void *arg, const blt_schema *schema, blt_table **out, blt_error *err);
blt_status bind_reading_progress(void *arg, uint64_t bytes, uint64_t total, uint64_t rows, blt_error *err);

/* Where the table is to be made: in the database at 4, by the name at 5, or on its own: 4 or 0. */
int bind_reading_into(lua_State *L, bind_reading *r);
/* Pushes what was read, whose reference it takes. */
void bind_reading_push(lua_State *L, const bind_reading *r, blt_table *t);
/* What the reading uses, as a list: the table to append to at `into`, or the database at 4 and the table that
 * will be made there, which nobody reads before it is whole; its other tables may be read. `first` has room
 * for two. */
const bind_use *bind_reading_uses(lua_State *L, bind_reading *r, int into, bind_use *first);
/* Results of one that failed: nothing stays of a table that could not be read whole. */
int bind_reading_failed(lua_State *L, bind_reading *r, int into, const blt_error *err);

/* A field of the options at `at`; raises when it is of another type. */
bool bind_bool_option(lua_State *L, int at, const char *key, bool otherwise);
/* Opens the sequence of strings in field `key`: its length; the sequence, or nil, is on top of the stack
 * then.
 */
uint32_t bind_strings_option(lua_State *L, int at, const char *key);

/* types = {column = "int64", …}; what it points to stays on the stack. */
void bind_types_option(lua_State *L, int at, blt_csv_options *o);
/* The options of files of columns at `at`. Column names stay Lua's: their sequence is left on the stack. */
void bind_columnar_options(lua_State *L, int at, blt_parquet_options *o);
/* Pushes {rows, bytes, files, notes = {{column, what, skipped}, …}}. */
void bind_columnar_info(lua_State *L, const blt_parquet_result *result, uint32_t files);

/* Pushes a handle of the table, whose reference it takes. */
void bind_push_table(lua_State *L, bind_state *s, blt_table *t);

#endif
