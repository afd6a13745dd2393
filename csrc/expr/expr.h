/* expr.h: typed expressions over a view, evaluated vector by vector.
 *
 * An expression arrives as nodes in postfix order (the Lua side parses text; other front ends may build nodes
 * themselves), is type-checked against the view's columns, constant-folded, and becomes an immutable program
 * that any number of evaluators (one a worker) run.
 *
 * Rules: comparisons and arithmetic with null give null; and/or/not are three-valued; a filter keeps only
 * true. int64 + - * and unary - that overflow are BLT_EOVERFLOW, never wrapped; `/` gives float64 and
 * follows IEEE; `//` and `%` floor as in Lua; an integer or decimal divisor of zero gives null. Decimals: `+`
 * and `-` take the larger scale, `*` adds scales, BLT_EOVERFLOW past 18 digits; `/` gives float64. date -
 * date = days (int64), date + int64 = date; likewise timestamp with microseconds. NaN compares as IEEE says
 * (unequal to itself), sorts and groups as one value above all others.
 */
#ifndef BLT_EXPR_EXPR_H
#define BLT_EXPR_EXPR_H

#include "vec.h"

typedef enum blt_node_kind {
  BLT_NODE_COLUMN = 1, /* view column `column` */
  BLT_NODE_VALUE,      /* literal `value` (strings are copied by compile) */
  BLT_NODE_CALL        /* function `name` on the `nargs` results before it; operators are functions too: "+",
                          "==", "and", "not", "in", "neg", ".." … */
} blt_node_kind;

typedef struct blt_node {
  uint8_t kind; /* blt_node_kind */
  uint32_t nargs;
  uint32_t column;
  const char *name;
  blt_value value;
} blt_node;

typedef struct blt_expr blt_expr;

/* Checks and compiles. On failure err->position is the index of the node that is wrong. The view's schema and
 * dictionaries must outlive the expression; blocks are looked at only by evaluation. */
blt_status blt_expr_compile(blt_ctx *ctx, const blt_view *view, const blt_node *nodes, uint32_t nnodes,
                            blt_expr **out, blt_error *err);
/* Checks as far as types alone allow, without any data: the expression knows its type, its column and whether
 * it is constant, but can not be evaluated. */
blt_status blt_expr_bind(blt_ctx *ctx, const blt_type *columns, uint32_t ncolumns, const blt_node *nodes,
                         uint32_t nnodes, blt_expr **out, blt_error *err);
void blt_expr_free(blt_expr *e); /* NULL is allowed */

/* The type that values of both convert to; false when there is none. */
bool blt_common_type(blt_type a, blt_type b, blt_type *out);
blt_type blt_expr_type(const blt_expr *e);
/* Both give the same value in each row of the view for which they were compiled. False when in doubt. */
bool blt_expr_same(const blt_expr *a, const blt_expr *b);
/* The column when the expression is just one, else -1. */
int blt_expr_column(const blt_expr *e);
/* Some values of its columns may make it fail. */
bool blt_expr_can_fail(const blt_expr *e);
/* Sets the bits of the view's columns that the expression reads. */
void blt_expr_columns(const blt_expr *e, uint64_t *columns);
/* The value when the expression is a constant. */
bool blt_expr_constant(const blt_expr *e, blt_value *out);
/* Interval that surely holds every non-null value of an int-like expression over the view (from blocks'
 * minima and maxima); false when nothing is known. */
bool blt_expr_bounds(const blt_expr *e, const blt_view *view, int64_t *low, int64_t *high);
/* What divides the distance of every such value from `low`: 1 when nothing is known. */
uint64_t blt_expr_step(const blt_expr *e, const blt_view *view);
/* The dictionary in which every result of a string expression has a code: that of a bare column, or the
 * expression's own when it is a function of one such column. Borrowed; NULL when some results may have no
 * code. */
blt_dict *blt_expr_dict(const blt_expr *e, const blt_view *view);
/* True when the expression is surely *factor times an int64 column, plus *shift, in every row: then its sum
 * follows from that of the column. */
bool blt_expr_linear(const blt_expr *e, const blt_view *view, uint32_t *column, int64_t *factor,
                     int64_t *shift);
/* False when a predicate surely is true for no row of the group. */
bool blt_expr_may_match(const blt_expr *e, const blt_view *view, uint32_t group);
/* Names of all functions, sorted, NULL-terminated: for "did you mean" and the reference. */
const char *const *blt_expr_functions(void);

/* Scratch of one worker for any expressions of one query. */
typedef struct blt_eval blt_eval;
blt_status blt_eval_new(blt_ctx *ctx, const blt_view *view, blt_eval **out, blt_error *err);
/* Long work inside a vector asks `check` now and then, and ends with the error that it gives. */
typedef blt_status (*blt_eval_check)(void *arg, uint32_t worker, blt_error *err);
void blt_eval_watch(blt_eval *ev, blt_eval_check check, void *arg, uint32_t worker);
/* Such a check, for the context's own thread while it binds: `arg` is a blt_watch. */
blt_status blt_eval_ask(void *watch, uint32_t worker, blt_error *err);
void blt_eval_free(blt_eval *ev); /* NULL is allowed */

/* Evaluates `e` for rows start + sel[0..n) of a group (sel NULL: rows start to start + n - 1), n up to
 * BLT_VECTOR_ROWS, start a multiple of it. out->n = n, values in the order of sel. The result points into the
 * evaluator or the table and is good until blt_eval_reset: several results may be held at once. */
blt_status blt_expr_eval(blt_eval *ev, const blt_expr *e, uint32_t group, uint32_t start, const uint16_t *sel,
                         uint32_t n, blt_vec *out, blt_error *err);
/* The same of a bare column as its block has it: of decimals BLT_VEC_SCALED, and of any number of rows. */
blt_status blt_expr_read(blt_eval *ev, const blt_expr *e, uint32_t group, uint32_t start, const uint16_t *sel,
                         uint32_t n, blt_vec *out, blt_error *err);
void blt_eval_reset(blt_eval *ev); /* before each vector */

/* Rows of the vector (living, and for which `e` is true; e NULL: the living ones) into sel, offsets from
 * start. *all = true means every one of the n rows passed and sel was not written. */
blt_status blt_expr_filter(blt_eval *ev, const blt_expr *e, uint32_t group, uint32_t start, uint32_t n,
                           uint16_t *sel, uint32_t *nsel, bool *all, blt_error *err);

#endif
