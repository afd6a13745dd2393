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
  return seen[0] <= 1 && seen[1] == 1 && seen[2] == 1;
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

/* English, German, French, Spanish, Portuguese, Italian, Dutch, Swedish, Danish, Polish (as in dates). */
static const char *const month_names[][12] = {
    {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
     "november", "december"},
    {"januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober",
     "november", "dezember"},
    {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
     "novembre", "décembre"},
    {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
     "noviembre", "diciembre"},
    {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
     "novembro", "dezembro"},
    {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
     "novembre", "dicembre"},
    {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
     "november", "december"},
    {"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
     "november", "december"},
    {"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober",
     "november", "december"},
    {"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września",
     "października", "listopada", "grudnia"}};

#define LANGUAGES (sizeof month_names / sizeof *month_names)

static bool begins(const char *name, const char *word, size_t len) {
  size_t k = 0;
  while (k < len && name[k] && small(word[k]) == name[k]) k++;
  return k == len;
}

static size_t letters_of(const char *s, size_t len) {
  size_t n = 0;
  for (size_t i = 0; i < len; i++) n += ((unsigned char)s[i] & 0xC0) != 0x80;
  return n;
}

/* The month that a word names: as a whole, or by its first three to five letters where these are of one month
 * only; 0: none. */
static int month_of(const char *word, size_t len) {
  int found = 0;
  bool several = false;
  for (size_t l = 0; l < LANGUAGES; l++) {
    for (int i = 0; i < 12; i++) {
      if (!begins(month_names[l][i], word, len)) continue;
      if (!month_names[l][i][len]) return i + 1;
      several |= found && found != i + 1;
      found = i + 1;
    }
  }
  return several || letters_of(word, len) > 5 ? 0 : found;
}

/* The month whose name or its first letters stand here; -1 when none does. */
static int month_name(reading *r) {
  size_t len = 0;
  while (r->p + len < r->end && (is_letter(r->p[len]) || (unsigned char)r->p[len] >= 0x80)) len++;
  int month = letters_of(r->p, len) >= 3 ? month_of(r->p, len) : 0;
  if (!month) return -1;
  r->p += len;
  if (r->p < r->end && *r->p == '.' && len <= 6) r->p++;
  return month;
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

/* The half of the day that stands at the end of a time, behind a blank or not: 'a', 'p', or 0 for none. *end
 * moves before it. */
static char half_of_day(const char *p, const char **end) {
  const char *e = *end;
  bool dots = e - p > 4 && e[-1] == '.' && e[-3] == '.';
  size_t n = dots ? 4 : 2;
  if ((size_t)(e - p) < n + 1 || small(e[dots ? -2 : -1]) != 'm') return 0;
  char half = small(e[-(long)n]);
  if (half != 'a' && half != 'p') return 0;
  e -= n;
  while (e > p && e[-1] == ' ') e--;
  *end = e;
  return half;
}

/* Writes the time that follows a date, with two digits of hours from 0 to 24; 0: none does. */
static size_t write_time(reading r, char *out, size_t room) {
  if (*r.p == ',' && r.p + 1 < r.end) r.p++;
  char blank = *r.p == 'T' ? 'T' : ' ';
  if (*r.p != ' ' && *r.p != 'T') return 0;
  do r.p++;
  while (blank == ' ' && r.p < r.end && *r.p == ' ');
  char half = half_of_day(r.p, &r.end);
  int hour = digits(&r, 1, 2);
  if (hour < 0 || (half && (hour == 0 || hour > 12))) return 0;
  if (half) hour = hour % 12 + (half == 'p' ? 12 : 0);
  size_t rest = (size_t)(r.end - r.p);
  int n = snprintf(out, room, "%c%02d%s", blank, hour, rest ? "" : ":00");
  if (n < 0 || (size_t)n + rest >= room) return 0;
  if (rest == 0) return half ? (size_t)n : 0;
  memcpy(out + n, r.p, rest);
  return (size_t)n + rest;
}

size_t blt_date_form_read(const blt_date_form *f, const char *text, size_t len, char iso[BLT_ISO_ROOM]) {
  reading r = {text, text + len, 1, 0, 0};
  for (uint8_t i = 0; i < f->n; i++)
    if (!read_part(&r, f, i)) return 0;
  int n = snprintf(iso, BLT_ISO_ROOM, "%04d-%02d-%02d", r.year, r.month, r.day);
  if (n != 10) return 0;
  if (r.p == r.end) return (size_t)n;
  size_t time = write_time(r, iso + n, BLT_ISO_ROOM - (size_t)n);
  return time ? (size_t)n + time : 0;
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
