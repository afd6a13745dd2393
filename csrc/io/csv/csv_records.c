/* Any chunk, record by record: fields are copied into a text that looks like that of a regular chunk. */
#include "csv_rows_inside.h"
#include "flagged.h"
#include "base/bits.h"
#include "base/mem.h"
#include "io/text/utf8.h"

#include <string.h>

typedef enum step { STEP_FIELD, STEP_RECORD, STEP_MORE, STEP_BAD } step;

/* The record being walked. */
typedef struct record {
  size_t start, at;
  uint32_t fields, columns; /* columns: of those that are kept; a field may give two */
  blt_bad_reason bad;       /* 0: fine so far */
  uint32_t bad_column;
  size_t bad_at;
} record;

static void blame(record *r, blt_bad_reason reason, size_t at) {
  if (r->bad) return;
  r->bad = reason;
  r->bad_column = r->columns;
  r->bad_at = at;
}

static blt_status room(blt_csv_walk *k, size_t more, blt_error *err) {
  size_t need = (size_t)k->out + more + 2 * BLT_ROWS_PAD;
  if (need > UINT32_MAX)
    return blt_fail(err, BLT_EFORMAT, "%s: a record longer than 4 GiB", blt_source_name(k->f->source));
  return blt_grow(k->w->ctx, &k->w->unquoted, &k->w->unquoted_cap, need, 1, err);
}

static void put(blt_csv_walk *k, const char *s, size_t n) {
  memcpy(k->w->unquoted + k->out, s, n);
  k->out += (uint32_t)n;
}

/* Copies text, each byte that is not UTF-8 as U+FFFD. */
static void put_replaced(blt_csv_walk *k, const char *s, size_t n) {
  for (size_t at = 0; at < n;) {
    size_t good = blt_utf8_check(s + at, n - at);
    put(k, s + at, good);
    at += good;
    if (at == n) break;
    put(k, "\xef\xbf\xbd", 3);
    at++;
  }
}

/* Copies one piece of a field, minding the policy for UTF-8. */
static blt_status put_text(blt_csv_walk *k, record *r, size_t from, size_t to, blt_error *err) {
  const char *s = k->w->raw + from;
  size_t n = to - from;
  bool check = k->seen.non_ascii && k->f->utf8 != BLT_UTF8_KEEP;
  size_t good = check ? blt_utf8_check(s, n) : n;
  if (good < n && k->f->utf8 == BLT_UTF8_REFUSE) blame(r, BLT_BAD_UTF8, from + good);
  blt_status status = room(k, good < n ? 3 * n : n, err);
  if (status != BLT_OK) return status;
  if (good < n && k->f->utf8 == BLT_UTF8_REPLACE)
    put_replaced(k, s, n);
  else
    put(k, s, n);
  return BLT_OK;
}

/* The next mark at or after `at` that is a line end or (when asked for) a separator; k->end when there is
 * none. */
static size_t next_stop(blt_csv_walk *k, size_t at, bool separators) {
  blt_csv_skip_marks(k, at);
  const blt_rows *w = k->w;
  for (size_t i = k->mark; i < w->nmarks; i++) {
    char c = w->raw[w->marks[i]];
    if (c == k->f->newline || (separators && c == k->f->delimiter)) return w->marks[i];
  }
  return k->end;
}

static size_t next_quote(blt_csv_walk *k, size_t at) {
  blt_csv_skip_marks(k, at);
  const blt_rows *w = k->w;
  for (; k->mark < w->nmarks; k->mark++)
    if (w->raw[w->marks[k->mark]] == k->f->quote) return w->marks[k->mark];
  return k->end;
}

/* Ends a field at `at`, which holds a separator, a line end, or is the end of everything. */
static step end_field(blt_csv_walk *k, record *r, size_t at) {
  r->fields++;
  if (at == k->end) {
    r->at = at;
    return STEP_RECORD;
  }
  r->at = at + 1;
  return k->w->raw[at] == k->f->newline ? STEP_RECORD : STEP_FIELD;
}

static step plain_field(blt_csv_walk *k, record *r, blt_status *status, blt_error *err) {
  const char *raw = k->w->raw;
  size_t stop = next_stop(k, r->at, true), from = r->at, to = stop;
  if (stop == k->end && !k->eof) return STEP_MORE;
  bool line = stop == k->end || raw[stop] == k->f->newline;
  while (line && to > from && raw[to - 1] == '\r' && k->f->newline == '\n') to--;
  if (k->f->trim) {
    while (from < to && blt_csv_is_blank(raw[from])) from++;
    while (to > from && blt_csv_is_blank(raw[to - 1])) to--;
  }
  *status = put_text(k, r, from, to, err);
  return end_field(k, r, stop);
}

/* Where the quoted text that starts at `at` pauses: at a quote, or at an escape before a quote or an escape.
 */
static size_t quoted_pause(blt_csv_walk *k, size_t at) {
  size_t q = next_quote(k, at);
  if (!k->f->escape) return q;
  for (size_t i = at; i < q; i++)
    if (k->w->raw[i] == k->f->escape) return i;
  return q;
}

/* Where the line end that starts at `at` has its LF, any number of CR before it (texts that went through two
 * conversions have two); k->end for the end of everything, or k->end + 1 when it is no line end. */
static size_t line_end(const blt_csv_walk *k, size_t at) {
  const char *raw = k->w->raw;
  while (at < k->end && raw[at] == '\r' && k->f->newline == '\n') at++;
  return at == k->end || raw[at] == k->f->newline ? at : k->end + 1;
}

/* After a closing quote: the field's end, or k->end + 1 when other text follows. */
static size_t after_quote(blt_csv_walk *k, size_t at) {
  const char *raw = k->w->raw;
  if (k->f->trim)
    while (at < k->end && blt_csv_is_blank(raw[at])) at++;
  if (at < k->end && raw[at] == k->f->delimiter) return at;
  return line_end(k, at);
}

static step quoted_field(blt_csv_walk *k, record *r, size_t open, blt_status *status, blt_error *err) {
  const char *raw = k->w->raw;
  size_t at = open + 1, mark = k->mark;
  for (;;) {
    size_t pause = quoted_pause(k, at);
    if (pause + 2 >= k->end && !k->eof) return STEP_MORE; /* what follows the pause must be at hand */
    if (pause == k->end) {
      blame(r, BLT_BAD_QUOTE_OPEN, open);
      k->mark = mark; /* only the line is bad, not all that follows */
      return end_field(k, r, next_stop(k, open + 1, false));
    }
    *status = put_text(k, r, at, pause, err);
    if (*status != BLT_OK) return STEP_BAD;
    bool more = pause + 1 < k->end;
    char next = more ? raw[pause + 1] : 0;
    if (k->f->escape && raw[pause] == k->f->escape && k->f->escape != k->f->quote) {
      at = pause + 1;
      if (more && (next == k->f->quote || next == k->f->escape)) at++;
      *status = put_text(k, r, at - 1, at, err);
      if (*status != BLT_OK) return STEP_BAD;
      continue;
    }
    if (k->f->escape == 0 && more && next == k->f->quote) {
      *status = put_text(k, r, pause, pause + 1, err);
      if (*status != BLT_OK) return STEP_BAD;
      at = pause + 2;
      continue;
    }
    size_t stop = after_quote(k, pause + 1);
    if (stop == k->end && !k->eof) return STEP_MORE;
    if (stop > k->end) {
      blame(r, BLT_BAD_QUOTE_TEXT, pause + 1);
      stop = next_stop(k, pause + 1, false);
      if (stop == k->end && !k->eof) return STEP_MORE;
    }
    return end_field(k, r, stop);
  }
}

static blt_status note_field(blt_csv_walk *k, size_t index, bool quoted, blt_error *err) {
  blt_rows *w = k->w;
  blt_status status = room(k, 1, err);
  if (status == BLT_OK)
    status = blt_grow(w->ctx, &w->own_ends, &w->own_ends_cap, index + 2, sizeof *w->own_ends, err);
  if (status == BLT_OK)
    status = blt_grow(w->ctx, &w->quoted_bits, &w->quoted_cap, (index >> 6) + 1, sizeof *w->quoted_bits, err);
  if (status != BLT_OK) return status;
  w->own_ends[index + 1] = k->out;
  w->unquoted[k->out++] = '\n';
  blt_bit_put(w->quoted_bits, index, quoted);
  return BLT_OK;
}

static bool is_split(const blt_csv_walk *k, uint32_t field) {
  return k->f->nsplit && k->f->split[field];
}

/* Fields that a record has; a field that is split gives two columns. */
static uint32_t fields_of(const blt_csv_format *f) {
  return f->ncols - f->nsplit;
}

/* Notes the field whose text was put from `from` on as a number and what stands behind it. Such a column
 * holds numbers, whatever quotes say. */
static blt_status note_split(blt_csv_walk *k, size_t index, uint32_t from, bool quoted, blt_error *err) {
  blt_status status = room(k, 1, err);
  if (status != BLT_OK) return status;
  char *field = k->w->unquoted + from;
  blt_str text = blt_flagged_trim((blt_str){field, k->out - from});
  uint32_t number = blt_flagged_number(k->f, text, quoted);
  blt_str flag = blt_flagged_trim((blt_str){text.s + number, text.len - number});
  memmove(field, text.s, number);
  memmove(field + number + 1, flag.s, flag.len);
  k->out = from + number;
  status = note_field(k, index, false, err);
  if (status != BLT_OK) return status;
  k->out += flag.len;
  return note_field(k, index + 1, quoted && flag.len > 0, err);
}

/* Notes the field that the record has got last. */
static blt_status note_kept(blt_csv_walk *k, record *r, size_t index, uint32_t from, bool quoted,
                            blt_error *err) {
  bool split = is_split(k, r->fields - 1);
  size_t at = index + r->columns;
  r->columns += split ? 2 : 1;
  return split ? note_split(k, at, from, quoted, err) : note_field(k, at, quoted, err);
}

/* Walks one record from r->start. Fields beyond the table's are counted, not kept. */
static step walk_record(blt_csv_walk *k, record *r, size_t index, blt_status *status, blt_error *err) {
  uint32_t nfields = k->f->ncols ? fields_of(k->f) : BLT_MAX_COLUMNS;
  *r = (record){.start = r->start, .at = r->start};
  for (;;) {
    const char *raw = k->w->raw;
    uint32_t out = k->out;
    size_t at = r->at;
    if (k->f->trim)
      while (at < k->end && blt_csv_is_blank(raw[at])) at++;
    bool quoted = k->f->quote && at < k->end && raw[at] == k->f->quote;
    step s = quoted ? quoted_field(k, r, at, status, err) : plain_field(k, r, status, err);
    if (*status != BLT_OK || s == STEP_MORE) return *status != BLT_OK ? STEP_BAD : s;
    if (r->fields <= nfields)
      *status = note_kept(k, r, index, out, quoted, err);
    else
      k->out = out;
    if (*status != BLT_OK) return STEP_BAD;
    if (s == STEP_RECORD) return s;
  }
}

/* Where blanks, delimiters and quotes with nothing between them stop from `at` on. */
static size_t blank_end(const blt_csv_walk *k, size_t at) {
  const char *raw = k->w->raw;
  for (;;) {
    bool pair = at + 1 < k->end && raw[at] == k->f->quote && raw[at + 1] == k->f->quote;
    if (at < k->end && (raw[at] == k->f->delimiter || blt_csv_is_blank(raw[at])))
      at++;
    else if (pair && k->f->quote)
      at += 2;
    else
      return at;
  }
}

/* Length of the line at `at` if it is to be passed over (empty or a comment), 0 if it is a record; STEP_MORE
 * through `*more` when its end is not at hand. */
static size_t passed_over(blt_csv_walk *k, size_t at, bool *more) {
  const char *raw = k->w->raw;
  *more = false;
  bool comment = k->f->comment && raw[at] == k->f->comment;
  if (!comment && fields_of(k->f) == 1) return 0;
  if (!comment && k->f->drop_blank && k->f->ncols) {
    size_t stop = line_end(k, blank_end(k, at));
    if (stop < k->end) return stop + 1 - at;
    *more = stop == k->end && !k->eof;
    if (stop == k->end) return k->eof ? stop - at : 0;
  }
  if (!comment && raw[at] == k->f->newline) return 1;
  if (!comment && raw[at] == '\r' && k->f->newline == '\n') {
    size_t stop = line_end(k, at);
    if (stop == k->end) *more = !k->eof;
    return stop < k->end ? stop + 1 - at : 0;
  }
  if (!comment) return 0;
  size_t stop = next_stop(k, at, false);
  if (stop == k->end) {
    *more = !k->eof;
    return stop - at;
  }
  return stop + 1 - at;
}

/* Missing fields become empty ones, where that is wanted. */
static blt_status settle_fields(blt_csv_walk *k, record *r, size_t index, blt_error *err) {
  uint32_t ncols = k->f->ncols, nfields = fields_of(k->f);
  if (ncols == 0 || r->fields == nfields) return BLT_OK;
  if (r->fields > nfields) {
    if (k->f->ragged != BLT_RAGGED_CUT) blame(r, BLT_BAD_MANY, r->start);
    return BLT_OK;
  }
  if (k->f->ragged == BLT_RAGGED_REFUSE) {
    blame(r, BLT_BAD_FEW, r->start);
    return BLT_OK;
  }
  for (uint32_t c = r->columns; c < ncols; c++) {
    blt_status status = note_field(k, index + c, false, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

static blt_status note_bad(blt_csv_walk *k, const record *r, blt_error *err) {
  blt_rows *w = k->w;
  blt_status status = blt_grow(w->ctx, &w->bad, &w->bad_cap, w->nbad + 1, sizeof *w->bad, err);
  if (status != BLT_OK) return status;
  size_t end = r->at;
  if (end > r->start && w->raw[end - 1] == k->f->newline) end--;
  while (end > r->start && w->raw[end - 1] == '\r') end--;
  bool whole = r->bad == BLT_BAD_FEW || r->bad == BLT_BAD_MANY;
  w->bad[w->nbad++] = (blt_bad){.before = w->nrows,
                                .column = whole ? UINT32_MAX : r->bad_column,
                                .fields = r->fields,
                                .reason = r->bad,
                                .offset = w->raw_at + r->start - BLT_ROWS_PAD,
                                .length = end - r->start,
                                .where = w->raw_at + r->bad_at - BLT_ROWS_PAD};
  return BLT_OK;
}

static blt_status note_record(blt_csv_walk *k, const record *r, blt_error *err) {
  blt_rows *w = k->w;
  blt_status status =
      blt_grow(w->ctx, &w->record_at, &w->record_at_cap, (size_t)w->nrows + 1, sizeof *w->record_at, err);
  if (status == BLT_OK) w->record_at[w->nrows++] = (uint32_t)(r->start - BLT_ROWS_PAD);
  return status;
}

blt_status blt_csv_walk_records(blt_csv_walk *k, uint64_t patience, bool *found, blt_error *err) {
  blt_rows *w = k->w;
  record r = {.start = BLT_ROWS_PAD + (size_t)(w->start - w->raw_at)};
  size_t index = 0;
  w->nrows = 0;
  k->out = BLT_ROWS_PAD;
  blt_status status = room(k, BLT_ROWS_PAD, err);
  if (status == BLT_OK)
    status = blt_grow(w->ctx, &w->own_ends, &w->own_ends_cap, 1, sizeof *w->own_ends, err);
  while (status == BLT_OK && r.start < k->limit && !(k->eof && r.start >= k->end)) {
    uint32_t out = k->out;
    bool more = r.start >= k->end;
    size_t pass = more ? 0 : passed_over(k, r.start, &more);
    if (!more && pass) {
      r.start += pass;
      continue;
    }
    size_t mark = k->mark;
    step s = more ? STEP_MORE : walk_record(k, &r, index, &status, err);
    if (s == STEP_MORE) { /* from the record's start again, with more bytes at hand */
      k->out = out;
      k->mark = mark;
      if (w->raw_len > patience) {
        *found = false;
        return BLT_OK;
      }
      status = blt_csv_take_more(k, err);
      continue;
    }
    if (status == BLT_OK) status = settle_fields(k, &r, index, err);
    if (status != BLT_OK) break;
    if (r.bad) {
      status = note_bad(k, &r, err);
      k->out = out;
    } else {
      status = note_record(k, &r, err);
      w->ncols = k->f->ncols ? k->f->ncols : r.fields;
      index += w->ncols;
    }
    r.start = r.at;
    if (k->f->ncols == 0) break;
  }
  if (status != BLT_OK) return status;
  blt_rows_copied(w, k->out);
  w->end = w->raw_at + r.start - BLT_ROWS_PAD;
  return BLT_OK;
}
