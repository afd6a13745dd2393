#include "offsets.h"

#include "base/isa.h"

#define DEFINE_SPAN(T)                                                                                       \
  BLT_CLONES static void span_##T(const T *v, uint32_t n, uint32_t *lo, uint32_t *hi) {                      \
    T a = v[0], z = v[0];                                                                                    \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      a = v[i] < a ? v[i] : a;                                                                               \
      z = v[i] > z ? v[i] : z;                                                                               \
    }                                                                                                        \
    *lo = a;                                                                                                 \
    *hi = z;                                                                                                 \
  }
DEFINE_SPAN(uint8_t)
DEFINE_SPAN(uint16_t)
DEFINE_SPAN(uint32_t)

/* Writes v - from. */
#define DEFINE_SHIFT(T, U)                                                                                   \
  BLT_CLONES static void shift_##T##_##U(const T *restrict v, uint32_t n, uint32_t from, U *restrict out) {  \
    for (uint32_t i = 0; i < n; i++) out[i] = (U)(v[i] - from);                                              \
  }
DEFINE_SHIFT(uint8_t, uint8_t)
DEFINE_SHIFT(uint16_t, uint8_t)
DEFINE_SHIFT(uint16_t, uint16_t)
DEFINE_SHIFT(uint32_t, uint8_t)
DEFINE_SHIFT(uint32_t, uint16_t)
DEFINE_SHIFT(uint32_t, uint32_t)

static void span(const void *v, uint32_t width, uint32_t n, uint32_t *lo, uint32_t *hi) {
  if (width == 1)
    span_uint8_t(v, n, lo, hi);
  else if (width == 2)
    span_uint16_t(v, n, lo, hi);
  else
    span_uint32_t(v, n, lo, hi);
}

/* `to` is no wider than `width`. */
static void shift(const void *v, uint32_t width, uint32_t n, uint32_t from, uint32_t to, void *out) {
  if (width == 1)
    shift_uint8_t_uint8_t(v, n, from, out);
  else if (width == 2 && to == 1)
    shift_uint16_t_uint8_t(v, n, from, out);
  else if (width == 2)
    shift_uint16_t_uint16_t(v, n, from, out);
  else if (to == 1)
    shift_uint32_t_uint8_t(v, n, from, out);
  else if (to == 2)
    shift_uint32_t_uint16_t(v, n, from, out);
  else
    shift_uint32_t_uint32_t(v, n, from, out);
}

blt_status blt_block_from_offsets(blt_ctx *ctx, const void *v, uint32_t width, int64_t low, bool codes,
                                  uint32_t rows, blt_block **out, blt_error *err) {
  blt_block *b;
  uint32_t lo, hi;
  span(v, width, rows, &lo, &hi);
  uint8_t to = lo == hi ? 0 : blt_block_width(codes ? hi : hi - lo);
  blt_status status = blt_block_make(ctx, rows, NULL, (size_t)rows * to, 0, &b, err);
  if (status != BLT_OK) return status;
  b->enc = to == 0 ? BLT_ENC_CONST : codes ? BLT_ENC_DICT : BLT_ENC_FOR;
  b->width = to;
  b->min.i = low + lo;
  b->max.i = low + hi;
  b->base = to && codes ? 0 : b->min.i;
  if (to) shift(v, width, rows, codes ? 0 : lo, to, (void *)(uintptr_t)b->data);
  *out = b;
  return BLT_OK;
}
