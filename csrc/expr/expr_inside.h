/* expr_inside.h: the inside of expressions, for the files expr_*.c, func_*.c and filter.c only.
 *
 * A compiled expression is a tree of operations. Each knows its type and a kernel, which evaluates its
 * arguments for the frame's rows (all of them, or some: `if` gives each branch only its rows when the branch
 * may fail) and computes a vector. Scratch memory comes from a stack of chunks in the evaluator: a kernel
 * takes the room for its result first, then marks, evaluates its arguments, computes, and releases to the
 * mark.
 */
#ifndef BLT_EXPR_EXPR_INSIDE_H
#define BLT_EXPR_EXPR_INSIDE_H

#include "expr.h"

typedef struct blt_op blt_op;

/* ---- evaluation ---- */

/* The rows that are being evaluated. */
typedef struct blt_frame {
  blt_eval *ev;
  uint32_t group, start, n;
  const uint16_t *sel;  /* offsets from start, or NULL for 0 .. n - 1 */
  const blt_vec *given; /* when not NULL: stands for every column (dictionary entries, constant folding) */
  bool encoded;         /* columns may come as SCALED */
} blt_frame;

typedef blt_status (*blt_kernel)(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err);

blt_status blt_op_eval(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err);

typedef struct blt_mark {
  uint32_t chunk;
  size_t used;
} blt_mark;

/* Scratch of `bytes`, 64-byte aligned, good until released or reset. NULL when refused. */
void *blt_eval_alloc(blt_eval *ev, size_t bytes);
blt_mark blt_eval_mark(const blt_eval *ev);
void blt_eval_release(blt_eval *ev, blt_mark mark);
blt_ctx *blt_eval_ctx(const blt_eval *ev);
const blt_view *blt_eval_view(const blt_eval *ev);

#define BLT_STRICT_ARGS 8

/* What a strict kernel's loop gets: the arguments, evaluated, and room for the result. A strict function of a
 * null is null. When all arguments are constant, n is 1 and the result becomes a constant. */
typedef struct blt_call {
  const blt_frame *frame;
  const blt_op *op;
  uint32_t n, nargs;
  const blt_vec *args; /* n values each (CONST: one value is enough) */
  void **room;         /* of each argument: n values of 16 bytes, to widen into */
  void *out;           /* n values: int64_t, double, uint8_t (bool), blt_str, or op->width bytes */
  uint64_t *valid;     /* of the result; NULL: none null */
  uint64_t *spare;     /* room for `valid` when it is NULL and the loop makes nulls: blt_call_nulls */
} blt_call;

typedef blt_status (*blt_loop)(blt_call *c, blt_error *err);

/* Evaluates all arguments, combines their nulls, runs the loop, and shapes the result. */
blt_status blt_strict(const blt_frame *f, const blt_op *op, blt_loop loop, blt_vec *out, blt_error *err);
/* Argument i widened; of a constant only the first value is there. Unless n is 1, one argument is no
 * constant. */
const int64_t *blt_call_i64(const blt_call *c, uint32_t i);
const double *blt_call_f64(const blt_call *c, uint32_t i);
const blt_str *blt_call_text(const blt_call *c, uint32_t i);
const uint8_t *blt_call_bool(const blt_call *c, uint32_t i);
static inline bool blt_call_constant(const blt_call *c, uint32_t i) {
  return c->args[i].form == BLT_VEC_CONST && !c->args[i].valid;
}
/* Notes that bytes of text were worked on, and every so many asks whether to go on. */
blt_status blt_call_worked(const blt_call *c, uint64_t bytes, blt_error *err);
/* The bitmap of the result, all valid when there was none. */
uint64_t *blt_call_nulls(blt_call *c);
static inline bool blt_call_null(const blt_call *c, uint32_t i) {
  return c->valid && !((c->valid[i >> 6] >> (i & 63)) & 1);
}

/* Vectors of one value. */
blt_vec blt_vec_null(blt_type type, uint32_t n);
blt_vec blt_vec_of_value(const blt_value *v, uint32_t n);
blt_value blt_vec_value(const blt_vec *v, uint32_t i);

/* Rows start .. start + n - 1 of a block (or those of sel) as a vector. */
blt_status blt_column_eval(const blt_frame *f, uint32_t column, blt_vec *out, blt_error *err);
/* Values sel[0..n) of a bitmap, from bit `start` on, as a new bitmap. */
void blt_bits_gather(const uint64_t *bits, uint32_t start, const uint16_t *sel, uint32_t n, uint64_t *out);

/* ---- operations ---- */

typedef enum blt_op_kind { BLT_OP_COLUMN = 1, BLT_OP_VALUE, BLT_OP_CALL } blt_op_kind;

#define BLT_NO_COLUMN UINT32_MAX
#define BLT_MANY_COLUMNS (UINT32_MAX - 1)

typedef struct blt_range blt_range;
typedef struct blt_scope blt_scope;

struct blt_op {
  uint8_t kind;  /* blt_op_kind */
  uint8_t cost;  /* relative cost a row, for the order of conjuncts */
  uint8_t width; /* bytes of a result narrower than usual (1, 2), else 0 */
  uint8_t code;  /* which member of the function's family: a comparison, a unit, a field */
  bool can_fail; /* may raise an error: evaluated only for rows that ask for it */
  bool raises;   /* the same, of the function itself, whatever its arguments do */
  bool direct;   /* a function of strings that works on codes by itself */
  bool host;     /* asks a function of the program: only of rows, never in advance */
  blt_type type;
  uint16_t depth;
  uint32_t nargs, node;
  uint32_t column; /* COLUMN: which. Others: the only column below, BLT_NO_COLUMN or BLT_MANY_COLUMNS */
  blt_op **args;
  const char *name; /* of the function, for messages */
  blt_kernel run;
  blt_value value; /* VALUE */
  /* What the kernel needs beside: set by bind, kept in the expression's arena. */
  const void *data;
  struct blt_answers *answers; /* of a memo, or NULL */
  int64_t low, high;
  double number;
  /* What is known about the result from blocks' minima and maxima; NULL: nothing. */
  void (*range)(const blt_scope *s, const blt_op *op, blt_range *out);
};

#define BLT_EVAL_CHUNKS 32

typedef struct blt_memo blt_memo;

/* What a filter knows about a group: see filter.c. */
typedef struct blt_verdict {
  const blt_expr *expr;
  uint32_t group;
  bool never;
  uint64_t always; /* bit i: conjunct i is true for every row */
} blt_verdict;

struct blt_eval {
  blt_ctx *ctx;
  const blt_view *view;
  struct {
    char *p;
    size_t bytes;
  } chunks[BLT_EVAL_CHUNKS];
  uint32_t nchunks;
  blt_mark top;
  blt_memo *memos; /* a list: expr_memo.c */
  blt_verdict verdict;
  blt_eval_check check; /* NULL: nobody asks */
  void *check_arg;
  uint32_t check_worker;
  uint64_t work; /* bytes of text since the last check */
};

typedef struct blt_chunk {
  struct blt_chunk *next;
  size_t bytes, used;
} blt_chunk;

struct blt_expr {
  blt_ctx *ctx;
  blt_chunk *chunks; /* the arena of all operations */
  blt_op *root;
  uint32_t nconjuncts; /* of a predicate: `root` cut at its "and"s, in the order of evaluation */
  blt_op **conjuncts;
  struct blt_derived *derived; /* dictionaries of string functions: expr_memo.c */
  struct blt_answers *answers; /* of predicates for large dictionaries: expr_answers.h */
  struct blt_regex *regexes;   /* regular expressions, a list: functions/regex.c */
};

/* ---- ranges: expr_range.c ---- */

/* The group that is asked about, or all of them. */
struct blt_scope {
  const blt_view *view;
  uint32_t group; /* UINT32_MAX: the whole view */
};

/* Every value lies in low .. high (int-like: i, float64: f) unless it is null or NaN. `known` is false when
 * nothing can be said. For bools: 0 .. 0 is "never true". */
struct blt_range {
  bool known, nulls, nans; /* nulls, nans: there may be some */
  bool empty;              /* there is no value but nulls and NaNs */
  bool cut;                /* of arithmetic: some values could not be represented */
  int64_t low, high;
  double flow, fhigh;
  int64_t step; /* not 0: every value is a multiple of it away from low */
};

void blt_op_range(const blt_scope *s, const blt_op *op, blt_range *out);
/* Whether evaluation could give an error: what ranges say about the result is then no reason to skip it. */
bool blt_op_may_raise(const blt_scope *s, const blt_op *op);

/* ---- binding: expr_compile.c ---- */

typedef struct blt_binder {
  blt_ctx *ctx;
  uint32_t ncolumns;
  const blt_type *types; /* of the columns; NULL: those of the view */
  bool guards;           /* some function may leave arguments unevaluated */
  bool tries;            /* some function asks whether its argument fails */
  const blt_view *view;  /* NULL: without data, nothing is prepared */
  blt_expr *expr;
  blt_eval *folder; /* for constant folding, NULL until needed */
} blt_binder;

/* Zeroed memory of the expression. NULL when refused. */
void *blt_bind_alloc(blt_binder *b, size_t bytes);
blt_op *blt_bind_value(blt_binder *b, const blt_value *v, uint32_t node,
                       blt_error *err); /* copies a string */
/* A call of function `name`, bound and folded. */
blt_op *blt_bind_call(blt_binder *b, const char *name, blt_op **args, uint32_t nargs, uint32_t node,
                      blt_error *err);
/* The same value in another type, without loss (int64 to decimal or float64, date to timestamp, a null to
 * any, decimal to float64, rounded). NULL with an error when there is no such conversion. */
blt_op *blt_bind_convert(blt_binder *b, blt_op *op, blt_type to, blt_error *err);
static inline bool blt_is_number(blt_type t) {
  return t.id == BLT_INT64 || t.id == BLT_FLOAT64 || t.id == BLT_DECIMAL;
}
static inline bool blt_op_is_null(const blt_op *op) {
  return op->kind == BLT_OP_VALUE && op->value.null;
}
static inline blt_type blt_type_of(uint8_t id) {
  return (blt_type){.id = id};
}
static inline blt_type blt_decimal_of(int precision, int scale) {
  return (blt_type){.id = BLT_DECIMAL,
                    .precision = (uint8_t)(precision > BLT_MAX_PRECISION ? BLT_MAX_PRECISION : precision),
                    .scale = (uint8_t)scale};
}
/* "'+' of string and int64": fills err at the call's node and returns BLT_ETYPE. */
blt_status blt_bind_mismatch(const blt_op *op, const char *wanted, blt_error *err);

/* One function of the language. `params` has a letter for each parameter:
 *   b bool   i int64   f float64 (other numbers are converted)   n any number   s string   d date   t
 * timestamp D date or timestamp   T anything   u unit of time (a constant string)   k constant int64 ? after
 * a letter: may be left out (as may all that follow); * after the last: may be repeated. `result` is such a
 * letter too, or 0 when bind finds the type. */
typedef struct blt_function {
  const char *name;
  const char *params;
  char result;
  bool lazy;     /* not strict in nulls: the kernel sees null arguments */
  bool can_fail; /* may raise an error for some values */
  uint8_t cost;  /* a row, relative to a comparison of integers */
  uint8_t code;  /* which member of its family (func.h): what its operations start with */
  blt_kernel run;
  /* Checks further, sets type, kernel and data; may convert or replace arguments. NULL: nothing to do. */
  blt_status (*bind)(blt_binder *b, blt_op *op, blt_error *err);
} blt_function;

const blt_function *blt_function_find(const char *name); /* NULL: none */
const char *blt_function_suggest(const char *name);      /* the nearest name, or NULL when none is near */

/* ---- memo: expr_memo.c ---- */

/* Wraps `op`, which reads one dictionary column only, so that it is evaluated once for each distinct string.
 */
blt_op *blt_memo_wrap(blt_binder *b, blt_op *op, blt_error *err);
bool blt_op_is_derived(const blt_op *op); /* a wrapped one that gives strings */
void blt_memo_free(blt_eval *ev);         /* the evaluator's memos */
void blt_derived_free(blt_expr *e);       /* the expression's dictionaries */
void blt_regexes_free(blt_expr *e);       /* the expression's regular expressions: functions/regex.c */

#endif
