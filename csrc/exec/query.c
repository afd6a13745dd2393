#include "query.h"

#include "base/bits.h"
#include "base/mem.h"
#include "exec/group/group_answer.h"
#include "exec/scan/row_answer.h"
#include <stdio.h>
#include <string.h>

/* ---- checks ---- */

static blt_status check(const blt_stage *stage, blt_error *err) {
  uint32_t ncols = stage->noutputs + (stage->grouped ? stage->naggregates : 0);
  err->position = -1;
  if (ncols == 0) return blt_fail(err, BLT_EINVAL, "a query needs at least one output column");
  if (ncols > BLT_MAX_COLUMNS)
    return blt_fail(err, BLT_EINVAL, "a query has at most %u output columns, not %u", BLT_MAX_COLUMNS, ncols);
  for (uint32_t i = 0; i < stage->norder; i++)
    if (stage->order[i].column >= ncols)
      return blt_fail(err, BLT_EINVAL, "order names output column %u of %u", stage->order[i].column + 1,
                      ncols);
  if (stage->nheads > stage->norder || (stage->nheads && stage->grouped))
    return blt_fail(err, BLT_EINVAL, "groups of rows are made of their order: %u keys of %u", stage->nheads,
                    stage->grouped ? 0 : stage->norder);
  if (stage->where && blt_expr_type(stage->where).id != BLT_BOOL &&
      blt_expr_type(stage->where).id != BLT_NULLTYPE) {
    char name[24];
    return blt_fail(err, BLT_ETYPE, "a condition such as n > 5 expected, got %s",
                    blt_type_name(blt_expr_type(stage->where), name));
  }
  return BLT_OK;
}

/* ---- a grouped stage ---- */

/* Orders and cuts the table of the groups, which replaces *table. */
static blt_status order_groups(blt_ctx *ctx, const blt_stage *grouped, blt_table **table, blt_error *err) {
  blt_view *view;
  blt_status status = blt_table_view(*table, &view, err);
  if (status != BLT_OK) return status;
  uint32_t n = view->ncols;
  blt_output *outputs = blt_calloc(ctx, n, sizeof *outputs);
  if (!outputs) status = blt_fail_memory(err, n * sizeof *outputs);
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    blt_node node = {.kind = BLT_NODE_COLUMN, .column = i};
    outputs[i].name = view->schema->fields[i].name;
    status = blt_expr_compile(ctx, view, &node, 1, &outputs[i].expr, err);
  }
  blt_stage stage = {.view = view,
                     .noutputs = n,
                     .outputs = outputs,
                     .norder = grouped->norder,
                     .order = grouped->order,
                     .skip = grouped->skip,
                     .limit = grouped->limit};
  blt_table *ordered = NULL;
  if (status == BLT_OK) status = blt_stage_run(ctx, &stage, &ordered, NULL, err);
  for (uint32_t i = 0; outputs && i < n; i++) blt_expr_free(outputs[i].expr);
  blt_free(ctx, outputs, n * sizeof *outputs);
  blt_view_release(view);
  if (status != BLT_OK) return status;
  blt_table_release(*table);
  *table = ordered;
  return BLT_OK;
}

typedef struct group_run {
  blt_scan *scan;
  blt_inputs inputs;
  blt_agg_plan plan;
  blt_grouping grouping;
} group_run;

static blt_status prepare(group_run *run, const blt_stage *stage, blt_error *err) {
  blt_inputs_init(&run->inputs, run->scan);
  blt_status status = blt_agg_plan_init(&run->plan, &run->inputs, stage->aggregates, stage->naggregates,
                                        stage->noutputs == 0, err);
  if (status != BLT_OK) return status;
  err->position = -1;
  return blt_grouping_init(&run->grouping, run->scan, &run->inputs, &run->plan, stage->outputs,
                           stage->noutputs, err);
}

static void release(group_run *run) {
  blt_grouping_free(&run->grouping);
  blt_agg_plan_free(&run->plan);
  blt_inputs_free(&run->inputs);
}

/* Which way was chosen and why, in one line. */
static void describe(const blt_grouping *g, blt_profile *profile) {
  if (!profile) return;
  char *out = profile->strategy;
  size_t room = sizeof profile->strategy;
  int n;
  if (g->nkeys == 0)
    n = snprintf(out, room, "one group");
  else if (g->direct)
    n = snprintf(out, room, "direct index of %llu places", (unsigned long long)g->domain);
  else if (g->domain)
    n = snprintf(out, room, "radix partitions, keys of %llu values in %u word%s",
                 (unsigned long long)g->domain, g->nwords, g->nwords == 1 ? "" : "s");
  else
    n = snprintf(out, room, "radix partitions, keys in %u word%s", g->nwords, g->nwords == 1 ? "" : "s");
  if (n > 0 && (size_t)n < room && g->agg->nparts)
    n += snprintf(out + n, room - (size_t)n, "; records of %zu word%s", g->agg->nslots,
                  g->agg->nslots == 1 ? "" : "s");
  if (n > 0 && (size_t)n < room && g->agg->nsegments)
    snprintf(out + n, room - (size_t)n, "; values of %zu aggregates gathered by group", g->agg->nsegments);
}

static blt_status answer_groups(group_run *run, const blt_stage *stage, blt_table **out, blt_profile *profile,
                                blt_error *err) {
  blt_grouping *g = &run->grouping;
  double started = blt_seconds();
  blt_status status = g->direct ? blt_group_direct(g, err) : blt_group_radix(g, err);
  bool ordered = stage->norder > 0;
  if (status == BLT_OK) status = blt_group_order(g, err);
  if (profile) profile->seconds_group = blt_seconds() - started;
  describe(g, profile);
  if (status == BLT_OK)
    status =
        blt_group_answer(g, stage, ordered ? 0 : stage->skip, ordered ? UINT64_MAX : stage->limit, out, err);
  if (status != BLT_OK || !ordered) return status;
  double sorting = blt_seconds();
  status = order_groups(run->scan->ctx, stage, out, err);
  if (profile) profile->seconds_sort = blt_seconds() - sorting;
  if (status == BLT_OK) return BLT_OK;
  blt_table_release(*out);
  *out = NULL;
  return status;
}

/* ---- what ran ---- */

static void note_columns(const blt_stage *stage, uint64_t *columns) {
  if (stage->where) blt_expr_columns(stage->where, columns);
  for (uint32_t i = 0; i < stage->noutputs; i++) blt_expr_columns(stage->outputs[i].expr, columns);
  for (uint32_t i = 0; stage->grouped && i < stage->naggregates; i++) {
    const blt_aggregate *a = &stage->aggregates[i];
    if (a->where) blt_expr_columns(a->where, columns);
    for (uint32_t j = 0; j < a->nargs; j++) blt_expr_columns(a->args[j], columns);
  }
}

/* Bytes of the columns that a stage reads, all blocks. */
static uint64_t bytes_of(blt_ctx *ctx, const blt_stage *stage) {
  const blt_view *view = stage->view;
  size_t words = blt_bits_words(view->ncols + 1);
  uint64_t *columns = blt_calloc(ctx, words, sizeof *columns), bytes = 0;
  blt_block_head head;
  if (!columns) return 0; /* a figure for the reader only */
  note_columns(stage, columns);
  for (uint32_t c = 0; c < view->ncols; c++)
    for (uint32_t g = 0; blt_bit(columns, c) && g < view->ngroups; g++)
      bytes += blt_view_head(view, c, g, &head) ? head.bytes : 0;
  blt_free(ctx, columns, words * sizeof *columns);
  return bytes;
}

static void fill_profile(const blt_scan *scan, const blt_stage *stage, const blt_table *table,
                         blt_profile *p) {
  uint64_t all = stage->view->ngroups;
  p->rows_scanned = stage->view->rows;
  p->rows_selected = atomic_load(&scan->selected);
  p->groups_skipped = atomic_load(&scan->skipped_groups);
  p->groups_scanned = all - p->groups_skipped;
  p->rows_out = blt_table_rows(table);
  p->seconds_filter = (double)atomic_load(&scan->filter_nanos) * 1e-9;
  p->bytes_read = all ? bytes_of(scan->ctx, stage) / all * p->groups_scanned : 0;
}

/* ---- stages ---- */

static blt_status run_stage(blt_scan *scan, const blt_stage *stage, blt_table **out, blt_profile *profile,
                            blt_error *err) {
  if (!stage->grouped) {
    if (profile) snprintf(profile->strategy, sizeof profile->strategy, "%s", blt_rows_strategy(stage));
    return blt_rows_answer(scan, stage, out, profile, err);
  }
  group_run run = {.scan = scan};
  blt_status status = prepare(&run, stage, err);
  if (status == BLT_OK) status = answer_groups(&run, stage, out, profile, err);
  release(&run);
  return status;
}

blt_status blt_stage_run(blt_ctx *ctx, const blt_stage *stage, blt_table **out, blt_profile *profile,
                         blt_error *err) {
  blt_scan scan = {0};
  blt_table *table = NULL;
  double started = blt_seconds();
  if (profile) memset(profile, 0, sizeof *profile);
  blt_status status = check(stage, err);
  if (status == BLT_OK) status = blt_scan_init(&scan, ctx, stage->view, stage->where, err);
  scan.timed = profile != NULL;
  if (status == BLT_OK) status = run_stage(&scan, stage, &table, profile, err);
  if (status == BLT_OK && profile) {
    fill_profile(&scan, stage, table, profile);
    profile->seconds_total = blt_seconds() - started;
  }
  blt_scan_free(&scan);
  if (status == BLT_OK) *out = table;
  return status;
}

blt_status blt_stage_explain(blt_ctx *ctx, const blt_stage *stage, blt_profile *profile, blt_error *err) {
  blt_scan scan = {0};
  memset(profile, 0, sizeof *profile);
  blt_status status = check(stage, err);
  if (status == BLT_OK) status = blt_scan_init(&scan, ctx, stage->view, stage->where, err);
  if (status == BLT_OK && stage->grouped) {
    group_run run = {.scan = &scan};
    status = prepare(&run, stage, err);
    if (status == BLT_OK) describe(&run.grouping, profile);
    release(&run);
  } else if (status == BLT_OK) {
    snprintf(profile->strategy, sizeof profile->strategy, "%s", blt_rows_strategy(stage));
  }
  if (status == BLT_OK) {
    profile->rows_scanned = stage->view->rows;
    profile->bytes_read = bytes_of(ctx, stage);
  }
  blt_scan_free(&scan);
  return status;
}
