#include "dict_read.h"
#include "base/checksum.h"
#include "base/mem.h"
#include "store/column/packed.h"

#include <string.h>

#define AT_ONCE ((uint64_t)32 << 10) /* bytes of a dictionary that is opened at once */

/* A piece of the file, pinned. */
typedef struct piece {
  blt_buffer *pin;
  uint64_t sum, at; /* at: its offset in the file */
  uint32_t count;
  bool packed;
} piece;

typedef struct waiting {
  blt_dict_origin origin; /* first */
  blt_ctx *ctx;
  size_t n;
  piece pieces[];
} waiting;

static blt_status damaged(const piece *p, blt_error *err, const char *what) {
  return blt_fail(err, BLT_EFORMAT, "damaged file: the strings of a dictionary at byte %llu %s",
                  (unsigned long long)p->at, what);
}

static blt_status senseless(const piece *p, blt_error *err) {
  return damaged(p, err, "make no sense");
}

/* ---- one piece ---- */

/* Bounds and bytes of the strings of a piece, to be checked. */
typedef struct strings {
  const uint64_t *offsets;
  const char *bytes;
  uint64_t size;
  uint64_t *own_offsets; /* where they were unpacked, or NULL: n + 1 */
  char *own_bytes;       /* size */
} strings;

/* What stands behind the number of strings, `left` bytes. */
static blt_status plain_strings(const piece *p, const char *at, size_t left, strings *s, blt_error *err) {
  uint64_t n = p->count;
  if (n >= left / 8) return senseless(p, err);
  s->offsets = (const uint64_t *)(const void *)at;
  s->bytes = at + (n + 1) * 8;
  s->size = left - (n + 1) * 8;
  return BLT_OK;
}

static blt_status unpack_strings(blt_ctx *ctx, const piece *p, const char *at, size_t left, strings *s,
                                 blt_error *err) {
  size_t n = p->count;
  if (left < sizeof s->size) return senseless(p, err);
  memcpy(&s->size, at, sizeof s->size);
  if (s->size > SIZE_MAX / 2) return senseless(p, err);
  s->offsets = s->own_offsets = blt_alloc_whole(ctx, (n + 1) * 8);
  s->bytes = s->own_bytes = blt_alloc_whole(ctx, s->size);
  if (!s->own_offsets || !s->own_bytes) return blt_fail_memory(err, (n + 1) * 8 + s->size);
  blt_whole w = {.numbers = s->own_offsets,
                 .n = (uint32_t)n + 1,
                 .width = 8,
                 .text = s->own_bytes,
                 .text_bytes = s->size};
  return blt_unpack(ctx, at + sizeof s->size, left - sizeof s->size, &w, err);
}

static blt_status check_strings(const piece *p, const strings *s, blt_error *err) {
  uint64_t n = p->count;
  bool ok = s->offsets[0] == 0 && s->offsets[n] <= s->size;
  for (uint64_t i = 0; i < n; i++)
    ok &= s->offsets[i] <= s->offsets[i + 1] && s->offsets[i + 1] - s->offsets[i] <= BLT_MAX_STRING;
  return ok ? BLT_OK : senseless(p, err);
}

static blt_status read_strings(blt_ctx *ctx, const piece *p, strings *s, blt_error *err) {
  const char *at = p->pin->data;
  size_t left = p->pin->bytes;
  uint64_t n = 0;
  if (!blt_checksum_is(at, left, p->sum)) return damaged(p, err, "do not have their checksum");
  if (left < sizeof n) return senseless(p, err);
  memcpy(&n, at, sizeof n);
  if (n != p->count) return senseless(p, err);
  at += sizeof n;
  left -= sizeof n;
  blt_status status =
      p->packed ? unpack_strings(ctx, p, at, left, s, err) : plain_strings(p, at, left, s, err);
  return status == BLT_OK ? check_strings(p, s, err) : status;
}

/* An empty dictionary takes what was unpacked as it is. */
static blt_status read_piece(blt_ctx *ctx, blt_dict *d, const piece *p, blt_error *err) {
  strings s = {0};
  uint32_t n = p->count;
  blt_status status = read_strings(ctx, p, &s, err);
  if (status == BLT_OK && s.own_offsets && d->count == 0) {
    blt_dict_adopt(d, s.own_offsets, (size_t)n + 1, s.own_bytes, s.size, n);
    return BLT_OK;
  }
  if (status == BLT_OK) status = blt_dict_load(d, s.offsets, s.bytes, n, err);
  if (s.own_offsets) blt_free(ctx, s.own_offsets, ((size_t)n + 1) * 8);
  if (s.own_bytes) blt_free(ctx, s.own_bytes, s.size);
  return status;
}

/* ---- all pieces of a dictionary ---- */

static blt_status fetch(blt_dict_origin *self, blt_dict *into, blt_error *err) {
  waiting *w = (waiting *)self;
  blt_status status = BLT_OK;
  for (size_t i = 0; status == BLT_OK && i < w->n; i++) status = read_piece(w->ctx, into, &w->pieces[i], err);
  return status;
}

static size_t bytes_of(size_t n) {
  return sizeof(waiting) + n * sizeof(piece);
}

static void let_go(blt_dict_origin *self) {
  waiting *w = (waiting *)self;
  blt_ctx *ctx = w->ctx;
  for (size_t i = 0; i < w->n; i++) blt_buffer_release(w->pieces[i].pin);
  blt_free(ctx, w, bytes_of(w->n));
}

static blt_status pin(blt_file *f, const blt_disk_piece *from, piece *p, blt_error *err) {
  const blt_ref *r = &from->where;
  const void *data = blt_file_place(f, r, err);
  if (!data) return err->code;
  if (from->packed > (f->version >= BLT_DISK_PACKS) || from->count == 0)
    return blt_file_damaged(f, err, "a piece of a dictionary makes no sense");
  *p = (piece){.sum = r->sum, .at = r->offset, .count = from->count, .packed = from->packed};
  return blt_pins_add(f->pins, f->map, data, (blt_extent){r->offset, r->bytes}, &p->pin, err);
}

blt_status blt_dict_read_later(blt_file *f, blt_dict *d, const blt_pieces *pieces, blt_error *err) {
  uint64_t count = 0, bytes = 0;
  blt_status status = BLT_OK;
  waiting *w = blt_calloc(f->ctx, 1, bytes_of(pieces->n));
  if (!w) return blt_fail_memory(err, bytes_of(pieces->n));
  w->origin = (blt_dict_origin){fetch, let_go};
  w->ctx = f->ctx;
  w->n = pieces->n;
  for (size_t i = 0; status == BLT_OK && i < w->n; i++) {
    status = pin(f, &pieces->v[i], &w->pieces[i], err);
    count += pieces->v[i].count;
    bytes += pieces->v[i].where.bytes;
    if (status == BLT_OK && count > BLT_DICT_MAX)
      status = blt_file_damaged(f, err, "a dictionary is too large");
  }
  if (status == BLT_OK)
    blt_dict_postpone(d, (uint32_t)count, &w->origin);
  else
    let_go(&w->origin);
  return status == BLT_OK && bytes < AT_ONCE ? blt_dict_open(d, err) : status;
}
