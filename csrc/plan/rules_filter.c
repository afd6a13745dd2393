/* rules_filter.c: filters as near to the rows as they can go. */
#include "rules_inside.h"

#include <string.h>

/* A filter of these terms; of none, its input. */
static const blt_plan *filter(blt_rules *r, const blt_plan *input, const blt_term *terms, uint32_t n) {
  if (n == 0) return input;
  return blt_rules_node(r, &(blt_plan){.kind = BLT_PLAN_FILTER,
                                       .input = input,
                                       .ncolumns = input->ncolumns,
                                       .columns = input->columns,
                                       .u.filter = {n, terms}});
}

/* FILTER b over FILTER a is FILTER a, b. */
const blt_plan *blt_rule_fuse_filters(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_FILTER || p->input->kind != BLT_PLAN_FILTER) return p;
  const blt_plan *inner = p->input;
  uint32_t n = p->u.filter.n, before = inner->u.filter.n;
  blt_term *terms = blt_rules_alloc(r, (n + before) * sizeof *terms);
  if (!terms) return p;
  memcpy(terms, inner->u.filter.terms, before * sizeof *terms);
  memcpy(terms + before, p->u.filter.terms, n * sizeof *terms);
  return filter(r, inner->input, terms, n + before);
}

static bool is_and(const blt_term *term) {
  const blt_node *last = &term->nodes[term->n - 1];
  return last->kind == BLT_NODE_CALL && last->nargs == 2 && strcmp(last->name, "and") == 0;
}

/* FILTER a and b is FILTER a, b. */
const blt_plan *blt_rule_split_conjuncts(blt_rules *r, const blt_plan *p) {
  uint32_t at = 0;
  if (p->kind != BLT_PLAN_FILTER) return p;
  while (at < p->u.filter.n && !is_and(&p->u.filter.terms[at])) at++;
  if (at == p->u.filter.n) return p;
  blt_term *terms = blt_rules_alloc(r, (p->u.filter.n + 1) * sizeof *terms);
  if (!terms) return p;
  const blt_term *both = &p->u.filter.terms[at];
  uint32_t second = blt_term_part(both, both->n - 2), first = both->n - 1 - second;
  memcpy(terms, p->u.filter.terms, at * sizeof *terms);
  terms[at] = (blt_term){both->nodes, first, both->origin};
  terms[at + 1] = (blt_term){both->nodes + first, second, both->origin};
  memcpy(terms + at + 2, both + 1, (p->u.filter.n - at - 1) * sizeof *terms);
  return filter(r, p->input, terms, p->u.filter.n + 1);
}

/* 1: surely true, 0: surely not, -1: rows decide, or it fails. */
static int verdict(blt_rules *r, const blt_term *term) {
  blt_expr *e;
  blt_value v;
  blt_error err;
  if (!blt_term_constant(term)) return -1;
  if (blt_expr_bind(blt_plan_arena_ctx(r->a), NULL, 0, term->nodes, term->n, &e, &err) != BLT_OK) return -1;
  int answer = !blt_expr_constant(e, &v) ? -1 : !v.null && v.type.id == BLT_BOOL && v.u.i;
  blt_expr_free(e);
  return answer;
}

/* FILTER true, a is FILTER a; FILTER false is LIMIT 0. */
const blt_plan *blt_rule_constant_conditions(blt_rules *r, const blt_plan *p) {
  uint32_t kept = 0;
  bool never = false;
  if (p->kind != BLT_PLAN_FILTER) return p;
  blt_term *terms = blt_rules_alloc(r, p->u.filter.n * sizeof *terms);
  for (uint32_t i = 0; terms && i < p->u.filter.n; i++) {
    int known = verdict(r, &p->u.filter.terms[i]);
    never = never || known == 0;
    if (known < 0) terms[kept++] = p->u.filter.terms[i];
  }
  if (!terms || (kept == p->u.filter.n && !never)) return p;
  if (!never) return filter(r, p->input, terms, kept);
  blt_plan none = {.kind = BLT_PLAN_LIMIT, .u.limit = {0, 0}};
  return blt_rules_over(r, &none, p->input);
}

/* FILTER over ORDER is ORDER over FILTER. */
const blt_plan *blt_rule_filter_below_order(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_FILTER || !blt_rules_whole_order(p->input)) return p;
  return blt_rules_over(r, p->input, blt_rules_over(r, p, p->input->input));
}

/* The same terms over the input of a node, whose columns are these items. */
static const blt_term *inlined(blt_rules *r, const blt_term *terms, uint32_t n, const blt_plan_item *items) {
  blt_term *out = blt_rules_alloc(r, n * sizeof *out);
  for (uint32_t i = 0; out && i < n; i++)
    if (!blt_term_inline(r->a, &terms[i], items, &out[i])) r->refused = true;
  return out;
}

#define LARGEST 2000u /* nodes of a term that a rule makes */

static bool small_enough(const blt_plan *p, const blt_plan_item *items) {
  for (uint32_t i = 0; i < p->u.filter.n; i++) {
    const blt_term *t = &p->u.filter.terms[i];
    uint64_t n = 0;
    for (uint32_t k = 0; k < t->n; k++)
      n += t->nodes[k].kind == BLT_NODE_COLUMN ? items[t->nodes[k].column].term.n : 1;
    if (n > LARGEST) return false;
  }
  return true;
}

/* FILTER over PROJECT is PROJECT over FILTER of what its columns are. */
const blt_plan *blt_rule_filter_below_project(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_FILTER || p->input->kind != BLT_PLAN_PROJECT) return p;
  const blt_plan *project = p->input;
  if (!small_enough(p, project->u.project.items)) return p;
  const blt_term *terms = inlined(r, p->u.filter.terms, p->u.filter.n, project->u.project.items);
  if (r->refused) return p;
  return blt_rules_over(r, project, filter(r, project->input, terms, p->u.filter.n));
}

/* ---- filters of which some terms go below ---- */

/* Terms that read allowed columns only, and all others. */
typedef struct sorted {
  blt_term *below, *above;
  uint32_t nbelow, nabove;
} sorted;

/* `safe`: only terms that can not fail go, as they meet rows that did not reach them before. False: none
 * goes. */
static bool sort_terms(blt_rules *r, const blt_plan *p, const bool *allowed, bool safe, sorted *out);

static bool can_fail(blt_rules *r, const blt_plan *p, const blt_term *term) {
  uint32_t n = p->input->ncolumns;
  blt_type *types = blt_rules_alloc(r, n * sizeof *types);
  blt_expr *e;
  blt_error err;
  for (uint32_t i = 0; types && i < n; i++) types[i] = p->input->columns[i].type;
  if (!types || blt_expr_bind(blt_plan_arena_ctx(r->a), types, n, term->nodes, term->n, &e, &err) != BLT_OK)
    return true;
  bool fails = blt_expr_can_fail(e);
  blt_expr_free(e);
  return fails;
}

static bool sort_terms(blt_rules *r, const blt_plan *p, const bool *allowed, bool safe, sorted *out) {
  uint32_t n = p->u.filter.n;
  *out =
      (sorted){blt_rules_alloc(r, n * sizeof *out->below), blt_rules_alloc(r, n * sizeof *out->above), 0, 0};
  for (uint32_t i = 0; i < n && !r->refused; i++) {
    const blt_term *t = &p->u.filter.terms[i];
    bool goes = !blt_term_constant(t) && blt_term_within(t, allowed) && !(safe && can_fail(r, p, t));
    if (goes)
      out->below[out->nbelow++] = *t;
    else
      out->above[out->nabove++] = *t;
  }
  return !r->refused && out->nbelow > 0;
}

/* Which columns of the filter's input are bare columns among these terms, and of a type whose equal values
 * are the same in every respect: 0 and -0 are equal, and differ. */
static bool *plain_keys(blt_rules *r, const blt_plan *input, const blt_term *keys, uint32_t nkeys) {
  bool *allowed = blt_rules_alloc(r, input->ncolumns * sizeof *allowed);
  for (uint32_t i = 0; allowed && i < nkeys; i++) {
    int64_t column = blt_term_column(&keys[i]);
    if (column >= 0 && input->columns[column].type.id != BLT_FLOAT64) allowed[column] = true;
  }
  return allowed;
}

/* FILTER over GROUP: terms on keys go below. An answer that others share stays whole. */
const blt_plan *blt_rule_filter_below_group(blt_rules *r, const blt_plan *p) {
  const blt_plan *group = p->input;
  sorted s;
  if (p->kind != BLT_PLAN_FILTER || group->kind != BLT_PLAN_GROUP || group->u.group.shared) return p;
  bool *allowed = blt_rules_alloc(r, group->ncolumns * sizeof *allowed);
  for (uint32_t i = 0; allowed && i < group->u.group.nkeys; i++)
    allowed[i] = group->columns[i].type.id != BLT_FLOAT64;
  if (!allowed || !sort_terms(r, p, allowed, false, &s)) return p;
  const blt_term *below = inlined(r, s.below, s.nbelow, group->u.group.keys);
  if (r->refused) return p;
  const blt_plan *fewer = blt_rules_over(r, group, filter(r, group->input, below, s.nbelow));
  return filter(r, fewer, s.above, s.nabove);
}

static const blt_plan *below_keys(blt_rules *r, const blt_plan *p, const blt_term *keys, uint32_t nkeys,
                                  bool safe) {
  const blt_plan *node = p->input;
  sorted s;
  bool *allowed = plain_keys(r, node, keys, nkeys);
  if (!allowed || !sort_terms(r, p, allowed, safe, &s)) return p;
  const blt_plan *fewer = blt_rules_over(r, node, filter(r, node->input, s.below, s.nbelow));
  return filter(r, fewer, s.above, s.nabove);
}

/* FILTER over WINDOW: terms on what its partitions are made of go below. */
const blt_plan *blt_rule_filter_below_window(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_FILTER || p->input->kind != BLT_PLAN_WINDOW) return p;
  return below_keys(r, p, p->input->u.window.keys, p->input->u.window.nkeys, false);
}

/* FILTER over HEADS: likewise. */
const blt_plan *blt_rule_filter_below_heads(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_FILTER || p->input->kind != BLT_PLAN_HEADS) return p;
  return below_keys(r, p, p->input->u.heads.keys, p->input->u.heads.nkeys, true);
}

/* FILTER over UNION goes into both parts. */
const blt_plan *blt_rule_filter_below_union(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_FILTER || p->input->kind != BLT_PLAN_UNION) return p;
  blt_plan both = *p->input;
  both.other = blt_rules_over(r, p, both.other);
  return blt_rules_over(r, &both, blt_rules_over(r, p, both.input));
}

/* ---- joins ---- */

static bool keeps_left(blt_join_kind kind) {
  return kind != BLT_JOIN_RIGHT && kind != BLT_JOIN_FULL;
}
static bool keeps_right(blt_join_kind kind) {
  return kind == BLT_JOIN_INNER || kind == BLT_JOIN_RIGHT;
}

static const blt_plan *into_side(blt_rules *r, const blt_plan *p, bool left) {
  const blt_plan *join = p->input;
  uint32_t nleft = join->input->ncolumns, n = join->ncolumns;
  sorted s;
  bool *allowed = blt_rules_alloc(r, n * sizeof *allowed);
  for (uint32_t i = 0; allowed && i < n; i++) allowed[i] = (i < nleft) == left;
  if (!allowed || !sort_terms(r, p, allowed, true, &s)) return p;
  for (uint32_t i = 0; !left && i < s.nbelow; i++)
    if (!blt_term_renumber(r->a, &s.below[i], NULL, nleft, &s.below[i])) r->refused = true;
  if (r->refused) return p;
  blt_plan copy = *join;
  if (left)
    copy.input = filter(r, join->input, s.below, s.nbelow);
  else
    copy.other = filter(r, join->other, s.below, s.nbelow);
  return filter(r, blt_rules_over(r, &copy, copy.input), s.above, s.nabove);
}

/* FILTER over JOIN: terms on one side go into it, where the join keeps that side's rows as they are. A join
 * that refuses rows must see them all. */
const blt_plan *blt_rule_filter_below_join(blt_rules *r, const blt_plan *p) {
  if (p->kind != BLT_PLAN_FILTER || p->input->kind != BLT_PLAN_JOIN) return p;
  const blt_plan_join *join = &p->input->u.join;
  if (join->left_unique || join->right_unique || join->left_matched || join->right_matched) return p;
  const blt_plan *changed = keeps_left(join->kind) ? into_side(r, p, true) : p;
  return changed == p && keeps_right(join->kind) && !r->refused ? into_side(r, p, false) : changed;
}
