/* bounds.h: statistics of a row group or page as facts about its values. */
#ifndef BLT_PARQUET_BOUNDS_H
#define BLT_PARQUET_BOUNDS_H

#include "io/parquet/pages/pages.h"
#include "store/relation.h"

/* What surely holds for `rows` values with these statistics; what the file does not say, may be. `room` is
 * memory that is used again. */
void blt_pq_bounds(blt_ctx *ctx, const blt_pq_kind *kind, const blt_pq_statistics *stats, uint64_t rows,
                   blt_values *room, blt_facts *out);
/* The same of a column's rows in a row group. */
void blt_pq_place_bounds(const blt_pq_place *place, blt_values *room, blt_facts *out);
/* False: no text of the span is among those. Bounds of texts may be cut, and then lie outside. */
bool blt_pq_text_may_be(const blt_pq_kind *kind, const blt_pq_statistics *stats, const blt_value_span *span);
/* Whether what the index says of pages fits together, and with what the footer says of them all: one of the
 * two may be damaged, and neither has a checksum. */
bool blt_pq_index_agrees(const blt_pq_place *place, const blt_pq_index *index);

#endif
