/* decode.h: a stream of bytes, decompressed when it is compressed. */
#ifndef BLT_IO_DECODE_H
#define BLT_IO_DECODE_H

#include "source.h"

/* What takes the decoded bytes. */
typedef blt_status (*blt_take_fn)(void *arg, const char *data, size_t len, blt_error *err);

/* True when the text starts as gzip or zstd does. `len` may be less than four. */
bool blt_is_compressed(const char *head, size_t len);

/* Pulls until the end, decodes gzip (several members too), zstd (several frames too) or nothing at all, as
 * the first bytes say, and hands everything on. `name` is for messages. BLT_EFORMAT for damaged or cut input.
 */
blt_status blt_decode(blt_ctx *ctx, const char *name, blt_pull_fn pull, void *pull_arg, blt_take_fn take,
                      void *take_arg, blt_error *err);

#endif
