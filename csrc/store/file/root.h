/* root.h: the two roots of a file: which one is its state, and what is to be said of the other. For file.c.
 *
 * Beside the root of commit n stands that of commit n - 1, or nothing when n is the first commit of the file.
 * Anything else is a doubt: a write of commit n + 1 was cut off, or the file was damaged.
 */
#ifndef BLT_STORE_ROOT_H
#define BLT_STORE_ROOT_H

#include "disk.h"

#define BLT_ROOT_DOUBT 400 /* bytes of a message */

/* Gives it its checksums. */
void blt_root_seal(blt_disk_root *r);
/* Whether it was written whole, for file `id`, in this slot. */
bool blt_root_whole(const blt_disk_root *r, uint64_t id, int slot);
/* The slot of the newest root that is whole and belongs to file `id`, or -1. */
int blt_root_newest(const blt_disk_root roots[2], uint64_t id);
/* Says in `doubt` what is wrong with the slot beside `newest`, and what is known of the cause; false when
 * nothing is. `size`: of the file. */
bool blt_root_doubtful(const blt_disk_root roots[2], int newest, uint64_t size, char doubt[BLT_ROOT_DOUBT]);

#endif
