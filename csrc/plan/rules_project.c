/* rules_project.c: computed columns, where they are computed once and only for rows that are left. */
#include "rules_inside.h"

#include <string.h>

#define LARGEST 2000u /* nodes of all terms that a rule makes */
#define SHARED 64u    /* nodes that may be computed more than once */

/* Every term of a node once: `each` gets it and gives what stands for it. */
typedef struct walk {
  blt_rules *r;
  const blt_plan_item *items;
} walk;

static void swap_term(walk *w, blt_term *t) {
  if (t->n && !blt_term_inline(w->r->a, t, w->items, t)) w->r->refused = true;
}

static const blt_term *swap_terms(walk *w, const blt_term *from, uint32_t n) {
  blt_term *out = blt_plan_keep(w->r->a, from, n * sizeof *out);
  w->r->refused = w->r->refused || !out;
  for (uint32_t i = 0; out && i < n; i++) swap_term(w, &out[i]);
  return out;
}

static const blt_plan_item *swap_items(walk *w, const blt_plan_item *from, uint32_t n) {
  blt_plan_item *out = blt_plan_keep(w->r->a, from, n * sizeof *out);
  w->r->refused = w->r->refused || !out;
  for (uint32_t i = 0; out && i < n; i++) swap_term(w, &out[i].term);
  return out;
}

static const blt_plan_order *swap_order(walk *w, const blt_plan_order *from, uint32_t n) {
  blt_plan_order *out = blt_plan_keep(w->r->a, from, n * sizeof *out);
  w->r->refused = w->r->refused || !out;
  for (uint32_t i = 0; out && i < n; i++) swap_term(w, &out[i].term);
  return out;
}

static const blt_plan_aggregate *swap_aggregates(walk *w, const blt_plan_aggregate *from, uint32_t n) {
  blt_plan_aggregate *out = blt_plan_keep(w->r->a, from, n * sizeof *out);
  w->r->refused = w->r->refused || !out;
  for (uint32_t i = 0; out && i < n; i++) {
    for (uint32_t k = 0; k < out[i].nargs; k++) swap_term(w, &out[i].args[k]);
    swap_term(w, &out[i].where);
  }
  return out;
}

/* ---- whether to inline ---- */

/* How often each column of its input is read by a node with these terms. */
static void count_uses(const blt_plan *p, uint32_t *uses) {
  if (p->kind == BLT_PLAN_PROJECT)
    for (uint32_t i = 0; i < p->ncolumns; i++) blt_term_count(&p->u.project.items[i].term, uses);
  if (p->kind == BLT_PLAN_ORDER)
    for (uint32_t i = 0; i < p->u.order.n; i++) blt_term_count(&p->u.order.keys[i].term, uses);
  if (p->kind == BLT_PLAN_HEADS) {
    for (uint32_t i = 0; i < p->u.heads.nkeys; i++) blt_term_count(&p->u.heads.keys[i], uses);
    for (uint32_t i = 0; i < p->u.heads.norder; i++) blt_term_count(&p->u.heads.order[i].term, uses);
  }
  if (p->kind != BLT_PLAN_GROUP) return;
  for (uint32_t i = 0; i < p->u.group.nkeys; i++) blt_term_count(&p->u.group.keys[i].term, uses);
  for (uint32_t i = 0; i < p->u.group.naggregates; i++) {
    const blt_plan_aggregate *a = &p->u.group.aggregates[i];
    for (uint32_t k = 0; k < a->nargs; k++) blt_term_count(&a->args[k], uses);
    blt_term_count(&a->where, uses);
  }
}

/* What is cheap may be computed again where it is used; what is large and used more than once is kept. */
static bool worth_inlining(blt_rules *r, const blt_plan *p) {
  const blt_plan *project = p->input;
  uint32_t *uses = blt_rules_alloc(r, project->ncolumns * sizeof *uses);
  uint64_t all = 0, again = 0;
  if (!uses) return false;
  count_uses(p, uses);
  for (uint32_t i = 0; i < project->ncolumns; i++) {
    uint64_t n = project->u.project.items[i].term.n;
    all += n * uses[i];
    if (uses[i] > 1 && n > 1) again += n * (uses[i] - 1);
  }
  return all <= LARGEST && again <= SHARED;
}

/* ---- the rules ---- */

/* PROJECT over PROJECT is one. */
const blt_plan *blt_rule_merge_projects(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_PROJECT || p->input->kind != BLT_PLAN_PROJECT || !worth_inlining(r, p)) return p;
  walk w = {r, p->input->u.project.items};
  blt_plan copy = *p;
  copy.u.project.items = swap_items(&w, p->u.project.items, p->ncolumns);
  return r->refused ? p : blt_rules_over(r, &copy, p->input->input);
}

/* GROUP over PROJECT groups by and aggregates what the columns are. */
const blt_plan *blt_rule_project_into_group(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_GROUP || p->input->kind != BLT_PLAN_PROJECT || !worth_inlining(r, p)) return p;
  walk w = {r, p->input->u.project.items};
  blt_plan copy = *p;
  copy.u.group.keys = swap_items(&w, p->u.group.keys, p->u.group.nkeys);
  copy.u.group.aggregates = swap_aggregates(&w, p->u.group.aggregates, p->u.group.naggregates);
  return r->refused ? p : blt_rules_over(r, &copy, p->input->input);
}

/* ORDER, LIMIT, HEADS and SAMPLE over PROJECT: the columns are computed afterwards, for rows that are left.
 */
const blt_plan *blt_rule_project_above(blt_rules *r, const blt_plan *p) {
  bool known = p->kind == BLT_PLAN_ORDER || p->kind == BLT_PLAN_LIMIT || p->kind == BLT_PLAN_HEADS ||
               p->kind == BLT_PLAN_SAMPLE;
  if (!known || p->input->kind != BLT_PLAN_PROJECT || !worth_inlining(r, p)) return p;
  const blt_plan *project = p->input;
  walk w = {r, project->u.project.items};
  blt_plan copy = *p;
  if (p->kind == BLT_PLAN_ORDER) copy.u.order.keys = swap_order(&w, p->u.order.keys, p->u.order.n);
  if (p->kind == BLT_PLAN_HEADS) {
    copy.u.heads.keys = swap_terms(&w, p->u.heads.keys, p->u.heads.nkeys);
    copy.u.heads.order = swap_order(&w, p->u.heads.order, p->u.heads.norder);
  }
  return r->refused ? p : blt_rules_over(r, project, blt_rules_over(r, &copy, project->input));
}

/* PROJECT that gives the columns of its input under their names is its input. */
const blt_plan *blt_rule_drop_identity(blt_rules *r, const blt_plan *p) {
  (void)r;
  if (p->kind != BLT_PLAN_PROJECT || p->ncolumns != p->input->ncolumns) return p;
  for (uint32_t i = 0; i < p->ncolumns; i++) {
    if (blt_term_column(&p->u.project.items[i].term) != (int64_t)i) return p;
    if (strcmp(p->u.project.items[i].name, p->input->columns[i].name) != 0) return p;
  }
  return p->input;
}
