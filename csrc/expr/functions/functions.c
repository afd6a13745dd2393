/* functions.c: every function of the language in one table, sorted by name. */
#include "func.h"

#include <string.h>

/* name, parameters, result (letters of expr_inside.h), nulls, errors, cost a row, kernel or NULL, bind or
 * NULL, which member of its family */
#define CATALOGUE(F)                                                                                         \
  F("%", "nn", BOUND, STRICT, SAFE, 2, NULL, blt_bind_modulo, 0)                                             \
  F("*", "TT", BOUND, STRICT, SAFE, 2, NULL, blt_bind_multiply, '*')                                         \
  F("+", "TT", BOUND, STRICT, SAFE, 1, NULL, blt_bind_add, '+')                                              \
  F("-", "TT", BOUND, STRICT, SAFE, 1, NULL, blt_bind_subtract, '-')                                         \
  F("..", "TT", 's', STRICT, SAFE, 20, NULL, blt_bind_join, 0)                                               \
  F("/", "nn", 'f', STRICT, SAFE, 2, NULL, blt_bind_divide, 0)                                               \
  F("//", "nn", BOUND, STRICT, SAFE, 2, NULL, blt_bind_floor_divide, 0)                                      \
  F("<", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare, BLT_LT)                                           \
  F("<=", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare, BLT_LE)                                          \
  F("==", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare, BLT_EQ)                                          \
  F("=date", "T", 'd', STRICT, SAFE, 2, NULL, blt_bind_to_date_exact, 0)                                     \
  F("=decimal", "Tkk", BOUND, STRICT, SAFE, 3, NULL, blt_bind_to_decimal_exact, 0)                           \
  F(">", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare, BLT_GT)                                           \
  F(">=", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare, BLT_GE)                                          \
  F("^", "ff", 'f', STRICT, SAFE, 20, blt_run_power, NULL, 0)                                                \
  F("abs", "n", BOUND, STRICT, SAFE, 1, NULL, blt_bind_abs, 0)                                               \
  F("and", "bb", 'b', LAZY, SAFE, 1, NULL, blt_bind_and, 0)                                                  \
  F("bin", "nn", BOUND, STRICT, SAFE, 0, NULL, blt_bind_bin, 0)                                              \
  F("bool", "T", 'b', STRICT, SAFE, 2, NULL, blt_bind_to_bool, 0)                                            \
  F("bytes", "s", 'i', STRICT, SAFE, 2, NULL, blt_bind_len, BLT_BYTES)                                       \
  F("ceil", "n", BOUND, STRICT, SAFE, 2, NULL, blt_bind_round, BLT_CEIL)                                     \
  F("coalesce", "T*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_coalesce, 0)                                      \
  F("concat", "T*", 's', LAZY, SAFE, 0, NULL, blt_bind_concat, 0)                                            \
  F("contains", "ss", 'b', STRICT, SAFE, 20, blt_run_search, NULL, BLT_ANYWHERE)                             \
  F("cos", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math, BLT_COS)                                         \
  F("date", "TT?T?", 'd', STRICT, SAFE, 2, NULL, blt_bind_to_date, 0)                                        \
  F("date_add", "Diu", BOUND, STRICT, FAILS, 6, NULL, blt_bind_date_add, 0)                                  \
  F("date_diff", "DDu", 'i', STRICT, SAFE, 6, NULL, blt_bind_date_diff, 0)                                   \
  F("day", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field, BLT_DAY_OF_MONTH)                                \
  F("dayofyear", "D", 'i', STRICT, SAFE, 3, NULL, blt_bind_field, BLT_YEARDAY)                               \
  F("decimal", "Tkk", BOUND, STRICT, SAFE, 3, NULL, blt_bind_to_decimal, 0)                                  \
  F("ends_with", "ss", 'b', STRICT, SAFE, 8, blt_run_search, NULL, BLT_AT_END)                               \
  F("epoch", "D", 'i', STRICT, SAFE, 3, blt_run_epoch, NULL, 0)                                              \
  F("exp", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math, BLT_EXP)                                         \
  F("extract", "ssT?", 's', STRICT, SAFE, 60, NULL, blt_bind_regex, BLT_EXTRACT)                             \
  F("fails", "T", 'b', LAZY, SAFE, 8, NULL, blt_bind_fails, 0)                                               \
  F("find", "ss", 'i', STRICT, SAFE, 20, NULL, blt_bind_find, 0)                                             \
  F("fiscal_quarter", "Dk", 'i', STRICT, SAFE, 2, NULL, blt_bind_fiscal, BLT_FISCAL_QUARTER)                 \
  F("fiscal_year", "Dk", 'i', STRICT, SAFE, 2, NULL, blt_bind_fiscal, BLT_FISCAL_YEAR)                       \
  F("float64", "T", 'f', STRICT, SAFE, 1, NULL, blt_bind_to_float64, 0)                                      \
  F("floor", "n", BOUND, STRICT, SAFE, 2, NULL, blt_bind_round, BLT_FLOOR)                                   \
  F("format", "DT", 's', STRICT, SAFE, 20, NULL, blt_bind_format, 0)                                         \
  F("greatest", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_extreme, BLT_GREATEST)                           \
  F("hour", "t", 'i', STRICT, SAFE, 3, NULL, blt_bind_field, BLT_HOUR_OF)                                    \
  F("if", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_if, 0)                                                 \
  F("in", "TT?*", 'b', LAZY, SAFE, 1, NULL, blt_bind_in, 0)                                                  \
  F("int64", "T", 'i', STRICT, SAFE, 1, NULL, blt_bind_to_int64, 0)                                          \
  F("is_finite", "f", 'b', STRICT, SAFE, 1, NULL, blt_bind_float_test, BLT_IS_FINITE)                        \
  F("is_nan", "f", 'b', STRICT, SAFE, 1, NULL, blt_bind_float_test, BLT_IS_NAN)                              \
  F("isnull", "T", 'b', LAZY, SAFE, 1, NULL, blt_bind_isnull, 0)                                             \
  F("least", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_extreme, BLT_LEAST)                                 \
  F("left", "si", 's', STRICT, SAFE, 8, blt_run_end, NULL, BLT_LEFT_SIDE)                                    \
  F("len", "s", 'i', STRICT, SAFE, 8, NULL, blt_bind_len, BLT_CHARS)                                         \
  F("like", "ss", 'b', STRICT, SAFE, 30, blt_run_like, NULL, 0)                                              \
  F("log", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math, BLT_LOG)                                         \
  F("log10", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math, BLT_LOG10)                                     \
  F("log2", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math, BLT_LOG2)                                       \
  F("lower", "s", 's', STRICT, SAFE, 20, blt_run_case, NULL, BLT_LOWER)                                      \
  F("lpad", "sis?", 's', STRICT, FAILS, 20, blt_run_pad, NULL, BLT_LEFT_SIDE)                                \
  F("ltrim", "ss?", 's', STRICT, SAFE, 8, blt_run_trim, NULL, BLT_LEFT_SIDE)                                 \
  F("lua", "Tku", BOUND, STRICT, FAILS, 255, NULL, blt_bind_host, 0)                                         \
  F("matches", "ss", 'b', STRICT, SAFE, 60, NULL, blt_bind_regex, BLT_MATCHES)                               \
  F("max", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_extreme, BLT_GREATEST)                                \
  F("min", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_extreme, BLT_LEAST)                                   \
  F("minute", "t", 'i', STRICT, SAFE, 3, NULL, blt_bind_field, BLT_MINUTE_OF)                                \
  F("month", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field, BLT_MONTH)                                     \
  F("neg", "n", BOUND, STRICT, SAFE, 1, NULL, blt_bind_negate, 0)                                            \
  F("not", "b", 'b', STRICT, SAFE, 1, NULL, blt_bind_not, 0)                                                 \
  F("nullif", "TT", BOUND, LAZY, SAFE, 4, NULL, blt_bind_nullif, 0)                                          \
  F("or", "bb", 'b', LAZY, SAFE, 1, NULL, blt_bind_or, 0)                                                    \
  F("pow", "ff", 'f', STRICT, SAFE, 20, blt_run_power, NULL, 0)                                              \
  F("quarter", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field, BLT_QUARTER)                                 \
  F("regex_replace", "sss", 's', STRICT, SAFE, 80, NULL, blt_bind_regex, BLT_REGEX_REPLACE)                  \
  F("replace", "sss", 's', STRICT, SAFE, 20, blt_run_replace, NULL, 0)                                       \
  F("right", "si", 's', STRICT, SAFE, 8, blt_run_end, NULL, BLT_RIGHT_SIDE)                                  \
  F("round", "nk?", BOUND, STRICT, SAFE, 2, NULL, blt_bind_round, BLT_ROUND)                                 \
  F("rpad", "sis?", 's', STRICT, FAILS, 20, blt_run_pad, NULL, BLT_RIGHT_SIDE)                               \
  F("rtrim", "ss?", 's', STRICT, SAFE, 8, blt_run_trim, NULL, BLT_RIGHT_SIDE)                                \
  F("second", "t", 'i', STRICT, SAFE, 3, NULL, blt_bind_field, BLT_SECOND_OF)                                \
  F("sign", "n", BOUND, STRICT, SAFE, 1, NULL, blt_bind_sign, 0)                                             \
  F("sin", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math, BLT_SIN)                                         \
  F("split_part", "ssi", 's', STRICT, SAFE, 20, blt_run_split_part, NULL, 0)                                 \
  F("sqrt", "f", 'f', STRICT, SAFE, 3, NULL, blt_bind_math, BLT_SQRT)                                        \
  F("starts_with", "ss", 'b', STRICT, SAFE, 6, NULL, blt_bind_starts_with, BLT_AT_START)                     \
  F("string", "T", 's', STRICT, SAFE, 2, NULL, blt_bind_to_string, 0)                                        \
  F("substr", "sii?", 's', STRICT, SAFE, 8, blt_run_substr, NULL, 0)                                         \
  F("tan", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math, BLT_TAN)                                         \
  F("timestamp", "TT?", 't', STRICT, SAFE, 1, NULL, blt_bind_to_timestamp, 0)                                \
  F("trim", "ss?", 's', STRICT, SAFE, 8, blt_run_trim, NULL, BLT_BOTH_SIDES)                                 \
  F("trunc", "Tu?", BOUND, STRICT, SAFE, 3, NULL, blt_bind_trunc, BLT_TRUNC)                                 \
  F("upper", "s", 's', STRICT, SAFE, 20, blt_run_case, NULL, BLT_UPPER)                                      \
  F("week", "D", 'i', STRICT, SAFE, 4, NULL, blt_bind_field, BLT_WEEK)                                       \
  F("week_year", "D", 'i', STRICT, SAFE, 4, NULL, blt_bind_field, BLT_WEEK_YEAR)                             \
  F("weekday", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field, BLT_WEEKDAY)                                 \
  F("year", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field, BLT_YEAR)                                       \
  F("~=", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare, BLT_NE)

enum { BOUND = 0, STRICT = 0, LAZY = 1, SAFE = 0, FAILS = 1 };

#define ROW(name, params, result, lazy, fails, cost, run, bind, code)                                        \
  {name, params, result, lazy, fails, cost, code, run, bind},
#define NAME(name, params, result, lazy, fails, cost, run, bind, code) name,

static const blt_function functions[] = {CATALOGUE(ROW)};
static const char *const names[] = {CATALOGUE(NAME) NULL};

#define COUNT (sizeof functions / sizeof *functions)

const char *const *blt_expr_functions(void) {
  return names;
}

const blt_function *blt_function_find(const char *name) {
  size_t low = 0, high = COUNT;
  while (low < high) {
    size_t middle = (low + high) / 2;
    int d = strcmp(name, functions[middle].name);
    if (d == 0) return &functions[middle];
    if (d < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

/* ---- "did you mean" ---- */

#define LONGEST 20 /* no name of the catalogue is longer */

static uint32_t least(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

/* Letters to insert, remove or change. */
static uint32_t distance(const char *a, size_t n, const char *b) {
  uint32_t row[LONGEST + 1];
  size_t m = strlen(b);
  for (uint32_t j = 0; j <= m; j++) row[j] = j;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t corner = row[0];
    row[0] = i + 1;
    for (uint32_t j = 0; j < m; j++) {
      uint32_t change = corner + (a[i] != b[j]);
      corner = row[j + 1];
      row[j + 1] = least(change, least(row[j], row[j + 1]) + 1);
    }
  }
  return row[m];
}

/* What other languages call them. */
static const char *const synonyms[][2] = {
    {"length", "len"},       {"ifnull", "coalesce"}, {"nvl", "coalesce"},     {"substring", "substr"},
    {"ceiling", "ceil"},     {"ln", "log"},          {"date_trunc", "trunc"}, {"datediff", "date_diff"},
    {"dateadd", "date_add"}, {"power", "pow"},       {"position", "find"},    {"case", "if"},
    {"str", "string"},       {"int", "int64"},       {"float", "float64"},    {"tonumber", "float64"},
    {"tostring", "string"},  {"iif", "if"},          {"ucase", "upper"},      {"lcase", "lower"},
    {"is_null", "isnull"}};

const char *blt_function_suggest(const char *name) {
  size_t n = strlen(name);
  const char *best = NULL;
  uint32_t nearest = n < 5 ? 2 : 3; /* one letter of a short name, two of a long one */
  if (n < 2 || n > LONGEST) return NULL;
  for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++) {
    uint32_t d = distance(name, n, synonyms[i][0]);
    if (d < nearest) nearest = d, best = synonyms[i][1];
  }
  for (size_t i = 0; i < COUNT; i++) {
    if (functions[i].name[0] < 'a' || functions[i].name[0] > 'z') continue;
    uint32_t d = distance(name, n, functions[i].name);
    if (d < nearest) nearest = d, best = functions[i].name;
  }
  return best;
}
