/* sink.h: where written bytes go: a file, standard output, or a function; compressed on the way by the name's
 * end. */
#ifndef BLT_IO_SINK_H
#define BLT_IO_SINK_H

#include "blt.h"

typedef struct blt_sink blt_sink;

typedef blt_status (*blt_put_fn)(void *arg, const char *data, size_t len, blt_error *err);

/* Writes to `path`: "-" is standard output; .gz and .zst, in any case, are compressed. The bytes go to a new
 * file beside the one that is named, at the end of all symbolic links, and take its place when the sink is
 * finished: whoever looks sees the old file or the whole new one. Devices, pipes and what is open already
 * (/dev/stdout) are written to. */
blt_status blt_sink_open(blt_ctx *ctx, const char *path, blt_sink **out, blt_error *err);
/* Hands the bytes to `put`, on the calling thread. */
blt_status blt_sink_function(blt_ctx *ctx, blt_put_fn put, void *arg, blt_sink **out, blt_error *err);

/* Whether another thread than the caller's may put, one at a time. */
bool blt_sink_any_thread(const blt_sink *s);
blt_status blt_sink_put(blt_sink *s, const char *data, size_t len, blt_error *err);
/* Writes what is left and puts the file in its place. Frees the sink in any case. */
blt_status blt_sink_finish(blt_sink *s, blt_error *err);
/* Forgets everything; a file is as it was before. NULL is allowed. */
void blt_sink_abandon(blt_sink *s);

#endif
