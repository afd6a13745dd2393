#include "printable.h"

#include <stdio.h>
#include <string.h>

size_t blt_utf8_next(const char *s, size_t len, uint32_t *c) {
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned char a = len ? (unsigned char)s[0] : 0xff;
  size_t n = a < 0x80 ? 1 : (a & 0xe0) == 0xc0 ? 2 : (a & 0xf0) == 0xe0 ? 3 : (a & 0xf8) == 0xf0 ? 4 : 0;
  if (n == 0 || n > len) return 0;
  *c = n == 1 ? a : a & (0x7fu >> n);
  for (size_t i = 1; i < n; i++) {
    if (((unsigned char)s[i] & 0xc0) != 0x80) return 0;
    *c = *c << 6 | ((unsigned char)s[i] & 0x3f);
  }
  return *c >= least[n] && *c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff) ? n : 0;
}

/* Characters that a terminal acts on, or that hide: controls, marks of direction, separators of lines. */
static bool is_hidden(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200b || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb);
}

static size_t escape(uint32_t c, char out[16]) {
  const char *named = c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : NULL;
  if (named) return (size_t)snprintf(out, 16, "%s", named);
  return (size_t)snprintf(out, 16, c < 0x80 ? "\\x%02X" : "\\u{%X}", (unsigned)c);
}

size_t blt_printable(const char *s, size_t len, char *out, size_t room) {
  size_t at = 0, n = 0;
  while (at < len) {
    uint32_t c = 0;
    size_t used = blt_utf8_next(s + at, len - at, &c), wide;
    char piece[16];
    if (used == 0)
      wide = (size_t)snprintf(piece, sizeof piece, "\\x%02X", (unsigned)(unsigned char)s[at]);
    else if (is_hidden(c))
      wide = escape(c, piece);
    else
      memcpy(piece, s + at, wide = used);
    if (n + wide + sizeof "…" > room) {
      memcpy(out + n, "…", sizeof "…");
      return n + sizeof "…" - 1;
    }
    memcpy(out + n, piece, wide);
    n += wide;
    at += used ? used : 1;
  }
  out[n] = 0;
  return n;
}
