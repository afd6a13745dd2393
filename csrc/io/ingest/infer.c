#include "infer.h"
#include "base/mem.h"

#include <string.h>

blt_csv_options blt_csv_defaults(void) {
  return (blt_csv_options){.quote = '"', .decimal_mark = '.', .max_rejects = UINT64_MAX};
}

#define SAMPLE ((uint64_t)64 << 10)
#define CHUNK ((size_t)256 << 10)

void blt_infer_free(blt_load *l, const blt_csv_options *o) {
  blt_plan *p = &l->plan;
  blt_free(l->ctx, p->columns, p->ncols * sizeof *p->columns);
  blt_free(l->ctx, (void *)(uintptr_t)p->nulls, o->nnulls * sizeof *p->nulls);
  p->columns = NULL;
  p->nulls = NULL;
}

/* The null texts, the empty one apart. */
static blt_status set_nulls(blt_load *l, const blt_csv_options *o, blt_error *err) {
  blt_plan *p = &l->plan;
  p->empty_null = o->nulls == NULL;
  if (!o->nnulls || !o->nulls) return BLT_OK;
  blt_str *nulls = blt_calloc(l->ctx, o->nnulls, sizeof *nulls);
  if (!nulls) return blt_fail_memory(err, o->nnulls * sizeof *nulls);
  p->nulls = nulls;
  for (uint32_t i = 0; i < o->nnulls; i++) {
    if (o->nulls[i].len == 0)
      p->empty_null = true;
    else
      nulls[p->nnulls++] = o->nulls[i];
  }
  return BLT_OK;
}

static blt_status types_of_table(blt_load *l, const blt_table *into, blt_error *err) {
  const blt_schema *s = blt_table_schema(into);
  blt_plan *p = &l->plan;
  for (uint32_t i = 0; i < p->ncols; i++) p->columns[i].type.id = BLT_NULLTYPE;
  for (uint32_t i = 0; i < s->ncols; i++) {
    int col = blt_names_find(l->names, s->fields[i].name, strlen(s->fields[i].name));
    if (col >= 0) p->columns[col].type = s->fields[i].type;
  }
  for (uint32_t i = 0; i < p->ncols; i++)
    if (p->columns[i].type.id == BLT_NULLTYPE)
      return blt_fail(err, BLT_EFORMAT, "%s: the table has no column '%s'", blt_source_name(l->source),
                      p->columns[i].name);
  return BLT_OK;
}

/* Types that the caller gives. Everything else stays to be inferred, unless all is text. */
static blt_status set_types(blt_load *l, const blt_csv_options *o, blt_error *err) {
  blt_plan *p = &l->plan;
  for (uint32_t i = 0; i < p->ncols; i++) {
    p->columns[i] = (blt_plan_column){.name = l->names->text[i], .inferred = !o->text_only && !o->into};
    if (o->text_only) p->columns[i].type.id = BLT_STRING;
  }
  for (uint32_t i = 0; i < o->ntypes; i++) {
    int col = blt_names_find(l->names, o->types[i].name, strlen(o->types[i].name));
    if (col < 0)
      return blt_names_lack(l->names, blt_source_name(l->source), o->types[i].name, "a type is",
                            p->json ? "" : BLT_NAMES_TRIM, err);
    p->columns[col].type = o->types[i].type;
    p->columns[col].inferred = false;
  }
  if (o->line_column && blt_names_find(l->names, o->line_column, strlen(o->line_column)) >= 0)
    return blt_fail(err, BLT_EFORMAT, "%s: a column is named '%s' already, as the lines' numbers would be",
                    blt_source_name(l->source), o->line_column);
  if (o->line_column && p->ncols == BLT_MAX_COLUMNS)
    return blt_fail(err, BLT_EFORMAT, "%s: no column is left for the lines' numbers",
                    blt_source_name(l->source));
  return o->into ? types_of_table(l, o->into, err) : BLT_OK;
}

blt_status blt_infer_plan(blt_load *l, const blt_csv_options *o, const blt_names *names, blt_error *err) {
  blt_plan *p = &l->plan;
  uint32_t ncols = names->n;
  l->names = names;
  l->chunk_bytes = o->chunk_bytes ? o->chunk_bytes : CHUNK;
  l->line_column = o->line_column;
  l->on_error = o->on_error;
  l->max_rejects = o->max_rejects;
  l->make = o->make;
  l->make_arg = o->make_arg;
  l->into = o->into;
  l->progress = o->progress;
  l->progress_arg = o->progress_arg;
  p->ncols = ncols;
  p->quoted_nulls = o->quoted_nulls;
  p->spelling = (blt_spelling){o->decimal_mark, o->thousands, o->percent, o->currency};
  p->lines = o->line_column != NULL;
  p->newline = l->newline;
  p->columns = blt_calloc(l->ctx, ncols, sizeof *p->columns);
  if (!p->columns) return blt_fail_memory(err, ncols * sizeof *p->columns);
  if (o->dates && !blt_date_form_parse(o->dates, &p->form))
    return blt_fail(
        err, BLT_EINVAL,
        "dates: '%s' is no form of dates: it needs m and y once each, and d at most once, as in dd.mm.yyyy",
        o->dates);
  blt_status status = set_types(l, o, err);
  return status == BLT_OK ? set_nulls(l, o, err) : status;
}

/* ---- reading ---- */

/* Looks at the first rows only. */
static blt_status look_at_sample(blt_load *l, blt_looks *looks, bool *unknown, blt_error *err) {
  blt_rows w;
  blt_chunk c = {.ctx = l->ctx};
  uint64_t size = blt_source_size(l->source), to = l->from + SAMPLE < size ? l->from + SAMPLE : size;
  if (l->from >= size) return BLT_OK;
  uint32_t n = l->plan.ncols;
  blt_intern *none = blt_calloc(l->ctx, n, sizeof *none);
  if (!none) return blt_fail_memory(err, n * sizeof *none);
  blt_rows_init(&w, l->ctx);
  blt_status status = l->cut(l->format, l->from, to, l->from, false, &w, err);
  if (status == BLT_OK) status = blt_convert(&l->plan, &w, none, &c, err);
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) looks[i] = c.looks[i];
  *unknown |= c.unknown;
  blt_chunk_free(&c);
  blt_rows_free(&w);
  blt_free(l->ctx, none, n * sizeof *none);
  return status;
}

static bool infers(const blt_plan *p) {
  for (uint32_t i = 0; i < p->ncols; i++)
    if (p->columns[i].inferred) return true;
  return false;
}

static void plan_to_look(blt_plan *p, blt_looks *looks) {
  for (uint32_t i = 0; i < p->ncols; i++) p->columns[i].kind = BLT_KIND_LOOK;
  memset(looks, 0, p->ncols * sizeof *looks);
}

/* Types from looks, kinds from types. */
static void plan_to_read(blt_plan *p, const blt_looks *looks, bool decimals) {
  for (uint32_t i = 0; i < p->ncols; i++) {
    blt_plan_column *c = &p->columns[i];
    if (c->inferred) c->type = blt_looks_type(&looks[i], decimals);
    c->form = c->inferred ? blt_looks_form(&looks[i]) : NULL;
    if (!c->form && p->form.n) c->form = &p->form;
    c->rounded = (looks[i].seen & BLT_LOOKS_LONG) != 0;
    c->kind = c->type.id == BLT_NULLTYPE  ? BLT_KIND_NULL
              : c->type.id == BLT_STRING  ? BLT_KIND_CODES
              : c->type.id == BLT_FLOAT64 ? BLT_KIND_FLOAT
                                          : BLT_KIND_INT;
  }
}

/* Whether a sample leaves open of which form dates are: later texts may tell. */
static bool any_open(const blt_plan *p, const blt_looks *looks) {
  for (uint32_t i = 0; i < p->ncols; i++)
    if (p->columns[i].inferred && blt_looks_open(&looks[i])) return true;
  return false;
}

/* Notes columns whose texts may mean something else. A comma between fields goes with a point before
 * fractions. */
static void note_doubts(const blt_plan *p, const blt_looks *looks, blt_csv_result *out) {
  bool grouping = !p->json && p->delimiter != ',';
  for (uint32_t i = p->ncols; i-- > 0;) {
    if (!p->columns[i].inferred) continue;
    if (grouping && blt_looks_grouped(&looks[i])) out->grouped = i + 1;
    if (!p->json && blt_looks_dated(&looks[i])) out->dated = i + 1;
  }
}

typedef struct look {
  blt_looks *looks;
  bool all; /* at every text, not only at a sample */
} look;

static blt_status read_once(blt_load *l, const blt_csv_options *o, look k, blt_csv_result *out,
                            bool *conflict, bool *unknown, blt_error *err) {
  blt_status status = BLT_OK;
  if (infers(&l->plan)) {
    plan_to_look(&l->plan, k.looks);
    if (!k.all) status = look_at_sample(l, k.looks, unknown, err);
    bool all = k.all || any_open(&l->plan, k.looks);
    if (status == BLT_OK && all && !*unknown) {
      plan_to_look(&l->plan, k.looks);
      status = blt_load_looks(l, k.looks, unknown, err);
    }
  }
  if (status != BLT_OK || *unknown) return status;
  plan_to_read(&l->plan, k.looks, o->infer_decimal);
  note_doubts(&l->plan, k.looks, out);
  return blt_load_rows(l, out, conflict, unknown, err);
}

blt_status blt_infer_read(blt_load *l, const blt_csv_options *o, blt_csv_result *out, bool *unknown,
                          blt_error *err) {
  uint32_t n = l->plan.ncols;
  bool conflict = false;
  look k = {blt_calloc(l->ctx, n, sizeof *k.looks), o->infer_decimal};
  *unknown = false;
  if (!k.looks) return blt_fail_memory(err, n * sizeof *k.looks);
  blt_status status = read_once(l, o, k, out, &conflict, unknown, err);
  if (status == BLT_OK && conflict && !*unknown) {
    k.all = true;
    conflict = false;
    status = read_once(l, o, k, out, &conflict, unknown, err);
    if (status == BLT_OK && conflict && !*unknown)
      status = blt_fail(err, BLT_EIO, "%s: the input changed while it was read", blt_source_name(l->source));
  }
  blt_free(l->ctx, k.looks, n * sizeof *k.looks);
  return status;
}
