#include "arrow_values.h"

#include "base/bits.h"
#include "base/isa.h"
#include <string.h>

void blt_arrow_count(blt_arrow_rows *r) {
  r->present = r->valid ? (uint32_t)blt_bits_count(r->valid, r->n) : r->n;
}

static blt_status damaged(const char *what, blt_error *err) {
  return blt_fail_at(err, BLT_EFORMAT, -1, "%s", what);
}

static bool is_present(const blt_arrow_rows *r, uint32_t row) {
  return !r->valid || blt_bit(r->valid, row);
}

/* ---- numbers ---- */

/* Numbers of up to 64 bits, the present ones closed up. */
#define DEFINE_WIDEN(T, TO)                                                                                  \
  BLT_CLONES static void widen_##T(const uint8_t *p, uint32_t n, TO *restrict out) {                         \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      T v;                                                                                                   \
      memcpy(&v, p + (size_t)i * sizeof v, sizeof v);                                                        \
      out[i] = (TO)v;                                                                                        \
    }                                                                                                        \
  }                                                                                                          \
  static void pick_##T(const blt_arrow_rows *r, TO *out) {                                                   \
    uint32_t to = 0;                                                                                         \
    if (!r->valid) {                                                                                         \
      widen_##T(r->first.p, r->n, out);                                                                      \
      return;                                                                                                \
    }                                                                                                        \
    for (uint32_t i = 0; i < r->n && to < r->present; i++) {                                                 \
      T v;                                                                                                   \
      memcpy(&v, r->first.p + (size_t)i * sizeof v, sizeof v);                                               \
      out[to] = (TO)v;                                                                                       \
      to += blt_bit(r->valid, i);                                                                            \
    }                                                                                                        \
  }
DEFINE_WIDEN(int8_t, int64_t)
DEFINE_WIDEN(int16_t, int64_t)
DEFINE_WIDEN(int32_t, int64_t)
DEFINE_WIDEN(int64_t, int64_t)
DEFINE_WIDEN(uint8_t, int64_t)
DEFINE_WIDEN(uint16_t, int64_t)
DEFINE_WIDEN(uint32_t, int64_t)
DEFINE_WIDEN(float, double)
DEFINE_WIDEN(double, double)

/* A number of two's complement, its lowest byte first; false: it needs more than 64 bits. */
static bool read_wide(const uint8_t *p, uint32_t width, int64_t *out) {
  uint8_t sign = p[width - 1] & 0x80 ? 0xff : 0;
  memcpy(out, p, 8);
  for (uint32_t i = 8; i < width; i++)
    if (p[i] != sign) return false;
  return (*out < 0) == (sign != 0);
}

static blt_status pick_wide(const blt_arrow_rows *r, uint32_t width, int64_t *out, blt_error *err) {
  uint32_t to = 0;
  for (uint32_t i = 0; i < r->n; i++) {
    if (!is_present(r, i)) continue;
    if (!read_wide(r->first.p + (size_t)i * width, width, &out[to++]))
      return blt_fail_at(err, BLT_EOVERFLOW, to - 1, "a decimal of more than 18 digits: write it as float64");
  }
  return BLT_OK;
}

static blt_status read_ints(const blt_arrow_rows *r, uint32_t width, bool is_signed, int64_t *out,
                            blt_error *err) {
  if (r->first.len / width < r->n) return damaged(BLT_ARROW_SHORT, err);
  if (width > 8) return pick_wide(r, width, out, err);
  if (width == 8)
    pick_int64_t(r, out);
  else if (width == 4)
    (is_signed ? pick_int32_t : pick_uint32_t)(r, out);
  else if (width == 2)
    (is_signed ? pick_int16_t : pick_uint16_t)(r, out);
  else
    (is_signed ? pick_int8_t : pick_uint8_t)(r, out);
  return BLT_OK;
}

static blt_status multiply(int64_t times, int64_t *v, uint32_t n, blt_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    if (times < 0) {
      int64_t part = v[i] % -times;
      v[i] = v[i] / -times - (part < 0);
    } else if (v[i] > INT64_MAX / times || v[i] < INT64_MIN / times) {
      return blt_fail_at(err, BLT_EOVERFLOW, i, "a time " BLT_YEARS);
    } else {
      v[i] *= times;
    }
  }
  return BLT_OK;
}

static blt_status read_floats(const blt_arrow_rows *r, uint32_t width, double *out, blt_error *err) {
  if (r->first.len / width < r->n) return damaged(BLT_ARROW_SHORT, err);
  (width == 4 ? pick_float : pick_double)(r, out);
  return BLT_OK;
}

static blt_status read_bits(const blt_arrow_rows *r, int64_t *out, blt_error *err) {
  uint32_t to = 0;
  if (r->first.len < ((uint64_t)r->bit + r->n + 7) / 8) return damaged(BLT_ARROW_SHORT, err);
  for (uint32_t i = 0; i < r->n; i++) {
    uint64_t at = (uint64_t)r->bit + i;
    if (is_present(r, i)) out[to++] = r->first.p[at >> 3] >> (at & 7) & 1;
  }
  return BLT_OK;
}

/* ---- texts ---- */

static blt_status read_texts(const blt_arrow_rows *r, uint32_t width, blt_str *out, blt_error *err) {
  uint32_t to = 0;
  if (r->n && r->first.len / width < (uint64_t)r->n + 1) return damaged(BLT_ARROW_SHORT, err);
  for (uint32_t i = 0; i < r->n; i++) {
    uint64_t from = 0, end = 0;
    if (!is_present(r, i)) continue;
    memcpy(&from, r->first.p + (size_t)i * width, width);
    memcpy(&end, r->first.p + (size_t)(i + 1) * width, width);
    if (from > end || end > r->second.len || end - from > BLT_MAX_STRING)
      return damaged("a text outside of its buffer", err);
    out[to++] = (blt_str){(const char *)r->second.p + from, (uint32_t)(end - from)};
  }
  return BLT_OK;
}

static blt_status read_fixed(const blt_arrow_rows *r, uint32_t width, blt_str *out, blt_error *err) {
  uint32_t to = 0;
  if (r->first.len / width < r->n) return damaged(BLT_ARROW_SHORT, err);
  for (uint32_t i = 0; i < r->n; i++)
    if (is_present(r, i)) out[to++] = (blt_str){(const char *)r->first.p + (size_t)i * width, width};
  return BLT_OK;
}

/* Views of 16 bytes: a length and the text, or its beginning, its buffer and where it lies there. */
static blt_status read_views(const blt_arrow_rows *r, blt_str *out, blt_error *err) {
  uint32_t to = 0;
  if (r->first.len / 16 < r->n) return damaged(BLT_ARROW_SHORT, err);
  for (uint32_t i = 0; i < r->n; i++) {
    int32_t view[4];
    if (!is_present(r, i)) continue;
    memcpy(view, r->first.p + (size_t)i * 16, 16);
    if (view[0] < 0 || (uint32_t)view[0] > BLT_MAX_STRING) return damaged("a text of a negative length", err);
    uint32_t len = (uint32_t)view[0];
    const char *s = (const char *)r->first.p + (size_t)i * 16 + 4;
    if (len > 12) {
      if (view[2] < 0 || (size_t)view[2] >= r->nviews || view[3] < 0 ||
          (uint64_t)(uint32_t)view[3] + len > r->views[view[2]].len)
        return damaged("a text outside of its buffer", err);
      s = (const char *)r->views[view[2]].p + view[3];
    }
    out[to++] = (blt_str){s, len};
  }
  return BLT_OK;
}

/* ---- all layouts ---- */

static blt_status read_layout(const blt_arrow_kind *k, const blt_arrow_rows *r, blt_values *v,
                              blt_error *err) {
  blt_status status;
  switch (k->layout) {
  case BLT_ARROW_BITS:
    return read_bits(r, v->ints.p, err);
  case BLT_ARROW_INT:
  case BLT_ARROW_UINT:
    status = read_ints(r, k->width, k->layout == BLT_ARROW_INT, v->ints.p, err);
    return status == BLT_OK && k->times != 1 ? multiply(k->times, v->ints.p, r->present, err) : status;
  case BLT_ARROW_FLOAT:
    return read_floats(r, k->width, v->doubles.p, err);
  case BLT_ARROW_BYTES:
    return read_texts(r, k->width, v->texts.p, err);
  case BLT_ARROW_FIXED:
    return read_fixed(r, k->width, v->texts.p, err);
  case BLT_ARROW_VIEW:
    return read_views(r, v->texts.p, err);
  default:
    return BLT_OK;
  }
}

/* Numbers that mean what they are and lie one behind the other need not be copied. */
static bool stay(const blt_arrow_kind *k, const blt_arrow_rows *r) {
  bool number = k->layout == BLT_ARROW_INT || k->layout == BLT_ARROW_FLOAT;
  bool wide = k->width == 8 || (k->width == 4 && k->layout == BLT_ARROW_INT);
  return number && wide && k->means.step == BLT_STEP_NONE && k->times == 1 && !r->valid &&
         (uintptr_t)r->first.p % k->width == 0;
}

blt_status blt_arrow_values(blt_ctx *ctx, const blt_arrow_kind *k, const blt_arrow_rows *r, blt_values *out,
                            blt_error *err) {
  blt_arrow_layout l = k->layout;
  bool ints = l == BLT_ARROW_INT || l == BLT_ARROW_UINT || l == BLT_ARROW_BITS;
  bool texts = l == BLT_ARROW_BYTES || l == BLT_ARROW_FIXED || l == BLT_ARROW_VIEW;
  err->position = -1;
  out->raw = NULL;
  if (out->lean && stay(k, r)) {
    out->n = r->n;
    out->raw = r->first.p;
    out->raw_width = (uint8_t)k->width;
    return r->first.len / k->width < r->n ? damaged(BLT_ARROW_SHORT, err) : BLT_OK;
  }
  blt_status status = blt_values_room(ctx, &k->means, r->present, ints, texts, out, err);
  if (status == BLT_OK) status = read_layout(k, r, out, err);
  return status == BLT_OK ? blt_mean(ctx, &k->means, out, err) : status;
}

/* ---- numbers of entries ---- */

#define DEFINE_CODES(T)                                                                                      \
  BLT_CLONES static uint64_t all_codes_##T(const uint8_t *p, uint32_t n, uint32_t *restrict out) {           \
    uint64_t most = 0;                                                                                       \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      T v;                                                                                                   \
      memcpy(&v, p + (size_t)i * sizeof v, sizeof v);                                                        \
      uint64_t wide = (uint64_t)v;                                                                           \
      most = wide > most ? wide : most;                                                                      \
      out[i] = (uint32_t)v;                                                                                  \
    }                                                                                                        \
    return most;                                                                                             \
  }                                                                                                          \
  static uint64_t codes_##T(const blt_arrow_rows *r, uint32_t *out) {                                        \
    uint64_t most = 0;                                                                                       \
    uint32_t to = 0;                                                                                         \
    if (!r->valid) return all_codes_##T(r->first.p, r->n, out);                                              \
    for (uint32_t i = 0; i < r->n && to < r->present; i++) {                                                 \
      T v;                                                                                                   \
      if (!blt_bit(r->valid, i)) continue;                                                                   \
      memcpy(&v, r->first.p + (size_t)i * sizeof v, sizeof v);                                               \
      most = (uint64_t)v > most ? (uint64_t)v : most;                                                        \
      out[to++] = (uint32_t)v;                                                                               \
    }                                                                                                        \
    return most;                                                                                             \
  }
DEFINE_CODES(int8_t)
DEFINE_CODES(int16_t)
DEFINE_CODES(int32_t)
DEFINE_CODES(int64_t)
DEFINE_CODES(uint8_t)
DEFINE_CODES(uint16_t)
DEFINE_CODES(uint32_t)
DEFINE_CODES(uint64_t)

/* The largest: a negative number is a very large one. */
static uint64_t read_codes(const blt_arrow_kind *k, const blt_arrow_rows *r, uint32_t *out) {
  switch (k->index_width) {
  case 1:
    return (k->index_signed ? codes_int8_t : codes_uint8_t)(r, out);
  case 2:
    return (k->index_signed ? codes_int16_t : codes_uint16_t)(r, out);
  case 4:
    return (k->index_signed ? codes_int32_t : codes_uint32_t)(r, out);
  default:
    return (k->index_signed ? codes_int64_t : codes_uint64_t)(r, out);
  }
}

blt_status blt_arrow_codes(const blt_arrow_kind *k, const blt_arrow_rows *r, uint32_t entries, uint32_t *out,
                           blt_error *err) {
  if (r->first.len / k->index_width < r->n) return damaged(BLT_ARROW_SHORT, err);
  if (r->present == 0) return BLT_OK;
  return read_codes(k, r, out) < entries ? BLT_OK
                                         : damaged("an entry that the dictionary does not have", err);
}
