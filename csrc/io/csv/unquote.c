#include "unquote.h"
#include "base/bits.h"
#include "base/mem.h"

#include <string.h>

#define STRIDE 32u /* bytes copied at once; both texts have room for more than is asked for */

/* The pass. `from`: the first byte of raw that is not copied yet; `gone`: bytes of raw left out so far. */
typedef struct pass {
  const blt_unquote *u;
  const char *raw;
  char *out;
  const uint32_t *marks;
  size_t mark, nmarks;
  size_t at; /* where a field starts */
  size_t from;
  uint32_t gone, first; /* first: raw offset of what stands at the beginning of the text */
  size_t field;         /* fields that are done */
} pass;

bool blt_unquote_can(const blt_csv_format *f) {
  return f->quote && !f->escape && !f->comment && !f->trim && !f->drop_blank && f->ncols && !f->nsplit;
}

/* ---- the text ---- */

/* Where a byte of raw is in the text, when nothing more goes before it. */
static inline uint32_t place(const pass *p, size_t at) {
  return (uint32_t)at - p->gone - p->first + BLT_ROWS_PAD;
}

static void copy_to(pass *p, size_t at) {
  const char *from = p->raw + p->from;
  char *to = p->out + place(p, p->from);
  for (size_t i = 0; i < at - p->from; i += STRIDE) memcpy(to + i, from + i, STRIDE);
  p->from = at;
}

/* Leaves raw[at, to) out. */
static inline void leave_out(pass *p, size_t at, size_t to) {
  copy_to(p, at);
  p->gone += (uint32_t)(to - at);
  p->from = to;
}

/* ---- fields ---- */

static inline char at_mark(const pass *p, size_t i) {
  return p->raw[p->marks[i]];
}

/* Moves past a field without quotes around it, in which any quote is a byte. `*stop` is the delimiter or line
 * end behind it, or the end of everything. */
static inline blt_unquoted plain(pass *p, size_t *stop) {
  const blt_unquote *u = p->u;
  while (p->mark < p->nmarks && at_mark(p, p->mark) == u->f->quote) p->mark++;
  if (p->mark == p->nmarks && !u->eof) return BLT_UNQUOTED_MORE;
  size_t end = p->mark < p->nmarks ? p->marks[p->mark] : u->end, cut = end;
  p->mark += p->mark < p->nmarks;
  if (u->f->newline == '\n' && (end == u->end || p->raw[end] == '\n'))
    while (cut > p->at && p->raw[cut - 1] == '\r') cut--;
  if (cut < end) leave_out(p, cut, end);
  *stop = end;
  return BLT_UNQUOTED_DONE;
}

/* Finds the closing quote from p->mark on; of two quotes one stays. */
static inline blt_unquoted close(pass *p, size_t *quote) {
  const blt_unquote *u = p->u;
  for (;;) {
    while (p->mark < p->nmarks && at_mark(p, p->mark) != u->f->quote) p->mark++;
    if (p->mark == p->nmarks) return u->eof ? BLT_UNQUOTED_ODD : BLT_UNQUOTED_MORE;
    size_t at = p->marks[p->mark];
    if (at + 2 >= u->end && !u->eof) return BLT_UNQUOTED_MORE;
    p->mark++;
    *quote = at;
    if (at + 1 >= u->end || p->raw[at + 1] != u->f->quote) return BLT_UNQUOTED_DONE;
    leave_out(p, at + 1, at + 2);
    p->mark++;
  }
}

/* The same as plain() for a field that starts with a quote. */
static inline blt_unquoted quoted(pass *p, size_t *stop) {
  const blt_unquote *u = p->u;
  size_t quote = 0;
  while (p->marks[p->mark] < p->at) p->mark++;
  p->mark++;
  leave_out(p, p->at, p->at + 1);
  blt_unquoted how = close(p, &quote);
  if (how != BLT_UNQUOTED_DONE) return how;
  size_t end = quote + 1;
  while (u->f->newline == '\n' && end < u->end && p->raw[end] == '\r') end++;
  if (end == u->end && !u->eof) return BLT_UNQUOTED_MORE;
  bool line = end == u->end || p->raw[end] == u->f->newline;
  if (!line && (end > quote + 1 || p->raw[end] != u->f->delimiter)) return BLT_UNQUOTED_ODD;
  leave_out(p, quote, end);
  p->mark += end < u->end;
  *stop = end;
  return BLT_UNQUOTED_DONE;
}

/* One record from p->at on; p->at is then where the next one starts. */
static inline blt_unquoted record(pass *p) {
  const blt_unquote *u = p->u;
  blt_rows *w = u->w;
  for (uint32_t c = 0;; c++) {
    bool in_quotes = p->at < u->end && p->raw[p->at] == u->f->quote;
    size_t stop = 0;
    blt_unquoted how = in_quotes ? quoted(p, &stop) : plain(p, &stop);
    if (how != BLT_UNQUOTED_DONE) return how;
    if (in_quotes) blt_bit_set(w->quoted_bits, p->field);
    w->own_ends[++p->field] = place(p, stop);
    bool last = stop == u->end || p->raw[stop] == u->f->newline;
    p->at = stop + (stop < u->end);
    if (last != (c + 1 == u->f->ncols)) return BLT_UNQUOTED_ODD;
    if (last) return BLT_UNQUOTED_DONE;
  }
}

static blt_unquoted records(pass *p) {
  const blt_unquote *u = p->u;
  blt_rows *w = u->w;
  while (p->at < u->limit && !(u->eof && p->at >= u->end)) {
    if (p->at >= u->end) return BLT_UNQUOTED_MORE;
    if (p->raw[p->at] == '\r') return BLT_UNQUOTED_ODD;
    if (p->raw[p->at] == u->f->newline && u->f->ncols > 1) { /* an empty line */
      leave_out(p, p->at, p->at + 1);
      p->mark++;
      p->at++;
      continue;
    }
    size_t start = p->at;
    blt_unquoted how = record(p);
    if (how != BLT_UNQUOTED_DONE) return how;
    w->record_at[w->nrows++] = (uint32_t)(start - BLT_ROWS_PAD);
  }
  return BLT_UNQUOTED_DONE;
}

/* ---- the rows ---- */

/* Room for a field at each mark and a record at each line end, and one more of both for the file's end. */
static blt_status room(const blt_unquote *u, blt_error *err) {
  blt_rows *w = u->w;
  size_t fields = w->nmarks - u->mark + 2, bytes = u->end - u->start + 2 * BLT_ROWS_PAD + STRIDE;
  blt_status status = blt_grow(w->ctx, &w->unquoted, &w->unquoted_cap, bytes, 1, err);
  if (status == BLT_OK)
    status = blt_grow(w->ctx, &w->own_ends, &w->own_ends_cap, fields, sizeof *w->own_ends, err);
  if (status == BLT_OK)
    status = blt_grow(w->ctx, &w->record_at, &w->record_at_cap, fields, sizeof *w->record_at, err);
  if (status == BLT_OK)
    status = blt_grow(w->ctx, &w->quoted_bits, &w->quoted_cap, fields / 64 + 1, sizeof *w->quoted_bits, err);
  if (status == BLT_OK) memset(w->quoted_bits, 0, (fields / 64 + 1) * sizeof *w->quoted_bits);
  return status;
}

blt_status blt_unquote_rows(const blt_unquote *u, size_t *next, blt_unquoted *how, blt_error *err) {
  blt_rows *w = u->w;
  w->nrows = 0;
  blt_status status = room(u, err);
  if (status != BLT_OK) return status;
  pass p = {.u = u,
            .raw = w->raw,
            .out = w->unquoted,
            .marks = w->marks,
            .mark = u->mark,
            .nmarks = w->nmarks,
            .at = u->start,
            .from = u->start,
            .first = (uint32_t)u->start};
  *how = records(&p);
  if (*how != BLT_UNQUOTED_DONE) {
    w->nrows = 0;
    return BLT_OK;
  }
  copy_to(&p, p.at);
  w->unquoted[place(&p, p.at)] = '\n'; /* behind a last line that has no end */
  blt_rows_copied(w, place(&p, p.at) + 1);
  w->ncols = u->f->ncols;
  *next = p.at;
  return BLT_OK;
}
