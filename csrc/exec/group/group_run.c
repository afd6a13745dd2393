#include "group_run.h"

#include "group_answer.h"
#include <stdio.h>

typedef struct group_run {
  blt_inputs inputs;
  blt_agg_plan plan;
  blt_grouping grouping;
} group_run;

static blt_status prepare(group_run *run, blt_scan *scan, const blt_group_terms *terms, blt_error *err) {
  blt_inputs_init(&run->inputs, scan);
  blt_status status = blt_agg_plan_init(&run->plan, &run->inputs, terms->aggregates, terms->naggregates,
                                        terms->nkeys == 0, err);
  if (status != BLT_OK) return status;
  err->position = -1;
  return blt_grouping_init(&run->grouping, scan, &run->inputs, &run->plan, terms->keys, terms->nkeys, err);
}

static void release(group_run *run) {
  blt_grouping_free(&run->grouping);
  blt_agg_plan_free(&run->plan);
  blt_inputs_free(&run->inputs);
}

/* How the keys find their group. */
static int describe_keys(const blt_grouping *g, char *out, size_t room) {
  const char *plural = g->nwords == 1 ? "" : "s";
  if (g->nkeys == 0) return snprintf(out, room, "one group");
  if (g->direct) return snprintf(out, room, "direct index of %llu places", (unsigned long long)g->domain);
  if (!g->domain) return snprintf(out, room, "radix partitions, keys in %u word%s", g->nwords, plural);
  return snprintf(out, room, "radix partitions, keys of %llu values in %u word%s",
                  (unsigned long long)g->domain, g->nwords, plural);
}

static void describe(const blt_grouping *g, char *out) {
  size_t room = BLT_GROUP_STRATEGY;
  int n = describe_keys(g, out, room);
  if (n > 0 && (size_t)n < room && g->agg->nparts)
    n += snprintf(out + n, room - (size_t)n, "; records of %zu word%s", g->agg->nslots,
                  g->agg->nslots == 1 ? "" : "s");
  if (n > 0 && (size_t)n < room && g->agg->nsegments)
    snprintf(out + n, room - (size_t)n, "; values of %zu aggregate%s %s", g->agg->nsegments,
             g->agg->nsegments == 1 ? "" : "s", g->segment_way ? g->segment_way : "gathered by group");
}

blt_status blt_group_run(blt_scan *scan, const blt_group_terms *terms, blt_table **out, char *strategy,
                         blt_error *err) {
  group_run run = {0};
  blt_grouping *g = &run.grouping;
  blt_status status = prepare(&run, scan, terms, err);
  if (status == BLT_OK) status = g->direct ? blt_group_direct(g, err) : blt_group_radix(g, err);
  if (status == BLT_OK) status = blt_group_order(g, err);
  if (status == BLT_OK && strategy) describe(g, strategy);
  if (status == BLT_OK) status = blt_group_answer(g, terms->keys, terms->aggregates, out, err);
  release(&run);
  return status;
}
