/* parquet_relation.h: Parquet files as a table that holds nothing: what is asked is read where it lies.
 *
 *   query ──> relation of the columns it names ──> block of 65,536 rows ──> pages of one or two row groups
 *
 * Blocks that a filter cannot match are never made: statistics of row groups, page indexes and bloom filters
 * say so. A column of strings whose chunks all have dictionaries gets one for all (parquet_codes.h). Readers
 * of chunks wait for the next block of theirs, so that pages are decoded once while blocks are asked for in
 * order.
 */
#ifndef BLT_PARQUET_RELATION_H
#define BLT_PARQUET_RELATION_H

#include "parquet.h"

/* Opens the files as a table. Takes the sources on success; they are closed with the table. A file that
 * changes while it is open fails whatever reads it afterwards, BLT_EIO. `make` is not heard. */
blt_status blt_parquet_open(blt_ctx *ctx, blt_source *const *sources, uint32_t nsources,
                            const blt_parquet_options *options, blt_parquet_result *out, blt_error *err);

#endif
