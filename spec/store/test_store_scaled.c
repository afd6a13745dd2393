/* Doubles in blocks: every bit pattern comes back as it was, whether the block keeps them as decimals or
 * plain. */
#include "check.h"
#include "store/column/packed.h"
#include "store/column/scaled.h"

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

/* Packs and unpacks; gives whether they are decimals. */
static bool try(const double *v, uint32_t n) {
  static double back[ROWS];
  static uint32_t offsets[ROWS];
  blt_packed p;
  blt_scaled s;
  bool decimals = blt_scaled_find(v, n, &s);
  if (decimals) {
    blt_scaled_put(v, n, &s, offsets);
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
  for (size_t k = 0; k < sizeof strangers / sizeof *strangers; k++)
    for (uint32_t at = 0; at < ROWS; at += 833) {
      for (uint32_t i = 0; i < ROWS; i++) v[i] = (double)(rnd() % 10000) / 100;
      CHECK(try(v, ROWS));
      v[at] = of_bits(strangers[k]);
      CHECK_AT(!try(v, ROWS), "stranger %zu at %u", k, at);
    }
}

static void a_digit_more_at_any_row(void) {
  static double v[ROWS];
  for (uint32_t at = 0; at < ROWS; at += 97) {
    for (uint32_t i = 0; i < ROWS; i++) v[i] = (double)(rnd() % 100);
    v[at] = 0.25;
    v[ROWS - 1 - at] = 12.000001;
    CHECK(try(v, ROWS));
  }
}

static void any_bits_come_back(void) {
  static double v[ROWS];
  uint64_t rounds = check_rounds(200, 20000);
  for (uint64_t k = 0; k < rounds; k++) {
    uint32_t n = 1 + (uint32_t)(rnd() % ROWS);
    uint64_t mask = rnd() << rnd() % 64; /* few bits of the mantissa, or many */
    for (uint32_t i = 0; i < n; i++) v[i] = of_bits(rnd() & mask);
    try(v, n);
  }
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(decimals_of_every_scale);
  RUN(one_stranger_keeps_all_as_they_are);
  RUN(a_digit_more_at_any_row);
  RUN(any_bits_come_back);
  CHECK(blt_ctx_memory_used(ctx) == 0);
  blt_ctx_release(ctx);
  return check_report();
}
