/* func_compare.c: == ~= < <= > >= and tests for null.
 *
 * A comparison with a constant becomes a test whether a value lies in an interval (or outside it, for ~=):
 * the constant is rebased to the block, so that the loop reads the narrow offsets or codes as they are
 * stored. */
#include "func_compare.h"

#include "base/text/num.h"
#include "base/text/text_order.h"

#include <math.h>
#include <string.h>

/* The comparison with its sides exchanged. */
static uint8_t mirrored(uint8_t code) {
  static const uint8_t mirror[] = {BLT_EQ, BLT_NE, BLT_GT, BLT_GE, BLT_LT, BLT_LE};
  return mirror[code];
}

/* ---- intervals ---- */

#define WITHIN(name, type)                                                                                   \
  BLT_CLONES static void name(const type *restrict a, type low, type span, uint8_t flip, uint32_t n,         \
                              uint8_t *restrict r) {                                                         \
    for (uint32_t i = 0; i < n; i++) r[i] = (uint8_t)((uint8_t)((type)(a[i] - low) <= span) ^ flip);         \
  }
WITHIN(within8, uint8_t)
WITHIN(within16, uint16_t)
WITHIN(within32, uint32_t)
WITHIN(within64, uint64_t)

/* The interval in units of the vector's stored values; false when none of them lies inside. */
static bool rebase(const blt_vec *v, int64_t low, int64_t high, uint64_t *from, uint64_t *span) {
  if (low > high) return false;
  if (v->form == BLT_VEC_VALUES) {
    *from = (uint64_t)low;
    *span = (uint64_t)high - (uint64_t)low;
    return true;
  }
  int64_t base = v->form == BLT_VEC_CODES ? 0 : v->base;
  uint64_t widest = (UINT64_C(1) << (8 * v->width)) - 1;
  if (high < base) return false;
  *from = low < base ? 0 : (uint64_t)low - (uint64_t)base;
  uint64_t last = (uint64_t)high - (uint64_t)base;
  if (*from > widest) return false;
  *span = (last < widest ? last : widest) - *from;
  return true;
}

void blt_within(const blt_vec *v, int64_t low, int64_t high, bool flip, uint8_t *r) {
  uint64_t from, span;
  if (!rebase(v, low, high, &from, &span))
    memset(r, flip, v->n);
  else if (v->form == BLT_VEC_VALUES)
    within64(v->data, from, span, flip, v->n, r);
  else if (v->width == 1)
    within8(v->data, (uint8_t)from, (uint8_t)span, flip, v->n, r);
  else if (v->width == 2)
    within16(v->data, (uint16_t)from, (uint16_t)span, flip, v->n, r);
  else
    within32(v->data, (uint32_t)from, (uint32_t)span, flip, v->n, r);
}

static bool equal_text(blt_str a, blt_str b) {
  return a.len == b.len && (a.s == b.s || memcmp(a.s, b.s, a.len) == 0);
}

static blt_status loop_interval(blt_call *c, blt_error *err) {
  (void)err;
  const blt_vec *v = &c->args[0];
  const blt_op *op = c->op;
  uint8_t *r = c->out;
  bool flip = op->code;
  bool coded = v->form == BLT_VEC_CODES || (v->form == BLT_VEC_CONST && v->dict);
  if (v->type.id == BLT_STRING && !coded) {
    const blt_str *s = blt_call_text(c, 0);
    const blt_str *wanted = op->data;
    for (uint32_t i = 0; i < c->n; i++) r[i] = equal_text(s[i], *wanted) ^ flip;
  } else if (v->form == BLT_VEC_CONST) {
    memset(r, (v->base >= op->low && v->base <= op->high) ^ flip, c->n);
  } else {
    blt_within(v, op->low, op->high, flip, r);
  }
  return BLT_OK;
}
BLT_STRICT(blt_run_interval, loop_interval);

/* Turns a comparison into an interval test of its first argument. */
static blt_status to_interval(blt_op *op, int64_t low, int64_t high, bool flip) {
  op->nargs = 1;
  op->run = blt_run_interval;
  op->low = low;
  op->high = high;
  op->code = flip;
  op->range = blt_range_compare;
  return BLT_OK;
}

blt_status blt_bind_interval(blt_op *op, int64_t low, int64_t high) {
  return to_interval(op, low, high, false);
}

/* A constant between two integers (equal when it is one); past int64 it stands at the respective end + 1. */
typedef struct bracket {
  __int128 floor, ceil;
} bracket;

static blt_status interval_of(blt_op *op, uint8_t code, bracket k) {
  __int128 low = INT64_MIN, high = INT64_MAX;
  bool integral = k.floor == k.ceil;
  if (code == BLT_EQ || code == BLT_NE) low = k.ceil, high = k.floor;
  if (code == BLT_LT) high = k.ceil - 1;
  if (code == BLT_LE) high = k.floor;
  if (code == BLT_GT) low = k.floor + 1;
  if (code == BLT_GE) low = k.ceil;
  if (low < INT64_MIN) low = INT64_MIN;
  if (high > INT64_MAX) high = INT64_MAX;
  bool none =
      low > high || low > INT64_MAX || high < INT64_MIN || (!integral && (code == BLT_EQ || code == BLT_NE));
  if (none) return to_interval(op, 1, 0, code == BLT_NE);
  return to_interval(op, (int64_t)low, (int64_t)high, code == BLT_NE);
}

/* The constant in units of the column: a scale of `scale` digits. False for NaN. */
static bool bracket_of(const blt_value *v, uint32_t scale, bracket *out) {
  if (v->type.id == BLT_FLOAT64) {
    double f = v->u.f;
    if (f != f) return false;
    f = f > 0x1p64 ? 0x1p64 : f < -0x1p64 ? -0x1p64 : f;
    *out = (bracket){(__int128)floor(f), (__int128)ceil(f)};
    return true;
  }
  if (v->type.scale <= scale) {
    __int128 k = (__int128)v->u.i * blt_pow10(scale - v->type.scale);
    *out = (bracket){k, k};
    return true;
  }
  int64_t unit = blt_pow10(v->type.scale - scale), q = v->u.i / unit, r = v->u.i % unit;
  *out = (bracket){q - (r < 0), q + (r > 0)};
  return true;
}

bool blt_exact_integer(const blt_value *v, blt_type column, int64_t *out) {
  bracket k;
  if (!bracket_of(v, column.scale, &k) || k.floor != k.ceil || k.floor < INT64_MIN || k.floor > INT64_MAX)
    return false;
  *out = (int64_t)k.floor;
  return true;
}

/* ---- two columns ---- */

BLT_BINARY(equal_i64, int64_t, uint8_t, x == y)
BLT_BINARY(less_i64, int64_t, uint8_t, x < y)
BLT_BINARY(less_equal_i64, int64_t, uint8_t, x <= y)
BLT_BINARY(equal_f64, double, uint8_t, x == y)
BLT_BINARY(unequal_f64, double, uint8_t, x != y)
BLT_BINARY(less_f64, double, uint8_t, x < y)
BLT_BINARY(less_equal_f64, double, uint8_t, x <= y)
BLT_BINARY(unequal_i64, int64_t, uint8_t, x != y)
BLT_BINARY(equal_u32, uint32_t, uint8_t, x == y)
BLT_BINARY(unequal_u32, uint32_t, uint8_t, x != y)

/* bind has left BLT_EQ, BLT_NE, BLT_LT and BLT_LE only. */
static blt_status loop_i64(blt_call *c, blt_error *err) {
  (void)err;
  switch (c->op->code) {
  case BLT_EQ:
    BLT_BINARY_CALL(equal_i64, i64, c);
    break;
  case BLT_NE:
    BLT_BINARY_CALL(unequal_i64, i64, c);
    break;
  case BLT_LT:
    BLT_BINARY_CALL(less_i64, i64, c);
    break;
  default:
    BLT_BINARY_CALL(less_equal_i64, i64, c);
  }
  return BLT_OK;
}
static blt_status loop_f64(blt_call *c, blt_error *err) {
  (void)err;
  switch (c->op->code) {
  case BLT_EQ:
    BLT_BINARY_CALL(equal_f64, f64, c);
    break;
  case BLT_NE:
    BLT_BINARY_CALL(unequal_f64, f64, c);
    break;
  case BLT_LT:
    BLT_BINARY_CALL(less_f64, f64, c);
    break;
  default:
    BLT_BINARY_CALL(less_equal_f64, f64, c);
  }
  return BLT_OK;
}
static BLT_STRICT(run_i64, loop_i64);
static BLT_STRICT(run_f64, loop_f64);

/* -1, 0, 1, or 2 when nothing holds but ~= (NaN). */
static bool holds(uint8_t code, int order) {
  switch (code) {
  case BLT_EQ:
    return order == 0;
  case BLT_NE:
    return order != 0;
  case BLT_LT:
    return order == -1;
  case BLT_LE:
    return order == -1 || order == 0;
  case BLT_GT:
    return order == 1;
  default:
    return order == 1 || order == 0;
  }
}

/* Mathematically exact: no integer is rounded to a double. */
static int order_i64_f64(int64_t a, double b) {
  if (b != b) return 2;
  if (b >= 0x1p63) return -1;
  if (b < -0x1p63) return 1;
  int64_t whole = (int64_t)b;
  if (a != whole) return a < whole ? -1 : 1;
  double rest = b - (double)whole;
  return rest > 0 ? -1 : rest < 0;
}

static blt_status loop_i64_f64(blt_call *c, blt_error *err) {
  (void)err;
  const int64_t *a = blt_call_i64(c, 0);
  const double *b = blt_call_f64(c, 1);
  uint8_t *r = c->out;
  for (uint32_t i = 0; i < c->n; i++)
    r[i] = holds(c->op->code,
                 order_i64_f64(a[blt_call_constant(c, 0) ? 0 : i], b[blt_call_constant(c, 1) ? 0 : i]));
  return BLT_OK;
}
static BLT_STRICT(run_i64_f64, loop_i64_f64);

/* Numbers of different scale: op->low and op->high bring each to the larger one. */
static blt_status loop_scaled(blt_call *c, blt_error *err) {
  (void)err;
  const int64_t *a = blt_call_i64(c, 0), *b = blt_call_i64(c, 1);
  uint8_t *r = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    __int128 x = (__int128)a[blt_call_constant(c, 0) ? 0 : i] * c->op->low;
    __int128 y = (__int128)b[blt_call_constant(c, 1) ? 0 : i] * c->op->high;
    r[i] = holds(c->op->code, x < y ? -1 : x > y);
  }
  return BLT_OK;
}
static BLT_STRICT(run_scaled, loop_scaled);

/* Two columns that share a dictionary are equal where their codes are. */
static bool compare_codes(blt_call *c) {
  uint32_t room[2][BLT_VECTOR_ROWS];
  const blt_vec *a = &c->args[0], *b = &c->args[1];
  if (a->form != BLT_VEC_CODES || b->form != BLT_VEC_CODES || a->dict != b->dict || c->op->code > BLT_NE ||
      c->n > BLT_VECTOR_ROWS)
    return false;
  const uint32_t *x = blt_vec_codes(a, room[0]), *y = blt_vec_codes(b, room[1]);
  if (c->op->code == BLT_EQ)
    equal_u32(x, false, y, false, c->n, c->out);
  else
    unequal_u32(x, false, y, false, c->n, c->out);
  return true;
}

#define LONG 16u /* bytes, two words */

/* Whether texts come before, or behind, a long one: nearly all are told from it by their first sixteen bytes.
 */
static void compare_long(const blt_str *texts, blt_str k, uint8_t code, uint32_t n, uint8_t *r) {
  const uint64_t first = blt_order_word(k.s), second = blt_order_word(k.s + 8);
  const bool before = code == BLT_LT || code == BLT_LE;
  for (uint32_t i = 0; i < n; i++) {
    blt_str s = texts[i];
    if (n - i > BLT_TEXTS_AHEAD) blt_text_ahead(texts[i + BLT_TEXTS_AHEAD]);
    bool told = s.len >= LONG;
    uint64_t x = told ? blt_order_word(s.s) : first, y = told ? blt_order_word(s.s + 8) : second;
    r[i] = ((x < first) | ((x == first) & (y < second))) == before;
    if (x == first && y == second) r[i] = holds(code, blt_text_order(s, k));
  }
}

static blt_status loop_text(blt_call *c, blt_error *err) {
  (void)err;
  if (compare_codes(c)) return BLT_OK;
  const blt_str *a = blt_call_text(c, 0), *b = blt_call_text(c, 1);
  bool ca = blt_call_constant(c, 0), cb = blt_call_constant(c, 1);
  uint8_t *r = c->out, code = c->op->code;
  if (cb && !ca && code > BLT_NE && b[0].len >= LONG) {
    compare_long(a, b[0], code, c->n, r);
    return BLT_OK;
  }
  for (uint32_t i = 0; i < c->n; i++) {
    blt_str x = a[ca ? 0 : i], y = b[cb ? 0 : i];
    r[i] = code <= BLT_NE ? equal_text(x, y) == (code == BLT_EQ) : holds(code, blt_text_order(x, y));
  }
  return BLT_OK;
}
static BLT_STRICT(run_text, loop_text);

/* ---- binding ---- */

static void exchange(blt_op *op) {
  blt_op *first = op->args[0];
  op->args[0] = op->args[1];
  op->args[1] = first;
  op->code = mirrored(op->code);
}

blt_dict *blt_op_dict(const blt_binder *b, const blt_op *op) {
  if (!b->view || op->kind != BLT_OP_COLUMN || op->type.id != BLT_STRING) return NULL;
  return b->view->columns[op->column].dict;
}

static blt_status bind_text(blt_binder *b, blt_op *op, blt_error *err) {
  blt_dict *dict = blt_op_dict(b, op->args[0]);
  const blt_op *k = op->args[1];
  uint32_t code = 0;
  bool found = false;
  op->run = run_text;
  op->cost = 6;
  if (k->kind == BLT_OP_VALUE && op->code != BLT_NE) op->range = blt_range_compare;
  if (!dict || k->kind != BLT_OP_VALUE || op->code > BLT_NE) return BLT_OK;
  blt_status status = blt_dict_find(dict, k->value.u.s.s, k->value.u.s.len, &found, &code, err);
  if (status != BLT_OK) return status;
  op->data = &k->value.u.s;
  op->direct = true;
  return to_interval(op, found ? code : 1, found ? code : 0, op->code == BLT_NE);
}

/* Ints, decimals, dates and timestamps of one scale on both sides, or a constant on the right. */
static blt_status bind_ints(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  blt_type x = op->args[0]->type, y = op->args[1]->type;
  bracket k;
  if (op->args[1]->kind == BLT_OP_VALUE && bracket_of(&op->args[1]->value, x.scale, &k))
    return interval_of(op, op->code, k);
  if (op->code >= BLT_GT) exchange(op);
  op->range = blt_range_compare;
  op->run = run_i64;
  if (x.scale == y.scale) return BLT_OK;
  x = op->args[0]->type, y = op->args[1]->type;
  uint32_t scale = x.scale > y.scale ? x.scale : y.scale;
  op->run = run_scaled;
  op->range = NULL;
  op->low = blt_pow10(scale - x.scale);
  op->high = blt_pow10(scale - y.scale);
  return BLT_OK;
}

#define EXACT_DOUBLE (INT64_C(1) << 53)

static blt_status bind_floats(blt_binder *b, blt_op *op, blt_error *err) {
  blt_type x = op->args[0]->type, y = op->args[1]->type;
  bracket k;
  if (x.id == BLT_INT64 && op->args[1]->kind == BLT_OP_VALUE) {
    if (bracket_of(&op->args[1]->value, 0, &k)) return interval_of(op, op->code, k);
    return to_interval(op, 1, 0, op->code == BLT_NE); /* NaN */
  }
  if (x.id == BLT_FLOAT64 && y.id == BLT_INT64 && op->args[1]->kind != BLT_OP_VALUE) {
    exchange(op);
    op->run = run_i64_f64;
    return BLT_OK;
  }
  if (x.id == BLT_INT64 && y.id == BLT_FLOAT64) {
    op->run = run_i64_f64;
    return BLT_OK;
  }
  /* An integer constant that a double cannot hold lies between two of them. */
  if (y.id == BLT_INT64 &&
      (op->args[1]->value.u.i > EXACT_DOUBLE || op->args[1]->value.u.i < -EXACT_DOUBLE)) {
    exchange(op);
    op->run = run_i64_f64;
    return BLT_OK;
  }
  for (uint32_t i = 0; i < 2; i++) {
    op->args[i] = blt_bind_convert(b, op->args[i], blt_type_of(BLT_FLOAT64), err);
    if (!op->args[i]) return err->code;
  }
  if (op->code >= BLT_GT) exchange(op);
  op->run = run_f64;
  op->range = blt_range_compare;
  return BLT_OK;
}

static blt_status bind_moments(blt_binder *b, blt_op *op, blt_error *err) {
  for (uint32_t i = 0; i < 2; i++) {
    op->args[i] = blt_bind_convert(b, op->args[i], blt_type_of(BLT_TIMESTAMP), err);
    if (!op->args[i]) return err->code;
  }
  return bind_ints(b, op, err);
}

static blt_status mismatch(const blt_op *op, blt_error *err) {
  const blt_op *x = op->args[0], *y = op->args[1];
  bool date = x->type.id == BLT_DATE || y->type.id == BLT_DATE;
  bool moment = date || x->type.id == BLT_TIMESTAMP || y->type.id == BLT_TIMESTAMP;
  bool text = (x->kind == BLT_OP_VALUE && x->type.id == BLT_STRING) ||
              (y->kind == BLT_OP_VALUE && y->type.id == BLT_STRING);
  if (moment && text)
    return blt_bind_mismatch(op,
                             date ? "write date '2012-01-31' for a date"
                                  : "write timestamp '2012-01-31T10:00:00Z' for a timestamp",
                             err);
  return blt_bind_mismatch(op, "these types do not compare", err);
}

/* x == nil and x ~= nil. */
static blt_status bind_null_test(blt_binder *b, blt_op *op, blt_error *err) {
  blt_op *x = op->args[op->args[0]->type.id == BLT_NULLTYPE ? 1 : 0];
  blt_op *test = blt_bind_call(b, "isnull", &x, 1, op->node, err);
  if (test && op->code == BLT_NE) test = blt_bind_call(b, "not", &test, 1, op->node, err);
  if (!test) return err->code;
  *op = *test;
  return BLT_OK;
}

static bool is_text(const blt_op *op) {
  return op->kind == BLT_OP_VALUE && op->type.id == BLT_STRING && !op->value.null;
}

blt_status blt_bind_moment_texts(blt_binder *b, blt_op *op, uint32_t x, uint32_t y, blt_error *err) {
  uint32_t text = is_text(op->args[x]) ? x : y, other = text == x ? y : x;
  uint8_t id = op->args[other]->type.id;
  if (!is_text(op->args[text]) || (id != BLT_DATE && id != BLT_TIMESTAMP)) return BLT_OK;
  op->args[text] = blt_bind_convert(b, op->args[text], blt_type_of(id), err);
  return op->args[text] ? BLT_OK : err->code;
}

blt_status blt_bind_compare(blt_binder *b, blt_op *op, blt_error *err) {
  if (blt_bind_moment_texts(b, op, 0, 1, err) != BLT_OK) return err->code;
  bool nil = op->args[0]->type.id == BLT_NULLTYPE || op->args[1]->type.id == BLT_NULLTYPE;
  if (nil || blt_op_is_null(op->args[0]) || blt_op_is_null(op->args[1])) {
    if (nil && op->code <= BLT_NE) return bind_null_test(b, op, err);
    blt_value null = {.null = true, .type = blt_type_of(BLT_BOOL)};
    blt_op *value = blt_bind_value(b, &null, op->node, err);
    if (!value) return err->code;
    *op = *value;
    return BLT_OK;
  }
  if (op->args[0]->kind == BLT_OP_VALUE && op->args[1]->kind != BLT_OP_VALUE) exchange(op);
  blt_type x = op->args[0]->type, y = op->args[1]->type;
  if (blt_is_number(x) && blt_is_number(y))
    return x.id == BLT_FLOAT64 || y.id == BLT_FLOAT64 ? bind_floats(b, op, err) : bind_ints(b, op, err);
  if (x.id == BLT_STRING && y.id == BLT_STRING) return bind_text(b, op, err);
  if (x.id == y.id) return bind_ints(b, op, err);
  blt_type common;
  if (blt_common_type(x, y, &common)) return bind_moments(b, op, err);
  return mismatch(op, err);
}

/* ---- null tests ---- */

static blt_status run_isnull(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {
  uint8_t *r = blt_eval_alloc(f->ev, f->n);
  blt_vec v;
  if (!r) return blt_fail_memory(err, f->n);
  blt_mark mark = blt_eval_mark(f->ev);
  blt_status status = blt_op_eval(f, op->args[0], &v, err);
  if (status != BLT_OK) return status;
  *out = (blt_vec){.type = op->type, .form = BLT_VEC_CONST, .n = f->n, .base = v.all_null};
  if (v.valid) {
    for (uint32_t i = 0; i < f->n; i++) r[i] = !blt_bit(v.valid, i);
    out->form = BLT_VEC_OFFSETS;
    out->width = 1;
    out->base = 0;
    out->data = r;
  }
  blt_eval_release(f->ev, mark);
  return BLT_OK;
}

blt_status blt_bind_isnull(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  op->run = run_isnull;
  op->range = blt_range_isnull;
  op->direct = op->args[0]->kind == BLT_OP_COLUMN;
  return BLT_OK;
}
