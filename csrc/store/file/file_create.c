/* Making a file, and giving it its name when it has a commit. */
#include "file_inside.h"
#include "base/checksum.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t fresh_id(const void *salt) {
  uint64_t id = 0;
  struct timespec t;
  if (getentropy(&id, sizeof id) == 0 && id) return id;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000007u ^ (uint64_t)t.tv_nsec ^ (uint64_t)(uintptr_t)salt ^
         (uint64_t)getpid() << 32;
}

/* Zeros in the place of the roots: nothing is committed. */
static blt_status write_header(blt_file *f, uint64_t sequence, blt_error *err) {
  blt_disk_header header = {.version = BLT_DISK_VERSION, .page = BLT_DISK_PAGE, .id = fresh_id(f)};
  char *pages = f->buffer;
  memcpy(header.magic, BLT_DISK_MAGIC, 8);
  header.sum = blt_checksum(&header, offsetof(blt_disk_header, sum));
  memset(pages, 0, BLT_DISK_DATA);
  memcpy(pages, &header, sizeof header);
  f->root = (blt_disk_root){.id = header.id, .sequence = sequence, .end = BLT_DISK_DATA};
  memcpy(f->root.magic, BLT_DISK_ROOT_MAGIC, 8);
  f->version = BLT_DISK_VERSION;
  f->reserved = BLT_DISK_DATA;
  blt_file_start_at(f, BLT_DISK_DATA);
  return blt_file_write(f, pages, BLT_DISK_DATA, 0, err);
}

/* Of the old file: nothing else may name it, or there would be two databases from now on. */
static blt_status check_only_name(const blt_file *old, blt_error *err) {
  int same = old->vfs->same(old->vfs->self, old->handle, old->real);
  int names = same > 0 ? old->vfs->names(old->vfs->self, old->handle) : 1;
  if (same < 0 || names < 0) return blt_file_fail(old->path, "look at", same < 0 ? same : names, err);
  if (!same)
    return blt_fail(err, BLT_EIO,
                    "'%s' names another file by now, or none, than the one that is open: it is left alone",
                    blt_file_shown(old->path));
  if (names > 1)
    return blt_fail(err, BLT_EIO,
                    "'%s' has %d names (hard links), which would name different files from then on",
                    blt_file_shown(old->path), names);
  return BLT_OK;
}

/* The path that the user knows it by. */
static blt_status call_it(blt_file *f, const char *path, blt_error *err) {
  char *copy = blt_strdup(f->ctx, path, strlen(path));
  if (!copy) return blt_fail_memory(err, strlen(path) + 1);
  blt_free(f->ctx, f->path, strlen(f->path) + 1);
  f->path = copy;
  return BLT_OK;
}

blt_status blt_file_create(blt_ctx *ctx, const blt_vfs *vfs, const char *path, uint64_t sequence,
                           const blt_file *like, blt_file **out, blt_error *err) {
  blt_file *f;
  blt_status status = like ? check_only_name(like, err) : BLT_OK;
  if (status == BLT_OK) status = blt_file_new(ctx, vfs, like ? like->real : path, false, &f, err);
  if (status != BLT_OK) return status;
  int code = vfs->make(vfs->self, f->real, like ? like->handle : NULL, &f->handle);
  if (code < 0) {
    f->handle = NULL;
    status = code == -EPERM && like ? blt_file_fail(path, "keep the owner and the rights of", code, err)
                                    : blt_file_fail(path, "create", code, err);
  }
  if (status == BLT_OK) status = blt_file_lock(f, 0, err);
  if (status == BLT_OK) status = write_header(f, sequence, err);
  if (status == BLT_OK && like) status = call_it(f, path, err);
  if (status == BLT_OK)
    *out = f;
  else
    blt_file_free(f);
  return status;
}

blt_status blt_file_publish(blt_file *f, const blt_file *old, bool *taken, bool *named, blt_error *err) {
  *taken = *named = false;
  blt_status status = old ? check_only_name(old, err) : BLT_OK;
  if (status != BLT_OK) return status;
  int code = f->vfs->name(f->vfs->self, f->handle, f->real, old != NULL);
  *taken = code == -EEXIST && !old;
  if (*taken) return BLT_OK;
  if (code < 0) return blt_file_fail(f->path, old ? "replace" : "create", code, err);
  *named = true;
  code = f->vfs->sync_directory(f->vfs->self, f->real);
  return code < 0 ? blt_file_fail(f->path, "sync the directory of", code, err) : BLT_OK;
}
