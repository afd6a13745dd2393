/* ingest.h: the way from chunks to a table, for every reader of rows.
 *
 *   wave:  chunk chunk chunk chunk   parsed in parallel, each by one worker with dictionaries of its own
 *            │ accepted in order: does each start where the one before has ended?
 *   queue: ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
 *            │ codes of the table given in order of first appearance; blocks encoded in parallel
 *   table: group group group         of 65,536 rows, whatever the chunks
 *
 * A wave of chunks is bounded, so memory is, too. A chunk that began at a wrong guess is thrown away with all
 * that came after it, and what it put into dictionaries is taken out again.
 */
#ifndef BLT_IO_INGEST_H
#define BLT_IO_INGEST_H

#include "io/text/convert.h"
#include "options.h"
#include "io/text/names.h"

/* Takes apart the records that start in [from, to). `start`: where one is known to start, or BLT_NO_START;
 * then `quoting` is what is known of `from`. */
typedef blt_status (*blt_cut_fn)(const void *format, uint64_t from, uint64_t to, uint64_t start,
                                 blt_quoting quoting, blt_rows *w, blt_error *err);

typedef struct blt_load {
  blt_ctx *ctx;
  const blt_source *source;
  blt_cut_fn cut;
  const void *format;
  char newline;   /* for line numbers */
  char quote;     /* counted to guess the state of later chunks; 0: never needed */
  uint64_t from;  /* where the first record starts */
  uint64_t lines; /* line ends before it */
  size_t chunk_bytes;
  const blt_names *names; /* of the plan's columns */
  blt_plan plan;
  const char *line_column; /* or NULL */
  blt_csv_on_error on_error;
  uint64_t max_rejects;
  blt_make_table_fn make;
  void *make_arg;
  blt_table *into;
  blt_progress_fn progress;
  void *progress_arg;
} blt_load;

/* Reads all rows by the plan. `*conflict` is set, and nothing returned, when an inferred type did not hold.
 */
blt_status blt_load_rows(blt_load *l, blt_csv_result *out, bool *conflict, bool *unknown, blt_error *err);
/* Finds out what all texts of the plan's columns of kind LOOK look like: `looks` has one entry for each
 * column. */
blt_status blt_load_looks(blt_load *l, blt_looks *looks, bool *unknown, blt_error *err);

#endif
