/* strings.h: dictionaries of a table that are opened, or give up what no row uses any more. For store/ only.
 */
#ifndef BLT_STORE_STRINGS_H
#define BLT_STORE_STRINGS_H

#include "table_inside.h"

/* Opens the dictionaries of these columns (NULL: of all), where strings of theirs are still in the file.
 * Whoever looks at strings comes by here: views, changes, cells, keys. Not from inside a task. */
blt_status blt_table_open_strings(blt_table *t, const uint32_t *cols, uint32_t n, blt_error *err);
/* Gives each string column whose dictionary has far more entries than the table has rows a new dictionary,
 * and its blocks new codes. Not while a view is held or a rollback may need the old codes. A table that
 * memory or a damaged block does not allow it for stays as it is. */
void blt_table_renew_strings(blt_table *t);

#endif
