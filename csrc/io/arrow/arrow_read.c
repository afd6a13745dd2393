#include "arrow_messages.h"
#include "io/columnar/waves.h"

#include "base/bits.h"
#include "base/mem.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A buffer of a batch, in memory. */
typedef struct buffer {
  blt_room packed, room;
  const uint8_t *p;
  size_t len;
} buffer;

enum { VALID, FIRST, SECOND, BUFFERS };

typedef struct column {
  const blt_arrow_file *file;
  const blt_arrow_column *c;
  const char *name;
  bool loaded;
  size_t batch;                           /* whose rows are in `part`, when it is loaded */
  size_t dictionary_from, dictionary_end; /* batches that the dictionary was made of; end 0: none yet */
  blt_part part;
  blt_room entries; /* of each entry of the dictionary: number of its value, or NO_ENTRY */
  uint32_t nentries;
  blt_room valid, entry_valid, joined, numbers;
  buffer buffers[BUFFERS], index;
  buffer *views; /* of texts that lie in several buffers */
  size_t views_cap, nviews;
  blt_room *held; /* memory that texts point into */
  size_t nheld, held_cap;
} column;

static blt_status failed(const column *k, const char *what, blt_error *err) {
  return blt_fail(err, BLT_EFORMAT, "%.180s: column '%.100s': damaged: %s", blt_source_name(k->file->source),
                  k->name, what);
}

/* ---- buffers ---- */

static blt_status read_packed(const column *k, const blt_arrow_batch *b, buffer *out, uint64_t at, size_t len,
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
    out->p = from;
    out->len = len - 8;
    return BLT_OK;
  }
  if (whole < 0 || whole > (INT64_C(1) << 40)) return failed(k, "a buffer of a length that cannot be", err);
  status = blt_room_for(ctx, &out->room, (size_t)whole, err);
  if (status == BLT_OK) status = blt_codec_decode(b->codec, from, len - 8, out->room.p, (size_t)whole, err);
  out->p = out->room.p;
  out->len = (size_t)whole;
  return status;
}

/* Buffer number `i` of a batch. */
static blt_status read_buffer(const column *k, const blt_arrow_batch *b, uint32_t i, buffer *out,
                              blt_error *err) {
  blt_flat f = {(const uint8_t *)b->meta, b->len, false};
  uint32_t n;
  size_t list = blt_flat_vector(&f, b->table, 2, 16, &n);
  if (i >= n) return failed(k, "a batch with too few buffers", err);
  int64_t at = blt_flat_i64(&f, list + (size_t)i * 16), len = blt_flat_i64(&f, list + (size_t)i * 16 + 8);
  if (at < 0 || len < 0 || (uint64_t)at > b->body_bytes || (uint64_t)len > b->body_bytes - (uint64_t)at)
    return failed(k, "a buffer outside of its batch", err);
  out->p = (const uint8_t *)"";
  out->len = 0;
  if (len == 0) return BLT_OK;
  if (b->codec != BLT_CODEC_NONE) return read_packed(k, b, out, b->body + (uint64_t)at, (size_t)len, err);
  blt_status status = blt_room_for(k->file->ctx, &out->room, (size_t)len, err);
  out->p = out->room.p;
  out->len = (size_t)len;
  return status == BLT_OK
             ? blt_source_read(k->file->source, b->body + (uint64_t)at, out->room.p, out->len, err)
             : status;
}

static void buffer_free(blt_ctx *ctx, buffer *b) {
  blt_room_free(ctx, &b->packed);
  blt_room_free(ctx, &b->room);
}

/* ---- memory that texts point into ---- */

static blt_status hold(column *k, blt_room *r, blt_error *err) {
  if (!r->p) return BLT_OK;
  blt_status status = blt_grow(k->file->ctx, &k->held, &k->held_cap, k->nheld + 1, sizeof *k->held, err);
  if (status != BLT_OK) return status;
  k->held[k->nheld++] = *r;
  *r = (blt_room){0};
  return BLT_OK;
}

static blt_status hold_buffer(column *k, buffer *b, blt_error *err) {
  blt_status status = hold(k, &b->packed, err);
  return status == BLT_OK ? hold(k, &b->room, err) : status;
}

/* Everything that texts read so far may point into stays until the block is made. */
static blt_status hold_all(column *k, blt_values *v, blt_error *err) {
  blt_status status = hold(k, &v->own, err);
  for (uint32_t i = FIRST; status == BLT_OK && i < BUFFERS; i++) status = hold_buffer(k, &k->buffers[i], err);
  for (size_t i = 0; status == BLT_OK && i < k->nviews; i++) status = hold_buffer(k, &k->views[i], err);
  return status;
}

static void let_go(column *k) {
  while (k->nheld) blt_room_free(k->file->ctx, &k->held[--k->nheld]);
}

/* ---- values ---- */

/* Rows of a batch whose values are wanted: those that are not null. */
typedef struct rows {
  const uint64_t *valid; /* NULL: all */
  uint32_t n, present;
} rows;

/* A number of two's complement, its lowest byte first; false: it needs more than 64 bits. */
static bool read_number(const uint8_t *p, uint32_t width, bool is_signed, int64_t *out) {
  uint64_t v = 0;
  memcpy(&v, p, width < 8 ? width : 8);
  bool negative = is_signed && p[width - 1] & 0x80;
  if (width < 8 && negative) v |= UINT64_MAX << (8 * width);
  *out = (int64_t)v;
  for (uint32_t i = 8; i < width; i++)
    if (p[i] != (negative ? 0xff : 0)) return false;
  return width <= 8 || (*out < 0) == negative;
}

static blt_status read_numbers(column *k, const buffer *b, rows r, uint32_t width, bool is_signed,
                               int64_t *out, blt_error *err) {
  uint32_t to = 0;
  if (b->len / width < r.n) return failed(k, "a buffer that is too short", err);
  if (width == 8 && !r.valid) {
    if (r.n) memcpy(out, b->p, (size_t)r.n * 8);
    return BLT_OK;
  }
  for (uint32_t i = 0; i < r.n; i++)
    if (!r.valid || blt_bit(r.valid, i))
      if (!read_number(b->p + (size_t)i * width, width, is_signed, &out[to++]))
        return blt_fail_at(err, BLT_EOVERFLOW, to - 1,
                           "a decimal of more than 18 digits: write it as float64");
  return BLT_OK;
}

static blt_status multiply(column *k, int64_t *v, uint32_t n, blt_error *err) {
  int64_t times = k->c->times;
  for (uint32_t i = 0; i < n; i++) {
    if (times < 0) {
      int64_t part = v[i] % -times;
      v[i] = v[i] / -times - (part < 0);
    } else if (v[i] > INT64_MAX / times || v[i] < INT64_MIN / times) {
      return blt_fail_at(err, BLT_EOVERFLOW, i, "a time " BLT_YEARS);
    } else {
      v[i] *= times;
    }
  }
  return BLT_OK;
}

static blt_status read_floats(column *k, const buffer *b, rows r, double *out, blt_error *err) {
  uint32_t to = 0, width = k->c->width;
  if (b->len / width < r.n) return failed(k, "a buffer that is too short", err);
  for (uint32_t i = 0; i < r.n; i++) {
    float narrow;
    if (r.valid && !blt_bit(r.valid, i)) continue;
    if (width == 4) {
      memcpy(&narrow, b->p + (size_t)i * 4, 4);
      out[to++] = (double)narrow;
    } else {
      memcpy(&out[to++], b->p + (size_t)i * 8, 8);
    }
  }
  return BLT_OK;
}

static blt_status read_texts(column *k, rows r, blt_str *out, blt_error *err) {
  const buffer *offsets = &k->buffers[FIRST], *text = &k->buffers[SECOND];
  uint32_t to = 0, width = k->c->width;
  if (r.n && offsets->len / width < (uint64_t)r.n + 1) return failed(k, "a buffer that is too short", err);
  for (uint32_t i = 0; i < r.n; i++) {
    uint64_t from = 0, end = 0;
    if (r.valid && !blt_bit(r.valid, i)) continue;
    memcpy(&from, offsets->p + (size_t)i * width, width);
    memcpy(&end, offsets->p + (size_t)(i + 1) * width, width);
    if (from > end || end > text->len || end - from > BLT_MAX_STRING)
      return failed(k, "a text outside of its buffer", err);
    out[to++] = (blt_str){(const char *)text->p + from, (uint32_t)(end - from)};
  }
  return BLT_OK;
}

static blt_status read_fixed(column *k, rows r, blt_str *out, blt_error *err) {
  const buffer *b = &k->buffers[FIRST];
  uint32_t to = 0, width = k->c->width;
  if (b->len / width < r.n) return failed(k, "a buffer that is too short", err);
  for (uint32_t i = 0; i < r.n; i++)
    if (!r.valid || blt_bit(r.valid, i)) out[to++] = (blt_str){(const char *)b->p + (size_t)i * width, width};
  return BLT_OK;
}

/* Views of 16 bytes: a length and the text, or its beginning, its buffer and where it lies there. */
static blt_status read_views(column *k, rows r, blt_str *out, blt_error *err) {
  const buffer *b = &k->buffers[FIRST];
  uint32_t to = 0;
  if (b->len / 16 < r.n) return failed(k, "a buffer that is too short", err);
  for (uint32_t i = 0; i < r.n; i++) {
    int32_t view[4];
    if (r.valid && !blt_bit(r.valid, i)) continue;
    memcpy(view, b->p + (size_t)i * 16, 16);
    if (view[0] < 0 || (uint32_t)view[0] > BLT_MAX_STRING)
      return failed(k, "a text of a negative length", err);
    uint32_t len = (uint32_t)view[0];
    const char *s = (const char *)b->p + (size_t)i * 16 + 4;
    if (len > 12) {
      if (view[2] < 0 || (size_t)view[2] >= k->nviews || view[3] < 0 ||
          (uint64_t)(uint32_t)view[3] + len > k->views[view[2]].len)
        return failed(k, "a text outside of its buffer", err);
      s = (const char *)k->views[view[2]].p + view[3];
    }
    out[to++] = (blt_str){s, len};
  }
  return BLT_OK;
}

static blt_status read_bits(column *k, rows r, int64_t *out, blt_error *err) {
  const buffer *b = &k->buffers[FIRST];
  uint32_t to = 0;
  if (b->len < ((uint64_t)r.n + 7) / 8) return failed(k, "a buffer that is too short", err);
  for (uint32_t i = 0; i < r.n; i++)
    if (!r.valid || blt_bit(r.valid, i)) out[to++] = b->p[i >> 3] >> (i & 7) & 1;
  return BLT_OK;
}

static blt_status read_layout(column *k, rows r, blt_values *v, blt_error *err) {
  bool is_signed = k->c->layout == BLT_ARROW_INT;
  blt_status status;
  switch (k->c->layout) {
  case BLT_ARROW_BITS:
    return read_bits(k, r, v->ints.p, err);
  case BLT_ARROW_INT:
  case BLT_ARROW_UINT:
    status = read_numbers(k, &k->buffers[FIRST], r, k->c->width, is_signed, v->ints.p, err);
    return status == BLT_OK && k->c->times != 1 ? multiply(k, v->ints.p, r.present, err) : status;
  case BLT_ARROW_FLOAT:
    return read_floats(k, &k->buffers[FIRST], r, v->doubles.p, err);
  case BLT_ARROW_BYTES:
    return read_texts(k, r, v->texts.p, err);
  case BLT_ARROW_FIXED:
    return read_fixed(k, r, v->texts.p, err);
  case BLT_ARROW_VIEW:
    return read_views(k, r, v->texts.p, err);
  default:
    return BLT_OK;
  }
}

/* Puts the place before what was refused. */
static blt_status refused(const column *k, const blt_arrow_batch *b, rows r, blt_error *err) {
  uint32_t row = 0;
  int64_t left = err->position;
  char said[sizeof err->message];
  if (left < 0 || err->code == BLT_ENOMEM) return err->code;
  while (row < r.n && ((r.valid && !blt_bit(r.valid, row)) || left-- > 0)) row++;
  memcpy(said, err->message, sizeof said);
  snprintf(err->message, sizeof err->message, "%.150s: column '%.100s', row %" PRIu64 ": %.180s",
           blt_source_name(k->file->source), k->name, b->first + row + 1, said);
  return err->code;
}

static blt_status read_values(column *k, const blt_arrow_batch *b, rows r, blt_values *v, blt_error *err) {
  blt_ctx *ctx = k->file->ctx;
  blt_arrow_layout l = k->c->layout;
  bool ints = l == BLT_ARROW_INT || l == BLT_ARROW_UINT || l == BLT_ARROW_BITS;
  bool texts = l == BLT_ARROW_BYTES || l == BLT_ARROW_FIXED || l == BLT_ARROW_VIEW;
  err->position = -1;
  blt_status status = blt_values_room(ctx, &k->c->means, r.present, ints, texts, v, err);
  if (status == BLT_OK) status = read_layout(k, r, v, err);
  if (status == BLT_OK) status = blt_mean(ctx, &k->c->means, v, err);
  return status == BLT_OK ? status : refused(k, b, r, err);
}

/* ---- batches ---- */

/* Nodes are {rows, nulls}, 8 bytes each. */
static blt_status read_valid(column *k, const blt_arrow_batch *b, uint32_t node, uint32_t at, bool any_buffer,
                             blt_room *room, rows *out, blt_error *err) {
  blt_flat f = {(const uint8_t *)b->meta, b->len, false};
  uint32_t n, count = (uint32_t)b->rows;
  size_t nodes = blt_flat_vector(&f, b->table, 1, 16, &n);
  if (node >= n || blt_flat_i64(&f, nodes + (size_t)node * 16) != b->rows)
    return failed(k, "a batch whose columns have different lengths", err);
  *out = (rows){NULL, count, count};
  bool nulls = blt_flat_i64(&f, nodes + (size_t)node * 16 + 8) != 0;
  if (!any_buffer) {
    out->present = 0;
  } else if (nulls) {
    blt_status status = read_buffer(k, b, at, &k->buffers[VALID], err);
    if (status != BLT_OK) return status;
    if (k->buffers[VALID].len == 0) return BLT_OK;
    if (k->buffers[VALID].len < ((size_t)count + 7) / 8) return failed(k, "a buffer that is too short", err);
  } else {
    return BLT_OK;
  }
  size_t words = blt_bits_words(count) + 1;
  blt_status status = blt_room_for(k->file->ctx, room, words * 8, err);
  if (status != BLT_OK) return status;
  uint64_t *valid = room->p;
  memset(valid, 0, words * 8);
  if (any_buffer && count) memcpy(valid, k->buffers[VALID].p, ((size_t)count + 7) / 8);
  if (count & 63) valid[count / 64] &= (UINT64_C(1) << (count & 63)) - 1;
  out->valid = valid;
  out->present = (uint32_t)blt_bits_count(valid, count);
  return BLT_OK;
}

/* The buffers of texts of the view number `which`, from buffer `at` on. */
static blt_status read_view_buffers(column *k, const blt_arrow_batch *b, uint32_t at, uint32_t which,
                                    blt_error *err) {
  blt_flat f = {(const uint8_t *)b->meta, b->len, false};
  uint32_t n;
  size_t counts = blt_flat_vector(&f, b->table, 4, 8, &n);
  int64_t count = which < n ? blt_flat_i64(&f, counts + (size_t)which * 8) : -1;
  if (count < 0 || count > (1 << 24)) return failed(k, "a count of buffers that cannot be", err);
  for (uint32_t i = 0; i < (uint32_t)count; i++) {
    size_t old = k->views_cap;
    blt_status status = blt_grow(k->file->ctx, &k->views, &k->views_cap, i + 1, sizeof *k->views, err);
    if (status != BLT_OK) return status;
    if (k->views_cap > old) memset(k->views + old, 0, (k->views_cap - old) * sizeof *k->views);
    if (i >= k->nviews) k->nviews = i + 1;
    status = read_buffer(k, b, at + i, &k->views[i], err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* How many buffers views before this one add to those that a batch's description counts. */
static blt_status added_before(column *k, const blt_arrow_batch *b, uint32_t which, uint32_t *out,
                               blt_error *err) {
  blt_flat f = {(const uint8_t *)b->meta, b->len, false};
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

/* Values of a batch whose own begin at these numbers. */
static blt_status load_values(column *k, const blt_arrow_batch *b, uint32_t node, uint32_t at,
                              uint32_t variadic, blt_room *valid, rows *r, blt_values *v, blt_error *err) {
  blt_arrow_layout l = k->c->layout;
  uint32_t added;
  blt_status status = added_before(k, b, variadic, &added, err);
  at += added;
  if (status == BLT_OK) status = read_valid(k, b, node, at, l != BLT_ARROW_NULL, valid, r, err);
  if (status == BLT_OK && l != BLT_ARROW_NULL) status = read_buffer(k, b, at + 1, &k->buffers[FIRST], err);
  if (status == BLT_OK && l == BLT_ARROW_BYTES) status = read_buffer(k, b, at + 2, &k->buffers[SECOND], err);
  if (status == BLT_OK && l == BLT_ARROW_VIEW) {
    k->nviews = 0;
    status = read_view_buffers(k, b, at + 2, variadic, err);
  }
  return status == BLT_OK ? read_values(k, b, *r, v, err) : status;
}

/* ---- dictionaries ---- */

#define NO_ENTRY UINT32_MAX

/* Values of one more batch behind those of the dictionary. */
static blt_status append(blt_ctx *ctx, blt_room *to, const blt_room *from, uint32_t before, uint32_t n,
                         size_t size, blt_error *err) {
  blt_room grown = {0};
  if (!from->p) return BLT_OK;
  blt_status status = blt_room_for(ctx, &grown, ((size_t)before + n) * size, err);
  if (status != BLT_OK) return status;
  if (before) memcpy(grown.p, to->p, before * size);
  if (n) memcpy((char *)grown.p + before * size, from->p, n * size);
  blt_room_free(ctx, to);
  *to = grown;
  return BLT_OK;
}

/* An entry that is null has no value: rows with it are null. */
static blt_status map_entries(column *k, rows r, blt_error *err) {
  blt_ctx *ctx = k->file->ctx;
  blt_room one = {0};
  uint32_t next = k->part.dictionary.n;
  blt_status status = blt_room_for(ctx, &one, (size_t)r.n * 4, err);
  if (status != BLT_OK) return status;
  uint32_t *map = one.p;
  for (uint32_t i = 0; i < r.n; i++) map[i] = !r.valid || blt_bit(r.valid, i) ? next++ : NO_ENTRY;
  status = append(ctx, &k->entries, &one, k->nentries, r.n, 4, err);
  blt_room_free(ctx, &one);
  if (status == BLT_OK) k->nentries += r.n;
  return status;
}

static blt_status add_entries(column *k, const blt_arrow_batch *b, blt_error *err) {
  blt_ctx *ctx = k->file->ctx;
  blt_values v = {0};
  blt_values *all = &k->part.dictionary;
  rows r;
  blt_status status = load_values(k, b, 0, 0, 0, &k->entry_valid, &r, &v, err);
  if (status == BLT_OK && (uint64_t)k->nentries + r.n > INT32_MAX)
    status = failed(k, "too many entries", err);
  if (status == BLT_OK) status = map_entries(k, r, err);
  if (status == BLT_OK) status = append(ctx, &all->ints, &v.ints, all->n, r.present, 8, err);
  if (status == BLT_OK) status = append(ctx, &all->doubles, &v.doubles, all->n, r.present, 8, err);
  if (status == BLT_OK) status = append(ctx, &all->texts, &v.texts, all->n, r.present, sizeof(blt_str), err);
  if (status == BLT_OK) all->n += r.present;
  if (status == BLT_OK) status = hold_all(k, &v, err); /* texts of the dictionary stay with the column */
  blt_values_free(ctx, &v);
  return status;
}

/* The dictionary as it is for a batch of rows: the last whole one before, and what was added to it. */
static blt_status load_dictionary(column *k, size_t batch, blt_error *err) {
  const blt_arrow_batch *all = k->file->batches;
  size_t from = batch, end = 0;
  for (size_t i = batch; i-- > 0;) {
    if (all[i].id != k->c->dictionary) continue;
    if (end == 0) end = i + 1;
    from = i;
    if (!all[i].delta) break;
  }
  if (end == 0) return failed(k, "rows without their dictionary", err);
  if (k->dictionary_end == end && k->dictionary_from == from) return BLT_OK;
  k->part.dictionary.n = k->nentries = 0;
  k->part.mapped = false;
  k->dictionary_end = 0;
  blt_status status = BLT_OK;
  for (size_t i = from; status == BLT_OK && i < end; i++)
    if (all[i].id == k->c->dictionary) status = add_entries(k, &all[i], err);
  k->dictionary_from = from;
  if (status == BLT_OK) k->dictionary_end = end;
  return status;
}

/* Numbers of entries become those of values; rows whose entry is null are null. */
static blt_status read_codes(column *k, rows *r, const int64_t *v, blt_error *err) {
  blt_ctx *ctx = k->file->ctx;
  uint32_t to = 0, at = 0;
  size_t words = blt_bits_words(r->n) + 1;
  blt_status status = blt_room_for(ctx, &k->part.codes, (size_t)r->present * 4, err);
  if (status == BLT_OK) status = blt_room_for(ctx, &k->joined, words * 8, err);
  if (status != BLT_OK) return status;
  uint32_t *codes = k->part.codes.p;
  const uint32_t *entries = k->entries.p;
  uint64_t *valid = k->joined.p;
  memset(valid, 0, words * 8);
  for (uint32_t i = 0; i < r->n; i++) {
    if (r->valid && !blt_bit(r->valid, i)) continue;
    int64_t entry = v[at++];
    if (entry < 0 || entry >= (int64_t)k->nentries)
      return failed(k, "an entry that the dictionary does not have", err);
    if (entries[entry] == NO_ENTRY) continue;
    blt_bit_set(valid, i);
    codes[to++] = entries[entry];
  }
  r->present = to;
  r->valid = to < r->n ? valid : NULL;
  return BLT_OK;
}

static blt_status load_coded(column *k, const blt_arrow_batch *b, size_t batch, rows *r, blt_error *err) {
  uint32_t added, at = k->c->buffer;
  blt_status status = load_dictionary(k, batch, err);
  if (status == BLT_OK) status = added_before(k, b, k->c->variadic, &added, err);
  if (status != BLT_OK) return status;
  at += added;
  status = read_valid(k, b, k->c->node, at, true, &k->valid, r, err);
  if (status == BLT_OK) status = read_buffer(k, b, at + 1, &k->index, err);
  if (status == BLT_OK) status = blt_room_for(k->file->ctx, &k->numbers, (size_t)r->present * 8, err);
  if (status == BLT_OK)
    status =
        read_numbers(k, &k->index, *r, k->c->index_width, k->c->index == BLT_ARROW_INT, k->numbers.p, err);
  return status == BLT_OK ? read_codes(k, r, k->numbers.p, err) : status;
}

/* ---- blocks ---- */

static blt_status load(column *k, size_t batch, blt_error *err) {
  const blt_arrow_batch *b = &k->file->batches[batch];
  const blt_arrow_column *c = k->c;
  rows r;
  k->loaded = false;
  k->part.coded = c->dictionary >= 0;
  blt_status status =
      k->part.coded ? load_coded(k, b, batch, &r, err)
                    : load_values(k, b, c->node, c->buffer, c->variadic, &k->valid, &r, &k->part.values, err);
  if (status != BLT_OK) return status;
  k->part.valid = r.valid;
  k->batch = batch;
  k->loaded = true;
  return status;
}

/* The batch that has the row, from where the column is on, or from the beginning. */
static size_t find_batch(const column *k, uint64_t row) {
  const blt_arrow_file *f = k->file;
  size_t i = f->batches[k->batch].first <= row ? k->batch : 0;
  while (f->batches[i].id >= 0 || f->batches[i].first + (uint64_t)f->batches[i].rows <= row) i++;
  return i;
}

static blt_status read_piece(column *k, blt_dict *dict, blt_scratch *s, uint64_t first, uint64_t *row,
                             uint64_t end, blt_error *err) {
  size_t i = find_batch(k, *row);
  const blt_arrow_batch *b = &k->file->batches[i];
  blt_status status = k->loaded && k->batch == i ? BLT_OK : load(k, i, err);
  if (status != BLT_OK) return status;
  uint64_t in_batch = *row - b->first, left = (uint64_t)b->rows - in_batch,
           n = left < end - *row ? left : end - *row;
  blt_piece piece = {(uint32_t)in_batch, (uint32_t)n, (uint32_t)(*row - first)};
  *row += n;
  status = blt_fill(k->file->ctx, s, k->c->means.type, dict, &k->part, piece, err);
  if (status != BLT_OK || n < left || dict || k->part.coded || k->c->means.type.id != BLT_STRING)
    return status;
  k->loaded = false; /* its texts stay until the block is made, in memory that is no longer its own */
  return hold_all(k, &k->part.values, err);
}

static blt_status read_block(void *column_, blt_dict *dict, blt_scratch *scratch, uint64_t first, uint32_t n,
                             blt_block **out, blt_error *err) {
  column *k = column_;
  blt_ctx *ctx = k->file->ctx;
  uint64_t row = first, end = first + n;
  blt_status status = blt_scratch_start(ctx, scratch, err);
  while (status == BLT_OK && row < end) status = read_piece(k, dict, scratch, first, &row, end, err);
  if (status == BLT_OK) status = blt_fill_block(ctx, scratch, k->c->means.type, dict, n, out, err);
  if (k->c->dictionary < 0) let_go(k); /* what dictionaries hold stays */
  return status;
}

static blt_status open_column(const void *file, uint32_t col, void **out, blt_error *err) {
  const blt_arrow_file *f = file;
  column *k = blt_calloc(f->ctx, 1, sizeof *k);
  if (!k) return blt_fail_memory(err, sizeof *k);
  k->file = f;
  k->c = &f->columns[col];
  k->name = f->fields[col].name;
  *out = k;
  return BLT_OK;
}

static void close_column(void *column_) {
  column *k = column_;
  if (!k) return;
  blt_ctx *ctx = k->file->ctx;
  let_go(k);
  blt_free(ctx, k->held, k->held_cap * sizeof *k->held);
  for (uint32_t i = 0; i < BUFFERS; i++) buffer_free(ctx, &k->buffers[i]);
  for (size_t i = 0; i < k->views_cap; i++) buffer_free(ctx, &k->views[i]);
  blt_free(ctx, k->views, k->views_cap * sizeof *k->views);
  buffer_free(ctx, &k->index);
  blt_room *rooms[] = {&k->valid, &k->entry_valid, &k->joined, &k->entries, &k->numbers};
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) blt_room_free(ctx, rooms[i]);
  blt_part_free(ctx, &k->part);
  blt_free(ctx, k, sizeof *k);
}

static const blt_column_ops ops = {open_column, read_block, close_column};

blt_status blt_arrow_read(blt_ctx *ctx, const blt_source *source, const blt_parquet_options *o,
                          blt_parquet_result *out, blt_error *err) {
  blt_arrow_file f;
  err->position = -1;
  blt_status status = blt_arrow_open(ctx, source, o, &f, err);
  if (status != BLT_OK) return status;
  blt_table *table = NULL;
  blt_columns columns = {.ctx = ctx,
                         .ops = &ops,
                         .file = &f,
                         .fields = f.fields,
                         .ncols = f.ncols,
                         .rows = f.rows,
                         .bytes = blt_source_size(source),
                         .schema_only = o->schema_only,
                         .make = o->make,
                         .make_arg = o->make_arg,
                         .progress = o->progress,
                         .progress_arg = o->progress_arg};
  status = blt_columns_read(&columns, &table, err);
  if (status == BLT_OK) {
    *out = (blt_parquet_result){.table = table, .rows = f.rows, .bytes = blt_source_size(source)};
    out->nnotes = f.nnotes;
    out->notes = f.notes;
    out->room = f.room - 1; /* which counts one more than it says */
    f.notes = NULL;
  }
  blt_arrow_close(&f);
  return status;
}
