/* Groups against an engine that is obviously right: rows as values, groups found by comparing, one aggregate
 * after the other. And what no oracle sees: thread counts, refused allocations, interruption. */
#include "cells.h"
#include "check.h"

#include "asked.h"
#include "plan/aggregates.h"
#include "same_table.h"
#include <math.h>

/* ---- the naive engine ---- */

#define MAX_KEYS 6
#define MAX_AGGREGATES 4

typedef struct question {
  const char *where;
  const char *keys[MAX_KEYS]; /* postfix text, NULL-terminated */
  struct {
    const char *kind, *x, *y, *where;
  } aggregates[MAX_AGGREGATES];
} question;

typedef struct bound {
  blt_expr *where, *keys[MAX_KEYS], *args[MAX_AGGREGATES][3];
  blt_aggregate aggregates[MAX_AGGREGATES];
  uint32_t nkeys, naggregates;
  char names[MAX_KEYS + MAX_AGGREGATES][8];
  asked asked;
} bound;

static blt_expr *compile(const fixture *x, const char *text) {
  blt_expr *e = NULL;
  blt_error err;
  if (text && fx_compile(x, text, &e, &err) != BLT_OK) CHECK_AT(false, "%s: %s", text, err.message);
  return e;
}

static void bind(const fixture *x, const question *q, bound *b) {
  blt_plan_item items[MAX_KEYS];
  blt_plan_aggregate list[MAX_AGGREGATES];
  uint32_t nkeys = 0, n = 0;
  memset(b, 0, sizeof *b);
  b->asked = asked_of(x->ctx, x->table);
  b->where = compile(x, q->where);
  asked_filter(&b->asked, asked_text(&b->asked, q->where));
  for (; nkeys < MAX_KEYS && q->keys[nkeys]; nkeys++) {
    snprintf(b->names[nkeys], 8, "k%u", nkeys);
    items[nkeys] = (blt_plan_item){b->names[nkeys], asked_text(&b->asked, q->keys[nkeys])};
    b->keys[nkeys] = compile(x, q->keys[nkeys]);
  }
  for (; n < MAX_AGGREGATES && q->aggregates[n].kind; n++) {
    char *name = b->names[nkeys + n];
    snprintf(name, 8, "a%u", n);
    blt_expr **e = b->args[n];
    e[0] = compile(x, q->aggregates[n].x);
    e[1] = compile(x, q->aggregates[n].y);
    e[2] = compile(x, q->aggregates[n].where);
    b->aggregates[n] = (blt_aggregate){name, q->aggregates[n].kind, !!e[0] + !!e[1], {e[0], e[1]}, e[2]};
    list[n] = (blt_plan_aggregate){.name = name, .kind = q->aggregates[n].kind, .nargs = !!e[0] + !!e[1]};
    list[n].args[0] = asked_text(&b->asked, q->aggregates[n].x);
    list[n].args[1] = asked_text(&b->asked, q->aggregates[n].y);
    list[n].where = asked_text(&b->asked, q->aggregates[n].where);
  }
  b->nkeys = nkeys;
  b->naggregates = n;
  asked_by(&b->asked, items, nkeys, list, n);
}

static void unbind(bound *b) {
  asked_free(&b->asked);
  blt_expr_free(b->where);
  for (int i = 0; i < MAX_KEYS; i++) blt_expr_free(b->keys[i]);
  for (int i = 0; i < MAX_AGGREGATES; i++)
    for (int j = 0; j < 3; j++) blt_expr_free(b->args[i][j]);
}

/* Value of an expression at one row of the view. */
static blt_value value_at(blt_eval *ev, const blt_expr *e, uint32_t row) {
  blt_vec v;
  blt_error err;
  uint16_t sel = (uint16_t)(row % BLT_VECTOR_ROWS);
  uint32_t start = row % BLT_BLOCK_ROWS - sel;
  if (blt_expr_eval(ev, e, row / BLT_BLOCK_ROWS, start, &sel, 1, &v, &err) != BLT_OK)
    CHECK_AT(false, "row %u: %s", row, err.message);
  return fx_vec_value(&v, 0);
}

static bool same_key(const blt_value *a, const blt_value *b) {
  if (a->null || b->null) return a->null == b->null;
  if (a->type.id == BLT_FLOAT64) return a->u.f == b->u.f || (a->u.f != a->u.f && b->u.f != b->u.f);
  if (a->type.id == BLT_STRING) return a->u.s.len == b->u.s.len && !memcmp(a->u.s.s, b->u.s.s, a->u.s.len);
  return a->u.i == b->u.i;
}

/* Total order: numbers by size, NaN last; strings by bytes. */
static int order(const blt_value *a, const blt_value *b) {
  if (a->type.id == BLT_STRING) {
    uint32_t n = a->u.s.len < b->u.s.len ? a->u.s.len : b->u.s.len;
    int c = memcmp(a->u.s.s, b->u.s.s, n);
    return c ? c : (a->u.s.len > b->u.s.len) - (a->u.s.len < b->u.s.len);
  }
  if (a->type.id != BLT_FLOAT64) return (a->u.i > b->u.i) - (a->u.i < b->u.i);
  bool an = a->u.f != a->u.f, bn = b->u.f != b->u.f;
  if (an || bn) return an - bn;
  return (a->u.f > b->u.f) - (a->u.f < b->u.f);
}

static int order_qsort(const void *a, const void *b) {
  return order(a, b);
}

static double number(const blt_value *v) {
  double divisor = 1;
  if (v->type.id == BLT_FLOAT64) return v->u.f;
  for (int i = 0; i < v->type.scale; i++) divisor *= 10;
  return (double)v->u.i / divisor;
}

typedef struct rows_of {
  uint32_t *row, n;
} rows_of;

typedef struct moments {
  double n, mx, my, xx, yy, xy;
} moments;

static moments moments_of(const blt_value *x, const blt_value *y, uint32_t n) {
  moments m = {.n = n};
  for (uint32_t i = 0; i < n; i++) m.mx += number(&x[i]), m.my += y ? number(&y[i]) : 0;
  m.mx /= n, m.my /= n;
  for (uint32_t i = 0; i < n; i++) {
    double dx = number(&x[i]) - m.mx, dy = y ? number(&y[i]) - m.my : 0;
    m.xx += dx * dx, m.yy += dy * dy, m.xy += dx * dy;
  }
  return m;
}

static blt_value float_value(bool ok, double f) {
  return (blt_value){.null = !ok, .type = {.id = BLT_FLOAT64}, .u.f = f};
}

static blt_value naive_quantile(blt_value *x, uint32_t n, double q) {
  qsort(x, n, sizeof *x, order_qsort);
  uint32_t low = (uint32_t)(q * (n - 1));
  double share = q * (n - 1) - low, a = number(&x[low]), b = number(&x[low + 1 < n ? low + 1 : low]);
  if (x->type.id == BLT_DATE || x->type.id == BLT_TIMESTAMP) return x[low];
  if (!(share > 0) || a == b) return float_value(true, a);
  return float_value(true, isfinite(b - a) ? a + (b - a) * share : a * (1 - share) + b * share);
}

static uint32_t naive_distinct(const blt_value *x, uint32_t n) {
  uint32_t found = 0;
  for (uint32_t i = 0, j; i < n; i++) {
    for (j = 0; j < i && !same_key(&x[i], &x[j]); j++) continue;
    found += j == i;
  }
  return found;
}

static blt_value naive_mode(const blt_value *x, uint32_t n) {
  uint32_t best = 0, most = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t count = 0;
    for (uint32_t j = 0; j < n; j++) count += same_key(&x[i], &x[j]);
    if (count > most) most = count, best = i;
  }
  return x[best];
}

static blt_value naive_sum(const blt_value *x, uint32_t n, blt_type t) {
  blt_value v = {.type = t};
  for (uint32_t i = 0; i < n; i++) {
    if (t.id == BLT_FLOAT64)
      v.u.f += x[i].u.f;
    else
      v.u.i += x[i].u.i;
  }
  return v;
}

static blt_value naive_moments(const char *kind, const blt_value *x, const blt_value *y, uint32_t n) {
  moments m = moments_of(x, y, n);
  if (!strcmp(kind, "variance")) return float_value(n > 1, m.xx / (n - 1));
  if (!strcmp(kind, "stddev")) return float_value(n > 1, sqrt(m.xx / (n - 1)));
  if (!strcmp(kind, "covar")) return float_value(n > 1, m.xy / (n - 1));
  if (!strcmp(kind, "corr")) return float_value(m.xx > 0 && m.yy > 0, m.xy / sqrt(m.xx * m.yy));
  if (!strcmp(kind, "regr_slope")) return float_value(m.yy > 0, m.xy / m.yy);
  return float_value(m.yy > 0, m.xx > 0 ? m.xy * m.xy / (m.xx * m.yy) : 1);
}

/* One aggregate over values that are not null and pass its condition. */
static blt_value naive(const blt_aggregate *a, blt_value *x, blt_value *y, uint32_t n) {
  blt_type t;
  blt_error err;
  blt_value v = {.null = true}, q;
  if (blt_agg_type(a, &t, &err) != BLT_OK) CHECK_AT(false, "%s: %s", a->kind, err.message);
  v.type = t;
  if (!strncmp(a->kind, "count", 5) || !strcmp(a->kind, "approx_distinct")) {
    v.null = false;
    v.u.i = strcmp(a->kind, "count") ? naive_distinct(x, n) : n;
    return v;
  }
  if (n == 0) return v;
  if (!strcmp(a->kind, "sum")) return naive_sum(x, n, t);
  if (!strcmp(a->kind, "mean")) return float_value(true, moments_of(x, NULL, n).mx);
  if (!strcmp(a->kind, "first")) return x[0];
  if (!strcmp(a->kind, "last")) return x[n - 1];
  if (!strcmp(a->kind, "mode")) return naive_mode(x, n);
  if (!strcmp(a->kind, "median")) return naive_quantile(x, n, 0.5);
  if (!strcmp(a->kind, "quantile"))
    return blt_expr_constant(a->args[1], &q) ? naive_quantile(x, n, number(&q)) : v;
  if (!strcmp(a->kind, "weighted_mean")) {
    double sum = 0, weights = 0;
    for (uint32_t i = 0; i < n; i++) sum += number(&x[i]) * number(&y[i]), weights += number(&y[i]);
    return float_value(weights != 0, sum / weights);
  }
  bool min = !strcmp(a->kind, "min") || !strcmp(a->kind, "all");
  if (min || !strcmp(a->kind, "max") || !strcmp(a->kind, "any")) {
    v = x[0];
    for (uint32_t i = 1; i < n; i++)
      if (min ? order(&x[i], &v) < 0 : order(&x[i], &v) > 0) v = x[i];
    return v;
  }
  return naive_moments(a->kind, x, y, n);
}

static bool is_true(blt_eval *ev, const blt_expr *e, uint32_t row) {
  if (!e) return true;
  blt_value v = value_at(ev, e, row);
  return !v.null && v.u.i;
}

static bool has_constant(const blt_aggregate *a) {
  return !strcmp(a->kind, "quantile");
}

static blt_value naive_aggregate(blt_eval *ev, const blt_aggregate *a, const rows_of *rows) {
  blt_value *x = calloc(rows->n + 1, sizeof *x), *y = calloc(rows->n + 1, sizeof *y);
  uint32_t n = 0;
  bool pair = a->nargs == 2 && !has_constant(a);
  for (uint32_t i = 0; i < rows->n; i++) {
    blt_eval_reset(ev);
    if (!is_true(ev, a->where, rows->row[i])) continue;
    x[n] = a->nargs ? value_at(ev, a->args[0], rows->row[i]) : (blt_value){.null = false};
    if (pair) y[n] = value_at(ev, a->args[1], rows->row[i]);
    if (!x[n].null && !(pair && y[n].null)) n++;
  }
  blt_value v = naive(a, x, pair ? y : NULL, n);
  free(x);
  free(y);
  return v;
}

static bool close_to(const blt_value *got, const blt_value *want) {
  if (got->null || want->null) return got->null == want->null;
  if (got->type.id != BLT_FLOAT64 || same_key(got, want)) return same_key(got, want);
  return fabs(got->u.f - want->u.f) <= 1e-9 * (1 + fabs(want->u.f));
}

/* Checks an answer against the naive engine. Groups are expected in order of their first rows. */
static void check_answer(const fixture *x, const bound *b, blt_table *answer, const char *label) {
  blt_view *v;
  blt_eval *ev;
  blt_error err;
  REQUIRE(blt_table_view(answer, &v, &err) == BLT_OK && blt_eval_new(x->ctx, x->view, &ev, &err) == BLT_OK);
  CHECK_AT(blt_table_validate(answer, &err) == BLT_OK, "%s: %s", label, err.message);
  uint32_t rows = (uint32_t)x->view->rows, nkeys = b->nkeys, ngroups = 0;
  blt_value(*keys)[MAX_KEYS] = calloc(rows + 1, sizeof *keys);
  rows_of *groups = calloc(rows + 1, sizeof *groups);
  groups[0].row = calloc(rows + 1, sizeof(uint32_t));
  if (nkeys == 0) ngroups = 1;
  for (uint32_t r = 0; r < rows; r++) {
    blt_value key[MAX_KEYS] = {0};
    blt_eval_reset(ev);
    if (!is_true(ev, b->where, r)) continue;
    for (uint32_t k = 0; k < nkeys; k++) key[k] = value_at(ev, b->keys[k], r);
    uint32_t g = 0, k;
    for (; g < ngroups; g++) {
      for (k = 0; k < nkeys && same_key(&key[k], &keys[g][k]); k++) continue;
      if (k == nkeys) break;
    }
    if (g == ngroups) {
      ngroups++;
      memcpy(keys[g], key, sizeof key);
      for (k = 0; k < nkeys; k++)
        if (key[k].type.id == BLT_STRING && !key[k].null) {
          char *copy = malloc(key[k].u.s.len + 1u);
          memcpy(copy, key[k].u.s.s, key[k].u.s.len);
          keys[g][k].u.s.s = copy;
        }
      if (!groups[g].row) groups[g].row = calloc(rows + 1, sizeof(uint32_t));
    }
    groups[g].row[groups[g].n++] = r;
  }
  CHECK_AT(v->rows == ngroups, "%s: %u groups instead of %u", label, (uint32_t)v->rows, ngroups);
  for (uint32_t g = 0; g < ngroups && g < v->rows; g++)
    for (uint32_t c = 0; c < v->ncols; c++) {
      blt_value got = cell_of(v, c, g / BLT_BLOCK_ROWS, g % BLT_BLOCK_ROWS), want;
      want = c < nkeys ? keys[g][c] : naive_aggregate(ev, &b->aggregates[c - nkeys], &groups[g]);
      char p[64], q[64];
      CHECK_AT(close_to(&got, &want), "%s: group %u, column %u is %s, not %s", label, g, c, fx_show(&got, p),
               fx_show(&want, q));
    }
  for (uint32_t g = 0; g <= ngroups && g <= rows; g++) {
    free(groups[g].row);
    for (uint32_t k = 0; k < nkeys && g < ngroups; k++)
      if (keys[g][k].type.id == BLT_STRING && !keys[g][k].null) free((char *)keys[g][k].u.s.s);
  }
  free(groups);
  free(keys);
  blt_eval_free(ev);
  blt_view_release(v);
}

/* ---- questions ---- */

static const question questions[] = {
    {NULL,
     {NULL},
     {{"count", NULL, NULL, NULL},
      {"sum", "j", NULL, NULL},
      {"mean", "e", NULL, NULL},
      {"min", "s", NULL, NULL}}},
    {NULL,
     {"s"},
     {{"count", NULL, NULL, NULL},
      {"count", "j", NULL, NULL},
      {"sum", "j", NULL, "b"},
      {"mean", "j", NULL, NULL}}},
    {NULL,
     {"s"},
     {{"min", "i", NULL, NULL},
      {"max", "i", NULL, NULL},
      {"min", "u", NULL, NULL},
      {"max", "s", NULL, NULL}}},
    {"j 120 <",
     {"b"},
     {{"first", "u", NULL, NULL},
      {"last", "f", NULL, NULL},
      {"first", "s", NULL, "b"},
      {"last", "d", NULL, NULL}}},
    {NULL,
     {"b", "c"},
     {{"variance", "j", NULL, NULL},
      {"stddev", "e", NULL, NULL},
      {"corr", "j", "e", NULL},
      {"regr_slope", "j", "e", "b"}}},
    {NULL,
     {"s", "b"},
     {{"covar", "j", "j", NULL},
      {"regr_r2", "j", "e", NULL},
      {"variance", "f", NULL, "f -1000 > f 1000 < and"}}},
    {NULL, {"f"}, {{"count", NULL, NULL, NULL}, {"sum", "e", NULL, NULL}, {"max", "t", NULL, NULL}}},
    {NULL, {"i"}, {{"count", NULL, NULL, NULL}, {"min", "f", NULL, NULL}, {"max", "f", NULL, NULL}}},
    {"b", {"u"}, {{"count", NULL, NULL, NULL}, {"last", "j", NULL, NULL}}},
    {NULL, {"i", "t", "f"}, {{"sum", "c", NULL, NULL}, {"count", "f", NULL, NULL}}},
    {NULL, {"i", "u", "d", "e", "j", "s"}, {{"count", NULL, NULL, NULL}, {"median", "j", NULL, NULL}}},
    {NULL,
     {"s"},
     {{"median", "e", NULL, NULL},
      {"quantile", "j", "0.25", NULL},
      {"quantile", "j", "0.9", "b"},
      {"median", "d", NULL, NULL}}},
    {NULL,
     {"b", "s"},
     {{"mode", "j", NULL, NULL},
      {"mode", "u", NULL, NULL},
      {"count_distinct", "u", NULL, NULL},
      {"count_distinct", "j", NULL, NULL}}},
    {NULL,
     {"j"},
     {{"count_distinct", "f", NULL, NULL},
      {"approx_distinct", "i", NULL, NULL},
      {"any", "b", NULL, NULL},
      {"all", "b", NULL, NULL}}},
    {NULL, {"d"}, {{"weighted_mean", "e", "j", NULL}, {"mean", "b", NULL, NULL}, {"sum", "b", NULL, NULL}}},
    {"j 1000 >", {"s"}, {{"count", NULL, NULL, NULL}}},
    {"j 1000 >",
     {NULL},
     {{"count", NULL, NULL, NULL},
      {"sum", "j", NULL, NULL},
      {"max", "u", NULL, NULL},
      {"median", "j", NULL, NULL}}},
    {NULL, {"j 10 //", "s upper/1"}, {{"sum", "j 1 +", NULL, NULL}, {"max", "e", NULL, "i 0 >"}}},
};

#define NQUESTIONS (sizeof questions / sizeof *questions)

/* For tables of several blocks, where the naive engine can afford few groups and no pairs of values. The key
 * with the large factor has few values far apart: it is partitioned, not indexed. */
static const question large_questions[] = {
    {NULL,
     {"s"},
     {{"count", NULL, NULL, NULL},
      {"sum", "e", NULL, "j 101 =="},
      {"mean", "e", NULL, "b"},
      {"max", "u", NULL, NULL}}},
    {"b",
     {"j 1000000007 *"},
     {{"sum", "j", NULL, NULL},
      {"mean", "e", NULL, NULL},
      {"first", "u", NULL, NULL},
      {"median", "e", NULL, NULL}}},
    {NULL,
     {"j 1000000007 *", "b"},
     {{"stddev", "f", NULL, "f -1000 > f 1000 < and"},
      {"corr", "j", "e", NULL},
      {"last", "d", NULL, NULL},
      {"min", "i", NULL, NULL}}},
    {"d @2000-01-01 <", {"s"}, {{"count", NULL, NULL, NULL}}},
    {NULL,
     {NULL},
     {{"sum", "c", NULL, NULL},
      {"mean", "j", NULL, NULL},
      {"count", "e", NULL, NULL},
      {"max", "t", NULL, NULL}}},
};

#define NLARGE (sizeof large_questions / sizeof *large_questions)

static blt_table *run(const bound *b, const char *label) {
  blt_table *answer = NULL;
  blt_error err;
  blt_status status = asked_run(&b->asked, &answer, NULL, &err);
  CHECK_AT(status == BLT_OK, "%s: %s", label, err.message);
  return answer;
}

static void compare(const fixture *x, const question *q, const char *label) {
  bound b;
  bind(x, q, &b);
  blt_table *answer = check_ok ? run(&b, label) : NULL;
  if (answer) check_answer(x, &b, answer, label);
  blt_table_release(answer);
  unbind(&b);
}

static void answers_are_those_of_the_naive_engine(void) {
  static const uint32_t sizes[] = {0, 1, 63, 64, 65, 300, 2047, 2049};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    fixture x = fx_new(sizes[s], 7 + s);
    for (size_t i = 0; i < NQUESTIONS; i++) {
      char label[40];
      snprintf(label, sizeof label, "question %zu, %u rows", i, sizes[s]);
      compare(&x, &questions[i], label);
    }
    fx_free(&x);
  }
}

static void blocks_edges_make_no_difference(void) {
  static const uint32_t sizes[] = {65535, 65536, 65537, 131073};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    fixture x = fx_new(sizes[s], 70 + s);
    for (size_t i = 0; i < NLARGE; i++) {
      char label[40];
      snprintf(label, sizeof label, "large question %zu, %u rows", i, sizes[s]);
      compare(&x, &large_questions[i], label);
    }
    fx_free(&x);
  }
}

/* Floats included, bit for bit. The rows are more than what stays on one thread. */
static void threads_make_no_difference(void) {
  static const uint32_t threads[] = {2, 5, 16};
  fixture x = fx_new(3 * BLT_BLOCK_ROWS + 17, 99);
  for (size_t i = 0; i < NQUESTIONS; i++) {
    bound b;
    char why[160], label[40];
    snprintf(label, sizeof label, "question %zu", i);
    bind(&x, &questions[i], &b);
    blt_ctx_set_threads(x.ctx, 1);
    blt_table *one = run(&b, label);
    for (size_t t = 0; t < 3; t++) {
      blt_ctx_set_threads(x.ctx, threads[t]);
      blt_table *many = run(&b, label);
      CHECK_AT(same_table(one, many, why), "%s, %u threads: %s", label, threads[t], why);
      blt_table_release(many);
    }
    blt_table_release(one);
    unbind(&b);
  }
  fx_free(&x);
}

/* Every allocation in turn is refused: an error, and nothing is left behind. */
static void refused_allocations_leave_nothing(void) {
  fixture x = fx_new(300, 5);
  for (size_t i = 0; i < NQUESTIONS; i++) {
    bound b;
    bind(&x, &questions[i], &b);
    blt_table *warm = run(&b, "warm"); /* dictionaries build their ranks once, and keep them */
    blt_table_release(warm);
    size_t used = blt_ctx_memory_used(x.ctx);
    blt_status status = BLT_ENOMEM;
    for (uint64_t n = 1; status != BLT_OK && n < 5000; n++) {
      blt_table *answer = NULL;
      blt_error err;
      blt_ctx_fail_allocation(x.ctx, n);
      status = asked_run(&b.asked, &answer, NULL, &err);
      blt_ctx_fail_allocation(x.ctx, 0);
      CHECK_AT(status == BLT_OK || status == BLT_ENOMEM, "question %zu: %s", i, err.message);
      blt_table_release(answer);
      CHECK_AT(blt_ctx_memory_used(x.ctx) == used, "question %zu, allocation %u: %zu bytes left", i,
               (unsigned)n, blt_ctx_memory_used(x.ctx) - used);
      if (!check_ok) break;
    }
    CHECK(status == BLT_OK);
    unbind(&b);
  }
  fx_free(&x);
}

typedef struct stop {
  uint32_t left;
} stop;

static blt_status stop_later(void *arg, uint64_t done, uint64_t total, blt_error *err) {
  stop *s = arg;
  (void)done, (void)total;
  return s->left-- ? BLT_OK : blt_fail(err, BLT_EINTR, "stopped");
}

/* Interrupted at each of the moments at which it asks. */
static void interruption_leaves_nothing(void) {
  fixture x = fx_new(2 * BLT_BLOCK_ROWS + 5, 11);
  for (size_t i = 0; i < NQUESTIONS; i++) {
    bound b;
    bind(&x, &questions[i], &b);
    blt_table_release(run(&b, "warm"));
    size_t used = blt_ctx_memory_used(x.ctx);
    blt_status status = BLT_EINTR;
    for (uint32_t n = 0; status == BLT_EINTR; n++) {
      stop s = {n};
      blt_error err;
      blt_table *answer = NULL;
      blt_ctx_set_poll(x.ctx, stop_later, &s);
      status = asked_run(&b.asked, &answer, NULL, &err);
      blt_ctx_set_poll(x.ctx, NULL, NULL);
      CHECK(status == BLT_OK || status == BLT_EINTR);
      blt_table_release(answer);
      CHECK_INT(blt_ctx_memory_used(x.ctx), used);
      if (!check_ok) break;
    }
    unbind(&b);
  }
  fx_free(&x);
}

static void sums_that_do_not_fit_are_errors(void) {
  fixture x = fx_new(300, 3);
  question q = {NULL, {NULL}, {{"sum", "i", NULL, NULL}}};
  bound b;
  blt_error err;
  blt_table *answer = NULL;
  bind(&x, &q, &b);
  blt_status status = asked_run(&b.asked, &answer, NULL, &err);
  /* The exact sum decides, not the order of the rows. */
  __int128 sum = 0;
  for (uint32_t r = 0; r < 300; r++) {
    blt_value v = cell_of(x.view, FX_I, 0, r);
    if (!v.null) sum += v.u.i;
  }
  bool fits = sum >= INT64_MIN && sum <= INT64_MAX;
  CHECK_INT(status, fits ? BLT_OK : BLT_EOVERFLOW);
  blt_table_release(answer);
  unbind(&b);
  q = (question){NULL, {NULL}, {{"product", "i", NULL, "i 0 ~="}}};
  bind(&x, &q, &b);
  CHECK_INT(asked_run(&b.asked, &answer, NULL, &err), BLT_EOVERFLOW);
  CHECK_INT(err.position, 0);
  unbind(&b);
  fx_free(&x);
}

int main(void) {
  RUN(answers_are_those_of_the_naive_engine);
  RUN(blocks_edges_make_no_difference);
  RUN(threads_make_no_difference);
  RUN(refused_allocations_leave_nothing);
  RUN(interruption_leaves_nothing);
  RUN(sums_that_do_not_fit_are_errors);
  return check_report();
}
