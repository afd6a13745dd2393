/* fused.h: rows added to records of direct groups in one loop, straight from encoded values.
 *
 * The general way (agg_step.c, agg_record.c) writes what each row contributes to each slot, and the row's
 * group number, to scratch first. Here a row of the usual questions is read, looked up and added at once:
 *
 *   key     code or offset of 1, 2 or 4 bytes: the place of the group's record, as it stands in the block
 *   word    what all integer arguments of the row together add to the integer slots: looked up in a table
 *           with a record for each combination of their values, when there are at most 256; where rows are
 *           only counted, it is the same for all
 *   double  the value of the one argument that is summed as a double, as it stands or made of a decimal
 *
 *   sum(v1), sum(v2), sum(v3) by id6      records[id6].word += table[v1 * 15 + v2];  records[id6].sum += v3
 *
 * What does not come that way is put there some hundred rows at a time: numbers of several keys combined,
 * words of wider arguments. Rows with nulls among the arguments are left to the general way, which adds to
 * the same records.
 */
#ifndef BLT_EXEC_FUSED_H
#define BLT_EXEC_FUSED_H

#include "group.h"

/* What a group's record is, and how words are added to it. */
typedef enum blt_fused_shape {
  BLT_FUSED_NONE,    /* not such a question */
  BLT_FUSED_ADD_32,  /* one integer slot of at most 32 bits: records of 4 bytes */
  BLT_FUSED_OR_32,   /* one slot that is a set of at most 32 bits */
  BLT_FUSED_ADD_64,  /* one integer slot */
  BLT_FUSED_OR_64,   /* one set */
  BLT_FUSED_ADD_SUM, /* an integer slot and a double */
  BLT_FUSED_ADD_TWO, /* two integer slots, added as a vector */
  BLT_FUSED_ADD_FOUR /* three or four of them, in records of four words */
} blt_fused_shape;

/* Some rows, as kernels take them. */
typedef struct blt_fused_rows {
  const void *keys;
  const uint8_t *index;  /* of each row, in the table; NULL: words are by row */
  uintptr_t words;       /* address of the table, or of words by row (64 bits each, whatever the shape) */
  bool one;              /* without an index: all rows have the first of the words */
  const double *doubles; /* ADD_SUM; NULL: they are read from `offsets` as they are added */
  const void *offsets;   /* decimals of a block, `offset_width` bytes each */
  blt_scaled_reader reader;
  uint32_t n, ahead; /* rows; and how many of `keys` may be read, at least n */
  uint8_t key_width; /* 1, 2, 4 */
  uint8_t offset_width;
  bool far;          /* records do not fit the first-level cache: fetch them ahead */
  uintptr_t records; /* address that key 0 would have: numbers, as it may lie before the array */
} blt_fused_rows;

void blt_fused_add_rows(blt_fused_shape shape, const blt_fused_rows *rows);

#define BLT_FUSED_ARGUMENTS 4
#define BLT_FUSED_COMBINATIONS 256u

typedef struct blt_fused {
  const blt_grouping *g;
  blt_fused_shape shape;
  bool columns;   /* all inputs are bare columns: whole blocks can be added */
  bool tabled;    /* words come from the table; without arguments it has one entry */
  int32_t summed; /* input that is summed as a double; -1: none */
  double centre;  /* taken from each of its values */
  uint32_t nargs; /* different integer arguments */
  uint32_t args[BLT_FUSED_ARGUMENTS], domains[BLT_FUSED_ARGUMENTS];
  uint32_t entries; /* of the table */
  char *table;      /* a record each */
} blt_fused;

/* Looks whether the laid out plan of a direct grouping is such a question, and if so sets the form of its
 * records (blt_agg_plan's stride and narrow). */
blt_status blt_fused_init(blt_fused *f, const blt_grouping *g, blt_error *err);
void blt_fused_free(blt_fused *f); /* of a zeroed or initialised one */

/* Adds n rows whose vectors are in w->vecs; false: not these, nothing was added. Leaves the vectors anywhere.
 * With `settling` the records are its recent ones. */
bool blt_fused_add(const blt_fused *f, blt_agg_work *w, uint32_t n, uint64_t *records,
                   blt_agg_settling *settling);

#endif
