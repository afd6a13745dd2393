/* snappy.h: Snappy taken apart. Its library is for writing only: pages of texts are mostly short copies, and
 * this takes half of its time for them.
 *
 *   length | tag … tag …      a tag: bytes that follow it, or bytes that were there before
 */
#ifndef BLT_IO_SNAPPY_H
#define BLT_IO_SNAPPY_H

#include "blt.h"

/* Whether the bytes are well formed and give exactly `out_len` others. Nothing is read or written outside. */
bool blt_snappy_decode(const void *in, size_t len, void *out, size_t out_len);

#endif
