/* rules_prune.c: columns that nobody reads are not there, nor joins that are made for them alone. */
#include "rules_inside.h"

#include <string.h>

#define GONE UINT32_MAX

/* What is asked of a node and what became of its columns: needed[c] in, map[c] the new number or GONE out. */
typedef struct wish {
  uint32_t n;
  bool *needed;
  uint32_t *map;
} wish;

static const blt_plan *prune(blt_rules *r, const blt_plan *p, wish *w);

static bool wish_open(blt_rules *r, wish *w, uint32_t n) {
  *w = (wish){n, blt_rules_alloc(r, n * sizeof *w->needed), blt_rules_alloc(r, n * sizeof *w->map)};
  return !r->refused;
}

static void need(wish *w, const blt_term *t) {
  for (uint32_t i = 0; i < t->n; i++)
    if (t->nodes[i].kind == BLT_NODE_COLUMN) w->needed[t->nodes[i].column] = true;
}

static void renumber(blt_rules *r, blt_term *t, const uint32_t *map, uint32_t minus) {
  if (t->n && !r->refused && !blt_term_renumber(r->a, t, map, minus, t)) r->refused = true;
}

static void *keep(blt_rules *r, const void *from, size_t bytes) {
  void *p = blt_plan_keep(r->a, from, bytes);
  r->refused = r->refused || !p;
  return p;
}

/* Numbers the columns that stay; at least one does. Gives how many. */
static uint32_t number_kept(wish *w) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w->n; i++) kept += w->needed[i];
  if (kept == 0 && w->n) w->needed[0] = true;
  kept = 0;
  for (uint32_t i = 0; i < w->n; i++) w->map[i] = w->needed[i] ? kept++ : GONE;
  return kept;
}

/* The columns of `p` that stay, in their new places. */
static void keep_columns(blt_rules *r, blt_plan *copy, const wish *w, uint32_t n) {
  blt_plan_column *columns = blt_rules_alloc(r, n * sizeof *columns);
  for (uint32_t i = 0; columns && i < w->n; i++)
    if (w->map[i] != GONE) columns[w->map[i]] = copy->columns[i];
  copy->columns = columns;
  copy->ncolumns = n;
}

/* ---- terms of every kind ---- */

static const blt_term *terms_of(blt_rules *r, const blt_term *from, uint32_t n, const uint32_t *map) {
  blt_term *out = keep(r, from, n * sizeof *out);
  for (uint32_t i = 0; out && i < n; i++) renumber(r, &out[i], map, 0);
  return out;
}

static const blt_plan_order *order_of(blt_rules *r, const blt_plan_order *from, uint32_t n,
                                      const uint32_t *map) {
  blt_plan_order *out = keep(r, from, n * sizeof *out);
  for (uint32_t i = 0; out && i < n; i++) renumber(r, &out[i].term, map, 0);
  return out;
}

static void need_aggregate(wish *w, const blt_plan_aggregate *a) {
  for (uint32_t k = 0; k < a->nargs; k++) need(w, &a->args[k]);
  need(w, &a->where);
}

static void renumber_aggregate(blt_rules *r, blt_plan_aggregate *a, const uint32_t *map) {
  for (uint32_t k = 0; k < a->nargs; k++) renumber(r, &a->args[k], map, 0);
  renumber(r, &a->where, map, 0);
}

/* ---- nodes ---- */

static const blt_plan *prune_scan(blt_rules *r, const blt_plan *p, wish *w) {
  uint32_t n = number_kept(w);
  blt_plan copy = *p;
  uint32_t *columns = blt_rules_alloc(r, n * sizeof *columns);
  for (uint32_t i = 0; columns && i < w->n; i++)
    if (w->map[i] != GONE) columns[w->map[i]] = p->u.scan.columns[i];
  copy.u.scan.columns = columns;
  keep_columns(r, &copy, w, n);
  return blt_rules_node(r, &copy);
}

static void need_terms_of(wish *w, const blt_plan *p) {
  if (p->kind == BLT_PLAN_FILTER)
    for (uint32_t i = 0; i < p->u.filter.n; i++) need(w, &p->u.filter.terms[i]);
  if (p->kind == BLT_PLAN_ORDER)
    for (uint32_t i = 0; i < p->u.order.n; i++) need(w, &p->u.order.keys[i].term);
  if (p->kind != BLT_PLAN_HEADS) return;
  for (uint32_t i = 0; i < p->u.heads.nkeys; i++) need(w, &p->u.heads.keys[i]);
  for (uint32_t i = 0; i < p->u.heads.norder; i++) need(w, &p->u.heads.order[i].term);
}

/* A node that has the columns of its input. */
static const blt_plan *prune_passing(blt_rules *r, const blt_plan *p, wish *w) {
  blt_plan copy = *p;
  need_terms_of(w, p);
  const blt_plan *input = prune(r, p->input, w);
  if (r->refused) return p;
  if (p->kind == BLT_PLAN_FILTER) copy.u.filter.terms = terms_of(r, p->u.filter.terms, p->u.filter.n, w->map);
  if (p->kind == BLT_PLAN_ORDER) copy.u.order.keys = order_of(r, p->u.order.keys, p->u.order.n, w->map);
  if (p->kind == BLT_PLAN_HEADS) {
    copy.u.heads.keys = terms_of(r, p->u.heads.keys, p->u.heads.nkeys, w->map);
    copy.u.heads.order = order_of(r, p->u.heads.order, p->u.heads.norder, w->map);
  }
  return blt_rules_over(r, &copy, input);
}

static const blt_plan *prune_project(blt_rules *r, const blt_plan *p, wish *w) {
  uint32_t n = number_kept(w);
  blt_plan copy = *p;
  wish in;
  blt_plan_item *items = blt_rules_alloc(r, n * sizeof *items);
  if (!wish_open(r, &in, p->input->ncolumns)) return p;
  for (uint32_t i = 0; i < w->n; i++) {
    if (w->map[i] == GONE) continue;
    items[w->map[i]] = p->u.project.items[i];
    need(&in, &p->u.project.items[i].term);
  }
  const blt_plan *input = prune(r, p->input, &in);
  for (uint32_t i = 0; i < n && !r->refused; i++) renumber(r, &items[i].term, in.map, 0);
  copy.u.project.items = items;
  keep_columns(r, &copy, w, n);
  return r->refused ? p : blt_rules_over(r, &copy, input);
}

/* Aggregates that decide how many rows there are stay, and those of an answer that several nodes share. */
static const blt_plan *prune_group(blt_rules *r, const blt_plan *p, wish *w) {
  uint32_t nkeys = p->u.group.nkeys, naggregates = p->u.group.naggregates, kept = 0;
  blt_plan copy = *p;
  wish in;
  if (!wish_open(r, &in, p->input->ncolumns)) return p;
  for (uint32_t i = 0; i < nkeys; i++) {
    w->needed[i] = true;
    need(&in, &p->u.group.keys[i].term);
  }
  for (uint32_t i = 0; i < naggregates; i++)
    if (p->u.group.shared || blt_rules_makes_rows(&p->u.group.aggregates[i])) w->needed[nkeys + i] = true;
  uint32_t n = number_kept(w);
  blt_plan_aggregate *aggregates = blt_rules_alloc(r, naggregates * sizeof *aggregates);
  for (uint32_t i = 0; aggregates && i < naggregates; i++) {
    if (w->map[nkeys + i] == GONE) continue;
    aggregates[kept++] = p->u.group.aggregates[i];
    need_aggregate(&in, &p->u.group.aggregates[i]);
  }
  const blt_plan *input = prune(r, p->input, &in);
  blt_plan_item *keys = keep(r, p->u.group.keys, nkeys * sizeof *keys);
  for (uint32_t i = 0; i < nkeys && !r->refused; i++) renumber(r, &keys[i].term, in.map, 0);
  for (uint32_t i = 0; i < kept && !r->refused; i++) renumber_aggregate(r, &aggregates[i], in.map);
  copy.u.group.keys = keys;
  copy.u.group.aggregates = aggregates;
  copy.u.group.naggregates = kept;
  keep_columns(r, &copy, w, n);
  return r->refused ? p : blt_rules_over(r, &copy, input);
}

static const blt_plan *prune_window(blt_rules *r, const blt_plan *p, wish *w) {
  uint32_t before = p->input->ncolumns, kept = 0, nitems = p->u.window.nitems;
  blt_plan copy = *p;
  wish in;
  blt_plan_aggregate *items = blt_rules_alloc(r, nitems * sizeof *items);
  if (!wish_open(r, &in, before)) return p;
  memcpy(in.needed, w->needed, before * sizeof *in.needed);
  for (uint32_t i = 0; i < nitems; i++) {
    if (!w->needed[before + i]) continue;
    items[kept++] = p->u.window.items[i];
    need_aggregate(&in, &p->u.window.items[i]);
  }
  for (uint32_t i = 0; kept && i < p->u.window.nkeys; i++) need(&in, &p->u.window.keys[i]);
  for (uint32_t i = 0; kept && i < p->u.window.norder; i++) need(&in, &p->u.window.order[i].term);
  const blt_plan *input = prune(r, p->input, &in);
  if (r->refused) return p;
  memcpy(w->map, in.map, before * sizeof *w->map);
  for (uint32_t i = 0, at = input->ncolumns; i < nitems; i++)
    w->map[before + i] = w->needed[before + i] ? at++ : GONE;
  if (kept == 0) return input;
  for (uint32_t i = 0; i < kept; i++) renumber_aggregate(r, &items[i], in.map);
  copy.u.window.items = items;
  copy.u.window.nitems = kept;
  copy.u.window.keys = terms_of(r, p->u.window.keys, p->u.window.nkeys, in.map);
  copy.u.window.order = order_of(r, p->u.window.order, p->u.window.norder, in.map);
  keep_columns(r, &copy, w, input->ncolumns + kept);
  return r->refused ? p : blt_rules_over(r, &copy, input);
}

/* Numbers in the pair, from those in its parts. */
static void join_maps(wish *w, const wish *left, const wish *right, uint32_t nleft) {
  for (uint32_t i = 0; i < w->n; i++) {
    uint32_t at = i < left->n ? left->map[i] : right->map[i - left->n];
    w->map[i] = at == GONE || i < left->n ? at : at + nleft;
  }
}

static bool reads_right(const blt_plan *p, const wish *w) {
  for (uint32_t i = p->input->ncolumns; i < w->n; i++)
    if (w->needed[i]) return true;
  return false;
}

/* A join that is there for its left side, which it keeps as it is, is that side. */
static const blt_plan *prune_right(blt_rules *r, const blt_plan *p, wish *w) {
  wish left = {p->input->ncolumns, w->needed, w->map};
  for (uint32_t i = left.n; i < w->n; i++) w->map[i] = GONE;
  return prune(r, p->input, &left);
}

static const blt_plan *prune_join(blt_rules *r, const blt_plan *p, wish *w) {
  if (!reads_right(p, w) && blt_rules_keeps_left(r, p)) return prune_right(r, p, w);
  uint32_t before = p->input->ncolumns, nkeys = p->u.join.nkeys;
  blt_plan copy = *p;
  wish left, right, both;
  if (!wish_open(r, &left, before) || !wish_open(r, &right, p->other->ncolumns) ||
      !wish_open(r, &both, before + p->other->ncolumns))
    return p;
  for (uint32_t i = 0; i < w->n; i++) both.needed[i] = w->needed[i];
  need(&both, &p->u.join.also);
  for (uint32_t i = 0; i < both.n; i++)
    *(i < before ? &left.needed[i] : &right.needed[i - before]) = both.needed[i];
  for (uint32_t i = 0; i < nkeys; i++) {
    need(&left, &p->u.join.left[i]);
    need(&right, &p->u.join.right[i]);
  }
  const blt_plan *one = prune(r, p->input, &left), *two = prune(r, p->other, &right);
  if (r->refused) return p;
  join_maps(&both, &left, &right, one->ncolumns);
  memcpy(w->map, both.map, w->n * sizeof *w->map);
  copy.u.join.left = terms_of(r, p->u.join.left, nkeys, left.map);
  copy.u.join.right = terms_of(r, p->u.join.right, nkeys, right.map);
  renumber(r, &copy.u.join.also, both.map, 0);
  copy.other = two;
  keep_columns(r, &copy, w, one->ncolumns + (w->n > before ? two->ncolumns : 0));
  return r->refused ? p : blt_rules_over(r, &copy, one);
}

/* Exactly the columns that are needed of a part of a union. */
static const blt_plan *exactly(blt_rules *r, const blt_plan *p, const wish *in, const wish *w, uint32_t n) {
  if (p->ncolumns == n) return p;
  blt_plan project = {.kind = BLT_PLAN_PROJECT, .input = p, .ncolumns = n};
  blt_plan_item *items = blt_rules_alloc(r, n * sizeof *items);
  blt_plan_column *columns = blt_rules_alloc(r, n * sizeof *columns);
  for (uint32_t i = 0; !r->refused && i < w->n; i++) {
    if (w->map[i] == GONE) continue;
    columns[w->map[i]] = p->columns[in->map[i]];
    items[w->map[i]].name = columns[w->map[i]].name;
    if (!blt_plan_column_term(r->a, in->map[i], &items[w->map[i]].term)) r->refused = true;
  }
  project.u.project.items = items;
  project.columns = columns;
  return blt_rules_node(r, &project);
}

static const blt_plan *prune_union(blt_rules *r, const blt_plan *p, wish *w) {
  uint32_t n = number_kept(w);
  blt_plan copy = *p;
  wish one, two;
  if (!wish_open(r, &one, w->n) || !wish_open(r, &two, w->n)) return p;
  memcpy(one.needed, w->needed, w->n * sizeof *w->needed);
  memcpy(two.needed, w->needed, w->n * sizeof *w->needed);
  const blt_plan *first = prune(r, p->input, &one), *second = prune(r, p->other, &two);
  if (r->refused) return p;
  first = exactly(r, first, &one, w, n);
  copy.other = exactly(r, second, &two, w, n);
  keep_columns(r, &copy, w, n);
  return r->refused ? p : blt_rules_over(r, &copy, first);
}

static const blt_plan *prune(blt_rules *r, const blt_plan *p, wish *w) {
  if (r->refused) return p;
  if (blt_rules_passes_on(p)) return prune_passing(r, p, w);
  switch (p->kind) {
  case BLT_PLAN_SCAN:
    return prune_scan(r, p, w);
  case BLT_PLAN_PROJECT:
    return prune_project(r, p, w);
  case BLT_PLAN_GROUP:
    return prune_group(r, p, w);
  case BLT_PLAN_WINDOW:
    return prune_window(r, p, w);
  case BLT_PLAN_JOIN:
    return prune_join(r, p, w);
  default:
    return prune_union(r, p, w);
  }
}

const blt_plan *blt_rules_prune(blt_rules *r, const blt_plan *plan) {
  wish w;
  if (!wish_open(r, &w, plan->ncolumns)) return plan;
  for (uint32_t i = 0; i < w.n; i++) w.needed[i] = true;
  return prune(r, plan, &w);
}
