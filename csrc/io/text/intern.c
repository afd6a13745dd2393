#include "intern.h"
#include "base/mem.h"

#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define FIRST_SLOTS 256u
#define NEAR_SLOTS 4096u /* dictionaries up to here stay in the second-level cache */

/* A string as its slot sees it. */
typedef struct key {
  uint64_t a, b, hash;
} key;

static inline uint64_t load64(const char *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}

static inline uint64_t fold(uint64_t x, uint64_t y) {
  unsigned __int128 m = (unsigned __int128)x * y;
  return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t hash_key(uint64_t a, uint64_t b, uint32_t len) {
  return fold(a ^ UINT64_C(0xa0761d6478bd642f), b ^ UINT64_C(0xe7037ed1a0b428db) ^ len) *
         UINT64_C(0x9e3779b97f4a7c15);
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the first bytes of a word are taken to be its low ones"
#endif

static inline key key_of(const char *s, uint32_t len) {
  key k;
  if (len <= 8) {
    k.a = len ? load64(s) & (~UINT64_C(0) >> (64 - 8 * len)) : 0;
    k.b = 0;
  } else {
    k.a = len <= 16 ? load64(s) : XXH3_64bits(s, len);
    k.b = load64(s + len - 8);
  }
  k.hash = hash_key(k.a, k.b, len);
  return k;
}

void blt_intern_init(blt_intern *in, blt_ctx *ctx) {
  *in = (blt_intern){.ctx = ctx};
}

void blt_intern_free(blt_intern *in) {
  blt_ctx *ctx = in->ctx;
  if (!ctx) return;
  if (in->slots) blt_free(ctx, in->slots, ((size_t)in->mask + 1) * sizeof *in->slots);
  blt_free(ctx, in->numbered.codes, in->numbered.limit * sizeof *in->numbered.codes);
  blt_free(ctx, in->offsets, in->offsets_cap * sizeof *in->offsets);
  blt_free(ctx, in->rows, in->rows_cap * sizeof *in->rows);
  blt_free(ctx, in->bytes, in->bytes_cap);
  *in = (blt_intern){.ctx = ctx};
}

static void slot_put(blt_slot *slots, uint32_t mask, blt_slot slot) {
  uint32_t i = (uint32_t)(hash_key(slot.a, slot.b, slot.len) >> 32) & mask;
  while (slots[i].code) i = (i + 1) & mask;
  slots[i] = slot;
}

/* Slots for `entries` at most half full: a second probe costs more than the cache that it saves. */
static blt_status slots_grow(blt_intern *in, uint64_t entries, blt_error *err) {
  uint64_t n = in->slots ? (uint64_t)in->mask + 1 : FIRST_SLOTS;
  while (n / 2 < entries) n *= 2;
  if (n > UINT32_MAX)
    return blt_fail(err, BLT_EFORMAT, "more distinct strings in a column than a dictionary holds");
  blt_slot *slots = blt_calloc_growing(in->ctx, n, sizeof *slots);
  if (!slots) return blt_fail_memory(err, n * sizeof *slots);
  if (in->slots) {
    for (uint64_t i = 0; i <= in->mask; i++)
      if (in->slots[i].code) slot_put(slots, (uint32_t)(n - 1), in->slots[i]);
    blt_free(in->ctx, in->slots, ((size_t)in->mask + 1) * sizeof *slots);
  }
  in->slots = slots;
  in->mask = (uint32_t)(n - 1);
  return BLT_OK;
}

static blt_status add(blt_intern *in, const char *s, uint32_t len, uint32_t row, blt_error *err) {
  uint64_t at = in->count ? in->offsets[in->count] : 0;
  blt_status status =
      blt_grow(in->ctx, &in->offsets, &in->offsets_cap, (size_t)in->count + 2, sizeof *in->offsets, err);
  if (status == BLT_OK)
    status = blt_grow(in->ctx, &in->rows, &in->rows_cap, (size_t)in->count + 1, sizeof *in->rows, err);
  if (status == BLT_OK) status = blt_grow(in->ctx, &in->bytes, &in->bytes_cap, at + len + 1, 1, err);
  if (status != BLT_OK) return status;
  memcpy(in->bytes + at, s, len);
  in->offsets[in->count] = at;
  in->offsets[in->count + 1] = at + len;
  in->rows[in->count] = row;
  in->count++;
  return BLT_OK;
}

static inline bool slot_holds(const blt_intern *in, const blt_slot *slot, const key *k, const char *s,
                              uint32_t len) {
  if (slot->a != k->a || slot->b != k->b || slot->len != len) return false;
  return len <= 16 || memcmp(in->bytes + in->offsets[slot->code - 1], s, len) == 0;
}

/* Looks a string up and adds it when it is new; there is room for it. */
static inline blt_status find(blt_intern *in, const key *k, const char *s, uint32_t len, uint32_t row,
                              uint32_t *code, blt_error *err) {
  blt_slot *slots = in->slots;
  uint32_t mask = in->mask, at = (uint32_t)(k->hash >> 32) & mask;
  while (slots[at].code && !slot_holds(in, &slots[at], k, s, len)) at = (at + 1) & mask;
  if (__builtin_expect(!slots[at].code, 0)) {
    blt_status status = add(in, s, len, row, err);
    if (status != BLT_OK) return status;
    slots[at] = (blt_slot){k->a, k->b, len, in->count};
    in->hashed++;
  }
  *code = slots[at].code - 1;
  return BLT_OK;
}

static inline blt_status make_room(blt_intern *in, uint32_t n, blt_error *err) {
  if (in->slots && ((uint64_t)in->mask + 1) / 2 >= (uint64_t)in->hashed + n) return BLT_OK;
  return slots_grow(in, (uint64_t)in->hashed + n, err);
}

static inline blt_str field_at(const blt_intern_fields *f, uint32_t place) {
  const uint32_t *e = f->ends + (size_t)place * f->stride;
  uint32_t start = e[-1] + f->gap;
  return (blt_str){f->text + start, *e - start};
}

/* The dictionary is in the cache: one after the other. */
static blt_status intern_near(blt_intern *in, const blt_intern_fields *f, uint32_t *codes, bool *empty,
                              blt_error *err) {
  for (uint32_t i = 0; i < f->n; i++) {
    uint32_t at = blt_intern_place(f, i);
    blt_str s = field_at(f, at);
    if (__builtin_expect(s.len == 0, 0)) {
      codes[at] = 0;
      *empty = true;
      continue;
    }
    key k = key_of(s.s, s.len);
    blt_status status = find(in, &k, s.s, s.len, f->row + at, &codes[at], err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* Has all brought near that the lookups of a batch will touch: slots first, then, of texts that no slot holds
 * whole, where they lie and their bytes. */
static void prefetch(const blt_intern *in, const blt_intern_fields *f, key *keys) {
  const uint64_t *offsets[BLT_INTERN_BATCH];
  uint32_t n = 0;
  for (uint32_t i = 0; i < f->n; i++) {
    blt_str s = field_at(f, blt_intern_place(f, i));
    keys[i] = key_of(s.s, s.len);
    __builtin_prefetch(&in->slots[(uint32_t)(keys[i].hash >> 32) & in->mask]);
  }
  for (uint32_t i = 0; i < f->n; i++) {
    const blt_slot *slot = &in->slots[(uint32_t)(keys[i].hash >> 32) & in->mask];
    if (!slot->code || slot->len <= 16) continue;
    offsets[n++] = in->offsets + slot->code - 1;
    __builtin_prefetch(offsets[n - 1]);
  }
  for (uint32_t i = 0; i < n; i++) __builtin_prefetch(in->bytes + *offsets[i]);
}

/* The dictionary is large. */
static blt_status intern_far(blt_intern *in, const blt_intern_fields *f, uint32_t *codes, bool *empty,
                             blt_error *err) {
  key keys[BLT_INTERN_BATCH];
  prefetch(in, f, keys);
  for (uint32_t i = 0; i < f->n; i++) {
    uint32_t at = blt_intern_place(f, i);
    blt_str s = field_at(f, at);
    if (__builtin_expect(s.len == 0, 0)) {
      codes[at] = 0;
      *empty = true;
      continue;
    }
    blt_status status = find(in, &keys[i], s.s, s.len, f->row + at, &codes[at], err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* ---- names with numbers ---- */

#define PERIOD 16384u /* lookups after which the strays among them are looked at */

/* An entry's bytes with room to read around them. */
typedef struct padded {
  char bytes[8 + BLT_NUMBERED_LONGEST + 16];
} padded;

static const char *pad(padded *p, blt_str s) {
  memset(p->bytes, 0, sizeof p->bytes);
  memcpy(p->bytes + 8, s.s, s.len);
  return p->bytes + 8;
}

/* The number of an entry, if it is below the limit. */
static bool entry_number(const blt_intern *in, uint32_t code, uint32_t *number) {
  padded p;
  blt_str s = blt_intern_at(in, code);
  return s.len == in->numbered.len && blt_numbered_of(&in->numbered, pad(&p, s), s.len, number) &&
         *number < in->numbered.limit;
}

/* Gives an entry its slot; there is room for it. */
static void put_slot(blt_intern *in, uint32_t code) {
  padded p;
  blt_str s = blt_intern_at(in, code);
  key k = key_of(s.len <= BLT_NUMBERED_LONGEST ? pad(&p, s) : s.s, s.len);
  slot_put(in->slots, in->mask, (blt_slot){k.a, k.b, s.len, code + 1});
  in->hashed++;
}

/* Makes `number` an index, when the names are many enough for that: at most 64 bytes for each. */
static blt_status reach(blt_intern *in, uint32_t number, blt_error *err) {
  blt_numbered *f = &in->numbered;
  uint32_t limit = 1024;
  if (number >= 1024 && number / 16 >= in->count) return BLT_OK;
  while (limit <= number) limit *= 2;
  uint32_t *codes = blt_calloc_growing(in->ctx, limit, sizeof *codes);
  if (!codes) return blt_fail_memory(err, limit * sizeof *codes);
  blt_free(in->ctx, f->codes, f->limit * sizeof *f->codes);
  f->codes = codes;
  f->limit = limit;
  for (uint32_t c = 0; c < in->count; c++)
    if (entry_number(in, c, &number)) codes[number] = c + 1;
  return BLT_OK;
}

/* The texts are not of the form after all: every entry gets a slot. */
static blt_status give_up(blt_intern *in, blt_error *err) {
  blt_numbered *f = &in->numbered;
  blt_free(in->ctx, f->codes, f->limit * sizeof *f->codes);
  *f = (blt_numbered){.tried = true};
  for (uint64_t i = 0; in->slots && i <= in->mask; i++) in->slots[i] = (blt_slot){0};
  in->hashed = 0;
  blt_status status = slots_grow(in, (uint64_t)in->count + BLT_INTERN_BATCH, err);
  for (uint32_t c = 0; status == BLT_OK && c < in->count; c++) put_slot(in, c);
  return status;
}

static blt_status find_numbered(blt_intern *in, const char *s, uint32_t len, uint32_t row, uint32_t *code,
                                blt_error *err) {
  blt_numbered *f = &in->numbered;
  uint32_t number;
  blt_status status = BLT_OK;
  bool of_form = blt_numbered_of(f, s, len, &number);
  if (of_form && number >= f->limit) status = reach(in, number, err);
  if (status != BLT_OK) return status;
  if (!of_form || number >= f->limit) {
    key k = key_of(s, len);
    f->strays++;
    return find(in, &k, s, len, row, code, err);
  }
  if (!f->codes[number]) {
    status = add(in, s, len, row, err);
    if (status != BLT_OK) return status;
    f->codes[number] = in->count;
  }
  *code = f->codes[number] - 1;
  return BLT_OK;
}

static blt_status numbered_fields(blt_intern *in, const blt_intern_fields *f, uint32_t from, uint32_t to,
                                  uint32_t *codes, bool *empty, blt_error *err) {
  for (uint32_t i = from; i < to; i++) {
    uint32_t at = blt_intern_place(f, i);
    blt_str s = field_at(f, at);
    if (s.len == 0) {
      codes[at] = 0;
      *empty = true;
      continue;
    }
    blt_status status = find_numbered(in, s.s, s.len, f->row + at, &codes[at], err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

static blt_status intern_numbered(blt_intern *in, const blt_intern_fields *f, uint32_t *codes, bool *empty,
                                  blt_error *err) {
  uint32_t i = 0;
  while (i < f->n) {
    const uint32_t *e = f->ends + (size_t)i * f->stride;
    if (!f->full) i += blt_numbered_codes(&in->numbered, f->text, e, f->stride, f->gap, f->n - i, codes + i);
    uint32_t stop = f->full || f->n - i < 8 ? f->n : i + 8;
    blt_status status = numbered_fields(in, f, i, stop, codes, empty, err);
    if (status != BLT_OK) return status;
    i = stop;
  }
  in->numbered.asked += f->n;
  if (in->numbered.asked < PERIOD) return BLT_OK;
  bool useless = in->numbered.strays > in->numbered.asked / 2;
  in->numbered.asked = in->numbered.strays = 0;
  return useless ? give_up(in, err) : BLT_OK;
}

/* The first text that is not empty says whether there are numbers. */
static void look_for_form(blt_intern *in, const blt_intern_fields *f) {
  for (uint32_t i = 0; i < f->n && !in->numbered.tried; i++) {
    blt_str s = field_at(f, blt_intern_place(f, i));
    if (s.len) blt_numbered_form(&in->numbered, s.s, s.len);
  }
}

static blt_status intern_batch(blt_intern *in, const blt_intern_fields *f, uint32_t *codes, bool *empty,
                               blt_error *err) {
  blt_status status = make_room(in, f->n, err);
  if (status != BLT_OK) return status;
  in->asked += f->n;
  if (!in->numbered.tried) look_for_form(in, f);
  if (in->numbered.len) return intern_numbered(in, f, codes, empty, err);
  if (in->mask < NEAR_SLOTS) return intern_near(in, f, codes, empty, err);
  return intern_far(in, f, codes, empty, err);
}

blt_status blt_intern_fields_of(blt_intern *in, const blt_intern_fields *f, uint32_t *codes, bool *empty,
                                blt_error *err) {
  blt_intern_fields part = *f;
  for (uint32_t at = 0; at < f->n; at += part.n) {
    uint32_t rows = f->full ? 0 : at; /* rows of a list are counted from the first */
    part.n = f->n - at < BLT_INTERN_BATCH ? f->n - at : BLT_INTERN_BATCH;
    part.row = f->row + rows;
    part.ends = f->ends + (size_t)rows * f->stride;
    part.full = f->full ? f->full + at : NULL;
    blt_status status = intern_batch(in, &part, codes + rows, empty, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

blt_status blt_intern_one(blt_intern *in, blt_str s, uint32_t row, uint32_t *code, blt_error *err) {
  blt_status status = make_room(in, 1, err);
  if (status != BLT_OK) return status;
  if (!in->numbered.tried) blt_numbered_form(&in->numbered, s.s, s.len);
  if (in->numbered.len) return find_numbered(in, s.s, s.len, row, code, err);
  key k = key_of(s.s, s.len);
  return find(in, &k, s.s, s.len, row, code, err);
}

bool blt_intern_empty(const blt_intern *in, uint32_t *code) {
  key k = key_of("", 0);
  if (!in->slots) return false;
  for (uint32_t at = (uint32_t)(k.hash >> 32) & in->mask; in->slots[at].code; at = (at + 1) & in->mask) {
    if (!slot_holds(in, &in->slots[at], &k, "", 0)) continue;
    *code = in->slots[at].code - 1;
    return true;
  }
  return false;
}

void blt_intern_cut(blt_intern *in, uint32_t count) {
  uint32_t number;
  blt_numbered *f = &in->numbered;
  if (count >= in->count) return;
  in->count = count;
  in->hashed = 0;
  for (uint64_t i = 0; in->slots && i <= in->mask; i++) in->slots[i] = (blt_slot){0};
  if (f->codes) memset(f->codes, 0, f->limit * sizeof *f->codes);
  for (uint32_t c = 0; c < count; c++) {
    if (f->len && entry_number(in, c, &number))
      f->codes[number] = c + 1;
    else
      put_slot(in, c);
  }
}
