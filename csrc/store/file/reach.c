/* Follows references from the catalogue down, reading only structures and no contents. */
#include "reach.h"
#include "base/checksum.h"
#include "base/mem.h"

#include <string.h>

typedef struct walk {
  blt_file *f;
  blt_extents *out;
  blt_error *err;
} walk;

/* What is left of a structure that was read. */
typedef struct piece {
  const char *p;
  size_t left;
} piece;

static blt_status senseless(const walk *w) {
  return blt_file_damaged(w->f, w->err, "a part of it cannot be followed");
}

/* Notes a part of the state. None is one of no bytes. */
static blt_status note(walk *w, const blt_ref *ref) {
  if (ref->bytes == 0) return BLT_OK;
  if (ref->offset < BLT_DISK_DATA || ref->offset > w->f->top || ref->bytes > w->f->top - ref->offset)
    return senseless(w);
  return blt_extents_add(w->out, ref->offset, ref->bytes, w->err);
}

/* Reads a structure, and follows what is in it by `inside`. */
static blt_status within(walk *w, const blt_ref *ref, blt_status (*inside)(walk *w, piece *p)) {
  blt_status status = ref->bytes ? note(w, ref) : senseless(w);
  if (status != BLT_OK) return status;
  size_t bytes = (size_t)ref->bytes;
  char *memory = blt_alloc(w->f->ctx, bytes);
  if (!memory) return blt_fail_memory(w->err, bytes);
  status = blt_file_read(w->f, memory, bytes, ref->offset, w->err);
  if (status == BLT_OK && ref->sum && !blt_checksum_is(memory, bytes, ref->sum)) status = senseless(w);
  if (status == BLT_OK) status = inside(w, &(piece){memory, bytes});
  blt_free(w->f->ctx, memory, bytes);
  return status;
}

static bool take(piece *p, void *out, size_t n) {
  if (p->left < n) return false;
  memcpy(out, p->p, n);
  p->p += n;
  p->left -= n;
  return true;
}

static blt_status note_blocks(walk *w, piece *p, uint32_t n) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
    blt_disk_block form;
    if (!take(p, &form, sizeof form)) return senseless(w);
    status = note(w, &form.where);
  }
  return status;
}

static blt_status note_groups(walk *w, piece *p) {
  uint32_t head[2] = {0};
  blt_status status = take(p, head, sizeof head) ? BLT_OK : senseless(w);
  for (uint32_t g = 0; status == BLT_OK && g < head[0]; g++) {
    blt_disk_group group;
    if (!take(p, &group, sizeof group)) return senseless(w);
    status = note(w, &group.live);
    if (status == BLT_OK) status = note_blocks(w, p, head[1]);
  }
  return status;
}

static blt_status chunk(walk *w, const blt_ref *ref) {
  return within(w, ref, note_groups);
}

static blt_status note_patch(walk *w, piece *p) {
  uint32_t head[2];
  if (!take(p, head, sizeof head) || head[0] > p->left / 8) return senseless(w);
  p->p += (size_t)head[0] * 8;
  p->left -= (size_t)head[0] * 8;
  return note_blocks(w, p, head[1]);
}

static blt_status patch(walk *w, const blt_ref *ref) {
  return within(w, ref, note_patch);
}

/* `n` pieces, each a leaf or something to `follow`. */
static blt_status pieces(walk *w, piece *p, uint32_t n, blt_status (*follow)(walk *w, const blt_ref *ref)) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
    blt_disk_piece d;
    if (!take(p, &d, sizeof d)) return senseless(w);
    status = follow(w, &d.where);
  }
  return status;
}

static blt_status leaf(walk *w, const blt_ref *ref) {
  return note(w, ref);
}

static blt_status columns(walk *w, piece *p, uint32_t n) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
    blt_disk_column d;
    if (!take(p, &d, sizeof d)) return senseless(w);
    status = pieces(w, p, d.npieces, leaf);
  }
  return status;
}

static blt_status parts_of_table(walk *w, piece *p) {
  blt_disk_record r;
  blt_status status = take(p, &r, sizeof r) ? note(w, &r.schema) : senseless(w);
  if (status == BLT_OK) status = note(w, &r.tail_live);
  if (status == BLT_OK) status = columns(w, p, r.ncols);
  if (status == BLT_OK) status = pieces(w, p, r.nchunks, chunk);
  if (status == BLT_OK) status = pieces(w, p, r.npieces, chunk);
  uint32_t head[2];
  if (status != BLT_OK || w->f->version < BLT_DISK_REUSES) return status;
  return take(p, head, sizeof head) ? pieces(w, p, head[0], patch) : senseless(w);
}

static blt_status record(walk *w, const blt_ref *ref) {
  return within(w, ref, parts_of_table);
}

static blt_status tables(walk *w, piece *p) {
  uint64_t count = 0;
  blt_status status = take(p, &count, sizeof count) ? BLT_OK : senseless(w);
  for (uint64_t i = 0; status == BLT_OK && i < count; i++) {
    blt_disk_entry d;
    if (!take(p, &d, sizeof d)) return senseless(w);
    size_t padded = ((size_t)d.name_bytes + 7) / 8 * 8;
    if (padded > p->left) return senseless(w);
    p->p += padded;
    p->left -= padded;
    status = record(w, &d.record);
  }
  return status;
}

blt_status blt_reach(blt_file *f, const blt_ref *catalogue, blt_extents *out, blt_error *err) {
  walk w = {f, out, err};
  return within(&w, catalogue, tables);
}
