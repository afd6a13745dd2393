#include "runs.h"
#include "base/isa.h"

#include <math.h>
#include <string.h>

/* ---- integers ---- */

#define DEFINE_RANGE(T)                                                                                      \
  BLT_CLONES static void range_##T(const T *v, uint32_t n, T *lo, T *hi) {                                   \
    T a = *lo, z = *hi;                                                                                      \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      a = v[i] < a ? v[i] : a;                                                                               \
      z = v[i] > z ? v[i] : z;                                                                               \
    }                                                                                                        \
    *lo = a;                                                                                                 \
    *hi = z;                                                                                                 \
  }
DEFINE_RANGE(int32_t)
DEFINE_RANGE(int64_t)

static void range_of(const blt_run *runs, uint32_t nruns, int64_t *lo, int64_t *hi) {
  int32_t a = INT32_MAX, z = INT32_MIN;
  int64_t wide_a = INT64_MAX, wide_z = INT64_MIN;
  for (uint32_t i = 0; i < nruns; i++) {
    if (runs[i].wide)
      range_int64_t(runs[i].v, runs[i].n, &wide_a, &wide_z);
    else
      range_int32_t(runs[i].v, runs[i].n, &a, &z);
  }
  *lo = a <= z && a < wide_a ? a : wide_a;
  *hi = a <= z && z > wide_z ? z : wide_z;
}

/* Writes v - base in the type of `out`. */
#define DEFINE_PACK(FROM, TO)                                                                                \
  BLT_CLONES static void pack_##FROM##_##TO(void *to, const void *from, uint32_t n, int64_t base) {          \
    TO *restrict out = to;                                                                                   \
    const FROM *restrict v = from;                                                                           \
    TO least = (TO)base;                                                                                     \
    for (uint32_t i = 0; i < n; i++) out[i] = (TO)((TO)v[i] - least);                                        \
  }
DEFINE_PACK(int32_t, uint8_t)
DEFINE_PACK(int32_t, uint16_t)
DEFINE_PACK(int32_t, uint32_t)
DEFINE_PACK(int64_t, uint8_t)
DEFINE_PACK(int64_t, uint16_t)
DEFINE_PACK(int64_t, uint32_t)

/* Values of 64 bits as they are. */
static void pack_plain(int64_t *out, const blt_run *run) {
  if (run->wide) {
    memcpy(out, run->v, (size_t)run->n * sizeof *out);
    return;
  }
  const int32_t *v = run->v;
  for (uint32_t i = 0; i < run->n; i++) out[i] = v[i];
}

static void pack(char *out, const blt_run *run, uint8_t width, int64_t base) {
  if (width == 8)
    pack_plain((int64_t *)(void *)out, run);
  else if (width == 4)
    (run->wide ? pack_int64_t_uint32_t : pack_int32_t_uint32_t)(out, run->v, run->n, base);
  else if (width == 2)
    (run->wide ? pack_int64_t_uint16_t : pack_int32_t_uint16_t)(out, run->v, run->n, base);
  else if (width == 1)
    (run->wide ? pack_int64_t_uint8_t : pack_int32_t_uint8_t)(out, run->v, run->n, base);
}

blt_status blt_block_from_int_runs(blt_ctx *ctx, const blt_run *runs, uint32_t nruns, uint32_t rows,
                                   blt_block **out, blt_error *err) {
  int64_t lo, hi;
  range_of(runs, nruns, &lo, &hi);
  uint64_t range = (uint64_t)hi - (uint64_t)lo;
  uint8_t width = range ? blt_block_width(range) : 0;
  blt_block *b;
  blt_status status = blt_block_make(ctx, rows, NULL, (size_t)rows * width, 0, &b, err);
  if (status != BLT_OK) return status;
  b->enc = width == 0 ? BLT_ENC_CONST : width == 8 ? BLT_ENC_PLAIN : BLT_ENC_FOR;
  b->width = width;
  b->base = width == 8 ? 0 : lo;
  b->min.i = lo;
  b->max.i = hi;
  char *at = (char *)(uintptr_t)b->data;
  for (uint32_t i = 0; at && i < nruns; at += (size_t)runs[i].n * b->width, i++)
    pack(at, &runs[i], b->width, b->base);
  *out = b;
  return BLT_OK;
}

/* ---- doubles ---- */

/* Copies, and finds the bounds. Comparisons with NaN are false, so the bounds pass over it. */
BLT_CLONES static void copy_f64(double *restrict out, const double *restrict v, uint32_t n, double *lo,
                                double *hi, bool *nan) {
  double a = *lo, z = *hi;
  bool any = false;
  for (uint32_t i = 0; i < n; i++) {
    out[i] = v[i];
    a = v[i] < a ? v[i] : a;
    z = v[i] > z ? v[i] : z;
    any |= v[i] != v[i];
  }
  *lo = a;
  *hi = z;
  *nan |= any;
}

/* All values have the same bits. */
static bool is_constant(const blt_run *runs, uint32_t nruns) {
  const char *first = runs[0].v;
  for (uint32_t r = 0; r < nruns; r++)
    for (uint32_t i = 0; i < runs[r].n; i++)
      if (memcmp(first, (const char *)runs[r].v + (size_t)i * 8, 8) != 0) return false;
  return true;
}

/* The block, or one of decimals in its place. */
static blt_status shrink(blt_block *b, blt_block **out, blt_error *err) {
  blt_scaled s;
  blt_block *small;
  *out = b;
  if (b->has_nan || !blt_scaled_find(b->data, NULL, b->rows, &s)) return BLT_OK;
  blt_status status = blt_block_make(b->ctx, b->rows, NULL, (size_t)b->rows * s.width, 0, &small, err);
  if (status == BLT_OK) {
    small->enc = BLT_ENC_SCALED;
    small->width = s.width;
    small->scale = s.scale;
    small->base = s.base;
    small->min = b->min;
    small->max = b->max;
    blt_scaled_put(b->data, NULL, b->rows, &s, (void *)(uintptr_t)small->data);
    *out = small;
  }
  blt_block_release(b);
  return status;
}

blt_status blt_block_from_f64_runs(blt_ctx *ctx, const blt_run *runs, uint32_t nruns, uint32_t rows,
                                   blt_block **out, blt_error *err) {
  blt_block *b;
  double bounds[2] = {INFINITY, -INFINITY}, *at;
  blt_status status;
  if (is_constant(runs, nruns)) {
    status = blt_block_from_f64(ctx, runs[0].v, NULL, 1, out, err);
    if (status == BLT_OK) (*out)->rows = rows;
    return status;
  }
  if (nruns == 1) return blt_block_from_f64(ctx, runs[0].v, NULL, rows, out, err);
  status = blt_block_make(ctx, rows, NULL, (size_t)rows * 8, 0, &b, err);
  if (status != BLT_OK) return status;
  b->enc = BLT_ENC_PLAIN;
  b->width = 8;
  at = (double *)(uintptr_t)b->data;
  for (uint32_t i = 0; i < nruns; at += runs[i].n, i++)
    copy_f64(at, runs[i].v, runs[i].n, &bounds[0], &bounds[1], &b->has_nan);
  b->min.f = bounds[0];
  b->max.f = bounds[1];
  return shrink(b, out, err);
}

/* ---- texts ---- */

static uint32_t text_of(const blt_text_run *run) {
  return run->offsets[run->n] - run->offsets[0];
}

/* Offsets of a run whose text begins at `at`. */
BLT_CLONES static void move_offsets(uint32_t *restrict out, const uint32_t *restrict v, uint32_t n,
                                    uint32_t at) {
  uint32_t by = at - v[0];
  for (uint32_t i = 0; i < n; i++) out[i] = v[i] + by;
}

blt_status blt_block_from_text_runs(blt_ctx *ctx, const blt_text_run *runs, uint32_t nruns,
                                    const uint64_t *valid, uint32_t rows, blt_block **out, blt_error *err) {
  blt_block *b = NULL;
  uint64_t total = 0;
  for (uint32_t i = 0; i < nruns; i++) total += text_of(&runs[i]);
  blt_status status = blt_block_make_text(ctx, rows, valid, total, &b, err);
  if (status != BLT_OK) return status;
  uint32_t *offsets = (uint32_t *)(void *)b->data, at = 0;
  for (uint32_t i = 0; i < nruns; i++) {
    uint32_t bytes = text_of(&runs[i]);
    move_offsets(offsets, runs[i].offsets, runs[i].n, at);
    if (bytes) memcpy((char *)b->text + at, runs[i].text + runs[i].offsets[0], bytes);
    offsets += runs[i].n;
    at += bytes;
  }
  *offsets = at;
  *out = b;
  return BLT_OK;
}
