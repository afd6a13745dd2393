#include "arrow_lay.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include "base/par.h"
#include "store/column/block.h"
#include <string.h>

/* ---- what a column becomes ---- */

/* Marks the codes that rows have. */
static blt_status mark_used(const blt_arrow_form *f, uint64_t *used, uint32_t *codes, blt_error *err) {
  for (uint32_t g = 0; g < f->view->ngroups; g++) {
    const blt_block *b;
    blt_status status = blt_view_block(f->view, f->col, g, &b, err);
    if (status == BLT_OK) status = blt_poll(f->ctx, g, f->view->ngroups, err);
    if (status != BLT_OK) return status;
    blt_block_read_codes(b, 0, b->rows, codes);
    const uint64_t *live = f->view->live ? f->view->live[g] : NULL;
    for (uint32_t i = 0; i < b->rows; i++)
      if (!blt_block_is_null(b, i) && (!live || blt_bit(live, i))) blt_bit_set(used, codes[i]);
  }
  return BLT_OK;
}

static blt_status number_used(blt_arrow_form *f, const uint64_t *used, blt_error *err) {
  uint32_t next = 0;
  f->map = blt_alloc(f->ctx, f->ncodes * sizeof *f->map);
  f->list = blt_alloc(f->ctx, f->ncodes * sizeof *f->list);
  if (!f->map || !f->list) return blt_fail_memory(err, f->ncodes * sizeof *f->map);
  for (uint32_t c = 0; c < f->ncodes; c++) {
    f->map[c] = blt_bit(used, c) ? next : 0;
    f->list[next] = c;
    next += blt_bit(used, c);
  }
  return BLT_OK;
}

/* Entries that no row has are left out when there may be many. */
static blt_status find_entries(blt_arrow_form *f, blt_error *err) {
  size_t words = blt_bits_words(f->ncodes);
  uint64_t *used = blt_calloc(f->ctx, words, 8);
  uint32_t *codes = blt_alloc(f->ctx, BLT_BLOCK_ROWS * sizeof *codes);
  blt_status status =
      used && codes ? mark_used(f, used, codes, err) : blt_fail_memory(err, words * 8 + BLT_BLOCK_ROWS * 4);
  size_t count = used ? blt_bits_count(used, f->ncodes) : 0;
  f->entries = (uint32_t)count;
  if (status == BLT_OK && count < f->ncodes) status = number_used(f, used, err);
  blt_free(f->ctx, used, words * 8);
  blt_free(f->ctx, codes, BLT_BLOCK_ROWS * sizeof *codes);
  return status;
}

blt_status blt_arrow_form_of(const blt_view *view, uint32_t col, bool plain, blt_arrow_form *out,
                             blt_error *err) {
  blt_arrow_form f = {.ctx = view->ctx, .view = view, .col = col, .type = view->columns[col].type};
  blt_dict *dict = f.type.id == BLT_STRING && !plain && view->live_rows ? blt_view_codes(view, col) : NULL;
  blt_status status = BLT_OK;
  *out = f;
  if (!dict) return BLT_OK;
  out->coded = true;
  out->ncodes = out->entries = dict->count;
  if (dict->count > 127 && dict->count > view->live_rows / 64) status = find_entries(out, err);
  bool repeats = out->entries && out->entries <= view->live_rows / 2;
  if (status != BLT_OK || !repeats) blt_arrow_form_free(out);
  out->index_width = out->entries <= INT8_MAX ? 1 : out->entries <= INT16_MAX ? 2 : 4;
  return status;
}

void blt_arrow_form_free(blt_arrow_form *f) {
  blt_free(f->ctx, f->map, f->ncodes * sizeof *f->map);
  blt_free(f->ctx, f->list, f->ncodes * sizeof *f->list);
  f->map = f->list = NULL;
  f->coded = false;
}

/* ---- one column of a group ---- */

/* A block on its way to a lot. */
typedef struct laying {
  const blt_arrow_form *f;
  const blt_block *b;
  const uint64_t *live; /* NULL: all rows */
  blt_arrow_lot *lot;
  blt_error *err;
} laying;

/* Whether buffers may be the block's: a table's tail, which has none of its own, changes with the table. */
static bool lends(const laying *k) {
  return !k->live && k->b->buffer;
}

static void *make(laying *k, uint32_t buffer, size_t bytes) {
  blt_room *r = &k->lot->rooms[buffer];
  if (blt_room_for(k->f->ctx, r, bytes, k->err) != BLT_OK) return NULL;
  k->lot->buffers[buffer] = r->p;
  k->lot->bytes[buffer] = bytes;
  return r->p;
}

static void lend(laying *k, uint32_t buffer, const void *p, size_t bytes) {
  k->lot->buffers[buffer] = p;
  k->lot->bytes[buffer] = bytes;
}

static void *widen(laying *k, size_t bytes) {
  return blt_room_for(k->f->ctx, &k->lot->wide, bytes, k->err) == BLT_OK ? k->lot->wide.p : NULL;
}

static blt_status lay_valid(laying *k) {
  const blt_block *b = k->b;
  blt_arrow_lot *lot = k->lot;
  size_t bytes = ((size_t)lot->rows + 7) / 8;
  uint32_t to = 0;
  lot->nulls = 0;
  lend(k, 0, NULL, 0);
  if (b->nulls == 0) return BLT_OK;
  if (lends(k) && b->valid) {
    lot->nulls = b->nulls;
    lend(k, 0, b->valid, bytes);
    return BLT_OK;
  }
  uint64_t *valid = make(k, 0, blt_bits_words(lot->rows) * 8 + 8);
  if (!valid) return k->err->code;
  memset(valid, 0, blt_bits_words(lot->rows) * 8 + 8);
  for (uint32_t i = 0; i < b->rows; i++)
    if (!k->live || blt_bit(k->live, i)) blt_bit_put(valid, to++, !blt_block_is_null(b, i));
  lot->nulls = lot->rows - (uint32_t)blt_bits_count(valid, lot->rows);
  lot->bytes[0] = bytes;
  return BLT_OK;
}

/* Closes up values of rows that live. */
#define DEFINE_CLOSE(T)                                                                                      \
  static void close_##T(T *v, const uint64_t *live, uint32_t n) {                                            \
    uint32_t to = 0;                                                                                         \
    for (uint32_t i = 0; live && i < n; i++)                                                                 \
      if (blt_bit(live, i)) v[to++] = v[i];                                                                  \
  }
DEFINE_CLOSE(int64_t)
DEFINE_CLOSE(double)
DEFINE_CLOSE(uint32_t)
DEFINE_CLOSE(blt_str)

static int64_t *wide_ints(laying *k, int64_t *to) {
  if (!to) to = widen(k, (size_t)k->b->rows * 8);
  if (!to) return NULL;
  blt_block_read_i64(k->b, 0, k->b->rows, to);
  close_int64_t(to, k->live, k->b->rows);
  return to;
}

static blt_status lay_ints(laying *k) {
  size_t bytes = (size_t)k->lot->rows * 8;
  if (k->b->enc == BLT_ENC_PLAIN && lends(k)) {
    lend(k, 1, k->b->data, bytes);
    return BLT_OK;
  }
  int64_t *to = make(k, 1, (size_t)k->b->rows * 8);
  if (!to || !wide_ints(k, to)) return k->err->code;
  k->lot->bytes[1] = bytes;
  return BLT_OK;
}

static blt_status lay_floats(laying *k) {
  size_t bytes = (size_t)k->lot->rows * 8;
  if (k->b->enc == BLT_ENC_PLAIN && lends(k)) {
    lend(k, 1, k->b->data, bytes);
    return BLT_OK;
  }
  double *to = make(k, 1, (size_t)k->b->rows * 8);
  if (!to) return k->err->code;
  blt_block_read_f64(k->b, 0, k->b->rows, to);
  close_double(to, k->live, k->b->rows);
  k->lot->bytes[1] = bytes;
  return BLT_OK;
}

BLT_CLONES static void to_days(const int64_t *restrict v, uint32_t n, int32_t *restrict out) {
  for (uint32_t i = 0; i < n; i++) out[i] = (int32_t)v[i];
}

static blt_status lay_days(laying *k) {
  int32_t *to = make(k, 1, (size_t)k->lot->rows * 4);
  const int64_t *v = to ? wide_ints(k, NULL) : NULL;
  if (!v) return k->err->code;
  to_days(v, k->lot->rows, to);
  return BLT_OK;
}

BLT_CLONES static void to_wide(const int64_t *restrict v, uint32_t n, int64_t *restrict out) {
  for (uint32_t i = 0; i < n; i++) {
    out[2 * i] = v[i];
    out[2 * i + 1] = v[i] < 0 ? -1 : 0;
  }
}

static blt_status lay_decimals(laying *k) {
  int64_t *to = make(k, 1, (size_t)k->lot->rows * 16);
  const int64_t *v = to ? wide_ints(k, NULL) : NULL;
  if (!v) return k->err->code;
  to_wide(v, k->lot->rows, to);
  return BLT_OK;
}

static blt_status lay_bits(laying *k) {
  size_t words = blt_bits_words(k->lot->rows) + 1;
  uint64_t *to = make(k, 1, words * 8);
  const int64_t *v = to ? wide_ints(k, NULL) : NULL;
  if (!v) return k->err->code;
  memset(to, 0, words * 8);
  for (uint32_t i = 0; i < k->lot->rows; i++) to[i / 64] |= (uint64_t)(v[i] & 1) << (i & 63);
  k->lot->bytes[1] = ((size_t)k->lot->rows + 7) / 8;
  return BLT_OK;
}

/* ---- strings ---- */

#define DEFINE_NUMBERS(T)                                                                                    \
  BLT_CLONES static void numbers_##T(const uint32_t *restrict codes, const uint32_t *restrict map,           \
                                     uint32_t n, T *restrict out) {                                          \
    if (map)                                                                                                 \
      for (uint32_t i = 0; i < n; i++) out[i] = (T)map[codes[i]];                                            \
    else                                                                                                     \
      for (uint32_t i = 0; i < n; i++) out[i] = (T)codes[i];                                                 \
  }
DEFINE_NUMBERS(int8_t)
DEFINE_NUMBERS(int16_t)
DEFINE_NUMBERS(int32_t)

static uint32_t *wide_codes(laying *k) {
  uint32_t *codes = widen(k, (size_t)k->b->rows * 4);
  if (!codes) return NULL;
  blt_block_read_codes(k->b, 0, k->b->rows, codes);
  close_uint32_t(codes, k->live, k->b->rows);
  return codes;
}

static blt_status lay_codes(laying *k) {
  const blt_arrow_form *f = k->f;
  uint32_t n = k->lot->rows;
  size_t bytes = (size_t)n * f->index_width;
  if (k->b->enc == BLT_ENC_DICT && k->b->width == f->index_width && !f->map && lends(k)) {
    lend(k, 1, k->b->data, bytes);
    return BLT_OK;
  }
  void *to = make(k, 1, bytes);
  const uint32_t *codes = to ? wide_codes(k) : NULL;
  if (!codes) return k->err->code;
  if (f->index_width == 1)
    numbers_int8_t(codes, f->map, n, to);
  else if (f->index_width == 2)
    numbers_int16_t(codes, f->map, n, to);
  else
    numbers_int32_t(codes, f->map, n, to);
  return BLT_OK;
}

static blt_str text_at(const laying *k, const blt_dict *dict, uint32_t i, uint32_t code) {
  if (blt_block_is_null(k->b, i)) return (blt_str){"", 0};
  return k->b->enc == BLT_ENC_TEXT ? blt_block_text(k->b, i) : blt_dict_at(dict, code);
}

static blt_str *wide_texts(laying *k) {
  const blt_dict *dict = k->f->view->columns[k->f->col].dict;
  bool coded = k->b->enc != BLT_ENC_TEXT;
  size_t texts = (size_t)k->b->rows * sizeof(blt_str);
  blt_str *v = widen(k, texts + (size_t)k->b->rows * 4);
  if (!v) return NULL;
  uint32_t *codes = (uint32_t *)(void *)((char *)v + texts);
  if (coded) blt_block_read_codes(k->b, 0, k->b->rows, codes);
  for (uint32_t i = 0; i < k->b->rows; i++) v[i] = text_at(k, dict, i, coded ? codes[i] : 0);
  close_blt_str(v, k->live, k->b->rows);
  return v;
}

static blt_status put_texts(laying *k, const blt_str *v, uint32_t n) {
  int32_t *offsets = make(k, 1, ((size_t)n + 1) * 4);
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < n; i++) bytes += v[i].len;
  if (bytes > INT32_MAX)
    return blt_fail(k->err, BLT_EINVAL,
                    "more than 2 GiB of text in one batch, which Arrow's strings do not hold");
  char *to = offsets ? make(k, 2, bytes) : NULL;
  if (!to) return k->err->code;
  offsets[0] = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (v[i].len) memcpy(to + offsets[i], v[i].s, v[i].len);
    offsets[i + 1] = offsets[i] + (int32_t)v[i].len;
  }
  return BLT_OK;
}

static blt_status lay_texts(laying *k) {
  const blt_block *b = k->b;
  k->lot->nbuffers = 3;
  if (b->enc == BLT_ENC_TEXT && lends(k) && b->text_bytes <= INT32_MAX) {
    lend(k, 1, b->data, ((size_t)b->rows + 1) * 4);
    lend(k, 2, b->text_bytes ? b->text : "", b->text_bytes);
    return BLT_OK;
  }
  const blt_str *v = wide_texts(k);
  return v ? put_texts(k, v, k->lot->rows) : k->err->code;
}

/* ---- the whole ---- */

static blt_status lay_values(laying *k) {
  switch (k->f->type.id) {
  case BLT_BOOL:
    return lay_bits(k);
  case BLT_FLOAT64:
    return lay_floats(k);
  case BLT_DECIMAL:
    return lay_decimals(k);
  case BLT_DATE:
    return lay_days(k);
  case BLT_STRING:
    return (k->f->coded ? lay_codes : lay_texts)(k);
  default:
    return lay_ints(k);
  }
}

blt_status blt_arrow_lay(const blt_arrow_form *f, uint32_t group, blt_arrow_lot *lot, blt_error *err) {
  laying k = {.f = f, .lot = lot, .err = err};
  blt_status status = blt_view_block(f->view, f->col, group, &k.b, err);
  if (status != BLT_OK) return status;
  blt_block_release(lot->block);
  lot->block = k.b->buffer ? blt_block_retain((blt_block *)(uintptr_t)k.b) : NULL;
  k.live = f->view->live ? f->view->live[group] : NULL;
  lot->rows = k.live ? (uint32_t)blt_bits_count(k.live, k.b->rows) : k.b->rows;
  lot->nbuffers = 2;
  status = lay_valid(&k);
  return status == BLT_OK ? lay_values(&k) : status;
}

blt_status blt_arrow_lay_entries(const blt_arrow_form *f, blt_arrow_lot *lot, blt_error *err) {
  laying k = {.f = f, .lot = lot, .err = err};
  const blt_dict *dict = f->view->columns[f->col].dict;
  blt_str *v = widen(&k, ((size_t)f->entries + 1) * sizeof *v);
  if (!v) return err->code;
  for (uint32_t i = 0; i < f->entries; i++) v[i] = blt_dict_at(dict, f->list ? f->list[i] : i);
  lot->rows = f->entries;
  lot->nulls = 0;
  lot->nbuffers = 3;
  lend(&k, 0, NULL, 0);
  return put_texts(&k, v, f->entries);
}

void blt_arrow_lot_free(blt_ctx *ctx, blt_arrow_lot *lot) {
  blt_block_release(lot->block);
  for (uint32_t i = 0; i < 3; i++) blt_room_free(ctx, &lot->rooms[i]);
  blt_room_free(ctx, &lot->wide);
  *lot = (blt_arrow_lot){0};
}
