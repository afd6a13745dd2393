/* dialect.h: how a CSV text is written, found from its beginning, and the names of its columns. */
#ifndef BLT_IO_DIALECT_H
#define BLT_IO_DIALECT_H

#include "csv_rows.h"
#include "io/text/names.h"

typedef struct blt_dialect {
  blt_csv_format format; /* complete, ncols included */
  uint64_t rows_at;      /* where the first row starts */
  uint64_t lines;        /* line ends before it */
  blt_names names;       /* ncols of them */
  char delimiter;        /* 0 when nothing separates fields, as there is one column */
  bool *split;           /* of each field of a record, for format.split */
  blt_ctx *ctx;
  bool quotes_mean_text; /* no name is in quotes without need, so what is quoted below is text */
} blt_dialect;

/* Reads the byte-order mark, the lines to skip and the header, and finds the delimiter unless it is given.
 * BLT_EFORMAT for an empty input, a file of another kind or a broken header; BLT_EINVAL for options that
 * contradict each other. */
blt_status blt_dialect_find(blt_ctx *ctx, const blt_source *source, const blt_csv_options *o,
                            blt_dialect *out, blt_error *err);
/* Whether a column's name is written in quotes: so that it is read back whatever follows it, no other
 * delimiter is taken for the file's, and the file for no other kind of file. */
bool blt_name_needs_quotes(blt_str name, char delimiter);
void blt_dialect_free(blt_dialect *d);

#endif
