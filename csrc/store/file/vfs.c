#include "vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct blt_handle {
  int fd;
};

static int posix_open(void *self, const char *path, blt_open_mode mode, blt_handle **out) {
  (void)self;
  int flags = mode == BLT_OPEN_READ ? O_RDONLY : mode == BLT_OPEN_WRITE ? O_RDWR : O_RDWR | O_CREAT;
  flags |= O_CLOEXEC | O_NOCTTY | O_NONBLOCK; /* a FIFO without a writer would keep us waiting */
  blt_handle *h = malloc(sizeof *h);
  if (!h) return -ENOMEM;
  do h->fd = open(path, flags, 0666);
  while (h->fd < 0 && errno == EINTR);
  if (h->fd < 0) {
    int code = errno;
    free(h);
    return -code;
  }
  struct stat st;
  if (fstat(h->fd, &st) == 0 && !S_ISREG(st.st_mode)) {
    int code = S_ISDIR(st.st_mode) ? EISDIR : ESPIPE;
    close(h->fd);
    free(h);
    return -code;
  }
  *out = h;
  return 0;
}

/* The lock is given back by name: a mapping that outlives the handle would keep the open file, and so its
 * lock. */
static void posix_close(void *self, blt_handle *h) {
  (void)self;
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
  fcntl(h->fd, F_OFD_SETLK, &lock);
  close(h->fd);
  free(h);
}

static int64_t posix_read(void *self, blt_handle *h, void *buf, size_t bytes, uint64_t offset) {
  (void)self;
  ssize_t n;
  do n = pread(h->fd, buf, bytes, (off_t)offset);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

static int64_t posix_write(void *self, blt_handle *h, const void *buf, size_t bytes, uint64_t offset) {
  (void)self;
  ssize_t n;
  do n = pwrite(h->fd, buf, bytes, (off_t)offset);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

static int posix_sync(void *self, blt_handle *h) {
  (void)self;
  return fdatasync(h->fd) ? -errno : 0;
}

static int posix_truncate(void *self, blt_handle *h, uint64_t bytes) {
  (void)self;
  return ftruncate(h->fd, (off_t)bytes) ? -errno : 0;
}

static int posix_reserve(void *self, blt_handle *h, uint64_t bytes) {
  (void)self;
  return fallocate(h->fd, 0, 0, (off_t)bytes) ? -errno : 0;
}

static int posix_size(void *self, blt_handle *h, uint64_t *bytes) {
  (void)self;
  struct stat st;
  if (fstat(h->fd, &st)) return -errno;
  *bytes = (uint64_t)st.st_size;
  return 0;
}

static int posix_map(void *self, blt_handle *h, uint64_t offset, size_t bytes, void **out) {
  (void)self;
  void *p = mmap(NULL, bytes, PROT_READ, MAP_SHARED, h->fd, (off_t)offset);
  if (p == MAP_FAILED) return -errno;
  *out = p;
  return 0;
}

static void posix_unmap(void *self, void *p, size_t bytes) {
  (void)self;
  munmap(p, bytes);
}

/* A lock of the open file, not of the process: two databases in one process exclude each other too. */
static int posix_lock(void *self, blt_handle *h) {
  (void)self;
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
  if (fcntl(h->fd, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES ? -EAGAIN : -errno;
}

static int posix_same(void *self, blt_handle *h, const char *path) {
  (void)self;
  struct stat a, b;
  if (fstat(h->fd, &a)) return -errno;
  if (stat(path, &b)) return errno == ENOENT ? 0 : -errno;
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int posix_rename(void *self, const char *from, const char *to, bool replace) {
  (void)self;
  if (replace) return rename(from, to) ? -errno : 0;
  if (link(from, to)) return -errno;
  return unlink(from) ? -errno : 0;
}

static int posix_remove(void *self, const char *path) {
  (void)self;
  return unlink(path) ? -errno : 0;
}

static int posix_sync_directory(void *self, const char *path) {
  (void)self;
  const char *slash = strrchr(path, '/');
  char *dir = slash == path ? strdup("/") : slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
  if (!dir) return -ENOMEM;
  int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), code = 0;
  if (fd < 0 || fsync(fd)) code = -errno;
  if (fd >= 0) close(fd);
  free(dir);
  return code;
}

const blt_vfs blt_vfs_posix = {.open = posix_open,
                               .close = posix_close,
                               .read = posix_read,
                               .write = posix_write,
                               .sync = posix_sync,
                               .truncate = posix_truncate,
                               .reserve = posix_reserve,
                               .size = posix_size,
                               .map = posix_map,
                               .unmap = posix_unmap,
                               .lock = posix_lock,
                               .same = posix_same,
                               .rename = posix_rename,
                               .remove = posix_remove,
                               .sync_directory = posix_sync_directory};
