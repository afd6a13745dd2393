/* readers.h: every way in which the tables of a file are read or changed, each on its own, so that each of
 * them is the first that looks at a block.
 */
#ifndef BLOTTER_SPEC_READERS_H
#define BLOTTER_SPEC_READERS_H

#include "store/file/vfs.h"

#define READERS 19u

const char *reader_name(uint32_t which);
/* Opens the file and reads or changes all its tables in that way; what changes commits. BLT_OK with a digest
 * of what was found or is there now, or the error. Anything is allowed but a crash. */
blt_status reader_run(uint32_t which, blt_ctx *ctx, const blt_vfs *vfs, const char *path, uint64_t *digest,
                      blt_error *err);

#endif
