/* text_write.h: tables to text: CSV and JSON lines.
 *
 * Groups are formatted in parallel and written in order. Floats are the shortest text that reads back to the
 * same bits; dates and timestamps are ISO 8601. What is written as CSV is read back by blt_csv_read with
 * these types. A sink gets whole rows at a time.
 */
#ifndef BLT_IO_TEXT_WRITE_H
#define BLT_IO_TEXT_WRITE_H

#include "store/table/table.h"
#include "io/source/sink.h"
#include "io/source/source.h"

typedef struct blt_write_options {
  char delimiter;    /* ',' (CSV) */
  char decimal_mark; /* '.'; ',' writes 1,5 (CSV) */
  bool header;       /* true (CSV) */
  bool quote_all;    /* false: only fields that need it are quoted (CSV) */
  bool crlf;         /* false: lines end with LF (CSV) */
  const char *null;  /* "": the text of a null; a string of that text is quoted (CSV) */
  uint32_t ncols;    /* 0: all; only the first so many columns */
  bool nan_is_null;  /* false: nan and inf, which JSON does not have, are refused; true: they become null */
  blt_progress_fn progress; /* NULL; called on the calling thread with bytes handed on, about how many there
                               will be, and rows. Anything but BLT_OK stops the writing */
  void *progress_arg;
} blt_write_options;

blt_write_options blt_write_defaults(void);

/* Write all living rows of the view. BLT_EINVAL for options or values that the format cannot hold, BLT_EIO,
 * BLT_ENOMEM, BLT_EINTR. The sink is not finished. */
blt_status blt_csv_write(blt_ctx *ctx, const blt_view *view, const blt_write_options *o, blt_sink *sink,
                         blt_error *err);
blt_status blt_jsonl_write(blt_ctx *ctx, const blt_view *view, const blt_write_options *o, blt_sink *sink,
                           blt_error *err);

#endif
