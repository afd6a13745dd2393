#include "head_set.h"

#include "base/bits.h"
#include "base/mem.h"
#include <string.h>

/* ---- making ---- */

static size_t room(const blt_head_set *s) {
  return (size_t)s->each * s->size;
}

/* Makes room for groups up to n - 1. */
static blt_status reserve(blt_head_set *s, size_t n, blt_error *err) {
  blt_status status = blt_grow(s->ctx, &s->limits, &s->limits_cap, n, sizeof *s->limits, err);
  if (status == BLT_OK)
    status = blt_grow(s->ctx, &s->entries, &s->entries_cap, n * room(s), sizeof *s->entries, err);
  return status == BLT_OK && s->head_words
             ? blt_grow(s->ctx, &s->heads, &s->heads_cap, n * s->head_words, sizeof *s->heads, err)
             : status;
}

/* Adds n groups, for which there is room, without entries. */
static void add_groups(blt_head_set *s, size_t n) {
  memset(s->limits + s->ngroups, 0xff, n * sizeof *s->limits);
  memset(s->entries + s->ngroups * room(s), 0xff, n * room(s) * sizeof *s->entries);
  s->ngroups += n;
}

blt_status blt_head_set_numbered(blt_head_set *s, blt_ctx *ctx, size_t ngroups, uint32_t each, uint32_t size,
                                 blt_error *err) {
  *s = (blt_head_set){.ctx = ctx, .each = each, .size = size, .most = ngroups};
  blt_status status = reserve(s, ngroups, err);
  if (status == BLT_OK) add_groups(s, ngroups);
  return status;
}

static blt_status resize_table(blt_head_set *s, size_t nslots, blt_error *err);

blt_status blt_head_set_found(blt_head_set *s, blt_ctx *ctx, uint32_t head_words, size_t most, uint32_t each,
                              uint32_t size, blt_error *err) {
  *s = (blt_head_set){.ctx = ctx, .each = each, .size = size, .head_words = head_words, .most = most};
  return resize_table(s, 1024, err);
}

void blt_head_set_free(blt_head_set *s) {
  if (!s->ctx) return;
  blt_free(s->ctx, s->limits, s->limits_cap * sizeof *s->limits);
  blt_free(s->ctx, s->entries, s->entries_cap * sizeof *s->entries);
  blt_free(s->ctx, s->heads, s->heads_cap * sizeof *s->heads);
  blt_free(s->ctx, s->slots, s->nslots * sizeof *s->slots);
  *s = (blt_head_set){0};
}

/* ---- finding groups ---- */

static uint64_t hash(const blt_head_set *s, const uint64_t *words) {
  uint64_t h = 0;
  for (uint32_t w = 0; w < s->head_words; w++) h = blt_mix64(h ^ words[w]);
  return h;
}

/* The slot of these words, or the empty one where they belong. */
static size_t slot_of(const blt_head_set *s, const uint64_t *words) {
  size_t i = hash(s, words) & (s->nslots - 1), bytes = s->head_words * sizeof *words;
  while (s->slots[i] && memcmp(s->heads + (size_t)(s->slots[i] - 1) * s->head_words, words, bytes) != 0)
    i = (i + 1) & (s->nslots - 1);
  return i;
}

static blt_status resize_table(blt_head_set *s, size_t nslots, blt_error *err) {
  uint32_t *slots = blt_calloc(s->ctx, nslots, sizeof *slots);
  if (!slots) return blt_fail_memory(err, nslots * sizeof *slots);
  blt_free(s->ctx, s->slots, s->nslots * sizeof *s->slots);
  s->slots = slots;
  s->nslots = nslots;
  for (size_t g = 0; g < s->ngroups; g++) slots[slot_of(s, s->heads + g * s->head_words)] = (uint32_t)g + 1;
  return BLT_OK;
}

blt_status blt_head_set_find(blt_head_set *s, const uint64_t *words, uint32_t *group, blt_error *err) {
  size_t slot = slot_of(s, words);
  *group = s->slots[slot] - 1;
  if (s->slots[slot]) return BLT_OK;
  *group = BLT_HEAD_FULL;
  if (s->ngroups == s->most) return BLT_OK;
  blt_status status = reserve(s, s->ngroups + 1, err);
  if (status != BLT_OK) return status;
  memcpy(s->heads + s->ngroups * s->head_words, words, s->head_words * sizeof *words);
  *group = (uint32_t)s->ngroups;
  s->slots[slot] = *group + 1;
  add_groups(s, 1);
  return 2 * s->ngroups <= s->nslots ? BLT_OK : resize_table(s, 2 * s->nslots, err);
}

/* ---- entries ---- */

static inline bool before(const uint64_t *a, const uint64_t *b, uint32_t size) {
  for (uint32_t w = 0; w + 1 < size; w++)
    if (a[w] != b[w]) return a[w] < b[w];
  return a[size - 1] < b[size - 1];
}

static inline void swap(uint64_t *a, uint64_t *b, uint32_t size) {
  for (uint32_t w = 0; w < size; w++) {
    uint64_t x = a[w];
    a[w] = b[w];
    b[w] = x;
  }
}

/* Lets the entry on top of a heap of n sink to its place. */
static inline void sink(uint64_t *heap, uint32_t n, uint32_t size) {
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && before(heap + child * size, heap + (child + 1) * size, size)) child++;
    if (!before(heap + at * size, heap + child * size, size)) return;
    swap(heap + at * size, heap + child * size, size);
  }
}

static inline void add(uint64_t *heap, uint32_t each, uint32_t size, const uint64_t *entry) {
  if (!before(entry, heap, size)) return;
  memcpy(heap, entry, size * sizeof *heap);
  sink(heap, each, size);
}

void blt_head_set_add(blt_head_set *s, size_t group, const uint64_t *entry) {
  uint64_t *heap = s->entries + group * room(s);
  if (s->size == 2)
    add(heap, s->each, 2, entry); /* one word and the row, as usual: unrolled */
  else
    add(heap, s->each, s->size, entry);
  s->limits[group] = heap[0];
}

static bool is_empty(const blt_head_set *s, const uint64_t *entry) {
  return entry[s->size - 1] == UINT64_MAX;
}

void blt_head_set_merge(blt_head_set *s, size_t group, const blt_head_set *from, size_t from_group) {
  const uint64_t *entry = from->entries + from_group * room(from);
  for (uint32_t i = 0; i < from->each; i++, entry += from->size)
    if (!is_empty(from, entry)) blt_head_set_add(s, group, entry);
}

uint32_t blt_head_set_sort(blt_head_set *s, size_t group) {
  uint64_t *heap = s->entries + group * room(s);
  for (uint32_t n = s->each; n-- > 1;) {
    swap(heap, heap + (size_t)n * s->size, s->size);
    sink(heap, n, s->size);
  }
  uint32_t count = 0;
  while (count < s->each && !is_empty(s, heap + (size_t)count * s->size)) count++;
  return count;
}
