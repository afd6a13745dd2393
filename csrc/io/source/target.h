/* target.h: what a path names when it is to be written to. */
#ifndef BLT_IO_TARGET_H
#define BLT_IO_TARGET_H

#include "blt.h"

#include <limits.h>
#include <sys/stat.h>

typedef struct blt_target {
  char path[PATH_MAX]; /* the file itself, at the end of all symbolic links */
  int fd;              /* one that this process has open already (/dev/stdout, /dev/fd/3), or -1 */
  bool exists;         /* then `st` is known */
  struct stat st;
} blt_target;

/* Follows the links. A link to nothing names the file that is to be made there. BLT_EIO for a loop of links,
 * a path that is too long, or a folder. */
blt_status blt_target_find(const char *path, blt_target *out, blt_error *err);

#endif
