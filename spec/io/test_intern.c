/* A worker's dictionary: every text gets the code of the entry that it is, whatever names, strays and cuts.
 */
#include "check.h"
#include "io/text/intern.h"
#include "random.h"
#include <stdlib.h>

#define ROWS 300
#define ROOM (64 + ROWS * 24 + 64)

static blt_ctx *ctx;
static blt_error err;
static rng seed = {42};

/* Rows of one column between two others, as a chunk has them. */
typedef struct chunk {
  char text[ROOM];
  uint32_t ends[1 + 3 * ROWS];
  uint32_t n;
} chunk;

typedef void (*name_fn)(char *out, uint64_t random);

static void short_name(char *out, uint64_t r) {
  snprintf(out, 24, "id%03u", (unsigned)(r % 100));
}
static void long_name(char *out, uint64_t r) {
  snprintf(out, 24, "id%010u", (unsigned)(r % 30000));
}
static void digits_only(char *out, uint64_t r) {
  snprintf(out, 24, "%08u", (unsigned)(r % 3 ? r % 5000 : r % 100000000));
}
static void other_heads(char *out, uint64_t r) {
  static const char *const heads[] = {"KR-", "JP-", "kr-", "KR", "KR--"};
  snprintf(out, 24, "%s%04u", heads[r % 16 < 12 ? 0 : r % 5], (unsigned)(r / 16 % 10000));
}
static void almost(char *out, uint64_t r) { /* a byte that is no digit among them */
  snprintf(out, 24, "id%06u", (unsigned)(r % 2000));
  if (r % 7 == 0) out[2 + r % 6] = "/: -x"[r % 5];
}
static void no_form(char *out, uint64_t r) {
  snprintf(out, 24, "%.*s", (int)(r % 20), &"abcdefghijklmnopqrstuvwxyz"[r % 5]);
}
static void first_only(char *out, uint64_t r) { /* the form of the first text is nobody else's */
  snprintf(out, 24, r % 1000 == 0 ? "x1" : "name %u of many", (unsigned)(r % 900));
}

static void fill(chunk *c, name_fn name) {
  uint32_t at = 64;
  c->n = 1 + (uint32_t)(rng_next(&seed) % ROWS);
  memset(c->text, '7', sizeof c->text);
  c->ends[0] = at - 1;
  for (uint32_t r = 0; r < c->n; r++) {
    char text[24] = "";
    if (rng_next(&seed) % 50) name(text, rng_next(&seed) >> 16);
    c->text[at++] = '9';
    c->ends[1 + 3 * r] = at++;
    at += (uint32_t)sprintf(c->text + at, "%s", text);
    c->ends[2 + 3 * r] = at++;
    c->text[at++] = '8';
    c->ends[3 + 3 * r] = at++;
  }
}

static void check_codes(const blt_intern *in, const chunk *c, const uint32_t *codes) {
  for (uint32_t r = 0; r < c->n; r++) {
    const uint32_t *e = c->ends + 2 + 3 * r;
    blt_str want = {c->text + e[-1] + 1, e[0] - e[-1] - 1};
    if (want.len == 0) continue;
    blt_str is = blt_intern_at(in, codes[r]);
    CHECK_AT(codes[r] < in->count && is.len == want.len && memcmp(is.s, want.s, is.len) == 0,
             "row %u: '%.*s' has the code of '%.*s'", r, (int)want.len, want.s, (int)is.len, is.s);
  }
}

/* The rows that are not empty. */
static uint32_t list_full(const chunk *c, uint32_t full[ROWS]) {
  uint32_t n = 0;
  for (uint32_t r = 0; r < c->n; r++) {
    const uint32_t *e = c->ends + 2 + 3 * r;
    full[n] = r;
    n += e[0] - e[-1] > 1;
  }
  return n;
}

static const blt_intern *sorted;
static int by_text(const void *a, const void *b) {
  blt_str x = blt_intern_at(sorted, *(const uint32_t *)a), y = blt_intern_at(sorted, *(const uint32_t *)b);
  int order = memcmp(x.s, y.s, x.len < y.len ? x.len : y.len);
  return order ? order : x.len < y.len ? -1 : x.len > y.len;
}

static void check_distinct(const blt_intern *in) {
  uint32_t *codes = malloc((in->count + 1) * sizeof *codes);
  for (uint32_t c = 0; c < in->count; c++) codes[c] = c;
  sorted = in;
  qsort(codes, in->count, sizeof *codes, by_text);
  for (uint32_t c = 1; c < in->count; c++)
    CHECK_AT(by_text(&codes[c - 1], &codes[c]) != 0, "entries %u and %u are the same", codes[c - 1],
             codes[c]);
  free(codes);
}

static void intern_chunks(name_fn name, uint32_t rounds) {
  static chunk c;
  uint32_t codes[ROWS], full[ROWS];
  blt_intern in;
  blt_intern_init(&in, ctx);
  for (uint32_t i = 0; i < rounds; i++) {
    fill(&c, name);
    blt_intern_fields f = {c.text, c.ends + 2, 3, 1, c.n, 0, NULL};
    if (rng_next(&seed) % 2) {
      f.full = full;
      f.n = list_full(&c, full);
    }
    bool empty = false;
    CHECK(blt_intern_fields_of(&in, &f, codes, &empty, &err) == BLT_OK);
    check_codes(&in, &c, codes);
    if (rng_next(&seed) % 40 == 0) blt_intern_cut(&in, (uint32_t)(rng_next(&seed) % (in.count + 1)));
    if (i % 100 == 99) check_distinct(&in);
  }
  blt_intern_free(&in);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
}

static void every_text_has_its_own_code(void) {
  static const name_fn names[] = {short_name, long_name, digits_only, other_heads,
                                  almost,     no_form,   first_only};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) intern_chunks(names[i], 400);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(every_text_has_its_own_code);
  blt_ctx_release(ctx);
  return check_report();
}
