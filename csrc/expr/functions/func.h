/* func.h: kernels and bind functions of all families, named in the catalogue (functions.c); and what the
 * families share. For func_*.c only. */
#ifndef BLT_EXPR_FUNC_H
#define BLT_EXPR_FUNC_H

#include "expr/expr_inside.h"

#include "base/bits.h"
#include "base/isa.h"

/* r[i] = value for every row, from the arguments x of `a` and y of `b`, of which one or both may be constant;
 * flags raised in `bad` are returned. */
#define BLT_BINARY(name, from, to, value)                                                                    \
  BLT_CLONES static uint64_t name(const from *restrict a, bool ca, const from *restrict b, bool cb,          \
                                  uint32_t n, to *restrict r) {                                              \
    uint64_t bad = 0;                                                                                        \
    if (ca) {                                                                                                \
      const from x = a[0];                                                                                   \
      for (uint32_t i = 0; i < n; i++) {                                                                     \
        const from y = b[i];                                                                                 \
        r[i] = (to)(value);                                                                                  \
      }                                                                                                      \
    } else if (cb) {                                                                                         \
      const from y = b[0];                                                                                   \
      for (uint32_t i = 0; i < n; i++) {                                                                     \
        const from x = a[i];                                                                                 \
        r[i] = (to)(value);                                                                                  \
      }                                                                                                      \
    } else {                                                                                                 \
      for (uint32_t i = 0; i < n; i++) {                                                                     \
        const from x = a[i], y = b[i];                                                                       \
        r[i] = (to)(value);                                                                                  \
      }                                                                                                      \
    }                                                                                                        \
    return bad;                                                                                              \
  }

/* r[i] = value from x = a[i] (and `p`, a parameter of the same type). */
#define BLT_UNARY(name, from, to, value)                                                                     \
  BLT_CLONES static uint64_t name(const from *restrict a, from p, uint32_t n, to *restrict r) {              \
    uint64_t bad = 0;                                                                                        \
    (void)p;                                                                                                 \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      const from x = a[i];                                                                                   \
      r[i] = (to)(value);                                                                                    \
    }                                                                                                        \
    return bad;                                                                                              \
  }

/* Calls a BLT_BINARY loop over arguments 0 and 1 read by blt_call_<get>. */
#define BLT_BINARY_CALL(loop, get, c)                                                                        \
  loop(blt_call_##get(c, 0), blt_call_constant(c, 0), blt_call_##get(c, 1), blt_call_constant(c, 1), (c)->n, \
       (c)->out)

/* A kernel made of a loop. */
#define BLT_STRICT(name, loop)                                                                               \
  blt_status name(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {                      \
    return blt_strict(f, op, loop, out, err);                                                                \
  }

#define BLT_TEXT_OF_VALUE 48
/* A value that is no string as text (a null: "nil"); gives the length. Needs BLT_TEXT_OF_VALUE bytes. */
size_t blt_value_text(const blt_value *v, char *out);
/* Row i of argument `arg` as text, for messages; a string is cut. */
void blt_call_show(const blt_call *c, uint32_t arg, uint32_t i, char out[64]);

/* By what the members of a family are told apart: the catalogue's codes. */
enum { BLT_EQ, BLT_NE, BLT_LT, BLT_LE, BLT_GT, BLT_GE };
enum {
  BLT_YEAR,
  BLT_QUARTER,
  BLT_MONTH,
  BLT_DAY_OF_MONTH,
  BLT_WEEKDAY,
  BLT_WEEK,
  BLT_WEEK_YEAR,
  BLT_YEARDAY,
  BLT_HOUR_OF,
  BLT_MINUTE_OF,
  BLT_SECOND_OF,
  BLT_FISCAL_YEAR,
  BLT_FISCAL_QUARTER
};
enum { BLT_ROUND, BLT_FLOOR, BLT_CEIL, BLT_TRUNC };
enum { BLT_SQRT, BLT_EXP, BLT_LOG, BLT_LOG10, BLT_LOG2, BLT_SIN, BLT_COS, BLT_TAN };
enum { BLT_LEAST = '<', BLT_GREATEST = '>' };
enum { BLT_IS_NAN, BLT_IS_FINITE };
enum { BLT_BOTH_SIDES, BLT_LEFT_SIDE, BLT_RIGHT_SIDE };
enum { BLT_ANYWHERE, BLT_AT_START, BLT_AT_END };
enum { BLT_CHARS, BLT_BYTES };
enum { BLT_LOWER, BLT_UPPER };
enum { BLT_MATCHES, BLT_EXTRACT, BLT_REGEX_REPLACE };

typedef blt_status blt_binding(blt_binder *b, blt_op *op, blt_error *err);
typedef blt_status blt_running(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err);
typedef void blt_ranging(const blt_scope *s, const blt_op *op, blt_range *out);

/* func_arith.c */
blt_binding blt_bind_add, blt_bind_subtract, blt_bind_multiply, blt_bind_divide, blt_bind_floor_divide,
    blt_bind_modulo, blt_bind_negate;
blt_running blt_run_power;
/* func_compare.c, func_in.c */
blt_binding blt_bind_compare, blt_bind_in, blt_bind_isnull;
/* Of arguments x and y: a constant string beside a date or timestamp is read as one. */
blt_status blt_bind_moment_texts(blt_binder *b, blt_op *op, uint32_t x, uint32_t y, blt_error *err);
/* func_logic.c */
blt_binding blt_bind_and, blt_bind_or, blt_bind_if, blt_bind_coalesce, blt_bind_nullif, blt_bind_extreme;
blt_binding blt_bind_not, blt_bind_fails;
/* func_math.c */
blt_binding blt_bind_abs, blt_bind_sign, blt_bind_round, blt_bind_trunc, blt_bind_bin, blt_bind_float_test,
    blt_bind_math;
/* func_date.c */
blt_binding blt_bind_field, blt_bind_fiscal, blt_bind_date_add, blt_bind_date_diff, blt_bind_date_trunc;
blt_running blt_run_epoch;
/* func_string.c */
blt_binding blt_bind_concat, blt_bind_join, blt_bind_len, blt_bind_find, blt_bind_starts_with;
blt_running blt_run_substr, blt_run_end, blt_run_trim, blt_run_replace, blt_run_search, blt_run_like,
    blt_run_case, blt_run_pad, blt_run_split_part;
/* func_regex.c */
blt_binding blt_bind_regex;
/* func_host.c */
blt_binding blt_bind_host;
/* func_layout.c */
blt_binding blt_bind_format;
/* Of date(s, layout) and timestamp(s, layout). */
blt_binding blt_bind_laid_out;
/* func_cast.c */
blt_binding blt_bind_to_int64, blt_bind_to_float64, blt_bind_to_decimal, blt_bind_to_string, blt_bind_to_bool,
    blt_bind_to_date, blt_bind_to_timestamp;
/* =date and =decimal: what a change stores, where a time of day or a fraction that gets lost is an error. */
blt_binding blt_bind_to_date_exact, blt_bind_to_decimal_exact;

/* expr_range.c: what is known about results of the functions that have a `range`. */
blt_ranging blt_range_add, blt_range_subtract, blt_range_multiply, blt_range_compare, blt_range_and,
    blt_range_or, blt_range_not, blt_range_isnull, blt_range_in;
/* Whether the block at hand surely has no text from `low` to `high` (s NULL: no end) in the column. */
bool blt_range_lacks(const blt_scope *s, const blt_op *op, blt_str low, blt_str high);
/* The range of a function of argument 0 that never falls: its values at both ends. */
void blt_range_map(const blt_scope *s, const blt_op *op, int64_t (*fn)(const blt_op *op, int64_t x),
                   blt_range *out);

#endif
