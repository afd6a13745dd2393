#include "vec.h"

#include "base/isa.h"
#include "base/text/num.h"

#include <string.h>

#define WIDEN(name, from, to, value)                                                                         \
  BLT_CLONES static void name(const from *restrict in, int64_t base, uint32_t n, to *restrict out) {         \
    (void)base;                                                                                              \
    for (uint32_t i = 0; i < n; i++) out[i] = (to)(value);                                                   \
  }

/* Sums are modulo 2^64: what a valid block holds never overflows. */
WIDEN(offsets8, uint8_t, uint64_t, (uint64_t)base + in[i])
WIDEN(offsets16, uint16_t, uint64_t, (uint64_t)base + in[i])
WIDEN(offsets32, uint32_t, uint64_t, (uint64_t)base + in[i])
WIDEN(offsets64, uint64_t, uint64_t, (uint64_t)base + in[i])
WIDEN(codes8, uint8_t, uint32_t, in[i])
WIDEN(codes16, uint16_t, uint32_t, in[i])
WIDEN(doubles8, uint8_t, double, (double)(base + in[i]))
WIDEN(doubles16, uint16_t, double, (double)(base + in[i]))
WIDEN(doubles32, uint32_t, double, (double)(base + in[i]))
WIDEN(doubles64, int64_t, double, (double)in[i])
WIDEN(bools64, int64_t, uint8_t, in[i] != 0)
WIDEN(bools32, uint32_t, uint8_t, base + in[i] != 0)
WIDEN(bools16, uint16_t, uint8_t, base + in[i] != 0)
WIDEN(bools8, uint8_t, uint8_t, base + in[i] != 0)

void blt_vec_offsets(const blt_vec *v, int64_t low, uint64_t *out) {
  int64_t base = (int64_t)((v->form == BLT_VEC_CODES || v->form == BLT_VEC_VALUES ? 0 : (uint64_t)v->base) -
                           (uint64_t)low);
  if (v->form == BLT_VEC_CONST)
    for (uint32_t i = 0; i < v->n; i++) out[i] = v->all_null ? 0 : (uint64_t)base;
  else if (v->form == BLT_VEC_VALUES)
    offsets64(v->data, base, v->n, out);
  else if (v->width == 1)
    offsets8(v->data, base, v->n, out);
  else if (v->width == 2)
    offsets16(v->data, base, v->n, out);
  else
    offsets32(v->data, base, v->n, out);
}

const int64_t *blt_vec_i64(const blt_vec *v, int64_t *out) {
  if (v->form == BLT_VEC_VALUES) return v->data;
  blt_vec_offsets(v, 0, (uint64_t *)out);
  return out;
}

#define EXACT_INTEGER (INT64_C(1) << 53) /* up to here every integer is a double */

/* The exact quotient of a decimal, rounded once. */
static double decimal_value(int64_t v, uint32_t scale) {
  char text[BLT_DECIMAL_TEXT];
  double f = 0;
  if (v >= -EXACT_INTEGER && v <= EXACT_INTEGER) return (double)v / (double)blt_pow10(scale);
  blt_parse_f64(text, blt_format_decimal(v, scale, text), &f);
  return f;
}

WIDEN(quotients, int64_t, double, (double)in[i] / (double)base)

static void decimals(const blt_vec *v, double *out) {
  int64_t low, high, ints[256];
  blt_vec some = *v;
  blt_vec_range(v, &low, &high);
  bool exact = low >= -EXACT_INTEGER && high <= EXACT_INTEGER;
  for (uint32_t start = 0; start < v->n; start += some.n) {
    some.n = v->n - start < 256 ? v->n - start : 256;
    some.data = (const char *)v->data + (size_t)start * v->width;
    const int64_t *from = blt_vec_i64(&some, ints);
    if (exact)
      quotients(from, blt_pow10(v->type.scale), some.n, out + start);
    else
      for (uint32_t i = 0; i < some.n; i++) out[start + i] = decimal_value(from[i], v->type.scale);
  }
}

/* Fetches what the next vector of the column will read: what is done with this one takes longer than that,
 * and hardware does not see that a column is read in order that comes in such pieces. */
static void decimals_of_block(const blt_vec *v, double *out) {
  size_t bytes = (size_t)v->n * v->width;
  for (size_t at = 0; at < bytes; at += 64)
    __builtin_prefetch((const void *)((uintptr_t)v->data + bytes + at)); /* may lie behind the column */
  blt_scaled_read(v->data, &(blt_scaled){v->base, v->scale, v->width}, v->n, out);
}

const double *blt_vec_f64(const blt_vec *v, double *out) {
  if (v->type.id == BLT_FLOAT64 && v->form == BLT_VEC_VALUES) return v->data;
  if (v->form == BLT_VEC_SCALED) {
    decimals_of_block(v, out);
    return out;
  }
  if (v->type.id == BLT_FLOAT64 || v->form == BLT_VEC_CONST) {
    double f = v->type.id == BLT_DECIMAL ? decimal_value(v->base, v->type.scale) : (double)v->base;
    if (v->type.id == BLT_FLOAT64) memcpy(&f, &v->base, sizeof f);
    for (uint32_t i = 0; i < v->n; i++) out[i] = f;
  } else if (v->type.id == BLT_DECIMAL && v->type.scale > 0) {
    decimals(v, out);
  } else if (v->form == BLT_VEC_VALUES) {
    doubles64(v->data, 0, v->n, out);
  } else if (v->width == 1) {
    doubles8(v->data, v->base, v->n, out);
  } else if (v->width == 2) {
    doubles16(v->data, v->base, v->n, out);
  } else {
    doubles32(v->data, v->base, v->n, out);
  }
  return out;
}

void blt_vec_doubles(const blt_vec *v, double *out) {
  const double *values = blt_vec_f64(v, out);
  if (values != out) memcpy(out, values, v->n * sizeof *out);
}

const uint32_t *blt_vec_codes(const blt_vec *v, uint32_t *out) {
  if (v->form == BLT_VEC_CONST) {
    for (uint32_t i = 0; i < v->n; i++) out[i] = (uint32_t)v->base;
  } else if (v->width == 4) {
    return v->data;
  } else if (v->width == 1) {
    codes8(v->data, 0, v->n, out);
  } else {
    codes16(v->data, 0, v->n, out);
  }
  return out;
}

/* A null row may carry code 0 of a dictionary that is still empty. */
static blt_str entry(const blt_dict *d, uint32_t code) {
  return code < d->count ? blt_dict_at(d, code) : (blt_str){"", 0};
}

const blt_str *blt_vec_text(const blt_vec *v, blt_str *out) {
  if (v->form == BLT_VEC_TEXT) return v->data;
  if (v->form == BLT_VEC_CONST) {
    blt_str s = v->all_null ? (blt_str){"", 0} : v->dict ? entry(v->dict, (uint32_t)v->base) : v->str;
    for (uint32_t i = 0; i < v->n; i++) out[i] = s;
  } else if (v->width == 1) {
    for (uint32_t i = 0; i < v->n; i++) out[i] = entry(v->dict, ((const uint8_t *)v->data)[i]);
  } else if (v->width == 2) {
    for (uint32_t i = 0; i < v->n; i++) out[i] = entry(v->dict, ((const uint16_t *)v->data)[i]);
  } else {
    for (uint32_t i = 0; i < v->n; i++) out[i] = entry(v->dict, ((const uint32_t *)v->data)[i]);
  }
  return out;
}

const uint8_t *blt_vec_bool(const blt_vec *v, uint8_t *out) {
  if (v->form == BLT_VEC_OFFSETS && v->width == 1 && v->base == 0) return v->data;
  if (v->form == BLT_VEC_CONST)
    memset(out, v->base != 0, v->n);
  else if (v->form == BLT_VEC_VALUES)
    bools64(v->data, 0, v->n, out);
  else if (v->width == 1)
    bools8(v->data, v->base, v->n, out);
  else if (v->width == 2)
    bools16(v->data, v->base, v->n, out);
  else
    bools32(v->data, v->base, v->n, out);
  return out;
}

void blt_vec_range(const blt_vec *v, int64_t *low, int64_t *high) {
  *low = v->form == BLT_VEC_VALUES ? INT64_MIN : v->base;
  *high = v->form == BLT_VEC_VALUES ? INT64_MAX : v->base;
  if (v->form != BLT_VEC_OFFSETS) return;
  int64_t widest = (INT64_C(1) << (8 * v->width)) - 1;
  if (__builtin_add_overflow(v->base, widest, high)) *high = INT64_MAX;
}
