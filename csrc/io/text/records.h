/* records.h: records taken apart into fields, before anything is known of their types.
 *
 *   text   … K R , 3 4 . 5 , x \n J P , …        field i is text[start(i), ends[i])
 *   ends         ^           ^    ^               start(i) = ends[i - 1] + 1, for the first column + gap
 *
 * The same buffers serve one chunk after the other (one set for each worker), so that they stay in the cache.
 */
#ifndef BLT_IO_RECORDS_H
#define BLT_IO_RECORDS_H

#include "io/source/source.h"

#define BLT_ROWS_PAD 64 /* readable bytes before and after the text */
#define BLT_NO_START UINT64_MAX

/* What is known of the place where a chunk begins that does not begin with a record. */
typedef enum blt_quoting {
  BLT_QUOTING_UNKNOWN,
  BLT_QUOTING_OUTSIDE, /* quotes were counted from the beginning on */
  BLT_QUOTING_INSIDE
} blt_quoting;

typedef enum blt_bad_reason {
  BLT_BAD_FEW = 1,    /* too few fields */
  BLT_BAD_MANY,       /* too many fields */
  BLT_BAD_QUOTE_OPEN, /* a quote that is never closed */
  BLT_BAD_QUOTE_TEXT, /* text between a closing quote and the delimiter */
  BLT_BAD_UTF8,
  BLT_BAD_JSON,  /* a line that is not JSON, or not an object */
  BLT_BAD_KEY,   /* a JSON object with the same key twice */
  BLT_BAD_VALUE, /* text that the column's type cannot hold */
  BLT_BAD_NULL   /* a null in a required column */
} blt_bad_reason;

/* What is wrong, for messages; of the reasons that need no more words. */
const char *blt_bad_phrase(blt_bad_reason reason);
/* What to do about it, in brackets with a blank before; or nothing. */
const char *blt_bad_advice(blt_bad_reason reason);

/* A record that gives no row. */
typedef struct blt_bad {
  uint32_t before; /* good rows of the chunk before it */
  uint32_t column; /* where it went wrong; UINT32_MAX: nowhere in particular */
  uint32_t fields; /* that it has */
  blt_bad_reason reason;
  uint64_t offset; /* in the source */
  uint64_t length; /* of the record, without its line end */
  uint64_t where;  /* offset of the offending text */
} blt_bad;

typedef struct blt_rows {
  blt_ctx *ctx;
  char *raw; /* bytes of the source from raw_at on, after BLT_ROWS_PAD bytes of padding */
  size_t raw_cap, raw_len;
  uint64_t raw_at;
  uint32_t *marks;
  size_t marks_cap, nmarks;
  char *unquoted; /* fields copied out of their quotes */
  size_t unquoted_cap;
  uint32_t *record_at; /* offset in raw of each record; only when `unquoted` is the text */
  size_t record_at_cap;
  uint64_t *quoted_bits;
  size_t quoted_cap;
  uint32_t *own_ends;
  size_t own_ends_cap;
  blt_bad *bad;
  size_t bad_cap, nbad;

  /* the result */
  uint64_t start, end; /* of the records, in the source; start may be BLT_NO_START */
  const char *text;    /* raw + padding, or unquoted */
  uint32_t *ends;      /* ends[-1] is there too */
  uint32_t nrows, ncols, gap;
  const uint64_t *quoted; /* bit i: field i was quoted; NULL: none */
  bool copied;            /* text is `unquoted` */
  bool unknown;           /* a field was met that is none of the columns (JSON) */
} blt_rows;

static inline blt_str blt_rows_field(const blt_rows *w, uint32_t row, uint32_t col) {
  const uint32_t *e = w->ends + (size_t)row * w->ncols + col;
  uint32_t start = e[-1] + (col ? 1 : w->gap);
  return (blt_str){w->text + start, *e - start};
}
static inline bool blt_rows_quoted(const blt_rows *w, uint32_t row, uint32_t col) {
  size_t i = (size_t)row * w->ncols + col;
  return w->quoted && (w->quoted[i >> 6] >> (i & 63) & 1);
}
/* Offset in the source of the record that gave a row. */
static inline uint64_t blt_rows_offset(const blt_rows *w, uint32_t row) {
  if (w->copied) return w->raw_at + w->record_at[row];
  return w->raw_at + (uint64_t)(blt_rows_field(w, row, 0).s - w->text) - BLT_ROWS_PAD;
}

void blt_rows_init(blt_rows *w, blt_ctx *ctx);
void blt_rows_free(blt_rows *w);
/* The result is the fields in `unquoted`, of `bytes` with the padding before them. */
void blt_rows_copied(blt_rows *w, size_t bytes);
/* Makes raw hold the source from `from` to at most `to`. */
blt_status blt_rows_load(blt_rows *w, const blt_source *s, uint64_t from, uint64_t to, blt_error *err);
/* Takes row `row` out, leaving the others in order. */
blt_status blt_rows_drop(blt_rows *w, const uint64_t *keep, blt_error *err);

#endif
