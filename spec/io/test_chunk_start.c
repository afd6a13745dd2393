/* A chunk of CSV begins anywhere, and finds the first record that starts in it: in its midst of a line, of a
 * field, between two quotes. Quoted texts hold line ends only where quotes were counted before. */
#include "check.h"
#include "io/csv/csv_rows.h"
#include "random.h"
#include <inttypes.h>
#include <string.h>

#define ROOM 4096

static blt_ctx *ctx;
static blt_error err;

typedef struct text {
  char bytes[ROOM];
  size_t n;
  bool starts[ROOM + 1], inside[ROOM + 1]; /* a record starts here; quotes were opened before */
} text;

static void put(text *t, const char *s) {
  size_t n = strlen(s);
  memcpy(t->bytes + t->n, s, n);
  t->n += n;
}

/* Something between quotes; doubled quotes among it. */
static void put_quoted(text *t, rng *random, bool lines) {
  static const char *const parts[] = {"a", ",", "\"\"", "\xd0\xb4", "\n"};
  size_t from = t->n;
  put(t, "\"");
  for (uint32_t k = rng_below(random, 4); k > 0; k--) put(t, parts[rng_below(random, lines ? 5 : 4)]);
  put(t, "\"");
  bool open = false;
  for (size_t i = from; i < t->n; i++) {
    t->inside[i] = open;
    open ^= t->bytes[i] == '"';
  }
}

static void put_records(text *t, rng *random, bool lines) {
  static const char *const plain[] = {"", "7", "true", "caf\xc3\xa9"};
  memset(t, 0, sizeof *t);
  for (uint32_t rows = 1 + rng_below(random, 30); rows > 0; rows--) {
    t->starts[t->n] = true;
    for (uint32_t k = 0; k < 3; k++) {
      if (k) put(t, ",");
      if (rng_below(random, 2))
        put_quoted(t, random, lines);
      else
        put(t, lines || rng_below(random, 9) ? plain[rng_below(random, 4)] : "5\" wide");
    }
    put(t, rng_below(random, 5) ? "\n" : "\r\n");
  }
}

static uint64_t first_start(const text *t, size_t from) {
  while (from < t->n && !t->starts[from]) from++;
  return from < t->n ? from : BLT_NO_START;
}

static void check_starts(const text *t, bool counted, uint64_t seed) {
  blt_source *s = NULL;
  blt_rows w;
  CHECK(blt_source_memory(ctx, t->bytes, t->n, &s, &err) == BLT_OK);
  blt_csv_format f = {.source = s, .delimiter = ',', .quote = '"', .newline = '\n', .ncols = 3};
  blt_rows_init(&w, ctx);
  for (size_t from = 1; from < t->n; from++) {
    blt_quoting quoting = !counted          ? BLT_QUOTING_UNKNOWN
                          : t->inside[from] ? BLT_QUOTING_INSIDE
                                            : BLT_QUOTING_OUTSIDE;
    blt_csv_start start = {BLT_NO_START, quoting};
    CHECK(blt_csv_rows(&f, from, t->n, start, UINT64_MAX, &w, &err) == BLT_OK);
    CHECK_AT(w.start == first_start(t, from), "seed %" PRIu64 ", from byte %zu: %" PRIu64, seed, from,
             w.start);
    REQUIRE(check_ok);
  }
  blt_rows_free(&w);
  blt_source_close(s);
}

static void chunks_find_their_first_record(void) {
  static text t;
  for (uint64_t seed = 1; seed <= check_rounds(60, 3000); seed++) {
    rng random = {seed};
    put_records(&t, &random, false);
    check_starts(&t, false, seed);
    put_records(&t, &random, true);
    check_starts(&t, true, seed);
  }
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(chunks_find_their_first_record);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
