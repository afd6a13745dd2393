#include "simdisk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 512u
#define NAMES 8
#define HISTORY 64

typedef struct sim_hold {
  blt_handle *by;
  uint64_t at, bytes;
  struct sim_hold *next;
} sim_hold;

/* A copy of a part of the file that is kept the same as it, as a mapping is. */
typedef struct sim_mapping {
  blt_handle *by;
  uint8_t *bytes;
  uint64_t offset, length;
  struct sim_mapping *next;
} sim_mapping;

typedef struct sim_file {
  uint8_t *seen, *durable; /* `cap` bytes each, zeros past the sizes */
  uint8_t *dirty;          /* of each sector */
  uint64_t size, durable_size, cap;
  bool size_dirty;
  int open; /* handles */
  blt_handle *locked_by;
  sim_hold *holds;
} sim_file;

typedef struct sim_dir {
  char *name[NAMES];
  sim_file *file[NAMES];
} sim_dir;

struct blt_handle {
  sim_file *file;
  bool writable, closed;
  int mappings; /* a handle lives until the last one is gone */
};

struct simdisk {
  blt_vfs vfs;
  uint64_t state, calls, fail_at;
  sim_fault fault;
  bool lasting, met, off;
  sim_dir now, history[HISTORY]; /* the directory since its last sync; history[0] is durable */
  int nhistory;
  sim_file *files[256];
  char *names[256];
  int nfiles, nnames;
  sim_mapping *mappings;
};

static uint32_t rnd(simdisk *d, uint32_t n) {
  d->state ^= d->state << 13, d->state ^= d->state >> 7, d->state ^= d->state << 17;
  return (uint32_t)((d->state >> 20) % n);
}

/* ---- files ---- */

static bool named(const sim_dir *dir, const sim_file *f) {
  for (int i = 0; i < NAMES; i++)
    if (dir->name[i] && dir->file[i] == f) return true;
  return false;
}

/* A file without a name that nobody has open is gone. */
static bool gone(const simdisk *d, const sim_file *f) {
  for (int i = 0; i < d->nhistory; i++)
    if (named(&d->history[i], f)) return false;
  return !f->open && !named(&d->now, f);
}

static void free_file(sim_file *f) {
  free(f->seen), free(f->durable), free(f->dirty);
  free(f);
}

static sim_file *new_file(simdisk *d) {
  sim_file *f = calloc(1, sizeof *f);
  for (int i = 0; i < d->nfiles; i++) {
    if (!gone(d, d->files[i])) continue;
    free_file(d->files[i]);
    return d->files[i] = f;
  }
  if (d->nfiles == 256) abort();
  return d->files[d->nfiles++] = f;
}

static void need(sim_file *f, uint64_t bytes) {
  if (bytes <= f->cap) return;
  uint64_t cap = (bytes * 2 + SECTOR - 1) / SECTOR * SECTOR;
  f->seen = realloc(f->seen, cap);
  f->durable = realloc(f->durable, cap);
  f->dirty = realloc(f->dirty, cap / SECTOR);
  memset(f->seen + f->cap, 0, cap - f->cap);
  memset(f->durable + f->cap, 0, cap - f->cap);
  memset(f->dirty + f->cap / SECTOR, 0, (cap - f->cap) / SECTOR);
  f->cap = cap;
}

static void keep_sector(sim_file *f, uint64_t s) {
  memcpy(f->durable + s * SECTOR, f->seen + s * SECTOR, SECTOR);
  f->dirty[s] = 0;
}

/* Brings what changed into the mappings of it. */
static void show(simdisk *d, const sim_file *f, uint64_t offset, uint64_t bytes) {
  for (sim_mapping *m = d->mappings; m; m = m->next) {
    uint64_t from = offset > m->offset ? offset : m->offset, to = m->offset + m->length;
    if (m->by->file != f) continue;
    if (to > offset + bytes) to = offset + bytes;
    if (from < to) memcpy(m->bytes + (from - m->offset), f->seen + from, to - from);
  }
}

static void write_bytes(simdisk *d, sim_file *f, const void *buf, size_t bytes, uint64_t offset) {
  need(f, offset + bytes);
  memcpy(f->seen + offset, buf, bytes);
  show(d, f, offset, bytes);
  for (uint64_t s = offset / SECTOR; bytes && s <= (offset + bytes - 1) / SECTOR; s++) f->dirty[s] = 1;
  if (offset + bytes > f->size) f->size = offset + bytes, f->size_dirty = true;
}

/* ---- the directory ---- */

static char *keep_name(simdisk *d, const char *name) {
  for (int i = 0; i < d->nnames; i++)
    if (strcmp(d->names[i], name) == 0) return d->names[i];
  return d->names[d->nnames++] = strdup(name);
}

static sim_file **look_up(sim_dir *dir, const char *name) {
  for (int i = 0; i < NAMES; i++)
    if (dir->name[i] && strcmp(dir->name[i], name) == 0) return &dir->file[i];
  return NULL;
}

static void enter(simdisk *d, const char *name, sim_file *f) {
  sim_file **at = look_up(&d->now, name);
  for (int i = 0; !at && i < NAMES; i++)
    if (!d->now.name[i]) d->now.name[i] = keep_name(d, name), at = &d->now.file[i];
  if (!at) abort();
  *at = f;
}

static void remember(simdisk *d) {
  if (d->nhistory == HISTORY) memmove(d->history, d->history + 1, (size_t)--d->nhistory * sizeof d->now);
  d->history[d->nhistory++] = d->now;
}

/* ---- faults ---- */

/* Counts a call; the fault that it meets. */
static sim_fault call(simdisk *d) {
  d->calls++;
  if (d->off) return SIM_POWER;
  if (!d->fail_at || (d->calls != d->fail_at && !(d->lasting && d->calls > d->fail_at))) return SIM_NONE;
  d->met = true;
  if (d->fault == SIM_POWER) d->off = true;
  return d->fault;
}

void sim_fail(simdisk *d, uint64_t n, sim_fault fault, bool lasting) {
  d->fail_at = n ? d->calls + n : 0;
  d->fault = fault;
  d->lasting = lasting;
  d->met = false;
}

bool sim_failed(const simdisk *d) {
  return d->met;
}
uint64_t sim_calls(const simdisk *d) {
  return d->calls;
}

/* ---- the layer ---- */

static int sim_open(void *self, const char *path, blt_open_mode mode, blt_handle **out) {
  simdisk *d = self;
  sim_file **at = look_up(&d->now, path);
  if (d->off) return -EIO;
  if (!at) return -ENOENT;
  *out = calloc(1, sizeof **out);
  **out = (blt_handle){.file = *at, .writable = mode != BLT_OPEN_READ};
  (*at)->open++;
  return 0;
}

static void drop_holds(blt_handle *h, uint64_t at, uint64_t bytes) {
  for (sim_hold **p = &h->file->holds; *p;) {
    sim_hold *x = *p;
    if (x->by != h || x->at < at || x->at - at >= bytes) {
      p = &x->next;
      continue;
    }
    *p = x->next;
    free(x);
  }
}

static void end_handle(blt_handle *h) {
  if (!h->closed || h->mappings) return;
  drop_holds(h, 0, UINT64_MAX);
  h->file->open--;
  free(h);
}

static void sim_close(void *self, blt_handle *h) {
  (void)self;
  if (h->file->locked_by == h) h->file->locked_by = NULL;
  h->closed = true;
  end_handle(h);
}

static int64_t sim_read(void *self, blt_handle *h, void *buf, size_t bytes, uint64_t offset) {
  simdisk *d = self;
  if (d->off) return -EIO;
  if (offset >= h->file->size) return 0;
  uint64_t left = h->file->size - offset;
  if (bytes > left) bytes = left;
  if (bytes > 1 && rnd(d, 4) == 0) bytes = 1 + rnd(d, (uint32_t)bytes); /* short reads are normal */
  memcpy(buf, h->file->seen + offset, bytes);
  return (int64_t)bytes;
}

static int64_t sim_write(void *self, blt_handle *h, const void *buf, size_t bytes, uint64_t offset) {
  simdisk *d = self;
  if (!h->writable) return -EBADF;
  sim_fault fault = call(d);
  if (fault == SIM_SHORT || fault == SIM_POWER) { /* some of it may have arrived */
    size_t half = fault == SIM_SHORT ? bytes / 2 : rnd(d, (uint32_t)bytes + 1);
    write_bytes(d, h->file, buf, half, offset);
    if (fault == SIM_SHORT && half) return (int64_t)half;
    return -EIO;
  }
  if (fault) return fault == SIM_FULL ? -ENOSPC : -EIO;
  if (bytes > 1 && rnd(d, 8) == 0) bytes = 1 + rnd(d, (uint32_t)bytes); /* so are short writes */
  write_bytes(d, h->file, buf, bytes, offset);
  return (int64_t)bytes;
}

static int sim_sync(void *self, blt_handle *h) {
  simdisk *d = self;
  sim_file *f = h->file;
  sim_fault fault = call(d);
  if (fault == SIM_POWER) return -EIO;
  for (uint64_t s = 0; s < f->cap / SECTOR; s++) {
    if (!f->dirty[s]) continue;
    if (!fault || rnd(d, 2))
      keep_sector(f, s);
    else
      f->dirty[s] = 0; /* lost, and nobody will try again */
  }
  if (!fault) f->durable_size = f->size, f->size_dirty = false;
  return fault ? -EIO : 0;
}

static int sim_truncate(void *self, blt_handle *h, uint64_t bytes) {
  simdisk *d = self;
  if (call(d)) return -EIO;
  need(h->file, bytes);
  if (bytes < h->file->size) {
    memset(h->file->seen + bytes, 0, h->file->size - bytes);
    show(d, h->file, bytes, h->file->size - bytes);
  }
  h->file->size = bytes;
  h->file->size_dirty = true;
  return 0;
}

static int sim_reserve(void *self, blt_handle *h, uint64_t bytes) {
  simdisk *d = self;
  sim_fault fault = call(d);
  if (fault) return fault == SIM_FULL ? -ENOSPC : -EIO;
  need(h->file, bytes);
  if (bytes > h->file->size) h->file->size = bytes, h->file->size_dirty = true;
  return 0;
}

static int sim_size(void *self, blt_handle *h, uint64_t *bytes) {
  simdisk *d = self;
  if (d->off) return -EIO;
  *bytes = h->file->size;
  return 0;
}

static int sim_map(void *self, blt_handle *h, uint64_t offset, size_t bytes, void **out) {
  simdisk *d = self;
  if (call(d)) return -ENOMEM;
  if (offset + bytes > h->file->size) return -EINVAL;
  void *p = NULL;
  if (posix_memalign(&p, 64, bytes ? bytes : 1)) return -ENOMEM;
  memcpy(p, h->file->seen + offset, bytes);
  sim_mapping *m = malloc(sizeof *m);
  *m = (sim_mapping){h, p, offset, bytes, d->mappings};
  d->mappings = m;
  h->mappings++;
  *out = p;
  return 0;
}

static void sim_unmap(void *self, void *p, size_t bytes) {
  simdisk *d = self;
  sim_mapping **at = &d->mappings, *m;
  (void)bytes;
  while ((*at)->bytes != p) at = &(*at)->next;
  m = *at;
  *at = m->next;
  m->by->mappings--;
  end_handle(m->by);
  free(m->bytes);
  free(m);
}

static int sim_lock(void *self, blt_handle *h) {
  (void)self;
  if (h->file->locked_by && h->file->locked_by != h) return -EAGAIN;
  h->file->locked_by = h;
  return 0;
}

static int sim_same(void *self, blt_handle *h, const char *path) {
  simdisk *d = self;
  sim_file **at = look_up(&d->now, path);
  return d->off ? -EIO : at && *at == h->file;
}

/* Whoever was killed holds nothing more. */
static int sim_hold_range(void *self, blt_handle *h, uint64_t at, uint64_t bytes, bool on) {
  simdisk *d = self;
  if (d->off) return -EIO;
  if (!on) {
    drop_holds(h, at, bytes);
    return 0;
  }
  sim_hold *x = malloc(sizeof *x);
  *x = (sim_hold){h, at, bytes, h->file->holds};
  h->file->holds = x;
  return 0;
}

static int sim_held(void *self, blt_handle *h, uint64_t from, uint64_t to, uint64_t *at, uint64_t *bytes) {
  (void)self;
  for (const sim_hold *x = h->file->holds; x; x = x->next) {
    if (x->by == h || x->at >= to || x->at + x->bytes <= from) continue;
    *at = x->at;
    *bytes = x->bytes;
    return 1;
  }
  return 0;
}

static int sim_names(void *self, blt_handle *h) {
  simdisk *d = self;
  int n = 0;
  for (int i = 0; i < NAMES; i++) n += d->now.name[i] && d->now.file[i] == h->file;
  return d->off ? -EIO : n;
}

static int sim_resolve(void *self, const char *path, char out[BLT_PATH_BYTES]) {
  (void)self;
  snprintf(out, BLT_PATH_BYTES, "%s", path);
  return 0;
}

static int sim_make(void *self, const char *path, blt_handle *like, blt_handle **out) {
  simdisk *d = self;
  (void)path, (void)like;
  sim_fault fault = call(d);
  if (fault) return fault == SIM_FULL ? -ENOSPC : -EIO;
  *out = calloc(1, sizeof **out);
  **out = (blt_handle){.file = new_file(d), .writable = true};
  (*out)->file->open++;
  return 0;
}

static int sim_name(void *self, blt_handle *h, const char *path, bool replace) {
  simdisk *d = self;
  if (call(d)) return -EIO;
  if (!replace && look_up(&d->now, path)) return -EEXIST;
  enter(d, path, h->file);
  remember(d);
  return 0;
}

static int sim_sync_directory(void *self, const char *path) {
  simdisk *d = self;
  (void)path;
  if (call(d)) return -EIO;
  d->history[0] = d->now;
  d->nhistory = 1;
  return 0;
}

/* ---- the disk ---- */

simdisk *sim_new(uint64_t seed) {
  simdisk *d = calloc(1, sizeof *d);
  d->state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  d->nhistory = 1;
  d->vfs = (blt_vfs){.self = d,
                     .open = sim_open,
                     .close = sim_close,
                     .read = sim_read,
                     .write = sim_write,
                     .sync = sim_sync,
                     .truncate = sim_truncate,
                     .reserve = sim_reserve,
                     .size = sim_size,
                     .map = sim_map,
                     .unmap = sim_unmap,
                     .lock = sim_lock,
                     .hold = sim_hold_range,
                     .held = sim_held,
                     .same = sim_same,
                     .names = sim_names,
                     .resolve = sim_resolve,
                     .make = sim_make,
                     .name = sim_name,
                     .sync_directory = sim_sync_directory};
  return d;
}

void sim_free(simdisk *d) {
  for (int i = 0; i < d->nfiles; i++) free_file(d->files[i]);
  for (int i = 0; i < d->nnames; i++) free(d->names[i]);
  free(d);
}

const blt_vfs *sim_vfs(simdisk *d) {
  return &d->vfs;
}

void sim_restart(simdisk *d) {
  for (int i = 0; i < d->nfiles; i++) d->files[i]->locked_by = NULL;
  d->off = false;
  sim_fail(d, 0, SIM_NONE, false);
}

void sim_power_on(simdisk *d) {
  for (int i = 0; i < d->nfiles; i++) {
    sim_file *f = d->files[i];
    for (uint64_t s = 0; s < f->cap / SECTOR; s++)
      if (f->dirty[s] && rnd(d, 2)) keep_sector(f, s);
    if (f->size_dirty && rnd(d, 2)) f->durable_size = f->size;
    f->size = f->durable_size;
    f->size_dirty = false;
    if (f->cap) memset(f->dirty, 0, f->cap / SECTOR);
    if (f->cap > f->size) memset(f->durable + f->size, 0, f->cap - f->size);
    if (f->cap) memcpy(f->seen, f->durable, f->cap);
  }
  d->now = d->history[rnd(d, (uint32_t)d->nhistory)];
  d->history[0] = d->now;
  d->nhistory = 1;
  sim_restart(d);
}

uint8_t *sim_bytes(simdisk *d, const char *path, uint64_t *size) {
  sim_file **at = look_up(&d->now, path);
  if (!at) return NULL;
  *size = (*at)->size;
  return (*at)->seen;
}

void sim_put(simdisk *d, const char *path, const void *bytes, uint64_t size) {
  sim_file **at = look_up(&d->now, path);
  sim_file *f = at ? *at : new_file(d);
  need(f, size);
  if (size) memcpy(f->seen, bytes, size);
  f->size = size;
  if (!at) enter(d, path, f);
}
