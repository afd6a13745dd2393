/* func_cast.c: values of one type in another: int64(x), float64(x), decimal(x, p, s), string(x), bool(x),
 * date(x), timestamp(x). Exact or an error: a text that is no number, a fraction that int64 would lose, a
 * number that does not fit. The same functions serve as implicit conversions (blt_bind_convert), which never
 * lose anything. */
#include "func.h"

#include "base/text/civil.h"
#include "base/text/num.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- text of values ---- */

size_t blt_value_text(const blt_value *v, char *out) {
  if (v->null) return (size_t)snprintf(out, BLT_TEXT_OF_VALUE, "nil");
  switch (v->type.id) {
  case BLT_BOOL:
    return (size_t)snprintf(out, BLT_TEXT_OF_VALUE, "%s", v->u.i ? "true" : "false");
  case BLT_FLOAT64:
    return blt_format_f64(v->u.f, out);
  case BLT_DECIMAL:
    return blt_format_decimal(v->u.i, v->type.scale, out);
  case BLT_DATE:
    return blt_date_format(v->u.i, out);
  case BLT_TIMESTAMP:
    return blt_timestamp_format(v->u.i, out);
  default:
    return blt_format_i64(v->u.i, out);
  }
}

void blt_call_show(const blt_call *c, uint32_t arg, uint32_t i, char out[64]) {
  blt_value v = blt_vec_value(&c->args[arg], i);
  if (v.type.id != BLT_STRING || v.null) {
    blt_value_text(&v, out);
    return;
  }
  snprintf(out, 64, "'%.*s'%s", (int)(v.u.s.len < 40 ? v.u.s.len : 40), v.u.s.s, v.u.s.len > 40 ? "…" : "");
}

/* Row i has no value in the wanted type. */
static blt_status no_value(const blt_call *c, uint32_t i, const char *hint, blt_error *err) {
  char x[64], type[24];
  blt_call_show(c, 0, i, x);
  blt_type_name(c->op->type, type);
  return blt_fail_at(err, c->args[0].type.id == BLT_STRING ? BLT_EFORMAT : BLT_EOVERFLOW, c->op->node,
                     "%s is no %s%s", x, type, hint);
}

/* ---- to int64 ---- */

static blt_status loop_f64_to_i64(blt_call *c, blt_error *err) {
  const double *a = blt_call_f64(c, 0);
  int64_t *r = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    bool fits = a[i] >= -0x1p63 && a[i] < 0x1p63;
    r[i] = fits ? (int64_t)a[i] : 0;
    if ((!fits || (double)r[i] != a[i]) && !blt_call_null(c, i))
      return no_value(c, i, ": use round, floor, ceil or trunc first", err);
  }
  return BLT_OK;
}

static blt_status loop_text_to_i64(blt_call *c, blt_error *err) {
  const blt_str *s = blt_call_text(c, 0);
  int64_t *r = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    r[i] = 0;
    if (!blt_call_null(c, i) && blt_parse_i64(s[i].s, s[i].len, &r[i]) != BLT_PARSED)
      return no_value(c, i, "", err);
  }
  return BLT_OK;
}

/* Digits of one scale to another: op->low multiplies, op->high divides, and what is lost must be zero. The
 * result stays within +-(10^precision - 1). */
static blt_status loop_rescale(blt_call *c, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0);
  int64_t *r = c->out,
          most = c->op->type.id == BLT_DECIMAL ? blt_pow10(c->op->type.precision) - 1 : INT64_MAX;
  for (uint32_t i = 0; i < c->n; i++) {
    int64_t q = a[i] / c->op->high;
    bool bad = a[i] % c->op->high != 0 || __builtin_mul_overflow(q, c->op->low, &r[i]) || r[i] > most ||
               r[i] < -most;
    if (bad && !blt_call_null(c, i)) return no_value(c, i, c->op->high > 1 ? ": use round first" : "", err);
  }
  return BLT_OK;
}

/* The same without checks, where the types promise that it fits. */
BLT_UNARY(scale_up, int64_t, int64_t, (uint64_t)x *(uint64_t)p)
static blt_status loop_scale_up(blt_call *c, blt_error *err) {
  (void)err;
  scale_up(blt_call_i64(c, 0), c->op->low, c->n, c->out);
  return BLT_OK;
}

static blt_status loop_same(blt_call *c, blt_error *err) {
  (void)err;
  memcpy(c->out, blt_call_i64(c, 0), c->n * sizeof(int64_t));
  return BLT_OK;
}

static BLT_STRICT(run_f64_to_i64, loop_f64_to_i64);
static BLT_STRICT(run_text_to_i64, loop_text_to_i64);
static BLT_STRICT(run_rescale, loop_rescale);
static BLT_STRICT(run_scale_up, loop_scale_up);
static BLT_STRICT(run_same, loop_same);

static blt_status use(blt_op *op, blt_kernel run, bool can_fail) {
  op->run = run;
  op->can_fail = can_fail;
  op->nargs = 1;
  return BLT_OK;
}

/* The conversion does nothing. */
static blt_status identity(blt_op *op) {
  uint32_t node = op->node;
  *op = *op->args[0];
  op->node = node;
  return BLT_OK;
}

static blt_status no_conversion(const blt_op *op, blt_error *err) {
  return blt_bind_mismatch(op, "there is no such conversion", err);
}

blt_status blt_bind_to_int64(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b;
  const blt_type x = op->args[0]->type;
  op->low = 1;
  op->high = x.id == BLT_DECIMAL ? blt_pow10(x.scale) : 1;
  switch (x.id) {
  case BLT_INT64:
    return identity(op);
  case BLT_BOOL:
    return use(op, run_same, false);
  case BLT_DECIMAL:
    return use(op, run_rescale, true);
  case BLT_FLOAT64:
    return use(op, run_f64_to_i64, true);
  case BLT_STRING:
    return use(op, run_text_to_i64, true);
  default:
    return no_conversion(op, err);
  }
}

/* ---- to float64 ---- */

static blt_status loop_to_f64(blt_call *c, blt_error *err) {
  (void)err;
  const double *a = blt_call_f64(c, 0);
  memcpy(c->out, a, c->n * sizeof *a);
  return BLT_OK;
}

static blt_status loop_text_to_f64(blt_call *c, blt_error *err) {
  const blt_str *s = blt_call_text(c, 0);
  double *r = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    r[i] = 0;
    if (!blt_call_null(c, i) && blt_parse_f64(s[i].s, s[i].len, &r[i]) != BLT_PARSED)
      return no_value(c, i, "", err);
  }
  return BLT_OK;
}
static BLT_STRICT(run_to_f64, loop_to_f64);
static BLT_STRICT(run_text_to_f64, loop_text_to_f64);

blt_status blt_bind_to_float64(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b;
  switch (op->args[0]->type.id) {
  case BLT_FLOAT64:
    return identity(op);
  case BLT_INT64:
  case BLT_DECIMAL:
    return use(op, run_to_f64, false);
  case BLT_BOOL:
    op->args[0] = blt_bind_call(b, "int64", op->args, 1, op->node, err);
    return op->args[0] ? use(op, run_to_f64, false) : err->code;
  case BLT_STRING:
    return use(op, run_text_to_f64, true);
  default:
    return no_conversion(op, err);
  }
}

/* ---- to decimal ---- */

/* Makes a point of whatever a locale writes between the digits; gives the length. */
static size_t make_point(char *text, size_t n) {
  size_t to = 0;
  for (size_t i = 0; i < n; i++) {
    bool digit = (text[i] >= '0' && text[i] <= '9') || text[i] == '-';
    if (digit || text[to - 1] != '.') text[to++] = digit ? text[i] : '.';
  }
  return to;
}

/* A float becomes the decimal nearest to its exact binary value. */
static bool nearest_decimal(double v, uint32_t precision, uint32_t scale, int64_t *out) {
  if (!isfinite(v) || fabs(v) >= 1e18) return false;
  char text[400];
  size_t n = make_point(text, (size_t)snprintf(text, sizeof text, "%.*f", (int)scale, v));
  return blt_parse_decimal(text, n, precision, scale, out) == BLT_PARSED;
}

/* The decimal that a float is written as, when it has one. */
static bool written_decimal(double v, uint32_t precision, uint32_t scale, int64_t *out) {
  char text[BLT_TEXT_OF_VALUE];
  size_t n = blt_format_f64(v, text);
  return blt_parse_decimal(text, n, precision, scale, out) == BLT_PARSED;
}

static blt_status loop_f64_to_decimal_exact(blt_call *c, blt_error *err) {
  const double *a = blt_call_f64(c, 0);
  int64_t *r = c->out;
  blt_type t = c->op->type;
  for (uint32_t i = 0; i < c->n; i++) {
    r[i] = 0;
    if (!blt_call_null(c, i) && !written_decimal(a[i], t.precision, t.scale, &r[i]))
      return no_value(c, i, ": use round first", err);
  }
  return BLT_OK;
}

static blt_status loop_f64_to_decimal(blt_call *c, blt_error *err) {
  const double *a = blt_call_f64(c, 0);
  int64_t *r = c->out;
  blt_type t = c->op->type;
  for (uint32_t i = 0; i < c->n; i++) {
    r[i] = 0;
    if (!blt_call_null(c, i) && !nearest_decimal(a[i], t.precision, t.scale, &r[i]))
      return no_value(c, i, "", err);
  }
  return BLT_OK;
}

static blt_status loop_text_to_decimal(blt_call *c, blt_error *err) {
  const blt_str *s = blt_call_text(c, 0);
  int64_t *r = c->out;
  blt_type t = c->op->type;
  for (uint32_t i = 0; i < c->n; i++) {
    r[i] = 0;
    if (!blt_call_null(c, i) &&
        blt_parse_decimal(s[i].s, s[i].len, t.precision, t.scale, &r[i]) != BLT_PARSED)
      return no_value(c, i, "", err);
  }
  return BLT_OK;
}
static BLT_STRICT(run_f64_to_decimal, loop_f64_to_decimal);
static BLT_STRICT(run_text_to_decimal, loop_text_to_decimal);
static BLT_STRICT(run_f64_to_decimal_exact, loop_f64_to_decimal_exact);

blt_status blt_bind_to_decimal(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b;
  int64_t precision = op->args[1]->value.u.i, scale = op->args[2]->value.u.i;
  const blt_type x = op->args[0]->type;
  if (precision < 1 || precision > BLT_MAX_PRECISION || scale < 0 || scale > precision)
    return blt_fail_at(err, BLT_EINVAL, op->node,
                       "decimal(x, %lld, %lld): the precision is 1 to %d, the scale 0 to it",
                       (long long)precision, (long long)scale, BLT_MAX_PRECISION);
  op->type = blt_decimal_of((int)precision, (int)scale);
  if (x.id == BLT_STRING) return use(op, run_text_to_decimal, true);
  if (x.id == BLT_FLOAT64) return use(op, run_f64_to_decimal, true);
  if (x.id != BLT_INT64 && x.id != BLT_DECIMAL) return no_conversion(op, err);
  op->low = scale > x.scale ? blt_pow10((uint32_t)(scale - x.scale)) : 1;
  op->high = scale < x.scale ? blt_pow10((uint32_t)(x.scale - scale)) : 1;
  bool fits = x.id == BLT_DECIMAL && scale >= x.scale && precision - scale >= x.precision - x.scale;
  return fits ? use(op, run_scale_up, false) : use(op, run_rescale, true);
}

blt_status blt_bind_to_decimal_exact(blt_binder *b, blt_op *op, blt_error *err) {
  bool rounds = op->args[0]->type.id == BLT_FLOAT64;
  blt_status status = blt_bind_to_decimal(b, op, err);
  if (rounds && status == BLT_OK) op->run = run_f64_to_decimal_exact;
  return status;
}

/* ---- to string ---- */

static blt_status loop_to_text(blt_call *c, blt_error *err) {
  blt_str *r = c->out;
  char *room = blt_eval_alloc(c->frame->ev, (size_t)c->n * BLT_TEXT_OF_VALUE);
  if (!room) return blt_fail_memory(err, (size_t)c->n * BLT_TEXT_OF_VALUE);
  blt_value v = {.type = c->args[0].type};
  const double *f = v.type.id == BLT_FLOAT64 ? blt_call_f64(c, 0) : NULL;
  const int64_t *a = f ? NULL : blt_call_i64(c, 0);
  for (uint32_t i = 0; i < c->n; i++) {
    if (f)
      v.u.f = f[i];
    else
      v.u.i = a[i];
    r[i] = (blt_str){room, (uint32_t)blt_value_text(&v, room)};
    room += r[i].len;
  }
  return BLT_OK;
}
static BLT_STRICT(run_to_text, loop_to_text);

blt_status blt_bind_to_string(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  if (op->args[0]->type.id == BLT_STRING) return identity(op);
  op->cost = 20;
  return use(op, run_to_text, false);
}

/* ---- to bool ---- */

static bool is_word(blt_str s, const char *word) {
  return strlen(word) == s.len && memcmp(s.s, word, s.len) == 0;
}

static blt_status loop_to_bool(blt_call *c, blt_error *err) {
  uint8_t *r = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    blt_value v = blt_vec_value(&c->args[0], i);
    bool text = v.type.id == BLT_STRING;
    r[i] = 0;
    if (v.null) continue;
    r[i] = text ? is_word(v.u.s, "true") : v.u.i != 0;
    if (text ? !r[i] && !is_word(v.u.s, "false") : v.u.i != 0 && v.u.i != 1)
      return no_value(c, i, text ? ": expected 'true' or 'false'" : ": expected 0 or 1", err);
  }
  return BLT_OK;
}
static BLT_STRICT(run_to_bool, loop_to_bool);

blt_status blt_bind_to_bool(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b;
  if (op->args[0]->type.id == BLT_BOOL) return identity(op);
  if (op->args[0]->type.id == BLT_INT64 || op->args[0]->type.id == BLT_STRING)
    return use(op, run_to_bool, true);
  return no_conversion(op, err);
}

/* ---- to date and timestamp ---- */

static blt_status loop_text_to_moment(blt_call *c, blt_error *err) {
  const blt_str *s = blt_call_text(c, 0);
  int64_t *r = c->out;
  bool date = c->op->type.id == BLT_DATE;
  for (uint32_t i = 0; i < c->n; i++) {
    r[i] = 0;
    if (blt_call_null(c, i)) continue;
    if (!(date ? blt_date_parse(s[i].s, s[i].len, &r[i]) : blt_timestamp_parse(s[i].s, s[i].len, &r[i])))
      return no_value(c, i, date ? " that exists (YYYY-MM-DD)" : " that exists (YYYY-MM-DDTHH:MM:SSZ)", err);
  }
  return BLT_OK;
}

BLT_UNARY(day_of, int64_t, int64_t, blt_timestamp_date(x))
BLT_UNARY(midnight_of, int64_t, int64_t, (uint64_t)x *(uint64_t)BLT_DAY)
static blt_status loop_day(blt_call *c, blt_error *err) {
  (void)err;
  day_of(blt_call_i64(c, 0), 0, c->n, c->out);
  return BLT_OK;
}
static blt_status loop_whole_day(blt_call *c, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0);
  int64_t *r = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    r[i] = blt_timestamp_date(a[i]);
    if (!blt_call_null(c, i) && r[i] * BLT_DAY != a[i])
      return no_value(c, i, ": it has a time of day; use date(x) first", err);
  }
  return BLT_OK;
}
static BLT_STRICT(run_whole_day, loop_whole_day);

static blt_status loop_midnight(blt_call *c, blt_error *err) {
  (void)err;
  midnight_of(blt_call_i64(c, 0), 0, c->n, c->out);
  return BLT_OK;
}

/* date(year, month, day) */
static blt_status loop_civil(blt_call *c, blt_error *err) {
  const int64_t *part[3];
  int64_t *r = c->out;
  for (uint32_t a = 0; a < 3; a++) part[a] = blt_call_i64(c, a);
  for (uint32_t i = 0; i < c->n; i++) {
    int64_t v[3];
    for (uint32_t a = 0; a < 3; a++) v[a] = part[a][blt_call_constant(c, a) ? 0 : i];
    r[i] = 0;
    if (blt_call_null(c, i)) continue;
    if (v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31 ||
        !blt_civil_exists(v[0], (uint32_t)v[1], (uint32_t)v[2]))
      return blt_fail_at(err, BLT_EOVERFLOW, c->op->node, "date(%lld, %lld, %lld) does not exist",
                         (long long)v[0], (long long)v[1], (long long)v[2]);
    r[i] = blt_civil_date(v[0], (uint32_t)v[1], (uint32_t)v[2]);
  }
  return BLT_OK;
}
static BLT_STRICT(run_text_to_moment, loop_text_to_moment);
static BLT_STRICT(run_day, loop_day);
static BLT_STRICT(run_midnight, loop_midnight);
static BLT_STRICT(run_civil, loop_civil);

static int64_t day_at(const blt_op *op, int64_t x) {
  (void)op;
  return blt_timestamp_date(x);
}
static int64_t midnight_at(const blt_op *op, int64_t x) {
  (void)op;
  return (int64_t)((uint64_t)x * (uint64_t)BLT_DAY);
}
static void range_day(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range_map(s, op, day_at, out);
}
static void range_midnight(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range_map(s, op, midnight_at, out);
}

blt_status blt_bind_to_date(blt_binder *b, blt_op *op, blt_error *err) {
  const uint8_t id = op->args[0]->type.id;
  if (op->nargs == 3 && id == BLT_INT64 && op->args[1]->type.id == BLT_INT64 &&
      op->args[2]->type.id == BLT_INT64) {
    op->run = run_civil;
    op->can_fail = true;
    return BLT_OK;
  }
  if (op->nargs == 2) return blt_bind_laid_out(b, op, err);
  if (op->nargs != 1)
    return blt_bind_mismatch(op, "expected date(x), date(text, layout) or date(year, month, day) of int64",
                             err);
  if (id == BLT_DATE) return identity(op);
  if (id == BLT_STRING) return use(op, run_text_to_moment, true);
  if (id != BLT_TIMESTAMP) return no_conversion(op, err);
  op->range = range_day;
  return use(op, run_day, false);
}

blt_status blt_bind_to_date_exact(blt_binder *b, blt_op *op, blt_error *err) {
  bool cuts = op->args[0]->type.id == BLT_TIMESTAMP;
  blt_status status = blt_bind_to_date(b, op, err);
  if (cuts && status == BLT_OK) op->run = run_whole_day, op->can_fail = true;
  return status;
}

blt_status blt_bind_to_timestamp(blt_binder *b, blt_op *op, blt_error *err) {
  const uint8_t id = op->args[0]->type.id;
  if (op->nargs == 2) return blt_bind_laid_out(b, op, err);
  if (id == BLT_TIMESTAMP) return identity(op);
  if (id == BLT_STRING) return use(op, run_text_to_moment, true);
  if (id != BLT_DATE) return no_conversion(op, err);
  op->range = range_midnight;
  return use(op, run_midnight, false);
}

/* ---- implicit conversion ---- */

blt_op *blt_bind_convert(blt_binder *b, blt_op *op, blt_type to, blt_error *err) {
  static const char *const casts[] = {NULL,      "bool",   "int64", "float64",
                                      "decimal", "string", "date",  "timestamp"};
  blt_op *args[3] = {op, NULL, NULL};
  uint32_t nargs = 1;
  if (blt_op_is_null(op)) return blt_bind_value(b, &(blt_value){.null = true, .type = to}, op->node, err);
  if (op->type.id == to.id && op->type.scale == to.scale) return op;
  if (to.id == BLT_DECIMAL) {
    blt_value p = {.type = {.id = BLT_INT64}, .u.i = to.precision},
              s = {.type = {.id = BLT_INT64}, .u.i = to.scale};
    args[1] = blt_bind_value(b, &p, op->node, err);
    args[2] = args[1] ? blt_bind_value(b, &s, op->node, err) : NULL;
    if (!args[2]) return NULL;
    nargs = 3;
  }
  return blt_bind_call(b, casts[to.id], args, nargs, op->node, err);
}
