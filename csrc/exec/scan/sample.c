#include "sample.h"

#include "base/bits.h"
#include "base/par.h"

#define STEP 65536u /* rows between two looks at interruption */

/* A number from 0 to n - 1, without the bias of a remainder. */
static uint64_t below(uint64_t *state, uint64_t n) {
  for (;;) {
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = blt_mix64(*state);
    if (x < UINT64_MAX - UINT64_MAX % n) return x % n;
  }
}

/* Each row is kept with the chance of wanted / left: so exactly the wanted number is. */
blt_status blt_sample_rows(blt_ctx *ctx, uint32_t *rows, size_t *n, uint64_t wanted, uint64_t seed,
                           blt_error *err) {
  blt_watch watch;
  size_t kept = 0;
  if (wanted >= *n) return BLT_OK;
  blt_watch_start(&watch, ctx);
  for (size_t i = 0; i < *n && wanted; i++) {
    blt_status status = i % STEP ? BLT_OK : blt_watch_check(&watch, i, *n, err);
    if (status != BLT_OK) return status;
    if (below(&seed, *n - i) >= wanted) continue;
    wanted--;
    rows[kept++] = rows[i];
  }
  *n = kept;
  return BLT_OK;
}
