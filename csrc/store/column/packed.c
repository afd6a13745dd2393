#include "packed.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>
#include <zstd.h>

#define LEAST_BYTES 256u /* contents below this are left as they are */
#define LEVEL 3
#define SAMPLE 4096u /* numbers looked at to guess how well they compress */

/* At the start of packed contents. */
typedef struct head {
  uint8_t how[3]; /* blt_packing of numbers, validity, text */
  uint8_t zero[5];
  uint64_t bytes[3]; /* without padding */
} head;
_Static_assert(sizeof(head) == 32, "part of the format");

static size_t padded(size_t n) {
  return (n + 7) / 8 * 8;
}

/* Whether so many bytes are worth the time to get them back. */
static bool pays(size_t packed, size_t whole) {
  return packed < whole / 8 * 7;
}

/* --- zstd --------------------------------------------------------------------------------------- */

/* Bytes that the frame takes, or 0 when it does not fit into the room. */
static size_t squeeze(const void *in, size_t bytes, void *out, size_t room) {
  size_t n = ZSTD_compress(out, room, in, bytes, LEVEL);
  return ZSTD_isError(n) ? 0 : n;
}

static bool expand(const void *in, size_t bytes, void *out, size_t whole) {
  return ZSTD_decompress(out, whole, in, bytes) == whole;
}

/* --- bytes of numbers side by side --------------------------------------------------------------- */

static void to_planes(const uint8_t *restrict v, uint8_t width, uint32_t n, uint8_t *restrict out) {
  for (uint8_t b = 0; b < width; b++)
    for (uint32_t i = 0; i < n; i++) out[(size_t)b * n + i] = v[(size_t)i * width + b];
}

static void from_planes(const uint8_t *restrict in, uint8_t width, uint32_t n, uint8_t *restrict v) {
  for (uint8_t b = 0; b < width; b++)
    for (uint32_t i = 0; i < n; i++) v[(size_t)i * width + b] = in[(size_t)b * n + i];
}

/* Bits that the numbers of a sample carry, each byte by itself: what a compressor finds when some are much
 * more frequent than others. */
static double information(const uint8_t *v, uint8_t width, uint32_t n) {
  uint32_t step = n / SAMPLE + 1, taken = (n + step - 1) / step;
  double bits = 0;
  for (uint8_t b = 0; b < width; b++) {
    uint32_t counts[256] = {0};
    for (uint32_t i = 0; i < n; i += step) counts[v[(size_t)i * width + b]]++;
    for (uint32_t k = 0; k < 256; k++)
      if (counts[k]) bits -= counts[k] * log2((double)counts[k] / taken);
  }
  return bits / taken;
}

/* --- packing ------------------------------------------------------------------------------------ */

typedef struct packing {
  blt_ctx *ctx;
  head head;
  char *out; /* the head, then the parts */
  size_t at, room;
} packing;

static void *place(const packing *p) {
  return p->out + p->at;
}

static void close_part(packing *p, int part, blt_packing how, size_t bytes) {
  p->head.how[part] = (uint8_t)how;
  p->head.bytes[part] = bytes;
  memset(p->out + p->at + bytes, 0, padded(bytes) - bytes);
  p->at += padded(bytes);
}

static void keep(packing *p, int part, const void *data, size_t bytes) {
  if (bytes) memcpy(place(p), data, bytes);
  close_part(p, part, BLT_PACK_NONE, bytes);
}

/* A part whose bytes are compressed when that pays. The room has `bytes` bytes at least. */
static void pack_bytes(packing *p, int part, const void *data, size_t bytes) {
  size_t n = bytes ? squeeze(data, bytes, place(p), bytes / 8 * 7) : 0;
  if (n)
    close_part(p, part, BLT_PACK_ZSTD, n);
  else
    keep(p, part, data, bytes);
}

/* Compresses the numbers when they promise less than `most` bytes and keep that. */
static bool pack_planes(packing *p, const blt_whole *w, size_t most) {
  size_t bytes = (size_t)w->n * w->width, n = 0;
  if (information(w->numbers, w->width, w->n) * w->n / 8 > (double)most * .9) return false;
  if (w->width == 1) {
    n = squeeze(w->numbers, bytes, place(p), most);
  } else {
    uint8_t *planes = blt_alloc(p->ctx, bytes);
    if (!planes) return false;
    to_planes(w->numbers, w->width, w->n, planes);
    n = squeeze(planes, bytes, place(p), most);
    blt_free(p->ctx, planes, bytes);
  }
  if (n) close_part(p, 0, w->width == 1 ? BLT_PACK_ZSTD : BLT_PACK_PLANES, n);
  return n != 0;
}

static void pack_numbers(packing *p, const blt_whole *w) {
  size_t whole = (size_t)w->n * w->width, packed;
  if (whole == 0) return;
  blt_packing how = blt_ints_measure(w->numbers, w->width, w->n, &packed);
  bool bits = pays(packed, whole);
  if (pack_planes(p, w, bits ? packed / 16 * 15 : whole / 8 * 7)) return;
  if (!bits) {
    keep(p, 0, w->numbers, whole);
    return;
  }
  blt_ints_pack(w->numbers, w->width, w->n, how, place(p));
  close_part(p, 0, how, packed);
}

blt_status blt_pack(blt_ctx *ctx, const blt_whole *w, size_t bytes, blt_packed *out, blt_error *err) {
  *out = (blt_packed){0};
  if (bytes < LEAST_BYTES) return BLT_OK;
  packing p = {.ctx = ctx, .at = sizeof(head)};
  p.room = sizeof(head) + padded((size_t)w->n * w->width) + padded(w->valid_bytes) + padded(w->text_bytes);
  p.out = blt_alloc(ctx, p.room);
  if (!p.out) return blt_fail_memory(err, p.room);
  pack_numbers(&p, w);
  pack_bytes(&p, 1, w->valid, w->valid_bytes);
  pack_bytes(&p, 2, w->text, w->text_bytes);
  memcpy(p.out, &p.head, sizeof p.head);
  *out = (blt_packed){p.out, p.at, p.room};
  if (!pays(p.at, bytes)) blt_packed_free(ctx, out);
  return BLT_OK;
}

void blt_packed_free(blt_ctx *ctx, blt_packed *p) {
  blt_free(ctx, p->data, p->room);
  *p = (blt_packed){0};
}

/* --- unpacking ---------------------------------------------------------------------------------- */

static bool unpack_bytes(const char *in, size_t bytes, uint8_t how, void *out, size_t whole) {
  if (how == BLT_PACK_ZSTD) return whole && expand(in, bytes, out, whole);
  if (how != BLT_PACK_NONE || bytes != whole) return false;
  if (whole) memcpy(out, in, whole);
  return true;
}

static blt_status unpack_planes(blt_ctx *ctx, const char *in, size_t bytes, const blt_whole *w, bool *ok,
                                blt_error *err) {
  size_t whole = (size_t)w->n * w->width;
  uint8_t *planes = blt_alloc(ctx, whole);
  if (!planes) return blt_fail_memory(err, whole);
  *ok = expand(in, bytes, planes, whole);
  if (*ok) from_planes(planes, w->width, w->n, w->numbers);
  blt_free(ctx, planes, whole);
  return BLT_OK;
}

static blt_status unpack_numbers(blt_ctx *ctx, const char *in, size_t bytes, uint8_t how, const blt_whole *w,
                                 bool *ok, blt_error *err) {
  size_t whole = (size_t)w->n * w->width;
  if (whole && how == BLT_PACK_PLANES) return unpack_planes(ctx, in, bytes, w, ok, err);
  if (whole && (how == BLT_PACK_BITS || how == BLT_PACK_DELTAS))
    *ok = blt_ints_unpack(in, bytes, how, w->width, w->n, w->numbers);
  else
    *ok = unpack_bytes(in, bytes, how, w->numbers, whole);
  return BLT_OK;
}

/* The head, when the parts that it tells of are all there is. */
static bool read_head(const char *in, size_t bytes, head *h) {
  if (bytes < sizeof *h) return false;
  memcpy(h, in, sizeof *h);
  size_t left = bytes - sizeof *h;
  for (int part = 0; part < 3; part++) {
    if (h->bytes[part] > left || padded(h->bytes[part]) > left) return false;
    left -= padded(h->bytes[part]);
  }
  return left == 0;
}

blt_status blt_unpack(blt_ctx *ctx, const void *in, size_t bytes, const blt_whole *w, blt_error *err) {
  head h;
  bool ok = false;
  if (!read_head(in, bytes, &h))
    return blt_fail(err, BLT_EFORMAT, "damaged file: packed contents make no sense");
  const char *numbers = (const char *)in + sizeof h, *valid = numbers + padded(h.bytes[0]),
             *text = valid + padded(h.bytes[1]);
  blt_status status = unpack_numbers(ctx, numbers, h.bytes[0], h.how[0], w, &ok, err);
  if (status != BLT_OK) return status;
  ok = ok && unpack_bytes(valid, h.bytes[1], h.how[1], w->valid, w->valid_bytes) &&
       unpack_bytes(text, h.bytes[2], h.how[2], w->text, w->text_bytes);
  return ok ? BLT_OK : blt_fail(err, BLT_EFORMAT, "damaged file: packed contents make no sense");
}
