#include "text_ends.h"

#include "base/text/text_order.h"

/* How a block keeps them: one word, so that a reader sees all or nothing. */
#define KNOWN (UINT64_C(1) << 63)
#define ANY (UINT64_C(1) << 62)

static blt_text_ends find(const blt_block *b) {
  blt_text_ends e = {0};
  blt_str low = {0}, high = {0};
  for (uint32_t r = 0; r < b->rows; r++) {
    if (b->rows - r > BLT_TEXTS_AHEAD) blt_text_ahead(blt_block_text(b, r + BLT_TEXTS_AHEAD));
    if (b->nulls && blt_block_is_null(b, r)) continue;
    blt_str s = blt_block_text(b, r);
    if (!e.any) {
      e = (blt_text_ends){true, r, r};
      low = high = s;
    } else if (blt_text_order(s, low) < 0) {
      e.low = r;
      low = s;
    } else if (blt_text_order(s, high) > 0) {
      e.high = r;
      high = s;
    }
  }
  return e;
}

bool blt_text_ends_known(const blt_block *b, blt_text_ends *out) {
  uint64_t word = atomic_load_explicit(&b->ends, memory_order_relaxed);
  *out = (blt_text_ends){(word & ANY) != 0, (uint32_t)(word >> 16 & 0xffff), (uint32_t)(word & 0xffff)};
  return word & KNOWN;
}

blt_text_ends blt_text_ends_of(const blt_block *b) {
  blt_text_ends e;
  if (blt_text_ends_known(b, &e)) return e;
  e = find(b);
  uint64_t word = KNOWN | (e.any ? ANY : 0) | (uint64_t)e.low << 16 | e.high;
  atomic_store_explicit((atomic_uint_fast64_t *)&b->ends, word, memory_order_relaxed);
  return e;
}
