#include "json.h"
#include "records.h"
#include "utf8.h"

#include <string.h>

const char *blt_json_skip_blanks(const char *p, const char *end) {
  while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) p++;
  return p;
}

static bool is_digit(const char *p, const char *end) {
  return p < end && *p >= '0' && *p <= '9';
}

static const char *word(const char *p, const char *end, const char *w, blt_json_kind kind,
                        blt_json_value *out) {
  size_t n = strlen(w);
  if ((size_t)(end - p) < n || memcmp(p, w, n) != 0) return NULL;
  *out = (blt_json_value){kind, p, p + n};
  return p + n;
}

static const char *number(const char *p, const char *end, blt_json_value *out) {
  const char *from = p;
  if (*p == '-') p++;
  if (!is_digit(p, end)) return NULL;
  if (*p == '0')
    p++;
  else
    while (is_digit(p, end)) p++;
  if (p < end && *p == '.') {
    if (!is_digit(++p, end)) return NULL;
    while (is_digit(p, end)) p++;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    if (!is_digit(p, end)) return NULL;
    while (is_digit(p, end)) p++;
  }
  *out = (blt_json_value){BLT_JSON_NUMBER, from, p};
  return p;
}

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* After the backslash. */
static const char *escape(const char *p, const char *end) {
  if (p == end) return NULL;
  if (*p != 'u') return memchr("\"\\/bfnrt", *p, 8) ? p + 1 : NULL;
  if (end - p < 5) return NULL;
  for (int i = 1; i <= 4; i++)
    if (hex(p[i]) < 0) return NULL;
  return p + 5;
}

/* Marks the high bit of each of eight bytes that is a quote, a backslash or a control byte. The lowest mark
 * is right; marks above it may not be. */
static inline uint64_t marks(const char *p) {
  uint64_t v, ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
  memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  v = __builtin_bswap64(v);
#endif
  uint64_t quote = v ^ (ones * '"'), slash = v ^ (ones * '\\');
  uint64_t hit = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((v - ones * 0x20) & ~v);
  return hit & high;
}

/* The first quote, backslash or control byte, or `end`. */
static inline const char *plain_end(const char *p, const char *end) {
  while (end - p >= 8) {
    uint64_t m = marks(p);
    if (m) return p + (__builtin_ctzll(m) >> 3);
    p += 8;
  }
  while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20) p++;
  return p;
}

static const char *string(const char *p, const char *end, blt_json_value *out) {
  const char *from = ++p;
  blt_json_kind kind = BLT_JSON_STRING;
  for (;;) {
    p = plain_end(p, end);
    if (p == end || (unsigned char)*p < 0x20) return NULL;
    if (*p == '"') break;
    kind = BLT_JSON_ESCAPED;
    p = escape(p + 1, end);
    if (!p) return NULL;
  }
  *out = (blt_json_value){kind, from, p};
  return p + 1;
}

static const char *value(const char *p, const char *end, int depth, blt_json_value *out);

/* "key": at `p`; what follows the colon and blanks. */
static const char *key(const char *p, const char *end) {
  blt_json_value ignored;
  if (p == end || *p != '"') return NULL;
  p = string(p, end, &ignored);
  if (!p) return NULL;
  p = blt_json_skip_blanks(p, end);
  if (p == end || *p != ':') return NULL;
  return blt_json_skip_blanks(p + 1, end);
}

static const char *nested(const char *p, const char *end, int depth, blt_json_value *out) {
  const char *from = p;
  bool object = *p == '{';
  char close = object ? '}' : ']';
  if (depth == 0) return NULL;
  p = blt_json_skip_blanks(p + 1, end);
  if (p == end || *p != close) {
    for (;;) {
      blt_json_value ignored;
      if (object && !(p = key(p, end))) return NULL;
      p = value(p, end, depth - 1, &ignored);
      if (!p) return NULL;
      p = blt_json_skip_blanks(p, end);
      if (p == end) return NULL;
      if (*p == close) break;
      if (*p != ',') return NULL;
      p = blt_json_skip_blanks(p + 1, end);
    }
  }
  *out = (blt_json_value){object ? BLT_JSON_OBJECT : BLT_JSON_ARRAY, from, p + 1};
  return p + 1;
}

static const char *value(const char *p, const char *end, int depth, blt_json_value *out) {
  if (p == end) return NULL;
  switch (*p) {
  case '"':
    return string(p, end, out);
  case '{':
  case '[':
    return nested(p, end, depth, out);
  case 't':
    return word(p, end, "true", BLT_JSON_TRUE, out);
  case 'f':
    return word(p, end, "false", BLT_JSON_FALSE, out);
  case 'n':
    return word(p, end, "null", BLT_JSON_NULL, out);
  default:
    return number(p, end, out);
  }
}

const char *blt_json_value_at(const char *p, const char *end, blt_json_value *out) {
  *out = (blt_json_value){BLT_JSON_BROKEN, p, p};
  return value(p, end, BLT_JSON_DEPTH, out);
}

bool blt_json_valid(const char *text, size_t len) {
  blt_json_value v;
  const char *end = text + len, *p = blt_json_skip_blanks(text, end);
  if (blt_utf8_check(text, len) < len) return false;
  p = blt_json_value_at(p, end, &v);
  return p && blt_json_skip_blanks(p, end) == end;
}

static uint32_t unit(const char *p) {
  return (uint32_t)(hex(p[0]) << 12 | hex(p[1]) << 8 | hex(p[2]) << 4 | hex(p[3]));
}

static char *put_utf8(uint32_t c, char *out) {
  if (c < 0x80) {
    *out++ = (char)c;
  } else if (c < 0x800) {
    *out++ = (char)(0xc0 | c >> 6);
    *out++ = (char)(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    *out++ = (char)(0xe0 | c >> 12);
    *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    *out++ = (char)(0x80 | (c & 0x3f));
  } else {
    *out++ = (char)(0xf0 | c >> 18);
    *out++ = (char)(0x80 | (c >> 12 & 0x3f));
    *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    *out++ = (char)(0x80 | (c & 0x3f));
  }
  return out;
}

/* \uXXXX at `*p` (after the u), with its other half when it is one of a pair. */
static char *put_unit(const char **p, const char *to, char *out) {
  uint32_t c = unit(*p);
  *p += 4;
  if (c >= 0xdc00 && c < 0xe000) c = 0xfffd;
  if (c < 0xd800 || c >= 0xdc00) return put_utf8(c, out);
  if (to - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
    uint32_t low = unit(*p + 2);
    if (low >= 0xdc00 && low < 0xe000) {
      *p += 6;
      return put_utf8(0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00), out);
    }
  }
  return put_utf8(0xfffd, out);
}

char *blt_json_unescape(const char *from, const char *to, char *out) {
  static const char escapes[] = "bfnrt", bytes[] = "\b\f\n\r\t";
  for (const char *p = from; p < to;) {
    if (*p != '\\') {
      *out++ = *p++;
      continue;
    }
    p++;
    if (*p == 'u') {
      p++;
      out = put_unit(&p, to, out);
      continue;
    }
    const char *e = memchr(escapes, *p, 5);
    *out++ = e ? bytes[e - escapes] : *p;
    p++;
  }
  return out;
}
