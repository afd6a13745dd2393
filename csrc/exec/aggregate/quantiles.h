/* quantiles.h: which value has which rank, roughly, in 72 KiB that merge.
 *
 * Fewer than BLT_QUANTILES_EXACT values are kept as they are. More are counted in buckets: the values of one
 * sign between two powers of two, an octave, share a page of 2^level buckets of equal width, and all octaves
 * that have values share 16,384 buckets. So the level is 14 for values of one octave and one less each time
 * that the octaves double: 8 for 33 to 64 of them, 2 for all that doubles have. What is given lies within
 * 2^-(level + 1) of itself from the value that has the rank:
 *
 *   values span       a factor of two   three orders of ten   nine     19      all doubles
 *   error at most     0.003 %           0.05 %                0.1 %    0.2 %   12.5 %
 *
 * Values of both signs count twice. Numbers below the least normal double are as wrong as that one may be.
 * Zero, the infinities, and NaN, which is above all, have buckets of their own; -0 is below 0. The least and
 * the largest value are known, and whole numbers are given as whole numbers.
 *
 * What a sketch says follows from its values and how often each is there; their order, and which of several
 * sketches took which before they were merged, makes no difference: when octaves become more, pairs of
 * buckets are added up, which gives the very counts that the coarser level would have given from the start.
 */
#ifndef BLT_EXEC_QUANTILES_H
#define BLT_EXEC_QUANTILES_H

#include "select.h"

#define BLT_QUANTILES_EXACT 4096u
#define BLT_QUANTILES_LEVEL 14
#define BLT_QUANTILES_OCTAVES 4096u

typedef struct blt_quantiles {
  uint64_t rows;        /* values that were added, below 2^32 */
  uint64_t least, most; /* of them, as words that sort as doubles do (base/words.h) */
  uint32_t level, pages;
  uint16_t page_of[BLT_QUANTILES_OCTAVES]; /* of the upper 12 bits of such a word: the page + 1, or 0 */
  union {
    uint64_t values[BLT_QUANTILES_EXACT];       /* while rows < BLT_QUANTILES_EXACT: such words */
    uint32_t counts[1u << BLT_QUANTILES_LEVEL]; /* from then on: of each page its buckets */
  } u;
} blt_quantiles;

/* An empty one; the buckets are not written. */
void blt_quantiles_init(blt_quantiles *q);
/* Adds n words: the bits of doubles, or integers. */
void blt_quantiles_add(blt_quantiles *q, bool is_float, const uint64_t *words, uint32_t n);
/* The same, each word to the sketch of its group. */
void blt_quantiles_deal(blt_quantiles *groups, bool is_float, const uint64_t *words, const uint32_t *gids,
                        uint32_t n);
void blt_quantiles_merge(blt_quantiles *into, const blt_quantiles *from);
/* The value of a rank, from 0 and below `rows`, as a word that sorts as the values do (agg_segment.h). The
 * values that are kept may be put in another order. */
blt_status blt_quantiles_at(blt_quantiles *q, bool is_float, uint32_t rank, blt_pace *pace, uint64_t *word,
                            blt_error *err);

#endif
