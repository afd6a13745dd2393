#include "dialect.h"
#include "flagged.h"
#include "io/text/marks.h"
#include "io/ingest/signature.h"
#include "base/mem.h"
#include "base/par.h"

#include <string.h>
#include <strings.h>

#define SAMPLE ((size_t)64 << 10) /* bytes in which a line end shows */
#define TRIED 24                  /* records that vote for a delimiter */
#define HEADER_LINES 8u           /* of a header, at most */

static blt_status check_options(const blt_csv_options *o, blt_error *err) {
  const char special[] = {o->delimiter, o->quote, o->comment, o->decimal_mark, '\n', '\r'};
  const char *const what[] = {"delimiter", "quote", "comment", "decimal_mark", "line end", "line end"};
  for (int i = 0; i < 6; i++)
    for (int k = 0; k < i; k++)
      if (special[i] && special[i] == special[k] && !(i == 3 && k == 0)) /* such numbers stand in quotes */
        return blt_fail(err, BLT_EINVAL, "the same byte cannot be both %s and %s", what[k], what[i]);
  if (o->escape && (o->escape == o->delimiter || o->escape == '\n' || o->escape == '\r'))
    return blt_fail(err, BLT_EINVAL, "the escape cannot be the delimiter or a line end");
  if (o->decimal_mark != '.' && o->decimal_mark != ',')
    return blt_fail(err, BLT_EINVAL, "decimal_mark is '.' or ','");
  if (o->thousands && (o->thousands == o->decimal_mark || !strchr(".,' _", o->thousands)))
    return blt_fail(err, BLT_EINVAL, "thousands is one of . , ' _ or a blank, and another than decimal_mark");
  if (o->header_lines > HEADER_LINES)
    return blt_fail(err, BLT_EINVAL, "a header has at most %u lines", HEADER_LINES);
  return BLT_OK;
}

/* Passes over the lines to skip. `p` has SAMPLE bytes. */
static blt_status skip_lines(const blt_source *s, const blt_csv_options *o, blt_dialect *d, char *p,
                             blt_error *err) {
  uint64_t size = blt_source_size(s);
  while (d->lines < o->skip && d->rows_at < size) {
    size_t part = size - d->rows_at < SAMPLE ? (size_t)(size - d->rows_at) : SAMPLE;
    blt_status status = blt_source_read(s, d->rows_at, p, part, err);
    if (status != BLT_OK) return status;
    const char *q = memchr(p, d->format.newline, part);
    if (q) d->lines++;
    d->rows_at += q ? (size_t)(q - p) + 1 : part;
  }
  return BLT_OK;
}

/* Passes over a line such as `sep=;`, with which spreadsheets begin, and takes the delimiter from it. */
static blt_status take_sep_line(const blt_source *s, const blt_csv_options *o, blt_dialect *d,
                                blt_error *err) {
  char line[10] = "";
  uint64_t left = blt_source_size(s) - d->rows_at;
  size_t n = left < sizeof line - 1 ? (size_t)left : sizeof line - 1;
  blt_status status = blt_source_read(s, d->rows_at, line, n, err);
  if (status != BLT_OK) return status;
  size_t quote = line[0] == '"', at = quote;
  if (strncasecmp(line + at, "sep=", 4) != 0 || !line[at + 4]) return BLT_OK;
  char delimiter = line[at + 4];
  at += 5;
  if (quote && line[at++] != '"') return BLT_OK;
  if (line[at] == '\r' && d->format.newline == '\n') at++;
  if (line[at] != d->format.newline) return BLT_OK;
  if (!o->delimiter) d->format.delimiter = delimiter;
  d->rows_at += at + 1;
  d->lines++;
  return BLT_OK;
}

/* Refuses other kinds of files, passes over a byte-order mark and the lines to skip, and finds what ends a
 * line. */
static blt_status find_beginning(blt_ctx *ctx, const blt_source *s, const blt_csv_options *o, blt_dialect *d,
                                 blt_error *err) {
  size_t n = blt_source_size(s) < SAMPLE ? (size_t)blt_source_size(s) : SAMPLE;
  blt_status status = blt_signature_refuse(s, !o->delimiter && !o->skip, err);
  if (status == BLT_OK) status = blt_signature_mark(s, &d->rows_at, err);
  if (status != BLT_OK) return status;
  char *p = blt_alloc(ctx, SAMPLE);
  if (!p) return blt_fail_memory(err, SAMPLE);
  status = blt_source_read(s, 0, p, n, err);
  d->format.newline = !memchr(p, '\n', n) && memchr(p, '\r', n) ? '\r' : '\n';
  if (status == BLT_OK) status = skip_lines(s, o, d, p, err);
  if (status == BLT_OK) status = take_sep_line(s, o, d, err);
  blt_free(ctx, p, SAMPLE);
  return status;
}

/* The record at `*at`, which moves past it. `w->nrows` is 0 at the end of the text. */
static blt_status next_record(const blt_csv_format *f, uint64_t *at, blt_rows *w, blt_error *err) {
  uint64_t size = blt_source_size(f->source);
  w->nrows = w->nbad = 0;
  while (*at < size && w->nrows + w->nbad == 0) {
    blt_csv_start start = {*at, BLT_QUOTING_UNKNOWN};
    blt_status status = blt_csv_rows(f, *at, *at + 1, start, UINT64_MAX, w, err);
    if (status != BLT_OK) return status;
    *at = w->end;
  }
  return BLT_OK;
}

/* How a delimiter splits the first records. */
typedef struct vote {
  uint32_t records;
  uint32_t fields; /* of the first one, the header; 0 when it is broken */
  uint32_t agree;  /* records of as many fields, more than one */
  uint32_t split;  /* records of more than one field, the header apart */
  uint32_t same;   /* those of as many fields as the second record */
} vote;

static blt_status try_delimiter(blt_ctx *ctx, const blt_csv_format *f, uint64_t at, vote *v, blt_error *err) {
  blt_rows w;
  blt_status status = BLT_OK;
  uint32_t second = 0;
  *v = (vote){0};
  blt_rows_init(&w, ctx);
  for (uint32_t i = 0; i < TRIED; i++) {
    status = next_record(f, &at, &w, err);
    if (status == BLT_OK) status = blt_poll(ctx, i, TRIED, err);
    if (status != BLT_OK || w.nrows + w.nbad == 0) break;
    uint32_t fields = w.nrows ? w.ncols : 0;
    if (i == 0) v->fields = fields;
    if (i == 1) second = fields;
    v->records++;
    v->agree += fields > 1 && fields == v->fields;
    v->split += i > 0 && fields > 1;
    v->same += i > 0 && fields > 1 && fields == second;
  }
  blt_rows_free(&w);
  return status;
}

/* Whether `v` splits better than `best`; among equals the one that is tried first stays, and a tab, which
 * hardly stands in a text by chance, is worth as much as more fields. */
static bool is_better(const vote *v, const vote *best, bool best_is_tab) {
  uint64_t more = (uint64_t)v->agree * best->records, less = (uint64_t)best->agree * v->records;
  if (best->records == 0 || more != less) return best->records == 0 || more > less;
  return v->fields > best->fields && !(best_is_tab && best->agree == best->records);
}

/* Whether a delimiter that does not split the header splits all rows in one way: the header is a title then,
 * and the table below it is not to be read as one column. A comma may stand in every row of a text by chance,
 * so may the others, but hardly in three. */
static bool is_under_title(const vote *v, char delimiter) {
  return v->fields == 1 && v->records > (delimiter == ',' ? 1 : 2) && v->same == v->records - 1;
}

static blt_status find_delimiter(blt_ctx *ctx, blt_dialect *d, char not_this, blt_error *err) {
  static const char candidates[] = {'\t', ';', '|', ','};
  vote best = {0}, v = {0};
  char found = 0, titled = 0;
  for (int i = 0; i < 4; i++) {
    if (candidates[i] == not_this) continue;
    d->format.delimiter = candidates[i];
    blt_status status = try_delimiter(ctx, &d->format, d->rows_at, &v, err);
    if (status != BLT_OK) return status;
    if (!titled && is_under_title(&v, candidates[i])) titled = candidates[i];
    bool by_chance = candidates[i] != ',' && v.records > 1 && v.split == 0; /* only the header has it */
    if (v.fields < 2 || by_chance || !is_better(&v, &best, found == '\t')) continue;
    best = v;
    found = candidates[i];
  }
  d->delimiter = found ? found : titled ? titled : not_this ? ';' : v.fields == 0 ? ',' : 0;
  d->format.delimiter = d->delimiter ? d->delimiter : d->format.newline;
  return BLT_OK;
}

bool blt_name_needs_quotes(blt_str name, char delimiter) {
  unsigned char first = name.len ? (unsigned char)name.s[0] : 0;
  bool word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
              (first >= '0' && first <= '9') || first == '_' || first == ' ' ||
              (first >= 0x80 && first < 0xef);
  if (!word || (delimiter && memchr(name.s, delimiter, name.len))) return true;
  for (uint32_t i = 0; i < name.len; i++)
    if ((unsigned char)name.s[i] < 0x20 || strchr(",;|\"", name.s[i])) return true;
  return false;
}

/* Whether a name of the header is in quotes that it does not need: then the writer quotes whatever it writes.
 */
static bool any_needless_quotes(const blt_dialect *d, const blt_rows *w) {
  for (uint32_t i = 0; i < w->ncols; i++)
    if (blt_rows_quoted(w, 0, i) && !blt_name_needs_quotes(blt_rows_field(w, 0, i), d->delimiter))
      return true;
  return false;
}

/* A header over one or several lines. */
typedef struct header {
  blt_rows line[HEADER_LINES];
  uint32_t lines;
} header;

/* A cell of a header of several lines, without blanks around it. */
static blt_str bare_cell(const blt_rows *w, uint32_t column) {
  return blt_flagged_trim(blt_rows_field(w, 0, column));
}

/* Part `line` of a column's name; in a line above the last a cell without text belongs to the one before it.
 */
static blt_str name_part(const header *h, uint32_t line, uint32_t column, bool named) {
  const blt_rows *w = &h->line[line];
  bool above = named && line + 1 < h->lines;
  uint32_t c = column < w->ncols ? column : w->ncols - 1;
  blt_str text = column < w->ncols || above ? bare_cell(w, c) : (blt_str){"", 0};
  while (above && text.len == 0 && c > 0) text = bare_cell(w, --c);
  return text;
}

/* The name that a column's header spells, its parts joined by _; longer ones are cut and so refused. A cell
 * above belongs to columns on its right only where these have a name below it. */
static blt_str spelled_name(const header *h, uint32_t column, char room[BLT_MAX_NAME + 2]) {
  uint32_t n = 0;
  if (h->lines == 1)
    return column < h->line[0].ncols ? blt_rows_field(&h->line[0], 0, column) : (blt_str){"", 0};
  bool named = name_part(h, h->lines - 1, column, false).len > 0;
  for (uint32_t i = 0; i < h->lines; i++) {
    blt_str part = name_part(h, i, column, named);
    uint32_t left = BLT_MAX_NAME + 1 - n, len = part.len < left ? part.len : left;
    if (len == 0) continue;
    if (n > 0 && n <= BLT_MAX_NAME) room[n++] = '_';
    if (len > BLT_MAX_NAME + 1 - n) len = BLT_MAX_NAME + 1 - n;
    memcpy(room + n, part.s, len);
    n += len;
  }
  return (blt_str){room, n};
}

/* Whether a column's values are followed by flags that get a column of their own. */
static bool has_flags(const blt_csv_options *o, blt_str name) {
  for (uint32_t i = 0; i < o->nflags; i++)
    if (strlen(o->flags[i]) == name.len && memcmp(o->flags[i], name.s, name.len) == 0) return true;
  return false;
}

/* Adds the column of a field, and the one of its flags. */
static blt_status add_column(const blt_csv_options *o, blt_dialect *d, uint32_t field, blt_str name,
                             blt_error *err) {
  char room[BLT_MAX_NAME + 8];
  const char *source = blt_source_name(d->format.source);
  blt_status status = blt_names_add(&d->names, source, name, err);
  if (status != BLT_OK || o->nflags == 0) return status;
  const char *own = d->names.text[d->names.n - 1];
  size_t len = d->names.lens[d->names.n - 1];
  d->split[field] = has_flags(o, (blt_str){own, (uint32_t)len});
  if (!d->split[field]) return BLT_OK;
  d->format.nsplit++;
  memcpy(room, own, len);
  memcpy(room + len, "_flag", 5);
  return blt_names_add(&d->names, source, (blt_str){room, (uint32_t)len + 5}, err);
}

/* Each column that is said to have flags is there. */
static blt_status check_flags(const blt_csv_options *o, const blt_dialect *d, blt_error *err) {
  for (uint32_t i = 0; i < o->nflags; i++)
    if (blt_names_find(&d->names, o->flags[i], strlen(o->flags[i])) < 0)
      return blt_names_lack(&d->names, blt_source_name(d->format.source), o->flags[i], "flags are",
                            BLT_NAMES_TRIM, err);
  return BLT_OK;
}

static blt_status name_columns(const blt_csv_options *o, const header *h, uint32_t n, blt_dialect *d,
                               blt_error *err) {
  char room[BLT_MAX_NAME + 2];
  if (o->names && o->nnames != n)
    return blt_fail(err, BLT_EINVAL, "%u names are given for %u columns", o->nnames, n);
  blt_names_init(&d->names, d->ctx);
  if (o->nflags && !(d->split = blt_calloc(d->ctx, n, sizeof *d->split))) return blt_fail_memory(err, n);
  d->format.ncols = n; /* so many fields, for what frees d->split */
  for (uint32_t i = 0; i < n; i++) {
    blt_str text = {"", 0};
    if (o->names)
      text = (blt_str){o->names[i], (uint32_t)strlen(o->names[i])};
    else if (o->header == BLT_HEADER_YES)
      text = spelled_name(h, i, room);
    blt_status status = add_column(o, d, i, text, err);
    if (status != BLT_OK) return status;
  }
  d->format.ncols = n + d->format.nsplit;
  d->format.split = d->split;
  const blt_rows *last = &h->line[h->lines - 1];
  bool forced = d->delimiter &&
                (o->thousands == d->delimiter || o->decimal_mark == d->delimiter); /* quotes around numbers */
  d->quotes_mean_text =
      o->header == BLT_HEADER_YES && !o->quoted_nulls && !forced && !any_needless_quotes(d, last);
  return check_flags(o, d, err);
}

static blt_status count_lines(blt_dialect *d, uint64_t from, uint64_t to, blt_rows *w, blt_error *err) {
  w->raw_len = 0;
  blt_status status = blt_rows_load(w, d->format.source, from, to, err);
  if (status == BLT_OK) d->lines += blt_count_byte(w->raw + BLT_ROWS_PAD, w->raw_len, d->format.newline);
  return status;
}

/* There is no header: nothing is there, or it is broken. */
static blt_status no_header(blt_dialect *d, blt_rows *w, blt_error *err) {
  const char *name = blt_source_name(d->format.source);
  if (w->nbad == 0)
    return blt_fail_at(err, BLT_EFORMAT, (int64_t)d->lines + 1,
                       "%s:%llu: the input is empty: a header or a row is expected", name,
                       (unsigned long long)d->lines + 1);
  blt_bad bad = w->bad[0];
  blt_status status = count_lines(d, d->rows_at, bad.offset, w, err);
  if (status != BLT_OK) return status;
  return blt_fail_at(err, BLT_EFORMAT, (int64_t)d->lines + 1, "%s:%llu: %s, column %u of the header%s", name,
                     (unsigned long long)d->lines + 1, blt_bad_phrase(bad.reason), bad.column + 1,
                     blt_bad_advice(bad.reason));
}

/* The first records: names, and how many columns there are. */
static blt_status read_names(const blt_csv_options *o, blt_dialect *d, header *h, uint64_t *at,
                             blt_error *err) {
  blt_status status = BLT_OK;
  uint32_t n = 0;
  for (uint32_t i = 0; status == BLT_OK && i < h->lines; i++) {
    status = next_record(&d->format, at, &h->line[i], err);
    if (status == BLT_OK && h->line[i].nrows == 0) status = no_header(d, &h->line[i], err);
    n = h->line[i].ncols;
  }
  if (status == BLT_OK && n > BLT_MAX_COLUMNS)
    status = blt_fail(err, BLT_EFORMAT, "%s: %u columns: at most %u are allowed",
                      blt_source_name(d->format.source), n, BLT_MAX_COLUMNS);
  return status == BLT_OK ? name_columns(o, h, n, d, err) : status;
}

static blt_status read_header(const blt_csv_options *o, blt_dialect *d, blt_error *err) {
  header h = {.lines = o->header == BLT_HEADER_YES && o->header_lines > 1 ? o->header_lines : 1};
  uint64_t at = d->rows_at;
  for (uint32_t i = 0; i < h.lines; i++) blt_rows_init(&h.line[i], d->ctx);
  blt_status status = read_names(o, d, &h, &at, err);
  if (status == BLT_OK && o->header == BLT_HEADER_YES) {
    status = count_lines(d, d->rows_at, at, &h.line[0], err);
    d->rows_at = at;
  }
  for (uint32_t i = 0; i < h.lines; i++) blt_rows_free(&h.line[i]);
  return status;
}

blt_status blt_dialect_find(blt_ctx *ctx, const blt_source *source, const blt_csv_options *o, blt_dialect *d,
                            blt_error *err) {
  *d = (blt_dialect){.ctx = ctx,
                     .format = {.source = source,
                                .delimiter = o->delimiter,
                                .quote = o->quote,
                                .escape = o->escape,
                                .comment = o->comment,
                                .trim = o->trim,
                                .drop_blank = o->drop_blank,
                                .ragged = o->ragged,
                                .utf8 = o->utf8,
                                .nulls = o->nulls,
                                .nnulls = o->nulls ? o->nnulls : 0,
                                .quoted_nulls = o->quoted_nulls,
                                .spelling = {o->decimal_mark, o->thousands, o->percent, o->currency}}};
  blt_status status = check_options(o, err);
  if (status == BLT_OK) status = find_beginning(ctx, source, o, d, err);
  d->delimiter = d->format.delimiter;
  if (status == BLT_OK && !d->delimiter)
    status = find_delimiter(ctx, d, o->decimal_mark == ',' ? ',' : 0, err);
  if (status == BLT_OK) status = read_header(o, d, err);
  if (status != BLT_OK) blt_dialect_free(d);
  return status;
}

void blt_dialect_free(blt_dialect *d) {
  blt_free(d->ctx, d->split, d->split ? d->format.ncols - (d->format.split ? d->format.nsplit : 0) : 0);
  d->split = NULL;
  blt_names_free(&d->names);
}
