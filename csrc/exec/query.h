/* query.h: one stage of a query: scan a view, filter, compute, and end in one sink; the answer is a table.
 *
 *   view ── where ──┬── rows                 (select)
 *                   ├── groups: keys, aggregates   (by … agg, distinct)
 *                   └── order, limit, heads of groups (sort, top-k, top-k of each)
 *
 * A query of several stages runs stage by stage, each over the table that the one before gave. Results are
 * the same, bit for bit, whatever the number of threads.
 *
 * Order of the answer without `order`: rows as they are in the view; groups by their first row when there are
 * at most 65,536 of them, otherwise in an order that depends on the data and the query only. Rows that
 * `order` finds equal keep that order. Nulls are one group, all NaN are one group, and so are 0 and -0.
 *
 * Aggregates skip nulls (`count` without an argument counts rows). Over no values they are null, except the
 * counts, which are 0; a stage without keys answers with one row even over no rows.
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
 *   min, max, first, last, mode          the argument's type; NaN is above all numbers; of several modes
 *                                        the first
 *   any, all                             bool of a bool
 *   median, quantile(x, share), approx_quantile(x, share), which is computed exactly
 *                                        float64 between the two nearest values; of dates and timestamps
 *                                        the lower one
 *   string_agg(x, separator)             string, values in row order; "," when no separator is given
 *   top(x, n), bottom(x, n)              the argument's type, one row a value, best first: a group has as
 *                                        many rows as its longest list (none when it has no value), other
 *                                        columns repeated
 */
#ifndef BLT_EXEC_QUERY_H
#define BLT_EXEC_QUERY_H

#include "expr/expr.h"

typedef struct blt_output {
  const char *name;
  blt_expr *expr; /* borrowed */
} blt_output;

/* One aggregate: kind is a name of blt_agg_names(); parameters (a quantile's 0.5, the n of top) are constants
 * among args. where: only rows for which it is true (the `_if` form), or NULL. */
typedef struct blt_aggregate {
  const char *name; /* output column */
  const char *kind;
  uint32_t nargs;
  blt_expr *args[4];
  blt_expr *where;
} blt_aggregate;

/* Order of the answer by its own output columns. */
typedef struct blt_order {
  uint32_t column;
  bool descending, nulls_first;
} blt_order;

typedef struct blt_stage {
  const blt_view *view;
  blt_expr *where;   /* or NULL */
  bool grouped;      /* groups (keys may be none: one group) or rows */
  uint32_t noutputs; /* rows: the columns; grouped: the keys */
  const blt_output *outputs;
  uint32_t naggregates;
  const blt_aggregate *aggregates;
  uint32_t norder;
  const blt_order *order;
  uint32_t nheads;      /* rows: of those that are alike in the first `nheads` of the order, which then are */
  uint64_t heads;       /* one group, only the first `heads` are answered; nheads 0: no groups */
  uint64_t skip, limit; /* limit UINT64_MAX: no limit */
} blt_stage;

/* What ran, for :explain(). Groups here are blocks of rows. bytes_read: of the columns that the stage names,
 * in the blocks that were not skipped. */
typedef struct blt_profile {
  char strategy[240];
  uint64_t rows_scanned, rows_selected, groups_skipped, groups_scanned, rows_out, bytes_read;
  double seconds_filter, seconds_group, seconds_sort, seconds_total;
} blt_profile;

/* Runs it. `profile` may be NULL. err->position: index of the aggregate that is wrong, or -1. */
blt_status blt_stage_run(blt_ctx *ctx, const blt_stage *stage, blt_table **out, blt_profile *profile,
                         blt_error *err);
/* Fills the strategy and estimates without running. */
blt_status blt_stage_explain(blt_ctx *ctx, const blt_stage *stage, blt_profile *profile, blt_error *err);

/* Names of all aggregates, sorted, NULL-terminated. */
const char *const *blt_agg_names(void);
/* Type of the aggregate's result, checking its arguments. */
blt_status blt_agg_type(const blt_aggregate *a, blt_type *out, blt_error *err);

#endif
