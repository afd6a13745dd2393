#include "space.h"
#include "reach.h"
#include "base/mem.h"

#include <string.h>

#define LEAST ((uint64_t)512)     /* bytes of a free part that is worth keeping */
#define OFTEN ((uint64_t)8 << 10) /* bytes written after which to look again, or: */
#define SHARE 16u                 /* this part of what is in use */

typedef struct search {
  blt_file *f;
  blt_extents used;
  blt_status status; /* the first failure */
  blt_error *err;
} search;

blt_status blt_space_held(const blt_file *f, uint64_t from, uint64_t to,
                          blt_status (*each)(void *arg, uint64_t at, uint64_t bytes), void *arg) {
  uint64_t at, bytes;
  blt_status status = BLT_OK;
  while (status == BLT_OK && from < to && f->vfs->held(f->vfs->self, f->handle, from, to, &at, &bytes) > 0) {
    status = each(arg, at, bytes);
    if (status == BLT_OK && at > from) status = blt_space_held(f, from, at, each, arg);
    if (at + bytes <= from) break;
    from = at + bytes;
  }
  return status;
}

static void add_used(void *arg, blt_extent where) {
  search *s = arg;
  if (s->status == BLT_OK) s->status = blt_extents_add(&s->used, where.offset, where.bytes, s->err);
}

static blt_status add_held(void *arg, uint64_t at, uint64_t bytes) {
  search *s = arg;
  return blt_extents_add(&s->used, at - BLT_HOLD_BYTES, bytes, s->err);
}

static blt_status add_state(void *arg, uint64_t at, uint64_t bytes) {
  search *s = arg;
  blt_ref catalogue = {.offset = at - BLT_HOLD_STATE, .bytes = bytes};
  return blt_reach(s->f, &catalogue, &s->used, s->err);
}

static void find_used(search *s) {
  blt_file *f = s->f;
  add_used(s, (blt_extent){0, BLT_DISK_DATA});
  if (s->status == BLT_OK) s->status = blt_reach(f, &f->root.catalogue, &s->used, s->err);
  if (s->status == BLT_OK && f->before.catalogue.bytes)
    s->status = blt_reach(f, &f->before.catalogue, &s->used, s->err);
  blt_pins_each(f->pins, add_used, s);
  if (s->status == BLT_OK) s->status = blt_space_held(f, BLT_HOLD_BYTES, BLT_HOLD_STATE, add_held, s);
  if (s->status == BLT_OK) s->status = blt_space_held(f, BLT_HOLD_STATE, INT64_MAX, add_state, s);
}

/* Whatever was free and not taken before is found again. */
blt_status blt_space_find(blt_file *f, blt_error *err) {
  blt_error failure;
  search s = {.f = f, .used = {.ctx = f->ctx}, .err = &failure};
  if (f->version < BLT_DISK_REUSES || !f->root.catalogue.bytes) return BLT_OK;
  if (f->added < OFTEN || f->added < f->used / SHARE) return BLT_OK;
  f->free.n = 0;
  f->end = f->limit = f->buffered_at = f->top;
  find_used(&s);
  if (s.status == BLT_OK) {
    f->used = blt_extents_join(&s.used);
    const blt_extent *last = &s.used.v[s.used.n - 1];
    f->end = f->limit = f->buffered_at = f->top = last->offset + last->bytes;
    s.status = blt_extents_gaps(&s.used, LEAST, &f->free, s.err);
  }
  f->added = 0;
  blt_extents_free(&s.used);
  if (s.status != BLT_OK) f->free.n = 0;
  if (s.status != BLT_ENOMEM) return BLT_OK;
  *err = failure;
  return s.status;
}

/* The smallest that will do, so that large parts stay large. */
bool blt_space_take(blt_file *f, uint64_t bytes, uint32_t align, blt_extent *out) {
  size_t best = f->free.n;
  for (size_t i = 0; i < f->free.n; i++) {
    blt_extent x = f->free.v[i];
    uint64_t lost = (align - x.offset % align) % align;
    if (x.bytes < lost || x.bytes - lost < bytes) continue;
    if (best == f->free.n || x.bytes < f->free.v[best].bytes) best = i;
  }
  if (best == f->free.n) return false;
  *out = f->free.v[best];
  memmove(&f->free.v[best], &f->free.v[best + 1], (--f->free.n - best) * sizeof *out);
  return true;
}
