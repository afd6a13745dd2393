#include "interning.h"

#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define PARTS 64u
#define SLOTS (2 * BLT_BLOCK_ROWS) /* of a worker's table, for the strings of one block */
#define ARENA ((size_t)1 << 16)
#define AHEAD 16u /* strings that are asked for before they are looked at … */
#define LINE 64   /* … by two lines of the cache */

/* Memory for texts that an evaluator forgets. */
typedef struct arena {
  struct arena *next;
  size_t used, cap;
  char bytes[];
} arena;

/* The different strings of a block: as they appear, then by partition. */
typedef struct block_texts {
  uint32_t n;
  size_t cap, hashes_cap;
  blt_str *texts;
  uint64_t *hashes;
  uint32_t *places;          /* of each as it appeared, by partition */
  uint32_t *codes;           /* of each place, in the end */
  uint32_t parts[PARTS + 1]; /* where each partition begins */
  arena *arena;
} block_texts;

/* One worker's table of the strings of the block at hand: 32 bits of the hash above, number + 1 below; and
 * the numbers of a dictionary's codes, good when they carry the block's stamp. */
typedef struct work {
  uint64_t *slots;
  const blt_dict *dict;
  uint64_t *numbers;
  size_t nnumbers;
} work;

/* The different strings of a partition: blocks and numbers in them, in the order of their codes. */
typedef struct part_texts {
  uint64_t *entries; /* block << 32 | place */
  size_t cap;
  uint32_t n, first;  /* the code of the first one */
  uint64_t bytes, at; /* of all texts; where they begin */
} part_texts;

struct blt_interning {
  const blt_intern_source *source;
  blt_ctx *ctx;
  uint32_t workers;
  uint32_t *codes;
  uint64_t *valid;
  block_texts *blocks;
  work *works;
  part_texts *parts;
  uint64_t *offsets; /* of the dictionary to be */
  char *bytes;
};
typedef blt_interning interning;

#define SMALL_ROWS 100000 /* below this, waking a thread costs more than it brings */

static blt_status run_tasks(interning *in, uint32_t ntasks, blt_task_fn fn, blt_error *err) {
  return (in->source->rows < SMALL_ROWS ? blt_seq : blt_par)(in->ctx, ntasks, fn, in, err);
}

static blt_status check(const interning *in, uint32_t worker, blt_error *err) {
  return in->source->check(in->source->arg, worker, err);
}

/* ---- a block's own strings ---- */

static char *arena_take(interning *in, block_texts *b, size_t bytes) {
  if (!b->arena || b->arena->cap - b->arena->used < bytes) {
    size_t cap = bytes > ARENA ? bytes : ARENA;
    arena *a = blt_alloc(in->ctx, sizeof *a + cap);
    if (!a) return NULL;
    *a = (arena){.next = b->arena, .cap = cap};
    b->arena = a;
  }
  char *p = b->arena->bytes + b->arena->used;
  b->arena->used += bytes;
  return p;
}

static blt_status add_text(interning *in, block_texts *b, blt_str s, bool stable, uint64_t hash,
                           blt_error *err) {
  blt_status status = blt_grow(in->ctx, &b->texts, &b->cap, (size_t)b->n + 1, sizeof *b->texts, err);
  if (status == BLT_OK)
    status = blt_grow(in->ctx, &b->hashes, &b->hashes_cap, (size_t)b->n + 1, sizeof *b->hashes, err);
  if (status != BLT_OK) return status;
  if (!stable && s.len) {
    char *copy = arena_take(in, b, s.len);
    if (!copy) return blt_fail_memory(err, s.len);
    memcpy(copy, s.s, s.len);
    s.s = copy;
  }
  b->hashes[b->n] = hash;
  b->texts[b->n++] = s;
  return BLT_OK;
}

static bool same_text(blt_str a, blt_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

/* The number of a string in its block, which is added when it is new. */
static blt_status number_text(interning *in, work *w, block_texts *b, blt_str s, bool stable, uint64_t hash,
                              uint32_t *out, blt_error *err) {
  uint32_t tag = (uint32_t)(hash >> 32), at = (uint32_t)hash & (SLOTS - 1);
  for (; w->slots[at]; at = (at + 1) & (SLOTS - 1)) {
    uint32_t number = (uint32_t)w->slots[at] - 1;
    if ((uint32_t)(w->slots[at] >> 32) != tag || !same_text(b->texts[number], s)) continue;
    *out = number;
    return BLT_OK;
  }
  blt_status status = add_text(in, b, s, stable, hash, err);
  if (status != BLT_OK) return status;
  *out = b->n - 1;
  w->slots[at] = (uint64_t)tag << 32 | b->n;
  return BLT_OK;
}

/* Room for the numbers of a dictionary's codes. */
static blt_status meet_dict(interning *in, work *w, const blt_dict *dict, blt_error *err) {
  if (w->dict == dict && w->nnumbers >= dict->count) return BLT_OK;
  blt_free(in->ctx, w->numbers, w->nnumbers * sizeof *w->numbers);
  w->dict = dict;
  w->nnumbers = (size_t)dict->count + 1;
  w->numbers = blt_calloc(in->ctx, w->nnumbers, sizeof *w->numbers);
  if (w->numbers) return BLT_OK;
  w->dict = NULL;
  size_t bytes = w->nnumbers * sizeof *w->numbers;
  w->nnumbers = 0;
  return blt_fail_memory(err, bytes);
}

/* A code's string is looked at once a block. */
static blt_status number_code(interning *in, work *w, uint32_t block, const blt_dict *dict, uint32_t code,
                              uint32_t *out, blt_error *err) {
  uint64_t stamp = (uint64_t)(block + 1) << 32;
  if (w->numbers[code] >> 32 == block + 1) {
    *out = (uint32_t)w->numbers[code];
    return BLT_OK;
  }
  blt_str s = blt_dict_at(dict, code);
  blt_status status = number_text(in, w, &in->blocks[block], s, true, blt_dict_hash(s.s, s.len), out, err);
  if (status == BLT_OK) w->numbers[code] = stamp | *out;
  return status;
}

/* Where the values of a vector belong. */
typedef struct placing {
  uint32_t block, first;
  const uint16_t *sel;
} placing;

static uint32_t row_of(const placing *p, uint32_t i) {
  return p->first + (p->sel ? p->sel[i] : i);
}

static blt_status number_coded(interning *in, work *w, const placing *p, const blt_vec *v, blt_error *err) {
  uint32_t room[ROWS];
  const uint32_t *codes = blt_vec_codes(v, room);
  blt_status status = meet_dict(in, w, v->dict, err);
  for (uint32_t i = 0; i < v->n && status == BLT_OK; i++) {
    if (blt_vec_is_null(v, i)) continue;
    uint32_t row = row_of(p, i);
    status = number_code(in, w, p->block, v->dict, codes[i], &in->codes[row], err);
    blt_bit_set(in->valid, row);
  }
  return status;
}

/* Hashes first, so that the slots are near when they are looked at. */
static blt_status number_plain(interning *in, work *w, const placing *p, const blt_vec *v, blt_error *err) {
  blt_str room[ROWS];
  uint64_t hashes[ROWS];
  const blt_str *texts = blt_vec_text(v, room);
  block_texts *b = &in->blocks[p->block];
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < v->n; i++) {
    if (blt_vec_is_null(v, i)) continue;
    hashes[i] = blt_dict_hash(texts[i].s, texts[i].len);
    __builtin_prefetch(&w->slots[(uint32_t)hashes[i] & (SLOTS - 1)]);
  }
  for (uint32_t i = 0; i < v->n && status == BLT_OK; i++) {
    if (blt_vec_is_null(v, i)) continue;
    uint32_t row = row_of(p, i);
    status = number_text(in, w, b, texts[i], in->source->stable, hashes[i], &in->codes[row], err);
    blt_bit_set(in->valid, row);
  }
  return status;
}

blt_status blt_intern_add(blt_interning *in, uint32_t block, uint32_t worker, const blt_vec *v,
                          uint32_t first, const uint16_t *sel, blt_error *err) {
  placing p = {block, first, sel};
  if (v->all_null) return BLT_OK;
  return (v->dict ? number_coded : number_plain)(in, &in->works[worker], &p, v, err);
}

/* Finds the place of each of a block's strings by partition. */
static void place(block_texts *b) {
  uint32_t counts[PARTS] = {0}, at = 0;
  for (uint32_t i = 0; i < b->n; i++) counts[b->hashes[i] >> 58]++;
  for (uint32_t p = 0; p < PARTS; p++) {
    b->parts[p] = at;
    at += counts[p];
    counts[p] = b->parts[p];
  }
  b->parts[PARTS] = at;
  for (uint32_t i = 0; i < b->n; i++) b->places[i] = counts[b->hashes[i] >> 58]++;
}

/* Moves a block's strings to their places. */
static void move(interning *in, block_texts *b, blt_str *texts, uint64_t *hashes, size_t room) {
  for (uint32_t i = 0; i < b->n; i++) {
    texts[b->places[i]] = b->texts[i];
    hashes[b->places[i]] = b->hashes[i];
  }
  blt_free(in->ctx, b->texts, b->cap * sizeof *b->texts);
  blt_free(in->ctx, b->hashes, b->hashes_cap * sizeof *b->hashes);
  b->texts = texts;
  b->hashes = hashes;
  b->cap = b->hashes_cap = room;
}

/* Puts a block's strings in the order of partitions, each of which is read from one end to the other then. */
static blt_status deal(interning *in, block_texts *b, blt_error *err) {
  size_t n = (size_t)b->n + 1;
  b->places = blt_alloc(in->ctx, n * sizeof *b->places);
  b->codes = blt_alloc(in->ctx, n * sizeof *b->codes);
  blt_str *texts = blt_alloc(in->ctx, n * sizeof *texts);
  uint64_t *hashes = blt_alloc(in->ctx, n * sizeof *hashes);
  if (b->places && b->codes && texts && hashes) {
    place(b);
    move(in, b, texts, hashes, n);
    return BLT_OK;
  }
  blt_free(in->ctx, texts, n * sizeof *texts);
  blt_free(in->ctx, hashes, n * sizeof *hashes);
  return blt_fail_memory(err, n * sizeof *texts);
}

static blt_status number_block(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  interning *in = arg;
  work *w = &in->works[worker];
  if (!w->slots) w->slots = blt_alloc(in->ctx, SLOTS * sizeof *w->slots);
  if (!w->slots) return blt_fail_memory(err, SLOTS * sizeof *w->slots);
  memset(w->slots, 0, SLOTS * sizeof *w->slots);
  blt_status status = in->source->read(in->source->arg, in, task, worker, err);
  return status == BLT_OK ? deal(in, &in->blocks[task], err) : status;
}

/* ---- a partition's strings ---- */

static blt_str text_of(const interning *in, uint64_t entry) {
  return in->blocks[entry >> 32].texts[(uint32_t)entry];
}

/* Gives every string of the partition its number among those that differ. */
static blt_status number_part(interning *in, uint32_t p, uint64_t *slots, uint32_t mask, uint32_t worker,
                              blt_error *err) {
  part_texts *part = &in->parts[p];
  for (uint32_t g = 0; g < in->source->blocks; g++) {
    block_texts *b = &in->blocks[g];
    blt_status status = check(in, worker, err);
    if (status != BLT_OK) return status;
    for (uint32_t k = b->parts[p]; k < b->parts[p + 1]; k++) {
      uint32_t tag = (uint32_t)(b->hashes[k] >> 26), at = (uint32_t)b->hashes[k] & mask;
      if (b->n - k > AHEAD) __builtin_prefetch(&slots[(uint32_t)b->hashes[k + AHEAD] & mask]);
      uint32_t number = UINT32_MAX;
      for (; slots[at]; at = (at + 1) & mask) {
        uint32_t known = (uint32_t)slots[at] - 1;
        if ((uint32_t)(slots[at] >> 32) != tag || !same_text(text_of(in, part->entries[known]), b->texts[k]))
          continue;
        number = known;
        break;
      }
      if (number == UINT32_MAX) {
        number = part->n++;
        part->entries[number] = (uint64_t)g << 32 | k;
        part->bytes += b->texts[k].len;
        slots[at] = (uint64_t)tag << 32 | part->n;
      }
      b->codes[k] = number;
    }
  }
  return BLT_OK;
}

static blt_status part_task(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  interning *in = arg;
  part_texts *part = &in->parts[task];
  uint64_t n = 0;
  for (uint32_t g = 0; g < in->source->blocks; g++)
    n += in->blocks[g].parts[task + 1] - in->blocks[g].parts[task];
  size_t nslots = 2;
  while (nslots < 2 * n) nslots *= 2;
  if (nslots > (size_t)1 << 31) return blt_fail(err, BLT_EINVAL, "too many different texts for one query");
  part->cap = n + 1;
  part->entries = blt_alloc(in->ctx, part->cap * sizeof *part->entries);
  uint64_t *slots = blt_calloc(in->ctx, nslots, sizeof *slots);
  blt_status status = part->entries && slots
                          ? number_part(in, task, slots, (uint32_t)(nslots - 1), worker, err)
                          : blt_fail_memory(err, nslots * sizeof *slots);
  blt_free(in->ctx, slots, nslots * sizeof *slots);
  return status;
}

/* ---- codes and the dictionary ---- */

static blt_status copy_part(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  interning *in = arg;
  part_texts *part = &in->parts[task];
  uint64_t at = part->at;
  for (uint32_t k = 0; k < part->n; k++) {
    blt_str s = text_of(in, part->entries[k]);
    if (part->n - k > AHEAD) {
      blt_str later = text_of(in, part->entries[k + AHEAD]);
      __builtin_prefetch(later.s);
      __builtin_prefetch(later.s + LINE);
    }
    in->offsets[part->first + k] = at;
    if (s.len) memcpy(in->bytes + at, s.s, s.len);
    at += s.len;
  }
  return check(in, worker, err);
}

static blt_status code_block(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  interning *in = arg;
  block_texts *b = &in->blocks[task];
  uint32_t first = task * in->source->block_rows, n = in->source->block_rows;
  for (uint32_t p = 0; p < PARTS; p++)
    for (uint32_t k = b->parts[p]; k < b->parts[p + 1]; k++) b->codes[k] += in->parts[p].first;
  for (uint32_t w = first / 64; w < (first + n) / 64; w++)
    for (uint64_t left = in->valid[w]; left; left &= left - 1) {
      uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(left);
      in->codes[i] = b->codes[b->places[in->codes[i]]];
    }
  return check(in, worker, err);
}

/* Where each partition's codes and bytes begin. */
static blt_status place_parts(interning *in, uint32_t *count, uint64_t *bytes, blt_error *err) {
  uint64_t n = 0;
  *bytes = 0;
  for (uint32_t p = 0; p < PARTS; p++) {
    in->parts[p].first = (uint32_t)n;
    in->parts[p].at = *bytes;
    n += in->parts[p].n;
    *bytes += in->parts[p].bytes;
  }
  if (n > BLT_DICT_MAX) return blt_fail(err, BLT_EINVAL, "too many different texts for one query");
  *count = (uint32_t)n;
  return BLT_OK;
}

static blt_status make_dict(interning *in, blt_dict **out, blt_error *err) {
  uint32_t n = 0;
  uint64_t bytes = 0;
  blt_dict *dict = NULL;
  blt_status status = place_parts(in, &n, &bytes, err);
  if (status != BLT_OK) return status;
  in->offsets = blt_alloc(in->ctx, ((size_t)n + 1) * sizeof *in->offsets);
  in->bytes = blt_alloc(in->ctx, bytes + 1);
  if (!in->offsets || !in->bytes)
    status = blt_fail_memory(err, bytes + ((size_t)n + 1) * sizeof *in->offsets);
  if (status == BLT_OK) status = run_tasks(in, PARTS, copy_part, err);
  if (status == BLT_OK) {
    in->offsets[n] = bytes;
    status = blt_dict_new(in->ctx, &dict, err);
  }
  if (status == BLT_OK) {
    blt_dict_adopt(dict, in->offsets, (size_t)n + 1, in->bytes, bytes + 1, n);
    *out = dict;
    return BLT_OK;
  }
  blt_free(in->ctx, in->offsets, ((size_t)n + 1) * sizeof *in->offsets);
  blt_free(in->ctx, in->bytes, bytes + 1);
  return status;
}

static void block_free(interning *in, block_texts *b) {
  size_t bytes = ((size_t)b->n + 1) * sizeof *b->places;
  blt_free(in->ctx, b->texts, b->cap * sizeof *b->texts);
  blt_free(in->ctx, b->hashes, b->hashes_cap * sizeof *b->hashes);
  blt_free(in->ctx, b->places, bytes);
  blt_free(in->ctx, b->codes, bytes);
  for (arena *a = b->arena, *next; a; a = next) {
    next = a->next;
    blt_free(in->ctx, a, sizeof *a + a->cap);
  }
}

static void interning_free(interning *in) {
  for (uint32_t g = 0; in->blocks && g < in->source->blocks; g++) block_free(in, &in->blocks[g]);
  for (uint32_t w = 0; in->works && w < in->workers; w++) {
    blt_free(in->ctx, in->works[w].slots, SLOTS * sizeof *in->works[w].slots);
    blt_free(in->ctx, in->works[w].numbers, in->works[w].nnumbers * sizeof *in->works[w].numbers);
  }
  for (uint32_t p = 0; in->parts && p < PARTS; p++)
    blt_free(in->ctx, in->parts[p].entries, in->parts[p].cap * sizeof *in->parts[p].entries);
  blt_free(in->ctx, in->blocks, ((size_t)in->source->blocks + 1) * sizeof *in->blocks);
  blt_free(in->ctx, in->works, in->workers * sizeof *in->works);
  blt_free(in->ctx, in->parts, PARTS * sizeof *in->parts);
}

blt_status blt_intern(const blt_intern_source *source, uint32_t *codes, uint64_t *valid, blt_dict **out,
                      blt_error *err) {
  interning in = {.source = source, .ctx = source->ctx, .codes = codes, .valid = valid};
  in.workers = blt_par_workers(in.ctx);
  in.blocks = blt_calloc(in.ctx, (size_t)source->blocks + 1, sizeof *in.blocks);
  in.works = blt_calloc(in.ctx, in.workers, sizeof *in.works);
  in.parts = blt_calloc(in.ctx, PARTS, sizeof *in.parts);
  blt_status status = in.blocks && in.works && in.parts
                          ? BLT_OK
                          : blt_fail_memory(err, ((size_t)source->blocks + 1) * sizeof *in.blocks);
  if (status == BLT_OK) status = run_tasks(&in, source->blocks, number_block, err);
  if (status == BLT_OK) status = run_tasks(&in, PARTS, part_task, err);
  blt_dict *dict = NULL;
  if (status == BLT_OK) status = make_dict(&in, &dict, err);
  if (status == BLT_OK) {
    status = run_tasks(&in, source->blocks, code_block, err);
    if (status == BLT_OK)
      *out = dict;
    else
      blt_dict_release(dict);
  }
  interning_free(&in);
  return status;
}
