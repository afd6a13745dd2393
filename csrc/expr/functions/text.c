#include "text.h"

#include "base/isa.h"

#include <string.h>

uint32_t blt_char_bytes(const char *s, const char *end) {
  unsigned char c = (unsigned char)*s;
  uint32_t n = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
  if ((size_t)(end - s) < n) return 1;
  for (uint32_t i = 1; i < n; i++)
    if (((unsigned char)s[i] & 0xc0) != 0x80) return 1;
  return n;
}

/* No byte belongs to a longer character. */
BLT_CLONES static bool is_ascii(const char *s, uint32_t n) {
  unsigned char high = 0;
  for (uint32_t i = 0; i < n; i++) high |= (unsigned char)s[i];
  return high < 0x80;
}

uint32_t blt_text_chars(blt_str s) {
  uint32_t n = 0;
  if (is_ascii(s.s, s.len)) return s.len;
  for (const char *p = s.s, *end = s.s + s.len; p < end; p += blt_char_bytes(p, end)) n++;
  return n;
}

#define RUN_TEXTS 32u         /* that are looked at as one … */
#define RUN_BYTES (64u << 10) /* … and about how long that may be */

bool blt_text_run(const blt_str *texts, uint32_t from, uint32_t n, uint32_t *end) {
  const char *start = texts[from].s, *at = start + texts[from].len;
  uint32_t i = from + 1;
  if (n - from > RUN_TEXTS) n = from + RUN_TEXTS;
  for (; i < n && texts[i].s == at && at - start < (ptrdiff_t)RUN_BYTES; i++) at += texts[i].len;
  *end = i;
  return at - start <= UINT32_MAX && is_ascii(start, (uint32_t)(at - start));
}

const char *blt_text_at(blt_str s, uint64_t n) {
  const char *p = s.s, *end = s.s + s.len;
  while (p < end && n-- > 0) p += blt_char_bytes(p, end);
  return p;
}

/* ---- searching ---- */

#define MATCHES 256u /* that are found at a time */

/* Marks those of texts *i … that have one of the matches in them; those that begin in one text and end in
 * another are none. Stops at the text in which the last match ends. */
static void mark_matches(const blt_needle *needle, const blt_str *texts, uint32_t *i, const char **at,
                         uint32_t n, uint8_t *out) {
  for (uint32_t k = 0;; ++*i) {
    blt_str s = texts[*i];
    for (; k < n && at[k] + needle->len <= s.s + s.len; k++) out[*i] |= at[k] >= s.s;
    if (k == n) return;
  }
}

/* Marks those of texts from … to - 1, which lie one behind the other, that have the needle in them. */
static void search_run(const blt_needle *needle, const blt_str *texts, uint32_t from, uint32_t to,
                       uint8_t *out) {
  const char *at[MATCHES], *p = texts[from].s, *end = texts[to - 1].s + texts[to - 1].len;
  for (uint32_t n = MATCHES; n == MATCHES; p = at[n - 1] + 1) {
    n = blt_needle_find_all(needle, p, end, at, MATCHES);
    if (n == 0) return;
    mark_matches(needle, texts, &from, at, n, out);
  }
}

blt_status blt_text_search(const blt_call *c, const blt_needle *needle, const blt_str *texts, uint32_t n,
                           uint8_t *out, blt_error *err) {
  blt_status status = BLT_OK;
  memset(out, needle->len == 0, n);
  for (uint32_t from = 0, to; from < n && needle->len && status == BLT_OK; from = to) {
    uint64_t bytes = texts[from].len;
    for (to = from + 1; to < n && texts[to].s == texts[to - 1].s + texts[to - 1].len; to++)
      bytes += texts[to].len;
    if (bytes >= needle->len) search_run(needle, texts, from, to, out);
    status = blt_call_worked(c, bytes, err);
  }
  return status;
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

typedef blt_like_piece piece;

/* The piece at *p, which moves to the % behind it, or to the end. */
static piece next_piece(const char **p, const char *end) {
  piece out = {.p = *p, .end = *p, .plain = true};
  const char *literal = NULL;
  uint32_t bytes = 0;
  while (*p < end && **p != '%') {
    out.plain = out.plain && **p != '_' && **p != '\\' && ((unsigned char)**p & 0xc0) != 0x80;
    next_part(p, end, &literal, &bytes);
  }
  out.end = *p;
  if (out.plain) out.needle = blt_needle_of((blt_str){out.p, (uint32_t)(out.end - out.p)});
  return out;
}

/* Where the piece ends when it matches at t, else NULL. Adds to *steps. */
static const char *match_here(const piece *piece, const char *t, const char *end, uint64_t *steps) {
  const char *literal = NULL;
  uint32_t bytes = 0;
  if (piece->plain) {
    size_t n = piece->needle.len;
    ++*steps;
    return (size_t)(end - t) >= n && memcmp(t, piece->p, n) == 0 ? t + n : NULL;
  }
  for (const char *p = piece->p; p < piece->end;) {
    part kind = next_part(&p, piece->end, &literal, &bytes);
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
static const char *match_later(const piece *piece, const char *t, const char *end, const blt_call *c,
                               blt_status *status, blt_error *err) {
  uint64_t steps = 0;
  if (piece->plain) {
    const char *at = blt_needle_find(&piece->needle, t, end);
    return at ? at + piece->needle.len : NULL;
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

static uint32_t piece_chars(const piece *piece) {
  uint32_t n = 0, bytes = 0;
  const char *literal = NULL;
  for (const char *p = piece->p; p < piece->end; n++) next_part(&p, piece->end, &literal, &bytes);
  return n;
}

/* Whether the last piece matches the end of the text, not before t. Characters are counted from t on, as
 * everywhere. */
static bool match_end(const piece *piece, const char *t, const char *end) {
  if (piece->plain) {
    size_t bytes = piece->needle.len;
    return (size_t)(end - t) >= bytes && memcmp(end - bytes, piece->p, bytes) == 0;
  }
  blt_str rest = {t, (uint32_t)(end - t)};
  uint32_t chars = blt_text_chars(rest), n = piece_chars(piece);
  uint64_t steps = 0;
  return chars >= n && match_here(piece, blt_text_at(rest, chars - n), end, &steps) == end;
}

void blt_like_make(blt_like *like, blt_str pattern) {
  const char *p = pattern.s, *end = p + pattern.len;
  like->pattern = pattern;
  like->n = 0;
  for (;; p++) {
    piece piece = next_piece(&p, end);
    if (like->n < BLT_LIKE_PIECES) like->pieces[like->n] = piece;
    like->n++;
    if (p == end) return;
  }
}

bool blt_like_is_search(const blt_like *like) {
  return like->n == 3 && like->pieces[0].p == like->pieces[0].end &&
         like->pieces[2].p == like->pieces[2].end && like->pieces[1].plain;
}

/* The piece behind one that ends at *p, number i; in `room` when it was not kept. */
static const piece *piece_after(const blt_like *like, uint32_t i, const char **p, piece *room) {
  if (i < BLT_LIKE_PIECES) {
    *p = like->pieces[i].end;
    return &like->pieces[i];
  }
  ++*p;
  *room = next_piece(p, like->pattern.s + like->pattern.len);
  return room;
}

/* Pieces are looked for one after the other: the first match of each leaves the most to the rest. */
blt_status blt_like_match(const blt_call *c, const blt_like *like, blt_str s, uint8_t *out, blt_error *err) {
  blt_status status = BLT_OK;
  uint64_t steps = 0;
  piece room;
  const char *p = like->pieces[0].end, *end = s.s + s.len;
  const char *t = match_here(&like->pieces[0], s.s, end, &steps);
  *out = t == end;
  for (uint32_t i = 1; i < like->n; i++) {
    const piece *piece = piece_after(like, i, &p, &room);
    bool last = i + 1 == like->n;
    *out = t && last && match_end(piece, t, end);
    if (!t || last) break;
    t = match_later(piece, t, end, c, &status, err);
  }
  return status == BLT_OK ? blt_call_worked(c, (uint64_t)s.len + like->pattern.len, err) : status;
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

/* All letters from `first` on, 26 of them, in the other case. */
BLT_CLONES static void change_ascii(const char *s, uint32_t n, unsigned char first, char *out) {
  for (uint32_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    out[i] = (char)(c ^ ((unsigned char)(c - first) < 26 ? 32 : 0));
  }
}

BLT_CLONES static bool has_any_of_26(const char *s, uint32_t n, unsigned char first) {
  unsigned char found = 0;
  for (uint32_t i = 0; i < n; i++) found |= (unsigned char)((unsigned char)s[i] - first) < 26;
  return found;
}

bool blt_ascii_changes(blt_str s, bool upper) {
  return has_any_of_26(s.s, s.len, upper ? 'a' : 'A');
}

blt_str blt_ascii_case(blt_str s, bool upper, char *out) {
  change_ascii(s.s, s.len, upper ? 'a' : 'A', out);
  return (blt_str){out, s.len};
}

blt_str blt_text_case(blt_str s, bool upper, char *out) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* what needs so many bytes */
  const char *p = s.s, *end = p + s.len;
  char *o = out;
  if (is_ascii(s.s, s.len)) return blt_ascii_case(s, upper, out);
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
