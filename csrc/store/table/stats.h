/* stats.h: what a table holds, column by column, from what its blocks know: no row is read. */
#ifndef BLT_STORE_STATS_H
#define BLT_STORE_STATS_H

#include "table.h"

typedef struct blt_column_stats {
  uint64_t bytes;                 /* blocks, tail and dictionary, in memory or mapped */
  uint64_t nulls;                 /* deleted rows counted until compact() */
  uint64_t distinct;              /* strings in the dictionary; 0 for other types */
  uint32_t blocks[BLT_ENCODINGS]; /* sealed blocks by blt_encoding */
  bool has_bounds;    /* false when every value is null or NaN, and for strings without a dictionary */
  blt_value min, max; /* may be those of deleted rows until compact(); strings point into the
                         dictionary, zeros have no sign */
} blt_column_stats;

blt_status blt_table_stats(blt_table *t, uint32_t col, blt_column_stats *out, blt_error *err);

/* "const", "for", "plain", "dict", "text", "scaled" */
const char *blt_encoding_name(uint8_t enc);

#endif
