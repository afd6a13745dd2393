#include "spelled_number.h"

#include <string.h>

/* What is left of a text, and what was written of its number. */
typedef struct spelled {
  const blt_spelling *s;
  const char *p, *end;
  char *out;
  size_t n;
  bool negative, plus, percent, money, open; /* open: a bracket */
} spelled;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool starts(const char *p, const char *end, const char *with) {
  size_t n = strlen(with);
  return (size_t)(end - p) >= n && memcmp(p, with, n) == 0;
}

/* The length of the first of `signs` that stands at `p`; 0 when none does. */
static size_t one_of(const char *p, const char *end, const char *const signs[]) {
  for (; *signs; signs++)
    if (starts(p, end, *signs)) return strlen(*signs);
  return 0;
}

/* Also those that do not break a line, and narrow ones. */
static size_t blank_at(const char *p, const char *end) {
  static const char *const blanks[] = {" ", "\t", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", NULL};
  return one_of(p, end, blanks);
}

static size_t minus_at(const char *p, const char *end) {
  static const char *const signs[] = {"-", "\xe2\x88\x92", NULL};
  return one_of(p, end, signs);
}

static bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

/* A sign of Unicode's block of currencies, one that is older than that block, a word, or a code of three
 * capitals. */
static size_t currency_at(const char *p, const char *end) {
  static const char *const signs[] = {
      "$",        "US$",      "A$",           "C$",           "R$",           "NZ$",          "HK$",
      "\xc2\xa3", "\xc2\xa5", "\xef\xbf\xa5", "\xef\xbf\xa6", "\xec\x9b\x90", "\xe5\x86\x86", "\xe5\x85\x83",
      "kr.",      "kr",       "z\xc5\x82",    "K\xc4\x8d",    "Ft",           "Fr.",          NULL};
  size_t n = one_of(p, end, signs);
  if (n) return n;
  if (end - p >= 3 && p[0] == '\xe2' && ((p[1] == '\x82' && (unsigned char)p[2] >= 0xa0) || p[1] == '\x83'))
    return 3;
  bool code = end - p >= 3 && is_capital(p[0]) && is_capital(p[1]) && is_capital(p[2]);
  return code && (end - p == 3 || !is_capital(p[3])) ? 3 : 0;
}

static size_t thousands_at(const blt_spelling *s, const char *p, const char *end) {
  static const char *const apostrophes[] = {"'", "\xe2\x80\x99", NULL};
  if (!s->thousands || p == end) return 0;
  if (s->thousands == ' ') return blank_at(p, end);
  if (s->thousands == '\'') return one_of(p, end, apostrophes);
  return *p == s->thousands;
}

static void pass_blanks(spelled *k) {
  for (size_t n; (n = blank_at(k->p, k->end)) > 0;) k->p += n;
}

static void pass_sign(spelled *k) {
  if (k->negative || k->plus) return;
  size_t minus = minus_at(k->p, k->end);
  k->negative = minus > 0;
  k->plus = !minus && k->p < k->end && *k->p == '+';
  k->p += minus + k->plus;
}

static bool pass_currency(spelled *k) {
  size_t n = k->s->currency && !k->money ? currency_at(k->p, k->end) : 0;
  k->p += n;
  k->money |= n > 0;
  return n > 0;
}

/* The bracket before a loss. */
static void pass_bracket(spelled *k) {
  k->open = k->s->currency && k->p < k->end && *k->p == '(';
  k->negative |= k->open;
  k->p += k->open;
}

/* What may stand before a number: its sign, the bracket of a loss, and a currency, in any order. */
static void before(spelled *k) {
  if (k->s->percent || k->s->currency) pass_blanks(k);
  for (const char *p = NULL; p != k->p;) {
    p = k->p;
    if (!k->open) pass_bracket(k);
    pass_sign(k);
    if (pass_currency(k)) pass_blanks(k);
  }
}

static void put(spelled *k, char c) {
  if (k->n < BLT_SPELLED_ROOM - 8) k->out[k->n] = c;
  k->n++;
}

static size_t copy_digits(spelled *k) {
  size_t n = 0;
  for (; k->p < k->end && is_digit(*k->p); n++) put(k, *k->p++);
  return n;
}

/* Digits in groups of three, or without groups. False when the groups are of other sizes. */
static bool whole_part(spelled *k) {
  size_t first = copy_digits(k), step;
  bool grouped = false;
  while ((step = thousands_at(k->s, k->p, k->end)) > 0 && k->p + step < k->end && is_digit(k->p[step])) {
    k->p += step;
    if (copy_digits(k) != 3 || first == 0 || first > 3) return false;
    grouped = true;
  }
  return grouped || first > 0;
}

static bool fraction(spelled *k) {
  if (k->p == k->end || *k->p != k->s->mark) return true;
  put(k, *k->p++);
  return copy_digits(k) > 0;
}

/* Passes one thing that may stand behind a number: a sign of percent or of money, the bracket of a loss, and
 * with money a minus. */
static bool pass_behind(spelled *k) {
  if (k->p == k->end) return false;
  if (k->s->percent && !k->percent && *k->p == '%') {
    k->percent = true;
    k->p++;
  } else if (k->open && *k->p == ')') {
    k->open = false;
    k->p++;
  } else if (k->s->currency && !k->negative && minus_at(k->p, k->end)) {
    k->p += minus_at(k->p, k->end);
    k->negative = true;
  } else {
    return pass_currency(k);
  }
  return true;
}

/* All that stands behind a number. */
static bool behind(spelled *k) {
  do pass_blanks(k);
  while (pass_behind(k));
  return k->p == k->end && !k->open;
}

/* Moves the mark two digits to the left. */
static size_t by_hundred(char *digits, size_t n, char mark) {
  char *point = memchr(digits, mark, n);
  size_t whole = point ? (size_t)(point - digits) : n;
  if (point) memmove(point, point + 1, n - whole - 1);
  n -= point != NULL;
  if (whole < 3) { /* zeros in front, one before the mark */
    memmove(digits + 3 - whole, digits, n);
    memset(digits, '0', 3 - whole);
    n += 3 - whole;
    whole = 3;
  }
  memmove(digits + whole - 1, digits + whole - 2, n - whole + 2);
  digits[whole - 2] = mark;
  n++;
  while (digits[n - 1] == '0') n--;
  return digits[n - 1] == mark ? n - 1 : n;
}

blt_str blt_spelled_number(const blt_spelling *s, blt_str text, char room[BLT_SPELLED_ROOM]) {
  spelled k = {.s = s, .p = text.s, .end = text.s + text.len, .out = room + 1};
  before(&k);
  if (!whole_part(&k) || !fraction(&k)) return text;
  if ((s->percent || s->currency) && !behind(&k)) return text;
  if (k.p != k.end || k.n >= BLT_SPELLED_ROOM - 8) return text;
  if (k.percent) k.n = by_hundred(k.out, k.n, s->mark);
  bool sign = k.negative || (k.plus && !k.percent && !k.money);
  room[0] = k.negative ? '-' : '+';
  return (blt_str){sign ? room : room + 1, (uint32_t)(k.n + sign)};
}

static bool is_letter(char c) {
  return is_capital((char)(c & ~0x20));
}

/* Whether what was passed from `from` to k->p stands for itself: no word goes on there, and a minus has no
 * number behind it, and no word but one of money. */
static bool stands_alone(const spelled *k, const char *from) {
  const char *p = k->p;
  if (p == k->end) return true;
  if (minus_at(from, k->end) == 0) return !is_letter(p[-1]) || !is_letter(*p);
  if (is_letter(*p)) return !k->money && currency_at(p, k->end) > 0;
  for (size_t n; (n = blank_at(p, k->end)) > 0;) p += n;
  return p == k->end || !is_digit(*p);
}

/* Passes one thing behind a number that belongs to it, where other things may follow. */
static bool pass_belonging(spelled *k) {
  spelled on = *k;
  pass_blanks(&on);
  const char *from = on.p;
  if (!pass_behind(&on) || !stands_alone(&on, from)) return false;
  *k = on;
  return true;
}

static const char *digits_end(const char *p, const char *end) {
  while (p < end && is_digit(*p)) p++;
  return p;
}

/* The length of one more group of three digits with its mark. */
static size_t group_at(const spelled *k) {
  size_t step = thousands_at(k->s, k->p, k->end);
  return step > 0 && digits_end(k->p + step, k->end) == k->p + step + 3 ? step + 3 : 0;
}

static bool digit_behind(const spelled *k) {
  return k->p + 1 < k->end && is_digit(k->p[1]);
}

/* Passes the digits of a number, which has to be over then: 1,234.5.6 is none. */
static bool pass_digits(spelled *k) {
  const char *first = digits_end(k->p, k->end);
  size_t digits = (size_t)(first - k->p), step;
  if (digits == 0) return false;
  k->p = first;
  while (digits <= 3 && (step = group_at(k)) > 0) k->p += step;
  if (digit_behind(k) && *k->p == k->s->mark) k->p = digits_end(k->p + 1, k->end);
  return !digit_behind(k) || (*k->p != '.' && *k->p != ',' && *k->p != '\'' && *k->p != k->s->thousands) ||
         blank_at(k->p, k->end);
}

static bool pass_power(spelled *k) {
  if (k->p == k->end || (*k->p | 0x20) != 'e') return false;
  const char *p = k->p + 1;
  if (p < k->end && (*p == '-' || *p == '+')) p++;
  if (p == k->end || !is_digit(*p)) return false;
  k->p = digits_end(p, k->end);
  return true;
}

size_t blt_spelled_blank(const char *text, size_t len) {
  return blank_at(text, text + len);
}

/* Powers are read of plain numbers only, and a plus with percent or money only. */
size_t blt_spelled_prefix(const blt_spelling *s, const char *text, size_t len) {
  spelled k = {.s = s, .p = text, .end = text + len};
  before(&k);
  if (!pass_digits(&k)) return 0;
  bool power = pass_power(&k), more = k.money || k.open;
  while (pass_belonging(&k)) more = true;
  if (k.open || (power && more) || (k.plus && !k.percent && !k.money)) return 0;
  return (size_t)(k.p - text);
}
