#include "arrow_messages.h"

#include "base/mem.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "ARROW1"
#define META_MOST (UINT64_C(1) << 28)

enum { SCHEMA = 1, DICTIONARY, RECORDS };

static blt_status damaged(const blt_arrow_file *f, const char *what, blt_error *err) {
  return blt_fail(err, BLT_EFORMAT, "%s: damaged: %s", blt_source_name(f->source), what);
}

static blt_status read_schema(blt_arrow_file *a, blt_flat *f, size_t schema, const blt_parquet_options *o,
                              blt_error *err) {
  if (a->described) return damaged(a, "a second schema", err);
  a->described = true;
  return blt_arrow_schema_read(&a->schema, f, schema, o, err);
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
  } else if (kind == RECORDS && a->described) {
    return add_batch(a, &f, b, err);
  } else if (kind == DICTIONARY && a->described) {
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
  while (!(o->schema_only && a->described)) {
    uint64_t len, body_bytes;
    char *meta = NULL;
    blt_status status = read_length(a, &at, &len, err);
    if (status != BLT_OK) return status;
    if (len == 0)
      return a->described ? BLT_OK : damaged(a, "no Arrow file or stream: there is no schema", err);
    status = read_meta(a, at, len, &meta, err);
    if (status == BLT_OK) status = take_message(a, meta, (size_t)len, at + len, &body_bytes, o, err);
    if (status != BLT_OK) return status;
    at += len + body_bytes;
  }
  return BLT_OK;
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
  for (uint32_t id = 2; status == BLT_OK && !o->schema_only && id <= 3; id++)
    status = read_blocks(a, &f, footer, id, o, err);
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
  a.schema = (blt_arrow_schema){.ctx = ctx, .name = blt_source_name(source)};
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
  blt_free(a->ctx, a->batches, a->cap * sizeof *a->batches);
  blt_arrow_schema_free(&a->schema);
  *a = (blt_arrow_file){0};
}
