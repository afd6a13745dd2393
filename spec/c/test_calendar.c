#include "base/calendar.h"
#include "base/number.h"
#include "check.h"

static bool date(const char *text, int64_t *days) {
  return blt_date_parse(text, strlen(text), days);
}
static bool stamp(const char *text, int64_t *us) {
  return blt_timestamp_parse(text, strlen(text), us);
}

static void every_day_of_the_calendar_reads_back(void) {
  char text[BLT_DATE_TEXT];
  for (int64_t day = BLT_DATE_MIN; day <= BLT_DATE_MAX; day++) {
    int64_t back = 0;
    CHECK_INT(blt_date_format(day, text), 10);
    REQUIRE(date(text, &back) && back == day);
  }
  CHECK_INT(blt_days_from_civil(1, 1, 1), BLT_DATE_MIN);
  CHECK_INT(blt_days_from_civil(9999, 12, 31), BLT_DATE_MAX);
  CHECK_INT(blt_days_from_civil(2000, 3, 1), 11017);
}

static void dates_that_do_not_exist_are_refused(void) {
  const char *const bad[] = {"2013-02-29", "1900-02-29",  "2012-13-01", "2012-00-01",
                             "2012-01-00", "2012-04-31",  "0000-01-01", "2012-1-01",
                             "2012/01/01", "2012-01-01 ", "",           "12012-01-01"};
  int64_t days;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK_AT(!date(bad[i], &days), "'%s' was taken", bad[i]);
  CHECK(date("2000-02-29", &days));
}

static void timestamps_read_zones_and_fractions(void) {
  int64_t us = 0;
  char text[BLT_TIMESTAMP_TEXT];
  CHECK(stamp("1970-01-02T00:00:01.25Z", &us));
  CHECK_INT(us, BLT_DAY_US + 1250000);
  CHECK(stamp("1970-01-01 09:00:00+09:00", &us));
  CHECK_INT(us, 0);
  CHECK(stamp("1969-12-31T23:59:59.999999", &us));
  CHECK_INT(us, -1);
  blt_timestamp_format(us, text);
  CHECK_STR(text, "1969-12-31T23:59:59.999999Z");
  CHECK(stamp("2012-06-05", &us));
  blt_timestamp_format(us, text);
  CHECK_STR(text, "2012-06-05T00:00:00Z");
  CHECK(!stamp("2012-06-05T24:00:00", &us));
  CHECK(!stamp("2012-06-05T10:00:00.1234567", &us));
  CHECK(!stamp("2012-06-05T10:00:00X", &us));
  CHECK(!stamp("0001-01-01T00:00:00+01:00", &us));
}

static void decimals_are_exact_or_refused(void) {
  int64_t v = 0;
  unsigned digits = 0;
  char text[BLT_NUMBER_TEXT];
  CHECK(blt_decimal_parse("-12.340", 7, 2, &v, &digits));
  CHECK_INT(v, -1234);
  CHECK_INT(digits, 4);
  CHECK(!blt_decimal_parse("12.345", 6, 2, &v, &digits));
  CHECK(!blt_decimal_parse("1234567890123456789", 19, 0, &v, &digits));
  CHECK(blt_decimal_parse("999999999999999999", 18, 0, &v, &digits));
  CHECK(!blt_decimal_parse("999999999999999999", 18, 1, &v, &digits));
  CHECK(!blt_decimal_parse(".", 1, 2, &v, &digits));
  CHECK(!blt_decimal_parse("1e5", 3, 2, &v, &digits));
  blt_decimal_format(-5, 2, text);
  CHECK_STR(text, "-0.05");
  blt_decimal_format(1200, 0, text);
  CHECK_STR(text, "1200");
  blt_decimal_format(999999999999999999, 18, text);
  CHECK_STR(text, "0.999999999999999999");
}

static void floats_print_their_shortest_text(void) {
  char text[BLT_NUMBER_TEXT];
  blt_float_format(0.1, text);
  CHECK_STR(text, "0.1");
  blt_float_format(1.0 / 3, text);
  CHECK_STR(text, "0.3333333333333333");
  blt_float_format(-__builtin_nan(""), text);
  CHECK_STR(text, "nan");
}

int main(void) {
  RUN(every_day_of_the_calendar_reads_back);
  RUN(dates_that_do_not_exist_are_refused);
  RUN(timestamps_read_zones_and_fractions);
  RUN(decimals_are_exact_or_refused);
  RUN(floats_print_their_shortest_text);
  return check_report();
}
