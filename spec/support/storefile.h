/* storefile.h: a small .blt file that has everything a file can have, and a reader that looks at all of it.
 */
#ifndef BLOTTER_SPEC_STOREFILE_H
#define BLOTTER_SPEC_STOREFILE_H

#include "simdisk.h"

/* Writes the file to the disk under `path`: several tables and commits, every type and encoding, nulls,
 * deleted rows, pieces of tails and dictionaries, a sealed group. False when that failed. */
bool storefile_write(blt_ctx *ctx, simdisk *d, const char *path);

/* The same, compacted: all rows lie in sealed groups, whose blocks are mapped and not yet looked at. */
bool storefile_seal(blt_ctx *ctx, simdisk *d, const char *path);

/* Opens the file for reading, reads every value, and says what it found: BLT_OK with a digest of the
 * contents, or the error. Anything is allowed but a crash. */
blt_status storefile_read(blt_ctx *ctx, const blt_vfs *vfs, const char *path, uint64_t *digest,
                          blt_error *err);

/* Opens it for writing, adds a row where that is possible, commits and compacts. */
blt_status storefile_change(blt_ctx *ctx, const blt_vfs *vfs, const char *path, blt_error *err);

#endif
