#include "dialect.h"
#include "marks.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

#define SAMPLE ((size_t)64 << 10) /* bytes in which a line end shows */
#define TRIED 24                  /* records that vote for a delimiter */

static blt_status check_options(const blt_csv_options *o, blt_error *err) {
  const char special[] = {o->delimiter, o->quote, o->comment, o->decimal_mark, '\n', '\r'};
  const char *const what[] = {"delimiter", "quote", "comment", "decimal_mark", "line end", "line end"};
  for (int i = 0; i < 6; i++)
    for (int k = 0; k < i; k++)
      if (special[i] && special[i] == special[k])
        return blt_fail(err, BLT_EINVAL, "the same byte cannot be both %s and %s", what[k], what[i]);
  if (o->escape && (o->escape == o->delimiter || o->escape == '\n' || o->escape == '\r'))
    return blt_fail(err, BLT_EINVAL, "the escape cannot be the delimiter or a line end");
  if (o->decimal_mark != '.' && o->decimal_mark != ',')
    return blt_fail(err, BLT_EINVAL, "decimal_mark is '.' or ','");
  return BLT_OK;
}

/* Skips a byte-order mark and the lines to pass over, and finds what ends a line. */
static blt_status find_beginning(blt_ctx *ctx, const blt_source *s, const blt_csv_options *o, blt_dialect *d,
                                 blt_error *err) {
  size_t n = blt_source_size(s) < SAMPLE ? (size_t)blt_source_size(s) : SAMPLE;
  char *p = blt_alloc(ctx, SAMPLE);
  if (!p) return blt_fail_memory(err, SAMPLE);
  blt_status status = blt_source_read(s, 0, p, n, err);
  if (status == BLT_OK && n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0))
    status = blt_fail(err, BLT_EFORMAT, "%s: UTF-16 text: convert it to UTF-8 first", blt_source_name(s));
  if (status == BLT_OK) {
    d->format.newline = !memchr(p, '\n', n) && memchr(p, '\r', n) ? '\r' : '\n';
    d->rows_at = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  }
  uint64_t at = d->rows_at, size = blt_source_size(s);
  while (status == BLT_OK && d->lines < o->skip && at < size) {
    size_t part = size - at < SAMPLE ? (size_t)(size - at) : SAMPLE;
    status = blt_source_read(s, at, p, part, err);
    if (status != BLT_OK) break;
    const char *q = memchr(p, d->format.newline, part);
    if (q) d->lines++;
    at += q ? (size_t)(q - p) + 1 : part;
  }
  d->rows_at = at;
  blt_free(ctx, p, SAMPLE);
  return status;
}

/* The record at `*at`, which moves past it. `w->nrows` is 0 at the end of the text. */
static blt_status next_record(const blt_csv_format *f, uint64_t *at, blt_rows *w, blt_error *err) {
  uint64_t size = blt_source_size(f->source);
  w->nrows = w->nbad = 0;
  while (*at < size && w->nrows + w->nbad == 0) {
    blt_csv_start start = {*at, false};
    blt_status status = blt_csv_rows(f, *at, *at + 1, start, UINT64_MAX, w, err);
    if (status != BLT_OK) return status;
    *at = w->end;
  }
  return BLT_OK;
}

/* How well a delimiter splits: records of as many fields as the first one, and how many those are. */
typedef struct vote {
  uint32_t agree, records, fields;
} vote;

static blt_status try_delimiter(blt_ctx *ctx, const blt_csv_format *f, uint64_t at, vote *v, blt_error *err) {
  blt_rows w;
  blt_status status = BLT_OK;
  *v = (vote){0};
  blt_rows_init(&w, ctx);
  for (uint32_t i = 0; i < TRIED; i++) {
    status = next_record(f, &at, &w, err);
    if (status != BLT_OK || w.nrows + w.nbad == 0) break;
    uint32_t fields = w.nrows ? w.ncols : 0;
    if (i == 0) v->fields = fields;
    v->records++;
    v->agree += fields > 1 && fields == v->fields;
  }
  blt_rows_free(&w);
  return status;
}

static blt_status find_delimiter(blt_ctx *ctx, blt_dialect *d, char not_this, blt_error *err) {
  static const char candidates[] = {',', ';', '\t', '|'};
  vote best = {0};
  char found = ',';
  for (int i = 0; i < 4; i++) {
    vote v;
    if (candidates[i] == not_this) continue;
    d->format.delimiter = candidates[i];
    blt_status status = try_delimiter(ctx, &d->format, d->rows_at, &v, err);
    if (status != BLT_OK) return status;
    if (v.fields < 2) continue;
    uint64_t more = (uint64_t)v.agree * (best.records ? best.records : 1),
             less = (uint64_t)best.agree * v.records;
    if (best.records && (more < less || (more == less && v.fields <= best.fields))) continue;
    best = v;
    found = candidates[i];
  }
  d->format.delimiter = found != not_this ? found : ';';
  return BLT_OK;
}

static bool name_taken(char **names, uint32_t n, const char *name) {
  for (uint32_t i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}

/* A name for column `i`: the text, c1 for an empty one, a_2 for a second a. */
static blt_status add_name(blt_ctx *ctx, blt_dialect *d, uint32_t i, blt_str text, blt_error *err) {
  char name[BLT_MAX_NAME + 16];
  if (text.len > BLT_MAX_NAME)
    return blt_fail(err, BLT_ENAME, "%s: the name of column %u has more than %u bytes",
                    blt_source_name(d->format.source), i + 1, BLT_MAX_NAME);
  if (text.len && memchr(text.s, 0, text.len))
    return blt_fail(err, BLT_ENAME, "%s: the name of column %u holds a zero byte",
                    blt_source_name(d->format.source), i + 1);
  if (text.len)
    snprintf(name, sizeof name, "%.*s", (int)text.len, text.s);
  else
    snprintf(name, sizeof name, "c%u", i + 1);
  size_t len = strlen(name);
  for (uint32_t k = 2; name_taken(d->names, i, name); k++) snprintf(name + len, sizeof name - len, "_%u", k);
  d->names[i] = blt_strdup(ctx, name, strlen(name));
  return d->names[i] ? BLT_OK : blt_fail_memory(err, strlen(name) + 1);
}

static blt_status name_columns(blt_ctx *ctx, const blt_csv_options *o, const blt_rows *w, blt_dialect *d,
                               blt_error *err) {
  uint32_t n = d->format.ncols;
  if (o->names && o->nnames != n)
    return blt_fail(err, BLT_EINVAL, "%u names are given for %u columns", o->nnames, n);
  d->names = blt_calloc(ctx, n, sizeof *d->names);
  if (!d->names) return blt_fail_memory(err, n * sizeof *d->names);
  for (uint32_t i = 0; i < n; i++) {
    blt_str text = {"", 0};
    if (o->names)
      text = (blt_str){o->names[i], (uint32_t)strlen(o->names[i])};
    else if (o->header == BLT_HEADER_YES)
      text = blt_rows_field(w, 0, i);
    blt_status status = add_name(ctx, d, i, text, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

static blt_status count_lines(blt_dialect *d, uint64_t from, uint64_t to, blt_rows *w, blt_error *err) {
  w->raw_len = 0;
  blt_status status = blt_rows_load(w, d->format.source, from, to, err);
  if (status == BLT_OK) d->lines += blt_count_byte(w->raw + BLT_ROWS_PAD, w->raw_len, d->format.newline);
  return status;
}

/* The first record: names, and how many columns there are. */
static blt_status read_header(blt_ctx *ctx, const blt_csv_options *o, blt_dialect *d, blt_error *err) {
  blt_rows w;
  uint64_t at = d->rows_at;
  const char *name = blt_source_name(d->format.source);
  blt_rows_init(&w, ctx);
  blt_status status = next_record(&d->format, &at, &w, err);
  if (status == BLT_OK && w.nrows == 0)
    status = blt_fail_at(err, BLT_EFORMAT, (int64_t)d->lines + 1,
                         w.nbad ? "%s:%llu: the header has an open quote, text after a quote, or is not UTF-8"
                                : "%s:%llu: the input is empty: a header or a row is expected",
                         name, (unsigned long long)d->lines + 1);
  if (status == BLT_OK && w.ncols > BLT_MAX_COLUMNS)
    status =
        blt_fail(err, BLT_EFORMAT, "%s: %u columns: at most %u are allowed", name, w.ncols, BLT_MAX_COLUMNS);
  if (status == BLT_OK) {
    d->format.ncols = w.ncols;
    status = name_columns(ctx, o, &w, d, err);
  }
  if (status == BLT_OK && o->header == BLT_HEADER_YES) {
    status = count_lines(d, d->rows_at, at, &w, err);
    d->rows_at = at;
  }
  blt_rows_free(&w);
  return status;
}

blt_status blt_dialect_find(blt_ctx *ctx, const blt_source *source, const blt_csv_options *o, blt_dialect *d,
                            blt_error *err) {
  *d = (blt_dialect){.format = {.source = source,
                                .delimiter = o->delimiter,
                                .quote = o->quote,
                                .escape = o->escape,
                                .comment = o->comment,
                                .trim = o->trim,
                                .ragged = o->ragged,
                                .utf8 = o->utf8}};
  blt_status status = check_options(o, err);
  if (status == BLT_OK) status = find_beginning(ctx, source, o, d, err);
  if (status == BLT_OK && !o->delimiter)
    status = find_delimiter(ctx, d, o->decimal_mark == ',' ? ',' : 0, err);
  if (status == BLT_OK) status = read_header(ctx, o, d, err);
  if (status != BLT_OK) blt_dialect_free(ctx, d);
  return status;
}

void blt_dialect_free(blt_ctx *ctx, blt_dialect *d) {
  for (uint32_t i = 0; d->names && i < d->format.ncols; i++)
    blt_free(ctx, d->names[i], d->names[i] ? strlen(d->names[i]) + 1 : 0);
  blt_free(ctx, d->names, d->format.ncols * sizeof *d->names);
  d->names = NULL;
}
