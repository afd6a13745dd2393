/* Sums of whole columns, block by block, at the speed of reading them; extremes and counts of values from
 * what blocks know of themselves. */
#include "agg.h"

#include "base/isa.h"
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

static bool is_sum(const blt_agg_part *part) {
  return part->kind == BLT_PART_SUM || part->kind == BLT_PART_LOW || part->kind == BLT_PART_HIGH;
}

/* An extreme of a column, or the number of its values: nothing but its nulls is left out. */
static bool known_by_blocks(const blt_agg_plan *p, const blt_agg_part *part) {
  const blt_agg_mask *m = &p->masks[part->mask];
  if (m->where >= 0 || m->b >= 0) return false;
  if (part->kind == BLT_PART_COUNT) return p->inputs->items[m->a].column >= 0;
  if (part->kind != BLT_PART_MAX && part->kind != BLT_PART_MIN) return false;
  const blt_input *in = &p->inputs->items[part->a];
  bool own_nulls = part->mask == 0 || m->a == part->a;
  return in->cls == BLT_INPUT_INT && in->type.id != BLT_BOOL && in->column >= 0 && part->above_zero &&
         own_nulls;
}

bool blt_agg_from_blocks(const blt_agg_plan *p) {
  const blt_scan *scan = p->inputs->scan;
  if (scan->where || scan->view->live || p->nsegments) return false;
  for (size_t i = 0; i < p->nparts; i++) {
    const blt_agg_part *part = &p->parts[i];
    if (blt_part_is_constant(part) || known_by_blocks(p, part)) continue;
    if (!is_sum(part) || part->mask || p->inputs->items[part->a].column < 0) return false;
  }
  return true;
}

/* Sum of (value - base) over a block without nulls. */
static uint64_t sum_block(const blt_block *b, int64_t base) {
  uint64_t add = ((uint64_t)b->base - (uint64_t)base) * b->rows;
  if (b->enc == BLT_ENC_PLAIN) return sum_u64(b->data, b->rows) - (uint64_t)base * b->rows;
  if (b->enc == BLT_ENC_CONST) return add;
  if (b->width == 1) return add + sum_u8(b->data, b->rows);
  return add + (b->width == 2 ? sum_u16(b->data, b->rows) : sum_u32(b->data, b->rows));
}

#define HALVES 1024u /* values that are widened at once */

/* The same of one half of each (value - base). */
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

static void add_block(const blt_agg_part *part, const blt_block *b, uint64_t *word) {
  uint64_t x;
  switch (part->kind) {
  case BLT_PART_COUNT:
    *word += (uint64_t)(b->rows - b->nulls) << part->shift;
    break;
  case BLT_PART_SUM:
    *word += sum_block(b, part->base_a) << part->shift;
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

blt_status blt_agg_add_blocks(const blt_agg_plan *p, uint32_t group, uint64_t *record, blt_error *err) {
  const blt_view *view = p->inputs->scan->view;
  for (size_t s = 0; s < p->nslots; s++) record[s] += p->slots[s].value * view->group_rows[group];
  for (size_t i = 0; i < p->nparts; i++) {
    const blt_agg_part *part = &p->parts[i];
    if (blt_part_is_constant(part)) continue;
    int32_t input = part->kind == BLT_PART_COUNT ? p->masks[part->mask].a : part->a;
    const blt_block *block;
    blt_status status = blt_view_block(view, (uint32_t)p->inputs->items[input].column, group, &block, err);
    if (status != BLT_OK) return status;
    add_block(part, block, &record[part->slot]);
  }
  return BLT_OK;
}
