/* parquet_table.h: a random table of all types, and files of it in memory: for tests and fuzzers of formats
 * that keep columns. */
#ifndef BLOTTER_SPEC_PARQUET_TABLE_H
#define BLOTTER_SPEC_PARQUET_TABLE_H

#include "cells.h"
#include "exec/relation/collect.h"
#include "io/parquet/parquet.h"
#include "io/parquet/parquet_relation.h"
#include "io/parquet/parquet_write.h"
#include "base/mem.h"
#include "random.h"
#include "store/table/table.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that a sink puts one behind the other. */
typedef struct filed {
  char *bytes;
  size_t len, cap;
} filed;

static inline blt_status filed_put(void *arg, const char *data, size_t len, blt_error *err) {
  filed *f = arg;
  (void)err;
  if (f->len + len > f->cap) f->bytes = realloc(f->bytes, f->cap = 2 * (f->len + len));
  if (len) memcpy(f->bytes + f->len, data, len);
  f->len += len;
  return BLT_OK;
}

/* A value of column `c`, which is null now and then. */
static inline blt_value random_cell(rng *r, blt_type type, uint32_t c, uint64_t row, char text[64]) {
  static const double doubles[] = {0.0, -0.0, 1.5, -1e300, 5e-324, 0.1};
  blt_value v = {.null = !type.required && rng_below(r, 5) == 0, .type = type};
  int64_t small = (int64_t)rng_below(r, 7);
  int n;
  switch (type.id) {
  case BLT_BOOL:
    v.u.i = small & 1;
    break;
  case BLT_FLOAT64:
    v.u.f = c % 2 ? doubles[rng_below(r, 6)] : (double)rng_next(r) / 3;
    if (small == 6 && c % 2) v.u.f = 0.0 / 0.0;
    break;
  case BLT_STRING:
    n = c % 2 ? snprintf(text, 64, "name %d", (int)small)
              : snprintf(text, 64, "text %d of %d", (int)row, (int)rng_below(r, 1 << 20));
    v.u.s = (blt_str){text, small == 3 ? 0 : (uint32_t)n};
    break;
  case BLT_DATE:
    v.u.i = (int64_t)rng_below(r, 40000) - 10000;
    break;
  case BLT_DECIMAL:
    v.u.i = (int64_t)rng_below(r, 19999) - 9999;
    break;
  default:
    v.u.i = c % 3 == 0 ? small : c % 3 == 1 ? (int64_t)row * 1000000 : (int64_t)rng_next(r) / 1000;
    break;
  }
  return v;
}

/* Twelve columns; NULL when memory was refused. */
static inline blt_table *random_columns(blt_ctx *ctx, uint64_t seed, uint32_t rows) {
  static const blt_type types[] = {
      {BLT_INT64, 0, 0, false},   {BLT_INT64, 0, 0, true},     {BLT_INT64, 0, 0, false},
      {BLT_STRING, 0, 0, false},  {BLT_STRING, 0, 0, false},   {BLT_FLOAT64, 0, 0, false},
      {BLT_FLOAT64, 0, 0, true},  {BLT_BOOL, 0, 0, false},     {BLT_DATE, 0, 0, false},
      {BLT_DECIMAL, 6, 2, false}, {BLT_DECIMAL, 18, 4, false}, {BLT_TIMESTAMP, 0, 0, false}};
  enum { N = sizeof types / sizeof *types };
  blt_field fields[N];
  char names[N][8], texts[N][64];
  blt_error err;
  rng r = {seed};
  for (uint32_t c = 0; c < N; c++) {
    snprintf(names[c], sizeof names[c], "c%u", c);
    fields[c] = (blt_field){names[c], types[c]};
  }
  blt_schema *schema = NULL;
  blt_table *t = NULL;
  if (blt_schema_new(ctx, fields, N, NULL, 0, false, &schema, &err) != BLT_OK) return NULL;
  blt_status status = blt_table_new(ctx, schema, &t, &err);
  blt_schema_free(schema);
  for (uint32_t row = 0; status == BLT_OK && row < rows; row++) {
    blt_value values[N];
    for (uint32_t c = 0; c < N; c++) values[c] = random_cell(&r, types[c], c, row, texts[c]);
    status = blt_table_append(t, values, &err);
  }
  if (status == BLT_OK) return t;
  blt_table_release(t);
  return NULL;
}

static inline blt_status write_columns(blt_ctx *ctx, blt_table *t, blt_codec codec, uint64_t row_group,
                                       filed *out, blt_error *err) {
  blt_parquet_write_options o = blt_parquet_write_defaults();
  blt_view *view = NULL;
  blt_sink *sink = NULL;
  o.codec = codec;
  o.row_group = row_group;
  out->len = 0;
  blt_status status = blt_table_view(t, &view, err);
  if (status == BLT_OK) status = blt_sink_function(ctx, filed_put, out, &sink, err);
  if (status == BLT_OK) status = blt_parquet_write(ctx, view, &o, sink, err);
  if (status == BLT_OK)
    status = blt_sink_finish(sink, err);
  else
    blt_sink_abandon(sink);
  blt_view_release(view);
  return status;
}

static inline blt_status read_columns(blt_ctx *ctx, const void *bytes, size_t len,
                                      const blt_parquet_options *o, blt_table **out, blt_error *err) {
  blt_source *s = NULL;
  blt_parquet_result result = {0};
  blt_status status = blt_source_memory(ctx, bytes, len, &s, err);
  if (status == BLT_OK) status = blt_parquet_read(ctx, (const blt_source *const *)&s, 1, o, &result, err);
  blt_source_close(s);
  if (status == BLT_OK) *out = result.table;
  if (status == BLT_OK) blt_parquet_result_free(ctx, &result);
  return status;
}

/* Blocks of all columns, the last ones first and every third one twice, and then all as a table. */
static inline blt_status read_backwards(blt_ctx *ctx, blt_view *v, blt_table **out, blt_error *err) {
  const char **names = blt_calloc(ctx, v->ncols + 1, sizeof *names);
  const blt_block *b;
  if (!names) return blt_fail_memory(err, v->ncols * sizeof *names);
  blt_status status = BLT_OK;
  for (uint32_t c = 0; c < v->ncols; c++) names[c] = v->schema->fields[c].name;
  for (uint32_t g = v->ngroups; status == BLT_OK && g-- > 0;) {
    for (uint32_t c = 0; status == BLT_OK && c < v->ncols; c++) status = blt_view_block(v, c, g, &b, err);
    if (g % 3 == 0) blt_view_forget(v, g);
  }
  if (status == BLT_OK) status = blt_collect(v, v->ncols, names, out, err);
  blt_free(ctx, names, (v->ncols + 1) * sizeof *names);
  return status;
}

/* The same as read_columns by way of a relation. */
static inline blt_status read_lazily(blt_ctx *ctx, const void *bytes, size_t len,
                                     const blt_parquet_options *o, blt_table **out, blt_error *err) {
  blt_source *s = NULL;
  blt_parquet_result result = {0};
  blt_view *v = NULL;
  blt_status status = blt_source_memory(ctx, bytes, len, &s, err);
  if (status != BLT_OK) return status;
  status = blt_parquet_open(ctx, &s, 1, o, &result, err);
  if (status != BLT_OK) {
    blt_source_close(s);
    return status;
  }
  blt_parquet_result_free(ctx, &result);
  status = blt_table_view(result.table, &v, err);
  blt_table_release(result.table);
  if (status == BLT_OK) status = read_backwards(ctx, v, out, err);
  blt_view_release(v);
  return status;
}

typedef blt_status (*read_columns_fn)(blt_ctx *ctx, const void *bytes, size_t len,
                                      const blt_parquet_options *o, blt_table **out, blt_error *err);

/* Whether the two have the same columns and values; floats by their bits, NaN as one value. */
static inline bool same_values(blt_table *a, blt_table *b, char why[160]) {
  blt_view *x = NULL, *y = NULL;
  blt_error err;
  bool same = blt_table_view(a, &x, &err) == BLT_OK && blt_table_view(b, &y, &err) == BLT_OK;
  snprintf(why, 160, "other columns or rows");
  same = same && x->ncols == y->ncols && x->rows == y->rows;
  for (uint32_t c = 0; same && c < x->ncols; c++) {
    snprintf(why, 160, "column %u has another name or type", c);
    blt_type p = x->columns[c].type, q = y->columns[c].type;
    same = strcmp(x->schema->fields[c].name, y->schema->fields[c].name) == 0 && p.id == q.id &&
           p.precision == q.precision && p.scale == q.scale;
  }
  for (uint32_t c = 0; same && c < x->ncols; c++)
    for (uint64_t r = 0; same && r < x->rows; r++) {
      uint32_t g = (uint32_t)(r / BLT_BLOCK_ROWS), i = r % BLT_BLOCK_ROWS;
      blt_value p = cell_of(x, c, g, i), q = cell_of(y, c, g, i);
      snprintf(why, 160, "column %u, row %llu differs", c, (unsigned long long)r);
      same = p.null == q.null;
      if (!same || p.null) continue;
      if (p.type.id == BLT_STRING)
        same = p.u.s.len == q.u.s.len && memcmp(p.u.s.s, q.u.s.s, p.u.s.len) == 0;
      else if (p.type.id == BLT_FLOAT64 && p.u.f != p.u.f)
        same = q.u.f != q.u.f;
      else
        same = p.u.i == q.u.i;
    }
  blt_view_release(x);
  blt_view_release(y);
  return same;
}

#endif
