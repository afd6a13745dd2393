/* relation.h: rows that can be read any number of times: what an operator takes and gives.
 *
 * A stored table is one (blt_table_view), and so are rows of another in an order, pairs of rows, added
 * columns, and one relation behind the other (exec/relation). Row r is row r % 65,536 of group
 * r / 65,536; every group but the last is full, unless the relation is a stored table.
 *
 * The values lie in blocks. A stored table has them; any other relation makes a block when somebody first
 * asks for it, and keeps it: nothing is copied that nobody reads. Every look at the contents of a block goes
 * through blt_view_block, which makes it, or checks one that comes from a file, once. What is known of a
 * column without its blocks is asked for with blt_view_facts and blt_view_head.
 */
#ifndef BLT_STORE_RELATION_H
#define BLT_STORE_RELATION_H

#include "store/column/unread.h"

typedef struct blt_schema blt_schema;
typedef struct blt_table blt_table;
typedef struct blt_view blt_view;

/* What surely holds for all values of a column. `bounded`: no value that is neither null nor NaN lies outside
 * low .. high (int-like; codes of a string column without plain text) or flow .. fhigh; `empty`: there is no
 * such value. */
typedef struct blt_facts {
  bool nulls, nans, text; /* there may be some; text: blocks of plain text */
  bool bounded, empty;
  int64_t low, high;
  double flow, fhigh;
} blt_facts;

typedef struct blt_view_column {
  blt_type type;
  blt_dict *dict; /* string: the dictionary of the blocks with codes; else NULL */
  /* One for each group. A stored table has all of them, any other relation those that were asked for. */
  blt_unread *blocks;
  const blt_facts *facts; /* NULL: a stored table's, to be found from the blocks */
} blt_view_column;

/* Values of a column's type that somebody looks for, none of them null: from `low` to `high`, both included.
 */
typedef struct blt_value_span {
  const blt_value *low, *high; /* NULL: no end; one and the same: what equals it */
} blt_value_span;

/* How a relation that is no stored table makes a block; any number of threads may ask at once, also for the
 * same block. `make` gives a reference. */
typedef struct blt_view_ops {
  blt_status (*make)(const blt_view *v, uint32_t col, uint32_t group, blt_block **out, blt_error *err);
  void (*release)(blt_view *v);
  void (*forget)(const blt_view *v, uint32_t group); /* blt_view_forget of relations below; or NULL */
  /* Blocks lie elsewhere and are cheap to make again: who goes over all of them once lets go of each. */
  bool transient;
  /* What is known of a block that is not made, from any thread; false: nothing. NULL: nothing ever. */
  bool (*bounds)(const blt_view *v, uint32_t col, uint32_t group, blt_facts *out);
  /* False: the block surely has no value in the span. NULL: any may have. */
  bool (*may_hold)(const blt_view *v, uint32_t col, uint32_t group, const blt_value_span *span);
} blt_view_ops;

struct blt_view {
  uint32_t shared; /* how many hold it beside the first: see blt_view_retain */
  blt_ctx *ctx;
  const blt_schema *schema; /* NULL: not a stored table */
  uint32_t ncols, ngroups;
  uint64_t rows; /* with the deleted ones */
  uint64_t live_rows;
  const uint32_t *group_rows;  /* rows of each group */
  const uint64_t *const *live; /* of each group: bitmap of living rows, NULL when all live; the array itself
                                  is NULL when no group has deleted rows */
  const blt_view_column *columns;
  blt_table *table;        /* NULL: not a stored table */
  const blt_view_ops *ops; /* NULL: a stored table */
};

/* One more holder, who releases it too; on the context's own thread only. */
static inline blt_view *blt_view_retain(blt_view *v) {
  v->shared++;
  return v;
}
void blt_view_release(blt_view *v); /* NULL is allowed */

/* Makes a block that nobody asked for yet. */
blt_status blt_view_make(const blt_view *v, uint32_t col, uint32_t group, const blt_block **out,
                         blt_error *err);

/* Lets go of the blocks that were made of a group: its only reader is done with it, and nobody else has the
 * relation. A stored table keeps what it has. */
void blt_view_forget(const blt_view *v, uint32_t group);

/* The block of column `col` in group `group`, whole and checked; borrowed, good while the view is held. From
 * any thread. */
static inline blt_status blt_view_block(const blt_view *v, uint32_t col, uint32_t group,
                                        const blt_block **out, blt_error *err) {
  const blt_view_column *c = &v->columns[col];
  blt_unread s = blt_unread_load(&c->blocks[group]);
  if (__builtin_expect(!blt_unread_filled(s), 0)) return blt_view_make(v, col, group, out, err);
  return blt_unread_open(s, c->type, c->dict ? c->dict->count : 0, out, err);
}

/* Value of one cell; a string is good while the view is held. From any thread. */
blt_status blt_view_cell(const blt_view *v, uint32_t col, uint32_t group, uint32_t row, blt_value *out,
                         blt_error *err);

/* What is known of a block without its contents. False: it is not made yet, and nothing is known of it but
 * the column's facts. */
static inline bool blt_view_head(const blt_view *v, uint32_t col, uint32_t group, blt_block_head *out) {
  blt_unread s = blt_unread_load(&v->columns[col].blocks[group]);
  if (blt_unread_filled(s)) *out = blt_unread_head(s);
  return blt_unread_filled(s);
}
/* Has a value brought near that will be read soon; `row` of the relation. */
static inline void blt_view_prefetch(const blt_view *v, uint32_t col, uint64_t row) {
  blt_unread_prefetch(blt_unread_load(&v->columns[col].blocks[row / BLT_BLOCK_ROWS]), row % BLT_BLOCK_ROWS);
}

/* What the column's blocks, or whoever will make them, know. */
void blt_view_facts(const blt_view *v, uint32_t col, blt_facts *out);
/* What is known of one block: from itself once it is there, or from whoever will make it. */
void blt_view_group_facts(const blt_view *v, uint32_t col, uint32_t group, blt_facts *out);
bool blt_view_may_hold(const blt_view *v, uint32_t col, uint32_t group, const blt_value_span *span);
/* Facts of one block. */
void blt_facts_of_block(const blt_block_head *b, blt_type type, blt_facts *out);
/* Widens `facts` so that they hold for `more` as well. */
void blt_facts_join(blt_facts *facts, const blt_facts *more, blt_type type);
/* The dictionary in which all values of a string column have a code; NULL when some are plain text. */
blt_dict *blt_view_codes(const blt_view *v, uint32_t col);

#endif
