/* From a table to the file: only what the file does not have. */
#include "block_write.h"
#include "patch.h"
#include "store/column/packed.h"
#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"

#include <string.h>

/* ---- bytes of a structure while it is put together ---- */

typedef struct bytes {
  blt_ctx *ctx;
  char *p;
  size_t n, cap;
  blt_status status; /* the first failure; later calls do nothing */
  blt_error *err;
} bytes;

static void add(bytes *b, const void *data, size_t n) {
  if (b->status == BLT_OK) b->status = blt_grow(b->ctx, &b->p, &b->cap, b->n + n, 1, b->err);
  if (b->status != BLT_OK) return;
  if (n) memcpy(b->p + b->n, data, n);
  b->n += n;
}

static void pad(bytes *b) {
  static const char zeros[8];
  add(b, zeros, (8 - b->n % 8) % 8);
}

static void add_u32(bytes *b, uint32_t v) {
  add(b, &v, sizeof v);
}

/* Adds the bytes to the file and lets them go. */
static blt_status finish(bytes *b, blt_file *f, blt_ref *where) {
  pad(b);
  if (b->status == BLT_OK) b->status = blt_file_append(f, b->p, b->n, 8, where, b->err);
  blt_free(b->ctx, b->p, b->cap);
  return b->status;
}

/* ---- blocks and groups ---- */

/* A group's bitmap of living rows, when it has any deleted. */
static blt_status save_live(blt_file *f, const blt_table *t, uint32_t g, uint32_t rows, blt_disk_group *group,
                            blt_error *err) {
  const uint64_t *live = t->live[g];
  group->rows = rows;
  group->dead = live ? rows - (uint32_t)blt_bits_count(live, rows) : 0;
  group->live = (blt_ref){0};
  return group->dead ? blt_file_append(f, live, blt_bits_words(rows) * 8, 8, &group->live, err) : BLT_OK;
}

static blt_status write_chunk(blt_file *f, blt_stored_chunk *c, blt_error *err) {
  bytes b = {.ctx = f->ctx, .err = err};
  add_u32(&b, c->ngroups);
  add_u32(&b, c->ncols);
  for (uint32_t g = 0; g < c->ngroups; g++) {
    add(&b, &c->groups[g], sizeof *c->groups);
    add(&b, &c->forms[(size_t)g * c->ncols], c->ncols * sizeof *c->forms);
  }
  return finish(&b, f, &c->where);
}

/* ---- sealed groups ---- */

/* The chunk of the file that groups from `first` on had, or NULL; i is a group in it. */
static bool has_group(const blt_stored_chunk *old, uint32_t i) {
  return old && i < old->ngroups;
}

static bool chunk_stays(const blt_stored_chunk *old, const blt_changes *changes, uint32_t first, uint32_t n) {
  if (!old || old->ngroups != n) return false;
  for (uint32_t i = 0; i < n; i++)
    if (changes->rewrite[first + i]) return false;
  return true;
}

/* A group as the file has it. */
static void keep_group(const blt_stored_chunk *old, blt_stored_chunk *c, uint32_t i) {
  c->groups[i] = old->groups[i];
  for (uint32_t col = 0; col < c->ncols; col++) {
    size_t at = (size_t)i * c->ncols + col;
    c->forms[at] = old->forms[at];
    c->blocks[at] = blt_unread_retain(old->blocks[at]);
  }
}

/* A group as the table has it. Between two commits rows of a group only die: as many dead are the same. */
static blt_status save_group(blt_block_batch *batch, const blt_table *t, const blt_stored_chunk *old,
                             blt_stored_chunk *c, uint32_t first, uint32_t i, blt_error *err) {
  blt_status status = BLT_OK;
  uint32_t rows = t->group_rows[first + i];
  if (has_group(old, i) && old->groups[i].rows == rows &&
      old->groups[i].dead == blt_stored_dead(t, first + i))
    c->groups[i] = old->groups[i];
  else
    status = save_live(batch->f, t, first + i, rows, &c->groups[i], err);
  for (uint32_t col = 0; status == BLT_OK && col < c->ncols; col++) {
    size_t at = (size_t)i * c->ncols + col;
    blt_unread block = t->columns[col].blocks[first + i];
    if (has_group(old, i) && blt_unread_same(old->blocks[at], block))
      c->forms[at] = old->forms[at];
    else
      status = blt_batch_add(batch, block, &t->columns[col], &c->forms[at], err);
    if (status == BLT_OK) c->blocks[at] = blt_unread_retain(block);
  }
  return status;
}

static blt_status save_chunk(blt_file *f, const blt_table *t, blt_stored_chunk *old,
                             const blt_changes *changes, uint32_t first, uint32_t n, blt_stored *out,
                             blt_error *err) {
  blt_stored_chunk *c;
  if (chunk_stays(old, changes, first, n)) {
    old->refs++;
    return blt_stored_add_chunk(out, old, err);
  }
  blt_status status = blt_stored_chunk_new(f->ctx, n, t->schema->ncols, &c, err);
  if (status != BLT_OK) return status;
  blt_block_batch batch = {.f = f};
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
    if (has_group(old, i) && !changes->rewrite[first + i])
      keep_group(old, c, i);
    else
      status = save_group(&batch, t, old, c, first, i, err);
  }
  if (status == BLT_OK) status = blt_batch_finish(&batch, err);
  if (status == BLT_OK) status = write_chunk(f, c, err);
  if (status == BLT_OK) return blt_stored_add_chunk(out, c, err);
  blt_stored_chunk_release(f->ctx, c);
  return status;
}

static blt_status save_groups(blt_file *f, const blt_table *t, const blt_stored *old,
                              const blt_changes *changes, blt_stored *out, blt_error *err) {
  blt_status status = BLT_OK;
  if (old) out->chunk_groups = old->chunk_groups;
  for (uint32_t first = 0; status == BLT_OK && first < t->ngroups; first += out->chunk_groups) {
    uint32_t n = t->ngroups - first < out->chunk_groups ? t->ngroups - first : out->chunk_groups;
    blt_stored_chunk *same = old && out->nchunks < old->nchunks ? old->chunks[out->nchunks] : NULL;
    status = save_chunk(f, t, same, changes, first, n, out, err);
  }
  return status;
}

/* ---- tail and dictionaries: pieces ---- */

/* Takes over the pieces that hold the first `kept` items. Of `total` items the rest has to be written; pieces
 * that are not larger than the new one are merged into it, like digits of a binary counter: an item is
 * written again at most once for each doubling. Gives the first item to write. */
static blt_status keep_pieces(blt_ctx *ctx, const blt_pieces *old, uint32_t kept, uint32_t total,
                              blt_pieces *out, uint32_t *first, blt_error *err) {
  uint32_t at = 0;
  for (size_t i = 0; old && i < old->n && at + old->v[i].count <= kept; i++) {
    blt_status status = blt_pieces_add(ctx, out, &old->v[i], err);
    if (status != BLT_OK) return status;
    at += old->v[i].count;
  }
  while (at < total && out->n && out->v[out->n - 1].count <= total - at) at -= out->v[--out->n].count;
  *first = at;
  return BLT_OK;
}

static blt_status save_tail_piece(blt_file *f, blt_table *t, uint32_t first, blt_stored *out,
                                  blt_error *err) {
  blt_stored_chunk *c;
  uint32_t rows = t->tail_rows - first;
  blt_status status = blt_stored_chunk_new(f->ctx, 1, t->schema->ncols, &c, err);
  if (status != BLT_OK) return status;
  c->groups[0].rows = rows;
  for (uint32_t i = 0; status == BLT_OK && i < t->schema->ncols; i++) {
    blt_block *b = NULL;
    status = blt_table_encode_rows(t, i, first, rows, &b, err);
    c->blocks[i] = blt_unread_of(b);
    if (status == BLT_OK) status = blt_save_block(f, c->blocks[i], &t->columns[i], &c->forms[i], err);
  }
  if (status == BLT_OK) status = write_chunk(f, c, err);
  blt_disk_piece piece = {.where = c->where, .count = rows};
  if (status == BLT_OK) status = blt_pieces_add(f->ctx, &out->tail, &piece, err);
  blt_stored_chunk_release(f->ctx, c);
  return status;
}

/* Gives the number of rows that are not written anew. */
static blt_status save_tail(blt_file *f, blt_table *t, const blt_stored *old, uint32_t kept, blt_stored *out,
                            uint32_t *first, blt_error *err) {
  blt_status status =
      keep_pieces(f->ctx, old ? &old->tail : NULL, kept, t->tail_rows, &out->tail, first, err);
  if (status == BLT_OK && *first < t->tail_rows) status = save_tail_piece(f, t, *first, out, err);
  return status;
}

/* The bitmap of the tail's living rows, unless the file has it: of the same rows, of which as many are dead.
 */
static blt_status save_tail_live(blt_file *f, const blt_table *t, const blt_stored *old, blt_stored *out,
                                 blt_error *err) {
  const uint64_t *live = t->live[t->ngroups];
  uint32_t dead = live ? t->tail_rows - (uint32_t)blt_bits_count(live, t->tail_rows) : 0;
  out->tail_at = t->sealed_rows;
  if (old && old->tail_at == t->sealed_rows && old->tail_live.rows == t->tail_rows &&
      old->tail_live.dead == dead) {
    out->tail_live = old->tail_live;
    return BLT_OK;
  }
  return save_live(f, t, t->ngroups, t->tail_rows, &out->tail_live, err);
}

/* Adds entries from `first` on as they are. */
static blt_status write_strings(blt_file *f, const blt_dict *d, uint32_t first, blt_ref *where,
                                blt_error *err) {
  bytes b = {.ctx = f->ctx, .err = err};
  uint64_t n = d->count - first, start = d->offsets[first];
  add(&b, &n, sizeof n);
  for (uint32_t i = first; i <= d->count; i++) {
    uint64_t offset = d->offsets[i] - start;
    add(&b, &offset, sizeof offset);
  }
  add(&b, d->bytes + start, d->offsets[d->count] - start);
  return finish(&b, f, where);
}

static blt_status pack_strings(blt_file *f, const blt_dict *d, uint32_t first, blt_packed *out,
                               blt_error *err) {
  blt_ctx *ctx = f->ctx;
  uint32_t n = d->count - first + 1;
  uint64_t start = d->offsets[first], *offsets = blt_alloc(ctx, n * sizeof *offsets);
  if (!offsets) return blt_fail_memory(err, n * sizeof *offsets);
  for (uint32_t i = 0; i < n; i++) offsets[i] = d->offsets[first + i] - start;
  blt_whole w = {.numbers = offsets,
                 .n = n,
                 .width = 8,
                 .text = (void *)(uintptr_t)(d->bytes + start),
                 .text_bytes = offsets[n - 1],
                 .words = f->version >= BLT_DISK_WORDS};
  blt_status status = blt_pack(ctx, &w, n * sizeof *offsets + w.text_bytes, out, err);
  blt_free(ctx, offsets, n * sizeof *offsets);
  return status;
}

/* Adds the entries from `first` on, as they are unless they are packed. */
static blt_status save_strings(blt_file *f, const blt_dict *d, uint32_t first, const blt_packed *p,
                               blt_disk_piece *piece, blt_error *err) {
  uint64_t head[2] = {d->count - first, d->offsets[d->count] - d->offsets[first]};
  *piece = (blt_disk_piece){.count = d->count - first, .packed = p->data != NULL};
  const blt_part parts[] = {{head, sizeof head, sizeof head}, {p->data, p->bytes, p->bytes}};
  if (p->data) return blt_file_append_parts(f, parts, 2, 8, &piece->where, err);
  return write_strings(f, d, first, &piece->where, err);
}

/* What is new of a column's dictionary. */
typedef struct dict_job {
  const blt_dict *d; /* NULL: nothing */
  uint32_t first;
  blt_packed packed;
} dict_job;

typedef struct dict_saving {
  blt_file *f;
  dict_job *jobs; /* of each column */
  uint64_t bytes; /* to be packed */
} dict_saving;

#define SMALL_BYTES ((uint64_t)256 << 10) /* of dictionaries: fewer are not worth waking anybody */

static blt_status pack_dict(void *arg, uint32_t col, uint32_t worker, blt_error *err) {
  dict_saving *s = arg;
  dict_job *j = &s->jobs[col];
  (void)worker;
  return j->d ? pack_strings(s->f, j->d, j->first, &j->packed, err) : BLT_OK;
}

static blt_status find_dicts(dict_saving *s, const blt_table *t, const blt_stored *old, blt_stored *out,
                             blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < out->ncols; i++) {
    const blt_dict *d = t->columns[i].dict;
    uint32_t first;
    if (!d) continue;
    status = keep_pieces(s->f->ctx, old ? &old->dicts[i] : NULL, t->columns[i].dict_kept, d->count,
                         &out->dicts[i], &first, err);
    if (status != BLT_OK || first >= d->count) continue;
    s->jobs[i] = (dict_job){.d = d, .first = first};
    s->bytes += d->offsets[d->count] - d->offsets[first];
  }
  return status;
}

/* The new strings of all columns: packed side by side, added in order. */
static blt_status save_dicts(blt_file *f, const blt_table *t, const blt_stored *old, blt_stored *out,
                             blt_error *err) {
  dict_saving s = {.f = f, .jobs = blt_calloc(f->ctx, out->ncols, sizeof *s.jobs)};
  blt_disk_piece piece;
  if (!s.jobs) return blt_fail_memory(err, out->ncols * sizeof *s.jobs);
  blt_status status = find_dicts(&s, t, old, out, err);
  if (status == BLT_OK && s.bytes && f->version >= BLT_DISK_PACKS)
    status = (s.bytes < SMALL_BYTES ? blt_seq : blt_par)(f->ctx, out->ncols, pack_dict, &s, err);
  for (uint32_t i = 0; i < out->ncols; i++) {
    dict_job *j = &s.jobs[i];
    if (status == BLT_OK && j->d) {
      status = save_strings(f, j->d, j->first, &j->packed, &piece, err);
      if (status == BLT_OK) status = blt_pieces_add(f->ctx, &out->dicts[i], &piece, err);
    }
    blt_packed_free(f->ctx, &j->packed);
  }
  blt_free(f->ctx, s.jobs, out->ncols * sizeof *s.jobs);
  return status;
}

/* ---- schema and record ---- */

static blt_status save_schema(blt_file *f, const blt_schema *s, blt_ref *where, blt_error *err) {
  bytes b = {.ctx = f->ctx, .err = err};
  blt_disk_schema head = {.ncols = s->ncols, .nkeys = s->nkeys, .primary = s->primary};
  add(&b, &head, sizeof head);
  for (uint32_t i = 0; i < s->ncols; i++) {
    blt_type t = s->fields[i].type;
    uint32_t len = (uint32_t)strlen(s->fields[i].name);
    blt_disk_field field = {t.id, t.precision, t.scale, t.required, len};
    add(&b, &field, sizeof field);
    add(&b, s->fields[i].name, len);
    pad(&b);
  }
  for (uint32_t k = 0; k < s->nkeys; k++) {
    add_u32(&b, s->keys[k].ncols);
    add(&b, s->keys[k].cols, s->keys[k].ncols * sizeof *s->keys[k].cols);
  }
  return finish(&b, f, where);
}

static blt_status save_record(blt_file *f, const blt_table *t, blt_stored *out, blt_error *err) {
  bytes b = {.ctx = f->ctx, .err = err};
  blt_disk_record r = {.schema = out->schema,
                       .tail_live = out->tail_live.live,
                       .sealed_rows = t->sealed_rows,
                       .deleted = t->deleted,
                       .tail_rows = t->tail_rows,
                       .ngroups = t->ngroups,
                       .chunk_groups = out->chunk_groups,
                       .nchunks = out->nchunks,
                       .npieces = (uint32_t)out->tail.n,
                       .ncols = t->schema->ncols};
  add(&b, &r, sizeof r);
  for (uint32_t i = 0; i < t->schema->ncols; i++) {
    const blt_pieces *p = &out->dicts[i];
    blt_disk_column column = {t->columns[i].plain ? BLT_DISK_PLAIN : 0, (uint32_t)p->n};
    add(&b, &column, sizeof column);
    add(&b, p->v, p->n * sizeof *p->v);
  }
  for (uint32_t i = 0; i < out->nchunks; i++) {
    blt_disk_piece piece = {.where = out->chunks[i]->where, .count = out->chunks[i]->ngroups};
    add(&b, &piece, sizeof piece);
  }
  add(&b, out->tail.v, out->tail.n * sizeof *out->tail.v);
  if (f->version >= BLT_DISK_REUSES) {
    add_u32(&b, (uint32_t)out->npatches);
    add_u32(&b, 0);
  }
  for (size_t i = 0; i < out->npatches; i++) add(&b, &out->patches[i]->piece, sizeof(blt_disk_piece));
  return finish(&b, f, &out->record);
}

blt_status blt_save_table(blt_file *f, blt_table *t, const blt_stored *old, blt_stored **out,
                          blt_error *err) {
  blt_stored *s;
  blt_changes changes;
  uint32_t first;
  if (t->row_open) return blt_fail(err, BLT_EBUSY, "a row is being appended");
  blt_status status = blt_stored_new(f->ctx, t->schema->ncols, &s, err);
  if (status != BLT_OK) return status;
  if (old)
    s->schema = old->schema;
  else
    status = save_schema(f, t->schema, &s->schema, err);
  blt_status found = blt_changes_find(f, t, old, &changes, err);
  if (status == BLT_OK) status = found;
  if (status == BLT_OK) status = save_groups(f, t, old, &changes, s, err);
  if (status == BLT_OK) status = save_tail(f, t, old, changes.kept, s, &first, err);
  if (status == BLT_OK) status = save_tail_live(f, t, old, s, err);
  if (status == BLT_OK) status = blt_patches_save(f, t, old, &changes, first, s, err);
  blt_changes_free(&changes, t);
  if (status == BLT_OK) status = save_dicts(f, t, old, s, err);
  if (status == BLT_OK) status = save_record(f, t, s, err);
  s->version = t->version;
  if (status == BLT_OK)
    *out = s;
  else
    blt_stored_free(s);
  return status;
}

/* ---- early ---- */

static bool in_file(const blt_file *f, blt_unread s) {
  return blt_unread_place(s).file == f->opened && blt_unread_place(s).disk;
}

static bool stored_has(const blt_stored *s, uint32_t g, uint32_t col, blt_unread b) {
  if (!s || g / s->chunk_groups >= s->nchunks) return false;
  const blt_stored_chunk *c = s->chunks[g / s->chunk_groups];
  uint32_t i = g % s->chunk_groups;
  return i < c->ngroups && blt_unread_same(c->saved[(size_t)i * c->ncols + col], b);
}

uint64_t blt_save_waiting(const blt_file *f, const blt_table *t) {
  uint64_t n = 0;
  for (uint32_t col = 0; col < t->schema->ncols; col++)
    for (uint32_t g = 0; g < t->ngroups; g++)
      if (!in_file(f, t->columns[col].blocks[g])) n += blt_unread_head(t->columns[col].blocks[g]).bytes;
  return n;
}

/* The forms of all blocks that go to the file; those that stay where they are have no rows. */
static blt_status write_early(blt_file *f, blt_table *t, const blt_stored *old, blt_disk_block *forms,
                              blt_error *err) {
  blt_status status = BLT_OK;
  blt_block_batch batch = {.f = f};
  for (uint32_t g = 0; g < t->ngroups; g++)
    for (uint32_t col = 0; status == BLT_OK && col < t->schema->ncols; col++) {
      blt_unread b = t->columns[col].blocks[g];
      if (in_file(f, b) || !blt_unread_head(b).bytes || stored_has(old, g, col, b)) continue;
      status = blt_batch_add(&batch, b, &t->columns[col], &forms[(size_t)g * t->schema->ncols + col], err);
    }
  if (status == BLT_OK) status = blt_batch_finish(&batch, err);
  return status == BLT_OK ? blt_file_flush(f, err) : status;
}

/* Puts the mapped form of each block in the place of the one in memory. */
static blt_status use_mapped(blt_file *f, blt_table *t, const blt_disk_block *forms, blt_buffer *map,
                             uint64_t base, blt_error *err) {
  for (uint32_t g = 0; g < t->ngroups; g++)
    for (uint32_t col = 0; col < t->schema->ncols; col++) {
      const blt_disk_block *form = &forms[(size_t)g * t->schema->ncols + col];
      blt_column *c = &t->columns[col];
      blt_unread b;
      if (form->rows == 0) continue;
      blt_status status = blt_load_block(f, form, map, base, c->type, c->dict ? c->dict->count : 0, &b, err);
      if (status != BLT_OK) return status;
      f->spilled = true;
      blt_unread_trust(b);
      blt_unread_release(c->blocks[g]);
      c->blocks[g] = b;
    }
  return BLT_OK;
}

/* The part of the file that has all new blocks; false when there are none. */
static bool spread(const blt_disk_block *forms, size_t n, blt_extent *out) {
  uint64_t from = UINT64_MAX, to = 0;
  for (size_t i = 0; i < n; i++) {
    const blt_ref *r = &forms[i].where;
    if (r->bytes && r->offset < from) from = r->offset;
    if (r->bytes && r->offset + r->bytes > to) to = r->offset + r->bytes;
  }
  *out = (blt_extent){from, to - from};
  return to > 0;
}

static blt_status map_early(blt_file *f, blt_table *t, const blt_disk_block *forms, size_t n,
                            blt_error *err) {
  blt_buffer *map;
  blt_extent where;
  uint64_t base;
  if (!spread(forms, n, &where)) return BLT_OK;
  blt_status status = blt_file_map(f, where.offset, where.bytes, &map, &base, err);
  if (status != BLT_OK) return status;
  status = use_mapped(f, t, forms, map, base, err);
  blt_buffer_release(map);
  return status;
}

blt_status blt_save_early(blt_file *f, blt_table *t, const blt_stored *old, blt_error *err) {
  size_t n = (size_t)t->ngroups * t->schema->ncols;
  blt_mark mark;
  blt_status status = blt_table_writable(t, err);
  if (status != BLT_OK || n == 0) return status;
  blt_disk_block *forms = blt_calloc(f->ctx, n, sizeof *forms);
  if (!forms) return blt_fail_memory(err, n * sizeof *forms);
  status = blt_file_begin(f, &mark, err);
  if (status == BLT_OK) {
    status = write_early(f, t, old, forms, err);
    if (status != BLT_OK) blt_file_forget(f, &mark);
  }
  if (status == BLT_OK) status = map_early(f, t, forms, n, err);
  blt_free(f->ctx, forms, n * sizeof *forms);
  return status;
}
