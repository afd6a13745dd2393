#include "gather_runs.h"

#include "base/isa.h"
#include "base/mem.h"
#include <string.h>

#define LEAST_RUN 64u /* rows that a run has on average */

/* Rows from .. end - 1 of the list, all in one block. */
typedef struct run {
  uint32_t from, end;
  const blt_block *block;
} run;

typedef struct runs {
  const blt_view *view;
  uint32_t column, n, most;
  run *v;
} runs;

/* ---- finding runs ---- */

BLT_CLONES static uint32_t count_changes(const uint32_t *rows, uint32_t n) {
  uint32_t changes = 0;
  for (uint32_t i = 1; i < n; i++) changes += rows[i] / BLT_BLOCK_ROWS != rows[i - 1] / BLT_BLOCK_ROWS;
  return changes;
}

/* Where the run that begins at `from` ends. */
static uint32_t end_of_run(const uint32_t *rows, uint32_t from, uint32_t n) {
  uint32_t group = rows[from] / BLT_BLOCK_ROWS, k = from + 1;
  while (k < n && n - k >= 64 && rows[k] / BLT_BLOCK_ROWS == group && !count_changes(rows + k, 64)) k += 64;
  while (k < n && rows[k] / BLT_BLOCK_ROWS == group) k++;
  return k;
}

static blt_status find_runs(runs *r, const uint32_t *rows, uint32_t n, bool *suits, blt_error *err) {
  *suits = true;
  for (uint32_t i = 0, k; i < n; i = k) {
    uint32_t group = rows[i] / BLT_BLOCK_ROWS;
    k = end_of_run(rows, i, n);
    if (group >= r->view->ngroups) {
      *suits = false; /* a row that there is not is in no group */
      return BLT_OK;
    }
    run *x = &r->v[r->n++];
    *x = (run){.from = i, .end = k};
    blt_status status = blt_view_block(r->view, r->column, group, &x->block, err);
    if (status != BLT_OK) return status;
    if (x->block->nulls || x->block->enc == BLT_ENC_TEXT) {
      *suits = false;
      return BLT_OK;
    }
  }
  return BLT_OK;
}

/* ---- kernels ---- */

#define MOVE(name, from, to)                                                                                 \
  BLT_CLONES static void name(const void *in, const uint32_t *rows, uint32_t n, uint64_t add, void *out) {   \
    const from *x = in;                                                                                      \
    to *y = out;                                                                                             \
    for (uint32_t i = 0; i < n; i++) y[i] = (to)(x[rows[i] % BLT_BLOCK_ROWS] + add);                         \
  }
MOVE(move_1_1, uint8_t, uint8_t)
MOVE(move_1_2, uint8_t, uint16_t)
MOVE(move_1_4, uint8_t, uint32_t)
MOVE(move_1_8, uint8_t, uint64_t)
MOVE(move_2_1, uint16_t, uint8_t)
MOVE(move_2_2, uint16_t, uint16_t)
MOVE(move_2_4, uint16_t, uint32_t)
MOVE(move_2_8, uint16_t, uint64_t)
MOVE(move_4_1, uint32_t, uint8_t)
MOVE(move_4_2, uint32_t, uint16_t)
MOVE(move_4_4, uint32_t, uint32_t)
MOVE(move_4_8, uint32_t, uint64_t)
MOVE(move_8_1, uint64_t, uint8_t)
MOVE(move_8_2, uint64_t, uint16_t)
MOVE(move_8_4, uint64_t, uint32_t)
MOVE(move_8_8, uint64_t, uint64_t)

#define FILL(name, to)                                                                                       \
  static void name(uint32_t n, uint64_t value, void *out) {                                                  \
    to *y = out;                                                                                             \
    for (uint32_t i = 0; i < n; i++) y[i] = (to)value;                                                       \
  }
FILL(fill_1, uint8_t)
FILL(fill_2, uint16_t)
FILL(fill_4, uint32_t)
FILL(fill_8, uint64_t)

typedef void (*move_fn)(const void *in, const uint32_t *rows, uint32_t n, uint64_t add, void *out);
typedef void (*fill_fn)(uint32_t n, uint64_t value, void *out);

/* 0, 1, 2, 3 for widths of 1, 2, 4 and 8 bytes. */
static int step_of(uint8_t width) {
  return __builtin_ctz(width);
}

/* The values of a run less `base`, each `width` bytes. */
static void move_run(const run *x, const uint32_t *rows, uint64_t base, uint8_t width, char *out) {
  static const move_fn moves[4][4] = {{move_1_1, move_1_2, move_1_4, move_1_8},
                                      {move_2_1, move_2_2, move_2_4, move_2_8},
                                      {move_4_1, move_4_2, move_4_4, move_4_8},
                                      {move_8_1, move_8_2, move_8_4, move_8_8}}; /* a tail is plain */
  static const fill_fn fills[] = {fill_1, fill_2, fill_4, fill_8};
  const blt_block *b = x->block;
  uint64_t add = (b->enc == BLT_ENC_PLAIN ? 0 : (uint64_t)b->base) - base;
  uint32_t n = x->end - x->from;
  out += (size_t)x->from * width;
  if (b->enc == BLT_ENC_CONST)
    fills[step_of(width)](n, add, out);
  else
    moves[step_of(b->width)][step_of(width)](b->data, rows + x->from, n, add, out);
}

#define BOUNDS(name, type)                                                                                   \
  BLT_CLONES static void name(const void *in, uint32_t n, uint64_t *low, uint64_t *high) {                   \
    const type *x = in;                                                                                      \
    type a = x[0], b = x[0];                                                                                 \
    for (uint32_t i = 1; i < n; i++) {                                                                       \
      a = x[i] < a ? x[i] : a;                                                                               \
      b = x[i] > b ? x[i] : b;                                                                               \
    }                                                                                                        \
    *low = (uint64_t)a;                                                                                      \
    *high = (uint64_t)b;                                                                                     \
  }
BOUNDS(bounds_1, uint8_t)
BOUNDS(bounds_2, uint16_t)
BOUNDS(bounds_4, uint32_t)
BOUNDS(bounds_8, int64_t)

/* ---- blocks ---- */

/* The bounds that all blocks together have. */
static void bounds_of(const runs *r, int64_t *low, int64_t *high) {
  *low = r->v[0].block->min.i;
  *high = r->v[0].block->max.i;
  for (uint32_t i = 1; i < r->n; i++) {
    if (r->v[i].block->min.i < *low) *low = r->v[i].block->min.i;
    if (r->v[i].block->max.i > *high) *high = r->v[i].block->max.i;
  }
}

/* Integers, or codes when `coded`, whose base is always 0. */
static blt_status int_block(const runs *r, const uint32_t *rows, uint32_t n, bool coded, blt_block **out,
                            blt_error *err) {
  static void (*const bounds[])(const void *, uint32_t, uint64_t *, uint64_t *) = {bounds_1, bounds_2,
                                                                                   bounds_4, bounds_8};
  int64_t low, high;
  bounds_of(r, &low, &high);
  uint8_t width = blt_block_width(coded ? (uint64_t)high : (uint64_t)high - (uint64_t)low);
  if (coded && width == 8) return BLT_OK;
  int64_t base = coded || width == 8 ? 0 : low;
  blt_block *b;
  blt_status status = blt_block_make(r->view->ctx, n, NULL, (size_t)n * width, 0, &b, err);
  if (status != BLT_OK) return status;
  for (uint32_t i = 0; i < r->n; i++)
    move_run(&r->v[i], rows, (uint64_t)base, width, (char *)(uintptr_t)b->data);
  uint64_t least, most;
  bounds[step_of(width)](b->data, n, &least, &most);
  b->enc = coded ? BLT_ENC_DICT : width == 8 ? BLT_ENC_PLAIN : BLT_ENC_FOR;
  b->width = width;
  b->base = base;
  b->min.i = (int64_t)((uint64_t)base + least);
  b->max.i = (int64_t)((uint64_t)base + most);
  *out = b;
  return BLT_OK;
}

/* Whole numbers to the decimals that they stand for. */
static void scale_run(const run *x, double *out) {
  double power = blt_scaled_power(x->block->scale);
  for (uint32_t i = x->from; i < x->end; i++) {
    int64_t number;
    memcpy(&number, &out[i], sizeof number);
    out[i] = (double)number / power;
  }
}

static blt_status float_block(const runs *r, const uint32_t *rows, uint32_t n, blt_block **out,
                              blt_error *err) {
  double *room = blt_alloc(r->view->ctx, n * sizeof *room);
  if (!room) return blt_fail_memory(err, n * sizeof *room);
  for (uint32_t i = 0; i < r->n; i++) {
    move_run(&r->v[i], rows, 0, 8, (char *)room);
    if (r->v[i].block->enc == BLT_ENC_SCALED) scale_run(&r->v[i], room);
  }
  blt_status status = blt_block_plain_f64(r->view->ctx, room, NULL, n, out, err);
  blt_free(r->view->ctx, room, n * sizeof *room);
  return status;
}

blt_status blt_gather_runs(const blt_view *view, uint32_t column, const uint32_t *rows, uint32_t n,
                           blt_block **out, blt_error *err) {
  blt_type type = view->columns[column].type;
  uint32_t changes = count_changes(rows, n);
  bool suits = false;
  if (changes > n / LEAST_RUN) return BLT_OK;
  runs r = {.view = view, .column = column, .most = changes + 1};
  r.v = blt_alloc(view->ctx, r.most * sizeof *r.v);
  if (!r.v) return blt_fail_memory(err, r.most * sizeof *r.v);
  blt_status status = find_runs(&r, rows, n, &suits, err);
  if (status == BLT_OK && suits)
    status = type.id == BLT_FLOAT64 ? float_block(&r, rows, n, out, err)
                                    : int_block(&r, rows, n, type.id == BLT_STRING, out, err);
  blt_free(view->ctx, r.v, r.most * sizeof *r.v);
  return status;
}
