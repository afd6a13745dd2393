/* aggregates.h: the catalogue of aggregates: their names, arguments and results.
 *
 * Aggregates skip nulls (`count` without an argument counts rows). Over no values they are null, except the
 * counts, which are 0; a group without keys answers with one row even over no rows.
 *
 *   count, count(x), count_distinct(x)   int64
 *   approx_distinct(x)                   int64; exact below 4,096 values, then HyperLogLog with a
 *                                        standard error of 0.8 %
 *   sum(x)                               int64 of bool and int64, decimal(18,s), float64; exact or
 *                                        BLT_EOVERFLOW
 *   product(x)                           int64 likewise, otherwise float64
 *   mean, variance, stddev (of samples), variance_pop, stddev_pop
 *                                        float64 of a number
 *   covar, covar_pop, corr, weighted_mean(x, weight), regr_slope, regr_intercept, regr_r2 (y, x)
 *                                        float64 of two numbers
 *   min, max, first, last, mode          the argument's type; NaN is above all numbers and -0 below 0; of
 *                                        several modes the first
 *   any, all                             bool of a bool
 *   median, quantile(x, share), approx_quantile(x, share)
 *                                        float64 between the two nearest values; of dates and timestamps
 *                                        the lower one. The approximate one is exact of those two types, of
 *                                        fewer than 4,096 values, and wherever that costs no more; else each
 *                                        of the two values is wrong by 0.2 % of itself at most while values
 *                                        span 19 orders of ten (exec/aggregate/quantiles.h)
 *   string_agg(x, separator)             string, values in row order; "," when no separator is given
 *   top(x, n), bottom(x, n)              the argument's type, one row a value, best first: a group has as
 *                                        many rows as its longest list (none when it has no value), other
 *                                        columns repeated
 */
#ifndef BLT_PLAN_AGGREGATES_H
#define BLT_PLAN_AGGREGATES_H

#include "expr/expr.h"

/* One aggregate: kind is a name of blt_agg_names(); parameters (a quantile's 0.5, the n of top) are constants
 * among args. where: only rows for which it is true (the `_if` form), or NULL. */
typedef struct blt_aggregate {
  const char *name; /* output column */
  const char *kind;
  uint32_t nargs;
  blt_expr *args[4];
  blt_expr *where;
} blt_aggregate;

/* Names of all aggregates, sorted, NULL-terminated. */
const char *const *blt_agg_names(void);
/* Type of the aggregate's result, checking its arguments. */
blt_status blt_agg_type(const blt_aggregate *a, blt_type *out, blt_error *err);

typedef enum blt_agg_kind {
  BLT_AGG_ALL,
  BLT_AGG_ANY,
  BLT_AGG_APPROX_DISTINCT,
  BLT_AGG_APPROX_QUANTILE,
  BLT_AGG_BOTTOM,
  BLT_AGG_CORR,
  BLT_AGG_COUNT,
  BLT_AGG_COUNT_DISTINCT,
  BLT_AGG_COVAR,
  BLT_AGG_COVAR_POP,
  BLT_AGG_FIRST,
  BLT_AGG_LAST,
  BLT_AGG_MAX,
  BLT_AGG_MEAN,
  BLT_AGG_MEDIAN,
  BLT_AGG_MIN,
  BLT_AGG_MODE,
  BLT_AGG_PRODUCT,
  BLT_AGG_QUANTILE,
  BLT_AGG_REGR_INTERCEPT,
  BLT_AGG_REGR_R2,
  BLT_AGG_REGR_SLOPE,
  BLT_AGG_STDDEV,
  BLT_AGG_STDDEV_POP,
  BLT_AGG_STRING_AGG,
  BLT_AGG_SUM,
  BLT_AGG_TOP,
  BLT_AGG_VARIANCE,
  BLT_AGG_VARIANCE_POP,
  BLT_AGG_WEIGHTED_MEAN
} blt_agg_kind;

/* The kind of a checked aggregate, its result's type and its constant parameter. */
typedef struct blt_agg_spec {
  blt_agg_kind kind;
  blt_type type;
  double fraction;   /* quantile: 0 to 1 */
  uint32_t n;        /* top, bottom */
  blt_str separator; /* string_agg */
} blt_agg_spec;

blt_status blt_agg_check(const blt_aggregate *a, blt_agg_spec *out, blt_error *err);

#endif
