/* file.h: one open .blt file: header, roots, space, and the order of writes and syncs. What the bytes mean is
 * the business of store/database.
 *
 *   page 0   page 1   page 2   data …                                  end        reserved
 *   header   root 0   root 1   blocks, dictionaries, chunks, records   |          |
 *
 * Data are added where the file is free (space.h), else at its end. A commit writes data, syncs, writes the
 * older of the two roots, syncs: at any moment one root names a whole state that is on the disk, and nothing
 * is written over that one of the two consists of, or that somebody reads. For store/ only.
 */
#ifndef BLT_STORE_FILE_H
#define BLT_STORE_FILE_H

#include "store/column/block.h"
#include "disk.h"
#include "pins.h"
#include "root.h"
#include "vfs.h"

typedef struct blt_file {
  blt_ctx *ctx;
  const blt_vfs *vfs;
  blt_handle *handle;
  char *path; /* that the user knows it by */
  char *real; /* the same with links followed: the file that is replaced by a compacted one */
  bool readonly;
  bool unsynced;    /* bytes were written that no sync followed */
  bool spilled;     /* some of them are read in place already, and will not be written again */
  uint64_t opened;  /* no other file that this process ever opened has the number: a block's origin. A number
                       in the file would not do, as a copy of the file has it too */
  blt_pins *pins;   /* what is read in place */
  bool unsettled;   /* the root that was found when opening has not been written and synced by us */
  bool broken;      /* a sync failed, and nobody knows what the disk has of what counts on it */
  uint32_t version; /* of the file's format */
  blt_disk_root root;         /* the last commit */
  blt_disk_root before;       /* that of the other slot, when it is whole; else zeros */
  char doubt[BLT_ROOT_DOUBT]; /* what was found wrong with the other root, until it is written anew */
  uint64_t end;               /* where the next byte goes; the buffer's are counted */
  uint64_t limit;             /* `end` stays below: the end of the part being filled, or UINT64_MAX */
  uint64_t top;               /* the end of all data */
  blt_extents free;           /* parts that may be written, besides the one being filled */
  uint64_t first;             /* where the save under way began, when all of it lies behind that; else 0 */
  uint64_t added, used;       /* bytes since free space was looked for, and in use at that time */
  uint64_t reserved;          /* size of the file */
  char *buffer;               /* bytes from `buffered_at` to `end` that wait to be written */
  uint64_t buffered_at;
  blt_buffer *map; /* bytes 0 to root.end - 1 as of the opening; NULL when the file was just made */
} blt_file;

/* Opens and chooses the root. `timeout`: seconds to wait for another writer. */
blt_status blt_file_open(blt_ctx *ctx, const blt_vfs *vfs, const char *path, bool readonly, double timeout,
                         blt_file **out, blt_error *err);
/* Makes a file without a commit and without a name, whose first commit will follow number `sequence`. `like`:
 * the open file whose path, owner and rights it gets, or NULL. It goes when it is closed without a name. */
blt_status blt_file_create(blt_ctx *ctx, const blt_vfs *vfs, const char *path, uint64_t sequence,
                           const blt_file *like, blt_file **out, blt_error *err);
/* Gives a file made by blt_file_create and committed to the name `path`, or sets `*taken` when somebody has
 * it already. With `old`: takes the place of that file, when the path still names it and nothing else does.
 * On success both the file and its name are durable; `*named`: it has the name at least. */
blt_status blt_file_publish(blt_file *f, const blt_file *old, bool *taken, bool *named, blt_error *err);
/* A writer cuts off reserved space. What is still read in place is kept from the next writer. NULL is
 * allowed.
 */
void blt_file_close(blt_file *f);

/* Adds bytes at a multiple of `align`; `ref` gets place and checksum. Nothing is on the disk yet. */
blt_status blt_file_append(blt_file *f, const void *data, size_t bytes, uint32_t align, blt_ref *ref,
                           blt_error *err);
/* Adds several pieces as one: each part padded with zeros to a multiple of its `pad`. */
typedef struct blt_part {
  const void *data;
  size_t bytes, padded;
} blt_part;
blt_status blt_file_append_parts(blt_file *f, const blt_part *parts, uint32_t n, uint32_t align, blt_ref *ref,
                                 blt_error *err);
blt_status blt_file_flush(blt_file *f, blt_error *err);
/* Before the first byte of a save: finds free space. `*mark`: to forget the save. */
typedef struct blt_mark {
  uint64_t end, limit, top;
} blt_mark;
blt_status blt_file_begin(blt_file *f, blt_mark *mark, blt_error *err);
/* Makes what was added durable and current. On failure the file is as before unless `broken` is set, and the
 * caller forgets the save. */
blt_status blt_file_commit(blt_file *f, const blt_ref *catalogue, blt_error *err);
/* Forgets what was added since the mark and not committed. */
void blt_file_forget(blt_file *f, const blt_mark *mark);

/* BLT_EIO when another program cut the file short or wrote over it since it was opened: what is mapped must
 * not be touched then. A guard against mistakes, not against whoever does so at the same moment. */
blt_status blt_file_intact(const blt_file *f, blt_error *err);
/* Bytes that are in the file, mapped or not. */
blt_status blt_file_read(const blt_file *f, void *buf, size_t bytes, uint64_t offset, blt_error *err);
/* The bytes of a reference, checked against the file's end and the checksum. NULL and BLT_EFORMAT otherwise.
 */
const void *blt_file_at(const blt_file *f, const blt_ref *ref, blt_error *err);
/* The same without the checksum. */
const void *blt_file_place(const blt_file *f, const blt_ref *ref, blt_error *err);
/* Maps a part that was added and flushed after the opening. */
blt_status blt_file_map(blt_file *f, uint64_t offset, uint64_t bytes, blt_buffer **out, uint64_t *base,
                        blt_error *err);
blt_status blt_file_damaged(const blt_file *f, blt_error *err, const char *what);

#endif
