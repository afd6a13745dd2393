#include "aids.h"
#include "bounds.h"

#include "base/mem.h"

blt_status blt_pq_aids_start(const blt_pq_set *set, blt_pq_aids *a, blt_error *err) {
  a->set = set;
  a->columns = blt_calloc(set->ctx, set->ncols + 1, sizeof *a->columns);
  a->locked = pthread_mutex_init(&a->lock, NULL) == 0;
  return a->columns && a->locked ? BLT_OK : blt_fail_memory(err, set->ncols * sizeof *a->columns);
}

static void free_column(blt_pq_aids *a, blt_pq_aid *v) {
  blt_ctx *ctx = a->set->ctx;
  for (uint32_t i = 0; i < a->set->nparts; i++) {
    blt_pq_index_free(ctx, &v[i].index);
    blt_pq_bloom_free(ctx, &v[i].bloom);
  }
  blt_free(ctx, v, (a->set->nparts + 1) * sizeof *v);
}

void blt_pq_aids_free(blt_pq_aids *a) {
  for (uint32_t c = 0; a->columns && c < a->set->ncols; c++)
    if (a->columns[c]) free_column(a, a->columns[c]);
  if (a->columns) blt_free(a->set->ctx, a->columns, (a->set->ncols + 1) * sizeof *a->columns);
  if (a->locked) pthread_mutex_destroy(&a->lock);
  *a = (blt_pq_aids){0};
}

/* Under the lock; NULL when there is no memory for it. */
static blt_pq_aid *aid_of(blt_pq_aids *a, uint32_t part, uint32_t col) {
  if (!a->columns[col]) a->columns[col] = blt_calloc(a->set->ctx, a->set->nparts + 1, sizeof(blt_pq_aid));
  return a->columns[col] ? &a->columns[col][part] : NULL;
}

static void read_index(blt_pq_aids *a, const blt_pq_place *place, blt_pq_index *x) {
  blt_pq_index_read(a->set->ctx, place->source, place->chunk, (uint64_t)place->rows, x);
  if (x->n == 0 || x->lies || blt_pq_index_agrees(place, x)) return;
  x->lies = true;
  blt_pq_index_forget(x);
}

const blt_pq_index *blt_pq_aids_index(blt_pq_aids *a, uint32_t part, uint32_t col) {
  blt_pq_place place;
  blt_pq_set_place(a->set, part, col, &place);
  if (!place.chunk || place.chunk->pages_at <= 0) return NULL;
  pthread_mutex_lock(&a->lock);
  blt_pq_aid *x = aid_of(a, part, col);
  if (x && !x->indexed) read_index(a, &place, &x->index);
  if (x) x->indexed = true;
  pthread_mutex_unlock(&a->lock);
  return x && x->index.n ? &x->index : NULL;
}

const blt_pq_bloom *blt_pq_aids_bloom(blt_pq_aids *a, uint32_t part, uint32_t col) {
  blt_pq_place place;
  blt_pq_set_place(a->set, part, col, &place);
  if (!place.chunk || place.chunk->bloom_at <= 0) return NULL;
  pthread_mutex_lock(&a->lock);
  blt_pq_aid *x = aid_of(a, part, col);
  if (x && !x->filtered) blt_pq_bloom_read(a->set->ctx, place.source, place.chunk, &x->bloom);
  if (x) x->filtered = true;
  pthread_mutex_unlock(&a->lock);
  return x && x->bloom.nblocks ? &x->bloom : NULL;
}
