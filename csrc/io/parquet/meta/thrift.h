/* thrift.h: the compact protocol of Thrift, in which Parquet writes what it says of itself.
 *
 * A reader never leaves its bytes. The first thing that cannot be right makes it `bad`, after which it gives
 * zeros and ends: whoever reads looks at `bad` once, in the end.
 *
 *   int16_t id = 0;
 *   uint8_t type;
 *   while (blt_thrift_next(&t, &id, &type))
 *     switch (id) {
 *     case 1: rows = blt_thrift_int(&t, type); break;
 *     default: blt_thrift_skip(&t, type);
 *     }
 */
#ifndef BLT_PARQUET_THRIFT_H
#define BLT_PARQUET_THRIFT_H

#include "blt.h"

typedef struct blt_thrift {
  const uint8_t *p, *end;
  uint32_t depth; /* of structs that are open */
  bool bad;
  bool cut; /* bad because the bytes have ended */
} blt_thrift;

enum {
  BLT_THRIFT_TRUE = 1,
  BLT_THRIFT_FALSE,
  BLT_THRIFT_BYTE,
  BLT_THRIFT_I16,
  BLT_THRIFT_I32,
  BLT_THRIFT_I64,
  BLT_THRIFT_DOUBLE,
  BLT_THRIFT_BINARY,
  BLT_THRIFT_LIST,
  BLT_THRIFT_SET,
  BLT_THRIFT_MAP,
  BLT_THRIFT_STRUCT
};

blt_thrift blt_thrift_of(const void *bytes, size_t len);
/* The next field of the open struct: false at its end, or when something is bad. */
bool blt_thrift_next(blt_thrift *t, int16_t *id, uint8_t *type);
/* Opens a field that is a struct: false when it is none. Its fields are read with an `id` of their own. */
bool blt_thrift_struct(blt_thrift *t, uint8_t type);
int64_t blt_thrift_int(blt_thrift *t, uint8_t type);
int32_t blt_thrift_int32(blt_thrift *t, uint8_t type); /* bad when it is wider */
bool blt_thrift_bool(blt_thrift *t, uint8_t type);
blt_str blt_thrift_binary(blt_thrift *t, uint8_t type);
/* Opens a list: how many elements it has, each of which takes one byte at least, and their type. */
uint32_t blt_thrift_list(blt_thrift *t, uint8_t type, uint8_t *element);
void blt_thrift_skip(blt_thrift *t, uint8_t type);

/* Writing appends to bytes that grow. A refused allocation makes the writer `failed`. */
typedef struct blt_thrift_out {
  blt_ctx *ctx;
  char *bytes;
  size_t len, cap;
  int16_t last[16]; /* of each open struct: the field before */
  uint32_t depth;
  bool failed;
} blt_thrift_out;

void blt_thrift_put_int(blt_thrift_out *o, int16_t id, uint8_t type, int64_t v); /* I16, I32, I64, BYTE */
void blt_thrift_put_bool(blt_thrift_out *o, int16_t id, bool v);
void blt_thrift_put_binary(blt_thrift_out *o, int16_t id, const void *s, size_t len);
void blt_thrift_open(blt_thrift_out *o, int16_t id); /* a struct; id 0: an element, or the outermost */
void blt_thrift_close(blt_thrift_out *o);
void blt_thrift_put_list(blt_thrift_out *o, int16_t id, uint8_t element, uint32_t n);
void blt_thrift_put_element(blt_thrift_out *o, int64_t v);                        /* I16, I32, I64 */
void blt_thrift_put_element_binary(blt_thrift_out *o, const void *s, size_t len); /* BINARY */
void blt_thrift_out_free(blt_thrift_out *o);

#endif
