#include "extents.h"
#include "base/mem.h"

#include <stdlib.h>

blt_status blt_extents_add(blt_extents *e, uint64_t offset, uint64_t bytes, blt_error *err) {
  blt_status status = blt_grow(e->ctx, &e->v, &e->cap, e->n + 1, sizeof *e->v, err);
  if (status == BLT_OK) e->v[e->n++] = (blt_extent){offset, bytes};
  return status;
}

static int by_offset(const void *a, const void *b) {
  uint64_t x = ((const blt_extent *)a)->offset, y = ((const blt_extent *)b)->offset;
  return (x > y) - (x < y);
}

uint64_t blt_extents_join(blt_extents *e) {
  uint64_t sum = 0;
  size_t n = 0;
  if (e->n) qsort(e->v, e->n, sizeof *e->v, by_offset);
  for (size_t i = 0; i < e->n; i++) {
    blt_extent x = e->v[i], *last = n ? &e->v[n - 1] : NULL;
    if (!last || x.offset > last->offset + last->bytes)
      e->v[n++] = x;
    else if (x.offset + x.bytes > last->offset + last->bytes)
      last->bytes = x.offset + x.bytes - last->offset;
  }
  e->n = n;
  for (size_t i = 0; i < n; i++) sum += e->v[i].bytes;
  return sum;
}

blt_status blt_extents_gaps(const blt_extents *e, uint64_t least, blt_extents *gaps, blt_error *err) {
  blt_status status = BLT_OK;
  for (size_t i = 1; status == BLT_OK && i < e->n; i++) {
    uint64_t from = e->v[i - 1].offset + e->v[i - 1].bytes, bytes = e->v[i].offset - from;
    if (bytes >= least) status = blt_extents_add(gaps, from, bytes, err);
  }
  return status;
}

void blt_extents_free(blt_extents *e) {
  blt_free(e->ctx, e->v, e->cap * sizeof *e->v);
  e->v = NULL;
  e->n = e->cap = 0;
}
