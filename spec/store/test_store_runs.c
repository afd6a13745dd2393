/* Blocks from runs are the blocks that the same values in one array give, wherever the runs are cut. */
#include "base/bits.h"
#include "check.h"
#include "random.h"
#include "store/column/runs.h"
#include <math.h>

#define ROWS 700

static blt_ctx *ctx;
static blt_error err;
static rng seed = {7};

static void same_block(const blt_block *a, const blt_block *b, bool floats) {
  CHECK_INT(a->enc, b->enc);
  CHECK_INT(a->width, b->width);
  CHECK_INT(a->rows, b->rows);
  CHECK_INT(a->nulls, 0);
  CHECK_INT(a->has_nan, b->has_nan);
  CHECK(a->base == b->base);
  CHECK(floats ? a->min.f == b->min.f && a->max.f == b->max.f : a->min.i == b->min.i && a->max.i == b->max.i);
  CHECK(memcmp(a->width ? a->data : "", b->width ? b->data : "", (size_t)a->rows * a->width) == 0);
}

/* Cuts values at random places, each run of integers narrow where it can be (or not). */
static uint32_t cut(const int64_t *v, uint32_t rows, bool floats, int32_t *narrow, blt_run *runs) {
  uint32_t n = 0;
  for (uint32_t at = 0; at < rows; at += runs[n++].n) {
    uint32_t len = 1 + rng_below(&seed, rng_below(&seed, 8) ? 90 : 3);
    if (len > rows - at) len = rows - at;
    bool wide = floats || rng_below(&seed, 4) == 0;
    for (uint32_t i = at; i < at + len; i++) {
      wide |= v[i] != (int32_t)v[i];
      narrow[i] = (int32_t)v[i];
    }
    runs[n] = (blt_run){wide ? (const void *)(v + at) : narrow + at, len, wide};
  }
  return n;
}

static void integers(int64_t low, uint64_t range) {
  int64_t v[ROWS];
  int32_t narrow[ROWS];
  blt_run runs[ROWS];
  blt_block *one, *many;
  uint32_t rows = 1 + rng_below(&seed, ROWS);
  for (uint32_t i = 0; i < rows; i++)
    v[i] = (int64_t)((uint64_t)low + (range == UINT64_MAX ? rng_next(&seed) : rng_next(&seed) % (range + 1)));
  uint32_t n = cut(v, rows, false, narrow, runs);
  CHECK(blt_block_from_i64(ctx, v, NULL, rows, &one, &err) == BLT_OK);
  CHECK(blt_block_from_int_runs(ctx, runs, n, rows, &many, &err) == BLT_OK);
  same_block(many, one, false);
  CHECK_AT(blt_block_validate(many, (blt_type){.id = BLT_INT64}, 0, &err) == BLT_OK, "%s", err.message);
  blt_block_release(one);
  blt_block_release(many);
}

static void integers_of_every_width(void) {
  static const int64_t lows[] = {0, -1, -200, INT32_MIN, INT32_MAX - 3, INT64_MIN, INT64_MAX - UINT32_MAX};
  static const uint64_t ranges[] = {0, 1, 255, 256, 65535, 65536, UINT32_MAX};
  for (int round = 0; round < 20; round++) {
    for (size_t l = 0; l < sizeof lows / sizeof *lows; l++)
      for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++) integers(lows[l], ranges[r]);
    integers(0, UINT64_MAX);
  }
}

static void doubles(int kind) {
  double v[ROWS];
  int32_t narrow[ROWS];
  blt_run runs[ROWS];
  blt_block *one, *many;
  uint32_t rows = 1 + rng_below(&seed, ROWS);
  for (uint32_t i = 0; i < rows; i++) {
    double special[] = {NAN, INFINITY, -INFINITY, -0.0, 0.0, 1.5};
    v[i] = kind == 0   ? 2.5
           : kind == 1 ? NAN
           : kind == 2 ? special[rng_below(&seed, 6)]
                       : rng_below(&seed, 1000) / 7.0;
  }
  int64_t bits[ROWS];
  memcpy(bits, v, rows * sizeof *v);
  uint32_t n = cut(bits, rows, true, narrow, runs);
  CHECK(blt_block_from_f64(ctx, v, NULL, rows, &one, &err) == BLT_OK);
  CHECK(blt_block_from_f64_runs(ctx, runs, n, rows, &many, &err) == BLT_OK);
  same_block(many, one, true);
  CHECK_AT(blt_block_validate(many, (blt_type){.id = BLT_FLOAT64}, 0, &err) == BLT_OK, "%s", err.message);
  blt_block_release(one);
  blt_block_release(many);
}

static void doubles_with_everything(void) {
  for (int round = 0; round < 200; round++) doubles(round % 4);
}

/* Texts of rows as chunks have them, each chunk with offsets of its own that begin anywhere. */
typedef struct texts {
  char bytes[ROWS * 8];
  uint32_t offsets[2 * ROWS + 1]; /* one more a run */
  blt_str rows[ROWS];
  uint64_t valid[ROWS / 64 + 1];
  blt_text_run runs[ROWS];
} texts;

static uint32_t put_texts(texts *t, uint32_t rows, bool nulls) {
  uint32_t n = 0, at = 0, entry = 0;
  blt_bits_fill(t->valid, rows);
  for (uint32_t r = 0; r < rows; n++) {
    uint32_t len = 1 + rng_below(&seed, rng_below(&seed, 8) ? 90 : 3);
    if (len > rows - r) len = rows - r;
    t->runs[n] = (blt_text_run){t->bytes, t->offsets + entry, len};
    t->offsets[entry++] = at;
    for (uint32_t stop = r + len; r < stop; r++) {
      bool null = nulls && rng_below(&seed, 3) == 0;
      uint32_t bytes = null ? 0 : rng_below(&seed, 8);
      for (uint32_t i = 0; i < bytes; i++) t->bytes[at + i] = (char)rng_next(&seed);
      if (null) blt_bit_clear(t->valid, r);
      t->rows[r] = (blt_str){t->bytes + at, bytes};
      t->offsets[entry++] = at += bytes;
    }
  }
  return n;
}

static void texts_with_and_without_nulls(void) {
  static texts t;
  blt_block *one, *many;
  for (int round = 0; round < 200; round++) {
    uint32_t rows = 1 + rng_below(&seed, ROWS), n = put_texts(&t, rows, round % 2);
    const uint64_t *valid = round % 2 ? t.valid : NULL;
    CHECK(blt_block_from_text(ctx, t.rows, valid, rows, &one, &err) == BLT_OK);
    CHECK(blt_block_from_text_runs(ctx, t.runs, n, valid, rows, &many, &err) == BLT_OK);
    CHECK_INT(many->text_bytes, one->text_bytes);
    CHECK_INT(many->nulls, one->nulls);
    CHECK(memcmp(many->data, one->data, (rows + 1) * sizeof(uint32_t)) == 0);
    CHECK(memcmp(many->text, one->text, one->text_bytes) == 0);
    CHECK_AT(blt_block_validate(many, (blt_type){.id = BLT_STRING}, 0, &err) == BLT_OK, "%s", err.message);
    blt_block_release(one);
    blt_block_release(many);
  }
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(integers_of_every_width);
  RUN(doubles_with_everything);
  RUN(texts_with_and_without_nulls);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
