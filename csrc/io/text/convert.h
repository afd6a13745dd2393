/* convert.h: fields of a chunk to typed columns. */
#ifndef BLT_IO_CONVERT_H
#define BLT_IO_CONVERT_H

#include "field.h"
#include "intern.h"
#include "records.h"
#include "spelled/spelled_number.h"

typedef enum blt_column_kind {
  BLT_KIND_NULL,  /* no value was seen yet: any value is a conflict */
  BLT_KIND_INT,   /* every int-like type: int32_t, or int64_t when the chunk's column is `wide` */
  BLT_KIND_FLOAT, /* double */
  BLT_KIND_CODES, /* uint32_t: the worker's codes */
  BLT_KIND_TEXT,  /* uint32_t offsets, nrows + 1, into `own` */
  BLT_KIND_LOOK   /* nothing is kept but what the texts look like */
} blt_column_kind;

/* How one column of the input is read. */
typedef struct blt_plan_column {
  const char *name;
  blt_type type;
  blt_column_kind kind;
  bool inferred; /* a text that the type cannot hold is a conflict; otherwise it makes the row bad */
  bool
      rounded; /* FLOAT: numbers with more digits than a float64 keeps are taken, as no type holds them all */
  const blt_date_form *form; /* of its dates, beside the usual one; NULL: none */
} blt_plan_column;

typedef struct blt_plan {
  uint32_t ncols, nsplit; /* nsplit: fields of a record that give two columns each */
  blt_plan_column *columns;
  const blt_str *nulls; /* other null texts than the empty one */
  uint32_t nnulls;
  bool empty_null;       /* the empty text is null */
  bool quoted_nulls;     /* also inside quotes */
  bool json;             /* what is quoted is text, unless it is a date or its type is given */
  bool quotes_mean_text; /* CSV: what is quoted is text, unless its type is given */
  blt_spelling spelling; /* of numbers */
  blt_date_form form;    /* of dates, when the caller gives one (n above 0); then ISO dates are read, too */
  bool lines;            /* number the lines on which rows start */
  char newline;          /* what ends a line */
  char delimiter; /* CSV: a field that holds it could not be without quotes, so they do not make it text */
} blt_plan;

typedef struct blt_chunk_column {
  void *data;
  uint64_t *valid;
  uint32_t nulls;
  uint32_t first_entry, entries; /* CODES: entries of the worker's dictionary before and after this chunk */
  uint32_t merged;               /* CODES: entries, TEXT: rows that have a code of the table */
  uint32_t asked;                /* CODES: lookups, about; of texts that are not empty */
  blt_column_kind kind;
  bool wide; /* INT: some value needs more than 32 bits; then `own` is the data */
  char *own; /* memory beside the chunk's arena: texts, wide integers */
  size_t own_cap;
} blt_chunk_column;

static inline int64_t blt_chunk_int(const blt_chunk_column *c, uint32_t row) {
  return c->wide ? ((const int64_t *)c->data)[row] : ((const int32_t *)c->data)[row];
}

/* One chunk after conversion. */
typedef struct blt_chunk {
  blt_ctx *ctx;
  uint64_t start, end; /* in the source; start BLT_NO_START: nothing found */
  uint64_t first_row;  /* of the table; set when the chunk is accepted */
  uint64_t first_line;
  uint64_t newlines; /* between start and end; only when the plan numbers lines */
  uint32_t nrows, nrecords, worker, ncols;
  blt_chunk_column *columns;
  char *arena;
  size_t arena_bytes;
  uint64_t *line; /* of each row, from 0 at the chunk's start */
  blt_looks *looks;
  blt_bad *bad; /* `before` is here the number of the record in the chunk, from 1 */
  size_t nbad, bad_cap;
  bool conflict; /* an inferred type did not hold */
  bool unknown;  /* a column was met that the plan does not have */
} blt_chunk;

/* Converts what `w` holds; an arena that the chunk brings along is used when it is large enough. Rows that a
 * given type refuses are taken out and listed. `interns`: one for each column. On failure the chunk is still
 * to be freed. */
blt_status blt_convert(const blt_plan *plan, blt_rows *w, blt_intern *interns, blt_chunk *chunk,
                       blt_error *err);
void blt_chunk_free(blt_chunk *chunk);

#endif
