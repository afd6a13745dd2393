#include "civil.h"

#include <string.h>

uint32_t blt_days_in_month(int64_t year, uint32_t month) {
  static const uint8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && blt_is_leap(year) ? 29 : days[month];
}

bool blt_civil_exists(int64_t year, uint32_t month, uint32_t day) {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
         day <= blt_days_in_month(year, month);
}

/* ---- fields ---- */

uint32_t blt_date_weekday(int64_t date) {
  uint64_t days = (uint64_t)date + 719162u; /* since 0001-01-01, a Monday */
  return (uint32_t)(days % 7) + 1;
}

uint32_t blt_date_yearday(int64_t date) {
  return (uint32_t)((uint64_t)date - (uint64_t)blt_civil_date(blt_civil_of(date).year, 1, 1)) + 1;
}

/* A week belongs to the year of its Thursday. */
static int64_t thursday(int64_t date) {
  return (int64_t)((uint64_t)date + 4 - blt_date_weekday(date));
}

uint32_t blt_date_week(int64_t date) {
  return (blt_date_yearday(thursday(date)) - 1) / 7 + 1;
}

int32_t blt_date_week_year(int64_t date) {
  return blt_civil_of(thursday(date)).year;
}

int32_t blt_date_fiscal_year(int64_t date, uint32_t month) {
  blt_civil c = blt_civil_of(date);
  return c.year + (month > 1 && c.month >= month);
}

uint32_t blt_date_fiscal_quarter(int64_t date, uint32_t month) {
  return (blt_civil_of(date).month + 12 - month) % 12 / 3 + 1;
}

/* ---- units ---- */

static const char *const units[] = {"year", "quarter", "month", "week", "day", "hour", "minute", "second"};

bool blt_unit_parse(const char *s, size_t len, blt_unit *out) {
  for (unsigned u = BLT_UNIT_YEAR; u <= BLT_UNIT_SECOND; u++) {
    if (strlen(units[u]) != len || memcmp(units[u], s, len) != 0) continue;
    *out = (blt_unit)u;
    return true;
  }
  return false;
}

int64_t blt_date_trunc(int64_t date, blt_unit unit) {
  if (unit == BLT_UNIT_WEEK) return (int64_t)((uint64_t)date + 1 - blt_date_weekday(date));
  if (unit > BLT_UNIT_WEEK) return date;
  blt_civil c = blt_civil_of(date);
  if (unit == BLT_UNIT_YEAR) return blt_civil_date(c.year, 1, 1);
  return blt_civil_date(c.year, unit == BLT_UNIT_MONTH ? c.month : (c.month - 1) / 3 * 3 + 1, 1);
}

bool blt_date_add_months(int64_t date, int64_t months, int64_t *out) {
  if (months < -12 * 10000 || months > 12 * 10000) return false;
  blt_civil c = blt_civil_of(date);
  int64_t total = (int64_t)c.year * 12 + (c.month - 1) + months;
  if (total < 12 || total >= 12 * 10000) return false;
  int64_t year = total / 12;
  uint32_t month = (uint32_t)(total % 12) + 1, last = blt_days_in_month(year, month);
  *out = blt_civil_date(year, month, c.day < last ? c.day : last);
  return true;
}

/* ---- reading ---- */

/* The number that `n` digits at `s` make, or -1. */
static int32_t digits(const char *s, uint32_t n) {
  int32_t v = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t d = (uint32_t)(unsigned char)s[i] - '0';
    if (d > 9) return -1;
    v = v * 10 + (int32_t)d;
  }
  return v;
}

bool blt_date_parse(const char *s, size_t len, int64_t *out) {
  if (len != 10 || s[4] != '-' || s[7] != '-') return false;
  int32_t year = digits(s, 4), month = digits(s + 5, 2), day = digits(s + 8, 2);
  if (year < 0 || month < 0 || day < 0) return false;
  if (!blt_civil_exists(year, (uint32_t)month, (uint32_t)day)) return false;
  *out = blt_civil_date(year, (uint32_t)month, (uint32_t)day);
  return true;
}

/* Reads ".25" at *s into microseconds and moves past it. False when digits that are not zero would be lost.
 */
static bool parse_fraction(const char **s, const char *end, int64_t *micros) {
  const char *p = *s + 1;
  int64_t unit = 100000, v = 0;
  if (p == end || digits(p, 1) < 0) return false;
  for (; p < end && digits(p, 1) >= 0; p++, unit /= 10) {
    if (unit == 0 && *p != '0') return false;
    v += (*p - '0') * unit;
  }
  *s = p;
  *micros = v;
  return true;
}

/* Reads HH:MM[:SS[.f]] at *s and moves past it. */
static bool parse_time(const char **s, const char *end, int64_t *micros) {
  const char *p = *s;
  int64_t fraction = 0;
  int32_t second = 0;
  if (end - p < 5 || p[2] != ':') return false;
  int32_t hour = digits(p, 2), minute = digits(p + 3, 2);
  p += 5;
  if (p < end && *p == ':') {
    if (end - p < 3) return false;
    second = digits(p + 1, 2);
    p += 3;
    if (p < end && *p == '.' && !parse_fraction(&p, end, &fraction)) return false;
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  *s = p;
  *micros = hour * BLT_HOUR + minute * BLT_MINUTE + second * BLT_SECOND + fraction;
  return true;
}

/* Reads what follows the time: nothing, Z, or a distance from UTC. */
static bool parse_zone(const char *s, size_t len, int64_t *offset) {
  *offset = 0;
  if (len == 0 || (len == 1 && (*s == 'Z' || *s == 'z'))) return true;
  if ((*s != '+' && *s != '-') || (len != 3 && len != 5 && len != 6)) return false;
  if (len == 6 && s[3] != ':') return false;
  int32_t hour = digits(s + 1, 2), minute = len == 3 ? 0 : digits(s + len - 2, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  *offset = (hour * BLT_HOUR + minute * BLT_MINUTE) * (*s == '-' ? -1 : 1);
  return true;
}

bool blt_timestamp_parse(const char *s, size_t len, int64_t *out) {
  int64_t date, time = 0, offset = 0;
  if (len < 10 || !blt_date_parse(s, 10, &date)) return false;
  if (len > 10) {
    const char *p = s + 11, *end = s + len;
    if (s[10] != 'T' && s[10] != 't' && s[10] != ' ') return false;
    if (!parse_time(&p, end, &time) || !parse_zone(p, (size_t)(end - p), &offset)) return false;
  }
  int64_t t = date * BLT_DAY + time - offset;
  if (t < BLT_TIMESTAMP_MIN || t > BLT_TIMESTAMP_MAX) return false;
  *out = t;
  return true;
}

/* ---- writing ---- */

static void put(char *out, uint32_t v, uint32_t n) {
  for (; n > 0; v /= 10) out[--n] = (char)('0' + v % 10);
}

size_t blt_date_format(int64_t date, char out[BLT_DATE_TEXT]) {
  date = date < BLT_DATE_MIN ? BLT_DATE_MIN : date > BLT_DATE_MAX ? BLT_DATE_MAX : date;
  blt_civil c = blt_civil_of(date);
  put(out, (uint32_t)c.year, 4);
  put(out + 5, c.month, 2);
  put(out + 8, c.day, 2);
  out[4] = out[7] = '-';
  out[10] = 0;
  return 10;
}

size_t blt_timestamp_format(int64_t t, char out[BLT_TIMESTAMP_TEXT]) {
  t = t < BLT_TIMESTAMP_MIN ? BLT_TIMESTAMP_MIN : t > BLT_TIMESTAMP_MAX ? BLT_TIMESTAMP_MAX : t;
  int64_t time = blt_timestamp_time(t);
  size_t n = 19;
  blt_date_format(blt_timestamp_date(t), out);
  out[10] = 'T';
  put(out + 11, (uint32_t)(time / BLT_HOUR), 2);
  put(out + 14, (uint32_t)(time / BLT_MINUTE % 60), 2);
  put(out + 17, (uint32_t)(time / BLT_SECOND % 60), 2);
  out[13] = out[16] = ':';
  uint32_t fraction = (uint32_t)(time % BLT_SECOND);
  if (fraction) {
    out[19] = '.';
    put(out + 20, fraction, 6);
    for (n = 26; out[n - 1] == '0';) n--;
  }
  out[n++] = 'Z';
  out[n] = 0;
  return n;
}
