/* extents.h: lists of parts of a file. For store/ only. */
#ifndef BLT_STORE_EXTENTS_H
#define BLT_STORE_EXTENTS_H

#include "blt.h"

/* Bytes offset to offset + bytes - 1. */
typedef struct blt_extent {
  uint64_t offset, bytes;
} blt_extent;

/* Zeroed, with `ctx` set: an empty list. */
typedef struct blt_extents {
  blt_ctx *ctx;
  blt_extent *v;
  size_t n, cap;
} blt_extents;

blt_status blt_extents_add(blt_extents *e, uint64_t offset, uint64_t bytes, blt_error *err);
/* Puts the parts in order and makes one of those that touch or overlap. Gives the sum of their bytes. */
uint64_t blt_extents_join(blt_extents *e);
/* Adds to `gaps` what lies between the parts of a joined list, from `least` bytes on. */
blt_status blt_extents_gaps(const blt_extents *e, uint64_t least, blt_extents *gaps, blt_error *err);
void blt_extents_free(blt_extents *e); /* empties it */

#endif
