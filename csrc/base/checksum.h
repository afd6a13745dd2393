/* checksum.h: XXH3 (64 bits, seed 0), the checksum of everything in a file.
 *
 * A build for fuzzing takes every checksum for right, so that the fuzzer gets past them to the code behind.
 */
#ifndef BLT_BASE_CHECKSUM_H
#define BLT_BASE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t blt_checksum(const void *data, size_t bytes);
bool blt_checksum_is(const void *data, size_t bytes, uint64_t sum);

/* The same of pieces, one after the other. */
typedef struct blt_summer {
  _Alignas(64) unsigned char state[576];
} blt_summer;
void blt_summer_start(blt_summer *s);
void blt_summer_add(blt_summer *s, const void *data, size_t bytes);
uint64_t blt_summer_end(const blt_summer *s);

#endif
