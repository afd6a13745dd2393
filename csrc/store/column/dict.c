/* The lookup is open addressing with linear probing over 8-byte slots: 32 bits of the hash above, code + 1
 * below; 0 is a free slot. A slot's home is its tag & mask, so growing and deleting need no string. It is at
 * most half full, and built only when somebody looks something up: a dictionary read from a file or carried
 * by a result often never is asked.
 *
 * Finding a string through a slot costs three cache misses, one after the other: slot, offset, bytes. In
 * front of it lies a cache of sets of two short strings with their codes, a cache line each, which costs one.
 * It is made when strings are found more often than added: who adds only, or knows the codes of what he has
 * added, would pay for fresh memory and gain nothing.
 */
#include "dict.h"
#include "base/mem.h"
#include "ranks.h"

#include <stdatomic.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define SLOTS_MIN 64u
#define SETTLED_MOST (1u << 18)    /* the lookup of so many strings is made again in milliseconds */
#define RECENT_BYTES 27u           /* of the longest string in the cache */
#define RECENT_SETS_MAX (1u << 17) /* 8 MiB */

/* A string in the cache. */
typedef struct recent {
  uint32_t code;
  uint8_t len1; /* its length + 1; 0: free */
  char bytes[RECENT_BYTES];
} recent;
_Static_assert(sizeof(recent) == 32, "two of them fill a cache line");

typedef struct blt_dict_inside {
  atomic_uint refs;
  blt_ctx *ctx;
  uint64_t *offsets;
  char *bytes;
  size_t offsets_cap, bytes_cap;
  uint64_t *slots; /* mask + 1 of them, NULL until needed */
  uint32_t mask;
  recent *sets; /* two to a set; goes with the slots, NULL also when memory was short */
  uint32_t sets_mask;
  uint32_t found;  /* lookups through a slot, from the last drop of the slots on */
  uint32_t *ranks; /* of the first `ranked` entries */
  uint32_t ranked;
  blt_dict_origin *origin; /* of strings that are not here yet; NULL: none */
} inside;

static inline uint32_t tag_of(uint64_t hash) {
  return (uint32_t)(hash >> 32);
}
static inline uint64_t slot_make(uint32_t tag, uint32_t code) {
  return (uint64_t)tag << 32 | (code + 1u);
}
static inline uint32_t slot_tag(uint64_t slot) {
  return (uint32_t)(slot >> 32);
}
static inline uint32_t slot_code(uint64_t slot) {
  return (uint32_t)slot - 1u;
}

uint64_t blt_dict_hash(const char *s, size_t len) {
  return XXH3_64bits(s, len);
}

/* memcmp(a, b, len) == 0, without a call for the lengths that keys have. */
static inline bool same_bytes(const char *a, const char *b, size_t len) {
  uint64_t x, y;
  if (len > 16) return memcmp(a, b, len) == 0;
  if (len >= 8) {
    uint64_t u, v;
    memcpy(&x, a, 8), memcpy(&y, b, 8);
    memcpy(&u, a + len - 8, 8), memcpy(&v, b + len - 8, 8);
    return ((x ^ y) | (u ^ v)) == 0;
  }
  if (len >= 4) {
    uint32_t p, q, u, v;
    memcpy(&p, a, 4), memcpy(&q, b, 4);
    memcpy(&u, a + len - 4, 4), memcpy(&v, b + len - 4, 4);
    return ((p ^ q) | (u ^ v)) == 0;
  }
  for (size_t i = 0; i < len; i++)
    if (a[i] != b[i]) return false;
  return true;
}

blt_status blt_dict_new(blt_ctx *ctx, blt_dict **out, blt_error *err) {
  blt_dict *d = blt_calloc(ctx, 1, sizeof *d);
  inside *in = blt_calloc(ctx, 1, sizeof *in);
  uint64_t *offsets = blt_calloc(ctx, 8, sizeof *offsets);
  if (!d || !in || !offsets) {
    blt_free(ctx, offsets, 8 * sizeof *offsets);
    blt_free(ctx, in, sizeof *in);
    blt_free(ctx, d, sizeof *d);
    return blt_fail_memory(err, sizeof *d + sizeof *in + 8 * sizeof *offsets);
  }
  atomic_init(&in->refs, 1);
  in->ctx = blt_ctx_retain(ctx);
  in->offsets = offsets;
  in->offsets_cap = 8;
  *d = (blt_dict){.id = blt_ctx_serial(ctx), .offsets = offsets, .bytes = "", .inside = in};
  *out = d;
  return BLT_OK;
}

blt_dict *blt_dict_retain(blt_dict *d) {
  atomic_fetch_add_explicit(&d->inside->refs, 1, memory_order_relaxed);
  return d;
}

static void drop_slots(inside *in) {
  if (in->slots) blt_free(in->ctx, in->slots, ((size_t)in->mask + 1) * sizeof *in->slots);
  if (in->sets) blt_free(in->ctx, in->sets, ((size_t)in->sets_mask + 1) * 2 * sizeof *in->sets);
  in->slots = NULL;
  in->sets = NULL;
  in->mask = in->sets_mask = in->found = 0;
}

static void drop_ranks(inside *in) {
  if (in->ranks) blt_free(in->ctx, in->ranks, (size_t)in->ranked * sizeof *in->ranks);
  in->ranks = NULL;
  in->ranked = 0;
}

void blt_dict_release(blt_dict *d) {
  if (!d || atomic_fetch_sub(&d->inside->refs, 1) != 1) return;
  inside *in = d->inside;
  blt_ctx *ctx = in->ctx;
  drop_slots(in);
  drop_ranks(in);
  if (in->origin) in->origin->release(in->origin);
  blt_free(ctx, in->offsets, in->offsets_cap * sizeof *in->offsets);
  blt_free(ctx, in->bytes, in->bytes_cap);
  blt_free(ctx, in, sizeof *in);
  blt_free(ctx, d, sizeof *d);
  blt_ctx_release(ctx);
}

bool blt_dict_shared(const blt_dict *d) {
  return atomic_load(&d->inside->refs) > 1;
}

/* ---- lookup ---- */

static inline void slot_put(uint64_t *slots, uint32_t mask, uint64_t slot) {
  uint32_t i = slot_tag(slot) & mask;
  while (slots[i]) i = (i + 1) & mask;
  slots[i] = slot;
}

static uint64_t slots_for(uint64_t entries) {
  uint64_t n = SLOTS_MIN;
  while (n < entries * 2) n *= 2;
  return n;
}

/* ---- the cache: indexed by the hash's lower half, the newer string of a set first ---- */

static inline recent *set_of(const inside *in, uint64_t hash) {
  return in->sets + 2 * (size_t)((uint32_t)hash & in->sets_mask);
}

static inline bool recent_is(const recent *r, const char *s, size_t len) {
  return r->len1 == len + 1 && same_bytes(r->bytes, s, len);
}

static void remember(const inside *in, uint64_t hash, const char *s, size_t len, uint32_t code) {
  if (!in->sets || len > RECENT_BYTES) return;
  recent *set = set_of(in, hash);
  set[1] = set[0];
  set[0].code = code;
  set[0].len1 = (uint8_t)(len + 1);
  if (len) memcpy(set[0].bytes, s, len);
}

static void forget(const inside *in, uint64_t hash, uint32_t code) {
  if (!in->sets) return;
  recent *set = set_of(in, hash);
  for (int i = 0; i < 2; i++)
    if (set[i].code == code) set[i].len1 = 0;
}

static void make_sets(inside *in) {
  uint32_t slots = in->mask + 1, n = slots / 2 < RECENT_SETS_MAX ? slots / 2 : RECENT_SETS_MAX;
  in->sets = blt_calloc_growing(in->ctx, (size_t)n * 2, sizeof *in->sets);
  in->sets_mask = in->sets ? n - 1 : 0;
}

/* Makes room for `entries` in a table of twice the size, from the old one or from the strings. */
static blt_status slots_grow(blt_dict *d, uint64_t entries, blt_error *err) {
  inside *in = d->inside;
  uint64_t n = slots_for(entries);
  uint64_t *slots = blt_calloc_growing(in->ctx, n, sizeof *slots);
  if (!slots) return blt_fail_memory(err, n * sizeof *slots);
  uint32_t mask = (uint32_t)(n - 1);
  if (in->slots) {
    for (uint64_t i = 0; i <= in->mask; i++)
      if (in->slots[i]) slot_put(slots, mask, in->slots[i]);
  } else {
    for (uint32_t c = 0; c < d->count; c++) {
      blt_str s = blt_dict_at(d, c);
      slot_put(slots, mask, slot_make(tag_of(blt_dict_hash(s.s, s.len)), c));
    }
  }
  bool cached = in->sets;
  drop_slots(in);
  in->slots = slots;
  in->mask = mask;
  if (cached) make_sets(in);
  return BLT_OK;
}

/* The slot that holds the string, or the free one where it belongs. */
static inline uint32_t probe(const blt_dict *d, const char *s, size_t len, uint32_t tag) {
  const inside *in = d->inside;
  for (uint32_t i = tag & in->mask;; i = (i + 1) & in->mask) {
    uint64_t slot = in->slots[i];
    if (!slot) return i;
    if (slot_tag(slot) != tag) continue;
    const uint64_t *o = d->offsets + slot_code(slot);
    if (o[1] - o[0] == len && same_bytes(d->bytes + o[0], s, len)) return i;
  }
}

/* Takes the slot of entry `code` out and moves back what had been pushed on by it. */
static void slot_remove(blt_dict *d, uint32_t code) {
  inside *in = d->inside;
  blt_str s = blt_dict_at(d, code);
  uint64_t hash = blt_dict_hash(s.s, s.len);
  uint32_t hole = tag_of(hash) & in->mask;
  forget(in, hash, code);
  while (slot_code(in->slots[hole]) != code) hole = (hole + 1) & in->mask;
  for (uint32_t i = (hole + 1) & in->mask; in->slots[i]; i = (i + 1) & in->mask) {
    uint32_t home = slot_tag(in->slots[i]) & in->mask;
    if (((i - home) & in->mask) < ((i - hole) & in->mask)) continue;
    in->slots[hole] = in->slots[i];
    hole = i;
  }
  in->slots[hole] = 0;
}

void blt_dict_prefetch(const blt_dict *d, uint64_t hash) {
  const inside *in = d->inside;
  if (in->sets) __builtin_prefetch(set_of(in, hash));
  if (in->slots) __builtin_prefetch(&in->slots[tag_of(hash) & in->mask]);
}

/* ---- growing ---- */

/* Room for `entries` more strings of together `bytes` bytes. */
static blt_status reserve(blt_dict *d, uint64_t entries, uint64_t bytes, blt_error *err) {
  inside *in = d->inside;
  uint64_t used = d->offsets[d->count];
  if (entries > BLT_DICT_MAX - d->count)
    return blt_fail(err, BLT_EINVAL, "a dictionary holds at most %u distinct strings", BLT_DICT_MAX);
  blt_status st = blt_grow(in->ctx, &in->offsets, &in->offsets_cap, (size_t)d->count + entries + 1,
                           sizeof *in->offsets, err);
  d->offsets = in->offsets;
  if (st != BLT_OK) return st;
  st = blt_grow(in->ctx, &in->bytes, &in->bytes_cap, used + bytes, 1, err);
  if (in->bytes) d->bytes = in->bytes;
  return st;
}

static blt_status too_long(size_t len, blt_error *err) {
  return blt_fail(err, BLT_EINVAL, "a string of %zu bytes: at most %u are allowed", len, BLT_MAX_STRING);
}

/* Adds a string that is not there; the lookup has room. `i` is its free slot. */
static blt_status add(blt_dict *d, const char *s, size_t len, uint32_t tag, uint32_t i, uint32_t *code,
                      blt_error *err) {
  inside *in = d->inside;
  if (len > BLT_MAX_STRING) return too_long(len, err);
  blt_status st = reserve(d, 1, len, err);
  if (st != BLT_OK) return st;
  uint64_t at = in->offsets[d->count];
  if (len) memcpy(in->bytes + at, s, len);
  in->offsets[d->count + 1] = at + len;
  in->slots[i] = slot_make(tag, d->count);
  *code = d->count++;
  return BLT_OK;
}

blt_status blt_dict_intern_hashed(blt_dict *d, const char *s, size_t len, uint64_t hash, uint32_t *code,
                                  blt_error *err) {
  inside *in = d->inside;
  if (in->sets && len <= RECENT_BYTES) {
    const recent *set = set_of(in, hash);
    for (int i = 0; i < 2; i++) {
      if (!recent_is(&set[i], s, len)) continue;
      *code = set[i].code;
      return BLT_OK;
    }
  }
  if (__builtin_expect(!in->slots || ((uint64_t)d->count + 1) * 2 > (uint64_t)in->mask + 1, 0)) {
    blt_status st = slots_grow(d, (uint64_t)d->count + 1, err);
    if (st != BLT_OK) return st;
  }
  uint32_t tag = tag_of(hash), i = probe(d, s, len, tag);
  uint64_t slot = in->slots[i];
  blt_status st = BLT_OK;
  if (slot) {
    *code = slot_code(slot);
    if (!in->sets && ++in->found > d->count) {
      make_sets(in);
      in->found = 0; /* without memory for them: not tried again at once */
    }
  } else {
    st = add(d, s, len, tag, i, code, err);
  }
  if (st == BLT_OK) remember(in, hash, s, len, *code);
  return st;
}

blt_status blt_dict_intern(blt_dict *d, const char *s, size_t len, uint32_t *code, blt_error *err) {
  return blt_dict_intern_hashed(d, s, len, blt_dict_hash(s, len), code, err);
}

/* Touches, one dependent cache miss after the other but for all strings at once, what `probe` will read. */
static void prefetch_entries(const blt_dict *d, const uint64_t *hashes, uint32_t n) {
  const inside *in = d->inside;
  uint32_t codes[BLT_DICT_BATCH];
  for (uint32_t k = 0; k < n; k++) {
    uint64_t slot = in->slots[tag_of(hashes[k]) & in->mask];
    codes[k] = slot ? slot_code(slot) : 0;
    __builtin_prefetch(d->offsets + codes[k]);
  }
  for (uint32_t k = 0; k < n; k++) __builtin_prefetch(d->bytes + d->offsets[codes[k]]);
}

blt_status blt_dict_intern_many(blt_dict *d, const blt_str *v, uint32_t n, uint32_t *codes, blt_error *err) {
  uint64_t hashes[BLT_DICT_BATCH];
  for (uint32_t at = 0; at < n; at += BLT_DICT_BATCH) {
    uint32_t m = n - at < BLT_DICT_BATCH ? n - at : BLT_DICT_BATCH;
    for (uint32_t k = 0; k < m; k++) {
      hashes[k] = blt_dict_hash(v[at + k].s, v[at + k].len);
      blt_dict_prefetch(d, hashes[k]);
    }
    if (d->inside->slots) prefetch_entries(d, hashes, m);
    for (uint32_t k = 0; k < m; k++) {
      blt_status st = blt_dict_intern_hashed(d, v[at + k].s, v[at + k].len, hashes[k], &codes[at + k], err);
      if (st != BLT_OK) return st;
    }
  }
  return BLT_OK;
}

blt_status blt_dict_find(blt_dict *d, const char *s, size_t len, bool *found, uint32_t *code,
                         blt_error *err) {
  if (!d->inside->slots) {
    blt_status st = slots_grow(d, (uint64_t)d->count + 1, err);
    if (st != BLT_OK) return st;
  }
  uint64_t slot = d->inside->slots[probe(d, s, len, tag_of(blt_dict_hash(s, len)))];
  *found = slot != 0;
  if (slot) *code = slot_code(slot);
  return BLT_OK;
}

blt_status blt_dict_load(blt_dict *d, const uint64_t *offsets, const char *bytes, uint32_t n,
                         blt_error *err) {
  inside *in = d->inside;
  uint64_t size = offsets[n] - offsets[0], at = d->offsets[d->count];
  blt_status st = reserve(d, n, size, err);
  if (st != BLT_OK) return st;
  if (in->slots && ((uint64_t)d->count + n) * 2 > (uint64_t)in->mask + 1) drop_slots(in);
  if (size) memcpy(in->bytes + at, bytes + offsets[0], size);
  for (uint32_t k = 0; k < n; k++) in->offsets[d->count + k + 1] = at + (offsets[k + 1] - offsets[0]);
  for (uint32_t c = d->count; in->slots && c < d->count + n; c++) {
    blt_str s = blt_dict_at(d, c);
    slot_put(in->slots, in->mask, slot_make(tag_of(blt_dict_hash(s.s, s.len)), c));
  }
  d->count += n;
  return BLT_OK;
}

void blt_dict_adopt(blt_dict *d, uint64_t *offsets, size_t offsets_cap, char *bytes, size_t bytes_cap,
                    uint32_t n) {
  inside *in = d->inside;
  drop_slots(in);
  blt_free(in->ctx, in->offsets, in->offsets_cap * sizeof *in->offsets);
  blt_free(in->ctx, in->bytes, in->bytes_cap);
  d->offsets = in->offsets = offsets;
  d->bytes = in->bytes = bytes;
  in->offsets_cap = offsets_cap;
  in->bytes_cap = bytes_cap;
  d->count = n;
}

/* ---- strings that are fetched later ---- */

void blt_dict_postpone(blt_dict *d, uint32_t count, blt_dict_origin *from) {
  d->inside->origin = from;
  d->offsets = NULL;
  d->count = count;
}

/* Moves the strings of `from` here. */
static void take_strings(blt_dict *d, blt_dict *from) {
  inside *in = from->inside;
  blt_dict_adopt(d, in->offsets, in->offsets_cap, in->bytes, in->bytes_cap, from->count);
  if (!d->bytes) d->bytes = "";
  in->offsets = NULL;
  in->bytes = NULL;
  in->offsets_cap = in->bytes_cap = 0;
}

blt_status blt_dict_open(blt_dict *d, blt_error *err) {
  inside *in = d->inside;
  blt_dict *fetched;
  if (blt_dict_is_open(d)) return BLT_OK;
  blt_status status = blt_dict_new(in->ctx, &fetched, err);
  if (status != BLT_OK) return status;
  status = in->origin->fetch(in->origin, fetched, err);
  if (status == BLT_OK) {
    take_strings(d, fetched);
    in->origin->release(in->origin);
    in->origin = NULL;
  }
  blt_dict_release(fetched);
  return status;
}

static void trim(blt_ctx *ctx, void *p, size_t *cap, size_t need, size_t size) {
  void **array = p;
  void *less = need && need < *cap ? blt_realloc(ctx, *array, *cap * size, need * size) : NULL;
  if (!less) return;
  *array = less;
  *cap = need;
}

void blt_dict_settle(blt_dict *d) {
  inside *in = d->inside;
  if (!blt_dict_is_open(d)) return;
  if (d->count <= SETTLED_MOST) drop_slots(in);
  trim(in->ctx, &in->offsets, &in->offsets_cap, (size_t)d->count + 1, sizeof *in->offsets);
  trim(in->ctx, &in->bytes, &in->bytes_cap, in->offsets[d->count], 1);
  d->offsets = in->offsets;
  if (in->bytes) d->bytes = in->bytes;
}

blt_status blt_dict_truncate(blt_dict *d, uint32_t count, blt_error *err) {
  if (count > d->count)
    return blt_fail(err, BLT_EINVAL, "cannot cut a dictionary of %u entries back to %u", d->count, count);
  inside *in = d->inside;
  if (count == d->count) return BLT_OK;
  if (in->slots && d->count - count > count / 4) drop_slots(in);
  for (uint32_t c = d->count; in->slots && c > count; c--) slot_remove(d, c - 1);
  drop_ranks(in);
  d->count = count;
  d->id = blt_ctx_serial(in->ctx);
  return BLT_OK;
}

blt_status blt_dict_copy(const blt_dict *d, uint32_t count, blt_dict **out, blt_error *err) {
  blt_dict *copy;
  if (count > d->count)
    return blt_fail(err, BLT_EINVAL, "cannot copy %u of %u dictionary entries", count, d->count);
  blt_status st = blt_dict_new(d->inside->ctx, &copy, err);
  if (st != BLT_OK) return st;
  st = blt_dict_load(copy, d->offsets, d->bytes, count, err);
  if (st == BLT_OK)
    *out = copy;
  else
    blt_dict_release(copy);
  return st;
}

/* ---- ranks ---- */

blt_status blt_dict_ranks(blt_dict *d, const uint32_t **ranks, blt_error *err) {
  inside *in = d->inside;
  size_t n = d->count;
  if (!in->ranks || in->ranked != n) {
    uint32_t *r = blt_alloc(in->ctx, n * sizeof *r);
    blt_status st = r ? blt_ranks_find(in->ctx, d, r, err) : blt_fail_memory(err, n * sizeof *r);
    if (st != BLT_OK) {
      blt_free(in->ctx, r, n * sizeof *r);
      return st;
    }
    drop_ranks(in);
    in->ranks = r;
    in->ranked = (uint32_t)n;
  }
  *ranks = in->ranks;
  return BLT_OK;
}

size_t blt_dict_bytes(const blt_dict *d) {
  const inside *in = d->inside;
  return sizeof *d + sizeof *in + in->offsets_cap * sizeof *in->offsets + in->bytes_cap +
         (in->slots ? ((size_t)in->mask + 1) * sizeof *in->slots : 0) +
         (in->sets ? ((size_t)in->sets_mask + 1) * 2 * sizeof *in->sets : 0) +
         (size_t)in->ranked * sizeof *in->ranks;
}

blt_status blt_dict_validate(blt_dict *d, blt_error *err) {
  const inside *in = d->inside;
  if (d->offsets != in->offsets || d->offsets[0] != 0 || in->offsets_cap <= d->count)
    return blt_fail(err, BLT_EFORMAT, "dictionary: its offsets do not start at 0 or do not fit");
  for (uint32_t c = 0; c < d->count; c++)
    if (d->offsets[c + 1] < d->offsets[c] || d->offsets[c + 1] - d->offsets[c] > BLT_MAX_STRING)
      return blt_fail_at(err, BLT_EFORMAT, c, "dictionary: entry %u has no sensible length", c);
  if (d->offsets[d->count] > in->bytes_cap)
    return blt_fail(err, BLT_EFORMAT, "dictionary: its strings reach past their memory");
  for (uint32_t c = 0; c < d->count; c++) {
    blt_str s = blt_dict_at(d, c);
    bool found = false;
    uint32_t code = 0;
    blt_status st = blt_dict_find(d, s.s, s.len, &found, &code, err);
    if (st != BLT_OK) return st;
    if (!found || code != c)
      return blt_fail_at(err, BLT_EFORMAT, c, "dictionary: entry %u is not found as itself (a repeat?)", c);
  }
  return BLT_OK;
}
