#include "arrow_messages.h"

#include "base/mem.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "ARROW1"
#define DEEPEST 64u
#define MOST_NODES (1u << 20)
#define META_MOST (UINT64_C(1) << 28)

enum { SCHEMA = 1, DICTIONARY, RECORDS };

static blt_status damaged(const blt_arrow_file *f, const char *what, blt_error *err) {
  return blt_fail(err, BLT_EFORMAT, "%s: damaged: %s", blt_source_name(f->source), what);
}

/* ---- types ---- */

enum {
  T_NULL = 1,
  T_INT,
  T_FLOAT,
  T_BINARY,
  T_UTF8,
  T_BOOL,
  T_DECIMAL,
  T_DATE,
  T_TIME,
  T_TIMESTAMP,
  T_INTERVAL,
  T_LIST,
  T_STRUCT,
  T_UNION,
  T_FIXED,
  T_FIXED_LIST,
  T_MAP,
  T_DURATION,
  T_LARGE_BINARY,
  T_LARGE_UTF8,
  T_LARGE_LIST,
  T_RUNS,
  T_BINARY_VIEW,
  T_UTF8_VIEW,
  T_LIST_VIEW,
  T_LARGE_LIST_VIEW
};

static const char *set_int(blt_flat *f, size_t type, blt_arrow_column *c) {
  int64_t bits = blt_flat_int(f, type, 0, 4, 0);
  bool is_signed = blt_flat_int(f, type, 1, 1, 0) != 0;
  c->means.type.id = BLT_INT64;
  c->layout = is_signed ? BLT_ARROW_INT : BLT_ARROW_UINT;
  c->width = (uint32_t)(bits / 8);
  if (bits == 64 && !is_signed) c->means.step = BLT_STEP_UNSIGNED64;
  return bits == 8 || bits == 16 || bits == 32 || bits == 64 ? NULL
                                                             : "an integer of a width that makes no sense";
}

static const char *set_decimal(blt_flat *f, size_t type, blt_arrow_column *c) {
  int64_t precision = blt_flat_int(f, type, 0, 4, 0), scale = blt_flat_int(f, type, 1, 4, 0);
  int64_t bits = blt_flat_int(f, type, 2, 4, 128);
  if (bits != 32 && bits != 64 && bits != 128 && bits != 256)
    return "a decimal of a width that makes no sense";
  if (precision < 1 || scale < 0 || scale > BLT_MAX_PRECISION)
    return "a decimal with more digits behind the point than are kept: write it as float64";
  int64_t digits = precision < BLT_MAX_PRECISION ? precision : BLT_MAX_PRECISION;
  if (scale > digits) return "a decimal with digits that make no sense";
  c->means.type = (blt_type){.id = BLT_DECIMAL, .precision = (uint8_t)digits, .scale = (uint8_t)scale};
  c->means.step = BLT_STEP_SCALED;
  c->layout = BLT_ARROW_INT;
  c->width = (uint32_t)(bits / 8);
  return NULL;
}

static const char *set_date(blt_flat *f, size_t type, blt_arrow_column *c) {
  bool days = blt_flat_int(f, type, 0, 2, 1) == 0;
  c->means.type.id = BLT_DATE;
  c->means.step = BLT_STEP_DAYS;
  c->layout = BLT_ARROW_INT;
  c->width = days ? 4 : 8;
  if (!days) c->times = -86400000;
  return NULL;
}

static const char *set_timestamp(blt_flat *f, size_t type, blt_arrow_column *c, const char **note) {
  static const blt_step steps[] = {BLT_STEP_MILLIS, BLT_STEP_MILLIS, BLT_STEP_MICROS, BLT_STEP_NANOS};
  int64_t unit = blt_flat_int(f, type, 0, 2, 0);
  if (unit < 0 || unit > 3) return "a timestamp of a unit that makes no sense";
  c->means.type.id = BLT_TIMESTAMP;
  c->means.step = steps[unit];
  c->layout = BLT_ARROW_INT;
  c->width = 8;
  if (unit == 0) c->times = 1000;
  if (blt_flat_string(f, type, 1).len == 0) *note = "local times, without a zone, are taken for UTC";
  return NULL;
}

static const char *set_time(blt_flat *f, size_t type, blt_arrow_column *c, const char **note) {
  int64_t unit = blt_flat_int(f, type, 0, 2, 1);
  if (unit < 0 || unit > 3) return "a time of a unit that makes no sense";
  c->means.type.id = BLT_STRING;
  c->means.step = BLT_STEP_TIME;
  c->means.unit = (uint8_t)(unit ? unit : 1);
  c->layout = BLT_ARROW_INT;
  c->width = unit < 2 ? 4 : 8;
  if (unit == 0) c->times = 1000;
  *note = "times of day are text, such as 07:30:00.000";
  return NULL;
}

static const char *set_text(blt_arrow_column *c, blt_arrow_layout layout, uint32_t width, bool text,
                            bool binary) {
  c->means.type.id = BLT_STRING;
  c->layout = layout;
  c->width = width;
  return text || binary ? NULL
                        : "bytes that are not said to be text: {binary = \"string\"} reads them as they are";
}

static const char *set_float(blt_flat *f, size_t type, blt_arrow_column *c) {
  int64_t precision = blt_flat_int(f, type, 0, 2, 0);
  c->means.type.id = BLT_FLOAT64;
  c->layout = precision == 0 ? BLT_ARROW_FIXED : BLT_ARROW_FLOAT;
  c->width = 2u << (precision & 3);
  if (precision == 0) c->means.step = BLT_STEP_HALF;
  return precision >= 0 && precision <= 2 ? NULL : "a float of a width that makes no sense";
}

/* What a column of the type becomes; NULL, or why it is none. */
static const char *set_type(blt_flat *f, int64_t id, size_t type, bool binary, blt_arrow_column *c,
                            const char **note) {
  int64_t width;
  switch (id) {
  case T_NULL:
    c->means.type.id = BLT_INT64;
    return NULL;
  case T_INT:
    return set_int(f, type, c);
  case T_FLOAT:
    return set_float(f, type, c);
  case T_BOOL:
    c->means.type.id = BLT_BOOL;
    c->layout = BLT_ARROW_BITS;
    return NULL;
  case T_DECIMAL:
    return set_decimal(f, type, c);
  case T_DATE:
    return set_date(f, type, c);
  case T_TIME:
    return set_time(f, type, c, note);
  case T_TIMESTAMP:
    return set_timestamp(f, type, c, note);
  case T_DURATION:
    c->means.type.id = BLT_INT64;
    c->layout = BLT_ARROW_INT;
    c->width = 8;
    *note = "a duration is a number of its unit";
    return NULL;
  case T_UTF8:
  case T_BINARY:
    return set_text(c, BLT_ARROW_BYTES, 4, id == T_UTF8, binary);
  case T_LARGE_UTF8:
  case T_LARGE_BINARY:
    return set_text(c, BLT_ARROW_BYTES, 8, id == T_LARGE_UTF8, binary);
  case T_UTF8_VIEW:
  case T_BINARY_VIEW:
    return set_text(c, BLT_ARROW_VIEW, 16, id == T_UTF8_VIEW, binary);
  case T_FIXED:
    width = blt_flat_int(f, type, 0, 4, 0);
    if (width < 1 || width > (1 << 20)) return "values of a fixed length that makes no sense";
    return set_text(c, BLT_ARROW_FIXED, (uint32_t)width, false, binary);
  case T_STRUCT:
    return "a struct, which has no place in a column: leave it out with {columns = {...}} or {skip = true}";
  case T_MAP:
    return "a map, which has no place in a column: leave it out with {columns = {...}} or {skip = true}";
  case T_LIST:
  case T_LARGE_LIST:
  case T_FIXED_LIST:
  case T_LIST_VIEW:
  case T_LARGE_LIST_VIEW:
    return "a list, which has no place in a column: leave it out with {columns = {...}} or {skip = true}";
  default:
    return "of a type that has no place here: leave it out with {columns = {...}} or {skip = true}";
  }
}

/* How many nodes, buffers and counts of buffers a field and all below it have in a batch. */
typedef struct extent {
  uint32_t nodes, buffers, variadic;
} extent;

static void measure(blt_flat *f, size_t field, uint32_t depth, extent *e) {
  static const uint8_t buffers[] = {0, 0, 2, 2, 3, 3, 2, 2, 2, 2, 2, 2, 2, 1,
                                    1, 2, 1, 2, 2, 3, 3, 2, 0, 2, 2, 3, 3};
  int64_t id = blt_flat_int(f, field, 2, 1, 0);
  uint32_t n;
  if (depth > DEEPEST || id < 0 || id > T_LARGE_LIST_VIEW || e->nodes > MOST_NODES) f->bad = true;
  if (f->bad) return;
  e->nodes++;
  if (blt_flat_table(f, field, 4)) { /* of a dictionary there are only numbers */
    e->buffers += 2;
    return;
  }
  e->buffers += buffers[id];
  if (id == T_UNION && blt_flat_int(f, blt_flat_table(f, field, 3), 0, 2, 0) == 1) e->buffers++;
  if (id == T_BINARY_VIEW || id == T_UTF8_VIEW) e->variadic++;
  size_t children = blt_flat_vector(f, field, 5, 4, &n);
  for (uint32_t i = 0; i < n && !f->bad; i++) measure(f, blt_flat_element(f, children, i), depth + 1, e);
}

/* ---- the schema ---- */

static bool is_asked(const blt_parquet_options *o, blt_str name) {
  for (uint32_t i = 0; i < o->ncolumns; i++)
    if (strlen(o->columns[i]) == name.len && memcmp(o->columns[i], name.s, name.len) == 0) return true;
  return o->columns == NULL;
}

static void add_note(blt_arrow_file *a, blt_str name, const char *what, bool skipped) {
  blt_parquet_note *n = &a->notes[a->nnotes++];
  snprintf(n->column, sizeof n->column, "%.*s", (int)(name.len < BLT_MAX_NAME ? name.len : BLT_MAX_NAME),
           name.s);
  n->what = what;
  n->skipped = skipped;
}

static const char *set_index(blt_flat *f, size_t encoding, blt_arrow_column *c) {
  blt_arrow_column index = {0};
  size_t type = blt_flat_table(f, encoding, 1);
  const char *why = type ? set_int(f, type, &index) : NULL;
  c->dictionary = blt_flat_int(f, encoding, 0, 8, 0);
  c->index = type ? index.layout : BLT_ARROW_INT;
  c->index_width = type ? index.width : 4;
  return why;
}

static blt_status add_column(blt_arrow_file *a, blt_flat *f, size_t field, const extent *at,
                             const blt_parquet_options *o, blt_error *err) {
  blt_str name = blt_flat_string(f, field, 0);
  blt_arrow_column c = {.dictionary = -1, .times = 1, .means.cut = o->cut};
  if (!is_asked(o, name)) return BLT_OK;
  c.node = at->nodes;
  c.buffer = at->buffers;
  c.variadic = at->variadic;
  const char *note = NULL;
  const char *why =
      set_type(f, blt_flat_int(f, field, 2, 1, 0), blt_flat_table(f, field, 3), o->binary, &c, &note);
  size_t encoding = blt_flat_table(f, field, 4);
  if (!why && encoding) why = set_index(f, encoding, &c);
  if (why && !o->skip)
    return blt_fail(err, BLT_EFORMAT, "%.180s: column '%.*s' is %s", blt_source_name(a->source),
                    (int)(name.len < 100 ? name.len : 100), name.s, why);
  if (why || note) add_note(a, name, why ? why : note, why != NULL);
  if (why) return BLT_OK;
  char *copy = blt_strdup(a->ctx, name.s, name.len);
  if (!copy) return blt_fail_memory(err, name.len);
  if (strlen(copy) != name.len) {
    blt_free(a->ctx, copy, name.len + 1);
    return damaged(a, "a column's name with a zero byte", err);
  }
  a->columns[a->ncols] = c;
  a->fields[a->ncols++] = (blt_field){copy, c.means.type};
  return BLT_OK;
}

/* All that are asked for must be there; they come in the order in which they are asked for. */
static blt_status check_asked(blt_arrow_file *a, const blt_parquet_options *o, blt_error *err) {
  uint32_t placed = 0;
  for (uint32_t i = 0; o->columns && i < o->ncolumns; i++) {
    uint32_t c = placed;
    while (c < a->ncols && strcmp(a->fields[c].name, o->columns[i]) != 0) c++;
    if (c < a->ncols) {
      blt_field field = a->fields[c];
      blt_arrow_column column = a->columns[c];
      a->fields[c] = a->fields[placed];
      a->columns[c] = a->columns[placed];
      a->fields[placed] = field;
      a->columns[placed++] = column;
    } else if (!o->skip)
      return blt_fail(err, BLT_ENAME, "%.180s: there is no column '%.100s'", blt_source_name(a->source),
                      o->columns[i]);
  }
  if (a->ncols == 0)
    return blt_fail(err, BLT_EFORMAT, "%s: there is no column that can be read", blt_source_name(a->source));
  return BLT_OK;
}

static blt_status read_schema(blt_arrow_file *a, blt_flat *f, size_t schema, const blt_parquet_options *o,
                              blt_error *err) {
  uint32_t n;
  extent at = {0};
  size_t fields = blt_flat_vector(f, schema, 1, 4, &n);
  if (a->columns || f->bad || schema == 0) return damaged(a, "a schema that cannot be read", err);
  if (blt_flat_int(f, schema, 0, 2, 0) != 0)
    return blt_fail(err, BLT_EFORMAT, "%s: numbers with their highest byte first, which are not read",
                    blt_source_name(a->source));
  a->room = n + 1;
  a->columns = blt_calloc(a->ctx, a->room, sizeof *a->columns);
  a->fields = blt_calloc(a->ctx, a->room, sizeof *a->fields);
  a->notes = blt_calloc(a->ctx, a->room, sizeof *a->notes);
  if (!a->columns || !a->fields || !a->notes) return blt_fail_memory(err, a->room * sizeof *a->notes);
  for (uint32_t i = 0; i < n; i++) {
    size_t field = blt_flat_element(f, fields, i);
    blt_status status = f->bad ? BLT_OK : add_column(a, f, field, &at, o, err);
    if (status != BLT_OK) return status;
    measure(f, field, 0, &at);
    if (f->bad) return damaged(a, "a schema that cannot be read", err);
  }
  return check_asked(a, o, err);
}

/* ---- messages ---- */

static blt_status set_codec(const blt_arrow_file *a, blt_flat *f, blt_arrow_batch *b, blt_error *err) {
  size_t compression = blt_flat_table(f, b->table, 3);
  b->codec = BLT_CODEC_NONE;
  if (compression == 0) return BLT_OK;
  int64_t codec = blt_flat_int(f, compression, 0, 1, 0);
  if (codec != 0 && codec != 1)
    return blt_fail(err, BLT_EFORMAT, "%s: compressed in a way that nobody knows",
                    blt_source_name(a->source));
  b->codec = codec ? BLT_CODEC_ZSTD : BLT_CODEC_LZ4_FRAME;
  return BLT_OK;
}

static blt_status add_batch(blt_arrow_file *a, blt_flat *f, blt_arrow_batch b, blt_error *err) {
  blt_status status = set_codec(a, f, &b, err);
  b.rows = blt_flat_int(f, b.table, 0, 8, 0);
  if (status == BLT_OK && (f->bad || b.table == 0 || b.rows < 0 || b.rows > INT32_MAX))
    status = damaged(a, "a batch that cannot be read", err);
  if (status == BLT_OK) status = blt_grow(a->ctx, &a->batches, &a->cap, a->nbatches + 1, sizeof b, err);
  if (status != BLT_OK) {
    blt_free(a->ctx, b.meta, b.len + 1);
    return status;
  }
  b.first = a->rows;
  if (b.id < 0) a->rows += (uint64_t)b.rows;
  a->batches[a->nbatches++] = b;
  return BLT_OK;
}

/* A message whose description is `meta`, which it takes; the body begins at `body`. */
static blt_status take_message(blt_arrow_file *a, char *meta, size_t len, uint64_t body, uint64_t *body_bytes,
                               const blt_parquet_options *o, blt_error *err) {
  blt_flat f = {(const uint8_t *)meta, len, false};
  size_t message = blt_flat_root(&f), header = blt_flat_table(&f, message, 2);
  int64_t kind = blt_flat_int(&f, message, 1, 1, 0), bytes = blt_flat_int(&f, message, 3, 8, 0);
  blt_arrow_batch b = {.meta = meta, .len = len, .table = header, .body = body, .id = -1};
  blt_status status = BLT_OK;
  *body_bytes = b.body_bytes = (uint64_t)bytes;
  if (f.bad || bytes < 0 || body > blt_source_size(a->source) ||
      (uint64_t)bytes > blt_source_size(a->source) - body) {
    status = damaged(a, "a message that is cut, or longer than the file", err);
  } else if (kind == RECORDS && a->columns) {
    return add_batch(a, &f, b, err);
  } else if (kind == DICTIONARY && a->columns) {
    b.id = blt_flat_int(&f, header, 0, 8, 0);
    b.delta = blt_flat_int(&f, header, 2, 1, 0) != 0;
    b.table = blt_flat_table(&f, header, 1);
    if (b.id >= 0) return add_batch(a, &f, b, err);
    status = damaged(a, "a dictionary with a negative number", err);
  } else if (kind == SCHEMA) {
    status = read_schema(a, &f, header, o, err);
  } else {
    status = damaged(a, "a message of an unknown kind, or before the schema", err);
  }
  blt_free(a->ctx, meta, len + 1);
  return status;
}

static blt_status read_meta(const blt_arrow_file *a, uint64_t at, uint64_t len, char **out, blt_error *err) {
  uint64_t size = blt_source_size(a->source);
  if (len > META_MOST || at > size || len > size - at)
    return damaged(a, "a description that is cut, or longer than the file", err);
  char *meta = blt_alloc(a->ctx, (size_t)len + 1);
  if (!meta) return blt_fail_memory(err, len);
  blt_status status = blt_source_read(a->source, at, meta, (size_t)len, err);
  if (status != BLT_OK) blt_free(a->ctx, meta, (size_t)len + 1);
  *out = meta;
  return status;
}

/* The length of the description at *at, moving behind it: after a mark, which old files lack. */
static blt_status read_length(const blt_arrow_file *a, uint64_t *at, uint64_t *len, blt_error *err) {
  uint64_t left = blt_source_size(a->source) - *at;
  uint32_t words[2] = {0, 0};
  *len = 0;
  if (left < 4) return left == 0 ? BLT_OK : damaged(a, "cut between two messages", err);
  blt_status status = blt_source_read(a->source, *at, (char *)words, left < 8 ? 4 : 8, err);
  if (status != BLT_OK) return status;
  bool marked = words[0] == UINT32_MAX;
  if (marked && left < 8) return damaged(a, "cut between two messages", err);
  *at += marked ? 8 : 4;
  *len = marked ? words[1] : words[0];
  return BLT_OK;
}

static blt_status read_stream(blt_arrow_file *a, uint64_t at, const blt_parquet_options *o, blt_error *err) {
  for (;;) {
    uint64_t len, body_bytes;
    char *meta = NULL;
    blt_status status = read_length(a, &at, &len, err);
    if (status != BLT_OK) return status;
    if (len == 0) return a->columns ? BLT_OK : damaged(a, "no Arrow file or stream: there is no schema", err);
    status = read_meta(a, at, len, &meta, err);
    if (status == BLT_OK) status = take_message(a, meta, (size_t)len, at + len, &body_bytes, o, err);
    if (status != BLT_OK) return status;
    at += len + body_bytes;
  }
}

/* Blocks of the footer: {offset 8, length of the description 4, 4 unused, length of the body 8}. */
static blt_status read_blocks(blt_arrow_file *a, blt_flat *f, size_t footer, uint32_t id,
                              const blt_parquet_options *o, blt_error *err) {
  uint32_t n;
  size_t blocks = blt_flat_vector(f, footer, id, 24, &n);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t at = (uint64_t)blt_flat_i64(f, blocks + (size_t)i * 24), start = at, len, body_bytes;
    int32_t whole;
    char *meta = NULL;
    memcpy(&whole, f->p + blocks + (size_t)i * 24 + 8, 4);
    if (at > blt_source_size(a->source) || whole < 8) return damaged(a, "a batch outside of the file", err);
    blt_status status = read_length(a, &at, &len, err);
    if (status != BLT_OK) return status;
    if (len == 0 || at + len > start + (uint64_t)whole)
      return damaged(a, "a batch that is not where it should be", err);
    status = read_meta(a, at, len, &meta, err);
    if (status == BLT_OK)
      status = take_message(a, meta, (size_t)len, start + (uint64_t)whole, &body_bytes, o, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

static blt_status read_footer(blt_arrow_file *a, const blt_parquet_options *o, blt_error *err) {
  uint64_t size = blt_source_size(a->source);
  char tail[10];
  char *bytes = NULL;
  int32_t len;
  if (size < 18) return damaged(a, "cut", err);
  blt_status status = blt_source_read(a->source, size - 10, tail, 10, err);
  if (status != BLT_OK) return status;
  memcpy(&len, tail, 4);
  if (memcmp(tail + 4, MAGIC, 6) != 0)
    return damaged(a, "cut, or not written to its end: an Arrow file ends with ARROW1", err);
  if (len <= 0 || (uint64_t)len > size - 18) return damaged(a, "a footer of a length that cannot be", err);
  status = read_meta(a, size - 10 - (uint64_t)len, (uint64_t)len, &bytes, err);
  if (status != BLT_OK) return status;
  blt_flat f = {(const uint8_t *)bytes, (size_t)len, false};
  size_t footer = blt_flat_root(&f);
  status = read_schema(a, &f, blt_flat_table(&f, footer, 1), o, err);
  if (status == BLT_OK) status = read_blocks(a, &f, footer, 2, o, err);
  if (status == BLT_OK) status = read_blocks(a, &f, footer, 3, o, err);
  if (status == BLT_OK && f.bad) status = damaged(a, "a footer that cannot be read", err);
  blt_free(a->ctx, bytes, (size_t)len + 1);
  return status;
}

bool blt_arrow_is(const blt_source *source) {
  char head[6];
  blt_error ignored;
  return blt_source_size(source) >= 6 && blt_source_read(source, 0, head, 6, &ignored) == BLT_OK &&
         memcmp(head, MAGIC, 6) == 0;
}

blt_status blt_arrow_open(blt_ctx *ctx, const blt_source *source, const blt_parquet_options *o,
                          blt_arrow_file *out, blt_error *err) {
  blt_arrow_file a = {.ctx = ctx, .source = source};
  blt_status status = blt_arrow_is(source) ? read_footer(&a, o, err) : read_stream(&a, 0, o, err);
  if (status == BLT_OK)
    *out = a;
  else
    blt_arrow_close(&a);
  return status;
}

void blt_arrow_close(blt_arrow_file *a) {
  if (!a->ctx) return;
  for (size_t i = 0; i < a->nbatches; i++) blt_free(a->ctx, a->batches[i].meta, a->batches[i].len + 1);
  for (uint32_t c = 0; a->fields && c < a->ncols; c++)
    blt_free(a->ctx, (void *)(uintptr_t)a->fields[c].name, strlen(a->fields[c].name) + 1);
  blt_free(a->ctx, a->batches, a->cap * sizeof *a->batches);
  blt_free(a->ctx, a->columns, a->room * sizeof *a->columns);
  blt_free(a->ctx, a->fields, a->room * sizeof *a->fields);
  blt_free(a->ctx, a->notes, a->room * sizeof *a->notes);
  *a = (blt_arrow_file){0};
}
