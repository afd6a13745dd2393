/* passed.h: what most operators read: a relation, and the condition that its rows must pass. A filter is no
 * operator of its own: whoever reads it tests its condition while scanning.
 */
#ifndef BLT_EXEC_PASSED_H
#define BLT_EXEC_PASSED_H

#include "run.h"
#include "exec/sort/sort.h"

typedef struct blt_passed {
  blt_run *run;
  blt_view *view;
  const blt_plan *filter; /* that gave `where`, or NULL */
  blt_expr *where;        /* or NULL */
  blt_scan scan;
  const char *way; /* how blt_passed_rows found them, in words, when there was an order */
} blt_passed;

/* Opens the input of an operator: a zeroed struct, closed in any case. */
blt_status blt_passed_open(blt_passed *p, blt_run *run, const blt_plan *input, blt_error *err);
/* The same with a relation that is there, which is taken, also on failure. */
blt_status blt_passed_view(blt_passed *p, blt_run *run, blt_view *view, blt_error *err);
void blt_passed_close(blt_passed *p);
/* Hands the relation over; expressions over it stay good. */
blt_view *blt_passed_take(blt_passed *p);
/* Every row of the relation passes. */
bool blt_passed_all(const blt_passed *p);

/* A term over the relation's columns. */
blt_status blt_passed_expr(const blt_passed *p, const blt_term *term, blt_expr **out, blt_error *err);

/* An order: the first `nheads` keys say which rows are alike, and of those the first `each` are wanted; of
 * all rows then the first `most` (UINT64_MAX: all). */
typedef struct blt_passed_order {
  uint32_t nkeys, nheads;
  const blt_plan_order *keys;
  uint64_t each, most;
} blt_passed_order;

/* The numbers of the rows that pass, in order (nkeys 0: as they come); free with *n * sizeof **rows. */
blt_status blt_passed_rows(blt_passed *p, const blt_passed_order *order, uint32_t **rows, size_t *n,
                           blt_error *err);

#endif
