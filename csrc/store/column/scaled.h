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
#define BLT_SCALED_MOST (INT64_C(1) << 51) /* whole numbers are nearer to 0 */

/* False when the values that are not null are no such decimals, bit for bit. `valid` may be NULL. */
bool blt_scaled_find(const double *v, const uint64_t *valid, uint32_t n, blt_scaled *out);
/* Writes the offsets; some offset in range at nulls. */
void blt_scaled_put(const double *v, const uint64_t *valid, uint32_t n, const blt_scaled *s, void *out);
/* The values again, of the n rows from the first offset on; of any offsets some doubles. `scale` is at most
 * BLT_SCALE_MOST, `base` between -BLT_SCALED_MOST and BLT_SCALED_MOST. */
void blt_scaled_read(const void *offsets, const blt_scaled *s, uint32_t n, double *out);

double blt_scaled_power(uint8_t scale);

/* ---- for loops that read values as they go ---- */

typedef struct blt_scaled_reader {
  double origin; /* base + 2^31 */
  double power, inverse;
} blt_scaled_reader;

blt_scaled_reader blt_scaled_reader_of(const blt_scaled *s);

#define BLT_SCALED_TURN UINT32_C(0x80000000) /* makes 0 the smallest int32_t, which is converted at once */

/* base + offset */
static inline double blt_scaled_number(const blt_scaled_reader *r, uint32_t offset) {
  return (double)(int32_t)(offset ^ BLT_SCALED_TURN) + r->origin;
}
static inline double blt_scaled_quotient(const blt_scaled_reader *r, uint32_t offset) {
  return blt_scaled_number(r, offset) / r->power;
}
/* The same in a third of the time where a fused addition is one instruction: multiplied by the inverse, and
 * mended with the rest, which is exact because 5^15 has 35 bits. What is rounded last is off by 2^-52 of a
 * unit at most, and no quotient is nearer than 2^-36 to where rounding turns, so the bits are the same. */
static inline double blt_scaled_product(const blt_scaled_reader *r, uint32_t offset) {
  double x = blt_scaled_number(r, offset), quotient = x * r->inverse;
  return __builtin_fma(__builtin_fma(-quotient, r->power, x), r->inverse, quotient);
}

#endif
