/* arrow_describe.h: what Arrow's files say of columns and batches, as flatbuffers. */
#ifndef BLT_ARROW_DESCRIBE_H
#define BLT_ARROW_DESCRIBE_H

#include "arrow_lay.h"
#include "flatbuffer_write.h"
#include "io/source/codec.h"

/* Where something lies in a body. */
typedef struct blt_arrow_extent {
  int64_t at, bytes;
} blt_arrow_extent;

/* Where a message lies in a file. */
typedef struct blt_arrow_block {
  int64_t at;
  int32_t meta_bytes, unused;
  int64_t body_bytes;
} blt_arrow_block;

typedef struct blt_arrow_counts {
  int64_t rows, nulls;
} blt_arrow_counts;

/* A batch as it lies in its body; `dictionary` -1: of rows, otherwise of that one's entries. */
typedef struct blt_arrow_body {
  int64_t rows, bytes, dictionary;
  const blt_arrow_counts *nodes;
  uint32_t nnodes, nbuffers;
  const blt_arrow_extent *buffers;
  blt_codec codec;
} blt_arrow_body;

/* A column's dictionary has the column's number. */
size_t blt_arrow_put_schema(blt_flat_out *o, const blt_arrow_form *forms, uint32_t ncols);
/* Whole messages; NULL when memory was refused. */
const uint8_t *blt_arrow_schema_message(blt_flat_out *o, const blt_arrow_form *forms, uint32_t ncols);
const uint8_t *blt_arrow_batch_message(blt_flat_out *o, const blt_arrow_body *b);
const uint8_t *blt_arrow_footer(blt_flat_out *o, const blt_arrow_form *forms, uint32_t ncols,
                                const blt_arrow_block *dictionaries, uint32_t ndictionaries,
                                const blt_arrow_block *batches, uint32_t nbatches);

#endif
