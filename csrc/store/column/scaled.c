#include "scaled.h"
#include "base/isa.h"
#include "base/words.h"

#include <math.h>
#include <string.h>

#define SAMPLE 32u
#define MOST 0x1p51    /* whole numbers stay below */
#define SHIFT 0x1.8p52 /* added to one, the sum's lowest bits are the number */
#define SHIFT_BITS UINT64_C(0x4338000000000000)

static const double powers[BLT_SCALE_MOST + 1] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* ---- finding ---- */

/* Whether all values are whole numbers divided by `power`; widens the range of these numbers. */
BLT_CLONES static bool fits(const double *v, uint32_t n, double power, int64_t *low, int64_t *high) {
  int64_t a = *low, z = *high;
  uint64_t wrong = 0;
  for (uint32_t i = 0; i < n; i++) {
    double x = v[i] * power, shifted = x + SHIFT, whole = shifted - SHIFT, back = whole / power;
    int64_t number = (int64_t)(blt_bits_of_double(shifted) - SHIFT_BITS);
    wrong |= (blt_bits_of_double(back) ^ blt_bits_of_double(v[i])) | (uint64_t) !(fabs(x) < MOST);
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

static uint32_t rows_at(uint32_t n, uint32_t at) {
  return n - at < BLT_VECTOR_ROWS ? n - at : BLT_VECTOR_ROWS;
}

static uint8_t scale_of_some(const double *v, uint32_t n) {
  uint8_t scale = 0;
  for (uint32_t i = 0; i < n && scale <= BLT_SCALE_MOST; i += n / SAMPLE + 1) scale = scale_of(v[i], scale);
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

bool blt_scaled_find(const double *v, uint32_t n, blt_scaled *out) {
  int64_t low = INT64_MAX, high = INT64_MIN;
  uint8_t scale = scale_of_some(v, n);
  for (uint32_t at = 0; scale <= BLT_SCALE_MOST && at < n;) {
    uint8_t now = scale_of_vector(v + at, rows_at(n, at), scale, &low, &high);
    at = now == scale ? at + BLT_VECTOR_ROWS : 0; /* with more digits all numbers are others */
    if (now != scale) low = INT64_MAX, high = INT64_MIN;
    scale = now;
  }
  uint64_t range = (uint64_t)high - (uint64_t)low;
  if (n == 0 || scale > BLT_SCALE_MOST || range > UINT32_MAX) return false;
  *out = (blt_scaled){low, scale, range <= UINT8_MAX ? 1 : range <= UINT16_MAX ? 2 : 4};
  return true;
}

/* ---- offsets ---- */

/* Reading divides, or multiplies by the inverse and mends the quotient with its exact rest: as the inverse is
 * rounded once, that gives the rounded quotient as well (Markstein), in a third of the time. */
#define DEFINE_WIDTH(T)                                                                                      \
  BLT_CLONES static void put_##T(const double *restrict v, uint32_t n, double power, int64_t base,           \
                                 T *restrict out) {                                                          \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      double x = v[i] * power;                                                                               \
      out[i] = (T)(blt_bits_of_double(x + SHIFT) - SHIFT_BITS - (uint64_t)base);                             \
    }                                                                                                        \
  }                                                                                                          \
  BLT_CLONES static void divide_##T(const T *restrict v, uint32_t n, double power, int64_t base,             \
                                    double *restrict out) {                                                  \
    uint64_t shifted = (uint64_t)base + SHIFT_BITS;                                                          \
    for (uint32_t i = 0; i < n; i++) out[i] = (blt_double_of_bits(shifted + v[i]) - SHIFT) / power;          \
  }                                                                                                          \
  BLT_CLONES static void multiply_##T(const T *restrict v, uint32_t n, double power, int64_t base,           \
                                      double *restrict out) {                                                \
    uint64_t shifted = (uint64_t)base + SHIFT_BITS;                                                          \
    double inverse = 1 / power;                                                                              \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      double x = blt_double_of_bits(shifted + v[i]) - SHIFT, quotient = x * inverse;                         \
      double rest = __builtin_fma(-quotient, power, x);                                                      \
      out[i] = __builtin_fma(rest, inverse, quotient);                                                       \
    }                                                                                                        \
  }                                                                                                          \
  static void read_##T(const T *v, uint32_t n, double power, int64_t base, double *out) {                    \
    (BLT_FMA_IS_FAST ? multiply_##T : divide_##T)(v, n, power, base, out);                                   \
  }
DEFINE_WIDTH(uint8_t)
DEFINE_WIDTH(uint16_t)
DEFINE_WIDTH(uint32_t)

void blt_scaled_put(const double *v, uint32_t n, const blt_scaled *s, void *out) {
  double power = powers[s->scale];
  if (s->width == 1) put_uint8_t(v, n, power, s->base, out);
  if (s->width == 2) put_uint16_t(v, n, power, s->base, out);
  if (s->width == 4) put_uint32_t(v, n, power, s->base, out);
}

void blt_scaled_read(const void *offsets, const blt_scaled *s, uint32_t n, double *out) {
  double power = powers[s->scale];
  if (s->width == 1) read_uint8_t(offsets, n, power, s->base, out);
  if (s->width == 2) read_uint16_t(offsets, n, power, s->base, out);
  if (s->width == 4) read_uint32_t(offsets, n, power, s->base, out);
}
