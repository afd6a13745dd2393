/* parquet_codes.h: one dictionary for a column of strings whose chunks all have dictionaries: then every
 * block can have codes, in whatever order blocks are made, and no value is looked up by its text. */
#ifndef BLT_PARQUET_CODES_H
#define BLT_PARQUET_CODES_H

#include "meta/page_index.h"
#include "parquet_set.h"
#include "store/relation.h"

/* The dictionary of one row group in codes of the column's. */
typedef struct blt_pq_map {
  uint32_t n, low, high; /* entries, and the smallest and largest code */
  uint32_t least, most;  /* the codes of the first and the last text in order */
  uint32_t *codes;
  uint8_t covered; /* by bounds of pages: 1, not: 2, nobody has asked: 0 */
} blt_pq_map;

typedef struct blt_pq_codes {
  blt_dict *dict;   /* NULL: some page has texts, or little repeats */
  blt_pq_map *maps; /* of each part of the set */
} blt_pq_codes;

/* Reads the dictionaries of a column on all threads. `dict`: what their strings are added to; NULL: a new
 * one.
 */
blt_status blt_pq_codes_read(const blt_pq_set *set, uint32_t col, blt_dict *dict, blt_pq_codes *out,
                             blt_error *err);
/* False: no row of the part has a text of the span. What the file states of its texts is not asked: bounds
 * and bloom filters may be damaged unnoticed, the dictionary is what rows are made of. From any thread. */
bool blt_pq_codes_may_hold(const blt_pq_codes *codes, uint32_t part, const blt_value_span *span);
/* Whether every text of the part lies between the bounds of some page: otherwise these are not the truth.
 * From any thread, and only the first time for long. */
bool blt_pq_codes_covered(blt_ctx *ctx, const blt_pq_codes *codes, uint32_t part, const blt_pq_index *index);
void blt_pq_codes_free(const blt_pq_set *set, blt_pq_codes *codes);

#endif
