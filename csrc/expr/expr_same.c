/* expr_same.c: whether two expressions compute the same. */
#include "expr_inside.h"

#include <string.h>

static bool same_value(const blt_value *a, const blt_value *b) {
  if (a->null || b->null || a->type.id != b->type.id) return a->null && b->null;
  if (a->type.id != BLT_STRING) return a->u.i == b->u.i; /* of doubles their bits */
  return a->u.s.len == b->u.s.len && (a->u.s.len == 0 || memcmp(a->u.s.s, b->u.s.s, a->u.s.len) == 0);
}

static bool same_type(blt_type a, blt_type b) {
  return a.id == b.id && a.precision == b.precision && a.scale == b.scale;
}

/* What a function was told when it was bound. Of what lies in memory of its own only the dictionary of its
 * results is known to be the same for the same function; of the rest the place must be. */
static bool same_call(const blt_op *a, const blt_op *b) {
  if (a->run != b->run || a->code != b->code || a->width != b->width || a->nargs != b->nargs) return false;
  if (a->low != b->low || a->high != b->high || memcmp(&a->number, &b->number, sizeof a->number) != 0)
    return false;
  if (a->column != b->column || strcmp(a->name, b->name) != 0) return false;
  if (!same_value(&a->value, &b->value)) return false;
  return a->data == b->data || (blt_op_is_derived(a) && blt_op_is_derived(b));
}

static bool same(const blt_op *a, const blt_op *b) {
  if (a->kind != b->kind || !same_type(a->type, b->type)) return false;
  if (a->kind == BLT_OP_COLUMN) return a->column == b->column;
  if (a->kind == BLT_OP_VALUE) return same_value(&a->value, &b->value);
  if (!same_call(a, b)) return false;
  for (uint32_t i = 0; i < a->nargs; i++)
    if (!same(a->args[i], b->args[i])) return false;
  return true;
}

bool blt_expr_same(const blt_expr *a, const blt_expr *b) {
  return a == b || same(a->root, b->root);
}
