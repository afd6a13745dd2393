/* scaled.h: doubles that are decimals, as whole numbers: 19.99 is 1999 / 10^2.
 *
 * A column of prices or of measurements has few digits behind the point, and every such double is the
 * quotient of a whole number and a power of ten, both exact, rounded once. So the number says all, when the
 * quotient has the same bits: of -0, NaN, infinities and what has more digits it has not, and a block with
 * one of these stays as it is.
 */
#ifndef BLT_STORE_SCALED_H
#define BLT_STORE_SCALED_H

#include "blt.h"

/* Value of row i: (base + offset i) / 10^scale, offsets unsigned of `width` bytes: 1, 2 or 4. */
typedef struct blt_scaled {
  int64_t base;
  uint8_t scale, width;
} blt_scaled;

#define BLT_SCALE_MOST 15u

/* False when the values are no such decimals, bit for bit. */
bool blt_scaled_find(const double *v, uint32_t n, blt_scaled *out);
/* Writes the offsets. */
void blt_scaled_put(const double *v, uint32_t n, const blt_scaled *s, void *out);
/* The values again; of any offsets and base some doubles. `scale` is at most BLT_SCALE_MOST. */
void blt_scaled_read(const void *offsets, const blt_scaled *s, uint32_t n, double *out);

#endif
