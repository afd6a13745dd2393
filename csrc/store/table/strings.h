/* strings.h: dictionaries that give up what no row uses any more. For store/ only. */
#ifndef BLT_STORE_STRINGS_H
#define BLT_STORE_STRINGS_H

#include "table_inside.h"

/* Gives each string column whose dictionary has far more entries than the table has rows a new dictionary,
 * and its blocks new codes. Not while a view is held or a rollback may need the old codes. A table that
 * memory or a damaged block does not allow it for stays as it is. */
void blt_table_renew_strings(blt_table *t);

#endif
