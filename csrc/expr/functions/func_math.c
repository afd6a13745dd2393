/* func_math.c: abs, sign, round, floor, ceil, trunc of numbers, roots and logarithms, bin. */
#include "func.h"

#include "base/text/num.h"

#include <math.h>
#include <string.h>

/* ---- functions of doubles ---- */

/* By their codes. */
static double (*const functions[])(double) = {sqrt, exp, log, log10, log2, sin, cos, tan};

static blt_status loop_function(blt_call *c, blt_error *err) {
  (void)err;
  double (*fn)(double) = functions[c->op->code];
  const double *a = blt_call_f64(c, 0);
  double *r = c->out;
  for (uint32_t i = 0; i < c->n; i++) r[i] = fn(a[i]);
  return BLT_OK;
}
static BLT_STRICT(run_function, loop_function);

BLT_UNARY(square_roots, double, double, __builtin_sqrt(x))
static blt_status loop_sqrt(blt_call *c, blt_error *err) {
  (void)err;
  square_roots(blt_call_f64(c, 0), 0, c->n, c->out);
  return BLT_OK;
}
static BLT_STRICT(run_sqrt, loop_sqrt);

blt_status blt_bind_math(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  op->run = run_function;
  if (op->code == BLT_SQRT) op->run = run_sqrt;
  return BLT_OK;
}

BLT_UNARY(is_nan, double, uint8_t, x != x)
BLT_UNARY(is_finite, double, uint8_t, x - x == 0)

static blt_status loop_float_test(blt_call *c, blt_error *err) {
  (void)err;
  if (c->op->code == BLT_IS_FINITE)
    is_finite(blt_call_f64(c, 0), 0, c->n, c->out);
  else
    is_nan(blt_call_f64(c, 0), 0, c->n, c->out);
  return BLT_OK;
}
static BLT_STRICT(run_float_test, loop_float_test);

blt_status blt_bind_float_test(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  op->run = run_float_test;
  return BLT_OK;
}

/* ---- abs and sign ---- */

BLT_UNARY(abs_f64, double, double, __builtin_fabs(x))
BLT_UNARY(abs_i64, int64_t, int64_t, (bad |= x == INT64_MIN, x < 0 ? 0 - (uint64_t)x : (uint64_t)x))
BLT_UNARY(sign_f64, double, double, x != x ? x : (double)((x > 0) - (x < 0)))
BLT_UNARY(sign_i64, int64_t, int64_t, (x > 0) - (x < 0))

static blt_status loop_abs_f64(blt_call *c, blt_error *err) {
  (void)err;
  abs_f64(blt_call_f64(c, 0), 0, c->n, c->out);
  return BLT_OK;
}
static blt_status loop_abs_i64(blt_call *c, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0);
  if (!abs_i64(a, 0, c->n, c->out)) return BLT_OK;
  for (uint32_t i = 0; i < c->n; i++)
    if (a[i] == INT64_MIN && !blt_call_null(c, i))
      return blt_fail_at(err, BLT_EOVERFLOW, c->op->node,
                         "overflow: abs(-9223372036854775808) does not fit int64");
  return BLT_OK;
}
static blt_status loop_sign_f64(blt_call *c, blt_error *err) {
  (void)err;
  sign_f64(blt_call_f64(c, 0), 0, c->n, c->out);
  return BLT_OK;
}
static blt_status loop_sign_i64(blt_call *c, blt_error *err) {
  (void)err;
  sign_i64(blt_call_i64(c, 0), 0, c->n, c->out);
  return BLT_OK;
}
static BLT_STRICT(run_abs_f64, loop_abs_f64);
static BLT_STRICT(run_abs_i64, loop_abs_i64);
static BLT_STRICT(run_sign_f64, loop_sign_f64);
static BLT_STRICT(run_sign_i64, loop_sign_i64);

blt_status blt_bind_abs(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  op->type = op->args[0]->type;
  op->run = op->type.id == BLT_FLOAT64 ? run_abs_f64 : run_abs_i64;
  op->can_fail = op->type.id == BLT_INT64;
  return BLT_OK;
}

blt_status blt_bind_sign(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  bool f = op->args[0]->type.id == BLT_FLOAT64;
  op->type = blt_type_of(f ? BLT_FLOAT64 : BLT_INT64);
  op->run = f ? run_sign_f64 : run_sign_i64;
  return BLT_OK;
}

/* ---- rounding ---- */

/* x / unit to an integer; unit > 0. Halves go away from zero. */
static inline int64_t divide_rounded(int64_t x, int64_t unit, uint8_t mode) {
  int64_t q = x / unit, r = x % unit;
  switch (mode) {
  case BLT_ROUND:
    return q + (r >= unit - unit / 2 ? 1 : r <= -(unit - unit / 2) ? -1 : 0);
  case BLT_FLOOR:
    return q - (r < 0);
  case BLT_CEIL:
    return q + (r > 0);
  default:
    return q;
  }
}

/* Integers and decimals: op->low is the unit to round to, op->high what a unit becomes in the result. */
static blt_status loop_round_i64(blt_call *c, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0), most = blt_pow10(BLT_MAX_PRECISION) - 1;
  bool decimal = c->op->type.id == BLT_DECIMAL;
  char shown[64], type[24];
  int64_t *r = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    int64_t q = divide_rounded(a[i], c->op->low, c->op->code);
    bool over = __builtin_mul_overflow(q, c->op->high, &r[i]);
    over = over || (decimal && (r[i] > most || r[i] < -most));
    if (!over || blt_call_null(c, i)) continue;
    blt_call_show(c, 0, i, shown);
    return blt_fail_at(err, BLT_EOVERFLOW, c->op->node, "overflow: %s of %s does not fit %s", c->op->name,
                       shown, blt_type_name(c->op->type, type));
  }
  return BLT_OK;
}
static BLT_STRICT(run_round_i64, loop_round_i64);

/* Rounding away more digits than a decimal has. */
static blt_status loop_round_to_zero(blt_call *c, blt_error *err) {
  (void)err;
  memset(c->out, 0, c->n * sizeof(int64_t));
  return BLT_OK;
}
static BLT_STRICT(run_round_to_zero, loop_round_to_zero);

BLT_UNARY(floor_f64, double, double, __builtin_floor(x))
BLT_UNARY(ceil_f64, double, double, __builtin_ceil(x))
BLT_UNARY(trunc_f64, double, double, __builtin_trunc(x))

/* op->number is 10^digits; a value too large to have such digits stays itself. */
static void round_f64(const double *a, double scale, bool down, uint32_t n, double *r) {
  for (uint32_t i = 0; i < n; i++) {
    double scaled = down ? a[i] / scale : a[i] * scale;
    double whole = round(scaled);
    r[i] = !isfinite(scaled) || fabs(scaled) >= 0x1p52 ? a[i] : down ? whole * scale : whole / scale;
  }
}

static blt_status loop_round_f64(blt_call *c, blt_error *err) {
  (void)err;
  const double *a = blt_call_f64(c, 0);
  if (c->op->code == BLT_FLOOR)
    floor_f64(a, 0, c->n, c->out);
  else if (c->op->code == BLT_CEIL)
    ceil_f64(a, 0, c->n, c->out);
  else if (c->op->code == BLT_TRUNC)
    trunc_f64(a, 0, c->n, c->out);
  else
    round_f64(a, c->op->number, c->op->low < 0, c->n, c->out);
  return BLT_OK;
}
static BLT_STRICT(run_round_f64, loop_round_f64);

/* round(x), round(x, digits), floor(x), ceil(x), trunc(x). */
blt_status blt_bind_round(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b;
  int64_t digits = op->nargs > 1 ? op->args[1]->value.u.i : 0;
  blt_type x = op->args[0]->type;
  if (digits < -18 || digits > 18)
    return blt_fail_at(err, BLT_EINVAL, op->node, "%s to %lld digits: expected -18 to 18", op->name,
                       (long long)digits);
  bool whole = op->nargs == 1;
  op->nargs = 1;
  if (x.id == BLT_FLOAT64) {
    op->type = x;
    op->run = run_round_f64;
    op->low = digits;
    op->number = (double)blt_pow10((uint32_t)(digits < 0 ? -digits : digits));
    return BLT_OK;
  }
  /* Digits that go away. */
  int64_t drop = (int64_t)x.scale - digits;
  if (drop < 0) drop = 0;
  op->run = run_round_i64;
  op->type = x.id == BLT_DECIMAL && !whole
                 ? blt_decimal_of(x.precision + 1, digits > 0 ? x.scale - (int)drop : 0)
                 : blt_type_of(BLT_INT64);
  op->low = blt_pow10(drop > 18 ? 18 : (uint32_t)drop);
  if (drop > 18) op->run = run_round_to_zero;
  op->high = digits < 0 ? blt_pow10((uint32_t)-digits) : 1;
  op->can_fail = digits < 0;
  return BLT_OK;
}

blt_status blt_bind_trunc(blt_binder *b, blt_op *op, blt_error *err) {
  uint8_t id = op->args[0]->type.id;
  if (id == BLT_DATE || id == BLT_TIMESTAMP) return blt_bind_date_trunc(b, op, err);
  if (blt_is_number(op->args[0]->type) && op->nargs == 1) return blt_bind_round(b, op, err);
  return blt_bind_mismatch(op, "expected trunc(number), or trunc(date or timestamp, unit)", err);
}

/* bin(x, width) is x // width * width: the lower end of the interval that holds x. */
blt_status blt_bind_bin(blt_binder *b, blt_op *op, blt_error *err) {
  blt_op *args[2] = {op->args[0], op->args[1]};
  args[0] = blt_bind_call(b, "//", args, 2, op->node, err);
  blt_op *product = args[0] ? blt_bind_call(b, "*", args, 2, op->node, err) : NULL;
  if (!product) return err->code;
  *op = *product;
  return BLT_OK;
}
