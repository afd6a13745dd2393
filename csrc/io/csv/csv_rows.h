/* csv_rows.h: CSV text to records and fields. */
#ifndef BLT_IO_CSV_ROWS_H
#define BLT_IO_CSV_ROWS_H

#include "csv.h"
#include "io/text/records.h"
#include "io/text/spelled/spelled_number.h"

/* The text's form, once it is known. */
typedef struct blt_csv_format {
  const blt_source *source;
  char delimiter, quote, escape, comment, newline;
  bool trim, drop_blank;
  blt_csv_ragged ragged;
  blt_csv_utf8 utf8;
  const bool *split; /* of each field: it gives two columns, a number and what stands behind it; NULL: none */
  uint32_t nsplit;   /* how many do */
  blt_spelling spelling; /* of those numbers */
  const blt_str *nulls;  /* texts that stand in the place of those numbers, nnulls of them; borrowed */
  uint32_t nnulls;
  bool quoted_nulls; /* also inside quotes */
  uint32_t ncols;    /* 0: as many as the first record has; then the reading stops after it */
} blt_csv_format;

static inline bool blt_csv_is_blank(char c) {
  return c == ' ' || c == '\t';
}

/* What is known of a chunk's beginning. */
typedef struct blt_csv_start {
  uint64_t at;         /* a record starts here, or BLT_NO_START: look for one */
  blt_quoting quoting; /* without `at`: at the chunk's beginning */
} blt_csv_start;

/* Takes apart all records that start in [from, to) of the source; the last may end after `to`. Fills `w`;
 * w->start is BLT_NO_START when no record seems to start there. `patience`: bytes after `to` that the last
 * record may take before a guessed start is given up (UINT64_MAX: any). */
blt_status blt_csv_rows(const blt_csv_format *f, uint64_t from, uint64_t to, blt_csv_start start,
                        uint64_t patience, blt_rows *w, blt_error *err);

#endif
