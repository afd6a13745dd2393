/* Most chunks are regular: no quote, every record with the same number of fields. Then the scan's marks are
 * the fields' ends already. A chunk with quotes whose records are all in order takes one more pass over the
 * marks. Any other is walked record by record. Both copy fields into a text that looks the same, so that all
 * that follows knows one form only. */
#include "csv_rows.h"
#include "flagged.h"
#include "unquote.h"
#include "io/text/marks.h"
#include "base/bits.h"
#include "base/mem.h"

#include <string.h>

#define OVERHANG 4096 /* bytes read beyond the chunk, for the end of its last record */
#define BEFORE 2048   /* bytes read before it, for the line in whose midst it begins */

/* One walk over a chunk. Offsets are those of w->raw. */
typedef struct walk {
  const blt_csv_format *f;
  blt_rows *w;
  blt_seen seen;
  size_t mark;   /* next mark that is not yet passed */
  size_t limit;  /* records start before it */
  size_t end;    /* of the bytes at hand */
  bool eof;      /* nothing comes after `end` */
  uint32_t out;  /* next byte of `unquoted` */
  uint64_t want; /* bytes to read the next time */
} walk;

static blt_marks marks_of(const blt_csv_format *f) {
  return (blt_marks){f->delimiter, f->newline, f->quote ? f->quote : f->newline};
}

/* Reads the source from `from` up to `to` and adds the marks of what is new. */
static blt_status take(walk *k, uint64_t from, uint64_t to, blt_error *err) {
  blt_rows *w = k->w;
  size_t had = w->raw_len;
  blt_status status = blt_rows_load(w, k->f->source, from, to, err);
  if (status != BLT_OK) return status;
  for (size_t at = had; at < w->raw_len;) {
    size_t n = w->raw_len - at < 65536 ? w->raw_len - at : 65536;
    status = blt_grow(w->ctx, &w->marks, &w->marks_cap, w->nmarks + n + BLT_SCAN_PAD, sizeof *w->marks, err);
    if (status != BLT_OK) return status;
    size_t first = BLT_ROWS_PAD + at;
    w->nmarks += blt_scan(w->raw, first, first + n, marks_of(k->f), w->marks + w->nmarks, &k->seen);
    at += n;
  }
  k->end = BLT_ROWS_PAD + w->raw_len;
  k->eof = from + w->raw_len == blt_source_size(k->f->source);
  return BLT_OK;
}

static blt_status take_more(walk *k, blt_error *err) {
  k->want *= 2;
  return take(k, k->w->raw_at, k->w->raw_at + k->w->raw_len + k->want, err);
}

/* ---- where the first record starts ---- */

/* How many bytes before the chunk help to find its first record: the one that may end there, or more when
 * quotes have to be looked at from the last line end on. */
static uint64_t bytes_before(const blt_csv_format *f, uint64_t from, blt_quoting quoting) {
  if (!f->quote || quoting != BLT_QUOTING_UNKNOWN) return 1;
  return from < BEFORE ? from : BEFORE;
}

/* The first mark that says something about quotes at the chunk's beginning, which is at `begin` in raw: the
 * last line end before it, which is taken to be outside of them, or the text's first mark, or one after it.
 */
static size_t first_telling(const blt_rows *w, size_t begin, char newline) {
  size_t i = 0;
  while (i < w->nmarks && w->marks[i] < begin) i++;
  for (size_t k = i; k > 0; k--)
    if (w->raw[w->marks[k - 1]] == newline) return k - 1;
  return w->raw_at == 0 ? 0 : i;
}

/* Whether the quote at `at`, which is outside of quotes, begins a field or is the second of two inside one.
 */
static bool opens(const walk *k, size_t at) {
  const blt_rows *w = k->w;
  char before = w->raw[at - 1];
  if (at == BLT_ROWS_PAD && w->raw_at == 0) return true;
  return before == k->f->delimiter || before == k->f->newline || before == k->f->quote || k->f->trim;
}

/* The raw offset after the first line end outside quotes from the byte before the chunk on, which begins at
 * `begin`; 0 when there is none before `limit`. */
static size_t find_start(const walk *k, size_t begin, blt_quoting quoting) {
  const blt_rows *w = k->w;
  bool known = quoting != BLT_QUOTING_UNKNOWN, in_quote = quoting == BLT_QUOTING_INSIDE;
  if (known && !in_quote && w->raw[begin - 1] == k->f->newline) return begin;
  for (size_t i = known ? 0 : first_telling(w, begin, k->f->newline); i < w->nmarks; i++) {
    uint32_t at = w->marks[i];
    if (known && at < begin) continue;
    if (at + 1 >= k->limit) break;
    char c = w->raw[at];
    if (k->f->quote && c == k->f->quote)
      in_quote = !in_quote && (known || opens(k, at));
    else if (c == k->f->newline && !in_quote && at + 1 >= begin)
      return at + 1;
  }
  return 0;
}

/* Forgets marks before `at`. */
static void skip_marks(walk *k, size_t at) {
  while (k->mark < k->w->nmarks && k->w->marks[k->mark] < at) k->mark++;
}

/* ---- regular chunks ---- */

/* Finds the last record's end: the first line end at or after limit - 1. Sets `*nmarks` to the marks up to
 * it. */
static blt_status regular_end(walk *k, uint64_t patience, size_t *nmarks, bool *found, blt_error *err) {
  blt_rows *w = k->w;
  size_t i = w->nmarks;
  while (i > k->mark && w->marks[i - 1] + 1 >= k->limit) i--;
  for (;; i++) {
    while (i == w->nmarks && !k->eof) {
      if (w->raw_len > patience) {
        *found = false;
        return BLT_OK;
      }
      blt_status status = take_more(k, err);
      if (status != BLT_OK) return status;
    }
    if (i == w->nmarks) break;
    if (w->raw[w->marks[i]] == k->f->newline) {
      *nmarks = i + 1;
      return BLT_OK;
    }
  }
  if (w->nmarks == k->mark
          ? k->end > BLT_ROWS_PAD + (w->start - w->raw_at)
          : w->marks[w->nmarks - 1] + 1 < k->end || w->raw[w->marks[w->nmarks - 1]] != k->f->newline) {
    blt_status status =
        blt_grow(w->ctx, &w->marks, &w->marks_cap, w->nmarks + 1 + BLT_SCAN_PAD, sizeof *w->marks, err);
    if (status != BLT_OK) return status;
    w->marks[w->nmarks++] = (uint32_t)k->end; /* the file's last line has no end: it ends with the file */
  }
  *nmarks = w->nmarks;
  return BLT_OK;
}

/* True when every ncols-th mark is a line end and no other is; then the marks become the fields' ends. */
static bool regular_marks(walk *k, size_t first, size_t nmarks, size_t start) {
  blt_rows *w = k->w;
  uint32_t c = k->f->ncols;
  size_t n = nmarks - first;
  uint32_t *ends = w->marks + first;
  if (n % c) return false;
  uint32_t rows = (uint32_t)(n / c);
  const char *raw = w->raw;
  char newline = k->f->newline;
  bool crlf = rows && newline == '\n' && ends[c - 1] > start && raw[ends[c - 1] - 1] == '\r';
  size_t bad = 0, newlines = k->seen.newlines;
  for (size_t i = 0; i < first; i++) newlines -= raw[w->marks[i]] == newline;
  for (size_t i = nmarks; i < w->nmarks; i++) newlines -= raw[w->marks[i]] == newline;
  bool open = rows && ends[n - 1] == k->end; /* the mark that was added for the file's end */
  if (newlines + open != rows) return false;
  for (uint32_t r = 0; r < rows; r++) {
    uint32_t end = ends[(size_t)r * c + c - 1], row_start = r ? ends[(size_t)r * c - 1] : (uint32_t)start - 1;
    bad += raw[end] != newline && end != k->end;
    bool cr = end > row_start + 1 && raw[end - 1] == '\r' && newline == '\n';
    bad += cr != crlf || (cr && end > row_start + 2 && raw[end - 2] == '\r');
  }
  if (bad) return false;
  w->gap = crlf ? 2 : 1;
  for (uint32_t r = 0; crlf && r < rows; r++) ends[(size_t)r * c + c - 1]--;
  w->ends = ends;
  w->nrows = rows;
  w->ncols = c;
  w->text = raw;
  w->copied = false;
  w->quoted = NULL;
  return true;
}

/* Tries the fast way. `*done` says whether it was enough. */
static blt_status try_regular(walk *k, uint64_t patience, bool *done, blt_error *err) {
  const blt_csv_format *f = k->f;
  blt_rows *w = k->w;
  size_t nmarks = 0, start = BLT_ROWS_PAD + (size_t)(w->start - w->raw_at);
  bool found = true;
  *done = false;
  if ((k->seen.quote && f->quote) || f->comment || f->trim || f->ncols == 0 || f->nsplit) return BLT_OK;
  blt_status status = regular_end(k, patience, &nmarks, &found, err);
  if (status != BLT_OK || !found || (k->seen.quote && f->quote)) return status;
  size_t end = nmarks > k->mark ? w->marks[nmarks - 1] : start;
  if (k->seen.non_ascii && f->utf8 != BLT_UTF8_KEEP &&
      blt_utf8_check(w->raw + start, end - start) < end - start)
    return BLT_OK;
  /* ends[-1] needs a place of its own: the mark before, or a shift by one */
  if (k->mark == 0) {
    status = blt_grow(w->ctx, &w->marks, &w->marks_cap, w->nmarks + 1 + BLT_SCAN_PAD, sizeof *w->marks, err);
    if (status != BLT_OK) return status;
    memmove(w->marks + 1, w->marks, w->nmarks * sizeof *w->marks);
    w->marks[0] = 0; /* raw[0] is padding */
    w->nmarks++, nmarks++, k->mark++;
  }
  uint32_t before = w->marks[k->mark - 1];
  if (!regular_marks(k, k->mark, nmarks, start)) {
    w->marks[k->mark - 1] = before;
    return BLT_OK;
  }
  w->ends[-1] = (uint32_t)start - w->gap;
  w->end = w->raw_at + (end < k->end ? end + 1 : end) - BLT_ROWS_PAD;
  *done = true;
  return BLT_OK;
}

/* ---- regular but for quotes ---- */

/* The same for a chunk with quotes. */
static blt_status try_unquoted(walk *k, uint64_t patience, bool *done, blt_error *err) {
  blt_rows *w = k->w;
  size_t start = BLT_ROWS_PAD + (size_t)(w->start - w->raw_at), next = start;
  blt_unquoted how = BLT_UNQUOTED_ODD;
  *done = false;
  if (!k->seen.quote || !blt_unquote_can(k->f)) return BLT_OK;
  for (;;) {
    blt_unquote u = {k->f, w, k->mark, start, k->limit, k->end, k->eof};
    blt_status status = blt_unquote_rows(&u, &next, &how, err);
    if (status != BLT_OK) return status;
    if (how != BLT_UNQUOTED_MORE || w->raw_len > patience) break;
    status = take_more(k, err);
    if (status != BLT_OK) return status;
  }
  bool check = k->seen.non_ascii && k->f->utf8 != BLT_UTF8_KEEP;
  *done =
      how == BLT_UNQUOTED_DONE && (!check || blt_utf8_check(w->raw + start, next - start) == next - start);
  if (*done)
    w->end = w->raw_at + next - BLT_ROWS_PAD;
  else
    w->nrows = 0;
  return BLT_OK;
}

/* ---- any chunk, record by record ---- */

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

static blt_status room(walk *k, size_t more, blt_error *err) {
  size_t need = (size_t)k->out + more + 2 * BLT_ROWS_PAD;
  if (need > UINT32_MAX)
    return blt_fail(err, BLT_EFORMAT, "%s: a record longer than 4 GiB", blt_source_name(k->f->source));
  return blt_grow(k->w->ctx, &k->w->unquoted, &k->w->unquoted_cap, need, 1, err);
}

static void put(walk *k, const char *s, size_t n) {
  memcpy(k->w->unquoted + k->out, s, n);
  k->out += (uint32_t)n;
}

/* Copies text, each byte that is not UTF-8 as U+FFFD. */
static void put_replaced(walk *k, const char *s, size_t n) {
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
static blt_status put_text(walk *k, record *r, size_t from, size_t to, blt_error *err) {
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
static size_t next_stop(walk *k, size_t at, bool separators) {
  skip_marks(k, at);
  const blt_rows *w = k->w;
  for (size_t i = k->mark; i < w->nmarks; i++) {
    char c = w->raw[w->marks[i]];
    if (c == k->f->newline || (separators && c == k->f->delimiter)) return w->marks[i];
  }
  return k->end;
}

static size_t next_quote(walk *k, size_t at) {
  skip_marks(k, at);
  const blt_rows *w = k->w;
  for (; k->mark < w->nmarks; k->mark++)
    if (w->raw[w->marks[k->mark]] == k->f->quote) return w->marks[k->mark];
  return k->end;
}

/* Ends a field at `at`, which holds a separator, a line end, or is the end of everything. */
static step end_field(walk *k, record *r, size_t at) {
  r->fields++;
  if (at == k->end) {
    r->at = at;
    return STEP_RECORD;
  }
  r->at = at + 1;
  return k->w->raw[at] == k->f->newline ? STEP_RECORD : STEP_FIELD;
}

static step plain_field(walk *k, record *r, blt_status *status, blt_error *err) {
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
static size_t quoted_pause(walk *k, size_t at) {
  size_t q = next_quote(k, at);
  if (!k->f->escape) return q;
  for (size_t i = at; i < q; i++)
    if (k->w->raw[i] == k->f->escape) return i;
  return q;
}

/* Where the line end that starts at `at` has its LF, any number of CR before it (texts that went through two
 * conversions have two); k->end for the end of everything, or k->end + 1 when it is no line end. */
static size_t line_end(const walk *k, size_t at) {
  const char *raw = k->w->raw;
  while (at < k->end && raw[at] == '\r' && k->f->newline == '\n') at++;
  return at == k->end || raw[at] == k->f->newline ? at : k->end + 1;
}

/* After a closing quote: the field's end, or k->end + 1 when other text follows. */
static size_t after_quote(walk *k, size_t at) {
  const char *raw = k->w->raw;
  if (k->f->trim)
    while (at < k->end && blt_csv_is_blank(raw[at])) at++;
  if (at < k->end && raw[at] == k->f->delimiter) return at;
  return line_end(k, at);
}

static step quoted_field(walk *k, record *r, size_t open, blt_status *status, blt_error *err) {
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

static blt_status note_field(walk *k, size_t index, bool quoted, blt_error *err) {
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

static bool is_split(const walk *k, uint32_t field) {
  return k->f->nsplit && k->f->split[field];
}

/* Fields that a record has; a field that is split gives two columns. */
static uint32_t fields_of(const blt_csv_format *f) {
  return f->ncols - f->nsplit;
}

/* Notes the field whose text was put from `from` on as a number and what stands behind it. Such a column
 * holds numbers, whatever quotes say. */
static blt_status note_split(walk *k, size_t index, uint32_t from, bool quoted, blt_error *err) {
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
static blt_status note_kept(walk *k, record *r, size_t index, uint32_t from, bool quoted, blt_error *err) {
  bool split = is_split(k, r->fields - 1);
  size_t at = index + r->columns;
  r->columns += split ? 2 : 1;
  return split ? note_split(k, at, from, quoted, err) : note_field(k, at, quoted, err);
}

/* Walks one record from r->start. Fields beyond the table's are counted, not kept. */
static step walk_record(walk *k, record *r, size_t index, blt_status *status, blt_error *err) {
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

/* Length of the line at `at` if it is to be passed over (empty or a comment), 0 if it is a record; STEP_MORE
 * through `*more` when its end is not at hand. */
static size_t passed_over(walk *k, size_t at, bool *more) {
  const char *raw = k->w->raw;
  *more = false;
  bool comment = k->f->comment && raw[at] == k->f->comment;
  if (!comment && fields_of(k->f) == 1) return 0;
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
static blt_status settle_fields(walk *k, record *r, size_t index, blt_error *err) {
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

static blt_status note_bad(walk *k, const record *r, blt_error *err) {
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

static blt_status note_record(walk *k, const record *r, blt_error *err) {
  blt_rows *w = k->w;
  blt_status status =
      blt_grow(w->ctx, &w->record_at, &w->record_at_cap, (size_t)w->nrows + 1, sizeof *w->record_at, err);
  if (status == BLT_OK) w->record_at[w->nrows++] = (uint32_t)(r->start - BLT_ROWS_PAD);
  return status;
}

static blt_status walk_all(walk *k, uint64_t patience, bool *found, blt_error *err) {
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
      status = take_more(k, err);
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

blt_status blt_csv_rows(const blt_csv_format *f, uint64_t from, uint64_t to, blt_csv_start start,
                        uint64_t patience, blt_rows *w, blt_error *err) {
  bool known = start.at != BLT_NO_START;
  uint64_t before = known ? 0 : bytes_before(f, from, start.quoting),
           first = known ? start.at : from - before;
  walk k = {.f = f, .w = w, .want = OVERHANG};
  w->raw_len = w->nmarks = w->nbad = 0;
  w->nrows = 0;
  w->ncols = f->ncols;
  w->start = BLT_NO_START;
  w->end = 0;
  w->unknown = false;
  blt_status status = take(&k, first, to + OVERHANG, err);
  if (status != BLT_OK) return status;
  k.limit = BLT_ROWS_PAD + (size_t)(to - first);
  size_t begin = known ? BLT_ROWS_PAD : find_start(&k, BLT_ROWS_PAD + before, start.quoting);
  if (begin == 0 || begin >= k.limit) return BLT_OK;
  w->start = w->raw_at + begin - BLT_ROWS_PAD;
  skip_marks(&k, begin);
  if (patience < UINT64_MAX) patience += w->raw_len;
  bool done = false, found = true;
  size_t mark = k.mark;
  status = try_regular(&k, patience, &done, err);
  if (status != BLT_OK || done) return status;
  k.mark = mark;
  skip_marks(&k, begin);
  status = try_unquoted(&k, patience, &done, err);
  if (status != BLT_OK || done) return status;
  status = walk_all(&k, patience, &found, err);
  if (status == BLT_OK && !found) w->start = BLT_NO_START;
  return status;
}
