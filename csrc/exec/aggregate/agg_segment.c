#include "agg_segment_inside.h"

#include "base/isa.h"
#include "base/mem.h"
#include "select.h"
#include <math.h>

#define CHUNK_BYTES ((size_t)64 << 10)
#define STRING_VALUES 8u /* a string takes as long as going over so many values … */
#define STRING_BYTES 16u /* … and one more for so many bytes */

struct text_chunk {
  struct text_chunk *next;
  size_t bytes, used; /* of the whole chunk, this head included */
};

void blt_segment_work_free(blt_segment_work *w) {
  if (!w->ctx) return;
  blt_free(w->ctx, w->entries, w->size * sizeof *w->entries);
  blt_free(w->ctx, w->counts, w->counts_size * sizeof *w->counts);
  blt_free(w->ctx, w->sketch, sizeof *w->sketch);
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

BLT_CLONES static void order_floats(uint64_t *a, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) a[i] = blt_word_ordered(true, a[i]);
}

BLT_CLONES static void order_ints(uint64_t *a, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) a[i] = blt_word_ordered(false, a[i]);
}

BLT_CLONES static void restore_floats(uint64_t *a, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) a[i] = blt_word_restored(true, a[i]);
}

/* Words that sort as the values do, or back. */
static blt_status turn_words(blt_segment_work *w, void (*turn)(uint64_t *a, uint32_t n), uint64_t *a,
                             uint32_t n, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    turn(a + i, end - i);
    status = blt_pace_step(&w->pace, end - i, err);
  }
  return status;
}

/* ---- product ---- */

static blt_status int_product(blt_segment_work *w, const uint64_t *a, uint32_t n, uint64_t *word,
                              blt_error *err) {
  uint64_t size = 1;
  bool negative = false, overflow = false;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    int64_t v = (int64_t)a[i];
    if (v == 0) {
      *word = 0;
      return BLT_OK;
    }
    negative ^= v < 0;
    overflow |= __builtin_mul_overflow(size, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, &size);
    status = blt_pace_step(&w->pace, 1, err);
  }
  if (status != BLT_OK) return status;
  if (overflow || size > (UINT64_C(1) << 63) - !negative)
    return blt_fail(err, BLT_EOVERFLOW,
                    "a product is too large for int64; multiply the value as a float64 instead");
  *word = negative ? 0 - size : size;
  return BLT_OK;
}

static blt_status product(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w,
                          const uint64_t *a, uint32_t n, uint64_t *word, blt_error *err) {
  if (c->spec.type.id == BLT_INT64) return int_product(w, a, n, word, err);
  blt_word_number k = blt_word_number_of(&p->inputs->items[c->a]);
  blt_status status = BLT_OK;
  double d = 1;
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    d *= blt_word_number_at(k, a[i]);
    status = blt_pace_step(&w->pace, 1, err);
  }
  *word = blt_bits_of_double(d);
  return status;
}

/* ---- order statistics ---- */

blt_quantile_at blt_quantile_of(const blt_agg_column *c, uint32_t n) {
  double at = c->spec.fraction * (n - 1);
  uint32_t low = (uint32_t)at;
  return (blt_quantile_at){low, c->spec.type.id == BLT_FLOAT64 ? at - low : 0};
}

/* The share of the way from v to w; not from their difference where that is infinite. */
static double between(double v, double w, double share) {
  double d = w - v;
  return isfinite(d) ? v + d * share : v * (1 - share) + w * share;
}

uint64_t blt_quantile_word(const blt_agg_plan *p, const blt_agg_column *c, double share, uint64_t low,
                           uint64_t next) {
  blt_word_number k = blt_word_number_of(&p->inputs->items[c->a]);
  uint64_t x = blt_word_restored(k.is_float, low);
  if (c->spec.type.id != BLT_FLOAT64) return x;
  double v = blt_word_number_at(k, x),
         w = share > 0 ? blt_word_number_at(k, blt_word_restored(k.is_float, next)) : v;
  if (w != v) v = between(v, w, share);
  return blt_bits_of_double(v);
}

/* The smallest of n words. */
static blt_status least(blt_segment_work *w, const uint64_t *a, uint32_t n, uint64_t *word, blt_error *err) {
  blt_status status = BLT_OK;
  uint64_t x = UINT64_MAX;
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    for (uint32_t j = i; j < end; j++) x = a[j] < x ? a[j] : x;
    status = blt_pace_step(&w->pace, end - i, err);
  }
  *word = x;
  return status;
}

/* Between the two nearest values, in proportion; of dates and timestamps the earlier one. Works on ordered
 * words. */
static blt_status quantile(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w, uint64_t *a,
                           uint32_t n, uint64_t *word, blt_error *err) {
  blt_quantile_at at = blt_quantile_of(c, n);
  uint64_t next = 0;
  blt_status status = blt_select(a, n, at.low, &w->pace, err);
  if (status == BLT_OK && at.share > 0) status = least(w, a + at.low + 1, n - at.low - 1, &next, err);
  *word = blt_quantile_word(p, c, at.share, a[at.low], next);
  return status;
}

BLT_CLONES static void reverse_words(uint64_t *a, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) a[i] = ~a[i];
}

/* Moves the n largest (or smallest) ordered words to the front, best first. */
static blt_status top(const blt_agg_column *c, blt_segment_work *w, uint64_t *a, uint32_t n, uint64_t *word,
                      blt_error *err) {
  uint32_t k = c->spec.n < n ? c->spec.n : n;
  bool reverse = c->spec.kind == BLT_AGG_TOP;
  blt_status status = reverse ? turn_words(w, reverse_words, a, n, err) : BLT_OK;
  if (status == BLT_OK) status = blt_select(a, n, k - 1, &w->pace, err);
  if (status == BLT_OK) status = blt_sort_words(a, k, &w->pace, err);
  if (status == BLT_OK && reverse) status = turn_words(w, reverse_words, a, n, err);
  *word = k;
  return status;
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

/* The length of all strings of a segment with separators between them. */
static blt_status text_length(const blt_dict *dict, blt_str separator, blt_segment_work *w, const uint64_t *a,
                              uint32_t n, size_t *len, blt_error *err) {
  blt_status status = BLT_OK;
  *len = (size_t)separator.len * (n - 1);
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    *len += blt_dict_at(dict, (uint32_t)a[i]).len;
    status = blt_pace_step(&w->pace, STRING_VALUES, err);
  }
  if (status != BLT_OK || *len <= BLT_MAX_STRING) return status;
  return blt_fail(err, BLT_EOVERFLOW, "string_agg makes a string of %zu bytes; at most %u are possible", *len,
                  BLT_MAX_STRING);
}

static blt_status string_agg(const blt_agg_plan *p, const blt_agg_column *c, blt_segment_work *w,
                             const uint64_t *a, uint32_t n, uint64_t *word, blt_error *err) {
  const blt_dict *dict = p->inputs->items[c->a].dict;
  blt_str separator = c->spec.separator;
  size_t len;
  blt_status status = text_length(dict, separator, w, a, n, &len, err);
  if (status != BLT_OK) return status;
  blt_segment_text *text = new_text(w, len, err);
  if (!text) return BLT_ENOMEM;
  char *to = text->bytes;
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    blt_str s = blt_dict_at(dict, (uint32_t)a[i]);
    if (i && separator.len) memcpy(to, separator.s, separator.len);
    if (i) to += separator.len;
    if (s.len) memcpy(to, s.s, s.len);
    to += s.len;
    status = blt_pace_step(&w->pace, STRING_VALUES + s.len / STRING_BYTES, err);
  }
  *word = (uint64_t)(uintptr_t)text;
  return status;
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
  bool is_float = p->inputs->items[c->a].cls == BLT_INPUT_FLOAT;
  *word = 0;
  *valid = counts;
  if (n == 0) return BLT_OK;
  *valid = 1;
  switch (kind) {
  case BLT_AGG_COUNT_DISTINCT:
    return blt_segment_count_distinct(w, is_float, a, n, word, err);
  case BLT_AGG_APPROX_DISTINCT:
    return blt_segment_approx_distinct(w, is_float, a, n, word, err);
  case BLT_AGG_MODE:
    return blt_segment_mode(w, is_float, a, n, word, err);
  case BLT_AGG_PRODUCT:
    return product(p, c, w, a, n, word, err);
  case BLT_AGG_STRING_AGG:
    return string_agg(p, c, w, a, n, word, err);
  case BLT_AGG_TOP:
  case BLT_AGG_BOTTOM:
    return top(c, w, a, n, word, err);
  case BLT_AGG_MEDIAN:
  case BLT_AGG_QUANTILE:
  case BLT_AGG_APPROX_QUANTILE:
    return quantile(p, c, w, a, n, word, err);
  default:
    return blt_segment_moments(p, c, w, a, b, n, word, valid, err);
  }
}

blt_status blt_segment_final(const blt_agg_plan *p, uint32_t s, blt_segment_work *w, uint64_t *a, uint64_t *b,
                             uint32_t n, uint64_t *const *words, uint8_t *const *valid, size_t position,
                             blt_error *err) {
  bool is_float = p->inputs->items[p->segments[s].a].cls == BLT_INPUT_FLOAT, ordered = false;
  for (int last = 0; last <= 1; last++) {
    for (uint32_t i = 0; i < p->ncolumns; i++) {
      const blt_agg_column *c = &p->columns[i];
      blt_status status = BLT_OK;
      if (c->segment != (int32_t)s || reorders(c->spec.kind) != (bool)last) continue;
      if (last && !ordered) status = turn_words(w, is_float ? order_floats : order_ints, a, n, err);
      ordered = last;
      if (status == BLT_OK) status = compute(p, c, w, a, b, n, &words[i][position], &valid[i][position], err);
      if (status == BLT_OK) continue;
      err->position = i;
      return status;
    }
  }
  return ordered ? turn_words(w, is_float ? restore_floats : order_ints, a, n, err) : BLT_OK;
}
