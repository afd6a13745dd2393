/* asked.h: for tests: questions of one table as plans, made verb by verb.
 *
 *   asked q = asked_of(ctx, table);
 *   asked_filter(&q, asked_text(&q, "j 120 <"));
 *   asked_by(&q, keys, 1, aggregates, 2);
 *   status = asked_run(&q, &answer, NULL, &err);
 *   asked_free(&q);
 *
 * A verb after a failure does nothing; the failure stays in q.status and q.err until the question is run.
 */
#ifndef BLOTTER_SPEC_ASKED_H
#define BLOTTER_SPEC_ASKED_H

#include "exec/run.h"
#include "expr_fixture.h"
#include "plan/tree.h"

#define ASKED_MOST 16u

typedef struct asked {
  blt_ctx *ctx;
  blt_table *table;
  blt_plan_arena *arena;
  const blt_plan *plan;
  blt_status status;
  uint32_t origin; /* of what is wrong */
  blt_error err;
} asked;

/* An order by columns of what was asked so far. */
typedef struct asked_order {
  uint32_t column;
  bool descending, nulls_first;
} asked_order;

static inline void asked_node(asked *q, blt_plan draft) {
  if (q->status != BLT_OK) return;
  draft.input = q->plan;
  q->status = blt_plan_make(q->arena, &draft, &q->plan, &q->origin, &q->err);
}

static inline asked asked_of(blt_ctx *ctx, blt_table *table) {
  const blt_schema *schema = blt_table_schema(table);
  asked q = {.ctx = ctx, .table = table};
  q.status = blt_plan_arena_new(ctx, &q.arena, &q.err);
  if (q.status != BLT_OK) return q;
  uint32_t n = schema->ncols, *numbers = blt_plan_alloc(q.arena, n * sizeof *numbers);
  blt_plan_column *columns = blt_plan_alloc(q.arena, n * sizeof *columns);
  if (!numbers || !columns) q.status = blt_fail(&q.err, BLT_ENOMEM, "no memory");
  for (uint32_t i = 0; q.status == BLT_OK && i < n; i++) {
    numbers[i] = i;
    columns[i] = (blt_plan_column){schema->fields[i].name, schema->fields[i].type};
  }
  asked_node(
      &q,
      (blt_plan){.kind = BLT_PLAN_SCAN, .ncolumns = n, .columns = columns, .u.scan = {.columns = numbers}});
  return q;
}

static inline void asked_free(asked *q) {
  blt_plan_arena_free(q->arena);
}

/* A term of the columns of expr_fixture.h, as long as the question lives; NULL gives an empty one. */
static inline blt_term asked_text(asked *q, const char *text) {
  nodes *n = text && q->status == BLT_OK ? blt_plan_alloc(q->arena, sizeof *n) : NULL;
  if (!n) return (blt_term){0};
  fx_parse(text, n);
  return (blt_term){.nodes = n->node, .n = n->n};
}

static inline blt_term asked_column(asked *q, uint32_t column) {
  blt_term term = {0};
  if (q->status == BLT_OK && !blt_plan_column_term(q->arena, column, &term))
    q->status = blt_fail(&q->err, BLT_ENOMEM, "no memory");
  return term;
}

/* Rows for which it is true; an empty term asks for all. */
static inline void asked_filter(asked *q, blt_term term) {
  if (term.n) asked_node(q, (blt_plan){.kind = BLT_PLAN_FILTER, .u.filter = {1, &term}});
}

static inline void asked_columns(asked *q, const blt_plan_item *items, uint32_t n) {
  asked_node(q, (blt_plan){.kind = BLT_PLAN_PROJECT, .ncolumns = n, .u.project = {items}});
}

static inline void asked_by(asked *q, const blt_plan_item *keys, uint32_t nkeys,
                            const blt_plan_aggregate *aggregates, uint32_t n) {
  asked_node(
      q, (blt_plan){.kind = BLT_PLAN_GROUP,
                    .u.group = {.nkeys = nkeys, .naggregates = n, .keys = keys, .aggregates = aggregates}});
}

static inline void asked_keys(asked *q, const asked_order *order, uint32_t n, blt_plan_order *out) {
  for (uint32_t i = 0; i < n; i++)
    out[i] = (blt_plan_order){asked_column(q, order[i].column), order[i].descending, order[i].nulls_first};
}

/* Of the order rows skip to skip + limit - 1. */
static inline void asked_sorted(asked *q, const asked_order *order, uint32_t n, uint64_t skip,
                                uint64_t limit) {
  blt_plan_order keys[ASKED_MOST];
  asked_keys(q, order, n, keys);
  asked_node(q, (blt_plan){.kind = BLT_PLAN_ORDER, .u.order = {n, keys, skip, limit}});
}

/* Of the rows that are alike in the first `nkeys` of the order the first `rows`. */
static inline void asked_heads(asked *q, const asked_order *order, uint32_t n, uint32_t nkeys,
                               uint64_t rows) {
  blt_plan_order keys[ASKED_MOST];
  blt_term terms[ASKED_MOST];
  asked_keys(q, order, n, keys);
  for (uint32_t i = 0; i < nkeys; i++) terms[i] = keys[i].term;
  asked_node(q, (blt_plan){.kind = BLT_PLAN_HEADS, .u.heads = {nkeys, n - nkeys, terms, keys + nkeys, rows}});
}

/* Answers it. `profile`: of the last verb, or NULL. */
static inline blt_status asked_run(const asked *q, blt_table **out, blt_node_profile *profile,
                                   blt_error *err) {
  blt_node_profile profiles[ASKED_MOST] = {0};
  *err = q->err;
  if (q->status != BLT_OK) return q->status;
  blt_status status = blt_plan_run(q->ctx, q->plan, &q->table, 1, out, profile ? profiles : NULL, err);
  if (profile) *profile = profiles[q->plan->number];
  return status;
}

#endif
