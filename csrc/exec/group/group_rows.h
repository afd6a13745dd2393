/* group_rows.h: the rows of an answer in which groups have as many as their longest top or bottom. */
#ifndef BLT_EXEC_GROUP_ROWS_H
#define BLT_EXEC_GROUP_ROWS_H

#include "group.h"

typedef struct blt_group_rows {
  uint32_t *positions; /* of each row: its group … */
  uint32_t *ranks;     /* … and which of the group's values it shows, from 0 */
  uint64_t n;
} blt_group_rows;

/* Groups in the order of the answer, those without a value left out. */
blt_status blt_group_rows_list(const blt_grouping *g, blt_group_rows *rows, blt_error *err);
void blt_group_rows_free(const blt_grouping *g, blt_group_rows *rows); /* of a zeroed or listed one */

#endif
