#include "agg.h"

#include "base/bits.h"
#include "base/text/num.h"
#include "base/words.h"
#include <math.h>
#include <string.h>

static double scale_of(const blt_agg_plan *p, int32_t input) {
  return input < 0 ? 1 : (double)blt_pow10(p->inputs->items[input].type.scale);
}

static uint64_t word(const blt_agg_values *v, int32_t part, uint32_t i) {
  return v->parts[part][i];
}

/* ---- sums ---- */

/* The exact sum of group i: fields hold distances from the base. A sum of 2^32 values and its multiple by a
 * factor that no value overflows with fit 128 bits. */
static __int128 exact_sum(const blt_agg_plan *p, const blt_agg_column *c, const blt_agg_values *v,
                          uint32_t i) {
  __int128 sum = word(v, c->x, i);
  if (c->high >= 0) sum += (__int128)word(v, c->high, i) << 32;
  int64_t base = p->parts[c->x].base_a;
  if (base) sum += (__int128)base * (__int128)word(v, c->count, i);
  sum *= c->factor;
  if (c->shift) sum += (__int128)c->shift * (__int128)word(v, c->count, i);
  return sum;
}

static blt_status final_sum(const blt_agg_plan *p, const blt_agg_column *c, const blt_agg_values *v,
                            int64_t *ints, blt_error *err) {
  __int128 low = INT64_MIN, high = INT64_MAX;
  if (c->spec.type.id == BLT_DECIMAL) {
    high = (__int128)999999999999999999;
    low = -high;
  }
  for (uint32_t i = 0; i < v->n; i++) {
    __int128 sum = exact_sum(p, c, v, i);
    if (sum < low || sum > high) {
      char type[24];
      return blt_fail(err, BLT_EOVERFLOW, "a sum is too large for %s; sum the value as a float64 instead",
                      blt_type_name(c->spec.type, type));
    }
    ints[i] = (int64_t)sum;
  }
  return BLT_OK;
}

/* The sum of n values from that of their distances from a centre, rounded once or twice. */
static double shifted_sum(double centre, double n, double rest) {
  double product = centre * n;
  return isfinite(product) ? product + (fma(centre, n, -product) + rest) : product + rest;
}

static void final_float_sum(const blt_agg_plan *p, const blt_agg_column *c, const blt_agg_values *v,
                            double *out) {
  double centre = p->parts[c->x].centre;
  for (uint32_t i = 0; i < v->n; i++) {
    double sum = blt_double_of_bits(word(v, c->x, i));
    out[i] = centre == 0 ? sum : shifted_sum(centre, (double)word(v, c->count, i), sum);
  }
}

/* Rounding may carry what lies on a bound a little past it; a NaN stays. */
static double clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

/* The mean of a sum that is too large for a double is infinite as well. */
static double float_mean(const blt_agg_column *c, double centre, double rest, double n) {
  double mean = centre + rest / n;
  return isinf(mean) ? mean : clamp(mean, c->least, c->most);
}

static void final_float_mean(const blt_agg_plan *p, const blt_agg_column *c, const blt_agg_values *v,
                             double *out) {
  double centre = p->parts[c->x].centre;
  for (uint32_t i = 0; i < v->n; i++)
    out[i] = float_mean(c, centre, blt_double_of_bits(word(v, c->x, i)), (double)word(v, c->count, i));
}

static void final_exact_mean(const blt_agg_plan *p, const blt_agg_column *c, const blt_agg_values *v,
                             double *out) {
  double scale = scale_of(p, c->a);
  for (uint32_t i = 0; i < v->n; i++)
    out[i] = (double)exact_sum(p, c, v, i) / ((double)word(v, c->count, i) * scale);
}

static void final_weighted_mean(const blt_agg_column *c, const blt_agg_values *v, double *out,
                                uint64_t *valid) {
  for (uint32_t i = 0; i < v->n; i++) {
    double weights = blt_double_of_bits(word(v, c->y, i));
    out[i] = weights == 0 ? 0 : blt_double_of_bits(word(v, c->xy, i)) / weights;
    if (weights == 0) blt_bit_clear(valid, i);
  }
}

/* ---- extremes ---- */

static int64_t decode(const blt_agg_column *c, int64_t value) {
  return c->codes_by_rank ? (int64_t)c->codes_by_rank[value] : value;
}

static void final_bits(const blt_agg_plan *p, const blt_agg_column *c, const blt_agg_values *v, int64_t *ints,
                       uint64_t *valid) {
  int64_t base = p->parts[c->x].base_a;
  for (uint32_t i = 0; i < v->n; i++) {
    uint64_t bits = word(v, c->x, i);
    ints[i] = 0;
    if (c->spec.kind == BLT_AGG_COUNT_DISTINCT) {
      ints[i] = __builtin_popcountll(bits);
    } else if (bits == 0) {
      blt_bit_clear(valid, i);
    } else if (c->spec.kind == BLT_AGG_ANY) {
      ints[i] = (bits >> 1) & 1;
    } else if (c->spec.kind == BLT_AGG_ALL) {
      ints[i] = !(bits & 1);
    } else {
      int bit = c->spec.kind == BLT_AGG_MIN ? __builtin_ctzll(bits) : 63 - __builtin_clzll(bits);
      ints[i] = decode(c, base + bit);
    }
  }
}

bool blt_part_value(const blt_agg_plan *p, uint32_t part, uint64_t w, blt_scalar *out) {
  const blt_agg_part *q = &p->parts[part];
  bool reverse = q->kind == BLT_PART_MIN || q->kind == BLT_PART_BOTTOM;
  if (q->above_zero && w == 0) return false;
  if (p->inputs->items[q->a].cls == BLT_INPUT_FLOAT) {
    out->f = blt_double_of_bits(blt_word_to_double(reverse ? ~w : w));
    return true;
  }
  if (q->above_zero) w--;
  if (reverse) w = q->limit_a - w;
  out->i = (int64_t)((uint64_t)q->base_a + w);
  return true;
}

static void final_extreme(const blt_agg_plan *p, const blt_agg_column *c, const blt_agg_values *v,
                          int64_t *ints, double *doubles, uint64_t *valid) {
  bool is_float = c->spec.type.id == BLT_FLOAT64;
  for (uint32_t i = 0; i < v->n; i++) {
    blt_scalar s = {0};
    if (!blt_part_value(p, (uint32_t)c->x, word(v, c->x, i), &s)) {
      blt_bit_clear(valid, i);
      s.i = 0;
    } else if (!is_float) {
      s.i = decode(c, s.i);
    }
    if (is_float)
      doubles[i] = s.f;
    else
      ints[i] = s.i;
  }
}

static void final_text(const blt_agg_column *c, const blt_agg_values *v, int64_t *ints, uint64_t *valid) {
  for (uint32_t i = 0; i < v->n; i++) {
    uint64_t w = word(v, c->x, i);
    ints[i] = w == 0 ? 0 : (int64_t)(w - 1);
    if (w == 0) blt_bit_clear(valid, i);
  }
}

static void final_row(const blt_agg_plan *p, const blt_agg_column *c, const blt_agg_values *v, int64_t *ints,
                      uint64_t *valid) {
  bool first = p->parts[c->x].kind == BLT_PART_FIRST;
  for (uint32_t i = 0; i < v->n; i++) {
    uint64_t w = word(v, c->x, i);
    ints[i] = w == 0 ? 0 : (int64_t)(first ? ~w : w - 1);
    if (w == 0) blt_bit_clear(valid, i);
  }
}

/* ---- moments ---- */

/* Sums of squares are not negative, but their rounded difference can be. */
static double at_least_zero(double x) {
  return x < 0 ? 0 : x;
}

static bool result_of(blt_agg_kind kind, const blt_moments *m, double *out) {
  if (m->n < 1) return false;
  switch (kind) {
  case BLT_AGG_VARIANCE_POP:
    return *out = m->xx / m->n, true;
  case BLT_AGG_STDDEV_POP:
    return *out = sqrt(m->xx / m->n), true;
  case BLT_AGG_VARIANCE:
    return *out = m->xx / (m->n - 1), m->n > 1;
  case BLT_AGG_STDDEV:
    return *out = sqrt(m->xx / (m->n - 1)), m->n > 1;
  case BLT_AGG_COVAR_POP:
    return *out = m->xy / m->n, true;
  case BLT_AGG_COVAR:
    return *out = m->xy / (m->n - 1), m->n > 1;
  default:
    break;
  }
  /* Regressions are of the first argument (x here) on the second (y). */
  if (m->yy == 0) return false;
  switch (kind) {
  case BLT_AGG_REGR_SLOPE:
    return *out = m->xy / m->yy, true;
  case BLT_AGG_REGR_INTERCEPT:
    return *out = m->mean_x - m->xy / m->yy * m->mean_y, true;
  case BLT_AGG_REGR_R2:
    return *out = m->xx == 0 ? 1 : clamp(m->xy / m->xx * (m->xy / m->yy), 0, 1), true;
  default: /* CORR */
    return *out = clamp(m->xy / (sqrt(m->xx) * sqrt(m->yy)), -1, 1), m->xx != 0;
  }
}

bool blt_moments_result(blt_agg_kind kind, const blt_moments *moments, double *out) {
  blt_moments m = *moments;
  m.xx = at_least_zero(m.xx);
  m.yy = at_least_zero(m.yy);
  return result_of(kind, &m, out);
}

/* n * sum(ab) - sum(a) * sum(b), exact, over n. */
static double centred(uint64_t n, uint64_t ab, uint64_t a, uint64_t b) {
  __int128 d = (__int128)n * (__int128)ab - (__int128)a * (__int128)b;
  return n ? (double)d / (double)n : 0;
}

static void final_moments(const blt_agg_plan *p, const blt_agg_column *c, const blt_agg_values *v,
                          double *out, uint64_t *valid) {
  double sx = scale_of(p, c->a), sy = scale_of(p, c->b);
  for (uint32_t i = 0; i < v->n; i++) {
    uint64_t n = word(v, c->count, i), x = word(v, c->x, i);
    blt_moments m = {.n = (double)n, .xx = centred(n, word(v, c->xx, i), x, x) / (sx * sx)};
    m.mean_x = n ? ((double)p->parts[c->x].base_a + (double)x / (double)n) / sx : 0;
    if (c->b >= 0) {
      uint64_t y = word(v, c->y, i);
      m.yy = centred(n, word(v, c->yy, i), y, y) / (sy * sy);
      m.xy = centred(n, word(v, c->xy, i), x, y) / (sx * sy);
      m.mean_y = n ? ((double)p->parts[c->y].base_a + (double)y / (double)n) / sy : 0;
    }
    if (blt_moments_result(c->spec.kind, &m, &out[i])) continue;
    blt_bit_clear(valid, i);
    out[i] = 0;
  }
}

/* ---- all ---- */

/* Groups for which the aggregate saw no row. */
static void null_without_rows(const blt_agg_column *c, const blt_agg_values *v, uint64_t *valid) {
  if (c->count < 0) return;
  for (uint32_t i = 0; i < v->n; i++)
    if (word(v, c->count, i) == 0) blt_bit_clear(valid, i);
}

blt_status blt_agg_final(const blt_agg_plan *p, uint32_t index, const blt_agg_values *v, int64_t *ints,
                         double *doubles, uint64_t *valid, blt_error *err) {
  const blt_agg_column *c = &p->columns[index];
  blt_bits_fill(valid, v->n);
  if (c->spec.kind == BLT_AGG_COUNT) {
    for (uint32_t i = 0; i < v->n; i++) ints[i] = (int64_t)word(v, c->count, i);
    return BLT_OK;
  }
  null_without_rows(c, v, valid);
  if (c->x >= 0 && p->parts[c->x].kind == BLT_PART_BITS) {
    final_bits(p, c, v, ints, valid);
    return BLT_OK;
  }
  switch (c->spec.kind) {
  case BLT_AGG_SUM:
    if (c->spec.type.id != BLT_FLOAT64) return final_sum(p, c, v, ints, err);
    final_float_sum(p, c, v, doubles);
    break;
  case BLT_AGG_MEAN:
    if (p->parts[c->x].kind == BLT_PART_FSUM)
      final_float_mean(p, c, v, doubles);
    else
      final_exact_mean(p, c, v, doubles);
    break;
  case BLT_AGG_WEIGHTED_MEAN:
    final_weighted_mean(c, v, doubles, valid);
    break;
  case BLT_AGG_MIN:
  case BLT_AGG_MAX:
    if (p->parts[c->x].kind == BLT_PART_TEXT)
      final_text(c, v, ints, valid);
    else
      final_extreme(p, c, v, ints, doubles, valid);
    break;
  case BLT_AGG_FIRST:
  case BLT_AGG_LAST:
    final_row(p, c, v, ints, valid);
    break;
  default:
    final_moments(p, c, v, doubles, valid);
  }
  return BLT_OK;
}
