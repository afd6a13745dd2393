/* change.h: changing rows that are there.
 *
 * A row is named by its number: row r is row r % 65,536 of group r / 65,536, deleted ones counted, so numbers
 * stay until compact(). Every function either does all that it was asked or leaves the table as it was. All
 * fail with BLT_EBUSY while a view is held and with BLT_EREADONLY; other errors are named.
 */
#ifndef BLT_STORE_CHANGE_H
#define BLT_STORE_CHANGE_H

#include "table.h"

uint64_t blt_table_all_rows(const blt_table *t); /* row numbers are below this */
bool blt_table_lives(const blt_table *t, uint64_t row);
/* One cell; a string points into the table and is good until the next change. BLT_EFORMAT when the file is
 * damaged there. */
blt_status blt_table_cell(blt_table *t, uint32_t col, uint64_t row, blt_value *out, blt_error *err);

/* Deletes rows; `rows` rises strictly, each below blt_table_all_rows (BLT_EINVAL). Those already deleted are
 * passed over; `*deleted` counts the others. Costs a bit a row, and 8 KiB for each group touched first. */
blt_status blt_table_delete(blt_table *t, const uint64_t *rows, size_t n, uint64_t *deleted, blt_error *err);

/* Gives rows[k] (as above, and living) the value in row k of `values` for each of cols[0..ncols): column i of
 * `values` belongs to cols[i] and has its type (BLT_ETYPE), `values` has n rows, none deleted. BLT_ENULL,
 * BLT_EKEY. Each block touched is written anew. */
blt_status blt_table_update(blt_table *t, const uint64_t *rows, size_t n, const uint32_t *cols,
                            uint32_t ncols, const blt_view *values, blt_error *err);
/* The same for one row and given values: values[i] for cols[i]. In the tail this writes in place. */
blt_status blt_table_update_row(blt_table *t, uint64_t row, const uint32_t *cols, uint32_t ncols,
                                const blt_value *values, blt_error *err);

/* Appends the row, or, when a living row has its primary key, gives that one its values. `row` has a value
 * for each column. BLT_EINVAL without a primary key; BLT_EKEY when a secondary key would repeat. `*row_out`
 * (may be NULL) is the row's number, `*inserted` (may be NULL) tells which it was. */
blt_status blt_table_upsert(blt_table *t, const blt_value *row, uint64_t *row_out, bool *inserted,
                            blt_error *err);

/* For store/file: what a file says of rows, before anybody sees the table. Gives them the values of blocks[i]
 * in cols[i], also the deleted ones. */
blt_status blt_table_patch(blt_table *t, const uint64_t *rows, uint32_t n, const uint32_t *cols,
                           uint32_t ncols, blt_unread *blocks, blt_error *err);
/* Deletes one row. */
blt_status blt_table_bury(blt_table *t, uint64_t row, blt_error *err);

/* Undoes appends: forgets the rows from number `rows` on, e.g. those of a list whose last row was refused.
 * Take `rows` with blt_table_all_rows before appending; nothing but appends may have happened since. */
blt_status blt_table_cut(blt_table *t, uint64_t rows, blt_error *err);

#endif
