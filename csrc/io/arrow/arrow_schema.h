/* arrow_schema.h: the columns that an Arrow file or stream describes, and where they begin in a batch. */
#ifndef BLT_ARROW_SCHEMA_H
#define BLT_ARROW_SCHEMA_H

#include "arrow_kind.h"
#include "flatbuffer.h"

/* How many nodes, buffers and counts of buffers come before something in a batch. */
typedef struct blt_arrow_place {
  uint32_t node, buffer, variadic;
} blt_arrow_place;

#define BLT_ARROW_TOP UINT32_MAX

/* A struct whose fields are columns: where it is null, they are. */
typedef struct blt_arrow_struct {
  blt_arrow_place at;
  uint32_t up; /* the struct that it is a field of, or BLT_ARROW_TOP */
} blt_arrow_struct;

typedef struct blt_arrow_column {
  blt_arrow_kind kind;
  int64_t dictionary; /* its id, when the kind is coded */
  blt_arrow_place at;
  uint32_t up; /* as above */
} blt_arrow_column;

typedef struct blt_arrow_schema {
  blt_ctx *ctx;
  const char *name; /* of the file, for messages */
  uint32_t ncols, nstructs, nnotes;
  size_t columns_cap, fields_cap, structs_cap, notes_cap;
  blt_arrow_column *columns;
  blt_field *fields;
  blt_arrow_struct *structs;
  blt_parquet_note *notes;
} blt_arrow_schema;

/* From the table in a flatbuffer. What was read before a failure is freed by blt_arrow_schema_free. */
blt_status blt_arrow_schema_read(blt_arrow_schema *s, blt_flat *f, size_t schema,
                                 const blt_parquet_options *o, blt_error *err);
void blt_arrow_schema_free(blt_arrow_schema *s);

/* For whoever describes columns in another way: whether a column is asked for; adds one of a type, or notes
 * or tells why it is none (*added false then); puts them into the order in which they were asked for. */
bool blt_arrow_asked(const blt_parquet_options *o, blt_str name);
blt_status blt_arrow_schema_add(blt_arrow_schema *s, blt_str name, const blt_arrow_column *c, const char *why,
                                const char *note, bool skip, blt_error *err);
blt_status blt_arrow_schema_order(blt_arrow_schema *s, const blt_parquet_options *o, blt_error *err);

/* The notes become the result's. */
void blt_arrow_schema_give(blt_arrow_schema *s, blt_parquet_result *out);

#define BLT_ARROW_PATH 1024u /* bytes of the name of a field in structs */
#define BLT_ARROW_DEEPEST 64u
/* Extends a name of `len` bytes by a dot and a field's: the new length; 0: it is too long. */
size_t blt_arrow_extend(char path[BLT_ARROW_PATH], size_t len, blt_str name);

#endif
