/* Text to tables: CSV and JSON lines from a path, a text or a Lua function. */
#include "bind_reading.h"
#include "io/csv/csv.h"
#include "io/json/jsonl.h"

#include <string.h>

/* A source in hand stays for the call that will never go on. */
static int source_release(lua_State *L) {
  bind_source *h = lua_touserdata(L, 1);
  if (bind_in_hand(lua_touserdata(L, lua_upvalueindex(1)), h, NULL)) return 0;
  blt_source *source = h->source;
  blt_ctx *ctx = h->ctx;
  h->source = NULL;
  h->ctx = NULL;
  blt_source_close(source);
  blt_ctx_release(ctx);
  return 0;
}

/* ---- callbacks ---- */

/* Calls the function once: a piece, perhaps an empty one, or `*end`. */
static blt_status pull_once(bind_reading *r, const char **data, size_t *len, bool *end, blt_error *err) {
  lua_State *L = r->state->work->L;
  lua_pushvalue(L, r->pull);
  blt_status st = bind_call(r->state, 0, 1, err);
  if (st != BLT_OK) return st;
  *end = lua_isnil(L, -1);
  if (*end) {
    lua_pop(L, 1);
    return BLT_OK;
  }
  if (lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 1);
    return blt_fail(err, BLT_ETYPE, "the function must return strings, and nil at the end");
  }
  lua_replace(L, r->piece);
  *data = lua_tolstring(L, r->piece, len);
  return BLT_OK;
}

/* The next piece that has bytes: only nil ends the text, as an empty piece may come from a slow sender. */
blt_status bind_reading_pull(void *arg, const char **data, size_t *len, blt_error *err) {
  bind_reading *r = arg;
  bool end = false;
  blt_status st = BLT_OK;
  *len = 0;
  if (!lua_checkstack(r->state->work->L, 8))
    return blt_fail(err, BLT_ENOMEM, "not enough memory for Lua's stack");
  while (st == BLT_OK && *len == 0 && !end) {
    st = pull_once(r, data, len, &end, err);
    if (st == BLT_OK && *len == 0 && !end) st = blt_watch_check(&r->watch, 0, 0, err);
  }
  return st;
}

#define SPILL_BYTES ((uint64_t)16 << 20) /* about three groups of long texts: their memory is used again */

/* Makes the table in the database, in place of one with narrower types. */
blt_status bind_reading_make(void *arg, const blt_schema *schema, blt_table **out, blt_error *err) {
  bind_reading *r = arg;
  blt_status st = r->made ? blt_db_drop(r->db, r->name, strlen(r->name), err) : BLT_OK;
  if (st == BLT_OK) st = blt_db_create(r->db, r->name, schema, out, err);
  r->made = st == BLT_OK;
  if (r->made) r->use.table = *out;
  return st;
}

int bind_reading_into(lua_State *L, bind_reading *r) {
  if (lua_isnil(L, 4)) return 0;
  r->db = bind_db_at(L, 4);
  r->name = luaL_checkstring(L, 5);
  return 4;
}

void bind_reading_push(lua_State *L, const bind_reading *r, blt_table *t) {
  if (r->made)
    bind_push_db_table(L, 4, t);
  else
    bind_push_table(L, r->state, t);
}

blt_status bind_reading_progress(void *arg, uint64_t bytes, uint64_t total, uint64_t rows, blt_error *err) {
  bind_reading *r = arg;
  blt_status st = blt_watch_check(&r->watch, bytes, total, err);
  if (st == BLT_OK && r->made) st = blt_db_spill(r->db, SPILL_BYTES, err);
  return st == BLT_OK ? bind_progress(r->state, r->progress, bytes, total, rows, err) : st;
}

/* ---- options ---- */
/* Each reads a field of the table at `at`. Strings and arrays stay Lua's: what they come from is left on the
 * stack. */

static char byte_option(lua_State *L, int at, const char *key, char otherwise) {
  if (lua_getfield(L, at, key) == LUA_TNIL) {
    lua_pop(L, 1);
    return otherwise;
  }
  if (lua_isboolean(L, -1) && !lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    return 0;
  }
  if (lua_type(L, -1) != LUA_TSTRING || lua_rawlen(L, -1) != 1)
    bind_raise(L, "option '%s': one character expected", key);
  char c = *lua_tostring(L, -1);
  lua_pop(L, 1);
  return c;
}

bool bind_bool_option(lua_State *L, int at, const char *key, bool otherwise) {
  bool given = lua_getfield(L, at, key) != LUA_TNIL;
  if (given && !lua_isboolean(L, -1)) bind_raise(L, "option '%s': true or false expected", key);
  bool v = given ? lua_toboolean(L, -1) : otherwise;
  lua_pop(L, 1);
  return v;
}

static uint64_t count_option(lua_State *L, int at, const char *key, uint64_t otherwise) {
  uint64_t v = otherwise;
  if (lua_getfield(L, at, key) != LUA_TNIL) {
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 0)
      bind_raise(L, "option '%s': a whole number expected", key);
    v = (uint64_t)lua_tointeger(L, -1);
  }
  lua_pop(L, 1);
  return v;
}

/* The position in `words` (NULL-terminated) of the option's word. */
static int word_option(lua_State *L, int at, const char *key, const char *const words[]) {
  int found = 0;
  if (lua_getfield(L, at, key) != LUA_TNIL) {
    const char *word = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    for (found = 0; words[found] && strcmp(words[found], word) != 0; found++)
      ;
    if (!words[found])
      bind_raise(L, "option '%s': '%s', '%s'%s%s%s expected", key, words[0], words[1],
                 words[2] ? " or '" : "", words[2] ? words[2] : "", words[2] ? "'" : "");
  }
  lua_pop(L, 1);
  return found;
}

static const char *string_option(lua_State *L, int at, const char *key) {
  if (lua_getfield(L, at, key) == LUA_TNIL) return NULL;
  if (lua_type(L, -1) != LUA_TSTRING) bind_raise(L, "option '%s': a string expected", key);
  return lua_tostring(L, -1);
}

uint32_t bind_strings_option(lua_State *L, int at, const char *key) {
  if (lua_getfield(L, at, key) == LUA_TNIL) return 0;
  if (!lua_istable(L, -1)) bind_raise(L, "option '%s': a sequence of strings expected", key);
  lua_Unsigned n = lua_rawlen(L, -1);
  if (n > BLT_MAX_COLUMNS) bind_raise(L, "option '%s': too many strings", key);
  for (lua_Unsigned i = 1; i <= n; i++) {
    if (lua_rawgeti(L, -1, (lua_Integer)i) != LUA_TSTRING)
      bind_raise(L, "option '%s': a sequence of strings expected", key);
    lua_pop(L, 1);
  }
  return (uint32_t)n;
}

static void nulls_option(lua_State *L, int at, blt_csv_options *o) {
  uint32_t n = bind_strings_option(L, at, "nulls");
  int list = lua_gettop(L);
  if (lua_isnil(L, list)) return;
  blt_str *nulls = lua_newuserdatauv(L, (n + 1) * sizeof *nulls, 0);
  for (uint32_t i = 0; i < n; i++) {
    size_t len;
    lua_rawgeti(L, list, (lua_Integer)i + 1);
    const char *s = lua_tolstring(L, -1, &len);
    nulls[i] = (blt_str){s, (uint32_t)len};
    lua_pop(L, 1);
  }
  o->nulls = nulls;
  o->nnulls = n;
}

/* The sequence of names in field `key`; NULL when there is none. */
static const char *const *names_option(lua_State *L, int at, const char *key, uint32_t *count) {
  uint32_t n = bind_strings_option(L, at, key);
  int list = lua_gettop(L);
  if (lua_isnil(L, list)) return NULL;
  const char **names = lua_newuserdatauv(L, (n + 1) * sizeof *names, 0);
  for (uint32_t i = 0; i < n; i++) {
    lua_rawgeti(L, list, (lua_Integer)i + 1);
    names[i] = lua_tostring(L, -1);
    lua_pop(L, 1);
  }
  *count = n;
  return names;
}

/* header = true, false, or the number of its lines */
static void header_option(lua_State *L, int at, blt_csv_options *o) {
  if (lua_getfield(L, at, "header") == LUA_TNUMBER) {
    lua_Integer n = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : -1;
    if (n < 0 || n > 8) bind_raise(L, "option 'header': true, false, or a number of lines up to 8 expected");
    o->header = n > 0 ? BLT_HEADER_YES : BLT_HEADER_NO;
    o->header_lines = (uint32_t)n;
  } else {
    o->header = bind_bool_option(L, at, "header", true) ? BLT_HEADER_YES : BLT_HEADER_NO;
  }
  lua_pop(L, 1);
}

/* Where a comma marks fractions, a point stands between thousands unless the caller says otherwise. */
static char thousands_option(lua_State *L, int at, char mark) {
  bool given = lua_getfield(L, at, "thousands") != LUA_TNIL;
  lua_pop(L, 1);
  return given ? byte_option(L, at, "thousands", 0) : mark == ',' ? '.' : 0;
}

/* The mark of fractions; a point between thousands says that it is a comma. */
static char mark_option(lua_State *L, int at, char otherwise) {
  bool given = lua_getfield(L, at, "decimal_mark") != LUA_TNIL;
  lua_pop(L, 1);
  if (!given && byte_option(L, at, "thousands", 0) == '.') return ',';
  return byte_option(L, at, "decimal_mark", otherwise);
}

static uint32_t pairs_of(lua_State *L, int table) {
  uint32_t n = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) n++;
  return n;
}

void bind_types_option(lua_State *L, int at, blt_csv_options *o) {
  if (lua_getfield(L, at, "types") == LUA_TNIL) return;
  int table = lua_gettop(L);
  if (!lua_istable(L, table)) bind_raise(L, "option 'types': a table such as {n = 'int64'} expected");
  blt_csv_type *types = lua_newuserdatauv(L, (pairs_of(L, table) + 1) * sizeof *types, 0);
  uint32_t n = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1), n++) {
    size_t len;
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      bind_raise(L, "option 'types': a table such as {n = 'int64'} expected");
    const char *type = lua_tolstring(L, -1, &len);
    types[n].name = lua_tostring(L, -2);
    if (!blt_type_parse(type, len, &types[n].type))
      bind_raise(L, "option 'types': column '%s': unknown type '%s' (there are: " BIND_TYPES ")",
                 types[n].name, type);
  }
  o->types = types;
  o->ntypes = n;
}

static void read_options(lua_State *L, int at, blt_csv_options *o) {
  static const char *const ragged[] = {"refuse", "fill", "cut", NULL};
  static const char *const utf8[] = {"refuse", "replace", "keep", NULL};
  static const char *const on_error[] = {"stop", "reject", NULL};
  o->delimiter = byte_option(L, at, "delimiter", o->delimiter);
  o->quote = byte_option(L, at, "quote", o->quote);
  o->escape = byte_option(L, at, "escape", o->escape);
  o->comment = byte_option(L, at, "comment", o->comment);
  o->decimal_mark = mark_option(L, at, o->decimal_mark);
  o->thousands = thousands_option(L, at, o->decimal_mark);
  o->percent = bind_bool_option(L, at, "percent", o->percent);
  o->currency = bind_bool_option(L, at, "currency", o->currency);
  o->skip_tail = count_option(L, at, "skip_tail", o->skip_tail);
  o->dates = string_option(L, at, "dates");
  o->encoding = string_option(L, at, "encoding");
  header_option(L, at, o);
  o->ragged = (blt_csv_ragged)word_option(L, at, "ragged", ragged);
  o->utf8 = (blt_csv_utf8)word_option(L, at, "utf8", utf8);
  o->on_error = (blt_csv_on_error)word_option(L, at, "on_error", on_error);
  o->skip = count_option(L, at, "skip", o->skip);
  o->max_rejects = count_option(L, at, "max_rejects", o->max_rejects);
  o->chunk_bytes = (size_t)count_option(L, at, "chunk_bytes", o->chunk_bytes);
  o->trim = bind_bool_option(L, at, "trim", o->trim);
  o->drop_blank = bind_bool_option(L, at, "drop_blank", o->drop_blank);
  o->text_only = !bind_bool_option(L, at, "infer", !o->text_only);
  o->infer_decimal = bind_bool_option(L, at, "decimals", o->infer_decimal);
  o->quoted_nulls = bind_bool_option(L, at, "quoted_nulls", o->quoted_nulls);
  o->line_column = string_option(L, at, "line_column");
  nulls_option(L, at, o);
  o->names = names_option(L, at, "names", &o->nnames);
  o->flags = names_option(L, at, "flags", &o->nflags);
  bind_types_option(L, at, o);
}

/* ---- reading ---- */

/* Opens what is at 1: a function, or by `kind` a text or a path. */
static blt_status open_source(lua_State *L, bind_reading *r, bind_source *h, bool text, blt_error *err) {
  blt_ctx *ctx = r->state->ctx;
  size_t len;
  if (r->pull) return blt_source_stream(ctx, bind_reading_pull, r, bind_reading_progress, r, &h->source, err);
  const char *s = lua_tolstring(L, 1, &len);
  if (text) return blt_source_memory(ctx, s, len, &h->source, err);
  return blt_source_open(ctx, s, bind_reading_progress, r, &h->source, err);
}

void bind_push_table(lua_State *L, bind_state *s, blt_table *t) {
  bind_table *h = bind_table_new(L, s);
  h->t = t;
  bind_account(L, s, blt_table_bytes(t));
}

/* Puts the number of a column from 1 into the table on top; 0 is none. */
static void push_column(lua_State *L, uint32_t number, const char *key) {
  if (number == 0) return;
  lua_pushinteger(L, number);
  lua_setfield(L, -2, key);
}

static void push_info(lua_State *L, bind_state *s, const blt_csv_result *result) {
  lua_createtable(L, 0, 5);
  lua_pushinteger(L, (lua_Integer)result->rows);
  lua_setfield(L, -2, "rows");
  lua_pushinteger(L, (lua_Integer)result->rejected);
  lua_setfield(L, -2, "rejected");
  lua_pushinteger(L, (lua_Integer)result->bytes);
  lua_setfield(L, -2, "bytes");
  if (result->delimiter) {
    lua_pushlstring(L, &result->delimiter, 1);
    lua_setfield(L, -2, "delimiter");
  }
  if (result->tail[0]) {
    lua_pushstring(L, result->tail);
    lua_setfield(L, -2, "tail");
  }
  push_column(L, result->grouped, "grouped");
  push_column(L, result->dated, "dated");
  if (!result->rejects) return;
  bind_push_table(L, s, result->rejects);
  lua_setfield(L, -2, "rejects");
}

typedef blt_status (*read_fn)(blt_ctx *ctx, const blt_source *source, const blt_csv_options *options,
                              blt_csv_result *out, blt_error *err);

int bind_reading_failed(lua_State *L, bind_reading *r, int into, const blt_error *err) {
  blt_error ignored;
  if (r->made) blt_db_drop(r->db, r->name, strlen(r->name), &ignored);
  return into ? bind_refuse_change(L, into, err) : bind_report(L, err);
}

const bind_use *bind_reading_uses(lua_State *L, bind_reading *r, int into, bind_use *first) {
  *first = (bind_use){.handle = lua_touserdata(L, r->source)};
  if (!into) return first;
  if (into == 4) {
    first[1] = bind_changes_db(L, 4);
    first[1].alone = false;
    r->use = (bind_use){.changes = true, .alone = true};
    first[1].next = &r->use;
  } else {
    first[1] = bind_changes(L, into);
  }
  first->next = &first[1];
  return first;
}

static int read_with(lua_State *L, read_fn fn) {
  bind_state *s = bind_state_of(L);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 5);
  bind_reading r = {.state = s, .pull = lua_isfunction(L, 1) ? 1 : 0};
  if (!r.pull) luaL_checkstring(L, 1);
  r.progress = bind_progress_option(L, 3);
  lua_pushnil(L);
  r.piece = lua_gettop(L);
  blt_csv_options options = blt_csv_defaults();
  read_options(L, 3, &options);
  options.progress = bind_reading_progress;
  options.progress_arg = &r;
  bind_source *h = lua_newuserdatauv(L, sizeof *h, 0);
  memset(h, 0, sizeof *h);
  luaL_setmetatable(L, BIND_SOURCE);
  h->ctx = blt_ctx_retain(s->ctx);
  r.source = lua_gettop(L);
  int into = lua_getfield(L, 3, "into") == LUA_TNIL ? 0 : lua_gettop(L);
  if (into) options.into = bind_table_at(L, into)->t;
  if (bind_reading_into(L, &r)) {
    into = 4;
    options.make = bind_reading_make;
    options.make_arg = &r;
  }
  bind_use uses[2];
  bind_work w;
  blt_csv_result result;
  blt_error err;
  memset(&result, 0, sizeof result);
  blt_status st = bind_enter(L, s, &w, bind_reading_uses(L, &r, into, uses), &err);
  if (st != BLT_OK) return bind_reading_failed(L, &r, into, &err);
  blt_watch_start(&r.watch, s->ctx);
  st = open_source(L, &r, h, lua_toboolean(L, 2), &err);
  if (st == BLT_OK) st = fn(s->ctx, h->source, &options, &result, &err);
  blt_source_close(h->source);
  h->source = NULL;
  bind_leave(s, &w);
  if (st != BLT_OK) return bind_reading_failed(L, &r, into, &err);
  if (options.into)
    lua_pushvalue(L, into);
  else
    bind_reading_push(L, &r,
                      result.table || !r.made ? result.table : blt_db_table(r.db, r.name, strlen(r.name)));
  push_info(L, s, &result);
  return 2;
}

/* csv(source, is_text, options [, db, name]) -> table (or `into`), info; or nil, message, code */
static int read_csv(lua_State *L) {
  return read_with(L, blt_csv_read);
}

/* jsonl(source, is_text, options [, db, name]): the same */
static int read_jsonl(lua_State *L) {
  return read_with(L, blt_jsonl_read);
}

void bind_open_read(lua_State *L, int state) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", source_release}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"csv", read_csv}, {"jsonl", read_jsonl}, {NULL, NULL}};
  bind_class(L, state, BIND_SOURCE, none, meta);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}
