#include "window_deal.h"

#include "base/mem.h"
#include <string.h>

blt_status blt_deal_init(blt_deal *d, blt_ctx *ctx, uint32_t ngroups, uint64_t rows, uint32_t n,
                         blt_error *err) {
  size_t places = (size_t)ngroups * n + 1;
  *d = (blt_deal){.ctx = ctx, .ngroups = ngroups, .n = n, .rows = rows};
  d->buckets = blt_alloc(ctx, (rows + 1) * sizeof *d->buckets);
  d->places = blt_calloc(ctx, places, sizeof *d->places);
  d->starts = blt_calloc(ctx, n + 1, sizeof *d->starts);
  if (d->buckets && d->places && d->starts) return BLT_OK;
  return blt_fail_memory(err, (rows + 1) * sizeof *d->buckets);
}

void blt_deal_free(blt_deal *d) {
  if (!d->ctx) return;
  blt_free(d->ctx, d->buckets, (d->rows + 1) * sizeof *d->buckets);
  blt_free(d->ctx, d->places, ((size_t)d->ngroups * d->n + 1) * sizeof *d->places);
  blt_free(d->ctx, d->starts, (d->n + 1) * sizeof *d->starts);
  *d = (blt_deal){0};
}

void blt_deal_note(blt_deal *d, uint32_t first, const uint64_t *numbers, uint32_t shift, uint32_t n) {
  uint32_t *counts = d->places + (size_t)(first / BLT_BLOCK_ROWS) * d->n;
  for (uint32_t i = 0; i < n; i++) {
    uint16_t bucket = (uint16_t)(numbers[i] >> shift);
    d->buckets[first + i] = bucket;
    counts[bucket]++;
  }
}

void blt_deal_placed(blt_deal *d) {
  uint32_t at = 0;
  for (uint32_t b = 0; b < d->n; b++) {
    d->starts[b] = at;
    for (uint32_t g = 0; g < d->ngroups; g++) {
      uint32_t *place = &d->places[(size_t)g * d->n + b], count = *place;
      *place = at;
      at += count;
    }
  }
  d->starts[d->n] = at;
}

void blt_dealer_begin(blt_dealer *k, const blt_deal *d, uint32_t group) {
  k->d = d;
  k->row = group * BLT_BLOCK_ROWS;
  memcpy(k->next, d->places + (size_t)group * d->n, d->n * sizeof *k->next);
}

void blt_dealer_places(blt_dealer *k, uint32_t n, uint32_t *places) {
  const uint16_t *buckets = k->d->buckets + k->row;
  for (uint32_t i = 0; i < n; i++) places[i] = k->next[buckets[i]]++;
  k->row += n;
}
