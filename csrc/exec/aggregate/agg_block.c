/* Sums of whole columns, block by block, at the speed of reading them. */
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

bool blt_agg_from_blocks(const blt_agg_plan *p) {
  const blt_scan *scan = p->inputs->scan;
  if (scan->where || scan->view->live || p->nsegments) return false;
  for (size_t i = 0; i < p->nparts; i++) {
    const blt_agg_part *part = &p->parts[i];
    if (blt_part_is_constant(part)) continue;
    if (part->kind != BLT_PART_SUM || part->mask || p->inputs->items[part->a].column < 0) return false;
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

blt_status blt_agg_add_blocks(const blt_agg_plan *p, uint32_t group, uint64_t *record, blt_error *err) {
  const blt_view *view = p->inputs->scan->view;
  for (size_t s = 0; s < p->nslots; s++) record[s] += p->slots[s].value * view->group_rows[group];
  for (size_t i = 0; i < p->nparts; i++) {
    const blt_agg_part *part = &p->parts[i];
    if (blt_part_is_constant(part)) continue;
    uint32_t column = (uint32_t)p->inputs->items[part->a].column;
    const blt_block *block;
    blt_status status = blt_view_block(view, column, group, &block, err);
    if (status != BLT_OK) return status;
    record[part->slot] += sum_block(block, part->base_a) << part->shift;
  }
  return BLT_OK;
}
