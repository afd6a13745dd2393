#include "partitions.h"

#include "base/text/civil.h"
#include <stdlib.h>
#include <string.h>

bool blt_pq_partition_next(const char *path, size_t *at, blt_pq_partition *out) {
  for (;;) {
    const char *from = path + *at, *end = strchr(from, '/');
    if (!end) return false; /* the file itself */
    *at = (size_t)(end + 1 - path);
    const char *mark = memchr(from, '=', (size_t)(end - from));
    if (!mark || mark == from || mark - from > (ptrdiff_t)BLT_MAX_NAME) continue;
    *out = (blt_pq_partition){{from, (uint32_t)(mark - from)}, {mark + 1, (uint32_t)(end - mark - 1)}};
    return true;
  }
}

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t blt_pq_partition_decode(blt_str s, char *out) {
  size_t n = 0;
  for (uint32_t i = 0; i < s.len; i++) {
    bool coded = s.s[i] == '%' && i + 2 < s.len && digit(s.s[i + 1]) >= 0 && digit(s.s[i + 2]) >= 0;
    int c = coded ? digit(s.s[i + 1]) * 16 + digit(s.s[i + 2]) : (unsigned char)s.s[i];
    if (coded) i += 2;
    if (c) out[n++] = (char)c;
  }
  out[n] = 0;
  return n;
}

/* A whole number as it is printed: what is read as one is written back the same. */
static bool is_integer(const char *s) {
  size_t sign = s[0] == '-', n = strlen(s + sign);
  if (n < 1 || n > 18 || (s[sign] == '0' && (n > 1 || sign))) return false;
  return strspn(s + sign, "0123456789") == n;
}

static bool is_date(const char *s, int64_t *days) {
  return strlen(s) == 10 && blt_date_parse(s, 10, days);
}

blt_type_id blt_pq_partition_type(blt_type_id before, const char *text) {
  int64_t days;
  blt_type_id is = is_integer(text) ? BLT_INT64 : is_date(text, &days) ? BLT_DATE : BLT_STRING;
  return before == BLT_NULLTYPE || before == is ? is : BLT_STRING;
}

void blt_pq_partition_value(blt_type_id type, const char *text, blt_value *out) {
  *out = (blt_value){.type.id = (uint8_t)type};
  if (type == BLT_INT64)
    out->u.i = strtoll(text, NULL, 10);
  else if (type == BLT_DATE)
    is_date(text, &out->u.i);
  else
    out->u.s = (blt_str){text, (uint32_t)strlen(text)};
}
