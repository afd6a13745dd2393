/* Sketches of ranks: they say the same however values are dealt to them and merged, are exact of few values,
 * and of many within the error that their header states, for numbers of every kind. */
#include "check.h"
#include "exec/aggregate/quantiles.h"
#include "base/words.h"
#include "random.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define PARTS 5
#define MOST 30000u

static blt_quantiles parts[PARTS], whole, merged;
static uint64_t words[MOST], sorted[MOST];

/* Kinds of values; from INTEGERS on they are integers. */
enum { EVEN, NEAR, WIDE, EVERYTHING, EQUAL, RISING, FEW, ODD, INTEGERS, SMALL, SECONDS, EXTREME, KINDS };

static double odd_one(rng *r) {
  static const double some[] = {0.0,      -0.0,           INFINITY, -INFINITY, DBL_MIN,
                                -DBL_MIN, DBL_MIN / 4096, DBL_MAX,  1,         -1};
  uint64_t nan = UINT64_C(0x7ff) << 52 | 1 | rng_next(r) << 63 | rng_below(r, 1 << 20) << 4;
  uint64_t k = rng_below(r, 12);
  return k < 10 ? some[k] : blt_double_of_bits(nan);
}

static double fraction(rng *r) {
  return (double)(rng_next(r) >> 11) * 0x1p-53;
}

static uint64_t value(rng *r, int kind, uint32_t i) {
  switch (kind) {
  case EVEN:
    return blt_bits_of_double(fraction(r) * 100);
  case NEAR:
    return blt_bits_of_double(1.7e9 + fraction(r) * 1e6);
  case WIDE:
    return blt_bits_of_double(ldexp(fraction(r) - 0.5, (int)rng_below(r, 40)));
  case EVERYTHING:
    return rng_next(r);
  case EQUAL:
    return blt_bits_of_double(-12.75);
  case RISING:
    return blt_bits_of_double(i * 0.37);
  case FEW:
    return blt_bits_of_double((double)rng_below(r, 7) / 8);
  case ODD:
    return blt_bits_of_double(odd_one(r));
  case SMALL:
    return (uint64_t)((int64_t)rng_below(r, 2000) - 1000);
  case SECONDS:
    return 1700000000 + rng_below(r, 31536000);
  case EXTREME:
    return rng_below(r, 2) ? (uint64_t)INT64_MAX - rng_below(r, 3) : (uint64_t)INT64_MIN + rng_below(r, 3);
  default:
    return (uint64_t)((int64_t)rng_next(r) >> rng_below(r, 64));
  }
}

/* The value as a word that sorts as the numbers do, of integers as doubles. */
static uint64_t ordered(int kind, uint64_t word) {
  return blt_word_of_double(kind >= INTEGERS ? blt_bits_of_double((double)(int64_t)word) : word);
}

static int by_word(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void fill(rng *r, int kind, uint32_t n) {
  blt_quantiles_init(&whole);
  for (int p = 0; p < PARTS; p++) blt_quantiles_init(&parts[p]);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t to = (uint32_t)rng_below(r, PARTS);
    words[i] = value(r, kind, i);
    sorted[i] = ordered(kind, words[i]);
    if (rng_below(r, 2))
      blt_quantiles_add(&parts[to], kind < INTEGERS, &words[i], 1);
    else
      blt_quantiles_deal(parts, kind < INTEGERS, &words[i], &to, 1);
  }
  blt_quantiles_add(&whole, kind < INTEGERS, words, n);
  qsort(sorted, n, sizeof *sorted, by_word);
}

/* The error that the header states for so many octaves. */
static double stated(uint32_t n) {
  int level = BLT_QUANTILES_LEVEL;
  uint32_t octaves = 0;
  for (uint32_t i = 0; i < n; i++) octaves += i == 0 || sorted[i] >> 52 != sorted[i - 1] >> 52;
  while (octaves > 1u << (BLT_QUANTILES_LEVEL - level)) level--;
  return ldexp(1, -level - 1);
}

static uint64_t at(blt_quantiles *q, int kind, uint32_t rank) {
  blt_pace pace = {0};
  blt_error err;
  uint64_t word = 0;
  CHECK_INT(blt_quantiles_at(q, kind < INTEGERS, rank, &pace, &word, &err), BLT_OK);
  return kind < INTEGERS ? word : ordered(kind, word ^ BLT_WORD_SIGN);
}

static void check_rank(int kind, uint32_t n, uint32_t rank, double error) {
  uint64_t got = at(&whole, kind, rank);
  double is = blt_double_of_bits(blt_word_to_double(got)),
         meant = blt_double_of_bits(blt_word_to_double(sorted[rank]));
  CHECK_INT(at(&merged, kind, rank), got);
  if (n < BLT_QUANTILES_EXACT || rank == 0 || rank == n - 1 || kind == EQUAL || kind == SMALL)
    CHECK_AT(got == sorted[rank], "kind %d: %g, not %g, of rank %u of %u", kind, is, meant, rank, n);
  else if (isnan(meant) || isinf(meant) || meant == 0)
    CHECK_AT(got == sorted[rank] || fabs(is) < DBL_MIN, "kind %d: %g, not %g", kind, is, meant);
  else
    CHECK_AT(fabs(is - meant) <= error * fmax(fabs(meant), DBL_MIN), "kind %d: %g, not %g, of rank %u of %u",
             kind, is, meant, rank, n);
  if (kind >= INTEGERS) CHECK_AT(is == floor(is), "%g is no integer", is);
}

static void ranks_are_within_the_stated_error_however_values_are_dealt(void) {
  static const uint32_t rows[] = {1, 2, 100, 4095, 4096, 4097, 9000, MOST};
  rng r = {4};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int kind = 0; kind < KINDS; kind++) {
      uint32_t n = rows[i];
      fill(&r, kind, n);
      double error = stated(n);
      blt_quantiles_init(&merged);
      for (int p = PARTS - 1; p >= 0; p--) blt_quantiles_merge(&merged, &parts[p]);
      CHECK_INT(merged.rows, n);
      for (uint32_t k = 0; k <= 40; k++) check_rank(kind, n, (uint32_t)((uint64_t)(n - 1) * k / 40), error);
    }
}

int main(void) {
  RUN(ranks_are_within_the_stated_error_however_values_are_dealt);
  return check_report();
}
