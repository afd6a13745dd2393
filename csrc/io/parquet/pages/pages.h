/* pages.h: the pages of one column chunk, one after the other.
 *
 *   [dictionary] page page page …    a page: header | levels | values, compressed
 *
 * A chunk is read piece by piece. Of a page that is passed over only the header is read.
 */
#ifndef BLT_PARQUET_PAGES_H
#define BLT_PARQUET_PAGES_H

#include "io/columnar/fill.h"
#include "io/parquet/meta/page_index.h"
#include "values.h"

/* What the reader of a chunk needs to know. */
typedef struct blt_pq_place blt_pq_place;
struct blt_pq_place {
  blt_ctx *ctx;
  const blt_source *source;
  const blt_pq_chunk *chunk;
  const blt_pq_kind *kind;
  int64_t rows;              /* of the row group */
  uint32_t most;             /* the definition level of a value that is there */
  bool exact;                /* the chunk is surely no longer than it says */
  const char *name;          /* of the column, for messages */
  uint32_t group;            /* number of the row group, for messages */
  const blt_pq_index *index; /* where its pages begin; NULL: they are found one after the other */
  /* Strings: the table's codes of the dictionary's entries, when they are known already; NULL: the dictionary
   * is read. */
  const uint32_t *codes;
  uint32_t ncodes;
  const blt_value *constant; /* of all rows, without any chunk; or NULL */
};

typedef struct blt_pq_header {
  int32_t kind; /* 0 data, 2 dictionary, 3 data of version 2; others are passed over */
  int32_t bytes, packed_bytes;
  int32_t values, encoding, level_encoding;
  int32_t nulls, rows, level_bytes, repeat_bytes; /* version 2 */
  bool packed, has_sum;
  uint32_t sum;
} blt_pq_header;

typedef struct blt_pq_pages {
  blt_pq_place place;
  uint64_t at, end;      /* what is left of the chunk in the file */
  uint64_t first;        /* row of the group with which the page at hand begins */
  uint64_t seen;         /* rows up to the end of the page at hand */
  bool loaded;           /* there is a page at hand, with its values */
  uint64_t stated;       /* rows that the index says of the page that begins here; 0: nothing */
  uint64_t read, passed; /* pages whose values were read, and others, over all chunks */
  blt_pq_header header;
  blt_room window;        /* where headers are looked for */
  blt_room stored, whole; /* a page as it is in the file, and as it was */

  bool has_dictionary;
  blt_room dictionary_bytes;

  blt_part part;    /* the rows of the page */
  uint32_t present; /* its values that are not null */
  blt_room valid_room;
} blt_pq_pages;

/* Begins with the first page of a chunk; keeps the memory of the one before. */
blt_status blt_pq_pages_open(blt_pq_pages *p, const blt_pq_place *place, blt_error *err);
/* Loads the page that has the row, passing over those before it. Rows only rise. */
blt_status blt_pq_pages_to(blt_pq_pages *p, uint64_t row, blt_error *err);
/* Reads the dictionary, if the chunk begins with one. */
blt_status blt_pq_pages_dictionary(blt_pq_pages *p, blt_error *err);
/* How many entries the dictionary has when every page of data has codes of it, otherwise 0: from what the
 * footer says and the pages' headers. The chunk is to be opened again afterwards. */
blt_status blt_pq_pages_coded(blt_pq_pages *p, uint32_t *entries, blt_error *err);
/* Makes the part one of n rows that all have the place's constant. */
blt_status blt_pq_constant(blt_pq_pages *p, const blt_pq_place *place, uint32_t n, blt_error *err);
void blt_pq_pages_free(blt_pq_pages *p); /* of a zeroed or opened one */

#endif
