#include "patch.h"
#include "base/bits.h"
#include "base/mem.h"
#include "store/table/change.h"
#include "store/table/difference.h"

#include <stdlib.h>
#include <string.h>

/* ---- a patch in memory ---- */

static size_t patch_bytes(uint32_t rows, uint32_t ncols) {
  return sizeof(blt_patch) + (rows + blt_bits_words(ncols)) * 8;
}

static blt_status patch_new(blt_ctx *ctx, uint32_t rows, uint32_t ncols, blt_patch **out, blt_error *err) {
  blt_patch *p = blt_calloc(ctx, 1, patch_bytes(rows, ncols));
  if (!p) return blt_fail_memory(err, patch_bytes(rows, ncols));
  p->refs = 1;
  p->ncols = ncols;
  p->piece.count = rows;
  p->rows = (uint64_t *)(p + 1);
  p->cols = p->rows + rows;
  *out = p;
  return BLT_OK;
}

void blt_patch_release(blt_ctx *ctx, blt_patch *p) {
  if (p && --p->refs == 0) blt_free(ctx, p, patch_bytes(p->piece.count, p->ncols));
}

/* Takes the reference, also on failure. */
static blt_status add_patch(blt_stored *s, blt_patch *p, blt_error *err) {
  blt_status status = blt_grow(s->ctx, &s->patches, &s->patches_cap, s->npatches + 1, sizeof p, err);
  if (status == BLT_OK)
    s->patches[s->npatches++] = p;
  else
    blt_patch_release(s->ctx, p);
  return status;
}

/* ---- what changed ---- */

static blt_status add_row(blt_changes *c, uint64_t entry, blt_error *err) {
  blt_status status = blt_grow(c->ctx, &c->rows, &c->cap, c->n + 1, sizeof *c->rows, err);
  if (status == BLT_OK) c->rows[c->n++] = entry;
  return status;
}

static int by_number(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* In order, each row once: deleted when any of its entries says so. */
static void put_in_order(blt_changes *c) {
  size_t n = 0;
  if (c->n) qsort(c->rows, c->n, sizeof *c->rows, by_number);
  for (size_t i = 0; i < c->n; i++) {
    if (n && c->rows[n - 1] / 2 == c->rows[i] / 2)
      c->rows[n - 1] |= c->rows[i];
    else
      c->rows[n++] = c->rows[i];
  }
  c->n = n;
}

typedef struct found {
  blt_changes *c;
  uint64_t base;
  size_t most;
} found;

/* One row of a block that differs; false ends the search. */
static blt_status found_row(void *arg, uint32_t row, blt_error *err) {
  found *f = arg;
  if (f->c->n > f->most) return BLT_OK;
  return add_row(f->c, (f->base + row) * 2, err);
}

static blt_status find_in_block(blt_table *t, uint32_t g, uint32_t col, blt_unread was, found *into,
                                blt_error *err) {
  const blt_column *c = &t->columns[col];
  uint32_t ncodes = c->dict ? c->dict->count : 0;
  const blt_block *a, *b;
  blt_status status = blt_unread_open(was, c->type, ncodes, &a, err);
  if (status == BLT_OK) status = blt_unread_open(c->blocks[g], c->type, ncodes, &b, err);
  if (status != BLT_OK) return status;
  size_t before = into->c->n;
  status = blt_blocks_differ(a, b, c->type, c->dict, found_row, into, err);
  if (into->c->n > before) blt_bit_set(into->c->cols, col);
  return status;
}

/* Rows of a group that died since it was saved, when the table still knows which. */
static blt_status find_dead(const blt_table *t, uint32_t g, uint32_t count, blt_changes *c, bool *known,
                            blt_error *err) {
  uint64_t from = (uint64_t)g * BLT_BLOCK_ROWS, last = UINT64_MAX;
  uint32_t met = 0;
  blt_status status = BLT_OK;
  for (size_t i = 0; status == BLT_OK && i < t->ndying; i++) {
    uint64_t row = t->dying[i];
    if (row < from || row - from >= BLT_BLOCK_ROWS || row == last || blt_bit(t->live[g], row - from))
      continue;
    last = row;
    met++;
    status = add_row(c, row * 2 + 1, err);
  }
  *known = met == count;
  return status;
}

static blt_status find_in_group(const blt_file *f, blt_table *t, const blt_stored_chunk *chunk, uint32_t i,
                                uint32_t g, blt_changes *c, blt_error *err) {
  size_t before = c->n;
  uint32_t dead = blt_stored_dead(t, g), ncols = chunk->ncols;
  found into = {c, (uint64_t)g * BLT_BLOCK_ROWS, f->version < BLT_DISK_REUSES ? 0 : before + BLT_PATCH_ROWS};
  bool known = true;
  blt_status status = BLT_OK;
  c->rewrite[g] = t->recoded || chunk->groups[i].rows != t->group_rows[g];
  for (uint32_t col = 0; status == BLT_OK && !c->rewrite[g] && col < ncols; col++) {
    blt_unread was = chunk->saved[(size_t)i * ncols + col];
    if (blt_unread_same(was, t->columns[col].blocks[g])) continue;
    if (dead == t->group_rows[g]) { /* nobody asks what it had */
      c->rewrite[g] = true;
      break;
    }
    status = find_in_block(t, g, col, was, &into, err);
    c->rewrite[g] = c->n > into.most;
  }
  if (status == BLT_OK && !c->rewrite[g] && dead != chunk->saved_dead[i]) {
    status = find_dead(t, g, dead - chunk->saved_dead[i], c, &known, err);
    c->rewrite[g] = !known || c->n > into.most;
  }
  if (c->rewrite[g]) c->n = before;
  return status;
}

static blt_status find_in_groups(const blt_file *f, blt_table *t, const blt_stored *old, blt_changes *c,
                                 blt_error *err) {
  blt_status status = BLT_OK;
  uint32_t g = 0;
  if (t->ndying) qsort(t->dying, t->ndying, sizeof *t->dying, by_number);
  for (uint32_t k = 0; status == BLT_OK && old && k < old->nchunks; k++)
    for (uint32_t i = 0; status == BLT_OK && i < old->chunks[k]->ngroups && g < t->ngroups; i++, g++)
      status = find_in_group(f, t, old->chunks[k], i, g, c, err);
  for (; g < t->ngroups; g++) c->rewrite[g] = 1;
  return status;
}

static blt_status find_in_tail(blt_table *t, blt_changes *c, blt_error *err) {
  blt_status status = BLT_OK;
  for (size_t i = 0; status == BLT_OK && i < t->ntouched; i++) {
    uint32_t row = (uint32_t)(t->touched[i] >> 32), col = (uint32_t)t->touched[i];
    if (row >= t->tail_kept) continue;
    blt_bit_set(c->cols, col);
    status = add_row(c, (t->sealed_rows + row) * 2, err);
  }
  return status;
}

static uint64_t rows_in_patches(const blt_stored *s) {
  uint64_t n = 0;
  for (size_t i = 0; i < s->npatches; i++) n += s->patches[i]->piece.count;
  return n;
}

/* Whatever is not as its blocks say is written whole. */
static void fold(const blt_table *t, const blt_stored *old, blt_changes *c) {
  uint32_t g = 0;
  c->fold = true;
  c->n = 0;
  c->kept = old->npatches || t->ntouched || t->recoded ? 0 : t->tail_kept;
  for (uint32_t k = 0; k < old->nchunks; k++) {
    const blt_stored_chunk *chunk = old->chunks[k];
    for (uint32_t i = 0; i < chunk->ngroups && g < t->ngroups; i++, g++) {
      c->rewrite[g] |= chunk->groups[i].dead != blt_stored_dead(t, g);
      for (uint32_t col = 0; col < chunk->ncols; col++)
        c->rewrite[g] |=
            !blt_unread_same(chunk->blocks[(size_t)i * chunk->ncols + col], t->columns[col].blocks[g]);
    }
  }
}

/* Rows that patches may have: a quarter of a small table's. */
static uint64_t most_rows(const blt_file *f, const blt_table *t) {
  uint64_t n = blt_table_all_rows(t) / 4;
  if (f->version < BLT_DISK_REUSES) return 0;
  return n < BLT_PATCH_LEAST ? BLT_PATCH_LEAST : n > BLT_PATCH_ROWS ? BLT_PATCH_ROWS : n;
}

blt_status blt_changes_find(const blt_file *f, blt_table *t, const blt_stored *old, blt_changes *out,
                            blt_error *err) {
  size_t words = blt_bits_words(t->schema->ncols);
  *out = (blt_changes){.ctx = f->ctx, .kept = t->tail_kept};
  out->cols = blt_calloc(f->ctx, words, 8);
  out->rewrite = blt_calloc(f->ctx, (size_t)t->ngroups + 1, 1);
  if (!out->cols || !out->rewrite) return blt_fail_memory(err, words * 8 + t->ngroups);
  blt_status status = find_in_groups(f, t, old, out, err);
  if (status == BLT_OK) status = find_in_tail(t, out, err);
  if (status != BLT_OK) return status;
  put_in_order(out);
  if (old && (t->recoded || rows_in_patches(old) + out->n > most_rows(f, t))) fold(t, old, out);
  return BLT_OK;
}

void blt_changes_free(blt_changes *c, const blt_table *t) {
  blt_free(c->ctx, c->rows, c->cap * sizeof *c->rows);
  blt_free(c->ctx, c->cols, blt_bits_words(t->schema->ncols) * 8);
  blt_free(c->ctx, c->rewrite, (size_t)t->ngroups + 1);
}

/* ---- saving ---- */

/* Whether what a patch says of the row still holds: what it stands on was not written anew. */
static bool holds(const blt_table *t, const blt_changes *c, uint32_t first, uint64_t entry) {
  uint64_t row = entry / 2;
  if (row >= t->sealed_rows) return row - t->sealed_rows < first;
  return !c->rewrite[row / BLT_BLOCK_ROWS];
}

static bool all_hold(const blt_table *t, const blt_changes *c, uint32_t first, const blt_patch *p) {
  for (uint32_t i = 0; i < p->piece.count; i++)
    if (!holds(t, c, first, p->rows[i])) return false;
  return true;
}

/* Takes what still holds of a patch into the new one. */
static blt_status swallow(const blt_table *t, blt_changes *c, uint32_t first, const blt_patch *p,
                          blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < p->piece.count; i++)
    if (holds(t, c, first, p->rows[i])) status = add_row(c, p->rows[i], err);
  for (size_t w = 0; w < blt_bits_words(t->schema->ncols); w++) c->cols[w] |= p->cols[w];
  return status;
}

static blt_status keep_patches(const blt_table *t, const blt_stored *old, blt_changes *c, uint32_t first,
                               blt_stored *out, blt_error *err) {
  blt_status status = BLT_OK;
  for (size_t i = 0; status == BLT_OK && old && !c->fold && i < old->npatches; i++) {
    blt_patch *p = old->patches[i];
    if (!all_hold(t, c, first, p)) {
      status = swallow(t, c, first, p, err);
      continue;
    }
    p->refs++;
    status = add_patch(out, p, err);
  }
  while (status == BLT_OK && c->n && out->npatches && out->patches[out->npatches - 1]->piece.count <= c->n) {
    blt_patch *p = out->patches[--out->npatches];
    status = swallow(t, c, first, p, err);
    blt_patch_release(out->ctx, p);
  }
  return status;
}

static blt_status has_text(blt_table *t, uint32_t col, const blt_changes *c, bool *text, blt_error *err) {
  *text = t->columns[col].plain;
  for (size_t i = 0; !*text && i < c->n; i++) {
    uint64_t row = c->rows[i] / 2;
    const blt_block *b;
    if (row >= t->sealed_rows) break;
    blt_status status = blt_table_block(t, col, (uint32_t)(row / BLT_BLOCK_ROWS), &b, err);
    if (status != BLT_OK) return status;
    *text = b->enc == BLT_ENC_TEXT;
  }
  return BLT_OK;
}

/* The bits of one cell: a number, or the code of a string. */
static blt_status scalar_of(blt_table *t, uint32_t col, uint64_t row, blt_scalar *out, bool *null,
                            blt_error *err) {
  const blt_block *b;
  uint32_t r = (uint32_t)(row % BLT_BLOCK_ROWS);
  if (row >= t->sealed_rows) {
    r = (uint32_t)(row - t->sealed_rows);
    *null = !blt_bit(t->columns[col].tail.valid, r);
    *out = blt_tail_scalar(t, col, r);
    return BLT_OK;
  }
  blt_status status = blt_table_block(t, col, (uint32_t)(row / BLT_BLOCK_ROWS), &b, err);
  if (status != BLT_OK) return status;
  *null = blt_block_is_null(b, r);
  if (t->columns[col].type.id == BLT_FLOAT64)
    out->f = blt_block_f64(b, r);
  else
    out->i = blt_block_i64(b, r);
  return BLT_OK;
}

/* The values of the changed rows in one column. */
static blt_status gather_text(blt_table *t, uint32_t col, const blt_changes *c, blt_block **out,
                              blt_error *err) {
  uint64_t valid[BLT_BLOCK_ROWS / 64] = {0};
  blt_str *v = blt_alloc(c->ctx, c->n * sizeof *v);
  if (!v) return blt_fail_memory(err, c->n * sizeof *v);
  blt_status status = BLT_OK;
  for (size_t i = 0; status == BLT_OK && i < c->n; i++) {
    blt_value value;
    status = blt_table_cell(t, col, c->rows[i] / 2, &value, err);
    if (status != BLT_OK) break;
    blt_bit_put(valid, i, !value.null);
    v[i] = value.null ? (blt_str){"", 0} : value.u.s;
  }
  if (status == BLT_OK) status = blt_block_from_text(c->ctx, v, valid, (uint32_t)c->n, out, err);
  blt_free(c->ctx, v, c->n * sizeof *v);
  return status;
}

static blt_status gather_scalars(blt_table *t, uint32_t col, const blt_changes *c, blt_block **out,
                                 blt_error *err) {
  uint64_t valid[BLT_BLOCK_ROWS / 64] = {0};
  uint32_t n = (uint32_t)c->n;
  blt_scalar *v = blt_alloc(c->ctx, n * sizeof *v);
  if (!v) return blt_fail_memory(err, n * sizeof *v);
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
    bool null = false;
    status = scalar_of(t, col, c->rows[i] / 2, &v[i], &null, err);
    blt_bit_put(valid, i, !null);
  }
  blt_type_id type = t->columns[col].type.id;
  if (status == BLT_OK && type == BLT_STRING) {
    uint32_t *codes = (uint32_t *)(void *)v;
    for (uint32_t i = 0; i < n; i++) codes[i] = (uint32_t)v[i].i;
    status = blt_block_from_codes(c->ctx, codes, valid, n, out, err);
  } else if (status == BLT_OK) {
    status = type == BLT_FLOAT64 ? blt_block_from_f64(c->ctx, &v->f, valid, n, out, err)
                                 : blt_block_from_i64(c->ctx, &v->i, valid, n, out, err);
  }
  blt_free(c->ctx, v, n * sizeof *v);
  return status;
}

static blt_status save_column(blt_file *f, blt_table *t, uint32_t col, const blt_changes *c,
                              blt_disk_block *form, blt_error *err) {
  blt_block *b = NULL;
  bool text = false;
  blt_status status = BLT_OK;
  if (t->columns[col].type.id == BLT_STRING) status = has_text(t, col, c, &text, err);
  if (status == BLT_OK) status = (text ? gather_text : gather_scalars)(t, col, c, &b, err);
  if (status != BLT_OK) return status;
  blt_unread made = blt_unread_of(b);
  status = blt_save_block(f, made, &t->columns[col], form, err);
  blt_unread_release(made);
  return status;
}

static blt_status write_patch(blt_file *f, blt_table *t, const blt_changes *c, blt_patch *p, blt_error *err) {
  uint32_t ncols = t->schema->ncols, head[2] = {(uint32_t)c->n, ncols};
  size_t entries = c->n * sizeof *c->rows, bytes = sizeof head + entries + ncols * sizeof(blt_disk_block);
  char *memory = blt_calloc(f->ctx, 1, bytes);
  if (!memory) return blt_fail_memory(err, bytes);
  blt_status status = BLT_OK;
  memcpy(memory, head, sizeof head);
  memcpy(memory + sizeof head, c->rows, entries);
  for (uint32_t col = 0; status == BLT_OK && col < ncols; col++) {
    blt_disk_block form = {0};
    if (!blt_bit(c->cols, col)) continue;
    status = save_column(f, t, col, c, &form, err);
    memcpy(memory + sizeof head + entries + col * sizeof form, &form, sizeof form);
  }
  if (status == BLT_OK) status = blt_file_append(f, memory, bytes, 8, &p->piece.where, err);
  blt_free(f->ctx, memory, bytes);
  return status;
}

blt_status blt_patches_save(blt_file *f, blt_table *t, const blt_stored *old, blt_changes *c, uint32_t first,
                            blt_stored *out, blt_error *err) {
  blt_patch *p = NULL;
  size_t n = 0;
  for (size_t i = 0; i < c->n; i++)
    if (holds(t, c, first, c->rows[i])) c->rows[n++] = c->rows[i];
  c->n = n;
  blt_status status = keep_patches(t, old, c, first, out, err);
  if (status != BLT_OK || c->n == 0) return status;
  put_in_order(c);
  status = patch_new(f->ctx, (uint32_t)c->n, t->schema->ncols, &p, err);
  if (status != BLT_OK) return status;
  memcpy(p->rows, c->rows, c->n * sizeof *c->rows);
  memcpy(p->cols, c->cols, blt_bits_words(t->schema->ncols) * 8);
  status = write_patch(f, t, c, p, err);
  if (status == BLT_OK) return add_patch(out, p, err);
  blt_patch_release(f->ctx, p);
  return status;
}

/* ---- loading ---- */

static blt_status senseless(const blt_file *f, blt_error *err) {
  return blt_file_damaged(f, err, "a patch makes no sense");
}

/* Rows that rise, are there, and are deleted only where there is a bitmap to say so. */
static bool check_rows(const blt_table *t, const blt_patch *p) {
  uint64_t all = blt_table_all_rows(t);
  for (uint32_t i = 0; i < p->piece.count; i++) {
    uint64_t row = p->rows[i] / 2;
    if (row >= all || (i && row <= p->rows[i - 1] / 2)) return false;
    if (p->rows[i] % 2 && row >= t->sealed_rows) return false;
  }
  return true;
}

/* Gives the rows their values: `blocks` has one for each column that is given. */
static blt_status apply(blt_table *t, const blt_patch *p, const uint32_t *cols, blt_unread *blocks,
                        uint32_t n, blt_error *err) {
  size_t bytes = p->piece.count * sizeof(uint64_t);
  uint64_t *rows = blt_alloc(t->ctx, bytes);
  if (!rows) return blt_fail_memory(err, bytes);
  for (uint32_t i = 0; i < p->piece.count; i++) rows[i] = p->rows[i] / 2;
  blt_status status = n ? blt_table_patch(t, rows, p->piece.count, cols, n, blocks, err) : BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < p->piece.count; i++)
    if (p->rows[i] % 2) status = blt_table_bury(t, rows[i], err);
  blt_free(t->ctx, rows, bytes);
  return status;
}

static blt_status load_columns(blt_file *f, blt_table *t, blt_patch *p, const char *forms, blt_error *err) {
  uint32_t ncols = t->schema->ncols, n = 0;
  size_t bytes = ncols * (sizeof(blt_unread) + sizeof(uint32_t));
  blt_unread *blocks = blt_calloc(f->ctx, 1, bytes);
  if (!blocks) return blt_fail_memory(err, bytes);
  uint32_t *cols = (uint32_t *)(blocks + ncols);
  blt_status status = BLT_OK;
  for (uint32_t col = 0; status == BLT_OK && col < ncols; col++) {
    blt_disk_block form;
    memcpy(&form, forms + col * sizeof form, sizeof form);
    if (form.rows == 0) continue;
    if (form.rows != p->piece.count) {
      status = senseless(f, err);
      break;
    }
    blt_bit_set(p->cols, col);
    cols[n] = col;
    status = blt_load_mapped(f, &form, &t->columns[col], &blocks[n], err);
    n += status == BLT_OK;
  }
  if (status == BLT_OK) status = apply(t, p, cols, blocks, n, err);
  for (uint32_t i = 0; i < n; i++) blt_unread_release(blocks[i]);
  blt_free(f->ctx, blocks, bytes);
  return status;
}

blt_status blt_patch_load(blt_file *f, blt_table *t, const blt_disk_piece *piece, blt_stored *s,
                          blt_error *err) {
  uint32_t head[2], ncols = t->schema->ncols;
  blt_patch *p = NULL;
  const char *at = blt_file_at(f, &piece->where, err);
  if (!at) return err->code;
  if (piece->where.bytes < sizeof head) return senseless(f, err);
  memcpy(head, at, sizeof head);
  uint64_t want = sizeof head + (uint64_t)head[0] * 8 + ncols * sizeof(blt_disk_block);
  if (head[0] == 0 || head[0] > BLT_BLOCK_ROWS || head[0] != piece->count || head[1] != ncols ||
      piece->where.bytes != want)
    return senseless(f, err);
  blt_status status = patch_new(f->ctx, head[0], ncols, &p, err);
  if (status != BLT_OK) return status;
  p->piece.where = piece->where;
  memcpy(p->rows, at + sizeof head, head[0] * sizeof *p->rows);
  status = check_rows(t, p) ? load_columns(f, t, p, at + sizeof head + head[0] * 8, err) : senseless(f, err);
  if (status == BLT_OK) return add_patch(s, p, err);
  blt_patch_release(f->ctx, p);
  return status;
}
