#include "delta.h"
#include "hybrid.h"

#include <string.h>

typedef struct reader {
  const uint8_t *p, *end;
  bool bad;
} reader;

static uint64_t varint(reader *r) {
  uint64_t v = 0;
  for (uint32_t shift = 0; shift < 70 && r->p < r->end; shift += 7) {
    uint8_t b = *r->p++;
    if (shift < 64) v |= (uint64_t)(b & 0x7f) << shift;
    if (b < 0x80) return v;
  }
  r->bad = true;
  return 0;
}

static uint64_t zigzag(uint64_t v) {
  return v >> 1 ^ (0 - (v & 1));
}

typedef struct numbers {
  int64_t *out;
  uint32_t n, at;
  uint64_t last;
  bool wide;
} numbers;

static void put(numbers *k) {
  k->out[k->at++] = k->wide ? (int64_t)k->last : (int32_t)(uint32_t)k->last;
}

/* A miniblock of `n` differences of `width` bits; those behind the last number are passed over. */
static void read_part(reader *r, numbers *k, uint32_t n, uint32_t width, uint64_t least) {
  uint64_t v[64], bytes = (uint64_t)n * width / 8;
  uint32_t wanted = k->n - k->at < n ? k->n - k->at : n;
  uint64_t have = (uint64_t)(r->end - r->p);
  if (width > (k->wide ? 64u : 32u) || (uint64_t)wanted * width > have * 8) {
    r->bad = true;
    return;
  }
  if (bytes > have) bytes = have;
  for (uint32_t from = 0; from < wanted; from += 64) {
    uint32_t part = wanted - from < 64 ? wanted - from : 64;
    blt_pq_unpack64(r->p, r->p + bytes, (uint64_t)from * width, width, v, part);
    for (uint32_t i = 0; i < part; i++) {
      k->last += least + v[i];
      put(k);
    }
  }
  r->p += bytes;
}

bool blt_pq_delta_read(const uint8_t *bytes, size_t len, bool wide, int64_t *out, uint32_t room,
                       uint32_t *count, size_t *used) {
  reader r = {bytes, bytes + len, false};
  uint64_t block = varint(&r), parts = varint(&r), total = varint(&r);
  numbers k = {.out = out, .last = zigzag(varint(&r)), .wide = wide};
  if (r.bad || parts == 0 || block == 0 || block > (1u << 20) || block % parts || block / parts % 8 ||
      total > room)
    return false;
  k.n = (uint32_t)total;
  if (k.n) put(&k);
  while (k.at < k.n && !r.bad) {
    uint64_t least = zigzag(varint(&r));
    const uint8_t *widths = r.p;
    if ((uint64_t)(r.end - r.p) < parts) return false;
    r.p += parts;
    for (uint32_t i = 0; i < parts && k.at < k.n && !r.bad; i++)
      read_part(&r, &k, (uint32_t)(block / parts), widths[i], least);
  }
  *count = k.n;
  *used = (size_t)(r.p - bytes);
  return !r.bad;
}

/* ---- writing ---- */

#define BLOCK 128u
#define PART 32u

size_t blt_pq_delta_bound(uint32_t n) {
  return 64 + ((size_t)n / BLOCK + 1) * (10 + BLOCK / PART + BLOCK * 8);
}

static uint8_t *put_varint(uint8_t *out, uint64_t v) {
  for (; v >= 0x80; v >>= 7) *out++ = (uint8_t)(v | 0x80);
  *out++ = (uint8_t)v;
  return out;
}

static uint8_t *put_zigzag(uint8_t *out, uint64_t v) {
  return put_varint(out, v << 1 ^ (0 - (v >> 63)));
}

static uint8_t *put_bits(uint8_t *out, const uint64_t *v, uint32_t width) {
  uint32_t have = 0;
  uint64_t word = 0;
  for (uint32_t i = 0; i < PART; i++) {
    word |= v[i] << have;
    if (have + width >= 64) {
      memcpy(out, &word, 8);
      out += 8;
      word = have ? v[i] >> (64 - have) : 0;
      have = have + width - 64;
    } else {
      have += width;
    }
  }
  for (; have >= 8; have -= 8, word >>= 8) *out++ = (uint8_t)word;
  return out;
}

/* One block of differences, as many as there are; the rest are zero. */
static uint8_t *put_block(uint8_t *out, const int64_t *v, uint32_t n) {
  uint64_t d[BLOCK] = {0};
  int64_t least = 0;
  const int64_t *before = v - 1; /* a number goes before the block */
  for (uint32_t i = 0; i < n; i++) {
    d[i] = (uint64_t)v[i] - (uint64_t)before[i];
    if (i == 0 || (int64_t)d[i] < least) least = (int64_t)d[i];
  }
  out = put_zigzag(out, (uint64_t)least);
  uint8_t *widths = out;
  out += BLOCK / PART;
  for (uint32_t part = 0; part < BLOCK / PART; part++) {
    uint64_t all = 0;
    for (uint32_t i = part * PART; i < (part + 1) * PART; i++)
      all |= d[i] = i < n ? d[i] - (uint64_t)least : 0;
    uint32_t width = all ? 64 - (uint32_t)__builtin_clzll(all) : 0;
    widths[part] = (uint8_t)width;
    if (part * PART < n) out = put_bits(out, d + part * PART, width);
  }
  return out;
}

size_t blt_pq_delta_put(const int64_t *v, uint32_t n, uint8_t *out) {
  uint8_t *p = put_varint(out, BLOCK);
  p = put_varint(p, BLOCK / PART);
  p = put_varint(p, n);
  p = put_zigzag(p, n ? (uint64_t)v[0] : 0);
  for (uint32_t i = 1; i < n; i += BLOCK) p = put_block(p, v + i, n - i < BLOCK ? n - i : BLOCK);
  return (size_t)(p - out);
}
