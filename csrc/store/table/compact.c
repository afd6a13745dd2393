#include "compact.h"
#include "index_inside.h"
#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"

#include <string.h>

#define ROWS BLT_BLOCK_ROWS

/* One column on its way: values of a source block, and values that wait until they fill a block. */
typedef struct column_copy {
  blt_table *to;
  uint32_t col, n; /* values that wait */
  const blt_view *from;
  uint32_t *codes; /* new code of each old one, UINT32_MAX: not used so far; NULL: no dictionary */
  blt_scalar *in, *out;
  blt_str *text_in, *text_out;
  uint64_t valid[ROWS / 64];
  bool text; /* spelled out: some block of the column is */
  blt_status status;
  blt_error *err;
} column_copy;

/* ---- reading a source block ---- */

static void read_strings(column_copy *k, const blt_block *b) {
  const blt_view_column *c = &k->from->columns[k->col];
  for (uint32_t r = 0; r < b->rows; r++) {
    blt_value v = blt_block_value(b, c->type, c->dict, r);
    k->text_in[r] = v.null ? (blt_str){"", 0} : v.u.s;
  }
}

static void read_block(column_copy *k, const blt_block *b) {
  blt_type type = k->from->columns[k->col].type;
  if (k->text)
    read_strings(k, b);
  else if (type.id == BLT_FLOAT64)
    blt_block_read_f64(b, 0, b->rows, &k->in->f);
  else
    blt_block_read_i64(b, 0, b->rows, &k->in->i);
}

/* ---- writing ---- */

/* Strings get their new codes in the order in which they are met. */
static blt_status recode(column_copy *k, uint32_t *codes) {
  const blt_dict *old = k->from->columns[k->col].dict;
  blt_dict *dict = k->to->columns[k->col].dict;
  for (uint32_t r = 0; r < k->n; r++) {
    codes[r] = 0;
    if (!blt_bit(k->valid, r)) continue;
    uint32_t was = (uint32_t)k->out[r].i;
    if (k->codes[was] == UINT32_MAX) {
      blt_str s = blt_dict_at(old, was);
      blt_status status = blt_dict_intern(dict, s.s, s.len, &k->codes[was], k->err);
      if (status != BLT_OK) return status;
    }
    codes[r] = k->codes[was];
  }
  return BLT_OK;
}

static blt_status encode(column_copy *k, blt_block **out) {
  blt_ctx *ctx = k->to->ctx;
  blt_type type = k->from->columns[k->col].type;
  if (k->text) return blt_block_from_text(ctx, k->text_out, k->valid, k->n, out, k->err);
  if (type.id == BLT_FLOAT64) return blt_block_from_f64(ctx, &k->out->f, k->valid, k->n, out, k->err);
  if (type.id != BLT_STRING) return blt_block_from_i64(ctx, &k->out->i, k->valid, k->n, out, k->err);
  uint32_t *codes = (uint32_t *)(void *)k->in; /* the source block is used up or read again */
  blt_status status = recode(k, codes);
  return status == BLT_OK ? blt_block_from_codes(ctx, codes, k->valid, k->n, out, k->err) : status;
}

/* Puts the waiting values into group `*g` of the new table. */
static blt_status put_out(column_copy *k, uint32_t *g) {
  blt_column *c = &k->to->columns[k->col];
  blt_block *b = NULL;
  blt_status status = encode(k, &b);
  if (status != BLT_OK) return status;
  c->blocks[(*g)++] = blt_unread_of(b);
  k->n = 0;
  return BLT_OK;
}

/* ---- one column ---- */

static void move_row(column_copy *k, const blt_block *b, uint32_t r) {
  if (k->text)
    k->text_out[k->n] = k->text_in[r];
  else
    k->out[k->n] = k->in[r];
  blt_bit_put(k->valid, k->n++, !blt_block_is_null(b, r));
}

static blt_status copy_blocks(column_copy *k, uint32_t *written) {
  const blt_view *v = k->from;
  for (uint32_t g = 0; g < v->ngroups; g++) {
    const blt_block *b;
    const uint64_t *live = v->live ? v->live[g] : NULL;
    blt_status status = blt_view_block(v, k->col, g, &b, k->err);
    if (status == BLT_OK) status = blt_poll(k->to->ctx, g, v->ngroups, k->err);
    if (status != BLT_OK) return status;
    read_block(k, b);
    for (uint32_t r = 0; r < b->rows; r++) {
      if (live && !blt_bit(live, r)) continue;
      move_row(k, b, r);
      if (k->n < ROWS) continue;
      status = put_out(k, written);
      if (status != BLT_OK) return status;
      if (r + 1 < b->rows) read_block(k, b); /* recoding used its place */
    }
  }
  return k->n ? put_out(k, written) : BLT_OK;
}

static blt_status copy_column(blt_table *to, const blt_view *from, uint32_t col, blt_error *err) {
  blt_ctx *ctx = to->ctx;
  const blt_dict *dict = from->columns[col].dict;
  uint32_t written = 0, ncodes = dict ? dict->count : 0;
  column_copy *k = blt_calloc(ctx, 1, sizeof *k);
  if (!k) return blt_fail_memory(err, sizeof *k);
  *k = (column_copy){
      .to = to, .col = col, .from = from, .text = dict && !blt_view_codes(from, col), .err = err};
  size_t value = k->text ? sizeof(blt_str) : sizeof(blt_scalar), bytes = 2 * ROWS * value;
  char *values = blt_alloc(ctx, bytes);
  k->codes = blt_alloc(ctx, ncodes * sizeof *k->codes);
  k->in = (blt_scalar *)(void *)values;
  k->text_in = (blt_str *)(void *)values;
  if (values) k->out = (blt_scalar *)(void *)(values + ROWS * value), k->text_out = (blt_str *)(void *)k->out;
  blt_status status = BLT_OK;
  if (!values || !k->codes) status = blt_fail_memory(err, bytes);
  if (status == BLT_OK) {
    memset(k->codes, 0xff, ncodes * sizeof *k->codes);
    to->columns[col].plain = k->text;
    status = copy_blocks(k, &written);
  }
  while (status != BLT_OK && written) blt_unread_release(to->columns[col].blocks[--written]);
  blt_free(ctx, k->codes, ncodes * sizeof *k->codes);
  blt_free(ctx, values, bytes);
  blt_free(ctx, k, sizeof *k);
  return status;
}

/* ---- the table ---- */

/* Room for the groups of `rows` rows, and their lengths, without any block yet. */
static blt_status reserve_groups(blt_table *t, uint64_t rows, blt_error *err) {
  uint32_t n = (uint32_t)((rows + ROWS - 1) / ROWS);
  for (; t->ngroups < n; t->ngroups++) {
    blt_status status = blt_table_reserve_group(t, err);
    if (status != BLT_OK) {
      t->ngroups = 0;
      return status;
    }
    uint64_t left = rows - (uint64_t)t->ngroups * ROWS;
    t->group_rows[t->ngroups] = left < ROWS ? (uint32_t)left : ROWS;
  }
  t->ngroups = 0; /* until the blocks are there */
  return BLT_OK;
}

static blt_status rewrite(blt_table *to, const blt_view *from, blt_error *err) {
  blt_status status = reserve_groups(to, from->live_rows, err);
  uint32_t groups = (uint32_t)((from->live_rows + ROWS - 1) / ROWS), done = 0;
  for (; status == BLT_OK && done < from->ncols; done++) {
    status = copy_column(to, from, done, err);
    if (status != BLT_OK) break;
  }
  for (; status != BLT_OK && done-- > 0;)
    for (uint32_t g = 0; g < groups; g++) blt_unread_release(to->columns[done].blocks[g]);
  if (status != BLT_OK) return status;
  to->ngroups = groups;
  to->sealed_rows = from->live_rows;
  return BLT_OK;
}

/* The same blocks and dictionaries in another table; the tail becomes a sealed group. */
static blt_status share(blt_table *to, blt_table *t, blt_error *err) {
  blt_status status = reserve_groups(to, blt_table_rows(t), err);
  if (status != BLT_OK) return status;
  for (uint32_t i = 0; i < t->schema->ncols; i++) {
    blt_column *c = &to->columns[i];
    c->plain = t->columns[i].plain;
    if (t->columns[i].dict) blt_table_share_dict(to, i, t->columns[i].dict, err);
  }
  uint32_t tail = 0;
  for (; t->tail_rows && status == BLT_OK && tail < t->schema->ncols; tail++) {
    blt_block *b = NULL;
    status = blt_table_encode_rows(t, tail, 0, t->tail_rows, &b, err);
    if (status != BLT_OK) break;
    to->columns[tail].blocks[t->ngroups] = blt_unread_of(b);
  }
  for (; status != BLT_OK && tail-- > 0;) blt_unread_release(to->columns[tail].blocks[t->ngroups]);
  if (status != BLT_OK) return status;
  for (uint32_t i = 0; i < t->schema->ncols; i++)
    for (uint32_t g = 0; g < t->ngroups; g++)
      to->columns[i].blocks[g] = blt_unread_retain(t->columns[i].blocks[g]);
  to->ngroups = t->ngroups + (t->tail_rows ? 1 : 0);
  to->sealed_rows = blt_table_rows(t);
  return BLT_OK;
}

/* Whether the dictionary of a column has entries that no row uses. */
static blt_status has_unused(const blt_view *v, uint32_t col, bool *unused, blt_error *err) {
  const blt_dict *dict = v->columns[col].dict;
  uint32_t n = dict ? dict->count : 0, used = 0, codes[BLT_VECTOR_ROWS];
  if (n == 0) return BLT_OK;
  uint64_t *seen = blt_calloc(v->schema->ctx, blt_bits_words(n), 8);
  if (!seen) return blt_fail_memory(err, blt_bits_words(n) * 8);
  blt_status status = BLT_OK;
  for (uint32_t g = 0; status == BLT_OK && used < n && g < v->ngroups; g++) {
    const blt_block *b;
    status = blt_view_block(v, col, g, &b, err);
    for (uint32_t at = 0; status == BLT_OK && b->enc != BLT_ENC_TEXT && at < b->rows; at += BLT_VECTOR_ROWS) {
      uint32_t m = b->rows - at < BLT_VECTOR_ROWS ? b->rows - at : BLT_VECTOR_ROWS;
      blt_block_read_codes(b, at, m, codes);
      for (uint32_t r = 0; r < m; r++) {
        if (blt_bit(seen, codes[r]) || blt_block_is_null(b, at + r)) continue;
        blt_bit_set(seen, codes[r]);
        used++;
      }
    }
  }
  blt_free(v->schema->ctx, seen, blt_bits_words(n) * 8);
  *unused |= used < n;
  return status;
}

static blt_status compacted(blt_table *to, blt_table *t, blt_error *err) {
  blt_view *v;
  bool needed = t->deleted != 0;
  blt_status status = blt_table_view(t, &v, err);
  if (status != BLT_OK) return status;
  for (uint32_t i = 0; status == BLT_OK && !needed && i < v->ncols; i++)
    status = has_unused(v, i, &needed, err);
  if (status == BLT_OK && needed) status = rewrite(to, v, err);
  blt_view_release(v);
  if (status == BLT_OK && !needed) status = share(to, t, err);
  return status;
}

blt_status blt_table_compacted(blt_table *t, blt_table **out, blt_error *err) {
  blt_table *to;
  blt_status status = blt_table_changeable(t, err);
  if (status == BLT_OK) status = blt_table_new(t->ctx, t->schema, &to, err);
  if (status != BLT_OK) return status;
  status = compacted(to, t, err);
  if (status == BLT_OK)
    *out = to;
  else
    blt_table_release(to);
  return status;
}

void blt_table_exchange(blt_table *a, blt_table *b) {
  blt_keys_drop(a);
  blt_keys_drop(b);
  blt_table held = *a;
  uint64_t version = (a->version > b->version ? a->version : b->version) + 1;
#define EXCHANGE(field) (a->field = b->field, b->field = held.field)
  EXCHANGE(columns), EXCHANGE(ngroups), EXCHANGE(group_rows), EXCHANGE(group_rows_cap), EXCHANGE(live);
  EXCHANGE(live_cap), EXCHANGE(deleted), EXCHANGE(sealed_rows), EXCHANGE(tail_rows), EXCHANGE(tail_cap);
  EXCHANGE(tail_kept), EXCHANGE(row);
  EXCHANGE(touched), EXCHANGE(ntouched), EXCHANGE(touched_cap);
  EXCHANGE(dying), EXCHANGE(ndying), EXCHANGE(dying_cap);
  EXCHANGE(recoded), EXCHANGE(postponed);
#undef EXCHANGE
  a->version = b->version = version;
}
