#include "solve/system.h"

#include <string.h>

blt_status blt_system_check(const blt_system *s, blt_error *err) {
  for (uint32_t c = 0; c < s->ncols; c++) {
    if (s->starts[c] < 0 || s->starts[c + 1] < s->starts[c])
      return blt_fail(err, BLT_EINVAL, "column %u has no equations that can be read", c + 1);
    for (int32_t k = s->starts[c]; k < s->starts[c + 1]; k++)
      if (s->rows[k] < 0 || (uint32_t)s->rows[k] >= s->nrows || s->coefficients[k] == 0)
        return blt_fail(err, BLT_EINVAL, "column %u stands in an equation that is none", c + 1);
    if (s->low[c] < -BLT_SYSTEM_LARGEST || s->low[c] > BLT_SYSTEM_LARGEST || s->high[c] < s->low[c] ||
        (s->high[c] != BLT_SYSTEM_OPEN && s->high[c] > BLT_SYSTEM_LARGEST))
      return blt_fail(err, BLT_EINVAL, "column %u has bounds that are none, or are beyond 2^53", c + 1);
  }
  return BLT_OK;
}

static bool is_within(const blt_system *s, uint32_t c, int64_t value) {
  return value >= s->low[c] && value <= s->high[c] && value <= BLT_SYSTEM_LARGEST;
}

static void add(const blt_system *s, uint32_t c, int64_t value, __int128 *sums) {
  for (int32_t k = s->starts[c]; k < s->starts[c + 1]; k++)
    sums[s->rows[k]] += (__int128)s->coefficients[k] * value;
}

static bool are_zero(const blt_system *s, const __int128 *sums) {
  for (uint32_t r = 0; r < s->nrows; r++)
    if (sums[r] != 0) return false;
  return true;
}

bool blt_system_fits(const blt_system *s, const int64_t *values, __int128 *sums) {
  memset(sums, 0, s->nrows * sizeof *sums);
  for (uint32_t c = 0; c < s->ncols; c++) {
    if (!is_within(s, c, values[c])) return false;
    add(s, c, values[c], sums);
  }
  return are_zero(s, sums);
}

bool blt_system_keeps(const blt_system *s, uint32_t n, const uint32_t *columns, const int64_t *by,
                      __int128 *sums) {
  memset(sums, 0, s->nrows * sizeof *sums);
  for (uint32_t i = 0; i < n; i++) add(s, columns[i], by[i], sums);
  return are_zero(s, sums);
}

/* What is left of a column's weight in the target once the equations have been taken off. */
static __int128 residue(const blt_system *s, uint32_t c, bool is_target, int sign, const int64_t *multipliers,
                        int64_t denominator) {
  __int128 left = is_target ? (__int128)sign * denominator : 0;
  for (int32_t k = s->starts[c]; k < s->starts[c + 1]; k++)
    left -= (__int128)s->coefficients[k] * multipliers[s->rows[k]];
  return left;
}

static __int128 floored(__int128 n, int64_t d) {
  return n / d - (n % d < 0);
}

bool blt_system_bound(const blt_system *s, uint32_t target, int sign, const int64_t *multipliers,
                      int64_t denominator, int64_t *bound) {
  __int128 total = 0;
  if (denominator < 1 || denominator > BLT_SYSTEM_LARGEST) return false;
  for (uint32_t r = 0; r < s->nrows; r++)
    if (multipliers[r] < -BLT_SYSTEM_LARGEST || multipliers[r] > BLT_SYSTEM_LARGEST) return false;
  for (uint32_t c = 0; c < s->ncols; c++) {
    __int128 left = residue(s, c, c == target, sign, multipliers, denominator);
    if (left > 0 && s->high[c] == BLT_SYSTEM_OPEN) return false;
    if (left > BLT_SYSTEM_LARGEST || left < -BLT_SYSTEM_LARGEST) return false;
    total += left * (left > 0 ? s->high[c] : s->low[c]);
  }
  __int128 found = floored(total, denominator) * sign;
  if (found > BLT_SYSTEM_LARGEST || found < -BLT_SYSTEM_LARGEST) return false;
  *bound = (int64_t)found;
  return true;
}
