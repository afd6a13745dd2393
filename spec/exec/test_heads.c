/* The first rows of each group of an order: random questions against a naive engine that sorts all rows. */
#include "cells.h"
#include "check.h"

#include "asked.h"
#include "same_table.h"
#include "store/table/change.h"

/* Few and many groups, one word and several, numbers and hashes, NaN, both zeros, extremes, interned texts.
 */
static const char *const keys[] = {"j",         "s", "b", "f", "i", "u", "d", "c", "j 1000000007 *",
                                   "s upper/1", "t", "e"};
static const char *const values[] = {"f", "e", "i", "s", "j", "t", "b", "f neg/1", "u upper/1"};
static const char *const filters[] = {NULL, NULL, "f nil ~=", "j 110 <", "b", "j 0 <"};
static const uint64_t eaches[] = {1, 2, 3, 17, 1000, UINT64_MAX, 0};

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof *(a)))
#define MOST_ENTRIES 4

typedef struct question {
  char label[80];
  const char *filter;
  uint32_t norder;
  const char *texts[MOST_ENTRIES];
  asked_order order[MOST_ENTRIES];
  uint32_t nheads;
  uint64_t heads;
} question;

static question ask(uint64_t seed, const char *where) {
  rng r = {seed};
  question q = {.nheads = 1 + rng_below(&r, 2), .heads = eaches[rng_below(&r, COUNT(eaches))]};
  q.norder = q.nheads + 1 + rng_below(&r, 2);
  q.filter = filters[rng_below(&r, COUNT(filters))];
  for (uint32_t i = 0; i < q.norder; i++) {
    q.texts[i] = i < q.nheads ? keys[rng_below(&r, COUNT(keys))] : values[rng_below(&r, COUNT(values))];
    q.order[i] =
        (asked_order){FX_COLUMNS + i, i >= q.nheads && rng_below(&r, 2), i >= q.nheads && rng_below(&r, 2)};
  }
  snprintf(q.label, sizeof q.label, "seed %llu, %s", (unsigned long long)seed, where);
  return q;
}

/* Columns of the answer: all of the table, then what the order needs. */
static asked all_rows(const fixture *x, const question *q) {
  static const char *const names[] = {"i", "j", "c", "f", "e", "s", "u", "d", "t", "b", "k", "l", "m", "n"};
  blt_plan_item items[FX_COLUMNS + MOST_ENTRIES];
  asked a = asked_of(x->ctx, x->table);
  asked_filter(&a, asked_text(&a, q->filter));
  for (uint32_t i = 0; i < FX_COLUMNS + q->norder; i++)
    items[i] =
        (blt_plan_item){names[i], asked_text(&a, i < FX_COLUMNS ? names[i] : q->texts[i - FX_COLUMNS])};
  asked_columns(&a, items, FX_COLUMNS + q->norder);
  return a;
}

static asked some_rows(const fixture *x, const question *q) {
  asked a = all_rows(x, q);
  asked_heads(&a, q->order, q->norder, q->nheads, q->heads);
  return a;
}

static blt_table *run(const asked *a, const char *label) {
  blt_table *answer = NULL;
  blt_error err;
  CHECK_AT(asked_run(a, &answer, NULL, &err) == BLT_OK, "%s: %s", label, err.message);
  return answer;
}

/* ---- the naive engine ---- */

typedef struct naive {
  const blt_view *all; /* every row that passes the filter, as they come, with the columns of the order */
  const question *q;
} naive;

static int compare_rows(const naive *e, uint64_t a, uint64_t b, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    blt_value x = cell_at(e->all, FX_COLUMNS + i, a), y = cell_at(e->all, FX_COLUMNS + i, b);
    int c = cell_compare(&x, &y, e->q->order[i].descending, e->q->order[i].nulls_first);
    if (c) return c;
  }
  return 0;
}

static int compare_places(const void *a, const void *b, void *arg) {
  const naive *e = arg;
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  int c = compare_rows(e, x, y, e->q->norder);
  return c ? c : (x > y) - (x < y);
}

static bool same_row(const blt_view *a, uint64_t row, const blt_view *b, uint64_t other) {
  for (uint32_t c = 0; c < a->ncols; c++) {
    blt_value x = cell_at(a, c, row), y = cell_at(b, c, other);
    if (!same_value(&x, &y)) return false;
  }
  return true;
}

static void check_rows(const naive *e, const blt_view *got) {
  uint64_t n = e->all->rows, at = 0, seen = 0;
  uint32_t *rows = malloc((n + 1) * sizeof *rows);
  REQUIRE(rows);
  for (uint64_t i = 0; i < n; i++) rows[i] = (uint32_t)i;
  qsort_r(rows, n, sizeof *rows, compare_places, (void *)e);
  for (uint64_t i = 0; i < n && check_ok; i++) {
    seen = i && compare_rows(e, rows[i - 1], rows[i], e->q->nheads) == 0 ? seen + 1 : 0;
    if (seen >= e->q->heads) continue;
    CHECK_AT(at < got->rows && same_row(e->all, rows[i], got, at), "%s: row %u", e->q->label, (unsigned)at);
    at++;
  }
  if (check_ok) CHECK_AT(at == got->rows, "%s: %u rows", e->q->label, (unsigned)got->rows);
  free(rows);
}

static void check_question(const fixture *x, const question *q) {
  blt_error err;
  asked some = some_rows(x, q), whole = all_rows(x, q);
  blt_table *answer = run(&some, q->label), *all = run(&whole, q->label);
  asked_free(&some);
  asked_free(&whole);
  blt_view *got = NULL;
  naive e = {.q = q};
  REQUIRE(answer && all && blt_table_view(all, (blt_view **)&e.all, &err) == BLT_OK &&
          blt_table_view(answer, &got, &err) == BLT_OK);
  check_rows(&e, got);
  blt_view_release(got);
  blt_view_release((blt_view *)e.all);
  blt_table_release(answer);
  blt_table_release(all);
}

/* ---- tests ---- */

static void they_are_those_of_the_naive_engine(void) {
  static const uint32_t sizes[] = {0, 1, 2, 65, 300, 2047, 2049};
  for (uint32_t s = 0; s < COUNT(sizes); s++) {
    fixture x = fx_new(sizes[s], 400 + s);
    for (uint64_t i = 0; i < check_rounds(120, 5000) && check_ok; i++) {
      char where[40];
      snprintf(where, sizeof where, "%u rows", sizes[s]);
      question q = ask(1000 * s + i, where);
      check_question(&x, &q);
    }
    fx_free(&x);
  }
}

static void edges_of_blocks_make_no_difference(void) {
  for (uint32_t rows = 65535; rows <= 65537; rows++) {
    fixture x = fx_new(rows, rows);
    for (uint64_t i = 0; i < check_rounds(6, 100) && check_ok; i++) {
      question q = ask(20000 + 100 * rows + i, "edges of blocks");
      check_question(&x, &q);
    }
    fx_free(&x);
  }
}

static void deleted_rows_do_not_count(void) {
  fixture x = fx_new(3000, 17);
  uint64_t rows[1000], deleted;
  blt_error err;
  for (uint64_t i = 0; i < 1000; i++) rows[i] = 3 * i + i % 3;
  blt_view_release(x.view);
  x.view = NULL;
  REQUIRE(blt_table_delete(x.table, rows, 1000, &deleted, &err) == BLT_OK && deleted == 1000);
  REQUIRE(blt_table_view(x.table, &x.view, &err) == BLT_OK);
  for (uint64_t i = 0; i < check_rounds(60, 1000) && check_ok; i++) {
    question q = ask(30000 + i, "deleted rows");
    check_question(&x, &q);
  }
  fx_free(&x);
}

/* More rows than what stays on one thread. */
static void threads_make_no_difference(void) {
  static const uint32_t threads[] = {2, 5, 16};
  fixture x = fx_new(3 * BLT_BLOCK_ROWS + 17, 98);
  for (uint64_t i = 0; i < check_rounds(8, 200) && check_ok; i++) {
    question q = ask(40000 + i, "threads");
    asked a = some_rows(&x, &q);
    char why[160];
    blt_ctx_set_threads(x.ctx, 1);
    blt_table *one = run(&a, q.label);
    for (uint32_t t = 0; t < COUNT(threads); t++) {
      blt_ctx_set_threads(x.ctx, threads[t]);
      blt_table *many = run(&a, q.label);
      CHECK_AT(same_table(one, many, why), "%s, %u threads: %s", q.label, threads[t], why);
      blt_table_release(many);
    }
    blt_table_release(one);
    asked_free(&a);
  }
  fx_free(&x);
}

/* Numbered groups, hashed ones, and too many of them. */
static const question ways[] = {
    {"numbered", NULL, 2, {"j", "f"}, {{FX_COLUMNS, false, false}, {FX_COLUMNS + 1, true, false}}, 1, 3},
    {"hashed",
     "b",
     2,
     {"j 1000000007 *", "u upper/1"},
     {{FX_COLUMNS, false, false}, {FX_COLUMNS + 1, true, true}},
     1,
     2},
    {"sorted", NULL, 2, {"u", "e"}, {{FX_COLUMNS, false, false}, {FX_COLUMNS + 1, false, false}}, 1, 5000},
};

static void each_way_is_taken(void) {
  static const char *const strategies[] = {"kept while scanning", "kept while scanning", "radix sort"};
  fixture x = fx_new(5000, 6);
  for (uint32_t i = 0; i < COUNT(ways); i++) {
    asked a = some_rows(&x, &ways[i]);
    blt_node_profile profile;
    blt_table *answer = NULL;
    blt_error err;
    CHECK_AT(asked_run(&a, &answer, &profile, &err) == BLT_OK, "%s", err.message);
    CHECK_AT(strstr(profile.strategy, strategies[i]), "%s: %s", ways[i].label, profile.strategy);
    blt_table_release(answer);
    asked_free(&a);
    check_question(&x, &ways[i]);
  }
  fx_free(&x);
}

/* Refuses allocation after allocation, a share of them further each time: an error, and nothing is left. */
static void refuse_allocations(uint32_t rows, const question *q, uint64_t share) {
  fixture x = fx_new(rows, 5);
  asked a = some_rows(&x, q);
  blt_table_release(run(&a, "warm")); /* dictionaries build their ranks once, and keep them */
  size_t used = blt_ctx_memory_used(x.ctx);
  blt_status status = BLT_ENOMEM;
  for (uint64_t n = 1; status != BLT_OK && n < 50000 && check_ok; n += 1 + n * share / 100) {
    blt_table *answer = NULL;
    blt_error err;
    blt_ctx_fail_allocation(x.ctx, n);
    status = asked_run(&a, &answer, NULL, &err);
    blt_ctx_fail_allocation(x.ctx, 0);
    CHECK_AT(status == BLT_OK || status == BLT_ENOMEM, "%s: %s", q->label, err.message);
    blt_table_release(answer);
    CHECK_AT(blt_ctx_memory_used(x.ctx) == used, "%s, allocation %u", q->label, (unsigned)n);
  }
  CHECK(status == BLT_OK);
  asked_free(&a);
  fx_free(&x);
}

static void refused_allocations_leave_nothing(void) {
  for (uint32_t i = 0; i < COUNT(ways) && check_ok; i++) refuse_allocations(3000, &ways[i], 0);
  refuse_allocations(BLT_BLOCK_ROWS + 5, &ways[2], 10); /* sorted in buckets */
}

static blt_status stop_later(void *arg, uint64_t done, uint64_t total, blt_error *err) {
  uint32_t *left = arg;
  (void)done, (void)total;
  return (*left)-- ? BLT_OK : blt_fail(err, BLT_EINTR, "stopped");
}

/* Interrupted at each of the moments at which it asks. */
static void interruption_leaves_nothing(void) {
  fixture x = fx_new(2 * BLT_BLOCK_ROWS + 5, 11);
  for (uint32_t i = 0; i < COUNT(ways) && check_ok; i++) {
    asked a = some_rows(&x, &ways[i]);
    blt_table_release(run(&a, "warm"));
    size_t used = blt_ctx_memory_used(x.ctx);
    blt_status status = BLT_EINTR;
    for (uint32_t n = 0; status == BLT_EINTR && check_ok; n++) {
      uint32_t left = n;
      blt_error err;
      blt_table *answer = NULL;
      blt_ctx_set_poll(x.ctx, stop_later, &left);
      status = asked_run(&a, &answer, NULL, &err);
      blt_ctx_set_poll(x.ctx, NULL, NULL);
      CHECK_AT(status == BLT_OK || status == BLT_EINTR, "%s: %s", ways[i].label, err.message);
      blt_table_release(answer);
      CHECK_INT(blt_ctx_memory_used(x.ctx), used);
    }
    asked_free(&a);
  }
  fx_free(&x);
}

int main(void) {
  RUN(they_are_those_of_the_naive_engine);
  RUN(edges_of_blocks_make_no_difference);
  RUN(deleted_rows_do_not_count);
  RUN(threads_make_no_difference);
  RUN(each_way_is_taken);
  RUN(refused_allocations_leave_nothing);
  RUN(interruption_leaves_nothing);
  return check_report();
}
