#include "table_inside.h"
#include "base/bits.h"
#include "base/text/civil.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

#define FIRST_TAIL 64 /* rows that a new tail has room for */

/* ---- arrays ---- */

void blt_tail_reset_bounds(blt_column *c) {
  c->tail.measured = 0;
  c->tail.has_nan = false;
  if (c->type.id == BLT_FLOAT64) {
    c->tail.min.f = INFINITY;
    c->tail.max.f = -INFINITY;
  } else {
    c->tail.min.i = INT64_MAX;
    c->tail.max.i = INT64_MIN;
  }
}

void blt_tail_free_arrays(blt_table *t, blt_column *c) {
  blt_free(t->ctx, c->tail.data, ((size_t)c->tail.cap + 1) * blt_tail_width(c));
  blt_free(t->ctx, c->tail.valid, blt_bits_words(c->tail.cap) * 8);
}

/* Gives one column room for `cap` rows. */
static blt_status grow_column(blt_table *t, blt_column *c, uint32_t cap, blt_error *err) {
  blt_tail *tail = &c->tail;
  size_t width = blt_tail_width(c), bytes = ((size_t)cap + 1) * width;
  size_t words = blt_bits_words(cap), old_words = blt_bits_words(tail->cap);
  if (cap <= tail->cap) return BLT_OK;
  void *data = blt_alloc(t->ctx, bytes);
  uint64_t *valid = blt_alloc(t->ctx, words * 8);
  if (!data || !valid) {
    blt_free(t->ctx, data, bytes);
    blt_free(t->ctx, valid, words * 8);
    return blt_fail_memory(err, bytes);
  }
  memset(data, 0, width); /* text starts at offset 0 */
  if (tail->data) memcpy(data, tail->data, ((size_t)tail->cap + 1) * width);
  if (tail->valid) memcpy(valid, tail->valid, old_words * 8);
  memset(valid + old_words, 0xff, (words - old_words) * 8);
  blt_tail_free_arrays(t, c);
  tail->data = t->row.places[c - t->columns] = data;
  tail->valid = valid;
  tail->cap = cap;
  return BLT_OK;
}

/* Gives every column room for `cap` rows; those that got it before a failure keep it. */
static blt_status grow_tail(blt_table *t, uint32_t cap, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < t->schema->ncols; i++)
    status = grow_column(t, &t->columns[i], cap, err);
  if (status == BLT_OK) t->tail_cap = cap;
  return status;
}

static void empty_tail(blt_table *t) {
  for (uint32_t i = 0; i < t->schema->ncols; i++) {
    blt_column *c = &t->columns[i];
    blt_tail_reset_bounds(c);
    c->tail.nulls = 0;
    if (c->tail.valid) memset(c->tail.valid, 0xff, blt_bits_words(c->tail.cap) * 8);
    if (c->plain && c->tail.data) *(uint32_t *)c->tail.data = 0;
  }
  t->tail_rows = 0;
  t->tail_kept = 0;
  t->ntouched = 0;
}

void blt_tail_touch(blt_table *t, uint32_t col, uint32_t row) {
  blt_error ignored;
  uint64_t cell = (uint64_t)row << 32 | col;
  if (row >= t->tail_kept || (t->ntouched && t->touched[t->ntouched - 1] == cell)) return;
  if (t->ntouched == BLT_NOTES ||
      blt_grow(t->ctx, &t->touched, &t->touched_cap, t->ntouched + 1, sizeof cell, &ignored) != BLT_OK)
    t->tail_kept = row;
  else
    t->touched[t->ntouched++] = cell;
}

/* One row's share of the bounds. */
static void widen_i64(blt_tail *tail, int64_t v) {
  if (v < tail->min.i) tail->min.i = v;
  if (v > tail->max.i) tail->max.i = v;
}

static void widen_f64(blt_tail *tail, double v) {
  if (v < tail->min.f) tail->min.f = v;
  if (v > tail->max.f) tail->max.f = v;
  tail->has_nan |= v != v;
}

void blt_tail_widen(blt_column *c, blt_scalar v) {
  if (c->type.id == BLT_FLOAT64)
    widen_f64(&c->tail, v.f);
  else
    widen_i64(&c->tail, v.i);
}

void blt_tail_settle(blt_column *c, uint32_t rows) {
  if (c->plain) return;
  for (uint32_t r = c->tail.measured; r < rows; r++) {
    if (!blt_bit(c->tail.valid, r)) continue;
    if (c->type.id == BLT_FLOAT64)
      widen_f64(&c->tail, ((double *)c->tail.data)[r]);
    else if (c->type.id == BLT_STRING)
      widen_i64(&c->tail, ((uint32_t *)c->tail.data)[r]);
    else
      widen_i64(&c->tail, ((int64_t *)c->tail.data)[r]);
  }
  c->tail.measured = rows;
}

/* Marks rows first to last - 1, which are not or no more in the tail, as not null again. */
static void clear_rows(blt_column *c, uint32_t first, uint32_t last) {
  for (uint32_t r = first; r < last && r < c->tail.cap; r++) {
    if (blt_bit(c->tail.valid, r)) continue;
    blt_bit_set(c->tail.valid, r);
    c->tail.nulls--;
  }
}

void blt_table_cut_tail(blt_table *t, uint32_t rows) {
  for (uint32_t i = 0; i < t->schema->ncols; i++) {
    blt_column *c = &t->columns[i];
    if (!c->tail.data) continue;
    clear_rows(c, rows, t->tail_rows + 1);
    if (rows < c->tail.measured) blt_tail_reset_bounds(c);
  }
  t->tail_rows = rows;
  if (t->tail_kept > rows) t->tail_kept = rows;
}

void blt_table_show_tail(blt_table *t) {
  for (uint32_t i = 0; i < t->schema->ncols; i++) {
    blt_column *c = &t->columns[i];
    blt_block *b = &c->tail_block;
    bool string = c->type.id == BLT_STRING;
    blt_tail_settle(c, t->tail_rows);
    *b = (blt_block){.rows = t->tail_rows, .nulls = c->tail.nulls, .has_nan = c->tail.has_nan, .ctx = t->ctx};
    atomic_init(&b->refs, 1);
    b->enc = !string ? BLT_ENC_PLAIN : c->plain ? BLT_ENC_TEXT : BLT_ENC_DICT;
    b->width = string ? 4 : 8;
    b->min = c->tail.min;
    b->max = c->tail.max;
    b->data = c->tail.data;
    b->text_bytes = c->plain ? ((const uint32_t *)c->tail.data)[t->tail_rows] : 0;
    b->text = c->plain ? (c->tail.text ? c->tail.text : "") : NULL;
    b->valid = c->tail.nulls && c->tail.nulls < t->tail_rows ? c->tail.valid : NULL;
    if (t->tail_rows & 63 && b->valid) { /* a block's spare bits are zero, the tail's are one */
      c->tail.valid[t->tail_rows / 64] &= (UINT64_C(1) << (t->tail_rows & 63)) - 1;
    }
  }
}

void blt_table_hide_tail(blt_table *t) {
  if ((t->tail_rows & 63) == 0) return;
  for (uint32_t i = 0; i < t->schema->ncols; i++)
    t->columns[i].tail.valid[t->tail_rows / 64] |= ~((UINT64_C(1) << (t->tail_rows & 63)) - 1);
}

/* Bits first to first + n - 1 of `from`, moved to the front of `to`. */
static void copy_bits(uint64_t *to, const uint64_t *from, uint32_t first, uint32_t n) {
  uint32_t shift = first & 63, last = (first + n - 1) >> 6;
  from += first >> 6;
  last -= first >> 6;
  for (uint32_t i = 0; i < blt_bits_words(n); i++) {
    to[i] = from[i] >> shift;
    if (shift && i < last) to[i] |= from[i + 1] << (64 - shift);
  }
}

static blt_status encode_text(blt_table *t, const blt_tail *tail, const uint64_t *valid, uint32_t first,
                              uint32_t n, blt_block **out, blt_error *err) {
  blt_str *text = blt_alloc(t->ctx, n * sizeof *text);
  if (!text) return blt_fail_memory(err, n * sizeof *text);
  const uint32_t *offsets = (const uint32_t *)tail->data + first;
  for (uint32_t i = 0; i < n; i++) text[i] = (blt_str){tail->text + offsets[i], offsets[i + 1] - offsets[i]};
  blt_status status = blt_block_from_text(t->ctx, text, valid, n, out, err);
  blt_free(t->ctx, text, n * sizeof *text);
  return status;
}

blt_status blt_table_encode_rows(blt_table *t, uint32_t col, uint32_t first, uint32_t n, blt_block **out,
                                 blt_error *err) {
  blt_column *c = &t->columns[col];
  uint64_t bits[BLT_BLOCK_ROWS / 64], *valid = NULL;
  if (c->tail.nulls) copy_bits(valid = bits, c->tail.valid, first, n);
  if (c->type.id == BLT_FLOAT64)
    return blt_block_from_f64(t->ctx, (double *)c->tail.data + first, valid, n, out, err);
  if (c->type.id != BLT_STRING)
    return blt_block_from_i64(t->ctx, (int64_t *)c->tail.data + first, valid, n, out, err);
  if (!c->plain) return blt_block_from_codes(t->ctx, (uint32_t *)c->tail.data + first, valid, n, out, err);
  return encode_text(t, &c->tail, valid, first, n, out, err);
}

void blt_table_consider_plain(blt_table *t, blt_column *c) {
  if (c->type.id != BLT_STRING || c->plain) return;
  c->plain = blt_dict_hardly_repeats(c->dict->count, t->sealed_rows);
  if (c->plain && c->tail.data) *(uint32_t *)c->tail.data = 0; /* the tail is empty: text starts here */
}

blt_status blt_table_seal(blt_table *t, blt_error *err) {
  uint32_t g = t->ngroups, done = 0;
  if (t->tail_rows == 0) return BLT_OK;
  blt_status status = blt_table_reserve_group(t, err);
  for (; status == BLT_OK && done < t->schema->ncols; done++) {
    blt_block *b = NULL;
    status = blt_table_encode_rows(t, done, 0, t->tail_rows, &b, err);
    if (status != BLT_OK) break;
    t->columns[done].blocks[g] = blt_unread_of(b);
  }
  if (status != BLT_OK) {
    while (done-- > 0) blt_unread_release(t->columns[done].blocks[g]);
    return status;
  }
  t->group_rows[g] = t->tail_rows;
  t->sealed_rows += t->tail_rows;
  t->ngroups++;
  for (uint32_t i = 0; i < t->schema->ncols; i++) blt_table_consider_plain(t, &t->columns[i]);
  empty_tail(t);
  return BLT_OK;
}

/* ---- reopening a short last group ---- */

static blt_status reserve_text(blt_table *t, blt_tail *tail, size_t need, blt_error *err) {
  if (need > UINT32_MAX)
    return blt_fail(err, BLT_EINVAL, "65,536 rows hold at most 4 GiB of text in one column");
  return blt_grow(t->ctx, &tail->text, &tail->text_cap, need, 1, err);
}

/* Spells a block out as plain text from row `at` of the tail on. */
static blt_status decode_text(blt_table *t, blt_column *c, const blt_block *b, uint32_t at, uint32_t rows,
                              blt_error *err) {
  uint32_t *data = (uint32_t *)c->tail.data + at, end = at ? data[0] : 0;
  for (uint32_t r = 0; r < rows; r++) {
    blt_value v = blt_block_value(b, c->type, c->dict, r);
    uint32_t len = v.null ? 0 : v.u.s.len;
    blt_status status = reserve_text(t, &c->tail, (size_t)end + len, err);
    if (status != BLT_OK) return status;
    if (len) memcpy(c->tail.text + end, v.u.s.s, len);
    data[r] = end;
    end += len;
    data[r + 1] = end;
  }
  return BLT_OK;
}

static blt_status intern_text(blt_column *c, const blt_block *b, uint32_t *codes, uint32_t rows,
                              blt_error *err) {
  for (uint32_t r = 0; r < rows; r++) {
    codes[r] = 0;
    if (blt_block_is_null(b, r)) continue;
    blt_str s = blt_block_text(b, r);
    blt_status status = blt_dict_intern(c->dict, s.s, s.len, &codes[r], err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* Copies the first `rows` values of a block into the tail's arrays from row `at` on, which have room, as the
 * tail wants them: interned or spelled out. */
static blt_status decode_to_tail(blt_table *t, blt_column *c, blt_unread from, uint32_t at, uint32_t rows,
                                 blt_error *err) {
  const blt_block *b;
  blt_status status = blt_unread_open(from, c->type, c->dict ? c->dict->count : 0, &b, err);
  if (status == BLT_OK && c->dict && c->plain != (b->enc == BLT_ENC_TEXT))
    status = blt_dict_open(c->dict, err);
  if (status != BLT_OK) return status;
  if (c->type.id == BLT_FLOAT64)
    blt_block_read_f64(b, 0, rows, (double *)c->tail.data + at);
  else if (c->type.id != BLT_STRING)
    blt_block_read_i64(b, 0, rows, (int64_t *)c->tail.data + at);
  else if (c->plain)
    status = decode_text(t, c, b, at, rows, err);
  else if (b->enc == BLT_ENC_TEXT)
    status = intern_text(c, b, (uint32_t *)c->tail.data + at, rows, err);
  else
    blt_block_read_codes(b, 0, rows, (uint32_t *)c->tail.data + at);
  if (status != BLT_OK) return status;
  for (uint32_t r = 0; r < rows; r++) {
    bool null = blt_block_is_null(b, r);
    c->tail.nulls += (uint32_t)null - (uint32_t)!blt_bit(c->tail.valid, at + r);
    blt_bit_put(c->tail.valid, at + r, !null);
  }
  return BLT_OK;
}

blt_status blt_table_extend_tail(blt_table *t, const blt_unread *blocks, uint32_t rows, blt_error *err) {
  uint64_t total = (uint64_t)t->tail_rows + rows, cap = blt_pow2(total + 1);
  blt_status status = BLT_OK;
  if (total > BLT_BLOCK_ROWS) return blt_fail(err, BLT_EINVAL, "a tail has at most 65,536 rows");
  if (cap < FIRST_TAIL) cap = FIRST_TAIL;
  if (cap > BLT_BLOCK_ROWS) cap = BLT_BLOCK_ROWS;
  if (t->tail_cap < cap) status = grow_tail(t, (uint32_t)cap, err);
  for (uint32_t i = 0; status == BLT_OK && i < t->schema->ncols; i++)
    status = decode_to_tail(t, &t->columns[i], blocks[i], t->tail_rows, rows, err);
  if (status == BLT_OK) t->tail_rows = (uint32_t)total;
  for (uint32_t i = 0; status != BLT_OK && i < t->schema->ncols; i++)
    clear_rows(&t->columns[i], t->tail_rows, (uint32_t)total);
  return status;
}

blt_status blt_table_unseal(blt_table *t, uint32_t rows, blt_error *err) {
  uint32_t g = t->ngroups - 1, had = t->group_rows[g], ncols = t->schema->ncols;
  size_t bytes = ncols * sizeof(blt_unread);
  blt_unread *blocks = blt_alloc(t->ctx, bytes);
  if (!blocks) return blt_fail_memory(err, bytes);
  for (uint32_t i = 0; i < ncols; i++) blocks[i] = t->columns[i].blocks[g];
  blt_status status = blt_table_extend_tail(t, blocks, rows, err);
  if (status == BLT_OK) {
    for (uint32_t i = 0; i < ncols; i++) blt_unread_release(blocks[i]);
    t->ngroups--;
    t->sealed_rows -= had;
  }
  blt_free(t->ctx, blocks, bytes);
  return status;
}

blt_status blt_table_reopen(blt_table *t, blt_error *err) {
  if (t->tail_rows || t->ngroups == 0 || t->group_rows[t->ngroups - 1] == BLT_BLOCK_ROWS) return BLT_OK;
  return blt_table_unseal(t, t->group_rows[t->ngroups - 1], err);
}

static bool same_value(const blt_value *a, const blt_value *b) {
  if (a->null || b->null) return a->null == b->null;
  if (a->type.id == BLT_STRING)
    return a->u.s.len == b->u.s.len && memcmp(a->u.s.s, b->u.s.s, a->u.s.len) == 0;
  return memcmp(&a->u, &b->u, sizeof(int64_t)) == 0;
}

/* Notes the rows that the block changes. */
static blt_status touch_changed(blt_table *t, uint32_t col, blt_unread s, blt_error *err) {
  const blt_column *c = &t->columns[col];
  const blt_block *b;
  blt_status status = blt_unread_open(s, c->type, c->dict ? c->dict->count : 0, &b, err);
  for (uint32_t r = 0; status == BLT_OK && r < t->tail_kept; r++) {
    blt_value was = blt_tail_value(t, col, r), is = blt_block_value(b, c->type, c->dict, r);
    if (!same_value(&was, &is)) blt_tail_touch(t, col, r);
  }
  return status;
}

blt_status blt_table_set_tail(blt_table *t, uint32_t col, blt_unread b, blt_error *err) {
  blt_column *c = &t->columns[col];
  blt_status status = touch_changed(t, col, b, err);
  if (status == BLT_OK) status = decode_to_tail(t, c, b, 0, t->tail_rows, err);
  if (status == BLT_OK) blt_tail_reset_bounds(c);
  return status;
}

/* ---- appending rows ---- */

/* Room for one more row at the end of the tail. */
static blt_status make_room(blt_table *t, blt_error *err) {
  if (t->tail_rows == 0) {
    blt_status status = blt_table_reopen(t, err);
    if (status != BLT_OK) return status;
  }
  if (t->tail_rows == BLT_BLOCK_ROWS) {
    blt_status status = blt_table_seal(t, err);
    if (status != BLT_OK) return status;
  }
  if (t->tail_rows < t->tail_cap) return BLT_OK;
  return grow_tail(t, t->tail_cap ? t->tail_cap * 2 : FIRST_TAIL, err);
}

blt_status blt_table_begin_row(blt_table *t, blt_error *err) {
  if (t->pins || t->readonly || t->closed || t->postponed) {
    blt_status status = blt_table_writable(t, err);
    if (status != BLT_OK) return status;
  }
  if (t->tail_rows == t->tail_cap || t->tail_rows == 0 || t->tail_rows == BLT_BLOCK_ROWS) {
    blt_status status = make_room(t, err);
    if (status != BLT_OK) return status;
  }
  t->row.at = t->tail_rows;
  t->row.pushed = 0;
  t->row_open = true;
  return BLT_OK;
}

/* 10^digits */
static int64_t power10(uint8_t digits) {
  int64_t p = 1;
  while (digits-- > 0) p *= 10;
  return p;
}

static blt_status check_range(blt_type type, int64_t v, const char *column, blt_error *err) {
  switch (type.id) {
  case BLT_BOOL:
    if (v == 0 || v == 1) return BLT_OK;
    return blt_fail(err, BLT_ETYPE, "column '%s': %lld is no boolean", column, (long long)v);
  case BLT_DECIMAL:
    if (v > -power10(type.precision) && v < power10(type.precision)) return BLT_OK;
    return blt_fail(err, BLT_EOVERFLOW,
                    "column '%s': the value has more than the %u digits of decimal(%u,%u)", column,
                    type.precision, type.precision, type.scale);
  case BLT_DATE:
    if (v >= BLT_DATE_MIN && v <= BLT_DATE_MAX) return BLT_OK;
    break;
  case BLT_TIMESTAMP:
    if (v >= BLT_TIMESTAMP_MIN && v <= BLT_TIMESTAMP_MAX) return BLT_OK;
    break;
  default:
    return BLT_OK;
  }
  return blt_fail(err, BLT_EINVAL, "column '%s': the date is outside the years 0001 to 9999", column);
}

blt_status blt_table_push_i64(blt_table *t, uint32_t col, int64_t v, blt_error *err) {
  blt_status status = check_range(t->columns[col].type, v, t->schema->fields[col].name, err);
  if (status == BLT_OK) blt_row_put_i64(&t->row, col, v);
  return status;
}

blt_status blt_table_push_f64(blt_table *t, uint32_t col, double v, blt_error *err) {
  (void)err;
  blt_row_put_f64(&t->row, col, v);
  return BLT_OK;
}

static blt_status push_text(blt_table *t, blt_column *c, const char *s, size_t len, blt_error *err) {
  uint32_t *offsets = (uint32_t *)c->tail.data + t->tail_rows;
  blt_status status = reserve_text(t, &c->tail, offsets[0] + len, err);
  if (status != BLT_OK) return status;
  if (len) memcpy(c->tail.text + offsets[0], s, len);
  offsets[1] = offsets[0] + (uint32_t)len;
  t->row.pushed++;
  return BLT_OK;
}

static blt_status too_long(const char *column, size_t len, blt_error *err) {
  return blt_fail(err, BLT_EINVAL, "column '%s': a string of %zu bytes is over the limit of %u", column, len,
                  BLT_MAX_STRING);
}

blt_status blt_table_push_str(blt_table *t, uint32_t col, const char *s, size_t len, blt_error *err) {
  blt_column *c = &t->columns[col];
  uint32_t code;
  if (len > BLT_MAX_STRING) return too_long(t->schema->fields[col].name, len, err);
  if (c->plain) return push_text(t, c, s, len, err);
  blt_status status = blt_dict_intern(c->dict, s, len, &code, err);
  if (status == BLT_OK) blt_row_put_code(&t->row, col, code);
  return status;
}

void blt_table_push_null(blt_table *t, uint32_t col) {
  blt_column *c = &t->columns[col];
  if (c->type.required && t->null_in < 0) t->null_in = (int)col;
  blt_bit_clear(c->tail.valid, t->tail_rows);
  c->tail.nulls++;
  if (c->plain) {
    uint32_t *offsets = (uint32_t *)c->tail.data + t->tail_rows;
    offsets[1] = offsets[0];
  } else if (c->type.id == BLT_STRING) {
    ((uint32_t *)c->tail.data)[t->tail_rows] = 0;
  } else {
    ((int64_t *)c->tail.data)[t->tail_rows] = 0; /* also the bits of 0.0 */
  }
  t->row.pushed++;
}

void blt_table_abort_row(blt_table *t) {
  if (!t->row_open) return;
  t->row_open = false;
  t->null_in = -1;
  blt_table_cut_tail(t, t->tail_rows);
}

blt_status blt_table_end_row(blt_table *t, blt_error *err) {
  if (t->row.pushed != t->schema->ncols)
    return blt_fail(err, BLT_EINVAL, "the row has %u values, the table %u columns", t->row.pushed,
                    t->schema->ncols);
  if (t->null_in >= 0)
    return blt_fail(err, BLT_ENULL, "column '%s' is required: null is refused",
                    t->schema->fields[t->null_in].name);
  if (t->enter_keys) {
    blt_status status = t->enter_keys(t, err);
    if (status != BLT_OK) return status;
  }
  t->row_open = false;
  /* Also when no row is deleted now: a rollback leaves the bitmap behind. */
  if (t->ngroups < t->live_cap && t->live[t->ngroups]) blt_bit_set(t->live[t->ngroups], t->tail_rows);
  t->tail_rows++;
  t->version++;
  return BLT_OK;
}

static blt_status same_type(const blt_table *t, uint32_t col, const blt_value *v, blt_error *err) {
  blt_type want = t->columns[col].type;
  if (v->type.id != want.id || v->type.scale != want.scale) {
    char is[24], should[24];
    return blt_fail(err, BLT_ETYPE, "column '%s' is %s, the value is %s", t->schema->fields[col].name,
                    blt_type_name(want, should), blt_type_name(v->type, is));
  }
  return BLT_OK;
}

blt_status blt_table_fits(const blt_table *t, uint32_t col, const blt_value *v, blt_error *err) {
  const blt_column *c = &t->columns[col];
  const char *name = t->schema->fields[col].name;
  if (v->null && c->type.required)
    return blt_fail(err, BLT_ENULL, "column '%s' is required: null is refused", name);
  if (v->null) return BLT_OK;
  blt_status status = same_type(t, col, v, err);
  if (status != BLT_OK || c->type.id == BLT_FLOAT64) return status;
  if (c->type.id == BLT_STRING) return v->u.s.len > BLT_MAX_STRING ? too_long(name, v->u.s.len, err) : BLT_OK;
  return check_range(c->type, v->u.i, name, err);
}

static blt_status push_value(blt_table *t, uint32_t col, const blt_value *v, blt_error *err) {
  blt_type want = t->columns[col].type;
  if (v->null) {
    blt_table_push_null(t, col);
    return BLT_OK;
  }
  blt_status status = same_type(t, col, v, err);
  if (status != BLT_OK) return status;
  if (want.id == BLT_STRING) return blt_table_push_str(t, col, v->u.s.s, v->u.s.len, err);
  if (want.id == BLT_FLOAT64) return blt_table_push_f64(t, col, v->u.f, err);
  return blt_table_push_i64(t, col, v->u.i, err);
}

blt_status blt_table_append(blt_table *t, const blt_value *row, blt_error *err) {
  blt_status status = blt_table_begin_row(t, err);
  if (status != BLT_OK) return status;
  for (uint32_t i = 0; status == BLT_OK && i < t->schema->ncols; i++) status = push_value(t, i, &row[i], err);
  if (status == BLT_OK) status = blt_table_end_row(t, err);
  if (status != BLT_OK) blt_table_abort_row(t);
  return status;
}
