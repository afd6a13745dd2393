#include "join_index.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include "base/words.h"
#include <stdatomic.h>
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
/* Rows of a partition, whose table of 32 bytes a row fits the second-level cache. */
#define PART_ROWS 16384u
#define MOST_PART_BITS 12u
#define STEP 262144u /* rows between two looks at interruption */
#define PLACES (UINT64_C(1) << 20)

/* While the index is made. */
typedef struct build {
  blt_join_index *x;
  blt_passed *right;
  uint32_t *buckets; /* of every row of the relation; BLT_NO_BUCKET: it does not pass, or its key has a null;
                        NULL: nobody asks */
  uint64_t rows;     /* of the relation */
  atomic_bool repeats;
  atomic_uint_fast64_t nkeyed, ntaken; /* rows that have a key; direct: places that some row has */
  /* hash */
  uint64_t *words;      /* of every row, nwords one behind the other */
  uint32_t *order;      /* rows by partition */
  uint32_t *counts;     /* of each group and partition: rows, then where they go */
  uint32_t *part_start; /* nparts + 1, in order */
} build;

/* ---- direct ---- */

/* A table of places is worth its memory beside so many rows that are indexed or looked up. */
static bool suits_direct(const blt_join_keys *k, uint64_t rows, uint64_t lookups) {
  return k->domain && k->domain <= 16 * rows + 2 * lookups + PLACES && k->domain < BLT_NO_BUCKET;
}

/* Rows of one key overwrite each other here: then fewer places are taken than rows have a key. */
static blt_status note_numbers(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  build *b = arg;
  uint64_t words[ROWS];
  uint8_t ok[ROWS];
  blt_status status = blt_join_words(b->x->keys, true, ev, slice, words, ok, err);
  if (status != BLT_OK) return status;
  uint64_t keyed = 0;
  for (uint32_t i = 0; i < slice->n; i++) {
    keyed += ok[i];
    if (ok[i]) __atomic_store_n(&b->x->first[words[i]], blt_slice_row(slice, i), __ATOMIC_RELAXED);
  }
  for (uint32_t i = 0; b->buckets && i < slice->n; i++)
    b->buckets[blt_slice_row(slice, i)] = ok[i] ? (uint32_t)words[i] : BLT_NO_BUCKET;
  atomic_fetch_add_explicit(&b->nkeyed, keyed, memory_order_relaxed);
  return BLT_OK;
}

BLT_CLONES static uint32_t count_taken(const uint32_t *first, uint32_t n) {
  uint32_t taken = 0;
  for (uint32_t i = 0; i < n; i++) taken += first[i] != BLT_NO_BUCKET;
  return taken;
}

static blt_status count_places(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  build *b = arg;
  uint64_t from = task * PLACES, left = b->x->nbuckets - from;
  uint32_t taken = count_taken(b->x->first + from, (uint32_t)(left < PLACES ? left : PLACES));
  atomic_fetch_add_explicit(&b->ntaken, taken, memory_order_relaxed);
  return blt_scan_check(&b->right->scan, worker, err);
}

static blt_status direct_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  build *b = arg;
  return blt_scan_groups(&b->right->scan, worker, task, task + 1, note_numbers, b, err);
}

static blt_status build_direct(build *b, blt_error *err) {
  blt_join_index *x = b->x;
  x->direct = true;
  x->nbuckets = (uint32_t)x->keys->domain;
  size_t bytes = x->nbuckets * sizeof *x->first;
  x->first = blt_alloc(x->ctx, bytes);
  if (!x->first) return blt_fail_memory(err, bytes);
  memset(x->first, 0xff, bytes);
  blt_scan *scan = &b->right->scan;
  blt_status status = blt_scan_run(scan, b->rows, b->right->view->ngroups, direct_group, b, err);
  if (status != BLT_OK || !b->buckets) return status;
  status =
      blt_scan_run(scan, x->nbuckets, (uint32_t)((x->nbuckets + PLACES - 1) / PLACES), count_places, b, err);
  atomic_store(&b->repeats, atomic_load(&b->ntaken) < atomic_load(&b->nkeyed));
  return status;
}

/* ---- hash ---- */

static uint32_t part_of(const blt_join_index *x, uint64_t hash) {
  return x->part_bits ? (uint32_t)(hash >> (64 - x->part_bits)) : 0;
}

static blt_status note_words(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  build *b = arg;
  blt_join_index *x = b->x;
  uint32_t nwords = x->keys->nwords;
  uint8_t ok[ROWS];
  uint64_t *words = blt_alloc(x->ctx, (size_t)nwords * ROWS * sizeof *words), keyed = 0;
  if (!words) return blt_fail_memory(err, (size_t)nwords * ROWS * sizeof *words);
  blt_status status = blt_join_words(x->keys, true, ev, slice, words, ok, err);
  for (uint32_t i = 0; i < slice->n && status == BLT_OK; i++) {
    uint32_t row = blt_slice_row(slice, i);
    uint32_t part = part_of(x, blt_hash_words(words + i, ROWS, nwords));
    b->buckets[row] = ok[i] ? part : BLT_NO_BUCKET;
    for (uint32_t w = 0; w < nwords; w++) b->words[(size_t)row * nwords + w] = words[(size_t)w * ROWS + i];
    if (!ok[i]) continue;
    b->counts[(size_t)slice->group * x->nparts + part]++;
    keyed++;
  }
  blt_free(x->ctx, words, (size_t)nwords * ROWS * sizeof *words);
  atomic_fetch_add_explicit(&b->nkeyed, keyed, memory_order_relaxed);
  return status;
}

static blt_status hash_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  build *b = arg;
  return blt_scan_groups(&b->right->scan, worker, task, task + 1, note_words, b, err);
}

/* Counts become places: partitions one behind the other, in each the rows in rising order. */
static void place_parts(build *b) {
  uint32_t at = 0, ngroups = b->right->view->ngroups;
  for (uint32_t p = 0; p < b->x->nparts; p++) {
    b->part_start[p] = at;
    for (uint32_t g = 0; g < ngroups; g++) {
      uint32_t *count = &b->counts[(size_t)g * b->x->nparts + p], n = *count;
      *count = at;
      at += n;
    }
  }
  b->part_start[b->x->nparts] = at;
}

static blt_status deal_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  build *b = arg;
  uint32_t *places = b->counts + (size_t)task * b->x->nparts;
  uint32_t n = b->right->view->group_rows[task], first = task * BLT_BLOCK_ROWS;
  for (uint32_t i = 0; i < n; i++)
    if (b->buckets[first + i] != BLT_NO_BUCKET) b->order[places[b->buckets[first + i]]++] = first + i;
  return blt_scan_check(&b->right->scan, worker, err);
}

/* The slot of a key in a partition: its own, or the free one where it goes. */
static uint64_t *slot_of(const blt_join_index *x, const blt_join_part *p, uint64_t hash,
                         const uint64_t *words, size_t stride) {
  uint32_t nwords = x->keys->nwords, mask = (1u << p->bits) - 1, at = (uint32_t)hash & mask;
  for (;; at = (at + 1) & mask) {
    uint64_t *slot = x->slots + (size_t)(p->first + at) * (nwords + 1);
    if (!slot[0]) return slot;
    uint32_t w = 0;
    while (w < nwords && slot[1 + w] == words[w * stride]) w++;
    if (w == nwords) return slot;
  }
}

/* Numbers the keys of a partition from the place of its first row on, so that buckets never clash. */
static blt_status fill_part(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  build *b = arg;
  blt_join_index *x = b->x;
  uint32_t nwords = x->keys->nwords, next = b->part_start[task];
  for (uint32_t i = b->part_start[task]; i < b->part_start[task + 1]; i++) {
    uint32_t row = b->order[i];
    const uint64_t *words = b->words + (size_t)row * nwords;
    uint64_t *slot = slot_of(x, &x->parts[task], blt_hash_words(words, 1, nwords), words, 1);
    if (slot[0]) {
      atomic_store_explicit(&b->repeats, true, memory_order_relaxed);
    } else {
      slot[0] = (uint64_t)next + 1;
      memcpy(slot + 1, words, nwords * sizeof *words);
      x->first[next++] = row;
    }
    b->buckets[row] = (uint32_t)(slot[0] - 1);
  }
  return blt_scan_check(&b->right->scan, worker, err);
}

static blt_status take_slots(build *b, blt_error *err) {
  blt_join_index *x = b->x;
  for (uint32_t p = 0; p < x->nparts; p++) {
    uint32_t n = b->part_start[p + 1] - b->part_start[p];
    x->parts[p] = (blt_join_part){(uint32_t)x->nslots, 1};
    while ((1u << x->parts[p].bits) < 2 * n) x->parts[p].bits++;
    x->nslots += 1u << x->parts[p].bits;
    if (x->nslots > UINT32_MAX) return blt_fail(err, BLT_EINVAL, "a join with too many keys to index");
  }
  x->slots = blt_calloc(x->ctx, x->nslots * (x->keys->nwords + 1), sizeof *x->slots);
  x->first = blt_alloc(x->ctx, (x->nbuckets + 1) * sizeof *x->first);
  if (!x->slots || !x->first)
    return blt_fail_memory(err, x->nslots * (x->keys->nwords + 1) * sizeof *x->slots);
  memset(x->first, 0xff, (x->nbuckets + 1) * sizeof *x->first);
  return BLT_OK;
}

static blt_status build_hash(build *b, blt_error *err) {
  blt_join_index *x = b->x;
  blt_scan *scan = &b->right->scan;
  uint32_t ngroups = b->right->view->ngroups;
  while (x->part_bits < MOST_PART_BITS && (b->rows >> x->part_bits) > PART_ROWS) x->part_bits++;
  x->nparts = 1u << x->part_bits;
  x->nbuckets = (uint32_t)b->rows;
  size_t nwords = b->rows * x->keys->nwords + 1;
  x->parts = blt_calloc(x->ctx, x->nparts, sizeof *x->parts);
  b->words = blt_alloc(x->ctx, nwords * sizeof *b->words);
  b->order = blt_alloc(x->ctx, (b->rows + 1) * sizeof *b->order);
  b->counts = blt_calloc(x->ctx, (size_t)ngroups * x->nparts + 1, sizeof *b->counts);
  b->part_start = blt_calloc(x->ctx, x->nparts + 1, sizeof *b->part_start);
  if (!x->parts || !b->words || !b->order || !b->counts || !b->part_start)
    return blt_fail_memory(err, nwords * sizeof *b->words);
  blt_status status = blt_scan_run(scan, b->rows, ngroups, hash_group, b, err);
  if (status != BLT_OK) return status;
  place_parts(b);
  status = take_slots(b, err);
  if (status == BLT_OK) status = blt_scan_run(scan, b->rows, ngroups, deal_group, b, err);
  if (status == BLT_OK) status = blt_scan_run(scan, b->rows, x->nparts, fill_part, b, err);
  return status;
}

static void build_free(build *b) {
  blt_join_index *x = b->x;
  blt_free(x->ctx, b->buckets, (b->rows + 1) * sizeof *b->buckets);
  blt_free(x->ctx, b->words, (b->rows * x->keys->nwords + 1) * sizeof *b->words);
  blt_free(x->ctx, b->order, (b->rows + 1) * sizeof *b->order);
  blt_free(x->ctx, b->counts, ((size_t)b->right->view->ngroups * x->nparts + 1) * sizeof *b->counts);
  blt_free(x->ctx, b->part_start, (x->nparts + 1) * sizeof *b->part_start);
}

/* ---- rows of each bucket ---- */

/* A task looks at all rows and lists those of its share of the buckets: they come in rising order, however
 * many shares there are. */
static blt_status list_share(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  build *b = arg;
  blt_join_index *x = b->x;
  uint32_t shares = b->right->scan.workers;
  uint32_t from = (uint32_t)((uint64_t)x->nbuckets * task / shares),
           end = (uint32_t)((uint64_t)x->nbuckets * (task + 1) / shares);
  for (uint64_t i = 0; i < b->rows; i++) {
    uint32_t bucket = b->buckets[i];
    if (i % STEP == 0) {
      blt_status status = blt_scan_check(&b->right->scan, worker, err);
      if (status != BLT_OK) return status;
    }
    if (bucket >= from && bucket < end) x->rows[x->first[bucket]++] = (uint32_t)i;
  }
  return BLT_OK;
}

static blt_status list_rows(build *b, blt_error *err) {
  blt_join_index *x = b->x;
  size_t n = (size_t)x->nbuckets + 1;
  x->starts = blt_calloc(x->ctx, n, sizeof *x->starts);
  x->rows = blt_alloc(x->ctx, (x->nrows + 1) * sizeof *x->rows);
  if (!x->starts || !x->rows) return blt_fail_memory(err, n * sizeof *x->starts);
  for (uint64_t i = 0; i < b->rows; i++) {
    if (b->buckets[i] != BLT_NO_BUCKET) x->starts[b->buckets[i]]++;
    blt_status status = i % STEP ? BLT_OK : blt_scan_check(&b->right->scan, 0, err);
    if (status != BLT_OK) return status;
  }
  uint32_t at = 0;
  for (uint32_t k = 0; k < x->nbuckets; k++) {
    uint32_t count = x->starts[k];
    x->starts[k] = x->first[k] = at;
    at += count;
  }
  x->starts[x->nbuckets] = at;
  return blt_scan_run(&b->right->scan, b->rows, b->right->scan.workers, list_share, b, err);
}

/* ---- life ---- */

static blt_status take_buckets(build *b, blt_error *err) {
  size_t bytes = (b->rows + 1) * sizeof *b->buckets;
  b->buckets = blt_alloc(b->x->ctx, bytes);
  if (!b->buckets) return blt_fail_memory(err, bytes);
  if (!blt_passed_all(b->right)) memset(b->buckets, 0xff, bytes);
  return BLT_OK;
}

blt_status blt_join_index_init(blt_join_index *x, const blt_join_keys *keys, blt_passed *right,
                               const blt_join_use *use, blt_error *err) {
  *x = (blt_join_index){.ctx = keys->ctx, .keys = keys};
  build b = {.x = x, .right = right, .rows = right->view->rows};
  bool direct = suits_direct(keys, b.rows, use->lookups);
  blt_status status = direct && use->any ? BLT_OK : take_buckets(&b, err);
  if (status == BLT_OK) status = direct ? build_direct(&b, err) : build_hash(&b, err);
  x->nrows = atomic_load(&b.nkeyed);
  x->unique = use->any || !atomic_load(&b.repeats);
  if (status == BLT_OK && !x->unique) status = list_rows(&b, err);
  build_free(&b);
  return status;
}

blt_status blt_join_index_list(blt_join_index *x, blt_error *err) {
  if (!x->unique) return BLT_OK;
  x->starts = blt_calloc(x->ctx, (size_t)x->nbuckets + 1, sizeof *x->starts);
  x->rows = blt_alloc(x->ctx, (x->nrows + 1) * sizeof *x->rows);
  if (!x->starts || !x->rows) return blt_fail_memory(err, x->nbuckets * sizeof *x->starts);
  uint32_t at = 0;
  for (uint32_t b = 0; b < x->nbuckets; b++) {
    x->starts[b] = at;
    if (x->first[b] != BLT_NO_BUCKET) x->rows[at++] = x->first[b];
  }
  x->starts[x->nbuckets] = at;
  x->unique = false;
  return BLT_OK;
}

void blt_join_index_free(blt_join_index *x) {
  if (!x->ctx) return;
  size_t room = (size_t)x->nbuckets + !x->direct;
  blt_free(x->ctx, x->first, room * sizeof *x->first);
  blt_free(x->ctx, x->starts, ((size_t)x->nbuckets + 1) * sizeof *x->starts);
  blt_free(x->ctx, x->rows, (x->nrows + 1) * sizeof *x->rows);
  blt_free(x->ctx, x->parts, x->nparts * sizeof *x->parts);
  blt_free(x->ctx, x->slots, x->nslots * (x->keys->nwords + 1) * sizeof *x->slots);
  *x = (blt_join_index){0};
}

/* ---- finding ---- */

static void find_direct(const uint64_t *words, const uint8_t *ok, uint32_t n, uint32_t *buckets) {
  for (uint32_t i = 0; i < n; i++) buckets[i] = ok[i] ? (uint32_t)words[i] : BLT_NO_BUCKET;
}

static void find_hashed(const blt_join_index *x, const uint64_t *words, const uint8_t *ok, uint32_t n,
                        uint32_t *buckets) {
  uint32_t nwords = x->keys->nwords;
  uint64_t hashes[ROWS];
  for (uint32_t i = 0; i < n; i++) {
    hashes[i] = blt_hash_words(words + i, ROWS, nwords);
    const blt_join_part *p = &x->parts[part_of(x, hashes[i])];
    uint32_t at = p->first + ((uint32_t)hashes[i] & ((1u << p->bits) - 1));
    __builtin_prefetch(x->slots + (size_t)at * (nwords + 1));
  }
  for (uint32_t i = 0; i < n; i++) {
    const blt_join_part *p = &x->parts[part_of(x, hashes[i])];
    const uint64_t *slot = ok[i] ? slot_of(x, p, hashes[i], words + i, ROWS) : NULL;
    buckets[i] = slot && slot[0] ? (uint32_t)(slot[0] - 1) : BLT_NO_BUCKET;
  }
}

void blt_join_find(const blt_join_index *x, const uint64_t *words, const uint8_t *ok, uint32_t n,
                   uint32_t *buckets) {
  if (x->direct)
    find_direct(words, ok, n, buckets);
  else
    find_hashed(x, words, ok, n, buckets);
}
