#include "arrow_batches.h"

#include "base/bits.h"
#include "base/mem.h"
#include <string.h>

/* A buffer of a batch, in memory. */
typedef struct buffer {
  blt_room packed, room;
  blt_arrow_bytes bytes;
} buffer;

enum { VALID, FIRST, SECOND, BUFFERS };

typedef struct reader {
  const blt_arrow_batches *from;
  const blt_arrow_file *file;
  const blt_arrow_column *c;
  const char *name;
  size_t dictionary_from; /* batch with which the dictionary begins, and the one of its next piece */
  size_t dictionary_at;
  blt_room valid;
  buffer buffers[BUFFERS];
  buffer *views; /* of texts that lie in several buffers */
  size_t views_cap;
  blt_arrow_bytes *view_bytes;
  size_t view_bytes_cap, nviews;
  blt_room reaches;
  blt_room *held; /* memory that texts point into */
  size_t nheld, held_cap;
} reader;

/* Rows of a batch that are wanted, and where their buffers begin. */
typedef struct wanted {
  const blt_arrow_batch *b;
  blt_arrow_place at;
  uint32_t up;
  blt_arrow_layout layout;
  uint32_t width; /* bytes of a value, or of an offset */
  uint64_t from;  /* the first row */
  uint32_t n;
} wanted;

static blt_status failed(const reader *k, const char *what, blt_error *err) {
  return blt_arrow_damaged(blt_source_name(k->file->source), k->name, what, err);
}

static blt_flat flat_of(const blt_arrow_batch *b) {
  return (blt_flat){(const uint8_t *)b->meta, b->len, false};
}

/* ---- buffers ---- */

static blt_status read_packed(const reader *k, const blt_arrow_batch *b, buffer *out, uint64_t at, size_t len,
                              blt_error *err) {
  blt_ctx *ctx = k->file->ctx;
  int64_t whole;
  if (len < 8) return failed(k, "a compressed buffer without its length", err);
  blt_status status = blt_room_for(ctx, &out->packed, len, err);
  if (status == BLT_OK) status = blt_source_read(k->file->source, at, out->packed.p, len, err);
  if (status != BLT_OK) return status;
  memcpy(&whole, out->packed.p, 8);
  const uint8_t *from = (const uint8_t *)out->packed.p + 8;
  if (whole == -1) { /* kept as it was */
    out->bytes = (blt_arrow_bytes){from, len - 8};
    return BLT_OK;
  }
  if (whole < 0 || whole > (INT64_C(1) << 40)) return failed(k, "a buffer of a length that cannot be", err);
  status = blt_room_for(ctx, &out->room, (size_t)whole, err);
  if (status == BLT_OK) status = blt_codec_decode(b->codec, from, len - 8, out->room.p, (size_t)whole, err);
  out->bytes = (blt_arrow_bytes){out->room.p, (size_t)whole};
  return status;
}

/* Bytes `from` to `from + bytes - 1` of buffer number `i` of a batch, or fewer at its end. */
static blt_status read_buffer(const reader *k, const blt_arrow_batch *b, uint32_t i, uint64_t from,
                              uint64_t bytes, buffer *out, blt_error *err) {
  blt_flat f = flat_of(b);
  uint32_t n;
  size_t list = blt_flat_vector(&f, b->table, 2, 16, &n);
  if (i >= n) return failed(k, "a batch with too few buffers", err);
  int64_t at = blt_flat_i64(&f, list + (size_t)i * 16), len = blt_flat_i64(&f, list + (size_t)i * 16 + 8);
  if (at < 0 || len < 0 || (uint64_t)at > b->body_bytes || (uint64_t)len > b->body_bytes - (uint64_t)at)
    return failed(k, "a buffer outside of its batch", err);
  bool packed = b->codec != BLT_CODEC_NONE;
  blt_status status = BLT_OK;
  out->bytes = (blt_arrow_bytes){(const uint8_t *)"", 0};
  if (len && packed) status = read_packed(k, b, out, b->body + (uint64_t)at, (size_t)len, err);
  if (status != BLT_OK) return status;
  uint64_t all = packed ? out->bytes.len : (uint64_t)len, start = from < all ? from : all,
           left = all - start < bytes ? all - start : bytes;
  if (packed || left == 0) {
    out->bytes = (blt_arrow_bytes){out->bytes.p + (packed ? start : 0), (size_t)left};
    return BLT_OK;
  }
  status = blt_room_for(k->file->ctx, &out->room, (size_t)left, err);
  out->bytes = (blt_arrow_bytes){out->room.p, (size_t)left};
  return status == BLT_OK ? blt_source_read(k->file->source, b->body + (uint64_t)at + start, out->room.p,
                                            (size_t)left, err)
                          : status;
}

static void buffer_free(blt_ctx *ctx, buffer *b) {
  blt_room_free(ctx, &b->packed);
  blt_room_free(ctx, &b->room);
}

/* How many buffers views before this one add to those that a batch's description counts. */
static blt_status added_before(reader *k, const blt_arrow_batch *b, uint32_t which, uint32_t *out,
                               blt_error *err) {
  blt_flat f = flat_of(b);
  uint32_t n;
  size_t counts = blt_flat_vector(&f, b->table, 4, 8, &n);
  *out = 0;
  for (uint32_t i = 0; i < which; i++) {
    int64_t c = i < n ? blt_flat_i64(&f, counts + (size_t)i * 8) : -1;
    if (c < 0 || c > (1 << 24) || *out > (1u << 28))
      return failed(k, "a count of buffers that cannot be", err);
    *out += (uint32_t)c;
  }
  return BLT_OK;
}

/* Bytes of a buffer of texts that views of the rows at hand point into. */
typedef struct reach {
  uint64_t from, end;
} reach;

static bool is_far(const int32_t view[4], uint32_t buffers) {
  return view[0] > 12 && view[2] >= 0 && (uint32_t)view[2] < buffers && view[3] >= 0;
}

/* Which bytes of each buffer the views need; the others of a view are checked when it is read. */
static void find_reaches(const blt_arrow_rows *r, reach *reaches, uint32_t buffers) {
  for (uint32_t i = 0; i < buffers; i++) reaches[i] = (reach){UINT64_MAX, 0};
  for (uint32_t i = 0; i < r->n && (size_t)(i + 1) * 16 <= r->first.len; i++) {
    int32_t view[4];
    memcpy(view, r->first.p + (size_t)i * 16, 16);
    if ((r->valid && !blt_bit(r->valid, i)) || !is_far(view, buffers)) continue;
    reach *m = &reaches[view[2]];
    uint64_t from = (uint64_t)view[3], end = from + (uint64_t)view[0];
    m->from = from < m->from ? from : m->from;
    m->end = end > m->end ? end : m->end;
  }
}

/* Views count from where the bytes that were read begin. */
static void move_views(const blt_arrow_rows *r, const reach *reaches, uint32_t buffers) {
  uint8_t *p = (uint8_t *)(uintptr_t)r->first.p; /* in the reader's own memory */
  for (uint32_t i = 0; i < r->n && (size_t)(i + 1) * 16 <= r->first.len; i++, p += 16) {
    int32_t view[4];
    memcpy(view, p, 16);
    if ((r->valid && !blt_bit(r->valid, i)) || !is_far(view, buffers)) continue;
    view[3] -= (int32_t)reaches[view[2]].from;
    memcpy(p, view, 16);
  }
}

static blt_status make_views(reader *k, uint32_t n, blt_error *err) {
  size_t old = k->views_cap;
  blt_status status = blt_grow(k->file->ctx, &k->views, &k->views_cap, (size_t)n + 1, sizeof *k->views, err);
  if (status != BLT_OK) return status;
  if (k->views_cap > old) memset(k->views + old, 0, (k->views_cap - old) * sizeof *k->views);
  status =
      blt_grow(k->file->ctx, &k->view_bytes, &k->view_bytes_cap, (size_t)n + 1, sizeof *k->view_bytes, err);
  return status == BLT_OK ? blt_room_for(k->file->ctx, &k->reaches, ((size_t)n + 1) * sizeof(reach), err)
                          : status;
}

/* What views of the rows need of the buffers of texts number `which`, from buffer `at` on. */
static blt_status read_views(reader *k, const blt_arrow_batch *b, uint32_t at, uint32_t which,
                             blt_arrow_rows *rows, blt_error *err) {
  blt_flat f = flat_of(b);
  uint32_t n;
  size_t counts = blt_flat_vector(&f, b->table, 4, 8, &n);
  int64_t count = which < n ? blt_flat_i64(&f, counts + (size_t)which * 8) : -1;
  if (count < 0 || count > (1 << 24)) return failed(k, "a count of buffers that cannot be", err);
  blt_status status = make_views(k, (uint32_t)count, err);
  if (status != BLT_OK) return status;
  reach *reaches = k->reaches.p;
  find_reaches(rows, reaches, (uint32_t)count);
  for (k->nviews = 0; status == BLT_OK && k->nviews < (size_t)count; k->nviews++) {
    reach *m = &reaches[k->nviews];
    if (m->end == 0) m->from = 0;
    buffer *to = &k->views[k->nviews];
    status = read_buffer(k, b, at + (uint32_t)k->nviews, m->from, m->end - m->from, to, err);
    if (status == BLT_OK) k->view_bytes[k->nviews] = to->bytes;
  }
  move_views(rows, reaches, (uint32_t)count);
  rows->views = k->view_bytes;
  rows->nviews = k->nviews;
  return status;
}

/* ---- validity ---- */

/* Whether some row of node `at` is null, as the description says: {rows, nulls}, 8 bytes each. */
static blt_status has_nulls(reader *k, const blt_arrow_batch *b, uint32_t node, bool *nulls, blt_error *err) {
  blt_flat f = flat_of(b);
  uint32_t n;
  size_t nodes = blt_flat_vector(&f, b->table, 1, 16, &n);
  if (node >= n || blt_flat_i64(&f, nodes + (size_t)node * 16) != b->rows)
    return failed(k, "a batch whose columns have different lengths", err);
  *nulls = blt_flat_i64(&f, nodes + (size_t)node * 16 + 8) != 0;
  return BLT_OK;
}

/* Leaves the rows that are not null in this bitmap either; `out->valid` NULL: all so far. */
static blt_status join_valid(reader *k, const blt_arrow_bytes *bits, blt_arrow_rows *out, blt_error *err) {
  size_t words = blt_bits_words(out->n) + 1, bytes = ((size_t)out->n + 7) / 8;
  if (bits->len < bytes) return failed(k, BLT_ARROW_SHORT, err);
  blt_status status = blt_room_for(k->file->ctx, &k->valid, words * 8, err);
  if (status != BLT_OK) return status;
  uint64_t *valid = k->valid.p;
  if (!out->valid) {
    memset(valid, 0, words * 8);
    memcpy(valid, bits->p, bytes);
    if (out->n & 63) valid[out->n / 64] &= (UINT64_C(1) << (out->n & 63)) - 1;
  } else {
    for (size_t i = 0; i < bytes; i++) ((uint8_t *)valid)[i] &= bits->p[i];
  }
  out->valid = valid;
  return BLT_OK;
}

static blt_status read_valid(reader *k, const wanted *w, blt_arrow_place at, blt_arrow_rows *out,
                             blt_error *err) {
  bool nulls = false;
  uint32_t added;
  blt_status status = has_nulls(k, w->b, at.node, &nulls, err);
  if (status != BLT_OK || !nulls) return status;
  status = added_before(k, w->b, at.variadic, &added, err);
  if (status == BLT_OK)
    status = read_buffer(k, w->b, at.buffer + added, w->from / 8, ((uint64_t)w->n + 7) / 8,
                         &k->buffers[VALID], err);
  if (status != BLT_OK || k->buffers[VALID].bytes.len == 0) return status;
  return join_valid(k, &k->buffers[VALID].bytes, out, err);
}

/* A column of nulls has no buffers. */
static blt_status all_null(reader *k, const wanted *w, blt_arrow_rows *out, blt_error *err) {
  bool ignored = false;
  size_t words = blt_bits_words(out->n) + 1;
  blt_status status = has_nulls(k, w->b, w->at.node, &ignored, err);
  if (status == BLT_OK) status = blt_room_for(k->file->ctx, &k->valid, words * 8, err);
  if (status != BLT_OK) return status;
  memset(k->valid.p, 0, words * 8);
  out->valid = k->valid.p;
  return BLT_OK;
}

/* ---- rows ---- */

/* Offsets count from where the texts begin that were read. */
static void move_offsets(uint8_t *p, uint64_t n, uint32_t width, uint64_t by) {
  for (uint64_t i = 0; by && i < n; i++, p += width) {
    uint64_t at = 0;
    memcpy(&at, p, width);
    at -= by;
    memcpy(p, &at, width);
  }
}

/* The texts of the rows, whose offsets are there. */
static blt_status read_texts(reader *k, const wanted *w, uint32_t buffer_at, blt_arrow_rows *out,
                             blt_error *err) {
  uint64_t from = 0, end = 0;
  out->second = (blt_arrow_bytes){(const uint8_t *)"", 0};
  if (out->first.len / w->width < (uint64_t)w->n + 1) return BLT_OK; /* which is told when they are read */
  uint8_t *offsets = (uint8_t *)(uintptr_t)out->first.p;             /* in the reader's own memory */
  memcpy(&from, offsets, w->width);
  memcpy(&end, offsets + (size_t)w->n * w->width, w->width);
  if (from > end) return failed(k, "a text outside of its buffer", err);
  blt_status status = read_buffer(k, w->b, buffer_at, from, end - from, &k->buffers[SECOND], err);
  if (status != BLT_OK) return status;
  out->second = k->buffers[SECOND].bytes;
  move_offsets(offsets, (uint64_t)w->n + 1, w->width, from);
  return BLT_OK;
}

static blt_status read_rest(reader *k, const wanted *w, blt_arrow_rows *out, blt_error *err) {
  uint32_t added;
  blt_status status = added_before(k, w->b, w->at.variadic, &added, err);
  uint32_t at = w->at.buffer + added;
  bool bits = w->layout == BLT_ARROW_BITS, views = w->layout == BLT_ARROW_VIEW;
  uint64_t width = views ? 16 : w->width, n = (uint64_t)w->n + (w->layout == BLT_ARROW_BYTES);
  if (status == BLT_OK)
    status = read_buffer(k, w->b, at + 1, bits ? w->from / 8 : w->from * width,
                         bits ? (n + 7) / 8 : n * width, &k->buffers[FIRST], err);
  if (status != BLT_OK) return status;
  out->first = k->buffers[FIRST].bytes;
  if (w->layout == BLT_ARROW_BYTES) return read_texts(k, w, at + 2, out, err);
  return views ? read_views(k, w->b, at + 2, w->at.variadic, out, err) : BLT_OK;
}

static blt_status read_rows(reader *k, const wanted *w, blt_arrow_rows *out, blt_error *err) {
  *out = (blt_arrow_rows){.n = w->n};
  blt_status status = BLT_OK;
  if (w->layout == BLT_ARROW_NULL) {
    status = all_null(k, w, out, err);
  } else {
    status = read_valid(k, w, w->at, out, err);
    for (uint32_t up = w->up; status == BLT_OK && up != BLT_ARROW_TOP; up = k->file->schema.structs[up].up)
      status = read_valid(k, w, k->file->schema.structs[up].at, out, err);
    if (status == BLT_OK) status = read_rest(k, w, out, err);
  }
  if (status == BLT_OK) blt_arrow_count(out);
  return status;
}

static blt_status rows(void *reader_, size_t slice, blt_arrow_rows *out, blt_error *err) {
  reader *k = reader_;
  const blt_arrow_slice *from = &k->from->slices[slice];
  const blt_arrow_kind *kind = &k->c->kind;
  wanted w = {
      &k->file->batches[from->batch], k->c->at, k->c->up, kind->layout, kind->width, from->from, from->rows};
  if (kind->coded) {
    w.layout = BLT_ARROW_INT;
    w.width = kind->index_width;
  }
  return read_rows(k, &w, out, err);
}

/* The dictionary as it is for a batch of rows: the last whole one before, and what was added to it. */
static blt_status dictionary(void *reader_, size_t slice, blt_arrow_words *out, blt_error *err) {
  reader *k = reader_;
  const blt_arrow_batch *all = k->file->batches;
  size_t at = k->from->slices[slice].batch, last = 0, next = at;
  out->pieces = 0;
  for (size_t i = at; i-- > 0;) {
    if (all[i].id != k->c->dictionary) continue;
    if (out->pieces++ == 0) last = i + 1;
    k->dictionary_from = i;
    if (!all[i].delta) break;
  }
  if (last == 0) return failed(k, "rows without their dictionary", err);
  while (next < k->file->nbatches && all[next].id != k->c->dictionary) next++;
  out->version = last;
  out->until = next < k->file->nbatches ? all[next].first : k->file->rows;
  return BLT_OK;
}

static blt_status entries(void *reader_, uint32_t piece, blt_arrow_rows *out, blt_error *err) {
  reader *k = reader_;
  const blt_arrow_batch *all = k->file->batches;
  size_t i = piece ? k->dictionary_at + 1 : k->dictionary_from;
  while (all[i].id != k->c->dictionary) i++;
  k->dictionary_at = i;
  wanted w = {.b = &all[i],
              .up = BLT_ARROW_TOP,
              .layout = k->c->kind.layout,
              .width = k->c->kind.width,
              .n = (uint32_t)all[i].rows};
  return read_rows(k, &w, out, err);
}

/* ---- memory that texts point into ---- */

static blt_status hold_room(reader *k, blt_room *r, blt_error *err) {
  if (!r->p) return BLT_OK;
  blt_status status = blt_grow(k->file->ctx, &k->held, &k->held_cap, k->nheld + 1, sizeof *k->held, err);
  if (status != BLT_OK) return status;
  k->held[k->nheld++] = *r;
  *r = (blt_room){0};
  return BLT_OK;
}

static blt_status hold_buffer(reader *k, buffer *b, blt_error *err) {
  blt_status status = hold_room(k, &b->packed, err);
  return status == BLT_OK ? hold_room(k, &b->room, err) : status;
}

static blt_status hold(void *reader_, blt_error *err) {
  reader *k = reader_;
  blt_status status = BLT_OK;
  for (uint32_t i = FIRST; status == BLT_OK && i < BUFFERS; i++) status = hold_buffer(k, &k->buffers[i], err);
  for (size_t i = 0; status == BLT_OK && i < k->nviews; i++) status = hold_buffer(k, &k->views[i], err);
  return status;
}

static void let_go(void *reader_) {
  reader *k = reader_;
  while (k->nheld) blt_room_free(k->file->ctx, &k->held[--k->nheld]);
}

/* ---- a reader ---- */

static blt_status open_reader(const void *from_, uint32_t col, void **out, blt_error *err) {
  const blt_arrow_batches *from = from_;
  blt_ctx *ctx = from->file->ctx;
  reader *k = blt_calloc(ctx, 1, sizeof *k);
  if (!k) return blt_fail_memory(err, sizeof *k);
  k->from = from;
  k->file = from->file;
  k->c = &from->file->schema.columns[col];
  k->name = from->file->schema.fields[col].name;
  *out = k;
  return BLT_OK;
}

static void close_reader(void *reader_) {
  reader *k = reader_;
  if (!k) return;
  blt_ctx *ctx = k->file->ctx;
  let_go(k);
  blt_free(ctx, k->held, k->held_cap * sizeof *k->held);
  for (uint32_t i = 0; i < BUFFERS; i++) buffer_free(ctx, &k->buffers[i]);
  for (size_t i = 0; i < k->views_cap; i++) buffer_free(ctx, &k->views[i]);
  blt_free(ctx, k->views, k->views_cap * sizeof *k->views);
  blt_free(ctx, k->view_bytes, k->view_bytes_cap * sizeof *k->view_bytes);
  blt_room_free(ctx, &k->valid);
  blt_room_free(ctx, &k->reaches);
  blt_free(ctx, k, sizeof *k);
}

const blt_arrow_ops blt_arrow_batch_ops = {open_reader, rows,   dictionary,  entries,
                                           hold,        let_go, close_reader};
