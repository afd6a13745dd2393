/* parquet_codes.h: one dictionary for a column of strings whose chunks all have dictionaries: then every
 * block can have codes, in whatever order blocks are made, and no value is looked up by its text. */
#ifndef BLT_PARQUET_CODES_H
#define BLT_PARQUET_CODES_H

#include "parquet_set.h"
#include "store/column/dict.h"

/* The dictionary of one row group in codes of the column's. */
typedef struct blt_pq_map {
  uint32_t n, low, high; /* entries, and the smallest and largest code */
  uint32_t *codes;
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
void blt_pq_codes_free(const blt_pq_set *set, blt_pq_codes *codes);

#endif
