/* Moments in two passes: a centre near the mean, then the deviations from it, whose sum corrects both the
 * mean and the products. The centre comes from differences to the first value, so it is as good as the values
 * are near each other, however large they are; equal values have no deviations at all. Sums run side by side
 * through short stretches, and what the sum of stretches loses is kept beside it, so that an error does not
 * grow with the rows. Stretches begin where the data say, so sums are the same however the passes are cut
 * into steps. */
#include "agg_segment_inside.h"

#include "base/isa.h"
#include "base/mem.h"

#define SIDES 8      /* divides STRETCH: value i is added to side i % SIDES */
#define STRETCH 256u /* divides BLT_PACE_VALUES */

static double fold(const double *s) {
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/* A sum and what it lost. */
typedef struct total {
  double sum, lost;
} total;

static void add_to(total *t, double x) {
  double sum = t->sum + x, back = sum - t->sum;
  t->lost += (t->sum - (sum - back)) + (x - back);
  t->sum = sum;
}

/* The sum; where it is not finite, what was lost says nothing. */
static double total_of(const total *t) {
  double sum = t->sum + t->lost;
  return sum == sum ? sum : t->sum;
}

BLT_CLONES static double stretch_of_differences(const double *x, double from, uint32_t n) {
  double s[SIDES] = {0};
  uint32_t i = 0;
  for (; i + SIDES <= n; i += SIDES)
    for (int j = 0; j < SIDES; j++) s[j] += x[i + j] - from;
  for (; i < n; i++) s[i % SIDES] += x[i] - from;
  return fold(s);
}

BLT_CLONES static double stretch_of_products(const double *x, double cx, const double *y, double cy,
                                             uint32_t n) {
  double s[SIDES] = {0};
  uint32_t i = 0;
  for (; i + SIDES <= n; i += SIDES)
    for (int j = 0; j < SIDES; j++) s[j] += (x[i + j] - cx) * (y[i + j] - cy);
  for (; i < n; i++) s[i % SIDES] += (x[i] - cx) * (y[i] - cy);
  return fold(s);
}

/* The sum of x - from. */
static blt_status differences(blt_segment_work *w, const double *x, double from, uint32_t n, double *out,
                              blt_error *err) {
  total t = {0};
  blt_status status = BLT_OK;
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    for (uint32_t k = i; k < end; k += STRETCH)
      add_to(&t, stretch_of_differences(x + k, from, end - k < STRETCH ? end - k : STRETCH));
    status = blt_pace_step(&w->pace, end - i, err);
  }
  *out = total_of(&t);
  return status;
}

/* Values of one argument around their centre. */
typedef struct centred {
  const double *values;
  double centre, rest; /* rest: the sum of the deviations */
} centred;

static blt_status centre(blt_segment_work *w, centred *c, uint32_t n, blt_error *err) {
  double sum;
  blt_status status = differences(w, c->values, c->values[0], n, &sum, err);
  if (status != BLT_OK) return status;
  c->centre = c->values[0] + sum / n;
  return differences(w, c->values, c->centre, n, &c->rest, err);
}

/* The sum of products of deviations from the means. */
static blt_status product_of(blt_segment_work *w, const centred *a, const centred *b, uint32_t n, double *sum,
                             blt_error *err) {
  total t = {0};
  blt_status status = BLT_OK;
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    for (uint32_t k = i; k < end; k += STRETCH)
      add_to(&t, stretch_of_products(a->values + k, a->centre, b->values + k, b->centre,
                                     end - k < STRETCH ? end - k : STRETCH));
    status = blt_pace_step(&w->pace, end - i, err);
  }
  add_to(&t, -(a->rest * (b->rest / n)));
  *sum = total_of(&t);
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
  centred x = {0}, y = {0};
  blt_moments m = {.n = n};
  if (n == 0) return *defined = false, BLT_OK;
  blt_status status = doubles_of(w, &p->inputs->items[c->a], a, n, &w->x, &w->x_cap, &x.values, err);
  if (status == BLT_OK) status = centre(w, &x, n, err);
  if (status == BLT_OK) status = product_of(w, &x, &x, n, &m.xx, err);
  if (b) {
    if (status == BLT_OK)
      status = doubles_of(w, &p->inputs->items[c->b], b, n, &w->y, &w->y_cap, &y.values, err);
    if (status == BLT_OK) status = centre(w, &y, n, err);
    if (status == BLT_OK) status = product_of(w, &y, &y, n, &m.yy, err);
    if (status == BLT_OK) status = product_of(w, &x, &y, n, &m.xy, err);
    m.mean_y = y.centre + y.rest / n;
  }
  m.mean_x = x.centre + x.rest / n;
  if (status != BLT_OK) return status;
  double result = 0;
  *defined = blt_moments_result(c->spec.kind, &m, &result);
  *word = blt_bits_of_double(result);
  return BLT_OK;
}
