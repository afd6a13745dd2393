#include "quantiles.h"

#include "base/isa.h"
#include "base/words.h"

#include <math.h>
#include <string.h>

#define MANTISSA 52 /* bits of a word below its octave */
#define AT_ONCE 256u

void blt_quantiles_init(blt_quantiles *q) {
  q->rows = 0;
  q->least = UINT64_MAX;
  q->most = 0;
  q->level = BLT_QUANTILES_LEVEL;
  q->pages = 0;
  memset(q->page_of, 0, sizeof q->page_of);
}

/* ---- words ---- */

BLT_CLONES static void order_doubles(const uint64_t *words, uint32_t n, uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = blt_word_of_double(words[i]);
}

BLT_CLONES static void order_integers(const uint64_t *words, uint32_t n, uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = blt_word_of_double(blt_bits_of_double((double)(int64_t)words[i]));
}

BLT_CLONES static void widen(const uint64_t *ordered, uint32_t n, uint64_t *least, uint64_t *most) {
  uint64_t low = *least, high = *most;
  for (uint32_t i = 0; i < n; i++) {
    low = ordered[i] < low ? ordered[i] : low;
    high = ordered[i] > high ? ordered[i] : high;
  }
  *least = low;
  *most = high;
}

/* ---- buckets ---- */

/* Adds up pairs of neighbours: half as many buckets a page, twice as many pages. */
static void halve(blt_quantiles *q) {
  uint32_t *counts = q->u.counts, n = q->pages << --q->level;
  for (uint32_t i = 0; i < n; i++) counts[i] = counts[2 * i] + counts[2 * i + 1];
}

/* The page of an octave, a new one when it had none. */
static uint32_t page_of(blt_quantiles *q, uint32_t octave) {
  if (q->page_of[octave]) return q->page_of[octave] - 1u;
  if (q->pages == 1u << (BLT_QUANTILES_LEVEL - q->level)) halve(q);
  uint32_t page = q->pages++;
  memset(q->u.counts + ((size_t)page << q->level), 0, sizeof(uint32_t) << q->level);
  q->page_of[octave] = (uint16_t)q->pages;
  return page;
}

static void count(blt_quantiles *q, const uint64_t *ordered, uint32_t n) {
  uint32_t *counts = q->u.counts, level = q->level;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t octave = (uint32_t)(ordered[i] >> MANTISSA), page = q->page_of[octave];
    if (!page) {
      page = page_of(q, octave) + 1;
      level = q->level;
    }
    uint64_t inside = ordered[i] << (64 - MANTISSA);
    counts[((page - 1) << level) + (uint32_t)(inside >> (64 - level))]++;
  }
}

/* The first values become counts. */
static void give_up_values(blt_quantiles *q) {
  uint64_t values[BLT_QUANTILES_EXACT];
  memcpy(values, q->u.values, q->rows * sizeof *values);
  count(q, values, (uint32_t)q->rows);
}

static void take(blt_quantiles *q, const uint64_t *ordered, uint32_t n) {
  widen(ordered, n, &q->least, &q->most);
  if (q->rows + n < BLT_QUANTILES_EXACT) {
    memcpy(q->u.values + q->rows, ordered, n * sizeof *ordered);
  } else {
    if (q->rows < BLT_QUANTILES_EXACT) give_up_values(q);
    count(q, ordered, n);
  }
  q->rows += n;
}

void blt_quantiles_add(blt_quantiles *q, bool is_float, const uint64_t *words, uint32_t n) {
  uint64_t ordered[AT_ONCE];
  for (uint32_t i = 0, some; i < n; i += some) {
    some = n - i < AT_ONCE ? n - i : AT_ONCE;
    (is_float ? order_doubles : order_integers)(words + i, some, ordered);
    take(q, ordered, some);
  }
}

/* Adds one value where that takes neither a page nor the step from values to counts; false: it does. */
static inline bool add_simply(blt_quantiles *q, uint64_t ordered) {
  if (q->rows < BLT_QUANTILES_EXACT - 1) {
    q->u.values[q->rows] = ordered;
  } else {
    uint32_t page = q->page_of[ordered >> MANTISSA];
    if (!page) return false;
    uint64_t inside = ordered << (64 - MANTISSA);
    q->u.counts[((page - 1) << q->level) + (uint32_t)(inside >> (64 - q->level))]++;
  }
  q->rows++;
  q->least = ordered < q->least ? ordered : q->least;
  q->most = ordered > q->most ? ordered : q->most;
  return true;
}

void blt_quantiles_deal(blt_quantiles *groups, bool is_float, const uint64_t *words, const uint32_t *gids,
                        uint32_t n) {
  uint64_t ordered[AT_ONCE];
  for (uint32_t i = 0, some; i < n; i += some) {
    some = n - i < AT_ONCE ? n - i : AT_ONCE;
    (is_float ? order_doubles : order_integers)(words + i, some, ordered);
    for (uint32_t j = 0; j < some; j++)
      if (!add_simply(&groups[gids[i + j]], ordered[j])) take(&groups[gids[i + j]], ordered + j, 1);
  }
}

/* Adds a page of `from` to that of the same octave. */
static void add_page(blt_quantiles *into, const blt_quantiles *from, uint32_t octave) {
  const uint32_t *counts = from->u.counts + ((size_t)(from->page_of[octave] - 1u) << from->level);
  uint32_t *sums = into->u.counts + ((size_t)page_of(into, octave) << into->level);
  uint32_t coarser = from->level - into->level;
  for (uint32_t i = 0; i < 1u << from->level; i++) sums[i >> coarser] += counts[i];
}

void blt_quantiles_merge(blt_quantiles *into, const blt_quantiles *from) {
  if (from->rows < BLT_QUANTILES_EXACT) {
    take(into, from->u.values, (uint32_t)from->rows);
    return;
  }
  if (into->rows < BLT_QUANTILES_EXACT) give_up_values(into);
  for (uint32_t o = 0; o < BLT_QUANTILES_OCTAVES; o++)
    if (from->page_of[o]) page_of(into, o);
  for (uint32_t o = 0; o < BLT_QUANTILES_OCTAVES; o++)
    if (from->page_of[o]) add_page(into, from, o);
  into->rows += from->rows;
  if (from->least < into->least) into->least = from->least;
  if (from->most > into->most) into->most = from->most;
}

/* ---- ranks ---- */

static double number_of(uint64_t ordered) {
  return blt_double_of_bits(blt_word_to_double(ordered));
}

/* What stands for the values from `low` to `high`, the first and the last word of a bucket. */
static uint64_t middle(uint64_t low, uint64_t high, bool is_float) {
  const uint64_t zero = BLT_WORD_SIGN, infinity = blt_word_of_double(BLT_WORD_INFINITY);
  if (low == zero || low >= infinity || high == zero - 1) return low == zero || low == infinity ? low : high;
  if (high <= blt_word_of_double(BLT_WORD_INFINITY | BLT_WORD_SIGN)) return high;
  double a = number_of(low), b = number_of(high);
  double between = a + (b - a) / 2;
  if (!is_float) {
    a = ceil(a);
    b = floor(b);
    between = a < b ? a + floor((b - a) / 2) : a;
  }
  return blt_word_of_double(blt_bits_of_double(between));
}

/* The bucket in which a rank lies: its first and its last word. */
static void find_bucket(const blt_quantiles *q, uint32_t rank, uint64_t *low, uint64_t *high) {
  uint32_t width = MANTISSA - q->level;
  for (uint64_t o = 0; o < BLT_QUANTILES_OCTAVES; o++) {
    if (!q->page_of[o]) continue;
    const uint32_t *counts = q->u.counts + ((size_t)(q->page_of[o] - 1u) << q->level);
    for (uint64_t b = 0; b < 1u << q->level; rank -= counts[b++]) {
      if (rank >= counts[b]) continue;
      *low = o << MANTISSA | b << width;
      *high = *low | ((UINT64_C(1) << width) - 1);
      return;
    }
  }
}

static uint64_t integer_of(double d) {
  return (uint64_t)(d >= 0x1p63 ? INT64_MAX : d <= -0x1p63 ? INT64_MIN : (int64_t)d);
}

blt_status blt_quantiles_at(blt_quantiles *q, bool is_float, uint32_t rank, blt_pace *pace, uint64_t *word,
                            blt_error *err) {
  uint64_t low = q->least, high = q->most;
  blt_status status = BLT_OK;
  if (q->rows < BLT_QUANTILES_EXACT) {
    status = blt_select(q->u.values, (uint32_t)q->rows, rank, pace, err);
    *word = q->u.values[rank];
  } else if (rank == 0 || rank + 1 == q->rows) {
    *word = rank == 0 ? q->least : q->most;
  } else {
    find_bucket(q, rank, &low, &high);
    *word = middle(low, high, is_float);
    if (*word < q->least) *word = q->least;
    if (*word > q->most) *word = q->most;
  }
  if (!is_float) *word = integer_of(number_of(*word)) ^ BLT_WORD_SIGN;
  return status;
}
