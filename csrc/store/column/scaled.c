#include "scaled.h"
#include "base/bits.h"
#include "base/isa.h"
#include "base/words.h"

#include <math.h>
#include <string.h>

#define SAMPLE 32u
#define SHIFT 0x1.8p52 /* added to one, the sum's lowest bits are the number */
#define SHIFT_BITS UINT64_C(0x4338000000000000)

static const double powers[BLT_SCALE_MOST + 1] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

double blt_scaled_power(uint8_t scale) {
  return powers[scale];
}

blt_scaled_reader blt_scaled_reader_of(const blt_scaled *s) {
  return (blt_scaled_reader){(double)s->base + 0x1p31, powers[s->scale], 1 / powers[s->scale]};
}

/* ---- finding ---- */

/* Whether all values are whole numbers divided by `power`; widens the range of these numbers. */
BLT_CLONES static bool fits(const double *v, uint32_t n, double power, int64_t *low, int64_t *high) {
  int64_t a = *low, z = *high;
  uint64_t wrong = 0;
  for (uint32_t i = 0; i < n; i++) {
    double x = v[i] * power, shifted = x + SHIFT, whole = shifted - SHIFT, back = whole / power;
    int64_t number = (int64_t)(blt_bits_of_double(shifted) - SHIFT_BITS);
    wrong |= (blt_bits_of_double(back) ^ blt_bits_of_double(v[i])) |
             (uint64_t) !(fabs(x) < (double)BLT_SCALED_MOST);
    a = number < a ? number : a;
    z = number > z ? number : z;
  }
  *low = a;
  *high = z;
  return wrong == 0;
}

/* The least scale from `scale` on that a value has; above BLT_SCALE_MOST: none. */
static uint8_t scale_of(double v, uint8_t scale) {
  int64_t low = 0, high = 0;
  while (scale <= BLT_SCALE_MOST && !fits(&v, 1, powers[scale], &low, &high)) scale++;
  return scale;
}

/* A vector of values in which nulls are as another that is none. */
static const double *without_nulls(const double *v, const uint64_t *valid, uint32_t at, uint32_t n,
                                   double other, double *room) {
  if (!valid) return v + at;
  for (uint32_t i = 0; i < n; i++) room[i] = blt_bit(valid, at + i) ? v[at + i] : other;
  return room;
}

static uint32_t rows_at(uint32_t n, uint32_t at) {
  return n - at < BLT_VECTOR_ROWS ? n - at : BLT_VECTOR_ROWS;
}

/* Row of the first value that is not null; n: there is none. */
static uint32_t first_value(const uint64_t *valid, uint32_t n) {
  uint32_t i = 0;
  while (valid && i < n && !blt_bit(valid, i)) i++;
  return i;
}

static uint8_t scale_of_some(const double *v, const uint64_t *valid, uint32_t n) {
  uint8_t scale = 0;
  for (uint32_t i = 0; i < n && scale <= BLT_SCALE_MOST; i += n / SAMPLE + 1)
    if (!valid || blt_bit(valid, i)) scale = scale_of(v[i], scale);
  return scale;
}

/* The least scale that all values of a vector have, from `scale` on. */
static uint8_t scale_of_vector(const double *v, uint32_t n, uint8_t scale, int64_t *low, int64_t *high) {
  int64_t a = *low, z = *high;
  if (fits(v, n, powers[scale], low, high)) return scale;
  *low = a, *high = z;
  for (uint32_t i = 0; i < n && scale <= BLT_SCALE_MOST; i++) scale = scale_of(v[i], scale);
  return scale;
}

bool blt_scaled_find(const double *v, const uint64_t *valid, uint32_t n, blt_scaled *out) {
  double room[BLT_VECTOR_ROWS];
  uint32_t first = first_value(valid, n), at = 0;
  if (first == n) return false;
  int64_t low = INT64_MAX, high = INT64_MIN;
  uint8_t scale = scale_of_some(v, valid, n);
  while (scale <= BLT_SCALE_MOST && at < n) {
    const double *some = without_nulls(v, valid, at, rows_at(n, at), v[first], room);
    uint8_t now = scale_of_vector(some, rows_at(n, at), scale, &low, &high);
    at = now == scale ? at + BLT_VECTOR_ROWS : 0; /* with more digits all numbers are others */
    if (now != scale) low = INT64_MAX, high = INT64_MIN;
    scale = now;
  }
  uint64_t range = (uint64_t)high - (uint64_t)low;
  if (scale > BLT_SCALE_MOST || range > UINT32_MAX) return false;
  *out = (blt_scaled){low, scale, range <= UINT8_MAX ? 1 : range <= UINT16_MAX ? 2 : 4};
  return true;
}

/* ---- offsets ---- */

#define DEFINE_WIDTH(T)                                                                                      \
  BLT_CLONES static void put_##T(const double *restrict v, uint32_t n, double power, int64_t base,           \
                                 T *restrict out) {                                                          \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      double x = v[i] * power;                                                                               \
      out[i] = (T)(blt_bits_of_double(x + SHIFT) - SHIFT_BITS - (uint64_t)base);                             \
    }                                                                                                        \
  }                                                                                                          \
  BLT_CLONES static void divide_##T(const T *restrict v, uint32_t n, blt_scaled_reader r,                    \
                                    double *restrict out) {                                                  \
    for (uint32_t i = 0; i < n; i++) out[i] = blt_scaled_quotient(&r, v[i]);                                 \
  }                                                                                                          \
  BLT_CLONES static void multiply_##T(const T *restrict v, uint32_t n, blt_scaled_reader r,                  \
                                      double *restrict out) {                                                \
    for (uint32_t i = 0; i < n; i++) out[i] = blt_scaled_product(&r, v[i]);                                  \
  }                                                                                                          \
  static void read_##T(const T *v, uint32_t n, blt_scaled_reader r, double *out) {                           \
    (BLT_FMA_IS_FAST ? multiply_##T : divide_##T)(v, n, r, out);                                             \
  }
DEFINE_WIDTH(uint8_t)
DEFINE_WIDTH(uint16_t)
DEFINE_WIDTH(uint32_t)

void blt_scaled_put(const double *v, const uint64_t *valid, uint32_t n, const blt_scaled *s, void *out) {
  double room[BLT_VECTOR_ROWS], power = powers[s->scale];
  uint32_t first = first_value(valid, n);
  for (uint32_t at = 0; at < n; at += BLT_VECTOR_ROWS) {
    const double *some = without_nulls(v, valid, at, rows_at(n, at), v[first], room);
    char *to = (char *)out + (size_t)at * s->width;
    if (s->width == 1) put_uint8_t(some, rows_at(n, at), power, s->base, (void *)to);
    if (s->width == 2) put_uint16_t(some, rows_at(n, at), power, s->base, (void *)to);
    if (s->width == 4) put_uint32_t(some, rows_at(n, at), power, s->base, (void *)to);
  }
}

void blt_scaled_read(const void *offsets, const blt_scaled *s, uint32_t n, double *out) {
  blt_scaled_reader r = blt_scaled_reader_of(s);
  if (s->width == 1) read_uint8_t(offsets, n, r, out);
  if (s->width == 2) read_uint16_t(offsets, n, r, out);
  if (s->width == 4) read_uint32_t(offsets, n, r, out);
}
