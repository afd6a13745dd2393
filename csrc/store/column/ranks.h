/* ranks.h: the place of each entry of a dictionary in byte order.
 *
 * Entries are compared eight bytes at a time, as numbers, from where they begin to differ: they are dealt to
 * buckets by such a number, each bucket is sorted on any thread, and entries that are still alike are sorted
 * by the next bytes in which some of them differ.
 */
#ifndef BLT_STORE_RANKS_H
#define BLT_STORE_RANKS_H

#include "dict.h"

/* ranks[code], of all entries. What the poll says ends it. */
blt_status blt_ranks_find(blt_ctx *ctx, const blt_dict *d, uint32_t *ranks, blt_error *err);

#endif
