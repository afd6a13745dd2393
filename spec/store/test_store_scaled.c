/* Doubles in blocks: every bit pattern comes back as it was, whether the block keeps them as decimals or
 * plain. */
#include "check.h"
#include "base/bits.h"
#include "store/column/packed.h"
#include "store/column/runs.h"

#include <stdlib.h>
#include <string.h>

#define ROWS 5000u

static blt_ctx *ctx;
static blt_error err;

static uint64_t rnd(void) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state * UINT64_C(0x2545f4914f6cdd1d);
}

static double of_bits(uint64_t bits) {
  double f;
  memcpy(&f, &bits, sizeof f);
  return f;
}

/* Values that are not null are the same bits, one by one and from any start, and the block is valid. */
static void compare(const blt_block *b, const double *v, const uint64_t *valid, uint32_t n) {
  static double all[ROWS], some[ROWS];
  uint32_t start = (uint32_t)(rnd() % n);
  blt_block_read_f64(b, 0, n, all);
  blt_block_read_f64(b, start, n - start, some);
  CHECK_AT(blt_block_validate(b, (blt_type){.id = BLT_FLOAT64}, 0, &err) == BLT_OK, "%s", err.message);
  for (uint32_t i = 0; i < n; i++) {
    if (valid && !blt_bit(valid, i)) continue;
    double one = blt_block_f64(b, i);
    CHECK_AT(memcmp(&all[i], &v[i], 8) == 0, "row %u: %a is %a", i, v[i], all[i]);
    CHECK(memcmp(&one, &v[i], 8) == 0);
    CHECK(i < start || memcmp(&some[i - start], &v[i], 8) == 0);
  }
}

/* Makes a block, and another one of runs; gives the encoding. */
static uint8_t try_block(const double *v, const uint64_t *valid, uint32_t n) {
  blt_block *b;
  CHECK(blt_block_from_f64(ctx, v, valid, n, &b, &err) == BLT_OK);
  uint8_t enc = b->enc;
  compare(b, v, valid, n);
  blt_block_release(b);
  if (valid || n < 2) return enc;
  blt_run runs[] = {{.v = v, .n = n / 2}, {.v = v + n / 2, .n = n - n / 2}};
  CHECK(blt_block_from_f64_runs(ctx, runs, 2, n, &b, &err) == BLT_OK);
  CHECK(b->enc == enc);
  compare(b, v, NULL, n);
  blt_block_release(b);
  return enc;
}

/* Packs and unpacks; gives whether they are decimals. */
static bool try(const double *v, uint32_t n) {
  static double back[ROWS];
  static uint32_t offsets[ROWS];
  blt_packed p;
  blt_scaled s;
  bool decimals = blt_scaled_find(v, NULL, n, &s);
  if (decimals) {
    blt_scaled_put(v, NULL, n, &s, offsets);
    blt_scaled_read(offsets, &s, n, back);
    CHECK(memcmp(v, back, n * sizeof *v) == 0);
  }
  blt_whole w = {.numbers = (void *)(uintptr_t)v, .n = n, .width = 8, .doubles = true};
  CHECK(blt_pack(ctx, &w, n * sizeof *v, &p, &err) == BLT_OK);
  if (!p.data) return decimals;
  memset(back, 0xa5, sizeof back);
  w.numbers = back;
  CHECK_AT(blt_unpack(ctx, p.data, p.bytes, &w, &err) == BLT_OK, "%s", err.message);
  CHECK(memcmp(v, back, n * sizeof *v) == 0);
  CHECK(!decimals || n < 100 || p.bytes < n * 9 / 2 + 2200);
  blt_packed_free(ctx, &p);
  return decimals;
}

static void decimals_of_every_scale(void) {
  static double v[ROWS];
  double power = 1;
  for (uint32_t scale = 0; scale <= 12; scale++, power *= 10)
    for (uint32_t bits = 1; bits <= 40; bits += 3) {
      for (uint32_t i = 0; i < ROWS; i++) v[i] = (double)((int64_t)(rnd() >> (64 - bits)) - 7) / power;
      bool decimals = try(v, ROWS);
      CHECK(try_block(v, NULL, ROWS) == (decimals ? BLT_ENC_SCALED : BLT_ENC_PLAIN));
      CHECK_AT(bits > 31 || decimals, "scale %u, %u bits", scale, bits);
      CHECK_AT(bits < 37 || !decimals, "scale %u, %u bits", scale, bits);
    }
}

static void one_stranger_keeps_all_as_they_are(void) {
  static const uint64_t strangers[] = {
      UINT64_C(0x8000000000000000),                               /* -0 */
      UINT64_C(0x7ff0000000000000),                               /* infinity */
      UINT64_C(0xfff0000000000000), UINT64_C(0x7ff8000000000000), /* NaN, with several payloads */
      UINT64_C(0x7ff0000000000001), UINT64_C(0xfff8000000abcdef),
      UINT64_C(0x0000000000000001), /* below the normal */
      UINT64_C(0x800fffffffffffff), UINT64_C(0x0010000000000000),
      UINT64_C(0x7fefffffffffffff), UINT64_C(0x3fd5555555555555), /* a third */
      UINT64_C(0x4340000000000000),                               /* 2^53 */
      UINT64_C(0x4320000000000000)};                              /* 2^51 */
  static double v[ROWS];
  uint64_t valid[ROWS / 64 + 1];
  for (size_t k = 0; k < sizeof strangers / sizeof *strangers; k++)
    for (uint32_t at = 0; at < ROWS; at += 833) {
      for (uint32_t i = 0; i < ROWS; i++) v[i] = (double)(rnd() % 10000) / 100;
      CHECK(try(v, ROWS));
      v[at] = of_bits(strangers[k]);
      CHECK_AT(!try(v, ROWS), "stranger %zu at %u", k, at);
      memset(valid, 0xff, sizeof valid);
      CHECK(try_block(v, NULL, ROWS) == BLT_ENC_PLAIN);
      CHECK(try_block(v, valid, ROWS) == BLT_ENC_PLAIN);
      valid[at / 64] &= ~(UINT64_C(1) << at % 64); /* a null is no stranger */
      CHECK_AT(try_block(v, valid, ROWS) == BLT_ENC_SCALED, "null %zu at %u", k, at);
    }
}

static void a_digit_more_at_any_row(void) {
  static double v[ROWS];
  for (uint32_t at = 0; at < ROWS; at += 97) {
    for (uint32_t i = 0; i < ROWS; i++) v[i] = (double)(rnd() % 100);
    v[at] = 0.25;
    v[ROWS - 1 - at] = 12.000001;
    CHECK(try(v, ROWS));
    CHECK(try_block(v, NULL, ROWS) == BLT_ENC_SCALED);
  }
}

static void any_bits_come_back(void) {
  static double v[ROWS];
  uint64_t valid[ROWS / 64 + 1], rounds = check_rounds(200, 20000);
  for (uint64_t k = 0; k < rounds; k++) {
    uint32_t n = 1 + (uint32_t)(rnd() % ROWS);
    uint64_t mask = rnd() << rnd() % 64; /* few bits of the mantissa, or many */
    for (uint32_t i = 0; i < n; i++) v[i] = of_bits(rnd() & mask);
    for (uint32_t w = 0; w <= n / 64; w++) valid[w] = rnd() | rnd();
    try(v, n);
    try_block(v, NULL, n);
    try_block(v, valid, n);
  }
}

/* The largest numbers that are kept, of either sign, and offsets that need all 32 bits. */
static void numbers_at_the_limits(void) {
  static const double tops[] = {0x1p51 - 1, 0x1p51 - 0x1p32, -0x1p51 + 0x1p32, 0x1p31, -0x1p31, 0};
  static double v[ROWS];
  for (size_t k = 0; k < sizeof tops / sizeof *tops; k++)
    for (uint8_t scale = 0; scale <= BLT_SCALE_MOST; scale++) {
      double power = blt_scaled_power(scale);
      for (uint32_t i = 0; i < ROWS; i++) v[i] = (tops[k] - (double)(rnd() >> 32)) / power;
      v[7] = tops[k] / power;
      v[8] = (tops[k] - 0x1p32 + 1) / power;
      try(v, ROWS);
      try_block(v, NULL, ROWS);
    }
}

/* Both ways of reading are the quotient, whatever the offsets. */
static void products_are_quotients(void) {
  uint64_t rounds = check_rounds(1000000, 100000000);
  for (uint64_t k = 0; k < rounds; k++) {
    int64_t base = (int64_t)(rnd() >> (13 + rnd() % 50)) * (rnd() & 1 ? 1 : -1);
    blt_scaled s = {base, (uint8_t)(rnd() % (BLT_SCALE_MOST + 1)), 4};
    blt_scaled_reader r = blt_scaled_reader_of(&s);
    uint32_t offset = (uint32_t)(rnd() >> (32 + rnd() % 32));
    double whole = (double)(base + (int64_t)offset) / blt_scaled_power(s.scale);
    double product = blt_scaled_product(&r, offset), quotient = blt_scaled_quotient(&r, offset);
    CHECK_AT(product == whole && quotient == whole, "(%lld + %u) / 10^%u", (long long)base, offset, s.scale);
  }
}

static void refused_memory_leaves_nothing(void) {
  static double v[ROWS];
  blt_block *b;
  blt_run runs[] = {{.v = v, .n = 17}, {.v = v + 17, .n = ROWS - 17}};
  blt_status status = BLT_ENOMEM;
  for (uint32_t i = 0; i < ROWS; i++) v[i] = i / 8.0;
  size_t before = blt_ctx_memory_used(ctx);
  for (uint64_t n = 1; status != BLT_OK; n++) {
    blt_ctx_fail_allocation(ctx, n);
    status = blt_block_from_f64_runs(ctx, runs, 2, ROWS, &b, &err);
    blt_ctx_fail_allocation(ctx, 0);
    CHECK(status == BLT_OK || (status == BLT_ENOMEM && blt_ctx_memory_used(ctx) == before));
  }
  blt_block_release(b);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(decimals_of_every_scale);
  RUN(one_stranger_keeps_all_as_they_are);
  RUN(a_digit_more_at_any_row);
  RUN(any_bits_come_back);
  RUN(numbers_at_the_limits);
  RUN(products_are_quotients);
  RUN(refused_memory_leaves_nothing);
  CHECK(blt_ctx_memory_used(ctx) == 0);
  blt_ctx_release(ctx);
  return check_report();
}
