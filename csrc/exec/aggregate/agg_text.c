#include "agg_text.h"

#include "base/mem.h"
#include "base/text/text_order.h"
#include "store/column/text_ends.h"

struct blt_agg_texts {
  blt_ctx *ctx;
  const blt_view *view;
  uint32_t column;
  bool largest;
  const blt_dict *dict; /* of codes; of rows: that of blocks with codes */
  /* Of rows: the block of each group, once it is open. Several threads may read what one has written. */
  const blt_block *_Atomic *blocks;
};

static size_t blocks_bytes(const blt_agg_texts *t) {
  return ((size_t)t->view->ngroups + 1) * sizeof *t->blocks;
}

blt_status blt_agg_texts_new(blt_ctx *ctx, const blt_view *view, const blt_input *in, bool largest,
                             blt_agg_texts **out, blt_error *err) {
  blt_agg_texts *t = blt_calloc(ctx, 1, sizeof *t);
  if (!t) return blt_fail_memory(err, sizeof *t);
  *t = (blt_agg_texts){.ctx = ctx, .view = view, .largest = largest, .dict = in->dict};
  if (in->cls == BLT_INPUT_TEXT) {
    t->column = (uint32_t)in->column;
    t->dict = view->columns[in->column].dict;
    t->blocks = blt_calloc(ctx, 1, blocks_bytes(t));
    if (!t->blocks) {
      size_t bytes = blocks_bytes(t);
      blt_free(ctx, t, sizeof *t);
      return blt_fail_memory(err, bytes);
    }
  }
  *out = t;
  return BLT_OK;
}

void blt_agg_texts_free(blt_agg_texts *t) {
  if (!t) return;
  if (t->blocks) blt_free(t->ctx, (void *)t->blocks, blocks_bytes(t));
  blt_free(t->ctx, t, sizeof *t);
}

blt_status blt_agg_texts_open(blt_agg_texts *t, uint32_t group, blt_error *err) {
  if (!t->blocks || atomic_load_explicit(&t->blocks[group], memory_order_relaxed)) return BLT_OK;
  const blt_block *b;
  blt_status status = blt_view_block(t->view, t->column, group, &b, err);
  if (status == BLT_OK) atomic_store_explicit(&t->blocks[group], b, memory_order_release);
  return status;
}

static inline blt_str text_of(const blt_agg_texts *t, uint64_t word) {
  uint32_t row = (uint32_t)(word - 1);
  if (!t->blocks) return blt_dict_at(t->dict, row);
  const blt_block *b = atomic_load_explicit(&t->blocks[row / BLT_BLOCK_ROWS], memory_order_acquire);
  row %= BLT_BLOCK_ROWS;
  return b->enc == BLT_ENC_TEXT ? blt_block_text(b, row)
                                : blt_dict_at(t->dict, (uint32_t)blt_block_i64(b, row));
}

/* The same of a block with codes, text by text. */
static uint64_t best_of_codes(const blt_agg_texts *t, const blt_block *b, uint64_t first) {
  uint64_t best = 0;
  for (uint32_t r = 0; r < b->rows; r++)
    if (!blt_block_is_null(b, r)) best = blt_agg_texts_better(t, best, first + r);
  return best;
}

uint64_t blt_agg_texts_of_block(const blt_agg_texts *t, uint32_t group) {
  const blt_block *b = atomic_load_explicit(&t->blocks[group], memory_order_acquire);
  uint64_t first = (uint64_t)group * BLT_BLOCK_ROWS + 1;
  if (b->enc != BLT_ENC_TEXT) return best_of_codes(t, b, first);
  blt_text_ends e = blt_text_ends_of(b);
  return e.any ? first + (t->largest ? e.high : e.low) : 0;
}

uint64_t blt_agg_texts_better(const blt_agg_texts *t, uint64_t a, uint64_t b) {
  if (a == b || b == 0) return a;
  if (a == 0) return b;
  int order = blt_text_order(text_of(t, a), text_of(t, b));
  if (order == 0) return a < b ? a : b;
  return (order > 0) == t->largest ? a : b;
}

uint64_t blt_agg_texts_best(const blt_agg_texts *t, uint64_t best, const uint64_t *words, uint32_t n) {
  blt_str least = best ? text_of(t, best) : (blt_str){"", 0};
  for (uint32_t i = 0; i < n; i++) {
    if (n - i > BLT_TEXTS_AHEAD && words[i + BLT_TEXTS_AHEAD])
      blt_text_ahead(text_of(t, words[i + BLT_TEXTS_AHEAD]));
    if (words[i] == 0 || words[i] == best) continue;
    blt_str s = text_of(t, words[i]);
    int order = best ? blt_text_order(s, least) : 0;
    bool better = order ? (order > 0) == t->largest : best == 0 || words[i] < best;
    if (better) best = words[i], least = s;
  }
  return best;
}
