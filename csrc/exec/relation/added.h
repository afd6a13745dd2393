/* added.h: a relation with more columns, whose blocks are there: what a window gives. */
#ifndef BLT_EXEC_ADDED_H
#define BLT_EXEC_ADDED_H

#include "store/relation.h"

/* A column to add: blocks of the same groups as the relation's, a reference of each. */
typedef struct blt_added_column {
  blt_type type;
  blt_dict *dict;     /* of codes, retained; NULL: text, or no string */
  blt_block **blocks; /* ngroups of them, allocated with room for one more */
} blt_added_column;

/* Columns of `base`, which has no deleted rows, then the added ones. Takes base and the contents of the array
 * (blocks and dictionaries), also on failure. */
blt_status blt_added_new(blt_view *base, blt_added_column *columns, uint32_t n, blt_view **out,
                         blt_error *err);

#endif
