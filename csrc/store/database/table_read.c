/* From the file to tables. Nothing in it is trusted: every reference, count and size is checked before it is
 * used, and what is only mapped is checked when it is first read (unread.h, dict_read.h). */
#include "dict_read.h"
#include "patch.h"
#include "stored.h"
#include "base/bits.h"
#include "base/mem.h"

#include <string.h>

/* ---- reading a structure ---- */

typedef struct cursor {
  const char *p;
  size_t left;
} cursor;

/* Copies the next bytes out; false when there are not so many. */
static bool take(cursor *c, void *out, size_t n) {
  if (c->left < n) return false;
  if (n) memcpy(out, c->p, n);
  c->p += n;
  c->left -= n;
  return true;
}

static const char *skip(cursor *c, size_t n) {
  const char *p = c->p;
  if (c->left < n) return NULL;
  c->p += n;
  c->left -= n;
  return p;
}

static blt_status open_ref(const blt_file *f, const blt_ref *ref, cursor *c, blt_error *err) {
  c->p = blt_file_at(f, ref, err);
  c->left = (size_t)ref->bytes;
  return c->p ? BLT_OK : err->code;
}

/* ---- schema ---- */

/* A name and its padding, zero-terminated in the caller's buffer. */
static bool take_name(cursor *c, uint32_t len, char out[BLT_MAX_NAME + 1]) {
  const char *p = len <= BLT_MAX_NAME ? skip(c, ((size_t)len + 7) / 8 * 8) : NULL;
  if (!p || memchr(p, 0, len)) return false;
  memcpy(out, p, len);
  out[len] = 0;
  return true;
}

typedef struct schema_parts {
  blt_field *fields;
  char (*names)[BLT_MAX_NAME + 1];
  blt_key *keys;
} schema_parts;

static bool read_schema(cursor *c, const blt_disk_schema *head, schema_parts *parts) {
  for (uint32_t i = 0; i < head->ncols; i++) {
    blt_disk_field field;
    if (!take(c, &field, sizeof field) || !take_name(c, field.name_bytes, parts->names[i])) return false;
    if (field.required > 1) return false;
    parts->fields[i].name = parts->names[i];
    parts->fields[i].type = (blt_type){field.type, field.precision, field.scale, field.required};
  }
  for (uint32_t k = 0; k < head->nkeys; k++) {
    blt_key *key = &parts->keys[k];
    if (!take(c, &key->ncols, sizeof key->ncols) || key->ncols > BLT_MAX_KEY_COLUMNS) return false;
    if (!take(c, key->cols, key->ncols * sizeof *key->cols)) return false;
  }
  return true;
}

static blt_status load_schema(const blt_file *f, const blt_ref *ref, blt_schema **out, blt_error *err) {
  cursor c;
  blt_disk_schema head;
  blt_status status = open_ref(f, ref, &c, err);
  if (status != BLT_OK) return status;
  if (!take(&c, &head, sizeof head) || head.ncols == 0 || head.ncols > BLT_MAX_COLUMNS ||
      head.nkeys > BLT_MAX_KEYS || head.primary > 1)
    return blt_file_damaged(f, err, "a schema makes no sense");
  schema_parts parts;
  size_t fields = head.ncols * sizeof *parts.fields, names = head.ncols * sizeof *parts.names,
         keys = head.nkeys * sizeof *parts.keys, bytes = fields + names + keys;
  char *memory = blt_alloc(f->ctx, bytes);
  if (!memory) return blt_fail_memory(err, bytes);
  parts = (schema_parts){(void *)memory, (void *)(memory + fields + keys), (void *)(memory + fields)};
  if (!read_schema(&c, &head, &parts))
    status = blt_file_damaged(f, err, "a schema makes no sense");
  else
    status = blt_schema_new(f->ctx, parts.fields, head.ncols, parts.keys, head.nkeys, head.primary, out, err);
  blt_free(f->ctx, memory, bytes);
  if (status != BLT_OK && status != BLT_ENOMEM) status = blt_file_damaged(f, err, "a schema makes no sense");
  return status;
}

/* ---- blocks ---- */

static bool form_makes_sense(const blt_disk_block *d, blt_type t, uint32_t ncodes) {
  bool string = t.id == BLT_STRING, is_float = t.id == BLT_FLOAT64,
       narrow = d->width == 1 || d->width == 2 || d->width == 4;
  bool marked = d->flags & BLT_DISK_MARKED, ok = false;
  if (d->enc == BLT_ENC_CONST) ok = d->width == 0;
  if (d->enc == BLT_ENC_FOR) ok = narrow && !string && !is_float;
  if (d->enc == BLT_ENC_SCALED) ok = narrow && is_float && d->scale <= BLT_SCALE_MOST;
  if (d->enc == BLT_ENC_PLAIN) ok = d->width == 8 && !string;
  if (d->enc == BLT_ENC_DICT) ok = narrow && string;
  if (d->enc == BLT_ENC_TEXT) ok = d->width == 4 && string;
  if (!ok || d->rows < 1 || d->rows > BLT_BLOCK_ROWS || d->nulls > d->rows) return false;
  if (marked != (d->nulls > 0 && d->nulls < d->rows) || (t.required && d->nulls)) return false;
  if (d->flags >= 2 * BLT_DISK_PACKED || ((d->flags & BLT_DISK_PACKED) && !d->where.bytes)) return false;
  if ((d->text && d->enc != BLT_ENC_TEXT) || d->text > UINT32_MAX || d->where.offset % BLT_DISK_BLOCK_ALIGN)
    return false;
  if (!string || d->enc == BLT_ENC_TEXT) return true;
  return (d->min > d->max && d->base == 0) ||
         (d->min >= 0 && d->max < (int64_t)ncodes && d->base <= d->max && d->base >= 0);
}

static blt_scalar scalar_of(int64_t bits) {
  blt_scalar v;
  memcpy(&v, &bits, sizeof v);
  return v;
}

blt_status blt_load_block(blt_file *f, const blt_disk_block *d, blt_buffer *map, uint64_t map_base,
                          blt_type type, uint32_t ncodes, blt_unread *out, blt_error *err) {
  if (!form_makes_sense(d, type, ncodes)) return blt_file_damaged(f, err, "a block makes no sense");
  size_t data = blt_block_data_bytes(d->enc, d->width, d->rows);
  size_t words = d->flags & BLT_DISK_MARKED ? blt_bits_words(d->rows) : 0;
  blt_block_shape at = blt_block_shape_of(data, words, d->text);
  bool packed = d->flags & BLT_DISK_PACKED;
  if (packed ? d->where.bytes >= at.bytes || f->version < BLT_DISK_PACKS : d->where.bytes != at.bytes)
    return blt_file_damaged(f, err, "a block has the wrong size");
  blt_block *b = blt_block_alloc(f->ctx);
  if (!b) return blt_fail_memory(err, sizeof *b);
  b->enc = d->enc;
  b->width = d->width;
  b->scale = d->enc == BLT_ENC_SCALED ? d->scale : 0;
  b->has_nan = d->flags & BLT_DISK_NAN;
  b->rows = d->rows;
  b->nulls = d->nulls;
  b->text_bytes = (uint32_t)d->text;
  b->base = d->base;
  b->min = scalar_of(d->min);
  b->max = scalar_of(d->max);
  if (at.bytes) {
    const char *p = (const char *)map->data + (d->where.offset - map_base);
    blt_extent where = {d->where.offset, d->where.bytes};
    blt_status pinned = blt_pins_add(f->pins, map, p, where, packed ? &b->pin : &b->buffer, err);
    if (pinned != BLT_OK) {
      blt_block_release(b);
      return pinned;
    }
    b->packed = packed ? p : NULL;
    b->data = data && !packed ? p : NULL;
    b->valid = words && !packed ? (const uint64_t *)(const void *)(p + at.valid_at) : NULL;
    b->text = d->enc == BLT_ENC_TEXT && !packed ? p + at.text_at : NULL;
    b->file = f->opened;
    b->disk = d->where.offset;
    b->disk_bytes = d->where.bytes;
    b->sum = d->where.sum;
  }
  atomic_init(&b->doubtful, at.bytes != 0);
  blt_status status = at.bytes ? BLT_OK : blt_block_validate(b, type, ncodes, err);
  if (status == BLT_OK)
    *out = blt_unread_of(b);
  else
    blt_block_release(b);
  return status;
}

/* A block of the mapping that the file was opened with. */
blt_status blt_load_mapped(blt_file *f, const blt_disk_block *d, const blt_column *c, blt_unread *out,
                           blt_error *err) {
  if (d->where.bytes && !blt_file_place(f, &d->where, err)) return err->code;
  return blt_load_block(f, d, f->map, 0, c->type, c->dict ? c->dict->count : 0, out, err);
}

/* ---- chunks ---- */

static blt_status load_chunk(blt_file *f, const blt_table *t, const blt_disk_piece *piece, uint32_t ngroups,
                             blt_stored_chunk **out, blt_error *err) {
  cursor c;
  uint32_t head[2], ncols = t->schema->ncols;
  blt_stored_chunk *chunk;
  blt_status status = open_ref(f, &piece->where, &c, err);
  if (status != BLT_OK) return status;
  size_t group = sizeof(blt_disk_group) + ncols * sizeof(blt_disk_block);
  if (!take(&c, head, sizeof head) || head[0] != ngroups || head[1] != ncols || c.left < ngroups * group)
    return blt_file_damaged(f, err, "a chunk of groups makes no sense");
  status = blt_stored_chunk_new(f->ctx, ngroups, ncols, &chunk, err);
  if (status != BLT_OK) return status;
  chunk->where = piece->where;
  for (uint32_t g = 0; status == BLT_OK && g < ngroups; g++) {
    blt_disk_block *forms = &chunk->forms[(size_t)g * ncols];
    take(&c, &chunk->groups[g], sizeof *chunk->groups);
    take(&c, forms, ncols * sizeof *forms);
    for (uint32_t i = 0; status == BLT_OK && i < ncols; i++) {
      if (forms[i].rows != chunk->groups[g].rows)
        status = blt_file_damaged(f, err, "the blocks of a group differ in length");
      else
        status = blt_load_mapped(f, &forms[i], &t->columns[i], &chunk->blocks[(size_t)g * ncols + i], err);
    }
  }
  if (status == BLT_OK)
    *out = chunk;
  else
    blt_stored_chunk_release(f->ctx, chunk);
  return status;
}

static blt_status load_live(const blt_file *f, blt_table *t, uint32_t g, uint32_t rows, const blt_ref *ref,
                            uint32_t *dead, blt_error *err) {
  cursor c;
  size_t words = blt_bits_words(rows);
  *dead = 0;
  if (ref->bytes == 0) return BLT_OK;
  blt_status status = open_ref(f, ref, &c, err);
  if (status != BLT_OK) return status;
  if (c.left != words * 8) return blt_file_damaged(f, err, "a bitmap of living rows has the wrong size");
  uint64_t *live = blt_calloc(t->ctx, BLT_BLOCK_ROWS / 64, sizeof *live);
  if (!live) return blt_fail_memory(err, BLT_BLOCK_ROWS / 8);
  take(&c, live, words * 8);
  t->live[g] = live;
  if (rows & 63 && live[words - 1] >> (rows & 63))
    return blt_file_damaged(f, err, "a bitmap of living rows has bits past its end");
  *dead = rows - (uint32_t)blt_bits_count(live, rows);
  return BLT_OK;
}

/* Adds a chunk's groups to the table. */
static blt_status add_groups(const blt_file *f, blt_table *t, const blt_stored_chunk *chunk, uint32_t total,
                             blt_error *err) {
  for (uint32_t i = 0; i < chunk->ngroups; i++) {
    const blt_disk_group *group = &chunk->groups[i];
    uint32_t dead;
    if (group->rows != BLT_BLOCK_ROWS && t->ngroups + 1 < total)
      return blt_file_damaged(f, err, "a group is short but not the last");
    blt_status status = blt_table_reserve_group(t, err);
    if (status == BLT_OK) status = load_live(f, t, t->ngroups, group->rows, &group->live, &dead, err);
    if (status != BLT_OK) return status;
    if (dead != group->dead) return blt_file_damaged(f, err, "a count of deleted rows is wrong");
    for (uint32_t col = 0; col < chunk->ncols; col++)
      t->columns[col].blocks[t->ngroups] = blt_unread_retain(chunk->blocks[(size_t)i * chunk->ncols + col]);
    t->group_rows[t->ngroups++] = group->rows;
    t->sealed_rows += group->rows;
    t->deleted += dead;
  }
  return BLT_OK;
}

static blt_status load_groups(blt_file *f, blt_table *t, const blt_disk_record *r, cursor *c, blt_stored *s,
                              blt_error *err) {
  uint64_t left = r->ngroups;
  for (uint32_t i = 0; i < r->nchunks; i++) {
    blt_disk_piece piece;
    blt_stored_chunk *chunk;
    uint64_t want = left < r->chunk_groups ? left : r->chunk_groups;
    if (!take(c, &piece, sizeof piece) || want == 0 || piece.count != want)
      return blt_file_damaged(f, err, "a table's chunks do not add up");
    blt_status status = load_chunk(f, t, &piece, (uint32_t)want, &chunk, err);
    if (status == BLT_OK) status = blt_stored_add_chunk(s, chunk, err);
    if (status == BLT_OK) status = add_groups(f, t, s->chunks[s->nchunks - 1], r->ngroups, err);
    if (status != BLT_OK) return status;
    left -= want;
  }
  return left ? blt_file_damaged(f, err, "a table's chunks do not add up") : BLT_OK;
}

/* ---- columns and tail ---- */

static blt_status read_column(blt_file *f, blt_table *t, uint32_t col, cursor *c, blt_stored *s,
                              blt_error *err) {
  blt_column *column = &t->columns[col];
  blt_disk_column d;
  if (!take(c, &d, sizeof d) || d.flags > BLT_DISK_PLAIN || ((d.flags || d.npieces) && !column->dict))
    return blt_file_damaged(f, err, "a column makes no sense");
  column->plain = d.flags & BLT_DISK_PLAIN;
  for (uint32_t i = 0; i < d.npieces; i++) {
    blt_disk_piece piece;
    if (!take(c, &piece, sizeof piece)) return blt_file_damaged(f, err, "a column makes no sense");
    blt_status status = blt_pieces_add(f->ctx, &s->dicts[col], &piece, err);
    if (status != BLT_OK) return status;
  }
  blt_status status = d.npieces ? blt_dict_read_later(f, column->dict, &s->dicts[col], err) : BLT_OK;
  t->postponed |= d.npieces && !blt_dict_is_open(column->dict);
  return status;
}

static blt_status load_tail_piece(blt_file *f, blt_table *t, const blt_disk_piece *piece, blt_error *err) {
  blt_stored_chunk *chunk;
  blt_status status = load_chunk(f, t, piece, 1, &chunk, err);
  if (status != BLT_OK) return status;
  if (chunk->groups[0].rows != piece->count || piece->count + (uint64_t)t->tail_rows > BLT_BLOCK_ROWS)
    status = blt_file_damaged(f, err, "a piece of a tail has the wrong length");
  else
    status = blt_table_extend_tail(t, chunk->blocks, piece->count, err);
  blt_stored_chunk_release(f->ctx, chunk);
  return status;
}

static blt_status load_tail(blt_file *f, blt_table *t, const blt_disk_record *r, cursor *c, blt_stored *s,
                            blt_error *err) {
  blt_status status = BLT_OK;
  uint32_t dead = 0;
  for (uint32_t i = 0; status == BLT_OK && i < r->npieces; i++) {
    blt_disk_piece piece;
    if (!take(c, &piece, sizeof piece)) return blt_file_damaged(f, err, "a tail makes no sense");
    status = load_tail_piece(f, t, &piece, err);
    if (status == BLT_OK) status = blt_pieces_add(f->ctx, &s->tail, &piece, err);
  }
  if (status != BLT_OK) return status;
  if (t->tail_rows && t->ngroups && t->group_rows[t->ngroups - 1] != BLT_BLOCK_ROWS)
    return blt_file_damaged(f, err, "a tail follows a short group");
  if (t->tail_rows || r->tail_live.bytes)
    status = load_live(f, t, t->ngroups, t->tail_rows, &r->tail_live, &dead, err);
  t->deleted += dead;
  s->tail_live = (blt_disk_group){t->tail_rows, dead, r->tail_live};
  s->tail_at = t->sealed_rows;
  return status;
}

/* ---- tables ---- */

static blt_status load_patches(blt_file *f, blt_table *t, cursor *c, blt_stored *s, blt_error *err) {
  uint32_t head[2];
  blt_status status = BLT_OK;
  if (!take(c, head, sizeof head)) return blt_file_damaged(f, err, "a table's patches make no sense");
  for (uint32_t i = 0; status == BLT_OK && i < head[0]; i++) {
    blt_disk_piece piece;
    if (!take(c, &piece, sizeof piece)) return blt_file_damaged(f, err, "a table's patches make no sense");
    status = blt_patch_load(f, t, &piece, s, err);
  }
  return status;
}

static blt_status fill_table(blt_file *f, blt_table *t, const blt_disk_record *r, cursor *c, blt_stored *s,
                             blt_error *err) {
  blt_status status = BLT_OK;
  if (r->ncols != t->schema->ncols || r->chunk_groups == 0)
    return blt_file_damaged(f, err, "a table's record makes no sense");
  s->chunk_groups = r->chunk_groups;
  s->schema = r->schema;
  for (uint32_t i = 0; status == BLT_OK && i < r->ncols; i++) status = read_column(f, t, i, c, s, err);
  if (status == BLT_OK) status = load_groups(f, t, r, c, s, err);
  if (status == BLT_OK) status = load_tail(f, t, r, c, s, err);
  if (status == BLT_OK && f->version >= BLT_DISK_REUSES) status = load_patches(f, t, c, s, err);
  if (status != BLT_OK) return status;
  if (t->sealed_rows != r->sealed_rows || t->tail_rows != r->tail_rows || t->deleted != r->deleted)
    return blt_file_damaged(f, err, "a table's row counts do not add up");
  blt_save_done(t, s);
  s->version = t->version;
  return BLT_OK;
}

blt_status blt_load_table(blt_file *f, const blt_ref *record, blt_table **out, blt_stored **stored,
                          blt_error *err) {
  cursor c;
  blt_disk_record r;
  blt_schema *schema;
  blt_table *t = NULL;
  blt_stored *s = NULL;
  blt_status status = open_ref(f, record, &c, err);
  if (status != BLT_OK) return status;
  if (!take(&c, &r, sizeof r)) return blt_file_damaged(f, err, "a table's record makes no sense");
  status = load_schema(f, &r.schema, &schema, err);
  if (status != BLT_OK) return status;
  status = blt_table_new(f->ctx, schema, &t, err);
  if (status == BLT_OK) status = blt_stored_new(f->ctx, schema->ncols, &s, err);
  if (status == BLT_OK) status = fill_table(f, t, &r, &c, s, err);
  blt_schema_free(schema);
  if (status != BLT_OK) {
    blt_stored_free(s);
    blt_table_release(t);
    return status;
  }
  s->record = *record;
  *out = t;
  *stored = s;
  return BLT_OK;
}
