/* Most chunks are regular: no quote, every record with the same number of fields. Then the scan's marks are
 * the fields' ends already. A chunk with quotes whose records are all in order takes one more pass over the
 * marks. Any other is walked record by record. Both copy fields into a text that looks the same, so that all
 * that follows knows one form only. */
#include "csv_rows_inside.h"
#include "unquote.h"
#include "io/text/marks.h"
#include "base/mem.h"
#include "io/text/utf8.h"

#include <string.h>

#define OVERHANG 4096 /* bytes read beyond the chunk, for the end of its last record */
#define BEFORE 2048   /* bytes read before it, for the line in whose midst it begins */

static blt_marks marks_of(const blt_csv_format *f) {
  return (blt_marks){f->delimiter, f->newline, f->quote ? f->quote : f->newline};
}

/* Reads the source from `from` up to `to` and adds the marks of what is new. */
static blt_status take(blt_csv_walk *k, uint64_t from, uint64_t to, blt_error *err) {
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

blt_status blt_csv_take_more(blt_csv_walk *k, blt_error *err) {
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
static bool opens(const blt_csv_walk *k, size_t at) {
  const blt_rows *w = k->w;
  char before = w->raw[at - 1];
  if (at == BLT_ROWS_PAD && w->raw_at == 0) return true;
  return before == k->f->delimiter || before == k->f->newline || before == k->f->quote || k->f->trim;
}

/* The raw offset after the first line end outside quotes from the byte before the chunk on, which begins at
 * `begin`; 0 when there is none before `limit`. */
static size_t find_start(const blt_csv_walk *k, size_t begin, blt_quoting quoting) {
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

/* ---- regular chunks ---- */

/* Finds the last record's end: the first line end at or after limit - 1. Sets `*nmarks` to the marks up to
 * it. */
static blt_status regular_end(blt_csv_walk *k, uint64_t patience, size_t *nmarks, bool *found,
                              blt_error *err) {
  blt_rows *w = k->w;
  size_t i = w->nmarks;
  while (i > k->mark && w->marks[i - 1] + 1 >= k->limit) i--;
  for (;; i++) {
    while (i == w->nmarks && !k->eof) {
      if (w->raw_len > patience) {
        *found = false;
        return BLT_OK;
      }
      blt_status status = blt_csv_take_more(k, err);
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
static bool regular_marks(blt_csv_walk *k, size_t first, size_t nmarks, size_t start) {
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
static blt_status try_regular(blt_csv_walk *k, uint64_t patience, bool *done, blt_error *err) {
  const blt_csv_format *f = k->f;
  blt_rows *w = k->w;
  size_t nmarks = 0, start = BLT_ROWS_PAD + (size_t)(w->start - w->raw_at);
  bool found = true;
  *done = false;
  if ((k->seen.quote && f->quote) || f->comment || f->trim || f->drop_blank || f->ncols == 0 || f->nsplit)
    return BLT_OK;
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
static blt_status try_unquoted(blt_csv_walk *k, uint64_t patience, bool *done, blt_error *err) {
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
    status = blt_csv_take_more(k, err);
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

blt_status blt_csv_rows(const blt_csv_format *f, uint64_t from, uint64_t to, blt_csv_start start,
                        uint64_t patience, blt_rows *w, blt_error *err) {
  bool known = start.at != BLT_NO_START;
  uint64_t before = known ? 0 : bytes_before(f, from, start.quoting),
           first = known ? start.at : from - before;
  blt_csv_walk k = {.f = f, .w = w, .want = OVERHANG};
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
  blt_csv_skip_marks(&k, begin);
  if (patience < UINT64_MAX) patience += w->raw_len;
  bool done = false, found = true;
  size_t mark = k.mark;
  status = try_regular(&k, patience, &done, err);
  if (status != BLT_OK || done) return status;
  k.mark = mark;
  blt_csv_skip_marks(&k, begin);
  status = try_unquoted(&k, patience, &done, err);
  if (status != BLT_OK || done) return status;
  status = blt_csv_walk_records(&k, patience, &found, err);
  if (status == BLT_OK && !found) w->start = BLT_NO_START;
  return status;
}
