/* parquet_origin.h: the files that a relation reads where they lie, and what is known of their columns before
 * any value is read: bounds of row groups, one dictionary for all.
 */
#ifndef BLT_PARQUET_ORIGIN_H
#define BLT_PARQUET_ORIGIN_H

#include "io/parquet/meta/aids.h"
#include "parquet_codes.h"
#include "store/table/table.h"

/* What is known of a column before any of it is read. */
typedef struct blt_pq_known {
  bool looked;
  blt_facts *parts; /* of each part */
  blt_facts all;
  blt_pq_codes codes;
} blt_pq_known;

typedef struct blt_pq_origin {
  blt_origin o;
  blt_ctx *ctx;
  uint32_t nsources, room;
  blt_source **sources;
  blt_pq_set set;
  blt_pq_aids aids;
  blt_pq_known *columns;
  uint64_t read, skipped;            /* row groups, by relations that were released */
  uint64_t pages_read, pages_passed; /* pages of column chunks, likewise */
} blt_pq_origin;

/* Looks at a column, once. */
blt_status blt_pq_origin_know(blt_pq_origin *f, uint32_t col, blt_error *err);
/* BLT_EIO when one of the files is no longer what it was. */
blt_status blt_pq_origin_unchanged(const blt_pq_origin *f, blt_error *err);

/* Those of a blt_origin. */
void blt_pq_origin_release(blt_origin *o);
void blt_pq_origin_tell(blt_origin *o, char *out, size_t room);

#endif
