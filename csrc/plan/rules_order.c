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
  if (n == 0 || p->u.group.nkeys != n || several_rows(inner)) return p;
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
