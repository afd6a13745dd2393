/* func_date.c: fields of dates and timestamps, truncation, and arithmetic in calendar units. */
#include "func.h"

#include "base/text/civil.h"

#include <string.h>

static bool is_timestamp(const blt_op *op) {
  return op->type.id == BLT_TIMESTAMP;
}

/* ---- fields ---- */

static const struct {
  const char *name;
  uint8_t width; /* bytes of the result */
  uint16_t low, high;
} fields[] = {{"year", 2, 1, 9999},       {"quarter", 1, 1, 4},     {"month", 1, 1, 12},
              {"day", 1, 1, 31},          {"weekday", 1, 1, 7},     {"week", 1, 1, 53},
              {"week_year", 2, 0, 10000}, {"dayofyear", 2, 1, 366}, {"hour", 1, 0, 23},
              {"minute", 1, 0, 59},       {"second", 1, 0, 59},     {"fiscal_year", 2, 1, 10000},
              {"fiscal_quarter", 1, 1, 4}};

static inline int32_t fiscal_year(int64_t date, uint32_t month) {
  blt_civil c = blt_civil_of(date);
  return c.year + (month > 1 && c.month >= month);
}

/* A field may be called with a month that starts the fiscal year: p. */
BLT_UNARY(year_of, int64_t, uint16_t, blt_civil_of(x).year)
BLT_UNARY(quarter_of, int64_t, uint8_t, (blt_civil_of(x).month + 2) / 3)
BLT_UNARY(month_of, int64_t, uint8_t, blt_civil_of(x).month)
BLT_UNARY(day_of, int64_t, uint8_t, blt_civil_of(x).day)
BLT_UNARY(weekday_of, int64_t, uint8_t, blt_date_weekday(x))
BLT_UNARY(week_of, int64_t, uint8_t, blt_date_week(x))
BLT_UNARY(week_year_of, int64_t, uint16_t, blt_date_week_year(x))
BLT_UNARY(yearday_of, int64_t, uint16_t, blt_date_yearday(x))
BLT_UNARY(fiscal_year_of, int64_t, uint16_t, fiscal_year(x, (uint32_t)p))
BLT_UNARY(fiscal_quarter_of, int64_t, uint8_t, (blt_civil_of(x).month + 12 - (uint32_t)p) % 12 / 3 + 1)
BLT_UNARY(hour_of, int64_t, uint8_t, blt_timestamp_time(x) / BLT_HOUR)
BLT_UNARY(minute_of, int64_t, uint8_t, blt_timestamp_time(x) / BLT_MINUTE % 60)
BLT_UNARY(second_of, int64_t, uint8_t, blt_timestamp_time(x) / BLT_SECOND % 60)
BLT_UNARY(date_of, int64_t, int64_t, blt_timestamp_date(x))

/* The argument as dates: timestamps are cut to their day. */
static const int64_t *dates(blt_call *c, uint32_t arg, blt_error *err) {
  const int64_t *a = blt_call_i64(c, arg);
  if (!is_timestamp(c->op->args[arg])) return a;
  uint32_t n = blt_call_constant(c, arg) ? 1 : c->n;
  int64_t *d = blt_eval_alloc(c->frame->ev, n * sizeof *d);
  if (!d) {
    blt_fail_memory(err, n * sizeof *d);
    return NULL;
  }
  date_of(a, 0, n, d);
  return d;
}

#define FIELD(code, loop)                                                                                    \
  case code:                                                                                                 \
    loop(a, p, c->n, c->out);                                                                                \
    break

static blt_status loop_field(blt_call *c, blt_error *err) {
  int64_t p = c->op->low;
  bool time = c->op->code >= BLT_HOUR_OF && c->op->code <= BLT_SECOND_OF;
  const int64_t *a = time ? blt_call_i64(c, 0) : dates(c, 0, err);
  if (!a) return err->code;
  switch (c->op->code) {
    FIELD(BLT_YEAR, year_of);
    FIELD(BLT_QUARTER, quarter_of);
    FIELD(BLT_MONTH, month_of);
    FIELD(BLT_DAY_OF_MONTH, day_of);
    FIELD(BLT_WEEKDAY, weekday_of);
    FIELD(BLT_WEEK, week_of);
    FIELD(BLT_WEEK_YEAR, week_year_of);
    FIELD(BLT_YEARDAY, yearday_of);
    FIELD(BLT_HOUR_OF, hour_of);
    FIELD(BLT_MINUTE_OF, minute_of);
    FIELD(BLT_SECOND_OF, second_of);
    FIELD(BLT_FISCAL_YEAR, fiscal_year_of);
    FIELD(BLT_FISCAL_QUARTER, fiscal_quarter_of);
  }
  return BLT_OK;
}
static BLT_STRICT(run_field, loop_field);

static int64_t field_at(const blt_op *op, int64_t x) {
  int64_t date = is_timestamp(op->args[0]) ? blt_timestamp_date(x) : x;
  if (op->code == BLT_YEAR) return blt_civil_of(date).year;
  return op->code == BLT_WEEK_YEAR ? blt_date_week_year(date) : blt_date_fiscal_year(date, (uint32_t)op->low);
}
static void range_years(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range_map(s, op, field_at, out);
}

/* Fields that come round again: all of their values. */
static void range_fixed(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range arg;
  blt_op_range(s, op->args[0], &arg);
  *out = (blt_range){.known = true,
                     .nulls = !arg.known || arg.nulls,
                     .empty = arg.known && arg.empty,
                     .low = fields[op->code].low,
                     .high = fields[op->code].high};
}

blt_status blt_bind_field(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  op->run = run_field;
  op->width = fields[op->code].width;
  op->range = op->code == BLT_YEAR || op->code == BLT_FISCAL_YEAR || op->code == BLT_WEEK_YEAR ? range_years
                                                                                               : range_fixed;
  return BLT_OK;
}

blt_status blt_bind_fiscal(blt_binder *b, blt_op *op, blt_error *err) {
  int64_t month = op->args[1]->value.u.i;
  if (month < 1 || month > 12)
    return blt_fail_at(err, BLT_EINVAL, op->node, "%s: a year starts in month 1 to 12, not %lld", op->name,
                       (long long)month);
  op->low = month;
  op->nargs = 1;
  return blt_bind_field(b, op, err);
}

/* ---- truncation ---- */

static int64_t unit_length(blt_unit unit) {
  return unit == BLT_UNIT_HOUR     ? BLT_HOUR
         : unit == BLT_UNIT_MINUTE ? BLT_MINUTE
         : unit == BLT_UNIT_SECOND ? BLT_SECOND
                                   : BLT_DAY;
}

static inline int64_t trunc_timestamp(int64_t t, blt_unit unit) {
  if (unit <= BLT_UNIT_DAY)
    return (int64_t)((uint64_t)blt_date_trunc(blt_timestamp_date(t), unit) * (uint64_t)BLT_DAY);
  int64_t length = unit_length(unit), rest = t % length;
  return (int64_t)((uint64_t)t - (uint64_t)(rest < 0 ? rest + length : rest));
}

/* First days of years, quarters and months: the day of the month goes back to 1, the month to a multiple. */
static inline int64_t first_day(int64_t date, uint32_t months) {
  blt_civil c = blt_civil_of(date);
  return blt_civil_date(c.year, (c.month - 1) / months * months + 1, 1);
}
BLT_UNARY(first_of_year, int64_t, int64_t, first_day(x, 12))
BLT_UNARY(first_of_quarter, int64_t, int64_t, first_day(x, 3))
BLT_UNARY(first_of_month, int64_t, int64_t, first_day(x, 1))
BLT_UNARY(trunc_to, int64_t, int64_t, trunc_timestamp(x, (blt_unit)p))

/* The multiple of a length at or below x. The length is a constant of a second or more, so a quotient of
 * doubles is at most one off, whatever x is: the rest tells. */
static inline __attribute__((always_inline)) int64_t floor_to(int64_t x, int64_t length) {
  int64_t quotient = (int64_t)((double)x * (1.0 / (double)length)) - (x < 0);
  int64_t rest = (int64_t)((uint64_t)x - (uint64_t)quotient * (uint64_t)length);
  rest += rest < 0 ? length : 0;
  rest -= rest >= length ? length : 0;
  return (int64_t)((uint64_t)x - (uint64_t)rest);
}
BLT_UNARY(trunc_to_day, int64_t, int64_t, floor_to(x, BLT_DAY))
BLT_UNARY(trunc_to_hour, int64_t, int64_t, floor_to(x, BLT_HOUR))
BLT_UNARY(trunc_to_minute, int64_t, int64_t, floor_to(x, BLT_MINUTE))
BLT_UNARY(trunc_to_second, int64_t, int64_t, floor_to(x, BLT_SECOND))

static void trunc_timestamps(const int64_t *a, int64_t unit, uint32_t n, int64_t *out) {
  switch (unit) {
  case BLT_UNIT_DAY:
    trunc_to_day(a, unit, n, out);
    break;
  case BLT_UNIT_HOUR:
    trunc_to_hour(a, unit, n, out);
    break;
  case BLT_UNIT_MINUTE:
    trunc_to_minute(a, unit, n, out);
    break;
  case BLT_UNIT_SECOND:
    trunc_to_second(a, unit, n, out);
    break;
  default:
    trunc_to(a, unit, n, out);
  }
}
BLT_UNARY(trunc_date_to, int64_t, int64_t, blt_date_trunc(x, (blt_unit)p))

static blt_status loop_trunc(blt_call *c, blt_error *err) {
  (void)err;
  const int64_t *a = blt_call_i64(c, 0);
  int64_t unit = c->op->code;
  if (is_timestamp(c->op))
    trunc_timestamps(a, unit, c->n, c->out);
  else if (unit == BLT_UNIT_YEAR)
    first_of_year(a, unit, c->n, c->out);
  else if (unit == BLT_UNIT_QUARTER)
    first_of_quarter(a, unit, c->n, c->out);
  else if (unit == BLT_UNIT_MONTH)
    first_of_month(a, unit, c->n, c->out);
  else
    trunc_date_to(a, unit, c->n, c->out);
  return BLT_OK;
}
static BLT_STRICT(run_trunc, loop_trunc);

static int64_t trunc_at(const blt_op *op, int64_t x) {
  return is_timestamp(op) ? trunc_timestamp(x, (blt_unit)op->code) : blt_date_trunc(x, (blt_unit)op->code);
}
/* Days and weeks are all alike; years, quarters and months are made of days. */
static void range_trunc(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_range_map(s, op, trunc_at, out);
  int64_t days = op->code == BLT_UNIT_WEEK ? 7 : 1;
  out->step = is_timestamp(op) ? days * unit_length((blt_unit)op->code) : days;
}

/* Reads the unit in argument `arg` and takes the argument away. */
static blt_status take_unit(blt_op *op, uint32_t arg, blt_error *err) {
  blt_str s = op->args[arg]->value.u.s;
  blt_unit unit;
  if (!blt_unit_parse(s.s, s.len, &unit))
    return blt_fail_at(err, BLT_EINVAL, op->node,
                       "%s: no unit '%.*s': expected year, quarter, month, week, day, hour, minute or second",
                       op->name, (int)(s.len < 40 ? s.len : 40), s.s);
  op->code = (uint8_t)unit;
  op->nargs--;
  if (unit < BLT_UNIT_HOUR || is_timestamp(op->args[0])) return BLT_OK;
  return blt_fail_at(err, BLT_ETYPE, op->node, "%s: a date has no %.*s: use timestamp(x)", op->name,
                     (int)s.len, s.s);
}

blt_status blt_bind_date_trunc(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b;
  if (op->nargs != 2 || op->args[1]->kind != BLT_OP_VALUE || op->args[1]->type.id != BLT_STRING)
    return blt_bind_mismatch(op, "expected trunc(date or timestamp, unit), such as trunc(d, 'month')", err);
  op->type = op->args[0]->type;
  op->run = run_trunc;
  op->range = range_trunc;
  return take_unit(op, 1, err);
}

/* ---- calendar arithmetic ---- */

static int64_t months_of(blt_unit unit) {
  return unit == BLT_UNIT_YEAR ? 12 : unit == BLT_UNIT_QUARTER ? 3 : 1;
}

/* One value `count` units later; false out of range. */
static bool add(int64_t x, int64_t count, blt_unit unit, bool timestamp, int64_t *out) {
  int64_t step;
  if (unit <= BLT_UNIT_MONTH) {
    int64_t months, date = timestamp ? blt_timestamp_date(x) : x;
    if (__builtin_mul_overflow(count, months_of(unit), &months)) return false;
    if (!blt_date_add_months(date, months, out)) return false;
    if (timestamp) *out = *out * BLT_DAY + blt_timestamp_time(x);
    return true;
  }
  int64_t length = unit == BLT_UNIT_WEEK ? 7 : 1;
  if (timestamp) length *= unit_length(unit);
  if (__builtin_mul_overflow(count, length, &step) || __builtin_add_overflow(x, step, out)) return false;
  return timestamp ? *out >= BLT_TIMESTAMP_MIN && *out <= BLT_TIMESTAMP_MAX
                   : *out >= BLT_DATE_MIN && *out <= BLT_DATE_MAX;
}

static blt_status loop_add(blt_call *c, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0), *k = blt_call_i64(c, 1);
  bool ca = blt_call_constant(c, 0), ck = blt_call_constant(c, 1);
  int64_t *r = c->out;
  char x[64], y[64];
  for (uint32_t i = 0; i < c->n; i++) {
    if (blt_call_null(c, i)) {
      r[i] = 0;
      continue;
    }
    if (add(a[ca ? 0 : i], k[ck ? 0 : i], (blt_unit)c->op->code, is_timestamp(c->op), &r[i])) continue;
    blt_call_show(c, 0, i, x);
    blt_call_show(c, 1, i, y);
    return blt_fail_at(err, BLT_EOVERFLOW, c->op->node, "date_add(%s, %s, …) leaves the years 0001 to 9999",
                       x, y);
  }
  return BLT_OK;
}
static BLT_STRICT(run_add, loop_add);

blt_status blt_bind_date_add(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b;
  op->type = op->args[0]->type;
  op->run = run_add;
  return take_unit(op, 2, err);
}

/* Number of the unit that holds x, counted from some fixed one: differences count borders crossed. */
static int64_t ordinal(int64_t x, blt_unit unit, bool timestamp) {
  int64_t date = timestamp ? blt_timestamp_date(x) : x;
  if (unit <= BLT_UNIT_MONTH) {
    blt_civil c = blt_civil_of(date);
    return ((int64_t)c.year * 12 + c.month - 1) / months_of(unit);
  }
  if (unit == BLT_UNIT_WEEK)
    return (int64_t)((uint64_t)blt_date_trunc(date, unit) - (uint64_t)BLT_DATE_MIN) / 7;
  return unit == BLT_UNIT_DAY ? date : trunc_timestamp(x, unit) / unit_length(unit);
}

static blt_status loop_diff(blt_call *c, blt_error *err) {
  (void)err;
  const int64_t *a = blt_call_i64(c, 0), *k = blt_call_i64(c, 1);
  bool ca = blt_call_constant(c, 0), ck = blt_call_constant(c, 1), timestamp = is_timestamp(c->op->args[0]);
  int64_t *r = c->out;
  blt_unit unit = (blt_unit)c->op->code;
  for (uint32_t i = 0; i < c->n; i++)
    r[i] = (int64_t)((uint64_t)ordinal(k[ck ? 0 : i], unit, timestamp) -
                     (uint64_t)ordinal(a[ca ? 0 : i], unit, timestamp));
  return BLT_OK;
}
static BLT_STRICT(run_diff, loop_diff);

blt_status blt_bind_date_diff(blt_binder *b, blt_op *op, blt_error *err) {
  blt_type common;
  op->run = run_diff;
  blt_common_type(op->args[0]->type, op->args[1]->type, &common);
  for (uint32_t i = 0; i < 2; i++) {
    op->args[i] = blt_bind_convert(b, op->args[i], common, err);
    if (!op->args[i]) return err->code;
  }
  return take_unit(op, 2, err);
}

static blt_status loop_epoch(blt_call *c, blt_error *err) {
  (void)err;
  const int64_t *a = blt_call_i64(c, 0);
  int64_t *r = c->out;
  bool timestamp = is_timestamp(c->op->args[0]);
  for (uint32_t i = 0; i < c->n; i++)
    r[i] = timestamp ? trunc_timestamp(a[i], BLT_UNIT_SECOND) / BLT_SECOND
                     : (int64_t)((uint64_t)a[i] * (uint64_t)(BLT_DAY / BLT_SECOND));
  return BLT_OK;
}
BLT_STRICT(blt_run_epoch, loop_epoch);
