/* window_deal.h: rows dealt to buckets, in each of which they keep their order.
 *
 *   rows      0 1 2 3 4 5 …            a value goes to the next place of its row's bucket: as many streams
 * are bucket    2 0 2 1 0 2 …            written as there are buckets, and what belongs together lies in the
 * cache. places    | 1 4 | 3 | 0 2 5 |      Results come back the same way: each row takes the next of its
 * bucket.
 */
#ifndef BLT_EXEC_WINDOW_DEAL_H
#define BLT_EXEC_WINDOW_DEAL_H

#include "exec/passed.h"

typedef struct blt_deal {
  blt_ctx *ctx;
  uint32_t ngroups, n; /* groups of the relation; buckets */
  uint64_t rows;
  uint16_t *buckets; /* of each row */
  uint32_t *places;  /* of each group: where its first row of each bucket goes */
  uint32_t *starts;  /* of each bucket, n + 1 */
} blt_deal;

#define BLT_DEAL_MOST 1024u /* buckets */

/* Room for the buckets of `rows` rows, to be filled group by group; then blt_deal_placed. Zeroed, and freed
 * in any case. */
blt_status blt_deal_init(blt_deal *d, blt_ctx *ctx, uint32_t ngroups, uint64_t rows, uint32_t n,
                         blt_error *err);
/* Notes the buckets of rows `first` to first + n - 1. */
void blt_deal_note(blt_deal *d, uint32_t first, const uint64_t *numbers, uint32_t shift, uint32_t n);
void blt_deal_placed(blt_deal *d);
void blt_deal_free(blt_deal *d);

/* Where the next rows of a group go, or come back from: begin with its first row. */
typedef struct blt_dealer {
  const blt_deal *d;
  uint32_t row;
  uint32_t next[BLT_DEAL_MOST];
} blt_dealer;
void blt_dealer_begin(blt_dealer *k, const blt_deal *d, uint32_t group);
void blt_dealer_places(blt_dealer *k, uint32_t n, uint32_t *places);

#endif
