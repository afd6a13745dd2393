#include "ranks.h"

#include "base/mem.h"
#include "base/par.h"

#include <string.h>

#define CHUNK 65536u /* entries of a task that deals */
#define BUCKETS 256u
#define SAMPLES 4096u
#define SMALL 20000u  /* entries for which no thread is waked */
#define FEW 16u       /* entries that are sorted by inserting */
#define LEVELS_MAX 48 /* of entries alike in ever more bytes; deeper ones are compared whole */

typedef struct entry {
  uint64_t word; /* eight bytes from some place on, as a number */
  uint32_t code;
} entry;

typedef struct ranking {
  blt_ctx *ctx;
  const blt_dict *d;
  uint32_t *ranks;
  uint32_t n, chunks;
  uint32_t *shared; /* of each chunk: leading bytes that its entries and the first one share */
  uint32_t depth;   /* the same of all */
  uint64_t splitters[BUCKETS - 1];
  uint32_t (*places)[BUCKETS]; /* of each chunk: entries of each bucket, then where the next one goes */
  uint32_t starts[BUCKETS + 1];
  entry *entries, *spare;
} ranking;

/* ---- bytes ---- */

static uint64_t word_at(blt_str s, uint32_t depth) {
  unsigned char bytes[8] = {0};
  uint64_t word;
  uint32_t left = s.len > depth ? s.len - depth : 0;
  if (left) memcpy(bytes, s.s + depth, left < 8 ? left : 8);
  memcpy(&word, bytes, 8);
  return __builtin_bswap64(word);
}

/* How many bytes from `from` on two texts share, not beyond `most`, as places: at least `from`. */
static uint32_t shared_until(blt_str a, blt_str b, uint32_t from, uint32_t most) {
  if (a.len < most) most = a.len;
  if (b.len < most) most = b.len;
  uint32_t i = from;
  for (uint64_t x, y; i + 8 <= most; i += 8) {
    memcpy(&x, a.s + i, 8), memcpy(&y, b.s + i, 8);
    if (x != y) break;
  }
  while (i < most && a.s[i] == b.s[i]) i++;
  return i;
}

static bool comes_after(blt_str a, blt_str b, uint32_t from) {
  uint32_t n = a.len < b.len ? a.len : b.len;
  int c = n > from ? memcmp(a.s + from, b.s + from, n - from) : 0;
  return c ? c > 0 : a.len > b.len;
}

static blt_str text_of(const ranking *r, const entry *e) {
  return blt_dict_at(r->d, e->code);
}

/* ---- sorting a range ---- */

static void insert_by_text(const ranking *r, entry *a, uint32_t n, uint32_t from) {
  for (uint32_t i = 1; i < n; i++) {
    entry x = a[i];
    uint32_t j = i;
    for (; j > 0 && comes_after(text_of(r, &a[j - 1]), text_of(r, &x), from); j--) a[j] = a[j - 1];
    a[j] = x;
  }
}

static void insert_by_word(entry *a, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    entry x = a[i];
    uint32_t j = i;
    for (; j > 0 && a[j - 1].word > x.word; j--) a[j] = a[j - 1];
    a[j] = x;
  }
}

/* By text from `from` on, or (from UINT32_MAX) by word. */
static bool out_of_order(const ranking *r, const entry *a, const entry *b, uint32_t from) {
  return from == UINT32_MAX ? a->word > b->word : comes_after(text_of(r, a), text_of(r, b), from);
}

static void merge(const ranking *r, const entry *a, entry *b, uint32_t low, uint32_t middle, uint32_t high,
                  uint32_t from) {
  uint32_t i = low, j = middle, k = low;
  while (i < middle && j < high) b[k++] = out_of_order(r, &a[i], &a[j], from) ? a[j++] : a[i++];
  while (i < middle) b[k++] = a[i++];
  while (j < high) b[k++] = a[j++];
}

/* Runs of FEW by inserting, then merged; the result lies in a. */
static void merge_sort(const ranking *r, entry *a, entry *b, uint32_t n, uint32_t from) {
  entry *home = a;
  for (uint32_t low = 0; low < n; low += FEW) {
    uint32_t some = n - low < FEW ? n - low : FEW;
    if (from == UINT32_MAX)
      insert_by_word(a + low, some);
    else
      insert_by_text(r, a + low, some, from);
  }
  for (uint64_t run = FEW; run < n; run *= 2) {
    for (uint64_t low = 0; low < n; low += 2 * run) {
      uint64_t middle = low + run < n ? low + run : n, high = low + 2 * run < n ? low + 2 * run : n;
      merge(r, a, b, (uint32_t)low, (uint32_t)middle, (uint32_t)high, from);
    }
    entry *t = a;
    a = b;
    b = t;
  }
  if (a != home) memcpy(home, a, n * sizeof *a);
}

/* Puts those first that end within the word at `depth`, in the order of their lengths, which all differ;
 * gives how many. */
static uint32_t ended_first(const ranking *r, entry *a, uint32_t n, uint32_t depth) {
  uint32_t ended = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (text_of(r, &a[i]).len > depth + 8) continue;
    entry x = a[i];
    a[i] = a[ended];
    a[ended++] = x;
  }
  insert_by_text(r, a, ended, depth);
  return ended;
}

static blt_status sort_range(const ranking *r, uint32_t worker, entry *a, uint32_t n, uint32_t depth,
                             int level, blt_error *err);

/* Entries that are alike up to the word at `depth`. */
static blt_status sort_ties(const ranking *r, uint32_t worker, entry *a, uint32_t n, uint32_t depth,
                            int level, blt_error *err) {
  uint32_t ended = ended_first(r, a, n, depth);
  a += ended;
  n -= ended;
  if (n <= FEW) {
    insert_by_text(r, a, n, depth);
    return BLT_OK;
  }
  if (level == LEVELS_MAX) {
    merge_sort(r, a, r->spare + (a - r->entries), n, depth);
    return blt_par_check(r->ctx, worker, 0, 0, err);
  }
  uint32_t next = BLT_MAX_STRING;
  blt_str first = text_of(r, &a[0]);
  for (uint32_t i = 1; i < n; i++) next = shared_until(first, text_of(r, &a[i]), depth + 8, next);
  for (uint32_t i = 0; i < n; i++) a[i].word = word_at(text_of(r, &a[i]), next);
  return sort_range(r, worker, a, n, next, level + 1, err);
}

/* Entries whose words are those at `depth`, before which they are alike. */
static blt_status sort_range(const ranking *r, uint32_t worker, entry *a, uint32_t n, uint32_t depth,
                             int level, blt_error *err) {
  merge_sort(r, a, r->spare + (a - r->entries), n, UINT32_MAX);
  blt_status status = n > CHUNK / 8 ? blt_par_check(r->ctx, worker, 0, 0, err) : BLT_OK;
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    for (end = i + 1; end < n && a[end].word == a[i].word; end++) continue;
    if (end - i > 1) status = sort_ties(r, worker, a + i, end - i, depth, level, err);
  }
  return status;
}

/* ---- tasks ---- */

static uint32_t chunk_end(const ranking *r, uint32_t chunk) {
  uint64_t end = ((uint64_t)chunk + 1) * CHUNK;
  return end < r->n ? (uint32_t)end : r->n;
}

static blt_status compare_chunk(void *arg, uint32_t chunk, uint32_t worker, blt_error *err) {
  ranking *r = arg;
  uint32_t shared = BLT_MAX_STRING;
  (void)worker, (void)err;
  for (uint32_t c = chunk * CHUNK; c < chunk_end(r, chunk); c++)
    shared = shared_until(blt_dict_at(r->d, 0), blt_dict_at(r->d, c), 0, shared);
  r->shared[chunk] = shared;
  return BLT_OK;
}

static uint32_t bucket_of(const ranking *r, uint64_t word) {
  uint32_t low = 0;
  for (uint32_t half = BUCKETS / 2; half > 0; half /= 2)
    if (word > r->splitters[low + half - 1]) low += half;
  return low;
}

static blt_status count_chunk(void *arg, uint32_t chunk, uint32_t worker, blt_error *err) {
  ranking *r = arg;
  (void)worker, (void)err;
  for (uint32_t c = chunk * CHUNK; c < chunk_end(r, chunk); c++) {
    r->spare[c] = (entry){word_at(blt_dict_at(r->d, c), r->depth), c};
    r->places[chunk][bucket_of(r, r->spare[c].word)]++;
  }
  return BLT_OK;
}

static blt_status deal_chunk(void *arg, uint32_t chunk, uint32_t worker, blt_error *err) {
  ranking *r = arg;
  (void)worker, (void)err;
  for (uint32_t c = chunk * CHUNK; c < chunk_end(r, chunk); c++)
    r->entries[r->places[chunk][bucket_of(r, r->spare[c].word)]++] = r->spare[c];
  return BLT_OK;
}

static blt_status sort_bucket(void *arg, uint32_t bucket, uint32_t worker, blt_error *err) {
  ranking *r = arg;
  uint32_t start = r->starts[bucket], end = r->starts[bucket + 1];
  blt_status status = sort_range(r, worker, r->entries + start, end - start, r->depth, 0, err);
  for (uint32_t k = start; k < end && status == BLT_OK; k++) r->ranks[r->entries[k].code] = k;
  return status;
}

/* ---- all ---- */

static blt_status run(ranking *r, uint32_t tasks, blt_task_fn fn, blt_error *err) {
  return (r->n < SMALL ? blt_seq : blt_par)(r->ctx, tasks, fn, r, err);
}

/* Words that cut a sample into buckets of the same size. */
static void choose_splitters(ranking *r) {
  uint32_t samples = r->n < SAMPLES ? r->n : SAMPLES;
  for (uint32_t i = 0; i < samples; i++) {
    uint32_t c = (uint32_t)((uint64_t)r->n * i / samples);
    r->entries[i] = (entry){word_at(blt_dict_at(r->d, c), r->depth), c};
  }
  merge_sort(r, r->entries, r->spare, samples, UINT32_MAX);
  for (uint32_t k = 0; k + 1 < BUCKETS; k++)
    r->splitters[k] = r->entries[(uint64_t)samples * (k + 1) / BUCKETS].word;
}

/* Buckets one after the other, and in each the chunks. */
static void find_places(ranking *r) {
  uint32_t at = 0;
  for (uint32_t k = 0; k < BUCKETS; k++) {
    r->starts[k] = at;
    for (uint32_t c = 0; c < r->chunks; c++) {
      uint32_t n = r->places[c][k];
      r->places[c][k] = at;
      at += n;
    }
  }
  r->starts[BUCKETS] = at;
}

static blt_status find(ranking *r, blt_error *err) {
  blt_status status = run(r, r->chunks, compare_chunk, err);
  r->depth = BLT_MAX_STRING;
  for (uint32_t c = 0; c < r->chunks; c++) r->depth = r->shared[c] < r->depth ? r->shared[c] : r->depth;
  if (status == BLT_OK) choose_splitters(r);
  if (status == BLT_OK) status = run(r, r->chunks, count_chunk, err);
  if (status == BLT_OK) find_places(r);
  if (status == BLT_OK) status = run(r, r->chunks, deal_chunk, err);
  return status == BLT_OK ? run(r, BUCKETS, sort_bucket, err) : status;
}

blt_status blt_ranks_find(blt_ctx *ctx, const blt_dict *d, uint32_t *ranks, blt_error *err) {
  ranking r = {.ctx = ctx, .d = d, .ranks = ranks, .n = d->count};
  if (r.n == 0) return BLT_OK;
  r.chunks = (r.n - 1) / CHUNK + 1;
  r.shared = blt_alloc(ctx, r.chunks * sizeof *r.shared);
  r.places = blt_calloc(ctx, r.chunks, sizeof *r.places);
  r.entries = blt_alloc(ctx, r.n * sizeof *r.entries);
  r.spare = blt_alloc(ctx, r.n * sizeof *r.spare);
  blt_status status = r.shared && r.places && r.entries && r.spare
                          ? find(&r, err)
                          : blt_fail_memory(err, 2 * r.n * sizeof *r.entries);
  blt_free(ctx, r.spare, r.n * sizeof *r.spare);
  blt_free(ctx, r.entries, r.n * sizeof *r.entries);
  blt_free(ctx, r.places, r.chunks * sizeof *r.places);
  blt_free(ctx, r.shared, r.chunks * sizeof *r.shared);
  return status;
}
