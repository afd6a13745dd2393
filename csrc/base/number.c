#include "number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t blt_pow10(unsigned n) {
  int64_t v = 1;
  while (n--) v *= 10;
  return v;
}

static size_t digits_at(const char *text, size_t len, size_t at) {
  size_t n = 0;
  while (at + n < len && text[at + n] >= '0' && text[at + n] <= '9') n++;
  return n;
}

int blt_decimal_scale(const char *text, size_t len) {
  size_t at = len > 0 && (text[0] == '-' || text[0] == '+');
  size_t whole = digits_at(text, len, at), part = 0;
  at += whole;
  if (at < len && text[at] == '.') {
    part = digits_at(text, len, at + 1);
    at += 1 + part;
  }
  return at == len && whole + part > 0 && part < 1000 ? (int)part : -1;
}

bool blt_decimal_parse(const char *text, size_t len, unsigned scale, int64_t *value, unsigned *digits) {
  if (blt_decimal_scale(text, len) < 0) return false;
  size_t at = text[0] == '-' || text[0] == '+';
  int64_t v = 0, limit = blt_pow10(BLT_MAX_PRECISION - 1);
  unsigned after = 0;
  bool point = false;
  for (; at < len; at++) {
    if (text[at] == '.') {
      point = true;
      continue;
    }
    if (point && after == scale) {
      if (text[at] != '0') return false;
      continue;
    }
    after += point;
    if (v >= limit) return false;
    v = v * 10 + (text[at] - '0');
  }
  for (; after < scale; after++) {
    if (v >= limit) return false;
    v *= 10;
  }
  unsigned n = 0;
  for (int64_t left = v; left > 0; left /= 10) n++;
  if (digits) *digits = n;
  *value = text[0] == '-' ? -v : v;
  return true;
}

size_t blt_decimal_format(int64_t value, unsigned scale, char out[BLT_NUMBER_TEXT]) {
  uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  char reversed[BLT_NUMBER_TEXT];
  size_t n = 0, len = 0;
  do {
    reversed[n++] = (char)('0' + v % 10);
    v /= 10;
    if (n == scale) reversed[n++] = '.';
  } while (v || n <= scale);
  if (reversed[n - 1] == '.') reversed[n++] = '0';
  if (value < 0) out[len++] = '-';
  while (n) out[len++] = reversed[--n];
  out[len] = 0;
  return len;
}

size_t blt_float_format(double value, char out[BLT_NUMBER_TEXT]) {
  if (isnan(value)) return (size_t)snprintf(out, BLT_NUMBER_TEXT, "nan");
  if (isinf(value)) return (size_t)snprintf(out, BLT_NUMBER_TEXT, value < 0 ? "-inf" : "inf");
  int n = 0;
  for (int digits = 15; digits <= 17; digits++) {
    n = snprintf(out, BLT_NUMBER_TEXT, "%.*g", digits, value);
    if (strtod(out, NULL) == value) break;
  }
  return (size_t)n;
}
