/* reading.h: what the fuzzers of the readers share: any bytes read twice, by one thread in one piece and by
 * several in small ones, must give the same table or the same error, and leave no memory behind. */
#ifndef BLOTTER_FUZZ_READING_H
#define BLOTTER_FUZZ_READING_H

#include "io/csv/csv.h"
#include "../support/same_table.h"
#include <stdlib.h>

typedef blt_status (*reader)(blt_ctx *, const blt_source *, const blt_csv_options *, blt_csv_result *,
                             blt_error *);

static inline void check(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

static inline blt_status read_bytes(reader read, blt_ctx *ctx, const uint8_t *data, size_t len,
                                    const blt_csv_options *o, blt_csv_result *out, blt_error *err) {
  blt_source *s = NULL;
  blt_status status = blt_source_memory(ctx, (const char *)data, len, &s, err);
  if (status == BLT_OK) status = read(ctx, s, o, out, err);
  blt_source_close(s);
  return status;
}

static inline void release_result(blt_csv_result *result) {
  blt_table_release(result->table);
  blt_table_release(result->rejects);
}

/* `o->chunk_bytes` is for the second reading, with `threads` of them. `also` may be NULL: it looks at the
 * table of a reading that succeeded. */
static inline void read_twice(reader read, const uint8_t *data, size_t len, const blt_csv_options *o,
                              uint32_t threads, void (*also)(blt_ctx *, blt_table *)) {
  blt_csv_options whole = *o;
  whole.chunk_bytes = 0;
  blt_ctx *one = blt_ctx_new(), *many = blt_ctx_new();
  blt_ctx_set_threads(one, 1);
  blt_ctx_set_threads(many, threads);
  blt_csv_result a = {0}, b = {0};
  blt_error x = {0}, y = {0};
  char why[160] = "";
  blt_status p = read_bytes(read, one, data, len, &whole, &a, &x);
  blt_status q = read_bytes(read, many, data, len, o, &b, &y);
  check(p == q, "one reading failed, the other did not");
  if (p == BLT_OK) {
    check(blt_table_validate(a.table, &x) == BLT_OK, x.message);
    check(same_table(a.table, b.table, why) && same_table(a.rejects, b.rejects, why), why);
    check(a.rows == b.rows && a.rejected == b.rejected, "the counts differ");
    if (also) also(one, a.table);
  } else {
    check(strcmp(x.message, y.message) == 0, "the errors differ");
    check(x.message[0] != 0 && !a.table && !b.table, "a failure without a message, or with a table");
  }
  release_result(&a);
  release_result(&b);
  check(blt_ctx_memory_used(one) == 0 && blt_ctx_memory_used(many) == 0, "memory is left over");
  blt_ctx_release(one);
  blt_ctx_release(many);
}

#endif
