#include "binding.h"

#include "base/mem.h"
#include "aggregates.h"
#include "expr/expr_inside.h"
#include "windows.h"
#include <string.h>

/* Columns that terms are read over. */
typedef struct scope {
  blt_ctx *ctx;
  uint32_t n;
  blt_type *types;
  uint32_t origin; /* of the term that is wrong */
} scope;

static blt_status scope_open(scope *s, blt_ctx *ctx, const blt_plan *a, const blt_plan *b, blt_error *err) {
  uint32_t left = a->ncolumns, right = b ? b->ncolumns : 0;
  *s = (scope){.ctx = ctx, .n = left + right};
  s->types = blt_alloc(ctx, (s->n + 1) * sizeof *s->types);
  if (!s->types) return blt_fail_memory(err, (s->n + 1) * sizeof *s->types);
  for (uint32_t i = 0; i < left; i++) s->types[i] = a->columns[i].type;
  for (uint32_t i = 0; i < right; i++) s->types[left + i] = b->columns[i].type;
  return BLT_OK;
}

static void scope_close(scope *s) {
  if (s->types) blt_free(s->ctx, s->types, (s->n + 1) * sizeof *s->types);
}

static blt_status compile(scope *s, const blt_term *term, blt_expr **out, blt_error *err) {
  blt_status status = blt_expr_bind(s->ctx, s->types, s->n, term->nodes, term->n, out, err);
  if (status != BLT_OK) s->origin = term->origin;
  return status;
}

/* ---- terms ---- */

/* A bare column keeps what is known of it: whether it may be null. */
static blt_status type_of(scope *s, const blt_term *term, blt_type *out, blt_error *err) {
  blt_expr *e;
  blt_status status = compile(s, term, &e, err);
  if (status != BLT_OK) return status;
  int column = blt_expr_column(e);
  *out = column < 0 ? blt_expr_type(e) : s->types[column];
  blt_expr_free(e);
  return BLT_OK;
}

static blt_status check_condition(scope *s, const blt_term *term, blt_error *err) {
  char name[24];
  blt_type type;
  blt_status status = type_of(s, term, &type, err);
  if (status != BLT_OK || type.id == BLT_BOOL || type.id == BLT_NULLTYPE) return status;
  s->origin = term->origin;
  return blt_fail_at(err, BLT_ETYPE, term->n - 1, "a condition such as n > 5 expected, got %s",
                     blt_type_name(type, name));
}

static blt_status check_terms(scope *s, const blt_term *terms, uint32_t n, blt_error *err) {
  blt_type type;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) status = type_of(s, &terms[i], &type, err);
  return status;
}

static blt_status check_order(scope *s, const blt_plan_order *keys, uint32_t n, blt_error *err) {
  blt_type type;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) status = type_of(s, &keys[i].term, &type, err);
  return status;
}

/* ---- aggregates ---- */

static blt_status compile_aggregate(scope *s, const blt_plan_aggregate *a, blt_aggregate *out,
                                    blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < a->nargs && status == BLT_OK; i++)
    status = compile(s, &a->args[i], &out->args[i], err);
  if (status == BLT_OK && a->where.n) status = compile(s, &a->where, &out->where, err);
  return status;
}

static blt_status aggregate_type(scope *s, const blt_plan_aggregate *a, blt_type *out, blt_error *err) {
  blt_aggregate x = {.name = a->name, .kind = a->kind, .nargs = a->nargs};
  blt_status status = compile_aggregate(s, a, &x, err);
  if (status == BLT_OK) {
    status = blt_agg_type(&x, out, err);
    if (status != BLT_OK) s->origin = a->origin;
    if (status != BLT_OK) err->position = -1;
  }
  for (uint32_t i = 0; i < a->nargs; i++) blt_expr_free(x.args[i]);
  blt_expr_free(x.where);
  return status;
}

/* What a window computes of the order or of a frame is no aggregate. */
static blt_status ordered_type(scope *s, const blt_plan_aggregate *a, blt_type *out, blt_error *err) {
  blt_type args[4];
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < a->nargs && status == BLT_OK; i++) status = type_of(s, &a->args[i], &args[i], err);
  if (status == BLT_OK && a->where.n) status = check_condition(s, &a->where, err);
  if (status != BLT_OK) return status;
  status = blt_window_type(a->kind, a->nargs, args, out, err);
  if (status != BLT_OK) s->origin = a->origin;
  if (status != BLT_OK) err->position = -1;
  return status;
}

/* ---- columns of each kind ---- */

static blt_plan_column *columns_new(blt_plan_arena *a, blt_plan *p, uint32_t n, blt_error *err) {
  blt_plan_column *columns = NULL;
  if (n == 0)
    blt_fail(err, BLT_EINVAL, "a query needs at least one output column");
  else if (n > BLT_MAX_COLUMNS)
    blt_fail(err, BLT_EINVAL, "a query has at most %u output columns, not %u", BLT_MAX_COLUMNS, n);
  else if (!(columns = blt_plan_alloc(a, n * sizeof *columns)))
    blt_fail_memory(err, n * sizeof *columns);
  p->columns = columns;
  p->ncolumns = n;
  return columns;
}

static void columns_of_input(blt_plan *p) {
  p->columns = p->input->columns;
  p->ncolumns = p->input->ncolumns;
}

static blt_status items_columns(scope *s, const blt_plan_item *items, uint32_t n, blt_plan_column *out,
                                blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    out[i].name = items[i].name;
    status = type_of(s, &items[i].term, &out[i].type, err);
  }
  return status;
}

static blt_status aggregate_columns(scope *s, const blt_plan_aggregate *list, uint32_t n,
                                    blt_plan_column *out, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    out[i].name = list[i].name;
    status = aggregate_type(s, &list[i], &out[i].type, err);
  }
  return status;
}

static blt_status bind_project(blt_plan_arena *a, scope *s, blt_plan *p, blt_error *err) {
  blt_plan_column *columns = columns_new(a, p, p->ncolumns, err);
  return columns ? items_columns(s, p->u.project.items, p->ncolumns, columns, err) : err->code;
}

static blt_status bind_group(blt_plan_arena *a, scope *s, blt_plan *p, blt_error *err) {
  uint32_t nkeys = p->u.group.nkeys, n = p->u.group.naggregates;
  blt_plan_column *columns = columns_new(a, p, nkeys + n, err);
  if (!columns) return err->code;
  blt_status status = items_columns(s, p->u.group.keys, nkeys, columns, err);
  return status == BLT_OK ? aggregate_columns(s, p->u.group.aggregates, n, columns + nkeys, err) : status;
}

static blt_status window_columns(scope *s, const blt_plan *p, blt_plan_column *out, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < p->u.window.nitems && status == BLT_OK; i++) {
    const blt_plan_aggregate *item = &p->u.window.items[i];
    out[i].name = item->name;
    status = blt_window_is_ordered(item->kind, &p->u.window.frame)
                 ? ordered_type(s, item, &out[i].type, err)
                 : aggregate_type(s, item, &out[i].type, err);
  }
  return status;
}

static blt_status bind_window(blt_plan_arena *a, scope *s, blt_plan *p, blt_error *err) {
  uint32_t before = p->input->ncolumns;
  blt_status status = check_terms(s, p->u.window.keys, p->u.window.nkeys, err);
  if (status == BLT_OK) status = check_order(s, p->u.window.order, p->u.window.norder, err);
  if (status != BLT_OK) return status;
  blt_plan_column *columns = columns_new(a, p, before + p->u.window.nitems, err);
  if (!columns) return err->code;
  memcpy(columns, p->input->columns, before * sizeof *columns);
  return window_columns(s, p, columns + before, err);
}

static blt_status bind_union(blt_plan *p, blt_error *err) {
  const blt_plan *a = p->input, *b = p->other;
  char one[24], two[24];
  if (a->ncolumns != b->ncolumns)
    return blt_fail(err, BLT_EINVAL, "a union of %u and %u columns", a->ncolumns, b->ncolumns);
  for (uint32_t i = 0; i < a->ncolumns; i++) {
    blt_type s = a->columns[i].type, t = b->columns[i].type;
    if (s.id != t.id || s.scale != t.scale)
      return blt_fail(err, BLT_ETYPE, "column '%.60s' of a union is %s in one part and %s in the other",
                      a->columns[i].name, blt_type_name(s, one), blt_type_name(t, two));
  }
  columns_of_input(p);
  return BLT_OK;
}

static blt_status check_join_keys(blt_ctx *ctx, const blt_plan *p, uint32_t *origin, blt_error *err) {
  scope left = {0}, right = {0};
  char one[24], two[24];
  blt_status status = scope_open(&left, ctx, p->input, NULL, err);
  if (status == BLT_OK) status = scope_open(&right, ctx, p->other, NULL, err);
  for (uint32_t i = 0; i < p->u.join.nkeys && status == BLT_OK; i++) {
    blt_type a, b, common;
    status = type_of(&left, &p->u.join.left[i], &a, err);
    if (status == BLT_OK) status = type_of(&right, &p->u.join.right[i], &b, err);
    if (status != BLT_OK || blt_common_type(a, b, &common)) continue;
    left.origin = p->u.join.left[i].origin;
    status = blt_fail(err, BLT_ETYPE, "a join of %s with %s", blt_type_name(a, one), blt_type_name(b, two));
  }
  *origin = left.origin ? left.origin : right.origin;
  scope_close(&left);
  scope_close(&right);
  return status;
}

/* Columns of a side that may be without a partner are null then. */
static void put_side(const blt_plan *side, bool whole, blt_plan_column *out) {
  memcpy(out, side->columns, side->ncolumns * sizeof *out);
  for (uint32_t i = 0; i < side->ncolumns && !whole; i++) out[i].type.required = false;
}

static blt_status bind_join(blt_plan_arena *a, scope *s, blt_plan *p, blt_error *err) {
  blt_join_kind kind = p->u.join.kind;
  blt_status status = check_join_keys(s->ctx, p, &s->origin, err);
  if (status == BLT_OK && p->u.join.also.n) status = check_condition(s, &p->u.join.also, err);
  if (status != BLT_OK) return status;
  if (kind == BLT_JOIN_SEMI || kind == BLT_JOIN_ANTI) {
    columns_of_input(p);
    return BLT_OK;
  }
  uint32_t left = p->input->ncolumns;
  blt_plan_column *columns = columns_new(a, p, left + p->other->ncolumns, err);
  if (!columns) return err->code;
  put_side(p->input, kind != BLT_JOIN_RIGHT && kind != BLT_JOIN_FULL, columns);
  put_side(p->other, kind == BLT_JOIN_INNER || kind == BLT_JOIN_RIGHT, columns + left);
  return BLT_OK;
}

static blt_status bind_filter(scope *s, blt_plan *p, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < p->u.filter.n && status == BLT_OK; i++)
    status = check_condition(s, &p->u.filter.terms[i], err);
  columns_of_input(p);
  return status;
}

static blt_status bind_heads(scope *s, blt_plan *p, blt_error *err) {
  blt_status status = check_terms(s, p->u.heads.keys, p->u.heads.nkeys, err);
  columns_of_input(p);
  return status == BLT_OK ? check_order(s, p->u.heads.order, p->u.heads.norder, err) : status;
}

static blt_status find_columns(blt_plan_arena *a, scope *s, blt_plan *p, blt_error *err) {
  switch (p->kind) {
  case BLT_PLAN_FILTER:
    return bind_filter(s, p, err);
  case BLT_PLAN_PROJECT:
    return bind_project(a, s, p, err);
  case BLT_PLAN_GROUP:
    return bind_group(a, s, p, err);
  case BLT_PLAN_ORDER:
    columns_of_input(p);
    return check_order(s, p->u.order.keys, p->u.order.n, err);
  case BLT_PLAN_HEADS:
    return bind_heads(s, p, err);
  case BLT_PLAN_JOIN:
    return bind_join(a, s, p, err);
  case BLT_PLAN_WINDOW:
    return bind_window(a, s, p, err);
  case BLT_PLAN_UNION:
    return bind_union(p, err);
  case BLT_PLAN_LIMIT:
  case BLT_PLAN_SAMPLE:
    columns_of_input(p);
    return BLT_OK;
  default:
    return blt_fail(err, BLT_EINVAL, "a plan with an operator %d that nobody knows", (int)p->kind);
  }
}

blt_status blt_plan_bind(blt_plan_arena *a, blt_plan *p, uint32_t *origin, blt_error *err) {
  scope s;
  if (p->kind == BLT_PLAN_SCAN) return BLT_OK;
  bool two = p->kind == BLT_PLAN_JOIN || p->kind == BLT_PLAN_UNION;
  if (!p->input || (two && !p->other)) return blt_fail(err, BLT_EINVAL, "a node of a plan without its input");
  blt_status status = scope_open(&s, blt_plan_arena_ctx(a), p->input, two ? p->other : NULL, err);
  if (status != BLT_OK) return status;
  status = find_columns(a, &s, p, err);
  if (status != BLT_OK && origin) *origin = s.origin;
  scope_close(&s);
  return status;
}
