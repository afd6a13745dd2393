#include "layout.h"

#include "civil.h"

#include <string.h>
#include <strings.h>

enum { LITERAL, YEAR, MONTH, DAY, WEEKDAY, HOUR, MINUTE, SECOND, FRACTION, HALF, QUARTER };

/* The longest stand before those that they begin with. */
static const struct {
  const char *letters;
  uint8_t kind;
} known[] = {{"yyyy", YEAR},     {"yy", YEAR},      {"mmmm", MONTH},      {"mmm", MONTH},
             {"mm", MONTH},      {"mi", MINUTE},    {"m", MONTH},         {"dddd", WEEKDAY},
             {"ddd", WEEKDAY},   {"dd", DAY},       {"d", DAY},           {"hh", HOUR},
             {"h", HOUR},        {"ss", SECOND},    {"ffffff", FRACTION}, {"fffff", FRACTION},
             {"ffff", FRACTION}, {"fff", FRACTION}, {"ff", FRACTION},     {"f", FRACTION},
             {"am", HALF},       {"pm", HALF},      {"q", QUARTER}};

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};

/* ---- reading a layout ---- */

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The part that starts at s (s < end), or NULL. */
static const char *known_part(const char *s, const char *end, uint8_t *kind) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    size_t n = strlen(known[i].letters);
    if ((size_t)(end - s) < n || strncasecmp(s, known[i].letters, n) != 0) continue;
    *kind = known[i].kind;
    return known[i].letters;
  }
  return NULL;
}

/* The bytes that stand for themselves at *s, which moves past them; false for a quote that is not closed. */
static bool literal_part(const char **s, const char *end, const char **from, size_t *n) {
  const char *p = *s;
  if (*p == '"') {
    const char *close = memchr(p + 1, '"', (size_t)(end - p - 1));
    if (!close) return false;
    *from = p + 1;
    *n = (size_t)(close - p - 1);
    *s = close + 1;
    return true;
  }
  while (p < end && !is_letter(*p) && *p != '"') p++;
  *from = *s;
  *n = (size_t)(p - *s);
  *s = p;
  return true;
}

static blt_status add_part(blt_layout *l, uint8_t kind, size_t width, blt_error *err) {
  if (l->n == BLT_LAYOUT_PARTS)
    return blt_fail(err, BLT_EINVAL, "it has more than %d parts", BLT_LAYOUT_PARTS);
  l->parts[l->n++] = (blt_layout_part){.kind = kind, .width = (uint8_t)width};
  l->timed = l->timed || (kind >= HOUR && kind <= HALF);
  return BLT_OK;
}

static blt_status unknown_part(const char *s, const char *end, blt_error *err) {
  int n = 0;
  while (s + n < end && is_letter(s[n]) && n < 20) n++;
  return blt_fail(err, BLT_EINVAL,
                  "'%.*s' is none of yyyy, yy, mm, mmm, mmmm, dd, ddd, dddd, hh, mi, ss, fff, am, q; text "
                  "stands in double quotes",
                  n, s);
}

static blt_status read_parts(blt_layout *l, blt_str text, blt_error *err) {
  size_t kept = 0, n;
  const char *from;
  blt_status status = BLT_OK;
  for (const char *s = text.s, *end = s + text.len; s < end && status == BLT_OK;) {
    uint8_t kind = LITERAL;
    if (*s == '%')
      return blt_fail(err, BLT_EINVAL, "'%%' is no part of it: %%Y-%%m-%%d is written yyyy-mm-dd");
    if (is_letter(*s)) {
      const char *letters = known_part(s, end, &kind);
      if (!letters) return unknown_part(s, end, err);
      status = add_part(l, kind, strlen(letters), err);
      s += strlen(letters);
      continue;
    }
    if (!literal_part(&s, end, &from, &n)) return blt_fail(err, BLT_EINVAL, "a double quote is not closed");
    status = add_part(l, LITERAL, 0, err);
    if (status != BLT_OK) return status;
    l->parts[l->n - 1].from = (uint8_t)kept;
    l->parts[l->n - 1].literal = (uint8_t)n;
    memcpy(l->text + kept, from, n);
    kept += n;
  }
  return status;
}

static bool is_colon(const blt_layout *l, uint32_t i) {
  return i < l->n && l->parts[i].kind == LITERAL && l->parts[i].literal == 1 &&
         l->text[l->parts[i].from] == ':';
}

/* Minutes that were written as months, which many do. */
static blt_status check_minutes(const blt_layout *l, blt_error *err) {
  for (uint32_t i = 0; i < l->n; i++) {
    bool after = i >= 2 && is_colon(l, i - 1) && l->parts[i - 2].kind == HOUR;
    bool before = is_colon(l, i + 1) && i + 2 < l->n && l->parts[i + 2].kind == SECOND;
    if (l->parts[i].kind == MONTH && (after || before))
      return blt_fail(err, BLT_EINVAL, "minutes are written mi, for mm is the month: hh:mi:ss");
  }
  return BLT_OK;
}

static blt_status check_reading(const blt_layout *l, blt_error *err) {
  uint32_t seen = 0;
  for (uint32_t i = 0; i < l->n; i++) {
    uint32_t bit = 1u << l->parts[i].kind;
    if (l->parts[i].kind != LITERAL && (seen & bit))
      return blt_fail(err, BLT_EINVAL, "it names a part of the date or time twice");
    seen |= bit;
  }
  if (!(seen & 1u << YEAR)) return blt_fail(err, BLT_EINVAL, "it names no year: yyyy or yy");
  if ((seen & 1u << DAY) && !(seen & 1u << MONTH))
    return blt_fail(err, BLT_EINVAL, "it names a day and no month: mm");
  if ((seen & 1u << QUARTER) && (seen & 1u << MONTH))
    return blt_fail(err, BLT_EINVAL, "it names a quarter beside a month");
  if ((seen & 1u << HALF) && !(seen & 1u << HOUR))
    return blt_fail(err, BLT_EINVAL, "it names am without an hour");
  return BLT_OK;
}

blt_status blt_layout_read(blt_str text, bool reads, blt_layout *out, blt_error *err) {
  *out = (blt_layout){0};
  if (text.len == 0) return blt_fail(err, BLT_EINVAL, "it is empty");
  if (text.len > BLT_LAYOUT_BYTES)
    return blt_fail(err, BLT_EINVAL, "it is longer than %d bytes", BLT_LAYOUT_BYTES);
  blt_status status = read_parts(out, text, err);
  if (status == BLT_OK) status = check_minutes(out, err);
  return status == BLT_OK && reads ? check_reading(out, err) : status;
}

/* ---- reading a date ---- */

/* `least` to `most` digits at *s, as many as there are; -1 when there are too few. */
static int32_t digits(const char **s, const char *end, uint32_t least, uint32_t most) {
  int32_t v = 0;
  uint32_t n = 0;
  for (; n < most && *s < end && **s >= '0' && **s <= '9'; n++, ++*s) v = v * 10 + (**s - '0');
  return n < least ? -1 : v;
}

/* Which of the names stands at *s, whole or its first three letters: from 1 on, -1 for none. */
static int32_t name(const char **s, const char *end, const char *const *names, int32_t count, bool whole) {
  for (int32_t i = 0; i < count; i++) {
    size_t n = whole ? strlen(names[i]) : 3;
    if ((size_t)(end - *s) < n || strncasecmp(*s, names[i], n) != 0) continue;
    *s += n;
    return i + 1;
  }
  return -1;
}

/* The value of a part at *s, which moves past it; -1 when there is none. */
static int32_t parse_part(const blt_layout_part *part, const char **s, const char *end) {
  switch (part->kind) {
  case YEAR: {
    int32_t year = digits(s, end, part->width, part->width);
    if (part->width == 4 || year < 0) return year;
    return year + (year < 69 ? 2000 : 1900);
  }
  case MONTH:
    if (part->width > 2) return name(s, end, months, 12, part->width == 4);
    return digits(s, end, part->width, 2);
  case WEEKDAY:
    return name(s, end, weekdays, 7, part->width == 4);
  case FRACTION: {
    int32_t v = digits(s, end, part->width, part->width);
    for (uint32_t i = part->width; i < 6 && v > 0; i++) v *= 10;
    return v;
  }
  case HALF:
    if (end - *s < 2 || ((*s)[1] | 32) != 'm' || (((*s)[0] | 32) != 'a' && ((*s)[0] | 32) != 'p')) return -1;
    *s += 2;
    return ((*s)[-2] | 32) == 'p';
  case QUARTER:
    return digits(s, end, 1, 1);
  default:
    return digits(s, end, part->width, 2);
  }
}

/* The hour of the day, -1 when it does not exist. */
static int32_t hour_of(const int32_t *v) {
  if (v[HALF] < 0) return v[HOUR] > 23 ? -1 : v[HOUR];
  return v[HOUR] < 1 || v[HOUR] > 12 ? -1 : v[HOUR] % 12 + 12 * v[HALF];
}

/* The timestamp of these values, by kind of part. */
static bool combine(const int32_t *v, int64_t *out) {
  int32_t month = v[QUARTER] >= 0 ? v[QUARTER] * 3 - 2 : v[MONTH], hour = hour_of(v);
  if (month < 1 || v[DAY] < 1 || hour < 0 || v[MINUTE] > 59 || v[SECOND] > 59) return false;
  if (!blt_civil_exists(v[YEAR], (uint32_t)month, (uint32_t)v[DAY])) return false;
  int64_t date = blt_civil_date(v[YEAR], (uint32_t)month, (uint32_t)v[DAY]);
  if (v[WEEKDAY] >= 0 && blt_date_weekday(date) != (uint32_t)v[WEEKDAY]) return false;
  *out = date * BLT_DAY + hour * BLT_HOUR + v[MINUTE] * BLT_MINUTE + v[SECOND] * BLT_SECOND + v[FRACTION];
  return true;
}

bool blt_layout_parse(const blt_layout *l, blt_str s, int64_t *out) {
  int32_t values[] = {[YEAR] = -1,  [MONTH] = 1,  [DAY] = 1,      [WEEKDAY] = -1, [HOUR] = 0,
                      [MINUTE] = 0, [SECOND] = 0, [FRACTION] = 0, [HALF] = -1,    [QUARTER] = -1};
  const char *p = s.s, *end = s.s + s.len;
  for (uint32_t i = 0; i < l->n; i++) {
    const blt_layout_part *part = &l->parts[i];
    if (part->kind != LITERAL) {
      values[part->kind] = parse_part(part, &p, end);
      if (values[part->kind] < 0) return false;
      continue;
    }
    if ((size_t)(end - p) < part->literal || memcmp(p, l->text + part->from, part->literal) != 0)
      return false;
    p += part->literal;
  }
  return p == end && combine(values, out);
}

/* ---- writing ---- */

static char *put_digits(char *out, uint32_t v, uint32_t width) {
  char text[10];
  uint32_t n = 0;
  do text[n++] = (char)('0' + v % 10);
  while (v /= 10);
  while (n < width) text[n++] = '0';
  while (n > 0) *out++ = text[--n];
  return out;
}

static char *put_name(char *out, const char *name, bool whole) {
  size_t n = whole ? strlen(name) : 3;
  memcpy(out, name, n);
  return out + n;
}

/* An hour beside am runs from 12 over 1 to 11. */
static uint32_t shown_hour(const blt_layout *l, uint32_t hour) {
  for (uint32_t i = 0; i < l->n; i++)
    if (l->parts[i].kind == HALF) return hour % 12 ? hour % 12 : 12;
  return hour;
}

static char *put_part(const blt_layout *l, const blt_layout_part *part, int64_t date, int64_t time,
                      char *out) {
  blt_civil c = blt_civil_of(date);
  uint32_t fraction = (uint32_t)(time % BLT_SECOND), hour = (uint32_t)(time / BLT_HOUR);
  switch (part->kind) {
  case YEAR:
    return put_digits(out, (uint32_t)(part->width == 4 ? c.year : c.year % 100), part->width);
  case MONTH:
    if (part->width > 2) return put_name(out, months[c.month - 1], part->width == 4);
    return put_digits(out, c.month, part->width);
  case DAY:
    return put_digits(out, c.day, part->width);
  case WEEKDAY:
    return put_name(out, weekdays[blt_date_weekday(date) - 1], part->width == 4);
  case HOUR:
    return put_digits(out, shown_hour(l, hour), part->width);
  case MINUTE:
    return put_digits(out, (uint32_t)(time / BLT_MINUTE % 60), 2);
  case SECOND:
    return put_digits(out, (uint32_t)(time / BLT_SECOND % 60), 2);
  case FRACTION:
    for (uint32_t i = part->width; i < 6; i++) fraction /= 10;
    return put_digits(out, fraction, part->width);
  case HALF:
    memcpy(out, hour < 12 ? "am" : "pm", 2);
    return out + 2;
  default:
    return put_digits(out, (c.month + 2) / 3, 1);
  }
}

size_t blt_layout_format(const blt_layout *l, int64_t t, char out[BLT_LAYOUT_TEXT]) {
  int64_t date = blt_timestamp_date(t), time = blt_timestamp_time(t);
  char *o = out;
  for (uint32_t i = 0; i < l->n; i++) {
    const blt_layout_part *part = &l->parts[i];
    if (part->kind != LITERAL) {
      o = put_part(l, part, date, time, o);
      continue;
    }
    memcpy(o, l->text + part->from, part->literal);
    o += part->literal;
  }
  return (size_t)(o - out);
}
