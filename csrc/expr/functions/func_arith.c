/* func_arith.c: + - * / // % ^ and unary -, exact for integers, decimals, dates and timestamps or an error.
 */
#include "func.h"

#include "base/text/civil.h"
#include "base/text/num.h"

#include <math.h>
#include <stdio.h>

/* ---- loops ---- */

static inline int64_t wrapping_add(int64_t x, int64_t y, uint64_t *bad) {
  int64_t s = (int64_t)((uint64_t)x + (uint64_t)y);
  *bad |= (uint64_t)((x ^ s) & (y ^ s)) >> 63;
  return s;
}
static inline int64_t wrapping_subtract(int64_t x, int64_t y, uint64_t *bad) {
  int64_t s = (int64_t)((uint64_t)x - (uint64_t)y);
  *bad |= (uint64_t)((x ^ y) & (x ^ s)) >> 63;
  return s;
}
static inline int64_t wrapping_multiply(int64_t x, int64_t y, uint64_t *bad) {
  int64_t s;
  *bad |= __builtin_mul_overflow(x, y, &s);
  return s;
}

BLT_BINARY(add_i64, int64_t, int64_t, wrapping_add(x, y, &bad))
BLT_BINARY(subtract_i64, int64_t, int64_t, wrapping_subtract(x, y, &bad))
BLT_BINARY(multiply_i64, int64_t, int64_t, wrapping_multiply(x, y, &bad))
BLT_BINARY(multiply_small, int64_t, int64_t, (uint64_t)x *(uint64_t)y)
BLT_BINARY(add_f64, double, double, x + y)
BLT_BINARY(subtract_f64, double, double, x - y)
BLT_BINARY(multiply_f64, double, double, x *y)
BLT_BINARY(divide_f64, double, double, x / y)

/* Any value outside low .. high? */
BLT_CLONES static bool outside(const int64_t *restrict v, uint32_t n, int64_t low, int64_t high) {
  uint64_t bad = 0;
  for (uint32_t i = 0; i < n; i++) bad |= (uint64_t)(v[i] < low) | (uint64_t)(v[i] > high);
  return bad != 0;
}

/* ---- exact or an error ---- */

static blt_status overflow(const blt_call *c, uint32_t row, blt_error *err) {
  char x[64], y[64], type[24];
  blt_call_show(c, 0, row, x);
  blt_type_name(c->op->type, type);
  if (c->nargs == 1)
    return blt_fail_at(err, BLT_EOVERFLOW, c->op->node, "overflow: -(%s) does not fit %s", x, type);
  blt_call_show(c, 1, row, y);
  return blt_fail_at(err, BLT_EOVERFLOW, c->op->node, "overflow: %s %s %s does not fit %s", x, c->op->name, y,
                     type);
}

/* Some row may have overflowed: an error unless each of them is null. */
static blt_status recheck(const blt_call *c, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0), *b = blt_call_i64(c, 1);
  for (uint32_t i = 0; i < c->n; i++) {
    if (blt_call_null(c, i)) continue;
    __int128 x = a[blt_call_constant(c, 0) ? 0 : i], y = b[blt_call_constant(c, 1) ? 0 : i];
    __int128 r = c->op->code == '+' ? x + y : c->op->code == '-' ? x - y : x * y;
    if (r < c->op->low || r > c->op->high) return overflow(c, i, err);
  }
  return BLT_OK;
}

static blt_status check_limits(const blt_call *c, bool bad, blt_error *err) {
  const blt_op *op = c->op;
  if (!bad && op->low > INT64_MIN) bad = outside(c->out, c->n, op->low, op->high);
  return bad ? recheck(c, err) : BLT_OK;
}

static blt_status loop_add_i64(blt_call *c, blt_error *err) {
  return check_limits(c, BLT_BINARY_CALL(add_i64, i64, c), err);
}
static blt_status loop_subtract_i64(blt_call *c, blt_error *err) {
  return check_limits(c, BLT_BINARY_CALL(subtract_i64, i64, c), err);
}

/* Products of values whose forms say that they are small need no check. */
static bool product_fits(const blt_call *c) {
  int64_t low[2], high[2];
  for (uint32_t i = 0; i < 2; i++) {
    blt_vec_range(&c->args[i], &low[i], &high[i]);
    if (low[i] == INT64_MIN) return false;
    if (-low[i] > high[i]) high[i] = -low[i];
  }
  __int128 most = (__int128)high[0] * high[1];
  return most <= c->op->high && -most >= c->op->low;
}

static blt_status loop_multiply_i64(blt_call *c, blt_error *err) {
  if (!product_fits(c)) return check_limits(c, BLT_BINARY_CALL(multiply_i64, i64, c), err);
  BLT_BINARY_CALL(multiply_small, i64, c);
  return BLT_OK;
}

#define FLOAT_LOOP(name)                                                                                     \
  static blt_status loop_##name(blt_call *c, blt_error *err) {                                               \
    (void)err;                                                                                               \
    BLT_BINARY_CALL(name, f64, c);                                                                           \
    return BLT_OK;                                                                                           \
  }                                                                                                          \
  static BLT_STRICT(run_##name, loop_##name)
FLOAT_LOOP(add_f64);
FLOAT_LOOP(subtract_f64);
FLOAT_LOOP(multiply_f64);

static BLT_STRICT(run_add_i64, loop_add_i64);
static BLT_STRICT(run_subtract_i64, loop_subtract_i64);
static BLT_STRICT(run_multiply_i64, loop_multiply_i64);

/* ---- binding of + - * ---- */

static blt_status to_floats(blt_binder *b, blt_op *op, blt_error *err) {
  for (uint32_t i = 0; i < op->nargs; i++) {
    op->args[i] = blt_bind_convert(b, op->args[i], blt_type_of(BLT_FLOAT64), err);
    if (!op->args[i]) return err->code;
  }
  op->type = blt_type_of(BLT_FLOAT64);
  return BLT_OK;
}

/* Digits that a number has before its point at most. */
static int whole_digits(blt_type t) {
  return t.id == BLT_INT64 ? 19 : t.precision - t.scale;
}

static void limit(blt_op *op, int64_t low, int64_t high) {
  op->low = low;
  op->high = high;
  op->can_fail = true;
}

/* Both operands to the larger scale; the sum has one digit more. */
static blt_status to_decimals(blt_binder *b, blt_op *op, blt_error *err) {
  blt_type x = op->args[0]->type, y = op->args[1]->type;
  int scale = x.scale > y.scale ? x.scale : y.scale;
  int whole = whole_digits(x) > whole_digits(y) ? whole_digits(x) : whole_digits(y);
  for (uint32_t i = 0; i < 2; i++) {
    int digits = whole_digits(op->args[i]->type) + scale;
    op->args[i] = blt_bind_convert(b, op->args[i], blt_decimal_of(digits, scale), err);
    if (!op->args[i]) return err->code;
  }
  op->type = blt_decimal_of(whole + scale + 1, scale);
  int64_t most = blt_pow10(BLT_MAX_PRECISION) - 1;
  op->low = -most;
  op->high = most;
  op->can_fail = whole + scale + 1 > BLT_MAX_PRECISION;
  return BLT_OK;
}

static void limit_moment(blt_op *op) {
  bool date = op->type.id == BLT_DATE;
  limit(op, date ? BLT_DATE_MIN : BLT_TIMESTAMP_MIN, date ? BLT_DATE_MAX : BLT_TIMESTAMP_MAX);
}

static bool is_moment(blt_type t) {
  return t.id == BLT_DATE || t.id == BLT_TIMESTAMP;
}

static const char wants_numbers[] = "expected two numbers (or a date and days, a timestamp and microseconds)";

/* What + and - share; dates are done by the caller before. */
static blt_status bind_sum(blt_binder *b, blt_op *op, blt_kernel ints, blt_kernel floats, blt_error *err) {
  blt_type x = op->args[0]->type, y = op->args[1]->type;
  op->run = ints;
  if (!blt_is_number(x) || !blt_is_number(y)) return blt_bind_mismatch(op, wants_numbers, err);
  if (x.id == BLT_FLOAT64 || y.id == BLT_FLOAT64) {
    op->run = floats;
    return to_floats(b, op, err);
  }
  if (x.id == BLT_DECIMAL || y.id == BLT_DECIMAL) return to_decimals(b, op, err);
  op->type = x;
  limit(op, INT64_MIN, INT64_MAX);
  return BLT_OK;
}

blt_status blt_bind_add(blt_binder *b, blt_op *op, blt_error *err) {
  blt_type x = op->args[0]->type, y = op->args[1]->type;
  op->range = blt_range_add;
  if (!(is_moment(x) && y.id == BLT_INT64) && !(is_moment(y) && x.id == BLT_INT64))
    return bind_sum(b, op, run_add_i64, run_add_f64, err);
  op->run = run_add_i64;
  op->code = '+';
  op->type = is_moment(x) ? x : y;
  limit_moment(op);
  return BLT_OK;
}

blt_status blt_bind_subtract(blt_binder *b, blt_op *op, blt_error *err) {
  blt_type x = op->args[0]->type, y = op->args[1]->type;
  op->range = blt_range_subtract;
  if (!is_moment(x) || !(is_moment(y) || y.id == BLT_INT64))
    return bind_sum(b, op, run_subtract_i64, run_subtract_f64, err);
  op->run = run_subtract_i64;
  op->code = '-';
  if (y.id == BLT_INT64) {
    op->type = x;
    limit_moment(op);
    return BLT_OK;
  }
  if (x.id != y.id) {
    for (uint32_t i = 0; i < 2; i++) {
      op->args[i] = blt_bind_convert(b, op->args[i], blt_type_of(BLT_TIMESTAMP), err);
      if (!op->args[i]) return err->code;
    }
  }
  op->type = blt_type_of(BLT_INT64);
  op->low = INT64_MIN;
  op->high = INT64_MAX;
  return BLT_OK;
}

blt_status blt_bind_multiply(blt_binder *b, blt_op *op, blt_error *err) {
  blt_type x = op->args[0]->type, y = op->args[1]->type;
  char text[24];
  if (!blt_is_number(x) || !blt_is_number(y)) return blt_bind_mismatch(op, "expected two numbers", err);
  op->range = blt_range_multiply;
  op->code = '*';
  if (x.id == BLT_FLOAT64 || y.id == BLT_FLOAT64) {
    op->run = run_multiply_f64;
    return to_floats(b, op, err);
  }
  op->run = run_multiply_i64;
  op->type = x;
  if (x.id == BLT_INT64 && y.id == BLT_INT64) {
    limit(op, INT64_MIN, INT64_MAX);
    return BLT_OK;
  }
  int scale = x.scale + y.scale, digits = whole_digits(x) + whole_digits(y) + scale;
  if (scale > BLT_MAX_PRECISION)
    return blt_fail_at(
        err, BLT_ETYPE, op->node,
        "* of %s and another decimal needs %d digits after the point, more than %d: convert one with "
        "decimal(x, p, s) or float64(x)",
        blt_type_name(x, text), scale, BLT_MAX_PRECISION);
  op->type = blt_decimal_of(digits, scale);
  limit(op, 1 - blt_pow10(BLT_MAX_PRECISION), blt_pow10(BLT_MAX_PRECISION) - 1);
  op->can_fail = digits > BLT_MAX_PRECISION;
  return BLT_OK;
}

/* ---- division ---- */

/* Nulls where the divisor is zero. */
static void null_zeros_f64(blt_call *c, const double *b) {
  bool constant = blt_call_constant(c, 1);
  uint64_t zeros = 0;
  for (uint32_t i = 0; i < (constant ? 1 : c->n); i++) zeros |= b[i] == 0;
  if (!zeros) return;
  uint64_t *valid = blt_call_nulls(c);
  for (uint32_t i = 0; i < c->n; i++)
    if (b[constant ? 0 : i] == 0) blt_bit_clear(valid, i);
}

static blt_status loop_divide(blt_call *c, blt_error *err) {
  (void)err;
  BLT_BINARY_CALL(divide_f64, f64, c);
  if (c->op->code) null_zeros_f64(c, blt_call_f64(c, 1));
  return BLT_OK;
}
static BLT_STRICT(run_divide, loop_divide);

blt_status blt_bind_divide(blt_binder *b, blt_op *op, blt_error *err) {
  if (!blt_is_number(op->args[0]->type) || !blt_is_number(op->args[1]->type))
    return blt_bind_mismatch(op, "expected two numbers", err);
  op->code = op->args[1]->type.id != BLT_FLOAT64;
  op->run = run_divide;
  return to_floats(b, op, err);
}

/* Floored quotient or remainder as in Lua; the caller has excluded 0 and INT64_MIN // -1. */
static inline int64_t floor_div(int64_t x, int64_t y) {
  int64_t q = x / y;
  return q - (x % y != 0 && (x ^ y) < 0);
}
static inline int64_t floor_mod(int64_t x, int64_t y) {
  int64_t r = x % y;
  return r != 0 && (r ^ y) < 0 ? r + y : r;
}

/* While |x| and |y| stay below 2^52, the double quotient rounds to no integer that the true one is not. */
#define EXACT_DOUBLES (INT64_C(1) << 52)
BLT_BINARY(quotient_small, int64_t, int64_t, __builtin_floor((double)x / (double)y))
BLT_BINARY(remainder_small, int64_t, int64_t, x - (int64_t)__builtin_floor((double)x / (double)y) * y)

/* Whether all values are that small: from their forms, or by looking. */
static bool fits_doubles(const blt_call *c) {
  int64_t low, high;
  if (!blt_call_constant(c, 1)) return false;
  for (uint32_t i = 0; i < 2; i++) {
    blt_vec_range(&c->args[i], &low, &high);
    if (low > -EXACT_DOUBLES && high < EXACT_DOUBLES) continue;
    uint32_t n = blt_call_constant(c, i) ? 1 : c->n;
    if (outside(blt_call_i64(c, i), n, 1 - EXACT_DOUBLES, EXACT_DOUBLES - 1)) return false;
  }
  return true;
}

static blt_status divide_rows(blt_call *c, bool quotient, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0), *b = blt_call_i64(c, 1);
  int64_t *r = c->out;
  bool ca = blt_call_constant(c, 0), cb = blt_call_constant(c, 1);
  for (uint32_t i = 0; i < c->n; i++) {
    int64_t x = a[ca ? 0 : i], y = b[cb ? 0 : i];
    r[i] = 0;
    if (y == 0) {
      blt_bit_clear(blt_call_nulls(c), i);
    } else if (y == -1) {
      if (quotient && x == INT64_MIN && !blt_call_null(c, i)) return overflow(c, i, err);
      r[i] = quotient ? (int64_t)(0 - (uint64_t)x) : 0;
    } else {
      r[i] = quotient ? floor_div(x, y) : floor_mod(x, y);
    }
  }
  return BLT_OK;
}

static blt_status loop_quotient_i64(blt_call *c, blt_error *err) {
  if (!fits_doubles(c) || *blt_call_i64(c, 1) == 0) return divide_rows(c, true, err);
  BLT_BINARY_CALL(quotient_small, i64, c);
  return BLT_OK;
}
static blt_status loop_remainder_i64(blt_call *c, blt_error *err) {
  if (!fits_doubles(c) || *blt_call_i64(c, 1) == 0) return divide_rows(c, false, err);
  BLT_BINARY_CALL(remainder_small, i64, c);
  return BLT_OK;
}
static BLT_STRICT(run_quotient_i64, loop_quotient_i64);
static BLT_STRICT(run_remainder_i64, loop_remainder_i64);

/* Decimals of different scale: op->low and op->high bring each operand to the larger one. */
static blt_status divide_scaled(blt_call *c, bool quotient, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0), *b = blt_call_i64(c, 1);
  const int64_t high = quotient ? INT64_MAX : blt_pow10(BLT_MAX_PRECISION) - 1,
                low = quotient ? INT64_MIN : -high;
  int64_t *out = c->out;
  bool ca = blt_call_constant(c, 0), cb = blt_call_constant(c, 1);
  for (uint32_t i = 0; i < c->n; i++) {
    __int128 x = (__int128)a[ca ? 0 : i] * c->op->low, y = (__int128)b[cb ? 0 : i] * c->op->high;
    out[i] = 0;
    if (y == 0) {
      blt_bit_clear(blt_call_nulls(c), i);
      continue;
    }
    __int128 q = x / y, r = x % y;
    if (r != 0 && (r < 0) != (y < 0)) q--, r += y;
    if (!quotient) q = r;
    if ((q < low || q > high) && !blt_call_null(c, i)) return overflow(c, i, err);
    out[i] = (int64_t)q;
  }
  return BLT_OK;
}

static blt_status loop_quotient_scaled(blt_call *c, blt_error *err) {
  return divide_scaled(c, true, err);
}
static blt_status loop_remainder_scaled(blt_call *c, blt_error *err) {
  return divide_scaled(c, false, err);
}
static BLT_STRICT(run_quotient_scaled, loop_quotient_scaled);
static BLT_STRICT(run_remainder_scaled, loop_remainder_scaled);

static inline double modulo(double x, double y) {
  double r = fmod(x, y);
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
BLT_BINARY(quotient_f64, double, double, __builtin_floor(x / y))
BLT_BINARY(remainder_f64, double, double, modulo(x, y))
BLT_BINARY(power_f64, double, double, pow(x, y))

static blt_status loop_quotient_f64(blt_call *c, blt_error *err) {
  (void)err;
  BLT_BINARY_CALL(quotient_f64, f64, c);
  if (c->op->code) null_zeros_f64(c, blt_call_f64(c, 1));
  return BLT_OK;
}
static blt_status loop_remainder_f64(blt_call *c, blt_error *err) {
  (void)err;
  BLT_BINARY_CALL(remainder_f64, f64, c);
  if (c->op->code) null_zeros_f64(c, blt_call_f64(c, 1));
  return BLT_OK;
}
static BLT_STRICT(run_quotient_f64, loop_quotient_f64);
static BLT_STRICT(run_remainder_f64, loop_remainder_f64);

static blt_status loop_power(blt_call *c, blt_error *err) {
  (void)err;
  BLT_BINARY_CALL(power_f64, f64, c);
  return BLT_OK;
}
BLT_STRICT(blt_run_power, loop_power);

/* The kernels of one operator. */
typedef struct floored {
  blt_kernel ints, scaled, floats;
} floored;

static blt_status bind_floored(blt_binder *b, blt_op *op, floored k, blt_error *err) {
  blt_type x = op->args[0]->type, y = op->args[1]->type;
  if (!blt_is_number(x) || !blt_is_number(y)) return blt_bind_mismatch(op, "expected two numbers", err);
  op->run = k.ints;
  if (x.id == BLT_FLOAT64 || y.id == BLT_FLOAT64) {
    op->code = y.id != BLT_FLOAT64;
    op->run = k.floats;
    return to_floats(b, op, err);
  }
  op->type = x;
  if (x.id == BLT_INT64 && y.id == BLT_INT64) return BLT_OK;
  int scale = x.scale > y.scale ? x.scale : y.scale;
  int whole = whole_digits(x) > whole_digits(y) ? whole_digits(x) : whole_digits(y);
  op->low = blt_pow10((uint32_t)(scale - x.scale));
  op->high = blt_pow10((uint32_t)(scale - y.scale));
  op->type = blt_decimal_of(whole + scale, scale);
  op->run = k.scaled;
  return BLT_OK;
}

/* The constant integer divisor; 0 of any other. */
static int64_t constant_divisor(const blt_op *op) {
  const blt_op *divisor = op->args[1];
  bool known = divisor->kind == BLT_OP_VALUE && !divisor->value.null && divisor->type.id == BLT_INT64;
  return known && op->args[0]->type.id == BLT_INT64 ? divisor->value.u.i : 0;
}

static int64_t quotient_at(const blt_op *op, int64_t x) {
  return floor_div(x, op->args[1]->value.u.i);
}

/* The quotient never falls where the divisor is positive. */
static void range_quotient(const blt_scope *s, const blt_op *op, blt_range *out) {
  *out = (blt_range){.nulls = true, .nans = true};
  if (constant_divisor(op) > 0) blt_range_map(s, op, quotient_at, out);
}

/* The remainder has the sign of the divisor. */
static void range_remainder(const blt_scope *s, const blt_op *op, blt_range *out) {
  int64_t divisor = constant_divisor(op);
  blt_range a;
  *out = (blt_range){.nulls = true, .nans = true};
  if (divisor == 0) return;
  blt_op_range(s, op->args[0], &a);
  *out = (blt_range){.known = true,
                     .nulls = !a.known || a.nulls,
                     .empty = a.known && a.empty,
                     .low = divisor > 0 ? 0 : divisor + 1,
                     .high = divisor > 0 ? divisor - 1 : 0};
}

blt_status blt_bind_floor_divide(blt_binder *b, blt_op *op, blt_error *err) {
  static const floored kernels = {run_quotient_i64, run_quotient_scaled, run_quotient_f64};
  blt_status status = bind_floored(b, op, kernels, err);
  op->range = range_quotient;
  if (status == BLT_OK && op->type.id == BLT_DECIMAL) {
    op->type = blt_type_of(BLT_INT64);
    op->can_fail = true;
  } else if (op->type.id == BLT_INT64) {
    const blt_op *divisor = op->args[1];
    op->can_fail = divisor->kind != BLT_OP_VALUE || divisor->value.u.i == -1;
  }
  return status;
}

blt_status blt_bind_modulo(blt_binder *b, blt_op *op, blt_error *err) {
  static const floored kernels = {run_remainder_i64, run_remainder_scaled, run_remainder_f64};
  blt_status status = bind_floored(b, op, kernels, err);
  op->range = range_remainder;
  op->can_fail = status == BLT_OK && op->type.id == BLT_DECIMAL;
  return status;
}

/* ---- unary minus ---- */

BLT_UNARY(negate_i64, int64_t, int64_t, wrapping_subtract(0, x, &bad))
BLT_UNARY(negate_f64, double, double, -x)

static blt_status loop_negate_i64(blt_call *c, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0);
  if (!negate_i64(a, 0, c->n, c->out)) return BLT_OK;
  for (uint32_t i = 0; i < c->n; i++)
    if (!blt_call_null(c, i) && a[i] == INT64_MIN) return overflow(c, i, err);
  return BLT_OK;
}
static blt_status loop_negate_f64(blt_call *c, blt_error *err) {
  (void)err;
  negate_f64(blt_call_f64(c, 0), 0, c->n, c->out);
  return BLT_OK;
}
static BLT_STRICT(run_negate_i64, loop_negate_i64);
static BLT_STRICT(run_negate_f64, loop_negate_f64);

blt_status blt_bind_negate(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  op->type = op->args[0]->type;
  op->run = op->type.id == BLT_FLOAT64 ? run_negate_f64 : run_negate_i64;
  op->can_fail = op->type.id == BLT_INT64;
  return BLT_OK;
}
