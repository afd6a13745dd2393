#include "vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct blt_handle {
  int fd;
  char *temporary; /* the name that a file was made under, until it has its own; NULL: none */
};

static int posix_open(void *self, const char *path, blt_open_mode mode, blt_handle **out) {
  (void)self;
  int flags = mode == BLT_OPEN_READ ? O_RDONLY : O_RDWR;
  flags |= O_CLOEXEC | O_NOCTTY | O_NONBLOCK; /* a FIFO without a writer would keep us waiting */
  blt_handle *h = calloc(1, sizeof *h);
  if (!h) return -ENOMEM;
  do h->fd = open(path, flags);
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
  if (h->temporary) unlink(h->temporary);
  close(h->fd);
  free(h->temporary);
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

static int posix_names(void *self, blt_handle *h) {
  (void)self;
  struct stat st;
  if (fstat(h->fd, &st)) return -errno;
  return st.st_nlink > INT_MAX ? INT_MAX : (int)st.st_nlink;
}

/* --- held ranges: shared locks of the open file, which its mappings keep open too ---- */

static int posix_hold(void *self, blt_handle *h, uint64_t at, uint64_t bytes, bool on) {
  (void)self;
  struct flock lock = {
      .l_type = on ? F_RDLCK : F_UNLCK, .l_whence = SEEK_SET, .l_start = (off_t)at, .l_len = (off_t)bytes};
  return fcntl(h->fd, F_OFD_SETLK, &lock) ? -errno : 0;
}

static int posix_held(void *self, blt_handle *h, uint64_t from, uint64_t to, uint64_t *at, uint64_t *bytes) {
  (void)self;
  struct flock lock = {
      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)from, .l_len = (off_t)(to - from)};
  if (fcntl(h->fd, F_OFD_GETLK, &lock)) return -errno;
  if (lock.l_type == F_UNLCK) return 0;
  *at = (uint64_t)lock.l_start;
  *bytes = lock.l_len ? (uint64_t)lock.l_len : to - *at;
  return 1;
}

/* --- names
 * --- */

/* Puts `name` into the directory of `path`; a `name` that starts at the root stays as it is. */
static int beside(const char *path, const char *name, char out[BLT_PATH_BYTES]) {
  const char *slash = name[0] == '/' ? NULL : strrchr(path, '/');
  int keep = slash ? (int)(slash - path) + 1 : 0;
  int n = snprintf(out, BLT_PATH_BYTES, "%.*s%s", keep, path, name);
  return n < 0 || n >= (int)BLT_PATH_BYTES ? -ENAMETOOLONG : 0;
}

/* The real name of the directory of `path`, and the last part of `path` in it. */
static int real_place(const char *path, char out[BLT_PATH_BYTES]) {
  char dir[BLT_PATH_BYTES];
  const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
  if (!*last) return -EISDIR;
  snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) + (slash == path) : 1, slash ? path : ".");
  char *real = realpath(dir, NULL);
  if (!real) return -errno;
  int n = snprintf(out, BLT_PATH_BYTES, "%s/%s", strcmp(real, "/") == 0 ? "" : real, last);
  free(real);
  return n < 0 || n >= (int)BLT_PATH_BYTES ? -ENAMETOOLONG : 0;
}

/* A link that names nothing yet is followed too: what is made takes the place that it names. */
static int posix_resolve(void *self, const char *path, char out[BLT_PATH_BYTES]) {
  (void)self;
  char now[BLT_PATH_BYTES], target[BLT_PATH_BYTES];
  if (strlen(path) >= sizeof now) return -ENAMETOOLONG;
  strcpy(now, path);
  for (int links = 0; links < 40; links++) {
    int code = real_place(now, out);
    if (code < 0) return code;
    ssize_t n = readlink(out, target, sizeof target - 1);
    if (n < 0) return errno == EINVAL || errno == ENOENT ? 0 : -errno;
    target[n] = 0;
    code = beside(out, target, now);
    if (code < 0) return code;
  }
  return -ELOOP;
}

static uint64_t random_number(void) {
  uint64_t n = 0;
  struct timespec t;
  if (getentropy(&n, sizeof n) == 0) return n;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_nsec * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)getpid() << 32 ^ (uint64_t)t.tv_sec;
}

/* A name beside `path` that nobody can know before. */
static char *random_name(const char *path) {
  char name[64], out[BLT_PATH_BYTES];
  snprintf(name, sizeof name, ".blotter-%016llx", (unsigned long long)random_number());
  if (!strchr(path, '/')) return strdup(name);
  return beside(path, name, out) < 0 ? NULL : strdup(out);
}

/* Opens a file without a name, where the system can do that and give it one later. */
static int open_nameless(const char *path, mode_t mode) {
  char dir[BLT_PATH_BYTES];
  const char *slash = strrchr(path, '/');
  if (access("/proc/self/fd", X_OK)) return -1;
  snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) + (slash == path) : 1, slash ? path : ".");
  return open(dir, O_RDWR | O_TMPFILE | O_CLOEXEC, mode);
}

static int open_new(blt_handle *h, const char *path, mode_t mode) {
  h->fd = open_nameless(path, mode);
  for (int attempt = 0; h->fd < 0 && attempt < 100; attempt++) {
    free(h->temporary);
    h->temporary = random_name(path);
    if (!h->temporary) return -ENOMEM;
    h->fd = open(h->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (h->fd < 0 && errno != EEXIST && errno != EINTR) break;
  }
  return h->fd < 0 ? -errno : 0;
}

static int take_rights(int fd, int like) {
  struct stat want, is;
  if (fstat(like, &want) || fstat(fd, &is)) return -errno;
  if ((want.st_uid != is.st_uid || want.st_gid != is.st_gid) && fchown(fd, want.st_uid, want.st_gid))
    return -errno;
  return fchmod(fd, want.st_mode & 07777) ? -errno : 0;
}

static int posix_make(void *self, const char *path, blt_handle *like, blt_handle **out) {
  blt_handle *h = calloc(1, sizeof *h);
  if (!h) return -ENOMEM;
  int code = open_new(h, path, like ? 0600 : 0666);
  if (code < 0) {
    free(h->temporary);
    free(h);
    return code;
  }
  if (like) code = take_rights(h->fd, like->fd);
  if (code < 0)
    posix_close(self, h);
  else
    *out = h;
  return code;
}

/* Gives a file without a name its first one. */
static int link_nameless(int fd, const char *path) {
  char from[64];
  snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
  return linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW) ? -errno : 0;
}

static int link_temporary(blt_handle *h, const char *path) {
  char *name = random_name(path);
  if (!name) return -ENOMEM;
  int code = link_nameless(h->fd, name);
  if (code < 0)
    free(name);
  else
    h->temporary = name;
  return code;
}

/* The name is taken only when nobody has it. */
static int name_first(blt_handle *h, const char *path) {
  if (!h->temporary) return link_nameless(h->fd, path);
  if (renameat2(AT_FDCWD, h->temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -errno;
  if (link(h->temporary, path)) return -errno;
  unlink(h->temporary);
  return 0;
}

static int posix_name(void *self, blt_handle *h, const char *path, bool replace) {
  (void)self;
  int code = 0;
  if (!replace) {
    code = name_first(h, path);
  } else {
    if (!h->temporary) code = link_temporary(h, path);
    if (code == 0 && rename(h->temporary, path)) code = -errno;
  }
  if (code < 0) return code;
  free(h->temporary);
  h->temporary = NULL;
  return 0;
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
                               .hold = posix_hold,
                               .held = posix_held,
                               .same = posix_same,
                               .names = posix_names,
                               .resolve = posix_resolve,
                               .make = posix_make,
                               .name = posix_name,
                               .sync_directory = posix_sync_directory};
