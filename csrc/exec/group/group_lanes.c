#include "group_lanes.h"

#include "base/mem.h"

#define LANES_MOST 32u  /* lanes are shared out among threads: more of them, more evenly … */
#define LANES_FEWEST 8u /* … but what is kept of each group by lane is expensive to have many times over */
#define LANE_GROUPS ((uint64_t)1 << 19)

blt_status blt_group_lanes_init(blt_group_lanes *l, blt_grouping *g, blt_error *err) {
  uint64_t lanes = LANE_GROUPS / (g->domain ? g->domain : 1), blocks = g->scan->view->ngroups;
  if (lanes > LANES_MOST) lanes = LANES_MOST;
  if (lanes < LANES_FEWEST) lanes = LANES_FEWEST;
  l->g = g;
  l->n = blocks == 0 ? 1 : (uint32_t)(blocks < lanes ? blocks : lanes);
  l->works = blt_calloc(g->scan->ctx, g->scan->workers, sizeof *l->works);
  return l->works ? BLT_OK : blt_fail_memory(err, g->scan->workers * sizeof *l->works);
}

void blt_group_lanes_free(blt_group_lanes *l) {
  if (!l->works) return;
  for (uint32_t i = 0; i < l->g->scan->workers; i++) blt_agg_work_free(l->works[i]);
  blt_free(l->g->scan->ctx, l->works, l->g->scan->workers * sizeof *l->works);
}

typedef struct reader {
  const blt_grouping *g;
  blt_agg_work *work;
  uint32_t lane;
  blt_group_lane_fn fn;
  void *arg;
} reader;

static blt_status read_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  const reader *r = arg;
  blt_agg_work *w = r->work;
  blt_status status = blt_agg_load(w, ev, slice, err);
  if (status != BLT_OK) return status;
  blt_group_direct_ids(r->g, w->vecs, slice->n, w->gids);
  r->fn(r->arg, r->lane, w, slice->n);
  return BLT_OK;
}

blt_status blt_group_lane_read(blt_group_lanes *l, uint32_t lane, uint32_t worker, blt_group_lane_fn fn,
                               void *arg, blt_error *err) {
  blt_grouping *g = l->g;
  blt_status status = BLT_OK;
  if (!l->works[worker]) status = blt_agg_work_new(g->agg, &l->works[worker], err);
  if (status != BLT_OK) return status;
  reader r = {g, l->works[worker], lane, fn, arg};
  uint64_t blocks = g->scan->view->ngroups;
  return blt_scan_groups(g->scan, worker, (uint32_t)(blocks * lane / l->n),
                         (uint32_t)(blocks * (lane + 1) / l->n), read_slice, &r, err);
}

blt_status blt_group_list_counted(blt_grouping *g, blt_group_rows_fn rows_of, const void *arg,
                                  blt_error *err) {
  size_t s = 0;
  while (g->agg->segments[s].mask) s++;
  blt_status status = blt_group_direct_columns(g, err);
  if (status != BLT_OK) return status;
  rows_of(arg, s, g->columns[0]);
  return blt_group_direct_list(g, NULL, err);
}
