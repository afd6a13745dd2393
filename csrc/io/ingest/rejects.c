/* Bad records: an error with everything that helps to find it, or a row of the table of rejects. */
#include "ingest_inside.h"
#include "io/text/json_fault.h"
#include "io/text/marks.h"
#include "base/mem.h"
#include "base/text/printable.h"

#include <stdio.h>
#include <string.h>

#define SHOWN 60 /* bytes of text in a message */
#define JSON_LOOKED                                                                                          \
  ((uint64_t)16 << 20) /* bytes of a line that is no JSON in which the cause is looked for */
#define PART ((size_t)64 << 10)

/* Everything that is said about a bad record. */
typedef struct told {
  uint64_t row, line;
  uint64_t quote_line; /* of a quote that is never closed */
  const char *column;  /* or NULL */
  blt_str text;        /* the offending field, or the record */
  char reason[BLT_JSON_FAULT_TEXT];
} told;

/* Line ends before `offset`, counted on from the last call (offsets rise). */
static blt_status lines_before(blt_loading *k, uint64_t offset, uint64_t *out, blt_error *err) {
  char *part = blt_alloc(k->ctx, PART);
  if (!part) return blt_fail_memory(err, PART);
  blt_status status = BLT_OK;
  while (status == BLT_OK && k->line_at < offset) {
    size_t n = offset - k->line_at < PART ? (size_t)(offset - k->line_at) : PART;
    status = blt_source_read(k->l->source, k->line_at, part, n, err);
    if (status != BLT_OK) break;
    k->line_count += blt_count_byte(part, n, k->l->newline);
    k->line_at += n;
  }
  blt_free(k->ctx, part, PART);
  *out = k->line_count;
  return status;
}

/* What to do about a row with another number of fields. */
static const char *fields_advice(const blt_loading *k, const blt_bad *b, const told *t, uint32_t wanted) {
  bool apart = t->line > k->l->lines + 1; /* empty lines stand between it and the header */
  if (wanted == 1 || (t->row == 1 && (b->fields == 1 || apart)))
    return "; skip passes over lines above the header";
  if (wanted > 1 && b->fields == 1) return "; skip_tail passes over notes under the table";
  return "; on_error = 'reject' passes over such rows";
}

/* The same for a date that is no ISO date. */
static const char *date_advice(const blt_plan_column *c, blt_str text) {
  bool dated = c->type.id == BLT_DATE || c->type.id == BLT_TIMESTAMP;
  return dated && blt_date_may_be_spelled(text.s, text.len) && text.s[4] != '-'
             ? "; dates = 'dd.mm.yyyy' says how they are written"
             : "";
}

static void explain(const blt_loading *k, const blt_bad *b, told *t) {
  const blt_plan *p = &k->l->plan;
  char name[24], text[SHOWN + 16];
  size_t room = sizeof t->reason;
  uint32_t nfields = p->ncols - p->nsplit;
  blt_printable(t->text.s, t->text.len, text, sizeof text);
  switch (b->reason) {
  case BLT_BAD_FEW:
  case BLT_BAD_MANY:
    snprintf(t->reason, room, "%u field%s where %u %s expected%s", b->fields, b->fields == 1 ? "" : "s",
             nfields, nfields == 1 ? "is" : "are", fields_advice(k, b, t, nfields));
    return;
  case BLT_BAD_QUOTE_OPEN:
    snprintf(t->reason, room,
             "the quote that opens in line %llu is never closed: all that follows would be one field",
             (unsigned long long)t->quote_line);
    return;
  case BLT_BAD_JSON:
    blt_json_fault(t->text.s, t->text.len, t->reason);
    return;
  case BLT_BAD_QUOTE_TEXT:
  case BLT_BAD_UTF8:
  case BLT_BAD_KEY:
  case BLT_BAD_NULL:
    snprintf(t->reason, room, "%s%s", blt_bad_phrase(b->reason), blt_bad_advice(b->reason));
    return;
  case BLT_BAD_VALUE:
    snprintf(t->reason, room, "'%s' is no %s: expected %s%s", text,
             blt_type_name(p->columns[b->column].type, name), blt_type_expects(p->columns[b->column].type),
             date_advice(&p->columns[b->column], t->text));
  }
}

/* The line that is no JSON; it stays in `w`. */
static blt_status broken_line(blt_loading *k, const blt_bad *b, blt_rows *w, blt_str *out, blt_error *err) {
  uint64_t len = b->length < JSON_LOOKED ? b->length : JSON_LOOKED;
  w->raw_len = 0;
  blt_status status = blt_rows_load(w, k->l->source, b->offset, b->offset + len, err);
  if (status == BLT_OK) *out = (blt_str){w->raw + BLT_ROWS_PAD, (uint32_t)w->raw_len};
  return status;
}

/* The record once more, for its own end and the text of its offending field. */
static blt_status offending_text(blt_loading *k, blt_bad *b, blt_rows *w, blt_str *out, blt_error *err) {
  *out = (blt_str){"", 0};
  if (b->reason == BLT_BAD_JSON) return broken_line(k, b, w, out, err);
  if (b->reason != BLT_BAD_VALUE && b->reason != BLT_BAD_NULL) return BLT_OK;
  blt_status status = k->l->cut(k->l->format, b->offset, b->offset + 1, b->offset, false, w, err);
  if (status != BLT_OK) return status;
  b->length = w->end - b->offset;
  if (w->nrows > 0 && b->column < w->ncols) *out = blt_rows_field(w, 0, b->column);
  return BLT_OK;
}

static blt_status tell(blt_loading *k, blt_bad *b, blt_rows *w, told *t, blt_error *err) {
  blt_status status = lines_before(k, b->offset, &t->line, err);
  if (status == BLT_OK) status = offending_text(k, b, w, &t->text, err);
  if (status != BLT_OK) return status;
  t->row = k->records + b->before;
  t->line++;
  if (b->reason == BLT_BAD_QUOTE_OPEN) {
    status = lines_before(k, b->where, &t->quote_line, err);
    if (status != BLT_OK) return status;
    t->quote_line++;
  }
  t->column = b->column < k->l->plan.ncols ? k->l->plan.columns[b->column].name : NULL;
  explain(k, b, t);
  return BLT_OK;
}

static blt_status stop_at(blt_loading *k, const blt_bad *b, const told *t, blt_error *err) {
  const char *name = blt_source_name(k->l->source);
  unsigned long long row = t->row, line = t->quote_line ? t->quote_line : t->line;
  unsigned long long byte = t->quote_line ? b->where : b->offset;
  char column[SHOWN + 16];
  if (!t->column)
    return blt_fail_at(err, BLT_EFORMAT, (int64_t)line, "%s:%llu: %s (row %llu, byte %llu)", name, line,
                       t->reason, row, byte);
  blt_printable(t->column, strlen(t->column), column, sizeof column);
  return blt_fail_at(err, BLT_EFORMAT, (int64_t)line, "%s:%llu: column '%s': %s (row %llu, byte %llu)", name,
                     line, column, t->reason, row, byte);
}

static blt_status make_rejects(blt_loading *k, blt_error *err) {
  static const blt_type whole = {.id = BLT_INT64}, text = {.id = BLT_STRING};
  const blt_field fields[] = {{"row", whole}, {"line", whole},  {"byte", whole}, {"column", text},
                              {"text", text}, {"reason", text}, {"raw", text}};
  blt_schema *schema = NULL;
  if (k->rejects) return BLT_OK;
  blt_status status = blt_schema_new(k->ctx, fields, 7, NULL, 0, false, &schema, err);
  if (status != BLT_OK) return status;
  status = blt_table_new(k->ctx, schema, &k->rejects, err);
  blt_schema_free(schema);
  return status;
}

static blt_value of_int(uint64_t v) {
  return (blt_value){.type = {.id = BLT_INT64}, .u.i = (int64_t)v};
}

static blt_value of_text(const char *s, size_t len, bool null) {
  return (blt_value){.null = null, .type = {.id = BLT_STRING}, .u.s = {s, (uint32_t)len}};
}

/* Puts the record away, its own bytes included. */
static blt_status keep(blt_loading *k, const blt_bad *b, const told *t, blt_error *err) {
  size_t bytes = b->length + 1;
  char *raw = blt_alloc(k->ctx, bytes);
  if (!raw) return blt_fail_memory(err, bytes);
  size_t len = b->length;
  blt_status status = blt_source_read(k->l->source, b->offset, raw, len, err);
  while (status == BLT_OK && len > 0 && (raw[len - 1] == '\n' || raw[len - 1] == '\r')) len--;
  bool field = b->reason == BLT_BAD_VALUE;
  blt_value row[] = {of_int(t->row),
                     of_int(t->line),
                     of_int(b->offset),
                     of_text(t->column, t->column ? strlen(t->column) : 0, !t->column),
                     of_text(t->text.s, t->text.len, !field),
                     of_text(t->reason, strlen(t->reason), false),
                     of_text(raw, len, false)};
  if (status == BLT_OK) status = blt_table_append(k->rejects, row, err);
  blt_free(k->ctx, raw, bytes);
  return status;
}

blt_status blt_loading_reject(blt_loading *k, const blt_chunk *c, blt_error *err) {
  bool looking = !k->table; /* only types are wanted */
  blt_rows w;
  blt_status status = BLT_OK;
  if (looking) return BLT_OK;
  blt_rows_init(&w, k->ctx);
  for (size_t i = 0; status == BLT_OK && i < c->nbad; i++) {
    told t = {0};
    blt_bad bad = c->bad[i];
    status = tell(k, &bad, &w, &t, err);
    if (status != BLT_OK) break;
    if (k->l->on_error == BLT_CSV_STOP || k->nrejects == k->l->max_rejects) {
      status = stop_at(k, &bad, &t, err);
      break;
    }
    status = make_rejects(k, err);
    if (status == BLT_OK) status = keep(k, &bad, &t, err);
    if (status == BLT_OK) k->nrejects++;
  }
  blt_rows_free(&w);
  return status;
}
