/* Dates and timestamps: every day of 9999 years against a calendar that counts one day at a time. */
#include "base/text/civil.h"
#include "check.h"

static bool date(const char *s, int64_t *v) {
  return blt_date_parse(s, strlen(s), v);
}
static bool stamp(const char *s, int64_t *v) {
  return blt_timestamp_parse(s, strlen(s), v);
}

static void every_day_has_its_fields(void) {
  int64_t d = BLT_DATE_MIN;
  uint32_t weekday = 1, week = 1;
  int32_t week_year = 1;
  int wrong = 0;
  for (int32_t y = 1; y <= 9999; y++) {
    uint32_t yearday = 1;
    for (uint32_t m = 1; m <= 12; m++) {
      for (uint32_t day = 1; day <= blt_days_in_month(y, m); day++, d++, yearday++) {
        blt_civil c = blt_civil_of(d);
        if (weekday == 1) { /* Monday: a new week, number 1 when its Thursday is a year's first */
          bool first = (m == 1 && day <= 4) || (m == 12 && day >= 29);
          week = first ? 1 : week + (d > BLT_DATE_MIN);
          if (first) week_year = m == 12 ? y + 1 : y;
        }
        wrong += c.year != y || c.month != m || c.day != day || blt_civil_date(y, m, day) != d ||
                 blt_date_weekday(d) != weekday || blt_date_yearday(d) != yearday ||
                 blt_date_week(d) != week || blt_date_week_year(d) != week_year;
        weekday = weekday % 7 + 1;
      }
    }
  }
  CHECK_INT(wrong, 0);
  CHECK_INT(d, BLT_DATE_MAX + 1);
}

static void dates_that_do_not_exist_are_refused(void) {
  int64_t v = 7;
  CHECK(date("1970-01-01", &v) && v == 0);
  CHECK(date("2012-02-29", &v) && v == 15399);
  CHECK(date("0001-01-01", &v) && v == BLT_DATE_MIN);
  CHECK(date("9999-12-31", &v) && v == BLT_DATE_MAX);
  const char *bad[] = {"2013-02-29", "1900-02-29", "2012-02-30", "2012-13-01", "2012-00-01", "2012-01-00",
                       "2012-04-31", "0000-01-01", "2012-1-1",   "12-01-2012", "2012/01/01", "2012-01-01 ",
                       "2012-01-0",  "",           "20120101",   "+012-01-01", "2012-01-0a", "-012-01-01"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_AT(!date(bad[i], &v), "'%s' was read", bad[i]);
  CHECK_INT(v, BLT_DATE_MAX);
}

static void timestamps_are_read_strictly(void) {
  int64_t v = 7;
  CHECK(stamp("1970-01-01T00:00:01Z", &v) && v == BLT_SECOND);
  CHECK(stamp("1969-12-31 23:59:59.999999", &v) && v == -1);
  CHECK(stamp("1970-01-02", &v) && v == BLT_DAY);
  CHECK(stamp("1970-01-01T01:30", &v) && v == BLT_HOUR + 30 * BLT_MINUTE);
  CHECK(stamp("1970-01-01T02:00:00.5+02:00", &v) && v == BLT_SECOND / 2);
  CHECK(stamp("1970-01-01T00:00:00-0530", &v) && v == 5 * BLT_HOUR + 30 * BLT_MINUTE);
  CHECK(stamp("1970-01-01T00:00:00-05", &v) && v == 5 * BLT_HOUR);
  CHECK(stamp("1970-01-01T00:00:00.1234560000", &v) && v == 123456);
  const char *bad[] = {"1970-01-01T24:00:00",
                       "1970-01-01T23:60:00",
                       "1970-01-01T23:59:60",
                       "1970-01-01T1:00",
                       "1970-01-01T",
                       "1970-01-01T10",
                       "1970-01-01T10:00:0",
                       "1970-01-01T10:00:00.",
                       "1970-01-01T10:00:00X",
                       "1970-01-01T10:00:00+1",
                       "1970-01-01T10:00:00+24:00",
                       "1970-01-01T10:00:00.1234567",
                       "1970-01-01_10:00",
                       "1970-02-30T10:00",
                       "0001-01-01T00:00+01:00",
                       "9999-12-31T23:59:59-01:00",
                       "1970-01-01T10:00:00+01-00",
                       "1970-01-01T10:00:00ZZ"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_AT(!stamp(bad[i], &v), "'%s' was read", bad[i]);
}

static void timestamps_read_back(void) {
  const char *texts[] = {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2012-10-01T09:30:00.25Z",
                         "1969-12-31T23:59:59.000001Z"};
  char out[BLT_TIMESTAMP_TEXT];
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    int64_t v = 7;
    CHECK(stamp(texts[i], &v));
    CHECK_INT(blt_timestamp_format(v, out), strlen(texts[i]));
    CHECK_STR(out, texts[i]);
  }
  blt_date_format(INT64_MAX, out);
  CHECK_STR(out, "9999-12-31");
  blt_timestamp_format(INT64_MIN, out);
  CHECK_STR(out, "0001-01-01T00:00:00Z");
}

static int64_t day(const char *s) {
  int64_t v = -1;
  CHECK_AT(date(s, &v), "'%s' was refused", s);
  return v;
}

static void fiscal_years_are_named_by_their_end(void) {
  CHECK_INT(blt_date_fiscal_year(day("2012-09-30"), 10), 2012);
  CHECK_INT(blt_date_fiscal_year(day("2012-10-01"), 10), 2013);
  CHECK_INT(blt_date_fiscal_year(day("2012-12-31"), 1), 2012);
  CHECK_INT(blt_date_fiscal_quarter(day("2012-10-01"), 10), 1);
  CHECK_INT(blt_date_fiscal_quarter(day("2012-09-30"), 10), 4);
  CHECK_INT(blt_date_fiscal_quarter(day("2012-05-01"), 1), 2);
}

static void truncation_finds_the_first_day(void) {
  CHECK_INT(blt_date_trunc(day("2012-05-17"), BLT_UNIT_YEAR), day("2012-01-01"));
  CHECK_INT(blt_date_trunc(day("2012-05-17"), BLT_UNIT_QUARTER), day("2012-04-01"));
  CHECK_INT(blt_date_trunc(day("2012-05-17"), BLT_UNIT_MONTH), day("2012-05-01"));
  CHECK_INT(blt_date_trunc(day("2012-05-17"), BLT_UNIT_WEEK), day("2012-05-14"));
  CHECK_INT(blt_date_trunc(day("0001-01-01"), BLT_UNIT_WEEK), day("0001-01-01"));
  CHECK_INT(blt_date_trunc(day("2012-05-17"), BLT_UNIT_HOUR), day("2012-05-17"));
}

static void months_end_where_the_month_ends(void) {
  int64_t v = 7;
  CHECK(blt_date_add_months(day("2012-01-31"), 1, &v) && v == day("2012-02-29"));
  CHECK(blt_date_add_months(day("2012-03-31"), -13, &v) && v == day("2011-02-28"));
  CHECK(blt_date_add_months(day("2012-05-17"), 12, &v) && v == day("2013-05-17"));
  CHECK(!blt_date_add_months(day("9999-12-01"), 1, &v));
  CHECK(!blt_date_add_months(day("0001-01-01"), -1, &v));
  CHECK(!blt_date_add_months(0, INT64_MIN, &v));
}

int main(void) {
  RUN(every_day_has_its_fields);
  RUN(dates_that_do_not_exist_are_refused);
  RUN(timestamps_are_read_strictly);
  RUN(timestamps_read_back);
  RUN(fiscal_years_are_named_by_their_end);
  RUN(truncation_finds_the_first_day);
  RUN(months_end_where_the_month_ends);
  return check_report();
}
