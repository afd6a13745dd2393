/* Sums of whole columns, block by block, at the speed of reading them; extremes, also of texts, and counts of
 * values from what blocks know of themselves. */
#include "agg.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/words.h"
#include <string.h>

/* A block has at most 65,536 rows, so that values of up to 16 bits add up to 32: the narrower the sum, the
 * more values a vector instruction takes. */
#define SUM_KERNEL(name, type, sum_type)                                                                     \
  BLT_CLONES static uint64_t name(const type *d, uint32_t n) {                                               \
    sum_type sum = 0;                                                                                        \
    for (uint32_t i = 0; i < n; i++) sum += d[i];                                                            \
    return sum;                                                                                              \
  }
SUM_KERNEL(sum_u16, uint16_t, uint32_t)
SUM_KERNEL(sum_u32, uint32_t, uint64_t)
SUM_KERNEL(sum_u64, uint64_t, uint64_t)

typedef uint64_t words8 __attribute__((vector_size(64)));

#define STRIDE 64u   /* bytes that are added at once */
#define STRIDES 128u /* so often 16 bits hold sums of two bytes */

/* Bytes are added in pairs as 16-bit numbers side by side in 64-bit words, which takes two instructions fewer
 * for each vector than widening them one by one. */
BLT_CLONES static uint64_t sum_u8(const uint8_t *d, uint32_t n) {
  const uint64_t even = UINT64_C(0x00ff00ff00ff00ff), wide = UINT64_C(0x0000ffff0000ffff);
  uint64_t total = 0;
  uint32_t i = 0;
  while (n - i >= STRIDE) {
    words8 sums = {0}, words;
    uint32_t strides = (n - i) / STRIDE < STRIDES ? (n - i) / STRIDE : STRIDES;
    for (uint32_t s = 0; s < strides; s++, i += STRIDE) {
      memcpy(&words, d + i, STRIDE);
      sums += (words & even) + (words >> 8 & even);
    }
    for (int k = 0; k < 8; k++) {
      uint64_t pairs = (sums[k] & wide) + (sums[k] >> 16 & wide);
      total += (pairs & UINT32_MAX) + (pairs >> 32);
    }
  }
  for (; i < n; i++) total += d[i];
  return total;
}

/* Of 64-bit values, whose sum may need more: the sums of the halves of (value - base). */
BLT_CLONES static uint64_t sum_lower(const uint64_t *d, uint64_t base, uint32_t n) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += (d[i] - base) & UINT32_MAX;
  return sum;
}
BLT_CLONES static uint64_t sum_upper(const uint64_t *d, uint64_t base, uint32_t n) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += (d[i] - base) >> 32;
  return sum;
}

/* ---- sums of some rows ---- */

#define ROWS BLT_VECTOR_ROWS

/* Bits of a vector as bytes of 0 and 255: eight at once, each bit by itself in its byte, then carried up. */
BLT_CLONES static void spread(const uint64_t *bits, uint32_t n, uint8_t *out) {
  const uint8_t *eights = (const uint8_t *)bits;
  for (uint32_t i = 0; i < (n + 7) / 8; i++) {
    uint64_t apart = eights[i] * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
    uint64_t ones = (apart + UINT64_C(0x7f7f7f7f7f7f7f7f)) >> 7 & UINT64_C(0x0101010101010101);
    ones *= 255;
    memcpy(out + 8 * i, &ones, sizeof ones);
  }
}

#define SOME_KERNEL(name, type, signed_type, sum_type)                                                       \
  BLT_CLONES static uint64_t name(const type *d, const uint8_t *some, uint32_t n) {                          \
    sum_type sum = 0;                                                                                        \
    for (uint32_t i = 0; i < n; i++) sum += (type)(d[i] & (type)(signed_type)(int8_t)some[i]);               \
    return sum;                                                                                              \
  }
SOME_KERNEL(some_u8, uint8_t, int8_t, uint32_t)
SOME_KERNEL(some_u16, uint16_t, int16_t, uint32_t)
SOME_KERNEL(some_u32, uint32_t, int32_t, uint64_t)
SOME_KERNEL(some_u64, uint64_t, int64_t, uint64_t)

/* Doubles less a centre; 0 for those that are left out. */
BLT_CLONES static void doubles_of(const uint64_t *d, const uint8_t *some, double centre, uint32_t n,
                                  double *out) {
  for (uint32_t i = 0; i < n; i++) {
    uint64_t word = blt_bits_of_double(blt_double_of_bits(d[i]) - centre);
    out[i] = blt_double_of_bits(word & (uint64_t)(int64_t)(int8_t)some[i]);
  }
}

/* ---- which rows ---- */

/* Rows of a block that count: `bits` NULL for all. */
typedef struct rows_of_block {
  const uint64_t *bits;
  uint32_t n; /* how many count */
} rows_of_block;

static rows_of_block count_rows(const uint64_t *live, const blt_block *b, uint32_t rows, uint64_t *room) {
  const uint64_t *valid = b && b->nulls ? b->valid : NULL;
  if (b && b->nulls == b->rows) return (rows_of_block){live, 0};
  if (!live && !valid) return (rows_of_block){NULL, rows};
  rows_of_block r = {live ? live : valid, 0};
  if (live && valid) {
    for (uint32_t w = 0; w < blt_bits_words(rows); w++) room[w] = live[w] & valid[w];
    r.bits = room;
  }
  r.n = (uint32_t)blt_bits_count(r.bits, rows);
  if (r.n == rows) r.bits = NULL;
  return r;
}

/* ---- parts ---- */

/* Sum of (value - base) over the rows that count. */
static uint64_t sum_block(const blt_block *b, const rows_of_block *r, int64_t base) {
  uint64_t add = ((b->enc == BLT_ENC_PLAIN ? 0 : (uint64_t)b->base) - (uint64_t)base) * r->n, sum = 0;
  const char *d = b->data;
  if (b->enc == BLT_ENC_CONST) return add;
  if (!r->bits && b->width == 1) return add + sum_u8(b->data, b->rows);
  if (!r->bits && b->width == 2) return add + sum_u16(b->data, b->rows);
  if (!r->bits && b->width == 4) return add + sum_u32(b->data, b->rows);
  if (!r->bits) return add + sum_u64(b->data, b->rows);
  for (uint32_t at = 0; at < b->rows; at += ROWS) {
    uint32_t n = b->rows - at < ROWS ? b->rows - at : ROWS;
    uint8_t some[ROWS];
    const void *from = d + (size_t)at * b->width;
    spread(r->bits + at / 64, n, some);
    sum += b->width == 1   ? some_u8(from, some, n)
           : b->width == 2 ? some_u16(from, some, n)
           : b->width == 4 ? some_u32(from, some, n)
                           : some_u64(from, some, n);
  }
  return add + sum;
}

static double constant_double(const blt_block *b) {
  double x;
  memcpy(&x, &b->base, sizeof x);
  return x;
}

/* Adds a block's doubles to a sum, vector by vector, as rows that come one by one are. */
static double add_doubles(const blt_block *b, const rows_of_block *r, double centre, double sum) {
  double values[ROWS];
  uint8_t some[ROWS];
  uint64_t constant[ROWS];
  double read[ROWS];
  memset(some, 255, sizeof some);
  if (b->enc == BLT_ENC_CONST)
    for (uint32_t i = 0; i < ROWS; i++) memcpy(&constant[i], &(double){constant_double(b)}, sizeof(double));
  for (uint32_t at = 0; at < b->rows; at += ROWS) {
    uint32_t n = b->rows - at < ROWS ? b->rows - at : ROWS;
    if (r->bits) spread(r->bits + at / 64, n, some);
    const uint64_t *from = b->enc == BLT_ENC_CONST ? constant : (const uint64_t *)b->data + at;
    if (b->enc == BLT_ENC_SCALED) {
      blt_block_read_f64(b, at, n, read);
      from = (const uint64_t *)(const void *)read;
    }
    doubles_of(from, some, centre, n, values);
    sum += blt_agg_sum_doubles(values, n);
  }
  return sum;
}

#define HALVES 1024u /* values that are widened at once */

/* The sum of one half of each (value - base), of all rows. */
static uint64_t sum_half(const blt_block *b, bool upper, int64_t base) {
  uint64_t sum = 0, values[HALVES];
  for (uint32_t start = 0; start < b->rows; start += HALVES) {
    uint32_t n = b->rows - start < HALVES ? b->rows - start : HALVES;
    const uint64_t *from = values;
    if (b->enc == BLT_ENC_PLAIN)
      from = (const uint64_t *)b->data + start;
    else
      blt_block_read_i64(b, start, n, (int64_t *)values);
    sum += (upper ? sum_upper : sum_lower)(from, (uint64_t)base, n);
  }
  return sum;
}

/* What a MAX or MIN has of a block; 0 of one without values. */
static uint64_t extreme_word(const blt_agg_part *part, const blt_block *b) {
  if (b->min.i > b->max.i) return 0;
  if (part->kind == BLT_PART_MAX) return (uint64_t)b->max.i - (uint64_t)part->base_a + 1;
  return part->limit_a - ((uint64_t)b->min.i - (uint64_t)part->base_a) + 1;
}

/* A part over a bare column, which leaves out nothing but nulls, its own. */
static bool is_plain(const blt_agg_plan *p, const blt_agg_part *part) {
  const blt_agg_mask *m = &p->masks[part->mask];
  const blt_input *items = p->inputs->items;
  if (blt_part_is_constant(part)) return true;
  if (m->where >= 0 || m->b >= 0 || (m->a >= 0 && items[m->a].column < 0)) return false;
  if (part->kind == BLT_PART_COUNT) return m->a >= 0;
  if (part->a < 0) return false; /* the first and the last row */
  const blt_input *in = &items[part->a];
  bool all = !p->inputs->scan->view->live; /* rows of the view count */
  if (in->column < 0 || in->codes || (m->a >= 0 && m->a != part->a)) return false;
  switch (part->kind) {
  case BLT_PART_SUM:
    return in->cls != BLT_INPUT_FLOAT;
  case BLT_PART_FSUM:
    return in->cls == BLT_INPUT_FLOAT;
  case BLT_PART_LOW:
  case BLT_PART_HIGH:
    return all && part->mask == 0;
  case BLT_PART_MAX:
  case BLT_PART_MIN:
    return all && in->cls == BLT_INPUT_INT && in->type.id != BLT_BOOL && part->above_zero;
  case BLT_PART_TEXT:
    return all && in->cls == BLT_INPUT_TEXT;
  default:
    return false;
  }
}

bool blt_agg_from_blocks(const blt_agg_plan *p) {
  if (p->inputs->scan->where || p->nsegments) return false;
  for (size_t i = 0; i < p->nparts; i++)
    if (!is_plain(p, &p->parts[i])) return false;
  return true;
}

static void add_block(const blt_agg_part *part, const blt_block *b, const rows_of_block *r, uint64_t *word) {
  uint64_t x;
  double sum;
  switch (part->kind) {
  case BLT_PART_COUNT:
    *word += (uint64_t)r->n << part->shift;
    break;
  case BLT_PART_SUM:
    if (r->n) *word += sum_block(b, r, part->base_a) << part->shift;
    break;
  case BLT_PART_FSUM:
    memcpy(&sum, word, sizeof sum);
    if (r->n) sum = add_doubles(b, r, part->centre, sum);
    memcpy(word, &sum, sizeof sum);
    break;
  case BLT_PART_LOW:
  case BLT_PART_HIGH:
    *word += sum_half(b, part->kind == BLT_PART_HIGH, part->base_a) << part->shift;
    break;
  default:
    x = extreme_word(part, b);
    *word = x > *word ? x : *word;
  }
}

static blt_status add_text(const blt_agg_part *part, uint32_t group, uint64_t *word, blt_error *err) {
  blt_status status = blt_agg_texts_open(part->texts, group, err);
  if (status == BLT_OK)
    *word = blt_agg_texts_better(part->texts, *word, blt_agg_texts_of_block(part->texts, group));
  return status;
}

static blt_status add_part(const blt_agg_plan *p, const blt_agg_part *part, uint32_t group, uint64_t *record,
                           blt_error *err) {
  if (part->kind == BLT_PART_TEXT) return add_text(part, group, &record[part->slot], err);
  const blt_view *view = p->inputs->scan->view;
  const blt_agg_mask *m = &p->masks[part->mask];
  uint64_t room[BLT_BLOCK_ROWS / 64];
  int32_t input = part->kind == BLT_PART_COUNT ? m->a : part->a;
  const blt_block *b;
  blt_status status = blt_view_block(view, (uint32_t)p->inputs->items[input].column, group, &b, err);
  if (status != BLT_OK) return status;
  rows_of_block r = count_rows(view->live ? view->live[group] : NULL, b, view->group_rows[group], room);
  add_block(part, b, &r, &record[part->slot]);
  return BLT_OK;
}

blt_status blt_agg_add_blocks(const blt_agg_plan *p, uint32_t group, uint64_t *record, uint64_t *rows,
                              blt_error *err) {
  const blt_view *view = p->inputs->scan->view;
  uint64_t room[BLT_BLOCK_ROWS / 64];
  *rows = count_rows(view->live ? view->live[group] : NULL, NULL, view->group_rows[group], room).n;
  for (size_t s = 0; s < p->nslots; s++) record[s] += p->slots[s].value * *rows;
  for (size_t i = 0; i < p->nparts; i++) {
    if (blt_part_is_constant(&p->parts[i])) continue;
    blt_status status = add_part(p, &p->parts[i], group, record, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}
