/* Contents of blocks as a file keeps them: what was packed comes back, and what is damaged is refused or is
 * other contents, never memory that is not theirs. */
#include "check.h"
#include "store/column/packed.h"

#include <stdlib.h>
#include <string.h>

#define MOST 9000u

static blt_ctx *ctx;
static blt_error err;

static uint64_t rnd(void) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t ordinary(uint32_t i) {
  (void)i;
  return 1000 + rnd() % 90;
}
static uint64_t any(uint32_t i) {
  (void)i;
  return rnd();
}
static uint64_t rising(uint32_t i) {
  return UINT64_C(18446744073709000000) + i * UINT64_C(1000003) + rnd() % 5; /* past the end of 64 bits */
}
static uint64_t falling(uint32_t i) {
  return 3000000 - i * 7;
}
static uint64_t same(uint32_t i) {
  (void)i;
  return 77;
}
static uint64_t skewed(uint32_t i) {
  (void)i;
  return rnd() % 10 ? 3 : rnd() % 60000;
}
static uint64_t few(uint32_t i) {
  return (i % 7) * UINT64_C(0x9e3779b97f4a7c15);
}
static uint64_t few_skewed(uint32_t i) {
  return rnd() % 20 ? 5 : few(i);
}
static uint64_t extremes(uint32_t i) {
  return i % 2 ? 0 : UINT64_MAX;
}
static uint64_t stepped(uint32_t i) {
  (void)i;
  return UINT64_C(1700000000000000) + rnd() % 10000 * 1000000;
}
static uint64_t prices(uint32_t i) {
  double price = (double)(rnd() % 5000 + i % 3) / 100;
  uint64_t bits;
  memcpy(&bits, &price, sizeof bits);
  return bits;
}
static uint64_t (*const kinds[])(uint32_t) = {ordinary, any,        rising,   falling, same,  skewed,
                                              few,      few_skewed, extremes, stepped, prices};

static void compare(const blt_whole *w, const blt_packed *p) {
  size_t bytes = (size_t)w->n * w->width;
  char *numbers = calloc(1, bytes + 1), *valid = calloc(1, w->valid_bytes + 1),
       *text = calloc(1, w->text_bytes + 1);
  blt_whole back = {numbers, w->n, w->width, w->doubles, valid, w->valid_bytes, text, w->text_bytes, false};
  CHECK_AT(blt_unpack(ctx, p->data, p->bytes, &back, &err) == BLT_OK, "%s", err.message);
  CHECK(memcmp(numbers, w->numbers, bytes) == 0);
  CHECK(!w->valid_bytes || memcmp(valid, w->valid, w->valid_bytes) == 0);
  CHECK(!w->text_bytes || memcmp(text, w->text, w->text_bytes) == 0);
  free(numbers), free(valid), free(text);
}

/* Flipped bits of the first bytes and some others, and every length of the head and some more. */
static void damage(const blt_whole *w, const blt_packed *p) {
  size_t bytes = (size_t)w->n * w->width;
  char *memory = malloc(bytes + w->valid_bytes + w->text_bytes + 8);
  blt_whole into = {memory,
                    w->n,
                    w->width,
                    w->doubles,
                    memory + bytes,
                    w->valid_bytes,
                    memory + bytes + w->valid_bytes,
                    w->text_bytes,
                    false};
  for (uint32_t k = 0; k < 120; k++) {
    size_t n = k < 48 ? k * 8 : p->bytes, at = k < 64 ? k : rnd() % p->bytes;
    if (n > p->bytes) n = p->bytes;
    char *copy = malloc(n + 1); /* so that a sanitizer sees its end */
    memcpy(copy, p->data, n);
    if (at < n) copy[at] ^= (char)(1 << rnd() % 8);
    blt_status st = blt_unpack(ctx, copy, n, &into, &err);
    CHECK_AT(st == BLT_OK || st == BLT_EFORMAT || st == BLT_ENOMEM, "status %d", st);
    free(copy);
  }
  free(memory);
}

static size_t try(const blt_whole *w) {
  blt_packed p;
  size_t whole = (size_t)w->n * w->width + w->valid_bytes + w->text_bytes, got = whole;
  CHECK(blt_pack(ctx, w, whole, &p, &err) == BLT_OK);
  if (!p.data) return got;
  compare(w, &p);
  damage(w, &p);
  got = p.bytes;
  CHECK(got < whole);
  blt_packed_free(ctx, &p);
  return got;
}

static void numbers_of_every_kind_come_back(void) {
  static const uint32_t lengths[] = {33, 257, 2047, 2048, 2049, 4097, MOST};
  uint64_t *v = malloc(MOST * 8);
  char text[300];
  uint64_t valid[MOST / 64 + 1];
  for (size_t i = 0; i < sizeof text; i++) text[i] = "abcab"[i % 5];
  memset(valid, 0xff, sizeof valid);
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
      for (uint8_t width = 1; width <= 8; width *= 2) {
        uint32_t n = lengths[l];
        bool doubles = width == 8 && kinds[k] != stepped && n % 2;
        for (uint32_t i = 0; i < n; i++) {
          uint64_t x = kinds[k](i);
          memcpy((char *)v + (size_t)i * width, &x, width);
        }
        try(&(blt_whole){v, n, width, doubles, NULL, 0, NULL, 0, false});
        try(&(blt_whole){v, n, width, doubles, valid, n / 64 * 8, text, sizeof text, false});
      }
  free(v);
}

/* Odd and even steps from 1 to more than half of all words, with a number between two multiples now and then.
 */
static void steps_of_every_size(void) {
  uint64_t v[2100];
  for (uint32_t round = 0; round < 400; round++) {
    uint64_t step = rnd() >> round % 64 | 1, least = rnd();
    uint32_t twos = (uint32_t)(rnd() % 20);
    if (step <= UINT64_MAX >> twos) step <<= twos;
    uint64_t most = UINT64_MAX / step;
    for (uint32_t i = 0; i < 2100; i++)
      v[i] = least + step * (most == UINT64_MAX ? rnd() : rnd() % (most + 1));
    try(&(blt_whole){v, 2100, 8, false, NULL, 0, NULL, 0, false});
    v[rnd() % 2100] += 1 + rnd() % 3;
    try(&(blt_whole){v, 2100, 8, false, NULL, 0, NULL, 0, false});
  }
}

static size_t size_of(uint64_t (*kind)(uint32_t), uint8_t width) {
  uint64_t *v = malloc(MOST * 8);
  for (uint32_t i = 0; i < MOST; i++) {
    uint64_t x = kind(i);
    memcpy((char *)v + (size_t)i * width, &x, width);
  }
  size_t got = try(&(blt_whole){v, MOST, width, kind == prices, NULL, 0, NULL, 0, false});
  free(v);
  return got;
}

static void each_kind_takes_what_it_needs(void) {
  CHECK(size_of(ordinary, 2) < MOST * 7 / 8 + 300);
  CHECK(size_of(rising, 8) < MOST / 2 + 300);
  CHECK(size_of(falling, 4) < 300);
  CHECK(size_of(same, 8) < 300);
  CHECK(size_of(skewed, 4) < MOST / 2);
  CHECK(size_of(few, 8) < MOST * 3 / 8 + 300);
  CHECK(size_of(few_skewed, 8) < MOST / 8);
  CHECK(size_of(stepped, 8) < MOST * 14 / 8 + 400);
  CHECK(size_of(prices, 8) < MOST * 13 / 8 + 400);
  CHECK(size_of(any, 4) == MOST * 4);
}

static void refused_memory_leaves_nothing(void) {
  uint32_t v[MOST], out[MOST];
  blt_packed p;
  for (uint32_t i = 0; i < MOST; i++) v[i] = (uint32_t)skewed(i);
  blt_whole w = {v, MOST, 4, false, NULL, 0, NULL, 0, false},
            back = {out, MOST, 4, false, NULL, 0, NULL, 0, false};
  for (uint64_t n = 1;; n++) {
    blt_ctx_fail_allocation(ctx, n);
    blt_status st = blt_pack(ctx, &w, sizeof v, &p, &err);
    blt_ctx_fail_allocation(ctx, 0);
    CHECK(st == BLT_OK || st == BLT_ENOMEM);
    if (st == BLT_OK && p.data && n > 3) break;
    if (st == BLT_OK) blt_packed_free(ctx, &p);
    CHECK(blt_ctx_memory_used(ctx) == 0);
  }
  blt_ctx_fail_allocation(ctx, 1);
  CHECK(blt_unpack(ctx, p.data, p.bytes, &back, &err) == BLT_ENOMEM);
  blt_ctx_fail_allocation(ctx, 0);
  CHECK(blt_unpack(ctx, p.data, p.bytes, &back, &err) == BLT_OK && memcmp(v, out, sizeof v) == 0);
  blt_packed_free(ctx, &p);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(numbers_of_every_kind_come_back);
  RUN(steps_of_every_size);
  RUN(each_kind_takes_what_it_needs);
  RUN(refused_memory_leaves_nothing);
  CHECK(blt_ctx_memory_used(ctx) == 0);
  blt_ctx_release(ctx);
  return check_report();
}
