/* pins.h: the parts of a file that somebody in this process reads in place, whether a table, a frame or a
 * transaction that may be rolled back. What is pinned is not written over, also not after the file was
 * closed. For store/ only.
 */
#ifndef BLT_STORE_PINS_H
#define BLT_STORE_PINS_H

#include "extents.h"
#include "store/column/block.h"

typedef struct blt_pins blt_pins;

/* One for each open file; it lives as long as its last pin. NULL when memory is refused. */
blt_pins *blt_pins_new(blt_ctx *ctx);
void blt_pins_release(blt_pins *p); /* NULL is allowed */

/* A buffer that pins `where` of the file, which lies at `data` in `map`, until it is released. */
blt_status blt_pins_add(blt_pins *p, blt_buffer *map, const void *data, blt_extent where, blt_buffer **out,
                        blt_error *err);
/* Tells every pinned part, in no order. `each` must not let go of a pin. */
void blt_pins_each(blt_pins *p, void (*each)(void *arg, blt_extent where), void *arg);

#endif
