#include "values.h"
#include "delta.h"
#include "hybrid.h"

#include "base/civil.h"
#include "base/isa.h"
#include "base/mem.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

blt_status blt_pq_room_for(blt_ctx *ctx, blt_pq_room *r, size_t bytes, blt_error *err) {
  if (bytes <= r->bytes && r->p) return BLT_OK;
  blt_free(ctx, r->p, r->bytes);
  r->p = blt_alloc(ctx, bytes + 1);
  r->bytes = r->p ? bytes + 1 : 0;
  return r->p ? BLT_OK : blt_fail_memory(err, bytes);
}

void blt_pq_room_free(blt_ctx *ctx, blt_pq_room *r) {
  blt_free(ctx, r->p, r->bytes);
  *r = (blt_pq_room){0};
}

void blt_pq_values_free(blt_ctx *ctx, blt_pq_values *v) {
  blt_pq_room_free(ctx, &v->ints);
  blt_pq_room_free(ctx, &v->doubles);
  blt_pq_room_free(ctx, &v->texts);
  blt_pq_room_free(ctx, &v->own);
}

typedef struct reading {
  blt_ctx *ctx;
  const blt_pq_kind *kind;
  blt_pq_encoding encoding;
  const uint8_t *p;
  size_t len;
  uint32_t n;
  blt_pq_values *out;
  blt_error *err;
} reading;

static blt_status damaged(reading *r, const char *what) {
  return blt_fail(r->err, BLT_EFORMAT, "damaged: %s", what);
}

static blt_status too_short(reading *r) {
  return blt_fail(r->err, BLT_EFORMAT, "damaged: %zu bytes do not hold %u values", r->len, r->n);
}

static blt_status unknown(reading *r) {
  return blt_fail(r->err, BLT_EFORMAT,
                  "an encoding that values of this type do not have, or that is not read: %d",
                  (int)r->encoding);
}

static uint32_t width_of(const blt_pq_kind *kind) {
  static const uint8_t widths[] = {0, 4, 8, 12, 4, 8, 0, 0};
  return kind->physical == BLT_PQ_FIXED ? (uint32_t)kind->length : widths[kind->physical];
}

/* --- plain ------------------------------------------------------------------------------------- */

BLT_CLONES static void widen(int64_t *restrict out, const uint8_t *restrict p, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    int32_t v;
    memcpy(&v, p + (size_t)i * 4, 4);
    out[i] = v;
  }
}

BLT_CLONES static void widen_floats(double *restrict out, const uint8_t *restrict p, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    float v;
    memcpy(&v, p + (size_t)i * 4, 4);
    out[i] = (double)v;
  }
}

#define YEARS "outside of the years 0001 to 9999"
#define HAS_NANOS "a time with nanoseconds, of which microseconds are kept: {nanoseconds = \"cut\"} cuts them"
#define DAY_MICROS INT64_C(86400000000)
#define EPOCH_JULIAN INT64_C(2440588) /* the Julian day of 1970-01-01 */

/* Nanoseconds of the day, of which there may be more or fewer than a day has, then the Julian day. */
static blt_status read_old_timestamps(reading *r, const uint8_t *p) {
  int64_t *out = r->out->ints.p;
  for (uint32_t i = 0; i < r->n; i++, p += 12) {
    int64_t nanos;
    int32_t day;
    memcpy(&nanos, p, 8);
    memcpy(&day, p + 8, 4);
    int64_t days = day - EPOCH_JULIAN;
    if (days < -4 * BLT_DATE_MAX || days > 4 * BLT_DATE_MAX)
      return blt_fail_at(r->err, BLT_EOVERFLOW, i, "the Julian day %d is " YEARS, day);
    if (nanos % 1000 && !r->kind->cut) return blt_fail_at(r->err, BLT_EFORMAT, i, HAS_NANOS);
    out[i] = days * DAY_MICROS + nanos / 1000 - (nanos % 1000 < 0);
  }
  return BLT_OK;
}

static void read_bits(int64_t *out, const uint8_t *p, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) out[i] = p[i >> 3] >> (i & 7) & 1;
}

/* Values of a fixed width, one after the other. */
static blt_status read_fixed(reading *r, const uint8_t *p) {
  uint32_t width = width_of(r->kind);
  blt_str *texts = r->out->texts.p;
  switch (r->kind->physical) {
  case BLT_PQ_INT32:
    widen(r->out->ints.p, p, r->n);
    return BLT_OK;
  case BLT_PQ_INT64:
    if (r->n) memcpy(r->out->ints.p, p, (size_t)r->n * 8);
    return BLT_OK;
  case BLT_PQ_INT96:
    return read_old_timestamps(r, p);
  case BLT_PQ_FLOAT:
    widen_floats(r->out->doubles.p, p, r->n);
    return BLT_OK;
  case BLT_PQ_DOUBLE:
    if (r->n) memcpy(r->out->doubles.p, p, (size_t)r->n * 8);
    return BLT_OK;
  default:
    for (uint32_t i = 0; i < r->n; i++) texts[i] = (blt_str){(const char *)p + (size_t)i * width, width};
    return BLT_OK;
  }
}

static blt_status read_lengths_and_texts(reading *r) {
  blt_str *out = r->out->texts.p;
  const uint8_t *p = r->p, *end = p + r->len;
  for (uint32_t i = 0; i < r->n; i++) {
    uint32_t len;
    if (end - p < 4) return too_short(r);
    memcpy(&len, p, 4);
    p += 4;
    if (len > (uint64_t)(end - p)) return too_short(r);
    out[i] = (blt_str){(const char *)p, len};
    p += len;
  }
  return BLT_OK;
}

static blt_status read_plain(reading *r) {
  if (r->kind->physical == BLT_PQ_BYTES) return read_lengths_and_texts(r);
  if (r->kind->physical == BLT_PQ_BOOLEAN) {
    if (r->len * 8 < r->n) return too_short(r);
    read_bits(r->out->ints.p, r->p, r->n);
    return BLT_OK;
  }
  if (r->len / width_of(r->kind) < r->n) return too_short(r);
  return read_fixed(r, r->p);
}

/* --- other encodings --------------------------------------------------------------------------- */

/* Booleans as runs, behind their length. */
static blt_status read_runs(reading *r) {
  uint32_t len, part[256];
  int64_t *out = r->out->ints.p;
  if (r->kind->physical != BLT_PQ_BOOLEAN) return unknown(r);
  if (r->len < 4) return too_short(r);
  memcpy(&len, r->p, 4);
  if (len > r->len - 4) return too_short(r);
  blt_pq_hybrid h = blt_pq_hybrid_of(r->p + 4, len, 1);
  for (uint32_t i = 0; i < r->n; i += 256) {
    uint32_t n = r->n - i < 256 ? r->n - i : 256;
    if (!blt_pq_hybrid_take(&h, part, n)) return too_short(r);
    for (uint32_t j = 0; j < n; j++) out[i + j] = part[j];
  }
  return BLT_OK;
}

static blt_status read_delta(reading *r) {
  uint32_t count;
  size_t used;
  bool wide = r->kind->physical == BLT_PQ_INT64;
  if (!wide && r->kind->physical != BLT_PQ_INT32) return unknown(r);
  if (!blt_pq_delta_read(r->p, r->len, wide, r->out->ints.p, r->n, &count, &used) || count != r->n)
    return too_short(r);
  return BLT_OK;
}

/* Lengths as differences from `at` on, moving it behind them. */
static blt_status read_lengths(reading *r, size_t *at, int64_t *out) {
  uint32_t count;
  size_t used;
  if (!blt_pq_delta_read(r->p + *at, r->len - *at, false, out, r->n, &count, &used) || count != r->n)
    return too_short(r);
  for (uint32_t i = 0; i < r->n; i++)
    if (out[i] < 0) return damaged(r, "a text with a negative length");
  *at += used;
  return BLT_OK;
}

static blt_status cut_texts(reading *r, size_t at, const int64_t *lengths) {
  blt_str *out = r->out->texts.p;
  for (uint32_t i = 0; i < r->n; i++) {
    if ((uint64_t)lengths[i] > r->len - at) return too_short(r);
    out[i] = (blt_str){(const char *)r->p + at, (uint32_t)lengths[i]};
    at += (size_t)lengths[i];
  }
  return BLT_OK;
}

static blt_status read_delta_lengths(reading *r) {
  size_t at = 0;
  if (r->kind->physical != BLT_PQ_BYTES) return unknown(r);
  blt_status status = blt_pq_room_for(r->ctx, &r->out->ints, (size_t)r->n * 8, r->err);
  if (status == BLT_OK) status = read_lengths(r, &at, r->out->ints.p);
  return status == BLT_OK ? cut_texts(r, at, r->out->ints.p) : status;
}

/* Puts the beginnings, which are those of the text before, in front of the rest that `out` has. */
static blt_status join_texts(reading *r, const int64_t *prefixes) {
  blt_str *out = r->out->texts.p;
  uint64_t bytes = 0, before = 0;
  for (uint32_t i = 0; i < r->n; i++) {
    if ((uint64_t)prefixes[i] > before)
      return damaged(r, "a text that begins with more than the one before has");
    before = (uint64_t)prefixes[i] + out[i].len;
    bytes += before;
    if (before > BLT_MAX_STRING || bytes > UINT32_MAX)
      return damaged(r, "texts of more than 4 GiB in one page");
  }
  blt_status status = blt_pq_room_for(r->ctx, &r->out->own, bytes, r->err);
  if (status != BLT_OK) return status;
  char *to = r->out->own.p, *last = to;
  for (uint32_t i = 0; i < r->n; i++) {
    blt_str rest = out[i];
    memmove(to, last, (size_t)prefixes[i]);
    if (rest.len) memcpy(to + prefixes[i], rest.s, rest.len);
    out[i] = (blt_str){to, (uint32_t)prefixes[i] + rest.len};
    last = to;
    to += out[i].len;
  }
  return BLT_OK;
}

static blt_status read_delta_texts(reading *r) {
  size_t at = 0;
  const blt_str *texts = r->out->texts.p;
  bool fixed = r->kind->physical == BLT_PQ_FIXED;
  if (!fixed && r->kind->physical != BLT_PQ_BYTES) return unknown(r);
  blt_status status = blt_pq_room_for(r->ctx, &r->out->ints, (size_t)r->n * 16, r->err);
  int64_t *prefixes = r->out->ints.p;
  if (status == BLT_OK) status = read_lengths(r, &at, prefixes);
  if (status == BLT_OK) status = read_lengths(r, &at, prefixes + r->n);
  if (status == BLT_OK) status = cut_texts(r, at, prefixes + r->n);
  if (status == BLT_OK) status = join_texts(r, prefixes);
  for (uint32_t i = 0; status == BLT_OK && fixed && i < r->n; i++)
    if (texts[i].len != (uint32_t)r->kind->length)
      status = damaged(r, "a value of another length than its type has");
  return status;
}

BLT_CLONES static void unsplit(uint8_t *restrict to, const uint8_t *restrict from, uint32_t n,
                               uint32_t width) {
  for (uint32_t b = 0; b < width; b++)
    for (uint32_t i = 0; i < n; i++) to[(size_t)i * width + b] = from[(size_t)b * n + i];
}

/* All first bytes, then all second ones, and so on. */
static blt_status read_split(reading *r) {
  uint32_t width = width_of(r->kind);
  if (width == 0 || r->kind->physical == BLT_PQ_INT96) return unknown(r);
  if (r->len != (uint64_t)width * r->n) return too_short(r);
  blt_status status = blt_pq_room_for(r->ctx, &r->out->own, r->len, r->err);
  if (status != BLT_OK) return status;
  unsplit(r->out->own.p, r->p, r->n, width);
  return read_fixed(r, r->out->own.p);
}

static blt_status read_encoded(reading *r) {
  switch (r->encoding) {
  case BLT_PQ_PLAIN:
    return read_plain(r);
  case BLT_PQ_RLE:
    return read_runs(r);
  case BLT_PQ_DELTA:
    return read_delta(r);
  case BLT_PQ_DELTA_LENGTH:
    return read_delta_lengths(r);
  case BLT_PQ_DELTA_TEXT:
    return read_delta_texts(r);
  case BLT_PQ_SPLIT:
    return read_split(r);
  default:
    return unknown(r);
  }
}

/* --- from what is stored to what it means ------------------------------------------------------ */

#define LEAST_MICRO (BLT_DATE_MIN * DAY_MICROS)
#define LAST_MICRO ((BLT_DATE_MAX + 1) * DAY_MICROS - 1)

/* The first value outside of the bounds, or n. */
static uint32_t first_outside(const int64_t *v, uint32_t n, int64_t low, int64_t high) {
  bool out = false;
  for (uint32_t i = 0; i < n; i++) out |= v[i] < low || v[i] > high;
  for (uint32_t i = 0; out && i < n; i++)
    if (v[i] < low || v[i] > high) return i;
  return n;
}

static blt_status check_range(reading *r, int64_t low, int64_t high, const char *what) {
  const int64_t *v = r->out->ints.p;
  uint32_t i = first_outside(v, r->n, low, high);
  if (i == r->n) return BLT_OK;
  return blt_fail_at(r->err, BLT_EOVERFLOW, i, "the stored %" PRId64 " is %s", v[i], what);
}

static blt_status from_millis(reading *r) {
  int64_t *v = r->out->ints.p;
  blt_status status = check_range(r, LEAST_MICRO / 1000, LAST_MICRO / 1000, YEARS);
  for (uint32_t i = 0; status == BLT_OK && i < r->n; i++) v[i] *= 1000;
  return status;
}

static blt_status from_nanos(reading *r) {
  int64_t *v = r->out->ints.p;
  for (uint32_t i = 0; i < r->n; i++) {
    int64_t part = v[i] % 1000;
    if (part && !r->kind->cut)
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

static blt_status scaled(reading *r) {
  blt_str *texts = r->out->texts.p;
  int64_t *v = r->out->ints.p, most = power_of_ten(r->kind->type.precision) - 1;
  bool big = r->kind->physical == BLT_PQ_BYTES || r->kind->physical == BLT_PQ_FIXED;
  for (uint32_t i = 0; big && i < r->n; i++)
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

static void halves(reading *r) {
  const blt_str *texts = r->out->texts.p;
  double *out = r->out->doubles.p;
  for (uint32_t i = 0; i < r->n; i++) {
    uint16_t h;
    memcpy(&h, texts[i].s, 2);
    out[i] = half(h);
  }
}

#define UUID_BYTES 36u

static blt_status uuid_texts(reading *r) {
  static const char digits[] = "0123456789abcdef";
  blt_pq_room to = {0};
  blt_str *texts = r->out->texts.p;
  blt_status status = blt_pq_room_for(r->ctx, &to, (size_t)r->n * UUID_BYTES, r->err);
  if (status != BLT_OK) return status;
  char *p = to.p;
  for (uint32_t i = 0; i < r->n; i++) {
    const uint8_t *from = (const uint8_t *)texts[i].s;
    texts[i] = (blt_str){p, UUID_BYTES};
    for (uint32_t b = 0; b < 16; b++) {
      if (b == 4 || b == 6 || b == 8 || b == 10) *p++ = '-';
      *p++ = digits[from[b] >> 4];
      *p++ = digits[from[b] & 15];
    }
  }
  blt_pq_room_free(r->ctx, &r->out->own); /* what the texts may have pointed to */
  r->out->own = to;
  return BLT_OK;
}

#define TIME_BYTES 24u

static blt_status time_texts(reading *r) {
  static const uint32_t digits[] = {0, 3, 6, 9};
  uint32_t places = digits[r->kind->unit];
  int64_t second = power_of_ten(places);
  blt_str *out = r->out->texts.p;
  const int64_t *v = r->out->ints.p;
  blt_status status = check_range(r, 0, second * 86400 - 1, "no time of day");
  if (status == BLT_OK) status = blt_pq_room_for(r->ctx, &r->out->own, (size_t)r->n * TIME_BYTES, r->err);
  char *p = r->out->own.p;
  for (uint32_t i = 0; status == BLT_OK && i < r->n; i++, p += TIME_BYTES) {
    uint32_t s = (uint32_t)(v[i] / second), part = (uint32_t)(v[i] % second);
    int n =
        snprintf(p, TIME_BYTES, "%02u:%02u:%02u.%0*u", s / 3600 % 24, s / 60 % 60, s % 60, (int)places, part);
    out[i] = (blt_str){p, (uint32_t)n};
  }
  return status;
}

static blt_status step(reading *r) {
  int64_t *v = r->out->ints.p;
  switch (r->kind->step) {
  case BLT_PQ_UNSIGNED32:
    for (uint32_t i = 0; i < r->n; i++) v[i] = (uint32_t)v[i];
    return BLT_OK;
  case BLT_PQ_UNSIGNED64:
    for (uint32_t i = 0; i < r->n; i++)
      if (v[i] < 0)
        return blt_fail_at(r->err, BLT_EOVERFLOW, i,
                           "%" PRIu64 " is more than an int64 holds: write it as float64", (uint64_t)v[i]);
    return BLT_OK;
  case BLT_PQ_DAYS:
    return check_range(r, BLT_DATE_MIN, BLT_DATE_MAX, YEARS);
  case BLT_PQ_FROM_MILLIS:
    return from_millis(r);
  case BLT_PQ_FROM_MICROS:
    return check_range(r, LEAST_MICRO, LAST_MICRO, YEARS);
  case BLT_PQ_FROM_NANOS:
    return from_nanos(r);
  case BLT_PQ_SCALED:
    return scaled(r);
  case BLT_PQ_HALF:
    halves(r);
    return BLT_OK;
  case BLT_PQ_UUID_TEXT:
    return uuid_texts(r);
  case BLT_PQ_TIME_TEXT:
    return time_texts(r);
  default:
    return r->kind->physical == BLT_PQ_INT96 ? check_range(r, LEAST_MICRO, LAST_MICRO, YEARS) : BLT_OK;
  }
}

/* Room for what is stored and for what it means. */
static blt_status take_room(reading *r) {
  bool texts = r->kind->physical >= BLT_PQ_BYTES || r->kind->type.id == BLT_STRING;
  bool doubles = r->kind->type.id == BLT_FLOAT64,
       ints = blt_type_is_int(r->kind->type) || r->kind->physical <= BLT_PQ_INT96;
  blt_status status = BLT_OK;
  if (texts) status = blt_pq_room_for(r->ctx, &r->out->texts, (size_t)r->n * sizeof(blt_str), r->err);
  if (status == BLT_OK && doubles)
    status = blt_pq_room_for(r->ctx, &r->out->doubles, (size_t)r->n * 8, r->err);
  if (status == BLT_OK && ints) status = blt_pq_room_for(r->ctx, &r->out->ints, (size_t)r->n * 8, r->err);
  return status;
}

blt_status blt_pq_values_read(blt_ctx *ctx, const blt_pq_kind *kind, blt_pq_encoding encoding,
                              const uint8_t *bytes, size_t len, uint32_t n, blt_pq_values *out,
                              blt_error *err) {
  reading r = {ctx, kind, encoding, bytes, len, n, out, err};
  err->position = -1;
  out->n = n;
  if (encoding == BLT_PQ_PLAIN && n / 8 > len) return too_short(&r); /* before memory is asked for */
  blt_status status = take_room(&r);
  if (status == BLT_OK) status = read_encoded(&r);
  return status == BLT_OK ? step(&r) : status;
}
