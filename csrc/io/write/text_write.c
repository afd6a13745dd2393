/* One task formats one group, batch by batch: the values of a batch are decoded column by column, then its
 * rows are put together. Strings of a dictionary are looked at once for whether they need quotes. Groups go
 * in waves; while one is formatted the one before is written. */
#include "text_write.h"
#include "io/csv/dialect.h"
#include "io/text/field.h"
#include "io/text/json.h"
#include "io/text/records.h"
#include "base/bits.h"
#include "base/text/civil.h"
#include "base/mem.h"
#include "base/text/num.h"
#include "base/par.h"
#include "io/text/utf8.h"

#include <string.h>

#define BATCH 1024u
#define PIECE ((size_t)512 << 10) /* bytes that are written between two polls, but whole rows */
#define LONGEST 40                /* bytes of a value that is no string, its separator included */

blt_write_options blt_write_defaults(void) {
  return (blt_write_options){.delimiter = ',', .decimal_mark = '.', .header = true, .null = ""};
}

/* Growing text of one group, and where it may be cut: behind rows, about every PIECE. */
typedef struct text {
  char *s;
  size_t len, cap;
  size_t *cuts;
  size_t ncuts, cuts_cap;
} text;

/* One column of the batch. */
typedef struct column {
  blt_type type;
  const blt_dict *dict;
  const uint8_t *needs; /* of each dictionary entry: 1 when it cannot stand as it is; NULL: not known */
  uint32_t count;       /* entries that `needs` covers */
  char *key;            /* JSON: "name": with a comma in front but for the first; zero-terminated */
  size_t key_len;       /* 0 in CSV */
  void *values;         /* BATCH of int64_t, double, uint32_t or blt_str */
} column;

typedef struct job {
  blt_ctx *ctx;
  const blt_view *view;
  const blt_write_options *o;
  bool json;
  column *columns;
  uint32_t nworkers, first; /* group of task 0 */
  uint32_t ncols;
  void ***values;            /* of each worker and column */
  const blt_block ***blocks; /* the same: the column's block in the group that the worker formats */
  uint32_t wave;             /* tasks of a wave, at most */
  text *texts;               /* of each task */
  text *ready;               /* the wave before, to be written */
  uint32_t nready;
  blt_sink *sink;
  bool beside; /* task 0 writes what is ready */
  size_t null_len;
  uint64_t bytes, rows; /* written */
  blt_watch watch;
} job;

static inline blt_status room(job *k, text *t, size_t more, blt_error *err) {
  return blt_grow(k->ctx, &t->s, &t->cap, t->len + more, 1, err);
}

static inline void put(text *t, const char *s, size_t n) {
  memcpy(t->s + t->len, s, n);
  t->len += n;
}

/* ---- strings as CSV ---- */

/* Whether a reader that finds types out could take the text for something else than text. */
static bool looks_typed(const job *k, blt_str s) {
  blt_looks looks = {0}, others = {0};
  blt_looks_add(&looks, s.s, s.len, '.');
  if (k->o->decimal_mark == '.') return looks.seen != BLT_LOOKS_TEXT;
  blt_looks_add(&others, s.s, s.len, k->o->decimal_mark);
  return looks.seen != BLT_LOOKS_TEXT || others.seen != BLT_LOOKS_TEXT;
}

static bool needs_quotes(const job *k, blt_str s) {
  const char *null = k->o->null;
  if (s.len == k->null_len && memcmp(s.s, null, s.len) == 0) return true;
  if (s.len == 0) return true;
  if ((unsigned char)s.s[0] == 0xef) return true; /* perhaps a byte-order mark */
  for (uint32_t i = 0; i < s.len; i++) {
    char c = s.s[i];
    if (c == k->o->delimiter || c == '"' || c == '\n' || c == '\r') return true;
  }
  return looks_typed(k, s);
}

static void put_quoted(text *t, blt_str s) {
  t->s[t->len++] = '"';
  for (uint32_t i = 0; i < s.len; i++) {
    if (s.s[i] == '"') t->s[t->len++] = '"';
    t->s[t->len++] = s.s[i];
  }
  t->s[t->len++] = '"';
}

/* ---- strings as JSON ---- */

static bool needs_escapes(blt_str s) {
  for (uint32_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.s[i];
    if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80)
      return true; /* beyond ASCII: to be checked as UTF-8 */
  }
  return false;
}

static blt_status put_json(text *t, blt_str s, bool plain, blt_error *err) {
  static const char digits[] = "0123456789abcdef", bytes[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
  if (!plain && blt_utf8_check(s.s, s.len) < s.len)
    return blt_fail(err, BLT_EFORMAT, "a string that is not UTF-8 has no form in JSON");
  t->s[t->len++] = '"';
  if (plain) put(t, s.s, s.len);
  for (uint32_t i = 0; !plain && i < s.len; i++) {
    unsigned char c = (unsigned char)s.s[i];
    const char *e = memchr(bytes, c, sizeof bytes - 1);
    if (e) {
      t->s[t->len++] = '\\';
      t->s[t->len++] = names[e - bytes];
    } else if (c < 0x20) {
      put(t, "\\u00", 4);
      t->s[t->len++] = digits[c >> 4];
      t->s[t->len++] = digits[c & 15];
    } else
      t->s[t->len++] = (char)c;
  }
  t->s[t->len++] = '"';
  return BLT_OK;
}

/* `known`: whether it needs quotes or escapes; -1: to be found out. */
static blt_status put_string(job *k, text *t, blt_str s, int known, blt_error *err) {
  blt_status status = room(k, t, (size_t)s.len * (k->json ? 6 : 2) + LONGEST, err);
  if (status != BLT_OK) return status;
  if (k->json) return put_json(t, s, known < 0 ? !needs_escapes(s) : !known, err);
  if (k->o->quote_all || (known < 0 ? needs_quotes(k, s) : known))
    put_quoted(t, s);
  else
    put(t, s.s, s.len);
  return BLT_OK;
}

/* ---- other values ---- */

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445"
    "46474849505152535455565758596061626364656667686970717273747576777879808182838485868788899091"
    "9293949596979899";

/* Writes `v` and returns its end. */
static inline char *put_unsigned(char *out, uint64_t v) {
  char buffer[20], *p = buffer + sizeof buffer;
  while (v >= 100) {
    p -= 2;
    memcpy(p, pairs + v % 100 * 2, 2);
    v /= 100;
  }
  if (v >= 10) {
    p -= 2;
    memcpy(p, pairs + v * 2, 2);
  } else
    *--p = (char)('0' + v);
  size_t n = (size_t)(buffer + sizeof buffer - p);
  memcpy(out, p, n);
  return out + n;
}

static void put_int(text *t, int64_t v) {
  char *p = t->s + t->len;
  if (v < 0) *p++ = '-';
  t->len = (size_t)(put_unsigned(p, v < 0 ? 0 - (uint64_t)v : (uint64_t)v) - t->s);
}

/* A float that is a whole number of millionths, with 15 digits at most, has that as its shortest text: 15
 * digits always come back, and dividing two exact floats rounds as reading the text does. */
static bool put_millionths(text *t, double v) {
  double a = v < 0 ? -v : v;
  if (!(a >= 1e-5 && a < 1e9)) return false;
  uint64_t m = (uint64_t)(a * 1e6 + 0.5);
  if ((double)m / 1e6 != a) return false;
  char *p = t->s + t->len;
  if (v < 0) *p++ = '-';
  p = put_unsigned(p, m / 1000000);
  uint32_t part = (uint32_t)(m % 1000000);
  *p++ = '.';
  memcpy(p, pairs + part / 10000 * 2, 2);
  memcpy(p + 2, pairs + part / 100 % 100 * 2, 2);
  memcpy(p + 4, pairs + part % 100 * 2, 2);
  p += 6;
  while (p[-1] == '0' && p[-2] != '.') p--;
  t->len = (size_t)(p - t->s);
  return true;
}

static blt_status put_float(job *k, text *t, double v, blt_error *err) {
  if (put_millionths(t, v)) return BLT_OK;
  if (k->json && (v != v || v - v != 0)) {
    if (!k->o->nan_is_null)
      return blt_fail(err, BLT_EFORMAT, "nan and inf have no form in JSON; nan_is_null writes them as null");
    put(t, "null", 4);
    return BLT_OK;
  }
  t->len += blt_format_f64(v, t->s + t->len);
  return BLT_OK;
}

static void put_other(job *k, blt_type type, text *t, int64_t v) {
  char *out = t->s + t->len;
  bool quoted = k->json && (type.id == BLT_DATE || type.id == BLT_TIMESTAMP);
  if (type.id == BLT_BOOL) {
    put(t, v ? "true" : "false", v ? 4 : 5);
    return;
  }
  if (type.id == BLT_DECIMAL) {
    t->len += blt_format_decimal(v, type.scale, out);
    return;
  }
  if (quoted) *out++ = '"';
  out += type.id == BLT_DATE ? blt_date_format(v, out) : blt_timestamp_format(v, out);
  if (quoted) *out++ = '"';
  t->len = (size_t)(out - t->s);
}

/* Puts the mark of the caller in the place of the point in what was written from `from` on. */
static void put_mark(const job *k, text *t, size_t from) {
  if (k->json || k->o->decimal_mark == '.') return;
  char *point = memchr(t->s + from, '.', t->len - from);
  if (point) *point = k->o->decimal_mark;
}

/* ---- groups ---- */

static void decode(const column *c, const blt_block *b, uint32_t start, uint32_t n, void *out) {
  if (c->type.id == BLT_FLOAT64)
    blt_block_read_f64(b, start, n, out);
  else if (c->type.id != BLT_STRING)
    blt_block_read_i64(b, start, n, out);
  else if (b->enc == BLT_ENC_TEXT)
    blt_block_read_text(b, start, n, out);
  else
    blt_block_read_codes(b, start, n, out);
}

static blt_status put_value(job *k, const column *c, const blt_block *b, const void *values, uint32_t i,
                            text *t, blt_error *err) {
  size_t from = t->len;
  blt_status status = BLT_OK;
  switch (c->type.id) {
  case BLT_STRING: {
    if (b->enc == BLT_ENC_TEXT) return put_string(k, t, ((const blt_str *)values)[i], -1, err);
    uint32_t code = ((const uint32_t *)values)[i];
    return put_string(k, t, blt_dict_at(c->dict, code), code < c->count ? c->needs[code] : -1, err);
  }
  case BLT_FLOAT64:
    status = put_float(k, t, ((const double *)values)[i], err);
    put_mark(k, t, from);
    return status;
  case BLT_INT64:
    put_int(t, ((const int64_t *)values)[i]);
    return BLT_OK;
  default:
    put_other(k, c->type, t, ((const int64_t *)values)[i]);
    if (c->type.id == BLT_DECIMAL) put_mark(k, t, from);
    return BLT_OK;
  }
}

/* Row `row` of the group whose blocks these are, row `i` of the batch. */
static blt_status put_row(job *k, const blt_block *const *blocks, uint32_t row, uint32_t i,
                          void *const *values, text *t, blt_error *err) {
  for (uint32_t c = 0; c < k->ncols; c++) {
    const column *col = &k->columns[c];
    const blt_block *b = blocks[c];
    blt_status status = room(k, t, LONGEST + k->null_len + col->key_len, err);
    if (status != BLT_OK) return status;
    if (k->json)
      put(t, col->key, col->key_len);
    else if (c)
      t->s[t->len++] = k->o->delimiter;
    if (blt_block_is_null(b, row))
      put(t, k->json ? "null" : k->o->null, k->json ? 4 : k->null_len);
    else
      status = put_value(k, col, b, values[c], i, t, err);
    if (status != BLT_OK) return status;
  }
  if (k->json) t->s[t->len++] = '}';
  if (k->o->crlf && !k->json) t->s[t->len++] = '\r';
  t->s[t->len++] = '\n';
  return BLT_OK;
}

/* Marks the end of a row as a place to cut when a piece has come together, and in any case when it is the
 * last. */
static blt_status mark(job *k, text *t, bool last, blt_error *err) {
  size_t from = t->ncuts ? t->cuts[t->ncuts - 1] : 0;
  if (t->len - from < (last ? 1 : PIECE)) return BLT_OK;
  blt_status status = blt_grow(k->ctx, &t->cuts, &t->cuts_cap, t->ncuts + 1, sizeof *t->cuts, err);
  if (status == BLT_OK) t->cuts[t->ncuts++] = t->len;
  return status;
}

static blt_status format_group(job *k, uint32_t task, uint32_t worker, blt_error *err) {
  const blt_view *v = k->view;
  text *t = &k->texts[task];
  uint32_t group = k->first + task, rows = v->group_rows[group];
  const uint64_t *live = v->live ? v->live[group] : NULL;
  void **values = k->values[worker];
  const blt_block **blocks = k->blocks[worker];
  t->len = t->ncuts = 0;
  for (uint32_t c = 0; c < k->ncols; c++) {
    blt_status status = blt_view_block(v, c, group, &blocks[c], err);
    if (status != BLT_OK) return status;
  }
  for (uint32_t from = 0; from < rows; from += BATCH) {
    uint32_t n = rows - from < BATCH ? rows - from : BATCH;
    for (uint32_t c = 0; c < k->ncols; c++) decode(&k->columns[c], blocks[c], from, n, values[c]);
    for (uint32_t i = 0; i < n; i++) {
      if (live && !blt_bit(live, from + i)) continue;
      blt_status status = put_row(k, blocks, from + i, i, values, t, err);
      if (status == BLT_OK) status = mark(k, t, false, err);
      if (status != BLT_OK) return status;
    }
  }
  return mark(k, t, true, err);
}

/* Writes what is ready, asking between pieces whether to go on: compressing is slow. */
static blt_status write_ready(job *k, uint32_t worker, blt_error *err) {
  for (uint32_t i = 0; i < k->nready; i++)
    for (size_t c = 0, at = 0; c < k->ready[i].ncuts; at = k->ready[i].cuts[c++]) {
      blt_status status = blt_sink_put(k->sink, k->ready[i].s + at, k->ready[i].cuts[c] - at, err);
      if (status == BLT_OK) status = blt_par_check(k->ctx, worker, k->first, k->view->ngroups, err);
      if (status != BLT_OK) return status;
    }
  return BLT_OK;
}

static blt_status wave_task(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  job *k = arg;
  if (!k->beside) return format_group(k, task, worker, err);
  return task == 0 ? write_ready(k, worker, err) : format_group(k, task - 1, worker, err);
}

/* ---- the whole ---- */

static void free_texts(job *k, text *t) {
  for (uint32_t i = 0; t && i < k->wave; i++) {
    blt_free(k->ctx, t[i].s, t[i].cap);
    blt_free(k->ctx, t[i].cuts, t[i].cuts_cap * sizeof *t[i].cuts);
  }
  blt_free(k->ctx, t, k->wave * sizeof *t);
}

static void job_free(job *k) {
  uint32_t n = k->ncols;
  for (uint32_t c = 0; k->columns && c < n; c++) {
    blt_free(k->ctx, (void *)(uintptr_t)k->columns[c].needs, k->columns[c].count);
    blt_free(k->ctx, k->columns[c].key, k->columns[c].key_len + 1);
  }
  for (uint32_t w = 0; k->values && w < k->nworkers; w++) {
    for (uint32_t c = 0; k->values[w] && c < n; c++)
      blt_free(k->ctx, k->values[w][c], BATCH * sizeof(blt_str));
    blt_free(k->ctx, k->values[w], n * sizeof *k->values[w]);
  }
  for (uint32_t w = 0; k->blocks && w < k->nworkers; w++)
    blt_free(k->ctx, k->blocks[w], n * sizeof *k->blocks[w]);
  free_texts(k, k->texts);
  free_texts(k, k->ready);
  blt_free(k->ctx, k->values, k->nworkers * sizeof *k->values);
  blt_free(k->ctx, k->blocks, k->nworkers * sizeof *k->blocks);
  blt_free(k->ctx, k->columns, n * sizeof *k->columns);
}

/* `,"name":` */
static blt_status make_key(job *k, uint32_t c, blt_error *err) {
  const char *name = k->view->schema->fields[c].name;
  text t = {0};
  blt_str s = {name, (uint32_t)strlen(name)};
  blt_status status = room(k, &t, (size_t)s.len * 6 + 8, err);
  if (status != BLT_OK) return status;
  t.s[t.len++] = c ? ',' : '{';
  status = put_json(&t, s, false, err);
  t.s[t.len++] = ':';
  k->columns[c].key = status == BLT_OK ? blt_strdup(k->ctx, t.s, t.len) : NULL;
  k->columns[c].key_len = t.len;
  if (status == BLT_OK && !k->columns[c].key) status = blt_fail_memory(err, t.len);
  blt_free(k->ctx, t.s, t.cap);
  return status;
}

static blt_status look_at_dict(job *k, column *c, blt_error *err) {
  if (!c->dict || c->dict->count == 0 || c->dict->count > k->view->rows) return BLT_OK;
  uint8_t *needs = blt_alloc(k->ctx, c->dict->count);
  if (!needs) return blt_fail_memory(err, c->dict->count);
  c->needs = needs;
  c->count = c->dict->count;
  for (uint32_t i = 0; i < c->count; i++)
    needs[i] = k->json ? needs_escapes(blt_dict_at(c->dict, i)) : needs_quotes(k, blt_dict_at(c->dict, i));
  return BLT_OK;
}

static blt_status job_start(job *k, blt_error *err) {
  uint32_t n = k->ncols;
  k->nworkers = k->view->ngroups > 1 ? blt_par_workers(k->ctx) : 1;
  k->columns = blt_calloc(k->ctx, n, sizeof *k->columns);
  k->values = blt_calloc(k->ctx, k->nworkers, sizeof *k->values);
  k->blocks = blt_calloc(k->ctx, k->nworkers, sizeof *k->blocks);
  k->wave = 2 * k->nworkers;
  k->texts = blt_calloc(k->ctx, k->wave, sizeof *k->texts);
  k->ready = blt_calloc(k->ctx, k->wave, sizeof *k->ready);
  if (!k->columns || !k->values || !k->blocks || !k->texts || !k->ready)
    return blt_fail_memory(err, n * sizeof *k->columns);
  for (uint32_t c = 0; c < n; c++) {
    k->columns[c].type = k->view->columns[c].type;
    k->columns[c].dict = k->view->columns[c].dict;
    blt_status status = look_at_dict(k, &k->columns[c], err);
    if (status == BLT_OK && k->json) status = make_key(k, c, err);
    if (status != BLT_OK) return status;
  }
  for (uint32_t w = 0; w < k->nworkers; w++) {
    k->values[w] = blt_calloc(k->ctx, n, sizeof *k->values[w]);
    k->blocks[w] = blt_calloc(k->ctx, n, sizeof *k->blocks[w]);
    for (uint32_t c = 0; k->values[w] && c < n; c++)
      if (!(k->values[w][c] = blt_alloc(k->ctx, BATCH * sizeof(blt_str)))) return blt_fail_memory(err, BATCH);
    if (!k->values[w] || !k->blocks[w]) return blt_fail_memory(err, n * sizeof *k->values[w]);
  }
  return BLT_OK;
}

static blt_status put_header(job *k, blt_sink *sink, blt_error *err) {
  text t = {0};
  blt_status status = BLT_OK;
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++) {
    const char *name = k->view->schema->fields[c].name;
    blt_str s = {name, (uint32_t)strlen(name)};
    status = room(k, &t, (size_t)s.len * 2 + LONGEST, err);
    if (status != BLT_OK) break;
    if (c) t.s[t.len++] = k->o->delimiter;
    if (k->o->quote_all || blt_name_needs_quotes(s, k->o->delimiter))
      put_quoted(&t, s);
    else
      put(&t, s.s, s.len);
  }
  if (status == BLT_OK) {
    put(&t, k->o->crlf ? "\r\n" : "\n", k->o->crlf ? 2 : 1);
    status = blt_sink_put(sink, t.s, t.len, err);
  }
  blt_free(k->ctx, t.s, t.cap);
  return status;
}

static uint64_t rows_of(const blt_view *v, uint32_t group) {
  return v->live && v->live[group] ? blt_bits_count(v->live[group], v->group_rows[group])
                                   : v->group_rows[group];
}

/* Counts the groups from `first` on as written, and tells how far the writing is. */
static blt_status report(job *k, uint32_t first, uint32_t n, blt_error *err) {
  if (!k->o->progress || n == 0) return BLT_OK;
  for (uint32_t i = 0; i < n; i++) {
    k->bytes += k->ready[i].len;
    k->rows += rows_of(k->view, first + i);
  }
  uint64_t total = k->rows ? (uint64_t)((double)k->bytes / (double)k->rows * (double)k->view->live_rows) : 0;
  return k->o->progress(k->o->progress_arg, k->bytes, total, k->rows, err);
}

/* Formats the next groups, if any are left, and writes those before. */
static blt_status run_wave(job *k, uint32_t groups, blt_error *err) {
  uint32_t n = groups - k->first < k->wave ? groups - k->first : k->wave;
  k->beside = k->nready > 0 && blt_sink_any_thread(k->sink);
  blt_status status = k->beside ? BLT_OK : write_ready(k, 0, err);
  if (status == BLT_OK) status = blt_par(k->ctx, n + k->beside, wave_task, k, err);
  if (status == BLT_OK) status = report(k, k->first - k->nready, k->nready, err);
  text *written = k->ready;
  k->ready = k->texts;
  k->texts = written;
  k->nready = n;
  k->first += n;
  return status == BLT_OK ? blt_watch_check(&k->watch, k->first, groups, err) : status;
}

static blt_status write_all(job *k, blt_sink *sink, blt_error *err) {
  k->ncols = k->o->ncols && k->o->ncols < k->view->ncols ? k->o->ncols : k->view->ncols;
  k->sink = sink;
  blt_watch_start(&k->watch, k->ctx);
  uint32_t groups = k->view->ngroups;
  blt_status status = job_start(k, err);
  if (status == BLT_OK && !k->json && k->o->header) status = put_header(k, sink, err);
  for (k->first = 0; status == BLT_OK && (k->first < groups || k->nready);) status = run_wave(k, groups, err);
  job_free(k);
  return status;
}

blt_status blt_csv_write(blt_ctx *ctx, const blt_view *view, const blt_write_options *o, blt_sink *sink,
                         blt_error *err) {
  job k = {.ctx = ctx, .view = view, .o = o, .null_len = strlen(o->null)};
  if (!o->delimiter || strchr("\"\r\n", o->delimiter))
    return blt_fail(err, BLT_EINVAL, "the delimiter cannot be a quote, a line end or a zero byte");
  if ((o->decimal_mark != '.' && o->decimal_mark != ',') || o->decimal_mark == o->delimiter)
    return blt_fail(err, BLT_EINVAL, "decimal_mark is '.' or ',', and another than the delimiter");
  if (strchr(o->null, o->delimiter) || strpbrk(o->null, "\"\r\n"))
    return blt_fail(err, BLT_EINVAL, "the text of a null cannot hold a delimiter, a quote or a line end");
  return write_all(&k, sink, err);
}

blt_status blt_jsonl_write(blt_ctx *ctx, const blt_view *view, const blt_write_options *o, blt_sink *sink,
                           blt_error *err) {
  job k = {.ctx = ctx, .view = view, .o = o, .json = true, .null_len = 4};
  return write_all(&k, sink, err);
}
