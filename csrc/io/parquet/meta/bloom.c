#include "bloom.h"

#include "base/mem.h"
#include <string.h>
#include <xxhash.h>

#define HEADER 256u /* bytes that a header has at most */
#define LARGEST (1 << 27)

/* {1: bytes, 2: algorithm, 3: hash, 4: compression}, each of the last three a union of which only the first
 * kind is known: blocks, xxHash, none. */
static void read_header(blt_thrift *t, int32_t *bytes, bool *known) {
  int16_t id = 0, kind;
  uint8_t type;
  while (blt_thrift_next(t, &id, &type)) {
    if (id == 1) {
      *bytes = blt_thrift_int32(t, type);
      continue;
    }
    kind = 0;
    if (id > 4 || !blt_thrift_struct(t, type)) {
      *known = false;
      return;
    }
    while (blt_thrift_next(t, &kind, &type)) {
      *known &= kind == 1;
      blt_thrift_skip(t, type);
    }
  }
}

void blt_pq_bloom_read(blt_ctx *ctx, const blt_source *source, const blt_pq_chunk *c, blt_pq_bloom *out) {
  uint8_t head[HEADER];
  uint64_t size = blt_source_size(source), at = (uint64_t)c->bloom_at;
  blt_error ignored;
  int32_t bytes = 0;
  bool known = true;
  if (c->bloom_at <= 0 || at >= size) return;
  size_t n = size - at < HEADER ? (size_t)(size - at) : HEADER;
  if (blt_source_read(source, at, (char *)head, n, &ignored) != BLT_OK) return;
  blt_thrift t = blt_thrift_of(head, n);
  read_header(&t, &bytes, &known);
  at += (uint64_t)(t.p - head);
  if (t.bad || !known || bytes < 32 || bytes % 32 || bytes > LARGEST || (uint64_t)bytes > size - at) return;
  out->words = blt_alloc(ctx, (size_t)bytes);
  if (!out->words) return;
  out->nblocks = (uint32_t)bytes / 32;
  if (blt_source_read(source, at, (char *)out->words, (size_t)bytes, &ignored) != BLT_OK)
    blt_pq_bloom_free(ctx, out);
}

static bool holds(const blt_pq_bloom *b, uint64_t hash) {
  static const uint32_t salt[8] = {0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d,
                                   0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31};
  const uint32_t *block = b->words + 8 * ((hash >> 32) * b->nblocks >> 32);
  bool all = true;
  for (uint32_t i = 0; i < 8; i++) all &= block[i] >> (((uint32_t)hash * salt[i]) >> 27) & 1;
  return all;
}

/* The value as the file would store it: bytes of it at *out; 0: it may be stored in more than one way. */
static size_t stored(const blt_pq_kind *kind, const blt_value *v, char room[8], const void **out) {
  int64_t i = v->u.i;
  float f = (float)v->u.f;
  *out = room;
  switch (kind->physical) {
  case BLT_PQ_INT32:
  case BLT_PQ_INT64:
    if (kind->means.step == BLT_STEP_MILLIS && i % 1000) return 0;
    if (kind->means.step == BLT_STEP_MILLIS) i /= 1000;
    if (kind->means.step == BLT_STEP_NANOS && (kind->means.cut || __builtin_mul_overflow(i, 1000, &i)))
      return 0;
    memcpy(room, &i, 8);
    if (kind->physical == BLT_PQ_INT64) return 8;
    return i >= INT32_MIN && i <= UINT32_MAX ? 4 : 0;
  case BLT_PQ_FLOAT:
    memcpy(room, &f, 4);
    return (double)f == v->u.f && f != 0 ? 4 : 0;
  case BLT_PQ_DOUBLE:
    memcpy(room, &v->u.f, 8);
    return v->u.f == v->u.f && v->u.f != 0 ? 8 : 0;
  case BLT_PQ_BYTES:
    *out = v->u.s.s;
    return v->type.id == BLT_STRING ? v->u.s.len : 0;
  default:
    return 0;
  }
}

bool blt_pq_bloom_may_hold(const blt_pq_bloom *b, const blt_pq_kind *kind, const blt_value *v) {
  char room[8];
  const void *bytes;
  if (b->nblocks == 0) return true;
  size_t n = stored(kind, v, room, &bytes);
  return n == 0 || holds(b, XXH64(bytes, n, 0));
}

void blt_pq_bloom_free(blt_ctx *ctx, blt_pq_bloom *b) {
  if (b->words) blt_free(ctx, b->words, (size_t)b->nblocks * 32);
  *b = (blt_pq_bloom){0};
}
