/* join_probe.h: rows of the left side and their partners on the right. */
#ifndef BLT_EXEC_JOIN_PROBE_H
#define BLT_EXEC_JOIN_PROBE_H

#include "join_index.h"

#define BLT_NOT_READ (UINT32_MAX - 1) /* of a row that does not pass the left side's filter */

/* For every row of the left relation its bucket, BLT_NO_BUCKET when it has no partner, or BLT_NOT_READ. */
typedef struct blt_join_hits {
  blt_ctx *ctx;
  const blt_join_index *index;
  blt_passed *left;
  uint32_t ngroups; /* of the left */
  uint64_t rows;
  uint32_t *buckets;
  uint64_t *pairs, *alone; /* of each group of the left: pairs, and rows without partner */
  uint64_t npairs, nalone; /* of all */
} blt_join_hits;

/* Zeroed, and freed in any case. */
blt_status blt_join_probe(blt_join_hits *h, const blt_join_index *index, blt_passed *left, blt_error *err);
void blt_join_hits_free(blt_join_hits *h);

/* Two lists of row numbers that belong together; BLT_NO_ROW on either side for none. */
typedef struct blt_pairs {
  blt_ctx *ctx;
  uint32_t *left, *right; /* left NULL: 0, 1, 2, … */
  uint64_t n, cap;
} blt_pairs;
/* Room for n pairs. BLT_ENOMEM says how many they are. */
blt_status blt_pairs_init(blt_pairs *p, blt_ctx *ctx, uint64_t n, blt_error *err);
void blt_pairs_free(blt_pairs *p);

/* All pairs, in the order of the left side, and for each of its rows in that of the right; with `alone` also
 * its rows that have no partner, with BLT_NO_ROW. */
blt_status blt_join_pairs(const blt_join_hits *h, bool alone, blt_pairs *out, blt_error *err);
/* Rows of the left that have a partner, or that have none, rising; to be freed as *n * sizeof **rows. */
blt_status blt_join_matched(const blt_join_hits *h, bool matched, uint32_t **rows, size_t *n, blt_error *err);

#endif
