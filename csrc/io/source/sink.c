#include "sink.h"
#include "target.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define OUT_BYTES ((size_t)256 << 10)

struct blt_sink {
  blt_ctx *ctx;
  char *path;   /* as it was given */
  char *target; /* the file that takes its place when all is written; NULL: the bytes go to fd as they are */
  char *temporary; /* the new file beside it */
  int fd;          /* -1: `put` takes the bytes */
  blt_put_fn put;
  void *arg;
  char *out; /* OUT_BYTES when compressed */
  z_stream *gzip;
  ZSTD_CStream *zstd;
};

static void free_text(blt_ctx *ctx, char *s) {
  if (s) blt_free(ctx, s, strlen(s) + 1);
}

static void sink_free(blt_sink *s) {
  blt_ctx *ctx = s->ctx;
  if (s->gzip) {
    deflateEnd(s->gzip);
    blt_free(ctx, s->gzip, sizeof *s->gzip);
  }
  ZSTD_freeCStream(s->zstd);
  blt_free(ctx, s->out, s->out ? OUT_BYTES : 0);
  if (s->fd > STDERR_FILENO) close(s->fd);
  free_text(ctx, s->path);
  free_text(ctx, s->target);
  free_text(ctx, s->temporary);
  blt_free(ctx, s, sizeof *s);
  blt_ctx_release(ctx);
}

void blt_sink_abandon(blt_sink *s) {
  if (!s) return;
  if (s->temporary) unlink(s->temporary);
  sink_free(s);
}

static blt_status sink_new(blt_ctx *ctx, const char *path, blt_sink **out, blt_error *err) {
  blt_sink *s = blt_calloc(ctx, 1, sizeof *s);
  if (!s) return blt_fail_memory(err, sizeof *s);
  s->ctx = blt_ctx_retain(ctx);
  s->fd = -1;
  s->path = path ? blt_strdup(ctx, path, strlen(path)) : NULL;
  *out = s;
  return path && !s->path ? blt_fail_memory(err, strlen(path)) : BLT_OK;
}

blt_status blt_sink_function(blt_ctx *ctx, blt_put_fn put, void *arg, blt_sink **out, blt_error *err) {
  blt_sink *s = NULL;
  blt_status status = sink_new(ctx, NULL, &s, err);
  if (status != BLT_OK) return status;
  s->put = put;
  s->arg = arg;
  *out = s;
  return BLT_OK;
}

static bool ends_in(const char *path, const char *end) {
  size_t n = strlen(path), m = strlen(end);
  return n > m && strcasecmp(path + n - m, end) == 0;
}

static blt_status start_compression(blt_sink *s, blt_error *err) {
  bool gzip = ends_in(s->path, ".gz"), zstd = ends_in(s->path, ".zst");
  if (!gzip && !zstd) return BLT_OK;
  s->out = blt_alloc(s->ctx, OUT_BYTES);
  if (!s->out) return blt_fail_memory(err, OUT_BYTES);
  if (zstd) {
    s->zstd = ZSTD_createCStream();
    return s->zstd ? BLT_OK : blt_fail_memory(err, 1 << 20);
  }
  z_stream *z = blt_calloc(s->ctx, 1, sizeof *z);
  if (!z || deflateInit2(z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    blt_free(s->ctx, z, sizeof *z);
    return blt_fail_memory(err, 1 << 18);
  }
  s->gzip = z;
  return BLT_OK;
}

/* A new file beside the target, with the rights and the owner that the target has. */
static blt_status make_temporary(blt_sink *s, const blt_target *t, blt_error *err) {
  size_t n = strlen(t->path) + sizeof ".tmpXXXXXX";
  char *name = blt_alloc(s->ctx, n);
  if (!name) return blt_fail_memory(err, n);
  snprintf(name, n, "%s.tmpXXXXXX", t->path);
  s->fd = mkostemp(name, O_CLOEXEC);
  if (s->fd < 0) {
    blt_free(s->ctx, name, n);
    return blt_fail(err, BLT_EIO, "%s: %s", s->path, strerror(errno));
  }
  s->temporary = name; /* n is strlen + 1 */
  mode_t mask = umask(0);
  umask(mask);
  if (t->exists && fchown(s->fd, t->st.st_uid, t->st.st_gid) != 0) errno = 0; /* only root may give away */
  fchmod(s->fd, t->exists ? t->st.st_mode & 07777 : 0666 & ~mask);
  s->target = blt_strdup(s->ctx, t->path, strlen(t->path));
  return s->target ? BLT_OK : blt_fail_memory(err, n);
}

/* What exists and is no plain file (a device, a pipe) cannot be replaced, and what is open already is written
 * to where it stands. */
static blt_status open_path(blt_sink *s, const char *path, blt_error *err) {
  blt_target t;
  blt_status status = blt_target_find(path, &t, err);
  if (status != BLT_OK) return status;
  bool device = t.fd < 0 && t.exists && !S_ISREG(t.st.st_mode);
  if (t.fd < 0 && !device) return make_temporary(s, &t, err);
  s->fd = device ? open(t.path, O_WRONLY | O_CLOEXEC) : fcntl(t.fd, F_DUPFD_CLOEXEC, 3);
  return s->fd < 0 ? blt_fail(err, BLT_EIO, "%s: %s", path, strerror(errno)) : BLT_OK;
}

blt_status blt_sink_open(blt_ctx *ctx, const char *path, blt_sink **out, blt_error *err) {
  blt_sink *s = NULL;
  blt_status status = sink_new(ctx, path, &s, err);
  if (status == BLT_OK && strcmp(path, "-") == 0)
    s->fd = STDOUT_FILENO;
  else if (status == BLT_OK)
    status = open_path(s, path, err);
  if (status == BLT_OK) status = start_compression(s, err);
  if (status != BLT_OK)
    blt_sink_abandon(s);
  else
    *out = s;
  return status;
}

static blt_status put_plain(blt_sink *s, const char *data, size_t len, blt_error *err) {
  if (s->fd < 0) return s->put(s->arg, data, len, err);
  while (len > 0) {
    ssize_t n = write(s->fd, data, len);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return blt_fail(err, BLT_EIO, "%s: %s", s->path, strerror(errno));
    data += n;
    len -= (size_t)n;
  }
  return BLT_OK;
}

static blt_status put_gzip(blt_sink *s, const char *data, size_t len, bool last, blt_error *err) {
  z_stream *z = s->gzip;
  z->next_in = (Bytef *)(uintptr_t)data;
  do {
    size_t n = len < UINT32_MAX / 2 ? len : UINT32_MAX / 2;
    z->avail_in = (uInt)n;
    len -= n;
    do {
      z->next_out = (Bytef *)s->out;
      z->avail_out = (uInt)OUT_BYTES;
      deflate(z, last && len == 0 ? Z_FINISH : Z_NO_FLUSH);
      blt_status status = put_plain(s, s->out, OUT_BYTES - z->avail_out, err);
      if (status != BLT_OK) return status;
    } while (z->avail_out == 0 || z->avail_in > 0);
  } while (len > 0);
  return BLT_OK;
}

static blt_status put_zstd(blt_sink *s, const char *data, size_t len, bool last, blt_error *err) {
  ZSTD_inBuffer in = {data, len, 0};
  for (;;) {
    ZSTD_outBuffer out = {s->out, OUT_BYTES, 0};
    size_t left = ZSTD_compressStream2(s->zstd, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left)) return blt_fail(err, BLT_EIO, "%s: zstd: %s", s->path, ZSTD_getErrorName(left));
    blt_status status = put_plain(s, s->out, out.pos, err);
    if (status != BLT_OK) return status;
    if (in.pos == in.size && (!last || left == 0)) return BLT_OK;
  }
}

static blt_status put(blt_sink *s, const char *data, size_t len, bool last, blt_error *err) {
  if (s->gzip) return put_gzip(s, data, len, last, err);
  if (s->zstd) return put_zstd(s, data, len, last, err);
  return put_plain(s, data, len, err);
}

bool blt_sink_any_thread(const blt_sink *s) {
  return !s->put;
}

blt_status blt_sink_put(blt_sink *s, const char *data, size_t len, blt_error *err) {
  return len ? put(s, data, len, false, err) : BLT_OK;
}

blt_status blt_sink_finish(blt_sink *s, blt_error *err) {
  blt_status status = put(s, "", 0, true, err);
  if (status == BLT_OK && s->temporary && rename(s->temporary, s->target) != 0)
    status = blt_fail(err, BLT_EIO, "%s: cannot put the file in its place: %s", s->path, strerror(errno));
  if (status != BLT_OK) {
    blt_sink_abandon(s);
    return status;
  }
  sink_free(s);
  return BLT_OK;
}
