/* calendar.h: days and microseconds since 1970-01-01, and their ISO 8601 texts. Proleptic Gregorian calendar,
 * years 0001 to 9999; a date that does not exist is refused, never moved. */
#ifndef BLT_BASE_CALENDAR_H
#define BLT_BASE_CALENDAR_H

#include "../blt.h"

#define BLT_DATE_MIN (-719162)                        /* 0001-01-01 */
#define BLT_DATE_MAX 2932896                          /* 9999-12-31 */
#define BLT_DAY_US INT64_C(86400000000)               /* microseconds of a day */
#define BLT_TIMESTAMP_MIN (BLT_DATE_MIN * BLT_DAY_US) /* 0001-01-01T00:00:00Z */
#define BLT_TIMESTAMP_MAX (BLT_DATE_MAX * BLT_DAY_US + BLT_DAY_US - 1)

/* Day number of a date; the date must exist. Counts in 400-year eras from 1 March, so that the leap day is
 * last. */
static inline int64_t blt_days_from_civil(int year, int month, int day) {
  int64_t y = year - (month <= 2);
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

static inline void blt_civil_from_days(int64_t days, int *year, int *month, int *day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t m = (5 * day_of_year + 2) / 153;
  *day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
  *month = (int)(m < 10 ? m + 3 : m - 9);
  *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

int blt_days_in_month(int year, int month);

/* "2012-01-31". False when the text is no such date, or the date does not exist. */
bool blt_date_parse(const char *text, size_t len, int64_t *days);
/* "2012-01-31T10:20:30.5Z": date, then optionally `T` or a blank with hours:minutes, seconds, up to six
 * digits of fraction, and `Z` or an offset such as +09:00. Without an offset it is UTC. */
bool blt_timestamp_parse(const char *text, size_t len, int64_t *us);

#define BLT_DATE_TEXT 11      /* bytes of a date with the final zero */
#define BLT_TIMESTAMP_TEXT 28 /* bytes of a timestamp at most */
/* Write the text and a final zero; return its length. Values must be within the limits above. */
size_t blt_date_format(int64_t days, char out[BLT_DATE_TEXT]);
size_t blt_timestamp_format(int64_t us, char out[BLT_TIMESTAMP_TEXT]); /* a fraction only when there is one */

#endif
