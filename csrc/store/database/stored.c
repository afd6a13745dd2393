#include "stored.h"
#include "base/bits.h"
#include "base/mem.h"

blt_status blt_stored_new(blt_ctx *ctx, uint32_t ncols, blt_stored **out, blt_error *err) {
  blt_stored *s = blt_calloc(ctx, 1, sizeof *s);
  blt_pieces *dicts = blt_calloc(ctx, ncols, sizeof *dicts);
  if (!s || !dicts) {
    blt_free(ctx, s, sizeof *s);
    blt_free(ctx, dicts, ncols * sizeof *dicts);
    return blt_fail_memory(err, ncols * sizeof *dicts);
  }
  uint32_t groups = BLT_DISK_CHUNK_BLOCKS / ncols;
  groups = groups < 1 ? 1 : groups > BLT_DISK_CHUNK_GROUPS ? BLT_DISK_CHUNK_GROUPS : groups;
  *s = (blt_stored){.ctx = blt_ctx_retain(ctx), .ncols = ncols, .chunk_groups = groups, .dicts = dicts};
  *out = s;
  return BLT_OK;
}

void blt_stored_free(blt_stored *s) {
  if (!s) return;
  blt_ctx *ctx = s->ctx;
  for (uint32_t i = 0; i < s->nchunks; i++) blt_stored_chunk_release(ctx, s->chunks[i]);
  for (uint32_t i = 0; i < s->ncols; i++)
    blt_free(ctx, s->dicts[i].v, s->dicts[i].cap * sizeof(blt_disk_piece));
  for (size_t i = 0; i < s->npatches; i++) blt_patch_release(ctx, s->patches[i]);
  blt_free(ctx, s->patches, s->patches_cap * sizeof *s->patches);
  blt_free(ctx, s->dicts, s->ncols * sizeof *s->dicts);
  blt_free(ctx, s->tail.v, s->tail.cap * sizeof(blt_disk_piece));
  blt_free(ctx, s->chunks, s->chunks_cap * sizeof *s->chunks);
  blt_free(ctx, s, sizeof *s);
  blt_ctx_release(ctx);
}

static size_t chunk_bytes(uint32_t ngroups, uint32_t ncols) {
  size_t n = (size_t)ngroups * ncols;
  return sizeof(blt_stored_chunk) + ngroups * sizeof(blt_disk_group) +
         n * (sizeof(blt_disk_block) + 2 * sizeof(blt_unread)) + ngroups * sizeof(uint32_t);
}

blt_status blt_stored_chunk_new(blt_ctx *ctx, uint32_t ngroups, uint32_t ncols, blt_stored_chunk **out,
                                blt_error *err) {
  blt_stored_chunk *c = blt_calloc(ctx, 1, chunk_bytes(ngroups, ncols));
  if (!c) return blt_fail_memory(err, chunk_bytes(ngroups, ncols));
  c->refs = 1;
  c->ngroups = ngroups;
  c->ncols = ncols;
  c->groups = (blt_disk_group *)(c + 1);
  c->forms = (blt_disk_block *)(c->groups + ngroups);
  c->blocks = (blt_unread *)(c->forms + (size_t)ngroups * ncols);
  c->saved = c->blocks + (size_t)ngroups * ncols;
  c->saved_dead = (uint32_t *)(c->saved + (size_t)ngroups * ncols);
  *out = c;
  return BLT_OK;
}

void blt_stored_chunk_release(blt_ctx *ctx, blt_stored_chunk *c) {
  if (!c || --c->refs) return;
  size_t n = (size_t)c->ngroups * c->ncols;
  for (size_t i = 0; i < 2 * n; i++) blt_unread_release(c->blocks[i]);
  blt_free(ctx, c, chunk_bytes(c->ngroups, c->ncols));
}

blt_status blt_stored_add_chunk(blt_stored *s, blt_stored_chunk *c, blt_error *err) {
  blt_status status =
      blt_grow(s->ctx, &s->chunks, &s->chunks_cap, (size_t)s->nchunks + 1, sizeof *s->chunks, err);
  if (status == BLT_OK)
    s->chunks[s->nchunks++] = c;
  else
    blt_stored_chunk_release(s->ctx, c);
  return status;
}

blt_status blt_pieces_add(blt_ctx *ctx, blt_pieces *p, const blt_disk_piece *piece, blt_error *err) {
  blt_status status = blt_grow(ctx, &p->v, &p->cap, p->n + 1, sizeof *p->v, err);
  if (status == BLT_OK) p->v[p->n++] = *piece;
  return status;
}

uint32_t blt_stored_dead(const blt_table *t, uint32_t group) {
  const uint64_t *live = t->live[group];
  return live ? t->group_rows[group] - (uint32_t)blt_bits_count(live, t->group_rows[group]) : 0;
}

static void remember_chunk(const blt_table *t, blt_stored_chunk *c, uint32_t first) {
  for (uint32_t i = 0; i < c->ngroups; i++) {
    c->saved_dead[i] = blt_stored_dead(t, first + i);
    for (uint32_t col = 0; col < c->ncols; col++) {
      blt_unread *saved = &c->saved[(size_t)i * c->ncols + col], now = t->columns[col].blocks[first + i];
      if (blt_unread_same(*saved, now)) continue;
      blt_unread_release(*saved);
      *saved = blt_unread_retain(now);
    }
  }
}

void blt_save_done(blt_table *t, blt_stored *s) {
  uint32_t first = 0;
  for (uint32_t k = 0; k < s->nchunks; first += s->chunks[k++]->ngroups)
    remember_chunk(t, s->chunks[k], first);
  t->tail_kept = t->tail_rows;
  t->ntouched = t->ndying = 0;
  t->recoded = false;
  for (uint32_t i = 0; i < t->schema->ncols; i++)
    if (t->columns[i].dict) t->columns[i].dict_kept = t->columns[i].dict->count;
}
