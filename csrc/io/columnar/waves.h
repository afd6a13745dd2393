/* waves.h: columns to a table: blocks are made on all threads, as many as there is room for at a time, and go
 * into the table in order. Spans of blocks are made each from a fresh start, in any order. Strings get the
 * codes of the table's dictionary in the order of first appearance, so each span of theirs has its turn
 * (turns.h). The number of threads changes nothing.
 */
#ifndef BLT_COLUMNAR_WAVES_H
#define BLT_COLUMNAR_WAVES_H

#include "fill.h"
#include "io/ingest/options.h"

/* How the strings of a column can be read. */
typedef enum blt_column_way {
  BLT_COLUMN_FREE,  /* as numbers: each block has its codes, whenever it is made */
  BLT_COLUMN_APART, /* spans get codes of the thread's own first */
  BLT_COLUMN_WHOLE  /* from the beginning to the end */
} blt_column_way;

/* How a format makes blocks. A column is what `open` makes: something that reads blocks of rising rows. */
typedef struct blt_column_ops {
  /* Said once of each column of strings, before anything is opened; what is known of its strings may go into
   * the table's dictionary. */
  blt_status (*way)(const void *file, uint32_t col, blt_dict *dict, blt_column_way *out, blt_error *err);
  /* Whether a row is a good one to begin a span with; NULL: all are as good. */
  bool (*edge)(const void *file, uint64_t row);
  blt_status (*open)(const void *file, uint32_t col, void **column, blt_error *err);
  /* The block of rows `first` to `first + rows - 1`; `names` NULL: strings stay texts. */
  blt_status (*block)(void *column, blt_named *names, blt_scratch *scratch, uint64_t first, uint32_t rows,
                      blt_block **out, blt_error *err);
  /* The codes of such rows, and which are null, left in the scratch. */
  blt_status (*codes)(void *column, blt_named *names, blt_scratch *scratch, uint64_t first, uint32_t rows,
                      blt_error *err);
  /* Rows before this one have all strings that `names` got so far: a file may say its dictionary before the
   * rows that it is of. */
  uint64_t (*met)(const void *column);
  void (*close)(void *column); /* NULL is allowed */
} blt_column_ops;

typedef struct blt_columns {
  blt_ctx *ctx;
  const blt_column_ops *ops;
  const void *file;
  const blt_field *fields;
  uint32_t ncols;
  uint64_t rows, bytes; /* bytes: for progress */
  /* NULL: all rows are there. Otherwise `rows` is 0: brings more of them, which changes `file`, until there
   * are `enough` or no more come; what rows before `done` were read from may go. `*rows` gets how many there
   * are so far, fewer than `enough` at the end only. */
  blt_status (*more)(const void *file, uint64_t done, uint64_t enough, uint64_t *rows, blt_error *err);
  bool schema_only;       /* no rows are read */
  blt_make_table_fn make; /* NULL: a new table in memory */
  void *make_arg;
  blt_progress_fn progress; /* NULL */
  void *progress_arg;
} blt_columns;

/* Makes the table; `*out` is the caller's unless `make` was given. */
blt_status blt_columns_read(const blt_columns *c, blt_table **out, blt_error *err);

#endif
