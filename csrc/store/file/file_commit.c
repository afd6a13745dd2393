/* Committing: data, a sync, the older root, a sync. */
#include "file_inside.h"
#include "space.h"
#include "base/checksum.h"
#include "base/mem.h"

#include <string.h>

static blt_status sync_file(blt_file *f, blt_error *err) {
  int code = f->vfs->sync(f->vfs->self, f->handle);
  f->unsynced = code < 0;
  /* The system may have dropped what it could not sync, and will not try again. */
  f->broken = f->broken || (code < 0 && f->spilled);
  f->spilled = f->spilled && code < 0;
  return code < 0 ? blt_file_fail(f->path, "sync", code, err) : BLT_OK;
}

blt_status blt_file_begin(blt_file *f, blt_mark *mark, blt_error *err) {
  blt_status status = blt_file_intact(f, err);
  if (status == BLT_OK) status = blt_space_find(f, err);
  *mark = (blt_mark){f->end, f->limit, f->top};
  f->first = UINT64_MAX;
  return status;
}

/* Free parts that were filled meanwhile stay as they are until free space is looked for. */
void blt_file_forget(blt_file *f, const blt_mark *mark) {
  f->top = mark->top;
  if (f->limit == UINT64_MAX)
    f->end = mark->top;
  else if (f->limit == mark->limit && f->end > mark->end)
    f->end = mark->end;
  f->buffered_at = f->end;
}

static blt_status write_root(blt_file *f, const blt_disk_root *r, blt_error *err) {
  return blt_file_write(f, r, sizeof *r, BLT_DISK_PAGE * (1 + r->sequence % 2), err);
}

/* What the last commit added may be all that the system remembers of a sync that failed. */
static blt_status settle_body(blt_file *f, blt_error *err) {
  blt_ref where = f->root.body;
  size_t bytes = (size_t)where.bytes;
  if (bytes == 0) return BLT_OK;
  char *body = blt_alloc(f->ctx, bytes);
  if (!body) return blt_fail_memory(err, bytes);
  blt_status status = blt_file_read(f, body, bytes, where.offset, err);
  if (status == BLT_OK) status = blt_file_write(f, body, bytes, where.offset, err);
  blt_free(f->ctx, body, bytes);
  return status;
}

/* Before the first commit after opening: the other root will be overwritten, so this one, and the file's
 * name, must be on the disk for sure, also when their writer was killed before it had synced them. */
static blt_status settle(blt_file *f, blt_error *err) {
  int code = f->vfs->sync_directory(f->vfs->self, f->real);
  if (code < 0) return blt_file_fail(f->path, "sync the directory of", code, err);
  blt_status status = settle_body(f, err);
  return status == BLT_OK ? write_root(f, &f->root, err) : status;
}

/* A state that has nothing in it, or none at all: to fall back to it would lose everything. */
static bool is_empty(const blt_disk_root *r) {
  return r->catalogue.bytes <= sizeof(uint64_t);
}

static blt_status step(blt_file *f, const blt_disk_root *next, blt_error *err) {
  blt_status status = write_root(f, next, err);
  if (status == BLT_OK) status = sync_file(f, err);
  if (status == BLT_OK)
    f->before = f->root, f->root = *next;
  else
    f->broken = true;
  return status;
}

/* What the commit added, when one sync may do for it and its root: it waits in the buffer, all of it and
 * nothing else is to be synced. */
static blt_ref body_of(const blt_file *f, bool both) {
  uint64_t bytes = f->end - f->first;
  if (both || f->unsettled || f->unsynced || f->version < BLT_DISK_REUSES) return (blt_ref){0};
  if (f->first < f->buffered_at || f->first >= f->end || bytes > BLT_BODY_MOST) return (blt_ref){0};
  return (blt_ref){f->first, bytes, blt_checksum(f->buffer + (f->first - f->buffered_at), (size_t)bytes)};
}

static void next_root(blt_disk_root *r) {
  r->sequence++;
  blt_root_seal(r);
}

/* A commit after an empty state is written to both slots, so that an empty database never stands beside one
 * with data. */
blt_status blt_file_commit(blt_file *f, const blt_ref *catalogue, blt_error *err) {
  if (f->broken)
    return blt_fail(err, BLT_EIO,
                    "'%s': an earlier commit failed when it was half on the disk: close it and open it again",
                    blt_file_shown(f->path));
  bool both = is_empty(&f->root);
  blt_disk_root next = f->root;
  next.end = f->top;
  next.catalogue = *catalogue;
  next.body = body_of(f, both);
  next_root(&next);
  blt_status status = blt_file_flush(f, err);
  if (status == BLT_OK && f->unsettled) status = settle(f, err);
  if (status == BLT_OK && !next.body.bytes) status = sync_file(f, err);
  if (status != BLT_OK) return status;
  f->unsettled = false;
  status = step(f, &next, err);
  next_root(&next);
  if (status == BLT_OK && both) status = step(f, &next, err);
  if (status == BLT_OK) f->doubt[0] = 0;
  return status;
}
