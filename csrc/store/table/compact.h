/* compact.h: a table without its deleted rows and unused strings. For store/ only. */
#ifndef BLT_STORE_COMPACT_H
#define BLT_STORE_COMPACT_H

#include "table_inside.h"

/* A new table with the living rows in their order. What needs no rewriting is shared with the old one.
 * BLT_EBUSY while a view is held. */
blt_status blt_table_compacted(blt_table *t, blt_table **out, blt_error *err);
/* Two tables of the same schema exchange what they hold; who holds them does not notice but for the row
 * numbers. Indexes are forgotten. */
void blt_table_exchange(blt_table *a, blt_table *b);

#endif
