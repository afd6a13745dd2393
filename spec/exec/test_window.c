/* Windows over random tables against a naive engine that looks at all rows for every row. */
#include "check.h"
#include "push.h"

#include "base/mem.h"
#include "exec/run.h"
#include "exec/window/window_functions.h"
#include "random.h"
#include "store/table/table.h"

#include <math.h>
#include <stdio.h>

/* g: the partition, null too; o: the order; x: an integer; y: a double; s: a text */
typedef struct row {
  int64_t g, o, x, s;
  double y;
} row;

typedef struct rows {
  row *v;
  uint32_t n;
} rows;

static const blt_field fields[] = {{"g", {.id = BLT_INT64}},
                                   {"o", {.id = BLT_INT64}},
                                   {"x", {.id = BLT_INT64}},
                                   {"y", {.id = BLT_FLOAT64}},
                                   {"s", {.id = BLT_STRING}}};
static const uint32_t identity[] = {0, 1, 2, 3, 4};

static blt_table *random_table(blt_ctx *ctx, rng *r, uint32_t n, uint32_t parts, rows *out) {
  blt_schema *schema;
  blt_table *t;
  blt_error err;
  char text[40];
  out->v = malloc((n + 1) * sizeof *out->v);
  out->n = n;
  CHECK(blt_schema_new(ctx, fields, 5, NULL, 0, false, &schema, &err) == BLT_OK);
  CHECK(blt_table_new(ctx, schema, &t, &err) == BLT_OK);
  blt_schema_free(schema);
  bool rising = rng_below(r, 2);
  for (uint32_t i = 0; i < n; i++) {
    row *v = &out->v[i];
    v->g = rng_below(r, 15) ? rng_below(r, parts) : NULL_VALUE;
    v->o = rng_below(r, 15) ? (rising ? (int64_t)i / 2 : (int64_t)rng_below(r, 30)) : NULL_VALUE;
    v->x = rng_below(r, 6) ? (int64_t)rng_below(r, 1000) - 500 : NULL_VALUE;
    v->s = rng_below(r, 6) ? rng_below(r, 20) : NULL_VALUE;
    v->y = rng_below(r, 40) ? (double)rng_below(r, 4000) / 8 : NAN;
    CHECK(blt_table_begin_row(t, &err) == BLT_OK);
    push(t, 0, v->g);
    push(t, 1, v->o);
    push(t, 2, v->x);
    CHECK(blt_table_push_f64(t, 3, v->y, &err) == BLT_OK);
    sprintf(text, "t%d", (int)v->s);
    if (v->s == NULL_VALUE)
      blt_table_push_null(t, 4);
    else
      CHECK(blt_table_push_str(t, 4, text, strlen(text), &err) == BLT_OK);
    CHECK(blt_table_end_row(t, &err) == BLT_OK);
  }
  return t;
}

/* ---- questions ---- */

typedef struct question {
  const char *kind;
  int column; /* of the argument; -1: none */
  int64_t k;  /* a constant argument; -1: none */
  bool keys, order, falling;
  blt_plan_frame frame;
} question;

static question random_question(rng *r) {
  static const struct {
    const char *kind;
    int column, k;
  } kinds[] = {{"row_number", -1, -1}, {"rank", -1, -1},     {"dense_rank", -1, -1}, {"percent_rank", -1, -1},
               {"cume_dist", -1, -1},  {"ntile", -1, 3},     {"lag", 2, 2},          {"lead", 4, 1},
               {"first", 2, -1},       {"last", 4, -1},      {"nth", 2, 2},          {"cumcount", -1, -1},
               {"cumcount", 2, -1},    {"cumsum", 2, -1},    {"cumsum", 3, -1},      {"cummean", 2, -1},
               {"cummin", 4, -1},      {"cummax", 2, -1},    {"count", 2, -1},       {"sum", 2, -1},
               {"sum", 3, -1},         {"mean", 3, -1},      {"min", 3, -1},         {"max", 3, -1},
               {"variance", 2, -1},    {"stddev_pop", 2, -1}};
  uint32_t i = rng_below(r, sizeof kinds / sizeof *kinds);
  question q = {.kind = kinds[i].kind,
                .column = kinds[i].column,
                .k = kinds[i].k,
                .keys = rng_below(r, 4) > 0,
                .order = rng_below(r, 5) > 0,
                .falling = rng_below(r, 2)};
  uint32_t frame = rng_below(r, 3);
  if (frame == 1) q.frame = (blt_plan_frame){BLT_FRAME_ROWS, rng_below(r, 8), rng_below(r, 4)};
  if (frame == 2 && q.order)
    q.frame =
        (blt_plan_frame){BLT_FRAME_RANGE, rng_below(r, 8), rng_below(r, 2) ? rng_below(r, 4) : INT64_MAX};
  return q;
}

/* ---- the naive engine ---- */

static int order_of(const question *q, const row *a, const row *b) {
  if (!q->order) return 0;
  if (a->o == NULL_VALUE || b->o == NULL_VALUE) return (a->o == NULL_VALUE) - (b->o == NULL_VALUE);
  return q->falling ? (a->o < b->o) - (a->o > b->o) : (a->o > b->o) - (a->o < b->o);
}

typedef struct list {
  uint32_t *v, n;
} list;

/* Rows of the row's partition in order, by insertion. */
static list partition(const question *q, const rows *r, uint32_t of) {
  list l = {malloc((r->n + 1) * sizeof *l.v), 0};
  for (uint32_t i = 0; i < r->n; i++) {
    if (q->keys && r->v[i].g != r->v[of].g) continue;
    uint32_t k = l.n++;
    for (; k > 0 && order_of(q, &r->v[i], &r->v[l.v[k - 1]]) < 0; k--) l.v[k] = l.v[k - 1];
    l.v[k] = i;
  }
  return l;
}

typedef struct answer {
  bool null;
  int64_t i; /* a number, or that of a text */
  double f;
} answer;

static bool value_of(const question *q, const row *v, answer *out) {
  int64_t i = q->column == 2 ? v->x : q->column == 4 ? v->s : 0;
  *out = (answer){q->column != 3 && q->column >= 0 && i == NULL_VALUE, i, q->column == 3 ? v->y : (double)i};
  return !out->null;
}

static bool in_frame(const question *q, const rows *r, const list *l, uint32_t me, uint32_t other) {
  bool cum = strncmp(q->kind, "cum", 3) == 0;
  const blt_plan_frame *f = &q->frame;
  if (cum) return other <= me;
  if (f->unit == BLT_FRAME_PARTITION) return true;
  if (f->unit == BLT_FRAME_ROWS)
    return (int64_t)other >= (int64_t)me - f->before && (int64_t)other <= (int64_t)me + f->after;
  int64_t a = r->v[l->v[me]].o, b = r->v[l->v[other]].o;
  if (other <= me ? f->before == INT64_MAX : f->after == INT64_MAX) return true;
  if (a == NULL_VALUE || b == NULL_VALUE) return a == b;
  int64_t d = q->falling ? a - b : b - a;
  return d >= -f->before && (f->after == INT64_MAX || d <= f->after);
}

static bool text_before(int64_t a, int64_t b) {
  char x[40], y[40];
  sprintf(x, "t%d", (int)a);
  sprintf(y, "t%d", (int)b);
  return strcmp(x, y) < 0;
}

static bool is_less(const question *q, const answer *a, const answer *b) {
  if (q->column == 4) return text_before(a->i, b->i);
  if (q->column == 2) return a->i < b->i;
  return isnan(b->f) ? !isnan(a->f) : a->f < b->f;
}

static answer over_frame(const question *q, const rows *r, const list *l, uint32_t me) {
  const char *kind = strncmp(q->kind, "cum", 3) == 0 ? q->kind + 3 : q->kind;
  answer out = {.null = true}, v;
  uint64_t n = 0;
  double sum = 0, squares = 0;
  int64_t whole = 0;
  for (uint32_t k = 0; k < l->n; k++) {
    if (!in_frame(q, r, l, me, k) || !value_of(q, &r->v[l->v[k]], &v)) continue;
    n++;
    sum += v.f;
    whole += v.i;
    bool first = out.null;
    if (strcmp(kind, "min") == 0   ? first || is_less(q, &v, &out)
        : strcmp(kind, "max") == 0 ? first || is_less(q, &out, &v)
                                   : false)
      out = v;
    if (strcmp(kind, "first") == 0 && first) out = v;
    if (strcmp(kind, "last") == 0) out = v;
    if (strcmp(kind, "nth") == 0 && n == (uint64_t)q->k) out = v;
  }
  if (strcmp(kind, "count") == 0) return (answer){false, (int64_t)n, (double)n};
  if (n == 0 || !out.null || strcmp(kind, "nth") == 0) return out;
  if (strcmp(kind, "sum") == 0) return (answer){false, whole, sum};
  if (strcmp(kind, "mean") == 0) return (answer){false, 0, sum / (double)n};
  for (uint32_t k = 0; k < l->n; k++)
    if (in_frame(q, r, l, me, k) && value_of(q, &r->v[l->v[k]], &v))
      squares += (v.f - sum / (double)n) * (v.f - sum / (double)n);
  bool pop = strstr(kind, "_pop");
  if (!pop && n < 2) return out;
  squares /= (double)(pop ? n : n - 1);
  return (answer){false, 0, strncmp(kind, "stddev", 6) == 0 ? sqrt(squares) : squares};
}

static answer naive(const question *q, const rows *r, uint32_t of) {
  list l = partition(q, r, of);
  uint32_t me = 0, below = 0, runs = 0, upto = 0;
  while (l.v[me] != of) me++;
  for (uint32_t k = 0; k < l.n; k++) {
    int c = order_of(q, &r->v[l.v[k]], &r->v[of]);
    below += c < 0;
    upto += c <= 0;
    runs += c < 0 && (k == 0 || order_of(q, &r->v[l.v[k - 1]], &r->v[l.v[k]]) < 0);
  }
  answer out = {.null = true};
  uint32_t n = l.n;
  if (strcmp(q->kind, "row_number") == 0)
    out = (answer){false, me + 1, 0};
  else if (strcmp(q->kind, "rank") == 0)
    out = (answer){false, below + 1, 0};
  else if (strcmp(q->kind, "dense_rank") == 0)
    out = (answer){false, runs + 1, 0};
  else if (strcmp(q->kind, "percent_rank") == 0)
    out = (answer){false, 0, n > 1 ? (double)below / (n - 1) : 0};
  else if (strcmp(q->kind, "cume_dist") == 0)
    out = (answer){false, 0, (double)upto / n};
  else if (strcmp(q->kind, "ntile") == 0) {
    uint32_t size = n / 3, larger = n % 3, at = 0;
    for (uint32_t tile = 1; tile <= 3; tile++) {
      at += size + (tile <= larger);
      if (me < at) {
        out = (answer){false, tile, 0};
        break;
      }
    }
  } else if (strcmp(q->kind, "lag") == 0) {
    if (me >= (uint64_t)q->k) value_of(q, &r->v[l.v[me - q->k]], &out);
  } else if (strcmp(q->kind, "lead") == 0) {
    if (me + q->k < n) value_of(q, &r->v[l.v[me + q->k]], &out);
  } else
    out = over_frame(q, r, &l, me);
  free(l.v);
  return out;
}

/* ---- comparing ---- */

static blt_value cell(const blt_view *v, uint32_t col, uint64_t i) {
  blt_value x = {.null = true};
  blt_error err;
  CHECK_AT(blt_view_cell(v, col, (uint32_t)(i / BLT_BLOCK_ROWS), (uint32_t)(i % BLT_BLOCK_ROWS), &x, &err) ==
               BLT_OK,
           "%s", err.message);
  return x;
}

static bool same(const blt_value *got, const answer *want) {
  if (got->null || want->null) return got->null == want->null;
  if (got->type.id == BLT_STRING) {
    char text[40];
    sprintf(text, "t%d", (int)want->i);
    return got->u.s.len == strlen(text) && !memcmp(got->u.s.s, text, got->u.s.len);
  }
  if (got->type.id == BLT_FLOAT64) {

    if (isnan(got->u.f) || isnan(want->f)) return isnan(got->u.f) && isnan(want->f);
    return fabs(got->u.f - want->f) <= 1e-9 * (1 + fabs(want->f));
  }
  return got->u.i == want->i;
}

static blt_term column_term(blt_node *n, uint32_t column) {
  *n = (blt_node){.kind = BLT_NODE_COLUMN, .column = column};
  return (blt_term){.nodes = n, .n = 1};
}

static blt_status ask(blt_ctx *ctx, const question *q, blt_table *t, blt_table **out, blt_error *err) {
  blt_node nodes[5];
  blt_plan_column columns[6];
  for (int i = 0; i < 6; i++)
    columns[i] =
        i < 5 ? (blt_plan_column){fields[i].name, fields[i].type} : (blt_plan_column){"w", {.id = BLT_INT64}};
  blt_plan scan = {.kind = BLT_PLAN_SCAN, .number = 1, .ncolumns = 5, .columns = columns};
  scan.u.scan.columns = identity;
  blt_term key = column_term(&nodes[0], 0);
  blt_plan_order order = {.term = column_term(&nodes[1], 1), .descending = q->falling};
  blt_plan_aggregate item = {.name = "w", .kind = q->kind};
  if (q->column >= 0) item.args[item.nargs++] = column_term(&nodes[2], (uint32_t)q->column);
  if (q->k >= 0) {
    nodes[3] = (blt_node){.kind = BLT_NODE_VALUE, .value = {.type = {.id = BLT_INT64}, .u.i = q->k}};
    item.args[item.nargs++] = (blt_term){.nodes = &nodes[3], .n = 1};
  }
  blt_plan window = {.kind = BLT_PLAN_WINDOW, .input = &scan, .ncolumns = 6, .columns = columns};
  window.u.window.nkeys = q->keys;
  window.u.window.keys = &key;
  window.u.window.norder = q->order;
  window.u.window.order = &order;
  window.u.window.nitems = 1;
  window.u.window.items = &item;
  window.u.window.frame = q->frame;
  return blt_plan_run(ctx, &window, &t, 1, out, NULL, err);
}

static void windows_answer_as_the_naive_engine(void) {
  static const uint32_t sizes[] = {0, 1, 2, 40, 300};
  uint64_t rounds = check_rounds(120, 1500);
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (uint64_t i = 0; i < rounds && check_ok; i++) {
      rng r = {10000 * s + i};
      blt_ctx *ctx = blt_ctx_new();
      rows all;
      blt_table *t = random_table(ctx, &r, sizes[s], 1 + rng_below(&r, 12), &all), *out = NULL;
      question q = random_question(&r);
      blt_error err;
      char label[160];
      snprintf(label, sizeof label, "size %u, seed %llu: %s(%d) by %d order %d%s frame %d %lld %lld",
               sizes[s], (unsigned long long)(10000 * s + i), q.kind, q.column, q.keys, q.order,
               q.falling ? " desc" : "", q.frame.unit, (long long)q.frame.before, (long long)q.frame.after);
      blt_ctx_set_threads(ctx, 1 + rng_below(&r, 4));
      CHECK_AT(ask(ctx, &q, t, &out, &err) == BLT_OK, "%s: %s", label, err.message);
      blt_view *v = NULL;
      if (out) CHECK(blt_table_view(out, &v, &err) == BLT_OK);
      if (v) CHECK_INT(v->rows, all.n);
      for (uint32_t k = 0; v && k < all.n && check_ok; k++) {
        blt_value got = cell(v, 5, k), x = cell(v, 2, k);
        answer want = naive(&q, &all, k);
        CHECK_AT(same(&got, &want), "%s: row %u is %s%lld %g, not %s%lld %g", label, k,
                 got.null ? "null " : "", (long long)got.u.i, got.u.f, want.null ? "null " : "",
                 (long long)want.i, want.f);
        CHECK_AT(x.null ? all.v[k].x == NULL_VALUE : x.u.i == all.v[k].x, "%s: row %u has moved", label, k);
      }
      blt_view_release(v);
      blt_table_release(out);
      blt_table_release(t);
      free(all.v);
      CHECK_INT(blt_ctx_memory_used(ctx), 0);
      blt_ctx_release(ctx);
    }
}

/* The same bits on any number of threads, past several blocks. */
static void threads_make_no_difference(void) {
  rng r = {9};
  blt_ctx *ctx = blt_ctx_new();
  rows all;
  blt_table *t = random_table(ctx, &r, 140000, 900, &all);
  for (uint64_t i = 0; i < 12 && check_ok; i++) {
    question q = random_question(&r);
    blt_table *first = NULL;
    blt_view *a = NULL;
    blt_error err;
    for (uint32_t threads = 1; threads <= 5; threads += 2) {
      blt_table *out = NULL;
      blt_view *b;
      blt_ctx_set_threads(ctx, threads);
      CHECK_AT(ask(ctx, &q, t, &out, &err) == BLT_OK, "%s: %s", q.kind, err.message);
      REQUIRE(out && blt_table_view(out, &b, &err) == BLT_OK);
      for (uint32_t k = 0; a && k < all.n && check_ok; k++) {
        blt_value x = cell(a, 5, k), y = cell(b, 5, k);
        CHECK_AT(x.null == y.null && (x.null || x.type.id == BLT_STRING || x.u.i == y.u.i), "%s: row %u",
                 q.kind, k);
      }
      if (a)
        blt_view_release(b), blt_table_release(out);
      else
        a = b, first = out;
    }
    blt_view_release(a);
    blt_table_release(first);
  }
  blt_table_release(t);
  free(all.v);
  blt_ctx_release(ctx);
}

static void refused_allocations_leave_nothing(void) {
  for (uint64_t seed = 1; seed <= 30; seed++) {
    blt_ctx *ctx = blt_ctx_new();
    rng r = {seed};
    rows all;
    blt_table *t = random_table(ctx, &r, 200, 9, &all);
    question q = random_question(&r);
    blt_status status = BLT_ENOMEM;
    for (uint64_t n = 1; status == BLT_ENOMEM && n < 3000; n++) {
      blt_table *out = NULL;
      blt_error err;
      blt_ctx_fail_allocation(ctx, n);
      status = ask(ctx, &q, t, &out, &err);
      blt_ctx_fail_allocation(ctx, 0);
      blt_table_release(out);
    }
    CHECK_INT(status, BLT_OK);
    blt_table_release(t);
    free(all.v);
    CHECK_INT(blt_ctx_memory_used(ctx), 0);
    blt_ctx_release(ctx);
  }
}

static blt_status stop_later(void *arg, uint64_t done, uint64_t total, blt_error *err) {
  uint32_t *left = arg;
  (void)done, (void)total;
  return (*left)-- ? BLT_OK : blt_fail(err, BLT_EINTR, "stopped");
}

/* Interrupted at each of the moments at which it asks. */
static void interruption_leaves_nothing(void) {
  blt_ctx *ctx = blt_ctx_new();
  rng r = {8};
  rows all;
  blt_table *t = random_table(ctx, &r, 140000, 9000, &all);
  for (uint64_t seed = 1; seed <= 15; seed++) {
    r = (rng){seed};
    question q = random_question(&r);
    blt_table *warm;
    blt_error warm_err;
    REQUIRE(ask(ctx, &q, t, &warm, &warm_err) == BLT_OK);
    blt_table_release(warm);
    size_t used = blt_ctx_memory_used(ctx);
    blt_status status = BLT_EINTR;
    for (uint32_t n = 0; status == BLT_EINTR && check_ok; n++) {
      uint32_t left = n;
      blt_table *out = NULL;
      blt_error err;
      blt_ctx_set_poll(ctx, stop_later, &left);
      status = ask(ctx, &q, t, &out, &err);
      blt_ctx_set_poll(ctx, NULL, NULL);
      CHECK(status == BLT_OK || status == BLT_EINTR);
      blt_table_release(out);
      CHECK_INT(blt_ctx_memory_used(ctx), used);
    }
  }
  blt_table_release(t);
  free(all.v);
  blt_ctx_release(ctx);
}

int main(void) {
  RUN(windows_answer_as_the_naive_engine);
  RUN(threads_make_no_difference);
  RUN(refused_allocations_leave_nothing);
  RUN(interruption_leaves_nothing);
  return check_report();
}
