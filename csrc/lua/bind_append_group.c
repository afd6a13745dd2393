/* A whole group at once, column by column: what append_columns does with many rows.
 *
 * Strings come first, as remembering one may raise: all codes of the group, in memory that Lua owns. From
 * then on nothing raises, and the engine's memory is taken. */
#include "bind_memo.h"
#include "base/bits.h"
#include "base/mem.h"

/* Strings on the stack at a time: what the memo knows of them is fetched for all at once. */
#define AHEAD 16

/* A string column's share of the group. */
typedef struct coded {
  bool done; /* false for other columns, and for those that keep plain text */
  bool nulls;
  uint64_t valid[BLT_BLOCK_ROWS / 64];
  uint32_t codes[BLT_BLOCK_ROWS];
} coded;

/* One column of the group on its way from Lua: `n` values of a sequence from `first` on. */
typedef struct filling {
  lua_State *L;
  blt_table *t;
  uint32_t col, n;
  int sequence; /* its stack index */
  lua_Integer first;
  blt_type type;
  int64_t *ints; /* one of these three, by type */
  double *floats;
  blt_str *texts;
  uint64_t *valid;
  bool nulls;
} filling;

void bind_group_codes_new(lua_State *L, const blt_schema *schema) {
  size_t strings = 0;
  for (uint32_t c = 0; c < schema->ncols; c++) strings += schema->fields[c].type.id == BLT_STRING;
  lua_newuserdatauv(L, strings * sizeof(coded) + 1, 0);
}

static blt_status refuse_null(const blt_table *t, uint32_t col, blt_error *err) {
  return blt_fail(err, BLT_ENULL, "column '%s' is required: null is refused",
                  blt_table_schema(t)->fields[col].name);
}

/* ---- strings ---- */

/* What is no string at `index`: null, or refused. */
static blt_status put_no_string(lua_State *L, int index, blt_table *t, uint32_t col, coded *into, uint32_t i,
                                blt_error *err) {
  blt_type type = blt_table_schema(t)->fields[col].type;
  blt_value v;
  if (bind_to_value(L, index, type, &v, err) != BLT_OK) return bind_column_failed(t, col, err);
  if (type.required) return refuse_null(t, col, err);
  blt_bit_clear(into->valid, i);
  into->nulls = true;
  into->codes[i] = 0;
  return BLT_OK;
}

/* The codes of `n` values from `first` on of the sequence at 4 + col. */
static blt_status find_codes(lua_State *L, blt_table *t, uint32_t col, lua_Integer first, uint32_t n,
                             coded *into, lua_Integer *bad, blt_error *err) {
  int top = lua_gettop(L);
  bind_memo_place memos = {lua_touserdata(L, 3), 3};
  const bind_memo *m = &memos.memos->columns[col];
  blt_dict *d = blt_table_interns(t, col);
  blt_status st = BLT_OK;
  bool left_out = lua_isnil(L, 4 + (int)col);
  into->nulls = false;
  blt_bits_fill(into->valid, n);
  for (uint32_t i = 0; i < n && st == BLT_OK; i += AHEAD) {
    uint32_t k = n - i < AHEAD ? n - i : AHEAD;
    uint64_t strings[AHEAD]; /* addresses */
    for (uint32_t j = 0; j < k; j++) {
      if (left_out)
        lua_pushnil(L);
      else
        lua_rawgeti(L, 4 + (int)col, first + i + j);
      strings[j] = bind_memo_address(L, -1);
      bind_memo_prefetch(m, strings[j]);
    }
    for (uint32_t j = 0; j < k && st == BLT_OK; j++) {
      int at = top + 1 + (int)j;
      *bad = first + i + j;
      if (strings[j] && bind_memo_find(m, d, strings[j], &into->codes[i + j])) continue;
      if (lua_type(L, at) == LUA_TSTRING)
        st = bind_memo_intern(L, at, d, col, memos, &into->codes[i + j], err);
      else
        st = put_no_string(L, at, t, col, into, i + j, err);
    }
    lua_settop(L, top);
    if (memos.memos->cramped) bind_memo_make_room(L, memos);
  }
  return st;
}

static blt_status find_all_codes(lua_State *L, blt_table *t, int codes, lua_Integer first, uint32_t n,
                                 lua_Integer *bad, blt_error *err) {
  const blt_schema *schema = blt_table_schema(t);
  coded *into = lua_touserdata(L, codes);
  blt_status st = BLT_OK;
  for (uint32_t c = 0; c < schema->ncols && st == BLT_OK; c++) {
    if (schema->fields[c].type.id != BLT_STRING) continue;
    into->done = blt_table_interns(t, c) != NULL;
    if (into->done) st = find_codes(L, t, c, first, n, into, bad, err);
    into++;
  }
  return st;
}

/* ---- everything else ---- */

/* The value on top of the stack, by the rules of every type. */
static blt_status put_value(filling *f, uint32_t i, blt_error *err) {
  blt_value v;
  if (bind_to_value(f->L, -1, f->type, &v, err) != BLT_OK) return bind_column_failed(f->t, f->col, err);
  if (v.null) {
    if (f->type.required) return refuse_null(f->t, f->col, err);
    blt_bit_clear(f->valid, i);
    f->nulls = true;
    v.u.i = 0;
    if (f->texts) v.u.s = (blt_str){"", 0};
  }
  if (f->floats) f->floats[i] = v.null ? 0 : v.u.f;
  if (f->ints) f->ints[i] = v.u.i;
  if (f->texts) f->texts[i] = v.u.s;
  return BLT_OK;
}

/* Number `i` of the group from the top of the stack, of Lua type `kind`: numbers go straight in. */
static inline blt_status put(filling *f, int kind, uint32_t i, blt_error *err) {
  int whole = false;
  if (kind == LUA_TNUMBER && f->floats) {
    f->floats[i] = lua_tonumber(f->L, -1);
    return BLT_OK;
  }
  if (kind == LUA_TNUMBER && f->type.id == BLT_INT64) f->ints[i] = lua_tointegerx(f->L, -1, &whole);
  return whole ? BLT_OK : put_value(f, i, err);
}

static blt_status fill(filling *f, lua_Integer *bad, blt_error *err) {
  lua_State *L = f->L;
  int top = lua_gettop(L);
  bool left_out = lua_isnil(L, f->sequence);
  blt_status st = BLT_OK;
  blt_bits_fill(f->valid, f->n);
  for (uint32_t i = 0; i < f->n && st == BLT_OK; i++) {
    int kind = LUA_TNIL;
    if (left_out)
      lua_pushnil(L);
    else
      kind = lua_rawgeti(L, f->sequence, f->first + i);
    st = put(f, kind, i, err);
    lua_settop(L, top);
    *bad = f->first + i;
  }
  return st;
}

static blt_status encode(const filling *f, blt_block **out, blt_error *err) {
  blt_ctx *ctx = blt_table_ctx(f->t);
  const uint64_t *valid = f->nulls ? f->valid : NULL;
  if (f->floats) return blt_block_from_f64(ctx, f->floats, valid, f->n, out, err);
  if (f->ints) return blt_block_from_i64(ctx, f->ints, valid, f->n, out, err);
  return blt_block_from_text(ctx, f->texts, valid, f->n, out, err);
}

/* The blocks of all columns; those before a failure are there. `values` has room for n of the widest values.
 */
static blt_status make_blocks(filling f, const coded *strings, void *values, blt_block **blocks,
                              lua_Integer *bad, blt_error *err) {
  const blt_schema *schema = blt_table_schema(f.t);
  blt_status st = BLT_OK;
  for (f.col = 0; f.col < schema->ncols && st == BLT_OK; f.col++) {
    f.type = schema->fields[f.col].type;
    f.sequence = 4 + (int)f.col;
    f.nulls = false;
    bool string = f.type.id == BLT_STRING;
    if (string && strings->done) {
      st = blt_block_from_codes(blt_table_ctx(f.t), strings->codes, strings->nulls ? strings->valid : NULL,
                                f.n, blocks + f.col, err);
    } else {
      f.ints = blt_type_is_int(f.type) ? values : NULL;
      f.floats = f.type.id == BLT_FLOAT64 ? values : NULL;
      f.texts = string ? values : NULL;
      st = fill(&f, bad, err);
      if (st == BLT_OK) st = encode(&f, blocks + f.col, err);
    }
    strings += string;
  }
  return st;
}

blt_status bind_append_group(lua_State *L, blt_table *t, int codes, lua_Integer first, uint32_t n,
                             lua_Integer *bad, blt_error *err) {
  blt_status st = find_all_codes(L, t, codes, first, n, bad, err);
  if (st != BLT_OK) return st;
  blt_ctx *ctx = blt_table_ctx(t);
  uint32_t ncols = blt_table_schema(t)->ncols;
  size_t bytes = n * sizeof(blt_str), words = blt_bits_words(n) * sizeof(uint64_t);
  void *values = blt_alloc(ctx, bytes);
  uint64_t *valid = blt_alloc(ctx, words);
  blt_block **blocks = blt_calloc(ctx, ncols, sizeof *blocks);
  *bad = first;
  if (!values || !valid || !blocks) st = blt_fail_memory(err, bytes);
  filling f = {.L = L, .t = t, .n = n, .first = first, .valid = valid};
  if (st == BLT_OK) st = make_blocks(f, lua_touserdata(L, codes), values, blocks, bad, err);
  if (st == BLT_OK) {
    st = blt_table_add_group(t, blocks, n, err);
  } else {
    for (uint32_t i = 0; blocks && i < ncols; i++) blt_block_release(blocks[i]);
  }
  blt_free(ctx, values, bytes);
  blt_free(ctx, valid, words);
  blt_free(ctx, blocks, ncols * sizeof *blocks);
  return st;
}
