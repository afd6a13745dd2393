/* undo.h: what a rollback needs to know, for store/ only.
 *
 * Appends cost nothing here: the row count at the begin is enough to cut them off again. Of a changed value
 * or block the old one is kept, once; of a deleted row its number. Rows that were appended since the begin
 * are not recorded at all. Rolling back cuts first and then plays the entries backwards, so the oldest one
 * wins.
 */
#ifndef BLT_STORE_UNDO_H
#define BLT_STORE_UNDO_H

#include "table_inside.h"

blt_status blt_undo_begin(blt_table *t, blt_error *err);
void blt_undo_end(blt_table *t); /* forgets; nothing when there is none */
/* Brings the table back and ends. When it fails (BLT_ENOMEM, BLT_EBUSY) it may be called again. */
blt_status blt_undo_rollback(blt_table *t, blt_error *err);

/* Room for `n` more entries, so that the recording below cannot fail. All of these do nothing without a
 * begin. */
blt_status blt_undo_reserve(blt_table *t, size_t n, blt_error *err);
/* Before a change to ...: a sealed block, a column of the tail (`old` has its values so far), one value of
 * the tail, a living row that is deleted. The first two keep a reference of their own. */
void blt_undo_block(blt_table *t, uint32_t col, uint32_t group, blt_unread old);
void blt_undo_tail(blt_table *t, uint32_t col, blt_unread old);
void blt_undo_cell(blt_table *t, uint32_t col, uint64_t row, bool null, blt_scalar old);
void blt_undo_delete(blt_table *t, uint64_t row);

#endif
