/* rules_inside.h: what the files rules_*.c share. */
#ifndef BLT_PLAN_RULES_INSIDE_H
#define BLT_PLAN_RULES_INSIDE_H

#include "rules.h"
#include "term.h"

typedef struct blt_rules {
  blt_plan_arena *a;
  bool refused; /* memory was: what rules give then is thrown away */
} blt_rules;

/* Gives `p` itself, or what stands for it. */
typedef const blt_plan *blt_rule(blt_rules *r, const blt_plan *p);

/* A node like `draft`, whose parts lie in the arena and whose columns are known. */
const blt_plan *blt_rules_node(blt_rules *r, const blt_plan *draft);
/* `p` over another input; a node that passes on the columns of its input has those of the other one then. */
const blt_plan *blt_rules_over(blt_rules *r, const blt_plan *p, const blt_plan *input);
void *blt_rules_alloc(blt_rules *r, size_t bytes);
/* The node has the columns of its input. */
bool blt_rules_passes_on(const blt_plan *p);
/* The aggregate decides how many rows a group has. */
bool blt_rules_makes_rows(const blt_plan_aggregate *a);
/* An order that keeps all rows. */
bool blt_rules_whole_order(const blt_plan *p);

/* rules_filter.c */
blt_rule blt_rule_fuse_filters, blt_rule_split_conjuncts, blt_rule_constant_conditions,
    blt_rule_filter_below_order, blt_rule_filter_below_project, blt_rule_filter_below_group,
    blt_rule_filter_below_window, blt_rule_filter_below_heads, blt_rule_filter_below_join,
    blt_rule_filter_below_union;
/* rules_project.c */
blt_rule blt_rule_merge_projects, blt_rule_project_above, blt_rule_project_into_group, blt_rule_drop_identity;
/* rules_order.c */
blt_rule blt_rule_merge_limits, blt_rule_limit_into_order, blt_rule_merge_orders, blt_rule_drop_order,
    blt_rule_distinct_of_keys, blt_rule_heads_as_top;
/* rules_group.c */
blt_rule blt_rule_distinct_as_groups, blt_rule_keys_of_keys;
/* rules_join.c: every row of the left is in the join exactly once, whatever the rows, and nothing is refused.
 */
bool blt_rules_keeps_left(blt_rules *r, const blt_plan *join);
/* rules_prune.c */
const blt_plan *blt_rules_prune(blt_rules *r, const blt_plan *plan);

#endif
