/* reach.h: all that a state of a file consists of. For store/ only. */
#ifndef BLT_STORE_REACH_H
#define BLT_STORE_REACH_H

#include "extents.h"
#include "file.h"

/* Adds every part of the file that the state of this catalogue needs. A catalogue whose checksum is not known
 * has 0 in its place. BLT_EFORMAT when the state is damaged, BLT_EIO, BLT_ENOMEM. */
blt_status blt_reach(blt_file *f, const blt_ref *catalogue, blt_extents *out, blt_error *err);

#endif
