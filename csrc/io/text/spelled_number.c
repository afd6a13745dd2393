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

/* What may stand behind a number: a sign of percent or of money, and with money a minus. */
static bool behind(spelled *k) {
  for (;;) {
    pass_blanks(k);
    if (k->p == k->end) return !k->open;
    if (k->s->percent && !k->percent && *k->p == '%') {
      k->percent = true;
      k->p++;
    } else if (k->open && *k->p == ')') {
      k->open = false;
      k->p++;
    } else if (k->s->currency && !k->negative && minus_at(k->p, k->end)) {
      k->p += minus_at(k->p, k->end);
      k->negative = true;
    } else if (!pass_currency(k)) {
      return false;
    }
  }
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

static size_t digits_from(const char *text, size_t at, size_t len) {
  while (at < len && is_digit(text[at])) at++;
  return at;
}

size_t blt_spelled_prefix(const blt_spelling *s, const char *text, size_t len) {
  const char *end = text + len;
  size_t sign = minus_at(text, end), at = digits_from(text, sign, len);
  if (at == sign) return 0;
  for (size_t step;
       (step = thousands_at(s, text + at, end)) > 0 && digits_from(text, at + step, len) == at + step + 3;)
    at += step + 3;
  if (at + 1 < len && text[at] == s->mark && is_digit(text[at + 1])) at = digits_from(text, at + 1, len);
  size_t power =
      at + 1 < len && (text[at] | 0x20) == 'e' ? at + 1 + (text[at + 1] == '-' || text[at + 1] == '+') : len;
  return power < len && is_digit(text[power]) ? digits_from(text, power, len) : at;
}
