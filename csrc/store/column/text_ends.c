#include "text_ends.h"

#include "base/text/text_order.h"

/* How a block keeps them: one word, so that a reader sees all or nothing. */
#define KNOWN (UINT64_C(1) << 63)
#define ANY (UINT64_C(1) << 62)

/* The ends so far, and what settles most texts that lie between them: those that begin as both do are told by
 * the next eight bytes. */
typedef struct finding {
  blt_text_ends e;
  blt_str low, high;
  bool quick;      /* both have so many bytes */
  uint32_t shared; /* bytes at the beginning of both that are alike, at most eight */
  uint64_t start, mask;
  uint64_t from, to; /* the next eight bytes of the one and the other */
} finding;

static void settle(finding *f) {
  f->quick = false;
  if (f->low.len < 16 || f->high.len < 16) return;
  uint64_t start = blt_order_word(f->low.s), differ = start ^ blt_order_word(f->high.s);
  f->shared = differ ? (uint32_t)__builtin_clzll(differ) / 8 : 8;
  f->mask = f->shared ? UINT64_MAX << (64 - 8 * f->shared) : 0;
  f->start = start & f->mask;
  f->from = blt_order_word(f->low.s + f->shared);
  f->to = blt_order_word(f->high.s + f->shared);
  f->quick = true;
}

static inline bool lies_between(const finding *f, blt_str s) {
  if (!f->quick || s.len < 16 || (blt_order_word(s.s) & f->mask) != f->start) return false;
  uint64_t next = blt_order_word(s.s + f->shared);
  return next > f->from && next < f->to;
}

static void widen(finding *f, blt_str s, uint32_t row) {
  bool lower = !f->e.any || blt_text_order(s, f->low) < 0,
       higher = !f->e.any || blt_text_order(s, f->high) > 0;
  if (lower) f->e.low = row, f->low = s;
  if (higher) f->e.high = row, f->high = s;
  f->e.any = true;
  if (lower || higher) settle(f);
}

static blt_text_ends find(const blt_block *b) {
  finding f = {0};
  for (uint32_t r = 0; r < b->rows; r++) {
    if (b->rows - r > BLT_TEXTS_AHEAD) blt_text_ahead(blt_block_text(b, r + BLT_TEXTS_AHEAD));
    if (b->nulls && blt_block_is_null(b, r)) continue;
    blt_str s = blt_block_text(b, r);
    if (!lies_between(&f, s)) widen(&f, s, r);
  }
  return f.e;
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
