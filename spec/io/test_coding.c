/* Texts most of which are new: whoever gives them their codes, the workers or the table's dictionary alone,
 * the table is the one that a single chunk gives, which leaves no choice. */
#include "check.h"
#include "csv_text.h"
#include "random.h"
#include "same_table.h"

static blt_ctx *ctx;
static blt_error err;

typedef struct shape {
  uint64_t seed;
  uint32_t rows, full;        /* one row of `full` has a text, the others are empty in one way or the other */
  uint32_t fresh, then, from; /* of 16 texts so many are new, and from row `from` on `then` */
} shape;

/* "phrase 17 …", mostly the next number, or one of those before; some with quotes and line ends. */
static size_t put_text(rng *r, uint32_t fresh, uint32_t *numbers, char *out) {
  bool is_new = *numbers == 0 || rng_below(r, 16) < fresh;
  uint32_t k = is_new ? (*numbers)++ : rng_below(r, *numbers);
  if (k % 7 == 0) return (size_t)sprintf(out, "\"%u, a \"\"phrase\"\"\n\"", k);
  return (size_t)sprintf(out, "phrase %u of some length %u", k, k * 7919);
}

static size_t put_rows(const shape *s, char *out) {
  rng r = {s->seed};
  uint32_t numbers = 0;
  size_t n = (size_t)sprintf(out, "id,phrase\n");
  for (uint32_t i = 0; i < s->rows; i++) {
    n += (size_t)sprintf(out + n, "%u,", i);
    if (rng_below(&r, s->full) == 0)
      n += put_text(&r, i < s->from ? s->fresh : s->then, &numbers, out + n);
    else if (rng_below(&r, 8))
      n += (size_t)sprintf(out + n, "\"\"");
    out[n++] = '\n';
  }
  return n;
}

static void compare(const char *text, size_t n, blt_csv_options o, size_t chunk, uint32_t threads) {
  blt_csv_result a = {0}, b = {0};
  char why[160] = "";
  blt_ctx_set_threads(ctx, 1);
  o.chunk_bytes = n + 1;
  CHECK_AT(csv_read_text(ctx, text, n, &o, &a, &err) == BLT_OK, "%s", err.message);
  blt_ctx_set_threads(ctx, threads);
  o.chunk_bytes = chunk;
  CHECK_AT(csv_read_text(ctx, text, n, &o, &b, &err) == BLT_OK, "%s", err.message);
  CHECK_AT(same_table(a.table, b.table, why), "chunks of %zu, %u threads: %s", chunk, threads, why);
  csv_release(&a);
  csv_release(&b);
}

static void whoever_gives_codes_the_table_is_the_same(void) {
  static const shape shapes[] = {{1, 300000, 1, 14, 14, 0},      /* most are new, to the end */
                                 {2, 300000, 2, 16, 0, 150000},  /* none from the half on */
                                 {3, 400000, 3, 2, 16, 200000},  /* few, and then all */
                                 {4, 250000, 1, 16, 16, 0},      /* hardly one repeats: plain text */
                                 {5, 300000, 1, 13, 16, 70000}}; /* plain text late, or not at all */
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    blt_csv_options o = blt_csv_defaults();
    char *text = malloc((size_t)shapes[i].rows * 60);
    size_t n = put_rows(&shapes[i], text);
    o.quoted_nulls = i % 2;
    compare(text, n, o, 40000, 1);
    compare(text, n, o, 100003, 3);
    free(text);
  }
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(whoever_gives_codes_the_table_is_the_same);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
