/* column_read.h: blocks of one column, wherever row groups and pages begin and end. */
#ifndef BLT_PARQUET_COLUMN_READ_H
#define BLT_PARQUET_COLUMN_READ_H

#include "io/parquet/meta/aids.h"
#include "io/parquet/pages/pages.h"
#include "parquet_codes.h"
#include "store/column/block.h"

/* Reads blocks of rising rows. Zeroed but for what is set before the first one. */
typedef struct blt_pq_column {
  const blt_pq_set *set;     /* set */
  uint32_t col;              /* set */
  const blt_pq_codes *codes; /* set or NULL: what makes codes of strings without looking them up */
  blt_pq_aids *aids;         /* set or NULL: where pages begin */
  uint8_t *touched;          /* set or NULL: of each part, whether it was read */
  blt_named *names;          /* at hand: where strings get their codes; NULL: they stay text */
  blt_named known;           /* with `codes`: their dictionary, to which nothing is added */
  blt_values bound;          /* memory to look at bounds */
  bool open;
  uint32_t part; /* whose pages are open */
  blt_pq_pages pages;
  blt_room *held; /* memory that texts of the block at hand point into */
  size_t nheld, held_cap;
} blt_pq_column;

/* The block of rows `first` to `first + rows - 1`; one reference. `names` NULL: strings have `codes`, or stay
 * texts. */
blt_status blt_pq_column_block(blt_pq_column *c, blt_named *names, blt_scratch *scratch, uint64_t first,
                               uint32_t rows, blt_block **out, blt_error *err);
/* The codes of the same rows of strings, and which are null, left in the scratch. */
blt_status blt_pq_column_codes(blt_pq_column *c, blt_named *names, blt_scratch *scratch, uint64_t first,
                               uint32_t rows, blt_error *err);
void blt_pq_column_free(blt_pq_column *c);

#endif
