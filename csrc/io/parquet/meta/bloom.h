/* bloom.h: bloom filters of column chunks: sets that know surely what is not in them. */
#ifndef BLT_PARQUET_BLOOM_H
#define BLT_PARQUET_BLOOM_H

#include "footer.h"
#include "io/parquet/kind.h"

typedef struct blt_pq_bloom {
  uint32_t nblocks; /* of 32 bytes; 0: there is no filter */
  uint32_t *words;
} blt_pq_bloom;

/* The filter of a chunk. Fails never: what cannot be had, or makes no sense, is not there. */
void blt_pq_bloom_read(blt_ctx *ctx, const blt_source *source, const blt_pq_chunk *chunk, blt_pq_bloom *out);
/* False: no value of the chunk equals this one, which has the type that the kind becomes and is not null. */
bool blt_pq_bloom_may_hold(const blt_pq_bloom *bloom, const blt_pq_kind *kind, const blt_value *value);
void blt_pq_bloom_free(blt_ctx *ctx, blt_pq_bloom *bloom);

#endif
