/* options.h: what a caller may say about a text that is read, and what reading it gave: for every reader. */
#ifndef BLT_IO_OPTIONS_H
#define BLT_IO_OPTIONS_H

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
  char thousands;            /* 0: none; between groups of three digits. A blank is any blank */
  bool percent;              /* false; true: 12.5 % is 0.125 */
  bool currency;             /* false; true: signs and codes of money are passed over, (5) is -5 */
  const char *dates;         /* NULL; the form of dates, such as dd.mm.yyyy */
  const char *encoding;      /* NULL: UTF-8, or UTF-16 and UTF-32 by their mark; else a name of iconv's */
  blt_csv_header header;     /* BLT_HEADER_YES */
  blt_csv_ragged ragged;     /* BLT_RAGGED_REFUSE */
  blt_csv_utf8 utf8;         /* BLT_UTF8_REFUSE */
  blt_csv_on_error on_error; /* BLT_CSV_STOP */
  uint32_t header_lines;     /* 1, also for 0; the names of several lines are joined by _ */
  uint64_t skip_tail;        /* 0: lines at the end to pass over, empty ones counted */
  uint64_t skip;             /* 0: lines before the header, or before the first row, to pass over */
  bool trim;                 /* false; true: blanks and tabs around unquoted fields are dropped */
  bool drop_blank;           /* false; true: lines with nothing between their delimiters are passed over */
  bool text_only;            /* false; true: columns without a given type are string */
  bool infer_decimal;        /* false; true: plain fractions (12.50) become decimal(p,s), not float64 */
  bool quoted_nulls;         /* false: a quoted field is never null; true: quoted null texts are null too */
  const blt_str *nulls;      /* texts that are null; NULL: the empty text only */
  uint32_t nnulls;
  const char *const *names; /* NULL: those of the header. Otherwise one for each column, in its place */
  uint32_t nnames;
  const char *const *flags; /* NULL; columns of numbers, each with one more for what stands behind them */
  uint32_t nflags;
  const blt_csv_type *types; /* NULL: all inferred */
  uint32_t ntypes;
  const char *line_column; /* NULL: none; name of a last column with the line on which each row starts */
  uint64_t max_rejects;    /* UINT64_MAX: more bad rows than that end the reading */
  size_t chunk_bytes;      /* 0: 256 KiB; how the input is cut for the threads. Never changes the result */
  blt_make_table_fn make;  /* NULL: a new table in memory */
  void *make_arg;
  blt_table *into;          /* NULL; a table to append to instead, column by name, types as it has them */
  blt_progress_fn progress; /* NULL */
  void *progress_arg;
} blt_csv_options;

blt_csv_options blt_csv_defaults(void);

#define BLT_TAIL_ROOM 64

typedef struct blt_csv_result {
  blt_table *table;   /* the rows: one reference, unless `make` or `into` was given: then it is theirs */
  blt_table *rejects; /* NULL when none: row, line, byte (int64), column, text, reason, raw (string) */
  uint64_t rows, rejected, bytes;
  char delimiter;           /* the one that was used; 0 when there is one column */
  char tail[BLT_TAIL_ROOM]; /* the first bytes of what skip_tail passed over; "" for nothing */
  uint32_t grouped; /* the number from 1 of a column of fractions whose points may stand between thousands */
  uint32_t dated;   /* of one of texts that may be dates of several forms; both 0: none */
} blt_csv_result;

#endif
