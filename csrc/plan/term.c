#include "term.h"

#include <string.h>

void blt_term_count(const blt_term *term, uint32_t *uses) {
  for (uint32_t i = 0; i < term->n; i++)
    if (term->nodes[i].kind == BLT_NODE_COLUMN) uses[term->nodes[i].column]++;
}

bool blt_term_within(const blt_term *term, const bool *allowed) {
  for (uint32_t i = 0; i < term->n; i++)
    if (term->nodes[i].kind == BLT_NODE_COLUMN && !allowed[term->nodes[i].column]) return false;
  return true;
}

bool blt_term_constant(const blt_term *term) {
  for (uint32_t i = 0; i < term->n; i++)
    if (term->nodes[i].kind == BLT_NODE_COLUMN) return false;
  return true;
}

static bool same_value(const blt_value *a, const blt_value *b) {
  if (a->null != b->null || memcmp(&a->type, &b->type, sizeof a->type) != 0) return false;
  if (a->null) return true;
  if (a->type.id != BLT_STRING) return a->u.i == b->u.i;
  return a->u.s.len == b->u.s.len && memcmp(a->u.s.s, b->u.s.s, a->u.s.len) == 0;
}

static bool same_node(const blt_node *a, const blt_node *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == BLT_NODE_COLUMN) return a->column == b->column;
  if (a->kind == BLT_NODE_VALUE) return same_value(&a->value, &b->value);
  return a->nargs == b->nargs && strcmp(a->name, b->name) == 0;
}

bool blt_term_same(const blt_term *a, const blt_term *b) {
  bool same = a->n == b->n;
  for (uint32_t i = 0; same && i < a->n; i++) same = same_node(&a->nodes[i], &b->nodes[i]);
  return same;
}

int64_t blt_term_column(const blt_term *term) {
  return term->n == 1 && term->nodes[0].kind == BLT_NODE_COLUMN ? (int64_t)term->nodes[0].column : -1;
}

uint32_t blt_term_part(const blt_term *term, uint32_t last) {
  uint64_t wanted = 1;
  uint32_t i = last + 1;
  while (wanted > 0 && i > 0) {
    const blt_node *node = &term->nodes[--i];
    wanted += (node->kind == BLT_NODE_CALL ? (uint64_t)node->nargs : 0) - 1;
  }
  return last + 1 - i;
}

bool blt_term_inline(blt_plan_arena *a, const blt_term *term, const blt_plan_item *by, blt_term *out) {
  uint64_t n = 0, at = 0;
  for (uint32_t i = 0; i < term->n; i++)
    n += term->nodes[i].kind == BLT_NODE_COLUMN ? by[term->nodes[i].column].term.n : 1;
  blt_node *nodes = n <= UINT32_MAX ? blt_plan_alloc(a, n * sizeof *nodes) : NULL;
  if (!nodes) return false;
  for (uint32_t i = 0; i < term->n; i++) {
    const blt_node *node = &term->nodes[i];
    const blt_term part =
        node->kind == BLT_NODE_COLUMN ? by[node->column].term : (blt_term){.nodes = node, .n = 1};
    memcpy(nodes + at, part.nodes, part.n * sizeof *nodes);
    at += part.n;
  }
  *out = (blt_term){.nodes = nodes, .n = (uint32_t)n, .origin = term->origin};
  return true;
}

bool blt_term_renumber(blt_plan_arena *a, const blt_term *term, const uint32_t *by, uint32_t minus,
                       blt_term *out) {
  blt_node *nodes = blt_plan_keep(a, term->nodes, term->n * sizeof *nodes);
  for (uint32_t i = 0; nodes && i < term->n; i++) {
    if (nodes[i].kind != BLT_NODE_COLUMN) continue;
    nodes[i].column = (by ? by[nodes[i].column] : nodes[i].column) - minus;
  }
  *out = (blt_term){.nodes = nodes, .n = term->n, .origin = term->origin};
  return nodes != NULL;
}
