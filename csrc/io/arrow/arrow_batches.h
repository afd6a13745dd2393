/* arrow_batches.h: the buffers of a file's or a stream's batches: read, decompressed, checked to lie inside.
 */
#ifndef BLT_ARROW_BATCHES_H
#define BLT_ARROW_BATCHES_H

#include "arrow_blocks.h"
#include "arrow_messages.h"

/* Where the rows of a file come from: `numbers` has the batches of rows among all. */
typedef struct blt_arrow_batches {
  const blt_arrow_file *file;
  size_t *numbers;
} blt_arrow_batches;

extern const blt_arrow_ops blt_arrow_batch_ops; /* of a blt_arrow_batches */

#endif
