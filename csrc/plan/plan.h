/* plan.h: what a query is: an immutable tree of nodes, each of which knows its columns without any data.
 *
 *   limit 10                       A verb makes a node over the node before it. Binding checks its terms
 *   └ order tips desc              against the columns of its input and finds its own: names and types are
 *     └ group country              known before a row is read. Rules (rules.h) turn the tree into one that
 *       └ filter n > 5             answers the same with less work. exec/run.h answers it.
 *         └ scan tips
 *
 * A tree lies in an arena, is never changed once it is bound, and can be run any number of times over sources
 * of the same columns. A term is an expression in postfix order whose column numbers are columns of the
 * node's input; in a join columns of the left input come first, then those of the right one.
 */
#ifndef BLT_PLAN_PLAN_H
#define BLT_PLAN_PLAN_H

#include "expr/expr.h"

typedef enum blt_plan_kind {
  BLT_PLAN_SCAN = 1, /* all rows of a source */
  BLT_PLAN_FILTER,   /* rows for which a condition is true */
  BLT_PLAN_PROJECT,  /* columns computed from each row */
  BLT_PLAN_GROUP,    /* one row a group; without keys one row in all */
  BLT_PLAN_ORDER,    /* all rows in an order, stably */
  BLT_PLAN_LIMIT,    /* rows skip to skip + limit - 1 */
  BLT_PLAN_HEADS,    /* of the rows that are alike in some keys the first n of an order */
  BLT_PLAN_SAMPLE,   /* rows drawn at random */
  BLT_PLAN_JOIN,     /* pairs of rows */
  BLT_PLAN_WINDOW,   /* the same rows with columns computed from rows beside them */
  BLT_PLAN_UNION     /* rows of the input, then those of the other one; columns by position */
} blt_plan_kind;

typedef struct blt_term {
  const blt_node *nodes;
  uint32_t n;
  uint32_t origin; /* the caller's number for it, 0 for none: named when the term is wrong */
} blt_term;

/* A column that a node has. */
typedef struct blt_plan_column {
  const char *name;
  blt_type type;
} blt_plan_column;

typedef struct blt_plan_item {
  const char *name;
  blt_term term;
} blt_plan_item;

/* kind: a name of blt_agg_names(), in a window also of blt_window_names(). where.n 0: no condition. */
typedef struct blt_plan_aggregate {
  const char *name, *kind;
  uint32_t nargs;
  blt_term args[4];
  blt_term where;
  uint32_t origin;
} blt_plan_aggregate;

typedef struct blt_plan_order {
  blt_term term;
  bool descending, nulls_first;
} blt_plan_order;

typedef enum blt_join_kind {
  BLT_JOIN_INNER = 1,
  BLT_JOIN_LEFT,  /* every row of the left, the right one's columns null where it has no partner */
  BLT_JOIN_RIGHT, /* every row of the right, in the order of the left's matches, then those without partner */
  BLT_JOIN_FULL,
  BLT_JOIN_SEMI, /* rows of the left that have a partner; the left's columns only */
  BLT_JOIN_ANTI, /* rows of the left that have none */
  BLT_JOIN_ASOF  /* the last row of the right not after (or not before) the left's row, left kept */
} blt_join_kind;

/* left == right for every pair of keys. Of an as-of join the last pair is the ordered one: the greatest right
 * value that stands in `asof` (one of ">=", ">", "<=", "<", read left asof right) to the left value. */
typedef struct blt_plan_join {
  blt_join_kind kind;
  uint32_t nkeys;
  const blt_term *left, *right; /* over the columns of the left and of the right input, each from 0 */
  blt_term also;                /* further condition over both; n 0: none */
  const char *asof;
  bool null_equal;                  /* null matches null: set operations */
  bool left_unique, right_unique;   /* refuse a second partner: "many-to-one" checks the right side */
  bool left_matched, right_matched; /* refuse a row without partner */
} blt_plan_join;

typedef enum blt_frame_unit { BLT_FRAME_PARTITION = 0, BLT_FRAME_ROWS, BLT_FRAME_RANGE } blt_frame_unit;

/* Rows `before` rows before to `after` rows after the row, or values so far away from its value of the only
 * order key (an int64, or microseconds and days of times). INT64_MAX: to the edge of the partition. */
typedef struct blt_plan_frame {
  blt_frame_unit unit;
  int64_t before, after;
} blt_plan_frame;

/* Answers of several groupings stand in a plan once for each that is made of them. */
#define BLT_PLAN_LARGEST 10000u
#define BLT_PLAN_DEEPEST 2000u

typedef struct blt_plan blt_plan;
struct blt_plan {
  blt_plan_kind kind;
  uint32_t number;       /* of the node, from 0: parents before inputs, left before right */
  uint32_t size;         /* nodes of the tree that was made: at most BLT_PLAN_LARGEST */
  uint32_t depth;        /* and of its longest path: at most BLT_PLAN_DEEPEST */
  const blt_plan *input; /* NULL: a scan */
  const blt_plan *other; /* of a join or union: the right side */
  uint32_t ncolumns;
  const blt_plan_column *columns;
  union {
    struct {
      uint32_t source;         /* number of the source in the run */
      const uint32_t *columns; /* its columns that the node has (ncolumns of them) */
      uint32_t nkey;           /* 0: no primary key is known */
      const uint32_t *key;     /* its columns of which no two rows have the same values, nor a null */
    } scan;
    struct {
      uint32_t n;
      const blt_term *terms; /* all must be true */
    } filter;
    struct {
      const blt_plan_item *items; /* ncolumns of them */
    } project;
    struct {
      uint32_t nkeys, naggregates;
      const blt_plan_item *keys;
      const blt_plan_aggregate *aggregates;
      uint32_t shared; /* nodes of one number other than 0 answer alike, and one answer serves them all */
    } group;
    struct {
      uint32_t n;
      const blt_plan_order *keys;
      uint64_t skip, limit; /* by the rule that merges limits: only these rows; limit UINT64_MAX: all */
    } order;
    struct {
      uint64_t skip, limit;
    } limit;
    struct {
      uint32_t nkeys, norder;
      const blt_term *keys;
      const blt_plan_order *order;
      uint64_t rows;
    } heads;
    struct {
      uint64_t rows; /* so many, or when `by_share` round(share * rows of the input) */
      bool by_share;
      double share;
      uint64_t seed;
    } sample;
    blt_plan_join join;
    struct {
      uint32_t nkeys, norder, nitems;
      const blt_term *keys;
      const blt_plan_order *order;
      const blt_plan_aggregate *items; /* columns of the node: the input's, then these */
      blt_plan_frame frame;
    } window;
  } u;
};

#endif
