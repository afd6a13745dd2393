/* Numbers to text and back, against the C library (in the C locale) and edge cases known by hand. */
#include "base/text/num.h"
#include "check.h"
#include "random.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static blt_parsed i64(const char *s, int64_t *v) {
  return blt_parse_i64(s, strlen(s), v);
}
static blt_parsed f64(const char *s, double *v) {
  return blt_parse_f64(s, strlen(s), v);
}
static blt_parsed dec(const char *s, uint32_t p, uint32_t k, int64_t *v) {
  return blt_parse_decimal(s, strlen(s), p, k, v);
}

static bool same_bits(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0;
}

static void integers_are_read_whole_or_refused(void) {
  int64_t v = 7;
  CHECK(i64("9223372036854775807", &v) == BLT_PARSED && v == INT64_MAX);
  CHECK(i64("-9223372036854775808", &v) == BLT_PARSED && v == INT64_MIN);
  CHECK(i64("+00000000000000000000000012", &v) == BLT_PARSED && v == 12);
  CHECK(i64("9223372036854775808", &v) == BLT_OUT_OF_RANGE);
  CHECK(i64("-9223372036854775809", &v) == BLT_OUT_OF_RANGE);
  CHECK(i64("18446744073709551617", &v) == BLT_OUT_OF_RANGE);
  const char *bad[] = {"", "-", "+", "+-1", " 1", "1 ", "1.", "1e2", "0x10", "1_000", "1,000", "\xd9\xa1"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK_AT(i64(bad[i], &v) == BLT_NO_NUMBER, "'%s' was read", bad[i]);
  CHECK_INT(v, 12);
}

static void integers_are_written(void) {
  char out[BLT_I64_TEXT];
  CHECK_INT(blt_format_i64(INT64_MIN, out), 20);
  CHECK_STR(out, "-9223372036854775808");
  CHECK_INT(blt_format_i64(0, out), 1);
  CHECK_STR(out, "0");
}

static void decimals_are_exact(void) {
  int64_t v = 7;
  char out[BLT_DECIMAL_TEXT];
  CHECK(dec("12.50", 4, 2, &v) == BLT_PARSED && v == 1250);
  CHECK(dec("-.5", 4, 2, &v) == BLT_PARSED && v == -50);
  CHECK(dec("12.", 4, 2, &v) == BLT_PARSED && v == 1200);
  CHECK(dec("12.340000", 4, 2, &v) == BLT_PARSED && v == 1234);
  CHECK(dec("12.341", 4, 2, &v) == BLT_INEXACT);
  CHECK(dec("100", 4, 2, &v) == BLT_OUT_OF_RANGE);
  CHECK(dec("99999999999999999999", 18, 0, &v) == BLT_OUT_OF_RANGE);
  CHECK(dec("999999999999999999", 18, 0, &v) == BLT_PARSED && v == 999999999999999999);
  const char *bad[] = {"", ".", "-", "-.", "1.2.3", "1e2", " 1", "1 ", "nan"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK_AT(dec(bad[i], 18, 2, &v) == BLT_NO_NUMBER, "'%s' was read", bad[i]);
  blt_format_decimal(-5, 2, out);
  CHECK_STR(out, "-0.05");
  blt_format_decimal(INT64_MIN, 18, out);
  CHECK_STR(out, "-9.223372036854775808");
  blt_format_decimal(-7, 0, out);
  CHECK_STR(out, "-7");
}

static void odd_floats_are_read(void) {
  double v = 7;
  CHECK(f64("NaN", &v) == BLT_PARSED && isnan(v));
  CHECK(f64("-inf", &v) == BLT_PARSED && v == -INFINITY);
  CHECK(f64("+Infinity", &v) == BLT_PARSED && v == INFINITY);
  CHECK(f64("-0", &v) == BLT_PARSED && v == 0 && signbit(v));
  CHECK(f64("1e400", &v) == BLT_OUT_OF_RANGE);
  CHECK(f64("1e99999999999999999999", &v) == BLT_OUT_OF_RANGE);
  CHECK(f64("1e-99999999999999999999", &v) == BLT_PARSED && v == 0);
  CHECK(f64("0e99999999999999999999", &v) == BLT_PARSED && v == 0);
  const char *bad[] = {"",   ".",     "-",     "e5",  "1e",    "1e+", "1 ",
                       " 1", "0x1p3", "1.2.3", "--1", "infin", "na",  "1d5"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK_AT(f64(bad[i], &v) == BLT_NO_NUMBER, "'%s' was read", bad[i]);
}

static void check_read(const char *text) {
  double want = strtod(text, NULL), got = 7;
  blt_parsed p = f64(text, &got);
  if (isinf(want))
    CHECK_AT(p == BLT_OUT_OF_RANGE, "%s: not out of range", text);
  else
    CHECK_AT(p == BLT_PARSED && same_bits(got, want), "%s: %a, not %a", text, got, want);
}

static void hard_floats_are_rounded_correctly(void) {
  const char *hard[] = {"2.2250738585072011e-308",
                        "2.2250738585072012e-308",
                        "4.9406564584124654e-324",
                        "2.4703282292062327e-324",
                        "2.4703282292062328e-324",
                        "1.7976931348623157e308",
                        "1.7976931348623158e308",
                        "1.7976931348623159e308",
                        "9007199254740993",
                        "9007199254740993.00000000000000000000000000000000000001",
                        "8.41e+21",
                        "5e-324",
                        "0.1",
                        "123456789012345678901234567890",
                        "6.631236846766476e-316",
                        "9214843084008499",
                        "3.518437208883201171875e13",
                        "1e23",
                        "1e22",
                        "62.5364939768271845828"};
  for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) check_read(hard[i]);
}

/* Texts right at, below and above the midpoint of two neighbours, with up to 770 digits. */
static void midpoints_go_to_even(void) {
  rng r = {2};
  char text[1400];
  for (int i = 0; i < 3000; i++) {
    uint64_t bits = rng_next(&r) & INT64_MAX;
    double a, b;
    if (i % 3 == 0) bits &= (UINT64_C(1) << 54) - 1; /* denormal or nearly */
    if (bits >> 52 >= 0x7fe) continue;
    memcpy(&a, &bits, 8);
    bits++;
    memcpy(&b, &bits, 8);
    long double middle = ((long double)a + b) / 2;
    int n = snprintf(text, sizeof text - 8, "%.1100Lf", middle);
    if (bits >> 52 > 1200) n = snprintf(text, sizeof text - 8, "%.5Lf", middle);
    check_read(text);
    strcpy(text + n, "000001");
    check_read(text);
    int last = n - 1;
    while (last > 0 && (text[last] == '0' || text[last] == '.')) last--;
    text[n] = 0;
    text[last]--;
    check_read(text);
  }
}

static void any_text_is_read_as_the_c_library_does(void) {
  rng r = {3};
  char text[64];
  for (int i = 0; i < 60000; i++) {
    int digits = 1 + (int)rng_below(&r, 25), n = 0;
    int point = (int)rng_below(&r, 30);
    for (int d = 0; d < digits; d++) {
      if (d == point) text[n++] = '.';
      text[n++] = (char)('0' + rng_below(&r, 10));
    }
    snprintf(text + n, sizeof text - (size_t)n, "e%d", (int)rng_below(&r, 660) - 340);
    check_read(text);
  }
}

static void check_round_trip(double v) {
  char out[BLT_F64_TEXT], best[40];
  double back = 7;
  size_t n = blt_format_f64(v, out);
  CHECK_AT(n == strlen(out) && blt_parse_f64(out, n, &back) == BLT_PARSED && same_bits(back, v),
           "%a -> %s -> %a", v, out, back);
  /* No shorter text does: count significant digits against the first %.Ne that reads back. */
  int want = 1, got = 0, zeros = 0;
  for (; want < 17; want++) {
    snprintf(best, sizeof best, "%.*e", want - 1, v);
    if (strtod(best, NULL) == v) break;
  }
  for (const char *p = out; *p && *p != 'e'; p++) {
    if (*p < '0' || *p > '9' || (got == 0 && *p == '0')) continue;
    got++;
    zeros = *p == '0' ? zeros + 1 : 0;
  }
  CHECK_AT(got - zeros <= want, "%s has %d digits, %d are enough", out, got - zeros, want);
}

static void floats_are_written_short_and_exact(void) {
  rng r = {4};
  for (int i = 0; i < 60000; i++) {
    uint64_t bits = rng_next(&r);
    double v;
    if (i % 4 == 1) bits &= ~((UINT64_C(1) << 52) - 1); /* powers of two: neighbours at two distances */
    memcpy(&v, &bits, 8);
    if (i % 4 == 2) v = (double)rng_below(&r, 100000000) / 1000;
    if (i % 4 == 3) v = (double)(int64_t)(rng_next(&r) >> 8);
    if (isfinite(v)) check_round_trip(v);
  }
  check_round_trip(DBL_MAX);
  check_round_trip(DBL_MIN);
  check_round_trip(DBL_TRUE_MIN);
  check_round_trip(-0.0);
}

static void floats_look_as_documented(void) {
  const struct {
    double v;
    const char *text;
  } cases[] = {{1, "1.0"},
               {0.1, "0.1"},
               {-2.5, "-2.5"},
               {1e15, "1000000000000000.0"},
               {1e16, "1e+16"},
               {1e22, "1e+22"},
               {1e23, "1e+23"},
               {0.00001, "0.00001"},
               {0.000001, "1e-06"},
               {123456, "123456.0"},
               {5e-324, "5e-324"},
               {9007199254740993.0, "9007199254740992.0"},
               {0.0, "0.0"},
               {-0.0, "-0.0"},
               {1.0 / 3, "0.3333333333333333"},
               {NAN, "nan"},
               {-NAN, "nan"},
               {INFINITY, "inf"},
               {-INFINITY, "-inf"},
               {1.7976931348623157e308, "1.7976931348623157e+308"}};
  char out[BLT_F64_TEXT];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    CHECK_INT(blt_format_f64(cases[i].v, out), strlen(cases[i].text));
    CHECK_STR(out, cases[i].text);
  }
}

int main(void) {
  RUN(integers_are_read_whole_or_refused);
  RUN(integers_are_written);
  RUN(decimals_are_exact);
  RUN(odd_floats_are_read);
  RUN(hard_floats_are_rounded_correctly);
  RUN(midpoints_go_to_even);
  RUN(any_text_is_read_as_the_c_library_does);
  RUN(floats_are_written_short_and_exact);
  RUN(floats_look_as_documented);
  return check_report();
}
