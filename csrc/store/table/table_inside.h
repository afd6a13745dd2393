/* table_inside.h: the inside of a table, for store/ only. */
#ifndef BLT_STORE_TABLE_INSIDE_H
#define BLT_STORE_TABLE_INSIDE_H

#include "table.h"

/* Plain growing arrays of one column: int64_t, double, uint32_t codes, or (text) uint32_t offsets and bytes.
 * Bits of `valid` from the tail's row count on are 1, so that only a null has to be written. */
typedef struct blt_tail {
  void *data;
  uint64_t *valid;
  char *text;
  size_t text_cap;
  uint32_t cap; /* rows that data and valid have room for; the table's tail_cap is the smallest */
  uint32_t nulls;
  uint32_t measured; /* rows that min, max and has_nan are of: blt_tail_settle looks at the others */
  bool has_nan;
  blt_scalar min, max; /* over what is neither null nor NaN; of codes too */
} blt_tail;

typedef struct blt_column {
  blt_type type;
  blt_dict *dict; /* string columns */
  bool plain;     /* a string column that fell back to plain text: the tail is text, new blocks are TEXT */
  blt_unread *blocks; /* room for one more than the sealed groups: a view puts the tail there */
  size_t blocks_cap;
  blt_tail tail;
  blt_block tail_block; /* the tail in the shape of a block, filled when a view is made */
  uint32_t dict_kept;   /* entries of `dict` that the file has */
} blt_column;

struct blt_table {
  atomic_uint refs;
  blt_ctx *ctx;
  blt_schema *schema;
  blt_column *columns;
  uint32_t ngroups;     /* sealed */
  uint32_t *group_rows; /* room for ngroups + 1 */
  size_t group_rows_cap;
  uint64_t **live; /* room for ngroups + 1 (the tail's last); NULL entries: all rows live */
  size_t live_cap;
  uint64_t deleted;     /* rows that do not live */
  uint64_t sealed_rows; /* rows in sealed groups, with the deleted ones */
  uint32_t tail_rows, tail_cap;
  blt_row row; /* the open row */
  bool row_open;
  int null_in;   /* a required column that the open row leaves null, or -1 */
  uint32_t pins; /* views held */
  bool readonly;
  bool closed;        /* its database is: it can still be read */
  bool postponed;     /* strings of some dictionaries may not be there yet: strings.h opens them */
  bool owned;         /* a database has it */
  blt_origin *origin; /* whose rows it shows; NULL: it has its own */
  /* Whether the file that blocks lie in still is what it was; NULL: the table is in no open file. */
  blt_status (*intact)(const void *file, blt_error *err);
  const void *file;
  double looked;      /* when `intact` was last asked by who asks for each row, in blt_seconds_coarse */
  uint32_t tail_kept; /* rows of the tail that the file has as they are, but for: */
  uint64_t *touched;  /* cells of them that changed since: row << 32 | column */
  size_t ntouched, touched_cap;
  uint64_t
      *dying; /* sealed rows that were deleted since the file has the table; not all when they are many */
  size_t ndying, dying_cap;
  bool recoded;          /* blocks have codes of another dictionary than the file has */
  struct blt_undo *undo; /* what a rollback needs (undo.c); NULL outside a transaction */
  uint64_t version;      /* rises with every change */
  struct blt_keys *keys; /* unique indexes (index.c); NULL: none built */
  /* Checks the keys of the row at tail position tail_rows and enters them; NULL when the table has no keys.
   */
  blt_status (*enter_keys)(blt_table *t, blt_error *err);
  void (*free_keys)(blt_table *t);
};

/* Makes room in the group arrays for one more group and the tail. */
blt_status blt_table_reserve_group(blt_table *t, blt_error *err);
/* Turns the tail into a sealed group (also a short one, which must then be the last). */
blt_status blt_table_seal(blt_table *t, blt_error *err);
/* Turns a short last group back into the tail. Nothing when there is none. */
blt_status blt_table_reopen(blt_table *t, blt_error *err);
/* Fills tail_block of each column from the tail, and undoes what that did to the tail's spare bits. */
void blt_table_show_tail(blt_table *t);
void blt_table_hide_tail(blt_table *t);
/* A dictionary that is almost as long as the column costs more than it saves: from then on plain text. Only
 * while the tail is empty. */
void blt_table_consider_plain(blt_table *t, blt_column *c);
void blt_tail_reset_bounds(blt_column *c); /* as of no rows; leaves the null count */
void blt_tail_free_arrays(blt_table *t, blt_column *c);
/* Notes that a row of the tail has another value in a column than the file has. */
void blt_tail_touch(blt_table *t, uint32_t col, uint32_t row);
#define BLT_NOTES 4096u /* changes that a table remembers one by one */
/* Cuts the tail back to `rows` rows, without the open one. */
void blt_table_cut_tail(blt_table *t, uint32_t rows);
/* Turns the last sealed group back into the tail, keeping its first `rows` rows. The tail must be empty. */
blt_status blt_table_unseal(blt_table *t, uint32_t rows, blt_error *err);
/* Adds the rows of these blocks, one for each column, to the tail, which has room below 65,536. */
blt_status blt_table_extend_tail(blt_table *t, const blt_unread *blocks, uint32_t rows, blt_error *err);
/* Replaces what the tail has in one column by the block, which has as many rows as the tail. Cannot fail when
 * the column is not plain text and the block holds codes. */
blt_status blt_table_set_tail(blt_table *t, uint32_t col, blt_unread b, blt_error *err);
/* BLT_EIO when another program cut the file short or wrote over it: its bytes must not be touched then. */
static inline blt_status blt_table_intact(const blt_table *t, blt_error *err) {
  return t->intact ? t->intact(t->file, err) : BLT_OK;
}
/* A sealed block, verified. */
static inline blt_status blt_table_block(const blt_table *t, uint32_t col, uint32_t group,
                                         const blt_block **out, blt_error *err) {
  const blt_column *c = &t->columns[col];
  return blt_unread_open(c->blocks[group], c->type, c->dict ? c->dict->count : 0, out, err);
}
/* `rows` rows from `first` on of one column's tail as an encoded block. */
blt_status blt_table_encode_rows(blt_table *t, uint32_t col, uint32_t first, uint32_t rows, blt_block **out,
                                 blt_error *err);
/* blt_table_writable, and BLT_EBUSY while a row is open. */
blt_status blt_table_changeable(blt_table *t, blt_error *err);
/* BLT_EINVAL unless row numbers rise strictly and exist. */
blt_status blt_rows_check(const blt_table *t, const uint64_t *rows, size_t n, blt_error *err);
/* Value of a row of the tail, the open one (number tail_rows) included. */
blt_value blt_tail_value(const blt_table *t, uint32_t col, uint32_t row);
/* The same as it lies there: a string's code, 0 for null; not for plain text. */
blt_scalar blt_tail_scalar(const blt_table *t, uint32_t col, uint32_t row);
/* Makes the bounds those of the first `rows` values, the tail's. */
void blt_tail_settle(blt_column *c, uint32_t rows);
/* One value's share of the bounds. */
void blt_tail_widen(blt_column *c, blt_scalar v);
/* Writes one value in place; not for plain text. */
void blt_tail_put(blt_table *t, uint32_t col, uint32_t row, bool null, blt_scalar v);
/* BLT_OK when a column of type `want` can hold `v`: type, range, null. */
blt_status blt_table_fits(const blt_table *t, uint32_t col, const blt_value *v, blt_error *err);
/* Bytes of one value in a column's tail array. */
static inline size_t blt_tail_width(const blt_column *c) {
  return c->type.id == BLT_STRING ? 4 : 8;
}

#endif
