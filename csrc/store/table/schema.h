/* schema.h: names and types of a table's columns, and its keys. Immutable once made. */
#ifndef BLT_STORE_SCHEMA_H
#define BLT_STORE_SCHEMA_H

#include "blt.h"

typedef struct blt_field {
  const char *name; /* zero-terminated UTF-8, 1 to BLT_MAX_NAME bytes, unique in the table */
  blt_type type;
} blt_field;

#define BLT_MAX_KEYS 64u /* keys of a table */

/* Columns whose values together are unique. Rows with a null in a secondary key are not compared; the columns
 * of the primary key are required. */
typedef struct blt_key {
  uint32_t ncols;
  uint32_t cols[BLT_MAX_KEY_COLUMNS];
} blt_key;

typedef struct blt_schema {
  uint32_t ncols, nkeys;
  bool primary; /* keys[0] is the primary key */
  blt_field *fields;
  blt_key *keys;
  blt_ctx *ctx;
} blt_schema;

/* A checked deep copy: names, types, keys. BLT_EINVAL, BLT_ENAME, BLT_ETYPE, BLT_ENOMEM. */
blt_status blt_schema_new(blt_ctx *ctx, const blt_field *fields, uint32_t ncols, const blt_key *keys,
                          uint32_t nkeys, bool primary, blt_schema **out, blt_error *err);
void blt_schema_free(blt_schema *s); /* NULL is allowed */
/* A name that a table or column (`what`) may have: UTF-8, 1 to BLT_MAX_NAME bytes; else BLT_ENAME. */
blt_status blt_name_check(const char *what, const char *name, blt_error *err);
int blt_schema_find(const blt_schema *s, const char *name, size_t len); /* column number, or -1 */

#endif
