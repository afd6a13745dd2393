#include "hybrid.h"

#include "base/isa.h"
#include <string.h>

blt_pq_hybrid blt_pq_hybrid_of(const void *bytes, size_t len, uint32_t width) {
  const uint8_t *p = bytes;
  return (blt_pq_hybrid){.p = p, .end = p + len, .width = width};
}

/* ---- bits ---- */

static uint64_t word_at(const uint8_t *p, const uint8_t *end) {
  uint64_t w = 0;
  size_t n = end - p < 8 ? (size_t)(end - p) : 8;
  memcpy(&w, p, n);
  return w;
}

static uint64_t mask_of(uint32_t width) {
  return width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

/* Values that a word of 8 bytes holds whole, wherever they begin in its first byte. */
BLT_CLONES static void unpack_inside(const uint8_t *bits, uint64_t bit, uint32_t width, uint32_t *out,
                                     uint32_t n) {
  uint64_t mask = mask_of(width);
  for (uint32_t i = 0; i < n; i++, bit += width) {
    uint64_t w;
    memcpy(&w, bits + (bit >> 3), 8);
    out[i] = (uint32_t)(w >> (bit & 7) & mask);
  }
}

void blt_pq_unpack32(const uint8_t *bits, const uint8_t *end, uint64_t bit, uint32_t width, uint32_t *out,
                     uint32_t n) {
  uint64_t mask = mask_of(width), bytes = (uint64_t)(end - bits);
  uint64_t inside = width && bytes * 8 > bit + 64 ? (bytes * 8 - bit - 64) / width : 0;
  uint32_t fast = inside < n ? (uint32_t)inside : n;
  unpack_inside(bits, bit, width, out, fast);
  bit += (uint64_t)fast * width;
  for (uint32_t i = fast; i < n; i++, bit += width)
    out[i] = width ? (uint32_t)(word_at(bits + (bit >> 3), end) >> (bit & 7) & mask) : 0;
}

void blt_pq_unpack64(const uint8_t *bits, const uint8_t *end, uint64_t bit, uint32_t width, uint64_t *out,
                     uint32_t n) {
  uint64_t mask = mask_of(width);
  for (uint32_t i = 0; i < n; i++, bit += width) {
    const uint8_t *p = bits + (bit >> 3);
    uint32_t shift = bit & 7;
    uint64_t w = width ? word_at(p, end) >> shift : 0;
    if (shift + width > 64) w |= word_at(p + 8, end) << (64 - shift);
    out[i] = w & mask;
  }
}

/* Eight values of `width` bits are `width` bytes, which one instruction deals to eight bytes where there is
 * one. */
static uint64_t deal_eight(uint64_t bits, uint32_t width, uint64_t mask) {
  uint64_t out = 0;
  for (uint32_t i = 0; i < 8; i++, bits >>= width) out |= (bits & mask) << (8 * i);
  return out;
}

#if defined(__x86_64__)
__attribute__((target("bmi2"))) static uint32_t deal_fast(const uint8_t *bits, const uint8_t *end,
                                                          uint32_t width, uint8_t *out, uint32_t n) {
  uint64_t lanes = mask_of(width) * UINT64_C(0x0101010101010101);
  uint32_t i = 0;
  for (; i + 8 <= n && end - bits >= 8; i += 8, bits += width) {
    uint64_t w;
    memcpy(&w, bits, 8);
    w = __builtin_ia32_pdep_di(w, lanes);
    memcpy(out + i, &w, 8);
  }
  return i;
}
static bool deals_fast(void) {
  return __builtin_cpu_supports("bmi2");
}
#else
static uint32_t deal_fast(const uint8_t *bits, const uint8_t *end, uint32_t width, uint8_t *out, uint32_t n) {
  (void)bits, (void)end, (void)width, (void)out, (void)n;
  return 0;
}
static bool deals_fast(void) {
  return false;
}
#endif

/* Values from the bit on, which need not begin a byte. */
static void unpack_bytes(const uint8_t *bits, const uint8_t *end, uint64_t bit, uint32_t width, uint8_t *out,
                         uint32_t n) {
  uint64_t mask = mask_of(width);
  uint32_t i = 0;
  if (width == 0) {
    memset(out, 0, n);
    return;
  }
  for (; i < n && bit & 7; i++, bit += width)
    out[i] = (uint8_t)(word_at(bits + (bit >> 3), end) >> (bit & 7) & mask);
  const uint8_t *p = bits + (bit >> 3);
  uint32_t done = deals_fast() ? deal_fast(p, end, width, out + i, n - i) : 0;
  p += (size_t)done / 8 * width;
  i += done;
  for (; i + 8 <= n; i += 8, p += width) {
    uint64_t w = deal_eight(word_at(p, end), width, mask);
    memcpy(out + i, &w, 8);
  }
  for (bit = 0; i < n; i++, bit += width)
    out[i] = (uint8_t)(word_at(p + (bit >> 3), end) >> (bit & 7) & mask);
}

/* ---- reading ---- */

static bool read_head(blt_pq_hybrid *h, uint64_t *head) {
  *head = 0;
  for (uint32_t shift = 0; shift < 35 && h->p < h->end; shift += 7) {
    uint8_t b = *h->p++;
    *head |= (uint64_t)(b & 0x7f) << shift;
    if (b < 0x80) return true;
  }
  return false;
}

/* A last run may lack the bits of values that nobody wants. */
static bool open_packed(blt_pq_hybrid *h, uint64_t groups) {
  uint64_t have = (uint64_t)(h->end - h->p), bytes = groups * h->width;
  h->packed = true;
  h->bits = h->p;
  h->bit = 0;
  h->left = groups * 8;
  if (bytes > have) {
    h->left = have * 8 / h->width;
    bytes = have;
  }
  h->p += bytes;
  return true;
}

static bool open_run(blt_pq_hybrid *h) {
  uint64_t head;
  uint32_t bytes = (h->width + 7) / 8;
  if (!read_head(h, &head)) return false;
  if (head & 1) return open_packed(h, head >> 1);
  if ((uint64_t)(h->end - h->p) < bytes) return false;
  h->packed = false;
  h->left = head >> 1;
  h->value = 0;
  memcpy(&h->value, h->p, bytes);
  h->p += bytes;
  return h->width == 32 || h->value >> h->width == 0;
}

bool blt_pq_hybrid_take(blt_pq_hybrid *h, uint32_t *out, uint32_t n) {
  while (n) {
    if (h->left == 0) {
      if (!open_run(h)) return false;
      continue;
    }
    uint32_t part = h->left < n ? (uint32_t)h->left : n;
    if (h->packed) {
      blt_pq_unpack32(h->bits, h->p, h->bit, h->width, out, part);
      h->bit += (uint64_t)part * h->width;
    } else {
      for (uint32_t i = 0; i < part; i++) out[i] = h->value;
    }
    h->left -= part;
    out += part;
    n -= part;
  }
  return true;
}

bool blt_pq_hybrid_take_bytes(blt_pq_hybrid *h, uint8_t *out, uint32_t n) {
  while (n) {
    if (h->left == 0) {
      if (!open_run(h)) return false;
      continue;
    }
    uint32_t part = h->left < n ? (uint32_t)h->left : n;
    if (h->packed) {
      unpack_bytes(h->bits, h->p, h->bit, h->width, out, part);
      h->bit += (uint64_t)part * h->width;
    } else {
      memset(out, (int)h->value, part);
    }
    h->left -= part;
    out += part;
    n -= part;
  }
  return true;
}

/* ---- writing ---- */

#define LEAST_RUN 16u /* shorter ones are packed */

size_t blt_pq_hybrid_bound(uint32_t n, uint32_t width) {
  return ((size_t)n + 7) / 8 * width + (size_t)n / LEAST_RUN * 20 + 32;
}

static uint8_t *put_head(uint8_t *out, uint64_t head) {
  for (; head >= 0x80; head >>= 7) *out++ = (uint8_t)(head | 0x80);
  *out++ = (uint8_t)head;
  return out;
}

/* Packs n values; the last group of eight is filled with zeros. */
static uint8_t *put_packed(uint8_t *out, const uint32_t *v, uint32_t n, uint32_t width) {
  uint32_t groups = (n + 7) / 8, have = 0;
  uint64_t word = 0;
  if (n == 0) return out;
  out = put_head(out, (uint64_t)groups << 1 | 1);
  for (uint32_t i = 0; i < groups * 8; i++) {
    word |= (uint64_t)(i < n ? v[i] : 0) << have;
    for (have += width; have >= 8; have -= 8, word >>= 8) *out++ = (uint8_t)word;
  }
  return out;
}

static uint32_t run_from(const uint32_t *v, uint32_t i, uint32_t n) {
  uint32_t from = i;
  while (i < n && v[i] == v[from]) i++;
  return i - from;
}

size_t blt_pq_hybrid_put(const uint32_t *v, uint32_t n, uint32_t width, uint8_t *out) {
  uint8_t *p = out;
  uint32_t packed = 0; /* from here on values wait to be packed */
  for (uint32_t i = 0; i < n;) {
    uint32_t run = run_from(v, i, n), fill = (8 - (i - packed) % 8) % 8;
    if (run < LEAST_RUN + fill) { /* the values before must fill groups of eight */
      i += run;
      continue;
    }
    p = put_packed(p, v + packed, i + fill - packed, width);
    p = put_head(p, (uint64_t)(run - fill) << 1);
    memcpy(p, &v[i], (width + 7) / 8);
    p += (width + 7) / 8;
    i += run;
    packed = i;
  }
  return (size_t)(put_packed(p, v + packed, n - packed, width) - out);
}
