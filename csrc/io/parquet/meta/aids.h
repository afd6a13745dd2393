/* aids.h: what files have beside their values to save work, read once, when somebody first asks: page indexes
 * and bloom filters of column chunks. From any thread. */
#ifndef BLT_PARQUET_AIDS_H
#define BLT_PARQUET_AIDS_H

#include "bloom.h"
#include "page_index.h"
#include "io/parquet/parquet_set.h"
#include <pthread.h>

/* Of one column in one part. */
typedef struct blt_pq_aid {
  bool indexed, filtered; /* looked for */
  blt_pq_index index;
  blt_pq_bloom bloom;
} blt_pq_aid;

typedef struct blt_pq_aids {
  const blt_pq_set *set;
  pthread_mutex_t lock;
  blt_pq_aid **columns; /* of each column one for each part, or NULL */
  bool locked;          /* the mutex is there */
} blt_pq_aids;

blt_status blt_pq_aids_start(const blt_pq_set *set, blt_pq_aids *a, blt_error *err);
void blt_pq_aids_free(blt_pq_aids *a); /* of a zeroed or started one */

/* NULL: there is none. */
const blt_pq_index *blt_pq_aids_index(blt_pq_aids *a, uint32_t part, uint32_t col);
const blt_pq_bloom *blt_pq_aids_bloom(blt_pq_aids *a, uint32_t part, uint32_t col);

#endif
