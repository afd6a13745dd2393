/* hybrid.h: small numbers as runs: of one value, or of values packed into bits. Levels and dictionary codes
 * are kept so. */
#ifndef BLT_PARQUET_HYBRID_H
#define BLT_PARQUET_HYBRID_H

#include "blt.h"

typedef struct blt_pq_hybrid {
  const uint8_t *p, *end;
  uint32_t width; /* bits of a value, 0 to 32 */
  uint64_t left;  /* values of the run at hand */
  bool packed;
  uint32_t value;      /* of all in a run that is not packed */
  const uint8_t *bits; /* of a packed run */
  uint64_t bit;        /* of the next value */
} blt_pq_hybrid;

blt_pq_hybrid blt_pq_hybrid_of(const void *bytes, size_t len, uint32_t width);
/* The next n values. False: there are not so many. */
bool blt_pq_hybrid_take(blt_pq_hybrid *h, uint32_t *out, uint32_t n);
/* The same of values of at most eight bits, a byte each; 16 more bytes may be written behind them. */
bool blt_pq_hybrid_take_bytes(blt_pq_hybrid *h, uint8_t *out, uint32_t n);

/* Unpacks n values of `width` bits, 0 to 64, that start at bit `bit` of bytes that go up to `end`. */
void blt_pq_unpack32(const uint8_t *bits, const uint8_t *end, uint64_t bit, uint32_t width, uint32_t *out,
                     uint32_t n);
void blt_pq_unpack64(const uint8_t *bits, const uint8_t *end, uint64_t bit, uint32_t width, uint64_t *out,
                     uint32_t n);

/* The most bytes that n values take when they are written. */
size_t blt_pq_hybrid_bound(uint32_t n, uint32_t width);
/* Writes n values below 2^width as runs; returns how many bytes. */
size_t blt_pq_hybrid_put(const uint32_t *v, uint32_t n, uint32_t width, uint8_t *out);

#endif
