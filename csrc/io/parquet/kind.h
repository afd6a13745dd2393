/* kind.h: what a column of a Parquet file becomes here, and how. */
#ifndef BLT_PARQUET_KIND_H
#define BLT_PARQUET_KIND_H

#include "footer.h"

/* What is done to a value after it was read. */
typedef enum blt_pq_step {
  BLT_PQ_AS_IS = 0,
  BLT_PQ_UNSIGNED32,  /* 32 bits without a sign */
  BLT_PQ_UNSIGNED64,  /* refused above 2^63 - 1 */
  BLT_PQ_DAYS,        /* refused outside the years 1 to 9999 */
  BLT_PQ_FROM_MILLIS, /* to microseconds */
  BLT_PQ_FROM_MICROS, /* refused outside the years 1 to 9999, as all timestamps */
  BLT_PQ_FROM_NANOS,  /* refused when a part of a microsecond is left, or cut */
  BLT_PQ_SCALED,      /* decimal: refused past its digits */
  BLT_PQ_HALF,        /* float of two bytes */
  BLT_PQ_UUID_TEXT,
  BLT_PQ_TIME_TEXT /* time of day, as text */
} blt_pq_step;

typedef struct blt_pq_kind {
  blt_type type;
  int32_t physical, length;
  blt_pq_step step;
  uint8_t unit; /* TIME_TEXT: blt_pq_unit */
  bool cut;     /* FROM_NANOS and INT96: what is left of a microsecond is cut off */
} blt_pq_kind;

typedef struct blt_pq_wishes {
  bool binary; /* bytes that are not said to be text are strings */
  bool cut;    /* parts of a microsecond are cut off */
} blt_pq_wishes;

/* What an element without children becomes; NULL, or why it cannot be read, with what to do. `note` gets what
 * a reader should know although nothing is lost, or stays as it is. */
const char *blt_pq_kind_of(const blt_pq_element *e, blt_pq_wishes wishes, blt_pq_kind *out,
                           const char **note);

#endif
