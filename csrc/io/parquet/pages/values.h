/* values.h: the values of a page that are not null: from bytes to integers, doubles or texts. */
#ifndef BLT_PARQUET_VALUES_H
#define BLT_PARQUET_VALUES_H

#include "io/parquet/kind.h"

typedef enum blt_pq_encoding {
  BLT_PQ_PLAIN = 0,
  BLT_PQ_PLAIN_DICTIONARY = 2,
  BLT_PQ_RLE = 3,
  BLT_PQ_BIT_PACKED = 4,
  BLT_PQ_DELTA = 5,
  BLT_PQ_DELTA_LENGTH = 6,
  BLT_PQ_DELTA_TEXT = 7,
  BLT_PQ_RLE_DICTIONARY = 8,
  BLT_PQ_SPLIT = 9
} blt_pq_encoding;

/* Reads n values. On failure err->position is the value that was refused, or -1 when all are damaged. */
blt_status blt_pq_values_read(blt_ctx *ctx, const blt_pq_kind *kind, blt_pq_encoding encoding,
                              const uint8_t *bytes, size_t len, uint32_t n, blt_values *out, blt_error *err);

#endif
