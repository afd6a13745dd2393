#include "flat.h"

#include "base/isa.h"
#include "base/mem.h"
#include <math.h>
#include <sched.h>
#include <string.h>

enum { UNTOUCHED, BUSY, FILLING, READY, FAILED };

/* ---- laying out ---- */

void blt_flat_init(blt_flat *f, const blt_view *view, uint32_t column) {
  *f = (blt_flat){.view = view, .column = column};
}

void blt_flat_free(blt_flat *f) {
  if (f->view) blt_free(f->view->ctx, (void *)(uintptr_t)f->values, f->bytes);
  *f = (blt_flat){0};
}

/* How wide values are, and whether there can be any: nulls and texts are not laid out. */
static bool shape(blt_flat *f) {
  blt_type type = f->view->columns[f->column].type;
  blt_facts facts;
  blt_view_facts(f->view, f->column, &facts);
  if (f->view->ngroups == 0 || facts.nulls || (type.id == BLT_STRING && facts.text)) return false;
  f->width = 8;
  if (type.id == BLT_FLOAT64 || !facts.bounded || facts.empty) return type.id != BLT_STRING;
  bool coded = type.id == BLT_STRING;
  f->base = coded ? 0 : facts.low;
  f->width = blt_block_width((uint64_t)facts.high - (uint64_t)f->base);
  if (f->width == 8) f->base = 0;
  return !coded || f->width < 8;
}

#define COPY(name, from, to)                                                                                 \
  BLT_CLONES static void name(const void *in, uint32_t n, uint64_t add, void *out) {                         \
    const from *x = in;                                                                                      \
    to *y = out;                                                                                             \
    for (uint32_t i = 0; i < n; i++) y[i] = (to)((uint64_t)x[i] + add);                                      \
  }
#define COPIES(k, from)                                                                                      \
  COPY(copy_##k##_1, from, uint8_t)                                                                          \
  COPY(copy_##k##_2, from, uint16_t) COPY(copy_##k##_4, from, uint32_t) COPY(copy_##k##_8, from, uint64_t)
COPIES(1, uint8_t)
COPIES(2, uint16_t)
COPIES(4, uint32_t)
COPIES(8, uint64_t)

typedef void (*copy_fn)(const void *in, uint32_t n, uint64_t add, void *out);

/* 0, 1, 2, 3 for widths of 1, 2, 4 and 8 bytes. */
static int step_of(uint8_t width) {
  return __builtin_ctz(width);
}

static void fill(uint8_t width, uint32_t n, uint64_t value, char *out) {
  for (uint32_t i = 0; i < n; i++) memcpy(out + (size_t)i * width, &value, width);
}

static blt_status copy_group(blt_flat *f, uint32_t group, blt_error *err) {
  static const copy_fn copies[4][4] = {{copy_1_1, copy_1_2, copy_1_4, copy_1_8},
                                       {copy_2_1, copy_2_2, copy_2_4, copy_2_8},
                                       {copy_4_1, copy_4_2, copy_4_4, copy_4_8},
                                       {copy_8_1, copy_8_2, copy_8_4, copy_8_8}};
  const blt_block *b;
  blt_status status = blt_view_block(f->view, f->column, group, &b, err);
  if (status != BLT_OK) return status;
  char *out = (char *)(uintptr_t)f->values + (size_t)group * BLT_BLOCK_ROWS * f->width;
  if (b->enc == BLT_ENC_SCALED) {
    blt_block_read_f64(b, 0, b->rows, (double *)(void *)out);
    return BLT_OK;
  }
  uint64_t add =
      (b->enc == BLT_ENC_FOR || b->enc == BLT_ENC_CONST ? (uint64_t)b->base : 0) - (uint64_t)f->base;
  if (b->enc == BLT_ENC_CONST)
    fill(f->width, b->rows, add, out);
  else
    copies[step_of(b->width)][step_of(f->width)](b->data, b->rows, add, out);
  return BLT_OK;
}

static blt_status take_room(blt_flat *f, blt_error *err) {
  f->suits = shape(f);
  if (!f->suits) return BLT_OK;
  size_t bytes = (size_t)f->view->ngroups * BLT_BLOCK_ROWS * f->width + 1;
  f->values = blt_alloc(f->view->ctx, bytes);
  if (!f->values) return blt_fail_memory(err, bytes);
  f->bytes = bytes;
  return BLT_OK;
}

/* What the state is once it is none of two that pass. */
static int await(blt_flat *f, int passing) {
  int state;
  while ((state = atomic_load(&f->state)) == BUSY || state == passing) sched_yield();
  return state;
}

/* The first failure is everybody's. */
static blt_status give_up(blt_flat *f, const blt_error *err) {
  int state = FILLING;
  if (atomic_compare_exchange_strong(&f->state, &state, BUSY)) {
    f->why = *err;
    atomic_store(&f->state, FAILED);
  }
  return err->code;
}

/* Copies groups until none is left. */
static blt_status lay_hands_on(blt_flat *f, blt_error *err) {
  uint32_t group;
  while ((group = atomic_fetch_add(&f->next, 1)) < f->view->ngroups && atomic_load(&f->state) == FILLING) {
    if (copy_group(f, group, err) != BLT_OK) return give_up(f, err);
    if (atomic_fetch_add(&f->done, 1) + 1 == f->view->ngroups) atomic_store(&f->state, READY);
  }
  return BLT_OK;
}

blt_status blt_flat_ready(blt_flat *f, blt_error *err) {
  int state = UNTOUCHED;
  if (atomic_load(&f->state) == READY) return BLT_OK;
  if (atomic_compare_exchange_strong(&f->state, &state, BUSY)) {
    blt_status status = take_room(f, err);
    if (status != BLT_OK) f->why = *err;
    atomic_store(&f->state, status != BLT_OK ? FAILED : f->suits ? FILLING : READY);
  }
  if (await(f, BUSY) == FILLING) {
    blt_status status = lay_hands_on(f, err);
    if (status != BLT_OK) return status;
  }
  if (await(f, FILLING) == READY) return BLT_OK;
  *err = f->why;
  return err->code;
}

/* ---- reading ---- */

#define PICK(name, type)                                                                                     \
  BLT_CLONES static void name(const void *in, const uint32_t *rows, uint32_t n, void *out) {                 \
    const type *x = in;                                                                                      \
    type *y = out;                                                                                           \
    for (uint32_t i = 0; i < n; i++) y[i] = x[rows[i]];                                                      \
  }
PICK(pick_1, uint8_t)
PICK(pick_2, uint16_t)
PICK(pick_4, uint32_t)
PICK(pick_8, uint64_t)

#define BOUNDS(name, type)                                                                                   \
  BLT_CLONES static void name(const void *in, uint32_t n, blt_block *b) {                                    \
    const type *x = in;                                                                                      \
    type a = x[0], z = x[0];                                                                                 \
    for (uint32_t i = 1; i < n; i++) {                                                                       \
      a = x[i] < a ? x[i] : a;                                                                               \
      z = x[i] > z ? x[i] : z;                                                                               \
    }                                                                                                        \
    b->min.i = (int64_t)((uint64_t)b->base + (uint64_t)a);                                                   \
    b->max.i = (int64_t)((uint64_t)b->base + (uint64_t)z);                                                   \
  }
BOUNDS(bounds_1, uint8_t)
BOUNDS(bounds_2, uint16_t)
BOUNDS(bounds_4, uint32_t)
BOUNDS(bounds_8, int64_t)

/* Of numbers that are not NaN, eight side by side. */
BLT_CLONES static void bounds_double(const void *in, uint32_t n, blt_block *b) {
  const double *x = in;
  double a[8], z[8];
  uint64_t nans = 0;
  for (int j = 0; j < 8; j++) a[j] = INFINITY, z[j] = -INFINITY;
  for (uint32_t i = 0; i < n / 8 * 8; i += 8)
    for (int j = 0; j < 8; j++) {
      a[j] = x[i + j] < a[j] ? x[i + j] : a[j];
      z[j] = x[i + j] > z[j] ? x[i + j] : z[j];
    }
  for (uint32_t i = 0; i < n; i++) nans += x[i] != x[i];
  for (uint32_t i = n / 8 * 8; i < n; i++) {
    a[0] = x[i] < a[0] ? x[i] : a[0];
    z[0] = x[i] > z[0] ? x[i] : z[0];
  }
  for (int j = 1; j < 8; j++) {
    a[0] = a[j] < a[0] ? a[j] : a[0];
    z[0] = z[j] > z[0] ? z[j] : z[0];
  }
  b->has_nan = nans > 0;
  b->min.f = a[0];
  b->max.f = z[0];
}

blt_status blt_flat_block(const blt_flat *f, const uint32_t *rows, const uint64_t *valid, uint32_t n,
                          blt_block **out, blt_error *err) {
  static void (*const picks[])(const void *, const uint32_t *, uint32_t, void *) = {pick_1, pick_2, pick_4,
                                                                                    pick_8};
  static void (*const bounds[])(const void *, uint32_t, blt_block *) = {bounds_1, bounds_2, bounds_4,
                                                                        bounds_8};
  blt_type_id type = f->view->columns[f->column].type.id;
  blt_block *b;
  blt_status status = blt_block_make(f->view->ctx, n, valid, (size_t)n * f->width, 0, &b, err);
  if (status != BLT_OK) return status;
  b->enc = type == BLT_STRING ? BLT_ENC_DICT : f->width == 8 ? BLT_ENC_PLAIN : BLT_ENC_FOR;
  b->width = f->width;
  b->base = f->base;
  picks[step_of(f->width)](f->values, rows, n, (void *)(uintptr_t)b->data);
  (type == BLT_FLOAT64 ? bounds_double : bounds[step_of(f->width)])(b->data, n, b);
  *out = b;
  return BLT_OK;
}
