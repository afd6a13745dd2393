/* block_write.h: blocks on their way to a file: several are packed side by side and added in one order,
 * whichever thread has packed them, while the others are still being packed. For store/ only.
 */
#ifndef BLT_STORE_BLOCK_WRITE_H
#define BLT_STORE_BLOCK_WRITE_H

#include "stored.h"
#include "store/column/packed.h"
#include <pthread.h>
#include <stdatomic.h>

#define BLT_BATCH_BLOCKS 32u

typedef struct blt_block_job {
  blt_unread block;
  const blt_column *column;
  blt_disk_block *form; /* to be filled */
  blt_packed packed;
  atomic_bool ready; /* to be added */
} blt_block_job;

typedef struct blt_block_batch {
  blt_file *f;
  uint32_t n;
  size_t bytes; /* to be packed */
  blt_block_job jobs[BLT_BATCH_BLOCKS];
  uint8_t order[BLT_BATCH_BLOCKS]; /* in which they are packed and added */
  pthread_mutex_t adding;          /* held by whoever adds */
  atomic_uint added;               /* of the order */
} blt_block_batch;

/* The block goes to the file, or is found there; by the next blt_batch_finish at the latest, until when
 * block, column and form have to stay. */
blt_status blt_batch_add(blt_block_batch *b, blt_unread block, const blt_column *c, blt_disk_block *form,
                         blt_error *err);
blt_status blt_batch_finish(blt_block_batch *b, blt_error *err);

#endif
