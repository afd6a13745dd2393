#include "file_inside.h"
#include "base/checksum.h"
#include "base/mem.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#define WRITE_MAX ((size_t)1 << 30) /* bytes that one system call is asked for */

/* ---- messages ---- */

/* The end of a path that would not leave room for anything else in a message. */
const char *blt_file_shown(const char *path) {
  size_t n = strlen(path);
  return n > 200 ? path + n - 200 : path;
}

blt_status blt_file_fail(const char *path, const char *what, int code, blt_error *err) {
  const char *why = code == -ESPIPE ? "it is not a regular file" : strerror(-code);
  path = blt_file_shown(path);
  if (code == -ENOMEM) return blt_fail(err, BLT_ENOMEM, "cannot %s '%s': not enough memory", what, path);
  return blt_fail(err, BLT_EIO, "cannot %s '%s': %s", what, path, why);
}

blt_status blt_file_damaged(const blt_file *f, blt_error *err, const char *what) {
  return blt_fail(err, BLT_EFORMAT, "'%s' is damaged: %s", blt_file_shown(f->path), what);
}

/* ---- life ---- */

void blt_file_free(blt_file *f) {
  if (f->handle) f->vfs->close(f->vfs->self, f->handle);
  blt_buffer_release(f->map);
  blt_pins_release(f->pins);
  blt_free(f->ctx, f->buffer, BLT_FILE_BUFFER);
  blt_extents_free(&f->free);
  if (f->path) blt_free(f->ctx, f->path, strlen(f->path) + 1);
  if (f->real) blt_free(f->ctx, f->real, strlen(f->real) + 1);
  blt_ctx *ctx = f->ctx;
  blt_free(ctx, f, sizeof *f);
  blt_ctx_release(ctx);
}

blt_status blt_file_new(blt_ctx *ctx, const blt_vfs *vfs, const char *path, bool readonly, blt_file **out,
                        blt_error *err) {
  static atomic_uint_fast64_t opened;
  char real[BLT_PATH_BYTES];
  if (strlen(path) > 4096) return blt_file_fail(path, "open", -ENAMETOOLONG, err);
  int code = vfs->resolve(vfs->self, path, real);
  if (code < 0) return blt_file_fail(path, "open", code, err);
  blt_file *f = blt_calloc(ctx, 1, sizeof *f);
  if (!f) return blt_fail_memory(err, sizeof *f);
  f->ctx = f->free.ctx = blt_ctx_retain(ctx);
  f->vfs = vfs;
  f->readonly = readonly;
  f->opened = atomic_fetch_add(&opened, 1) + 1;
  f->path = blt_strdup(ctx, path, strlen(path));
  f->real = blt_strdup(ctx, real, strlen(real));
  f->pins = blt_pins_new(ctx);
  if (!readonly) f->buffer = blt_alloc(ctx, BLT_FILE_BUFFER);
  if (!f->path || !f->real || !f->pins || (!readonly && !f->buffer)) {
    blt_file_free(f);
    return blt_fail_memory(err, BLT_FILE_BUFFER);
  }
  *out = f;
  return BLT_OK;
}

/* ---- bytes ---- */

blt_status blt_file_read(const blt_file *f, void *buf, size_t bytes, uint64_t offset, blt_error *err) {
  for (size_t done = 0; done < bytes;) {
    int64_t n = f->vfs->read(f->vfs->self, f->handle, (char *)buf + done, bytes - done, offset + done);
    if (n < 0) return blt_file_fail(f->path, "read", (int)n, err);
    if (n == 0) return blt_file_damaged(f, err, "it ends too early");
    done += (size_t)n;
  }
  return BLT_OK;
}

blt_status blt_file_write(blt_file *f, const void *data, size_t bytes, uint64_t offset, blt_error *err) {
  for (size_t done = 0; done < bytes;) {
    size_t want = bytes - done < WRITE_MAX ? bytes - done : WRITE_MAX;
    int64_t n = f->vfs->write(f->vfs->self, f->handle, (const char *)data + done, want, offset + done);
    if (n < 0) return blt_file_fail(f->path, "write", (int)n, err);
    if (n == 0) return blt_file_fail(f->path, "write", -ENOSPC, err);
    done += (size_t)n;
  }
  return BLT_OK;
}

static blt_status header_is_there(const blt_file *f, bool *there, blt_error *err) {
  blt_disk_header read;
  const blt_disk_header *h = f->map ? f->map->data : &read;
  blt_status status = f->map ? BLT_OK : blt_file_read(f, &read, sizeof read, 0, err);
  *there = status == BLT_OK && memcmp(h->magic, BLT_DISK_MAGIC, 8) == 0 && h->id == f->root.id;
  return status;
}

blt_status blt_file_intact(const blt_file *f, blt_error *err) {
  uint64_t size;
  int code = f->vfs->size(f->vfs->self, f->handle, &size);
  if (code < 0) return blt_file_fail(f->path, "look at", code, err);
  bool there = size >= f->root.end;
  blt_status status = there ? header_is_there(f, &there, err) : BLT_OK;
  if (status != BLT_OK || there) return status;
  return blt_fail(
      err, BLT_EIO,
      "'%s' was cut short or written over by another program while it is open: close it, and let a "
      "new file take its place by its name",
      blt_file_shown(f->path));
}

/* ---- mapping ---- */

typedef struct mapping {
  blt_buffer buffer;
  const blt_vfs *vfs;
} mapping;

static void mapping_free(blt_buffer *b) {
  mapping *m = (mapping *)b;
  blt_ctx *ctx = b->ctx;
  m->vfs->unmap(m->vfs->self, b->data, b->bytes);
  blt_free(ctx, m, sizeof *m);
  blt_ctx_release(ctx);
}

blt_status blt_file_map(blt_file *f, uint64_t offset, uint64_t bytes, blt_buffer **out, uint64_t *base,
                        blt_error *err) {
  uint64_t start = offset / BLT_MAP_ALIGN * BLT_MAP_ALIGN;
  if (bytes > SIZE_MAX / 2)
    return blt_fail(err, BLT_EIO, "'%s' is too large to be mapped on this machine", blt_file_shown(f->path));
  mapping *m = blt_calloc(f->ctx, 1, sizeof *m);
  if (!m) return blt_fail_memory(err, sizeof *m);
  size_t length = (size_t)(offset - start + bytes);
  int code = f->vfs->map(f->vfs->self, f->handle, start, length, &m->buffer.data);
  if (code < 0) {
    blt_free(f->ctx, m, sizeof *m);
    return blt_file_fail(f->path, "map", code, err);
  }
  m->vfs = f->vfs;
  m->buffer.ctx = blt_ctx_retain(f->ctx);
  m->buffer.bytes = length;
  m->buffer.release = mapping_free;
  atomic_init(&m->buffer.refs, 1);
  *out = &m->buffer;
  *base = start;
  return BLT_OK;
}

const void *blt_file_place(const blt_file *f, const blt_ref *ref, blt_error *err) {
  if (f->map && ref->offset % 8 == 0 && ref->offset >= BLT_DISK_DATA && ref->offset <= f->root.end &&
      ref->bytes <= f->root.end - ref->offset)
    return (const char *)f->map->data + ref->offset;
  blt_file_damaged(f, err, "a reference points outside");
  return NULL;
}

const void *blt_file_at(const blt_file *f, const blt_ref *ref, blt_error *err) {
  const void *p = blt_file_place(f, ref, err);
  if (!p || blt_checksum_is(p, ref->bytes, ref->sum)) return p;
  blt_fail(err, BLT_EFORMAT, "'%s' is damaged: the %llu bytes at %llu do not have their checksum",
           blt_file_shown(f->path), (unsigned long long)ref->bytes, (unsigned long long)ref->offset);
  return NULL;
}
