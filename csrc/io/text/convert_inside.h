/* convert_inside.h: the state of one chunk's conversion, shared by convert.c (columns, strings, what is
 * refused) and convert_numbers.c. */
#ifndef BLT_IO_CONVERT_INSIDE_H
#define BLT_IO_CONVERT_INSIDE_H

#include "convert.h"

#include <string.h>

#define BLT_CONVERT_BATCH                                                                                    \
  256 /* rows: their text, ends and values stay in the first-level cache while columns take turns */

/* A field that its given type refuses. */
typedef struct blt_refused {
  uint32_t row, column;
  blt_bad_reason reason;
} blt_refused;

typedef struct blt_converting {
  const blt_plan *plan;
  blt_rows *w;
  blt_intern *interns;
  blt_chunk *chunk;
  blt_refused *refused;
  size_t nrefused, refused_cap;
} blt_converting;

/* One column's share of a batch. */
typedef struct blt_span {
  blt_converting *k;
  blt_chunk_column *out;
  const blt_plan_column *column;
  uint32_t col, from, to;
} blt_span;

static inline bool blt_is_null(const blt_plan *p, const char *s, uint32_t len, bool quoted) {
  if (quoted && !p->quoted_nulls) return false;
  if (len == 0) return p->empty_null;
  for (uint32_t i = 0; i < p->nnulls; i++)
    if (p->nulls[i].len == len && memcmp(p->nulls[i].s, s, len) == 0) return true;
  return false;
}

/* The number that a field spells, in its plain form. */
static inline blt_str blt_plain_number(const blt_plan *p, blt_str f, char room[BLT_SPELLED_ROOM]) {
  return blt_spelling_any(&p->spelling) ? blt_spelled_number(&p->spelling, f, room) : f;
}

/* Whether a field is text whatever it looks like: quoted where quotes say so, and without a given type. */
static inline bool blt_is_only_text(const blt_span *s, uint32_t row) {
  const blt_plan *p = s->k->plan;
  if (!(p->json || p->quotes_mean_text) || !s->column->inferred || !blt_rows_quoted(s->k->w, row, s->col))
    return false;
  blt_str f = blt_rows_field(s->k->w, row, s->col);
  return p->json || !memchr(f.s, p->delimiter, f.len);
}

/* Notes a field that its type refuses, and one that is null. */
blt_status blt_convert_refuse(blt_span *s, uint32_t row, blt_bad_reason reason, blt_error *err);
blt_status blt_convert_null(blt_span *s, uint32_t row, blt_error *err);

/* convert_numbers.c: fields of every type but text. */
blt_status blt_convert_ints(blt_span *s, blt_error *err);
blt_status blt_convert_floats(blt_span *s, blt_error *err);

#endif
