/* expr_naive.h: the language of expressions once more, one value at a time and with no thought of speed: what
 * the engine is checked against. An error is a value too (`bad`), so that branches not taken do not count. */
#ifndef BLOTTER_SPEC_EXPR_NAIVE_H
#define BLOTTER_SPEC_EXPR_NAIVE_H

#include "cells.h"
#include "expr_fixture.h"

#include <regex.h>

enum { SURELY = 1, MAYBE = 2 };

typedef struct naive {
  int bad;   /* SURELY or MAYBE an error: whether f(null, error) is one is left open */
  bool made; /* the string is in `text` */
  blt_value v;
  char text[160]; /* of a string that was made here */
} naive;

static inline naive nv_of(uint8_t id) {
  return (naive){.v.type.id = id};
}
static inline naive nv_bad(void) {
  return (naive){.bad = SURELY};
}
static inline naive nv_null(blt_type t) {
  return (naive){.v = {.null = true, .type = t}};
}
static inline naive nv_bool(bool b) {
  naive r = nv_of(BLT_BOOL);
  r.v.u.i = b;
  return r;
}
static inline naive nv_int(__int128 i) {
  naive r = nv_of(BLT_INT64);
  if (i < INT64_MIN || i > INT64_MAX) return nv_bad();
  r.v.u.i = (int64_t)i;
  return r;
}
static inline naive nv_float(double f) {
  naive r = nv_of(BLT_FLOAT64);
  r.v.u.f = f;
  return r;
}
static inline naive nv_decimal(__int128 i, int scale) {
  naive r = nv_of(BLT_DECIMAL);
  r.v.type.scale = (uint8_t)scale;
  if (i >= blt_pow10(18) || i <= -blt_pow10(18)) return nv_bad();
  r.v.u.i = (int64_t)i;
  return r;
}
static inline double nv_as_float(const naive *a) {
  char text[64];
  if (a->v.type.id == BLT_FLOAT64) return a->v.u.f;
  if (a->v.type.id == BLT_INT64) return (double)a->v.u.i;
  blt_format_decimal(a->v.u.i, a->v.type.scale, text);
  return strtod(text, NULL);
}

static inline naive nv_moment(uint8_t id, __int128 i) {
  bool date = id == BLT_DATE;
  naive r = nv_of(id);
  if (i < (date ? BLT_DATE_MIN : BLT_TIMESTAMP_MIN) || i > (date ? BLT_DATE_MAX : BLT_TIMESTAMP_MAX))
    return nv_bad();
  r.v.u.i = (int64_t)i;
  return r;
}

static inline naive nv_arith(char op, const naive *a, const naive *b) {
  uint8_t x = a->v.type.id, y = b->v.type.id;
  if (x == BLT_FLOAT64 || y == BLT_FLOAT64 || op == '/') {
    double f = nv_as_float(a), g = nv_as_float(b);
    if (g == 0 && y != BLT_FLOAT64 && strchr("/q%", op)) return nv_null((blt_type){.id = BLT_FLOAT64});
    double m = fmod(f, g);
    if (m != 0 && (m < 0) != (g < 0)) m += g;
    return nv_float(op == '+'   ? f + g
                    : op == '-' ? f - g
                    : op == '*' ? f * g
                    : op == '/' ? f / g
                    : op == 'q' ? floor(f / g)
                                : m);
  }
  if (x == BLT_DATE || x == BLT_TIMESTAMP) {
    if (y == x) return nv_int((__int128)a->v.u.i - b->v.u.i);
    return nv_moment(x, op == '+' ? (__int128)a->v.u.i + b->v.u.i : (__int128)a->v.u.i - b->v.u.i);
  }
  bool decimal = x == BLT_DECIMAL || y == BLT_DECIMAL;
  int sa = a->v.type.scale, sb = b->v.type.scale, scale = sa > sb ? sa : sb;
  __int128 i = a->v.u.i, j = b->v.u.i;
  if (op == '*') return decimal ? nv_decimal(i * j, sa + sb) : nv_int(i * j);
  i *= blt_pow10((uint32_t)(scale - sa)), j *= blt_pow10((uint32_t)(scale - sb));
  bool divides = op == 'q' || op == '%'; /* in as many digits as it takes: only the result must fit */
  if (decimal && !divides && (nv_decimal(i, scale).bad || nv_decimal(j, scale).bad)) return nv_bad();
  if (op == '+' || op == '-') {
    __int128 sum = op == '+' ? i + j : i - j;
    return decimal ? nv_decimal(sum, scale) : nv_int(sum);
  }
  if (j ==
      0) /* of the type that the rest would have: a decimal's null does not take every integer beside it */
    return nv_null((blt_type){.id = decimal && op == '%' ? BLT_DECIMAL : BLT_INT64, .scale = (uint8_t)scale});
  __int128 q = i / j, r = i % j;
  if (r != 0 && (r < 0) != (j < 0)) q--, r += j;
  if (op == 'q') return nv_int(q);
  return decimal ? nv_decimal(r, scale) : nv_int(r);
}

/* -1, 0, 1; 2 with a NaN. */
static inline int nv_order(const naive *a, const naive *b) {
  uint8_t x = a->v.type.id, y = b->v.type.id;
  if (x == BLT_STRING) {
    uint32_t n = a->v.u.s.len < b->v.u.s.len ? a->v.u.s.len : b->v.u.s.len;
    int d = memcmp(a->v.u.s.s, b->v.u.s.s, n);
    return d ? (d < 0 ? -1 : 1) : a->v.u.s.len < b->v.u.s.len ? -1 : a->v.u.s.len > b->v.u.s.len;
  }
  if (x == BLT_FLOAT64 || y == BLT_FLOAT64) {
    if ((x == BLT_INT64) !=
        (y == BLT_INT64)) { /* exact: by long double, which holds both on this machine or nearly */
      long double f = x == BLT_INT64 ? (long double)a->v.u.i : (long double)a->v.u.f;
      long double g = y == BLT_INT64 ? (long double)b->v.u.i : (long double)b->v.u.f;
      return f != f || g != g ? 2 : f < g ? -1 : f > g;
    }
    double f = nv_as_float(a), g = nv_as_float(b);
    return f != f || g != g ? 2 : f < g ? -1 : f > g;
  }
  int sa = a->v.type.scale, sb = b->v.type.scale, scale = sa > sb ? sa : sb;
  __int128 i = a->v.u.i, j = b->v.u.i;
  if (x == BLT_DATE && y == BLT_TIMESTAMP) i *= BLT_DAY;
  if (y == BLT_DATE && x == BLT_TIMESTAMP) j *= BLT_DAY;
  i *= blt_pow10((uint32_t)(scale - sa)), j *= blt_pow10((uint32_t)(scale - sb));
  return i < j ? -1 : i > j;
}

static inline naive nv_compare(const char *op, const naive *a, const naive *b) {
  int o = nv_order(a, b);
  if (strcmp(op, "==") == 0) return nv_bool(o == 0);
  if (strcmp(op, "~=") == 0) return nv_bool(o != 0);
  if (strcmp(op, "<") == 0) return nv_bool(o == -1);
  if (strcmp(op, "<=") == 0) return nv_bool(o == -1 || o == 0);
  return strcmp(op, ">") == 0 ? nv_bool(o == 1) : nv_bool(o == 1 || o == 0);
}

static inline bool nv_true(const naive *a) {
  return !a->v.null && a->v.u.i;
}
static inline bool nv_false(const naive *a) {
  return !a->v.null && !a->v.u.i;
}

/* The left side comes first; an error on the right counts only when the left does not decide. */
static inline naive nv_junction(bool is_and, const naive *a, const naive *b) {
  if (a->bad) return *a;
  if (is_and ? nv_false(a) : nv_true(a)) return *a;
  if (b->bad) return *b;
  if (is_and ? nv_false(b) : nv_true(b)) return *b;
  return a->v.null || b->v.null ? nv_null((blt_type){.id = BLT_BOOL}) : nv_bool(is_and);
}

static inline naive nv_in(const naive *args, uint32_t n) {
  bool null = args[0].v.null;
  for (uint32_t i = 1; i < n && !args[0].v.null; i++) {
    if (args[i].v.null)
      null = true;
    else if (nv_order(&args[0], &args[i]) == 0)
      return nv_bool(true);
  }
  return null ? nv_null((blt_type){.id = BLT_BOOL}) : nv_bool(false);
}

/* Numbers of a branch take the type that all branches share. */
static inline naive nv_convert(naive a, blt_type to) {
  if (!a.bad && a.v.null) return nv_null(to);
  if (a.bad || a.v.type.id == to.id || to.id == BLT_NULLTYPE) {
    if (!a.bad && to.id == BLT_DECIMAL)
      return nv_decimal((__int128)a.v.u.i * blt_pow10(to.scale - a.v.type.scale), to.scale);
    return a;
  }
  if (to.id == BLT_FLOAT64) return nv_float(nv_as_float(&a));
  if (to.id == BLT_DECIMAL) return nv_decimal((__int128)a.v.u.i * blt_pow10(to.scale), to.scale);
  if (to.id == BLT_TIMESTAMP) {
    a.v.u.i *= BLT_DAY;
    a.v.type.id = BLT_TIMESTAMP;
  }
  return a;
}

static inline uint32_t nv_chars(blt_str s) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < s.len; i++) n += ((unsigned char)s.s[i] & 0xc0) != 0x80;
  return n;
}

/* The error among arguments, if there is one. */
static inline int nv_errors(const naive *a, uint32_t n, bool strict) {
  int bad = 0, null = 0;
  for (uint32_t i = 0; i < n; i++) {
    bad |= a[i].bad;
    null |= !a[i].bad && a[i].v.null;
  }
  return bad == SURELY && !(strict && null) ? SURELY : bad ? MAYBE : 0;
}

/* Where the first match of a POSIX expression is: the one that PCRE finds too, where no branch is shorter
 * than a later one. */
static inline regmatch_t nv_regex(blt_str s, blt_str pattern) {
  char text[512], expression[64];
  regex_t r;
  regmatch_t at = {-1, -1};
  snprintf(text, sizeof text, "%.*s", (int)s.len, s.s);
  snprintf(expression, sizeof expression, "%.*s", (int)pattern.len, pattern.s);
  if (regcomp(&r, expression, REG_EXTENDED) != 0) exit(1);
  if (regexec(&r, text, 1, &at, 0) != 0) at.rm_so = -1;
  regfree(&r);
  return at;
}

static inline naive nv_strict(const char *op, const naive *a, uint32_t n, blt_type type) {
  int bad = nv_errors(a, n, true);
  if (bad) return (naive){.bad = bad};
  for (uint32_t i = 0; i < n; i++) {
    const blt_value *other = &a[n - 1 - i].v;
    /* Beside a null decimal an integer may still fail to become a decimal. */
    bool fits = a[i].v.type.id != BLT_DECIMAL || other->null || other->type.id != BLT_INT64 ||
                !nv_decimal((__int128)other->u.i * blt_pow10(a[i].v.type.scale), 0).bad;
    if (a[i].v.null) return fits ? nv_null(type) : (naive){.bad = MAYBE};
  }
  naive zero = nv_int(0);
  if (strcmp(op, "//") == 0) return nv_arith('q', &a[0], &a[1]);
  if (strlen(op) == 1 && strchr("+-*/%", op[0])) return nv_arith(op[0], &a[0], &a[1]);
  if (strchr("=~<>", op[0])) return nv_compare(op, &a[0], &a[1]);
  if (strcmp(op, "neg") == 0)
    return a[0].v.type.id == BLT_FLOAT64 ? nv_float(-a[0].v.u.f) : nv_arith('-', &zero, &a[0]);
  if (strcmp(op, "not") == 0) return nv_bool(!a[0].v.u.i);
  if (strcmp(op, "abs") == 0) {
    if (a[0].v.type.id == BLT_FLOAT64) return nv_float(fabs(a[0].v.u.f));
    return a[0].v.u.i < 0 ? nv_strict("neg", a, 1, type) : a[0];
  }
  if (strcmp(op, "year") == 0 || strcmp(op, "month") == 0) {
    int64_t date =
        a[0].v.type.id == BLT_DATE ? a[0].v.u.i : (a[0].v.u.i - BLT_TIMESTAMP_MIN) / BLT_DAY + BLT_DATE_MIN;
    char text[BLT_DATE_TEXT];
    blt_date_format(date, text);
    return nv_int(atoi(op[0] == 'y' ? text : text + 5));
  }
  if (strcmp(op, "len") == 0) return nv_int(nv_chars(a[0].v.u.s));
  if (strcmp(op, "contains") == 0)
    return nv_bool(memmem(a[0].v.u.s.s, a[0].v.u.s.len, a[1].v.u.s.s, a[1].v.u.s.len) != NULL);
  if (strcmp(op, "matches") == 0) return nv_bool(nv_regex(a[0].v.u.s, a[1].v.u.s).rm_so >= 0);
  naive r = nv_of(BLT_STRING);
  if (strcmp(op, "extract") == 0) {
    regmatch_t at = nv_regex(a[0].v.u.s, a[1].v.u.s);
    if (at.rm_so < 0) return nv_null(type);
    r = a[0];
    if (r.made) memmove(r.text, r.text + at.rm_so, (size_t)(at.rm_eo - at.rm_so));
    if (!r.made) r.v.u.s.s += at.rm_so;
    r.v.u.s.len = (uint32_t)(at.rm_eo - at.rm_so);
    return r;
  }
  r.made = true;
  if (strcmp(op, "format") == 0) {
    char text[BLT_TIMESTAMP_TEXT];
    a[0].v.type.id == BLT_DATE ? blt_date_format(a[0].v.u.i, text) : blt_timestamp_format(a[0].v.u.i, text);
    r.v.u.s.len = (uint32_t)snprintf(r.text, sizeof r.text, "%.2s.%.2s.%.4s-%d", text + 8, text + 5, text,
                                     atoi(text + 8));
    return r;
  }
  if (strcmp(op, "..") == 0) {
    int len = snprintf(r.text, sizeof r.text, "%.*s%.*s", (int)a[0].v.u.s.len, a[0].v.u.s.s,
                       (int)a[1].v.u.s.len, a[1].v.u.s.s);
    r.v.u.s.len = (uint32_t)(len < (int)sizeof r.text ? len : (int)sizeof r.text - 1);
    return r;
  }
  if (strcmp(op, "string") == 0) {
    blt_format_i64(a[0].v.u.i, r.text);
    r.v.u.s.len = (uint32_t)strlen(r.text);
    return r;
  }
  printf("the naive evaluator knows no %s\n", op);
  exit(1);
}

/* `type`: what the engine says that the call's result is. */
static inline naive nv_call(const char *op, const naive *a, uint32_t n, blt_type type) {
  if (strcmp(op, "and") == 0 || strcmp(op, "or") == 0) return nv_junction(op[0] == 'a', &a[0], &a[1]);
  if (strcmp(op, "if") == 0) {
    if (a[0].bad) return a[0];
    return nv_convert(a[nv_true(&a[0]) ? 1 : 2], type);
  }
  if (strcmp(op, "coalesce") == 0) {
    for (uint32_t i = 0; i < n; i++)
      if (a[i].bad || !a[i].v.null) return nv_convert(a[i], type);
    return nv_null(type);
  }
  bool nil = n == 2 &&
             ((!a[0].bad && a[0].v.type.id == BLT_NULLTYPE) || (!a[1].bad && a[1].v.type.id == BLT_NULLTYPE));
  bool equality = strcmp(op, "==") == 0 || strcmp(op, "~=") == 0;
  bool extreme = strcmp(op, "least") == 0 || strcmp(op, "greatest") == 0;
  int bad = nv_errors(a, n, !extreme && !(nil && equality));
  if (bad) return (naive){.bad = bad};
  if (nil && equality && !nv_errors(a, n, false))
    return nv_bool(a[!a[0].bad && a[0].v.type.id == BLT_NULLTYPE ? 1 : 0].v.null == (op[0] == '='));
  if (strcmp(op, "isnull") == 0) return nv_bool(a[0].v.null);
  if (strcmp(op, "in") == 0) return nv_in(a, n);
  if (extreme) {
    naive best = nv_null(type);
    for (uint32_t i = 0; i < n; i++) {
      naive x = nv_convert(a[i], type);
      if (x.bad) return x;
      if (x.v.null) continue;
      int o = best.v.null ? 0 : nv_order(&x, &best);
      if (o == 2) /* NaN is largest */
        o = best.v.u.f != best.v.u.f ? (x.v.u.f != x.v.u.f ? 0 : -1) : 1;
      if (o == 0 && type.id == BLT_FLOAT64 && x.v.u.f == 0) /* -0 is below 0 */
        o = signbit(best.v.u.f) - signbit(x.v.u.f);
      if (best.v.null || (op[0] == 'l' ? o == -1 : o == 1)) best = x;
    }
    return best;
  }
  return nv_strict(op, a, n, type);
}

/* One row. `types` has the type of every node, from compiling each prefix's own expression. */
static inline naive nv_eval(const blt_view *view, const nodes *e, const blt_type *types, uint32_t group,
                            uint32_t row) {
  static naive stack[FX_NODES];
  uint32_t n = 0;
  for (uint32_t i = 0; i < e->n; i++) {
    const blt_node *node = &e->node[i];
    naive r = {0};
    if (node->kind == BLT_NODE_COLUMN) {
      r.v = cell_of(view, node->column, group, row);
      r.v.type = view->columns[node->column].type;
    } else if (node->kind == BLT_NODE_VALUE) {
      r.v = node->value;
    } else {
      n -= node->nargs;
      for (uint32_t k = 0; k < node->nargs; k++)
        if (stack[n + k].made) stack[n + k].v.u.s.s = stack[n + k].text;
      r = nv_call(node->name, stack + n, node->nargs, types[i]);
    }
    stack[n++] = r;
  }
  if (stack[0].made) stack[0].v.u.s.s = stack[0].text;
  return stack[0];
}

#endif
