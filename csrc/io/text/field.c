#include "field.h"
#include "base/text/civil.h"
#include "base/text/num.h"
#include "base/words.h"

#include <string.h>
#include <strings.h>

#define EXACT_INT (INT64_C(1) << 53)
#define LONGEST_NUMBER 64

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* A plus sign or a zero before another digit: likely a code or a phone number. */
static bool looks_like_code(const char *text, size_t len) {
  if (len > 0 && text[0] == '+') return true;
  size_t at = len > 0 && text[0] == '-';
  return at + 1 < len && text[at] == '0' && is_digit(text[at + 1]);
}

bool blt_int_parse(const char *text, size_t len, bool strict, int64_t *out) {
  bool negative = len > 0 && text[0] == '-';
  size_t at = negative || (len > 0 && text[0] == '+');
  if (at == len || (strict && looks_like_code(text, len))) return false;
  uint64_t v = 0, limit = negative ? UINT64_C(1) << 63 : INT64_MAX;
  for (; at < len; at++) {
    if (!is_digit(text[at])) return false;
    unsigned digit = (unsigned)(text[at] - '0');
    if (v > (limit - digit) / 10) return false;
    v = v * 10 + digit;
  }
  if (strict && negative && v == 0) return false;
  *out = negative ? (int64_t)(0 - v) : (int64_t)v;
  return true;
}

static bool same_word(const char *text, size_t len, const char *word) {
  return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

bool blt_bool_parse(const char *text, size_t len, bool strict, int64_t *out) {
  static const char *const words[] = {"false",
                                      "true",
                                      "f",
                                      "t",
                                      "no",
                                      "yes",
                                      "n",
                                      "y",
                                      "0",
                                      "1",
                                      "nein",
                                      "ja",
                                      "non",
                                      "oui",
                                      "no",
                                      "s\xc3\xad",
                                      "no",
                                      "si",
                                      "no",
                                      "s\xc3\xac",
                                      "n\xc3\xa3o",
                                      "sim",
                                      "nao",
                                      "sim",
                                      "nee",
                                      "ja",
                                      "nej",
                                      "ja",
                                      "nei",
                                      "ja",
                                      "nie",
                                      "tak",
                                      "\xec\x95\x84\xeb\x8b\x88\xec\x98\xa4",
                                      "\xec\x98\x88",
                                      "\xe3\x81\x84\xe3\x81\x84\xe3\x81\x88",
                                      "\xe3\x81\xaf\xe3\x81\x84",
                                      "\xe5\x90\xa6",
                                      "\xe6\x98\xaf",
                                      "faux",
                                      "vrai",
                                      "falsch",
                                      "wahr"};
  if (len == 0 || len > 9) return false;
  for (int i = 0; i < (strict ? 2 : (int)(sizeof words / sizeof *words)); i++) {
    if (!same_word(text, len, words[i])) continue;
    bool lower = strict && text[1] >= 'a';
    if (strict && text[0] >= 'a' && !lower) return false;
    for (size_t k = 2; strict && k < len; k++)
      if ((text[k] >= 'a') != lower) return false;
    *out = i & 1;
    return true;
  }
  return false;
}

/* The text with '.' as its decimal mark, in `copy` when it had another; NULL when it is too long or has both.
 */
static const char *with_point(const char *text, size_t len, char mark, char copy[LONGEST_NUMBER]) {
  if (mark == '.') return text;
  if (len > LONGEST_NUMBER || memchr(text, '.', len)) return NULL;
  for (size_t i = 0; i < len; i++) copy[i] = text[i] == mark ? '.' : text[i];
  return copy;
}

/* Digits, perhaps with a mark among them: all of them as one number, and how many follow the mark. False for
 * another text, and for more digits than a decimal has. */
static bool all_digits(const char *text, size_t len, char mark, uint64_t *value, uint32_t *scale) {
  size_t point = len;
  *value = 0;
  if (len > BLT_MAX_PRECISION + 1) return false;
  for (size_t i = 0; i < len; i++) {
    if (text[i] == mark && point == len)
      point = i;
    else if (is_digit(text[i]))
      *value = *value * 10 + (uint64_t)(text[i] - '0');
    else
      return false;
  }
  *scale = point < len ? (uint32_t)(len - point - 1) : 0;
  return len - (point < len) <= BLT_MAX_PRECISION;
}

/* Whether the float64 nearest to a plain number has its text again when it is printed with as many digits.
 * The two are compared as whole numbers of 2^-shift * 10^-scale. Texts of 15 digits are always kept; those
 * that no decimal holds are said to be. */
static bool is_kept(const char *text, size_t len, char mark, double f) {
  uint64_t value;
  uint32_t scale;
  size_t at = len > 0 && text[0] == '-';
  if (len - at > 1 && text[at] == '0' && text[at + 1] == mark) at++; /* no digit of a decimal */
  if (len - at <= 16 || !all_digits(text + at, len - at, mark, &value, &scale)) return true;
  uint64_t bits = blt_bits_of_double(f < 0 ? -f : f);
  int exponent = (int)(bits >> 52) - 1075;
  if (value == 0 || exponent < -1074) return true;
  unsigned __int128 is = (unsigned __int128)((bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52) *
                         (uint64_t)blt_pow10(scale),
                    should = value;
  if (exponent >= 0) return is << exponent == should;
  should <<= -exponent;
  return (is > should ? is - should : should - is) < (unsigned __int128)1 << (-exponent - 1);
}

bool blt_field_float(const char *text, size_t len, char mark, blt_exactness exactness, double *out) {
  char copy[LONGEST_NUMBER];
  double v;
  bool strict = exactness != BLT_GIVEN;
  if (strict && looks_like_code(text, len)) return false;
  if (strict && len > 15) { /* a whole number that float64 does not hold exactly */
    int64_t whole;
    size_t at = text[0] == '-';
    while (at < len && is_digit(text[at])) at++;
    if (at == len && (!blt_int_parse(text, len, true, &whole) || whole > EXACT_INT || whole < -EXACT_INT))
      return false;
  }
  const char *point = with_point(text, len, mark, copy);
  if (!point || blt_parse_f64(point, len, &v) != BLT_PARSED) return false;
  if (exactness == BLT_EXACT && !is_kept(text, len, mark, v)) return false;
  *out = v;
  return true;
}

static bool parse_decimal(const char *text, size_t len, blt_type type, char mark, int64_t *out) {
  char copy[LONGEST_NUMBER];
  const char *point = with_point(text, len, mark, copy);
  return point && blt_parse_decimal(point, len, type.precision, type.scale, out) == BLT_PARSED;
}

bool blt_field_int(const char *text, size_t len, blt_type type, char mark, bool strict, int64_t *out) {
  switch (type.id) {
  case BLT_INT64:
    return blt_int_parse(text, len, strict, out);
  case BLT_BOOL:
    return blt_bool_parse(text, len, strict, out);
  case BLT_DATE:
    return blt_date_parse(text, len, out);
  case BLT_TIMESTAMP:
    return blt_timestamp_parse(text, len, out);
  case BLT_DECIMAL:
    if (strict && looks_like_code(text, len)) return false;
    return parse_decimal(text, len, type, mark, out);
  default:
    return false;
  }
}

/* Digits, e or E, digits. Who writes numbers with an exponent writes a sign or a fraction with it, 1e+16 or
 * 1.0E5, or fractions elsewhere in the column; beside nothing but whole numbers it is a code. */
static bool looks_like_coded(const char *text, size_t len) {
  size_t at = 0, from;
  while (at < len && is_digit(text[at])) at++;
  if (at == 0 || at == len || (text[at] != 'e' && text[at] != 'E')) return false;
  for (from = ++at; at < len && is_digit(text[at]);) at++;
  return at == len && at > from;
}

static void look_at_number(blt_looks *looks, const char *text, size_t len, char mark) {
  double f;
  int64_t i;
  if (looks_like_code(text, len)) {
    looks->seen |= BLT_LOOKS_TEXT;
    return;
  }
  if (blt_int_parse(text, len, true, &i)) {
    uint32_t digits = (uint32_t)(len - (text[0] == '-'));
    looks->seen |= i > EXACT_INT || i < -EXACT_INT ? BLT_LOOKS_BIG_INT : BLT_LOOKS_INT;
    if (digits > looks->whole) looks->whole = digits;
    looks->ungrouped |= digits > 3;
    return;
  }
  if (!blt_field_float(text, len, mark, BLT_ROUNDED, &f)) {
    looks->seen |= BLT_LOOKS_TEXT;
    return;
  }
  size_t at = text[0] == '-', whole = at;
  while (whole < len && is_digit(text[whole])) whole++;
  size_t end = whole + (whole < len && text[whole] == mark);
  while (end < len && is_digit(text[end])) end++;
  if (end < len || whole == len || (f == 0 && at)) {
    looks->seen |= looks_like_coded(text, len) ? BLT_LOOKS_CODE : BLT_LOOKS_FLOAT;
    return;
  }
  looks->seen |= is_kept(text, len, mark, f) ? BLT_LOOKS_FIXED : BLT_LOOKS_FIXED | BLT_LOOKS_LONG;
  uint32_t digits = whole == at + 1 && text[at] == '0' ? 0 : (uint32_t)(whole - at);
  if (digits > looks->whole) looks->whole = digits;
  if (end - whole - 1 > looks->scale) looks->scale = (uint32_t)(end - whole - 1);
  looks->ungrouped |= digits < 1 || digits > 3 || end - whole - 1 != 3;
}

/* Notes a date or a timestamp. */
static bool look_at_date(blt_looks *looks, const char *text, size_t len) {
  int64_t v;
  if (len < 10 || text[4] != '-' || !blt_date_parse(text, 10, &v) || !blt_timestamp_parse(text, len, &v))
    return false;
  looks->seen |= len == 10 ? BLT_LOOKS_DATE : BLT_LOOKS_TIMESTAMP;
  return true;
}

/* Notes a date of one of the known forms. */
static bool look_at_spelled_date(blt_looks *looks, const char *text, size_t len) {
  char iso[BLT_ISO_ROOM];
  int64_t v;
  uint32_t not_forms = 0;
  bool time = false;
  if (!blt_date_may_be_spelled(text, len)) return false;
  for (uint32_t i = 0; i < BLT_DATE_FORMS; i++) {
    size_t n = blt_date_form_read(blt_date_known(i), text, len, iso);
    bool is = n > 0 && blt_date_parse(iso, 10, &v) && blt_timestamp_parse(iso, n, &v);
    if (!is) not_forms |= 1u << i;
    time |= is && n > 10;
  }
  if (not_forms == (1u << BLT_DATE_FORMS) - 1) return false;
  looks->not_forms |= not_forms;
  looks->seen |= time ? BLT_LOOKS_SPELLED_TIME : BLT_LOOKS_SPELLED_DATE;
  return true;
}

void blt_looks_add_text(blt_looks *looks, const char *text, size_t len) {
  if (looks->seen & BLT_LOOKS_TEXT || look_at_date(looks, text, len)) return;
  looks->seen |= BLT_LOOKS_TEXT;
}

void blt_looks_add(blt_looks *looks, const char *text, size_t len, char mark) {
  int64_t v;
  if (looks->seen & BLT_LOOKS_TEXT || look_at_date(looks, text, len)) return;
  if (look_at_spelled_date(looks, text, len)) return;
  char c = len ? text[0] : 0;
  if (blt_bool_parse(text, len, true, &v))
    looks->seen |= BLT_LOOKS_BOOL;
  else if (is_digit(c) || c == '-' || c == '+' || c == mark || (c && len <= 8 && strchr("nNiI", c)))
    look_at_number(looks, text, len, mark);
  else
    looks->seen |= BLT_LOOKS_TEXT;
}

void blt_looks_merge(blt_looks *looks, const blt_looks *more) {
  looks->seen |= more->seen;
  if (more->whole > looks->whole) looks->whole = more->whole;
  if (more->scale > looks->scale) looks->scale = more->scale;
  looks->not_forms |= more->not_forms;
  looks->ungrouped |= more->ungrouped;
}

#define SPELLED ((uint32_t)(BLT_LOOKS_SPELLED_DATE | BLT_LOOKS_SPELLED_TIME))

static uint32_t possible_forms(const blt_looks *looks) {
  bool all = looks->seen && !(looks->seen & ~SPELLED);
  return all ? ~looks->not_forms & ((1u << BLT_DATE_FORMS) - 1) : 0;
}

const blt_date_form *blt_looks_form(const blt_looks *looks) {
  uint32_t forms = possible_forms(looks);
  return forms && !(forms & (forms - 1)) ? blt_date_known((uint32_t)__builtin_ctz(forms)) : NULL;
}

bool blt_looks_open(const blt_looks *looks) {
  return blt_looks_dated(looks) || (looks->seen & (BLT_LOOKS_CODE | BLT_LOOKS_TEXT)) == BLT_LOOKS_CODE;
}

bool blt_looks_dated(const blt_looks *looks) {
  uint32_t forms = possible_forms(looks);
  return (forms & (forms - 1)) != 0;
}

bool blt_looks_grouped(const blt_looks *looks) {
  bool fractions =
      looks->seen & BLT_LOOKS_FIXED && !(looks->seen & ~(uint32_t)(BLT_LOOKS_INT | BLT_LOOKS_FIXED));
  return fractions && !looks->ungrouped;
}

blt_type blt_looks_type(const blt_looks *looks, bool decimals) {
  uint32_t seen = looks->seen, ints = BLT_LOOKS_INT | BLT_LOOKS_BIG_INT;
  uint32_t fractions = BLT_LOOKS_FIXED | BLT_LOOKS_LONG;
  blt_type t = {.id = BLT_STRING};
  if (seen == 0)
    t.id = BLT_NULLTYPE;
  else if (seen == BLT_LOOKS_BOOL)
    t.id = BLT_BOOL;
  else if (seen == BLT_LOOKS_DATE)
    t.id = BLT_DATE;
  else if (!(seen & ~(uint32_t)(BLT_LOOKS_DATE | BLT_LOOKS_TIMESTAMP)))
    t.id = BLT_TIMESTAMP;
  else if (blt_looks_form(looks))
    t.id = seen & BLT_LOOKS_SPELLED_TIME ? BLT_TIMESTAMP : BLT_DATE;
  else if (!(seen & ~ints))
    t.id = BLT_INT64;
  else if ((decimals || seen & BLT_LOOKS_LONG) && !(seen & ~(ints | fractions)) &&
           looks->whole + looks->scale <= BLT_MAX_PRECISION) {
    t.id = BLT_DECIMAL;
    t.scale = (uint8_t)looks->scale;
    t.precision = (uint8_t)(looks->whole + looks->scale);
    if (looks->whole == 0 && t.precision < BLT_MAX_PRECISION) t.precision++; /* for the zero of 0.5 */
  } else if (!(seen & ~(BLT_LOOKS_INT | fractions | BLT_LOOKS_FLOAT | BLT_LOOKS_CODE)) &&
             seen & (fractions | BLT_LOOKS_FLOAT))
    t.id = BLT_FLOAT64;
  return t;
}

const char *blt_type_expects(blt_type type) {
  switch (type.id) {
  case BLT_BOOL:
    return "true or false";
  case BLT_INT64:
    return "a whole number of 64 bits";
  case BLT_FLOAT64:
    return "a number in the range of float64";
  case BLT_DECIMAL:
    return "a decimal number with no more digits than the type has";
  case BLT_DATE:
    return "a date that exists, such as 2012-01-31";
  case BLT_TIMESTAMP:
    return "a time such as 2012-01-31 10:20:30";
  default:
    return "text";
  }
}
