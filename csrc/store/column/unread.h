/* unread.h: a block as tables and files keep it: nobody may have looked at its contents yet.
 *
 * Bytes of a file are taken for nothing until they are verified, and this is where that is made sure of.
 * Tables, views and chunks hold a blt_unread, whose pointer nobody but this header follows, and only
 * blt_unread_open makes it the blt_block that readers and kernels want. It compares the checksum and
 * validates what the block says of itself (codes below the dictionary's size, offsets that rise and end
 * inside, counts, bounds, validity), once. Contents that a file keeps packed are unpacked into memory then.
 */
#ifndef BLT_STORE_UNREAD_H
#define BLT_STORE_UNREAD_H

#include "block.h"

typedef struct blt_unread {
  blt_block *unopened; /* one reference, when it is owned; NULL: nothing yet */
} blt_unread;

/* What is known of a block without its contents. */
typedef struct blt_block_head {
  uint8_t enc; /* blt_encoding */
  uint8_t width, scale;
  bool has_nan;
  uint32_t rows, nulls, text_bytes;
  int64_t base;
  blt_scalar min, max;
  size_t bytes;
} blt_block_head;

/* Takes the reference. */
static inline blt_unread blt_unread_of(blt_block *b) {
  return (blt_unread){b};
}
static inline blt_unread blt_unread_retain(blt_unread s) {
  return (blt_unread){blt_block_retain(s.unopened)};
}
static inline void blt_unread_release(blt_unread s) {
  blt_block_release(s.unopened);
}
static inline bool blt_unread_filled(blt_unread s) {
  return s.unopened != NULL;
}
static inline bool blt_unread_same(blt_unread a, blt_unread b) {
  return a.unopened == b.unopened;
}
/* Verifies a block that nobody has looked at, after unpacking it. BLT_EFORMAT, BLT_ENOMEM. */
blt_status blt_unread_verify(blt_unread s, blt_type t, uint32_t ncodes, blt_error *err);
/* Validates a block, looked at before or not, and keeps no memory that it did not have. */
blt_status blt_unread_check(blt_unread s, blt_type t, uint32_t ncodes, blt_error *err);
/* Compares the checksum of what a file has of the block. BLT_EFORMAT. */
blt_status blt_unread_intact(blt_unread s, blt_error *err);

/* The block of one that is filled, whole and checked; borrowed. `ncodes`: entries of the column's dictionary.
 * Any number of threads may ask. */
static inline blt_status blt_unread_open(blt_unread s, blt_type t, uint32_t ncodes, const blt_block **out,
                                         blt_error *err) {
  if (__builtin_expect(atomic_load_explicit(&s.unopened->doubtful, memory_order_acquire), 0)) {
    blt_status status = blt_unread_verify(s, t, ncodes, err);
    if (status != BLT_OK) return status;
  }
  *out = s.unopened;
  return BLT_OK;
}
/* The block of one that was opened before; NULL when it has to be opened again. */
static inline const blt_block *blt_unread_opened(blt_unread s) {
  return atomic_load_explicit(&s.unopened->doubtful, memory_order_acquire) ? NULL : s.unopened;
}

static inline blt_block_head blt_block_head_of(const blt_block *b) {
  return (blt_block_head){.enc = b->enc,
                          .width = b->width,
                          .scale = b->scale,
                          .has_nan = b->has_nan,
                          .rows = b->rows,
                          .nulls = b->nulls,
                          .text_bytes = b->text_bytes,
                          .base = b->base,
                          .min = b->min,
                          .max = b->max,
                          .bytes = blt_block_bytes(b)};
}
static inline blt_block_head blt_unread_head(blt_unread s) {
  return blt_block_head_of(s.unopened);
}

/* Where the stored form lies; `disk` 0: in no file. */
typedef struct blt_block_place {
  uint64_t file, disk;
} blt_block_place;
static inline blt_block_place blt_unread_place(blt_unread s) {
  return (blt_block_place){s.unopened->file, s.unopened->disk};
}
/* What a file has of the contents; `packed` as long as the block is held. */
typedef struct blt_block_contents {
  const void *packed; /* NULL: they are not packed */
  uint64_t bytes, sum;
} blt_block_contents;
static inline blt_block_contents blt_unread_contents(blt_unread s) {
  return (blt_block_contents){s.unopened->packed, s.unopened->disk_bytes, s.unopened->sum};
}
/* A block that was written just now and is mapped needs no verifying, but perhaps unpacking. */
static inline void blt_unread_trust(blt_unread s) {
  if (!s.unopened->packed) atomic_store(&s.unopened->doubtful, false);
}
/* Has the value of a row brought near that will be read soon. */
static inline void blt_unread_prefetch(blt_unread s, uint32_t row) {
  const blt_block *b = s.unopened ? blt_unread_opened(s) : NULL;
  if (b && b->data) __builtin_prefetch((const char *)b->data + (size_t)row * b->width);
}

/* One that other threads may be filling is read with _load and filled with _settle: of several blocks the
 * first stays, and the others are released. */
static inline blt_unread blt_unread_load(const blt_unread *s) {
  return (blt_unread){__atomic_load_n(&s->unopened, __ATOMIC_ACQUIRE)};
}
blt_unread blt_unread_settle(blt_unread *s, blt_block *made);

#endif
