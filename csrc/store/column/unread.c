#include "unread.h"
#include "packed.h"
#include "base/bits.h"
#include "base/checksum.h"

#include <pthread.h>
#include <string.h>

#define LOCKS 16u

/* A packed block is unpacked by one thread, and others that want the same wait for it. */
static pthread_mutex_t *lock_of(const blt_block *b) {
  static pthread_mutex_t locks[LOCKS] = {
      PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
      PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
      PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
      PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
      PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
      PTHREAD_MUTEX_INITIALIZER};
  return &locks[((uintptr_t)b / sizeof *b) % LOCKS];
}

blt_status blt_unread_intact(blt_unread s, blt_error *err) {
  const blt_block *b = s.unopened;
  const void *start = b->packed ? b->packed : b->data ? b->data : b->valid;
  if (blt_checksum_is(start, b->disk_bytes, b->sum)) return BLT_OK;
  return blt_fail(err, BLT_EFORMAT, "damaged file: the block at byte %llu does not have its checksum",
                  (unsigned long long)b->disk);
}

/* Gives up the contents that were unpacked. */
static void put_away(blt_block *b) {
  blt_buffer_release(b->buffer);
  b->buffer = NULL;
  b->data = NULL;
  b->valid = NULL;
  b->text = NULL;
}

/* Memory for the contents, and where each part goes. */
static blt_status make_room(blt_block *b, blt_whole *w, blt_error *err) {
  size_t data = blt_block_data_bytes(b->enc, b->width, b->rows),
         words = blt_block_marked(b) ? blt_bits_words(b->rows) : 0;
  blt_block_shape at = blt_block_shape_of(data, words, b->text_bytes);
  if (!(b->buffer = blt_buffer_new(b->ctx, at.bytes))) return blt_fail_memory(err, at.bytes);
  char *p = b->buffer->data;
  memset(p + data, 0, at.valid_at - data);
  b->data = data ? p : NULL;
  b->valid = words ? (const uint64_t *)(const void *)(p + at.valid_at) : NULL;
  b->text = b->enc == BLT_ENC_TEXT ? p + at.text_at : NULL;
  *w = (blt_whole){.numbers = p,
                   .n = b->width ? (uint32_t)(data / b->width) : 0,
                   .width = b->width,
                   .valid = p + at.valid_at,
                   .valid_bytes = words * 8,
                   .text = p + at.text_at,
                   .text_bytes = b->text_bytes};
  return BLT_OK;
}

static blt_status unpack(blt_block *b, blt_error *err) {
  blt_whole w;
  blt_status status = make_room(b, &w, err);
  return status == BLT_OK ? blt_unpack(b->ctx, b->packed, b->disk_bytes, &w, err) : status;
}

/* The caller has the lock. */
static blt_status open_packed(blt_unread s, blt_type t, uint32_t ncodes, bool keep, blt_error *err) {
  blt_block *b = s.unopened;
  if (!atomic_load(&b->doubtful)) return keep ? BLT_OK : blt_block_validate(b, t, ncodes, err);
  blt_status status = blt_unread_intact(s, err);
  if (status == BLT_OK) status = unpack(b, err);
  if (status == BLT_OK) status = blt_block_validate(b, t, ncodes, err);
  if (status == BLT_OK && keep)
    atomic_store_explicit(&b->doubtful, false, memory_order_release);
  else
    put_away(b);
  return status;
}

static blt_status with_lock(blt_unread s, blt_type t, uint32_t ncodes, bool keep, blt_error *err) {
  pthread_mutex_t *lock = lock_of(s.unopened);
  pthread_mutex_lock(lock);
  blt_status status = open_packed(s, t, ncodes, keep, err);
  pthread_mutex_unlock(lock);
  return status;
}

blt_status blt_unread_verify(blt_unread s, blt_type t, uint32_t ncodes, blt_error *err) {
  blt_block *b = s.unopened;
  if (b->packed) return with_lock(s, t, ncodes, true, err);
  blt_status status = blt_unread_intact(s, err);
  if (status == BLT_OK) status = blt_block_validate(b, t, ncodes, err);
  if (status == BLT_OK) atomic_store_explicit(&b->doubtful, false, memory_order_release);
  return status;
}

blt_status blt_unread_check(blt_unread s, blt_type t, uint32_t ncodes, blt_error *err) {
  const blt_block *b;
  if (s.unopened->packed) return with_lock(s, t, ncodes, false, err);
  blt_status status = blt_unread_open(s, t, ncodes, &b, err);
  return status == BLT_OK ? blt_block_validate(b, t, ncodes, err) : status;
}

blt_unread blt_unread_settle(blt_unread *s, blt_block *made) {
  blt_block *first = NULL;
  if (__atomic_compare_exchange_n(&s->unopened, &first, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return (blt_unread){made};
  blt_block_release(made);
  return (blt_unread){first};
}
