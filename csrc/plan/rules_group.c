#include "rules_inside.h"

#include <string.h>

static bool counts_distinct(const blt_plan *p) {
  const blt_plan_aggregate *a = p->u.group.aggregates;
  return p->kind == BLT_PLAN_GROUP && p->u.group.nkeys == 0 && p->u.group.naggregates == 1 &&
         strcmp(a->kind, "count_distinct") == 0 && a->nargs == 1 && blt_term_column(&a->args[0]) >= 0;
}

/* The rows that the aggregate looks at. */
static const blt_plan *looked_at(blt_rules *r, const blt_plan *p) {
  const blt_plan_aggregate *a = p->u.group.aggregates;
  if (a->where.n == 0) return p->input;
  blt_plan filter = {.kind = BLT_PLAN_FILTER,
                     .input = p->input,
                     .ncolumns = p->input->ncolumns,
                     .columns = p->input->columns,
                     .u.filter = {.n = 1, .terms = &a->where}};
  return blt_rules_node(r, &filter);
}

/* One row for each value of the column. */
static const blt_plan *values(blt_rules *r, const blt_plan *p, uint32_t column) {
  blt_plan_item *key = blt_rules_alloc(r, sizeof *key);
  blt_plan_column *columns = blt_rules_alloc(r, sizeof *columns);
  const blt_plan *input = looked_at(r, p);
  if (r->refused) return p;
  *columns = p->input->columns[column];
  *key = (blt_plan_item){columns->name, p->u.group.aggregates[0].args[0]};
  blt_plan group = {.kind = BLT_PLAN_GROUP,
                    .input = input,
                    .ncolumns = 1,
                    .columns = columns,
                    .u.group = {.nkeys = 1, .keys = key}};
  return blt_rules_node(r, &group);
}

/* How many different values there are in all is how many groups have a value: these are found on all threads,
 * and without all values in one place. */
const blt_plan *blt_rule_distinct_as_groups(blt_rules *r, const blt_plan *p) {
  if (!counts_distinct(p)) return p;
  const blt_plan_aggregate *a = p->u.group.aggregates;
  const blt_plan *group = values(r, p, (uint32_t)blt_term_column(&a->args[0]));
  blt_plan_aggregate *count = blt_rules_alloc(r, sizeof *count);
  if (r->refused) return p;
  *count = (blt_plan_aggregate){.name = a->name, .kind = "count", .nargs = 1, .origin = a->origin};
  if (!blt_plan_column_term(r->a, 0, &count->args[0])) {
    r->refused = true;
    return p;
  }
  blt_plan copy = *p;
  copy.u.group.aggregates = count;
  return blt_rules_over(r, &copy, group);
}
