#include "run_group.h"

#include "base/mem.h"
#include "exec/group/group_run.h"
#include "plan/term.h"
#include <stdio.h>
#include <string.h>

/* The keys and aggregates of a plan over an opened input. */
typedef struct group_terms {
  blt_ctx *ctx;
  uint32_t nkeys, naggregates, nexprs, room;
  blt_group_term *keys;
  blt_aggregate *aggregates;
  blt_expr **exprs; /* all of them, to be freed */
  const blt_term **terms;
} group_terms;

static void terms_free(group_terms *t) {
  for (uint32_t i = 0; i < t->nexprs; i++) blt_expr_free(t->exprs[i]);
  blt_free(t->ctx, t->exprs, (t->room + 1) * sizeof *t->exprs);
  blt_free(t->ctx, t->terms, (t->room + 1) * sizeof *t->terms);
  blt_free(t->ctx, t->keys, (t->nkeys + 1) * sizeof *t->keys);
  blt_free(t->ctx, t->aggregates, (t->naggregates + 1) * sizeof *t->aggregates);
}

/* Terms that are the same are computed once. */
static blt_status compile(group_terms *t, const blt_passed *in, const blt_term *term, blt_expr **out,
                          blt_error *err) {
  for (uint32_t i = 0; i < t->nexprs; i++) {
    if (!blt_term_same(t->terms[i], term)) continue;
    *out = t->exprs[i];
    return BLT_OK;
  }
  blt_status status = blt_passed_expr(in, term, out, err);
  if (status != BLT_OK) return status;
  t->terms[t->nexprs] = term;
  t->exprs[t->nexprs++] = *out;
  return BLT_OK;
}

static blt_status compile_aggregate(group_terms *t, const blt_passed *in, const blt_plan_aggregate *from,
                                    blt_aggregate *to, blt_error *err) {
  blt_status status = BLT_OK;
  *to = (blt_aggregate){.name = from->name, .kind = from->kind, .nargs = from->nargs};
  for (uint32_t i = 0; i < from->nargs && status == BLT_OK; i++)
    status = compile(t, in, &from->args[i], &to->args[i], err);
  if (status == BLT_OK && from->where.n) status = compile(t, in, &from->where, &to->where, err);
  return status;
}

static blt_status terms_init(group_terms *t, const blt_passed *in, const blt_plan *plan, blt_error *err) {
  blt_ctx *ctx = in->run->ctx;
  *t = (group_terms){.ctx = ctx, .nkeys = plan->u.group.nkeys, .naggregates = plan->u.group.naggregates};
  t->room = t->nkeys + 5 * t->naggregates;
  t->exprs = blt_calloc(ctx, t->room + 1, sizeof *t->exprs);
  t->terms = blt_calloc(ctx, t->room + 1, sizeof *t->terms);
  t->keys = blt_calloc(ctx, t->nkeys + 1, sizeof *t->keys);
  t->aggregates = blt_calloc(ctx, t->naggregates + 1, sizeof *t->aggregates);
  if (!t->exprs || !t->terms || !t->keys || !t->aggregates)
    return blt_fail_memory(err, (t->room + 1) * sizeof *t->exprs);
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < t->nkeys && status == BLT_OK; i++) {
    t->keys[i].name = plan->u.group.keys[i].name;
    status = compile(t, in, &plan->u.group.keys[i].term, &t->keys[i].expr, err);
  }
  for (uint32_t i = 0; i < t->naggregates && status == BLT_OK; i++)
    status = compile_aggregate(t, in, &plan->u.group.aggregates[i], &t->aggregates[i], err);
  return status;
}

static void note_blocks(const blt_passed *in, const blt_plan *plan) {
  blt_node_profile *p = &in->run->profiles[plan->number];
  p->blocks_skipped = atomic_load(&in->scan.skipped_groups);
  p->blocks_read = in->view->ngroups - p->blocks_skipped;
}

blt_status blt_group_passed(blt_passed *in, const blt_plan *plan, blt_table **out, blt_error *err) {
  group_terms t = {0};
  blt_status status = terms_init(&t, in, plan, err);
  if (status == BLT_OK) {
    blt_group_terms terms = {t.nkeys, t.naggregates, t.keys, t.aggregates};
    status = blt_group_run(&in->scan, &terms, out, blt_run_strategy(in->run, plan), err);
  }
  if (status == BLT_OK && in->run->profiles) note_blocks(in, plan);
  if (t.ctx) terms_free(&t);
  return status;
}

blt_status blt_run_group(blt_run *run, const blt_plan *plan, blt_table **out, blt_error *err) {
  blt_passed in;
  blt_status status = blt_passed_open(&in, run, plan->input, err);
  if (status == BLT_OK) status = blt_group_passed(&in, plan, out, err);
  blt_passed_close(&in);
  return status;
}
