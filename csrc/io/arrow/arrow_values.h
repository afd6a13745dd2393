/* arrow_values.h: buffers of a column's rows to values. Nothing outside of the buffers is looked at. */
#ifndef BLT_ARROW_VALUES_H
#define BLT_ARROW_VALUES_H

#include "arrow_kind.h"

typedef struct blt_arrow_bytes {
  const uint8_t *p;
  size_t len;
} blt_arrow_bytes;

/* Rows of a batch, or entries of a dictionary, as they lie in memory. */
typedef struct blt_arrow_rows {
  uint32_t n, present;
  const uint64_t *valid; /* NULL: none is null */
  uint32_t bit;          /* BITS: that of the first row in `first` */
  blt_arrow_bytes first, second;
  const blt_arrow_bytes *views; /* of texts that lie in several buffers */
  size_t nviews;
} blt_arrow_rows;

#define BLT_ARROW_SHORT "a buffer that is too short"

/* Counts the rows that are not null. */
void blt_arrow_count(blt_arrow_rows *r);

/* The values that are not null; when `out->lean` some stay where they lie. On failure err->position is the
 * value that was refused, or -1 and the message says what is damaged. */
blt_status blt_arrow_values(blt_ctx *ctx, const blt_arrow_kind *k, const blt_arrow_rows *r, blt_values *out,
                            blt_error *err);
/* The numbers of entries of rows that are not null, each checked to be below `entries`. */
blt_status blt_arrow_codes(const blt_arrow_kind *k, const blt_arrow_rows *r, uint32_t entries, uint32_t *out,
                           blt_error *err);

#endif
