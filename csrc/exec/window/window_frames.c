/* Frames, and aggregates over them. Frames only ever move forwards, so every row enters and leaves once. */
#include "window_inside.h"

#include <math.h>

/* ---- frames ---- */

static void rows_bounds(const blt_plan_frame *f, const blt_window_part *p) {
  uint64_t n = p->n;
  uint64_t before = f->before < 0 ? 0 : (uint64_t)f->before, after = f->after < 0 ? 0 : (uint64_t)f->after;
  for (uint64_t i = 0; i < n; i++) {
    p->low[i] = before > i ? 0 : (uint32_t)(i - before);
    p->high[i] = after >= n - i ? (uint32_t)n : (uint32_t)(i + after + 1);
  }
}

/* How far the value of row b lies behind that of row a, in the direction of the order; as far as it fits. */
static double distance(const blt_window_range *r, const blt_window_lane *v, uint32_t a, uint32_t b) {
  uint64_t x = v->words[r->descending ? b : a], y = v->words[r->descending ? a : b];
  if (r->values.type.id == BLT_FLOAT64) return blt_double_of_bits(y) - blt_double_of_bits(x);
  __int128 d = (__int128)(int64_t)y - (int64_t)x;
  return d > INT64_MAX ? INFINITY : (double)(int64_t)d;
}

static bool within(const blt_window_range *r, const blt_window_lane *v, uint32_t a, uint32_t b,
                   int64_t most) {
  if (most == INT64_MAX || v->words[a] == v->words[b]) return true; /* two infinities are no number apart */
  if (r->values.type.id == BLT_FLOAT64) return distance(r, v, a, b) <= (double)most;
  uint64_t x = v->words[r->descending ? b : a], y = v->words[r->descending ? a : b];
  return (__int128)(int64_t)y - (int64_t)x <= most;
}

static bool has_value(const blt_window_range *r, const blt_window_lane *v, uint32_t row) {
  if (!v->valid[row]) return false;
  return r->values.type.id != BLT_FLOAT64 || !isnan(blt_double_of_bits(v->words[row]));
}

/* Rows without a value are each other's frame. They lie at one end or the other. */
static void range_bounds(const blt_window_item *item, const blt_window_part *p) {
  const blt_window_range *r = item->range;
  const blt_window_lane *v = &p->range;
  uint32_t first = 0, end = p->n;
  while (first < p->n && !has_value(r, v, first)) first++;
  while (end > first && !has_value(r, v, end - 1)) end--;
  for (uint32_t i = 0; i < p->n; i++) {
    p->low[i] = i < first ? 0 : end;
    p->high[i] = i < first ? first : p->n;
  }
  uint32_t low = first, high = first;
  for (uint32_t i = first; i < end; i++) {
    while (low < i && !within(r, v, low, i, item->frame.before)) low++;
    if (high < i + 1) high = i + 1;
    while (high < end && within(r, v, i, high, item->frame.after)) high++;
    p->low[i] = low;
    p->high[i] = high;
  }
  for (uint32_t i = 0; i < p->n && item->frame.before == INT64_MAX; i++) p->low[i] = 0;
  for (uint32_t i = 0; i < p->n && item->frame.after == INT64_MAX; i++) p->high[i] = p->n;
}

void blt_window_bounds(const blt_window_item *item, const blt_window_part *p) {
  if (item->frame.unit == BLT_FRAME_RANGE) {
    range_bounds(item, p);
    return;
  }
  bool whole = item->frame.unit == BLT_FRAME_PARTITION;
  rows_bounds(whole ? &(blt_plan_frame){BLT_FRAME_ROWS, INT64_MAX, INT64_MAX} : &item->frame, p);
}

/* ---- counts and exact sums: a row is added when it enters and taken away when it leaves ---- */

static blt_status put_sum(const blt_window_item *item, const blt_window_part *p, uint32_t row, __int128 sum,
                          uint64_t n, blt_error *err) {
  if (item->kind == BLT_WINDOW_COUNT) {
    blt_window_put(p, row, n);
    return BLT_OK;
  }
  if (n == 0) return BLT_OK;
  if (item->kind == BLT_WINDOW_MEAN) {
    blt_window_put(p, row, blt_bits_of_double((double)sum / (double)n / item->scale));
    return BLT_OK;
  }
  if (sum > INT64_MAX || sum < INT64_MIN)
    return blt_fail(err, BLT_EOVERFLOW, "a sum over a frame does not fit its type");
  blt_window_put(p, row, (uint64_t)(int64_t)sum);
  return BLT_OK;
}

static blt_status exact_sums(const blt_window_item *item, const blt_window_part *p, blt_error *err) {
  const blt_window_lane *x = &p->x;
  bool adds = x->words && !item->x.dict;
  __int128 sum = 0;
  uint64_t count = 0;
  uint32_t low = 0, high = 0;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < p->n && status == BLT_OK; i++) {
    for (; high < p->high[i]; high++) {
      bool there = !x->words || x->valid[high];
      count += there;
      if (there && adds) sum += (int64_t)x->words[high];
    }
    for (; low < p->low[i]; low++) {
      bool there = !x->words || x->valid[low];
      count -= there;
      if (there && adds) sum -= (int64_t)x->words[low];
    }
    status = put_sum(item, p, i, sum, count, err);
  }
  return status;
}

/* ---- everything else: sums of the older rows from each on, and of the newer ones together ----
 *
 * Nothing is ever taken away from a sum of doubles, which would lose what was small:
 *
 *   low         mid      high         sums[i] is that of places i to mid - 1, `back` that of mid to high - 1;
 *   │ sums ─────│ back ──│            when `low` passes `mid`, all up to `high` become older rows
 */

static double number_at(const blt_window_item *item, const blt_window_part *p, uint32_t row) {
  uint64_t word = p->x.words[row];
  if (item->x.type.id == BLT_FLOAT64) return blt_double_of_bits(word);
  return (double)(int64_t)word / item->scale;
}

/* Whether the value of row b is to be kept instead of that of a, as aggregates have it: -0 is below 0, NaN
 * above all numbers. */
static bool is_better(const blt_window_item *item, const blt_window_part *p, uint64_t a, uint64_t b) {
  bool largest = item->kind == BLT_WINDOW_MAX;
  uint64_t x = p->x.words[a], y = p->x.words[b];
  if (item->ranks) return largest ? item->ranks[y] > item->ranks[x] : item->ranks[y] < item->ranks[x];
  if (item->x.type.id != BLT_FLOAT64) return largest ? (int64_t)y > (int64_t)x : (int64_t)y < (int64_t)x;
  x = blt_word_of_double(x);
  y = blt_word_of_double(y);
  return largest ? y > x : y < x;
}

static blt_window_sum one(const blt_window_item *item, const blt_window_part *p, uint32_t row) {
  blt_window_sum s = {.best = row, .n = p->x.valid[row]};
  if (!s.n || item->kind == BLT_WINDOW_MIN || item->kind == BLT_WINDOW_MAX) return s;
  s.number = number_at(item, p, row);
  return s;
}

/* a + b in s->number; gives what was rounded off, or NaN when the sum is not finite. */
static double add_exactly(double a, double b, blt_window_sum *s) {
  double sum = s->number = a + b, more = sum - a;
  return (a - (sum - more)) + (b - more);
}

static void add_moments(const blt_window_sum *a, const blt_window_sum *b, blt_window_sum *s) {
  double apart = (b->number - a->number) + (b->rest - a->rest), part = (double)b->n / (double)s->n;
  s->rest = add_exactly(a->number, apart * part + a->rest, s);
  s->squares = a->squares + b->squares + apart * apart * ((double)a->n * part);
}

static bool is_sum(const blt_window_item *item) {
  return item->kind == BLT_WINDOW_SUM || item->kind == BLT_WINDOW_MEAN;
}

static blt_window_sum together(const blt_window_item *item, const blt_window_part *p, const blt_window_sum *a,
                               const blt_window_sum *b) {
  if (!a->n) return *b;
  if (!b->n) return *a;
  blt_window_sum s = {.n = a->n + b->n, .best = a->best};
  if (item->kind == BLT_WINDOW_MIN || item->kind == BLT_WINDOW_MAX) {
    if (is_better(item, p, a->best, b->best)) s.best = b->best;
    return s;
  }
  if (is_sum(item))
    s.rest = a->rest + b->rest + add_exactly(a->number, b->number, &s);
  else
    add_moments(a, b, &s);
  return s;
}

static double sum_of(const blt_window_sum *s) {
  return isfinite(s->number) ? s->number + s->rest : s->number;
}

/* The quotient, and a correction by what it leaves. */
static double mean_of(const blt_window_sum *s) {
  double n = (double)s->n, mean = sum_of(s) / n;
  if (!isfinite(mean)) return mean;
  return mean + (fma(-mean, n, s->number) + s->rest) / n;
}

static void put_result(const blt_window_item *item, const blt_window_part *p, uint32_t row,
                       const blt_window_sum *s) {
  double n = (double)s->n, out;
  if (!s->n) return;
  switch (item->kind) {
  case BLT_WINDOW_MIN:
  case BLT_WINDOW_MAX:
    blt_window_put(p, row, p->x.words[s->best]);
    return;
  case BLT_WINDOW_SUM:
    out = sum_of(s);
    break;
  case BLT_WINDOW_MEAN:
    out = mean_of(s);
    break;
  case BLT_WINDOW_VARIANCE:
  case BLT_WINDOW_STDDEV:
    if (s->n < 2) return;
    out = s->squares / (n - 1);
    break;
  default:
    out = s->squares / n;
  }
  if (item->kind == BLT_WINDOW_STDDEV || item->kind == BLT_WINDOW_STDDEV_POP) out = sqrt(out);
  blt_window_put(p, row, blt_bits_of_double(out));
}

static void sliding(const blt_window_item *item, const blt_window_part *p) {
  blt_window_sum back = {0}, *sums = p->sums;
  uint32_t mid = 0, high = 0;
  for (uint32_t i = 0; i < p->n; i++) {
    uint32_t low = p->low[i];
    for (; high < p->high[i]; high++) {
      blt_window_sum s = one(item, p, high);
      back = together(item, p, &back, &s);
    }
    if (low > mid) {
      blt_window_sum sum = {0};
      for (uint32_t k = high; k-- > low;) {
        blt_window_sum s = one(item, p, k);
        sums[k] = sum = together(item, p, &s, &sum);
      }
      mid = high;
      back = (blt_window_sum){0};
    }
    blt_window_sum all = low < mid ? together(item, p, &sums[low], &back) : back;
    put_result(item, p, i, &all);
  }
}

/* ---- sums of doubles in frames that begin with the partition, or are short ---- */

#define SHORT 32u /* rows: adding them up anew takes less than putting sums together */

static bool all_valid(const blt_window_part *p) {
  bool all = true;
  for (uint32_t i = 0; i < p->n; i++) all &= p->x.valid[i] != 0;
  return all;
}

static void put_float(const blt_window_item *item, const blt_window_part *p, uint32_t row,
                      const blt_window_sum *s) {
  blt_window_put(p, row, blt_bits_of_double(item->kind == BLT_WINDOW_MEAN ? mean_of(s) : sum_of(s)));
}

static inline void add_value(blt_window_sum *s, double x) {
  s->rest += add_exactly(s->number, x, s);
  s->n++;
}

static void running_sums(const blt_window_item *item, const blt_window_part *p) {
  blt_window_sum sum = {0};
  for (uint32_t i = 0; i < p->n; i++) {
    add_value(&sum, blt_double_of_bits(p->x.words[i]));
    put_float(item, p, i, &sum);
  }
}

static void short_sums(const blt_window_item *item, const blt_window_part *p) {
  for (uint32_t i = 0; i < p->n; i++) {
    uint32_t low = p->low[i], high = p->high[i];
    blt_window_sum sum = {0};
    for (uint32_t k = low; k < high; k++) add_value(&sum, blt_double_of_bits(p->x.words[k]));
    if (low < high) put_float(item, p, i, &sum);
  }
}

/* True when the frames were of such a kind, and no value is null. */
static bool simple_sums(const blt_window_item *item, const blt_window_part *p) {
  const blt_plan_frame *f = &item->frame;
  bool sums = (item->kind == BLT_WINDOW_SUM || item->kind == BLT_WINDOW_MEAN) && f->unit == BLT_FRAME_ROWS;
  bool running = f->before == INT64_MAX && f->after == 0;
  bool few = f->before < SHORT && f->after < SHORT && f->before + f->after < SHORT;
  if (!sums || !(running || few) || !all_valid(p)) return false;
  (running ? running_sums : short_sums)(item, p);
  return true;
}

blt_status blt_window_frame(const blt_window_item *item, const blt_window_part *p, blt_error *err) {
  bool exact =
      item->kind == BLT_WINDOW_COUNT ||
      ((item->kind == BLT_WINDOW_SUM || item->kind == BLT_WINDOW_MEAN) && item->x.type.id != BLT_FLOAT64);
  if (exact) return exact_sums(item, p, err);
  if (!simple_sums(item, p)) sliding(item, p);
  return BLT_OK;
}
