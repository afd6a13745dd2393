/* sketch.h: how many different values there are, roughly: HyperLogLog with 16,384 registers (standard error
 * 0.8 percent), estimated by Ertl's unbiased method. Order and repetition of values make no difference, and
 * two sketches merge by the larger of each register. */
#ifndef BLT_EXEC_SKETCH_H
#define BLT_EXEC_SKETCH_H

#include <stdint.h>

#define BLT_SKETCH_BITS 14
#define BLT_SKETCH_REGISTERS (1u << BLT_SKETCH_BITS)

/* Adds a hash of which all 64 bits are mixed. */
static inline void blt_sketch_add(uint8_t *registers, uint64_t hash) {
  uint32_t at = (uint32_t)(hash >> (64 - BLT_SKETCH_BITS));
  uint8_t rank =
      (uint8_t)(1 + __builtin_clzll((hash << BLT_SKETCH_BITS) | (UINT64_C(1) << (BLT_SKETCH_BITS - 1))));
  if (registers[at] < rank) registers[at] = rank;
}

double blt_sketch_estimate(const uint8_t *registers);

#endif
