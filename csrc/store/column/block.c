#include "block.h"
#include "base/bits.h"
#include "base/text/civil.h"
#include "base/isa.h"
#include "base/mem.h"
#include "base/text/text_order.h"
#include "base/words.h"

#include <math.h>
#include <string.h>

/* ---- buffers and references ---- */

#define BUFFER_HEAD ((sizeof(blt_buffer) + 63) / 64 * 64) /* keeps the data on a cache line of its own */

static void buffer_free(blt_buffer *b) {
  blt_free(b->ctx, b, BUFFER_HEAD + b->bytes);
}

blt_buffer *blt_buffer_new(blt_ctx *ctx, size_t bytes) {
  if (bytes > SIZE_MAX - BUFFER_HEAD) return NULL;
  blt_buffer *b = blt_alloc_whole(ctx, BUFFER_HEAD + bytes);
  if (!b) return NULL;
  *b = (blt_buffer){.ctx = ctx, .data = (char *)b + BUFFER_HEAD, .bytes = bytes, .release = buffer_free};
  atomic_init(&b->refs, 1);
  return b;
}

blt_buffer *blt_buffer_retain(blt_buffer *b) {
  atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
  return b;
}

void blt_buffer_release(blt_buffer *b) {
  if (b && atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1) b->release(b);
}

blt_block *blt_block_alloc(blt_ctx *ctx) {
  blt_block *b = blt_calloc(ctx, 1, sizeof *b);
  if (!b) return NULL;
  b->ctx = ctx;
  atomic_init(&b->refs, 1);
  return b;
}

blt_block *blt_block_retain(blt_block *b) {
  atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
  return b;
}

void blt_block_release(blt_block *b) {
  if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1) return;
  blt_buffer_release(b->buffer);
  blt_buffer_release(b->pin);
  blt_free(b->ctx, b, sizeof *b);
}

/* ---- making blocks ---- */

blt_block_shape blt_block_shape_of(size_t data_bytes, size_t words, size_t text_bytes) {
  size_t valid_at = (data_bytes + 63) / 64 * 64, text_at = valid_at + words * 8;
  return (blt_block_shape){valid_at, text_at, text_at + (text_bytes + 7) / 8 * 8};
}

blt_status blt_block_make(blt_ctx *ctx, uint32_t rows, const uint64_t *valid, size_t data_bytes,
                          size_t text_bytes, blt_block **out, blt_error *err) {
  uint32_t nulls = valid ? rows - (uint32_t)blt_bits_count(valid, rows) : 0;
  size_t words = nulls && nulls < rows ? blt_bits_words(rows) : 0;
  blt_block_shape at = blt_block_shape_of(data_bytes, words, text_bytes);
  blt_block *b = blt_block_alloc(ctx);
  if (!b) return blt_fail_memory(err, sizeof *b);
  b->rows = rows;
  b->nulls = nulls;
  if (at.bytes && !(b->buffer = blt_buffer_new(ctx, at.bytes))) {
    blt_block_release(b);
    return blt_fail_memory(err, at.bytes);
  }
  char *p = at.bytes ? b->buffer->data : NULL;
  if (data_bytes) {
    b->data = p;
    memset(p + data_bytes, 0, at.valid_at - data_bytes);
  }
  if (words) {
    uint64_t *v = (uint64_t *)(void *)(p + at.valid_at);
    memcpy(v, valid, words * 8);
    if (rows & 63) v[words - 1] &= (UINT64_C(1) << (rows & 63)) - 1;
    b->valid = v;
  }
  if (text_bytes) b->text = p + at.text_at;
  *out = b;
  return BLT_OK;
}

uint8_t blt_block_width(uint64_t range) {
  if (range <= UINT8_MAX) return 1;
  if (range <= UINT16_MAX) return 2;
  return range <= UINT32_MAX ? 4 : 8;
}

BLT_CLONES static void range_all_i64(const int64_t *v, uint32_t n, int64_t *lo, int64_t *hi) {
  int64_t a = INT64_MAX, z = INT64_MIN;
  for (uint32_t i = 0; i < n; i++) {
    a = v[i] < a ? v[i] : a;
    z = v[i] > z ? v[i] : z;
  }
  *lo = a;
  *hi = z;
}

static void range_i64(const int64_t *v, const uint64_t *valid, uint32_t n, int64_t *lo, int64_t *hi) {
  int64_t a = INT64_MAX, z = INT64_MIN;
  if (!valid) {
    range_all_i64(v, n, lo, hi);
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    if (!blt_bit(valid, i)) continue;
    a = v[i] < a ? v[i] : a;
    z = v[i] > z ? v[i] : z;
  }
  *lo = a;
  *hi = z;
}

/* Writes v - base in `width` bytes, 0 at nulls. */
#define DEFINE_PACK(T)                                                                                       \
  BLT_CLONES static void pack_##T(T *restrict out, const int64_t *restrict v, const uint64_t *valid,         \
                                  uint32_t n, int64_t base) {                                                \
    if (!valid)                                                                                              \
      for (uint32_t i = 0; i < n; i++) out[i] = (T)((uint64_t)v[i] - (uint64_t)base);                        \
    else                                                                                                     \
      for (uint32_t i = 0; i < n; i++)                                                                       \
        out[i] = blt_bit(valid, i) ? (T)((uint64_t)v[i] - (uint64_t)base) : 0;                               \
  }
DEFINE_PACK(uint8_t)
DEFINE_PACK(uint16_t)
DEFINE_PACK(uint32_t)
DEFINE_PACK(int64_t)

blt_status blt_block_from_i64(blt_ctx *ctx, const int64_t *v, const uint64_t *valid, uint32_t rows,
                              blt_block **out, blt_error *err) {
  blt_block *b;
  int64_t lo, hi;
  range_i64(v, valid, rows, &lo, &hi);
  uint64_t range = lo > hi ? 0 : (uint64_t)hi - (uint64_t)lo;
  uint8_t width = range ? blt_block_width(range) : 0;
  blt_status status = blt_block_make(ctx, rows, valid, (size_t)rows * width, 0, &b, err);
  if (status != BLT_OK) return status;
  b->enc = width == 0 ? BLT_ENC_CONST : width == 8 ? BLT_ENC_PLAIN : BLT_ENC_FOR;
  b->width = width;
  b->base = lo > hi || width == 8 ? 0 : lo;
  b->min.i = lo;
  b->max.i = hi;
  void *data = (void *)b->data;
  if (width == 1) pack_uint8_t(data, v, b->valid, rows, lo);
  if (width == 2) pack_uint16_t(data, v, b->valid, rows, lo);
  if (width == 4) pack_uint32_t(data, v, b->valid, rows, lo);
  if (width == 8) pack_int64_t(data, v, b->valid, rows, 0);
  *out = b;
  return BLT_OK;
}

#define SIDES 8 /* bounds found side by side, so that vectors can be used */

/* Bounds of values that are not null, and whether all have the same bits. False: there is a NaN, and nothing
 * is known. */
BLT_CLONES static bool range_all_f64(const double *v, uint32_t n, double *lo, double *hi, bool *same) {
  double a[SIDES], z[SIDES];
  uint64_t differ = 0, nans = 0, first = blt_bits_of_double(v[0]);
  for (int j = 0; j < SIDES; j++) a[j] = z[j] = v[0];
  for (uint32_t i = 0; i < n / SIDES * SIDES; i += SIDES)
    for (int j = 0; j < SIDES; j++) {
      a[j] = v[i + j] < a[j] ? v[i + j] : a[j];
      z[j] = v[i + j] > z[j] ? v[i + j] : z[j];
    }
  for (uint32_t i = 0; i < n; i++) {
    uint64_t bits = blt_bits_of_double(v[i]);
    differ |= bits ^ first;
    nans += (bits & INT64_MAX) > UINT64_C(0x7ff0) << 48;
  }
  for (uint32_t i = n / SIDES * SIDES; i < n; i++) {
    a[0] = v[i] < a[0] ? v[i] : a[0];
    z[0] = v[i] > z[0] ? v[i] : z[0];
  }
  for (int j = 1; j < SIDES; j++) {
    a[0] = a[j] < a[0] ? a[j] : a[0];
    z[0] = z[j] > z[0] ? z[j] : z[0];
  }
  *lo = a[0];
  *hi = z[0];
  *same = differ == 0;
  return nans == 0;
}

/* Bounds of what is neither null nor NaN, and whether all values that are not null have the same bits. */
static bool range_f64(blt_block *b, const double *v, const uint64_t *valid, uint32_t n) {
  bool same = true, any = false;
  double lo = INFINITY, hi = -INFINITY;
  int64_t first = 0;
  bool ordered = false;
  if (!valid && range_all_f64(v, n, &b->min.f, &b->max.f, &same)) {
    b->base = same ? (int64_t)blt_bits_of_double(v[0]) : 0;
    return same;
  }
  same = true;
  for (uint32_t i = 0; i < n; i++) {
    if (valid && !blt_bit(valid, i)) continue;
    int64_t bits = (int64_t)blt_bits_of_double(v[i]);
    if (!any) first = bits;
    any = true;
    same &= bits == first;
    if (isnan(v[i])) {
      b->has_nan = true;
      continue;
    }
    ordered = true;
    lo = v[i] < lo ? v[i] : lo;
    hi = v[i] > hi ? v[i] : hi;
  }
  b->min.f = ordered ? lo : INFINITY;
  b->max.f = ordered ? hi : -INFINITY;
  b->base = same ? first : 0;
  return same;
}

static void fill_plain(blt_block *b, const double *v) {
  double *data = (double *)(void *)b->data;
  if (!b->valid) memcpy(data, v, (size_t)b->rows * 8);
  for (uint32_t i = 0; b->valid && i < b->rows; i++) data[i] = blt_bit(b->valid, i) ? v[i] : 0.0;
}

/* `s` NULL: plain, unless all are the same. */
static blt_status make_f64(blt_ctx *ctx, const double *v, const uint64_t *valid, uint32_t rows,
                           const blt_block *probe, const blt_scaled *s, blt_block **out, blt_error *err) {
  blt_block *b;
  uint8_t width = probe->enc == BLT_ENC_CONST ? 0 : s ? s->width : 8;
  blt_status status = blt_block_make(ctx, rows, valid, (size_t)rows * width, 0, &b, err);
  if (status != BLT_OK) return status;
  b->enc = width == 0 ? BLT_ENC_CONST : s ? BLT_ENC_SCALED : BLT_ENC_PLAIN;
  b->width = width;
  b->base = width == 0 ? probe->base : s ? s->base : 0;
  b->scale = width && s ? s->scale : 0;
  b->min = probe->min;
  b->max = probe->max;
  b->has_nan = probe->has_nan;
  if (width == 8)
    fill_plain(b, v);
  else if (width)
    blt_scaled_put(v, b->valid, rows, s, (void *)(uintptr_t)b->data);
  *out = b;
  return BLT_OK;
}

static void probe_f64(blt_block *probe, const double *v, const uint64_t *valid, uint32_t rows) {
  *probe = (blt_block){0};
  if (range_f64(probe, v, valid, rows)) probe->enc = BLT_ENC_CONST;
}

blt_status blt_block_plain_f64(blt_ctx *ctx, const double *v, const uint64_t *valid, uint32_t rows,
                               blt_block **out, blt_error *err) {
  blt_block probe;
  probe_f64(&probe, v, valid, rows);
  return make_f64(ctx, v, valid, rows, &probe, NULL, out, err);
}

blt_status blt_block_from_f64(blt_ctx *ctx, const double *v, const uint64_t *valid, uint32_t rows,
                              blt_block **out, blt_error *err) {
  blt_block probe;
  blt_scaled s;
  probe_f64(&probe, v, valid, rows);
  bool decimal = probe.enc != BLT_ENC_CONST && !probe.has_nan && blt_scaled_find(v, valid, rows, &s);
  return make_f64(ctx, v, valid, rows, &probe, decimal ? &s : NULL, out, err);
}

#define DEFINE_PACK_CODES(T)                                                                                 \
  BLT_CLONES static void codes_##T(T *restrict out, const uint32_t *restrict v, const uint64_t *valid,       \
                                   uint32_t n) {                                                             \
    if (!valid)                                                                                              \
      for (uint32_t i = 0; i < n; i++) out[i] = (T)v[i];                                                     \
    else                                                                                                     \
      for (uint32_t i = 0; i < n; i++) out[i] = blt_bit(valid, i) ? (T)v[i] : 0;                             \
  }
DEFINE_PACK_CODES(uint8_t)
DEFINE_PACK_CODES(uint16_t)
DEFINE_PACK_CODES(uint32_t)

BLT_CLONES static void range_all_codes(const uint32_t *v, uint32_t n, uint32_t *lo, uint32_t *hi) {
  uint32_t a = UINT32_MAX, z = 0;
  for (uint32_t i = 0; i < n; i++) {
    a = v[i] < a ? v[i] : a;
    z = v[i] > z ? v[i] : z;
  }
  *lo = a;
  *hi = z;
}

blt_status blt_block_from_codes(blt_ctx *ctx, const uint32_t *codes, const uint64_t *valid, uint32_t rows,
                                blt_block **out, blt_error *err) {
  blt_block *b;
  uint32_t lo = UINT32_MAX, hi = 0;
  bool any = !valid;
  if (!valid) range_all_codes(codes, rows, &lo, &hi);
  for (uint32_t i = 0; valid && i < rows; i++) {
    if (!blt_bit(valid, i)) continue;
    any = true;
    lo = codes[i] < lo ? codes[i] : lo;
    hi = codes[i] > hi ? codes[i] : hi;
  }
  uint8_t width = !any || lo == hi ? 0 : blt_block_width(hi);
  blt_status status = blt_block_make(ctx, rows, valid, (size_t)rows * width, 0, &b, err);
  if (status != BLT_OK) return status;
  b->enc = width ? BLT_ENC_DICT : BLT_ENC_CONST;
  b->width = width;
  b->base = any && !width ? lo : 0;
  b->min.i = any ? lo : INT64_MAX;
  b->max.i = any ? hi : INT64_MIN;
  void *data = (void *)b->data;
  if (width == 1) codes_uint8_t(data, codes, b->valid, rows);
  if (width == 2) codes_uint16_t(data, codes, b->valid, rows);
  if (width == 4) codes_uint32_t(data, codes, b->valid, rows);
  *out = b;
  return BLT_OK;
}

blt_status blt_block_make_text(blt_ctx *ctx, uint32_t rows, const uint64_t *valid, uint64_t bytes,
                               blt_block **out, blt_error *err) {
  if (bytes > UINT32_MAX)
    return blt_fail(err, BLT_EINVAL, "%u rows hold %llu bytes of text: a block holds at most 4 GiB", rows,
                    (unsigned long long)bytes);
  blt_status status = blt_block_make(ctx, rows, valid, ((size_t)rows + 1) * 4, bytes, out, err);
  if (status != BLT_OK) return status;
  blt_block *b = *out;
  b->enc = BLT_ENC_TEXT;
  b->width = 4;
  b->min.i = INT64_MAX;
  b->max.i = INT64_MIN;
  b->text_bytes = (uint32_t)bytes;
  if (!b->text) b->text = "";
  return BLT_OK;
}

blt_status blt_block_from_text(blt_ctx *ctx, const blt_str *v, const uint64_t *valid, uint32_t rows,
                               blt_block **out, blt_error *err) {
  blt_block *b = NULL;
  uint64_t total = 0;
  for (uint32_t i = 0; i < rows; i++)
    if (!valid || blt_bit(valid, i)) total += v[i].len;
  blt_status status = blt_block_make_text(ctx, rows, valid, total, &b, err);
  if (status != BLT_OK) return status;
  uint32_t *offsets = (uint32_t *)(void *)b->data, at = 0;
  for (uint32_t i = 0; i < rows; i++) {
    offsets[i] = at;
    if (rows - i > BLT_TEXTS_AHEAD) blt_text_ahead(v[i + BLT_TEXTS_AHEAD]);
    if (v[i].len == 0 || (valid && !blt_bit(valid, i))) continue;
    memcpy((char *)b->text + at, v[i].s, v[i].len);
    at += v[i].len;
  }
  offsets[rows] = at;
  *out = b;
  return BLT_OK;
}

/* ---- reading ---- */

#define DEFINE_WIDEN(T)                                                                                      \
  static void widen_##T(const T *restrict v, uint32_t n, int64_t base, int64_t *restrict out) {              \
    for (uint32_t i = 0; i < n; i++) out[i] = (int64_t)((uint64_t)v[i] + (uint64_t)base);                    \
  }
DEFINE_WIDEN(uint8_t)
DEFINE_WIDEN(uint16_t)
DEFINE_WIDEN(uint32_t)

void blt_block_read_i64(const blt_block *b, uint32_t start, uint32_t n, int64_t *out) {
  switch (b->width) {
  case 0:
    for (uint32_t i = 0; i < n; i++) out[i] = b->base;
    break;
  case 1:
    widen_uint8_t((const uint8_t *)b->data + start, n, b->base, out);
    break;
  case 2:
    widen_uint16_t((const uint16_t *)b->data + start, n, b->base, out);
    break;
  case 4:
    widen_uint32_t((const uint32_t *)b->data + start, n, b->base, out);
    break;
  default:
    memcpy(out, (const int64_t *)b->data + start, (size_t)n * 8);
  }
}

void blt_block_read_f64(const blt_block *b, uint32_t start, uint32_t n, double *out) {
  if (b->enc == BLT_ENC_PLAIN) {
    memcpy(out, (const double *)b->data + start, (size_t)n * 8);
    return;
  }
  if (b->enc == BLT_ENC_SCALED) {
    blt_scaled s = blt_block_scaled(b);
    blt_scaled_read((const char *)b->data + (size_t)start * b->width, &s, n, out);
    return;
  }
  double f;
  memcpy(&f, &b->base, sizeof f);
  for (uint32_t i = 0; i < n; i++) out[i] = f;
}

void blt_block_read_codes(const blt_block *b, uint32_t start, uint32_t n, uint32_t *out) {
  if (b->width == 0)
    for (uint32_t i = 0; i < n; i++) out[i] = (uint32_t)b->base;
  if (b->width == 1)
    for (uint32_t i = 0; i < n; i++) out[i] = ((const uint8_t *)b->data + start)[i];
  if (b->width == 2)
    for (uint32_t i = 0; i < n; i++) out[i] = ((const uint16_t *)b->data + start)[i];
  if (b->width == 4) memcpy(out, (const uint32_t *)b->data + start, (size_t)n * 4);
}

void blt_block_read_text(const blt_block *b, uint32_t start, uint32_t n, blt_str *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = blt_block_text(b, start + i);
}

int64_t blt_block_i64(const blt_block *b, uint32_t row) {
  switch (b->width) {
  case 0:
    return b->base;
  case 1:
    return (int64_t)(((const uint8_t *)b->data)[row] + (uint64_t)b->base);
  case 2:
    return (int64_t)(((const uint16_t *)b->data)[row] + (uint64_t)b->base);
  case 4:
    return (int64_t)(((const uint32_t *)b->data)[row] + (uint64_t)b->base);
  default:
    return ((const int64_t *)b->data)[row];
  }
}

double blt_block_f64(const blt_block *b, uint32_t row) {
  if (b->enc == BLT_ENC_PLAIN) return ((const double *)b->data)[row];
  if (b->enc == BLT_ENC_SCALED) return (double)blt_block_i64(b, row) / blt_scaled_power(b->scale);
  double f;
  memcpy(&f, &b->base, sizeof f);
  return f;
}

blt_value blt_block_value(const blt_block *b, blt_type type, const blt_dict *dict, uint32_t row) {
  blt_value out = {.null = blt_block_is_null(b, row), .type = type};
  if (out.null) return out;
  if (type.id == BLT_FLOAT64)
    out.u.f = blt_block_f64(b, row);
  else if (type.id != BLT_STRING)
    out.u.i = blt_block_i64(b, row);
  else if (b->enc == BLT_ENC_TEXT)
    out.u.s = blt_block_text(b, row);
  else
    out.u.s = blt_dict_at(dict, (uint32_t)blt_block_i64(b, row));
  return out;
}

size_t blt_block_bytes(const blt_block *b) {
  return blt_block_data_bytes(b->enc, b->width, b->rows) + b->text_bytes +
         (blt_block_marked(b) ? blt_bits_words(b->rows) * 8 : 0);
}

/* ---- checking ---- */

static blt_status bad(blt_error *err, const char *what) {
  return blt_fail(err, BLT_EFORMAT, "broken block: %s", what);
}

static blt_status check_shape(const blt_block *b, blt_type t, blt_error *err) {
  bool string = t.id == BLT_STRING, is_float = t.id == BLT_FLOAT64, ok = false;
  switch (b->enc) {
  case BLT_ENC_CONST:
    ok = b->width == 0;
    break;
  case BLT_ENC_FOR:
    ok = !string && !is_float && (b->width == 1 || b->width == 2 || b->width == 4);
    break;
  case BLT_ENC_PLAIN:
    ok = !string && b->width == 8;
    break;
  case BLT_ENC_DICT:
    ok = string && (b->width == 1 || b->width == 2 || b->width == 4);
    break;
  case BLT_ENC_TEXT:
    ok = string && b->width == 4;
    break;
  case BLT_ENC_SCALED:
    ok = is_float && (b->width == 1 || b->width == 2 || b->width == 4) && b->scale <= BLT_SCALE_MOST &&
         b->base >= -BLT_SCALED_MOST && b->base <= BLT_SCALED_MOST;
    break;
  }
  if (!ok) return bad(err, "the encoding does not fit the column's type");
  if (b->rows < 1 || b->rows > BLT_BLOCK_ROWS) return bad(err, "the row count is out of range");
  if (b->width && !b->data) return bad(err, "the data are missing");
  return BLT_OK;
}

static blt_status check_validity(const blt_block *b, blt_error *err) {
  if (!b->valid)
    return b->nulls == 0 || b->nulls == b->rows ? BLT_OK : bad(err, "nulls are counted but not marked");
  if (b->rows - blt_bits_count(b->valid, b->rows) != b->nulls) return bad(err, "the null count is wrong");
  if (b->rows & 63 && b->valid[b->rows / 64] >> (b->rows & 63))
    return bad(err, "spare validity bits are set");
  return BLT_OK;
}

static blt_status check_text(const blt_block *b, blt_error *err) {
  const uint32_t *offsets = b->data;
  if (offsets[0] != 0) return bad(err, "the text does not start at 0");
  for (uint32_t i = 0; i < b->rows; i++)
    if (offsets[i] > offsets[i + 1]) return bad(err, "text offsets fall");
  if (offsets[b->rows] != b->text_bytes) return bad(err, "the text ends elsewhere");
  if (b->text_bytes && !b->text) return bad(err, "the text is missing");
  return BLT_OK;
}

/* Values a type cannot hold: a date that does not exist would be printed as nonsense later. */
static bool in_type(int64_t v, blt_type t) {
  if (t.id == BLT_BOOL) return v == 0 || v == 1;
  if (t.id == BLT_DATE) return v >= BLT_DATE_MIN && v <= BLT_DATE_MAX;
  if (t.id == BLT_TIMESTAMP) return v >= BLT_TIMESTAMP_MIN && v <= BLT_TIMESTAMP_MAX;
  if (t.id != BLT_DECIMAL) return true;
  int64_t limit = 1;
  for (uint8_t i = 0; i < t.precision; i++) limit *= 10;
  return v > -limit && v < limit;
}

/* Smallest and largest value of rows that are not null, and largest of any row's code, a vector at a time. */
static void measure_ints(const blt_block *b, int64_t *lo, int64_t *hi, uint64_t *top) {
  int64_t v[BLT_VECTOR_ROWS], a, z;
  *lo = INT64_MAX;
  *hi = INT64_MIN;
  *top = 0;
  for (uint32_t at = 0; at < b->rows; at += BLT_VECTOR_ROWS) {
    uint32_t n = b->rows - at < BLT_VECTOR_ROWS ? b->rows - at : BLT_VECTOR_ROWS;
    blt_block_read_i64(b, at, n, v);
    range_i64(v, NULL, n, &a, &z);
    if ((uint64_t)z > *top || a < 0) *top = a < 0 ? UINT64_MAX : (uint64_t)z;
    if (b->valid) range_i64(v, b->valid + at / 64, n, &a, &z);
    *lo = a < *lo ? a : *lo;
    *hi = z > *hi ? z : *hi;
  }
  if (!b->valid && b->nulls) *lo = INT64_MAX, *hi = INT64_MIN;
}

static blt_status check_ints(const blt_block *b, blt_type t, uint32_t ncodes, blt_error *err) {
  int64_t lo, hi;
  uint64_t top;
  measure_ints(b, &lo, &hi, &top);
  if (b->min.i != lo || b->max.i != hi) return bad(err, "minimum or maximum is wrong");
  if (b->enc == BLT_ENC_FOR && lo < b->base) return bad(err, "offsets wrap");
  if (t.id == BLT_STRING)
    return top < ncodes || (b->nulls && top == 0) ? BLT_OK : bad(err, "a code is out of range");
  if (lo <= hi && !(in_type(lo, t) && in_type(hi, t)))
    return bad(err, "a value does not fit the column's type");
  return BLT_OK;
}

static blt_status check_floats(const blt_block *b, blt_error *err) {
  double v[BLT_VECTOR_ROWS], lo = INFINITY, hi = -INFINITY;
  bool nan = false;
  for (uint32_t at = 0; at < b->rows; at += BLT_VECTOR_ROWS) {
    uint32_t n = b->rows - at < BLT_VECTOR_ROWS ? b->rows - at : BLT_VECTOR_ROWS;
    blt_block_read_f64(b, at, n, v);
    for (uint32_t i = 0; i < n; i++) {
      if (b->nulls && blt_block_is_null(b, at + i)) continue;
      nan |= isnan(v[i]) != 0;
      lo = v[i] < lo ? v[i] : lo;
      hi = v[i] > hi ? v[i] : hi;
    }
  }
  if (b->min.f != lo || b->max.f != hi || b->has_nan != nan) return bad(err, "minimum or maximum is wrong");
  return BLT_OK;
}

blt_status blt_block_validate(const blt_block *b, blt_type t, uint32_t ncodes, blt_error *err) {
  blt_status status = check_shape(b, t, err);
  if (status == BLT_OK) status = check_validity(b, err);
  if (status == BLT_OK && t.required && b->nulls) status = bad(err, "nulls in a required column");
  if (status != BLT_OK) return status;
  if (b->enc == BLT_ENC_TEXT) return check_text(b, err);
  return t.id == BLT_FLOAT64 ? check_floats(b, err) : check_ints(b, t, ncodes, err);
}
