/* dict.h: the distinct strings of one column, numbered 0, 1, 2, … in order of first appearance.
 *
 *   offsets  0     5        11   …        entry c is bytes[offsets[c] .. offsets[c+1])
 *   bytes    K o r e a J a p a n …
 *
 * Codes never change while the dictionary lives, so blocks, frames and snapshots share it by reference; it
 * only grows (or is cut back by a rollback that nobody else can see). A pointer from blt_dict_at is good
 * until the next blt_dict_intern. Reading from several threads is safe while nobody interns.
 *
 * The strings of a dictionary that a file has may wait there until somebody asks for them: `count` is known
 * before, everything else is for a dictionary that is open.
 */
#ifndef BLT_STORE_DICT_H
#define BLT_STORE_DICT_H

#include "blt.h"

#define BLT_DICT_MAX 0x7fffffffu /* entries */
#define BLT_DICT_BATCH 64u       /* strings that blt_dict_intern_many has in flight */

/* Open for the one-line accessor below; only dict.c writes it. */
typedef struct blt_dict {
  uint64_t id; /* no other dictionary of the context has it; a new one when entries were forgotten */
  uint32_t count;
  const uint64_t *offsets; /* count + 1; NULL: not open */
  const char *bytes;
  struct blt_dict_inside *inside;
} blt_dict;

/* True when `distinct` strings in a column of `rows` rows cost more than they save: more than one group of
 * rows of which less than one in 32 repeats, or very many of which less than one in four does. (A million
 * strings, a hundred rows each, look almost as if nothing repeated in their first two groups.) */
static inline bool blt_dict_hardly_repeats(uint64_t distinct, uint64_t rows) {
  if (distinct <= BLT_BLOCK_ROWS) return false;
  return distinct > rows - rows / 32 || (distinct > (UINT64_C(1) << 20) && distinct > rows / 4 * 3);
}

blt_status blt_dict_new(blt_ctx *ctx, blt_dict **out, blt_error *err);
blt_dict *blt_dict_retain(blt_dict *d);
void blt_dict_release(blt_dict *d);      /* NULL is allowed */
bool blt_dict_shared(const blt_dict *d); /* somebody else holds a reference too */

static inline blt_str blt_dict_at(const blt_dict *d, uint32_t code) {
  return (blt_str){d->bytes + d->offsets[code], (uint32_t)(d->offsets[code + 1] - d->offsets[code])};
}

/* The code of `s`, adding it when new. BLT_ENOMEM, or BLT_EINVAL past BLT_DICT_MAX or BLT_MAX_STRING.
 */
blt_status blt_dict_intern(blt_dict *d, const char *s, size_t len, uint32_t *code, blt_error *err);
/* The same with the hash already known: blt_dict_hash(s, len). */
blt_status blt_dict_intern_hashed(blt_dict *d, const char *s, size_t len, uint64_t hash, uint32_t *code,
                                  blt_error *err);
/* Interns `n` strings, overlapping their cache misses: the way to load many. On failure some may be added. */
blt_status blt_dict_intern_many(blt_dict *d, const blt_str *v, uint32_t n, uint32_t *codes, blt_error *err);
uint64_t blt_dict_hash(const char *s, size_t len);
void blt_dict_prefetch(const blt_dict *d, uint64_t hash); /* the slot that an intern will touch */
/* Looks `s` up without adding. Builds the lookup table on first use, so it can fail with BLT_ENOMEM. */
blt_status blt_dict_find(blt_dict *d, const char *s, size_t len, bool *found, uint32_t *code, blt_error *err);

/* Appends `n` strings known to be distinct and new, e.g. read from a file. */
blt_status blt_dict_load(blt_dict *d, const uint64_t *offsets, const char *bytes, uint32_t n, blt_error *err);
/* Gives an empty dictionary n distinct strings with the memory that they lie in, which is its own from then
 * on: arrays of the context, with room for these numbers of offsets and bytes. */
void blt_dict_adopt(blt_dict *d, uint64_t *offsets, size_t offsets_cap, char *bytes, size_t bytes_cap,
                    uint32_t n);
/* Where the strings of a dictionary are that nobody has asked for. */
typedef struct blt_dict_origin {
  /* Adds them to `into`, which is empty. Asked again after a failure. */
  blt_status (*fetch)(struct blt_dict_origin *self, blt_dict *into, blt_error *err);
  void (*release)(struct blt_dict_origin *self);
} blt_dict_origin;

/* Gives an empty dictionary `count` strings that are fetched when it is opened. Takes the origin. */
void blt_dict_postpone(blt_dict *d, uint32_t count, blt_dict_origin *from);
static inline bool blt_dict_is_open(const blt_dict *d) {
  return d->offsets != NULL;
}
/* Fetches what was postponed. Not while anybody else looks at the dictionary. What the origin says; the
 * dictionary is as before then. */
blt_status blt_dict_open(blt_dict *d, blt_error *err);

/* Gives back memory that only adding needs, once all strings are there: spare room, and the lookup where it
 * is soon made again. Refused memory is none of its errors. */
void blt_dict_settle(blt_dict *d);
/* Forgets the entries from `count` on. The caller makes sure that no block or frame uses them. */
blt_status blt_dict_truncate(blt_dict *d, uint32_t count, blt_error *err);
/* A dictionary of its own with the first `count` entries. */
blt_status blt_dict_copy(const blt_dict *d, uint32_t count, blt_dict **out, blt_error *err);

/* ranks[code] = position of the entry in byte order. Computed once for each count, on all threads, so not
 * from inside a task; owned by the dictionary and good until the next intern. BLT_ENOMEM, and what the poll
 * says. */
blt_status blt_dict_ranks(blt_dict *d, const uint32_t **ranks, blt_error *err);

size_t blt_dict_bytes(const blt_dict *d);                  /* memory held */
blt_status blt_dict_validate(blt_dict *d, blt_error *err); /* offsets rise, entries are distinct and found */

#endif
