#include "calendar.h"

#include <string.h>

int blt_days_in_month(int year, int month) {
  static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

/* Exactly `n` digits at `*p`, which moves past them. */
static bool digits(const char **p, const char *end, int n, int *out) {
  if (end - *p < n) return false;
  int v = 0;
  for (int i = 0; i < n; i++) {
    char c = (*p)[i];
    if (c < '0' || c > '9') return false;
    v = v * 10 + (c - '0');
  }
  *p += n;
  *out = v;
  return true;
}

static bool mark(const char **p, const char *end, char c) {
  if (*p == end || **p != c) return false;
  ++*p;
  return true;
}

static bool date(const char **p, const char *end, int64_t *days) {
  int y, m, d;
  if (!digits(p, end, 4, &y) || !mark(p, end, '-') || !digits(p, end, 2, &m) || !mark(p, end, '-') ||
      !digits(p, end, 2, &d))
    return false;
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > blt_days_in_month(y, m)) return false;
  *days = blt_days_from_civil(y, m, d);
  return true;
}

bool blt_date_parse(const char *text, size_t len, int64_t *days) {
  const char *p = text, *end = text + len;
  int64_t v;
  if (!date(&p, end, &v) || p != end) return false;
  *days = v;
  return true;
}

/* One to six digits after the point, as microseconds. */
static bool fraction(const char **p, const char *end, int64_t *us) {
  int64_t unit = 100000, v = 0;
  const char *first = *p;
  for (; *p < end && **p >= '0' && **p <= '9'; ++*p, unit /= 10) {
    if (unit == 0) return false;
    v += (**p - '0') * unit;
  }
  *us = v;
  return *p > first;
}

static bool clock(const char **p, const char *end, int64_t *us) {
  int h, m, s = 0;
  int64_t part = 0;
  if (!digits(p, end, 2, &h) || !mark(p, end, ':') || !digits(p, end, 2, &m)) return false;
  if (mark(p, end, ':')) {
    if (!digits(p, end, 2, &s)) return false;
    if (mark(p, end, '.') && !fraction(p, end, &part)) return false;
  }
  if (h > 23 || m > 59 || s > 59) return false;
  *us = (h * INT64_C(3600) + m * 60 + s) * 1000000 + part;
  return true;
}

/* `Z`, `+09:00`, `-0330` or nothing. */
static bool zone(const char **p, const char *end, int64_t *us) {
  *us = 0;
  if (*p == end || mark(p, end, 'Z')) return true;
  int sign = mark(p, end, '+') ? 1 : mark(p, end, '-') ? -1 : 0, h, m;
  if (!sign || !digits(p, end, 2, &h)) return false;
  mark(p, end, ':');
  if (!digits(p, end, 2, &m) || h > 15 || m > 59) return false;
  *us = sign * (h * INT64_C(60) + m) * 60000000;
  return true;
}

bool blt_timestamp_parse(const char *text, size_t len, int64_t *out) {
  const char *p = text, *end = text + len;
  int64_t days, us = 0, offset = 0;
  if (!date(&p, end, &days)) return false;
  if (p < end) {
    if (!mark(&p, end, 'T') && !mark(&p, end, ' ')) return false;
    if (!clock(&p, end, &us) || !zone(&p, end, &offset) || p != end) return false;
  }
  us += days * BLT_DAY_US - offset;
  if (us < BLT_TIMESTAMP_MIN || us > BLT_TIMESTAMP_MAX) return false;
  *out = us;
  return true;
}

/* `n` digits of `v`, with zeros in front. */
static char *put(char *out, int64_t v, int n) {
  for (int i = n - 1; i >= 0; i--, v /= 10) out[i] = (char)('0' + v % 10);
  return out + n;
}

size_t blt_date_format(int64_t days, char out[BLT_DATE_TEXT]) {
  int y, m, d;
  blt_civil_from_days(days, &y, &m, &d);
  char *p = put(out, y, 4);
  *p++ = '-';
  p = put(p, m, 2);
  *p++ = '-';
  *put(p, d, 2) = 0;
  return BLT_DATE_TEXT - 1;
}

size_t blt_timestamp_format(int64_t us, char out[BLT_TIMESTAMP_TEXT]) {
  int64_t days = us / BLT_DAY_US - (us % BLT_DAY_US < 0);
  int64_t rest = us - days * BLT_DAY_US, part = rest % 1000000;
  char *p = out + blt_date_format(days, out);
  *p++ = 'T';
  p = put(p, rest / 3600000000, 2);
  *p++ = ':';
  p = put(p, rest / 60000000 % 60, 2);
  *p++ = ':';
  p = put(p, rest / 1000000 % 60, 2);
  if (part) {
    *p++ = '.';
    p = put(p, part, 6);
    while (p[-1] == '0') p--;
  }
  *p++ = 'Z';
  *p = 0;
  return (size_t)(p - out);
}
