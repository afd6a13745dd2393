/* Random CSV with quotes: one pass over the marks gives what the walk, record by record, gives. */
#include "check.h"
#include "csv_text.h"
#include "random.h"
#include "same_table.h"
#include <inttypes.h>

static blt_ctx *ctx;
static blt_error err;

static size_t put_random_field(rng *random, char *out) {
  static const char *const plain[] = {"",   "7", "-12", "x", "5\" wide", "caf\xc3\xa9", "12345678901234567",
                                      "\r."};
  static const char *const inside[] = {"a", "\"\"", ",", "\n", "\r\n", "\xc3\xa9", "\xff", "\r", "1"};
  if (rng_below(random, 2)) return (size_t)sprintf(out, "%s", plain[rng_below(random, 8)]);
  size_t n = (size_t)sprintf(out, "\"");
  for (uint32_t k = rng_below(random, 4); k > 0; k--)
    n += (size_t)sprintf(out + n, "%s", inside[rng_below(random, rng_below(random, 40) ? 6 : 9)]);
  return n + (size_t)sprintf(out + n, rng_below(random, 100) ? "\"" : "\"x");
}

/* Records of three fields, most of them in order, with every kind of line end. */
static size_t put_random_records(rng *random, char *out) {
  static const char *const ends[] = {"\n", "\r\n", "\r\r\n", "\n\n", "\n\r\n"};
  size_t n = (size_t)sprintf(out, "a,b,c\n");
  for (uint32_t rows = rng_below(random, 40); rows > 0; rows--) {
    uint32_t fields = rng_below(random, 60) ? 3 : 1 + rng_below(random, 5);
    for (uint32_t k = 0; k < fields; k++) {
      if (k) out[n++] = ',';
      n += put_random_field(random, out + n);
    }
    n += (size_t)sprintf(out + n, "%s", ends[rng_below(random, rng_below(random, 3) ? 1 : 5)]);
  }
  return n - (rng_below(random, 4) == 0);
}

/* With a comment's sign, which does not occur here, every chunk with quotes is walked record by record. */
static void quotes_in_one_pass_are_those_of_the_walk(void) {
  static char text[1 << 16];
  static const uint32_t chunks[] = {0, 40, 300};
  for (uint64_t seed = 1; seed <= check_rounds(4000, 100000); seed++) {
    rng random = {seed};
    blt_csv_options o = blt_csv_defaults(), walk;
    size_t n = put_random_records(&random, text);
    blt_csv_result a, b;
    char why[160], first[480];
    o.on_error = rng_below(&random, 4) ? BLT_CSV_REJECT : BLT_CSV_STOP;
    o.utf8 = (blt_csv_utf8)rng_below(&random, 3);
    o.ragged = (blt_csv_ragged)rng_below(&random, 3);
    o.quoted_nulls = rng_below(&random, 2);
    o.line_column = "line";
    walk = o;
    walk.comment = '\1';
    o.chunk_bytes = chunks[rng_below(&random, 3)];
    blt_status p = csv_read_text(ctx, text, n, &o, &a, &err);
    snprintf(first, sizeof first, "%s", p == BLT_OK ? "" : err.message);
    blt_status q = csv_read_text(ctx, text, n, &walk, &b, &err);
    CHECK_INT(p, q);
    if (p != BLT_OK && q != BLT_OK) CHECK_STR(first, err.message);
    if (p == BLT_OK && q == BLT_OK) {
      CHECK_AT(same_table(a.table, b.table, why), "seed %" PRIu64 ": %s", seed, why);
      CHECK_AT(same_table(a.rejects, b.rejects, why), "seed %" PRIu64 ", rejects: %s", seed, why);
    }
    csv_release(&a);
    csv_release(&b);
    REQUIRE(check_ok);
  }
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(quotes_in_one_pass_are_those_of_the_walk);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
