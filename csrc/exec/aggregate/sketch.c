#include "sketch.h"

#include "base/bits.h"
#include "base/isa.h"

#include <math.h>
#include <string.h>

#define RANKS (64 - BLT_SKETCH_BITS) /* ranks go from 0 to RANKS + 1 */
#define AT_ONCE 256u

/* ---- adding ---- */

BLT_CLONES static void hash_words(const uint64_t *words, uint32_t n, uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = blt_mix64(words[i] ^ UINT64_C(0x9e3779b97f4a7c15));
}

static inline void raise_register(uint8_t *registers, uint64_t hash) {
  uint32_t at = (uint32_t)(hash >> (64 - BLT_SKETCH_BITS));
  uint8_t rank =
      (uint8_t)(1 + __builtin_clzll((hash << BLT_SKETCH_BITS) | (UINT64_C(1) << (BLT_SKETCH_BITS - 1))));
  if (registers[at] < rank) registers[at] = rank;
}

static void raise_registers(uint8_t *registers, const uint64_t *words, uint32_t n) {
  uint64_t hashes[AT_ONCE];
  for (uint32_t i = 0, some; i < n; i += some) {
    some = n - i < AT_ONCE ? n - i : AT_ONCE;
    hash_words(words + i, some, hashes);
    for (uint32_t j = 0; j < some; j++) raise_register(registers, hashes[j]);
  }
}

/* The first values become registers. */
static void give_up_values(blt_sketch *s) {
  uint8_t registers[BLT_SKETCH_REGISTERS] = {0};
  raise_registers(registers, s->u.values, (uint32_t)s->rows);
  memcpy(s->u.registers, registers, sizeof registers);
}

void blt_sketch_add(blt_sketch *s, const uint64_t *words, uint32_t n) {
  if (s->rows + n < BLT_SKETCH_EXACT) {
    memcpy(s->u.values + s->rows, words, n * sizeof *words);
  } else {
    if (s->rows < BLT_SKETCH_EXACT) give_up_values(s);
    raise_registers(s->u.registers, words, n);
  }
  s->rows += n;
}

BLT_CLONES static void take_larger(uint8_t *into, const uint8_t *from) {
  for (uint32_t i = 0; i < BLT_SKETCH_REGISTERS; i++) into[i] = into[i] < from[i] ? from[i] : into[i];
}

void blt_sketch_merge(blt_sketch *into, const blt_sketch *from) {
  if (from->rows < BLT_SKETCH_EXACT) {
    blt_sketch_add(into, from->u.values, (uint32_t)from->rows);
    return;
  }
  if (into->rows < BLT_SKETCH_EXACT) give_up_values(into);
  take_larger(into->u.registers, from->u.registers);
  into->rows += from->rows;
}

/* ---- counting ---- */

/* Ertl's sigma and tau: what registers that are empty, or full, add to the harmonic sum. */
static double sigma(double x) {
  if (x == 1) return INFINITY;
  double z = x, y = 1, before;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (z != before);
  return z;
}

static double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1, z = 1 - x, before;
  do {
    x = sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  } while (z != before);
  return z / 3;
}

static double estimate(const uint8_t *registers) {
  const double m = BLT_SKETCH_REGISTERS;
  uint32_t count[RANKS + 2];
  memset(count, 0, sizeof count);
  for (uint32_t i = 0; i < BLT_SKETCH_REGISTERS; i++) count[registers[i]]++;
  double z = m * tau(1 - count[RANKS + 1] / m);
  for (int k = RANKS; k >= 1; k--) z = 0.5 * (z + count[k]);
  z += m * sigma(count[0] / m);
  return m / (2 * log(2)) * m / z;
}

static uint64_t count_values(const uint64_t *values, uint32_t n) {
  uint16_t table[2 * BLT_SKETCH_EXACT] = {0}; /* place of the value + 1 */
  uint64_t found = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t at = blt_mix64(values[i]);
    for (;; at++) {
      uint16_t *entry = &table[at % (2 * BLT_SKETCH_EXACT)];
      if (*entry && values[*entry - 1] != values[i]) continue;
      found += *entry == 0;
      *entry = (uint16_t)(i + 1);
      break;
    }
  }
  return found;
}

uint64_t blt_sketch_count(const blt_sketch *s) {
  if (s->rows < BLT_SKETCH_EXACT) return count_values(s->u.values, (uint32_t)s->rows);
  return (uint64_t)llround(estimate(s->u.registers));
}
