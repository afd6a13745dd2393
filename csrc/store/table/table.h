/* table.h: rows at rest: columns of sealed blocks plus one growing tail.
 *
 *   group 0        group 1        …   last group
 *   ┌ 65,536 ┐     ┌ 65,536 ┐         ┌ tail: n < 65,536 ┐
 *   │ block  │     │ block  │         │ plain arrays     │   one column
 *   └────────┘     └────────┘         └──────────────────┘
 *
 * Row r is row r % 65,536 of group r / 65,536 in every column. Deleted rows stay until compact(): a group
 * then has a bitmap of the rows that live. Queries see the table through a view, which includes the tail at
 * once; while a view is held the table refuses changes with BLT_EBUSY.
 *
 * Results of queries are tables too (blt_table_add_group), so a result can be queried again.
 */
#ifndef BLT_STORE_TABLE_H
#define BLT_STORE_TABLE_H

#include "store/relation.h"
#include "schema.h"

/* A new empty table in memory. Copies the schema. */
blt_status blt_table_new(blt_ctx *ctx, const blt_schema *schema, blt_table **out, blt_error *err);
blt_table *blt_table_retain(blt_table *t);
void blt_table_release(blt_table *t); /* NULL is allowed */

blt_ctx *blt_table_ctx(const blt_table *t);
const blt_schema *blt_table_schema(const blt_table *t);
uint64_t blt_table_rows(const blt_table *t);                /* living rows */
blt_dict *blt_table_dict(const blt_table *t, uint32_t col); /* of a string column, borrowed; else NULL */

/* BLT_EBUSY while a view is held, BLT_ECLOSED, BLT_EREADONLY. Call before any change. */
blt_status blt_table_writable(blt_table *t, blt_error *err);

/* Appending one row: push each column once, in any order, then end the row.
 * A row is visible only after blt_table_end_row. A push that fails leaves the row open: call
 * blt_table_abort_row. Pushes check the type's range; end_row checks required columns and keys. */
blt_status blt_table_begin_row(blt_table *t, blt_error *err); /* BLT_EBUSY, BLT_EREADONLY, BLT_ENOMEM */
blt_status blt_table_push_i64(blt_table *t, uint32_t col, int64_t v, blt_error *err);
blt_status blt_table_push_f64(blt_table *t, uint32_t col, double v, blt_error *err);
blt_status blt_table_push_str(blt_table *t, uint32_t col, const char *s, size_t len, blt_error *err);
void blt_table_push_null(blt_table *t, uint32_t col);
blt_status blt_table_end_row(blt_table *t, blt_error *err);
void blt_table_abort_row(blt_table *t);

/* The open row, laid open because a loop over many small values cannot afford a call for each: what needs
 * no check is put into its place directly, where a push would put it. Owned by the table; good until the
 * row ends. */
typedef struct blt_row {
  void **places;   /* of each column: the tail's array of int64_t, double or uint32_t codes */
  uint32_t at;     /* the row's place in them */
  uint32_t pushed; /* values so far */
} blt_row;

blt_row *blt_table_open_row(blt_table *t);
/* Into an int64 column. */
static inline void blt_row_put_i64(blt_row *r, uint32_t col, int64_t v) {
  ((int64_t *)r->places[col])[r->at] = v;
  r->pushed++;
}
/* Into a float64 column. */
static inline void blt_row_put_f64(blt_row *r, uint32_t col, double v) {
  ((double *)r->places[col])[r->at] = v;
  r->pushed++;
}
/* Into a string column that interns: a code of its dictionary. */
static inline void blt_row_put_code(blt_row *r, uint32_t col, uint32_t code) {
  ((uint32_t *)r->places[col])[r->at] = code;
  r->pushed++;
}
/* The dictionary of a string column that still interns; NULL for one that keeps plain text. */
blt_dict *blt_table_interns(const blt_table *t, uint32_t col);
/* A whole row at once: `row` has one value for each column, already of the column's type or null. */
blt_status blt_table_append(blt_table *t, const blt_value *row, blt_error *err);

/* Adding whole groups, for bulk loads and results.
 * `blocks` has one block for each column, all of `rows` rows; the table takes one reference of each, also on
 * failure. Codes are those of blt_table_dict. Only the last group may be short, so all earlier ones must be
 * full (BLT_EINVAL); appending rows after a short group reopens it as the tail. Keys are not checked here:
 * a table with keys refuses (BLT_EINVAL) unless it is empty of keys. */
blt_status blt_table_add_group(blt_table *t, blt_block **blocks, uint32_t rows, blt_error *err);
/* Shares `dict` as the dictionary of string column `col` of an empty table. */
blt_status blt_table_share_dict(blt_table *t, uint32_t col, blt_dict *dict, blt_error *err);

/* Rows that lie elsewhere, in files of another format, and are read when somebody asks: a table over them is
 * queried like any other, holds no rows itself, and refuses changes. A format puts this first in a struct of
 * its own. */
typedef struct blt_origin {
  uint64_t rows;
  /* A relation of these columns, which holds the table: blocks are made when they are asked for. */
  blt_status (*view)(struct blt_origin *o, blt_table *t, const uint32_t *columns, uint32_t n, blt_view **out,
                     blt_error *err);
  /* Says what the relations that were released since the last call have read; writes nothing when that is
   * nothing. */
  void (*tell)(struct blt_origin *o, char *out, size_t room);
  void (*release)(struct blt_origin *o);
} blt_origin;

/* Takes the origin, also on failure. */
blt_status blt_table_over(blt_ctx *ctx, const blt_schema *schema, blt_origin *origin, blt_table **out,
                          blt_error *err);
blt_origin *blt_table_origin(const blt_table *t); /* borrowed; NULL: its rows are its own */

/* The table as a relation. While it is held the table refuses changes with BLT_EBUSY. */
blt_status blt_table_view(blt_table *t, blt_view **out, blt_error *err);
/* The same of a table with rows of its own, for who reads no other columns than these `n` (NULL: any):
 * strings of others may stay in the file. */
blt_status blt_table_view_of(blt_table *t, const uint32_t *cols, uint32_t n, blt_view **out, blt_error *err);

/* Memory held by blocks, tail and dictionaries, each shared one counted once per table. */
size_t blt_table_bytes(const blt_table *t);
/* Every invariant of the table, its blocks and dictionaries. For tests and fuzzers. */
blt_status blt_table_validate(blt_table *t, blt_error *err);

#endif
