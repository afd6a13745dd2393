/* source.h: bytes to read from: a file, a piece of memory, or a stream that was taken in whole.
 *
 * Readers want bytes at any offset, from several threads, and sometimes twice (a column turns out to be wider
 * than its sample). So a source has random access: a plain file is read in place with pread (never mapped: a
 * file that somebody cuts meanwhile is a short read, not a crash), and everything else (pipes, functions,
 * .gz, .zst) is first written to a spool: memory up to 16 MiB, above that an unlinked temporary file in
 * $TMPDIR.
 */
#ifndef BLT_IO_SOURCE_H
#define BLT_IO_SOURCE_H

#include "blt.h"

typedef struct blt_source blt_source;

/* The next piece of a stream. `*len` = 0 ends it. The bytes stay good until the next call. */
typedef blt_status (*blt_pull_fn)(void *arg, const char **data, size_t *len, blt_error *err);

/* Called now and then while a stream is taken in, or rows are read. Anything but BLT_OK stops the work and
 * leaves no trace. `total` is 0 while it is not known; `rows` is 0 while the stream is taken in. */
typedef blt_status (*blt_progress_fn)(void *arg, uint64_t bytes, uint64_t total, uint64_t rows,
                                      blt_error *err);

/* Opens the file at `path`; "-" is standard input. Text compressed by gzip or zstd is recognised by its first
 * bytes, several members or frames in a row included. `progress` may be NULL. */
blt_status blt_source_open(blt_ctx *ctx, const char *path, blt_progress_fn progress, void *progress_arg,
                           blt_source **out, blt_error *err);
/* Bytes that stay where they are until the source is closed. */
blt_status blt_source_memory(blt_ctx *ctx, const char *bytes, size_t len, blt_source **out, blt_error *err);
/* Everything that `pull` gives; decompressed in the same way. */
blt_status blt_source_stream(blt_ctx *ctx, blt_pull_fn pull, void *arg, blt_progress_fn progress,
                             void *progress_arg, blt_source **out, blt_error *err);
/* The same, called `name` in messages. */
blt_status blt_source_named(blt_ctx *ctx, const char *name, blt_pull_fn pull, void *arg,
                            blt_progress_fn progress, void *progress_arg, blt_source **out, blt_error *err);
/* The first `size` bytes of a source, which is to be closed after this one. */
blt_status blt_source_part(blt_ctx *ctx, const blt_source *whole, uint64_t size, blt_source **out,
                           blt_error *err);
void blt_source_close(blt_source *s); /* NULL is allowed */

const char *blt_source_name(const blt_source *s); /* for messages: the path, or "input" */
uint64_t blt_source_size(const blt_source *s);

/* BLT_EIO when the file is not what it was when it was opened: for who reads long afterwards. From several
 * threads. */
blt_status blt_source_unchanged(const blt_source *s, blt_error *err);
/* Whether it is a file that is read in place: anything else was taken in whole. */
bool blt_source_in_place(const blt_source *s);

/* Copies `n` bytes from `offset` on; BLT_EIO when the file has become shorter. Safe from several threads. */
blt_status blt_source_read(const blt_source *s, uint64_t offset, char *out, size_t n, blt_error *err);

#endif
