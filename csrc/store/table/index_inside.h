/* index_inside.h: what the rest of store/ does with a table's unique indexes. None of these fails but where
 * it returns a status; an index that was not built yet stays so. */
#ifndef BLT_STORE_INDEX_INSIDE_H
#define BLT_STORE_INDEX_INSIDE_H

#include "index.h"
#include "table_inside.h"

/* Makes the table check its keys when a row ends. */
void blt_keys_attach(blt_table *t);
/* Takes one row out of the indexes, or puts it back, with the values that it has now. */
void blt_keys_remove(blt_table *t, uint64_t row);
void blt_keys_restore(blt_table *t, uint64_t row);
/* Takes out all rows from number `rows` on, before they are cut off. */
void blt_keys_cut(blt_table *t, uint64_t rows);
/* Forgets the indexes: they are built again on need. */
void blt_keys_drop(blt_table *t);
/* True when a key has one of these columns. */
bool blt_keys_touch(const blt_table *t, const uint32_t *cols, uint32_t ncols);
/* Enters rows (taken out before, and changed since) anew. On BLT_EKEY none of them is in. Room must have been
 * reserved. */
blt_status blt_keys_enter_all(blt_table *t, const uint64_t *rows, size_t n, blt_error *err);
/* Builds what is not built and makes room for `more` rows. */
blt_status blt_keys_reserve(blt_table *t, size_t more, blt_error *err);

/* Every living row is found by its keys, and nothing else is. Builds what is not built. */
blt_status blt_keys_validate(blt_table *t, blt_error *err);

#endif
