/* Texts as places in a list of their words: what was packed comes back, whatever it is, and what is damaged
 * is refused or is another text. */
#include "check.h"
#include "store/column/packed.h"
#include "store/column/packed_words.h"
#include "store/column/word_bounds.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 300000, STARTS = 70000 };

static blt_ctx *ctx;
static blt_error err;

static uint64_t rnd(void) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state * UINT64_C(0x2545f4914f6cdd1d);
}

/* ---- texts, each a writer of one row ---- */

static size_t word(char *out, uint32_t id) {
  static const char *const syllables[8] = {"ka", "lo", "mi", "ser", "vo", "na", "ti", "bel"};
  size_t n = 0;
  for (uint32_t left = id % 4096; n == 0 || left; left /= 8)
    n += (size_t)sprintf(out + n, "%s", syllables[left % 8]);
  return n;
}
static size_t address(char *out, uint32_t row) {
  size_t n = (size_t)sprintf(out, "http://%s", row % 3 ? "" : "www.");
  for (uint32_t k = 0; k < 4; k++) {
    n += word(out + n, (uint32_t)(rnd() % 4096));
    out[n++] = "-./."[k];
  }
  return n + (size_t)sprintf(out + n, "html?id=%08llu%s", (unsigned long long)(rnd() % 100000000),
                             row % 5 ? "" : "&state=");
}
static size_t any_bytes(char *out, uint32_t row) {
  size_t n = row % 40;
  for (size_t i = 0; i < n; i++) out[i] = (char)rnd();
  return n;
}
static size_t nuls(char *out, uint32_t row) {
  size_t n = 1 + row % 9;
  for (size_t i = 0; i < n; i++) out[i] = rnd() % 3 ? 0 : 'a';
  return n;
}
static size_t digits(char *out, uint32_t row) {
  size_t n = rnd() % 45;
  for (size_t i = 0; i < n; i++) out[i] = (char)('0' + (row % 4 ? rnd() % 10 : 9 * (i % 2)));
  return n;
}
static size_t hex(char *out, uint32_t row) {
  (void)row;
  return (size_t)sprintf(out, "%016llx;", (unsigned long long)rnd());
}
static size_t same(char *out, uint32_t row) {
  (void)row;
  return (size_t)sprintf(out, "all rows are alike, 12345.");
}
static size_t spaces(char *out, uint32_t row) {
  memset(out, row % 7 ? ' ' : 'x', 30);
  return row % 31;
}
static size_t letters(char *out, uint32_t row) {
  size_t n = 1 + row % 50;
  for (size_t i = 0; i < n; i++) out[i] = (char)('a' + rnd() % 4);
  return n;
}
static size_t cyrillic(char *out, uint32_t row) {
  static const char *const words[] = {"каниворан ", "дени", " вокало-", "ser", "2013-07-01 ", "\xff\xfe", ""};
  (void)row;
  return (size_t)sprintf(out, "%s%s", words[rnd() % 7], words[rnd() % 7]);
}
static size_t endless(char *out, uint32_t row) {
  (void)row;
  memset(out, 'y', 60);
  return 60;
}
static size_t empty(char *out, uint32_t row) {
  out[0] = 'e';
  return row % 500 == 0;
}
static size_t (*const kinds[])(char *, uint32_t) = {address, any_bytes, nuls,     digits,  hex,     same,
                                                    spaces,  letters,   cyrillic, endless, address, empty};
enum { KINDS = sizeof kinds / sizeof *kinds };

typedef struct texts {
  char *bytes;
  size_t n;
  uint32_t *starts, rows;
} texts;

/* Rows of one kind, or of any, until there are `bytes`. */
static texts make(uint32_t kind, size_t bytes) {
  texts t = {malloc(bytes + 256), 0, malloc((STARTS + 1) * sizeof *t.starts), 0};
  for (; t.n < bytes && t.rows < STARTS; t.rows++) {
    t.starts[t.rows] = (uint32_t)t.n;
    t.n += kinds[kind < KINDS ? kind : rnd() % KINDS](t.bytes + t.n, t.rows);
  }
  if (t.n > bytes) t.n = bytes;
  while (t.rows > 0 && t.starts[t.rows - 1] > t.n) t.rows--;
  t.starts[t.rows] = (uint32_t)t.n;
  t.bytes = realloc(t.bytes, t.n + 1); /* so that a sanitizer sees its end */
  return t;
}

static void drop(texts *t) {
  free(t->bytes);
  free(t->starts);
}

/* ---- bounds ---- */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* n: part of a number, l: letter, -: between. */
static void classify(const texts *t, char *class) {
  for (size_t i = 0; i < t->n; i++) class[i] = is_letter(t->bytes[i]) ? 'l' : '-';
  for (size_t i = 0, k; i < t->n; i = k + (k == i)) {
    for (k = i; k < t->n && is_digit(t->bytes[k]);) k++;
    memset(class + i, k - i >= 4 ? 'n' : 'l', k - i);
  }
}

static size_t plain_bounds(const texts *t, uint32_t *out) {
  char *class = malloc(t->n + 1);
  size_t n = 0;
  uint32_t row = 0;
  classify(t, class);
  for (size_t i = 0; i < t->n; i++) {
    size_t gap = i;
    while (gap > 0 && class[gap - 1] == '-') gap--;
    bool after_gap = gap < i && class[i] == 'l' && !(gap > 0 && class[gap - 1] == 'n');
    bool turns = i > 0 && (class[i] == 'n') != (class[i - 1] == 'n');
    while (row < t->rows && t->starts[row] < i) row++;
    if (i == 0 || after_gap || turns || (row < t->rows && t->starts[row] == i))
      out[n++] = (uint32_t)i | (class[i] == 'n' ? BLT_WORD_NUMBER : 0);
  }
  free(class);
  return n;
}

static void bounds_are_those_of_the_plain_way(void) {
  uint32_t *plain = malloc((MOST + 256) * sizeof *plain), *fast = malloc((MOST + 256) * sizeof *fast);
  for (uint32_t kind = 0; kind <= KINDS; kind++)
    for (size_t bytes = 1; bytes < 6000; bytes = bytes * 2 + rnd() % 7) {
      texts t = make(kind, bytes);
      blt_word_walk w = {.text = t.bytes, .bytes = t.n, .starts = t.starts, .nstarts = t.rows, .width = 4};
      size_t n = 0, step = BLT_WORD_STEP * (1 + rnd() % 5);
      for (size_t at = 0; at < t.n; at += step)
        n += blt_word_bounds(&w, at, t.n - at < step ? t.n : at + step, fast + n);
      CHECK_INT(n, plain_bounds(&t, plain));
      CHECK_AT(memcmp(fast, plain, n * sizeof *fast) == 0, "kind %u of %zu bytes", kind, t.n);
      drop(&t);
    }
  free(plain);
  free(fast);
}

/* ---- packing ---- */

static void damage(const char *packed, size_t n, size_t whole) {
  char *out = malloc(whole + 1);
  for (uint32_t k = 0; k < 60; k++) {
    size_t left = k < 20 ? k : k < 30 ? rnd() % (n + 1) : n, at = k < 50 ? k % 24 : rnd() % n;
    char *copy = malloc(left + 1);
    bool ok;
    memcpy(copy, packed, left);
    if (at < left && k >= 20) copy[at] ^= (char)(1 << rnd() % 8);
    blt_status st = blt_words_unpack(ctx, copy, left, out, whole, &ok, &err);
    CHECK_AT(st == BLT_OK || st == BLT_ENOMEM, "status %d", st);
    CHECK(left == n || !ok);
    free(copy);
  }
  bool ok = true;
  CHECK(blt_words_unpack(ctx, packed, n, out, whole + 1, &ok, &err) == BLT_OK && !ok);
  CHECK(blt_words_unpack(ctx, packed, n, out, whole - 1, &ok, &err) == BLT_OK && !ok);
  free(out);
}

/* The bytes that it takes, or 0 when it is not for words. */
static size_t try(const texts *t, uint8_t width, size_t room) {
  uint64_t *wide = malloc((t->rows + 1) * sizeof *wide);
  for (uint32_t i = 0; i <= t->rows; i++) wide[i] = t->starts[i];
  blt_word_starts starts = {width == 4 ? (const void *)t->starts : wide, t->rows, width};
  char *packed = malloc(room + 1), *back = malloc(t->n + 1);
  bool ok = false;
  size_t n = blt_words_pack(ctx, t->bytes, t->n, starts, packed, room);
  CHECK(n <= room);
  if (n) {
    CHECK(blt_words_unpack(ctx, packed, n, back, t->n, &ok, &err) == BLT_OK && ok);
    CHECK(memcmp(back, t->bytes, t->n) == 0);
    damage(packed, n, t->n);
  }
  free(back);
  free(packed);
  free(wide);
  return n;
}

static void texts_of_every_kind_come_back(void) {
  for (uint32_t kind = 0; kind <= KINDS; kind++)
    for (size_t bytes = 4096; bytes <= MOST; bytes = bytes * 2 + rnd() % 70) {
      texts t = make(kind, bytes);
      try(&t, 4, t.n);
      try(&t, 8, t.n * 2 + 100);
      drop(&t);
    }
}

static void what_is_for_words_and_what_is_not(void) {
  texts a = make(0, 10 * MOST), b = make(1, MOST), c = make(9, MOST), d = make(0, 4000);
  CHECK(try(&a, 4, a.n) > 0 && try(&a, 4, a.n) < a.n / 2);
  CHECK_INT(try(&b, 4, b.n), 0);
  c.rows = 0;
  CHECK_INT(try(&c, 4, c.n), 0); /* one word without an end */
  CHECK_INT(try(&d, 4, d.n), 0);
  CHECK_INT(try(&a, 4, a.n / 5), 0);
  drop(&a), drop(&b), drop(&c), drop(&d);
}

/* The contents of a block take words when its file has them, and less then. */
static void blocks_have_their_text_as_words(void) {
  texts t = make(0, 10 * MOST);
  size_t whole = t.n + (t.rows + 1) * sizeof *t.starts, bytes[2];
  for (int words = 0; words < 2; words++) {
    blt_whole w = {
        .numbers = t.starts, .n = t.rows + 1, .width = 4, .text = t.bytes, .text_bytes = t.n, .words = words};
    blt_whole back = w;
    blt_packed p;
    REQUIRE(blt_pack(ctx, &w, whole, &p, &err) == BLT_OK && p.data);
    CHECK(blt_packed_has_words(p.data, p.bytes) == words);
    CHECK(!blt_packed_has_words(p.data, 20));
    bytes[words] = p.bytes;
    back.numbers = malloc(w.n * sizeof *t.starts);
    back.text = malloc(t.n);
    CHECK_AT(blt_unpack(ctx, p.data, p.bytes, &back, &err) == BLT_OK, "%s", err.message);
    CHECK(memcmp(back.text, t.bytes, t.n) == 0);
    free(back.numbers);
    free(back.text);
    blt_packed_free(ctx, &p);
  }
  CHECK(bytes[1] < bytes[0]);
  drop(&t);
}

static void refused_memory_leaves_nothing(void) {
  texts t = make(5, 40000);
  char *packed = malloc(t.n), *back = malloc(t.n);
  blt_word_starts starts = {t.starts, t.rows, 4};
  size_t n = 0;
  bool ok;
  for (uint64_t at = 1; n == 0; at++) {
    blt_ctx_fail_allocation(ctx, at);
    n = blt_words_pack(ctx, t.bytes, t.n, starts, packed, t.n);
    CHECK(blt_ctx_memory_used(ctx) == 0);
    REQUIRE(at < 100);
  }
  blt_ctx_fail_allocation(ctx, 1);
  CHECK(blt_words_unpack(ctx, packed, n, back, t.n, &ok, &err) == BLT_ENOMEM && !ok);
  blt_ctx_fail_allocation(ctx, 0);
  CHECK(blt_words_unpack(ctx, packed, n, back, t.n, &ok, &err) == BLT_OK && ok);
  free(packed);
  free(back);
  drop(&t);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(bounds_are_those_of_the_plain_way);
  RUN(texts_of_every_kind_come_back);
  RUN(what_is_for_words_and_what_is_not);
  RUN(blocks_have_their_text_as_words);
  RUN(refused_memory_leaves_nothing);
  CHECK(blt_ctx_memory_used(ctx) == 0);
  blt_ctx_release(ctx);
  return check_report();
}
