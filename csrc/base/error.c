#include "blt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static blt_status fail(blt_error *err, blt_status code, int64_t position, const char *format, va_list args) {
  err->code = code;
  err->position = position;
  vsnprintf(err->message, sizeof err->message, format, args);
  return code;
}

blt_status blt_fail(blt_error *err, blt_status code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fail(err, code, -1, format, args);
  va_end(args);
  return code;
}

blt_status blt_fail_at(blt_error *err, blt_status code, int64_t position, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fail(err, code, position, format, args);
  va_end(args);
  return code;
}

blt_status blt_fail_memory(blt_error *err, size_t bytes) {
  return blt_fail(err, BLT_ENOMEM, "not enough memory: %zu more bytes were refused (see memory_limit)",
                  bytes);
}

static const char *const names[] = {"null",    "bool",   "int64", "float64",
                                    "decimal", "string", "date",  "timestamp"};

char *blt_type_name(blt_type t, char out[24]) {
  if (t.id == BLT_DECIMAL)
    snprintf(out, 24, "decimal(%u,%u)", t.precision, t.scale);
  else
    snprintf(out, 24, "%s", t.id <= BLT_TIMESTAMP ? names[t.id] : "?");
  return out;
}

/* Reads "(p,s)" with optional blanks. */
static bool parse_decimal(const char *text, size_t len, blt_type *out) {
  char copy[32];
  unsigned p, s;
  int used = -1;
  if (len >= sizeof copy) return false;
  memcpy(copy, text, len);
  copy[len] = 0;
  if (sscanf(copy, " ( %2u , %2u ) %n", &p, &s, &used) != 2 || used != (int)len) return false;
  if (p < 1 || p > BLT_MAX_PRECISION || s > p) return false;
  *out = (blt_type){.id = BLT_DECIMAL, .precision = (uint8_t)p, .scale = (uint8_t)s};
  return true;
}

bool blt_type_parse(const char *text, size_t len, blt_type *out) {
  if (len > 7 && memcmp(text, "decimal", 7) == 0) return parse_decimal(text + 7, len - 7, out);
  for (uint8_t id = BLT_BOOL; id <= BLT_TIMESTAMP; id++) {
    if (id == BLT_DECIMAL || strlen(names[id]) != len || memcmp(names[id], text, len) != 0) continue;
    *out = (blt_type){.id = id};
    return true;
  }
  return false;
}
