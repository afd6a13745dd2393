/* space.h: the free space of a file: what neither the last commit nor the one before it consists of, and what
 * nobody reads: no block of this process (pins.h), no reader anywhere that holds its state, nobody who holds
 * bytes. Nothing of it is written down; it is found again by following the roots whenever about a sixteenth
 * of the file was written since. For file.c.
 *
 * Found at the beginning of a save, when all that was added and not committed is pinned. Files of format 1
 * have no free space: their readers hold nothing.
 */
#ifndef BLT_STORE_SPACE_H
#define BLT_STORE_SPACE_H

#include "file.h"

/* Finds what is free, when enough was written since the last time. Only BLT_ENOMEM: a state that cannot be
 * followed leaves nothing free. */
blt_status blt_space_find(blt_file *f, blt_error *err);
/* Takes a free part with room for `bytes` at a multiple of `align`; false when there is none. */
bool blt_space_take(blt_file *f, uint64_t bytes, uint32_t align, blt_extent *out);

/* Tells every range between `from` and `to` that others hold; stops at a failure. */
blt_status blt_space_held(const blt_file *f, uint64_t from, uint64_t to,
                          blt_status (*each)(void *arg, uint64_t at, uint64_t bytes), void *arg);

#endif
