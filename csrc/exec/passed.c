#include "passed.h"

#include "base/mem.h"
#include "exec/sort/bound.h"
#include "exec/sort/head.h"
#include <string.h>

static uint32_t put_ands(blt_node *nodes, uint32_t at, uint32_t n) {
  while (n-- > 0) nodes[at++] = (blt_node){.kind = BLT_NODE_CALL, .name = "and", .nargs = 2};
  return at;
}

/* The filter's terms, and `more` (or NULL), as one, joined by `and` in pairs, pairs of pairs and so on: a
 * tree as low as can be. */
static blt_status condition(const blt_passed *p, const blt_plan *filter, const blt_term *more, blt_expr **out,
                            blt_error *err) {
  uint32_t given = filter ? filter->u.filter.n : 0, n = given + (more != NULL), nnodes = 0, at = 0;
  for (uint32_t i = 0; i < n; i++) nnodes += (i < given ? &filter->u.filter.terms[i] : more)->n + (i > 0);
  blt_node *nodes = blt_alloc(p->run->ctx, (nnodes + 1) * sizeof *nodes);
  if (!nodes) return blt_fail_memory(err, nnodes * sizeof *nodes);
  for (uint32_t i = 0; i < n; i++) {
    const blt_term *term = i < given ? &filter->u.filter.terms[i] : more;
    memcpy(nodes + at, term->nodes, term->n * sizeof *nodes);
    at = put_ands(nodes, at + term->n, (uint32_t)__builtin_ctz(i + 1));
  }
  put_ands(nodes, at, (uint32_t)__builtin_popcount(n) - 1);
  blt_status status = blt_expr_compile(p->run->ctx, p->view, nodes, nnodes, out, err);
  blt_free(p->run->ctx, nodes, (nnodes + 1) * sizeof *nodes);
  return status;
}

blt_status blt_passed_open(blt_passed *p, blt_run *run, const blt_plan *input, blt_error *err) {
  bool filter = input->kind == BLT_PLAN_FILTER;
  *p = (blt_passed){.run = run};
  blt_status status = blt_run_relation(run, filter ? input->input : input, &p->view, err);
  if (filter && input->u.filter.n) p->filter = input;
  if (status == BLT_OK && p->filter) status = condition(p, input, NULL, &p->where, err);
  if (status == BLT_OK) status = blt_scan_init(&p->scan, run->ctx, p->view, p->where, err);
  if (status == BLT_OK && filter && run->profiles) run->profiles[input->number].ran = true;
  return status;
}

blt_status blt_passed_view(blt_passed *p, blt_run *run, blt_view *view, blt_error *err) {
  *p = (blt_passed){.run = run, .view = view};
  return blt_scan_init(&p->scan, run->ctx, view, NULL, err);
}

void blt_passed_close(blt_passed *p) {
  blt_scan_free(&p->scan);
  blt_expr_free(p->where);
  blt_view_release(p->view);
  *p = (blt_passed){0};
}

blt_view *blt_passed_take(blt_passed *p) {
  blt_view *view = p->view;
  p->view = NULL;
  return view;
}

bool blt_passed_all(const blt_passed *p) {
  return !p->where && !p->view->live;
}

blt_status blt_passed_expr(const blt_passed *p, const blt_term *term, blt_expr **out, blt_error *err) {
  return blt_expr_compile(p->run->ctx, p->view, term->nodes, term->n, out, err);
}

static blt_status compile_keys(blt_passed *p, const blt_passed_order *order, blt_expr **exprs,
                               blt_sort_key *keys, blt_error *err) {
  for (uint32_t i = 0; i < order->nkeys; i++) {
    blt_status status = blt_passed_expr(p, &order->keys[i].term, &exprs[i], err);
    if (status != BLT_OK) return status;
    keys[i] = (blt_sort_key){exprs[i], order->keys[i].descending, order->keys[i].nulls_first};
  }
  return BLT_OK;
}

/* Heads are found while scanning, or by sorting when they would be too many. */
static blt_status find(blt_passed *p, const blt_sort_words *words, const blt_passed_order *order,
                       uint32_t **rows, size_t *n, blt_error *err) {
  bool done = false;
  p->way = "the first rows of each group, kept while scanning";
  blt_status status = order->nheads ? blt_head_rows(words, order->each, rows, n, &done, err) : BLT_OK;
  if (status != BLT_OK || done) return status;
  p->way = words->scan != &p->scan    ? "the first rows of the order, of those up to a bound"
           : order->most < UINT64_MAX ? "the first rows of the order, kept while scanning"
                                      : "radix sort of packed keys";
  return blt_sort_rows(words, order->nheads ? order->each : UINT64_MAX, order->most, rows, n, err);
}

static blt_status find_by_words(blt_passed *p, blt_scan *scan, const blt_sort_key *keys,
                                const blt_passed_order *order, uint32_t **rows, size_t *n, blt_error *err) {
  blt_sort_words words = {0};
  blt_status status = blt_sort_words_init(&words, scan, keys, order->nkeys, order->nheads, err);
  if (status == BLT_OK) status = find(p, &words, order, rows, n, err);
  blt_sort_words_free(&words);
  return status;
}

/* The condition, and that the first key does not come behind a bound. */
static blt_status bounded_condition(const blt_passed *p, const blt_sort_key *key, const blt_value *bound,
                                    blt_expr **out, blt_error *err) {
  blt_node column = {.kind = BLT_NODE_COLUMN, .column = (uint32_t)blt_expr_column(key->expr)};
  blt_node nodes[] = {
      column,
      {.kind = BLT_NODE_VALUE, .value = *bound},
      {.kind = BLT_NODE_CALL, .name = key->descending ? ">=" : "<=", .nargs = 2},
      column,
      {.kind = BLT_NODE_CALL, .name = "isnull", .nargs = 1},
      {.kind = BLT_NODE_CALL, .name = "or", .nargs = 2},
  };
  blt_term term = {.nodes = nodes, .n = key->nulls_first ? 6 : 3};
  return condition(p, p->filter, &term, out, err);
}

/* The first rows, where a bound leaves out most others. */
static blt_status find_bounded(blt_passed *p, const blt_sort_key *keys, const blt_passed_order *order,
                               const blt_value *bound, uint32_t **rows, size_t *n, blt_error *err) {
  blt_scan scan = {0};
  blt_expr *where = NULL;
  blt_status status = bounded_condition(p, &keys[0], bound, &where, err);
  if (status == BLT_OK) status = blt_scan_init(&scan, p->run->ctx, p->view, where, err);
  if (status == BLT_OK) status = find_by_words(p, &scan, keys, order, rows, n, err);
  blt_scan_free(&scan);
  blt_expr_free(where);
  return status;
}

static bool some_fail(blt_expr *const *exprs, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (blt_expr_can_fail(exprs[i])) return true;
  return false;
}

blt_status blt_passed_rows(blt_passed *p, const blt_passed_order *order, uint32_t **rows, size_t *n,
                           blt_error *err) {
  blt_ctx *ctx = p->run->ctx;
  uint32_t nkeys = order->nkeys;
  blt_expr **exprs = blt_calloc(ctx, nkeys + 1, sizeof *exprs);
  blt_sort_key *keys = blt_calloc(ctx, nkeys + 1, sizeof *keys);
  blt_value bound = {0};
  bool bounded = false;
  blt_status status =
      exprs && keys ? compile_keys(p, order, exprs, keys, err) : blt_fail_memory(err, nkeys * sizeof *keys);
  if (status == BLT_OK && nkeys && !order->nheads && !some_fail(exprs, nkeys))
    status = blt_sort_bound(&p->scan, &keys[0], order->most, &bounded, &bound, err);
  if (status == BLT_OK)
    status = bounded ? find_bounded(p, keys, order, &bound, rows, n, err)
                     : find_by_words(p, &p->scan, keys, order, rows, n, err);
  for (uint32_t i = 0; exprs && i < nkeys; i++) blt_expr_free(exprs[i]);
  blt_free(ctx, exprs, (nkeys + 1) * sizeof *exprs);
  blt_free(ctx, keys, (nkeys + 1) * sizeof *keys);
  return status;
}
