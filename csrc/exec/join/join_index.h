/* join_index.h: rows of the right side by their keys.
 *
 *   direct   the number of the key is its place, while there are not many more numbers than rows of both
 * sides hash     otherwise: words are dealt to partitions by their hash, each with a table that fits the
 * cache
 *
 * Either way a key has a bucket, and a bucket its rows in rising order: rows[starts[b] .. starts[b + 1]), or,
 * when no key repeats, the one row `first[b]`.
 */
#ifndef BLT_EXEC_JOIN_INDEX_H
#define BLT_EXEC_JOIN_INDEX_H

#include "join_keys.h"

#define BLT_NO_BUCKET UINT32_MAX

typedef struct blt_join_part {
  uint32_t first; /* its first slot */
  uint32_t bits;  /* it has 1 << bits slots */
} blt_join_part;

typedef struct blt_join_index {
  blt_ctx *ctx;
  const blt_join_keys *keys;
  bool direct, unique;
  uint32_t nbuckets;
  uint32_t *first;  /* unique: the row of each bucket, BLT_NO_BUCKET for none */
  uint32_t *starts; /* not unique: nbuckets + 1 */
  uint32_t *rows;
  uint64_t nrows; /* rows that have a key */
  /* hash: slots of nwords + 1 words each: the bucket + 1 (0: free), then the key */
  uint32_t nparts, part_bits;
  blt_join_part *parts;
  uint64_t *slots;
  uint64_t nslots;
} blt_join_index;

/* What an index is for. `any`: one row of each key will do, as if no key repeated. */
typedef struct blt_join_use {
  bool any;
  uint64_t lookups; /* how many rows will be looked up, about */
} blt_join_use;

/* Indexes the rows of `right` that pass. Zeroed, and freed in any case. */
blt_status blt_join_index_init(blt_join_index *x, const blt_join_keys *keys, blt_passed *right,
                               const blt_join_use *use, blt_error *err);
/* Gives an index in which no key repeats starts and rows too. */
blt_status blt_join_index_list(blt_join_index *x, blt_error *err);
void blt_join_index_free(blt_join_index *x);

/* Buckets of `n` rows with these words (see blt_join_words); BLT_NO_BUCKET where there is none or ok is 0. */
void blt_join_find(const blt_join_index *x, const uint64_t *words, const uint8_t *ok, uint32_t n,
                   uint32_t *buckets);

/* How many rows a bucket has, and where they are. */
static inline uint32_t blt_join_bucket(const blt_join_index *x, uint32_t bucket, const uint32_t **rows) {
  if (x->unique) {
    *rows = &x->first[bucket];
    return x->first[bucket] != BLT_NO_BUCKET;
  }
  *rows = x->rows + x->starts[bucket];
  return x->starts[bucket + 1] - x->starts[bucket];
}

#endif
