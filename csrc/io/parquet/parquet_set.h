/* parquet_set.h: the files that are read as one: their columns, and which rows lie where. */
#ifndef BLT_PARQUET_SET_H
#define BLT_PARQUET_SET_H

#include "kind.h"
#include "parquet.h"

typedef struct blt_pq_place blt_pq_place; /* pages.h */

/* Where a file keeps a column. */
typedef struct blt_pq_leaf {
  uint32_t chunk; /* of each row group */
  uint32_t most;  /* the definition level of a value that is there */
  blt_pq_kind kind;
  bool constant; /* all rows of the file have one value, which its path says: hive partitions */
  blt_value value;
  char *text; /* as the path has it; NULL: null */
} blt_pq_leaf;

typedef struct blt_pq_file {
  const blt_source *source;
  blt_pq_footer footer;
  uint32_t nleaves;    /* for which there is room */
  blt_pq_leaf *leaves; /* one for each column of the set */
} blt_pq_file;

/* A row group, in the order of rows. */
typedef struct blt_pq_part {
  uint32_t file, group;
  uint64_t first;
} blt_pq_part;

typedef struct blt_pq_set {
  blt_ctx *ctx;
  uint32_t nfiles, ncols, nparts;
  uint32_t room; /* for so many fields and notes */
  blt_pq_file *files;
  blt_field *fields;  /* of the columns; the names are the set's */
  blt_pq_part *parts; /* nparts, and one that begins behind the last row */
  uint32_t nnotes;
  blt_parquet_note *notes;
  uint64_t rows;
} blt_pq_set;

blt_status blt_pq_set_open(blt_ctx *ctx, const blt_source *const *sources, uint32_t n,
                           const blt_parquet_options *o, blt_pq_set *out, blt_error *err);
/* What a reader of the pages of a column in a part needs to know. */
void blt_pq_set_place(const blt_pq_set *s, uint32_t part, uint32_t col, blt_pq_place *out);
void blt_pq_set_close(blt_pq_set *s); /* of a zeroed or opened one */

/* The part that has the row. */
uint32_t blt_pq_set_part(const blt_pq_set *s, uint64_t row);

#endif
