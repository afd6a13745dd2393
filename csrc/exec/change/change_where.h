/* change_where.h: DELETE and UPDATE: rows of a stored table that pass a condition, found on all threads.
 *
 * Terms are over the table's columns. Either all is done, or the table stays as it was.
 */
#ifndef BLT_EXEC_CHANGE_WHERE_H
#define BLT_EXEC_CHANGE_WHERE_H

#include "plan/plan.h"

/* Deletes the rows for which `where` is true; where->n 0: all. *wrong, which may be NULL, is the number of
 * the term that is wrong: 0 the condition, from 1 an item, -1 none is. */
blt_status blt_delete_where(blt_table *t, const blt_term *where, uint64_t *deleted, int *wrong,
                            blt_error *err);

/* Gives the columns that the items name, in these rows, the values of their terms, whose types are those of
 * the columns (BLT_ETYPE). The values are those of the rows as they were. */
blt_status blt_update_where(blt_table *t, const blt_term *where, const blt_plan_item *items, uint32_t n,
                            uint64_t *updated, int *wrong, blt_error *err);

#endif
