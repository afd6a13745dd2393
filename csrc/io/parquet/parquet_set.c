#include "parquet_set.h"
#include "io/parquet/pages/pages.h"
#include "partitions.h"

#include "base/mem.h"
#include "base/rising.h"
#include "base/par.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DEEPEST 64u
#define LONGEST_PATH 1024u

/* ---- the columns of one file ---- */

/* A column as a file offers it. */
typedef struct offer {
  char *name;
  uint32_t element, chunk, most;
  const char *refused; /* why it is no column here; NULL: its type says */
} offer;

typedef struct offers {
  blt_ctx *ctx;
  const char *file;
  const blt_pq_footer *footer;
  bool flatten;
  offer *v;
  size_t cap;
  uint32_t n, chunks, next; /* chunks counted and elements read so far */
  char path[LONGEST_PATH];
} offers;

static void offers_free(offers *o) {
  for (uint32_t i = 0; i < o->n; i++) blt_free(o->ctx, o->v[i].name, strlen(o->v[i].name) + 1);
  blt_free(o->ctx, o->v, o->cap * sizeof *o->v);
}

static blt_status add_offer(offers *o, size_t path, offer made, blt_error *err) {
  blt_status status = blt_grow(o->ctx, &o->v, &o->cap, o->n + 1, sizeof *o->v, err);
  if (status != BLT_OK) return status;
  made.name = blt_strdup(o->ctx, o->path, path);
  if (!made.name) return blt_fail_memory(err, path);
  o->v[o->n++] = made;
  return BLT_OK;
}

static blt_status bad_schema(const offers *o, blt_error *err) {
  return blt_fail(err, BLT_EFORMAT, "%s: damaged: the schema in its footer does not fit together", o->file);
}

#define A_LIST "a list, which has no place in a column: leave it out with {columns = {...}} or {skip = true}"
#define A_MAP "a map, which has no place in a column: leave it out with {columns = {...}} or {skip = true}"
#define A_STRUCT "a struct: {flatten = true} makes a column of each field, {skip = true} leaves it out"

static const char *why_no_column(const offers *o, const blt_pq_element *e) {
  bool group = e->physical < 0;
  if (group && e->logical == BLT_PQ_MAP) return A_MAP;
  if (e->repetition == BLT_PQ_REPEATED || (group && e->logical == BLT_PQ_LIST)) return A_LIST;
  return group && !o->flatten ? A_STRUCT : NULL;
}

/* The name behind what the path has; 0: it is too long, or has a zero byte. */
static size_t extend(offers *o, size_t path, blt_str name) {
  size_t dot = path ? 1 : 0;
  if (path + dot + name.len >= LONGEST_PATH || (name.len && memchr(name.s, 0, name.len))) return 0;
  if (dot) o->path[path] = '.';
  if (name.len) memcpy(o->path + path + dot, name.s, name.len);
  return path + dot + name.len;
}

/* The next element with all below it. `refused`: nothing here is a column of its own. */
static blt_status walk(offers *o, size_t path, uint32_t most, uint32_t depth, bool refused, blt_error *err) {
  if (o->next >= o->footer->nelements || depth > DEEPEST) return bad_schema(o, err);
  uint32_t at = o->next++;
  const blt_pq_element *e = &o->footer->elements[at];
  bool group = e->physical < 0;
  blt_status status = BLT_OK;
  most += e->repetition != BLT_PQ_REQUIRED;
  path = extend(o, path, e->name);
  if (!path && e->name.len) return bad_schema(o, err);
  const char *why = refused ? NULL : why_no_column(o, e);
  if (why || (!refused && !group))
    status =
        add_offer(o, path, (offer){.element = at, .chunk = o->chunks, .most = most, .refused = why}, err);
  if (!group) o->chunks++;
  for (int32_t i = 0; status == BLT_OK && group && i < e->children; i++)
    status = walk(o, path, most, depth + 1, refused || why, err);
  return status;
}

static blt_status find_offers(offers *o, blt_error *err) {
  const blt_pq_footer *f = o->footer;
  if (f->nelements == 0 || f->elements[0].physical >= 0) return bad_schema(o, err);
  blt_status status = BLT_OK;
  o->next = 1;
  for (int32_t i = 0; status == BLT_OK && i < f->elements[0].children; i++)
    status = walk(o, 0, 0, 0, false, err);
  if (status != BLT_OK) return status;
  if (o->next != f->nelements) return bad_schema(o, err);
  for (uint32_t g = 0; g < f->ngroups; g++)
    if (f->groups[g].nchunks != o->chunks || f->groups[g].rows < 0) return bad_schema(o, err);
  return BLT_OK;
}

static const offer *find_offer(const offers *o, const char *name) {
  for (uint32_t i = 0; i < o->n; i++)
    if (strcmp(o->v[i].name, name) == 0) return &o->v[i];
  return NULL;
}

/* ---- the columns of all ---- */

typedef struct opening {
  blt_pq_set *set;
  const blt_parquet_options *o;
  blt_pq_wishes wishes;
} opening;

static void add_note(blt_pq_set *s, const char *name, const char *what, bool skipped) {
  blt_parquet_note *n = &s->notes[s->nnotes++];
  snprintf(n->column, sizeof n->column, "%s", name);
  n->what = what;
  n->skipped = skipped;
}

static blt_status refuse(const offers *from, const char *name, const char *why, blt_error *err) {
  return blt_fail(err, BLT_EFORMAT, "%.180s: column '%.100s' is %s", from->file, name, why);
}

static const char *kind_of(const opening *k, const offers *from, const offer *f, blt_pq_kind *kind,
                           const char **note) {
  if (f->refused) return f->refused;
  return blt_pq_kind_of(&from->footer->elements[f->element], k->wishes, kind, note);
}

/* Column `i` of the set is what this file offers. */
static blt_status take(opening *k, const offer *f, blt_pq_file *file, uint32_t i, const blt_pq_kind *kind,
                       blt_error *err) {
  blt_field *field = &k->set->fields[i];
  file->leaves[i] = (blt_pq_leaf){.chunk = f->chunk, .most = f->most, .kind = *kind};
  if (field->name) return BLT_OK;
  field->name = blt_strdup(k->set->ctx, f->name, strlen(f->name));
  field->type = kind->means.type;
  return field->name ? BLT_OK : blt_fail_memory(err, strlen(f->name) + 1);
}

/* ---- partitions ---- */

/* The folder of the file's path that is called so. */
static bool find_partition(const opening *k, const char *path, const char *name, blt_pq_partition *out) {
  size_t at = 0, len = strlen(name);
  while (!k->o->apart && blt_pq_partition_next(path, &at, out))
    if (out->key.len == len && memcmp(out->key.s, name, len) == 0) return true;
  return false;
}

/* Column `i` of the set is said by the file's path; its type is found when all files are known. */
static blt_status take_partition(opening *k, blt_pq_file *file, uint32_t i, const blt_pq_partition *p,
                                 blt_error *err) {
  blt_ctx *ctx = k->set->ctx;
  blt_pq_leaf *leaf = &file->leaves[i];
  *leaf = (blt_pq_leaf){.constant = true, .kind.physical = -1};
  blt_field *field = &k->set->fields[i];
  if (!field->name) field->name = blt_strdup(ctx, p->key.s, p->key.len);
  if (!field->name) return blt_fail_memory(err, p->key.len);
  if (p->value.len == strlen(BLT_PQ_NO_VALUE) && memcmp(p->value.s, BLT_PQ_NO_VALUE, p->value.len) == 0)
    return BLT_OK;
  char *text = blt_strdup(ctx, p->value.s, p->value.len);
  if (!text) return blt_fail_memory(err, p->value.len);
  size_t n = blt_pq_partition_decode(p->value, text);
  leaf->text = blt_strdup(ctx, text, n);
  blt_free(ctx, text, (size_t)p->value.len + 1);
  return leaf->text ? BLT_OK : blt_fail_memory(err, n);
}

/* Columns of the path behind those of the file, unless the file has them itself. */
static blt_status add_partitions(opening *k, const offers *from, blt_pq_file *file, blt_error *err) {
  const char *path = blt_source_name(file->source);
  blt_status status = BLT_OK;
  blt_pq_partition p;
  char name[BLT_MAX_NAME + 1];
  size_t at = 0;
  while (status == BLT_OK && !k->o->apart && blt_pq_partition_next(path, &at, &p)) {
    bool there = false;
    snprintf(name, sizeof name, "%.*s", (int)p.key.len, p.key.s);
    for (uint32_t i = 0; i < k->set->ncols; i++) there |= strcmp(k->set->fields[i].name, name) == 0;
    if (there || find_offer(from, name)) continue;
    status = take_partition(k, file, k->set->ncols, &p, err);
    k->set->ncols += status == BLT_OK;
  }
  return status;
}

static uint32_t count_partitions(const opening *k, const char *path) {
  blt_pq_partition p;
  uint32_t n = 0;
  for (size_t at = 0; !k->o->apart && blt_pq_partition_next(path, &at, &p);) n++;
  return n;
}

/* Types and values, when the texts of all files are known. */
static void settle_partitions(blt_pq_set *s) {
  for (uint32_t c = 0; c < s->ncols; c++) {
    blt_type_id type = BLT_NULLTYPE;
    if (!s->files[0].leaves[c].constant) continue;
    for (uint32_t f = 0; f < s->nfiles; f++)
      if (s->files[f].leaves[c].text) type = blt_pq_partition_type(type, s->files[f].leaves[c].text);
    if (type == BLT_NULLTYPE) type = BLT_STRING;
    s->fields[c].type = (blt_type){.id = (uint8_t)type};
    for (uint32_t f = 0; f < s->nfiles; f++) {
      blt_pq_leaf *leaf = &s->files[f].leaves[c];
      leaf->kind.means.type = s->fields[c].type;
      leaf->value = (blt_value){.null = true, .type = s->fields[c].type};
      if (leaf->text) blt_pq_partition_value(type, leaf->text, &leaf->value);
    }
  }
}

/* ---- the columns of all, again ---- */

/* The columns that are asked for, or all, of the first file: they are those of the set. */
static blt_status choose(opening *k, const offers *from, blt_pq_file *file, blt_error *err) {
  blt_pq_set *s = k->set;
  uint32_t asked = k->o->columns ? k->o->ncolumns : from->n;
  for (uint32_t i = 0; i < asked; i++) {
    const offer *f = k->o->columns ? find_offer(from, k->o->columns[i]) : &from->v[i];
    const char *note = NULL;
    blt_pq_kind kind;
    blt_pq_partition p;
    if (!f && find_partition(k, blt_source_name(file->source), k->o->columns[i], &p)) {
      blt_status status = take_partition(k, file, s->ncols, &p, err);
      if (status != BLT_OK) return status;
      s->ncols++;
      continue;
    }
    if (!f)
      return blt_fail(err, BLT_ENAME, "%.180s: there is no column '%.100s'; the first is '%.100s'",
                      from->file, k->o->columns[i], from->n ? from->v[0].name : "");
    const char *why = kind_of(k, from, f, &kind, &note);
    if (why && !k->o->skip) return refuse(from, f->name, why, err);
    if (why || note) add_note(s, f->name, why ? why : note, why != NULL);
    if (why) continue;
    blt_status status = take(k, f, file, s->ncols, &kind, err);
    if (status != BLT_OK) return status;
    s->ncols++;
  }
  blt_status status = k->o->columns ? BLT_OK : add_partitions(k, from, file, err);
  if (status == BLT_OK && s->ncols == 0)
    return blt_fail(err, BLT_EFORMAT, "%s: there is no column that can be read", from->file);
  return status;
}

static bool same_type(blt_type a, blt_type b) {
  return a.id == b.id && a.scale == b.scale;
}

/* Another file has the same columns, wherever it keeps them. */
static blt_status match(opening *k, const offers *from, blt_pq_file *file, blt_error *err) {
  blt_pq_set *s = k->set;
  for (uint32_t i = 0; i < s->ncols; i++) {
    const offer *f = find_offer(from, s->fields[i].name);
    const char *note = NULL;
    blt_pq_kind kind;
    char is[24], was[24];
    if (s->files[0].leaves[i].constant) {
      blt_pq_partition p;
      if (!find_partition(k, from->file, s->fields[i].name, &p))
        return blt_fail(err, BLT_EFORMAT,
                        "%.180s: its path has no folder %.100s=…, which that of the first file has",
                        from->file, s->fields[i].name);
      blt_status status = take_partition(k, file, i, &p, err);
      if (status != BLT_OK) return status;
      continue;
    }
    if (!f)
      return blt_fail(err, BLT_EFORMAT, "%.180s: column '%.100s', which the first file has, is missing",
                      from->file, s->fields[i].name);
    const char *why = kind_of(k, from, f, &kind, &note);
    if (why) return refuse(from, f->name, why, err);
    if (!same_type(kind.means.type, s->fields[i].type))
      return blt_fail(err, BLT_EFORMAT, "%.180s: column '%.100s' is %s, in the first file it is %s",
                      from->file, f->name, blt_type_name(kind.means.type, is),
                      blt_type_name(s->fields[i].type, was));
    if (kind.means.type.precision > s->fields[i].type.precision)
      s->fields[i].type.precision = kind.means.type.precision;
    blt_status status = take(k, f, file, i, &kind, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

static blt_status take_columns(opening *k, const offers *from, uint32_t file, blt_error *err) {
  blt_pq_set *s = k->set;
  uint32_t room = k->o->columns ? k->o->ncolumns : from->n + count_partitions(k, from->file);
  if (file == 0) {
    s->room = room;
    s->fields = blt_calloc(s->ctx, room + 1, sizeof *s->fields);
    s->notes = blt_calloc(s->ctx, room + 1, sizeof *s->notes);
    if (!s->fields || !s->notes) return blt_fail_memory(err, room * sizeof *s->notes);
  }
  s->files[file].nleaves = (file ? s->ncols : room) + 1;
  s->files[file].leaves = blt_calloc(s->ctx, s->files[file].nleaves, sizeof(blt_pq_leaf));
  if (!s->files[file].leaves) return blt_fail_memory(err, room * sizeof(blt_pq_leaf));
  return file ? match(k, from, &s->files[file], err) : choose(k, from, &s->files[0], err);
}

static blt_status open_file(opening *k, uint32_t file, blt_error *err) {
  blt_pq_file *f = &k->set->files[file];
  blt_status status = blt_pq_footer_read(k->set->ctx, f->source, &f->footer, err);
  if (status != BLT_OK) return status;
  offers from = {
      .ctx = k->set->ctx, .file = blt_source_name(f->source), .footer = &f->footer, .flatten = k->o->flatten};
  status = find_offers(&from, err);
  if (status == BLT_OK) status = take_columns(k, &from, file, err);
  offers_free(&from);
  return status;
}

/* ---- the rows ---- */

#define MOST_ROWS (UINT64_C(1) << 47)

static blt_status list_parts(blt_pq_set *s, blt_error *err) {
  size_t n = 1, at = 0;
  for (uint32_t f = 0; f < s->nfiles; f++) n += s->files[f].footer.ngroups;
  s->parts = blt_calloc(s->ctx, n, sizeof *s->parts);
  if (!s->parts) return blt_fail_memory(err, n * sizeof *s->parts);
  s->nparts = (uint32_t)(n - 1);
  for (uint32_t f = 0; f < s->nfiles; f++)
    for (uint32_t g = 0; g < s->files[f].footer.ngroups; g++) {
      s->parts[at++] = (blt_pq_part){f, g, s->rows};
      uint64_t rows = (uint64_t)s->files[f].footer.groups[g].rows;
      if (rows > MOST_ROWS || s->rows + rows > MOST_ROWS)
        return blt_fail(err, BLT_EFORMAT, "%s: damaged: more rows than can be",
                        blt_source_name(s->files[f].source));
      s->rows += rows;
    }
  s->parts[at] = (blt_pq_part){.first = s->rows};
  return BLT_OK;
}

/* Empty row groups before it begin at the same row, and are passed over. */
uint32_t blt_pq_set_part(const blt_pq_set *s, uint64_t row) {
  return blt_rising_piece(&s->parts->first, sizeof *s->parts, s->nparts, row);
}

blt_status blt_pq_set_open(blt_ctx *ctx, const blt_source *const *sources, uint32_t n,
                           const blt_parquet_options *o, blt_pq_set *out, blt_error *err) {
  blt_pq_set s = {.ctx = ctx, .nfiles = n};
  opening k = {.set = &s, .o = o, .wishes = {.binary = o->binary, .cut = o->cut}};
  s.files = blt_calloc(ctx, n + 1, sizeof *s.files);
  if (!s.files) return blt_fail_memory(err, n * sizeof *s.files);
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
    s.files[i].source = sources[i];
    status = open_file(&k, i, err);
    if (status == BLT_OK) status = blt_poll(ctx, 0, 0, err);
  }
  if (status == BLT_OK) settle_partitions(&s);
  if (status == BLT_OK) status = list_parts(&s, err);
  if (status == BLT_OK)
    *out = s;
  else
    blt_pq_set_close(&s);
  return status;
}

void blt_pq_set_place(const blt_pq_set *s, uint32_t part, uint32_t col, blt_pq_place *out) {
  const blt_pq_part *at = &s->parts[part];
  const blt_pq_file *f = &s->files[at->file];
  const blt_pq_leaf *leaf = &f->leaves[col];
  const blt_pq_group *g = &f->footer.groups[at->group];
  *out = (blt_pq_place){.ctx = s->ctx,
                        .source = f->source,
                        .chunk = leaf->constant ? NULL : &g->chunks[leaf->chunk],
                        .constant = leaf->constant ? &leaf->value : NULL,
                        .kind = &leaf->kind,
                        .rows = g->rows,
                        .most = leaf->most,
                        .exact = f->footer.summed,
                        .name = s->fields[col].name,
                        .group = at->group};
}

void blt_pq_set_close(blt_pq_set *s) {
  blt_ctx *ctx = s->ctx;
  if (!ctx) return;
  for (uint32_t i = 0; i < s->nfiles; i++) {
    for (uint32_t c = 0; s->files[i].leaves && c < s->files[i].nleaves; c++) {
      char *text = s->files[i].leaves[c].text;
      if (text) blt_free(ctx, text, strlen(text) + 1);
    }
    blt_free(ctx, s->files[i].leaves, s->files[i].nleaves * sizeof(blt_pq_leaf));
    blt_pq_footer_free(&s->files[i].footer);
  }
  for (uint32_t i = 0; s->fields && i < s->room; i++)
    if (s->fields[i].name) blt_free(ctx, (void *)(uintptr_t)s->fields[i].name, strlen(s->fields[i].name) + 1);
  blt_free(ctx, s->fields, (s->room + 1) * sizeof *s->fields);
  if (s->notes) blt_free(ctx, s->notes, (s->room + 1) * sizeof *s->notes);
  blt_free(ctx, s->parts, (s->nparts + 1) * sizeof *s->parts);
  blt_free(ctx, s->files, (s->nfiles + 1) * sizeof *s->files);
  *s = (blt_pq_set){0};
}
