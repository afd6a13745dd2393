#include "file.h"
#include "space.h"
#include "base/checksum.h"
#include "base/mem.h"
#include "base/par.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)256 << 10)
#define HOLD_MOST 256u /* parts that are held one by one */
#define RESERVE_MIN ((uint64_t)64 << 10)
#define RESERVE_MAX ((uint64_t)8 << 20)
#define BODY_MOST ((uint64_t)64 << 10) /* bytes that a commit may have to be synced with its root */
#define WRITE_MAX ((size_t)1 << 30)    /* bytes that one system call is asked for */

/* --- messages ---------------------------------------------------------------------------------------------
 */

/* The end of a path that would not leave room for anything else in a message. */
static const char *shown(const char *path) {
  size_t n = strlen(path);
  return n > 200 ? path + n - 200 : path;
}

static blt_status fail_io(const char *path, const char *what, int code, blt_error *err) {
  const char *why = code == -ESPIPE ? "it is not a regular file" : strerror(-code);
  path = shown(path);
  if (code == -ENOMEM) return blt_fail(err, BLT_ENOMEM, "cannot %s '%s': not enough memory", what, path);
  return blt_fail(err, BLT_EIO, "cannot %s '%s': %s", what, path, why);
}

blt_status blt_file_damaged(const blt_file *f, blt_error *err, const char *what) {
  return blt_fail(err, BLT_EFORMAT, "'%s' is damaged: %s", shown(f->path), what);
}

/* --- life
 * --------------------------------------------------------------------------------------------------- */

static void file_free(blt_file *f) {
  if (f->handle) f->vfs->close(f->vfs->self, f->handle);
  blt_buffer_release(f->map);
  blt_pins_release(f->pins);
  blt_free(f->ctx, f->buffer, BUFFER_BYTES);
  blt_extents_free(&f->free);
  if (f->path) blt_free(f->ctx, f->path, strlen(f->path) + 1);
  if (f->real) blt_free(f->ctx, f->real, strlen(f->real) + 1);
  blt_ctx *ctx = f->ctx;
  blt_free(ctx, f, sizeof *f);
  blt_ctx_release(ctx);
}

static blt_status file_new(blt_ctx *ctx, const blt_vfs *vfs, const char *path, bool readonly, blt_file **out,
                           blt_error *err) {
  static atomic_uint_fast64_t opened;
  char real[BLT_PATH_BYTES];
  if (strlen(path) > 4096) return fail_io(path, "open", -ENAMETOOLONG, err);
  int code = vfs->resolve(vfs->self, path, real);
  if (code < 0) return fail_io(path, "open", code, err);
  blt_file *f = blt_calloc(ctx, 1, sizeof *f);
  if (!f) return blt_fail_memory(err, sizeof *f);
  f->ctx = f->free.ctx = blt_ctx_retain(ctx);
  f->vfs = vfs;
  f->readonly = readonly;
  f->opened = atomic_fetch_add(&opened, 1) + 1;
  f->path = blt_strdup(ctx, path, strlen(path));
  f->real = blt_strdup(ctx, real, strlen(real));
  f->pins = blt_pins_new(ctx);
  if (!readonly) f->buffer = blt_alloc(ctx, BUFFER_BYTES);
  if (!f->path || !f->real || !f->pins || (!readonly && !f->buffer)) {
    file_free(f);
    return blt_fail_memory(err, BUFFER_BYTES);
  }
  *out = f;
  return BLT_OK;
}

static blt_status widen_end(void *arg, uint64_t at, uint64_t bytes) {
  uint64_t *end = arg, to = at + bytes - BLT_HOLD_BYTES;
  if (to > *end) *end = to;
  return BLT_OK;
}

typedef struct pinned {
  const blt_file *f;
  uint64_t n, first, end; /* pins, and where they lie */
} pinned;

static void measure_pin(void *arg, blt_extent where) {
  pinned *p = arg;
  uint64_t end = where.offset + where.bytes;
  if (!p->n++ || where.offset < p->first) p->first = where.offset;
  if (end > p->end) p->end = end;
}

static void hold_pin(void *arg, blt_extent where) {
  const pinned *p = arg;
  p->f->vfs->hold(p->f->vfs->self, p->f->handle, BLT_HOLD_BYTES + where.offset, where.bytes, true);
}

/* What tables and frames that outlive the file still read is held against the next writer, for as long as
 * their mapping lives; very many parts as one. */
static uint64_t hold_pinned(const blt_file *f) {
  pinned p = {.f = f};
  blt_pins_each(f->pins, measure_pin, &p);
  if (p.n > HOLD_MOST)
    hold_pin(&p, (blt_extent){p.first, p.end - p.first});
  else
    blt_pins_each(f->pins, hold_pin, &p);
  return p.end;
}

/* The end of all that is or may be read: of the last two commits, by us, by others. States that readers hold
 * end before the last commit does. */
static uint64_t end_in_use(const blt_file *f, uint64_t pinned) {
  uint64_t end = pinned > f->root.end ? pinned : f->root.end;
  if (f->before.end > end) end = f->before.end;
  blt_space_held(f, BLT_HOLD_BYTES, BLT_HOLD_STATE, widen_end, &end);
  return end;
}

void blt_file_close(blt_file *f) {
  if (!f) return;
  if (!f->readonly && f->handle) {
    uint64_t end = end_in_use(f, hold_pinned(f));
    /* Otherwise it may be all that is left of a commit. */
    bool settled = !f->broken && !f->doubt[0] && f->root.catalogue.bytes;
    if (settled && f->reserved > end) f->vfs->truncate(f->vfs->self, f->handle, end); /* a help only */
  }
  file_free(f);
}

/* --- reading
 * ------------------------------------------------------------------------------------------------ */

blt_status blt_file_read(blt_file *f, void *buf, size_t bytes, uint64_t offset, blt_error *err) {
  for (size_t done = 0; done < bytes;) {
    int64_t n = f->vfs->read(f->vfs->self, f->handle, (char *)buf + done, bytes - done, offset + done);
    if (n < 0) return fail_io(f->path, "read", (int)n, err);
    if (n == 0) return blt_file_damaged(f, err, "it ends too early");
    done += (size_t)n;
  }
  return BLT_OK;
}

static blt_status check_header(blt_file *f, const blt_disk_header *h, blt_error *err) {
  if (memcmp(h->magic, BLT_DISK_MAGIC, 8) != 0)
    return blt_fail(err, BLT_EFORMAT, "'%s' is not a blotter file", shown(f->path));
  if (h->version < BLT_DISK_FIRST || h->version > BLT_DISK_VERSION)
    return blt_fail(err, BLT_EFORMAT, "'%s' has format version %u; this program reads versions %u to %u",
                    shown(f->path), h->version, BLT_DISK_FIRST, BLT_DISK_VERSION);
  if (h->page != BLT_DISK_PAGE || !blt_checksum_is(h, offsetof(blt_disk_header, sum), h->sum))
    return blt_file_damaged(f, err, "the header does not have its checksum");
  return BLT_OK;
}

/* Whether all that a commit added is there, when it was synced together with its root. */
static bool body_is_there(blt_file *f, const blt_disk_root *r) {
  blt_error ignored;
  size_t bytes = (size_t)r->body.bytes;
  if (bytes == 0) return true;
  if (bytes > BODY_MOST || r->body.offset < BLT_DISK_DATA || r->body.offset > r->end) return false;
  char *body = blt_alloc(f->ctx, bytes);
  if (!body) return false;
  bool there = blt_file_read(f, body, bytes, r->body.offset, &ignored) == BLT_OK &&
               blt_checksum_is(body, bytes, r->body.sum);
  blt_free(f->ctx, body, bytes);
  return there;
}

/* Both roots. One that is not whole may be one that a writer is writing at this moment: what is read twice
 * the same is what is there. */
static blt_status read_roots(blt_file *f, uint64_t id, blt_disk_root roots[2], blt_error *err) {
  blt_disk_root before[2] = {0};
  char doubt[BLT_ROOT_DOUBT];
  for (int attempt = 0; attempt < 100; attempt++) {
    for (int i = 0; i < 2; i++) {
      blt_status status =
          blt_file_read(f, &roots[i], sizeof roots[i], (uint64_t)BLT_DISK_PAGE * (1 + i), err);
      if (status != BLT_OK) return status;
    }
    int newest = blt_root_newest(roots, id);
    if (newest >= 0 && !body_is_there(f, &roots[newest])) {
      roots[newest].sum ^= 1; /* no commit */
      newest = blt_root_newest(roots, id);
    }
    if (newest >= 0 && !blt_root_doubtful(roots, newest, 0, doubt)) return BLT_OK;
    if (attempt && memcmp(roots, before, sizeof before) == 0) return BLT_OK;
    memcpy(before, roots, sizeof before);
  }
  return BLT_OK;
}

/* Reads header and roots; the newer root that is whole is the state of the file. */
static blt_status choose_root(blt_file *f, blt_error *err) {
  blt_disk_header header;
  blt_disk_root roots[2];
  uint64_t size = 0;
  int code = f->vfs->size(f->vfs->self, f->handle, &size);
  if (code < 0) return fail_io(f->path, "look at", code, err);
  if (size == 0)
    return blt_fail(err, BLT_EFORMAT, "'%s' is empty and not a blotter file: remove it, or take another name",
                    shown(f->path));
  if (size < sizeof header)
    return blt_fail(err, BLT_EFORMAT, "'%s' is not a blotter file: it is too short", shown(f->path));
  blt_status status = blt_file_read(f, &header, sizeof header, 0, err);
  if (status == BLT_OK) status = check_header(f, &header, err);
  if (status == BLT_OK && size < BLT_DISK_DATA) status = blt_file_damaged(f, err, "it ends too early");
  if (status == BLT_OK) status = read_roots(f, header.id, roots, err);
  if (status != BLT_OK) return status;
  int newest = blt_root_newest(roots, header.id);
  if (newest < 0) return blt_file_damaged(f, err, "no commit in it is whole");
  code = f->vfs->size(f->vfs->self, f->handle, &size); /* again: a writer may have added to it meanwhile */
  if (code < 0) return fail_io(f->path, "look at", code, err);
  f->version = header.version;
  f->root = roots[newest];
  f->before = (blt_disk_root){0};
  if (blt_root_whole(&roots[!newest], header.id, !newest)) f->before = roots[!newest];
  if (f->root.end > size) return blt_file_damaged(f, err, "it is shorter than its last commit says");
  blt_root_doubtful(roots, newest, size, f->doubt);
  f->reserved = size;
  return BLT_OK;
}

/* From now on data go to the end of the file, until free space was looked for. */
static void start_at(blt_file *f, uint64_t end) {
  f->end = f->limit = f->buffered_at = f->top = end;
  f->added = UINT64_MAX / 2; /* look at the first chance */
}

/* --- mapping
 * ---------------------------------------------------------------------------------------------------- */

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
    return blt_fail(err, BLT_EIO, "'%s' is too large to be mapped on this machine", shown(f->path));
  mapping *m = blt_calloc(f->ctx, 1, sizeof *m);
  if (!m) return blt_fail_memory(err, sizeof *m);
  size_t length = (size_t)(offset - start + bytes);
  int code = f->vfs->map(f->vfs->self, f->handle, start, length, &m->buffer.data);
  if (code < 0) {
    blt_free(f->ctx, m, sizeof *m);
    return fail_io(f->path, "map", code, err);
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
           shown(f->path), (unsigned long long)ref->bytes, (unsigned long long)ref->offset);
  return NULL;
}

/* --- opening
 * -------------------------------------------------------------------------------------------------- */

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Waits for the writer's lock of the open file. */
static blt_status lock(blt_file *f, double deadline, blt_error *err) {
  for (;;) {
    int code = f->vfs->lock(f->vfs->self, f->handle);
    if (code == 0) return BLT_OK;
    if (code != -EAGAIN) return fail_io(f->path, "lock", code, err);
    if (seconds() >= deadline)
      return blt_fail(err, BLT_EBUSY,
                      "'%s' is open for writing elsewhere: wait (timeout), or open it read-only",
                      shown(f->path));
    blt_status status = blt_poll(f->ctx, 0, 0, err);
    if (status != BLT_OK) return status;
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  }
}

static void shut(blt_file *f) {
  f->vfs->close(f->vfs->self, f->handle);
  f->handle = NULL;
}

/* Opens the file and takes its lock. One that lost its name meanwhile (compacted, published) is not it. */
static blt_status open_locked(blt_file *f, double deadline, blt_error *err) {
  for (;;) {
    int code = f->vfs->open(f->vfs->self, f->real, BLT_OPEN_WRITE, &f->handle);
    if (code < 0) {
      f->handle = NULL;
      return fail_io(f->path, "open", code, err);
    }
    blt_status status = lock(f, deadline, err);
    if (status != BLT_OK) return status;
    int same = f->vfs->same(f->vfs->self, f->handle, f->real);
    if (same < 0) return fail_io(f->path, "look at", same, err);
    if (same) return BLT_OK;
    shut(f);
  }
}

static blt_status state_is_there(blt_file *f, bool *there, blt_error *err) {
  *there = false;
  for (int i = 0; i < 2; i++) {
    blt_disk_root r;
    blt_status status = blt_file_read(f, &r, sizeof r, (uint64_t)BLT_DISK_PAGE * (1 + i), err);
    if (status != BLT_OK) return status;
    *there |= memcmp(&r, &f->root, sizeof r) == 0;
  }
  return BLT_OK;
}

/* A reader holds its state, so that writers leave all of it alone. When the root is still there after the
 * hold was taken, every writer that looks for free space has met one of the two. */
static blt_status hold_state(blt_file *f, blt_error *err) {
  for (;;) {
    blt_ref where = f->root.catalogue;
    bool there;
    if (where.bytes == 0 || where.offset > f->root.end || where.bytes > f->root.end - where.offset)
      return blt_file_damaged(f, err, "a reference points outside");
    int code = f->vfs->hold(f->vfs->self, f->handle, BLT_HOLD_STATE + where.offset, where.bytes, true);
    if (code < 0) return fail_io(f->path, "lock", code, err);
    blt_status status = state_is_there(f, &there, err);
    if (status != BLT_OK || there) return status;
    f->vfs->hold(f->vfs->self, f->handle, BLT_HOLD_STATE + where.offset, where.bytes, false);
    status = choose_root(f, err);
    if (status == BLT_OK) status = blt_poll(f->ctx, 0, 0, err);
    if (status != BLT_OK) return status;
  }
}

blt_status blt_file_open(blt_ctx *ctx, const blt_vfs *vfs, const char *path, bool readonly, double timeout,
                         blt_file **out, blt_error *err) {
  blt_file *f;
  uint64_t base;
  blt_status status = file_new(ctx, vfs, path, readonly, &f, err);
  if (status != BLT_OK) return status;
  if (readonly) {
    int code = vfs->open(vfs->self, path, BLT_OPEN_READ, &f->handle);
    if (code < 0) {
      f->handle = NULL;
      status = fail_io(path, "open", code, err);
    }
  } else {
    status = open_locked(f, seconds() + timeout, err);
  }
  if (status == BLT_OK) status = choose_root(f, err);
  if (status == BLT_OK && readonly) status = hold_state(f, err);
  if (status == BLT_OK) status = blt_file_map(f, 0, f->root.end, &f->map, &base, err);
  if (status != BLT_OK) {
    file_free(f);
    return status;
  }
  f->unsettled = true;
  if (!readonly) start_at(f, (end_in_use(f, 0) + 7) / 8 * 8);
  *out = f;
  return BLT_OK;
}

/* --- creating
 * ----------------------------------------------------------------------------------------------------- */

static uint64_t fresh_id(const void *salt) {
  uint64_t id = 0;
  struct timespec t;
  if (getentropy(&id, sizeof id) == 0 && id) return id;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000007u ^ (uint64_t)t.tv_nsec ^ (uint64_t)(uintptr_t)salt ^
         (uint64_t)getpid() << 32;
}

static blt_status write_all(blt_file *f, const void *data, size_t bytes, uint64_t offset, blt_error *err) {
  for (size_t done = 0; done < bytes;) {
    size_t want = bytes - done < WRITE_MAX ? bytes - done : WRITE_MAX;
    int64_t n = f->vfs->write(f->vfs->self, f->handle, (const char *)data + done, want, offset + done);
    if (n < 0) return fail_io(f->path, "write", (int)n, err);
    if (n == 0) return fail_io(f->path, "write", -ENOSPC, err);
    done += (size_t)n;
  }
  return BLT_OK;
}

static blt_status sync_file(blt_file *f, blt_error *err) {
  int code = f->vfs->sync(f->vfs->self, f->handle);
  f->unsynced = code < 0;
  return code < 0 ? fail_io(f->path, "sync", code, err) : BLT_OK;
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
  start_at(f, BLT_DISK_DATA);
  return write_all(f, pages, BLT_DISK_DATA, 0, err);
}

/* Of the old file: nothing else may name it, or there would be two databases from now on. */
static blt_status check_only_name(const blt_file *old, blt_error *err) {
  int same = old->vfs->same(old->vfs->self, old->handle, old->real);
  int names = same > 0 ? old->vfs->names(old->vfs->self, old->handle) : 1;
  if (same < 0 || names < 0) return fail_io(old->path, "look at", same < 0 ? same : names, err);
  if (!same)
    return blt_fail(err, BLT_EIO,
                    "'%s' names another file by now, or none, than the one that is open: it is left alone",
                    shown(old->path));
  if (names > 1)
    return blt_fail(err, BLT_EIO,
                    "'%s' has %d names (hard links), which would name different files from then on",
                    shown(old->path), names);
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
  if (status == BLT_OK) status = file_new(ctx, vfs, like ? like->real : path, false, &f, err);
  if (status != BLT_OK) return status;
  int code = vfs->make(vfs->self, f->real, like ? like->handle : NULL, &f->handle);
  if (code < 0) {
    f->handle = NULL;
    status = code == -EPERM && like ? fail_io(path, "keep the owner and the rights of", code, err)
                                    : fail_io(path, "create", code, err);
  }
  if (status == BLT_OK) status = lock(f, 0, err);
  if (status == BLT_OK) status = write_header(f, sequence, err);
  if (status == BLT_OK && like) status = call_it(f, path, err);
  if (status == BLT_OK)
    *out = f;
  else
    file_free(f);
  return status;
}

blt_status blt_file_publish(blt_file *f, const blt_file *old, bool *taken, bool *named, blt_error *err) {
  *taken = *named = false;
  blt_status status = old ? check_only_name(old, err) : BLT_OK;
  if (status != BLT_OK) return status;
  int code = f->vfs->name(f->vfs->self, f->handle, f->real, old != NULL);
  *taken = code == -EEXIST && !old;
  if (*taken) return BLT_OK;
  if (code < 0) return fail_io(f->path, old ? "replace" : "create", code, err);
  *named = true;
  code = f->vfs->sync_directory(f->vfs->self, f->real);
  return code < 0 ? fail_io(f->path, "sync the directory of", code, err) : BLT_OK;
}

/* --- adding --------------------------------------------------------------------------------------- */

/* Asks for space ahead, so that a sync has no change of the file's size to write. */
static void reserve(blt_file *f, uint64_t need) {
  uint64_t more = need / 32;
  if (need <= f->reserved) return;
  more = more < RESERVE_MIN ? RESERVE_MIN : more > RESERVE_MAX ? RESERVE_MAX : more;
  uint64_t want = (need + more + BLT_DISK_PAGE - 1) / BLT_DISK_PAGE * BLT_DISK_PAGE;
  if (f->vfs->reserve(f->vfs->self, f->handle, want) == 0) f->reserved = want;
}

static blt_status write_out(blt_file *f, const void *data, size_t bytes, uint64_t offset, blt_error *err) {
  reserve(f, offset + bytes);
  f->unsynced = true;
  blt_status status = write_all(f, data, bytes, offset, err);
  if (status == BLT_OK && f->reserved < offset + bytes) f->reserved = offset + bytes;
  return status;
}

blt_status blt_file_flush(blt_file *f, blt_error *err) {
  size_t n = (size_t)(f->end - f->buffered_at);
  if (n == 0) return BLT_OK;
  blt_status status = write_out(f, f->buffer, n, f->buffered_at, err);
  if (status == BLT_OK) f->buffered_at = f->end;
  return status;
}

/* Bytes, or zeros when `data` is NULL, where there is room for them. */
static blt_status put(blt_file *f, const void *data, size_t bytes, blt_error *err) {
  if (bytes >= BUFFER_BYTES / 2) {
    blt_status status = blt_file_flush(f, err);
    if (status == BLT_OK) status = write_out(f, data, bytes, f->end, err);
    if (status == BLT_OK) f->end = f->buffered_at = f->end + bytes;
    return status;
  }
  if (f->end - f->buffered_at + bytes > BUFFER_BYTES) {
    blt_status status = blt_file_flush(f, err);
    if (status != BLT_OK) return status;
  }
  char *to = f->buffer + (f->end - f->buffered_at);
  if (data)
    memcpy(to, data, bytes);
  else
    memset(to, 0, bytes);
  f->end += bytes;
  return BLT_OK;
}

/* Goes where `bytes` can be put at a multiple of `align`: on in the part being filled, else in another free
 * one, else at the end. What is left of a part is found again when free space is next looked for. */
static blt_status make_room(blt_file *f, uint64_t bytes, uint32_t align, blt_error *err) {
  uint64_t gap = (align - f->end % align) % align;
  blt_extent part;
  bool at_end = f->end == f->top, fits = f->limit - f->end >= gap && f->limit - f->end - gap >= bytes;
  if (!fits || f->limit == UINT64_MAX) {
    bool found = blt_space_take(f, bytes, align, &part);
    if (!found && !fits) part = (blt_extent){f->top, UINT64_MAX - f->top}, found = true;
    if (found && !(at_end && part.offset == f->end)) {
      blt_status status = blt_file_flush(f, err);
      if (status != BLT_OK) return status;
      f->end = f->buffered_at = part.offset;
    }
    if (found) f->limit = part.offset + part.bytes;
    gap = (align - f->end % align) % align;
  }
  return put(f, NULL, (size_t)gap, err);
}

blt_status blt_file_append_parts(blt_file *f, const blt_part *parts, uint32_t n, uint32_t align, blt_ref *ref,
                                 blt_error *err) {
  blt_summer sum;
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < n; i++) bytes += parts[i].padded;
  uint64_t at = f->end;
  blt_status status = make_room(f, bytes, align, err);
  if (f->first == UINT64_MAX)
    f->first = f->end;
  else if (f->end - at >= align)
    f->first = 0; /* elsewhere */
  *ref = (blt_ref){.offset = f->end, .bytes = bytes};
  blt_summer_start(&sum);
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
    size_t gap = parts[i].padded - parts[i].bytes;
    static const char zeros[64];
    if (parts[i].bytes) status = put(f, parts[i].data, parts[i].bytes, err);
    if (status == BLT_OK && gap) status = put(f, NULL, gap, err);
    blt_summer_add(&sum, parts[i].data, parts[i].bytes);
    blt_summer_add(&sum, zeros, gap);
  }
  ref->sum = blt_summer_end(&sum);
  f->added += bytes;
  if (f->limit == UINT64_MAX) f->top = f->end;
  return status;
}

blt_status blt_file_append(blt_file *f, const void *data, size_t bytes, uint32_t align, blt_ref *ref,
                           blt_error *err) {
  blt_part part = {data, bytes, (bytes + 7) / 8 * 8};
  return blt_file_append_parts(f, &part, 1, align, ref, err);
}

/* --- committing ----------------------------------------------------------------------------------- */

blt_status blt_file_begin(blt_file *f, blt_mark *mark, blt_error *err) {
  blt_status status = blt_space_find(f, err);
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
  return write_all(f, r, sizeof *r, BLT_DISK_PAGE * (1 + r->sequence % 2), err);
}

/* What the last commit added may be all that the system remembers of a sync that failed. */
static blt_status settle_body(blt_file *f, blt_error *err) {
  blt_ref where = f->root.body;
  size_t bytes = (size_t)where.bytes;
  if (bytes == 0) return BLT_OK;
  char *body = blt_alloc(f->ctx, bytes);
  if (!body) return blt_fail_memory(err, bytes);
  blt_status status = blt_file_read(f, body, bytes, where.offset, err);
  if (status == BLT_OK) status = write_all(f, body, bytes, where.offset, err);
  blt_free(f->ctx, body, bytes);
  return status;
}

/* Before the first commit after opening: the other root will be overwritten, so this one, and the file's
 * name, must be on the disk for sure, also when their writer was killed before it had synced them. */
static blt_status settle(blt_file *f, blt_error *err) {
  int code = f->vfs->sync_directory(f->vfs->self, f->real);
  if (code < 0) return fail_io(f->path, "sync the directory of", code, err);
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
  if (f->first < f->buffered_at || f->first >= f->end || bytes > BODY_MOST) return (blt_ref){0};
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
                    "'%s': an earlier commit failed in its last step: close it and open it again",
                    shown(f->path));
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
