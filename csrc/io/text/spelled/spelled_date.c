#include "spelled_date.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_field(char kind) {
  return kind == 'd' || kind == 'm' || kind == 'y';
}

static char small(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool add_part(blt_date_form *f, char kind, uint8_t letters) {
  if (f->n == BLT_DATE_PARTS) return false;
  f->kind[f->n] = kind;
  f->letters[f->n++] = letters;
  return true;
}

bool blt_date_form_parse(const char *text, blt_date_form *out) {
  uint8_t seen[3] = {0, 0, 0};
  *out = (blt_date_form){0};
  while (*text) {
    char c = small(*text);
    uint8_t n = 1;
    if (is_letter(c) && !is_field(c)) return false;
    while (is_field(c) && small(text[n]) == c && n < 5) n++;
    if (!add_part(out, c, n)) return false;
    if (is_field(c)) seen[c == 'd' ? 0 : c == 'm' ? 1 : 2]++;
    if ((c == 'd' && n > 2) || (c == 'm' && n > 4) || (c == 'y' && n != 2 && n != 4)) return false;
    text += n;
  }
  return seen[0] == 1 && seen[1] == 1 && seen[2] == 1;
}

typedef struct reading {
  const char *p, *end;
  int day, month, year;
} reading;

/* A number of at most `most` digits, of `least` at least; -1 when there is none. */
static int digits(reading *r, int least, int most) {
  int n = 0, value = 0;
  while (n < most && r->p < r->end && is_digit(*r->p)) {
    value = value * 10 + (*r->p++ - '0');
    n++;
  }
  return n >= least ? value : -1;
}

/* The month whose name or its first three letters stand here; -1 when none does. */
static int month_name(reading *r) {
  static const char *const names[] = {"january", "february", "march",     "april",   "may",      "june",
                                      "july",    "august",   "september", "october", "november", "december"};
  size_t len = 0;
  while (r->p + len < r->end && is_letter(r->p[len])) len++;
  for (int i = 0; len >= 3 && i < 12; i++) {
    size_t k = 0;
    while (k < len && names[i][k] && small(r->p[k]) == names[i][k]) k++;
    if (k < len || (len > 3 && len < strlen(names[i]) && !(i == 8 && len == 4))) continue;
    r->p += len;
    if (r->p < r->end && *r->p == '.' && len <= 4) r->p++;
    return i + 1;
  }
  return -1;
}

/* Reads part `i`. A number that another touches has as many digits as its form has letters. */
static bool read_part(reading *r, const blt_date_form *f, uint8_t i) {
  char kind = f->kind[i];
  int letters = f->letters[i];
  bool touched = (i + 1 < f->n && is_field(f->kind[i + 1])) || (i > 0 && is_field(f->kind[i - 1]));
  if (!is_field(kind)) return r->p < r->end && *r->p++ == kind;
  if (kind == 'y') {
    r->year = digits(r, letters, letters);
    if (letters == 2 && r->year >= 0) r->year += r->year < 70 ? 2000 : 1900;
    return r->year >= 0;
  }
  int *value = kind == 'd' ? &r->day : &r->month;
  *value = kind == 'm' && letters > 2 ? month_name(r) : digits(r, touched ? letters : 1, 2);
  return *value >= 0;
}

size_t blt_date_form_read(const blt_date_form *f, const char *text, size_t len, char iso[BLT_ISO_ROOM]) {
  reading r = {text, text + len, 0, 0, 0};
  for (uint8_t i = 0; i < f->n; i++)
    if (!read_part(&r, f, i)) return 0;
  size_t rest = (size_t)(r.end - r.p);
  if (rest > BLT_ISO_ROOM - 16 || (rest && *r.p != ' ' && *r.p != 'T')) return 0;
  int n = snprintf(iso, BLT_ISO_ROOM, "%04d-%02d-%02d", r.year, r.month, r.day);
  if (n != 10) return 0;
  memcpy(iso + n, r.p, rest);
  return (size_t)n + rest;
}

#define FORM(a, b, c, mark)                                                                                  \
  {                                                                                                          \
    5, {a, mark, b, mark, c}, {                                                                              \
      (a) == 'y' ? 4 : 1, 1, 1, 1, (c) == 'y' ? 4 : 1                                                        \
    }                                                                                                        \
  }

const blt_date_form *blt_date_known(uint32_t i) {
  static const blt_date_form forms[BLT_DATE_FORMS] = {
      FORM('d', 'm', 'y', '.'), FORM('d', 'm', 'y', '/'), FORM('m', 'd', 'y', '/'), FORM('d', 'm', 'y', '-'),
      FORM('m', 'd', 'y', '-'), FORM('y', 'm', 'd', '/'), FORM('y', 'm', 'd', '.')};
  return &forms[i];
}

bool blt_date_may_be_spelled(const char *text, size_t len) {
  size_t at = 0;
  if (len < 8 || len >= BLT_ISO_ROOM) return false;
  while (at < 5 && is_digit(text[at])) at++;
  char mark = text[at];
  if (at == 0 || at == 3 || at > 4 || (mark != '.' && mark != '/' && mark != '-')) return false;
  size_t second = at + 1;
  while (second < len && second < at + 4 && is_digit(text[second])) second++;
  return second > at + 1 && second < at + 4 && second < len && text[second] == mark;
}
