/* dialect.h: how a CSV text is written, found from its beginning, and the names of its columns. */
#ifndef BLT_IO_DIALECT_H
#define BLT_IO_DIALECT_H

#include "csv_rows.h"

typedef struct blt_dialect {
  blt_csv_format format; /* complete, ncols included */
  uint64_t rows_at;      /* where the first row starts */
  uint64_t lines;        /* line ends before it */
  char **names;          /* ncols of them, each unique */
} blt_dialect;

/* Reads the byte-order mark, the lines to skip and the header, and finds the delimiter unless it is given.
 * BLT_EFORMAT for an empty input, UTF-16 or a broken header; BLT_EINVAL for options that contradict each
 * other. */
blt_status blt_dialect_find(blt_ctx *ctx, const blt_source *source, const blt_csv_options *o,
                            blt_dialect *out, blt_error *err);
void blt_dialect_free(blt_ctx *ctx, blt_dialect *d);

#endif
