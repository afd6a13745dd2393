/* expr_range.c: what blocks' minima and maxima say about a result: blocks that a filter skips, filters that
 * all rows of a block pass, and the domain of a group key. */
#include "expr/functions/func.h"

#include <string.h>

static void column_range(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_facts facts;
  if (s->group != UINT32_MAX)
    blt_view_group_facts(s->view, op->column, s->group, &facts);
  else
    blt_view_facts(s->view, op->column, &facts);
  *out = (blt_range){.known = facts.bounded,
                     .nulls = facts.nulls,
                     .nans = facts.nans,
                     .empty = facts.empty,
                     .low = facts.low,
                     .high = facts.high,
                     .flow = facts.flow,
                     .fhigh = facts.fhigh};
}

static void value_range(const blt_op *op, blt_range *out) {
  const blt_value *v = &op->value;
  *out = (blt_range){.known = true, .nulls = v->null, .empty = v->null};
  if (v->null) return;
  if (v->type.id == BLT_STRING) {
    out->known = false;
  } else if (v->type.id == BLT_FLOAT64) {
    out->nans = out->empty = v->u.f != v->u.f;
    out->flow = out->fhigh = v->u.f;
  } else {
    out->low = out->high = v->u.i;
  }
}

void blt_op_range(const blt_scope *s, const blt_op *op, blt_range *out) {
  *out = (blt_range){.nulls = true, .nans = true};
  if (op->kind == BLT_OP_COLUMN)
    column_range(s, op, out);
  else if (op->kind == BLT_OP_VALUE)
    value_range(op, out);
  else if (op->range)
    op->range(s, op, out);
}

bool blt_op_may_raise(const blt_scope *s, const blt_op *op) {
  blt_range r;
  if (!op->can_fail) return false;
  for (uint32_t i = 0; i < op->nargs; i++)
    if (blt_op_may_raise(s, op->args[i])) return true;
  if (!op->raises) return false;
  bool arithmetic =
      op->range == blt_range_add || op->range == blt_range_subtract || op->range == blt_range_multiply;
  if (!arithmetic) return true;
  blt_op_range(s, op, &r);
  return !r.known || (r.cut && !r.empty);
}

/* ---- arithmetic ---- */

/* Both operands, when known as integers. */
static bool operands(const blt_scope *s, const blt_op *op, blt_range *a, blt_range *b, blt_range *out) {
  *out = (blt_range){.nulls = true, .nans = true};
  if (op->type.id == BLT_FLOAT64) return false;
  blt_op_range(s, op->args[0], a);
  blt_op_range(s, op->args[1], b);
  if (!a->known || !b->known) return false;
  out->known = true;
  out->nans = false;
  out->nulls = a->nulls || b->nulls;
  out->empty = a->empty || b->empty;
  return true;
}

/* The interval, cut where evaluation would give an error: at op->low and op->high. */
static void set_interval(const blt_op *op, __int128 low, __int128 high, blt_range *out) {
  bool cut = low < op->low || high > op->high;
  if (low < op->low) low = op->low;
  if (high > op->high) high = op->high;
  out->known = low <= high;
  out->cut = cut;
  out->low = (int64_t)low;
  out->high = (int64_t)high;
}

void blt_range_add(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range a, b;
  if (!operands(s, op, &a, &b, out)) return;
  set_interval(op, (__int128)a.low + b.low, (__int128)a.high + b.high, out);
}

void blt_range_subtract(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range a, b;
  if (!operands(s, op, &a, &b, out)) return;
  set_interval(op, (__int128)a.low - b.high, (__int128)a.high - b.low, out);
}

/* Multiples of a number lie that far apart, or so many steps of the other factor. */
static void set_step(const blt_range *factor, const blt_range *other, blt_range *out) {
  int64_t k = factor->low;
  if (factor->low != factor->high || out->cut || k == INT64_MIN) return;
  if (__builtin_mul_overflow(k < 0 ? -k : k, k > 0 && other->step > 1 ? other->step : 1, &out->step))
    out->step = 0;
}

void blt_range_multiply(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range a, b;
  if (!operands(s, op, &a, &b, out)) return;
  __int128 corners[4] = {(__int128)a.low * b.low, (__int128)a.low * b.high, (__int128)a.high * b.low,
                         (__int128)a.high * b.high};
  __int128 low = corners[0], high = corners[0];
  for (int i = 1; i < 4; i++) {
    if (corners[i] < low) low = corners[i];
    if (corners[i] > high) high = corners[i];
  }
  set_interval(op, low, high, out);
  if (op->type.id != BLT_INT64) return;
  set_step(&a, &b, out);
  if (out->step <= 1) set_step(&b, &a, out);
}

void blt_range_map(const blt_scope *s, const blt_op *op, int64_t (*fn)(const blt_op *op, int64_t x),
                   blt_range *out) {
  blt_range a;
  blt_op_range(s, op->args[0], &a);
  *out = (blt_range){.nulls = true, .nans = true};
  if (!a.known) return;
  *out = (blt_range){.known = true, .nulls = a.nulls, .empty = a.empty};
  if (a.empty) return;
  out->low = fn(op, a.low);
  out->high = fn(op, a.high);
}

/* ---- predicates ---- */

static void set_truth(blt_range *out, bool never, bool always, bool nulls) {
  *out = (blt_range){.known = true, .nulls = nulls, .low = always && !never, .high = !never};
}

/* Argument 0 in op->low .. op->high, outside when op->code. */
static void interval_truth(const blt_op *op, const blt_range *a, blt_range *out) {
  bool none = op->low > op->high || a->high < op->low || a->low > op->high;
  bool all = !none && a->low >= op->low && a->high <= op->high;
  bool flip = op->code != 0;
  set_truth(out, flip ? all : none, flip ? none : all, a->nulls);
}

/* -1: a is surely smaller, 1: surely larger, 2: both are one same value, 0: unknown. */
static int place(const blt_op *op, const blt_range *a, const blt_range *b, bool *touch) {
  bool f = op->args[0]->type.id == BLT_FLOAT64;
  bool less = f ? a->fhigh < b->flow : a->high < b->low, more = f ? a->flow > b->fhigh : a->low > b->high;
  *touch = f ? a->fhigh == b->flow : a->high == b->low; /* a <= b */
  bool same = f ? a->flow == a->fhigh && b->flow == b->fhigh && a->flow == b->flow
                : a->low == a->high && b->low == b->high && a->low == b->low;
  return less ? -1 : more ? 1 : same ? 2 : 0;
}

/* One number, or the code of one text, by == : an interval by then. */
static bool one_of(const blt_op *op, blt_value *room, blt_value_span *out) {
  blt_type type = op->args[0]->type;
  *room = (blt_value){.type = type, .u.i = op->low};
  if (type.id == BLT_STRING && op->data) room->u.s = *(const blt_str *)op->data;
  out->low = out->high = room;
  return op->code == 0 && op->low == op->high &&
         (blt_type_is_int(type) || (type.id == BLT_STRING && op->data));
}

/* What a column is compared with: a constant, which texts are compared with in their order too. */
static bool wanted_of(const blt_op *op, blt_value *room, blt_value_span *out) {
  if (op->args[0]->kind != BLT_OP_COLUMN) return false;
  if (op->nargs == 1) return one_of(op, room, out);
  const blt_value *k = &op->args[1]->value;
  if (op->args[1]->kind != BLT_OP_VALUE || k->null || k->type.id != op->args[0]->type.id) return false;
  out->low = op->code == BLT_LT || op->code == BLT_LE ? NULL : k;
  out->high = op->code == BLT_GT || op->code == BLT_GE ? NULL : k;
  return op->code == BLT_EQ || (op->code != BLT_NE && k->type.id == BLT_STRING);
}

/* The block surely has no such value: whoever makes it may know more than its bounds. */
static bool holds_none(const blt_scope *s, const blt_op *op) {
  blt_value room;
  blt_value_span wanted;
  return s->group != UINT32_MAX && wanted_of(op, &room, &wanted) &&
         !blt_view_may_hold(s->view, op->args[0]->column, s->group, &wanted);
}

bool blt_range_lacks(const blt_scope *s, const blt_op *op, blt_str low, blt_str high) {
  blt_value from = {.type = {.id = BLT_STRING}, .u.s = low}, to = {.type = {.id = BLT_STRING}, .u.s = high};
  blt_value_span span = {&from, high.s ? &to : NULL};
  return s->group != UINT32_MAX && op->kind == BLT_OP_COLUMN &&
         !blt_view_may_hold(s->view, op->column, s->group, &span);
}

void blt_range_compare(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range a, b = {0};
  *out = (blt_range){.nulls = true};
  if (holds_none(s, op)) {
    set_truth(out, true, false, true);
    return;
  }
  blt_op_range(s, op->args[0], &a);
  if (op->nargs > 1) blt_op_range(s, op->args[1], &b);
  if (!a.known || (op->nargs > 1 && !b.known)) return;
  if (a.empty || (op->nargs > 1 && b.empty)) {
    if (a.nans || b.nans) return;
    set_truth(out, true, false, true);
    return;
  }
  if (op->nargs == 1) {
    interval_truth(op, &a, out);
    return;
  }
  bool touch, nans = a.nans || b.nans, nulls = a.nulls || b.nulls;
  int order = place(op, &a, &b, &touch);
  switch (op->code) {
  case BLT_EQ:
    set_truth(out, order == -1 || order == 1, order == 2 && !nans, nulls);
    break;
  case BLT_NE:
    set_truth(out, order == 2 && !nans, order == -1 || order == 1, nulls);
    break;
  case BLT_LT:
    set_truth(out, order == 1 || order == 2, order == -1 && !nans, nulls);
    break;
  default:
    set_truth(out, order == 1, (order == -1 || order == 2 || touch) && !nans, nulls);
  }
}

/* op->low .. op->high are the smallest and largest member. */
void blt_range_in(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range a;
  blt_op_range(s, op->args[0], &a);
  *out = (blt_range){.nulls = true};
  if (!a.known) return;
  set_truth(out, a.empty || op->low > op->high || a.high < op->low || a.low > op->high, false, a.nulls);
}

void blt_range_isnull(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range a;
  blt_op_range(s, op->args[0], &a);
  /* Of a column the blocks' counts are exact even where the values are not known. */
  bool exact = a.known || op->args[0]->kind == BLT_OP_COLUMN;
  *out = (blt_range){.known = true, .high = 1};
  if (exact) set_truth(out, !a.nulls, a.known && a.empty && !a.nans && a.nulls, false);
}

void blt_range_and(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range a, b;
  blt_op_range(s, op->args[0], &a);
  blt_op_range(s, op->args[1], &b);
  bool never = (a.known && a.high == 0) || (b.known && b.high == 0);
  bool always = a.known && b.known && a.low == 1 && b.low == 1;
  set_truth(out, never, always, a.nulls || b.nulls);
}

void blt_range_or(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range a, b;
  blt_op_range(s, op->args[0], &a);
  blt_op_range(s, op->args[1], &b);
  bool never = a.known && b.known && a.high == 0 && b.high == 0;
  bool always = (a.known && a.low == 1 && !a.nulls) || (b.known && b.low == 1 && !b.nulls);
  set_truth(out, never, always, !always && (a.nulls || b.nulls));
}

void blt_range_not(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range a;
  blt_op_range(s, op->args[0], &a);
  *out = (blt_range){.nulls = true};
  if (!a.known) return;
  if (a.empty) {
    set_truth(out, true, false, true);
    return;
  }
  set_truth(out, a.low == 1, a.high == 0, a.nulls);
}

/* ---- the public questions ---- */

bool blt_expr_bounds(const blt_expr *e, const blt_view *view, int64_t *low, int64_t *high) {
  blt_scope s = {view, UINT32_MAX};
  blt_range r;
  if (!blt_type_is_int(e->root->type)) return false;
  blt_op_range(&s, e->root, &r);
  if (!r.known) return false;
  *low = r.empty ? 0 : r.low;
  *high = r.empty ? 0 : r.high;
  return true;
}

uint64_t blt_expr_step(const blt_expr *e, const blt_view *view) {
  blt_scope s = {view, UINT32_MAX};
  blt_range r;
  if (!blt_type_is_int(e->root->type)) return 1;
  blt_op_range(&s, e->root, &r);
  return r.known && !r.empty && r.step > 1 ? (uint64_t)r.step : 1;
}

bool blt_expr_may_match(const blt_expr *e, const blt_view *view, uint32_t group) {
  blt_scope s = {view, group};
  for (uint32_t i = 0; i < e->nconjuncts; i++) {
    blt_range r;
    if (blt_op_may_raise(&s, e->conjuncts[i])) break; /* no conjunct may hide its error */
    blt_op_range(&s, e->conjuncts[i], &r);
    if (r.known && (r.high == 0 || r.empty)) return false;
  }
  return true;
}

/* ---- linear expressions ---- */

typedef struct linear {
  uint32_t column;
  int64_t factor, shift;
} linear;

static bool is_int(const blt_op *op) {
  return op->type.id == BLT_INT64;
}

/* left + right, left - right or left * right, of which one is a constant. */
static bool combine(char sign, bool left, int64_t k, linear *x) {
  if (sign == '*')
    return !__builtin_mul_overflow(x->factor, k, &x->factor) &&
           !__builtin_mul_overflow(x->shift, k, &x->shift);
  if (sign == '+') return !__builtin_add_overflow(x->shift, k, &x->shift);
  if (left) return !__builtin_sub_overflow(x->shift, k, &x->shift);
  return !__builtin_sub_overflow(0, x->factor, &x->factor) && !__builtin_sub_overflow(k, x->shift, &x->shift);
}

static bool linear_of(const blt_op *op, linear *x) {
  if (!is_int(op)) return false;
  if (op->kind == BLT_OP_COLUMN) {
    *x = (linear){op->column, 1, 0};
    return true;
  }
  if (op->kind != BLT_OP_CALL || op->nargs != 2 || op->name[1] || !strchr("+-*", op->name[0])) return false;
  bool left = op->args[1]->kind == BLT_OP_VALUE;
  const blt_op *constant = op->args[left], *rest = op->args[!left];
  if (constant->kind != BLT_OP_VALUE || constant->value.null || !is_int(constant)) return false;
  return linear_of(rest, x) && combine(op->name[0], left, constant->value.u.i, x);
}

bool blt_expr_linear(const blt_expr *e, const blt_view *view, uint32_t *column, int64_t *factor,
                     int64_t *shift) {
  linear x;
  int64_t low, high;
  if (e->root->kind != BLT_OP_CALL || !linear_of(e->root, &x)) return false;
  if (!blt_expr_bounds(e, view, &low, &high)) return false; /* some row may overflow */
  *column = x.column;
  *factor = x.factor;
  *shift = x.shift;
  return true;
}
