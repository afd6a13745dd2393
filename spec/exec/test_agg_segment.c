/* Groups so large that computing one of them must look at interruption on the way: each aggregate that works
 * on a segment, selecting and sorting. A time limit that has passed already makes every look a failure, so
 * what does not look finishes. */
#include "check.h"

#include "exec/aggregate/agg_segment.h"
#include "exec/aggregate/select.h"
#include "expr_fixture.h"

#define LARGE (3 * BLT_PACE_VALUES + 5)
#define PASSED 1e-9 /* seconds */

typedef struct question {
  const char *kind, *x, *y;
} question;

static const question questions[] = {
    {"median", "f", NULL},          {"quantile", "e", "0.25"}, {"count_distinct", "f", NULL},
    {"approx_distinct", "i", NULL}, {"mode", "i", NULL},       {"product", "f", NULL},
    {"product", "j", NULL},         {"stddev", "f", NULL},     {"corr", "f", "e"},
    {"string_agg", "s", "','"},     {"top", "f", "1000"},      {"bottom", "f", "150000"},
};

typedef struct setting {
  fixture x;
  blt_scan scan;
  blt_inputs inputs;
  blt_agg_plan plan;
  blt_expr *args[2];
} setting;

static void set_up(setting *t, const question *q) {
  blt_error err = {0};
  memset(t, 0, sizeof *t);
  t->x = fx_new(300, 21);
  REQUIRE(fx_compile(&t->x, q->x, &t->args[0], &err) == BLT_OK);
  if (q->y) REQUIRE(fx_compile(&t->x, q->y, &t->args[1], &err) == BLT_OK);
  REQUIRE(blt_scan_init(&t->scan, t->x.ctx, t->x.view, NULL, &err) == BLT_OK);
  blt_inputs_init(&t->inputs, &t->scan);
  blt_aggregate a = {"a", q->kind, q->y ? 2 : 1, {t->args[0], t->args[1]}, NULL};
  blt_status status = blt_agg_plan_init(&t->plan, &t->inputs, &a, 1, true, &err);
  CHECK_AT(status == BLT_OK && t->plan.nsegments == 1, "%s: %s", q->kind, err.message);
}

static void tear_down(setting *t) {
  blt_agg_plan_free(&t->plan);
  blt_inputs_free(&t->inputs);
  blt_scan_free(&t->scan);
  for (int i = 0; i < 2; i++) blt_expr_free(t->args[i]);
  fx_free(&t->x);
}

static uint64_t *random_words(const setting *t, int32_t input) {
  uint64_t *words = malloc(LARGE * sizeof *words);
  rng r = {5};
  if (!words) abort();
  for (uint32_t i = 0; i < LARGE; i++) {
    double d = 0.5 + (double)rng_below(&r, 1000000) / 1e6;
    words[i] = rng_below(&r, 1000000);
    if (t->plan.inputs->items[input].cls == BLT_INPUT_CODE) words[i] = 0;
    if (t->plan.inputs->items[input].cls == BLT_INPUT_FLOAT) memcpy(&words[i], &d, sizeof d);
    if (t->plan.columns[0].spec.kind == BLT_AGG_PRODUCT && words[i] < 1000000) words[i] = 1;
  }
  return words;
}

static blt_status compute(setting *t, const question *q, double timeout) {
  const blt_agg_segment *segment = &t->plan.segments[0];
  uint64_t *a = random_words(t, segment->a), *b = segment->b >= 0 ? random_words(t, segment->b) : NULL, word;
  uint8_t valid;
  blt_error err;
  size_t used = blt_ctx_memory_used(t->x.ctx);
  blt_segment_work w = {.ctx = t->x.ctx, .pace = {.scan = &t->scan}};
  blt_ctx_set_timeout(t->x.ctx, timeout);
  blt_status status = blt_segment_final(&t->plan, 0, &w, a, b, LARGE, (uint64_t *const[]){&word},
                                        (uint8_t *const[]){&valid}, 0, &err);
  blt_ctx_set_timeout(t->x.ctx, 0);
  blt_segment_work_free(&w);
  CHECK_AT(blt_ctx_memory_used(t->x.ctx) == used, "%s: memory is left", q->kind);
  free(a);
  free(b);
  return status;
}

static void computing_a_large_group_looks_at_the_time(void) {
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
    setting t;
    set_up(&t, &questions[i]);
    blt_status stopped = compute(&t, &questions[i], PASSED), whole = compute(&t, &questions[i], 0);
    CHECK_AT(stopped == BLT_ETIMEOUT, "%s: status %d", questions[i].kind, stopped);
    CHECK_AT(whole == BLT_OK, "%s: status %d", questions[i].kind, whole);
    tear_down(&t);
  }
}

static int by_size(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* Cut into steps or not, and wherever it is stopped: the right words, or all of them in some order. */
static void selecting_in_steps_is_selecting(void) {
  setting t;
  set_up(&t, &questions[0]);
  uint64_t *sorted = random_words(&t, t.plan.segments[0].a), *a = malloc(LARGE * sizeof *a);
  blt_error err;
  REQUIRE(a);
  qsort(sorted, LARGE, sizeof *sorted, by_size);
  for (uint32_t k = 0; k < LARGE; k += LARGE / 7) {
    blt_pace pace = {.scan = &t.scan};
    uint64_t *rows = random_words(&t, t.plan.segments[0].a);
    CHECK(blt_select(rows, LARGE, k, &pace, &err) == BLT_OK && rows[k] == sorted[k]);
    memcpy(a, rows, LARGE * sizeof *a);
    blt_ctx_set_timeout(t.x.ctx, PASSED);
    CHECK_INT(blt_select(a, LARGE, LARGE - 1 - k, &pace, &err), BLT_ETIMEOUT);
    CHECK_INT(blt_sort_words(a, LARGE, &pace, &err), BLT_ETIMEOUT);
    blt_ctx_set_timeout(t.x.ctx, 0);
    CHECK_INT(blt_sort_words(a, LARGE, &pace, &err), BLT_OK);
    CHECK(memcmp(a, sorted, LARGE * sizeof *a) == 0);
    free(rows);
  }
  free(a);
  free(sorted);
  tear_down(&t);
}

int main(void) {
  RUN(computing_a_large_group_looks_at_the_time);
  RUN(selecting_in_steps_is_selecting);
  return check_report();
}
