/* A whole group at once, column by column: what append_columns does with many rows. */
#include "memo.h"
#include "../base/bits.h"
#include "../base/mem.h"

#include <string.h>

#define AHEAD 16 /* values on the stack at a time: what the memo knows of them is fetched for all at once */

/* One column of the group on its way from Lua: `n` values of a sequence from `first` on. */
typedef struct filling {
  lua_State *L;
  blt_table *t;
  uint32_t col, n;
  int sequence; /* its stack index */
  int at;       /* and that of the value in hand */
  lua_Integer first;
  blt_type type;
  bind_memo_place memos;
  int64_t *ints; /* one of these four, by type */
  double *floats;
  uint32_t *codes;
  blt_str *texts;
  uint64_t *valid;
  bool nulls;
} filling;

/* The value in hand, by the rules of every type. */
static blt_status put_value(filling *f, uint32_t i, blt_error *err) {
  blt_value v;
  if (bind_to_value(f->L, f->at, f->type, &v, err) != BLT_OK) return bind_column_failed(f->t, f->col, err);
  if (v.null) {
    if (f->type.required)
      return blt_fail(err, BLT_ENULL, "column '%s' is required: null is refused",
                      blt_table_schema(f->t)->fields[f->col].name);
    blt_bit_clear(f->valid, i);
    f->nulls = true;
    v.u.i = 0;
    if (f->type.id == BLT_STRING) v.u.s = (blt_str){"", 0};
  }
  if (f->floats) f->floats[i] = v.null ? 0 : v.u.f;
  if (f->ints) f->ints[i] = v.u.i;
  if (f->texts) f->texts[i] = v.u.s;
  if (f->codes && v.null) f->codes[i] = 0;
  if (f->codes && !v.null)
    return bind_memo_code(f->L, f->at, blt_table_dict(f->t, f->col), f->col, f->memos, f->codes + i, err);
  return BLT_OK;
}

/* What needs no conversion goes straight in. */
static blt_status put(filling *f, uint32_t i, blt_error *err) {
  lua_State *L = f->L;
  if (f->ints && f->type.id == BLT_INT64 && lua_isinteger(L, f->at)) {
    f->ints[i] = lua_tointeger(L, f->at);
    return BLT_OK;
  }
  if (f->floats && lua_type(L, f->at) == LUA_TNUMBER) {
    f->floats[i] = lua_tonumber(L, f->at);
    return BLT_OK;
  }
  if (f->codes && lua_type(L, f->at) == LUA_TSTRING)
    return bind_memo_code(L, f->at, blt_table_dict(f->t, f->col), f->col, f->memos, f->codes + i, err);
  return put_value(f, i, err);
}

/* Pushes values i to i + k - 1 of the sequence. */
static void push_values(filling *f, uint32_t i, uint32_t k) {
  for (uint32_t j = 0; j < k; j++) {
    if (lua_isnil(f->L, f->sequence))
      lua_pushnil(f->L);
    else
      lua_rawgeti(f->L, f->sequence, f->first + i + j);
    if (f->codes && lua_type(f->L, -1) == LUA_TSTRING) bind_memo_prefetch(f->L, -1, f->col, f->memos.memos);
  }
}

static blt_status fill(filling *f, lua_Integer *bad, blt_error *err) {
  int top = lua_gettop(f->L);
  blt_status st = BLT_OK;
  if (!lua_checkstack(f->L, AHEAD + 8)) return blt_fail_memory(err, AHEAD * sizeof(void *));
  blt_bits_fill(f->valid, f->n);
  for (uint32_t i = 0; i < f->n && st == BLT_OK; i += AHEAD) {
    uint32_t k = f->n - i < AHEAD ? f->n - i : AHEAD;
    push_values(f, i, k);
    for (uint32_t j = 0; j < k && st == BLT_OK; j++) {
      f->at = top + 1 + (int)j;
      st = put(f, i + j, err);
      if (st != BLT_OK) *bad = f->first + i + j;
    }
    lua_settop(f->L, top);
  }
  return st;
}

static blt_status encode(const filling *f, blt_block **out, blt_error *err) {
  blt_ctx *ctx = blt_table_ctx(f->t);
  const uint64_t *valid = f->nulls ? f->valid : NULL;
  if (f->floats) return blt_block_from_f64(ctx, f->floats, valid, f->n, out, err);
  if (f->ints) return blt_block_from_i64(ctx, f->ints, valid, f->n, out, err);
  if (f->codes) return blt_block_from_codes(ctx, f->codes, valid, f->n, out, err);
  return blt_block_from_text(ctx, f->texts, valid, f->n, out, err);
}

/* The blocks of all columns; those before a failure are there. `values` has room for n of the widest values.
 */
static blt_status make_blocks(filling f, void *values, blt_block **blocks, lua_Integer *bad, blt_error *err) {
  const blt_schema *schema = blt_table_schema(f.t);
  blt_status st = BLT_OK;
  for (f.col = 0; f.col < schema->ncols && st == BLT_OK; f.col++) {
    f.type = schema->fields[f.col].type;
    f.sequence = 4 + (int)f.col;
    f.nulls = false;
    bool interns = f.type.id == BLT_STRING && blt_table_interns(f.t, f.col);
    f.ints = blt_type_is_int(f.type) ? values : NULL;
    f.floats = f.type.id == BLT_FLOAT64 ? values : NULL;
    f.codes = interns ? values : NULL;
    f.texts = f.type.id == BLT_STRING && !interns ? values : NULL;
    st = fill(&f, bad, err);
    if (st == BLT_OK) st = encode(&f, blocks + f.col, err);
  }
  return st;
}

blt_status bind_append_group(lua_State *L, blt_table *t, lua_Integer first, uint32_t n, lua_Integer *bad,
                             blt_error *err) {
  blt_ctx *ctx = blt_table_ctx(t);
  uint32_t ncols = blt_table_schema(t)->ncols;
  size_t bytes = n * sizeof(blt_str), words = blt_bits_words(n) * sizeof(uint64_t);
  void *values = blt_alloc(ctx, bytes);
  uint64_t *valid = blt_alloc(ctx, words);
  blt_block **blocks = blt_calloc(ctx, ncols, sizeof *blocks);
  *bad = first;
  blt_status st = BLT_OK;
  if (!values || !valid || !blocks) st = blt_fail_memory(err, bytes);
  filling f = {.L = L, .t = t, .n = n, .first = first, .valid = valid, .memos = {lua_touserdata(L, 3), 3}};
  if (st == BLT_OK) st = make_blocks(f, values, blocks, bad, err);
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
