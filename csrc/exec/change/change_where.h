/* change_where.h: DELETE and UPDATE: rows of a stored table that pass a condition, found on all threads.
 *
 * Terms are over the table's columns. Either all is done, or the table stays as it was.
 */
#ifndef BLT_EXEC_CHANGE_WHERE_H
#define BLT_EXEC_CHANGE_WHERE_H

#include "plan/plan.h"

/* What is wrong with a term: its number among those given, from 1, 0 is the condition; -1: none is. */
typedef struct blt_change_blame {
  int term;
} blt_change_blame;

/* Deletes the rows for which `where` is true; where->n 0: all. */
blt_status blt_delete_where(blt_table *t, const blt_term *where, uint64_t *deleted, blt_change_blame *blame,
                            blt_error *err);

/* Gives column cols[i] of those rows the value of terms[i], whose type is the column's (BLT_ETYPE). The
 * values are those of the rows as they were. */
blt_status blt_update_where(blt_table *t, const blt_term *where, const uint32_t *cols, const blt_term *terms,
                            uint32_t ncols, uint64_t *updated, blt_change_blame *blame, blt_error *err);

#endif
