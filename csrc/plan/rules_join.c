/* rules_join.c: joins that neither add nor lose a row of their left side. */
#include "rules_inside.h"

#include <string.h>

static bool unique(blt_rules *r, const blt_plan *p, const bool *columns);

/* The columns are the source's primary key, or more. */
static bool holds_key(const blt_plan *p, const bool *columns) {
  uint32_t found = 0;
  for (uint32_t k = 0; k < p->u.scan.nkey; k++)
    for (uint32_t i = 0; i < p->ncolumns; i++)
      found += columns[i] && p->u.scan.columns[i] == p->u.scan.key[k];
  return p->u.scan.nkey && found == p->u.scan.nkey;
}

static bool makes_one_row(const blt_plan *p) {
  for (uint32_t i = 0; i < p->u.group.naggregates; i++)
    if (blt_rules_makes_rows(&p->u.group.aggregates[i])) return false;
  return true;
}

static bool are_keys(const blt_plan *p, const bool *columns) {
  for (uint32_t i = 0; i < p->u.group.nkeys; i++)
    if (!columns[i]) return false;
  return makes_one_row(p);
}

/* One row of each that are alike in some of the columns. */
static bool leaves_one(const blt_plan *p, const bool *columns) {
  for (uint32_t i = 0; i < p->u.heads.nkeys; i++) {
    int64_t c = blt_term_column(&p->u.heads.keys[i]);
    if (c < 0 || !columns[c]) return false;
  }
  return p->u.heads.rows <= 1;
}

static bool unique_below(blt_rules *r, const blt_plan *p, const bool *columns) {
  bool *below = blt_rules_alloc(r, p->input->ncolumns * sizeof *below);
  for (uint32_t i = 0; below && i < p->ncolumns; i++) {
    int64_t c = columns[i] ? blt_term_column(&p->u.project.items[i].term) : -1;
    if (c >= 0) below[c] = true;
  }
  return below && unique(r, p->input, below);
}

static bool loses_only(const blt_plan *p) {
  return p->u.join.kind == BLT_JOIN_SEMI || p->u.join.kind == BLT_JOIN_ANTI;
}

/* Surely no two rows of `p` are alike in these of its columns, none of which is a double. */
static bool unique(blt_rules *r, const blt_plan *p, const bool *columns) {
  switch (p->kind) {
  case BLT_PLAN_SCAN:
    return holds_key(p, columns);
  case BLT_PLAN_GROUP:
    return are_keys(p, columns);
  case BLT_PLAN_PROJECT:
    return unique_below(r, p, columns);
  case BLT_PLAN_HEADS:
    return leaves_one(p, columns) || unique(r, p->input, columns);
  case BLT_PLAN_JOIN:
    return (loses_only(p) || blt_rules_keeps_left(r, p)) && unique(r, p->input, columns);
  case BLT_PLAN_UNION:
    return false;
  default: /* the rows of the input, or some of them, whose columns are the first */
    return unique(r, p->input, columns);
  }
}

static bool alike(blt_type a, blt_type b) {
  return a.id == b.id && a.scale == b.scale;
}

/* Keys that are compared as they are: what is made of two different ones first may be the same. */
static bool *plain_keys(blt_rules *r, const blt_plan *p) {
  bool *columns = blt_rules_alloc(r, p->other->ncolumns * sizeof *columns);
  for (uint32_t i = 0; columns && i < p->u.join.nkeys; i++) {
    int64_t left = blt_term_column(&p->u.join.left[i]), right = blt_term_column(&p->u.join.right[i]);
    if (left < 0 || right < 0) continue;
    blt_type type = p->other->columns[right].type;
    columns[right] = type.id != BLT_FLOAT64 && alike(type, p->input->columns[left].type);
  }
  return columns;
}

bool blt_rules_keeps_left(blt_rules *r, const blt_plan *p) {
  const blt_plan_join *join = &p->u.join;
  if (join->left_unique || join->left_matched || join->right_matched) return false;
  if (join->kind == BLT_JOIN_ASOF) return !join->right_unique;
  if (join->kind != BLT_JOIN_LEFT) return false;
  bool *columns = plain_keys(r, p);
  return columns && unique(r, p->other, columns);
}
