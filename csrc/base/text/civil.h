/* civil.h: dates and timestamps: numbers to calendar fields and back, strict reading, writing.
 *
 * A date is a number of days, a timestamp a number of microseconds, both since 1970-01-01 (UTC), in the
 * proleptic Gregorian calendar. Values run from 0001-01-01 to 9999-12-31; the functions below give some
 * number, and no crash, for any other. Weeks are those of ISO 8601: they start on Monday, week 1 holds the
 * year's first Thursday.
 */
#ifndef BLT_BASE_CIVIL_H
#define BLT_BASE_CIVIL_H

#include "blt.h"

#define BLT_DATE_MIN INT64_C(-719162) /* 0001-01-01 */
#define BLT_DATE_MAX INT64_C(2932896) /* 9999-12-31 */
#define BLT_SECOND INT64_C(1000000)   /* in microseconds */
#define BLT_MINUTE (60 * BLT_SECOND)
#define BLT_HOUR (60 * BLT_MINUTE)
#define BLT_DAY (24 * BLT_HOUR)
#define BLT_TIMESTAMP_MIN (BLT_DATE_MIN * BLT_DAY)
#define BLT_TIMESTAMP_MAX ((BLT_DATE_MAX + 1) * BLT_DAY - 1)
#define BLT_DATE_TEXT 11      /* bytes that blt_date_format may write, with the final zero */
#define BLT_TIMESTAMP_TEXT 28 /* the same for blt_timestamp_format */

typedef struct blt_civil {
  int32_t year;   /* 1 to 9999 */
  uint32_t month; /* 1 to 12 */
  uint32_t day;   /* 1 to 31 */
} blt_civil;

/* The calendar day of a date. Inline, because kernels over a vector live on it; the arithmetic (after Neri
 * and Schneider) counts years from March, so that a leap day is a year's last. */
static inline blt_civil blt_civil_of(int64_t date) {
  uint32_t n1 = 4 * ((uint32_t)date + 719468u) + 3;
  uint32_t century = n1 / 146097u;
  uint32_t n2 = 4 * (n1 % 146097u / 4) + 3;
  uint64_t p = (uint64_t)2939745u * n2;
  uint32_t day_of_year = (uint32_t)p / 2939745u / 4;
  uint32_t n3 = 2141u * day_of_year + 197913u;
  uint32_t late = day_of_year >= 306; /* January and February belong to the next year */
  return (blt_civil){(int32_t)(100 * century + (uint32_t)(p >> 32) + late), (n3 >> 16) - 12 * late,
                     (n3 & 0xffff) / 2141u + 1};
}

/* The date of a calendar day that exists. */
static inline int64_t blt_civil_date(int64_t year, uint32_t month, uint32_t day) {
  int64_t y = year - (month <= 2);
  int64_t century = y / 100;
  uint32_t march = month > 2 ? month - 3 : month + 9;
  return y * 365 + y / 4 - century + century / 4 + (int64_t)((153 * march + 2) / 5 + day - 1) - 719468;
}

/* Days since 1970-01-01 of a timestamp, and the microseconds since that midnight (0 to BLT_DAY - 1). */
static inline int64_t blt_timestamp_date(int64_t t) {
  return t / BLT_DAY - (t % BLT_DAY < 0);
}
static inline int64_t blt_timestamp_time(int64_t t) {
  int64_t r = t % BLT_DAY;
  return r < 0 ? r + BLT_DAY : r;
}

static inline bool blt_is_leap(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
uint32_t blt_days_in_month(int64_t year, uint32_t month);
bool blt_civil_exists(int64_t year, uint32_t month, uint32_t day); /* also: inside the range of dates */

uint32_t blt_date_weekday(int64_t date);  /* 1 Monday to 7 Sunday */
uint32_t blt_date_yearday(int64_t date);  /* 1 to 366 */
uint32_t blt_date_week(int64_t date);     /* ISO week, 1 to 53 */
int32_t blt_date_week_year(int64_t date); /* the year to which that week belongs */
/* The fiscal year that starts in `month` (1 to 12) is named by the calendar year in which it ends: with 10,
 * 2012-10-01 begins fiscal year 2013. */
int32_t blt_date_fiscal_year(int64_t date, uint32_t month);
uint32_t blt_date_fiscal_quarter(int64_t date, uint32_t month); /* 1 to 4 */

typedef enum blt_unit {
  BLT_UNIT_YEAR,
  BLT_UNIT_QUARTER,
  BLT_UNIT_MONTH,
  BLT_UNIT_WEEK,
  BLT_UNIT_DAY,
  BLT_UNIT_HOUR,
  BLT_UNIT_MINUTE,
  BLT_UNIT_SECOND
} blt_unit;

bool blt_unit_parse(const char *s, size_t len, blt_unit *out); /* "year" ... "second" */
/* First day of the date's year, quarter, month or week; the date itself for shorter units. */
int64_t blt_date_trunc(int64_t date, blt_unit unit);
/* The date `months` later; a day that the month does not have becomes the month's last. False out of range.
 */
bool blt_date_add_months(int64_t date, int64_t months, int64_t *out);

/* Reading. The whole text must be one value that exists and is in range; nothing is guessed or trimmed.
 *   date       YYYY-MM-DD
 *   timestamp  a date, alone (midnight) or with T, t or a blank and HH:MM, HH:MM:SS or HH:MM:SS.f (1 to 6
 * digits after the point, more only when they are zeros), then nothing or Z (both UTC) or +HH:MM, +HHMM, +HH,
 *              which is turned into UTC. There is no second 60 and no hour 24. */
bool blt_date_parse(const char *s, size_t len, int64_t *out);
bool blt_timestamp_parse(const char *s, size_t len, int64_t *out);

/* Writing: "2012-10-01", "2012-10-01T09:30:00Z", "2012-10-01T09:30:00.25Z". Give the length without the final
 * zero. A value out of range is written as the nearest one inside. */
size_t blt_date_format(int64_t date, char out[BLT_DATE_TEXT]);
size_t blt_timestamp_format(int64_t t, char out[BLT_TIMESTAMP_TEXT]);

#endif
