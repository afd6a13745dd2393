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

/* A piece of a pattern, from one % to the next. */
typedef struct piece {
  const char *p, *end;
  bool plain; /* neither _ nor a backslash nor half a character: its bytes stand for themselves */
} piece;

/* The piece at *p, which moves to the % behind it, or to the end. */
static piece next_piece(const char **p, const char *end) {
  piece out = {*p, *p, true};
  const char *literal = NULL;
  uint32_t bytes = 0;
  while (*p < end && **p != '%') {
    out.plain = out.plain && **p != '_' && **p != '\\' && ((unsigned char)**p & 0xc0) != 0x80;
    next_part(p, end, &literal, &bytes);
  }
  out.end = *p;
  return out;
}

/* Where the piece ends when it matches at t, else NULL. Adds to *steps. */
static const char *match_here(piece piece, const char *t, const char *end, uint64_t *steps) {
  const char *literal = NULL;
  uint32_t bytes = 0;
  for (const char *p = piece.p; p < piece.end;) {
    part kind = next_part(&p, piece.end, &literal, &bytes);
    ++*steps;
    if (t >= end) return NULL;
    if (kind == ONE) {
      t += blt_char_bytes(t, end);
      continue;
    }
    if ((size_t)(end - t) < bytes || memcmp(t, literal, bytes) != 0) return NULL;
    t += bytes;
  }
  return t;
}

#define STEPS 65536u /* of comparing after which somebody is asked whether to go on */

/* Where the first match of the piece from t on ends, else NULL; also when *status says to stop. A piece with
 * _ takes as many steps as there are characters in it and in the text, multiplied. */
static const char *match_later(piece piece, const char *t, const char *end, const blt_call *c,
                               blt_status *status, blt_error *err) {
  uint64_t steps = 0;
  if (piece.plain) {
    blt_str part = {piece.p, (uint32_t)(piece.end - piece.p)};
    const char *at = blt_text_find((blt_str){t, (uint32_t)(end - t)}, part);
    return at ? at + part.len : NULL;
  }
  for (; t < end && *status == BLT_OK; t += blt_char_bytes(t, end)) {
    const char *after = match_here(piece, t, end, &steps);
    if (after) return after;
    if (steps < STEPS) continue;
    *status = blt_call_worked(c, steps, err);
    steps = 0;
  }
  return NULL;
}

static uint32_t piece_chars(piece piece) {
  uint32_t n = 0, bytes = 0;
  const char *literal = NULL;
  for (const char *p = piece.p; p < piece.end; n++) next_part(&p, piece.end, &literal, &bytes);
  return n;
}

/* Whether the last piece matches the end of the text, not before t. Characters are counted from t on, as
 * everywhere. */
static bool match_end(piece piece, const char *t, const char *end) {
  if (piece.plain) {
    size_t bytes = (size_t)(piece.end - piece.p);
    return (size_t)(end - t) >= bytes && memcmp(end - bytes, piece.p, bytes) == 0;
  }
  blt_str rest = {t, (uint32_t)(end - t)};
  uint32_t chars = blt_text_chars(rest), n = piece_chars(piece);
  uint64_t steps = 0;
  return chars >= n && match_here(piece, blt_text_at(rest, chars - n), end, &steps) == end;
}

/* Pieces are looked for one after the other: the first match of each leaves the most to the rest. */
blt_status blt_text_like(const blt_call *c, blt_str s, blt_str pattern, uint8_t *out, blt_error *err) {
  blt_status status = BLT_OK;
  uint64_t steps = 0;
  const char *p = pattern.s, *pend = p + pattern.len, *end = s.s + s.len;
  piece piece = next_piece(&p, pend);
  const char *t = match_here(piece, s.s, end, &steps);
  if (p == pend) {
    *out = t == end;
    return BLT_OK;
  }
  while (t && p < pend) {
    p++;
    piece = next_piece(&p, pend);
    if (p == pend) break;
    t = match_later(piece, t, end, c, &status, err);
  }
  *out = t && match_end(piece, t, end);
  return status == BLT_OK ? blt_call_worked(c, (uint64_t)s.len + pattern.len, err) : status;
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

/* Letters first, first + step … last, whose other case lies `distance` further. */
typedef struct case_run {
  uint32_t first, last, step;
  int32_t distance;
} case_run;

#include "case_runs.h"

#define RUNS(runs) (sizeof(runs) / sizeof *(runs))

static uint32_t other_case(const case_run *runs, size_t n, uint32_t c) {
  size_t low = 0, high = n;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (runs[middle].last < c)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == n || c < runs[low].first || (c - runs[low].first) % runs[low].step != 0) return c;
  return (uint32_t)((int32_t)c + runs[low].distance);
}

/* The character of n bytes at p. */
static uint32_t decode(const char *p, uint32_t n) {
  uint32_t c = (unsigned char)*p & (0x7fu >> n);
  for (uint32_t i = 1; i < n; i++) c = c << 6 | ((unsigned char)p[i] & 0x3f);
  return c;
}

static char *encode(uint32_t c, char *o) {
  if (c < 0x80) {
    *o++ = (char)c;
    return o;
  }
  uint32_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  *o++ = (char)((0xff80 >> more) | c >> 6 * more);
  while (more-- > 0) *o++ = (char)(0x80 | (c >> 6 * more & 0x3f));
  return o;
}

static char ascii_case(char c, bool upper) {
  bool letter = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
  return letter ? (char)(c ^ 32) : c;
}

blt_str blt_text_case(blt_str s, bool upper, char *out) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* what needs so many bytes */
  const char *p = s.s, *end = p + s.len;
  char *o = out;
  while (p < end) {
    uint32_t n = blt_char_bytes(p, end);
    if (n == 1) {
      *o++ = ascii_case(*p++, upper);
      continue;
    }
    uint32_t c = decode(p, n), d = upper ? other_case(upper_runs, RUNS(upper_runs), c)
                                         : other_case(lower_runs, RUNS(lower_runs), c);
    if (d == c || c < least[n]) {
      memcpy(o, p, n);
      o += n;
    } else {
      o = encode(d, o);
    }
    p += n;
  }
  return (blt_str){out, (uint32_t)(o - out)};
}
