/* runs.h: a block from values that lie in several arrays, one after the other; of numbers none is null.
 *
 * A reader has its values in chunks that know nothing of blocks: they are encoded from where they are. */
#ifndef BLT_STORE_RUNS_H
#define BLT_STORE_RUNS_H

#include "block.h"

typedef struct blt_run {
  const void *v; /* int32_t; int64_t when `wide`; double */
  uint32_t n;
  bool wide;
} blt_run;

/* As blt_block_from_i64 and blt_block_from_f64 would make them of all runs together. Fail only with
 * BLT_ENOMEM. */
blt_status blt_block_from_int_runs(blt_ctx *ctx, const blt_run *runs, uint32_t nruns, uint32_t rows,
                                   blt_block **out, blt_error *err);
blt_status blt_block_from_f64_runs(blt_ctx *ctx, const blt_run *runs, uint32_t nruns, uint32_t rows,
                                   blt_block **out, blt_error *err);

typedef struct blt_text_run {
  const char *text;
  const uint32_t *offsets; /* n + 1 into text, rising */
  uint32_t n;
} blt_text_run;

/* As blt_block_from_text would make it. Texts of null rows are empty. */
blt_status blt_block_from_text_runs(blt_ctx *ctx, const blt_text_run *runs, uint32_t nruns,
                                    const uint64_t *valid, uint32_t rows, blt_block **out, blt_error *err);

#endif
