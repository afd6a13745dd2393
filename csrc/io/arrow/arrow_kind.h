/* arrow_kind.h: what a column of Arrow's is: how its values lie in buffers, and what they become here. Files
 * say a type in flatbuffers, the C interface in a short text; both become a blt_arrow_type. */
#ifndef BLT_ARROW_KIND_H
#define BLT_ARROW_KIND_H

#include "arrow.h"
#include "io/columnar/meaning.h"

/* Arrow's types, by their numbers in its files. */
typedef enum blt_arrow_id {
  BLT_ARROW_T_NULL = 1,
  BLT_ARROW_T_INT,
  BLT_ARROW_T_FLOAT,
  BLT_ARROW_T_BINARY,
  BLT_ARROW_T_UTF8,
  BLT_ARROW_T_BOOL,
  BLT_ARROW_T_DECIMAL,
  BLT_ARROW_T_DATE,
  BLT_ARROW_T_TIME,
  BLT_ARROW_T_TIMESTAMP,
  BLT_ARROW_T_INTERVAL,
  BLT_ARROW_T_LIST,
  BLT_ARROW_T_STRUCT,
  BLT_ARROW_T_UNION,
  BLT_ARROW_T_FIXED,
  BLT_ARROW_T_FIXED_LIST,
  BLT_ARROW_T_MAP,
  BLT_ARROW_T_DURATION,
  BLT_ARROW_T_LARGE_BINARY,
  BLT_ARROW_T_LARGE_UTF8,
  BLT_ARROW_T_LARGE_LIST,
  BLT_ARROW_T_RUNS,
  BLT_ARROW_T_BINARY_VIEW,
  BLT_ARROW_T_UTF8_VIEW,
  BLT_ARROW_T_LIST_VIEW,
  BLT_ARROW_T_LARGE_LIST_VIEW
} blt_arrow_id;

typedef struct blt_arrow_type {
  int64_t id;     /* blt_arrow_id, or a number that nobody knows */
  int64_t bits;   /* of integers and decimals */
  bool is_signed; /* integers */
  int64_t unit;   /* times: 0 seconds to 3 nanoseconds; dates: 0 days, 1 milliseconds; floats: 0 half to
                     2 double; unions: 0 sparse, 1 dense */
  int64_t precision, scale; /* decimals */
  int64_t width;            /* bytes of a fixed length */
  blt_str zone;             /* timestamps */
} blt_arrow_type;

/* How values lie in buffers. */
typedef enum blt_arrow_layout {
  BLT_ARROW_NULL = 0,
  BLT_ARROW_BITS,
  BLT_ARROW_INT,
  BLT_ARROW_UINT,
  BLT_ARROW_FLOAT,
  BLT_ARROW_BYTES, /* offsets of `width` bytes, then text */
  BLT_ARROW_FIXED,
  BLT_ARROW_VIEW
} blt_arrow_layout;

typedef struct blt_arrow_kind {
  blt_meaning means;
  blt_arrow_layout layout;
  uint32_t width; /* bytes of a value, or of an offset */
  int64_t times;  /* what a stored number is multiplied with first, or divided by when negative */
  bool coded;     /* there is a dictionary: values are its entries, and rows are numbers of these: */
  bool index_signed;
  uint32_t index_width;
} blt_arrow_kind;

/* What a column of the type becomes; NULL, or why it is none. `note`: what its reader should know, or left.
 */
const char *blt_arrow_kind_of(const blt_arrow_type *type, const blt_parquet_options *o, blt_arrow_kind *out,
                              const char **note);
/* Makes the kind one of numbers of entries. */
const char *blt_arrow_kind_code(const blt_arrow_type *index, blt_arrow_kind *out);

#endif
