#include "snappy.h"

#include <string.h>

#define NEAR 80 /* bytes that the fast way may read or write beyond where it stands */

typedef struct place {
  const uint8_t *in, *in_end;
  uint8_t *start, *out, *out_end;
} place;

static inline void copy16(uint8_t *to, const uint8_t *from) {
  uint8_t room[16];
  memcpy(room, from, 16);
  memcpy(to, room, 16);
}

/* The length in front, in at most five bytes. */
static bool read_length(place *k, uint64_t *n) {
  *n = 0;
  for (uint32_t shift = 0; shift < 35 && k->in < k->in_end; shift += 7) {
    uint8_t b = *k->in++;
    *n |= (uint64_t)(b & 0x7f) << shift;
    if (b < 0x80) return *n <= UINT32_MAX;
  }
  return false;
}

/* ---- with room around ---- */

/* Bytes that repeat at a short distance: sixteen of them, which are then copied on by whole periods. */
static void repeat(uint8_t *out, size_t distance, uint32_t n) {
  size_t period = 16 / distance * distance;
  for (uint32_t i = 0; i < 16; i++) out[i] = out[(ptrdiff_t)i - (ptrdiff_t)distance];
  for (size_t at = period; at < n; at += period) copy16(out + at, out);
}

static inline bool copy_back(place *k, size_t distance, uint32_t n) {
  uint8_t *out = k->out;
  if (distance - 1 >= (size_t)(out - k->start)) return false; /* 0 as well */
  if (__builtin_expect(distance >= 16, 1)) {
    copy16(out, out - distance);
    for (uint32_t at = 16; at < n; at += 16) copy16(out + at, out + at - distance);
  } else {
    repeat(out, distance, n);
  }
  k->out = out + n;
  return true;
}

static inline uint32_t load(const uint8_t *p, uint32_t bytes) {
  uint32_t v = 0;
  memcpy(&v, p, bytes);
  return v;
}

static inline bool has_room(const place *k) {
  return k->in_end - k->in >= NEAR && k->out_end - k->out >= NEAR;
}

/* Tag after tag, as long as there is room and none is a long piece of bytes. False: damaged. */
static bool run(place *whole) {
  place k = *whole;
  bool good = true;
  while (good && has_room(&k)) {
    uint32_t tag = *k.in, kind = tag & 3, n = (tag >> 2) + 1;
    if (kind == 0) {
      if (n > 60) break;
      copy16(k.out, k.in + 1);
      for (uint32_t at = 16; at < n; at += 16) copy16(k.out + at, k.in + 1 + at);
      k.in += n + 1;
      k.out += n;
    } else if (kind == 2) {
      good = copy_back(&k, load(k.in + 1, 2), n);
      k.in += 3;
    } else if (kind == 1) {
      good = copy_back(&k, (tag >> 5) << 8 | k.in[1], (tag >> 2 & 7) + 4);
      k.in += 2;
    } else {
      good = copy_back(&k, load(k.in + 1, 4), n);
      k.in += 5;
    }
  }
  *whole = k;
  return good;
}

/* ---- one tag, wherever it stands ---- */

static bool take(place *k, uint32_t bytes, uint32_t *v) {
  if (k->in_end - k->in < (ptrdiff_t)bytes) return false;
  *v = load(k->in, bytes);
  k->in += bytes;
  return true;
}

static bool step_bytes(place *k, uint32_t tag) {
  uint32_t n = tag >> 2;
  if (n >= 60 && !take(k, n - 59, &n)) return false;
  uint64_t bytes = (uint64_t)n + 1;
  if (bytes > (uint64_t)(k->in_end - k->in) || bytes > (uint64_t)(k->out_end - k->out)) return false;
  memcpy(k->out, k->in, bytes);
  k->in += bytes;
  k->out += bytes;
  return true;
}

static bool step(place *k) {
  uint32_t tag = *k->in++, kind = tag & 3, distance, n = (tag >> 2) + 1;
  if (kind == 0) return step_bytes(k, tag);
  if (!take(k, kind == 3 ? 4 : kind, &distance)) return false;
  if (kind == 1) {
    distance |= (tag >> 5) << 8;
    n = (tag >> 2 & 7) + 4;
  }
  if (distance == 0 || distance > (uint64_t)(k->out - k->start) || n > (uint64_t)(k->out_end - k->out))
    return false;
  for (; n; n--, k->out++) *k->out = *(k->out - distance);
  return true;
}

bool blt_snappy_decode(const void *in, size_t len, void *out, size_t out_len) {
  place k = {in, (const uint8_t *)in + len, out, out, (uint8_t *)out + out_len};
  uint64_t n;
  if (!read_length(&k, &n) || n != out_len) return false;
  while (k.in < k.in_end)
    if (!run(&k) || (k.in < k.in_end && !step(&k))) return false;
  return k.out == k.out_end;
}
