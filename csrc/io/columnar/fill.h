/* fill.h: the rows of a block come together from parts that begin and end anywhere: pages, record batches. */
#ifndef BLT_COLUMNAR_FILL_H
#define BLT_COLUMNAR_FILL_H

#include "meaning.h"
#include "named.h"
#include "store/column/block.h"

/* One for each thread that makes blocks. */
typedef struct blt_scratch {
  void *values; /* room for BLT_BLOCK_ROWS of int64_t, double, uint32_t or blt_str */
  uint64_t valid[BLT_BLOCK_ROWS / 64];
  uint8_t
      small; /* bytes of a value while all are distances from `low`, or codes; 0: they are not (small.h) */
  int64_t low;
} blt_scratch;
blt_status blt_scratch_start(blt_ctx *ctx, blt_scratch *s,
                             blt_error *err); /* for a block; no row is null yet */
void blt_scratch_free(blt_ctx *ctx, blt_scratch *s);

/* Rows as a file has them. */
typedef struct blt_part {
  const uint64_t *valid; /* of the rows; NULL: none is null */
  bool coded; /* the values are numbers of entries of the dictionary: in `codes`, uint32_t, or bytes when
                 `small` */
  bool small;
  blt_room codes;
  blt_values values; /* those that are not null, otherwise */
  blt_values dictionary;
  const uint32_t *codes_of; /* codes of the dictionary's strings, when they were known before */
  uint32_t ncodes;
  bool mapped; /* otherwise `map` has them */
  blt_room map;
  bool tabled; /* `table` has the dictionary's table_n entries as distances of table_width bytes from
                  table_low */
  uint8_t table_width;
  uint32_t table_n;
  int64_t table_low;
  blt_room table;
} blt_part;
void blt_part_free(blt_ctx *ctx, blt_part *p);

/* Rows `from` to `from + n - 1` of a part, which become those from `at` on of the block. */
typedef struct blt_piece {
  uint32_t from, n, at;
} blt_piece;

/* Strings get their codes from `names`; NULL: they stay texts, which must stay where they are until the block
 * is made. */
blt_status blt_fill(blt_ctx *ctx, blt_scratch *s, blt_type type, blt_named *names, blt_part *p,
                    blt_piece piece, blt_error *err);
/* `coded`: strings have codes. */
blt_status blt_fill_block(blt_ctx *ctx, const blt_scratch *s, blt_type type, bool coded, uint32_t rows,
                          blt_block **out, blt_error *err);

#endif
