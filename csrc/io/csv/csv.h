/* csv.h: delimited text to a table.
 *
 *   source ── chunks ──> fields ──> typed columns ──> groups of 65,536 rows ──> table
 *            (parallel, each from a guessed start that is checked before its rows are used)
 *
 * The same bytes give the same table (types, row order, dictionary codes, blocks), whatever the number of
 * threads and the size of the chunks.
 *
 * Rules of the text
 * - A record ends with LF, CRLF or CRCRLF (or CR when the file has no LF); the last one may lack its end.
 * Empty lines are skipped, except in a file of one column, where they are a row with a null. A byte-order
 * mark is skipped.
 * - A field that starts with the quote ends with the next quote that is not doubled, and may hold delimiters
 * and line ends; anything between that quote and the next delimiter makes the row bad. So does a quote that
 * is never closed: the bad row ends with the line on which that quote stands, and reading goes on after it. A
 * quote inside a field that does not start with one is an ordinary byte.
 * - Types are inferred over the whole file: bool (true, false), int64, float64, date (2012-01-31), timestamp
 *   (2012-01-31 10:20:30.5Z), and string when nothing else holds every value without changing it: integers
 * beyond 64 bits, integers beyond 2^53 among floats, numbers with a leading zero or plus sign, floats out of
 * range and dates that do not exist make a column string. A column without any value is string.
 * - What is quoted is text, unless its type is given, or a name in the header is in quotes without need (then
 * everything is). A fraction whose digits a float64 would change makes the column a decimal when that holds
 * all.
 * - When no delimiter splits the header there is one column. Another kind of file is refused (signature.h).
 * - A given type takes leading zeros and a plus sign too; what it cannot hold is a bad row.
 */
#ifndef BLT_IO_CSV_H
#define BLT_IO_CSV_H

#include "io/source/source.h"
#include "store/table/table.h"

typedef enum blt_csv_header {
  BLT_HEADER_YES = 0, /* the first record names the columns */
  BLT_HEADER_NO       /* columns are c1, c2, … unless `names` says otherwise */
} blt_csv_header;

typedef enum blt_csv_ragged {
  BLT_RAGGED_REFUSE = 0, /* a row with too few or too many fields is bad */
  BLT_RAGGED_FILL,       /* missing fields are null; a row with too many is bad */
  BLT_RAGGED_CUT         /* missing fields are null; fields too many are dropped */
} blt_csv_ragged;

typedef enum blt_csv_utf8 {
  BLT_UTF8_REFUSE = 0, /* a row with text that is not UTF-8 is bad */
  BLT_UTF8_REPLACE,    /* each wrong byte becomes U+FFFD */
  BLT_UTF8_KEEP        /* bytes are kept as they are */
} blt_csv_utf8;

typedef enum blt_csv_on_error {
  BLT_CSV_STOP = 0, /* the first bad row ends the reading with its error */
  BLT_CSV_REJECT    /* bad rows go to the table of rejects */
} blt_csv_on_error;

/* A type that the caller gives, by column name. */
typedef struct blt_csv_type {
  const char *name;
  blt_type type;
} blt_csv_type;

/* Makes the empty table that the rows go into. Called again, with wider types, when an inferred type did not
 * hold: the table made before is then to be forgotten. The reader borrows the table. */
typedef blt_status (*blt_make_table_fn)(void *arg, const blt_schema *schema, blt_table **out, blt_error *err);

/* Start from blt_csv_defaults(); the defaults are given at each field. Texts are borrowed during the call. */
typedef struct blt_csv_options {
  char delimiter;            /* 0: the one of , ; tab | that splits the first records best */
  char quote;                /* '"'; 0: no quoting */
  char escape;               /* 0: a quote inside quotes is doubled; else the byte before it, e.g. '\\' */
  char comment;              /* 0: none; lines that start with it are skipped */
  char decimal_mark;         /* '.'; ',' reads 1,5 as a number */
  blt_csv_header header;     /* BLT_HEADER_YES */
  blt_csv_ragged ragged;     /* BLT_RAGGED_REFUSE */
  blt_csv_utf8 utf8;         /* BLT_UTF8_REFUSE */
  blt_csv_on_error on_error; /* BLT_CSV_STOP */
  uint64_t skip;             /* 0: lines before the header, or before the first row, to pass over */
  bool trim;                 /* false; true: blanks and tabs around unquoted fields are dropped */
  bool text_only;            /* false; true: columns without a given type are string */
  bool infer_decimal;        /* false; true: plain fractions (12.50) become decimal(p,s), not float64 */
  bool quoted_nulls;         /* false: a quoted field is never null; true: quoted null texts are null too */
  const blt_str *nulls;      /* texts that are null; NULL: the empty text only */
  uint32_t nnulls;
  const char *const
      *names; /* NULL: those of the header. Otherwise one for each column, in place of the header's */
  uint32_t nnames;
  const blt_csv_type *types; /* NULL: all inferred */
  uint32_t ntypes;
  const char
      *line_column;     /* NULL: none; name of an extra last column with the line on which each row starts */
  uint64_t max_rejects; /* UINT64_MAX: more bad rows than that end the reading */
  size_t chunk_bytes;   /* 0: 256 KiB; how the input is cut for the threads. Never changes the result */
  blt_make_table_fn make; /* NULL: a new table in memory */
  void *make_arg;
  blt_table *into;          /* NULL; a table to append to instead, column by name, types as it has them */
  blt_progress_fn progress; /* NULL */
  void *progress_arg;
} blt_csv_options;

blt_csv_options blt_csv_defaults(void);

typedef struct blt_csv_result {
  blt_table *table;   /* the rows: one reference, unless `make` or `into` was given: then it is theirs */
  blt_table *rejects; /* NULL when none: row, line, byte (int64), column, text, reason, raw (string) */
  uint64_t rows, rejected, bytes;
  char delimiter; /* the one that was used; 0 when there is one column */
} blt_csv_result;

/* Reads everything. On failure there is no table, and `into` has the rows it had. The error names the source,
 * line, row (1 is the first after the header), byte offset, column, the offending text and what was expected;
 * err->position is the line. BLT_EFORMAT, BLT_EINVAL, BLT_ENAME, BLT_EIO, BLT_ENOMEM, BLT_EINTR,
 * BLT_ETIMEOUT. */
blt_status blt_csv_read(blt_ctx *ctx, const blt_source *source, const blt_csv_options *options,
                        blt_csv_result *out, blt_error *err);

#endif
