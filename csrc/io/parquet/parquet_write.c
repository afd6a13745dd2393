#include "parquet_write.h"
#include "chunk_write.h"
#include "io/columnar/writing.h"

#include "base/mem.h"
#include "base/par.h"
#include <stdio.h>
#include <string.h>

#define WAVE_CHUNKS 64u /* that are made before they are written, or those of one row group */

blt_parquet_write_options blt_parquet_write_defaults(void) {
  return (blt_parquet_write_options){.codec = BLT_CODEC_ZSTD, .row_group = 4 * (uint64_t)BLT_BLOCK_ROWS};
}

/* What the footer says of a row group. */
typedef struct written_group {
  uint64_t at, rows, bytes, packed_bytes;
  blt_pq_written *chunks;
} written_group;

typedef struct job {
  blt_ctx *ctx;
  const blt_view *view;
  const blt_parquet_write_options *o;
  blt_sink *sink;
  uint64_t at; /* bytes written */
  uint32_t ncols;
  uint32_t per_group;       /* blocks of a row group */
  uint32_t first;           /* block with which the wave begins */
  uint32_t in_wave;         /* row groups of the wave */
  uint32_t wave;            /* at most */
  blt_pq_chunk_out *chunks; /* wave * ncols */
  written_group *groups;
  size_t ngroups, cap;
  uint64_t rows;
} job;

static blt_status put(job *k, const void *bytes, size_t len, blt_error *err) {
  k->at += len;
  return blt_sink_put(k->sink, bytes, len, err);
}

/* ---- row groups ---- */

static blt_status chunk_task(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  job *k = arg;
  uint32_t from = k->first + task / k->ncols * k->per_group, left = k->view->ngroups - from;
  return blt_pq_chunk_write(k->view, task % k->ncols, from, left < k->per_group ? left : k->per_group,
                            k->o->codec, worker, &k->chunks[task], err);
}

static blt_status put_group(job *k, const blt_pq_chunk_out *chunks, blt_error *err) {
  if (chunks[0].meta.values == 0) return BLT_OK; /* all of its rows are deleted */
  blt_status status = blt_grow(k->ctx, &k->groups, &k->cap, k->ngroups + 1, sizeof *k->groups, err);
  if (status != BLT_OK) return status;
  written_group g = {.at = k->at, .rows = chunks[0].meta.values};
  g.chunks = blt_alloc(k->ctx, k->ncols * sizeof *g.chunks);
  if (!g.chunks) return blt_fail_memory(err, k->ncols * sizeof *g.chunks);
  for (uint32_t c = 0; c < k->ncols; c++) {
    g.chunks[c] = chunks[c].meta;
    g.bytes += chunks[c].meta.bytes;
    g.packed_bytes += chunks[c].meta.packed_bytes;
  }
  k->groups[k->ngroups++] = g;
  k->rows += g.rows;
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++)
    status = put(k, chunks[c].bytes, chunks[c].len, err);
  return status;
}

static blt_status report(const job *k, blt_error *err) {
  blt_writing w = {k->view, k->first, k->rows, k->at, k->o->progress, k->o->progress_arg};
  return blt_writing_report(&w, err);
}

static blt_status run_wave(job *k, blt_error *err) {
  uint32_t left = (k->view->ngroups - k->first + k->per_group - 1) / k->per_group;
  k->in_wave = left < k->wave ? left : k->wave;
  blt_status status = blt_par(k->ctx, k->in_wave * k->ncols, chunk_task, k, err);
  for (uint32_t g = 0; status == BLT_OK && g < k->in_wave; g++)
    status = put_group(k, &k->chunks[(size_t)g * k->ncols], err);
  k->first += k->in_wave * k->per_group;
  return status == BLT_OK ? report(k, err) : status;
}

/* ---- the footer ---- */

static void put_old_type(blt_thrift_out *o, blt_type type) {
  int old = type.id == BLT_STRING      ? 0
            : type.id == BLT_DECIMAL   ? 5
            : type.id == BLT_DATE      ? 6
            : type.id == BLT_TIMESTAMP ? 10
            : type.id == BLT_INT64     ? 18
                                       : -1;
  if (old >= 0) blt_thrift_put_int(o, 6, BLT_THRIFT_I32, old);
  if (type.id != BLT_DECIMAL) return;
  blt_thrift_put_int(o, 7, BLT_THRIFT_I32, type.scale);
  blt_thrift_put_int(o, 8, BLT_THRIFT_I32, type.precision);
}

static void put_logical(blt_thrift_out *o, blt_type type) {
  int logical = type.id == BLT_STRING      ? BLT_PQ_STRING
                : type.id == BLT_DECIMAL   ? BLT_PQ_DECIMAL
                : type.id == BLT_DATE      ? BLT_PQ_DATE
                : type.id == BLT_TIMESTAMP ? BLT_PQ_TIMESTAMP
                : type.id == BLT_INT64     ? BLT_PQ_INTEGER
                                           : 0;
  if (!logical) return;
  blt_thrift_open(o, 10);
  blt_thrift_open(o, (int16_t)logical);
  if (type.id == BLT_DECIMAL) {
    blt_thrift_put_int(o, 1, BLT_THRIFT_I32, type.scale);
    blt_thrift_put_int(o, 2, BLT_THRIFT_I32, type.precision);
  } else if (type.id == BLT_TIMESTAMP) {
    blt_thrift_put_bool(o, 1, true);
    blt_thrift_open(o, 2);
    blt_thrift_open(o, BLT_PQ_MICROS);
    blt_thrift_close(o);
    blt_thrift_close(o);
  } else if (type.id == BLT_INT64) {
    blt_thrift_put_int(o, 1, BLT_THRIFT_BYTE, 64);
    blt_thrift_put_bool(o, 2, true);
  }
  blt_thrift_close(o);
  blt_thrift_close(o);
}

static void put_schema(const job *k, blt_thrift_out *o) {
  blt_thrift_put_list(o, 2, BLT_THRIFT_STRUCT, k->ncols + 1);
  blt_thrift_open(o, 0);
  blt_thrift_put_binary(o, 4, "rows", 4);
  blt_thrift_put_int(o, 5, BLT_THRIFT_I32, k->ncols);
  blt_thrift_close(o);
  for (uint32_t c = 0; c < k->ncols; c++) {
    blt_type type = k->view->columns[c].type;
    const char *name = k->view->schema->fields[c].name;
    blt_thrift_open(o, 0);
    blt_thrift_put_int(o, 1, BLT_THRIFT_I32, blt_pq_form_of(type).physical);
    blt_thrift_put_int(o, 3, BLT_THRIFT_I32, type.required ? BLT_PQ_REQUIRED : BLT_PQ_OPTIONAL);
    blt_thrift_put_binary(o, 4, name, strlen(name));
    put_old_type(o, type);
    put_logical(o, type);
    blt_thrift_close(o);
  }
}

static void put_statistics(blt_thrift_out *o, const blt_pq_written *m) {
  blt_thrift_open(o, 12);
  blt_thrift_put_int(o, 3, BLT_THRIFT_I64, (int64_t)m->nulls);
  if (m->max) blt_thrift_put_binary(o, 5, m->most, m->max_len);
  if (m->min) blt_thrift_put_binary(o, 6, m->least, m->min_len);
  if (m->max) blt_thrift_put_bool(o, 7, m->max_exact);
  if (m->min) blt_thrift_put_bool(o, 8, m->min_exact);
  blt_thrift_close(o);
}

static void put_page_count(blt_thrift_out *o, int kind, int32_t encoding, uint32_t n) {
  blt_thrift_open(o, 0);
  blt_thrift_put_int(o, 1, BLT_THRIFT_I32, kind);
  blt_thrift_put_int(o, 2, BLT_THRIFT_I32, encoding);
  blt_thrift_put_int(o, 3, BLT_THRIFT_I32, n);
  blt_thrift_close(o);
}

static void put_encodings(blt_thrift_out *o, const blt_pq_written *m) {
  bool dictionary = m->dictionary_bytes > 0;
  blt_thrift_put_list(o, 2, BLT_THRIFT_I32, dictionary ? 3 : 2);
  blt_thrift_put_element(o, m->encoding);
  blt_thrift_put_element(o, BLT_PQ_RLE);
  if (dictionary) blt_thrift_put_element(o, BLT_PQ_PLAIN);
}

static int32_t codec_number(blt_codec codec) {
  static const int32_t numbers[BLT_CODECS] = {0, 1, 2, 4, 6, 7, -1, -1};
  return numbers[codec];
}

static void put_chunk_meta(const job *k, blt_thrift_out *o, uint32_t col, const blt_pq_written *m,
                           uint64_t at) {
  const char *name = k->view->schema->fields[col].name;
  bool dictionary = m->dictionary_bytes > 0;
  blt_thrift_put_int(o, 2, BLT_THRIFT_I64, (int64_t)at);
  blt_thrift_open(o, 3);
  blt_thrift_put_int(o, 1, BLT_THRIFT_I32, blt_pq_form_of(k->view->columns[col].type).physical);
  put_encodings(o, m);
  blt_thrift_put_list(o, 3, BLT_THRIFT_BINARY, 1);
  blt_thrift_put_element_binary(o, name, strlen(name));
  blt_thrift_put_int(o, 4, BLT_THRIFT_I32, codec_number(k->o->codec));
  blt_thrift_put_int(o, 5, BLT_THRIFT_I64, (int64_t)m->values);
  blt_thrift_put_int(o, 6, BLT_THRIFT_I64, (int64_t)m->bytes);
  blt_thrift_put_int(o, 7, BLT_THRIFT_I64, (int64_t)m->packed_bytes);
  blt_thrift_put_int(o, 9, BLT_THRIFT_I64, (int64_t)(at + m->dictionary_bytes));
  if (dictionary) blt_thrift_put_int(o, 11, BLT_THRIFT_I64, (int64_t)at);
  put_statistics(o, m);
  blt_thrift_put_list(o, 13, BLT_THRIFT_STRUCT, 1 + dictionary);
  if (dictionary) put_page_count(o, 2, BLT_PQ_PLAIN, 1);
  put_page_count(o, 0, m->encoding, m->pages);
  blt_thrift_close(o);
}

static void put_groups(const job *k, blt_thrift_out *o) {
  blt_thrift_put_list(o, 4, BLT_THRIFT_STRUCT, (uint32_t)k->ngroups);
  for (size_t i = 0; i < k->ngroups; i++) {
    const written_group *g = &k->groups[i];
    uint64_t at = g->at;
    blt_thrift_open(o, 0);
    blt_thrift_put_list(o, 1, BLT_THRIFT_STRUCT, k->ncols);
    for (uint32_t c = 0; c < k->ncols; c++) {
      blt_thrift_open(o, 0);
      put_chunk_meta(k, o, c, &g->chunks[c], at);
      blt_thrift_close(o);
      at += g->chunks[c].packed_bytes;
    }
    blt_thrift_put_int(o, 2, BLT_THRIFT_I64, (int64_t)g->bytes);
    blt_thrift_put_int(o, 3, BLT_THRIFT_I64, (int64_t)g->rows);
    blt_thrift_put_int(o, 5, BLT_THRIFT_I64, (int64_t)g->at);
    blt_thrift_put_int(o, 6, BLT_THRIFT_I64, (int64_t)g->packed_bytes);
    if (i <= INT16_MAX) blt_thrift_put_int(o, 7, BLT_THRIFT_I16, (int64_t)i);
    blt_thrift_close(o);
  }
}

/* The place of the checksum is left open: where its digits go. */
static size_t put_checksum(blt_thrift_out *o) {
  blt_thrift_put_list(o, 5, BLT_THRIFT_STRUCT, 1);
  blt_thrift_open(o, 0);
  blt_thrift_put_binary(o, 1, BLT_PQ_CHECKSUM_KEY, strlen(BLT_PQ_CHECKSUM_KEY));
  blt_thrift_put_binary(o, 2, "0000000000000000", BLT_PQ_CHECKSUM_DIGITS);
  size_t at = o->len - BLT_PQ_CHECKSUM_DIGITS;
  blt_thrift_close(o);
  return at;
}

/* Every column's bounds are in the order of its type. */
static void put_orders(const job *k, blt_thrift_out *o) {
  blt_thrift_put_list(o, 7, BLT_THRIFT_STRUCT, k->ncols);
  for (uint32_t c = 0; c < k->ncols; c++) {
    blt_thrift_open(o, 0);
    blt_thrift_open(o, 1);
    blt_thrift_close(o);
    blt_thrift_close(o);
  }
}

static blt_status put_footer(job *k, blt_error *err) {
  blt_thrift_out o = {.ctx = k->ctx};
  blt_thrift_open(&o, 0);
  blt_thrift_put_int(&o, 1, BLT_THRIFT_I32, 2);
  put_schema(k, &o);
  blt_thrift_put_int(&o, 3, BLT_THRIFT_I64, (int64_t)k->rows);
  put_groups(k, &o);
  size_t digits_at = put_checksum(&o);
  blt_thrift_put_binary(&o, 6, BLT_PQ_CREATOR, strlen(BLT_PQ_CREATOR));
  put_orders(k, &o);
  blt_thrift_close(&o);
  blt_status status = o.failed ? blt_fail_memory(err, o.len) : BLT_OK;
  if (status == BLT_OK && o.len > INT32_MAX)
    status = blt_fail(err, BLT_EINVAL, "a footer of more than 2 GiB");
  if (status == BLT_OK) {
    uint32_t len = (uint32_t)o.len;
    blt_pq_checksum(o.bytes, o.len, digits_at, o.bytes + digits_at);
    status = put(k, o.bytes, o.len, err);
    if (status == BLT_OK) status = put(k, &len, 4, err);
    if (status == BLT_OK) status = put(k, "PAR1", 4, err);
  }
  blt_thrift_out_free(&o);
  return status;
}

/* ---- the whole ---- */

static blt_status start(job *k, blt_error *err) {
  uint64_t blocks = (k->o->row_group + BLT_BLOCK_ROWS - 1) / BLT_BLOCK_ROWS;
  k->per_group = blocks < 1 ? 1 : blocks > 256 ? 256 : (uint32_t)blocks;
  k->ncols = k->o->ncols && k->o->ncols < k->view->ncols ? k->o->ncols : k->view->ncols;
  k->wave = blt_writing_wave(k->ctx, k->ncols, WAVE_CHUNKS);
  k->chunks = blt_calloc(k->ctx, (size_t)k->wave * k->ncols, sizeof *k->chunks);
  if (!k->chunks) return blt_fail_memory(err, (size_t)k->wave * k->ncols * sizeof *k->chunks);
  return put(k, "PAR1", 4, err);
}

static void finish(job *k) {
  for (size_t i = 0; k->chunks && i < (size_t)k->wave * k->ncols; i++) blt_pq_chunk_out_free(&k->chunks[i]);
  for (size_t i = 0; i < k->ngroups; i++)
    blt_free(k->ctx, k->groups[i].chunks, k->ncols * sizeof *k->groups[i].chunks);
  blt_free(k->ctx, k->chunks, (size_t)k->wave * k->ncols * sizeof *k->chunks);
  blt_free(k->ctx, k->groups, k->cap * sizeof *k->groups);
}

blt_status blt_parquet_write(blt_ctx *ctx, const blt_view *view, const blt_parquet_write_options *o,
                             blt_sink *sink, blt_error *err) {
  job k = {.ctx = ctx, .view = view, .o = o, .sink = sink};
  if (codec_number(o->codec) < 0)
    return blt_fail(err, BLT_EINVAL, "Parquet has no compression '%s'", blt_codec_name(o->codec));
  blt_status status = blt_codec_ready(o->codec, true, err);
  if (status != BLT_OK) return status;
  status = start(&k, err);
  while (status == BLT_OK && k.first < view->ngroups) status = run_wave(&k, err);
  if (status == BLT_OK) status = put_footer(&k, err);
  finish(&k);
  return status;
}
