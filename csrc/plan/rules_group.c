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

/* ---- keys that follow from others ---- */

/* Marks the columns of the input that are keys themselves. Of doubles, -0 and 0 are one key and may give
 * different results. */
static void mark_keys(const blt_plan *p, bool *keys) {
  memset(keys, 0, p->input->ncolumns * sizeof *keys);
  for (uint32_t i = 0; i < p->u.group.nkeys; i++) {
    int64_t c = blt_term_column(&p->u.group.keys[i].term);
    if (c >= 0) keys[c] = p->input->columns[c].type.id != BLT_FLOAT64;
  }
}

static bool follows(const blt_plan_item *key, const bool *keys) {
  return blt_term_column(&key->term) < 0 && blt_term_within(&key->term, keys);
}

/* The columns of the group as they were: those of `group`, which lacks some keys, and these computed from it.
 */
static const blt_plan *with_computed(blt_rules *r, const blt_plan *p, const blt_plan *group, const bool *keys,
                                     const uint32_t *place) {
  blt_plan_item *items = blt_rules_alloc(r, p->ncolumns * sizeof *items);
  for (uint32_t i = 0, kept = 0; items && i < p->ncolumns; i++) {
    bool computed = i < p->u.group.nkeys && follows(&p->u.group.keys[i], keys);
    items[i].name = p->columns[i].name;
    r->refused |= computed ? !blt_term_renumber(r->a, &p->u.group.keys[i].term, place, 0, &items[i].term)
                           : !blt_plan_column_term(r->a, kept++, &items[i].term);
  }
  if (r->refused) return p;
  blt_plan project = {.kind = BLT_PLAN_PROJECT,
                      .input = group,
                      .ncolumns = p->ncolumns,
                      .columns = p->columns,
                      .u.project = {.items = items}};
  return blt_rules_node(r, &project);
}

/* A key that is computed from other keys, or from nothing, tells no groups apart: it is computed once a
 * group. */
const blt_plan *blt_rule_keys_of_keys(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_GROUP || p->u.group.nkeys < 2) return p;
  bool *keys = blt_rules_alloc(r, p->input->ncolumns * sizeof *keys);
  uint32_t *place = blt_rules_alloc(r, p->input->ncolumns * sizeof *place);
  blt_plan_item *left = blt_rules_alloc(r, p->u.group.nkeys * sizeof *left);
  blt_plan_column *columns = blt_rules_alloc(r, p->ncolumns * sizeof *columns);
  if (r->refused) return p;
  mark_keys(p, keys);
  blt_plan group = *p;
  uint32_t n = 0, kept = 0;
  for (uint32_t i = 0; i < p->ncolumns; i++) {
    if (i < p->u.group.nkeys && follows(&p->u.group.keys[i], keys)) continue;
    if (i < p->u.group.nkeys) {
      int64_t c = blt_term_column(&p->u.group.keys[i].term);
      if (c >= 0) place[c] = n;
      left[n++] = p->u.group.keys[i];
    }
    columns[kept++] = p->columns[i];
  }
  if (n == 0 || n == p->u.group.nkeys) return p;
  group.columns = columns;
  group.ncolumns = kept;
  group.u.group.keys = left;
  group.u.group.nkeys = n;
  const blt_plan *node = blt_rules_node(r, &group);
  return r->refused ? p : with_computed(r, p, node, keys, place);
}
