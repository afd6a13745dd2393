#include "values.h"
#include "delta.h"
#include "hybrid.h"

#include "base/text/civil.h"
#include "base/isa.h"
#include "base/mem.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct reading {
  blt_ctx *ctx;
  const blt_pq_kind *kind;
  blt_pq_encoding encoding;
  const uint8_t *p;
  size_t len;
  uint32_t n;
  blt_values *out;
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

/* ---- plain ---- */

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
      return blt_fail_at(r->err, BLT_EOVERFLOW, i, "the Julian day %d is " BLT_YEARS, day);
    if (nanos % 1000 && !r->kind->means.cut) return blt_fail_at(r->err, BLT_EFORMAT, i, BLT_HAS_NANOS);
    out[i] = days * BLT_DAY_MICROS + nanos / 1000 - (nanos % 1000 < 0);
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

/* ---- other encodings ---- */

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
  blt_status status = blt_room_for(r->ctx, &r->out->ints, (size_t)r->n * 8, r->err);
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
  blt_status status = blt_room_for(r->ctx, &r->out->own, bytes, r->err);
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
  blt_status status = blt_room_for(r->ctx, &r->out->ints, (size_t)r->n * 16, r->err);
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
  blt_status status = blt_room_for(r->ctx, &r->out->own, r->len, r->err);
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

/* Whether the values are what they mean as they lie. */
static bool may_stay(const reading *r) {
  int32_t physical = r->kind->physical;
  bool number = physical == BLT_PQ_INT32 || physical == BLT_PQ_INT64 || physical == BLT_PQ_DOUBLE;
  return r->out->lean && r->encoding == BLT_PQ_PLAIN && number && r->kind->means.step == BLT_STEP_NONE;
}

blt_status blt_pq_values_read(blt_ctx *ctx, const blt_pq_kind *kind, blt_pq_encoding encoding,
                              const uint8_t *bytes, size_t len, uint32_t n, blt_values *out, blt_error *err) {
  reading r = {ctx, kind, encoding, bytes, len, n, out, err};
  err->position = -1;
  out->n = n;
  out->raw = NULL;
  out->spaced =
      encoding == BLT_PQ_PLAIN && kind->physical == BLT_PQ_BYTES && kind->means.step == BLT_STEP_NONE;
  if (may_stay(&r)) {
    if (len / width_of(kind) < n) return too_short(&r);
    out->raw = bytes;
    out->raw_width = (uint8_t)width_of(kind);
    return BLT_OK;
  }
  if (encoding == BLT_PQ_PLAIN && n / 8 > len) return too_short(&r); /* before memory is asked for */
  blt_status status = blt_values_room(ctx, &kind->means, n, kind->physical <= BLT_PQ_INT96,
                                      kind->physical >= BLT_PQ_BYTES, out, err);
  if (status == BLT_OK) status = read_encoded(&r);
  return status == BLT_OK ? blt_mean(ctx, &kind->means, out, err) : status;
}
