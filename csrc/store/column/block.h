/* block.h: one column's values for up to 65,536 rows, immutable, in an encoding that kernels compute on.
 *
 *   CONST   every row that is not null is `base`                           no data
 *   FOR     base + unsigned offset of 1, 2 or 4 bytes (frame of reference)  int-like types
 *   SCALED  (base + unsigned offset of 1, 2 or 4 bytes) / 10^scale          float64 (scaled.h)
 *   PLAIN   int64_t or double                                               int-like types, float64
 *   DICT    code of 1, 2 or 4 bytes in the column's dictionary              string
 *   TEXT    offsets uint32_t[rows + 1] into bytes                           string that hardly repeats
 *
 * A null row holds a value in range (offset, code or double 0, empty text), so that a kernel may compute
 * on it blindly and mask afterwards. `valid` has bit i set when row i is not null, and is NULL when no row
 * is.
 *
 * The struct is open because every hot loop needs the inside; only block.c and runs.c write it. Blocks are
 * counted references: many tables, views and snapshots may share one, from several threads.
 */
#ifndef BLT_STORE_BLOCK_H
#define BLT_STORE_BLOCK_H

#include "dict.h"
#include "scaled.h"
#include <stdatomic.h>

typedef enum blt_encoding {
  BLT_ENC_CONST = 1,
  BLT_ENC_FOR,
  BLT_ENC_PLAIN,
  BLT_ENC_DICT,
  BLT_ENC_TEXT,
  BLT_ENC_SCALED
} blt_encoding;
#define BLT_ENCODINGS 7

/* Memory that blocks point into: an allocation of their own, or a mapped file that several share. */
typedef struct blt_buffer {
  atomic_uint refs;
  blt_ctx *ctx;
  void *data;
  size_t bytes;
  void (*release)(struct blt_buffer *self); /* frees data and the struct itself */
} blt_buffer;

/* A zeroable allocation of `bytes`, owned by one reference. NULL when refused. */
blt_buffer *blt_buffer_new(blt_ctx *ctx, size_t bytes);
blt_buffer *blt_buffer_retain(blt_buffer *b);
void blt_buffer_release(blt_buffer *b); /* NULL is allowed */

typedef struct blt_block {
  uint8_t enc; /* blt_encoding */
  uint8_t
      width; /* bytes a row in `data`: 0 CONST, 1/2/4 FOR, DICT and SCALED, 8 PLAIN, 4 TEXT (its offsets) */
  uint8_t scale; /* SCALED: digits behind the point */
  bool has_nan;  /* float64: at least one NaN that is not null */
  uint32_t rows; /* 1 to BLT_BLOCK_ROWS */
  uint32_t nulls;
  uint32_t text_bytes; /* TEXT: of `text` */
  int64_t base;        /* FOR, SCALED: the base. CONST: the value, the bits of a double, or the code */
  blt_scalar min; /* smallest and largest value that is neither null nor NaN (of a string: code, DICT and */
  blt_scalar max; /* CONST only). min > max when there is none */
  const void *data;
  const uint64_t *valid;
  const char *text; /* TEXT: the bytes */
  /* Of a block that is used in place from a mapped file: the file's number (blt_file.opened), where it lies
   * there, and its XXH3. Nobody has looked at it yet while `doubtful` (unread.h). */
  uint64_t file, disk, disk_bytes, sum;
  const void
      *packed;     /* there: the contents as the file has them (packed.h); data, valid and text are made of
                      them when somebody first looks. NULL: they are used as they lie there, or in no file */
  blt_buffer *pin; /* what `packed` points into */
  atomic_bool doubtful;
  atomic_uint_fast64_t ends; /* TEXT: what text_ends.h keeps */
  atomic_uint refs;
  blt_ctx *ctx;       /* that the struct was allocated from */
  blt_buffer *buffer; /* what data, valid and text point into; NULL when there is none */
} blt_block;

/* A struct with one reference, all zero but `ctx` and `refs`, for code that makes blocks (block.c, file.c).
 */
blt_block *blt_block_alloc(blt_ctx *ctx);

blt_block *blt_block_retain(blt_block *b);
void blt_block_release(blt_block *b); /* NULL is allowed */

/* Encode `rows` values, choosing the smallest encoding. `valid` may be NULL (none null) and is copied; values
 * at null rows are ignored. `*out` gets one reference. Fail only with BLT_ENOMEM. */
blt_status blt_block_from_i64(blt_ctx *ctx, const int64_t *v, const uint64_t *valid, uint32_t rows,
                              blt_block **out, blt_error *err);
blt_status blt_block_from_f64(blt_ctx *ctx, const double *v, const uint64_t *valid, uint32_t rows,
                              blt_block **out, blt_error *err);
/* The same without a look for decimals: PLAIN or CONST. */
blt_status blt_block_plain_f64(blt_ctx *ctx, const double *v, const uint64_t *valid, uint32_t rows,
                               blt_block **out, blt_error *err);
blt_status blt_block_from_codes(blt_ctx *ctx, const uint32_t *codes, const uint64_t *valid, uint32_t rows,
                                blt_block **out, blt_error *err);
blt_status blt_block_from_text(blt_ctx *ctx, const blt_str *v, const uint64_t *valid, uint32_t rows,
                               blt_block **out, blt_error *err); /* also BLT_EINVAL over 4 GiB of text */

/* Decode rows start to start + n - 1. At null rows the blind value of the block's own form is written. */
void blt_block_read_i64(const blt_block *b, uint32_t start, uint32_t n, int64_t *out);
void blt_block_read_f64(const blt_block *b, uint32_t start, uint32_t n, double *out);
void blt_block_read_codes(const blt_block *b, uint32_t start, uint32_t n, uint32_t *out); /* DICT, CONST */
void blt_block_read_text(const blt_block *b, uint32_t start, uint32_t n, blt_str *out);   /* TEXT */

/* How the offsets of a SCALED block are read. */
static inline blt_scaled blt_block_scaled(const blt_block *b) {
  return (blt_scaled){b->base, b->scale, b->width};
}
static inline bool blt_block_is_null(const blt_block *b, uint32_t row) {
  return b->valid ? !((b->valid[row >> 6] >> (row & 63)) & 1) : b->nulls == b->rows;
}
/* One value of an int-like block; of a DICT or CONST string block its code. */
int64_t blt_block_i64(const blt_block *b, uint32_t row);
double blt_block_f64(const blt_block *b, uint32_t row);
static inline blt_str blt_block_text(const blt_block *b, uint32_t row) {
  const uint32_t *offsets = b->data;
  return (blt_str){b->text + offsets[row], offsets[row + 1] - offsets[row]};
}

/* Value of a row. `dict` is that of the block's column. */
blt_value blt_block_value(const blt_block *b, blt_type type, const blt_dict *dict, uint32_t row);

/* Where validity and text lie in the one piece of memory that a block's contents take: data first, padded to
 * 64 bytes with zeros, then `words` of validity, then text, padded to 8. */
typedef struct blt_block_shape {
  size_t valid_at, text_at, bytes;
} blt_block_shape;
blt_block_shape blt_block_shape_of(size_t data_bytes, size_t words, size_t text_bytes);

/* For runs.c. A block with room for `data_bytes` of data, for validity when `valid` says that some are null,
 * and for text. Copies validity, counts nulls, clears spare bits. Fails with BLT_ENOMEM. */
blt_status blt_block_make(blt_ctx *ctx, uint32_t rows, const uint64_t *valid, size_t data_bytes,
                          size_t text_bytes, blt_block **out, blt_error *err);
/* The same for `bytes` bytes of text, whose offsets and bytes are still to be written; also BLT_EINVAL. */
blt_status blt_block_make_text(blt_ctx *ctx, uint32_t rows, const uint64_t *valid, uint64_t bytes,
                               blt_block **out, blt_error *err);
/* Bytes that a number from 0 to `most` takes: 1, 2, 4 or 8. */
uint8_t blt_block_width(uint64_t most);

/* Bytes of `data` in a block of such a form. */
static inline size_t blt_block_data_bytes(uint8_t enc, uint8_t width, uint32_t rows) {
  return enc == BLT_ENC_TEXT ? ((size_t)rows + 1) * 4 : (size_t)rows * width;
}
static inline bool
blt_block_marked(const blt_block *b) { /* it has a bitmap of validity, or will when opened */
  return b->nulls && b->nulls < b->rows;
}
/* Bytes of data, validity and text; of a packed block those that it has when somebody looks. */
size_t blt_block_bytes(const blt_block *b);

/* Checks every invariant above for a column of type `t` with `ncodes` dictionary entries: counts, bounds,
 * offsets, codes, spare bits. For tests, fuzzers and files that are not yet trusted. */
blt_status blt_block_validate(const blt_block *b, blt_type t, uint32_t ncodes, blt_error *err);

#endif
