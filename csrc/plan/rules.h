/* rules.h: turns a plan into one that answers the same with less work.
 *
 * A rule is a small function that looks at a node (and what is right below it) and gives another node with
 * the same rows and columns, or the node itself when it has nothing to say. Rules are asked from the inputs
 * up, in the order of their list, until none has anything to say; then columns that nobody reads are taken
 * out, down to the scans.
 *
 * What rules keep: rows, their order, columns with names and types. What they may lose: the error of a value
 * that nobody asks for.
 */
#ifndef BLT_PLAN_RULES_H
#define BLT_PLAN_RULES_H

#include "tree.h"

/* The plan after the rules (only: after the rule of that name, NULL: all), its nodes numbered. Sources have
 * the numbers that scans have in `plan`, from left to right, also where a rule leaves some out. Nodes of
 * `plan` may be part of it: it must live as long. */
blt_status blt_plan_rewrite(blt_plan_arena *a, const blt_plan *plan, const char *only, const blt_plan **out,
                            blt_error *err);
/* Numbers nodes and sources without any rule. */
blt_status blt_plan_number(blt_plan_arena *a, const blt_plan *plan, const blt_plan **out, blt_error *err);
/* How many nodes and how many scans a numbered plan has. */
uint32_t blt_plan_nodes(const blt_plan *plan);
uint32_t blt_plan_sources(const blt_plan *plan);
/* Names of all rules in their order, NULL-terminated. */
const char *const *blt_plan_rules(void);

#endif
