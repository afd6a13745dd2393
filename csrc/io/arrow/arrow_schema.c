#include "arrow_schema.h"

#include "base/mem.h"
#include <stdio.h>
#include <string.h>

#define MOST_NODES (1u << 20)

/* ---- types ---- */

static void read_type(blt_flat *f, int64_t id, size_t at, blt_arrow_type *t) {
  *t = (blt_arrow_type){.id = id};
  switch (id) {
  case BLT_ARROW_T_INT:
    t->bits = blt_flat_int(f, at, 0, 4, 0);
    t->is_signed = blt_flat_int(f, at, 1, 1, 0) != 0;
    break;
  case BLT_ARROW_T_DECIMAL:
    t->precision = blt_flat_int(f, at, 0, 4, 0);
    t->scale = blt_flat_int(f, at, 1, 4, 0);
    t->bits = blt_flat_int(f, at, 2, 4, 128);
    break;
  case BLT_ARROW_T_DATE:
  case BLT_ARROW_T_TIME:
    t->unit = blt_flat_int(f, at, 0, 2, 1);
    break;
  case BLT_ARROW_T_TIMESTAMP:
    t->unit = blt_flat_int(f, at, 0, 2, 0);
    t->zone = blt_flat_string(f, at, 1);
    break;
  case BLT_ARROW_T_FLOAT:
  case BLT_ARROW_T_UNION:
    t->unit = blt_flat_int(f, at, 0, 2, 0);
    break;
  case BLT_ARROW_T_FIXED:
    t->width = blt_flat_int(f, at, 0, 4, 0);
    break;
  default:
    break;
  }
}

static void read_index(blt_flat *f, size_t encoding, blt_arrow_type *t) {
  size_t at = blt_flat_table(f, encoding, 1);
  *t = (blt_arrow_type){.id = BLT_ARROW_T_INT, .bits = 32, .is_signed = true};
  if (at) read_type(f, BLT_ARROW_T_INT, at, t);
}

/* ---- columns ---- */

bool blt_arrow_asked(const blt_parquet_options *o, blt_str name) {
  for (uint32_t i = 0; i < o->ncolumns; i++)
    if (strlen(o->columns[i]) == name.len && memcmp(o->columns[i], name.s, name.len) == 0) return true;
  return o->columns == NULL;
}

static blt_status add_note(blt_arrow_schema *s, blt_str name, const char *what, bool skipped,
                           blt_error *err) {
  blt_status status = blt_grow(s->ctx, &s->notes, &s->notes_cap, s->nnotes + 1, sizeof *s->notes, err);
  if (status != BLT_OK) return status;
  blt_parquet_note *n = &s->notes[s->nnotes++];
  snprintf(n->column, sizeof n->column, "%.*s", (int)(name.len < BLT_MAX_NAME ? name.len : BLT_MAX_NAME),
           name.s);
  n->what = what;
  n->skipped = skipped;
  return BLT_OK;
}

static blt_status add_named(blt_arrow_schema *s, blt_str name, const blt_arrow_column *c, blt_error *err) {
  blt_status status = blt_grow(s->ctx, &s->columns, &s->columns_cap, s->ncols + 1, sizeof *s->columns, err);
  if (status == BLT_OK)
    status = blt_grow(s->ctx, &s->fields, &s->fields_cap, s->ncols + 1, sizeof *s->fields, err);
  if (status != BLT_OK) return status;
  if (memchr(name.s, 0, name.len))
    return blt_fail(err, BLT_EFORMAT, "%s: damaged: a column's name with a zero byte", s->name);
  char *copy = blt_strdup(s->ctx, name.s, name.len);
  if (!copy) return blt_fail_memory(err, name.len);
  s->columns[s->ncols] = *c;
  s->fields[s->ncols++] = (blt_field){copy, c->kind.means.type};
  return BLT_OK;
}

blt_status blt_arrow_schema_add(blt_arrow_schema *s, blt_str name, const blt_arrow_column *c, const char *why,
                                const char *note, bool skip, blt_error *err) {
  if (why && !skip)
    return blt_fail(err, BLT_EFORMAT, "%.180s: column '%.*s' is %s", s->name,
                    (int)(name.len < 100 ? name.len : 100), name.s, why);
  blt_status status = why || note ? add_note(s, name, why ? why : note, why != NULL, err) : BLT_OK;
  return status == BLT_OK && !why ? add_named(s, name, c, err) : status;
}

blt_status blt_arrow_schema_order(blt_arrow_schema *s, const blt_parquet_options *o, blt_error *err) {
  uint32_t placed = 0;
  for (uint32_t i = 0; o->columns && i < o->ncolumns; i++) {
    uint32_t c = placed;
    while (c < s->ncols && strcmp(s->fields[c].name, o->columns[i]) != 0) c++;
    if (c < s->ncols) {
      blt_field field = s->fields[c];
      blt_arrow_column column = s->columns[c];
      s->fields[c] = s->fields[placed];
      s->columns[c] = s->columns[placed];
      s->fields[placed] = field;
      s->columns[placed++] = column;
    } else if (!o->skip)
      return blt_fail(err, BLT_ENAME, "%.180s: there is no column '%.100s'", s->name, o->columns[i]);
  }
  if (s->ncols == 0) return blt_fail(err, BLT_EFORMAT, "%s: there is no column that can be read", s->name);
  return BLT_OK;
}

size_t blt_arrow_extend(char path[BLT_ARROW_PATH], size_t len, blt_str name) {
  size_t dot = len ? 1 : 0;
  if (len + dot + name.len >= BLT_ARROW_PATH) return 0;
  if (dot) path[len] = '.';
  if (name.len) memcpy(path + len + dot, name.s, name.len);
  return len + dot + name.len;
}

/* ---- fields ---- */

typedef struct walk {
  blt_arrow_schema *s;
  blt_flat *f;
  const blt_parquet_options *o;
  blt_arrow_place at; /* of what comes next */
  char path[BLT_ARROW_PATH];
} walk;

/* What a field itself takes of a batch. */
static void step(walk *w, size_t field, int64_t id, bool coded) {
  static const uint8_t buffers[] = {0, 0, 2, 2, 3, 3, 2, 2, 2, 2, 2, 2, 2, 1,
                                    1, 2, 1, 2, 2, 3, 3, 2, 0, 2, 2, 3, 3};
  w->at.node++;
  w->at.buffer += coded ? 2 : buffers[id];
  if (coded) return; /* of a dictionary there are only numbers */
  if (id == BLT_ARROW_T_UNION && blt_flat_int(w->f, blt_flat_table(w->f, field, 3), 0, 2, 0) == 1)
    w->at.buffer++;
  if (id == BLT_ARROW_T_BINARY_VIEW || id == BLT_ARROW_T_UTF8_VIEW) w->at.variadic++;
}

static blt_status take(walk *w, size_t field, size_t path, int64_t id, uint32_t up, blt_error *err) {
  blt_arrow_column c = {.at = w->at, .up = up};
  blt_arrow_type type, index;
  const char *note = NULL;
  size_t encoding = blt_flat_table(w->f, field, 4);
  read_type(w->f, id, blt_flat_table(w->f, field, 3), &type);
  const char *why = blt_arrow_kind_of(&type, w->o, &c.kind, &note);
  if (!why && encoding) {
    read_index(w->f, encoding, &index);
    c.dictionary = blt_flat_int(w->f, encoding, 0, 8, 0);
    why = blt_arrow_kind_code(&index, &c.kind);
  }
  if (w->f->bad) return BLT_OK;
  return blt_arrow_schema_add(w->s, (blt_str){w->path, (uint32_t)path}, &c, why, note, w->o->skip, err);
}

static blt_status add_struct(walk *w, uint32_t *up, blt_error *err) {
  blt_arrow_schema *s = w->s;
  blt_status status =
      blt_grow(s->ctx, &s->structs, &s->structs_cap, s->nstructs + 1, sizeof *s->structs, err);
  if (status != BLT_OK) return status;
  s->structs[s->nstructs] = (blt_arrow_struct){w->at, *up};
  *up = s->nstructs++;
  return BLT_OK;
}

/* A field and all below it. `column`: it may become one, or its fields. */
static blt_status walk_field(walk *w, size_t field, size_t path, uint32_t depth, uint32_t up, bool column,
                             blt_error *err) {
  blt_flat *f = w->f;
  int64_t id = blt_flat_int(f, field, 2, 1, 0);
  uint32_t n;
  if (depth > BLT_ARROW_DEEPEST || id < 0 || id > BLT_ARROW_T_LARGE_LIST_VIEW || w->at.node > MOST_NODES)
    f->bad = true;
  if (f->bad) return BLT_OK;
  blt_str name = blt_flat_string(f, field, 0);
  size_t end = blt_arrow_extend(w->path, path, name);
  if (column && end == 0 && name.len) f->bad = true;
  bool coded = blt_flat_table(f, field, 4) != 0,
       flatten = id == BLT_ARROW_T_STRUCT && w->o->flatten && !coded;
  blt_status status = BLT_OK;
  if (column && flatten)
    status = add_struct(w, &up, err);
  else if (column && blt_arrow_asked(w->o, (blt_str){w->path, (uint32_t)end}))
    status = take(w, field, end, id, up, err);
  step(w, field, id, coded);
  if (coded) return status;
  size_t children = blt_flat_vector(f, field, 5, 4, &n);
  for (uint32_t i = 0; status == BLT_OK && i < n && !f->bad; i++)
    status =
        walk_field(w, blt_flat_element(f, children, i), end, depth + 1, up, column && flatten && end, err);
  return status;
}

blt_status blt_arrow_schema_read(blt_arrow_schema *s, blt_flat *f, size_t schema,
                                 const blt_parquet_options *o, blt_error *err) {
  walk w = {.s = s, .f = f, .o = o};
  uint32_t n;
  size_t fields = blt_flat_vector(f, schema, 1, 4, &n);
  if (!f->bad && schema && blt_flat_int(f, schema, 0, 2, 0) != 0)
    return blt_fail(err, BLT_EFORMAT, "%s: numbers with their highest byte first, which are not read",
                    s->name);
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < n && !f->bad; i++)
    status = walk_field(&w, blt_flat_element(f, fields, i), 0, 0, BLT_ARROW_TOP, true, err);
  if (status != BLT_OK) return status;
  if (f->bad || schema == 0)
    return blt_fail(err, BLT_EFORMAT, "%s: damaged: a schema that cannot be read", s->name);
  return blt_arrow_schema_order(s, o, err);
}

void blt_arrow_schema_give(blt_arrow_schema *s, blt_parquet_result *out) {
  out->nnotes = s->nnotes;
  out->notes = s->notes;
  out->room = s->notes_cap ? (uint32_t)s->notes_cap - 1 : 0; /* which counts one more than it says */
  s->notes = NULL;
  s->notes_cap = s->nnotes = 0;
}

void blt_arrow_schema_free(blt_arrow_schema *s) {
  if (!s->ctx) return;
  for (uint32_t c = 0; c < s->ncols; c++)
    blt_free(s->ctx, (void *)(uintptr_t)s->fields[c].name, strlen(s->fields[c].name) + 1);
  blt_free(s->ctx, s->columns, s->columns_cap * sizeof *s->columns);
  blt_free(s->ctx, s->fields, s->fields_cap * sizeof *s->fields);
  blt_free(s->ctx, s->structs, s->structs_cap * sizeof *s->structs);
  blt_free(s->ctx, s->notes, s->notes_cap * sizeof *s->notes);
  *s = (blt_arrow_schema){0};
}
