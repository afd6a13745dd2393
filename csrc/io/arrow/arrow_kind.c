#include "arrow_kind.h"

#include <string.h>

#define LEAVE_OUT ": leave it out with {columns = {...}} or {skip = true}"

static const char *set_int(const blt_arrow_type *t, blt_arrow_kind *k) {
  k->means.type.id = BLT_INT64;
  k->layout = t->is_signed ? BLT_ARROW_INT : BLT_ARROW_UINT;
  k->width = (uint32_t)(t->bits / 8);
  if (t->bits == 64 && !t->is_signed) k->means.step = BLT_STEP_UNSIGNED64;
  return t->bits == 8 || t->bits == 16 || t->bits == 32 || t->bits == 64
             ? NULL
             : "an integer of a width that makes no sense";
}

static const char *set_decimal(const blt_arrow_type *t, blt_arrow_kind *k) {
  if (t->bits != 32 && t->bits != 64 && t->bits != 128 && t->bits != 256)
    return "a decimal of a width that makes no sense";
  if (t->precision < 1 || t->scale < 0 || t->scale > BLT_MAX_PRECISION)
    return "a decimal with more digits behind the point than are kept: write it as float64";
  int64_t digits = t->precision < BLT_MAX_PRECISION ? t->precision : BLT_MAX_PRECISION;
  if (t->scale > digits) return "a decimal with digits that make no sense";
  k->means.type = (blt_type){.id = BLT_DECIMAL, .precision = (uint8_t)digits, .scale = (uint8_t)t->scale};
  k->means.step = BLT_STEP_SCALED;
  k->layout = BLT_ARROW_INT;
  k->width = (uint32_t)(t->bits / 8);
  return NULL;
}

static const char *set_date(const blt_arrow_type *t, blt_arrow_kind *k) {
  bool days = t->unit == 0;
  k->means.type.id = BLT_DATE;
  k->means.step = BLT_STEP_DAYS;
  k->layout = BLT_ARROW_INT;
  k->width = days ? 4 : 8;
  if (!days) k->times = -86400000;
  return t->unit == 0 || t->unit == 1 ? NULL : "a date of a unit that makes no sense";
}

/* Instants are stored as UTC, whatever zone they are to be shown in. */
static bool is_utc(blt_str zone) {
  static const char *const names[] = {"UTC", "Etc/UTC", "+00:00", "Z", "GMT"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i]) == zone.len && memcmp(names[i], zone.s, zone.len) == 0) return true;
  return false;
}

static const char *set_timestamp(const blt_arrow_type *t, blt_arrow_kind *k, const char **note) {
  static const blt_step steps[] = {BLT_STEP_MILLIS, BLT_STEP_MILLIS, BLT_STEP_MICROS, BLT_STEP_NANOS};
  if (t->unit < 0 || t->unit > 3) return "a timestamp of a unit that makes no sense";
  k->means.type.id = BLT_TIMESTAMP;
  k->means.step = steps[t->unit];
  k->layout = BLT_ARROW_INT;
  k->width = 8;
  if (t->unit == 0) k->times = 1000;
  if (t->zone.len == 0)
    *note = "local times, without a zone, are taken for UTC";
  else if (!is_utc(t->zone))
    *note = "times of another zone are in UTC: the same instants";
  return NULL;
}

static const char *set_time(const blt_arrow_type *t, blt_arrow_kind *k, const char **note) {
  if (t->unit < 0 || t->unit > 3) return "a time of a unit that makes no sense";
  k->means.type.id = BLT_STRING;
  k->means.step = BLT_STEP_TIME;
  k->means.unit = (uint8_t)(t->unit ? t->unit : 1);
  k->layout = BLT_ARROW_INT;
  k->width = t->unit < 2 ? 4 : 8;
  if (t->unit == 0) k->times = 1000;
  *note = "times of day are text, such as 07:30:00.000";
  return NULL;
}

static const char *set_duration(blt_arrow_kind *k, const char **note) {
  k->means.type.id = BLT_INT64;
  k->layout = BLT_ARROW_INT;
  k->width = 8;
  *note = "a duration is a number of its unit";
  return NULL;
}

static const char *set_text(blt_arrow_kind *k, blt_arrow_layout layout, uint32_t width, bool text) {
  k->means.type.id = BLT_STRING;
  k->layout = layout;
  k->width = width;
  return text ? NULL : "bytes that are not said to be text: {binary = \"string\"} reads them as they are";
}

static const char *set_float(const blt_arrow_type *t, blt_arrow_kind *k) {
  k->means.type.id = BLT_FLOAT64;
  k->layout = t->unit == 0 ? BLT_ARROW_FIXED : BLT_ARROW_FLOAT;
  k->width = 2u << (t->unit & 3);
  if (t->unit == 0) k->means.step = BLT_STEP_HALF;
  return t->unit >= 0 && t->unit <= 2 ? NULL : "a float of a width that makes no sense";
}

static const char *set_fixed(const blt_arrow_type *t, bool binary, blt_arrow_kind *k) {
  if (t->width < 1 || t->width > (1 << 20)) return "values of a fixed length that makes no sense";
  return set_text(k, BLT_ARROW_FIXED, (uint32_t)t->width, binary);
}

static const char *why_none(int64_t id) {
  switch (id) {
  case BLT_ARROW_T_STRUCT:
    return "a struct: {flatten = true} makes a column of each field, {skip = true} leaves it out";
  case BLT_ARROW_T_MAP:
    return "a map, which has no place in a column" LEAVE_OUT;
  case BLT_ARROW_T_LIST:
  case BLT_ARROW_T_LARGE_LIST:
  case BLT_ARROW_T_FIXED_LIST:
  case BLT_ARROW_T_LIST_VIEW:
  case BLT_ARROW_T_LARGE_LIST_VIEW:
    return "a list, which has no place in a column" LEAVE_OUT;
  case BLT_ARROW_T_INTERVAL:
    return "an interval of the calendar, which has no place in a column" LEAVE_OUT;
  case BLT_ARROW_T_UNION:
    return "a union of types, which has no place in a column" LEAVE_OUT;
  case BLT_ARROW_T_RUNS:
    return "run-end encoded, which is not read: write it decoded, or leave it out with {skip = true}";
  default:
    return "of a type that has no place here" LEAVE_OUT;
  }
}

static const char *set_type(const blt_arrow_type *t, bool binary, blt_arrow_kind *k, const char **note) {
  switch (t->id) {
  case BLT_ARROW_T_NULL:
    k->means.type.id = BLT_INT64;
    return NULL;
  case BLT_ARROW_T_INT:
    return set_int(t, k);
  case BLT_ARROW_T_FLOAT:
    return set_float(t, k);
  case BLT_ARROW_T_BOOL:
    k->means.type.id = BLT_BOOL;
    k->layout = BLT_ARROW_BITS;
    return NULL;
  case BLT_ARROW_T_DECIMAL:
    return set_decimal(t, k);
  case BLT_ARROW_T_DATE:
    return set_date(t, k);
  case BLT_ARROW_T_TIME:
    return set_time(t, k, note);
  case BLT_ARROW_T_TIMESTAMP:
    return set_timestamp(t, k, note);
  case BLT_ARROW_T_DURATION:
    return set_duration(k, note);
  case BLT_ARROW_T_UTF8:
  case BLT_ARROW_T_BINARY:
    return set_text(k, BLT_ARROW_BYTES, 4, binary || t->id == BLT_ARROW_T_UTF8);
  case BLT_ARROW_T_LARGE_UTF8:
  case BLT_ARROW_T_LARGE_BINARY:
    return set_text(k, BLT_ARROW_BYTES, 8, binary || t->id == BLT_ARROW_T_LARGE_UTF8);
  case BLT_ARROW_T_UTF8_VIEW:
  case BLT_ARROW_T_BINARY_VIEW:
    return set_text(k, BLT_ARROW_VIEW, 16, binary || t->id == BLT_ARROW_T_UTF8_VIEW);
  case BLT_ARROW_T_FIXED:
    return set_fixed(t, binary, k);
  default:
    return why_none(t->id);
  }
}

const char *blt_arrow_kind_of(const blt_arrow_type *type, const blt_parquet_options *o, blt_arrow_kind *out,
                              const char **note) {
  *out = (blt_arrow_kind){.times = 1, .means.cut = o->cut};
  return set_type(type, o->binary, out, note);
}

const char *blt_arrow_kind_code(const blt_arrow_type *index, blt_arrow_kind *out) {
  blt_arrow_kind numbers = {0};
  const char *why = set_int(index, &numbers);
  out->coded = true;
  out->index_signed = index->is_signed;
  out->index_width = numbers.width;
  return why;
}
