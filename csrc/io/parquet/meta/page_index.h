/* page_index.h: where the pages of a column chunk begin, and what bounds their values have, as the file says
 * at its end. It only saves work: one that is missing or makes no sense is left alone. */
#ifndef BLT_PARQUET_PAGE_INDEX_H
#define BLT_PARQUET_PAGE_INDEX_H

#include "footer.h"

typedef struct blt_pq_index_page {
  uint64_t at, first;      /* byte of the file, and row of the row group */
  blt_pq_statistics stats; /* without bounds when the file has none of pages */
  bool empty;              /* every value is null */
} blt_pq_index_page;

/* How the bounds of pages follow each other. */
typedef enum blt_pq_order { BLT_PQ_UNORDERED = 0, BLT_PQ_RISING, BLT_PQ_FALLING } blt_pq_order;

typedef struct blt_pq_index {
  uint32_t n; /* 0: there is none */
  int32_t order;
  bool lies; /* its bounds and those of the footer do not fit together: neither is used */
  blt_pq_index_page *pages;
  char *bytes; /* that bounds point into */
  size_t len;
} blt_pq_index;

/* The index of a chunk of a row group with `rows` rows. Fails never: what cannot be had is not there. */
void blt_pq_index_read(blt_ctx *ctx, const blt_source *source, const blt_pq_chunk *chunk, uint64_t rows,
                       blt_pq_index *out);
/* Forgets what is said of pages but where they begin. */
void blt_pq_index_forget(blt_pq_index *index);
/* The number of the page that has the row. */
uint32_t blt_pq_index_find(const blt_pq_index *index, uint64_t row);
void blt_pq_index_free(blt_ctx *ctx, blt_pq_index *index);

#endif
