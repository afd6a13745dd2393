#include "window.h"

#include "base/mem.h"
#include "exec/join/join.h"
#include "exec/relation/added.h"
#include "exec/relation/selected.h"
#include "exec/run_group.h"
#include "window_functions.h"
#include <stdio.h>
#include <string.h>

/* The values as a column to add, or what there is of it when that failed. */
static blt_status encode(const blt_window_parts *parts, const blt_window_values *v, blt_added_column *out,
                         blt_error *err) {
  uint32_t ngroups = parts->in->view->ngroups;
  *out = (blt_added_column){.type = v->type, .dict = v->dict ? blt_dict_retain(v->dict) : NULL};
  out->blocks = blt_calloc(v->ctx, ngroups + 1, sizeof *out->blocks);
  if (!out->blocks) return blt_fail_memory(err, ngroups * sizeof *out->blocks);
  return blt_window_encode(v, parts, out->blocks, err);
}

/* ---- what depends on the order ---- */

typedef struct ordered {
  const blt_plan *plan;
  blt_passed in;
  blt_window_parts parts;
  blt_window_range range;
  blt_added_column *columns;
  uint32_t n; /* of columns */
} ordered;

static bool is_ordered(const blt_plan *plan, uint32_t item) {
  return blt_window_is_ordered(plan->u.window.items[item].kind, &plan->u.window.frame);
}

static uint32_t count_ordered(const blt_plan *plan) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < plan->u.window.nitems; i++) n += is_ordered(plan, i);
  return n;
}

static blt_status read_range(ordered *o, blt_error *err) {
  const blt_term none = {0};
  if (o->plan->u.window.frame.unit != BLT_FRAME_RANGE) return BLT_OK;
  if (o->plan->u.window.norder != 1)
    return blt_fail(err, BLT_EINVAL, "a range needs exactly one column in order");
  o->range.descending = o->plan->u.window.order[0].descending;
  blt_status status =
      blt_window_read(&o->range.values, &o->parts, &o->plan->u.window.order[0].term, &none, err);
  if (status == BLT_OK && o->range.values.type.id == BLT_STRING)
    return blt_fail(err, BLT_ETYPE, "a range needs numbers or times in order, not texts");
  return status;
}

static blt_status compute_items(ordered *o, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < o->plan->u.window.nitems && status == BLT_OK; i++) {
    if (!is_ordered(o->plan, i)) continue;
    blt_window_values v = {0};
    status = blt_window_compute(&o->parts, &o->plan->u.window.items[i], &o->plan->u.window.frame, &o->range,
                                &v, err);
    if (status == BLT_OK) status = encode(&o->parts, &v, &o->columns[o->n++], err);
    blt_window_values_free(&v);
  }
  return status;
}

static void ordered_free(ordered *o, blt_ctx *ctx, uint32_t ngroups, uint32_t room) {
  blt_window_values_free(&o->range.values);
  blt_window_parts_free(&o->parts);
  blt_passed_close(&o->in);
  for (uint32_t i = 0; i < o->n; i++) {
    for (uint32_t g = 0; o->columns[i].blocks && g < ngroups; g++) blt_block_release(o->columns[i].blocks[g]);
    blt_free(ctx, o->columns[i].blocks, (ngroups + 1) * sizeof *o->columns[i].blocks);
    blt_dict_release(o->columns[i].dict);
  }
  blt_free(ctx, o->columns, (room + 1) * sizeof *o->columns);
}

/* Columns of `input`, which is taken, and the ordered items in their order. */
static blt_status add_ordered(blt_run *run, const blt_plan *plan, blt_view *input, blt_view **out,
                              blt_error *err) {
  ordered o = {.plan = plan};
  uint32_t room = count_ordered(plan), ngroups = input->ngroups;
  blt_status status = blt_passed_view(&o.in, run, input, err);
  o.columns = blt_calloc(run->ctx, room + 1, sizeof *o.columns);
  if (status == BLT_OK && !o.columns) status = blt_fail_memory(err, room * sizeof *o.columns);
  if (status == BLT_OK) status = blt_window_parts_init(&o.parts, &o.in, plan, err);
  if (status == BLT_OK) status = read_range(&o, err);
  if (status == BLT_OK) status = compute_items(&o, err);
  if (status == BLT_OK) status = blt_added_new(blt_passed_take(&o.in), o.columns, o.n, out, err);
  ordered_free(&o, run->ctx, ngroups, room);
  return status;
}

/* ---- aggregates of whole partitions ---- */

/* A group of the same keys, and the join that brings its answer back. */
typedef struct whole {
  blt_plan group, join;
  blt_plan_item *keys;
  blt_plan_aggregate *aggregates;
  blt_term *columns; /* of the group's answer: its keys */
  blt_node *nodes;
  uint32_t nkeys, naggregates;
} whole;

static void whole_free(whole *w, blt_ctx *ctx, uint32_t nitems) {
  blt_free(ctx, w->keys, (w->nkeys + 1) * sizeof *w->keys);
  blt_free(ctx, w->columns, (w->nkeys + 1) * sizeof *w->columns);
  blt_free(ctx, w->nodes, (w->nkeys + 1) * sizeof *w->nodes);
  blt_free(ctx, w->aggregates, (nitems + 1) * sizeof *w->aggregates);
}

static char *fresh_name(char names[][16], uint32_t i) {
  snprintf(names[i], sizeof names[i], "#%u", i);
  return names[i];
}

static blt_status whole_init(whole *w, blt_ctx *ctx, const blt_plan *plan, char names[][16], blt_error *err) {
  uint32_t nkeys = plan->u.window.nkeys, nitems = plan->u.window.nitems;
  *w = (whole){.nkeys = nkeys};
  w->keys = blt_calloc(ctx, nkeys + 1, sizeof *w->keys);
  w->columns = blt_calloc(ctx, nkeys + 1, sizeof *w->columns);
  w->nodes = blt_calloc(ctx, nkeys + 1, sizeof *w->nodes);
  w->aggregates = blt_calloc(ctx, nitems + 1, sizeof *w->aggregates);
  if (!w->keys || !w->columns || !w->nodes || !w->aggregates)
    return blt_fail_memory(err, (nitems + 1) * sizeof *w->aggregates);
  for (uint32_t i = 0; i < nkeys; i++) {
    w->keys[i] = (blt_plan_item){fresh_name(names, i), plan->u.window.keys[i]};
    w->nodes[i] = (blt_node){.kind = BLT_NODE_COLUMN, .column = i};
    w->columns[i] = (blt_term){.nodes = &w->nodes[i], .n = 1};
  }
  for (uint32_t i = 0; i < nitems; i++) {
    if (is_ordered(plan, i)) continue;
    w->aggregates[w->naggregates] = plan->u.window.items[i];
    w->aggregates[w->naggregates++].name = fresh_name(names, nkeys + i);
  }
  w->group = (blt_plan){.kind = BLT_PLAN_GROUP, .number = plan->number, .ncolumns = nkeys + w->naggregates};
  w->group.u.group.nkeys = nkeys;
  w->group.u.group.keys = w->keys;
  w->group.u.group.naggregates = w->naggregates;
  w->group.u.group.aggregates = w->aggregates;
  w->join = (blt_plan){.kind = BLT_PLAN_JOIN, .number = plan->number};
  w->join.u.join = (blt_plan_join){.kind = BLT_JOIN_LEFT,
                                   .nkeys = nkeys,
                                   .left = plan->u.window.keys,
                                   .right = w->columns,
                                   .null_equal = true};
  return BLT_OK;
}

static blt_status join_groups(blt_run *run, const whole *w, blt_view *input, blt_view **out, blt_error *err) {
  blt_passed in;
  blt_table *groups = NULL;
  blt_view *view = NULL;
  blt_status status = blt_passed_view(&in, run, blt_view_retain(input), err);
  if (status == BLT_OK) status = blt_group_passed(&in, &w->group, &groups, err);
  blt_passed_close(&in);
  if (status == BLT_OK) status = blt_table_view(groups, &view, err);
  blt_table_release(groups);
  if (status == BLT_OK) return blt_join_views(run, &w->join, input, view, out, err);
  blt_view_release(input);
  return status;
}

/* Columns of `input`, which is taken, then the keys of the groups and the items that are no ordered ones. */
static blt_status add_whole(blt_run *run, const blt_plan *plan, blt_view *input, blt_view **out,
                            blt_error *err) {
  uint32_t n = plan->u.window.nkeys + plan->u.window.nitems;
  char(*names)[16] = blt_calloc(run->ctx, n + 1, sizeof *names);
  whole w = {0};
  blt_status status =
      names ? whole_init(&w, run->ctx, plan, names, err) : blt_fail_memory(err, n * sizeof *names);
  if (status == BLT_OK)
    status = join_groups(run, &w, input, out, err);
  else
    blt_view_release(input);
  whole_free(&w, run->ctx, plan->u.window.nitems);
  blt_free(run->ctx, names, (n + 1) * sizeof *names);
  return status;
}

/* ---- both ---- */

/* Columns `columns` of a relation, which is taken. */
static blt_status pick(blt_view *view, const uint32_t *columns, uint32_t n, blt_view **out, blt_error *err) {
  blt_expr **exprs = blt_calloc(view->ctx, n + 1, sizeof *exprs);
  blt_status status = exprs ? BLT_OK : blt_fail_memory(err, n * sizeof *exprs);
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    blt_node node = {.kind = BLT_NODE_COLUMN, .column = columns[i]};
    status = blt_expr_compile(view->ctx, view, &node, 1, &exprs[i], err);
  }
  if (status == BLT_OK) return blt_selected_new(view, exprs, n, NULL, view->rows, 0, out, err);
  blt_selected_drop(view->ctx, exprs, n);
  blt_view_release(view);
  return status;
}

/* Where the columns of the answer stand: those of the input, then whole and ordered items in their order. */
static blt_status arrange(const blt_plan *plan, uint32_t ninput, blt_view *view, blt_view **out,
                          blt_error *err) {
  uint32_t nitems = plan->u.window.nitems, n = ninput + nitems, nordered = count_ordered(plan);
  uint32_t whole = ninput + (nordered < nitems ? plan->u.window.nkeys : 0);
  uint32_t ordered = whole + nitems - nordered;
  uint32_t *columns = blt_alloc(view->ctx, (n + 1) * sizeof *columns);
  if (!columns) {
    blt_view_release(view);
    return blt_fail_memory(err, n * sizeof *columns);
  }
  blt_ctx *ctx = view->ctx;
  for (uint32_t i = 0; i < ninput; i++) columns[i] = i;
  for (uint32_t i = 0; i < nitems; i++) columns[ninput + i] = is_ordered(plan, i) ? ordered++ : whole++;
  blt_status status = pick(view, columns, n, out, err);
  blt_free(ctx, columns, (n + 1) * sizeof *columns);
  return status;
}

blt_status blt_run_window(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  blt_view *view;
  blt_status status = blt_run_whole(run, plan->input, &view, err);
  if (status != BLT_OK) return status;
  uint32_t ninput = view->ncols, nordered = count_ordered(plan);
  if (nordered < plan->u.window.nitems) status = add_whole(run, plan, view, &view, err);
  if (status == BLT_OK && nordered) status = add_ordered(run, plan, view, &view, err);
  return status == BLT_OK ? arrange(plan, ninput, view, out, err) : status;
}
