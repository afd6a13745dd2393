/* agg_text.h: the smallest and the largest text of a group, found by comparing texts, without an order of
 * all.
 *
 * A group's word says where its best text so far is: 0 nowhere yet, else one more than its code in the
 * input's dictionary, or, of plain text, than its row number. Of texts that are alike the smaller word stays,
 * so the answer does not depend on the order in which they are met. (Few texts are better put in order once:
 * then words are ranks, which are compared as numbers.)
 */
#ifndef BLT_EXEC_AGG_TEXT_H
#define BLT_EXEC_AGG_TEXT_H

#include "exec/scan/input.h"

typedef struct blt_agg_texts blt_agg_texts;

/* For one part. By `codes` of the input's dictionary, or by rows of its column. BLT_ENOMEM. */
blt_status blt_agg_texts_new(blt_ctx *ctx, const blt_view *view, const blt_input *in, bool largest,
                             blt_agg_texts **out, blt_error *err);
void blt_agg_texts_free(blt_agg_texts *t); /* NULL is allowed */

/* Before words are made of rows of a group: its block is at hand from then on. */
blt_status blt_agg_texts_open(blt_agg_texts *t, uint32_t group, blt_error *err);

/* The best word of a group that is open, of rows of its column; 0: all are null. */
uint64_t blt_agg_texts_of_block(const blt_agg_texts *t, uint32_t group);

/* The better one of two words. */
uint64_t blt_agg_texts_better(const blt_agg_texts *t, uint64_t a, uint64_t b);
/* The best one of n and the one so far. */
uint64_t blt_agg_texts_best(const blt_agg_texts *t, uint64_t best, const uint64_t *words, uint32_t n);

#endif
