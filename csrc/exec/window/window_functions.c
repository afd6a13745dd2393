#include "window_functions.h"

#include "base/mem.h"
#include "window_inside.h"
#include <string.h>

/* ---- computing ---- */

static blt_status constant(blt_passed *in, const blt_term *term, int64_t least, const char *kind,
                           int64_t *out, blt_error *err) {
  blt_expr *e;
  blt_value v;
  blt_status status = blt_passed_expr(in, term, &e, err);
  if (status != BLT_OK) return status;
  bool known = blt_expr_constant(e, &v) && !v.null && v.type.id == BLT_INT64;
  blt_expr_free(e);
  if (!known || v.u.i < least)
    return blt_fail(err, BLT_EINVAL, "%s: a constant whole number from %lld on expected", kind,
                    (long long)least);
  *out = v.u.i;
  return BLT_OK;
}

static blt_status read_arguments(blt_window_item *item, const blt_window_function *f, blt_passed *in,
                                 const blt_plan_aggregate *a, blt_error *err) {
  const blt_term none = {0};
  item->k = 1;
  if (f->kind == BLT_WINDOW_NTILE) return constant(in, &a->args[0], 1, a->kind, &item->k, err);
  blt_status status = BLT_OK;
  if (a->nargs) status = blt_window_read(&item->x, in, &a->args[0], &a->where, err);
  if (status == BLT_OK && a->nargs > 1)
    status = constant(in, &a->args[1], f->kind == BLT_WINDOW_NTH ? 1 : 0, a->kind, &item->k, err);
  if (status == BLT_OK && a->nargs > 2)
    status = blt_window_read(&item->otherwise, in, &a->args[2], &none, err);
  if (status == BLT_OK && item->otherwise.dict && item->otherwise.dict != item->x.dict)
    status = blt_fail(err, BLT_EINVAL, "%s: for texts write coalesce(%s(…), otherwise)", a->kind, a->kind);
  if (status != BLT_OK || !item->x.dict) return status;
  return f->kind == BLT_WINDOW_MIN || f->kind == BLT_WINDOW_MAX
             ? blt_dict_ranks(item->x.dict, &item->ranks, err)
             : BLT_OK;
}

/* Room for a partition of n rows; what was there before is not needed. */
static blt_status grow(const blt_window_item *item, blt_window_work *w, uint32_t n, blt_error *err) {
  blt_ctx *ctx = item->out->ctx;
  if (n <= w->cap) return BLT_OK;
  blt_free(ctx, w->sums, w->cap * BLT_WINDOW_ROOM);
  *w = (blt_window_work){0};
  size_t cap = (size_t)n + n / 4;
  w->sums = blt_alloc(ctx, cap * BLT_WINDOW_ROOM);
  if (!w->sums) return blt_fail_memory(err, cap * BLT_WINDOW_ROOM);
  w->cap = cap;
  w->low = (uint32_t *)(w->sums + cap);
  w->high = w->low + cap;
  return BLT_OK;
}

static blt_status compute_part(void *arg, const uint32_t *rows, uint32_t n, uint32_t worker, blt_error *err) {
  blt_window_item *item = arg;
  blt_window_work *work = &item->works[worker];
  if (item->kind < BLT_WINDOW_FIRST) return blt_window_place(item, rows, n, work, err);
  blt_status status = grow(item, work, n, err);
  if (status != BLT_OK) return status;
  blt_window_bounds(item, rows, n, work);
  return item->kind < BLT_WINDOW_COUNT ? blt_window_place(item, rows, n, work, err)
                                       : blt_window_frame(item, rows, n, work, err);
}

static void item_free(blt_window_item *item, blt_ctx *ctx, uint32_t workers) {
  for (uint32_t i = 0; item->works && i < workers; i++)
    blt_free(ctx, item->works[i].sums, item->works[i].cap * BLT_WINDOW_ROOM);
  blt_free(ctx, item->works, workers * sizeof *item->works);
  blt_window_values_free(&item->x);
  blt_window_values_free(&item->otherwise);
}

static blt_type type_of_x(const blt_window_item *item) {
  return item->x.words ? item->x.type : (blt_type){.id = BLT_INT64};
}

static double scale_of(blt_type t) {
  double scale = 1;
  for (int i = 0; t.id == BLT_DECIMAL && i < t.scale; i++) scale *= 10;
  return scale;
}

blt_status blt_window_compute(const blt_window_parts *parts, blt_passed *in, const blt_plan_aggregate *a,
                              const blt_plan_frame *frame, const blt_window_range *range,
                              blt_window_values *out, blt_error *err) {
  blt_ctx *ctx = in->run->ctx;
  uint32_t workers = in->scan.workers;
  const blt_window_function *f = blt_window_find(a->kind);
  if (!f) return blt_fail(err, BLT_EINVAL, "%s is not computed over a frame", a->kind);
  blt_window_item item = {.parts = parts, .kind = f->kind, .frame = *frame, .range = range, .out = out};
  if (f->cumulative) item.frame = (blt_plan_frame){BLT_FRAME_ROWS, INT64_MAX, 0};
  blt_type type;
  blt_status status = read_arguments(&item, f, in, a, err);
  item.scale = scale_of(type_of_x(&item));
  blt_type args[3] = {type_of_x(&item), {.id = BLT_INT64}, type_of_x(&item)};
  if (f->kind == BLT_WINDOW_NTILE) args[0] = args[1];
  if (status == BLT_OK) status = blt_window_type(a->kind, a->nargs, args, &type, err);
  bool keeps = type.id == BLT_STRING;
  if (status == BLT_OK)
    status = blt_window_room(out, ctx, type, keeps ? item.x.dict : NULL, in->view->rows, err);
  if (status == BLT_OK) {
    item.works = blt_calloc(ctx, workers, sizeof *item.works);
    if (!item.works) status = blt_fail_memory(err, workers * sizeof *item.works);
  }
  if (status == BLT_OK) status = blt_window_each(parts, in, compute_part, &item, err);
  item_free(&item, ctx, workers);
  return status;
}
