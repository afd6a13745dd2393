/* delta.h: numbers as differences, packed into bits (DELTA_BINARY_PACKED), and the lengths that texts have in
 * the encodings that are made of them. */
#ifndef BLT_PARQUET_DELTA_H
#define BLT_PARQUET_DELTA_H

#include "blt.h"

/* Reads at most `room` numbers from the beginning of the bytes: how many there are, and how many bytes they
 * took. `wide`: of 64 bits, otherwise of 32, which wrap. False: damaged, or more than `room`. */
bool blt_pq_delta_read(const uint8_t *bytes, size_t len, bool wide, int64_t *out, uint32_t room,
                       uint32_t *count, size_t *used);

size_t blt_pq_delta_bound(uint32_t n);
/* Writes n numbers of 64 bits; returns how many bytes. */
size_t blt_pq_delta_put(const int64_t *v, uint32_t n, uint8_t *out);

#endif
