/* chunk_write.h: the values of a column in some blocks to a column chunk: a dictionary, pages, and what the
 * footer says of them. */
#ifndef BLT_PARQUET_CHUNK_WRITE_H
#define BLT_PARQUET_CHUNK_WRITE_H

#include "io/parquet/meta/footer.h"
#include "io/source/codec.h"
#include "store/relation.h"
#include "io/parquet/pages/values.h"

#define BLT_PQ_BOUND_BYTES 64u /* of a string's bound at most */

/* A column as it is written. */
typedef struct blt_pq_form {
  blt_type type;
  int32_t physical;
  uint32_t width; /* bytes of a value; 0: texts, bits */
} blt_pq_form;
blt_pq_form blt_pq_form_of(blt_type type);

/* What the footer says of a chunk. */
typedef struct blt_pq_written {
  uint64_t values, nulls, bytes, packed_bytes;
  uint64_t dictionary_bytes; /* of its page with header; 0: there is none */
  int32_t encoding;          /* of the pages of data */
  uint32_t pages;
  bool min, max, min_exact, max_exact; /* which bounds there are */
  uint32_t min_len, max_len;
  char least[BLT_PQ_BOUND_BYTES], most[BLT_PQ_BOUND_BYTES];
} blt_pq_written;

typedef struct blt_pq_chunk_out {
  blt_ctx *ctx;
  char *bytes;
  size_t len, cap;
  blt_pq_written meta;
} blt_pq_chunk_out;

/* Fills `out`, whose memory is used again, with column `col` of the groups of the view. `worker` asks whether
 * to go on. */
blt_status blt_pq_chunk_write(const blt_view *view, uint32_t col, uint32_t from, uint32_t ngroups,
                              blt_codec codec, uint32_t worker, blt_pq_chunk_out *out, blt_error *err);
void blt_pq_chunk_out_free(blt_pq_chunk_out *out);

#endif
