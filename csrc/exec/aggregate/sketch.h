/* sketch.h: how many different values there are, roughly, in 32 KiB that merge.
 *
 * Fewer than BLT_SKETCH_EXACT values are kept as they are and counted exactly. More become a HyperLogLog of
 * 16,384 registers, estimated by Ertl's unbiased method: the standard error is 0.8 percent. What a sketch
 * says follows from the set of its values and from how many there were; their order, and which of several
 * sketches took which before they were merged, makes no difference.
 */
#ifndef BLT_EXEC_SKETCH_H
#define BLT_EXEC_SKETCH_H

#include <stdint.h>

#define BLT_SKETCH_BITS 14
#define BLT_SKETCH_REGISTERS (1u << BLT_SKETCH_BITS)
#define BLT_SKETCH_EXACT 4096u

typedef struct blt_sketch {
  uint64_t rows; /* values that were added */
  union {
    uint64_t values[BLT_SKETCH_EXACT];       /* while rows < BLT_SKETCH_EXACT */
    uint8_t registers[BLT_SKETCH_REGISTERS]; /* from then on */
  } u;
} blt_sketch;

/* An empty one; only `rows` is written. */
static inline void blt_sketch_init(blt_sketch *s) {
  s->rows = 0;
}
/* Adds n words, equal ones for equal values. */
void blt_sketch_add(blt_sketch *s, const uint64_t *words, uint32_t n);
void blt_sketch_merge(blt_sketch *into, const blt_sketch *from);
uint64_t blt_sketch_count(const blt_sketch *s);

#endif
