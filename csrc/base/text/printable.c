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

/* Characters that a terminal acts on, or that hide: controls, marks of direction, separators of lines, blanks
 * that are not seen; and codes that are no characters. */
static bool is_hidden(uint32_t c) {
  static const struct {
    uint32_t first, last;
  } hidden[] = {{0, 0x1f},         {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},
                {0x61c, 0x61c},    {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180e},
                {0x200b, 0x200b},  {0x200e, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
                {0x3164, 0x3164},  {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
                {0xfff0, 0xfffb},  {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe00ff},
                {0xe01f0, 0xe0fff}};
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    if (c >= hidden[i].first && c <= hidden[i].last) return true;
  return (c & 0xfffe) == 0xfffe;
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
