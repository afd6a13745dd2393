#include "rules_inside.h"

#include <string.h>

static const struct {
  const char *name;
  blt_rule *rule;
} rules[] = {
    {"split conjuncts", blt_rule_split_conjuncts},
    {"constant conditions", blt_rule_constant_conditions},
    {"fuse filters", blt_rule_fuse_filters},
    {"filter below order", blt_rule_filter_below_order},
    {"filter below project", blt_rule_filter_below_project},
    {"filter below group", blt_rule_filter_below_group},
    {"filter below window", blt_rule_filter_below_window},
    {"filter below heads", blt_rule_filter_below_heads},
    {"filter below join", blt_rule_filter_below_join},
    {"filter below union", blt_rule_filter_below_union},
    {"merge projects", blt_rule_merge_projects},
    {"project into group", blt_rule_project_into_group},
    {"project above", blt_rule_project_above},
    {"drop identity", blt_rule_drop_identity},
    {"merge limits", blt_rule_merge_limits},
    {"limit into order", blt_rule_limit_into_order},
    {"merge orders", blt_rule_merge_orders},
    {"drop order", blt_rule_drop_order},
    {"distinct of keys", blt_rule_distinct_of_keys},
    {"heads as top", blt_rule_heads_as_top},
    {"distinct as groups", blt_rule_distinct_as_groups},
    {"keys of keys", blt_rule_keys_of_keys},
};

#define RULES (sizeof rules / sizeof *rules)
#define PRUNE "prune columns"
#define MOST_CHANGES 10000u /* of one node: far more than any rule needs */

const char *const *blt_plan_rules(void) {
  static const char *names[RULES + 2];
  for (size_t i = 0; i < RULES; i++) names[i] = rules[i].name;
  names[RULES] = PRUNE;
  return names;
}

/* ---- nodes ---- */

void *blt_rules_alloc(blt_rules *r, size_t bytes) {
  void *p = blt_plan_alloc(r->a, bytes);
  r->refused = r->refused || !p;
  return p;
}

const blt_plan *blt_rules_node(blt_rules *r, const blt_plan *draft) {
  const blt_plan *p = blt_plan_keep(r->a, draft, sizeof *p);
  r->refused = r->refused || !p;
  return p ? p : draft->input;
}

bool blt_rules_passes_on(const blt_plan *p) {
  return p->kind == BLT_PLAN_FILTER || p->kind == BLT_PLAN_ORDER || p->kind == BLT_PLAN_LIMIT ||
         p->kind == BLT_PLAN_HEADS || p->kind == BLT_PLAN_SAMPLE;
}

bool blt_rules_makes_rows(const blt_plan_aggregate *a) {
  return strcmp(a->kind, "top") == 0 || strcmp(a->kind, "bottom") == 0;
}

bool blt_rules_whole_order(const blt_plan *p) {
  return p->kind == BLT_PLAN_ORDER && p->u.order.skip == 0 && p->u.order.limit == UINT64_MAX;
}

const blt_plan *blt_rules_over(blt_rules *r, const blt_plan *p, const blt_plan *input) {
  blt_plan copy = *p;
  copy.input = input;
  if (blt_rules_passes_on(p)) {
    copy.columns = input->columns;
    copy.ncolumns = input->ncolumns;
  }
  return blt_rules_node(r, &copy);
}

/* ---- asking the rules ---- */

/* What the first rule that has something to say makes of the node. */
static const blt_plan *ask(blt_rules *r, const blt_plan *p, const char *only) {
  for (size_t i = 0; i < RULES; i++) {
    if (only && strcmp(only, rules[i].name) != 0) continue;
    const blt_plan *changed = rules[i].rule(r, p);
    if (r->refused || changed != p) return changed;
  }
  return p;
}

static const blt_plan *rewrite(blt_rules *r, const blt_plan *p, const char *only);

static const blt_plan *rewrite_inputs(blt_rules *r, const blt_plan *p, const char *only) {
  if (!p->input) return p;
  const blt_plan *input = rewrite(r, p->input, only);
  const blt_plan *other = p->other ? rewrite(r, p->other, only) : NULL;
  if (r->refused || (input == p->input && other == p->other)) return p;
  blt_plan copy = *p;
  copy.other = other;
  return blt_rules_over(r, &copy, input);
}

static const blt_plan *rewrite(blt_rules *r, const blt_plan *p, const char *only) {
  for (uint32_t i = 0; i < MOST_CHANGES && !r->refused; i++) {
    p = rewrite_inputs(r, p, only);
    const blt_plan *changed = r->refused ? p : ask(r, p, only);
    if (changed == p) break;
    p = changed;
  }
  return p;
}

/* ---- numbers ---- */

/* Sources are numbered as they stand in the plan that was written: a rule may leave some out. */
static const blt_plan *number_sources(blt_rules *r, const blt_plan *p, uint32_t *sources) {
  blt_plan *copy = blt_rules_alloc(r, sizeof *copy);
  if (!copy) return p;
  *copy = *p;
  if (p->kind == BLT_PLAN_SCAN) copy->u.scan.source = (*sources)++;
  if (p->input) copy->input = number_sources(r, p->input, sources);
  if (p->other) copy->other = number_sources(r, p->other, sources);
  return copy;
}

static const blt_plan *number_nodes(blt_rules *r, const blt_plan *p, uint32_t *nodes) {
  blt_plan *copy = blt_rules_alloc(r, sizeof *copy);
  if (!copy) return p;
  *copy = *p;
  copy->number = (*nodes)++;
  if (p->input) copy->input = number_nodes(r, p->input, nodes);
  if (p->other) copy->other = number_nodes(r, p->other, nodes);
  return copy;
}

static blt_status finish(blt_rules *r, const blt_plan *p, const blt_plan **out, blt_error *err) {
  uint32_t nodes = 0;
  if (!r->refused) p = number_nodes(r, p, &nodes);
  if (r->refused) return blt_fail_memory(err, sizeof *p);
  *out = p;
  return BLT_OK;
}

blt_status blt_plan_number(blt_plan_arena *a, const blt_plan *plan, const blt_plan **out, blt_error *err) {
  blt_rules r = {.a = a};
  uint32_t sources = 0;
  return finish(&r, number_sources(&r, plan, &sources), out, err);
}

blt_status blt_plan_rewrite(blt_plan_arena *a, const blt_plan *plan, const char *only, const blt_plan **out,
                            blt_error *err) {
  blt_rules r = {.a = a};
  uint32_t sources = 0;
  const blt_plan *p = number_sources(&r, plan, &sources);
  if (!r.refused) p = rewrite(&r, p, only);
  if (!r.refused && (!only || strcmp(only, PRUNE) == 0)) p = blt_rules_prune(&r, p);
  if (!r.refused && !only) p = rewrite(&r, p, NULL);
  return finish(&r, p, out, err);
}

static uint32_t count(const blt_plan *p, bool scans) {
  if (!p) return 0;
  return (!scans || p->kind == BLT_PLAN_SCAN) + count(p->input, scans) + count(p->other, scans);
}

uint32_t blt_plan_nodes(const blt_plan *plan) {
  return count(plan, false);
}
uint32_t blt_plan_sources(const blt_plan *plan) {
  return count(plan, true);
}
