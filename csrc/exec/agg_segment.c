#include "agg_segment.h"

#include "../base/bits.h"
#include "../base/isa.h"
#include "../base/mem.h"
#include "select.h"
#include "sketch.h"
#include <math.h>
#include <string.h>

#define EXACT_DISTINCT 4096u /* fewer values than this are counted exactly by approx_distinct too */
#define CHUNK_BYTES ((size_t)64 << 10)

struct text_chunk {
  struct text_chunk *next;
  size_t bytes, used; /* of the whole chunk, this head included */
};

void blt_segment_work_free(blt_segment_work *w) {
  if (!w->ctx) return;
  blt_free(w->ctx, w->entries, w->size * sizeof *w->entries);
  blt_free(w->ctx, w->counts, w->counts_size * sizeof *w->counts);
  blt_free(w->ctx, w->registers, BLT_SKETCH_REGISTERS);
  blt_free(w->ctx, w->x, w->x_cap * sizeof *w->x);
  blt_free(w->ctx, w->y, w->y_cap * sizeof *w->y);
  while (w->chunks) {
    struct text_chunk *next = w->chunks->next;
    blt_free(w->ctx, w->chunks, w->chunks->bytes);
    w->chunks = next;
  }
}

/* ---- words as values ---- */

const uint64_t *blt_segment_words(const blt_vec *v, uint64_t *room) {
  if (v->type.id != BLT_FLOAT64)
    blt_vec_offsets(v, 0, room);
  else if (v->form == BLT_VEC_VALUES && !v->all_null)
    return v->data;
  else
    blt_vec_doubles(v, (double *)room);
  return room;
}

static double word_double(uint64_t word) {
  double d;
  memcpy(&d, &word, sizeof d);
  return d;
}

static uint64_t double_word(double d) {
  uint64_t word;
  memcpy(&word, &d, sizeof word);
  return word;
}

/* How a column's words become numbers. */
typedef struct number {
  bool is_float;
  double divisor;
} number;

static number number_of(const blt_input *in) {
  double divisor = 1;
  for (int i = 0; i < in->type.scale; i++) divisor *= 10;
  return (number){in->cls == BLT_INPUT_FLOAT, divisor};
}

static double to_double(number k, uint64_t word) {
  return k.is_float ? word_double(word) : (double)(int64_t)word / k.divisor;
}

BLT_CLONES static void order_floats(uint64_t *a, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) a[i] = blt_word_ordered(true, a[i]);
}

BLT_CLONES static void order_ints(uint64_t *a, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) a[i] = blt_word_ordered(false, a[i]);
}

BLT_CLONES static void restore_floats(uint64_t *a, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) a[i] = blt_word_restored(true, a[i]);
}

static void make_ordered(bool is_float, uint64_t *a, uint32_t n) {
  (is_float ? order_floats : order_ints)(a, n);
}
static void make_values(bool is_float, uint64_t *a, uint32_t n) {
  (is_float ? restore_floats : order_ints)(a, n);
}

/* ---- moments ---- */

/* Sums run side by side and are folded in a fixed order. */
#define SIDES 8
static double fold(const double *s) {
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

BLT_CLONES static double sum_of(const double *x, uint32_t n) {
  double s[SIDES] = {0};
  uint32_t i = 0;
  for (; i + SIDES <= n; i += SIDES)
    for (int j = 0; j < SIDES; j++) s[j] += x[i + j];
  for (; i < n; i++) s[i % SIDES] += x[i];
  return fold(s);
}

BLT_CLONES static double product_of(const double *x, double mx, const double *y, double my, uint32_t n) {
  double s[SIDES] = {0};
  uint32_t i = 0;
  for (; i + SIDES <= n; i += SIDES)
    for (int j = 0; j < SIDES; j++) s[j] += (x[i + j] - mx) * (y[i + j] - my);
  for (; i < n; i++) s[i % SIDES] += (x[i] - mx) * (y[i] - my);
  return fold(s);
}

/* Words as doubles: a float's are already, others are converted into room. */
static const double *doubles_of(number k, const uint64_t *a, uint32_t n, double *room) {
  if (k.is_float) return (const double *)a;
  for (uint32_t i = 0; i < n; i++) room[i] = to_double(k, a[i]);
  return room;
}

static blt_status reserve_doubles(blt_segment_work *w, uint32_t n, blt_error *err) {
  blt_status status = blt_grow(w->ctx, &w->x, &w->x_cap, n, sizeof *w->x, err);
  return status == BLT_OK ? blt_grow(w->ctx, &w->y, &w->y_cap, n, sizeof *w->y, err) : status;
}

/* Two passes: the mean, then the deviations from it. */
static bool moments(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w, const uint64_t *a,
                    const uint64_t *b, uint32_t n, uint64_t *word) {
  const double *x = doubles_of(number_of(&p->inputs->items[c->a]), a, n, w->x);
  blt_moments m = {.n = n, .mean_x = sum_of(x, n) / n};
  m.xx = product_of(x, m.mean_x, x, m.mean_x, n);
  if (b) {
    const double *y = doubles_of(number_of(&p->inputs->items[c->b]), b, n, w->y);
    m.mean_y = sum_of(y, n) / n;
    m.yy = product_of(y, m.mean_y, y, m.mean_y, n);
    m.xy = product_of(x, m.mean_x, y, m.mean_y, n);
  }
  double result = 0;
  bool ok = blt_moments_result(c->spec.kind, &m, &result);
  *word = double_word(result);
  return ok;
}

/* ---- product ---- */

static blt_status int_product(const uint64_t *a, uint32_t n, uint64_t *word, blt_error *err) {
  uint64_t size = 1;
  bool negative = false, overflow = false;
  for (uint32_t i = 0; i < n; i++) {
    int64_t v = (int64_t)a[i];
    if (v == 0) {
      *word = 0;
      return BLT_OK;
    }
    negative ^= v < 0;
    overflow |= __builtin_mul_overflow(size, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, &size);
  }
  if (overflow || size > (UINT64_C(1) << 63) - !negative)
    return blt_fail(err, BLT_EOVERFLOW,
                    "a product is too large for int64; multiply the value as a float64 instead");
  *word = negative ? 0 - size : size;
  return BLT_OK;
}

static blt_status product(const blt_agg_plan *p, const blt_agg_column *c, const uint64_t *a, uint32_t n,
                          uint64_t *word, blt_error *err) {
  if (c->spec.type.id == BLT_INT64) return int_product(a, n, word, err);
  number k = number_of(&p->inputs->items[c->a]);
  double d = 1;
  for (uint32_t i = 0; i < n; i++) d *= to_double(k, a[i]);
  *word = double_word(d);
  return BLT_OK;
}

/* ---- order statistics ---- */

blt_quantile_at blt_quantile_of(const blt_agg_column *c, uint32_t n) {
  double at = c->spec.fraction * (n - 1);
  uint32_t low = (uint32_t)at;
  return (blt_quantile_at){low, c->spec.type.id == BLT_FLOAT64 ? at - low : 0};
}

uint64_t blt_quantile_word(const blt_agg_plan *p, const blt_agg_column *c, double share, uint64_t low,
                           uint64_t next) {
  number k = number_of(&p->inputs->items[c->a]);
  uint64_t x = blt_word_restored(k.is_float, low);
  if (c->spec.type.id != BLT_FLOAT64) return x;
  double v = to_double(k, x), w = share > 0 ? to_double(k, blt_word_restored(k.is_float, next)) : v;
  if (w != v) v += (w - v) * share;
  return double_word(v);
}

/* Between the two nearest values, in proportion; of dates and timestamps the earlier one. Works on ordered
 * words. */
static uint64_t quantile(const blt_agg_plan *p, const blt_agg_column *c, uint64_t *a, uint32_t n) {
  blt_quantile_at at = blt_quantile_of(c, n);
  uint64_t low = blt_select(a, n, at.low), next = UINT64_MAX;
  for (uint32_t i = at.low + 1; at.share > 0 && i < n; i++) next = a[i] < next ? a[i] : next;
  return blt_quantile_word(p, c, at.share, low, next);
}

/* Moves the n largest (or smallest) ordered words to the front, best first. */
static uint32_t top(const blt_agg_column *c, uint64_t *a, uint32_t n) {
  uint32_t k = c->spec.n < n ? c->spec.n : n;
  bool reverse = c->spec.kind == BLT_AGG_TOP;
  for (uint32_t i = 0; reverse && i < n; i++) a[i] = ~a[i];
  blt_select(a, n, k - 1);
  blt_sort_words(a, k);
  for (uint32_t i = 0; reverse && i < n; i++) a[i] = ~a[i];
  return k;
}

/* ---- different values ---- */

static blt_status reserve_table(blt_segment_work *w, uint32_t n, bool counts, uint64_t *size,
                                blt_error *err) {
  *size = blt_pow2(2 * (uint64_t)n + 2);
  if (*size > w->size) {
    uint32_t *entries = blt_alloc(w->ctx, *size * sizeof *entries);
    if (!entries) return blt_fail_memory(err, *size * sizeof *entries);
    blt_free(w->ctx, w->entries, w->size * sizeof *entries);
    w->entries = entries;
    w->size = *size;
  }
  if (counts && *size > w->counts_size) {
    uint32_t *c = blt_alloc(w->ctx, *size * sizeof *c);
    if (!c) return blt_fail_memory(err, *size * sizeof *c);
    blt_free(w->ctx, w->counts, w->counts_size * sizeof *c);
    w->counts = c;
    w->counts_size = *size;
  }
  memset(w->entries, 0, *size * sizeof *w->entries);
  return BLT_OK;
}

static inline uint64_t canonical(bool is_float, uint64_t word) {
  if (!is_float) return word;
  uint64_t size = word & ~(UINT64_C(1) << 63);
  return size > UINT64_C(0x7ff0) << 48 ? UINT64_C(0x7ff8) << 48 : size == 0 ? 0 : word;
}

/* Fills the table with the different values of a; returns how many there are. */
static uint32_t distinct(blt_segment_work *w, uint64_t size, bool is_float, const uint64_t *a, uint32_t n,
                         uint32_t *counts) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t x = canonical(is_float, a[i]), at = blt_mix64(x) & (size - 1);
    while (w->entries[at] && canonical(is_float, a[w->entries[at] - 1]) != x) at = (at + 1) & (size - 1);
    if (!w->entries[at]) {
      w->entries[at] = i + 1;
      if (counts) counts[at] = 0;
      found++;
    }
    if (counts) counts[at]++;
  }
  return found;
}

static blt_status count_distinct(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w,
                                 const uint64_t *a, uint32_t n, uint64_t *word, blt_error *err) {
  uint64_t size;
  blt_status status = reserve_table(w, n, false, &size, err);
  if (status == BLT_OK) *word = distinct(w, size, p->inputs->items[c->a].cls == BLT_INPUT_FLOAT, a, n, NULL);
  return status;
}

static blt_status approx_distinct(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w,
                                  const uint64_t *a, uint32_t n, uint64_t *word, blt_error *err) {
  if (n < EXACT_DISTINCT) return count_distinct(p, c, w, a, n, word, err);
  bool is_float = p->inputs->items[c->a].cls == BLT_INPUT_FLOAT;
  if (!w->registers && !(w->registers = blt_alloc(w->ctx, BLT_SKETCH_REGISTERS)))
    return blt_fail_memory(err, BLT_SKETCH_REGISTERS);
  memset(w->registers, 0, BLT_SKETCH_REGISTERS);
  for (uint32_t i = 0; i < n; i++)
    blt_sketch_add(w->registers, blt_mix64(canonical(is_float, a[i]) ^ UINT64_C(0x9e3779b97f4a7c15)));
  *word = (uint64_t)llround(blt_sketch_estimate(w->registers));
  return BLT_OK;
}

/* The value that is there most often, of several the one that came first. */
static blt_status mode(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w, const uint64_t *a,
                       uint32_t n, uint64_t *word, blt_error *err) {
  uint64_t size;
  blt_status status = reserve_table(w, n, true, &size, err);
  if (status != BLT_OK) return status;
  distinct(w, size, p->inputs->items[c->a].cls == BLT_INPUT_FLOAT, a, n, w->counts);
  uint32_t best = 0, row = n;
  for (uint64_t at = 0; at < size; at++) {
    if (!w->entries[at] || w->counts[at] < best) continue;
    if (w->counts[at] == best && w->entries[at] - 1 > row) continue;
    best = w->counts[at];
    row = w->entries[at] - 1;
  }
  *word = a[row];
  return BLT_OK;
}

/* ---- text ---- */

static blt_segment_text *new_text(blt_segment_work *w, size_t len, blt_error *err) {
  size_t need = (sizeof(blt_segment_text) + len + 7) & ~(size_t)7, head = sizeof(struct text_chunk);
  struct text_chunk *chunk = w->chunks;
  if (!chunk || chunk->bytes - chunk->used < need) {
    size_t bytes = need + head > CHUNK_BYTES ? need + head : CHUNK_BYTES;
    chunk = blt_alloc(w->ctx, bytes);
    if (!chunk) {
      blt_fail_memory(err, bytes);
      return NULL;
    }
    *chunk = (struct text_chunk){w->chunks, bytes, head};
    w->chunks = chunk;
  }
  blt_segment_text *text = (blt_segment_text *)((char *)chunk + chunk->used);
  chunk->used += need;
  text->len = (uint32_t)len;
  return text;
}

static blt_status string_agg(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w,
                             const uint64_t *a, uint32_t n, uint64_t *word, blt_error *err) {
  const blt_dict *dict = p->inputs->items[c->a].dict;
  blt_str separator = c->spec.separator;
  size_t len = (size_t)separator.len * (n - 1);
  for (uint32_t i = 0; i < n; i++) len += blt_dict_at(dict, (uint32_t)a[i]).len;
  if (len > BLT_MAX_STRING)
    return blt_fail(err, BLT_EOVERFLOW, "string_agg makes a string of %zu bytes; at most %u are possible",
                    len, BLT_MAX_STRING);
  blt_segment_text *text = new_text(w, len, err);
  if (!text) return BLT_ENOMEM;
  char *to = text->bytes;
  for (uint32_t i = 0; i < n; i++) {
    blt_str s = blt_dict_at(dict, (uint32_t)a[i]);
    if (i && separator.len) memcpy(to, separator.s, separator.len);
    if (i) to += separator.len;
    if (s.len) memcpy(to, s.s, s.len);
    to += s.len;
  }
  *word = (uint64_t)(uintptr_t)text;
  return BLT_OK;
}

/* ---- all ---- */

/* Order statistics reorder the segment, so they come last. */
static bool reorders(blt_agg_kind kind) {
  return kind == BLT_AGG_MEDIAN || kind == BLT_AGG_QUANTILE || kind == BLT_AGG_APPROX_QUANTILE ||
         kind == BLT_AGG_TOP || kind == BLT_AGG_BOTTOM;
}

static blt_status compute(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w, uint64_t *a,
                          uint64_t *b, uint32_t n, uint64_t *word, uint8_t *valid, blt_error *err) {
  blt_agg_kind kind = c->spec.kind;
  bool counts = kind == BLT_AGG_COUNT_DISTINCT || kind == BLT_AGG_APPROX_DISTINCT || kind == BLT_AGG_TOP ||
                kind == BLT_AGG_BOTTOM;
  *word = 0;
  *valid = counts;
  if (n == 0) return BLT_OK;
  *valid = 1;
  switch (kind) {
  case BLT_AGG_COUNT_DISTINCT:
    return count_distinct(p, c, w, a, n, word, err);
  case BLT_AGG_APPROX_DISTINCT:
    return approx_distinct(p, c, w, a, n, word, err);
  case BLT_AGG_MODE:
    return mode(p, c, w, a, n, word, err);
  case BLT_AGG_PRODUCT:
    return product(p, c, a, n, word, err);
  case BLT_AGG_STRING_AGG:
    return string_agg(p, c, w, a, n, word, err);
  case BLT_AGG_TOP:
  case BLT_AGG_BOTTOM:
    *word = top(c, a, n);
    return BLT_OK;
  case BLT_AGG_MEDIAN:
  case BLT_AGG_QUANTILE:
  case BLT_AGG_APPROX_QUANTILE:
    *word = quantile(p, c, a, n);
    return BLT_OK;
  default:
    break;
  }
  blt_status status = reserve_doubles(w, n, err);
  if (status == BLT_OK) *valid = moments(p, c, w, a, b, n, word);
  return status;
}

blt_status blt_segment_final(const blt_agg_plan *p, uint32_t s, blt_segment_work *w, uint64_t *a, uint64_t *b,
                             uint32_t n, uint64_t *const *words, uint8_t *const *valid, size_t position,
                             blt_error *err) {
  bool is_float = p->inputs->items[p->segments[s].a].cls == BLT_INPUT_FLOAT, ordered = false;
  for (int last = 0; last <= 1; last++) {
    for (uint32_t i = 0; i < p->ncolumns; i++) {
      const blt_agg_column *c = &p->columns[i];
      if (c->segment != (int32_t)s || reorders(c->spec.kind) != (bool)last) continue;
      if (last && !ordered) make_ordered(is_float, a, n);
      ordered = last;
      blt_status status = compute(p, c, w, a, b, n, &words[i][position], &valid[i][position], err);
      if (status == BLT_OK) continue;
      err->position = i;
      return status;
    }
  }
  if (ordered) make_values(is_float, a, n);
  return BLT_OK;
}
