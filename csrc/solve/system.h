/* system.h: sums over a table, exactly. Unknowns with integer bounds, and equations that sum to zero.
 *
 * What a solver answers in floating point is only a proposal. It counts once it has been checked here, in
 * integers that cannot wrap: a table is checked cell by cell, a bound is recomputed from its multipliers.
 */
#ifndef BLT_SOLVE_SYSTEM_H
#define BLT_SOLVE_SYSTEM_H

#include "blt.h"

#define BLT_SYSTEM_OPEN INT64_MAX             /* an upper bound that is none */
#define BLT_SYSTEM_LARGEST ((int64_t)1 << 53) /* values, bounds and multipliers are not larger */

/* Column `c` stands in the equations rows[starts[c]] to rows[starts[c + 1] - 1] with those coefficients. */
typedef struct blt_system {
  uint32_t nrows, ncols;
  const int32_t *starts; /* ncols + 1 */
  const int32_t *rows;
  const int32_t *coefficients;
  int64_t *low, *high; /* high may be BLT_SYSTEM_OPEN */
} blt_system;

/* BLT_EINVAL when an index, a coefficient or a bound is none. */
blt_status blt_system_check(const blt_system *s, blt_error *err);

/* Whether `values` lie within their bounds and all equations hold. `sums` is room for nrows. */
bool blt_system_fits(const blt_system *s, const int64_t *values, __int128 *sums);

/* Whether the equations still hold when column columns[i] is larger by by[i], for n columns; a column that
 * stands twice is moved twice. No bounds are looked at. `sums` is room for nrows. */
bool blt_system_keeps(const blt_system *s, uint32_t n, const uint32_t *columns, const int64_t *by,
                      __int128 *sums);

/* The largest value (`sign` 1) or the smallest (-1) that column `target` can have, as far as the multipliers
 * of the equations, each divided by `denominator`, show it. False when they show no bound. */
bool blt_system_bound(const blt_system *s, uint32_t target, int sign, const int64_t *multipliers,
                      int64_t denominator, int64_t *bound);

#endif
