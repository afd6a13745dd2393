/* file_inside.h: what the files file*.c share. */
#ifndef BLT_STORE_FILE_INSIDE_H
#define BLT_STORE_FILE_INSIDE_H

#include "file.h"

#define BLT_FILE_BUFFER ((size_t)256 << 10)
#define BLT_BODY_MOST ((uint64_t)64 << 10) /* bytes that a commit may have to be synced with its root */

/* The end of a path that would not leave room for anything else in a message. */
const char *blt_file_shown(const char *path);
/* "cannot <what> '<path>': why"; `code` is what the vfs returned. */
blt_status blt_file_fail(const char *path, const char *what, int code, blt_error *err);

/* A file that is not open yet. */
blt_status blt_file_new(blt_ctx *ctx, const blt_vfs *vfs, const char *path, bool readonly, blt_file **out,
                        blt_error *err);
void blt_file_free(blt_file *f);
/* Waits for the writer's lock of the open file until `deadline`, in blt_seconds. */
blt_status blt_file_lock(blt_file *f, double deadline, blt_error *err);
/* All bytes, at an offset, past the buffer. */
blt_status blt_file_write(blt_file *f, const void *data, size_t bytes, uint64_t offset, blt_error *err);
/* From now on data go to the end of the file, until free space was looked for. */
void blt_file_start_at(blt_file *f, uint64_t end);

#endif
