/* sqlite.h: tables of SQLite files to tables and back, by SQLite's own library, which is found at run time.
 *
 * SQLite has a type for each value, and a column's is a wish. A column becomes what its declaration says (INT
 * int64; REAL, FLOA, DOUB float64; CHAR, CLOB, TEXT string; BOOL, DATE, TIMESTAMP, DATETIME, DECIMAL(p,s)
 * these), and one that says nothing of these what all of its values are. A value that does not fit is refused
 * with its row.
 */
#ifndef BLT_IO_SQLITE_H
#define BLT_IO_SQLITE_H

#include "io/ingest/options.h"
#include "store/relation.h"

/* Start from zeros; texts are borrowed during the call. */
typedef struct blt_sqlite_options {
  const blt_csv_type *types; /* of columns by name: instead of what the file says */
  uint32_t ntypes;
  bool binary;            /* blobs are strings, as they are; otherwise they are refused */
  bool schema_only;       /* no rows */
  blt_make_table_fn make; /* NULL: a new table in memory */
  void *make_arg;
  blt_progress_fn progress; /* NULL */
  void *progress_arg;
} blt_sqlite_options;

/* Names of tables and views, each ending in a zero byte, in one text. */
typedef struct blt_sqlite_names {
  char *s;
  size_t len, cap;
} blt_sqlite_names;

blt_status blt_sqlite_tables(blt_ctx *ctx, const char *path, blt_sqlite_names *out, blt_error *err);
/* `table` is one of these. `*out` is the caller's unless `make` was given. */
blt_status blt_sqlite_read(blt_ctx *ctx, const char *path, const char *table, const blt_sqlite_options *o,
                           blt_table **out, blt_error *err);

typedef enum blt_sqlite_mode { BLT_SQLITE_NEW = 0, BLT_SQLITE_REPLACE, BLT_SQLITE_APPEND } blt_sqlite_mode;

typedef struct blt_sqlite_write_options {
  blt_sqlite_mode mode;     /* NEW: the table must not be there yet */
  uint32_t ncols;           /* 0: all; otherwise the first ones */
  blt_progress_fn progress; /* NULL */
  void *progress_arg;
} blt_sqlite_write_options;

/* Makes the file when it is missing. One transaction: all rows or none. NaN, which SQLite has not, is
 * refused. */
blt_status blt_sqlite_write(blt_ctx *ctx, const blt_view *view, const char *path, const char *table,
                            const blt_sqlite_write_options *o, blt_error *err);

#endif
