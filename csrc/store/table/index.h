/* index.h: unique indexes of a table's keys: values of the key columns -> row number.
 *
 * Built on first need (a find, or the first append after the table was filled or opened) and kept up to date
 * from then on. One hash table of 8 bytes a row at most half full; the values themselves stay in the table
 * and are compared there. A row with a null in a key's column is not in that key's index. Float keys: -0.0 is
 * 0.0, NaN equals NaN.
 */
#ifndef BLT_STORE_INDEX_H
#define BLT_STORE_INDEX_H

#include "table.h"

/* The living row whose key number `key` (of the schema's keys; 0 is the primary key when there is one) has
 * these values, one for each column of the key, each of its column's type. BLT_EINVAL (no such key),
 * BLT_ETYPE, BLT_ENOMEM, BLT_EKEY (the data, loaded in bulk, break the key). */
blt_status blt_table_find(blt_table *t, uint32_t key, const blt_value *values, bool *found, uint64_t *row,
                          blt_error *err);
/* Builds what is not built; BLT_EKEY names the first two rows that collide. */
blt_status blt_table_check_keys(blt_table *t, blt_error *err);
size_t blt_table_index_bytes(const blt_table *t);

#endif
