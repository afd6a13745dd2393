/* notes.h: the lines under a table that are none of its rows: notes, sources, totals. */
#ifndef BLT_IO_NOTES_H
#define BLT_IO_NOTES_H

#include "io/source/source.h"

/* Where the last `lines` lines begin, counted as an editor shows them: empty ones, too. 0 when there are no
 * more lines than that. */
blt_status blt_notes_start(blt_ctx *ctx, const blt_source *source, uint64_t lines, uint64_t *start,
                           blt_error *err);

#endif
