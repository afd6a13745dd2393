/* vfs.h: everything that the store asks of the operating system, behind one table of functions, so that tests
 * can put a disk underneath that fails, shortens, loses and reorders.
 *
 * Functions return 0 or a positive count, or -errno. blt_vfs_posix is the real one. A handle is an opaque
 * pointer that `open` gives and `close` takes back.
 */
#ifndef BLT_STORE_VFS_H
#define BLT_STORE_VFS_H

#include "blt.h"

typedef struct blt_handle blt_handle;

typedef enum blt_open_mode {
  BLT_OPEN_READ,  /* must exist */
  BLT_OPEN_WRITE, /* read and write, must exist */
  BLT_OPEN_CREATE /* read and write, made empty when it does not exist */
} blt_open_mode;

typedef struct blt_vfs {
  void *self; /* first argument of each */
  /* -EISDIR for a directory, -ESPIPE for what else is no regular file; never waits. */
  int (*open)(void *self, const char *path, blt_open_mode mode, blt_handle **out);
  void (*close)(void *self, blt_handle *h);
  /* Reads or writes up to `bytes`; fewer is possible, 0 is the end of the file. */
  int64_t (*read)(void *self, blt_handle *h, void *buf, size_t bytes, uint64_t offset);
  int64_t (*write)(void *self, blt_handle *h, const void *buf, size_t bytes, uint64_t offset);
  int (*sync)(void *self, blt_handle *h); /* data and what is needed to find it are on the disk after this */
  int (*truncate)(void *self, blt_handle *h, uint64_t bytes);
  /* Reserves space up to `bytes` and makes the file at least that long. Allowed to fail: it is a help only.
   */
  int (*reserve)(void *self, blt_handle *h, uint64_t bytes);
  int (*size)(void *self, blt_handle *h, uint64_t *bytes);
  /* Maps bytes offset to offset + bytes - 1 for reading; offset is a multiple of BLT_MAP_ALIGN. */
  int (*map)(void *self, blt_handle *h, uint64_t offset, size_t bytes, void **out);
  void (*unmap)(void *self, void *p, size_t bytes);
  int (*lock)(void *self, blt_handle *h); /* exclusive, without waiting: -EAGAIN when somebody has it */
  /* 1 when `path` names the very file that `h` has open, 0 when not. */
  int (*same)(void *self, blt_handle *h, const char *path);
  /* Both names are in one directory. With `replace` an existing `to` gives way, else -EEXIST. */
  int (*rename)(void *self, const char *from, const char *to, bool replace);
  int (*remove)(void *self, const char *path);
  int (*sync_directory)(void *self, const char *path_in_it);
} blt_vfs;

#define BLT_MAP_ALIGN ((uint64_t)65536) /* a multiple of every page size in use */

extern const blt_vfs blt_vfs_posix;

#endif
