#include "convert_inside.h"
#include "base/bits.h"
#include "base/mem.h"

#include <string.h>

void blt_chunk_free(blt_chunk *c) {
  blt_ctx *ctx = c->ctx;
  if (!ctx) return;
  for (uint32_t i = 0; c->columns && i < c->ncols; i++)
    blt_free(ctx, c->columns[i].own, c->columns[i].own_cap);
  blt_free(ctx, c->columns, c->ncols * sizeof *c->columns);
  blt_free(ctx, c->looks, c->ncols * sizeof *c->looks);
  blt_free(ctx, c->arena, c->arena_bytes);
  blt_free(ctx, c->bad, c->bad_cap * sizeof *c->bad);
  *c = (blt_chunk){0};
}

/* ---- nulls and refusals ---- */

blt_status blt_convert_refuse(blt_span *s, uint32_t row, blt_bad_reason reason, blt_error *err) {
  blt_converting *k = s->k;
  if (s->column->inferred) {
    k->chunk->conflict = true;
    return BLT_OK;
  }
  blt_status status =
      blt_grow(k->chunk->ctx, &k->refused, &k->refused_cap, k->nrefused + 1, sizeof *k->refused, err);
  if (status == BLT_OK) k->refused[k->nrefused++] = (blt_refused){row, s->col, reason};
  return status;
}

blt_status blt_convert_null(blt_span *s, uint32_t row, blt_error *err) {
  blt_bit_clear(s->out->valid, row);
  s->out->nulls++;
  return s->column->type.required ? blt_convert_refuse(s, row, BLT_BAD_NULL, err) : BLT_OK;
}

/* ---- strings ---- */

/* The field, or no bytes (s NULL) when it is null, which is then noted. */
static inline blt_status string_field(blt_span *s, uint32_t row, blt_str *out, blt_error *err) {
  const blt_plan *p = s->k->plan;
  *out = blt_rows_field(s->k->w, row, s->col);
  if (out->len && p->nnulls == 0) return BLT_OK;
  if (!blt_is_null(p, out->s, out->len, blt_rows_quoted(s->k->w, row, s->col))) return BLT_OK;
  *out = (blt_str){NULL, 0};
  return blt_convert_null(s, row, err);
}

/* Row by row: nulls have other texts than the empty one, or the empty one is none. */
static blt_status convert_codes_slowly(blt_span *s, blt_error *err) {
  uint32_t *out = s->out->data;
  for (uint32_t r = s->from; r < s->to; r++) {
    blt_str v;
    out[r] = 0;
    blt_status status = string_field(s, r, &v, err);
    if (status == BLT_OK && v.s) status = blt_intern_one(&s->k->interns[s->col], v, r, &out[r], err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* Whether a field without bytes is null. */
static bool is_empty_null(const blt_span *s, uint32_t row) {
  return blt_is_null(s->k->plan, "", 0, blt_rows_quoted(s->k->w, row, s->col));
}

static bool any_empty_text(const blt_span *s) {
  for (uint32_t r = s->from; r < s->to; r++)
    if (blt_rows_field(s->k->w, r, s->col).len == 0 && !is_empty_null(s, r)) return true;
  return false;
}

/* Of a batch's fields without bytes, those that are null are noted, the others get code `empty`. */
static blt_status settle_empty(blt_span *s, uint32_t empty, blt_error *err) {
  const blt_rows *w = s->k->w;
  uint32_t *out = s->out->data;
  for (uint32_t r = s->from; r < s->to; r++) {
    if (blt_rows_field(w, r, s->col).len) continue;
    bool null = is_empty_null(s, r);
    blt_status status = null ? blt_convert_null(s, r, err) : BLT_OK;
    if (status != BLT_OK) return status;
    out[r] = null ? 0 : empty;
  }
  return BLT_OK;
}

/* Which of a batch's rows have bytes, counted from its first. */
static uint32_t list_full(const blt_span *s, uint32_t full[BLT_CONVERT_BATCH]) {
  const blt_rows *w = s->k->w;
  const uint32_t *e = w->ends + (size_t)s->from * w->ncols + s->col;
  uint32_t n = 0, gap = s->col ? 1 : w->gap;
  for (uint32_t i = 0; i < s->to - s->from; i++, e += w->ncols) {
    full[n] = i;
    n += e[0] - e[-1] > gap;
  }
  return n;
}

/* A batch at a time, unless there are other null texts than the empty one. An empty text that is none must be
 * known before: codes are given in the order of rows. */
static blt_status convert_codes(blt_span *s, blt_error *err) {
  const blt_rows *w = s->k->w;
  const blt_plan *p = s->k->plan;
  blt_intern *in = &s->k->interns[s->col];
  bool met = false, empty_is_null = p->empty_null && (!w->quoted || p->quoted_nulls);
  uint32_t empty = 0;
  if (p->nnulls || (!empty_is_null && !blt_intern_empty(in, &empty) && any_empty_text(s)))
    return convert_codes_slowly(s, err);
  blt_intern_fields f = {.text = w->text,
                         .ends = w->ends + (size_t)s->from * w->ncols + s->col,
                         .stride = w->ncols,
                         .gap = s->col ? 1 : w->gap,
                         .n = s->to - s->from,
                         .row = s->from};
  uint32_t full[BLT_CONVERT_BATCH];
  if (in->sparse) {
    f.full = full;
    f.n = list_full(s, full);
    met = f.n < s->to - s->from;
  }
  blt_status status = blt_intern_fields_of(in, &f, (uint32_t *)s->out->data + s->from, &met, err);
  in->sparse = met;
  return status == BLT_OK && met ? settle_empty(s, empty, err) : status;
}

/* Short texts are copied with what follows them: both sides have room for that. */
#define AT_ONCE 64u
_Static_assert(AT_ONCE <= BLT_ROWS_PAD, "so many bytes are readable behind a text");

static inline void copy_text(char *out, blt_str v) {
  if (v.len <= AT_ONCE)
    memcpy(out, v.s, AT_ONCE);
  else
    memcpy(out, v.s, v.len);
}

/* Bytes from a batch's first field of the column to the end of its last, at least what its texts take. */
static size_t bytes_of_batch(const blt_span *s) {
  const blt_rows *w = s->k->w;
  return w->ends[(size_t)(s->to - 1) * w->ncols + s->col] - w->ends[(size_t)s->from * w->ncols + s->col - 1];
}

static blt_status convert_text(blt_span *s, blt_error *err) {
  uint32_t *out = s->out->data;
  blt_status status = blt_grow(s->k->chunk->ctx, &s->out->own, &s->out->own_cap,
                               out[s->from] + bytes_of_batch(s) + AT_ONCE, 1, err);
  for (uint32_t r = s->from; status == BLT_OK && r < s->to; r++) {
    blt_str v;
    status = string_field(s, r, &v, err);
    if (v.len) copy_text(s->out->own + out[r], v);
    out[r + 1] = out[r] + v.len;
  }
  return status;
}

/* ---- columns whose type is still open ---- */

/* Notes what a field looks like once it is read as it is spelled. */
static void look_at_spelled(const blt_plan *p, blt_looks *looks, blt_str f) {
  char room[BLT_SPELLED_ROOM], iso[BLT_ISO_ROOM];
  size_t n = p->form.n ? blt_date_form_read(&p->form, f.s, f.len, iso) : 0;
  if (n)
    f = (blt_str){iso, (uint32_t)n};
  else
    f = blt_plain_number(p, f, room);
  blt_looks_add(looks, f.s, f.len, p->spelling.mark);
}

static void look_at(blt_span *s) {
  const blt_plan *p = s->k->plan;
  for (uint32_t r = s->from; r < s->to; r++) {
    blt_str f = blt_rows_field(s->k->w, r, s->col);
    if (blt_is_null(p, f.s, f.len, blt_rows_quoted(s->k->w, r, s->col))) continue;
    blt_looks *looks = &s->k->chunk->looks[s->col];
    bool text = blt_is_only_text(s, r);
    if (text && p->json)
      blt_looks_add_text(looks, f.s, f.len);
    else if (text)
      looks->seen |= BLT_LOOKS_TEXT;
    else
      look_at_spelled(p, looks, f);
  }
}

static blt_status expect_nulls(blt_span *s, blt_error *err) {
  for (uint32_t r = s->from; r < s->to; r++) {
    blt_str f = blt_rows_field(s->k->w, r, s->col);
    bool null = blt_is_null(s->k->plan, f.s, f.len, blt_rows_quoted(s->k->w, r, s->col));
    blt_status status = null ? blt_convert_null(s, r, err) : blt_convert_refuse(s, r, BLT_BAD_VALUE, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

static blt_status convert_span(blt_span *s, blt_error *err) {
  switch (s->column->kind) {
  case BLT_KIND_INT:
    return blt_convert_ints(s, err);
  case BLT_KIND_FLOAT:
    return blt_convert_floats(s, err);
  case BLT_KIND_CODES:
    return convert_codes(s, err);
  case BLT_KIND_TEXT:
    return convert_text(s, err);
  case BLT_KIND_NULL:
    return expect_nulls(s, err);
  case BLT_KIND_LOOK:
    look_at(s);
    return BLT_OK;
  }
  return BLT_OK;
}

/* ---- the chunk ---- */

static size_t column_bytes(blt_column_kind kind, size_t rows) {
  bool half = kind == BLT_KIND_INT || kind == BLT_KIND_CODES || kind == BLT_KIND_TEXT;
  size_t data = kind == BLT_KIND_FLOAT ? rows * 8 : half ? (rows + 1) * 4 : 0;
  return (data + 63) / 64 * 64 + (blt_bits_words(rows) * 8 + 63) / 64 * 64;
}

/* Gives every column its arrays, all valid. */
static blt_status lay_out(const blt_plan *p, uint32_t rows, blt_chunk *c, blt_error *err) {
  if (!c->columns) c->columns = blt_calloc(c->ctx, p->ncols, sizeof *c->columns);
  if (!c->looks) c->looks = blt_calloc(c->ctx, p->ncols, sizeof *c->looks);
  c->ncols = p->ncols;
  if (!c->columns || !c->looks)
    return blt_fail_memory(err, p->ncols * (sizeof *c->columns + sizeof *c->looks));
  size_t bytes = p->lines ? (size_t)rows * 8 + 64 : 0;
  for (uint32_t i = 0; i < p->ncols; i++) bytes += column_bytes(p->columns[i].kind, rows);
  if (c->arena_bytes < bytes + 64) {
    blt_free(c->ctx, c->arena, c->arena_bytes);
    c->arena_bytes = bytes + bytes / 8 + 64; /* the next chunk may have a few more rows */
    c->arena = blt_alloc(c->ctx, c->arena_bytes);
    if (!c->arena) return blt_fail_memory(err, c->arena_bytes);
  }
  char *at = c->arena;
  for (uint32_t i = 0; i < p->ncols; i++) {
    blt_chunk_column *col = &c->columns[i];
    size_t whole = column_bytes(p->columns[i].kind, rows), words = (blt_bits_words(rows) * 8 + 63) / 64 * 64;
    col->kind = p->columns[i].kind;
    col->nulls = 0;
    col->wide = false;
    col->data = at;
    col->valid = (uint64_t *)(void *)(at + whole - words);
    blt_bits_fill(col->valid, rows);
    if (col->kind == BLT_KIND_TEXT) *(uint32_t *)col->data = 0;
    at += whole;
  }
  c->line = (uint64_t *)(void *)at;
  return BLT_OK;
}

static blt_status convert_all(blt_converting *k, blt_error *err) {
  const blt_plan *p = k->plan;
  uint32_t rows = k->w->nrows;
  for (uint32_t from = 0; from < rows; from += BLT_CONVERT_BATCH) {
    uint32_t to = rows - from < BLT_CONVERT_BATCH ? rows : from + BLT_CONVERT_BATCH;
    for (uint32_t c = 0; c < p->ncols; c++) {
      blt_span s = {k, &k->chunk->columns[c], &p->columns[c], c, from, to};
      blt_status status = convert_span(&s, err);
      if (status != BLT_OK) return status;
    }
  }
  return BLT_OK;
}

/* Rising by row, the leftmost column of a row first. Batches come by row, so the list is nearly sorted. */
static void sort_refused(blt_refused *v, size_t n) {
  for (size_t i = 1; i < n; i++) {
    blt_refused x = v[i];
    size_t k = i;
    for (; k > 0 && (v[k - 1].row > x.row || (v[k - 1].row == x.row && v[k - 1].column > x.column)); k--)
      v[k] = v[k - 1];
    v[k] = x;
  }
}

static void add_structural(blt_chunk *c, const blt_rows *w, size_t i) {
  blt_bad bad = w->bad[i];
  bad.before = bad.before + (uint32_t)i + 1;
  c->bad[c->nbad++] = bad;
}

/* Lists bad records in the order of the file: those without fields to convert, and those refused. */
static blt_status list_bad(blt_converting *k, blt_error *err) {
  const blt_rows *w = k->w;
  blt_chunk *c = k->chunk;
  size_t s = 0;
  if (w->nbad + k->nrefused == 0) return BLT_OK;
  blt_status status = blt_grow(c->ctx, &c->bad, &c->bad_cap, w->nbad + k->nrefused, sizeof *c->bad, err);
  if (status != BLT_OK) return status;
  for (size_t i = 0; i < k->nrefused; i++) {
    const blt_refused *r = &k->refused[i];
    if (i > 0 && k->refused[i - 1].row == r->row) continue;
    while (s < w->nbad && w->bad[s].before <= r->row) add_structural(c, w, s++);
    uint64_t at = blt_rows_offset(w, r->row);
    c->bad[c->nbad++] = (blt_bad){.before = r->row + (uint32_t)s + 1,
                                  .column = r->column,
                                  .fields = w->ncols,
                                  .reason = r->reason,
                                  .offset = at,
                                  .length = 0, /* known when the record is looked at again */
                                  .where = at};
  }
  while (s < w->nbad) add_structural(c, w, s++);
  return BLT_OK;
}

static blt_status drop_refused(blt_converting *k, blt_error *err) {
  size_t words = blt_bits_words(k->w->nrows);
  uint64_t *keep = blt_alloc(k->chunk->ctx, words * 8);
  if (!keep) return blt_fail_memory(err, words * 8);
  blt_bits_fill(keep, k->w->nrows);
  for (size_t i = 0; i < k->nrefused; i++) blt_bit_clear(keep, k->refused[i].row);
  blt_status status = blt_rows_drop(k->w, keep, err);
  blt_free(k->chunk->ctx, keep, words * 8);
  return status;
}

/* Line ends before each row, from the chunk's start. */
static void number_lines(const blt_plan *p, const blt_rows *w, blt_chunk *c) {
  uint64_t n = 0, at = w->start;
  const char *raw = w->raw + BLT_ROWS_PAD;
  for (uint32_t r = 0; r < w->nrows; r++) {
    uint64_t next = blt_rows_offset(w, r);
    for (; at < next; at++) n += raw[at - w->raw_at] == p->newline;
    c->line[r] = n;
  }
  for (; at < w->end; at++) n += raw[at - w->raw_at] == p->newline;
  c->newlines = n;
}

/* What the worker's dictionary holds before the chunk is read. */
static void note_entries(blt_chunk_column *c, const blt_intern *in) {
  c->first_entry = in->count;
  c->merged = c->kind == BLT_KIND_CODES ? in->count : 0;
  c->asked = in->asked;
}

static blt_status convert_twice(blt_converting *k, blt_error *err) {
  blt_chunk *c = k->chunk;
  c->nrecords = k->w->nrows + (uint32_t)k->w->nbad;
  blt_status status = lay_out(k->plan, k->w->nrows, c, err);
  for (uint32_t i = 0; status == BLT_OK && i < k->plan->ncols; i++)
    note_entries(&c->columns[i], &k->interns[i]);
  if (status == BLT_OK) status = convert_all(k, err);
  if (status != BLT_OK) return status;
  sort_refused(k->refused, k->nrefused);
  status = list_bad(k, err);
  if (status == BLT_OK && k->nrefused) { /* once more without them: their strings leave no trace */
    status = drop_refused(k, err);
    for (uint32_t i = 0; i < k->plan->ncols; i++) blt_intern_cut(&k->interns[i], c->columns[i].first_entry);
    if (status == BLT_OK) status = lay_out(k->plan, k->w->nrows, c, err);
    if (status == BLT_OK) status = convert_all(k, err);
  }
  return status;
}

blt_status blt_convert(const blt_plan *plan, blt_rows *w, blt_intern *interns, blt_chunk *chunk,
                       blt_error *err) {
  blt_converting k = {.plan = plan, .w = w, .interns = interns, .chunk = chunk};
  chunk->start = w->start;
  chunk->end = w->end;
  chunk->unknown = w->unknown;
  if (w->start == BLT_NO_START) return BLT_OK;
  blt_status status = convert_twice(&k, err);
  blt_free(chunk->ctx, k.refused, k.refused_cap * sizeof *k.refused);
  if (status != BLT_OK) return status;
  chunk->nrows = w->nrows;
  for (uint32_t i = 0; i < plan->ncols; i++) {
    chunk->columns[i].entries = interns[i].count;
    chunk->columns[i].asked = interns[i].asked - chunk->columns[i].asked;
  }
  if (plan->lines) number_lines(plan, w, chunk);
  return BLT_OK;
}
