#include "kind.h"

static const char *integer_kind(const blt_pq_element *e, blt_pq_kind *out) {
  out->means.type.id = BLT_INT64;
  if (e->physical != BLT_PQ_INT32 && e->physical != BLT_PQ_INT64)
    return "an integer that is stored as something else";
  if (e->is_signed) return NULL;
  out->means.step = e->physical == BLT_PQ_INT64 ? BLT_STEP_UNSIGNED64 : BLT_STEP_UNSIGNED32;
  return NULL;
}

static const char *decimal_kind(const blt_pq_element *e, blt_pq_kind *out) {
  if (e->precision < 1 || e->scale < 0 || e->scale > e->precision)
    return "a decimal with digits that make no sense";
  if (e->scale > BLT_MAX_PRECISION)
    return "a decimal with more than 18 digits behind the point, of which 18 are kept here: write it as "
           "float64";
  if (e->physical != BLT_PQ_INT32 && e->physical != BLT_PQ_INT64 && e->physical != BLT_PQ_BYTES &&
      e->physical != BLT_PQ_FIXED)
    return "a decimal that is stored as something else";
  int32_t digits = e->precision < BLT_MAX_PRECISION ? e->precision : BLT_MAX_PRECISION;
  out->means.type = (blt_type){.id = BLT_DECIMAL, .precision = (uint8_t)digits, .scale = (uint8_t)e->scale};
  out->means.step = BLT_STEP_SCALED;
  out->means.big = e->physical == BLT_PQ_BYTES || e->physical == BLT_PQ_FIXED;
  return NULL;
}

static const char *timestamp_kind(const blt_pq_element *e, blt_pq_kind *out, const char **note) {
  static const blt_step steps[] = {0, BLT_STEP_MILLIS, BLT_STEP_MICROS, BLT_STEP_NANOS};
  if (e->physical != BLT_PQ_INT64 || e->unit == 0) return "a timestamp that is stored as something else";
  out->means.type.id = BLT_TIMESTAMP;
  out->means.step = steps[e->unit];
  if (!e->utc) *note = "local times, without a zone, are taken for UTC";
  return NULL;
}

static const char *time_kind(const blt_pq_element *e, blt_pq_kind *out, const char **note) {
  bool fits = e->unit == BLT_PQ_MILLIS ? e->physical == BLT_PQ_INT32 : e->physical == BLT_PQ_INT64;
  if (!fits || e->unit == 0) return "a time that is stored as something else";
  out->means.type.id = BLT_STRING;
  out->means.step = BLT_STEP_TIME;
  out->means.unit = e->unit;
  *note = "times of day are text, such as 07:30:00.000";
  return NULL;
}

/* Without a logical type the physical one speaks. */
static const char *plain_kind(const blt_pq_element *e, blt_pq_wishes wishes, blt_pq_kind *out) {
  static const blt_type_id ids[] = {BLT_BOOL,    BLT_INT64,   BLT_INT64,  BLT_TIMESTAMP,
                                    BLT_FLOAT64, BLT_FLOAT64, BLT_STRING, BLT_STRING};
  out->means.type.id = (uint8_t)ids[e->physical];
  if (e->physical == BLT_PQ_INT96) out->means.step = BLT_STEP_MICROS;
  if (e->physical < BLT_PQ_BYTES || wishes.binary) return NULL;
  return "bytes that are not said to be text: {binary = \"string\"} reads them as they are";
}

static const char *text_kind(const blt_pq_element *e, blt_pq_kind *out) {
  out->means.type.id = BLT_STRING;
  return e->physical == BLT_PQ_BYTES || e->physical == BLT_PQ_FIXED ? NULL
                                                                    : "text that is stored as something else";
}

static const char *fixed_kind(const blt_pq_element *e, blt_pq_kind *out) {
  bool uuid = e->logical == BLT_PQ_UUID;
  if (e->physical != BLT_PQ_FIXED || e->length != (uuid ? 16 : 2))
    return "a value of a fixed length that has another one";
  out->means.type.id = uuid ? BLT_STRING : BLT_FLOAT64;
  out->means.step = uuid ? BLT_STEP_UUID : BLT_STEP_HALF;
  return NULL;
}

const char *blt_pq_kind_of(const blt_pq_element *e, blt_pq_wishes wishes, blt_pq_kind *out,
                           const char **note) {
  *out = (blt_pq_kind){.physical = e->physical, .length = e->length, .means.cut = wishes.cut};
  if (e->physical == BLT_PQ_FIXED && (e->length < 1 || e->length > (1 << 20)))
    return "values of a fixed length that makes no sense";
  switch (e->logical) {
  case BLT_PQ_STRING:
  case BLT_PQ_ENUM:
  case BLT_PQ_JSON:
    return text_kind(e, out);
  case BLT_PQ_DECIMAL:
    return decimal_kind(e, out);
  case BLT_PQ_DATE:
    out->means.type.id = BLT_DATE;
    out->means.step = BLT_STEP_DAYS;
    return e->physical == BLT_PQ_INT32 ? NULL : "a date that is stored as something else";
  case BLT_PQ_TIME:
    return time_kind(e, out, note);
  case BLT_PQ_TIMESTAMP:
    return timestamp_kind(e, out, note);
  case BLT_PQ_INTEGER:
    return integer_kind(e, out);
  case BLT_PQ_UUID:
  case BLT_PQ_FLOAT16:
    return fixed_kind(e, out);
  default:
    return plain_kind(e, wishes, out);
  }
}
