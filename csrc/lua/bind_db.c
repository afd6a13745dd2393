/* Databases: opened, asked for tables, committed. Tables keep their database alive (user value 2). */
#include "bind_busy.h"
#include "store/database/db.h"
#include "store/table/stats.h"

#include <string.h>

typedef struct bind_db {
  blt_ctx *ctx;
  blt_db *db;  /* NULL when closed */
  bool strict; /* a transaction's body runs: what is refused raises */
} bind_db;

static bind_db *db_new(lua_State *L, bind_state *s) {
  return bind_handle_new(L, s->ctx, sizeof(bind_db), 0, BIND_DB);
}

static bind_db *db_at(lua_State *L, int index) {
  bind_db *h = luaL_checkudata(L, index, BIND_DB);
  if (!h->db) bind_raise(L, "the database is closed");
  return h;
}

static int db_release(bind_db *h) {
  blt_db_close(h->db);
  h->db = NULL;
  return bind_handle_end(h);
}

static int db_gc(lua_State *L) {
  bind_db *h = lua_touserdata(L, 1);
  const bind_state *s = lua_touserdata(L, lua_upvalueindex(1));
  return bind_in_hand(s, h, h->db) ? 0 : db_release(h);
}

/* db:close() -> nothing, or nil, message, code */
static int db_close(lua_State *L) {
  bind_db *h = luaL_checkudata(L, 1, BIND_DB);
  if (!h->db) return 0;
  blt_error err;
  bind_use use = bind_changes_db(L, 1);
  if (bind_claim(bind_state_of(L), &use, &err) != BLT_OK) return bind_report(L, &err);
  return db_release(h);
}

/* Ends a call that made something on top of the stack. */
static int made(lua_State *L, blt_status st, const blt_error *err) {
  return st == BLT_OK ? 1 : bind_report(L, err);
}

/* Ends a call that did something. */
static int done(lua_State *L, blt_status st, const blt_error *err) {
  lua_pushboolean(L, true);
  return made(L, st, err);
}

/* open(path, readonly, must_exist, timeout) -> db, or nil, message, code */
static int db_open(lua_State *L) {
  bind_state *s = bind_state_of(L);
  size_t len;
  const char *path = luaL_checklstring(L, 1, &len);
  luaL_argcheck(L, strlen(path) == len && len > 0, 1, "a path expected");
  blt_db_options options = {.readonly = lua_toboolean(L, 2), .must_exist = lua_toboolean(L, 3)};
  options.timeout = luaL_optnumber(L, 4, 0);
  luaL_argcheck(L, options.timeout >= 0, 4, "timeout: seconds expected");
  bind_db *h = db_new(L, s);
  bind_work w;
  blt_error err;
  blt_status st = bind_enter(L, s, &w, NULL, &err);
  if (st != BLT_OK) return bind_report(L, &err);
  st = blt_db_open(s->ctx, path, &options, &h->db, &err);
  bind_leave(s, &w);
  if (st != BLT_OK) h->db = NULL;
  return made(L, st, &err);
}

/* memory_db() -> db */
static int db_memory(lua_State *L) {
  bind_state *s = bind_state_of(L);
  bind_db *h = db_new(L, s);
  blt_error err;
  return made(L, blt_db_memory(s->ctx, &h->db, &err), &err);
}

blt_db *bind_db_at(lua_State *L, int index) {
  return db_at(L, index)->db;
}

/* The database's handle that the table's at `index` holds, or NULL. */
static const bind_db *owner(lua_State *L, int index) {
  lua_getiuservalue(L, index, 2);
  const bind_db *h = luaL_testudata(L, -1, BIND_DB);
  lua_pop(L, 1);
  return h;
}

const blt_db *bind_owner(lua_State *L, int index) {
  const bind_db *h = owner(L, index);
  return h ? h->db : NULL;
}

bool bind_is_strict(lua_State *L, int index) {
  const bind_db *h = luaL_testudata(L, index, BIND_DB);
  if (!h) h = owner(L, index);
  return h && h->strict;
}

/* strict(db, on): whether what is refused raises. */
static int set_strict(lua_State *L) {
  bind_db *h = luaL_checkudata(L, 1, BIND_DB);
  h->strict = lua_toboolean(L, 2);
  return 0;
}

void bind_push_db_table(lua_State *L, int index, blt_table *t) {
  bind_table *h = bind_table_new(L, bind_state_of(L));
  h->t = blt_table_retain(t);
  lua_pushvalue(L, index);
  lua_setiuservalue(L, -2, 2);
}

/* create(db, name, schema, keys) -> table */
static int db_create(lua_State *L) {
  bind_state *s = bind_state_of(L);
  bind_db *h = db_at(L, 1);
  const char *name = luaL_checkstring(L, 2);
  lua_settop(L, 4);
  bind_schema given;
  bind_read_schema(L, 3, 4, &given);
  blt_error err;
  blt_schema *schema;
  blt_table *t;
  bind_use use = bind_changes_db(L, 1);
  if (bind_claim(s, &use, &err) != BLT_OK) return bind_refuse_change(L, 1, &err);
  blt_status st = blt_schema_new(s->ctx, given.fields, given.ncols, given.keys, given.nkeys, given.primary,
                                 &schema, &err);
  if (st != BLT_OK) return bind_refuse_change(L, 1, &err);
  st = blt_db_create(h->db, name, schema, &t, &err);
  blt_schema_free(schema);
  if (st != BLT_OK) return bind_refuse_change(L, 1, &err);
  bind_push_db_table(L, 1, t);
  return 1;
}

/* adopt(db, name, table) -> true: the database takes a table that was made outside. */
static int db_adopt(lua_State *L) {
  bind_db *h = db_at(L, 1);
  const char *name = luaL_checkstring(L, 2);
  bind_table *t = bind_table_at(L, 3);
  bind_use use = bind_changes_db(L, 1), taken = bind_changes(L, 3);
  blt_error err;
  blt_status st = bind_claim(bind_state_of(L), &use, &err);
  if (st == BLT_OK) st = bind_claim(bind_state_of(L), &taken, &err);
  if (st != BLT_OK) return bind_refuse_change(L, 1, &err);
  blt_table_retain(t->t);
  st = blt_db_adopt(h->db, name, t->t, &err);
  if (st != BLT_OK) {
    blt_table_release(t->t);
    return bind_refuse_change(L, 1, &err);
  }
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, 3, 2);
  lua_pushboolean(L, true);
  return 1;
}

/* find(db, name, known) -> table, or nil. `known`: a handle that is given again when it is that of the table
 */
static int db_find(lua_State *L) {
  bind_db *h = db_at(L, 1);
  size_t len;
  const char *name = luaL_checklstring(L, 2, &len);
  blt_table *t = blt_db_table(h->db, name, len);
  if (!t) return 0;
  const bind_table *known = luaL_testudata(L, 3, BIND_TABLE);
  if (known && known->t == t)
    lua_settop(L, 3);
  else
    bind_push_db_table(L, 1, t);
  return 1;
}

static int push_tables(lua_State *L) {
  bind_db *h = db_at(L, 1);
  lua_newtable(L);
  uint32_t n = blt_db_count(h->db);
  for (uint32_t i = 0; i < n; i++) {
    lua_pushstring(L, blt_db_name(h->db, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* db:tables() -> names, in order of creation */
static int db_tables(lua_State *L) {
  return bind_guard(L, bind_reads_db(L, 1), push_tables);
}

/* drop(db, name) -> true */
static int db_drop(lua_State *L) {
  bind_db *h = db_at(L, 1);
  size_t len;
  const char *name = luaL_checklstring(L, 2, &len);
  bind_use use = bind_changes_db(L, 1);
  blt_error err;
  blt_status st = bind_claim(bind_state_of(L), &use, &err);
  if (st == BLT_OK) st = blt_db_drop(h->db, name, len, &err);
  return st == BLT_OK ? done(L, st, &err) : bind_refuse_change(L, 1, &err);
}

/* Runs `work` on the database at 1 where it may poll. */
static int working(lua_State *L, blt_status (*work)(blt_db *db, blt_error *err)) {
  bind_state *s = bind_state_of(L);
  blt_db *db = bind_db_at(L, 1);
  bind_use use = bind_changes_db(L, 1);
  bind_work w;
  blt_error err;
  blt_status st = bind_enter(L, s, &w, &use, &err);
  if (st != BLT_OK) return bind_report(L, &err);
  st = work(db, &err);
  bind_leave(s, &w);
  return done(L, st, &err);
}

static int db_begin(lua_State *L) {
  return working(L, blt_db_begin);
}
static int db_commit(lua_State *L) {
  return working(L, blt_db_commit);
}
static int db_rollback(lua_State *L) {
  return working(L, blt_db_rollback);
}
static int db_compact(lua_State *L) {
  return working(L, blt_db_compact);
}
static int db_check(lua_State *L) {
  return working(L, blt_db_validate);
}

static int db_in_transaction(lua_State *L) {
  lua_pushboolean(L, blt_db_in_transaction(db_at(L, 1)->db));
  return 1;
}

static int push_info(lua_State *L) {
  const blt_db *db = db_at(L, 1)->db;
  lua_createtable(L, 0, 6);
  lua_pushstring(L, blt_db_path(db));
  lua_setfield(L, -2, "path");
  lua_pushboolean(L, blt_db_readonly(db));
  lua_setfield(L, -2, "readonly");
  lua_pushinteger(L, (lua_Integer)blt_db_sequence(db));
  lua_setfield(L, -2, "commits");
  lua_pushinteger(L, (lua_Integer)blt_db_file_bytes(db));
  lua_setfield(L, -2, "bytes");
  lua_pushboolean(L, blt_db_changed(db));
  lua_setfield(L, -2, "changed");
  lua_pushstring(L, blt_db_doubt(db));
  lua_setfield(L, -2, "warning");
  return 1;
}

/* db:info() -> {path, readonly, commits, bytes, changed, warning} */
static int db_info(lua_State *L) {
  return bind_guard(L, bind_reads_db(L, 1), push_info);
}

static int db_is_open(lua_State *L) {
  lua_pushboolean(L, ((bind_db *)luaL_checkudata(L, 1, BIND_DB))->db != NULL);
  return 1;
}

/* ---- statistics ---- */

/* Sets {name = blocks} for the encodings in use. */
static void put_encodings(lua_State *L, const blt_column_stats *c) {
  lua_newtable(L);
  for (uint8_t enc = 0; enc < sizeof c->blocks / sizeof *c->blocks; enc++) {
    if (!c->blocks[enc]) continue;
    lua_pushinteger(L, c->blocks[enc]);
    lua_setfield(L, -2, blt_encoding_name(enc));
  }
  lua_setfield(L, -2, "blocks");
}

static void push_column_stats(lua_State *L, const blt_field *f, const blt_column_stats *c) {
  char type[24];
  lua_createtable(L, 0, 8);
  lua_pushstring(L, f->name);
  lua_setfield(L, -2, "name");
  lua_pushstring(L, blt_type_name(f->type, type));
  lua_setfield(L, -2, "type");
  lua_pushinteger(L, (lua_Integer)c->bytes);
  lua_setfield(L, -2, "bytes");
  lua_pushinteger(L, (lua_Integer)c->nulls);
  lua_setfield(L, -2, "nulls");
  put_encodings(L, c);
  if (f->type.id == BLT_STRING) {
    lua_pushinteger(L, (lua_Integer)c->distinct);
    lua_setfield(L, -2, "distinct");
  }
  if (!c->has_bounds) return;
  bind_push_value(L, &c->min);
  lua_setfield(L, -2, "min");
  bind_push_value(L, &c->max);
  lua_setfield(L, -2, "max");
}

static int push_stats(lua_State *L) {
  blt_table *t = bind_table_at(L, 1)->t;
  const blt_schema *schema = blt_table_schema(t);
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, (lua_Integer)blt_table_rows(t));
  lua_setfield(L, -2, "rows");
  lua_pushinteger(L, (lua_Integer)blt_table_bytes(t));
  lua_setfield(L, -2, "bytes");
  lua_createtable(L, (int)schema->ncols, 0);
  for (uint32_t c = 0; c < schema->ncols; c++) {
    blt_column_stats stats;
    blt_error err;
    if (blt_table_stats(t, c, &stats, &err) != BLT_OK) return bind_report(L, &err);
    push_column_stats(L, schema->fields + c, &stats);
    lua_rawseti(L, -2, (lua_Integer)c + 1);
  }
  lua_setfield(L, -2, "columns");
  return 1;
}

/* t:stats() -> {rows, bytes, columns = {{name, type, bytes, nulls, blocks, distinct, min, max}, …}} */
static int table_stats(lua_State *L) {
  return bind_guard(L, bind_reads(L, 1), push_stats);
}

void bind_open_db(lua_State *L, int state) {
  static const luaL_Reg methods[] = {{"close", db_close},
                                     {"tables", db_tables},
                                     {"begin", db_begin},
                                     {"commit", db_commit},
                                     {"rollback", db_rollback},
                                     {"compact", db_compact},
                                     {"check", db_check},
                                     {"in_transaction", db_in_transaction},
                                     {"info", db_info},
                                     {"is_open", db_is_open},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", db_gc}, {"__close", db_close}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"open", db_open},      {"memory_db", db_memory}, {"create", db_create},
      {"adopt", db_adopt},    {"find", db_find},        {"drop", db_drop},
      {"stats", table_stats}, {"strict", set_strict},   {NULL, NULL}};
  bind_class(L, state, BIND_DB, methods, meta);
  luaL_getmetatable(L, BIND_DB);
  lua_setfield(L, -2, "db_class");
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
