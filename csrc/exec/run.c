#include "run.h"

#include "base/clock.h"
#include "base/mem.h"
#include "exec/join/join.h"
#include "exec/relation/collect.h"
#include "exec/relation/matched.h"
#include "exec/relation/narrow.h"
#include "exec/relation/stacked.h"
#include "exec/window/window.h"
#include "run_group.h"
#include "run_rows.h"
#include "scan/scan.h"
#include <stdio.h>

char *blt_run_strategy(const blt_run *run, const blt_plan *plan) {
  return run->profiles ? run->profiles[plan->number].strategy : NULL;
}

void blt_run_say(const blt_run *run, const blt_plan *plan, const char *way) {
  char *strategy = blt_run_strategy(run, plan);
  if (strategy) snprintf(strategy, sizeof run->profiles->strategy, "%s", way);
}

/* ---- operators that need no more than a relation ---- */

static blt_status scan(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  uint32_t source = plan->u.scan.source;
  const uint32_t *columns = plan->u.scan.columns;
  blt_view *view;
  if (source >= run->nsources)
    return blt_fail(err, BLT_EINVAL, "the plan reads source %u of %u", source + 1, run->nsources);
  blt_origin *origin = blt_table_origin(run->sources[source]);
  if (origin) return origin->view(origin, run->sources[source], columns, plan->ncolumns, out, err);
  blt_status status = blt_table_view_of(run->sources[source], columns, plan->ncolumns, &view, err);
  return status == BLT_OK ? blt_narrow(view, columns, plan->ncolumns, out, err) : status;
}

/* The answer of a shared group, by the number that its nodes have. */
typedef struct blt_shared blt_shared;
struct blt_shared {
  uint32_t number;
  blt_table *answer;
  blt_shared *next;
};

static blt_status share(blt_run *run, uint32_t number, blt_table *answer, blt_error *err) {
  blt_shared *s = blt_alloc(run->ctx, sizeof *s);
  if (!s) return blt_fail_memory(err, sizeof *s);
  *s = (blt_shared){number, blt_table_retain(answer), run->shared};
  run->shared = s;
  return BLT_OK;
}

static void shared_free(blt_run *run) {
  for (blt_shared *s = run->shared, *next; s; s = next) {
    next = s->next;
    blt_table_release(s->answer);
    blt_free(run->ctx, s, sizeof *s);
  }
}

/* The table of the groups; a shared one is computed where it is first asked for. */
static blt_status groups(blt_run *run, const blt_plan *plan, blt_table **out, blt_error *err) {
  uint32_t number = plan->u.group.shared;
  for (const blt_shared *s = number ? run->shared : NULL; s; s = s->next) {
    if (s->number != number) continue;
    *out = blt_table_retain(s->answer);
    blt_run_say(run, plan, "the answer that is there already");
    return BLT_OK;
  }
  blt_status status = blt_run_group(run, plan, out, err);
  if (status != BLT_OK || !number) return status;
  status = share(run, number, *out, err);
  if (status != BLT_OK) blt_table_release(*out);
  return status;
}

static blt_status group(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  blt_table *table;
  blt_status status = groups(run, plan, &table, err);
  if (status != BLT_OK) return status;
  status = blt_table_view(table, out, err); /* which holds the table */
  blt_table_release(table);
  return status;
}

static blt_status stack(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  blt_view *first, *second;
  blt_status status = blt_run_whole(run, plan->input, &first, err);
  if (status != BLT_OK) return status;
  status = blt_run_whole(run, plan->other, &second, err);
  if (status == BLT_OK) return blt_stacked_new(first, second, out, err);
  blt_view_release(first);
  return status;
}

/* ---- all operators ---- */

static blt_status relation(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  switch (plan->kind) {
  case BLT_PLAN_SCAN:
    return scan(run, plan, out, err);
  case BLT_PLAN_FILTER:
    return blt_run_filter(run, plan, out, err);
  case BLT_PLAN_PROJECT:
    return blt_run_project(run, plan, out, err);
  case BLT_PLAN_GROUP:
    return group(run, plan, out, err);
  case BLT_PLAN_ORDER:
    return blt_run_order(run, plan, out, err);
  case BLT_PLAN_LIMIT:
    return blt_run_limit(run, plan, out, err);
  case BLT_PLAN_HEADS:
    return blt_run_heads(run, plan, out, err);
  case BLT_PLAN_SAMPLE:
    return blt_run_sample(run, plan, out, err);
  case BLT_PLAN_JOIN:
    return blt_run_join(run, plan, out, err);
  case BLT_PLAN_WINDOW:
    return blt_run_window(run, plan, out, err);
  case BLT_PLAN_UNION:
    return stack(run, plan, out, err);
  default:
    return blt_fail(err, BLT_EINVAL, "a plan with an operator %d that nobody knows", (int)plan->kind);
  }
}

/* Time and memory of everything that ran since, which the inputs have a share in. */
typedef struct mark {
  double seconds;
  size_t memory;
} mark;

static void note(const blt_run *run, const blt_plan *plan, mark before, uint64_t rows) {
  blt_node_profile *p = &run->profiles[plan->number];
  size_t held = blt_ctx_memory_used(run->ctx);
  p->ran = true;
  p->rows = rows;
  p->seconds = blt_seconds() - before.seconds;
  p->memory = held > before.memory ? held - before.memory : 0;
}

blt_status blt_run_relation(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  if (!run->profiles) return relation(run, plan, out, err);
  mark before = {blt_seconds(), blt_ctx_memory_used(run->ctx)};
  blt_status status = relation(run, plan, out, err);
  if (status == BLT_OK) note(run, plan, before, (*out)->live_rows);
  return status;
}

blt_status blt_run_whole(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  blt_view *view;
  blt_status status = blt_run_relation(run, plan, &view, err);
  if (status != BLT_OK) return status;
  if (blt_matched_is(view)) return blt_matched_dense(view, out, err);
  if (view->live) {
    blt_view_release(view);
    return blt_run_filter(run, &(blt_plan){.kind = BLT_PLAN_FILTER, .number = plan->number, .input = plan},
                          out, err);
  }
  *out = view;
  return BLT_OK;
}

/* ---- the answer ---- */

static blt_status collect(blt_run *run, const blt_plan *plan, blt_table **out, blt_error *err) {
  blt_view *view;
  blt_status status = blt_run_whole(run, plan, &view, err);
  if (status != BLT_OK) return status;
  const char **names = blt_calloc(run->ctx, plan->ncolumns + 1, sizeof *names);
  if (!names) status = blt_fail_memory(err, plan->ncolumns * sizeof *names);
  for (uint32_t i = 0; names && i < plan->ncolumns; i++) names[i] = plan->columns[i].name;
  if (status == BLT_OK) status = blt_collect(view, plan->ncolumns, names, out, err);
  blt_free(run->ctx, names, (plan->ncolumns + 1) * sizeof *names);
  blt_view_release(view);
  return status;
}

/* What scans read of files is known when all who read are done. */
static void tell_scans(const blt_run *run, const blt_plan *plan) {
  if (plan->kind != BLT_PLAN_SCAN) {
    tell_scans(run, plan->input);
    if (plan->other) tell_scans(run, plan->other);
    return;
  }
  blt_origin *origin = blt_table_origin(run->sources[plan->u.scan.source]);
  if (origin) origin->tell(origin, blt_run_strategy(run, plan), sizeof run->profiles->strategy);
}

/* What was read before is nobody's. */
static void forget_told(const blt_run *run) {
  char nothing[sizeof run->profiles->strategy];
  for (uint32_t i = 0; i < run->nsources; i++) {
    blt_origin *origin = blt_table_origin(run->sources[i]);
    if (origin) origin->tell(origin, nothing, sizeof nothing);
  }
}

blt_status blt_plan_run(blt_ctx *ctx, const blt_plan *plan, blt_table *const *sources, uint32_t nsources,
                        blt_table **out, blt_node_profile *profiles, blt_error *err) {
  blt_run run = {.ctx = ctx, .sources = sources, .nsources = nsources, .profiles = profiles};
  mark before = {blt_seconds(), blt_ctx_memory_used(ctx)};
  err->position = -1;
  if (profiles) forget_told(&run);
  blt_status status =
      plan->kind == BLT_PLAN_GROUP ? blt_run_group(&run, plan, out, err) : collect(&run, plan, out, err);
  if (status == BLT_OK && profiles) note(&run, plan, before, blt_table_rows(*out));
  if (status == BLT_OK && profiles) tell_scans(&run, plan);
  shared_free(&run);
  return status;
}
