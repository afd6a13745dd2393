/* query.h: one stage of a query: scan a view, filter, compute, and end in one sink; the answer is a table.
 *
 *   view ── where ──┬── rows                 (select)
 *                   ├── groups: keys, aggregates   (by … agg, distinct)
 *                   └── order, limit, heads of groups (sort, top-k, top-k of each)
 *
 * A query of several stages runs stage by stage, each over the table that the one before gave. Results are
 * the same, bit for bit, whatever the number of threads.
 *
 * Order of the answer without `order`: rows as they are in the view; groups by their first row when there are
 * at most 65,536 of them, otherwise in an order that depends on the data and the query only. Rows that
 * `order` finds equal keep that order. Nulls are one group, all NaN are one group, and so are 0 and -0.
 */
#ifndef BLT_EXEC_QUERY_H
#define BLT_EXEC_QUERY_H

#include "plan/aggregates.h"

typedef struct blt_output {
  const char *name;
  blt_expr *expr; /* borrowed */
} blt_output;

/* Order of the answer by its own output columns. */
typedef struct blt_order {
  uint32_t column;
  bool descending, nulls_first;
} blt_order;

typedef struct blt_stage {
  const blt_view *view;
  blt_expr *where;   /* or NULL */
  bool grouped;      /* groups (keys may be none: one group) or rows */
  uint32_t noutputs; /* rows: the columns; grouped: the keys */
  const blt_output *outputs;
  uint32_t naggregates;
  const blt_aggregate *aggregates;
  uint32_t norder;
  const blt_order *order;
  uint32_t nheads;      /* rows: of those that are alike in the first `nheads` of the order, which then are */
  uint64_t heads;       /* one group, only the first `heads` are answered; nheads 0: no groups */
  uint64_t skip, limit; /* limit UINT64_MAX: no limit */
} blt_stage;

/* What ran, for :explain(). Groups here are blocks of rows. bytes_read: of the columns that the stage names,
 * in the blocks that were not skipped. */
typedef struct blt_profile {
  char strategy[240];
  uint64_t rows_scanned, rows_selected, groups_skipped, groups_scanned, rows_out, bytes_read;
  double seconds_filter, seconds_group, seconds_sort, seconds_total;
} blt_profile;

/* Runs it. `profile` may be NULL. err->position: index of the aggregate that is wrong, or -1. */
blt_status blt_stage_run(blt_ctx *ctx, const blt_stage *stage, blt_table **out, blt_profile *profile,
                         blt_error *err);
/* Fills the strategy and estimates without running. */
blt_status blt_stage_explain(blt_ctx *ctx, const blt_stage *stage, blt_profile *profile, blt_error *err);

#endif
