/* parquet.h: Parquet files to a table.
 *
 *   file   footer: schema, row groups          several files of one schema are read as one
 *   chunk  the values of a column in a row group: pages
 *   block  65,536 rows, wherever row groups and pages begin and end
 *
 * Columns are read in spans of blocks on all threads. Where all pages of a column have codes, the
 * dictionaries of its row groups are read first; other strings get their codes in turn, in the order of first
 * appearance. Only pages of the columns that are asked for are read. The same files give the same table,
 * whatever the number of threads.
 */
#ifndef BLT_IO_PARQUET_H
#define BLT_IO_PARQUET_H

#include "io/ingest/options.h"

/* Start from zeros; texts are borrowed during the call. */
typedef struct blt_parquet_options {
  const char *const *columns; /* NULL: all. Otherwise these, in this order */
  uint32_t ncolumns;
  bool flatten; /* fields of structs are columns, named struct.field */
  bool binary;  /* bytes that are not said to be text are strings, as they are */
  bool cut;     /* nanoseconds are cut to microseconds; otherwise they are refused */
  bool skip;    /* columns of a type that is not read are left out; otherwise they are refused */
  bool apart;   /* folders called key=value are names like others; otherwise each is a column of its files */
  bool schema_only;       /* no rows */
  blt_make_table_fn make; /* NULL: a new table in memory */
  void *make_arg;
  blt_progress_fn progress; /* NULL */
  void *progress_arg;
} blt_parquet_options;

/* Something about a column that its reader should know. */
typedef struct blt_parquet_note {
  char column[BLT_MAX_NAME + 1];
  const char *what;
  bool skipped; /* it was left out */
} blt_parquet_note;

typedef struct blt_parquet_result {
  blt_table *table; /* one reference, unless `make` was given: then it is theirs */
  uint64_t rows, bytes;
  uint32_t nnotes, room;
  blt_parquet_note *notes;
} blt_parquet_result;

/* BLT_EFORMAT for what is damaged or not to be read, BLT_EOVERFLOW for a value that has no place here,
 * BLT_ENAME for a column that is not there: all with the file, the column, and what to do. */
blt_status blt_parquet_read(blt_ctx *ctx, const blt_source *const *sources, uint32_t nsources,
                            const blt_parquet_options *options, blt_parquet_result *out, blt_error *err);
void blt_parquet_result_free(blt_ctx *ctx, blt_parquet_result *r); /* but the table */

#endif
