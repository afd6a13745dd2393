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

#define BLT_PATH_BYTES 4200u /* of a path, with its zero */

typedef enum blt_open_mode {
  BLT_OPEN_READ, /* must exist */
  BLT_OPEN_WRITE /* read and write, must exist */
} blt_open_mode;

/* Ranges of a file that readers hold, so that nobody reuses what lies there. They are numbers to agree on,
 * not bytes that exist, and lie past every byte of a file. */
#define BLT_HOLD_BYTES (UINT64_C(1) << 61) /* + offset: these bytes are read in place */
#define BLT_HOLD_STATE (UINT64_C(1) << 62) /* + offset of a catalogue: all that this state consists of */

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
  /* Holds a range, or lets it go. Many may hold the same one. It is held until the handle is closed and what
   * was mapped through it is unmapped, however the process ends. */
  int (*hold)(void *self, blt_handle *h, uint64_t at, uint64_t bytes, bool on);
  /* 1 and one range that somebody else holds between `from` and `to`, or 0. */
  int (*held)(void *self, blt_handle *h, uint64_t from, uint64_t to, uint64_t *at, uint64_t *bytes);
  /* 1 when `path` names the very file that `h` has open, 0 when not. */
  int (*same)(void *self, blt_handle *h, const char *path);
  int (*names)(void *self, blt_handle *h); /* how many names the file has */
  /* The file that `path` names, or will name once it is made, with symbolic links followed. */
  int (*resolve)(void *self, const char *path, char out[BLT_PATH_BYTES]);
  /* A new empty file, open for reading and writing, that is to be called `path` and has no name yet, or one
   * that nobody had. With the owner and the rights of the file `like`, which may be NULL. Closing it without
   * a name removes it. */
  int (*make)(void *self, const char *path, blt_handle *like, blt_handle **out);
  /* Gives a file that was made its name. With `replace` the file of that name gives way, else -EEXIST. */
  int (*name)(void *self, blt_handle *h, const char *path, bool replace);
  int (*sync_directory)(void *self, const char *path_in_it);
} blt_vfs;

#define BLT_MAP_ALIGN ((uint64_t)65536) /* a multiple of every page size in use */

extern const blt_vfs blt_vfs_posix;

#endif
