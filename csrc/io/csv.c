/* Types first, from a sample; then the rows by these types; and when one does not hold, the types of all
 * texts and the rows again. */
#include "csv.h"
#include "dialect.h"
#include "load.h"
#include "../base/mem.h"

#include <string.h>

#define SAMPLE ((uint64_t)64 << 10)
#define PATIENCE ((uint64_t)16 << 20) /* a guessed start whose record is longer is given up */
#define CHUNK ((size_t)256 << 10)

blt_csv_options blt_csv_defaults(void) {
  return (blt_csv_options){.quote = '"', .decimal_mark = '.', .max_rejects = UINT64_MAX};
}

static blt_status cut_csv(const void *format, uint64_t from, uint64_t to, uint64_t start, bool in_quote,
                          blt_rows *w, blt_error *err) {
  blt_csv_start at = {start, in_quote};
  return blt_csv_rows(format, from, to, at, start == BLT_NO_START ? PATIENCE : UINT64_MAX, w, err);
}

/* One reading, from the options to the table. */
typedef struct reading {
  blt_ctx *ctx;
  const blt_csv_options *o;
  blt_dialect dialect;
  blt_load load;
  blt_looks *looks; /* of each column */
  blt_str *nulls;   /* those that are not empty */
} reading;

static void finish(reading *r) {
  uint32_t n = r->dialect.format.ncols;
  blt_free(r->ctx, r->looks, n * sizeof *r->looks);
  blt_free(r->ctx, r->load.plan.columns, n * sizeof *r->load.plan.columns);
  blt_free(r->ctx, r->nulls, r->o->nnulls * sizeof *r->nulls);
  blt_dialect_free(r->ctx, &r->dialect);
}

static blt_status set_nulls(reading *r, blt_error *err) {
  blt_plan *p = &r->load.plan;
  p->empty_null = r->o->nulls == NULL;
  if (!r->o->nnulls || !r->o->nulls) return BLT_OK;
  r->nulls = blt_calloc(r->ctx, r->o->nnulls, sizeof *r->nulls);
  if (!r->nulls) return blt_fail_memory(err, r->o->nnulls * sizeof *r->nulls);
  for (uint32_t i = 0; i < r->o->nnulls; i++) {
    if (r->o->nulls[i].len == 0)
      p->empty_null = true;
    else
      r->nulls[p->nnulls++] = r->o->nulls[i];
  }
  p->nulls = r->nulls;
  return BLT_OK;
}

static int find_name(const reading *r, const char *name) {
  for (uint32_t i = 0; i < r->dialect.format.ncols; i++)
    if (strcmp(r->dialect.names[i], name) == 0) return (int)i;
  return -1;
}

/* Types that the caller gives. Everything else stays to be inferred, unless all is text. */
static blt_status set_types(reading *r, blt_error *err) {
  blt_plan *p = &r->load.plan;
  const char *source = blt_source_name(r->load.source);
  for (uint32_t i = 0; i < p->ncols; i++) {
    p->columns[i] =
        (blt_plan_column){.name = r->dialect.names[i], .inferred = !r->o->text_only && !r->o->into};
    if (r->o->text_only) p->columns[i].type.id = BLT_STRING;
  }
  for (uint32_t i = 0; i < r->o->ntypes; i++) {
    int col = find_name(r, r->o->types[i].name);
    if (col < 0)
      return blt_fail(err, BLT_ENAME, "%s: no column is named '%s', for which a type is given", source,
                      r->o->types[i].name);
    p->columns[col].type = r->o->types[i].type;
    p->columns[col].inferred = false;
  }
  if (!r->o->into) return BLT_OK;
  const blt_schema *s = blt_table_schema(r->o->into);
  for (uint32_t i = 0; i < p->ncols; i++) {
    int col = blt_schema_find(s, p->columns[i].name, strlen(p->columns[i].name));
    if (col < 0)
      return blt_fail(err, BLT_ENAME, "%s: the table has no column '%s'", source, p->columns[i].name);
    p->columns[i].type = s->fields[col].type;
  }
  return BLT_OK;
}

static blt_status prepare(reading *r, const blt_source *source, blt_error *err) {
  const blt_csv_options *o = r->o;
  blt_status status = blt_dialect_find(r->ctx, source, o, &r->dialect, err);
  if (status != BLT_OK) return status;
  const blt_csv_format *f = &r->dialect.format;
  r->load = (blt_load){.ctx = r->ctx,
                       .source = source,
                       .cut = cut_csv,
                       .format = f,
                       .newline = f->newline,
                       .quote = f->quote,
                       .from = r->dialect.rows_at,
                       .lines = r->dialect.lines,
                       .chunk_bytes = o->chunk_bytes ? o->chunk_bytes : CHUNK,
                       .plan = {.ncols = f->ncols,
                                .quoted_nulls = o->quoted_nulls,
                                .mark = o->decimal_mark,
                                .lines = o->line_column != NULL,
                                .newline = f->newline},
                       .line_column = o->line_column,
                       .on_error = o->on_error,
                       .max_rejects = o->max_rejects,
                       .make = o->make,
                       .make_arg = o->make_arg,
                       .into = o->into,
                       .progress = o->progress,
                       .progress_arg = o->progress_arg};
  r->looks = blt_calloc(r->ctx, f->ncols, sizeof *r->looks);
  r->load.plan.columns = blt_calloc(r->ctx, f->ncols, sizeof *r->load.plan.columns);
  if (!r->looks || !r->load.plan.columns)
    return blt_fail_memory(err, f->ncols * sizeof *r->load.plan.columns);
  status = set_nulls(r, err);
  return status == BLT_OK ? set_types(r, err) : status;
}

/* Looks at the first rows only. */
static blt_status look_at_sample(reading *r, blt_error *err) {
  blt_load *l = &r->load;
  blt_rows w;
  blt_chunk c = {.ctx = r->ctx};
  uint64_t size = blt_source_size(l->source), to = l->from + SAMPLE < size ? l->from + SAMPLE : size;
  if (l->from >= size) return BLT_OK;
  uint32_t n = l->plan.ncols;
  blt_intern *none = blt_calloc(r->ctx, n, sizeof *none);
  if (!none) return blt_fail_memory(err, n * sizeof *none);
  blt_rows_init(&w, r->ctx);
  blt_status status = l->cut(l->format, l->from, to, l->from, false, &w, err);
  if (status == BLT_OK) status = blt_convert(&l->plan, &w, none, &c, err);
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) r->looks[i] = c.looks[i];
  blt_chunk_free(&c);
  blt_rows_free(&w);
  blt_free(r->ctx, none, n * sizeof *none);
  return status;
}

static bool infers(const reading *r) {
  for (uint32_t i = 0; i < r->load.plan.ncols; i++)
    if (r->load.plan.columns[i].inferred) return true;
  return false;
}

static void plan_to_look(reading *r) {
  for (uint32_t i = 0; i < r->load.plan.ncols; i++) {
    r->load.plan.columns[i].kind = BLT_KIND_LOOK;
    r->looks[i] = (blt_looks){0};
  }
}

/* Types from looks, kinds from types. */
static void plan_to_read(reading *r) {
  for (uint32_t i = 0; i < r->load.plan.ncols; i++) {
    blt_plan_column *c = &r->load.plan.columns[i];
    if (c->inferred) c->type = blt_looks_type(&r->looks[i], r->o->infer_decimal);
    c->kind = c->type.id == BLT_NULLTYPE  ? BLT_KIND_NULL
              : c->type.id == BLT_STRING  ? BLT_KIND_CODES
              : c->type.id == BLT_FLOAT64 ? BLT_KIND_FLOAT
                                          : BLT_KIND_INT;
  }
}

static blt_status read_rows(reading *r, blt_csv_result *out, blt_error *err) {
  bool conflict = false, all = r->o->infer_decimal && infers(r);
  blt_status status = BLT_OK;
  if (infers(r)) {
    plan_to_look(r);
    status = all ? blt_load_looks(&r->load, r->looks, err) : look_at_sample(r, err);
  }
  if (status != BLT_OK) return status;
  plan_to_read(r);
  status = blt_load_rows(&r->load, out, &conflict, err);
  if (status != BLT_OK || !conflict) return status;
  plan_to_look(r);
  status = blt_load_looks(&r->load, r->looks, err);
  if (status != BLT_OK) return status;
  plan_to_read(r);
  status = blt_load_rows(&r->load, out, &conflict, err);
  if (status == BLT_OK && conflict)
    return blt_fail(err, BLT_EIO, "%s: the input changed while it was read", blt_source_name(r->load.source));
  return status;
}

blt_status blt_csv_read(blt_ctx *ctx, const blt_source *source, const blt_csv_options *options,
                        blt_csv_result *out, blt_error *err) {
  reading r = {.ctx = ctx, .o = options};
  *out = (blt_csv_result){0};
  blt_status status = prepare(&r, source, err);
  if (status == BLT_OK) status = read_rows(&r, out, err);
  if (status == BLT_OK) out->delimiter = r.dialect.format.delimiter;
  finish(&r);
  return status;
}
