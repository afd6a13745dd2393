/* sample.h: rows drawn at random. */
#ifndef BLT_EXEC_SAMPLE_H
#define BLT_EXEC_SAMPLE_H

#include "blt.h"

/* Keeps `wanted` of the *n rows, drawn at random, every set of as many as likely as any other, in the order
 * that they have; all when there are no more. The same seed draws the same places of as many. BLT_EINTR. */
blt_status blt_sample_rows(blt_ctx *ctx, uint32_t *rows, size_t *n, uint64_t wanted, uint64_t seed,
                           blt_error *err);

#endif
