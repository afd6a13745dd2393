#include "io/arrow/arrow_blocks.h"
#include "arrow_c.h"
#include "arrow_format.h"

#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"
#include <stdio.h>
#include <string.h>

#define NAME "the stream"

/* What was taken over. Arrays are released once their rows were read, the rest at the end. */
typedef struct taken {
  blt_ctx *ctx;
  struct ArrowArrayStream *stream;
  struct ArrowSchema described;
  struct ArrowArray *arrays;
  size_t narrays, cap, released; /* released: those before this one */
  blt_arrow_schema schema;       /* a place's node is the number of a child */
  blt_arrow_span *spans;
  size_t spans_cap;
  uint64_t rows;
} taken;

static blt_status bad(const char *what, blt_error *err) {
  return blt_fail(err, BLT_EFORMAT, NAME ": damaged: %s", what);
}

/* ---- columns ---- */

typedef struct walk {
  taken *t;
  const blt_parquet_options *o;
  char path[BLT_ARROW_PATH];
} walk;

static const char *kind_of(const struct ArrowSchema *s, const blt_parquet_options *o, blt_arrow_kind *kind,
                           const char **note) {
  blt_arrow_type type, index;
  const struct ArrowSchema *values = s->dictionary ? s->dictionary : s;
  if (!blt_arrow_format_read(values->format, &type)) type = (blt_arrow_type){.id = -1};
  const char *why = blt_arrow_kind_of(&type, o, kind, note);
  if (why || !s->dictionary) return why;
  if (!blt_arrow_format_read(s->format, &index) || index.id != BLT_ARROW_T_INT)
    return "a dictionary whose numbers are none";
  return blt_arrow_kind_code(&index, kind);
}

static blt_status walk_children(walk *w, const struct ArrowSchema *s, size_t path, uint32_t depth,
                                uint32_t up, blt_error *err);

static blt_status flatten(walk *w, const struct ArrowSchema *s, uint32_t child, size_t path, uint32_t depth,
                          uint32_t up, blt_error *err) {
  blt_arrow_schema *all = &w->t->schema;
  blt_status status =
      blt_grow(all->ctx, &all->structs, &all->structs_cap, all->nstructs + 1, sizeof *all->structs, err);
  if (status != BLT_OK) return status;
  all->structs[all->nstructs] = (blt_arrow_struct){{.node = child}, up};
  return walk_children(w, s, path, depth + 1, all->nstructs++, err);
}

static blt_status walk_child(walk *w, const struct ArrowSchema *s, uint32_t child, size_t path,
                             uint32_t depth, uint32_t up, blt_error *err) {
  blt_arrow_column c = {.at = {.node = child}, .up = up};
  const char *note = NULL, *given = s->name ? s->name : "";
  blt_str name = {given, (uint32_t)strlen(given)};
  size_t end = blt_arrow_extend(w->path, path, name);
  if (end == 0 && name.len) return bad("a name of more than a thousand letters", err);
  if (w->o->flatten && !s->dictionary && s->format && strcmp(s->format, "+s") == 0)
    return flatten(w, s, child, end, depth, up, err);
  blt_str whole = {w->path, (uint32_t)end};
  if (!blt_arrow_asked(w->o, whole)) return BLT_OK;
  const char *why = kind_of(s, w->o, &c.kind, &note);
  return blt_arrow_schema_add(&w->t->schema, whole, &c, why, note, w->o->skip, err);
}

static blt_status walk_children(walk *w, const struct ArrowSchema *s, size_t path, uint32_t depth,
                                uint32_t up, blt_error *err) {
  blt_status status = BLT_OK;
  if (depth > BLT_ARROW_DEEPEST || s->n_children < 0 || s->n_children > UINT32_MAX)
    return bad("a schema that cannot be read", err);
  for (int64_t i = 0; status == BLT_OK && i < s->n_children; i++)
    status = walk_child(w, s->children[i], (uint32_t)i, path, depth, up, err);
  return status;
}

static blt_status read_schema(taken *t, const blt_parquet_options *o, blt_error *err) {
  walk w = {.t = t, .o = o};
  t->schema = (blt_arrow_schema){.ctx = t->ctx, .name = NAME};
  if (!t->described.format || strcmp(t->described.format, "+s") != 0)
    return blt_fail(err, BLT_EFORMAT, NAME " is of single values, not of rows with columns (a struct)");
  blt_status status = walk_children(&w, &t->described, 0, 0, BLT_ARROW_TOP, err);
  return status == BLT_OK ? blt_arrow_schema_order(&t->schema, o, err) : status;
}

/* ---- rows ---- */

typedef struct reader {
  const taken *t;
  const blt_arrow_column *c;
  const char *name;
  const struct ArrowArray *entries; /* of the dictionary last seen, */
  uint64_t version;                 /* the how many-th that was, */
  size_t until;                     /* and the batch before which all have it */
  blt_room valid;
  blt_arrow_bytes *views;
  size_t views_cap;
} reader;

static blt_status failed(const reader *k, const char *what, blt_error *err) {
  return blt_arrow_damaged(NAME, k->name, what, err);
}

/* n bits from bit `from` on, 64 at a time. */
static uint64_t bits_at(const uint8_t *p, uint64_t from, uint64_t n) {
  uint64_t word = 0, bytes = (from % 8 + n + 7) / 8;
  memcpy(&word, p + from / 8, bytes < 8 ? bytes : 8);
  word >>= from % 8;
  if (bytes > 8) word |= (uint64_t)p[from / 8 + 8] << (64 - from % 8);
  return n < 64 ? word & ((UINT64_C(1) << n) - 1) : word;
}

/* Leaves the rows that are not null in this array either, whose first row is `from`. */
static blt_status join_valid(reader *k, const struct ArrowArray *a, uint64_t from, blt_arrow_rows *out,
                             blt_error *err) {
  const uint8_t *bits = a->n_buffers > 0 ? a->buffers[0] : NULL;
  if (!bits || a->null_count == 0) return BLT_OK;
  size_t words = blt_bits_words(out->n);
  blt_status status = blt_room_for(k->t->ctx, &k->valid, words * 8 + 8, err);
  if (status != BLT_OK) return status;
  uint64_t *valid = k->valid.p;
  for (size_t i = 0; i < words; i++) {
    uint64_t n = out->n - 64 * i, word = bits_at(bits, from + 64 * i, n < 64 ? n : 64);
    valid[i] = out->valid ? valid[i] & word : word;
  }
  out->valid = valid;
  return BLT_OK;
}

static blt_status all_null(reader *k, blt_arrow_rows *out, blt_error *err) {
  size_t bytes = blt_bits_words(out->n) * 8 + 8;
  blt_status status = blt_room_for(k->t->ctx, &k->valid, bytes, err);
  if (status != BLT_OK) return status;
  memset(k->valid.p, 0, bytes);
  out->valid = k->valid.p;
  return BLT_OK;
}

static blt_status read_views(reader *k, const struct ArrowArray *a, blt_arrow_rows *out, blt_error *err) {
  const int64_t *sizes = a->n_buffers > 3 ? a->buffers[a->n_buffers - 1] : NULL;
  out->nviews = a->n_buffers > 3 ? (size_t)a->n_buffers - 3 : 0;
  if (out->nviews && !sizes) return failed(k, "texts without the sizes of their buffers", err);
  blt_status status = blt_grow(k->t->ctx, &k->views, &k->views_cap, out->nviews + 1, sizeof *k->views, err);
  for (size_t i = 0; status == BLT_OK && i < out->nviews; i++)
    k->views[i] = (blt_arrow_bytes){a->buffers[2 + i], sizes[i] > 0 ? (size_t)sizes[i] : 0};
  out->views = k->views;
  return status;
}

/* How many buffers a layout has at least. */
static int64_t buffers_of(blt_arrow_layout layout) {
  return layout == BLT_ARROW_NULL ? 0 : layout == BLT_ARROW_BYTES ? 3 : 2;
}

/* The bytes of texts end where the last one does. */
static void end_of_texts(const uint8_t *offsets, uint32_t n, uint32_t width, const void *texts,
                         blt_arrow_rows *out) {
  uint64_t end = 0;
  memcpy(&end, offsets + (size_t)n * width, width);
  out->second = (blt_arrow_bytes){texts ? texts : "", end};
}

/* n rows from `from` on, of which `out` has the validity. */
static blt_status read_buffers(reader *k, const struct ArrowArray *a, uint64_t from, blt_arrow_layout layout,
                               uint32_t width, blt_arrow_rows *out, blt_error *err) {
  const uint8_t *first = a->n_buffers > 1 ? a->buffers[1] : NULL;
  out->first = (blt_arrow_bytes){(const uint8_t *)"", 0};
  if (layout == BLT_ARROW_NULL || out->n == 0) return BLT_OK;
  if (a->n_buffers < buffers_of(layout) || !first) return failed(k, "an array with too few buffers", err);
  if (layout == BLT_ARROW_BITS) {
    out->bit = from % 8;
    out->first = (blt_arrow_bytes){first + from / 8, (out->bit + (size_t)out->n + 7) / 8};
    return BLT_OK;
  }
  size_t n = (size_t)out->n + (layout == BLT_ARROW_BYTES);
  out->first = (blt_arrow_bytes){first + from * width, n * width};
  if (layout == BLT_ARROW_BYTES) end_of_texts(out->first.p, out->n, width, a->buffers[2], out);
  return layout == BLT_ARROW_VIEW ? read_views(k, a, out, err) : BLT_OK;
}

static bool is_sound(const struct ArrowArray *a) {
  return a && a->release && a->length >= 0 && a->length <= INT32_MAX && a->offset >= 0 && a->n_buffers >= 0 &&
         a->n_children >= 0;
}

/* The child of an array whose rows begin at *from: its own begin further on. */
static const struct ArrowArray *child_of(const struct ArrowArray *a, uint32_t child, uint64_t *from) {
  if (!a || child >= (uint64_t)a->n_children || !is_sound(a->children[child])) return NULL;
  const struct ArrowArray *found = a->children[child];
  *from += (uint64_t)found->offset;
  return found;
}

/* The array of a struct, or of the whole batch, with the validity of all on the way. */
static const struct ArrowArray *descend(reader *k, const struct ArrowArray *top, uint32_t up, uint64_t *from,
                                        blt_arrow_rows *out, blt_error *err) {
  const struct ArrowArray *a = top;
  if (up == BLT_ARROW_TOP) {
    *from = (uint64_t)top->offset;
  } else {
    const blt_arrow_struct *s = &k->t->schema.structs[up];
    a = child_of(descend(k, top, s->up, from, out, err), s->at.node, from);
  }
  return a && join_valid(k, a, *from, out, err) == BLT_OK ? a : NULL;
}

static blt_status rows(void *reader_, size_t batch, blt_arrow_rows *out, blt_error *err) {
  reader *k = reader_;
  const struct ArrowArray *top = &k->t->arrays[batch];
  const blt_arrow_kind *kind = &k->c->kind;
  blt_arrow_layout layout = kind->coded ? BLT_ARROW_INT : kind->layout;
  uint64_t from;
  *out = (blt_arrow_rows){.n = (uint32_t)top->length};
  err->code = BLT_OK;
  const struct ArrowArray *a = child_of(descend(k, top, k->c->up, &from, out, err), k->c->at.node, &from);
  if (!a) return err->code == BLT_ENOMEM ? err->code : failed(k, "an array without this child", err);
  if (from + out->n > (uint64_t)a->offset + (uint64_t)a->length)
    return failed(k, "an array that is shorter than its batch", err);
  blt_status status = layout == BLT_ARROW_NULL ? all_null(k, out, err) : join_valid(k, a, from, out, err);
  if (status == BLT_OK)
    status = read_buffers(k, a, from, layout, kind->coded ? kind->index_width : kind->width, out, err);
  blt_arrow_count(out);
  return status;
}

/* The array of the reader's column in a batch; NULL: there is none. */
static const struct ArrowArray *column_of(const reader *k, size_t batch) {
  const struct ArrowArray *a = &k->t->arrays[batch];
  uint64_t ignored = 0;
  uint32_t chain[BLT_ARROW_DEEPEST + 1], depth = 0;
  for (uint32_t up = k->c->up; up != BLT_ARROW_TOP; up = k->t->schema.structs[up].up) chain[depth++] = up;
  while (a && depth) a = child_of(a, k->t->schema.structs[chain[--depth]].at.node, &ignored);
  return child_of(a, k->c->at.node, &ignored);
}

static bool has_dictionary(const struct ArrowArray *a) {
  return a && is_sound(a->dictionary);
}

static const void *buffer_of(const struct ArrowArray *a, int64_t i) {
  return a->n_buffers > i ? a->buffers[i] : NULL;
}

/* Two arrays that lie at the same place, while both are there, are one. */
static bool is_same(const struct ArrowArray *a, const struct ArrowArray *b) {
  return buffer_of(a, 1) == buffer_of(b, 1) && buffer_of(a, 2) == buffer_of(b, 2) && a->length == b->length &&
         a->offset == b->offset;
}

static blt_status dictionary(void *reader_, size_t batch, blt_arrow_words *out, blt_error *err) {
  reader *k = reader_;
  const struct ArrowArray *a = column_of(k, batch), *next = a;
  if (!has_dictionary(a)) return failed(k, "an array without its dictionary", err);
  bool same = k->version && is_same(k->entries, a->dictionary);
  if (!same) k->version++;
  if (!same || batch >= k->until) {
    k->until = batch;
    while (++k->until < k->t->narrays && has_dictionary(next = column_of(k, k->until)) &&
           is_same(a->dictionary, next->dictionary))
      continue;
  }
  k->entries = a->dictionary;
  *out =
      (blt_arrow_words){k->version, 1, k->until < k->t->narrays ? k->t->spans[k->until].first : k->t->rows};
  return BLT_OK;
}

static blt_status entries(void *reader_, uint32_t piece, blt_arrow_rows *out, blt_error *err) {
  reader *k = reader_;
  const struct ArrowArray *d = k->entries;
  (void)piece;
  *out = (blt_arrow_rows){.n = (uint32_t)d->length};
  blt_status status = k->c->kind.layout == BLT_ARROW_NULL ? all_null(k, out, err)
                                                          : join_valid(k, d, (uint64_t)d->offset, out, err);
  if (status == BLT_OK)
    status = read_buffers(k, d, (uint64_t)d->offset, k->c->kind.layout, k->c->kind.width, out, err);
  blt_arrow_count(out);
  return status;
}

/* Arrays stay until all is read. */
static blt_status hold(void *reader_, blt_error *err) {
  (void)reader_;
  (void)err;
  return BLT_OK;
}

static void let_go(void *reader_) {
  (void)reader_;
}

static blt_status open_reader(const void *from, uint32_t col, void **out, blt_error *err) {
  const taken *t = from;
  reader *k = blt_calloc(t->ctx, 1, sizeof *k);
  if (!k) return blt_fail_memory(err, sizeof *k);
  k->t = t;
  k->c = &t->schema.columns[col];
  k->name = t->schema.fields[col].name;
  *out = k;
  return BLT_OK;
}

static void close_reader(void *reader_) {
  reader *k = reader_;
  if (!k) return;
  blt_room_free(k->t->ctx, &k->valid);
  blt_free(k->t->ctx, k->views, k->views_cap * sizeof *k->views);
  blt_free(k->t->ctx, k, sizeof *k);
}

static const blt_arrow_ops ops = {open_reader, rows, dictionary, entries, hold, let_go, close_reader};

/* ---- the whole ---- */

static blt_status add_array(taken *t, struct ArrowArray *a, blt_error *err) {
  blt_status status = blt_grow(t->ctx, &t->arrays, &t->cap, t->narrays + 1, sizeof *t->arrays, err);
  if (status == BLT_OK)
    status = blt_grow(t->ctx, &t->spans, &t->spans_cap, t->narrays + 1, sizeof *t->spans, err);
  if (status == BLT_OK && !is_sound(a)) status = bad("an array of a length that cannot be", err);
  if (status != BLT_OK) {
    a->release(a);
    return status;
  }
  t->spans[t->narrays] = (blt_arrow_span){t->rows, (uint64_t)a->length};
  t->arrays[t->narrays++] = *a; /* moved: whoever has the structure has the array */
  t->rows += (uint64_t)a->length;
  return BLT_OK;
}

static blt_status said(struct ArrowArrayStream *stream, int code, blt_error *err) {
  const char *what = stream->get_last_error ? stream->get_last_error(stream) : NULL;
  return blt_fail(err, BLT_EIO, NAME ": %.400s", what && *what ? what : strerror(code));
}

/* The array that row `done - 1` is of stays: a dictionary at the same place is the same while it is there. */
static void release_read(taken *t, uint64_t done) {
  for (; t->released < t->narrays; t->released++) {
    size_t i = t->released;
    if (t->spans[i].first + t->spans[i].rows >= done) return;
    t->arrays[i].release(&t->arrays[i]);
  }
}

static blt_status take_schema(taken *t, blt_error *err) {
  int code = t->stream->get_schema(t->stream, &t->described);
  if (code == 0) return BLT_OK;
  t->described.release = NULL;
  return said(t->stream, code, err);
}

/* Another array; `*end`: none is left. */
static blt_status take_next(taken *t, bool *end, blt_error *err) {
  struct ArrowArray a = {0};
  blt_status status = blt_poll(t->ctx, t->rows, 0, err);
  if (status != BLT_OK) return status;
  int code = t->stream->get_next(t->stream, &a);
  if (code) return said(t->stream, code, err);
  *end = !a.release;
  return *end ? BLT_OK : add_array(t, &a, err);
}

static blt_status take_more(blt_arrow_feed *feed, uint64_t done, uint64_t enough, blt_error *err) {
  taken *t = (taken *)(uintptr_t)feed->from; /* which only its readers take for constant */
  blt_status status = BLT_OK;
  release_read(t, done);
  for (bool end = false; status == BLT_OK && !end && t->rows < enough;) status = take_next(t, &end, err);
  feed->spans = t->spans;
  feed->nspans = t->narrays;
  feed->rows = t->rows;
  return status;
}

static blt_status to_table(taken *t, const blt_parquet_options *o, blt_parquet_result *out, blt_error *err) {
  blt_arrow_feed feed = {t->ctx, NAME, &t->schema, t->spans, t->narrays, t->rows, 0, &ops, t, NULL};
  if (t->stream) feed.more = take_more;
  blt_table *table = NULL;
  blt_status status = read_schema(t, o, err);
  if (status == BLT_OK) status = blt_arrow_to_table(&feed, o, &table, err);
  if (status != BLT_OK) return status;
  *out = (blt_parquet_result){.table = table, .rows = t->rows};
  blt_arrow_schema_give(&t->schema, out);
  return BLT_OK;
}

static void release_all(taken *t) {
  for (size_t i = t->released; i < t->narrays; i++) t->arrays[i].release(&t->arrays[i]);
  if (t->described.release) t->described.release(&t->described);
  blt_free(t->ctx, t->arrays, t->cap * sizeof *t->arrays);
  blt_free(t->ctx, t->spans, t->spans_cap * sizeof *t->spans);
  blt_arrow_schema_free(&t->schema);
}

blt_status blt_arrow_import(blt_ctx *ctx, struct ArrowArrayStream *stream, const blt_parquet_options *o,
                            blt_parquet_result *out, blt_error *err) {
  taken t = {.ctx = ctx};
  if (!stream->release) return blt_fail(err, BLT_EINVAL, NAME " was released, or taken by somebody else");
  struct ArrowArrayStream own = *stream;
  stream->release = NULL;
  t.stream = &own;
  blt_status status = take_schema(&t, err);
  if (status == BLT_OK) status = to_table(&t, o, out, err);
  release_all(&t);
  if (own.release) own.release(&own);
  return status;
}

blt_status blt_arrow_import_array(blt_ctx *ctx, struct ArrowSchema *schema, struct ArrowArray *array,
                                  const blt_parquet_options *o, blt_parquet_result *out, blt_error *err) {
  taken t = {.ctx = ctx};
  if (!schema->release || !array->release)
    return blt_fail(err, BLT_EINVAL, "the array or its schema was released, or taken by somebody else");
  struct ArrowArray own = *array;
  t.described = *schema;
  array->release = NULL;
  schema->release = NULL;
  blt_status status = add_array(&t, &own, err);
  if (status == BLT_OK) status = to_table(&t, o, out, err);
  release_all(&t);
  return status;
}
