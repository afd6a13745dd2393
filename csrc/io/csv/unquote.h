/* unquote.h: a chunk with quotes in one pass over its marks, when no record in it is out of the ordinary.
 *
 *   raw    7 , " a , b " , x \n        marks:  ,  "  ,  "  ,  \n
 *   text   7 , a , b , x \n            what lies between quotes that go is copied in one piece
 */
#ifndef BLT_IO_CSV_UNQUOTE_H
#define BLT_IO_CSV_UNQUOTE_H

#include "csv_rows.h"

typedef enum blt_unquoted {
  BLT_UNQUOTED_DONE,
  BLT_UNQUOTED_MORE, /* the last record ends after the bytes at hand */
  BLT_UNQUOTED_ODD   /* a record that is bad, or too much for one pass: they have to be walked one by one */
} blt_unquoted;

/* Offsets are those of w->raw. */
typedef struct blt_unquote {
  const blt_csv_format *f;
  blt_rows *w;
  size_t mark;  /* the first that counts */
  size_t start; /* of the first record */
  size_t limit; /* records start before it */
  size_t end;   /* of the bytes at hand */
  bool eof;     /* nothing comes after them */
} blt_unquote;

/* Whether texts of this form can be taken apart so. */
bool blt_unquote_can(const blt_csv_format *f);
/* Fills w as blt_csv_rows says, when it is done; `*next` is where the record after the last starts. */
blt_status blt_unquote_rows(const blt_unquote *u, size_t *next, blt_unquoted *how, blt_error *err);

#endif
