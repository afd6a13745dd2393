/* A line's values are found first, wherever their keys stand, and then copied in the order of the columns, so
 * that what follows is the same as for CSV. Lines of one kind of record have all keys in one order: that is
 * tried first, and otherwise each next key is looked for where the last one suggests. */
#include "jsonl.h"
#include "io/ingest/infer.h"
#include "io/text/json.h"
#include "io/text/json_fault.h"
#include "io/text/marks.h"
#include "io/ingest/signature.h"
#include "io/source/recode.h"
#include "base/isa.h"
#include "base/mem.h"
#include "base/par.h"
#include "io/text/utf8.h"

#include <stdio.h>
#include <string.h>

#define OVERHANG ((uint64_t)16 << 10)
#define SAMPLE ((uint64_t)64 << 10)

typedef struct format {
  blt_ctx *ctx;
  const blt_source *source;
  uint64_t from;  /* behind a byte-order mark */
  blt_names keys; /* one for each column */
  bool literal;   /* no key needs an escape: it stands in a line as it is */
  blt_progress_fn progress;
  void *progress_arg;
  uint64_t broken; /* offset of the first line that is no object, or NO_LINE */
} format;

#define NO_LINE UINT64_MAX

/* The chunk being taken apart. */
typedef struct walk {
  const format *f;
  blt_rows *w;
  blt_json_value *values; /* of the line, one for each column */
  size_t out;
  bool ascii; /* the whole chunk is */
} walk;

/* The column of a key, which is perhaps the one after the last. */
static int find_column(const format *f, const char *key, size_t len, uint32_t hint) {
  if (hint < f->keys.n && f->keys.lens[hint] == len && memcmp(f->keys.text[hint], key, len) == 0)
    return (int)hint;
  return blt_names_find(&f->keys, key, len);
}

/* Called for each member of an object; the key has no escapes left. False stops. */
typedef bool (*member_fn)(void *arg, const char *key, size_t len, const blt_json_value *v);

/* Walks an object's members. 0, or what is wrong. */
static blt_bad_reason members(const char *p, const char *end, member_fn fn, void *arg) {
  p = blt_json_skip_blanks(p, end);
  if (p == end || *p != '{') return BLT_BAD_JSON;
  p = blt_json_skip_blanks(p + 1, end);
  bool empty = p < end && *p == '}';
  while (!empty) {
    blt_json_value key, v;
    char plain[6 * BLT_MAX_NAME]; /* an escape is at most six bytes for one */
    if (p == end || *p != '"') return BLT_BAD_JSON;
    p = blt_json_value_at(p, end, &key);
    if (!p) return BLT_BAD_JSON;
    p = blt_json_skip_blanks(p, end);
    if (p == end || *p != ':') return BLT_BAD_JSON;
    p = blt_json_value_at(blt_json_skip_blanks(p + 1, end), end, &v);
    if (!p) return BLT_BAD_JSON;
    if (key.kind == BLT_JSON_ESCAPED && (size_t)(key.to - key.from) <= sizeof plain) {
      key.to = blt_json_unescape(key.from, key.to, plain);
      key.from = plain;
    }
    if (!fn(arg, key.from, (size_t)(key.to - key.from), &v)) return BLT_BAD_KEY;
    p = blt_json_skip_blanks(p, end);
    if (p == end) return BLT_BAD_JSON;
    if (*p == '}') break;
    if (*p != ',') return BLT_BAD_JSON;
    p = blt_json_skip_blanks(p + 1, end);
  }
  return blt_json_skip_blanks(p + 1, end) == end ? 0 : BLT_BAD_JSON;
}

typedef struct line {
  walk *k;
  uint32_t hint;
} line;

static bool take_member(void *arg, const char *key, size_t len, const blt_json_value *v) {
  line *l = arg;
  int col = find_column(l->k->f, key, len, l->hint);
  if (col < 0) {
    l->k->w->unknown = true;
    return true;
  }
  l->hint = (uint32_t)col + 1 < l->k->f->keys.n ? (uint32_t)col + 1 : 0;
  if (l->k->values[col].kind != BLT_JSON_BROKEN) return false;
  l->k->values[col] = *v;
  return true;
}

/* Copies the line's values as fields of a row. */
static blt_status put_row(walk *k, uint64_t at, size_t bytes, blt_error *err) {
  blt_rows *w = k->w;
  uint32_t n = k->f->keys.n;
  size_t first = (size_t)w->nrows * n, need = k->out + bytes + n + 2 * BLT_ROWS_PAD;
  if (need > UINT32_MAX)
    return blt_fail(err, BLT_EFORMAT, "%s: a line longer than 4 GiB", blt_source_name(k->f->source));
  blt_status status = blt_grow(w->ctx, &w->unquoted, &w->unquoted_cap, need, 1, err);
  if (status == BLT_OK)
    status = blt_grow(w->ctx, &w->own_ends, &w->own_ends_cap, first + n + 1, sizeof *w->own_ends, err);
  if (status == BLT_OK)
    status =
        blt_grow(w->ctx, &w->quoted_bits, &w->quoted_cap, (first + n) / 64 + 1, sizeof *w->quoted_bits, err);
  if (status == BLT_OK)
    status =
        blt_grow(w->ctx, &w->record_at, &w->record_at_cap, (size_t)w->nrows + 1, sizeof *w->record_at, err);
  if (status != BLT_OK) return status;
  char *out = w->unquoted + k->out;
  for (uint32_t c = 0; c < n; c++) {
    const blt_json_value *v = &k->values[c];
    bool text = v->kind == BLT_JSON_STRING || v->kind == BLT_JSON_ESCAPED;
    if (v->kind == BLT_JSON_ESCAPED) {
      out = blt_json_unescape(v->from, v->to, out);
    } else if (v->kind > BLT_JSON_NULL) {
      size_t len = (size_t)(v->to - v->from);
      if (len <= 16)
        memcpy(out, v->from, 16); /* without a call; both sides have padding */
      else
        memcpy(out, v->from, len);
      out += len;
    }
    uint64_t bit = UINT64_C(1) << ((first + c) & 63), *word = &w->quoted_bits[(first + c) >> 6];
    *word = text ? *word | bit : *word & ~bit;
    w->own_ends[first + c + 1] = (uint32_t)(out - w->unquoted);
    *out++ = '\n';
  }
  k->out = (size_t)(out - w->unquoted);
  w->record_at[w->nrows++] = (uint32_t)at;
  return BLT_OK;
}

static blt_status put_bad(walk *k, blt_bad_reason reason, uint64_t at, size_t len, blt_error *err) {
  blt_rows *w = k->w;
  blt_status status = blt_grow(w->ctx, &w->bad, &w->bad_cap, w->nbad + 1, sizeof *w->bad, err);
  if (status != BLT_OK) return status;
  w->bad[w->nbad++] = (blt_bad){.before = w->nrows,
                                .column = UINT32_MAX,
                                .reason = reason,
                                .offset = w->raw_at + at,
                                .length = len,
                                .where = w->raw_at + at};
  return BLT_OK;
}

static inline const char *skip_blank(const char *p, const char *end) {
  return p < end && *p == ' ' ? p + 1 : p;
}

/* Takes a line that has exactly the columns, in their order, with at most a blank around a key. False: it is
 * another kind of line, good or bad. */
static bool take_usual(walk *k, const char *p, const char *end) {
  const format *f = k->f;
  if (!f->literal) return false;
  for (uint32_t c = 0; c < f->keys.n; c++) {
    size_t len = f->keys.lens[c];
    if (p == end || *p != (c ? ',' : '{')) return false;
    p = skip_blank(p + 1, end);
    if ((size_t)(end - p) < len + 4 || p[0] != '"' || memcmp(p + 1, f->keys.text[c], len) != 0) return false;
    p += len + 1;
    if (p[0] != '"' || p[1] != ':') return false;
    p = blt_json_value_at(skip_blank(p + 2, end), end, &k->values[c]);
    if (!p) return false;
  }
  return p + 1 == end && *p == '}';
}

/* Takes any line. 0, or what is wrong. */
static blt_bad_reason take_members(walk *k, const char *p, const char *end) {
  line l = {k, 0};
  memset(k->values, 0, k->f->keys.n * sizeof *k->values);
  return members(p, end, take_member, &l);
}

/* The line raw[from, to), offsets from raw_at. */
static blt_status take_line(walk *k, size_t from, size_t to, blt_error *err) {
  const char *p = k->w->raw + BLT_ROWS_PAD + from, *end = k->w->raw + BLT_ROWS_PAD + to;
  blt_bad_reason bad = 0;
  if (blt_json_skip_blanks(p, end) == end) return BLT_OK;
  if (!k->ascii && blt_utf8_check(p, to - from) < to - from)
    bad = BLT_BAD_UTF8;
  else if (!take_usual(k, p, end))
    bad = take_members(k, p, end);
  if (bad) return put_bad(k, bad, from, to - from, err);
  return put_row(k, from, to - from, err);
}

/* Loads the chunk and its last line's end. `*first` is where its first line starts, or raw_len. */
static blt_status load_lines(const format *f, uint64_t from, uint64_t to, bool known, blt_rows *w,
                             size_t *first, blt_error *err) {
  uint64_t at = known ? from : from - 1, size = blt_source_size(f->source), want = OVERHANG;
  size_t limit = (size_t)(to - at);
  w->raw_len = 0;
  for (;;) {
    blt_status status = blt_rows_load(w, f->source, at, at + limit + want, err);
    if (status != BLT_OK) return status;
    const char *raw = w->raw + BLT_ROWS_PAD;
    const char *start = known ? raw : memchr(raw, '\n', w->raw_len);
    *first = start ? (size_t)(start - raw) + !known : w->raw_len;
    if (*first >= limit || at + w->raw_len == size || memchr(raw + limit - 1, '\n', w->raw_len - limit + 1))
      return BLT_OK;
    want *= 2;
  }
}

BLT_CLONES static bool is_ascii(const char *s, size_t n) {
  unsigned char all = 0;
  for (size_t i = 0; i < n; i++) all |= (unsigned char)s[i];
  return all < 0x80;
}

static blt_status walk_lines(walk *k, size_t at, size_t limit, blt_error *err) {
  blt_rows *w = k->w;
  const char *raw = w->raw + BLT_ROWS_PAD;
  k->ascii = is_ascii(raw, w->raw_len);
  while (at < limit && at < w->raw_len) {
    const char *end = memchr(raw + at, '\n', w->raw_len - at);
    size_t to = end ? (size_t)(end - raw) : w->raw_len;
    blt_status status = take_line(k, at, to, err);
    if (status != BLT_OK) return status;
    at = end ? to + 1 : to;
  }
  w->end = w->raw_at + at;
  return BLT_OK;
}

static blt_status cut_lines(const void *arg, uint64_t from, uint64_t to, uint64_t start, blt_quoting quoting,
                            blt_rows *w, blt_error *err) {
  const format *f = arg;
  walk k = {.f = f, .w = w, .out = BLT_ROWS_PAD};
  size_t first = 0, values = ((size_t)f->keys.n + 1) * sizeof *k.values;
  (void)quoting;
  w->nrows = 0;
  w->nbad = 0;
  w->ncols = f->keys.n;
  w->unknown = false;
  w->start = BLT_NO_START;
  blt_status status = load_lines(f, from, to, start != BLT_NO_START, w, &first, err);
  size_t limit = (size_t)(to - w->raw_at);
  if (status != BLT_OK || first >= limit) return status;
  w->start = w->raw_at + first;
  k.values = blt_alloc(w->ctx, values);
  if (!k.values) return blt_fail_memory(err, values);
  status = blt_grow(w->ctx, &w->unquoted, &w->unquoted_cap, 2 * BLT_ROWS_PAD, 1, err);
  if (status == BLT_OK)
    status = blt_grow(w->ctx, &w->own_ends, &w->own_ends_cap, 1, sizeof *w->own_ends, err);
  if (status == BLT_OK) status = walk_lines(&k, first, limit, err);
  blt_free(w->ctx, k.values, values);
  if (status != BLT_OK) return status;
  blt_rows_copied(w, k.out);
  return BLT_OK;
}

/* ---- the columns ---- */

typedef struct finding {
  format *f;
  blt_status status;
  blt_error *err;
  uint32_t hint;
} finding;

static bool is_literal(const char *key, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (key[i] == '"' || key[i] == '\\' || (unsigned char)key[i] < 0x20) return false;
  return true;
}

static bool note_name(void *arg, const char *key, size_t len, const blt_json_value *v) {
  finding *n = arg;
  format *f = n->f;
  (void)v;
  int col = find_column(f, key, len, n->hint);
  n->hint = col < 0 ? 0 : (uint32_t)col + 1;
  if (col >= 0 || n->status != BLT_OK) return true;
  blt_str name = {key, len < UINT32_MAX ? (uint32_t)len : UINT32_MAX};
  n->status = blt_names_keep(&f->keys, blt_source_name(f->source), name, n->err);
  f->literal = f->literal && is_literal(key, len);
  return true;
}

/* Adds the keys of all lines that start before `to`. */
static blt_status find_names(format *f, uint64_t to, blt_error *err) {
  blt_rows w;
  blt_status status = BLT_OK;
  uint64_t at = f->from;
  blt_rows_init(&w, f->ctx);
  while (status == BLT_OK && at < to) {
    size_t first;
    uint64_t part = at + SAMPLE < to ? at + SAMPLE : to;
    status = load_lines(f, at, part, true, &w, &first, err);
    while (status == BLT_OK && at < part) {
      const char *raw = w.raw + BLT_ROWS_PAD;
      size_t from = (size_t)(at - w.raw_at);
      const char *end = memchr(raw + from, '\n', w.raw_len - from);
      size_t stop = end ? (size_t)(end - raw) : w.raw_len;
      finding n = {f, BLT_OK, err, 0};
      bool bad = blt_utf8_check(raw + from, stop - from) < stop - from ||
                 members(raw + from, raw + stop, note_name, &n) != 0;
      bad = bad && blt_json_skip_blanks(raw + from, raw + stop) < raw + stop;
      if (bad && f->broken == NO_LINE) f->broken = at; /* reported when rows are read, if any key is found */
      status = n.status;
      at = w.raw_at + stop + (end != NULL);
    }
    if (status == BLT_OK)
      status = f->progress ? f->progress(f->progress_arg, at, to, 0, err) : blt_poll(f->ctx, at, to, err);
  }
  blt_rows_free(&w);
  return status;
}

/* No line had a key: says what is wrong with the first that is no object. */
static blt_status no_key(const format *f, blt_error *err) {
  const char *name = blt_source_name(f->source);
  char fault[BLT_JSON_FAULT_TEXT];
  blt_rows w;
  size_t first;
  if (f->broken == NO_LINE)
    return blt_fail(err, BLT_EFORMAT, "%s: no JSON object with a key: one object a line is expected", name);
  blt_rows_init(&w, f->ctx);
  blt_status status = load_lines(f, f->from, f->broken + 1, true, &w, &first, err);
  if (status == BLT_OK) {
    const char *raw = w.raw + BLT_ROWS_PAD, *line = raw + (f->broken - f->from);
    const char *end = memchr(line, '\n', (size_t)(raw + w.raw_len - line));
    unsigned long long number = blt_count_byte(raw, (size_t)(line - raw), '\n') + 1;
    size_t len = (size_t)((end ? end : raw + w.raw_len) - line);
    if (blt_utf8_check(line, len) < len)
      snprintf(fault, sizeof fault, "%s%s", blt_bad_phrase(BLT_BAD_UTF8), blt_bad_advice(BLT_BAD_UTF8));
    else
      blt_json_fault(line, len, fault);
    status = blt_fail_at(err, BLT_EFORMAT, (int64_t)number, "%s:%llu: %s", name, number, fault);
  }
  blt_rows_free(&w);
  return status;
}

/* The columns' names: the keys; that of the empty key is c1 for the first column, as in CSV. */
static blt_status name_columns(const format *f, blt_names *names, blt_error *err) {
  blt_status status = BLT_OK;
  blt_names_init(names, f->ctx);
  for (uint32_t i = 0; status == BLT_OK && i < f->keys.n; i++)
    status =
        blt_names_add(names, blt_source_name(f->source), (blt_str){f->keys.text[i], f->keys.lens[i]}, err);
  return status;
}

static blt_status read_once(format *f, const blt_csv_options *o, blt_csv_result *out, bool *unknown,
                            blt_error *err) {
  if (f->keys.n == 0) return no_key(f, err);
  blt_load load = {.ctx = f->ctx,
                   .source = f->source,
                   .cut = cut_lines,
                   .format = f,
                   .newline = '\n',
                   .from = f->from,
                   .plan = {.json = true}};
  blt_csv_options mine = *o;
  mine.nulls = NULL;
  mine.nnulls = 0;
  mine.quoted_nulls = false;
  mine.decimal_mark = '.';
  mine.thousands = 0;
  mine.percent = mine.currency = false;
  mine.dates = NULL;
  blt_names names;
  blt_status status = name_columns(f, &names, err);
  if (status == BLT_OK) status = blt_infer_plan(&load, &mine, &names, err);
  if (status == BLT_OK) status = blt_infer_read(&load, &mine, out, unknown, err);
  blt_infer_free(&load, &mine);
  blt_names_free(&names);
  return status;
}

/* Finds the keys of the first lines and reads all by them; when a line has another, finds all and reads
 * again. */
static blt_status read_lines(format *f, const blt_csv_options *options, blt_csv_result *out, blt_error *err) {
  uint64_t size = blt_source_size(f->source);
  bool unknown = false;
  blt_status status = find_names(f, size < SAMPLE ? size : SAMPLE, err);
  if (status == BLT_OK && f->keys.n == 0) status = find_names(f, size, err);
  if (status == BLT_OK) status = read_once(f, options, out, &unknown, err);
  if (status != BLT_OK || !unknown) return status;
  status = find_names(f, size, err);
  return status == BLT_OK ? read_once(f, options, out, &unknown, err) : status;
}

static blt_status read_utf8(blt_ctx *ctx, const blt_source *source, const blt_csv_options *options,
                            blt_csv_result *out, blt_error *err) {
  format f = {.ctx = ctx,
              .source = source,
              .literal = true,
              .progress = options->progress,
              .progress_arg = options->progress_arg,
              .broken = NO_LINE};
  blt_status status = blt_signature_refuse(source, false, err);
  if (status == BLT_OK) status = blt_signature_mark(source, &f.from, err);
  if (status != BLT_OK) return status;
  blt_names_init(&f.keys, ctx);
  status = read_lines(&f, options, out, err);
  blt_names_free(&f.keys);
  return status;
}

blt_status blt_jsonl_read(blt_ctx *ctx, const blt_source *source, const blt_csv_options *options,
                          blt_csv_result *out, blt_error *err) {
  blt_source *recoded = NULL;
  blt_recoding how = {options->encoding, false, options->progress, options->progress_arg};
  *out = (blt_csv_result){0};
  blt_status status = blt_recode(ctx, source, how, &recoded, err);
  if (status == BLT_OK) status = read_utf8(ctx, recoded ? recoded : source, options, out, err);
  blt_source_close(recoded);
  return status;
}
