/* arrow_c.h: rows handed to and taken from other libraries in the same process, by Arrow's C data interface:
 * columns as structures of pointers, with a function by which whoever has them last gives them back.
 */
#ifndef BLT_IO_ARROW_C_H
#define BLT_IO_ARROW_C_H

#include "io/arrow/arrow.h"
#include "store/relation.h"

/* The structures are those that Arrow prescribes; a program may have them from another header already. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format; /* the type: "l" int64, "u" utf8, "+s" a struct of the children, … */
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;        /* `format` is then that of the numbers */
  void (*release)(struct ArrowSchema *); /* NULL: released, or moved elsewhere */
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count; /* -1: unknown */
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out); /* 0, or a number as in errno */
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);    /* at the end a released one */
  const char *(*get_last_error)(struct ArrowArrayStream *);              /* good until the next call */
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif

/* A stream of the view's rows: a struct of its columns, a batch for each group. Buffers are those of blocks
 * where the forms are the same, copies otherwise. The stream holds the view, which a table stands still for,
 * until it is released; it is used by one thread at a time, which is the context's. Arrays and schemas live
 * as long as they are held, also after the stream and the view, and may be released by any thread.
 *
 * `plain`: no dictionaries. `ncols`: 0 for all columns, otherwise the first ones. */
blt_status blt_arrow_export(blt_view *view, uint32_t ncols, bool plain, struct ArrowArrayStream *out,
                            blt_error *err);

/* All rows of a stream to a table. The stream is taken in any case: it is released when this returns, as are
 * its arrays, and `stream->release` is NULL. What it says of lengths and buffers is believed. */
blt_status blt_arrow_import(blt_ctx *ctx, struct ArrowArrayStream *stream, const blt_parquet_options *o,
                            blt_parquet_result *out, blt_error *err);
/* One array, of a struct of columns, in the same way. */
blt_status blt_arrow_import_array(blt_ctx *ctx, struct ArrowSchema *schema, struct ArrowArray *array,
                                  const blt_parquet_options *o, blt_parquet_result *out, blt_error *err);

#endif
