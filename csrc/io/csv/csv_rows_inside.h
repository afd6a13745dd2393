/* csv_rows_inside.h: the state of one chunk being taken apart, shared by csv_rows.c (where it begins, and the
 * fast ways) and csv_records.c (any chunk, record by record). */
#ifndef BLT_IO_CSV_ROWS_INSIDE_H
#define BLT_IO_CSV_ROWS_INSIDE_H

#include "csv_rows.h"
#include "io/text/marks.h"

/* One walk over a chunk. Offsets are those of w->raw. */
typedef struct blt_csv_walk {
  const blt_csv_format *f;
  blt_rows *w;
  blt_seen seen;
  size_t mark;   /* next mark that is not yet passed */
  size_t limit;  /* records start before it */
  size_t end;    /* of the bytes at hand */
  bool eof;      /* nothing comes after `end` */
  uint32_t out;  /* next byte of `unquoted` */
  uint64_t want; /* bytes to read the next time */
} blt_csv_walk;

/* Forgets marks before `at`. */
static inline void blt_csv_skip_marks(blt_csv_walk *k, size_t at) {
  while (k->mark < k->w->nmarks && k->w->marks[k->mark] < at) k->mark++;
}

/* Reads twice as many bytes as the last time, behind those at hand. */
blt_status blt_csv_take_more(blt_csv_walk *k, blt_error *err);
/* Takes all records apart from w->start on. `*found` becomes false when the last takes more than `patience`
 * bytes.
 */
blt_status blt_csv_walk_records(blt_csv_walk *k, uint64_t patience, bool *found, blt_error *err);

#endif
