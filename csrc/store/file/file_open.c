/* Opening: the writer's lock, the root that is chosen, the state that a reader holds; and closing. */
#include "file_inside.h"
#include "space.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/par.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define HOLD_MOST 256u /* parts that are held one by one */

/* ---- the root ---- */

static blt_status check_header(blt_file *f, const blt_disk_header *h, blt_error *err) {
  if (memcmp(h->magic, BLT_DISK_MAGIC, 8) != 0)
    return blt_fail(err, BLT_EFORMAT, "'%s' is not a blotter file", blt_file_shown(f->path));
  if (h->version < BLT_DISK_FIRST || h->version > BLT_DISK_VERSION)
    return blt_fail(err, BLT_EFORMAT, "'%s' has format version %u; this program reads versions %u to %u",
                    blt_file_shown(f->path), h->version, BLT_DISK_FIRST, BLT_DISK_VERSION);
  if (h->page != BLT_DISK_PAGE || !blt_checksum_is(h, offsetof(blt_disk_header, sum), h->sum))
    return blt_file_damaged(f, err, "the header does not have its checksum");
  return BLT_OK;
}

/* Whether all that a commit added is there, when it was synced together with its root. */
static bool body_is_there(blt_file *f, const blt_disk_root *r) {
  blt_error ignored;
  size_t bytes = (size_t)r->body.bytes;
  if (bytes == 0) return true;
  if (bytes > BLT_BODY_MOST || r->body.offset < BLT_DISK_DATA || r->body.offset > r->end) return false;
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
      roots[newest].magic[0] ^= 1; /* no commit, also where checksums are not looked at */
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
  if (code < 0) return blt_file_fail(f->path, "look at", code, err);
  if (size == 0)
    return blt_fail(err, BLT_EFORMAT, "'%s' is empty and not a blotter file: remove it, or take another name",
                    blt_file_shown(f->path));
  if (size < sizeof header)
    return blt_fail(err, BLT_EFORMAT, "'%s' is not a blotter file: it is too short", blt_file_shown(f->path));
  blt_status status = blt_file_read(f, &header, sizeof header, 0, err);
  if (status == BLT_OK) status = check_header(f, &header, err);
  if (status == BLT_OK && size < BLT_DISK_DATA) status = blt_file_damaged(f, err, "it ends too early");
  if (status == BLT_OK) status = read_roots(f, header.id, roots, err);
  if (status != BLT_OK) return status;
  int newest = blt_root_newest(roots, header.id);
  if (newest < 0) return blt_file_damaged(f, err, "no commit in it is whole");
  code = f->vfs->size(f->vfs->self, f->handle, &size); /* again: a writer may have added to it meanwhile */
  if (code < 0) return blt_file_fail(f->path, "look at", code, err);
  f->version = header.version;
  f->root = roots[newest];
  f->before = (blt_disk_root){0};
  /* A commit before that ends outside the file is none that anybody can go back to. */
  if (blt_root_whole(&roots[!newest], header.id, !newest) && roots[!newest].end <= size)
    f->before = roots[!newest];
  if (f->root.end > size) return blt_file_damaged(f, err, "it is shorter than its last commit says");
  blt_root_doubtful(roots, newest, size, f->doubt);
  f->reserved = size;
  return BLT_OK;
}

/* From now on data go to the end of the file, until free space was looked for. */
void blt_file_start_at(blt_file *f, uint64_t end) {
  f->end = f->limit = f->buffered_at = f->top = end;
  f->added = UINT64_MAX / 2; /* look at the first chance */
}

/* ---- the lock ---- */

#define FIRST_PAUSE 0.002  /* seconds */
#define LONGEST_PAUSE 0.08 /* so that who interrupts is heard soon, wherever the signal goes */

/* Waits a little; a signal ends that early. */
static void pause_for(double seconds) {
  if (seconds > 0) nanosleep(&(struct timespec){.tv_nsec = (long)(seconds * 1e9)}, NULL);
}

/* Waits for the writer's lock of the open file, in pauses that grow. */
blt_status blt_file_lock(blt_file *f, double deadline, blt_error *err) {
  double pause = FIRST_PAUSE;
  for (;;) {
    int code = f->vfs->lock(f->vfs->self, f->handle);
    if (code == 0) return BLT_OK;
    if (code != -EAGAIN) return blt_file_fail(f->path, "lock", code, err);
    double left = deadline - blt_seconds();
    if (left <= 0)
      return blt_fail(err, BLT_EBUSY,
                      "'%s' is open for writing elsewhere: wait (timeout), or open it read-only",
                      blt_file_shown(f->path));
    blt_status status = blt_poll(f->ctx, 0, 0, err);
    if (status != BLT_OK) return status;
    pause_for(pause < left ? pause : left);
    pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
  }
}

/* ---- what is in use ---- */

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

/* The end of all that is or may be read: of the last two commits, by us, by others. What states that readers
 * hold consist of ends before the last commit does. */
static uint64_t end_in_use(const blt_file *f, uint64_t pinned) {
  uint64_t end = pinned > f->root.end ? pinned : f->root.end;
  if (f->before.end > end) end = f->before.end;
  blt_space_held(f, BLT_HOLD_BYTES, BLT_HOLD_STATE, widen_end, &end);
  return end;
}

/* ---- opening ---- */

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
      return blt_file_fail(f->path, "open", code, err);
    }
    blt_status status = blt_file_lock(f, deadline, err);
    if (status != BLT_OK) return status;
    int same = f->vfs->same(f->vfs->self, f->handle, f->real);
    if (same < 0) return blt_file_fail(f->path, "look at", same, err);
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
    if (code < 0) return blt_file_fail(f->path, "lock", code, err);
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
  blt_status status = blt_file_new(ctx, vfs, path, readonly, &f, err);
  if (status != BLT_OK) return status;
  if (readonly) {
    int code = vfs->open(vfs->self, path, BLT_OPEN_READ, &f->handle);
    if (code < 0) {
      f->handle = NULL;
      status = blt_file_fail(path, "open", code, err);
    }
  } else {
    status = open_locked(f, blt_seconds() + timeout, err);
  }
  if (status == BLT_OK) status = choose_root(f, err);
  if (status == BLT_OK && readonly) status = hold_state(f, err);
  if (status == BLT_OK) status = blt_file_map(f, 0, f->root.end, &f->map, &base, err);
  if (status != BLT_OK) {
    blt_file_free(f);
    return status;
  }
  f->unsettled = true;
  if (!readonly) blt_file_start_at(f, (end_in_use(f, 0) + 7) / 8 * 8);
  *out = f;
  return BLT_OK;
}

/* ---- closing ---- */

static blt_status count_one(void *arg, uint64_t at, uint64_t bytes) {
  (void)at, (void)bytes;
  ++*(uint32_t *)arg;
  return BLT_OK;
}

/* A reader takes a file that ends before its state's end for one that was cut short: a state of long ago may
 * end behind the last ones, which took free space before it. */
static bool somebody_reads(const blt_file *f) {
  uint32_t states = 0;
  blt_space_held(f, BLT_HOLD_STATE, INT64_MAX, count_one, &states);
  return states > 0;
}

void blt_file_close(blt_file *f) {
  if (!f) return;
  if (!f->readonly && f->handle) {
    uint64_t end = end_in_use(f, hold_pinned(f));
    /* Otherwise it may be all that is left of a commit. */
    bool settled = !f->broken && !f->doubt[0] && f->root.catalogue.bytes;
    if (settled && f->reserved > end && !somebody_reads(f))
      f->vfs->truncate(f->vfs->self, f->handle, end); /* a help only */
  }
  blt_file_free(f);
}
