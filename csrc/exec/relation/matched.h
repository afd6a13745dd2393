/* matched.h: rows of one relation where they are, each beside the row of another that belongs to it: what a
 * join gives whose right side has every key once.
 *
 *   left    rows as they stand, their blocks shared; those that the answer lacks are marked as deleted
 *   right   values at the partners' rows, made block by block from the whole column laid out flat
 *
 * A join that keeps few rows, and a reader who cannot pass over deleted ones, take a pair of lists instead.
 */
#ifndef BLT_EXEC_MATCHED_H
#define BLT_EXEC_MATCHED_H

#include "store/relation.h"

#define BLT_GROUP_WORDS (BLT_BLOCK_ROWS / 64) /* of a bitmap of a group's rows */

typedef struct blt_matches {
  blt_ctx *ctx;
  uint32_t ngroups;
  uint64_t *kept;  /* of each group BLT_GROUP_WORDS words: rows of the answer */
  uint64_t *found; /* rows with a partner, among them; NULL: the same as kept */
  uint32_t *right; /* of each row its partner; where it has none, that of another row of the group; NULL: no
                      column of the right is asked for */
  uint64_t nkept, nfound;
} blt_matches;

/* Room for the groups of `left`, all bits 0. */
blt_status blt_matches_init(blt_matches *m, const blt_view *left, bool found, bool right, blt_error *err);
void blt_matches_free(blt_matches *m); /* of a zeroed or initialised one */

/* Whether the groups of a relation are such that a matched one can have the same. */
bool blt_matched_suits(const blt_view *left);
/* Takes all three, also on failure; `right` is NULL when only columns of the left are wanted. Gives a pair,
 * or a selection, when few rows are kept. */
blt_status blt_matched_new(blt_view *left, blt_view *right, blt_matches *m, blt_view **out, blt_error *err);
/* Whether it is such a relation; and the same rows without those that are marked as deleted. Takes it, also
 * on failure. */
bool blt_matched_is(const blt_view *v);
blt_status blt_matched_dense(blt_view *v, blt_view **out, blt_error *err);

#endif
