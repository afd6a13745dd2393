/* Well-formed UTF-8, against a reading of the standard's table, at every place of a block. */
#include "check.h"
#include "io/text/utf8.h"
#include "random.h"

enum { ROOM = 200 };

static const uint8_t edges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
                                0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff};
enum { EDGES = sizeof edges };

static bool within(uint8_t b, uint8_t low, uint8_t high) {
  return b >= low && b <= high;
}

/* Bytes of the character at the beginning; 0 when there is none. */
static size_t character(const uint8_t *p, size_t left) {
  static const struct {
    uint8_t first[2], second[2], bytes;
  } rows[] = {
      {{0x00, 0x7f}, {0, 0}, 1},       {{0xc2, 0xdf}, {0x80, 0xbf}, 2}, {{0xe0, 0xe0}, {0xa0, 0xbf}, 3},
      {{0xe1, 0xec}, {0x80, 0xbf}, 3}, {{0xed, 0xed}, {0x80, 0x9f}, 3}, {{0xee, 0xef}, {0x80, 0xbf}, 3},
      {{0xf0, 0xf0}, {0x90, 0xbf}, 4}, {{0xf1, 0xf3}, {0x80, 0xbf}, 4}, {{0xf4, 0xf4}, {0x80, 0x8f}, 4}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t n = rows[i].bytes;
    if (!within(p[0], rows[i].first[0], rows[i].first[1])) continue;
    if (left < n || (n > 1 && !within(p[1], rows[i].second[0], rows[i].second[1]))) return 0;
    for (size_t k = 2; k < n; k++)
      if (!within(p[k], 0x80, 0xbf)) return 0;
    return n;
  }
  return 0;
}

static size_t expected(const uint8_t *p, size_t len) {
  size_t at = 0;
  for (size_t n; at < len && (n = character(p + at, len - at)); at += n) continue;
  return at;
}

/* The text alone in memory, so that reading past its end is seen. */
static void check_bytes(const uint8_t *p, size_t len) {
  char *copy = malloc(len ? len : 1);
  memcpy(copy, p, len);
  size_t got = blt_utf8_check(copy, len), want = expected(p, len);
  CHECK_AT(got == want, "%zu bytes: wrong at %zu, not %zu", len, got, want);
  free(copy);
}

/* Four bytes of all kinds across the seams of blocks and at the end. */
static void four_bytes_anywhere(void) {
  static const size_t places[] = {0, 29, 30, 31, 60, 124, 125, 126, 127, 128, 150};
  uint8_t text[ROOM];
  memset(text, 'a', sizeof text);
  for (uint32_t k = 0; k < EDGES * EDGES * EDGES * EDGES; k++) {
    size_t at = places[k % (sizeof places / sizeof *places)], len = at + 4 + k % 3 * 20;
    uint32_t rest = k;
    for (int i = 0; i < 4; i++, rest /= EDGES) text[at + (size_t)i] = edges[rest % EDGES];
    check_bytes(text, len < 128 && k % 2 ? 128 : len);
    memset(text + at, 'a', 4);
  }
}

/* Characters of random lengths, then a byte of them changed. */
static void random_texts(void) {
  static const char *const characters[] = {
      "a", "\xc3\xa9", "\xd0\xb6", "\xe2\x82\xac", "\xed\x9f\xbf", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};
  rng r = {20261127};
  for (int n = 0; n < 20000; n++) {
    uint8_t text[ROOM + 8];
    size_t len = 0, room = rng_below(&r, ROOM);
    uint32_t kinds = 1 + rng_below(&r, 7);
    while (len < room) {
      const char *c = characters[rng_below(&r, kinds)];
      memcpy(text + len, c, strlen(c));
      len += strlen(c);
    }
    check_bytes(text, len);
    if (len) check_bytes(text, len - 1);
    if (len) text[rng_below(&r, (uint32_t)len)] = edges[rng_below(&r, EDGES)];
    check_bytes(text, len);
  }
}

int main(void) {
  RUN(four_bytes_anywhere);
  RUN(random_texts);
  return check_report();
}
