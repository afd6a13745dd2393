/* Plans of several operators, each made of random ones, against a naive engine of rows in arrays. */
#include "cells.h"
#include "check.h"

#include "base/mem.h"
#include "exec/run.h"
#include "random.h"
#include "store/table/table.h"

#include <stdio.h>

#define MOST_NODES 16

/* A row as the naive engine has it: n and t may be null, f never is. */
typedef struct row {
  int64_t n, t; /* t: number of a text; INT64_MIN: null */
  double f;
} row;

typedef struct rows {
  row *v;
  size_t n;
} rows;

typedef struct tree {
  blt_plan nodes[MOST_NODES];
  blt_term terms[MOST_NODES * 4];
  blt_node room[MOST_NODES * 16];
  blt_plan_item items[MOST_NODES * 3];
  blt_plan_order orders[MOST_NODES * 2];
  uint32_t nnodes, nterms, nroom, nitems, norders;
} tree;

static const blt_plan_column columns[] = {
    {"n", {.id = BLT_INT64}}, {"t", {.id = BLT_STRING}}, {"f", {.id = BLT_FLOAT64}}};
static const uint32_t all_columns[] = {0, 1, 2};

#define NULL_VALUE INT64_MIN

/* ---- the table ---- */

static void text_of(int64_t t, char *out) {
  sprintf(out, "text %lld", (long long)t);
}

static blt_table *fill(blt_ctx *ctx, const rows *r) {
  static const blt_field fields[] = {
      {"n", {.id = BLT_INT64}}, {"t", {.id = BLT_STRING}}, {"f", {.id = BLT_FLOAT64}}};
  blt_schema *schema;
  blt_table *t = NULL;
  blt_error err;
  char text[40];
  CHECK(blt_schema_new(ctx, fields, 3, NULL, 0, false, &schema, &err) == BLT_OK);
  CHECK(blt_table_new(ctx, schema, &t, &err) == BLT_OK);
  blt_schema_free(schema);
  for (size_t i = 0; i < r->n; i++) {
    const row *x = &r->v[i];
    text_of(x->t, text);
    CHECK(blt_table_begin_row(t, &err) == BLT_OK);
    if (x->n == NULL_VALUE)
      blt_table_push_null(t, 0);
    else
      CHECK(blt_table_push_i64(t, 0, x->n, &err) == BLT_OK);
    if (x->t == NULL_VALUE)
      blt_table_push_null(t, 1);
    else
      CHECK(blt_table_push_str(t, 1, text, strlen(text), &err) == BLT_OK);
    CHECK(blt_table_push_f64(t, 2, x->f, &err) == BLT_OK);
    CHECK(blt_table_end_row(t, &err) == BLT_OK);
  }
  return t;
}

static rows random_rows(rng *rnd, size_t n, bool distinct) {
  rows r = {malloc((n + 1) * sizeof *r.v), n};
  for (size_t i = 0; i < n; i++)
    r.v[i] = (row){rng_below(rnd, 10) ? (int64_t)rng_below(rnd, 50) : NULL_VALUE,
                   rng_below(rnd, 20) ? (int64_t)(distinct ? i : rng_below(rnd, 30)) : NULL_VALUE,
                   (double)rng_below(rnd, 1000)};
  return r;
}

/* ---- nodes ---- */

static blt_term column_term(tree *t, uint32_t column) {
  blt_node *n = &t->room[t->nroom++];
  *n = (blt_node){.kind = BLT_NODE_COLUMN, .column = column};
  return (blt_term){.nodes = n, .n = 1};
}

/* column `op` number */
static blt_term call_term(tree *t, uint32_t column, const char *op, blt_value value) {
  blt_node *n = &t->room[t->nroom];
  t->nroom += 3;
  n[0] = (blt_node){.kind = BLT_NODE_COLUMN, .column = column};
  n[1] = (blt_node){.kind = BLT_NODE_VALUE, .value = value};
  n[2] = (blt_node){.kind = BLT_NODE_CALL, .name = op, .nargs = 2};
  return (blt_term){.nodes = n, .n = 3};
}

static blt_plan *node(tree *t, blt_plan_kind kind, const blt_plan *input) {
  blt_plan *p = &t->nodes[t->nnodes];
  *p = (blt_plan){.kind = kind, .number = t->nnodes++, .input = input, .ncolumns = 3, .columns = columns};
  return p;
}

static int compare(const void *a, const void *b, void *arg) {
  const row *x = a, *y = b;
  bool down = *(bool *)arg;
  int c = x->n == NULL_VALUE || y->n == NULL_VALUE ? (x->n == NULL_VALUE) - (y->n == NULL_VALUE)
          : down                                   ? (y->n > x->n) - (y->n < x->n)
                                                   : (x->n > y->n) - (x->n < y->n);
  return c;
}

static void merge_sort(row *v, size_t n, bool down) {
  if (n < 2) return;
  size_t half = n / 2;
  row *room = malloc(n * sizeof *room);
  merge_sort(v, half, down);
  merge_sort(v + half, n - half, down);
  size_t a = 0, b = half, k = 0;
  while (a < half && b < n) room[k++] = compare(&v[a], &v[b], &down) <= 0 ? v[a++] : v[b++];
  while (a < half) room[k++] = v[a++];
  while (b < n) room[k++] = v[b++];
  memcpy(v, room, n * sizeof *v);
  free(room);
}

static void cut(rows *r, size_t skip, size_t limit) {
  if (skip > r->n) skip = r->n;
  size_t left = r->n - skip < limit ? r->n - skip : limit;
  memmove(r->v, r->v + skip, left * sizeof *r->v);
  r->n = left;
}

static blt_plan *add_filter(tree *t, const blt_plan *in, rows *r, rng *rnd) {
  int64_t least = (int64_t)rng_below(rnd, 40);
  blt_plan *p = node(t, BLT_PLAN_FILTER, in);
  blt_term *term = &t->terms[t->nterms++];
  *term = call_term(t, 0, ">=", (blt_value){.type = {.id = BLT_INT64}, .u.i = least});
  p->u.filter.n = 1;
  p->u.filter.terms = term;
  size_t k = 0;
  for (size_t i = 0; i < r->n; i++)
    if (r->v[i].n != NULL_VALUE && r->v[i].n >= least) r->v[k++] = r->v[i];
  r->n = k;
  return p;
}

static blt_plan *add_project(tree *t, const blt_plan *in, rows *r) {
  blt_plan *p = node(t, BLT_PLAN_PROJECT, in);
  blt_plan_item *items = &t->items[t->nitems];
  t->nitems += 3;
  items[0] = (blt_plan_item){"n", call_term(t, 0, "+", (blt_value){.type = {.id = BLT_INT64}, .u.i = 1})};
  items[1] = (blt_plan_item){"t", column_term(t, 1)};
  items[2] = (blt_plan_item){"f", call_term(t, 2, "*", (blt_value){.type = {.id = BLT_FLOAT64}, .u.f = 2})};
  p->u.project.items = items;
  for (size_t i = 0; i < r->n; i++) {
    if (r->v[i].n != NULL_VALUE) r->v[i].n++;
    r->v[i].f *= 2;
  }
  return p;
}

static blt_plan *add_order(tree *t, const blt_plan *in, rows *r, rng *rnd) {
  blt_plan *p = node(t, BLT_PLAN_ORDER, in);
  blt_plan_order *order = &t->orders[t->norders++];
  bool down = rng_below(rnd, 2), top = rng_below(rnd, 2);
  *order = (blt_plan_order){.term = column_term(t, 0), .descending = down};
  p->u.order.n = 1;
  p->u.order.keys = order;
  p->u.order.skip = top ? rng_below(rnd, 5) : 0;
  p->u.order.limit = top ? rng_below(rnd, 20) : UINT64_MAX;
  merge_sort(r->v, r->n, down);
  if (top) cut(r, p->u.order.skip, p->u.order.limit);
  return p;
}

static blt_plan *add_limit(tree *t, const blt_plan *in, rows *r, rng *rnd) {
  blt_plan *p = node(t, BLT_PLAN_LIMIT, in);
  p->u.limit.skip = rng_below(rnd, 3) ? 0 : rng_below(rnd, 70000);
  p->u.limit.limit = rng_below(rnd, 3) ? 70000 + rng_below(rnd, 70000) : rng_below(rnd, 10);
  cut(r, p->u.limit.skip, p->u.limit.limit);
  return p;
}

static blt_plan *add_union(tree *t, const blt_plan *in, rows *r) {
  blt_plan *p = node(t, BLT_PLAN_UNION, in);
  p->other = in;
  r->v = realloc(r->v, (2 * r->n + 1) * sizeof *r->v);
  memcpy(r->v + r->n, r->v, r->n * sizeof *r->v);
  r->n *= 2;
  return p;
}

static const blt_plan *random_tree(tree *t, rows *r, rng *rnd) {
  memset(t, 0, sizeof *t);
  blt_plan *p = node(t, BLT_PLAN_SCAN, NULL);
  p->u.scan.columns = all_columns;
  uint32_t n = (uint32_t)rng_below(rnd, 6);
  for (uint32_t i = 0; i < n; i++) switch (rng_below(rnd, r->n < 200000 ? 5 : 4)) {
    case 0:
      p = add_filter(t, p, r, rnd);
      break;
    case 1:
      p = add_project(t, p, r);
      break;
    case 2:
      p = add_order(t, p, r, rnd);
      break;
    case 3:
      p = add_limit(t, p, r, rnd);
      break;
    default:
      p = add_union(t, p, r);
    }
  return p;
}

/* ---- comparing ---- */

static bool same_row(const blt_view *v, uint64_t i, const row *x) {
  uint32_t g = (uint32_t)(i / BLT_BLOCK_ROWS), at = (uint32_t)(i % BLT_BLOCK_ROWS);
  blt_value n = cell_of(v, 0, g, at), t = cell_of(v, 1, g, at), f = cell_of(v, 2, g, at);
  char text[40];
  text_of(x->t, text);
  if (n.null != (x->n == NULL_VALUE) || (!n.null && n.u.i != x->n)) return false;
  if (t.null != (x->t == NULL_VALUE)) return false;
  if (!t.null && (t.u.s.len != strlen(text) || memcmp(t.u.s.s, text, t.u.s.len))) return false;
  return !f.null && f.u.f == x->f;
}

static void check_answer(blt_table *answer, const rows *r, uint64_t seed, const blt_plan *plan) {
  blt_view *v;
  blt_error err;
  CHECK_AT(blt_table_validate(answer, &err) == BLT_OK, "%s", err.message);
  REQUIRE(blt_table_view(answer, &v, &err) == BLT_OK);
  CHECK_AT(v->rows == r->n, "seed %llu: %llu rows, not %zu", (unsigned long long)seed,
           (unsigned long long)v->rows, r->n);
  for (uint64_t i = 0; i < v->rows && check_ok; i++)
    CHECK_AT(same_row(v, i, &r->v[i]), "seed %llu: row %llu differs, operator %d last",
             (unsigned long long)seed, (unsigned long long)i, plan->kind);
  blt_view_release(v);
}

static rows copy_of(const rows *r) {
  rows c = {malloc((r->n + 1) * sizeof *c.v), r->n};
  memcpy(c.v, r->v, r->n * sizeof *c.v);
  return c;
}

static void plans_answer_as_the_naive_engine(void) {
  static const size_t sizes[] = {0, 1, 100, 65535, 65536, 65537, 140000};
  static tree t;
  uint64_t rounds = check_rounds(20, 400);
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    rng rnd = {100 + s};
    blt_ctx *ctx = blt_ctx_new();
    rows all = random_rows(&rnd, sizes[s], sizes[s] >= 140000);
    blt_table *table = fill(ctx, &all);
    for (uint64_t i = 0; i < rounds && check_ok; i++) {
      blt_table *answer = NULL;
      blt_error err;
      rows r = copy_of(&all);
      const blt_plan *plan = random_tree(&t, &r, &rnd);
      blt_ctx_set_threads(ctx, 1 + (uint32_t)rng_below(&rnd, 4));
      CHECK_AT(blt_plan_run(ctx, plan, &table, 1, &answer, NULL, &err) == BLT_OK, "%s", err.message);
      if (answer) check_answer(answer, &r, i, plan);
      blt_table_release(answer);
      free(r.v);
    }
    free(all.v);
    blt_table_release(table);
    CHECK_INT(blt_ctx_memory_used(ctx), 0);
    blt_ctx_release(ctx);
  }
}

/* Every allocation refused in turn: the plan fails and nothing leaks. */
static void refused_allocations_leave_nothing(void) {
  static tree t;
  rng rnd = {5};
  blt_ctx *ctx = blt_ctx_new();
  rows all = random_rows(&rnd, 3000, false);
  blt_table *table = fill(ctx, &all);
  size_t before = blt_ctx_memory_used(ctx);
  for (int k = 0; k < 6; k++) {
    rows r = copy_of(&all);
    const blt_plan *plan = random_tree(&t, &r, &rnd);
    blt_status status = BLT_ENOMEM;
    for (uint64_t n = 1; status == BLT_ENOMEM && n < 2000; n++) {
      blt_table *answer = NULL;
      blt_error err;
      blt_ctx_fail_allocation(ctx, n);
      status = blt_plan_run(ctx, plan, &table, 1, &answer, NULL, &err);
      blt_ctx_fail_allocation(ctx, 0);
      blt_table_release(answer);
      CHECK_INT(blt_ctx_memory_used(ctx), before);
    }
    CHECK_INT(status, BLT_OK);
    free(r.v);
  }
  free(all.v);
  blt_table_release(table);
  blt_ctx_release(ctx);
}

int main(void) {
  RUN(plans_answer_as_the_naive_engine);
  RUN(refused_allocations_leave_nothing);
  return check_report();
}
