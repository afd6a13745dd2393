#include "sketch.h"

#include <math.h>
#include <string.h>

#define RANKS (64 - BLT_SKETCH_BITS) /* ranks go from 0 to RANKS + 1 */

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

double blt_sketch_estimate(const uint8_t *registers) {
  const double m = BLT_SKETCH_REGISTERS;
  uint32_t count[RANKS + 2];
  memset(count, 0, sizeof count);
  for (uint32_t i = 0; i < BLT_SKETCH_REGISTERS; i++) count[registers[i]]++;
  double z = m * tau(1 - count[RANKS + 1] / m);
  for (int k = RANKS; k >= 1; k--) z = 0.5 * (z + count[k]);
  z += m * sigma(count[0] / m);
  return m / (2 * log(2)) * m / z;
}
