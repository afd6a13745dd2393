#include "text.h"

#include <string.h>

uint32_t blt_char_bytes(const char *s, const char *end) {
  unsigned char c = (unsigned char)*s;
  uint32_t n = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
  if ((size_t)(end - s) < n) return 1;
  for (uint32_t i = 1; i < n; i++)
    if (((unsigned char)s[i] & 0xc0) != 0x80) return 1;
  return n;
}

uint32_t blt_text_chars(blt_str s) {
  uint32_t n = 0;
  for (const char *p = s.s, *end = s.s + s.len; p < end; p += blt_char_bytes(p, end)) n++;
  return n;
}

const char *blt_text_at(blt_str s, uint64_t n) {
  const char *p = s.s, *end = s.s + s.len;
  while (p < end && n-- > 0) p += blt_char_bytes(p, end);
  return p;
}

const char *blt_text_find(blt_str s, blt_str part) {
  if (part.len == 0) return s.s;
  return s.len ? memmem(s.s, s.len, part.s, part.len) : NULL;
}

/* ---- like ---- */

/* The pattern's next character, literal or not; moves past it. */
typedef enum { LITERAL, ONE, ANY } part;
static part next_part(const char **p, const char *end, const char **literal, uint32_t *bytes) {
  const char *at = *p;
  if (*at == '%' || *at == '_') {
    *p = at + 1;
    return *at == '%' ? ANY : ONE;
  }
  if (*at == '\\' && at + 1 < end) at++;
  *literal = at;
  *bytes = blt_char_bytes(at, end);
  *p = at + *bytes;
  return LITERAL;
}

bool blt_text_like(blt_str s, blt_str pattern) {
  const char *p = pattern.s, *pend = p + pattern.len, *t = s.s, *end = t + s.len;
  const char *after_any = NULL, *resume = NULL, *literal = NULL;
  uint32_t bytes = 0;
  while (t < end || p < pend) {
    if (p < pend) {
      const char *next = p;
      part kind = next_part(&next, pend, &literal, &bytes);
      if (kind == ANY) {
        after_any = p = next;
        resume = t;
        continue;
      }
      if (t < end && kind == ONE) {
        t += blt_char_bytes(t, end);
        p = next;
        continue;
      }
      if (kind == LITERAL && (size_t)(end - t) >= bytes && memcmp(t, literal, bytes) == 0) {
        t += bytes;
        p = next;
        continue;
      }
    }
    /* No match here: the last % takes one character more. */
    if (!after_any || resume >= end) return false;
    resume += blt_char_bytes(resume, end);
    t = resume;
    p = after_any;
  }
  return true;
}

/* ---- new strings ---- */

#define ROOM_BYTES 16384u

char *blt_text_take(blt_text_room *room, size_t bytes, blt_error *err) {
  if (bytes > BLT_MAX_STRING) {
    blt_fail(err, BLT_EOVERFLOW, "a string of %zu bytes is longer than %u", bytes, BLT_MAX_STRING);
    return NULL;
  }
  if (!room->at || room->left < bytes) {
    size_t size = bytes > ROOM_BYTES ? bytes : ROOM_BYTES;
    room->at = blt_eval_alloc(room->ev, size);
    if (!room->at) {
      blt_fail_memory(err, size);
      return NULL;
    }
    room->left = size;
  }
  char *p = room->at;
  room->at += bytes;
  room->left -= bytes;
  return p;
}

/* ---- case ---- */

static bool between(uint32_t c, uint32_t low, uint32_t high) {
  return c >= low && c <= high;
}

/* The other case of a letter of two bytes, when that has two bytes too. */
static uint32_t upper2(uint32_t c) {
  if ((between(c, 0xe0, 0xfe) && c != 0xf7) || between(c, 0x3b1, 0x3c1) || between(c, 0x3c3, 0x3cb) ||
      between(c, 0x430, 0x44f))
    return c - 32;
  if (between(c, 0x450, 0x45f)) return c - 80;
  bool pairs = between(c, 0x100, 0x137) || between(c, 0x14a, 0x177) || between(c, 0x460, 0x481);
  if (pairs && (c & 1) && c != 0x131) return c - 1;
  if ((between(c, 0x139, 0x148) || between(c, 0x179, 0x17e)) && !(c & 1)) return c - 1;
  return c == 0xff ? 0x178 : c;
}

static uint32_t lower2(uint32_t c) {
  if ((between(c, 0xc0, 0xde) && c != 0xd7) || between(c, 0x391, 0x3a1) || between(c, 0x3a3, 0x3ab) ||
      between(c, 0x410, 0x42f))
    return c + 32;
  if (between(c, 0x400, 0x40f)) return c + 80;
  bool pairs = between(c, 0x100, 0x137) || between(c, 0x14a, 0x177) || between(c, 0x460, 0x481);
  if (pairs && !(c & 1) && c != 0x130) return c + 1;
  if ((between(c, 0x139, 0x148) || between(c, 0x179, 0x17e)) && (c & 1)) return c + 1;
  return c == 0x178 ? 0xff : c;
}

blt_str blt_text_case(blt_str s, bool upper, char *out) {
  const char *p = s.s, *end = p + s.len;
  char *o = out;
  while (p < end) {
    uint32_t n = blt_char_bytes(p, end);
    if (n == 1) {
      char c = *p;
      bool letter = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
      *o = letter ? (char)(c ^ 32) : c;
    } else if (n == 2) {
      uint32_t c = ((uint32_t)(unsigned char)p[0] & 0x1f) << 6 | ((uint32_t)(unsigned char)p[1] & 0x3f);
      c = upper ? upper2(c) : lower2(c);
      o[0] = (char)(0xc0 | c >> 6);
      o[1] = (char)(0x80 | (c & 0x3f));
    } else {
      memcpy(o, p, n);
    }
    p += n;
    o += n;
  }
  return (blt_str){out, s.len};
}
