/* run.h: answers a bound plan.
 *
 * Each node becomes a relation: a filter is a selection inside whoever reads it, a group gives a table, a
 * join pairs of rows, an order rows of its input in another order, a window added columns. Nothing is
 * computed or copied that nobody reads; in the end the columns of the answer are made, block by block, on all
 * threads. Results are the same, bit for bit, whatever the number of threads.
 */
#ifndef BLT_EXEC_RUN_H
#define BLT_EXEC_RUN_H

#include "plan/plan.h"

/* What a node did, for explain. `bytes` and `seconds` are its own, without those of its inputs; columns that
 * it only promised are made by whoever reads them, and counted there. */
typedef struct blt_node_profile {
  bool ran;
  uint64_t rows;   /* that it gave */
  uint64_t memory; /* bytes held when it was done, more than when it began */
  double seconds;
  uint64_t blocks_read, blocks_skipped; /* of its input, by its filter */
  char strategy[240];
} blt_node_profile;

/* Answers `plan` over the tables that its scans name, whose columns are those that it was bound with.
 * `profiles`: room for every node by its number, zeroed, or NULL. */
blt_status blt_plan_run(blt_ctx *ctx, const blt_plan *plan, blt_table *const *sources, uint32_t nsources,
                        blt_table **out, blt_node_profile *profiles, blt_error *err);

/* ---- for the operators ---- */

typedef struct blt_run {
  blt_ctx *ctx;
  blt_table *const *sources;
  uint32_t nsources;
  blt_node_profile *profiles; /* or NULL */
  struct blt_shared *shared;  /* answers that serve several nodes */
} blt_run;

/* The relation that a node gives. */
blt_status blt_run_relation(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);
/* The same without rows that are only marked as deleted. */
blt_status blt_run_whole(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err);
/* Where a node may say how it works; NULL when nobody asked. */
char *blt_run_strategy(const blt_run *run, const blt_plan *plan);
void blt_run_say(const blt_run *run, const blt_plan *plan, const char *way);

#endif
