/* expr_compile.c: nodes to operations: names found, types checked, conversions inserted, constants folded. */
#include "expr_answers.h"

#include "base/par.h"
#include "base/bits.h"
#include "base/mem.h"
#include "base/text/num.h"

#include <stdio.h>
#include <string.h>

#define CHUNK_BYTES 4096u
#define DEEPEST 1000u

/* ---- the arena ---- */

void *blt_bind_alloc(blt_binder *b, size_t bytes) {
  blt_chunk *c = b->expr->chunks;
  bytes = (bytes + 15) & ~(size_t)15;
  if (!c || c->bytes - c->used < bytes) {
    size_t head = (sizeof *c + 15) & ~(size_t)15,
           size = head + bytes > CHUNK_BYTES ? head + bytes : CHUNK_BYTES;
    blt_chunk *fresh = blt_alloc(b->ctx, size);
    if (!fresh) return NULL;
    *fresh = (blt_chunk){.next = c, .bytes = size, .used = head};
    b->expr->chunks = c = fresh;
  }
  void *p = (char *)c + c->used;
  c->used += bytes;
  memset(p, 0, bytes);
  return p;
}

void blt_expr_free(blt_expr *e) {
  if (!e) return;
  blt_answers_free(e);
  blt_derived_free(e);
  blt_regexes_free(e);
  for (blt_chunk *c = e->chunks, *next; c; c = next) {
    next = c->next;
    blt_free(e->ctx, c, c->bytes);
  }
  blt_free(e->ctx, e, sizeof *e);
}

/* ---- leaves ---- */

static blt_op *new_op(blt_binder *b, uint8_t kind, uint32_t node, blt_error *err) {
  blt_op *op = blt_bind_alloc(b, sizeof *op);
  if (!op) {
    blt_fail_memory(err, sizeof *op);
    return NULL;
  }
  op->kind = kind;
  op->node = node;
  op->column = BLT_NO_COLUMN;
  return op;
}

blt_op *blt_bind_value(blt_binder *b, const blt_value *v, uint32_t node, blt_error *err) {
  blt_op *op = new_op(b, BLT_OP_VALUE, node, err);
  if (!op) return NULL;
  op->value = *v;
  op->value.type.required = false;
  if (v->null) op->value.u.i = 0;
  if (v->null && v->type.id == BLT_STRING) op->value.u.s = (blt_str){"", 0};
  op->type = op->value.type;
  if (v->type.id != BLT_STRING || v->null) return op;
  char *copy = blt_bind_alloc(b, v->u.s.len + 1);
  if (!copy) {
    blt_fail_memory(err, v->u.s.len + 1);
    return NULL;
  }
  if (v->u.s.len) memcpy(copy, v->u.s.s, v->u.s.len);
  op->value.u.s.s = copy;
  return op;
}

static blt_op *null_of(blt_binder *b, blt_type type, uint32_t node, blt_error *err) {
  return blt_bind_value(b, &(blt_value){.null = true, .type = type}, node, err);
}

static blt_op *bind_column(blt_binder *b, uint32_t column, uint32_t node, blt_error *err) {
  if (column >= b->ncolumns) {
    blt_fail_at(err, BLT_EINVAL, node, "column %u of a view with %u columns", column, b->ncolumns);
    return NULL;
  }
  blt_op *op = new_op(b, BLT_OP_COLUMN, node, err);
  if (!op) return NULL;
  op->column = column;
  op->type = b->types ? b->types[column] : b->view->columns[column].type;
  op->type.required = false;
  return op;
}

/* ---- types ---- */

bool blt_common_type(blt_type a, blt_type b, blt_type *out) {
  if (a.id == BLT_NULLTYPE || b.id == BLT_NULLTYPE) {
    *out = a.id == BLT_NULLTYPE ? b : a;
  } else if (blt_is_number(a) && blt_is_number(b)) {
    if (a.id == BLT_FLOAT64 || b.id == BLT_FLOAT64) {
      *out = blt_type_of(BLT_FLOAT64);
    } else if (a.id == BLT_INT64 && b.id == BLT_INT64) {
      *out = a;
    } else {
      int scale = a.scale > b.scale ? a.scale : b.scale;
      int wa = (a.id == BLT_INT64 ? BLT_MAX_PRECISION : a.precision - a.scale);
      int wb = (b.id == BLT_INT64 ? BLT_MAX_PRECISION : b.precision - b.scale);
      *out = blt_decimal_of((wa > wb ? wa : wb) + scale, scale);
    }
  } else if (a.id == b.id) {
    *out = a;
  } else if ((a.id == BLT_DATE && b.id == BLT_TIMESTAMP) || (a.id == BLT_TIMESTAMP && b.id == BLT_DATE)) {
    *out = blt_type_of(BLT_TIMESTAMP);
  } else {
    return false;
  }
  out->required = false;
  return true;
}

static bool accepts(char letter, const blt_op *arg) {
  uint8_t id = arg->type.id;
  switch (letter) {
  case 'u':
    return arg->kind == BLT_OP_VALUE && id == BLT_STRING && !arg->value.null;
  case 'k':
    return arg->kind == BLT_OP_VALUE && id == BLT_INT64 && !arg->value.null;
  case 'b':
    return id == BLT_BOOL || id == BLT_NULLTYPE;
  case 'i':
    return id == BLT_INT64 || id == BLT_NULLTYPE;
  case 'n':
  case 'f':
    return blt_is_number(arg->type) || id == BLT_NULLTYPE;
  case 's':
    return id == BLT_STRING || id == BLT_NULLTYPE;
  case 'd':
    return id == BLT_DATE || id == BLT_NULLTYPE;
  case 't':
    return id == BLT_TIMESTAMP || id == BLT_NULLTYPE;
  case 'D':
    return id == BLT_DATE || id == BLT_TIMESTAMP || id == BLT_NULLTYPE;
  default:
    return true;
  }
}

static const char *letter_name(char letter) {
  static const struct {
    char letter;
    const char *name;
  } names[] = {{'b', "bool"},
               {'i', "int64"},
               {'n', "a number"},
               {'f', "a number"},
               {'s', "string"},
               {'d', "date"},
               {'t', "timestamp"},
               {'D', "date or timestamp"},
               {'u', "a unit such as 'month'"},
               {'k', "a constant int64"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].letter == letter) return names[i].name;
  return "anything";
}

static uint8_t letter_type(char letter) {
  static const char letters[] = "bifsdt";
  static const uint8_t ids[] = {BLT_BOOL, BLT_INT64, BLT_FLOAT64, BLT_STRING, BLT_DATE, BLT_TIMESTAMP};
  const char *at = strchr(letters, letter);
  return letter && at ? ids[at - letters] : BLT_NULLTYPE;
}

/* The letter of parameter `i`, or 0 when there are not so many. */
static char param(const char *params, uint32_t i) {
  const char *p = params;
  for (; *p; i--) {
    char letter = *p++;
    if (*p == '*') return letter;
    if (*p == '?') p++;
    if (i == 0) return letter;
  }
  return 0;
}

static blt_status check_count(const blt_function *fn, const blt_op *op, blt_error *err) {
  uint32_t least = 0, most = 0;
  bool optional = false;
  for (const char *p = fn->params; *p; p++) {
    if (*p == '?' || *p == '*') continue;
    optional = optional || p[1] == '?';
    most++;
    if (!optional) least++;
  }
  bool endless = strchr(fn->params, '*') != NULL;
  if (op->nargs >= least && (endless || op->nargs <= most)) return BLT_OK;
  if (endless)
    return blt_fail_at(err, BLT_EINVAL, op->node, "%s takes at least %u argument%s, not %u", fn->name, least,
                       least == 1 ? "" : "s", op->nargs);
  if (least == most)
    return blt_fail_at(err, BLT_EINVAL, op->node, "%s takes %u argument%s, not %u", fn->name, least,
                       least == 1 ? "" : "s", op->nargs);
  return blt_fail_at(err, BLT_EINVAL, op->node, "%s takes %u to %u arguments, not %u", fn->name, least, most,
                     op->nargs);
}

blt_status blt_bind_mismatch(const blt_op *op, const char *wanted, blt_error *err) {
  char types[200], name[24];
  size_t n = 0;
  for (uint32_t i = 0; i < op->nargs && n + 32 < sizeof types; i++) {
    const char *between = i == 0 ? "" : i + 1 == op->nargs ? " and " : ", ";
    n += (size_t)snprintf(types + n, sizeof types - n, "%s%s", between,
                          blt_type_name(op->args[i]->type, name));
  }
  return blt_fail_at(err, BLT_ETYPE, op->node, "%s of %s: %s", op->name, types, wanted);
}

static blt_status check_types(blt_binder *b, const blt_function *fn, blt_op *op, blt_error *err) {
  char name[24];
  for (uint32_t i = 0; i < op->nargs; i++) {
    char letter = param(fn->params, i);
    blt_op *arg = op->args[i];
    if (!accepts(letter, arg))
      return blt_fail_at(
          err, BLT_ETYPE, op->node, "%s: argument %u is %s%s, expected %s", fn->name, i + 1,
          arg->kind == BLT_OP_VALUE || (letter != 'u' && letter != 'k') ? "" : "not constant, of type ",
          blt_type_name(arg->type, name), letter_name(letter));
    if (letter != 'f') continue;
    op->args[i] = blt_bind_convert(b, arg, blt_type_of(BLT_FLOAT64), err);
    if (!op->args[i]) return err->code;
  }
  return BLT_OK;
}

/* ---- calls ---- */

/* Cost, columns, depth and whether it may fail, from the arguments. */
static blt_status summarise(const blt_function *fn, blt_op *op, blt_error *err) {
  uint32_t cost = fn->cost, depth = 0;
  op->can_fail = op->raises = op->can_fail || fn->can_fail;
  op->column = BLT_NO_COLUMN;
  for (uint32_t i = 0; i < op->nargs; i++) {
    const blt_op *arg = op->args[i];
    cost += arg->cost;
    op->can_fail = op->can_fail || arg->can_fail;
    if (arg->depth > depth) depth = arg->depth;
    if (arg->column == BLT_NO_COLUMN || arg->column == op->column) continue;
    op->column = op->column == BLT_NO_COLUMN ? arg->column : BLT_MANY_COLUMNS;
  }
  op->cost = (uint8_t)(cost < 255 ? cost : 255);
  op->depth = (uint16_t)(depth + 1);
  if (depth < DEEPEST) return BLT_OK;
  return blt_fail_at(err, BLT_EINVAL, op->node, "an expression nested deeper than %u levels", DEEPEST);
}

/* A strict function of a literal null: a null of the type that the result would have. */
static blt_op *null_result(blt_binder *b, const blt_function *fn, const blt_op *op, blt_error *err) {
  blt_type type = blt_type_of(letter_type(fn->result));
  for (uint32_t i = 0; i < op->nargs && type.id == BLT_NULLTYPE; i++) type = op->args[i]->type;
  return null_of(b, type, op->node, err);
}

static bool all_values(const blt_op *op) {
  for (uint32_t i = 0; i < op->nargs; i++)
    if (op->args[i]->kind != BLT_OP_VALUE) return false;
  return true;
}

/* Values that a schema's expression holds are as written, so that their mistakes are told at once, unless it
 * asks for mistakes. Those of a view may have come from rules, and a condition may never look at them: they
 * fail when they are evaluated. */
static blt_op *unfolded(const blt_binder *b, blt_op *op, const blt_error *err) {
  bool of_data = err->code == BLT_EFORMAT || err->code == BLT_EOVERFLOW || err->code == BLT_EINVAL;
  if (!of_data || !(b->types ? b->tries : b->guards)) return NULL;
  op->can_fail = true;
  return op;
}

/* Whether some function looks at its arguments only where it needs them, or whether they fail. */
static void find_guards(blt_binder *b, const blt_node *nodes, uint32_t nnodes) {
  for (uint32_t i = 0; i < nnodes; i++) {
    const blt_function *fn =
        nodes[i].kind == BLT_NODE_CALL && nodes[i].name ? blt_function_find(nodes[i].name) : NULL;
    b->guards |= fn && fn->lazy;
    b->tries |= fn && strcmp(fn->name, "fails") == 0;
  }
}

static blt_op *fold(blt_binder *b, blt_op *op, blt_error *err) {
  blt_vec v;
  if (!b->folder && blt_eval_new(b->ctx, b->view, &b->folder, err) != BLT_OK) return NULL;
  blt_eval_reset(b->folder);
  blt_frame f = {.ev = b->folder, .n = 1};
  blt_watch watch;
  blt_watch_start(&watch, b->ctx);
  blt_eval_watch(b->folder, blt_eval_ask, &watch, 0);
  blt_status status = blt_op_eval(&f, op, &v, err);
  blt_eval_watch(b->folder, NULL, NULL, 0);
  if (status != BLT_OK) return unfolded(b, op, err);
  blt_value value = blt_vec_value(&v, 0);
  return blt_bind_value(b, &value, op->node, err);
}

static blt_op *finish_call(blt_binder *b, const blt_function *fn, blt_op *op, blt_error *err) {
  if (check_count(fn, op, err) != BLT_OK || check_types(b, fn, op, err) != BLT_OK) return NULL;
  bool null = false;
  for (uint32_t i = 0; i < op->nargs; i++) null = null || blt_op_is_null(op->args[i]);
  if (null && !fn->lazy) return null_result(b, fn, op, err);
  op->type = blt_type_of(letter_type(fn->result));
  op->run = fn->run;
  op->code = fn->code;
  if (fn->bind && fn->bind(b, op, err) != BLT_OK) return NULL;
  if (op->kind != BLT_OP_CALL) return op; /* bind turned it into something simpler */
  if (op->type.id == BLT_NULLTYPE) return null_of(b, op->type, op->node, err);
  if (summarise(fn, op, err) != BLT_OK) return NULL;
  if (!op->host && all_values(op)) return fold(b, op, err);
  for (uint32_t i = 0; i < op->nargs && op->column == BLT_MANY_COLUMNS; i++) {
    op->args[i] = blt_memo_wrap(b, op->args[i], err);
    if (!op->args[i]) return NULL;
  }
  return op;
}

blt_op *blt_bind_call(blt_binder *b, const char *name, blt_op **args, uint32_t nargs, uint32_t node,
                      blt_error *err) {
  const blt_function *fn = blt_function_find(name);
  if (!fn) {
    const char *near = blt_function_suggest(name);
    blt_fail_at(err, BLT_ENAME, node, "unknown function '%.60s'%s%s%s", name, near ? ": did you mean '" : "",
                near ? near : "", near ? "'?" : "");
    return NULL;
  }
  blt_op *op = new_op(b, BLT_OP_CALL, node, err);
  blt_op **copy = blt_bind_alloc(b, (nargs + 1) * sizeof *copy);
  if (!op || !copy) {
    blt_fail_memory(err, sizeof *op);
    return NULL;
  }
  if (nargs) memcpy(copy, args, nargs * sizeof *copy);
  op->name = fn->name;
  op->args = copy;
  op->nargs = nargs;
  op = finish_call(b, fn, op, err);
  if (!op && err->position < 0) err->position = node;
  return op;
}

/* ---- the whole ---- */

typedef struct stack {
  blt_op **ops;
  uint32_t n;
} stack;

static blt_status push_node(blt_binder *b, stack *s, const blt_node *node, uint32_t i, blt_error *err) {
  blt_op *op = NULL;
  err->position = -1;
  if (node->kind == BLT_NODE_COLUMN) {
    op = bind_column(b, node->column, i, err);
  } else if (node->kind == BLT_NODE_VALUE) {
    op = blt_bind_value(b, &node->value, i, err);
  } else if (node->kind == BLT_NODE_CALL && node->nargs <= s->n && node->name) {
    s->n -= node->nargs;
    op = blt_bind_call(b, node->name, s->ops + s->n, node->nargs, i, err);
  } else {
    return blt_fail_at(err, BLT_EINVAL, i, "node %u of the expression is malformed", i);
  }
  if (!op) return err->code;
  s->ops[s->n++] = op;
  return BLT_OK;
}

static uint32_t count_conjuncts(const blt_op *op) {
  if (op->kind != BLT_OP_CALL || !op->name || strcmp(op->name, "and") != 0) return 1;
  return count_conjuncts(op->args[0]) + count_conjuncts(op->args[1]);
}

static void list_conjuncts(blt_op *op, blt_expr *e) {
  if (op->kind != BLT_OP_CALL || !op->name || strcmp(op->name, "and") != 0) {
    e->conjuncts[e->nconjuncts++] = op;
    return;
  }
  list_conjuncts(op->args[0], e);
  list_conjuncts(op->args[1], e);
}

/* Cheap conjuncts first. One that may fail keeps its place behind those written before it: they may guard it.
 */
static void order_conjuncts(blt_expr *e) {
  for (uint32_t i = 1; i < e->nconjuncts; i++) {
    blt_op *op = e->conjuncts[i];
    uint32_t at = i;
    for (; !op->can_fail && at > 0 && e->conjuncts[at - 1]->cost > op->cost; at--)
      e->conjuncts[at] = e->conjuncts[at - 1];
    e->conjuncts[at] = op;
  }
}

static blt_status bind_all(blt_binder *b, const blt_node *nodes, uint32_t nnodes, blt_error *err) {
  stack s = {.ops = blt_bind_alloc(b, (nnodes + 1) * sizeof *s.ops)};
  blt_expr *e = b->expr;
  find_guards(b, nodes, nnodes);
  if (!s.ops) return blt_fail_memory(err, nnodes * sizeof *s.ops);
  for (uint32_t i = 0; i < nnodes; i++) {
    blt_status status = push_node(b, &s, &nodes[i], i, err);
    if (status != BLT_OK) return status;
  }
  if (s.n != 1) return blt_fail(err, BLT_EINVAL, "the nodes make %u expressions, not one", s.n);
  e->root = blt_memo_wrap(b, s.ops[0], err);
  if (!e->root) return err->code;
  if (e->root->type.id != BLT_BOOL) return BLT_OK;
  uint32_t n = count_conjuncts(e->root);
  e->conjuncts = blt_bind_alloc(b, n * sizeof *e->conjuncts);
  if (!e->conjuncts) return blt_fail_memory(err, n * sizeof *e->conjuncts);
  list_conjuncts(e->root, e);
  order_conjuncts(e);
  return BLT_OK;
}

static blt_status make(blt_binder *b, const blt_node *nodes, uint32_t nnodes, blt_expr **out,
                       blt_error *err) {
  blt_expr *e = blt_calloc(b->ctx, 1, sizeof *e);
  if (!e) return blt_fail_memory(err, sizeof *e);
  e->ctx = b->ctx;
  b->expr = e;
  blt_status status = bind_all(b, nodes, nnodes, err);
  blt_eval_free(b->folder);
  if (status != BLT_OK) {
    blt_expr_free(e);
    return status;
  }
  *out = e;
  return BLT_OK;
}

blt_status blt_expr_compile(blt_ctx *ctx, const blt_view *view, const blt_node *nodes, uint32_t nnodes,
                            blt_expr **out, blt_error *err) {
  return make(&(blt_binder){.ctx = ctx, .ncolumns = view->ncols, .view = view}, nodes, nnodes, out, err);
}

blt_status blt_expr_bind(blt_ctx *ctx, const blt_type *columns, uint32_t ncolumns, const blt_node *nodes,
                         uint32_t nnodes, blt_expr **out, blt_error *err) {
  static const blt_type none;
  return make(&(blt_binder){.ctx = ctx, .ncolumns = ncolumns, .types = columns ? columns : &none}, nodes,
              nnodes, out, err);
}

blt_type blt_expr_type(const blt_expr *e) {
  return e->root->type;
}

int blt_expr_column(const blt_expr *e) {
  return e->root->kind == BLT_OP_COLUMN ? (int)e->root->column : -1;
}

bool blt_expr_can_fail(const blt_expr *e) {
  return e->root->can_fail;
}

static void note_columns(const blt_op *op, uint64_t *columns) {
  if (op->kind == BLT_OP_COLUMN) blt_bit_set(columns, op->column);
  for (uint32_t i = 0; i < op->nargs; i++) note_columns(op->args[i], columns);
}

void blt_expr_columns(const blt_expr *e, uint64_t *columns) {
  note_columns(e->root, columns);
}

bool blt_expr_constant(const blt_expr *e, blt_value *out) {
  if (e->root->kind != BLT_OP_VALUE) return false;
  *out = e->root->value;
  return true;
}
