/* Random expressions over random rows with nulls, NaN, infinities and extremes, against the naive evaluator:
 * values by vector and by selection, filters, and what blocks' minima and maxima promise. BLOTTER_SEED
 * chooses another run, BLOTTER_TORTURE a long one. */
#include "check.h"
#include "expr_naive.h"

static fixture x;
static rng r;

/* ---- generating ---- */

static char *put(char *at, const char *text) {
  size_t n = strlen(text);
  memcpy(at, text, n + 1);
  return at + n;
}

static char *gen(char *at, char kind, int depth);

/* Of a kind: i int64, n any number, s string, d date or timestamp, b bool. */
static char *leaf(char *at, char kind) {
  static const char *const ints[] = {
      "i", "j", "c", "0", "1", "-1", "7", "120", "9223372036854775807", "-9223372036854775808"};
  static const char *const numbers[] = {"f", "e", "2.5", "0.01", "1.5e0", "0e0", "-3e2", "9007199254740993"};
  static const char *const strings[] = {"s", "s", "u", "'KR'", "'zz'", "'x'"};
  static const char *const dates[] = {"d", "d", "@2012-02-29", "t", "@2000-01-01T12:00:00Z"};
  static const char *const bools[] = {"b", "true", "false"};
  if (rng_below(&r, 30) == 0 && kind != 'd') return put(at, "nil ");
  const char *w = kind == 's'                       ? strings[rng_below(&r, 6)]
                  : kind == 'd'                     ? dates[rng_below(&r, 5)]
                  : kind == 'b'                     ? bools[rng_below(&r, 3)]
                  : kind == 'n' && rng_below(&r, 2) ? numbers[rng_below(&r, 8)]
                                                    : ints[rng_below(&r, 10)];
  return put(put(at, w), " ");
}

static char *call(char *at, const char *name, int nargs, const char *kinds, int depth) {
  char suffix[8];
  for (int i = 0; i < nargs; i++) at = gen(at, kinds[i], depth - 1);
  snprintf(suffix, sizeof suffix, "/%d ", nargs);
  return put(put(at, name), suffix);
}

/* A function of a text and a pattern; PCRE and POSIX agree on these. */
static char *gen_regex(char *at, const char *name, int depth) {
  static const char *const patterns[] = {"'^K'",     "'[0-9]+'",   "'(KR)+$'",      "'x{2,}'", "'-[A-Za-z]*'",
                                         "'a|[xy]'", "'^[0-9]*-'", "'[^a-zA-Z-]+'", "''",      "'(a|b)_?b'"};
  at = put(put(gen(at, 's', depth - 1), patterns[rng_below(&r, 10)]), " ");
  return put(at, name);
}

static char *gen_bool(char *at, int depth) {
  static const char *const compare[] = {"==", "~=", "<", "<=", ">", ">="};
  static const char *const sides[] = {"nn", "ii", "ss", "dd"};
  switch (rng_below(&r, 10)) {
  case 9:
    return gen_regex(at, "matches/2 ", depth);
  case 0:
    return call(at, "and", 2, "bb", depth);
  case 1:
    return call(at, "or", 2, "bb", depth);
  case 2:
    return call(at, "not", 1, "b", depth);
  case 3:
    return call(at, "isnull", 1, &"nsdb"[rng_below(&r, 4)], depth);
  case 4:
    return put(at, rng_below(&r, 2) ? "s 'KR' 'JP' 'no' in/4 " : "j 101 120 7 149 in/5 ");
  case 5:
    return call(at, "contains", 2, "ss", depth);
  default:
    return call(at, compare[rng_below(&r, 6)], 2, sides[rng_below(&r, 4)], depth);
  }
}

static char *gen(char *at, char kind, int depth) {
  static const char *const arith[] = {"+", "-", "*", "//", "%", "/"};
  if (depth <= 0 || rng_below(&r, 5) == 0) return leaf(at, kind);
  if (kind == 'b') return gen_bool(at, depth);
  if (rng_below(&r, 5) == 0) {
    char kinds[4] = {'b', kind, kind, 0};
    return call(at, "if", 3, kinds, depth);
  }
  if (rng_below(&r, 8) == 0) {
    char kinds[3] = {kind, kind, 0};
    static const char *const choices[] = {"coalesce", "least", "greatest"};
    return call(at, choices[rng_below(&r, 3)], 2, kinds, depth);
  }
  if (kind == 's' && rng_below(&r, 4) == 0) return gen_regex(at, "0 extract/3 ", depth);
  if (kind == 's' && rng_below(&r, 8) == 0) return put(gen(at, 'd', depth - 1), "'dd.mm.yyyy-d' format ");
  if (kind == 's')
    return rng_below(&r, 4) ? call(at, "..", 2, "ss", depth) : call(at, "string", 1, "i", depth);
  if (kind == 'd') return call(at, rng_below(&r, 2) ? "+" : "-", 2, "di", depth);
  if (kind == 'n')
    return rng_below(&r, 8) ? call(at, arith[rng_below(&r, 6)], 2, "nn", depth)
                            : call(at, "neg", 1, "n", depth);
  switch (rng_below(&r, 10)) {
  case 0:
    return call(at, "abs", 1, "i", depth);
  case 1:
    return call(at, "len", 1, "s", depth);
  case 2:
    return call(at, "year", 1, "d", depth);
  case 3:
    return call(at, "month", 1, "d", depth);
  default:
    return call(at, arith[rng_below(&r, 5)], 2, "ii", depth);
  }
}

/* ---- comparing ---- */

static bool same(const blt_value *a, const naive *b) {
  if (a->null || b->v.null) return a->null == b->v.null;
  if (a->type.id == BLT_FLOAT64) {
    double f = a->u.f, g = nv_as_float(b);
    return (f != f && g != g) || f == g;
  }
  if (a->type.id == BLT_STRING)
    return a->u.s.len == b->v.u.s.len && memcmp(a->u.s.s, b->v.u.s.s, a->u.s.len) == 0;
  return a->u.i == b->v.u.i;
}

/* The type of every call: that of the expression which ends there. */
static bool node_types(const nodes *e, blt_type *types) {
  for (uint32_t i = 0; i < e->n; i++) {
    uint32_t first = i, need = 1;
    for (;; first--) {
      need = need - 1 + (e->node[first].kind == BLT_NODE_CALL ? e->node[first].nargs : 0);
      if (need == 0) break;
    }
    blt_expr *part;
    blt_error err;
    if (blt_expr_compile(x.ctx, x.view, e->node + first, i + 1 - first, &part, &err) != BLT_OK) return false;
    types[i] = blt_expr_type(part);
    blt_expr_free(part);
  }
  return true;
}

typedef struct sample {
  uint32_t group, start, n;
  bool picked;
  uint16_t sel[BLT_VECTOR_ROWS];
} sample;

static void take_sample(sample *s) {
  s->group = rng_below(&r, x.view->ngroups);
  uint32_t rows = x.view->group_rows[s->group];
  s->start = rng_below(&r, (rows + BLT_VECTOR_ROWS - 1) / BLT_VECTOR_ROWS) * BLT_VECTOR_ROWS;
  uint32_t all = rows - s->start < BLT_VECTOR_ROWS ? rows - s->start : BLT_VECTOR_ROWS;
  s->n = rng_below(&r, 2) ? 1 + rng_below(&r, all < 70 ? all : 70) : all;
  s->picked = rng_below(&r, 2);
  if (!s->picked) return;
  uint32_t n = 0;
  for (uint32_t i = 0; i < all && n < s->n; i++)
    if (rng_below(&r, 3)) s->sel[n++] = (uint16_t)i;
  s->n = n;
}

static void check_values(const char *text, const nodes *e, const blt_type *types, const blt_expr *expr,
                         blt_eval *ev) {
  static naive want[BLT_VECTOR_ROWS];
  sample s;
  blt_vec v;
  blt_error err;
  int bad = 0;
  char got[64], expected[64];
  take_sample(&s);
  for (uint32_t i = 0; i < s.n; i++) {
    want[i] = nv_eval(x.view, e, types, s.group, s.start + (s.picked ? s.sel[i] : i));
    if (want[i].made) want[i].v.u.s.s = want[i].text;
    bad |= want[i].bad;
  }
  blt_eval_reset(ev);
  blt_status status = blt_expr_eval(ev, expr, s.group, s.start, s.picked ? s.sel : NULL, s.n, &v, &err);
  CHECK_AT(status == BLT_OK || bad, "%s: %s", text, err.message);
  CHECK_AT(status != BLT_OK || !(bad & SURELY), "%s: no error, %u rows of group %u", text, s.n, s.group);
  for (uint32_t i = 0; i < s.n && status == BLT_OK; i++) {
    blt_value value = fx_vec_value(&v, i);
    if (want[i].bad || same(&value, &want[i])) continue;
    CHECK_AT(false, "%s: row %u is %s, not %s", text, i, fx_show(&value, got), fx_show(&want[i].v, expected));
    return;
  }
}

/* Bounds hold every value; groups that cannot match do not; the filter keeps exactly the true rows. */
static void check_filter(const char *text, const nodes *e, const blt_type *types, const blt_expr *expr,
                         blt_eval *ev) {
  static uint16_t sel[BLT_VECTOR_ROWS], want[BLT_VECTOR_ROWS];
  sample s;
  blt_error err;
  uint32_t n = 0, wanted = 0;
  bool all, may;
  take_sample(&s);
  if (s.picked) return;
  may = blt_expr_may_match(expr, x.view, s.group);
  for (uint32_t i = 0; i < s.n; i++) {
    naive v = nv_eval(x.view, e, types, s.group, s.start + i);
    if (v.bad) return; /* which rows meet the error depends on the order of conjuncts */
    if (nv_true(&v)) want[wanted++] = (uint16_t)i;
  }
  CHECK_AT(may || wanted == 0, "%s: group %u was to be skipped", text, s.group);
  blt_eval_reset(ev);
  blt_status status = blt_expr_filter(ev, expr, s.group, s.start, s.n, sel, &n, &all, &err);
  CHECK_AT(status == BLT_OK && n == wanted && all == (wanted == s.n), "%s: %u of %u rows, not %u", text, n,
           s.n, wanted);
  CHECK_AT(status != BLT_OK || all || memcmp(sel, want, n * sizeof *sel) == 0, "%s: other rows", text);
}

static void check_bounds(const char *text, const nodes *e, const blt_type *types, const blt_expr *expr) {
  int64_t low, high;
  if (!blt_type_is_int(blt_expr_type(expr)) || !blt_expr_bounds(expr, x.view, &low, &high)) return;
  for (uint32_t k = 0; k < 300; k++) {
    uint32_t group = rng_below(&r, x.view->ngroups), row = rng_below(&r, x.view->group_rows[group]);
    naive v = nv_eval(x.view, e, types, group, row);
    if (v.bad || v.v.null) continue;
    CHECK_AT(v.v.u.i >= low && v.v.u.i <= high, "%s: %lld outside %lld .. %lld", text, (long long)v.v.u.i,
             (long long)low, (long long)high);
  }
}

static uint32_t tried;

static void check_one(const char *text) {
  static nodes e;
  static blt_type types[FX_NODES];
  blt_expr *expr;
  blt_eval *ev;
  blt_error err;
  fx_parse(text, &e);
  if (!node_types(&e, types)) return; /* a type that does not go, or a constant that overflows */
  if (blt_expr_compile(x.ctx, x.view, e.node, e.n, &expr, &err) != BLT_OK) return;
  CHECK(blt_eval_new(x.ctx, x.view, &ev, &err) == BLT_OK);
  tried++;
  for (int i = 0; i < 3; i++) check_values(text, &e, types, expr, ev);
  if (blt_expr_type(expr).id == BLT_BOOL)
    for (int i = 0; i < 4; i++) check_filter(text, &e, types, expr, ev);
  check_bounds(text, &e, types, expr);
  blt_eval_free(ev);
  blt_expr_free(expr);
}

static void random_expressions_agree(void) {
  static char text[65536];
  uint32_t runs = (uint32_t)check_rounds(1500, 60000);
  for (uint32_t i = 0; i < runs && check_ok; i++) {
    gen(text, "innsdbbb"[rng_below(&r, 8)], 1 + (int)rng_below(&r, 4));
    if (strlen(text) < 4000) check_one(text);
  }
  CHECK_AT(tried > runs / 4, "only %u expressions compiled", tried);
}

int main(void) {
  const char *seed = getenv("BLOTTER_SEED");
  r.state = seed ? strtoull(seed, NULL, 10) : 1;
  x = fx_new(70000, r.state);
  RUN(random_expressions_agree);
  if (check_failed) printf("BLOTTER_SEED=%s\n", seed ? seed : "1");
  fx_free(&x);
  return check_report();
}
