#include "meaning.h"

#include "base/text/civil.h"
#include "base/mem.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

blt_status blt_room_for(blt_ctx *ctx, blt_room *r, size_t bytes, blt_error *err) {
  if (bytes <= r->bytes && r->p) return BLT_OK;
  blt_free(ctx, r->p, r->bytes);
  r->p = blt_alloc(ctx, bytes + 1);
  r->bytes = r->p ? bytes + 1 : 0;
  return r->p ? BLT_OK : blt_fail_memory(err, bytes);
}

void blt_room_free(blt_ctx *ctx, blt_room *r) {
  blt_free(ctx, r->p, r->bytes);
  *r = (blt_room){0};
}

void blt_values_plain(const blt_values *v, uint32_t from, uint32_t n, int64_t *out) {
  const uint8_t *p = v->raw + (size_t)from * v->raw_width;
  if (v->raw_width == 8) memcpy(out, p, (size_t)n * 8);
  for (uint32_t i = 0; v->raw_width == 4 && i < n; i++) {
    int32_t one;
    memcpy(&one, p + (size_t)i * 4, 4);
    out[i] = one;
  }
}

void blt_values_free(blt_ctx *ctx, blt_values *v) {
  blt_room_free(ctx, &v->ints);
  blt_room_free(ctx, &v->doubles);
  blt_room_free(ctx, &v->texts);
  blt_room_free(ctx, &v->own);
}

blt_status blt_values_room(blt_ctx *ctx, const blt_meaning *m, uint32_t n, bool ints, bool texts,
                           blt_values *v, blt_error *err) {
  blt_status status = BLT_OK;
  v->n = n;
  if (texts || m->type.id == BLT_STRING)
    status = blt_room_for(ctx, &v->texts, (size_t)n * sizeof(blt_str), err);
  if (status == BLT_OK && m->type.id == BLT_FLOAT64)
    status = blt_room_for(ctx, &v->doubles, (size_t)n * 8, err);
  if (status == BLT_OK && (ints || blt_type_is_int(m->type)))
    status = blt_room_for(ctx, &v->ints, (size_t)n * 8, err);
  return status;
}

typedef struct meaning {
  blt_ctx *ctx;
  const blt_meaning *m;
  blt_values *out;
  blt_error *err;
} meaning;

#define LEAST_MICRO (BLT_DATE_MIN * BLT_DAY_MICROS)
#define LAST_MICRO ((BLT_DATE_MAX + 1) * BLT_DAY_MICROS - 1)

/* The first value outside of the bounds, or n. */
static uint32_t first_outside(const int64_t *v, uint32_t n, int64_t low, int64_t high) {
  bool out = false;
  for (uint32_t i = 0; i < n; i++) out |= v[i] < low || v[i] > high;
  for (uint32_t i = 0; out && i < n; i++)
    if (v[i] < low || v[i] > high) return i;
  return n;
}

static blt_status check_range(meaning *r, int64_t low, int64_t high, const char *what) {
  const int64_t *v = r->out->ints.p;
  uint32_t i = first_outside(v, r->out->n, low, high);
  if (i == r->out->n) return BLT_OK;
  return blt_fail_at(r->err, BLT_EOVERFLOW, i, "the stored %" PRId64 " is %s", v[i], what);
}

static blt_status from_millis(meaning *r) {
  int64_t *v = r->out->ints.p;
  blt_status status = check_range(r, LEAST_MICRO / 1000, LAST_MICRO / 1000, BLT_YEARS);
  for (uint32_t i = 0; status == BLT_OK && i < r->out->n; i++) v[i] *= 1000;
  return status;
}

static blt_status from_nanos(meaning *r) {
  int64_t *v = r->out->ints.p;
  for (uint32_t i = 0; i < r->out->n; i++) {
    int64_t part = v[i] % 1000;
    if (part && !r->m->cut)
      return blt_fail_at(
          r->err, BLT_EFORMAT, i,
          "a time with nanoseconds, of which microseconds are kept: {nanoseconds = \"cut\"} cuts them");
    v[i] = v[i] / 1000 - (part < 0);
  }
  return BLT_OK;
}

static int64_t power_of_ten(uint32_t digits) {
  int64_t v = 1;
  while (digits--) v *= 10;
  return v;
}

/* A number of any length, its highest byte first, in two's complement. */
static bool read_big(blt_str s, int64_t *out) {
  const uint8_t *p = (const uint8_t *)s.s;
  uint8_t sign = s.len && p[0] & 0x80 ? 0xff : 0;
  uint64_t v = sign ? UINT64_MAX : 0;
  uint32_t i = 0;
  for (; i + 8 < s.len; i++)
    if (p[i] != sign) return false;
  for (; i < s.len; i++) v = v << 8 | p[i];
  *out = (int64_t)v;
  return s.len < 8 || (*out < 0) == (sign != 0);
}

static blt_status scaled(meaning *r) {
  blt_str *texts = r->out->texts.p;
  int64_t *v = r->out->ints.p, most = power_of_ten(r->m->type.precision) - 1;
  for (uint32_t i = 0; r->m->big && i < r->out->n; i++)
    if (!read_big(texts[i], &v[i]))
      return blt_fail_at(r->err, BLT_EOVERFLOW, i, "a decimal of more than 18 digits: write it as float64");
  return check_range(r, -most, most, "a decimal with more digits than are kept: write it as float64");
}

static double half(uint16_t h) {
  uint32_t exponent = h >> 10 & 31, fraction = h & 1023;
  double v = exponent == 0    ? ldexp(fraction, -24)
             : exponent == 31 ? (fraction ? NAN : INFINITY)
                              : ldexp(1024 + fraction, (int)exponent - 25);
  return h & 0x8000 ? -v : v;
}

static void halves(meaning *r) {
  const blt_str *texts = r->out->texts.p;
  double *out = r->out->doubles.p;
  for (uint32_t i = 0; i < r->out->n; i++) {
    uint16_t h;
    memcpy(&h, texts[i].s, 2);
    out[i] = half(h);
  }
}

#define UUID_BYTES 36u

static blt_status uuid_texts(meaning *r) {
  static const char digits[] = "0123456789abcdef";
  blt_room to = {0};
  blt_str *texts = r->out->texts.p;
  blt_status status = blt_room_for(r->ctx, &to, (size_t)r->out->n * UUID_BYTES, r->err);
  if (status != BLT_OK) return status;
  char *p = to.p;
  for (uint32_t i = 0; i < r->out->n; i++) {
    const uint8_t *from = (const uint8_t *)texts[i].s;
    texts[i] = (blt_str){p, UUID_BYTES};
    for (uint32_t b = 0; b < 16; b++) {
      if (b == 4 || b == 6 || b == 8 || b == 10) *p++ = '-';
      *p++ = digits[from[b] >> 4];
      *p++ = digits[from[b] & 15];
    }
  }
  blt_room_free(r->ctx, &r->out->own); /* what the texts may have pointed to */
  r->out->own = to;
  return BLT_OK;
}

#define TIME_BYTES 24u

static blt_status time_texts(meaning *r) {
  static const uint32_t digits[] = {0, 3, 6, 9};
  uint32_t places = digits[r->m->unit];
  int64_t second = power_of_ten(places);
  blt_str *out = r->out->texts.p;
  const int64_t *v = r->out->ints.p;
  blt_status status = check_range(r, 0, second * 86400 - 1, "no time of day");
  if (status == BLT_OK) status = blt_room_for(r->ctx, &r->out->own, (size_t)r->out->n * TIME_BYTES, r->err);
  char *p = r->out->own.p;
  for (uint32_t i = 0; status == BLT_OK && i < r->out->n; i++, p += TIME_BYTES) {
    uint32_t s = (uint32_t)(v[i] / second), part = (uint32_t)(v[i] % second);
    int n =
        snprintf(p, TIME_BYTES, "%02u:%02u:%02u.%0*u", s / 3600 % 24, s / 60 % 60, s % 60, (int)places, part);
    out[i] = (blt_str){p, (uint32_t)n};
  }
  return status;
}

static blt_status step(meaning *r) {
  int64_t *v = r->out->ints.p;
  switch (r->m->step) {
  case BLT_STEP_UNSIGNED32:
    for (uint32_t i = 0; i < r->out->n; i++) v[i] = (uint32_t)v[i];
    return BLT_OK;
  case BLT_STEP_UNSIGNED64:
    for (uint32_t i = 0; i < r->out->n; i++)
      if (v[i] < 0)
        return blt_fail_at(r->err, BLT_EOVERFLOW, i,
                           "%" PRIu64 " is more than an int64 holds: write it as float64", (uint64_t)v[i]);
    return BLT_OK;
  case BLT_STEP_DAYS:
    return check_range(r, BLT_DATE_MIN, BLT_DATE_MAX, BLT_YEARS);
  case BLT_STEP_MILLIS:
    return from_millis(r);
  case BLT_STEP_MICROS:
    return check_range(r, LEAST_MICRO, LAST_MICRO, BLT_YEARS);
  case BLT_STEP_NANOS:
    return from_nanos(r);
  case BLT_STEP_SCALED:
    return scaled(r);
  case BLT_STEP_HALF:
    halves(r);
    return BLT_OK;
  case BLT_STEP_UUID:
    return uuid_texts(r);
  case BLT_STEP_TIME:
    return time_texts(r);
  default:
    return BLT_OK;
  }
}

blt_status blt_mean(blt_ctx *ctx, const blt_meaning *m, blt_values *v, blt_error *err) {
  meaning r = {ctx, m, v, err};
  return step(&r);
}
