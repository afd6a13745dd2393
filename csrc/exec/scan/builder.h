/* builder.h: columns of an answer: values collected in arrays, then encoded as blocks, then a table. */
#ifndef BLT_EXEC_BUILDER_H
#define BLT_EXEC_BUILDER_H

#include "scan.h"

/* Up to BLT_BLOCK_ROWS values of one column, on their way into a block. The arrays that the class needs are
 * there. */
typedef struct blt_builder {
  blt_ctx *ctx;
  blt_type type;
  blt_dict *dict; /* strings: values are codes in it; NULL: they are text */
  uint32_t n, capacity;
  int64_t *ints;
  double *doubles;
  uint32_t *codes;
  blt_str *text;
  char *bytes; /* of text that had to be copied; text[i].s is an offset until the block is made */
  size_t bytes_n, bytes_cap;
  uint64_t *valid;
} blt_builder;

blt_status blt_builder_init(blt_builder *b, blt_ctx *ctx, blt_type type, blt_dict *dict, uint32_t capacity,
                            blt_error *err);
void blt_builder_free(blt_builder *b); /* of a zeroed or initialised builder */
/* Appends the values of a vector; there must be room. String vectors without the builder's dictionary are
 * copied as text (BLT_EINVAL when the builder has a dictionary and the vector another). */
blt_status blt_builder_append(blt_builder *b, const blt_vec *v, blt_error *err);
/* Takes n values that were written behind the last one, ints + n and so on, with their valid bits (NULL: none
 * is null), which start at bit 0 of `valid`. */
void blt_builder_extend(blt_builder *b, const uint64_t *valid, uint32_t n);
/* A builder for the values from `start` on, a multiple of 64, in the arrays of b, which must not be text:
 * parts can be filled at the same time. Not to be freed; in the end the owner sets b->n. */
blt_builder blt_builder_part(const blt_builder *b, uint32_t start);
/* Encodes what was collected, at least one value, and empties the builder. */
blt_status blt_builder_block(blt_builder *b, blt_block **out, blt_error *err);

/* The answer while its blocks are being made, in any order: nblocks rows of ncols blocks. */
typedef struct blt_answer_column {
  const char *name;
  blt_type type;
  blt_dict *dict; /* borrowed; NULL: text */
} blt_answer_column;

typedef struct blt_answer {
  blt_ctx *ctx;
  uint32_t ncols, nblocks;
  const blt_answer_column *columns;
  blt_block **blocks;
} blt_answer;

blt_status blt_answer_init(blt_answer *a, blt_ctx *ctx, const blt_answer_column *columns, uint32_t ncols,
                           uint64_t rows, blt_error *err);
static inline blt_block **blt_answer_blocks(const blt_answer *a, uint32_t index) {
  return a->blocks + (size_t)index * a->ncols;
}
/* Makes the table, taking the blocks. */
blt_status blt_answer_table(blt_answer *a, blt_table **out, blt_error *err);
void blt_answer_free(blt_answer *a);

#endif
