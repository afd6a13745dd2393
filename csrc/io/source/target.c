#include "target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_LINKS 40

/* The number behind `prefix`, when that is all of the rest; -1 otherwise. */
static int number_after(const char *path, const char *prefix) {
  size_t n = strlen(prefix);
  if (strncmp(path, prefix, n) != 0 || path[n] < '0' || path[n] > '9') return -1;
  char *end;
  long v = strtol(path + n, &end, 10);
  return *end == 0 && v <= INT_MAX ? (int)v : -1;
}

/* The open file that a path of the system's names, or -1. Opening such a path anew would start at the
 * beginning of a file that others are writing to. */
static int open_file_of(const char *path) {
  char own[40];
  snprintf(own, sizeof own, "/proc/%ld/fd/", (long)getpid());
  const char *const prefixes[] = {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/", own};
  if (strcmp(path, "/dev/stdout") == 0) return STDOUT_FILENO;
  if (strcmp(path, "/dev/stderr") == 0) return STDERR_FILENO;
  for (int i = 0; i < 4; i++) {
    int fd = number_after(path, prefixes[i]);
    if (fd >= 0) return fd;
  }
  return -1;
}

/* Puts what the link at `out->path` says in its place: 1 done, 0 it is no link, -1 it cannot be. */
static int follow(blt_target *out) {
  char link[PATH_MAX], joined[PATH_MAX];
  ssize_t n = readlink(out->path, link, sizeof link - 1);
  if (n < 0) return errno == EINVAL || errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -1;
  link[n] = 0;
  const char *slash = strrchr(out->path, '/');
  int folder = link[0] != '/' && slash ? (int)(slash - out->path) + 1 : 0;
  int used = snprintf(joined, sizeof joined, "%.*s%s", folder, out->path, link);
  if (used < 0 || (size_t)used >= sizeof joined) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(out->path, joined, (size_t)used + 1);
  return 1;
}

blt_status blt_target_find(const char *path, blt_target *out, blt_error *err) {
  size_t n = strlen(path);
  *out = (blt_target){.fd = -1};
  if (n >= sizeof out->path) return blt_fail(err, BLT_EIO, "%s: %s", path, strerror(ENAMETOOLONG));
  memcpy(out->path, path, n + 1);
  int more = 1;
  for (int links = 0; more > 0 && out->fd < 0; links++) {
    out->fd = open_file_of(out->path);
    if (out->fd >= 0) break;
    errno = ELOOP;
    more = links < MOST_LINKS ? follow(out) : -1;
  }
  if (more < 0) return blt_fail(err, BLT_EIO, "%s: %s", path, strerror(errno));
  if (out->fd >= 0) return BLT_OK;
  out->exists = stat(out->path, &out->st) == 0;
  if (out->exists && S_ISDIR(out->st.st_mode)) return blt_fail(err, BLT_EIO, "%s: is a directory", path);
  return BLT_OK;
}
