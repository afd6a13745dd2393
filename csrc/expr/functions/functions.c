/* functions.c: every function of the language in one table, sorted by name. */
#include "func.h"

#include <string.h>

/* name, parameters, result (letters of expr_inside.h), nulls, errors, cost a row, kernel or NULL, bind or
 * NULL */
#define CATALOGUE(F)                                                                                         \
  F("%", "nn", BOUND, STRICT, SAFE, 2, NULL, blt_bind_modulo)                                                \
  F("*", "TT", BOUND, STRICT, SAFE, 2, NULL, blt_bind_multiply)                                              \
  F("+", "TT", BOUND, STRICT, SAFE, 1, NULL, blt_bind_add)                                                   \
  F("-", "TT", BOUND, STRICT, SAFE, 1, NULL, blt_bind_subtract)                                              \
  F("..", "TT", 's', STRICT, SAFE, 20, NULL, blt_bind_join)                                                  \
  F("/", "nn", 'f', STRICT, SAFE, 2, NULL, blt_bind_divide)                                                  \
  F("//", "nn", BOUND, STRICT, SAFE, 2, NULL, blt_bind_floor_divide)                                         \
  F("<", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare)                                                   \
  F("<=", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare)                                                  \
  F("==", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare)                                                  \
  F("=date", "T", 'd', STRICT, SAFE, 2, NULL, blt_bind_to_date_exact)                                        \
  F("=decimal", "Tkk", BOUND, STRICT, SAFE, 3, NULL, blt_bind_to_decimal_exact)                              \
  F(">", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare)                                                   \
  F(">=", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare)                                                  \
  F("^", "ff", 'f', STRICT, SAFE, 20, blt_run_power, NULL)                                                   \
  F("abs", "n", BOUND, STRICT, SAFE, 1, NULL, blt_bind_abs)                                                  \
  F("and", "bb", 'b', LAZY, SAFE, 1, NULL, blt_bind_and)                                                     \
  F("bin", "nn", BOUND, STRICT, SAFE, 0, NULL, blt_bind_bin)                                                 \
  F("bool", "T", 'b', STRICT, SAFE, 2, NULL, blt_bind_to_bool)                                               \
  F("bytes", "s", 'i', STRICT, SAFE, 2, blt_run_len, NULL)                                                   \
  F("ceil", "n", BOUND, STRICT, SAFE, 2, NULL, blt_bind_round)                                               \
  F("coalesce", "T*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_coalesce)                                         \
  F("concat", "T*", 's', LAZY, SAFE, 0, NULL, blt_bind_concat)                                               \
  F("contains", "ss", 'b', STRICT, SAFE, 20, blt_run_search, NULL)                                           \
  F("cos", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math)                                                  \
  F("date", "TT?T?", 'd', STRICT, SAFE, 2, NULL, blt_bind_to_date)                                           \
  F("date_add", "Diu", BOUND, STRICT, FAILS, 6, NULL, blt_bind_date_add)                                     \
  F("date_diff", "DDu", 'i', STRICT, SAFE, 6, NULL, blt_bind_date_diff)                                      \
  F("day", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field)                                                  \
  F("dayofyear", "D", 'i', STRICT, SAFE, 3, NULL, blt_bind_field)                                            \
  F("decimal", "Tkk", BOUND, STRICT, SAFE, 3, NULL, blt_bind_to_decimal)                                     \
  F("ends_with", "ss", 'b', STRICT, SAFE, 8, blt_run_search, NULL)                                           \
  F("epoch", "D", 'i', STRICT, SAFE, 3, blt_run_epoch, NULL)                                                 \
  F("exp", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math)                                                  \
  F("find", "ss", 'i', STRICT, SAFE, 20, blt_run_find, NULL)                                                 \
  F("fiscal_quarter", "Dk", 'i', STRICT, SAFE, 2, NULL, blt_bind_fiscal)                                     \
  F("fiscal_year", "Dk", 'i', STRICT, SAFE, 2, NULL, blt_bind_fiscal)                                        \
  F("float64", "T", 'f', STRICT, SAFE, 1, NULL, blt_bind_to_float64)                                         \
  F("floor", "n", BOUND, STRICT, SAFE, 2, NULL, blt_bind_round)                                              \
  F("greatest", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_extreme)                                         \
  F("hour", "t", 'i', STRICT, SAFE, 3, NULL, blt_bind_field)                                                 \
  F("if", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_if)                                                    \
  F("in", "TT?*", 'b', LAZY, SAFE, 1, NULL, blt_bind_in)                                                     \
  F("int64", "T", 'i', STRICT, SAFE, 1, NULL, blt_bind_to_int64)                                             \
  F("is_finite", "f", 'b', STRICT, SAFE, 1, NULL, blt_bind_float_test)                                       \
  F("is_nan", "f", 'b', STRICT, SAFE, 1, NULL, blt_bind_float_test)                                          \
  F("isnull", "T", 'b', LAZY, SAFE, 1, NULL, blt_bind_isnull)                                                \
  F("least", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_extreme)                                            \
  F("left", "si", 's', STRICT, SAFE, 8, blt_run_end, NULL)                                                   \
  F("len", "s", 'i', STRICT, SAFE, 8, blt_run_len, NULL)                                                     \
  F("like", "ss", 'b', STRICT, SAFE, 30, blt_run_like, NULL)                                                 \
  F("log", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math)                                                  \
  F("log10", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math)                                                \
  F("log2", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math)                                                 \
  F("lower", "s", 's', STRICT, SAFE, 20, blt_run_case, NULL)                                                 \
  F("lpad", "sis?", 's', STRICT, FAILS, 20, blt_run_pad, NULL)                                               \
  F("ltrim", "ss?", 's', STRICT, SAFE, 8, blt_run_trim, NULL)                                                \
  F("max", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_extreme)                                              \
  F("min", "TT*", BOUND, LAZY, SAFE, 4, NULL, blt_bind_extreme)                                              \
  F("minute", "t", 'i', STRICT, SAFE, 3, NULL, blt_bind_field)                                               \
  F("month", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field)                                                \
  F("neg", "n", BOUND, STRICT, SAFE, 1, NULL, blt_bind_negate)                                               \
  F("not", "b", 'b', STRICT, SAFE, 1, NULL, blt_bind_not)                                                    \
  F("nullif", "TT", BOUND, LAZY, SAFE, 4, NULL, blt_bind_nullif)                                             \
  F("or", "bb", 'b', LAZY, SAFE, 1, NULL, blt_bind_or)                                                       \
  F("pow", "ff", 'f', STRICT, SAFE, 20, blt_run_power, NULL)                                                 \
  F("quarter", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field)                                              \
  F("replace", "sss", 's', STRICT, SAFE, 20, blt_run_replace, NULL)                                          \
  F("right", "si", 's', STRICT, SAFE, 8, blt_run_end, NULL)                                                  \
  F("round", "nk?", BOUND, STRICT, SAFE, 2, NULL, blt_bind_round)                                            \
  F("rpad", "sis?", 's', STRICT, FAILS, 20, blt_run_pad, NULL)                                               \
  F("rtrim", "ss?", 's', STRICT, SAFE, 8, blt_run_trim, NULL)                                                \
  F("second", "t", 'i', STRICT, SAFE, 3, NULL, blt_bind_field)                                               \
  F("sign", "n", BOUND, STRICT, SAFE, 1, NULL, blt_bind_sign)                                                \
  F("sin", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math)                                                  \
  F("split_part", "ssi", 's', STRICT, SAFE, 20, blt_run_split_part, NULL)                                    \
  F("sqrt", "f", 'f', STRICT, SAFE, 3, NULL, blt_bind_math)                                                  \
  F("starts_with", "ss", 'b', STRICT, SAFE, 6, blt_run_search, NULL)                                         \
  F("string", "T", 's', STRICT, SAFE, 2, NULL, blt_bind_to_string)                                           \
  F("substr", "sii?", 's', STRICT, SAFE, 8, blt_run_substr, NULL)                                            \
  F("tan", "f", 'f', STRICT, SAFE, 20, NULL, blt_bind_math)                                                  \
  F("timestamp", "T", 't', STRICT, SAFE, 1, NULL, blt_bind_to_timestamp)                                     \
  F("trim", "ss?", 's', STRICT, SAFE, 8, blt_run_trim, NULL)                                                 \
  F("trunc", "Tu?", BOUND, STRICT, SAFE, 3, NULL, blt_bind_trunc)                                            \
  F("upper", "s", 's', STRICT, SAFE, 20, blt_run_case, NULL)                                                 \
  F("week", "D", 'i', STRICT, SAFE, 4, NULL, blt_bind_field)                                                 \
  F("week_year", "D", 'i', STRICT, SAFE, 4, NULL, blt_bind_field)                                            \
  F("weekday", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field)                                              \
  F("year", "D", 'i', STRICT, SAFE, 2, NULL, blt_bind_field)                                                 \
  F("~=", "TT", 'b', LAZY, SAFE, 1, NULL, blt_bind_compare)

enum { BOUND = 0, STRICT = 0, LAZY = 1, SAFE = 0, FAILS = 1 };

#define ROW(name, params, result, lazy, fails, cost, run, bind)                                              \
  {name, params, result, lazy, fails, cost, run, bind},
#define NAME(name, params, result, lazy, fails, cost, run, bind) name,

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
