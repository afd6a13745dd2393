/* Moments in two passes: the mean, then the deviations from it. Sums run side by side and are folded in a
 * fixed order, so they are the same however the passes are cut into steps. */
#include "agg_segment_inside.h"

#include "base/isa.h"
#include "base/mem.h"

#define SIDES 8 /* divides BLT_PACE_VALUES: value i is added to side i % SIDES */

static double fold(const double *s) {
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

BLT_CLONES static void add_values(const double *x, uint32_t n, double *sums) {
  double s[SIDES];
  uint32_t i = 0;
  memcpy(s, sums, sizeof s);
  for (; i + SIDES <= n; i += SIDES)
    for (int j = 0; j < SIDES; j++) s[j] += x[i + j];
  for (; i < n; i++) s[i % SIDES] += x[i];
  memcpy(sums, s, sizeof s);
}

BLT_CLONES static void add_products(const double *x, double mx, const double *y, double my, uint32_t n,
                                    double *sums) {
  double s[SIDES];
  uint32_t i = 0;
  memcpy(s, sums, sizeof s);
  for (; i + SIDES <= n; i += SIDES)
    for (int j = 0; j < SIDES; j++) s[j] += (x[i + j] - mx) * (y[i + j] - my);
  for (; i < n; i++) s[i % SIDES] += (x[i] - mx) * (y[i] - my);
  memcpy(sums, s, sizeof s);
}

static blt_status mean_of(blt_segment_work *w, const double *x, uint32_t n, double *mean, blt_error *err) {
  double sums[SIDES] = {0};
  blt_status status = BLT_OK;
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    add_values(x + i, end - i, sums);
    status = blt_pace_step(&w->pace, end - i, err);
  }
  *mean = fold(sums) / n;
  return status;
}

static blt_status product_of(blt_segment_work *w, const double *x, double mx, const double *y, double my,
                             uint32_t n, double *sum, blt_error *err) {
  double sums[SIDES] = {0};
  blt_status status = BLT_OK;
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    add_products(x + i, mx, y + i, my, end - i, sums);
    status = blt_pace_step(&w->pace, end - i, err);
  }
  *sum = fold(sums);
  return status;
}

/* Words as doubles: a float's are already, others are converted into room, which grows. */
static blt_status doubles_of(blt_segment_work *w, const blt_input *in, const uint64_t *a, uint32_t n,
                             double **room, size_t *cap, const double **out, blt_error *err) {
  blt_word_number k = blt_word_number_of(in);
  *out = (const double *)a;
  if (k.is_float) return BLT_OK;
  blt_status status = blt_grow(w->ctx, room, cap, n, sizeof **room, err);
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    for (uint32_t j = i; j < end; j++) (*room)[j] = blt_word_number_at(k, a[j]);
    status = blt_pace_step(&w->pace, end - i, err);
  }
  *out = *room;
  return status;
}

blt_status blt_segment_moments(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w,
                               const uint64_t *a, const uint64_t *b, uint32_t n, uint64_t *word,
                               uint8_t *defined, blt_error *err) {
  const double *x, *y;
  blt_moments m = {.n = n};
  blt_status status = doubles_of(w, &p->inputs->items[c->a], a, n, &w->x, &w->x_cap, &x, err);
  if (status == BLT_OK) status = mean_of(w, x, n, &m.mean_x, err);
  if (status == BLT_OK) status = product_of(w, x, m.mean_x, x, m.mean_x, n, &m.xx, err);
  if (b) {
    if (status == BLT_OK) status = doubles_of(w, &p->inputs->items[c->b], b, n, &w->y, &w->y_cap, &y, err);
    if (status == BLT_OK) status = mean_of(w, y, n, &m.mean_y, err);
    if (status == BLT_OK) status = product_of(w, y, m.mean_y, y, m.mean_y, n, &m.yy, err);
    if (status == BLT_OK) status = product_of(w, x, m.mean_x, y, m.mean_y, n, &m.xy, err);
  }
  if (status != BLT_OK) return status;
  double result = 0;
  *defined = blt_moments_result(c->spec.kind, &m, &result);
  *word = blt_double_word(result);
  return BLT_OK;
}
