/* rules_order.c: limits and orders. */
#include "rules_inside.h"

#include <string.h>

/* Rows skip to skip + limit - 1 of rows `first` to first + n - 1. */
static void cut(uint64_t first, uint64_t n, uint64_t *skip, uint64_t *limit) {
  uint64_t left = *skip < n ? n - *skip : 0;
  if (n == UINT64_MAX) left = n;
  *limit = *limit < left ? *limit : left;
  *skip = first > UINT64_MAX - *skip ? UINT64_MAX : first + *skip;
}

/* LIMIT over LIMIT is one. */
const blt_plan *blt_rule_merge_limits(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_LIMIT || p->input->kind != BLT_PLAN_LIMIT) return p;
  blt_plan copy = *p;
  cut(p->input->u.limit.skip, p->input->u.limit.limit, &copy.u.limit.skip, &copy.u.limit.limit);
  return blt_rules_over(r, &copy, p->input->input);
}

/* LIMIT over ORDER: only so many rows are ordered. */
const blt_plan *blt_rule_limit_into_order(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_LIMIT || p->input->kind != BLT_PLAN_ORDER) return p;
  blt_plan copy = *p->input;
  uint64_t skip = p->u.limit.skip, limit = p->u.limit.limit;
  cut(copy.u.order.skip, copy.u.order.limit, &skip, &limit);
  copy.u.order.skip = skip;
  copy.u.order.limit = limit;
  return blt_rules_over(r, &copy, p->input->input);
}

/* ORDER b over ORDER a is ORDER b, a: rows that are alike keep the order that they had. */
const blt_plan *blt_rule_merge_orders(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_ORDER || !blt_rules_whole_order(p->input)) return p;
  uint32_t n = p->u.order.n, more = p->input->u.order.n;
  blt_plan copy = *p;
  blt_plan_order *keys = blt_rules_alloc(r, (n + more) * sizeof *keys);
  if (!keys) return p;
  memcpy(keys, p->u.order.keys, n * sizeof *keys);
  memcpy(keys + n, p->input->u.order.keys, more * sizeof *keys);
  copy.u.order.keys = keys;
  copy.u.order.n = n + more;
  return blt_rules_over(r, &copy, p->input->input);
}

/* ---- orders that nobody sees ---- */

/* The aggregate is the same, bit for bit, in whatever order its values come. */
static bool any_order(const blt_plan_aggregate *a, blt_type type) {
  static const char *const kinds[] = {
      "all",    "any",      "approx_distinct", "bottom", "count", "count_distinct",
      "median", "quantile", "approx_quantile", "top",    NULL};
  for (int i = 0; kinds[i]; i++)
    if (strcmp(a->kind, kinds[i]) == 0) return true;
  bool extreme = strcmp(a->kind, "min") == 0 || strcmp(a->kind, "max") == 0 || strcmp(a->kind, "sum") == 0;
  return extreme && type.id != BLT_FLOAT64;
}

/* GROUP without keys over ORDER, when none of its aggregates looks at the order. With keys the groups come in
 * the order of their first rows. */
const blt_plan *blt_rule_drop_order(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_GROUP || p->u.group.nkeys > 0 || p->input->kind != BLT_PLAN_ORDER) return p;
  for (uint32_t i = 0; i < p->u.group.naggregates; i++)
    if (!any_order(&p->u.group.aggregates[i], p->columns[i].type)) return p;
  const blt_plan *order = p->input;
  if (blt_rules_whole_order(order)) return blt_rules_over(r, p, order->input);
  for (uint32_t i = 0; i < p->u.group.naggregates; i++) /* how many rows there are, not which */
    if (strcmp(p->u.group.aggregates[i].kind, "count") != 0 || p->u.group.aggregates[i].nargs > 0 ||
        p->u.group.aggregates[i].where.n > 0)
      return p;
  blt_plan limit = {.kind = BLT_PLAN_LIMIT, .u.limit = {order->u.order.skip, order->u.order.limit}};
  return blt_rules_over(r, p, blt_rules_over(r, &limit, order->input));
}

/* ---- groups of groups ---- */

static bool several_rows(const blt_plan *group) {
  for (uint32_t i = 0; i < group->u.group.naggregates; i++) {
    const char *kind = group->u.group.aggregates[i].kind;
    if (strcmp(kind, "top") == 0 || strcmp(kind, "bottom") == 0) return true;
  }
  return false;
}

/* GROUP without aggregates, by the very keys of a GROUP below, is that one's keys. */
const blt_plan *blt_rule_distinct_of_keys(blt_rules *r, const blt_plan *p) {
  const blt_plan *inner = p->input;
  if (p->kind != BLT_PLAN_GROUP || p->u.group.naggregates > 0 || inner->kind != BLT_PLAN_GROUP) return p;
  uint32_t n = inner->u.group.nkeys;
  if (n == 0 || p->u.group.nkeys != n || several_rows(inner) || inner->u.group.shared) return p;
  for (uint32_t i = 0; i < n; i++)
    if (blt_term_column(&p->u.group.keys[i].term) != (int64_t)i) return p;
  blt_plan_item *keys = blt_rules_alloc(r, n * sizeof *keys);
  if (!keys) return p;
  for (uint32_t i = 0; i < n; i++)
    keys[i] = (blt_plan_item){p->u.group.keys[i].name, inner->u.group.keys[i].term};
  blt_plan copy = *p;
  copy.u.group.keys = keys;
  return blt_rules_over(r, &copy, inner->input);
}

/* ---- heads that are an aggregate ---- */

static bool can_be_ranked(blt_type t) {
  return t.id == BLT_INT64 || t.id == BLT_FLOAT64 || t.id == BLT_DECIMAL || t.id == BLT_DATE ||
         t.id == BLT_TIMESTAMP;
}

/* The rows that reach the node have a value in that column. */
static bool has_value(const blt_plan *input, uint32_t column) {
  if (input->columns[column].type.required) return true;
  for (uint32_t i = 0; input->kind == BLT_PLAN_FILTER && i < input->u.filter.n; i++) {
    const blt_term *t = &input->u.filter.terms[i];
    if (t->n == 3 && t->nodes[0].kind == BLT_NODE_COLUMN && t->nodes[0].column == column &&
        t->nodes[1].kind == BLT_NODE_CALL && strcmp(t->nodes[1].name, "isnull") == 0 &&
        t->nodes[2].kind == BLT_NODE_CALL && strcmp(t->nodes[2].name, "not") == 0)
      return true;
  }
  return false;
}

/* place[c]: which column of a group by the keys stands for column c, the ranked one being the last. False
 * unless keys and the ranked column are all that the node has. */
static bool place_columns(const blt_plan *p, uint32_t ranked, uint32_t *place) {
  uint32_t nkeys = p->u.heads.nkeys;
  if (p->ncolumns != nkeys + 1) return false;
  for (uint32_t c = 0; c < p->ncolumns; c++) place[c] = UINT32_MAX;
  place[ranked] = nkeys;
  for (uint32_t i = 0; i < nkeys; i++) {
    int64_t c = blt_term_column(&p->u.heads.keys[i]);
    if (c < 0 || place[c] != UINT32_MAX || p->columns[c].type.id == BLT_FLOAT64) return false;
    place[c] = i;
  }
  return true;
}

static const blt_plan *top_group(blt_rules *r, const blt_plan *p, uint32_t ranked) {
  uint32_t nkeys = p->u.heads.nkeys;
  blt_plan_item *keys = blt_rules_alloc(r, nkeys * sizeof *keys);
  blt_plan_aggregate *top = blt_rules_alloc(r, sizeof *top);
  blt_plan_column *columns = blt_rules_alloc(r, (nkeys + 1) * sizeof *columns);
  blt_node *n = blt_rules_alloc(r, sizeof *n);
  if (r->refused) return p;
  for (uint32_t i = 0; i < nkeys; i++) {
    columns[i] = p->columns[blt_term_column(&p->u.heads.keys[i])];
    keys[i] = (blt_plan_item){columns[i].name, p->u.heads.keys[i]};
  }
  columns[nkeys] = p->columns[ranked];
  *n = (blt_node){.kind = BLT_NODE_VALUE, .value = {.type = {.id = BLT_INT64}}};
  n->value.u.i = (int64_t)p->u.heads.rows;
  top->name = columns[nkeys].name;
  top->kind = p->u.heads.order[0].descending ? "top" : "bottom";
  top->nargs = 2;
  top->args[0] = p->u.heads.order[0].term;
  top->args[1] = (blt_term){.nodes = n, .n = 1};
  blt_plan group = {.kind = BLT_PLAN_GROUP,
                    .input = p->input,
                    .ncolumns = nkeys + 1,
                    .columns = columns,
                    .u.group = {.nkeys = nkeys, .naggregates = 1, .keys = keys, .aggregates = top}};
  return blt_rules_node(r, &group);
}

/* HEADS that has no columns but its keys and the one that it is ordered by is GROUP with top or bottom:
 * values are kept instead of rows. */
const blt_plan *blt_rule_heads_as_top(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_HEADS || p->u.heads.norder != 1 || p->u.heads.nkeys == 0) return p;
  int64_t ranked = blt_term_column(&p->u.heads.order[0].term);
  if (ranked < 0 || !can_be_ranked(p->columns[ranked].type) || !has_value(p->input, (uint32_t)ranked))
    return p;
  if (p->u.heads.rows < 1 || p->u.heads.rows > 1000000) return p;
  uint32_t *place = blt_rules_alloc(r, p->ncolumns * sizeof *place);
  if (!place || !place_columns(p, (uint32_t)ranked, place)) return p;
  const blt_plan *group = top_group(r, p, (uint32_t)ranked);
  blt_plan_item *items = blt_rules_alloc(r, p->ncolumns * sizeof *items);
  for (uint32_t c = 0; !r->refused && c < p->ncolumns; c++) {
    items[c].name = p->columns[c].name;
    if (!blt_plan_column_term(r->a, place[c], &items[c].term)) r->refused = true;
  }
  blt_plan project = {.kind = BLT_PLAN_PROJECT,
                      .input = group,
                      .ncolumns = p->ncolumns,
                      .columns = p->columns,
                      .u.project.items = items};
  return r->refused ? p : blt_rules_node(r, &project);
}
