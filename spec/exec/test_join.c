/* Joins of random tables against nested loops: every kind, keys of every type, further conditions. */
#include "check.h"

#include "base/mem.h"
#include "exec/run.h"
#include "push.h"
#include "random.h"
#include "store/table/table.h"

#include <math.h>
#include <stdio.h>

#define NCOLS 5u

/* k: a small integer, or a far one; s: a text; f: a double; t: for conditions; id: the row's number */
typedef struct row {
  int64_t k, s, t;
  double f;
} row;

typedef struct side {
  row *v;
  uint32_t n;
  blt_table *table;
} side;

static const blt_field fields[NCOLS] = {{"k", {.id = BLT_INT64}},
                                        {"s", {.id = BLT_STRING}},
                                        {"f", {.id = BLT_FLOAT64}},
                                        {"t", {.id = BLT_INT64}},
                                        {"id", {.id = BLT_INT64}}};
static const char *const right_names[] = {"k_r", "s_r", "f_r", "t_r", "id_r"};
static const uint32_t identity[] = {0, 1, 2, 3, 4};

static double random_double(rng *r) {
  static const double some[] = {0.0, -0.0, 1.5, -2.25, NAN, INFINITY, 3.0};
  return some[rng_below(r, 7)];
}

static side random_side(blt_ctx *ctx, rng *r, uint32_t n, uint32_t spread, bool far) {
  side x = {malloc((n + 1) * sizeof *x.v), n, NULL};
  blt_schema *schema;
  blt_error err;
  char text[40];
  CHECK(blt_schema_new(ctx, fields, NCOLS, NULL, 0, false, &schema, &err) == BLT_OK);
  CHECK(blt_table_new(ctx, schema, &x.table, &err) == BLT_OK);
  blt_schema_free(schema);
  uint32_t skew = rng_below(r, spread) + 1;
  for (uint32_t i = 0; i < n; i++) {
    row *v = &x.v[i];
    int64_t k = rng_below(r, rng_below(r, 3) ? spread : skew);
    v->k = rng_below(r, 12) ? (far ? k * INT64_C(61728394506) : k) : NULL_VALUE;
    v->s = rng_below(r, 12) ? rng_below(r, spread) : NULL_VALUE;
    v->t = rng_below(r, 12) ? rng_below(r, 40) : NULL_VALUE;
    v->f = random_double(r);
    CHECK(blt_table_begin_row(x.table, &err) == BLT_OK);
    push(x.table, 0, v->k);
    sprintf(text, "text %d", (int)v->s);
    if (v->s == NULL_VALUE)
      blt_table_push_null(x.table, 1);
    else
      CHECK(blt_table_push_str(x.table, 1, text, strlen(text), &err) == BLT_OK);
    CHECK(blt_table_push_f64(x.table, 2, v->f, &err) == BLT_OK);
    push(x.table, 3, v->t);
    push(x.table, 4, i);
    CHECK(blt_table_end_row(x.table, &err) == BLT_OK);
  }
  return x;
}

static void side_free(side *x) {
  free(x->v);
  blt_table_release(x->table);
}

/* ---- the naive join ---- */

typedef struct question {
  blt_join_kind kind;
  uint32_t nkeys, keys[3]; /* columns */
  bool also, null_equal;
  const char *asof;
} question;

static bool equal_int(int64_t a, int64_t b, bool null_equal) {
  if (a == NULL_VALUE || b == NULL_VALUE) return null_equal && a == b;
  return a == b;
}

static bool matches(const question *q, const row *a, const row *b) {
  for (uint32_t i = 0; i < q->nkeys; i++) {
    bool same = q->keys[i] == 0   ? equal_int(a->k, b->k, q->null_equal)
                : q->keys[i] == 1 ? equal_int(a->s, b->s, q->null_equal)
                                  : a->f == b->f || (q->null_equal && isnan(a->f) && isnan(b->f));
    if (!same) return false;
  }
  if (q->also) return a->t != NULL_VALUE && b->t != NULL_VALUE && a->t < b->t;
  return true;
}

typedef struct list {
  int64_t *v; /* left id, right id, …; -1: none */
  size_t n, cap;
} list;

static void add(list *l, int64_t a, int64_t b) {
  if (l->n == l->cap) l->v = realloc(l->v, (l->cap = l->cap * 2 + 64) * 2 * sizeof *l->v);
  l->v[2 * l->n] = a;
  l->v[2 * l->n++ + 1] = b;
}

static bool stands(const char *op, int64_t a, int64_t b) {
  if (a == NULL_VALUE || b == NULL_VALUE) return false;
  return op[0] == '>' ? (op[1] ? a >= b : a > b) : (op[1] ? a <= b : a < b);
}

/* The right row nearest before (the last of those alike), or nearest after (the first of them). */
static int64_t nearest(const question *q, const row *a, const side *y) {
  int64_t best = -1;
  for (uint32_t j = 0; j < y->n; j++) {
    if (!matches(q, a, &y->v[j]) || !stands(q->asof, a->t, y->v[j].t)) continue;
    bool before = q->asof[0] == '>';
    if (best < 0 || (before ? y->v[j].t >= y->v[best].t : y->v[j].t < y->v[best].t)) best = j;
  }
  return best;
}

static list naive(const question *q, const side *x, const side *y) {
  list out = {0};
  bool *matched = calloc(y->n + 1, 1);
  bool only_left = q->kind == BLT_JOIN_SEMI || q->kind == BLT_JOIN_ANTI;
  for (uint32_t i = 0; i < x->n; i++) {
    bool any = false;
    if (q->kind == BLT_JOIN_ASOF) {
      add(&out, i, nearest(q, &x->v[i], y));
      continue;
    }
    for (uint32_t j = 0; j < y->n; j++) {
      if (!matches(q, &x->v[i], &y->v[j])) continue;
      any = matched[j] = true;
      if (!only_left) add(&out, i, j);
    }
    if (only_left && any == (q->kind == BLT_JOIN_SEMI)) add(&out, i, -1);
    if (!any && (q->kind == BLT_JOIN_LEFT || q->kind == BLT_JOIN_FULL)) add(&out, i, -1);
  }
  for (uint32_t j = 0; j < y->n; j++)
    if (!matched[j] && (q->kind == BLT_JOIN_RIGHT || q->kind == BLT_JOIN_FULL)) add(&out, -1, j);
  free(matched);
  return out;
}

/* ---- the plan ---- */

typedef struct tree {
  blt_plan scans[2], join;
  blt_plan_column columns[2 * NCOLS];
  blt_node nodes[32];
  blt_term left[4], right[4];
} tree;

static blt_term column_term(blt_node *n, uint32_t column) {
  *n = (blt_node){.kind = BLT_NODE_COLUMN, .column = column};
  return (blt_term){.nodes = n, .n = 1};
}

static void make_tree(tree *t, const question *q) {
  memset(t, 0, sizeof *t);
  for (uint32_t i = 0; i < 2 * NCOLS; i++)
    t->columns[i] =
        (blt_plan_column){i < NCOLS ? fields[i].name : right_names[i - NCOLS], fields[i % NCOLS].type};
  for (uint32_t i = 0; i < 2; i++) {
    t->scans[i] =
        (blt_plan){.kind = BLT_PLAN_SCAN, .number = i + 1, .ncolumns = NCOLS, .columns = t->columns};
    t->scans[i].u.scan.source = i;
    t->scans[i].u.scan.columns = identity;
  }
  uint32_t at = 0, n = q->nkeys;
  for (uint32_t i = 0; i < n; i++) {
    t->left[i] = column_term(&t->nodes[at++], q->keys[i]);
    t->right[i] = column_term(&t->nodes[at++], q->keys[i]);
  }
  bool only_left = q->kind == BLT_JOIN_SEMI || q->kind == BLT_JOIN_ANTI;
  t->join = (blt_plan){.kind = BLT_PLAN_JOIN,
                       .input = &t->scans[0],
                       .other = &t->scans[1],
                       .ncolumns = only_left ? NCOLS : 2 * NCOLS,
                       .columns = t->columns};
  if (q->kind == BLT_JOIN_ASOF) {
    t->left[n] = column_term(&t->nodes[at++], 3);
    t->right[n++] = column_term(&t->nodes[at++], 3);
  }
  t->join.u.join = (blt_plan_join){.kind = q->kind,
                                   .nkeys = n,
                                   .left = t->left,
                                   .right = t->right,
                                   .null_equal = q->null_equal,
                                   .asof = q->asof};
  if (!q->also) return;
  blt_node *nodes = &t->nodes[at];
  nodes[0] = (blt_node){.kind = BLT_NODE_COLUMN, .column = 3};
  nodes[1] = (blt_node){.kind = BLT_NODE_COLUMN, .column = NCOLS + 3};
  nodes[2] = (blt_node){.kind = BLT_NODE_CALL, .name = "<", .nargs = 2};
  t->join.u.join.also = (blt_term){.nodes = nodes, .n = 3};
}

static blt_value cell(const blt_view *v, uint32_t col, uint32_t group, uint32_t row) {
  blt_value x = {.null = true};
  blt_error err;
  CHECK_AT(blt_view_cell(v, col, group, row, &x, &err) == BLT_OK, "%s", err.message);
  return x;
}

static int64_t id_at(const blt_view *v, uint32_t col, uint64_t i) {
  blt_value x = cell(v, col, (uint32_t)(i / BLT_BLOCK_ROWS), (uint32_t)(i % BLT_BLOCK_ROWS));
  return x.null ? -1 : x.u.i;
}

/* Every column of a row is that of the row whose number it has. */
static bool same_side(const blt_view *v, uint32_t first, uint64_t i, int64_t id, const side *x) {
  uint32_t g = (uint32_t)(i / BLT_BLOCK_ROWS), at = (uint32_t)(i % BLT_BLOCK_ROWS);
  blt_value k = cell(v, first, g, at), s = cell(v, first + 1, g, at), f = cell(v, first + 2, g, at);
  char text[40];
  if (id < 0) return k.null && s.null && f.null;
  const row *r = &x->v[id];
  sprintf(text, "text %d", (int)r->s);
  if (k.null != (r->k == NULL_VALUE) || (!k.null && k.u.i != r->k)) return false;
  if (s.null != (r->s == NULL_VALUE)) return false;
  if (!s.null && (s.u.s.len != strlen(text) || memcmp(s.u.s.s, text, s.u.s.len))) return false;
  return !f.null && (f.u.f == r->f || (isnan(f.u.f) && isnan(r->f)));
}

static void check_answer(blt_table *answer, const question *q, const list *want, const side *x, const side *y,
                         const char *label) {
  blt_view *v;
  blt_error err;
  bool only_left = q->kind == BLT_JOIN_SEMI || q->kind == BLT_JOIN_ANTI;
  CHECK_AT(blt_table_validate(answer, &err) == BLT_OK, "%s: %s", label, err.message);
  REQUIRE(blt_table_view(answer, &v, &err) == BLT_OK);
  CHECK_AT(v->rows == want->n, "%s: %llu rows, not %zu", label, (unsigned long long)v->rows, want->n);
  for (uint64_t i = 0; i < v->rows && check_ok; i++) {
    int64_t a = id_at(v, 4, i), b = only_left ? -1 : id_at(v, NCOLS + 4, i);
    CHECK_AT(a == want->v[2 * i] && b == want->v[2 * i + 1], "%s: row %llu is %lld, %lld, not %lld, %lld",
             label, (unsigned long long)i, (long long)a, (long long)b, (long long)want->v[2 * i],
             (long long)want->v[2 * i + 1]);
    CHECK_AT(same_side(v, 0, i, a, x), "%s: row %llu, left side", label, (unsigned long long)i);
    CHECK_AT(only_left || same_side(v, NCOLS, i, b, y), "%s: row %llu, right side", label,
             (unsigned long long)i);
  }
  blt_view_release(v);
}

static question random_question(rng *r) {
  static const char *const ops[] = {">=", ">", "<=", "<"};
  question q = {.kind = (blt_join_kind)(1 + rng_below(r, 7))};
  q.nkeys = rng_below(r, 8) ? 1 + rng_below(r, 3) : 0;
  uint32_t first = rng_below(r, 3);
  for (uint32_t i = 0; i < q.nkeys; i++) q.keys[i] = (first + i) % 3;
  if (q.kind == BLT_JOIN_ASOF)
    q.asof = ops[rng_below(r, 4)];
  else
    q.also = rng_below(r, 3) == 0;
  q.null_equal = rng_below(r, 4) == 0;
  return q;
}

static void joins_answer_as_nested_loops(void) {
  static const uint32_t sizes[][2] = {{0, 0},    {0, 50},    {50, 0},     {1, 1},      {60, 80},
                                      {30, 900}, {500, 300}, {200, 4500}, {2500, 2100}};
  uint64_t rounds = check_rounds(12, 200);
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (uint64_t i = 0; i < rounds && check_ok; i++) {
      rng r = {1000 * s + i};
      blt_ctx *ctx = blt_ctx_new();
      uint32_t spread = 2 + rng_below(&r, sizes[s][0] + 20);
      bool far = rng_below(&r, 2);
      side x = random_side(ctx, &r, sizes[s][0], spread, far),
           y = random_side(ctx, &r, sizes[s][1], spread, far);
      question q = random_question(&r);
      if (q.nkeys == 0 && sizes[s][0] > 600) q.nkeys = 1;
      list want = naive(&q, &x, &y);
      tree t;
      char label[100];
      blt_table *sources[] = {x.table, y.table}, *answer = NULL;
      blt_error err;
      make_tree(&t, &q);
      snprintf(label, sizeof label, "size %zu, round %llu, kind %d, %u keys%s%s", s, (unsigned long long)i,
               q.kind, q.nkeys, q.also ? ", also" : "", q.null_equal ? ", null equal" : "");
      blt_ctx_set_threads(ctx, 1 + rng_below(&r, 4));
      CHECK_AT(blt_plan_run(ctx, &t.join, sources, 2, &answer, NULL, &err) == BLT_OK, "%s: %s", label,
               err.message);
      if (answer) check_answer(answer, &q, &want, &x, &y, label);
      blt_table_release(answer);
      free(want.v);
      side_free(&x);
      side_free(&y);
      CHECK_INT(blt_ctx_memory_used(ctx), 0);
      blt_ctx_release(ctx);
    }
}

/* Many rows on many threads: counts against a histogram, order against the numbers of rows. */
static void large_joins_are_whole(void) {
  blt_ctx *ctx = blt_ctx_new();
  for (int kind = 0; kind < 4; kind++) {
    bool far = kind & 1, few = kind & 2; /* keys that no direct index holds; a left side that is indexed */
    rng r = {77};
    side x = random_side(ctx, &r, few ? 30000 : 200000, 150000, far),
         y = random_side(ctx, &r, 131073, 150000, far);
    question q = {.kind = BLT_JOIN_FULL, .nkeys = 1, .keys = {0}};
    uint32_t *count = calloc(150000, sizeof *count);
    uint64_t pairs = 0, alone = 0, last = 0;
    for (uint32_t i = 0; i < y.n; i++)
      if (y.v[i].k != NULL_VALUE) count[far ? y.v[i].k / INT64_C(61728394506) : y.v[i].k]++;
    for (uint32_t i = 0; i < x.n; i++) {
      uint32_t n = x.v[i].k == NULL_VALUE ? 0 : count[far ? x.v[i].k / INT64_C(61728394506) : x.v[i].k];
      pairs += n;
      alone += n == 0;
    }
    tree t;
    make_tree(&t, &q);
    blt_table *sources[] = {x.table, y.table}, *answer = NULL;
    blt_error err;
    for (uint32_t threads = 1; threads <= 5; threads += 2) {
      blt_ctx_set_threads(ctx, threads);
      CHECK_AT(blt_plan_run(ctx, &t.join, sources, 2, &answer, NULL, &err) == BLT_OK, "%s", err.message);
      REQUIRE(answer);
      blt_view *v;
      CHECK(blt_table_view(answer, &v, &err) == BLT_OK);
      uint64_t both = 0, left = 0;
      last = 0;
      for (uint64_t i = 0; i < v->rows && check_ok; i++) {
        int64_t a = id_at(v, 4, i), b = id_at(v, NCOLS + 4, i);
        both += a >= 0 && b >= 0;
        left += a >= 0 && b < 0;
        uint64_t place = ((a < 0 ? UINT64_C(0xffffffff) : (uint64_t)a) << 32) | (uint32_t)b;
        CHECK_AT(i == 0 || place > last, "row %llu is out of order", (unsigned long long)i);
        if (a >= 0 && b >= 0) CHECK_AT(x.v[a].k == y.v[b].k, "row %llu is no pair", (unsigned long long)i);
        last = place;
      }
      CHECK_INT(both, pairs);
      CHECK_INT(left, alone);
      blt_view_release(v);
      blt_table_release(answer);
      answer = NULL;
    }
    free(count);
    side_free(&x);
    side_free(&y);
  }
  blt_ctx_release(ctx);
}

static void promises_are_checked(void) {
  blt_ctx *ctx = blt_ctx_new();
  rng r = {3};
  side x = random_side(ctx, &r, 300, 30, false), y = random_side(ctx, &r, 300, 40, false);
  blt_table *sources[] = {x.table, y.table}, *answer = NULL;
  question q = {.kind = BLT_JOIN_INNER, .nkeys = 1, .keys = {1}};
  blt_error err;
  for (int i = 0; i < 4; i++) {
    tree t;
    make_tree(&t, &q);
    bool *promises[] = {&t.join.u.join.right_unique, &t.join.u.join.left_unique, &t.join.u.join.left_matched,
                        &t.join.u.join.right_matched};
    *promises[i] = true;
    CHECK_INT(blt_plan_run(ctx, &t.join, sources, 2, &answer, NULL, &err), BLT_EKEY);
    CHECK_AT(strstr(err.message, i < 2 ? "text " : "partner"), "%s", err.message);
  }
  side_free(&x);
  side_free(&y);
  blt_ctx_release(ctx);
}

static void refused_allocations_leave_nothing(void) {
  for (uint64_t seed = 1; seed <= 28; seed++) {
    blt_ctx *ctx = blt_ctx_new();
    rng r = {seed};
    bool far = seed % 2, few = seed > 14;
    side x = random_side(ctx, &r, few ? 20 : 200, 60, far), y = random_side(ctx, &r, 150, 60, far);
    question q = random_question(&r);
    q.kind = (blt_join_kind)(1 + seed % 7);
    if (q.kind == BLT_JOIN_ASOF) q.also = false, q.asof = ">=";
    blt_table *sources[] = {x.table, y.table};
    tree t;
    make_tree(&t, &q);
    size_t before = blt_ctx_memory_used(ctx);
    blt_status status = BLT_ENOMEM;
    for (uint64_t n = 1; status == BLT_ENOMEM && n < 3000; n++) {
      blt_table *answer = NULL;
      blt_error err;
      blt_ctx_fail_allocation(ctx, n);
      status = blt_plan_run(ctx, &t.join, sources, 2, &answer, NULL, &err);
      blt_ctx_fail_allocation(ctx, 0);
      blt_table_release(answer);
      before = n == 1 ? blt_ctx_memory_used(ctx) : before; /* a dictionary's index may be built once */
    }
    CHECK_INT(status, BLT_OK);
    side_free(&x);
    side_free(&y);
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
  rng r = {5};
  side small = random_side(ctx, &r, 9000, 5000, true), large = random_side(ctx, &r, 140000, 90000, true);
  for (uint32_t i = 0; i < 4 * BLT_JOIN_ASOF; i++) {
    bool few = i & 1, second_key = i & 2;
    question q = {.kind = (blt_join_kind)(1 + i / 4), .nkeys = 1u + second_key, .keys = {0, 2}, .asof = ">="};
    q.also = second_key && q.kind != BLT_JOIN_ASOF;
    blt_table *sources[] = {few ? small.table : large.table, few ? large.table : small.table};
    tree t;
    make_tree(&t, &q);
    blt_table *warm;
    blt_error warm_err;
    REQUIRE(blt_plan_run(ctx, &t.join, sources, 2, &warm, NULL, &warm_err) == BLT_OK);
    blt_table_release(warm);
    size_t used = blt_ctx_memory_used(ctx);
    blt_status status = BLT_EINTR;
    for (uint32_t n = 0; status == BLT_EINTR && check_ok; n++) {
      uint32_t left = n;
      blt_error err;
      blt_table *answer = NULL;
      blt_ctx_set_poll(ctx, stop_later, &left);
      status = blt_plan_run(ctx, &t.join, sources, 2, &answer, NULL, &err);
      blt_ctx_set_poll(ctx, NULL, NULL);
      CHECK(status == BLT_OK || status == BLT_EINTR);
      blt_table_release(answer);
      CHECK_INT(blt_ctx_memory_used(ctx), used);
    }
  }
  side_free(&small);
  side_free(&large);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
}

/* A join of everything with everything ends at the limit of memory, and says what it would have needed. */
static void what_explodes_says_how_large_it_is(void) {
  blt_ctx *ctx = blt_ctx_new();
  rng r = {6};
  side small = random_side(ctx, &r, 2000, 1, false), large = random_side(ctx, &r, 20000, 1, false);
  question q = {.kind = BLT_JOIN_INNER, .nkeys = 1, .keys = {0}};
  uint64_t n[2] = {0};
  for (uint32_t i = 0; i < small.n; i++) n[0] += small.v[i].k != NULL_VALUE;
  for (uint32_t i = 0; i < large.n; i++) n[1] += large.v[i].k != NULL_VALUE;
  for (int few = 0; few < 2; few++) {
    blt_table *sources[] = {few ? small.table : large.table, few ? large.table : small.table}, *answer = NULL;
    blt_error err;
    char text[64];
    tree t;
    make_tree(&t, &q);
    snprintf(text, sizeof text, "the join gives %llu rows, whose numbers alone take %llu bytes",
             (unsigned long long)(n[0] * n[1]), (unsigned long long)((n[0] * n[1] + 1) * 8));
    size_t used = blt_ctx_memory_used(ctx);
    blt_ctx_set_memory_limit(ctx, used + ((size_t)64 << 20));
    CHECK_INT(blt_plan_run(ctx, &t.join, sources, 2, &answer, NULL, &err), BLT_ENOMEM);
    CHECK_AT(strstr(err.message, text), "%s: %s", text, err.message);
    CHECK_INT(blt_ctx_memory_used(ctx), used);
  }
  side_free(&small);
  side_free(&large);
  blt_ctx_release(ctx);
}

int main(void) {
  RUN(joins_answer_as_nested_loops);
  RUN(large_joins_are_whole);
  RUN(promises_are_checked);
  RUN(refused_allocations_leave_nothing);
  RUN(interruption_leaves_nothing);
  RUN(what_explodes_says_how_large_it_is);
  return check_report();
}
