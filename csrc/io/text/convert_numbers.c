/* Numbers, dates, times and flags: many at once where they are written in the plain way (digits.h), one by
 * one where not. */
#include "convert_inside.h"
#include "base/bits.h"
#include "base/mem.h"
#include "digits.h"

#define FEW 8u /* rows read one by one before they are tried together again */

static bool is_dated(blt_type type) {
  return type.id == BLT_DATE || type.id == BLT_TIMESTAMP;
}

/* A value of the column, which is neither text nor a float. Where the form of dates was found out, no other
 * is taken: what a sample shows must hold for all. */
static bool parse_int(const blt_plan *p, const blt_plan_column *c, blt_str f, int64_t *out) {
  char room[BLT_SPELLED_ROOM], iso[BLT_ISO_ROOM];
  if (is_dated(c->type)) {
    size_t n = c->form ? blt_date_form_read(c->form, f.s, f.len, iso) : 0;
    if (n) return blt_field_int(iso, n, c->type, p->spelling.mark, c->inferred, out);
    if (c->form && c->form != &p->form) return false;
  } else if (c->type.id != BLT_BOOL) {
    f = blt_plain_number(p, f, room);
  }
  return blt_field_int(f.s, f.len, c->type, p->spelling.mark, c->inferred, out);
}

static __attribute__((noinline)) blt_status slow_int(blt_span *s, uint32_t row, blt_str f, int64_t *out,
                                                     blt_error *err) {
  const blt_plan *p = s->k->plan;
  *out = 0;
  if (blt_is_null(p, f.s, f.len, blt_rows_quoted(s->k->w, row, s->col))) return blt_convert_null(s, row, err);
  bool text = !(p->json && is_dated(s->column->type)) && blt_is_only_text(s, row);
  if (!text && parse_int(p, s->column, f, out)) return BLT_OK;
  return blt_convert_refuse(s, row, BLT_BAD_VALUE, err);
}

static blt_exactness exactness_of(const blt_plan_column *c) {
  return !c->inferred ? BLT_GIVEN : c->rounded ? BLT_ROUNDED : BLT_EXACT;
}

static __attribute__((noinline)) blt_status slow_float(blt_span *s, uint32_t row, blt_str f, double *out,
                                                       blt_error *err) {
  const blt_plan *p = s->k->plan;
  *out = 0;
  if (blt_is_null(p, f.s, f.len, blt_rows_quoted(s->k->w, row, s->col))) return blt_convert_null(s, row, err);
  char room[BLT_SPELLED_ROOM];
  if (blt_is_only_text(s, row)) return blt_convert_refuse(s, row, BLT_BAD_VALUE, err);
  f = blt_plain_number(p, f, room);
  if (blt_field_float(f.s, f.len, p->spelling.mark, exactness_of(s->column), out)) return BLT_OK;
  return blt_convert_refuse(s, row, BLT_BAD_VALUE, err);
}

/* The batch's fields from row `r` on, for the fast ways. */
static blt_digits digits_from(const blt_span *s, uint32_t r) {
  const blt_rows *w = s->k->w;
  return (blt_digits){.text = w->text,
                      .ends = w->ends + (size_t)r * w->ncols + s->col,
                      .stride = w->ncols,
                      .gap = s->col ? 1 : w->gap,
                      .n = s->to - r};
}

/* The bits of a batch's fields are those of its column, ncols apart: a word has several. */
static bool any_quoted(const blt_span *s) {
  const blt_rows *w = s->k->w;
  size_t c = w->ncols, at = (size_t)s->from * c + s->col, end = (size_t)s->to * c;
  uint64_t apart = 0, any = 0;
  for (size_t i = 0; i < 64; i += c) apart |= UINT64_C(1) << i;
  while (at < end) {
    any |= w->quoted[at >> 6] & apart << (at & 63);
    at += (63 - (at & 63)) / c * c + c; /* the first in a later word */
  }
  return any != 0;
}

/* Whether a batch can be read fast: the empty text is the only null, offsets are small enough, and in JSON no
 * string is to be told from a number. */
static bool is_simple(const blt_span *s) {
  const blt_converting *k = s->k;
  if (k->plan->nnulls || k->w->raw_len >= (UINT32_C(1) << 30)) return false;
  bool quotes = (k->plan->json || k->plan->quotes_mean_text) && s->column->inferred && k->w->quoted &&
                !(k->plan->json && is_dated(s->column->type)) && any_quoted(s);
  for (uint32_t r = s->from; quotes && r < s->to; r++)
    if (blt_is_only_text(s, r)) return false;
  return true;
}

/* Moves the first `rows` values to 64 bits. */
static blt_status widen(blt_span *s, uint32_t rows, blt_error *err) {
  blt_chunk_column *c = s->out;
  blt_status status =
      blt_grow(s->k->chunk->ctx, &c->own, &c->own_cap, (size_t)s->k->w->nrows * sizeof(int64_t), 1, err);
  if (status != BLT_OK) return status;
  const int32_t *narrow = c->data;
  int64_t *wide = (int64_t *)(void *)c->own;
  for (uint32_t r = 0; r < rows; r++) wide[r] = narrow[r];
  c->data = wide;
  c->wide = true;
  return BLT_OK;
}

static blt_status put_int(blt_span *s, uint32_t row, int64_t v, blt_error *err) {
  if (!s->out->wide && v != (int32_t)v) {
    blt_status status = widen(s, row, err);
    if (status != BLT_OK) return status;
  }
  if (s->out->wide)
    ((int64_t *)s->out->data)[row] = v;
  else
    ((int32_t *)s->out->data)[row] = (int32_t)v;
  return BLT_OK;
}

/* Up to `most` plain values from `row` on, as many as follow each other. */
static uint32_t fast_values(const blt_span *s, uint32_t row, uint32_t most, int64_t *out) {
  blt_digits f = digits_from(s, row);
  f.n = most;
  switch (s->column->type.id) {
  case BLT_INT64:
    return blt_digits_whole(f, out);
  case BLT_DATE:
    return s->column->form ? 0 : blt_digits_dates(f, out);
  case BLT_TIMESTAMP:
    return s->column->form ? 0 : blt_digits_moments(f, out);
  case BLT_BOOL:
    return blt_digits_flags(f, out);
  default:
    return 0;
  }
}

/* Moves *row on by what can be read fast, up to a value that can not be, or to the end. */
static blt_status convert_fast(blt_span *s, uint32_t *row, blt_error *err) {
  int64_t few[BLT_CONVERT_BATCH];
  blt_status status = BLT_OK;
  uint32_t r = *row, n, most;
  do { /* of numbers among short ones a few only: then there may be more short ones */
    bool narrow = s->column->type.id == BLT_INT64 && !s->out->wide;
    if (narrow) r += blt_digits_ints(digits_from(s, r), (int32_t *)s->out->data + r);
    most = narrow && s->to - r > FEW ? FEW : s->to - r;
    n = fast_values(s, r, most, few);
    if (s->out->wide)
      memcpy((int64_t *)s->out->data + r, few, n * sizeof *few);
    else
      for (uint32_t i = 0; status == BLT_OK && i < n; i++) status = put_int(s, r + i, few[i], err);
    r += n;
  } while (status == BLT_OK && n == most && r < s->to);
  *row = r;
  return status;
}

/* ---- columns with many empty fields ---- */

static inline bool is_empty(const blt_span *s, uint32_t row) {
  const blt_rows *w = s->k->w;
  const uint32_t *e = w->ends + (size_t)row * w->ncols + s->col;
  return e[0] - e[-1] == (s->col ? 1 : w->gap);
}

/* Whether a field is empty and null, where that is no mistake and the empty text the only one. */
static inline bool is_plain_null(const blt_span *s, uint32_t row) {
  const blt_plan *p = s->k->plan;
  if (!is_empty(s, row) || !p->empty_null || s->column->type.required) return false;
  return p->quoted_nulls || !blt_rows_quoted(s->k->w, row, s->col);
}

static uint32_t skip_nulls(blt_span *s, uint32_t row) {
  uint32_t from = row;
  for (; row < s->to && is_plain_null(s, row); row++) {
    blt_bit_clear(s->out->valid, row);
    if (s->column->kind == BLT_KIND_FLOAT || s->out->wide)
      ((uint64_t *)s->out->data)[row] = 0;
    else
      ((uint32_t *)s->out->data)[row] = 0;
  }
  s->out->nulls += row - from;
  return row;
}

/* The rows from *row on that may be read fast: all, or, in a batch where fields were empty, those up to the
 * next such field; nulls before them are noted. */
static blt_span full_rows(blt_span *s, uint32_t *row, bool sparse) {
  blt_span part = *s;
  if (!sparse) return part;
  *row = skip_nulls(s, *row);
  part.to = *row;
  while (part.to < s->to && (part.to == *row || !is_empty(s, part.to))) part.to++;
  return part;
}

blt_status blt_convert_ints(blt_span *s, blt_error *err) {
  bool fast = is_simple(s), sparse = false;
  blt_status status = BLT_OK;
  for (uint32_t r = s->from; status == BLT_OK && r < s->to;) {
    int64_t v = 0;
    blt_span part = full_rows(s, &r, sparse);
    if (fast && r < part.to) status = convert_fast(&part, &r, err);
    if (status != BLT_OK || r == part.to) continue;
    sparse = sparse || (fast && is_plain_null(s, r));
    if (sparse && is_plain_null(s, r)) continue;
    status = slow_int(s, r, blt_rows_field(s->k->w, r, s->col), &v, err);
    if (status == BLT_OK) status = put_int(s, r++, v, err);
  }
  return status;
}

blt_status blt_convert_floats(blt_span *s, blt_error *err) {
  double *out = s->out->data;
  bool fast = is_simple(s), sparse = false;
  for (uint32_t r = s->from; r < s->to;) {
    blt_span part = full_rows(s, &r, sparse);
    if (fast && r < part.to)
      r += blt_digits_floats(digits_from(&part, r), s->k->plan->spelling.mark, out + r);
    if (r == part.to) continue;
    sparse = sparse || (fast && is_plain_null(s, r));
    if (sparse && is_plain_null(s, r)) continue;
    blt_status status = slow_float(s, r, blt_rows_field(s->k->w, r, s->col), &out[r], err);
    if (status != BLT_OK) return status;
    r++;
  }
  return BLT_OK;
}
