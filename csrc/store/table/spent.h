/* spent.h: groups of which no row lives give up their blocks, so that a table to whose end rows are appended
 * while its first ones are deleted, a queue, does not grow with all that it ever held. Row numbers stay as
 * they are. For store/ only.
 */
#ifndef BLT_STORE_SPENT_H
#define BLT_STORE_SPENT_H

#include "table_inside.h"

/* Puts constants in the place of the blocks of spent groups. Not while a view is held or a rollback may need
 * the rows. A group that memory does not allow it for stays as it is. */
void blt_table_empty_spent(blt_table *t);

#endif
