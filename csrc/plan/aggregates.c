#include "aggregates.h"

#include "base/text/num.h"
#include <string.h>

/* What kinds of arguments an aggregate takes. */
typedef enum arg_rule {
  ARGS_COUNT,    /* nothing, or anything */
  ARGS_ANYTHING, /* one value of any type */
  ARGS_BOOL,
  ARGS_NUMBER,   /* bool, int64, decimal, float64 */
  ARGS_ORDERED,  /* a number, date or timestamp */
  ARGS_PAIR,     /* two numbers */
  ARGS_QUANTILE, /* ordered value, constant from 0 to 1 */
  ARGS_TOP,      /* ordered value, constant count */
  ARGS_STRING    /* string, constant separator */
} arg_rule;

typedef enum result_rule {
  RESULT_INT,
  RESULT_FLOAT,
  RESULT_BOOL,
  RESULT_SAME,
  RESULT_SUM,
  RESULT_PRODUCT,
  RESULT_MIDDLE,
  RESULT_STRING
} result_rule;

typedef struct agg_info {
  const char *name;
  uint8_t kind, args, result;
} agg_info;

/* Sorted by name. */
static const agg_info table[] = {
    {"all", BLT_AGG_ALL, ARGS_BOOL, RESULT_BOOL},
    {"any", BLT_AGG_ANY, ARGS_BOOL, RESULT_BOOL},
    {"approx_distinct", BLT_AGG_APPROX_DISTINCT, ARGS_ANYTHING, RESULT_INT},
    {"approx_quantile", BLT_AGG_APPROX_QUANTILE, ARGS_QUANTILE, RESULT_MIDDLE},
    {"bottom", BLT_AGG_BOTTOM, ARGS_TOP, RESULT_SAME},
    {"corr", BLT_AGG_CORR, ARGS_PAIR, RESULT_FLOAT},
    {"count", BLT_AGG_COUNT, ARGS_COUNT, RESULT_INT},
    {"count_distinct", BLT_AGG_COUNT_DISTINCT, ARGS_ANYTHING, RESULT_INT},
    {"covar", BLT_AGG_COVAR, ARGS_PAIR, RESULT_FLOAT},
    {"covar_pop", BLT_AGG_COVAR_POP, ARGS_PAIR, RESULT_FLOAT},
    {"first", BLT_AGG_FIRST, ARGS_ANYTHING, RESULT_SAME},
    {"last", BLT_AGG_LAST, ARGS_ANYTHING, RESULT_SAME},
    {"max", BLT_AGG_MAX, ARGS_ANYTHING, RESULT_SAME},
    {"mean", BLT_AGG_MEAN, ARGS_NUMBER, RESULT_FLOAT},
    {"median", BLT_AGG_MEDIAN, ARGS_ORDERED, RESULT_MIDDLE},
    {"min", BLT_AGG_MIN, ARGS_ANYTHING, RESULT_SAME},
    {"mode", BLT_AGG_MODE, ARGS_ANYTHING, RESULT_SAME},
    {"product", BLT_AGG_PRODUCT, ARGS_NUMBER, RESULT_PRODUCT},
    {"quantile", BLT_AGG_QUANTILE, ARGS_QUANTILE, RESULT_MIDDLE},
    {"regr_intercept", BLT_AGG_REGR_INTERCEPT, ARGS_PAIR, RESULT_FLOAT},
    {"regr_r2", BLT_AGG_REGR_R2, ARGS_PAIR, RESULT_FLOAT},
    {"regr_slope", BLT_AGG_REGR_SLOPE, ARGS_PAIR, RESULT_FLOAT},
    {"stddev", BLT_AGG_STDDEV, ARGS_NUMBER, RESULT_FLOAT},
    {"stddev_pop", BLT_AGG_STDDEV_POP, ARGS_NUMBER, RESULT_FLOAT},
    {"string_agg", BLT_AGG_STRING_AGG, ARGS_STRING, RESULT_STRING},
    {"sum", BLT_AGG_SUM, ARGS_NUMBER, RESULT_SUM},
    {"top", BLT_AGG_TOP, ARGS_TOP, RESULT_SAME},
    {"variance", BLT_AGG_VARIANCE, ARGS_NUMBER, RESULT_FLOAT},
    {"variance_pop", BLT_AGG_VARIANCE_POP, ARGS_NUMBER, RESULT_FLOAT},
    {"weighted_mean", BLT_AGG_WEIGHTED_MEAN, ARGS_PAIR, RESULT_FLOAT},
};

#define NINFO (sizeof table / sizeof *table)

static const char *const names[NINFO + 1] = {"all",
                                             "any",
                                             "approx_distinct",
                                             "approx_quantile",
                                             "bottom",
                                             "corr",
                                             "count",
                                             "count_distinct",
                                             "covar",
                                             "covar_pop",
                                             "first",
                                             "last",
                                             "max",
                                             "mean",
                                             "median",
                                             "min",
                                             "mode",
                                             "product",
                                             "quantile",
                                             "regr_intercept",
                                             "regr_r2",
                                             "regr_slope",
                                             "stddev",
                                             "stddev_pop",
                                             "string_agg",
                                             "sum",
                                             "top",
                                             "variance",
                                             "variance_pop",
                                             "weighted_mean",
                                             NULL};

const char *const *blt_agg_names(void) {
  return names;
}

static const agg_info *find(const char *name) {
  for (size_t i = 0; i < NINFO; i++)
    if (strcmp(table[i].name, name) == 0) return &table[i];
  return NULL;
}

static bool is_number(blt_type t) {
  return t.id == BLT_BOOL || t.id == BLT_INT64 || t.id == BLT_FLOAT64 || t.id == BLT_DECIMAL;
}
static bool is_ordered(blt_type t) {
  return is_number(t) || t.id == BLT_DATE || t.id == BLT_TIMESTAMP;
}

static bool constant_number(const blt_expr *e, double *out) {
  blt_value v;
  if (!blt_expr_constant(e, &v) || v.null || !is_number(v.type)) return false;
  *out = v.type.id == BLT_FLOAT64 ? v.u.f : (double)v.u.i / (double)blt_pow10(v.type.scale);
  return true;
}

static blt_status wrong_count(const blt_aggregate *a, const char *expected, blt_error *err) {
  return blt_fail(err, BLT_EINVAL, "%s takes %s, not %u arguments", a->kind, expected, a->nargs);
}

/* What to do where numbers of a file were read as text. */
static const char *reading_advice(const blt_expr *arg, const char *expected) {
  bool text = blt_expr_column(arg) >= 0 && blt_expr_type(arg).id == BLT_STRING;
  return text && strncmp(expected, "a number", 8) == 0
             ? " (read as text from a file? see its options thousands, decimal_mark, nulls, quoted_nulls, "
               "types)"
             : "";
}

static blt_status wrong_type(const blt_aggregate *a, uint32_t arg, const char *expected, blt_error *err) {
  char got[24];
  return blt_fail(err, BLT_ETYPE, "%s needs %s as argument %u, not %s%s", a->kind, expected, arg + 1,
                  blt_type_name(blt_expr_type(a->args[arg]), got), reading_advice(a->args[arg], expected));
}

static blt_status check_quantile(const blt_aggregate *a, blt_agg_spec *out, blt_error *err) {
  if (a->nargs != 2) return wrong_count(a, "a value and a fraction from 0 to 1", err);
  if (!is_ordered(blt_expr_type(a->args[0]))) return wrong_type(a, 0, "a number, date or timestamp", err);
  if (!constant_number(a->args[1], &out->fraction) || !(out->fraction >= 0 && out->fraction <= 1))
    return blt_fail(err, BLT_EINVAL, "%s needs a constant from 0 to 1 as its second argument", a->kind);
  return BLT_OK;
}

static blt_status check_top(const blt_aggregate *a, blt_agg_spec *out, blt_error *err) {
  double n;
  if (a->nargs != 2) return wrong_count(a, "a value and how many", err);
  if (!is_ordered(blt_expr_type(a->args[0]))) return wrong_type(a, 0, "a number, date or timestamp", err);
  if (!constant_number(a->args[1], &n) || !(n >= 1 && n <= 1000000) || n != (double)(uint32_t)n)
    return blt_fail(err, BLT_EINVAL, "%s needs a constant from 1 to 1000000 as its second argument", a->kind);
  out->n = (uint32_t)n;
  return BLT_OK;
}

static blt_status check_string_agg(const blt_aggregate *a, blt_agg_spec *out, blt_error *err) {
  blt_value v;
  out->separator = (blt_str){",", 1};
  if (a->nargs != 1 && a->nargs != 2) return wrong_count(a, "a string and a separator", err);
  if (blt_expr_type(a->args[0]).id != BLT_STRING) return wrong_type(a, 0, "a string", err);
  if (a->nargs == 1) return BLT_OK;
  if (!blt_expr_constant(a->args[1], &v) || v.null || v.type.id != BLT_STRING)
    return blt_fail(err, BLT_EINVAL, "%s needs a constant string as its second argument", a->kind);
  out->separator = v.u.s;
  return BLT_OK;
}

static blt_status check_args(const blt_aggregate *a, arg_rule rule, blt_agg_spec *out, blt_error *err) {
  switch (rule) {
  case ARGS_COUNT:
    return a->nargs <= 1 ? BLT_OK : wrong_count(a, "one argument or none", err);
  case ARGS_QUANTILE:
    return check_quantile(a, out, err);
  case ARGS_TOP:
    return check_top(a, out, err);
  case ARGS_STRING:
    return check_string_agg(a, out, err);
  case ARGS_PAIR:
    if (a->nargs != 2) return wrong_count(a, "two numbers", err);
    if (!is_number(blt_expr_type(a->args[1]))) return wrong_type(a, 1, "a number", err);
    return is_number(blt_expr_type(a->args[0])) ? BLT_OK : wrong_type(a, 0, "a number", err);
  default:
    break;
  }
  if (a->nargs != 1) return wrong_count(a, "one argument", err);
  blt_type t = blt_expr_type(a->args[0]);
  if (rule == ARGS_BOOL && t.id != BLT_BOOL) return wrong_type(a, 0, "a bool", err);
  if (rule == ARGS_NUMBER && !is_number(t)) return wrong_type(a, 0, "a number", err);
  if (rule == ARGS_ORDERED && !is_ordered(t)) return wrong_type(a, 0, "a number, date or timestamp", err);
  if (t.id == BLT_NULLTYPE) return wrong_type(a, 0, "a value with a type", err);
  return BLT_OK;
}

static blt_type result_type(result_rule rule, blt_type arg) {
  arg.required = false;
  blt_type exact = arg;
  exact.precision = BLT_MAX_PRECISION;
  switch (rule) {
  case RESULT_INT:
    return (blt_type){.id = BLT_INT64};
  case RESULT_BOOL:
    return (blt_type){.id = BLT_BOOL};
  case RESULT_STRING:
    return (blt_type){.id = BLT_STRING};
  case RESULT_SAME:
    return arg;
  case RESULT_SUM:
    return arg.id == BLT_DECIMAL ? exact : arg.id == BLT_FLOAT64 ? arg : (blt_type){.id = BLT_INT64};
  case RESULT_PRODUCT:
    return (blt_type){.id = arg.id == BLT_INT64 || arg.id == BLT_BOOL ? BLT_INT64 : BLT_FLOAT64};
  case RESULT_MIDDLE:
    return arg.id == BLT_DATE || arg.id == BLT_TIMESTAMP ? arg : (blt_type){.id = BLT_FLOAT64};
  default:
    return (blt_type){.id = BLT_FLOAT64};
  }
}

blt_status blt_agg_check(const blt_aggregate *a, blt_agg_spec *out, blt_error *err) {
  const agg_info *info = find(a->kind);
  if (!info) return blt_fail(err, BLT_ENAME, "unknown aggregate '%s'", a->kind);
  blt_agg_spec spec = {.kind = info->kind, .fraction = 0.5};
  blt_status status = check_args(a, info->args, &spec, err);
  if (status != BLT_OK) return status;
  if (a->where && blt_expr_type(a->where).id != BLT_BOOL && blt_expr_type(a->where).id != BLT_NULLTYPE)
    return blt_fail(err, BLT_ETYPE, "the condition of %s_if must be a bool, and stands last", a->kind);
  spec.type = result_type(info->result, a->nargs ? blt_expr_type(a->args[0]) : (blt_type){.id = BLT_INT64});
  *out = spec;
  return BLT_OK;
}

blt_status blt_agg_type(const blt_aggregate *a, blt_type *out, blt_error *err) {
  blt_agg_spec spec;
  blt_status status = blt_agg_check(a, &spec, err);
  if (status == BLT_OK) *out = spec.type;
  return status;
}
