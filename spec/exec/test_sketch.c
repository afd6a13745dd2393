/* Sketches of distinct values: they say the same however values are dealt to them and merged, count few
 * values exactly, and many within the error that their header states. */
#include "check.h"
#include "exec/aggregate/sketch.h"
#include "random.h"

#define PARTS 5

static blt_sketch parts[PARTS], whole, merged;

/* Value number i of `distinct`, spread so that neighbours differ in any of their bytes. */
static uint64_t value_of(uint64_t i, uint64_t distinct, int shift) {
  return i % distinct << shift;
}

static void deal(rng *r, uint64_t n, uint64_t distinct, int shift) {
  blt_sketch_init(&whole);
  for (int p = 0; p < PARTS; p++) blt_sketch_init(&parts[p]);
  for (uint64_t i = 0; i < n; i++) {
    uint64_t value = value_of(i, distinct, shift);
    blt_sketch_add(&whole, &value, 1);
    blt_sketch_add(&parts[rng_below(r, PARTS)], &value, 1);
  }
}

static void parts_say_what_the_whole_says(void) {
  static const uint64_t rows[] = {0, 1, 100, 4095, 4096, 4097, 9000, 30000};
  rng r = {4};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (uint64_t distinct = 1; distinct < 40000; distinct = distinct * 7 + 1) {
      deal(&r, rows[i], distinct, (int)rng_below(&r, 40));
      blt_sketch_init(&merged);
      for (int p = PARTS - 1; p >= 0; p--) blt_sketch_merge(&merged, &parts[p]);
      CHECK_INT(merged.rows, rows[i]);
      CHECK_INT(blt_sketch_count(&merged), blt_sketch_count(&whole));
      if (rows[i] < BLT_SKETCH_EXACT)
        CHECK_INT(blt_sketch_count(&whole), rows[i] < distinct ? rows[i] : distinct);
    }
}

static void many_values_are_counted_within_four_standard_errors(void) {
  for (uint64_t distinct = 1; distinct < 3000000; distinct = distinct * 5 + 3)
    for (int shift = 0; shift < 42; shift += 13) {
      uint64_t n = distinct < BLT_SKETCH_EXACT ? 2 * BLT_SKETCH_EXACT : distinct;
      blt_sketch_init(&whole);
      for (uint64_t i = 0; i < n; i++) {
        uint64_t value = value_of(i, distinct, shift);
        blt_sketch_add(&whole, &value, 1);
      }
      double got = (double)blt_sketch_count(&whole), error = got / (double)distinct - 1;
      CHECK_AT(error < 0.033 && error > -0.033, "%g instead of %g", got, (double)distinct);
    }
}

int main(void) {
  RUN(parts_say_what_the_whole_says);
  RUN(many_values_are_counted_within_four_standard_errors);
  return check_report();
}
