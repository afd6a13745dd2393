#include "source.h"
#include "decode.h"
#include "base/mem.h"
#include "base/par.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPOOL_MEMORY ((size_t)16 << 20) /* longer streams go to a temporary file */
#define READ_BYTES ((size_t)256 << 10)

struct blt_source {
  blt_ctx *ctx;
  char *name;
  const char *bytes; /* in memory, or NULL: read fd */
  char *owned;       /* spooled bytes */
  size_t owned_cap;
  int fd; /* -1 when in memory */
  uint64_t size;
  bool in_place;           /* a file of the user's */
  struct timespec changed; /* when it was written to last */
};

bool blt_source_in_place(const blt_source *s) {
  return s->in_place;
}

blt_status blt_source_unchanged(const blt_source *s, blt_error *err) {
  struct stat st;
  if (!s->in_place) return BLT_OK;
  if (fstat(s->fd, &st) != 0) return blt_fail(err, BLT_EIO, "%s: %s", s->name, strerror(errno));
  if ((uint64_t)st.st_size == s->size && st.st_mtim.tv_sec == s->changed.tv_sec &&
      st.st_mtim.tv_nsec == s->changed.tv_nsec)
    return BLT_OK;
  return blt_fail(err, BLT_EIO, "%s: the file changed while it was open: open it again", s->name);
}

const char *blt_source_name(const blt_source *s) {
  return s->name;
}

uint64_t blt_source_size(const blt_source *s) {
  return s->size;
}

void blt_source_close(blt_source *s) {
  if (!s) return;
  blt_ctx *ctx = s->ctx;
  if (s->fd >= 0) close(s->fd);
  blt_free(ctx, s->owned, s->owned_cap);
  blt_free(ctx, s->name, s->name ? strlen(s->name) + 1 : 0);
  blt_free(ctx, s, sizeof *s);
  blt_ctx_release(ctx);
}

static blt_status source_new(blt_ctx *ctx, const char *name, blt_source **out, blt_error *err) {
  blt_source *s = blt_calloc(ctx, 1, sizeof *s);
  if (!s) return blt_fail_memory(err, sizeof *s);
  s->ctx = blt_ctx_retain(ctx);
  s->fd = -1;
  s->name = blt_strdup(ctx, name, strlen(name));
  if (!s->name) {
    blt_source_close(s);
    return blt_fail_memory(err, strlen(name) + 1);
  }
  *out = s;
  return BLT_OK;
}

static blt_status read_at(const blt_source *s, uint64_t offset, char *out, size_t n, blt_error *err) {
  while (n > 0) {
    ssize_t got = pread(s->fd, out, n, (off_t)offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return blt_fail(err, BLT_EIO, "%s: cannot read: %s", s->name, strerror(errno));
    if (got == 0) return blt_fail(err, BLT_EIO, "%s: the file became shorter while it was read", s->name);
    out += got;
    offset += (uint64_t)got;
    n -= (size_t)got;
  }
  return BLT_OK;
}

blt_status blt_source_read(const blt_source *s, uint64_t offset, char *out, size_t n, blt_error *err) {
  if (offset > s->size || n > s->size - offset)
    return blt_fail(err, BLT_EINVAL, "%s: a read past the end of the input", s->name);
  if (s->fd >= 0) return read_at(s, offset, out, n, err);
  if (n) memcpy(out, s->bytes + offset, n);
  return BLT_OK;
}

blt_status blt_source_memory(blt_ctx *ctx, const char *bytes, size_t len, blt_source **out, blt_error *err) {
  blt_source *s = NULL;
  blt_status status = source_new(ctx, "input", &s, err);
  if (status != BLT_OK) return status;
  s->bytes = bytes;
  s->size = len;
  *out = s;
  return BLT_OK;
}

blt_status blt_source_part(blt_ctx *ctx, const blt_source *whole, uint64_t size, blt_source **out,
                           blt_error *err) {
  blt_source *s = NULL;
  blt_status status = source_new(ctx, whole->name, &s, err);
  if (status != BLT_OK) return status;
  s->bytes = whole->bytes;
  s->size = size < whole->size ? size : whole->size;
  if (whole->fd >= 0 && (s->fd = fcntl(whole->fd, F_DUPFD_CLOEXEC, 3)) < 0) {
    status = blt_fail(err, BLT_EIO, "%s: %s", whole->name, strerror(errno));
    blt_source_close(s);
    return status;
  }
  *out = s;
  return BLT_OK;
}

/* ---- spooling ---- */

/* An open file that nobody else can name. */
static int temporary_file(void) {
  const char *dir = getenv("TMPDIR");
  if (!dir || !*dir) dir = "/tmp";
  int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  char path[4096];
  if (snprintf(path, sizeof path, "%s/blotter-XXXXXX", dir) >= (int)sizeof path) return -1;
  fd = mkostemp(path, O_CLOEXEC);
  if (fd >= 0) unlink(path);
  return fd;
}

static blt_status write_all(blt_source *s, const char *data, size_t len, blt_error *err) {
  while (len > 0) {
    ssize_t n = write(s->fd, data, len);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return blt_fail(err, BLT_EIO, "%s: cannot write the temporary copy (TMPDIR says where): %s", s->name,
                      strerror(errno));
    data += n;
    len -= (size_t)n;
  }
  return BLT_OK;
}

/* Moves what is in memory to a temporary file. */
static blt_status spill(blt_source *s, blt_error *err) {
  s->fd = temporary_file();
  if (s->fd < 0)
    return blt_fail(err, BLT_EIO, "%s: cannot make a temporary file (TMPDIR says where): %s", s->name,
                    strerror(errno));
  blt_status status = write_all(s, s->owned, s->size, err);
  blt_free(s->ctx, s->owned, s->owned_cap);
  s->owned = NULL;
  s->owned_cap = 0;
  s->bytes = NULL;
  return status;
}

/* A blt_take_fn. */
static blt_status spool(void *arg, const char *data, size_t len, blt_error *err) {
  blt_source *s = arg;
  blt_status status = BLT_OK;
  if (s->fd < 0 && s->size + len > SPOOL_MEMORY) status = spill(s, err);
  if (status == BLT_OK && s->fd >= 0) status = write_all(s, data, len, err);
  if (status == BLT_OK && s->fd < 0) {
    status = blt_grow(s->ctx, &s->owned, &s->owned_cap, s->size + len, 1, err);
    if (status == BLT_OK) memcpy(s->owned + s->size, data, len);
    s->bytes = s->owned;
  }
  if (status == BLT_OK) s->size += len;
  return status;
}

/* A stream with its progress, asked between pieces. */
typedef struct watched {
  blt_ctx *ctx;
  blt_pull_fn pull;
  void *arg;
  blt_progress_fn progress;
  void *progress_arg;
  uint64_t bytes, total;
} watched;

static blt_status pull_watched(void *arg, const char **data, size_t *len, blt_error *err) {
  watched *w = arg;
  blt_status status = blt_poll(w->ctx, w->bytes, w->total, err);
  if (status == BLT_OK && w->progress) status = w->progress(w->progress_arg, w->bytes, w->total, 0, err);
  if (status == BLT_OK) status = w->pull(w->arg, data, len, err);
  if (status == BLT_OK) w->bytes += *len;
  return status;
}

blt_status blt_source_stream(blt_ctx *ctx, blt_pull_fn pull, void *arg, blt_progress_fn progress,
                             void *progress_arg, blt_source **out, blt_error *err) {
  return blt_source_named(ctx, "input", pull, arg, progress, progress_arg, out, err);
}

blt_status blt_source_named(blt_ctx *ctx, const char *name, blt_pull_fn pull, void *arg,
                            blt_progress_fn progress, void *progress_arg, blt_source **out, blt_error *err) {
  blt_source *s = NULL;
  blt_status status = source_new(ctx, name, &s, err);
  if (status != BLT_OK) return status;
  watched w = {ctx, pull, arg, progress, progress_arg, 0, 0};
  status = blt_decode(ctx, s->name, pull_watched, &w, spool, s, err);
  if (status != BLT_OK)
    blt_source_close(s);
  else
    *out = s;
  return status;
}

/* ---- files ---- */

typedef struct file_stream {
  int fd;
  const char *name;
  char *buffer; /* READ_BYTES */
} file_stream;

static blt_status pull_file(void *arg, const char **data, size_t *len, blt_error *err) {
  file_stream *f = arg;
  ssize_t n;
  do n = read(f->fd, f->buffer, READ_BYTES);
  while (n < 0 && errno == EINTR);
  if (n < 0) return blt_fail(err, BLT_EIO, "%s: cannot read: %s", f->name, strerror(errno));
  *data = f->buffer;
  *len = (size_t)n;
  return BLT_OK;
}

/* Takes in everything that `fd` gives. */
static blt_status spool_file(blt_source *s, int fd, uint64_t total, blt_progress_fn progress,
                             void *progress_arg, blt_error *err) {
  file_stream f = {fd, s->name, blt_alloc(s->ctx, READ_BYTES)};
  if (!f.buffer) return blt_fail_memory(err, READ_BYTES);
  watched w = {s->ctx, pull_file, &f, progress, progress_arg, 0, total};
  blt_status status = blt_decode(s->ctx, s->name, pull_watched, &w, spool, s, err);
  blt_free(s->ctx, f.buffer, READ_BYTES);
  return status;
}

/* A plain file stays where it is; anything else is spooled. */
static blt_status adopt(blt_source *s, int fd, blt_progress_fn progress, void *progress_arg, blt_error *err) {
  struct stat st;
  char head[4];
  if (fstat(fd, &st) != 0) return blt_fail(err, BLT_EIO, "%s: %s", s->name, strerror(errno));
  if (S_ISDIR(st.st_mode)) return blt_fail(err, BLT_EIO, "%s: is a directory", s->name);
  bool plain = S_ISREG(st.st_mode) && st.st_size > 0 && lseek(fd, 0, SEEK_CUR) == 0;
  ssize_t n = plain ? pread(fd, head, sizeof head, 0) : 0;
  if (!plain || (n > 0 && blt_is_compressed(head, (size_t)n))) {
    uint64_t total = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return spool_file(s, fd, total, progress, progress_arg, err);
  }
  s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (s->fd < 0) return blt_fail(err, BLT_EIO, "%s: %s", s->name, strerror(errno));
  s->size = (uint64_t)st.st_size;
  s->in_place = true;
  s->changed = st.st_mtim;
  return BLT_OK;
}

blt_status blt_source_open(blt_ctx *ctx, const char *path, blt_progress_fn progress, void *progress_arg,
                           blt_source **out, blt_error *err) {
  bool standard = strcmp(path, "-") == 0;
  int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return blt_fail(err, BLT_EIO, "%s: cannot open: %s", path, strerror(errno));
  blt_source *s = NULL;
  blt_status status = source_new(ctx, standard ? "standard input" : path, &s, err);
  if (status == BLT_OK) {
    status = adopt(s, fd, progress, progress_arg, err);
    if (status != BLT_OK)
      blt_source_close(s);
    else
      *out = s;
  }
  if (!standard) close(fd);
  return status;
}
