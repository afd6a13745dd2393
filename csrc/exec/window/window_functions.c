#include "window_functions.h"

#include "base/mem.h"
#include "window_inside.h"
#include <string.h>

/* ---- arguments ---- */

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

static blt_status read_arguments(blt_window_item *item, const blt_window_function *f,
                                 const blt_plan_aggregate *a, blt_error *err) {
  blt_passed *in = item->parts->in;
  const blt_term none = {0};
  item->k = 1;
  if (f->kind == BLT_WINDOW_NTILE) return constant(in, &a->args[0], 1, a->kind, &item->k, err);
  blt_status status = BLT_OK;
  if (a->nargs) status = blt_window_read(&item->x, item->parts, &a->args[0], &a->where, err);
  if (status == BLT_OK && a->nargs > 1)
    status = constant(in, &a->args[1], f->kind == BLT_WINDOW_NTH ? 1 : 0, a->kind, &item->k, err);
  if (status == BLT_OK && a->nargs > 2)
    status = blt_window_read(&item->otherwise, item->parts, &a->args[2], &none, err);
  if (status == BLT_OK && item->otherwise.dict && item->otherwise.dict != item->x.dict)
    status = blt_fail(err, BLT_EINVAL, "%s: for texts write coalesce(%s(…), otherwise)", a->kind, a->kind);
  if (status != BLT_OK || !item->x.dict) return status;
  return f->kind == BLT_WINDOW_MIN || f->kind == BLT_WINDOW_MAX
             ? blt_dict_ranks(item->x.dict, &item->ranks, err)
             : BLT_OK;
}

/* ---- one bucket ---- */

static bool looks_at_frames(const blt_window_item *item) {
  return item->kind >= BLT_WINDOW_FIRST;
}

/* Bytes a row: four lanes, and frames where they are looked at. */
static size_t row_bytes(const blt_window_item *item) {
  size_t lanes = 4 * (sizeof(uint64_t) + 1);
  return lanes + (looks_at_frames(item) ? sizeof(blt_window_sum) + 2 * sizeof(uint32_t) : 0);
}

/* Room for a bucket of n rows; what was there before is not needed. */
static blt_status grow(const blt_window_item *item, blt_window_work *w, uint32_t n, blt_error *err) {
  blt_ctx *ctx = item->out->ctx;
  if (n <= w->cap) return BLT_OK;
  blt_free(ctx, w->memory, w->cap * row_bytes(item));
  *w = (blt_window_work){0};
  size_t cap = ((size_t)n + n / 4 + 7) / 8 * 8;
  w->memory = blt_alloc(ctx, cap * row_bytes(item));
  if (!w->memory) return blt_fail_memory(err, cap * row_bytes(item));
  w->cap = cap;
  blt_window_lane *lanes[] = {&w->x, &w->otherwise, &w->range, &w->out};
  char *at = w->memory;
  for (int i = 0; i < 4; i++, at += cap * sizeof(uint64_t)) lanes[i]->words = (uint64_t *)(void *)at;
  if (looks_at_frames(item)) {
    w->sums = (blt_window_sum *)(void *)at;
    w->low = (uint32_t *)(w->sums + cap);
    w->high = w->low + cap;
    at = (char *)(w->high + cap);
  }
  for (int i = 0; i < 4; i++, at += cap) lanes[i]->valid = (uint8_t *)at;
  return BLT_OK;
}

/* Values of a bucket in its order. */
static blt_window_lane order(const blt_window_values *v, const uint32_t *sorted, uint32_t from, uint32_t n,
                             blt_window_lane to) {
  if (!v->words) return (blt_window_lane){0};
  const uint64_t *words = v->words + from;
  const uint8_t *valid = v->valid + from;
  for (uint32_t i = 0; i < n; i++) to.words[i] = words[sorted[i]];
  for (uint32_t i = 0; i < n; i++) to.valid[i] = valid[sorted[i]];
  return to;
}

static void put_back(const blt_window_lane *out, const uint32_t *sorted, uint32_t from, uint32_t n,
                     const blt_window_values *v) {
  for (uint32_t i = 0; i < n; i++) v->words[from + sorted[i]] = out->words[i];
  for (uint32_t i = 0; i < n; i++) v->valid[from + sorted[i]] = out->valid[i];
}

static blt_window_lane behind(blt_window_lane lane, uint32_t n) {
  return lane.words ? (blt_window_lane){lane.words + n, lane.valid + n} : lane;
}

static blt_status compute_part(const blt_window_item *item, const blt_window_part *p, blt_error *err) {
  if (looks_at_frames(item)) blt_window_bounds(item, p);
  if (item->kind >= BLT_WINDOW_COUNT) return blt_window_frame(item, p, err);
  blt_window_place(item, p);
  return BLT_OK;
}

static blt_status compute_bucket(void *arg, uint32_t from, uint32_t n, uint32_t worker, blt_error *err) {
  blt_window_item *item = arg;
  blt_window_work *w = &item->works[worker];
  const uint32_t *sorted = item->parts->sorted + from;
  const uint8_t *flags = item->parts->flags + from;
  blt_status status = grow(item, w, n, err);
  if (status != BLT_OK) return status;
  blt_window_lane x = order(&item->x, sorted, from, n, w->x),
                  otherwise = order(&item->otherwise, sorted, from, n, w->otherwise),
                  range = order(&item->range->values, sorted, from, n, w->range);
  memset(w->out.valid, 0, n);
  memset(w->out.words, 0, n * sizeof *w->out.words);
  for (uint32_t at = 0, end; at < n && status == BLT_OK; at = end) {
    end = blt_window_part_end(flags, at, n);
    blt_window_part p = {.n = end - at, .flags = flags + at, .x = behind(x, at), .out = behind(w->out, at)};
    p.otherwise = behind(otherwise, at);
    p.range = behind(range, at);
    p.low = w->low;
    p.high = w->high;
    p.sums = w->sums;
    status = compute_part(item, &p, err);
  }
  if (status == BLT_OK) put_back(&w->out, sorted, from, n, item->out);
  return status;
}

/* Room for the results: where there is an argument its own, for a bucket's values are read before its results
 * are written. */
static blt_status take_room(blt_window_item *item, blt_type type, blt_error *err) {
  const blt_window_parts *parts = item->parts;
  blt_window_values *x = &item->x;
  blt_dict *dict = type.id == BLT_STRING ? x->dict : NULL;
  if (!x->words) return blt_window_room(item->out, parts->ctx, type, dict, parts->in->view->rows, err);
  *item->out = *x;
  item->out->type = type;
  item->out->dict = dict ? blt_dict_retain(dict) : NULL;
  return BLT_OK;
}

static void item_free(blt_window_item *item, blt_ctx *ctx, uint32_t workers) {
  for (uint32_t i = 0; item->works && i < workers; i++)
    blt_free(ctx, item->works[i].memory, item->works[i].cap * row_bytes(item));
  blt_free(ctx, item->works, workers * sizeof *item->works);
  if (item->x.words == item->out->words) item->x.words = NULL, item->x.valid = NULL;
  blt_window_values_free(&item->x);
  blt_window_values_free(&item->otherwise);
}

/* ---- an item ---- */

static blt_type type_of_x(const blt_window_item *item) {
  return item->x.words ? item->x.type : (blt_type){.id = BLT_INT64};
}

static double scale_of(blt_type t) {
  double scale = 1;
  for (int i = 0; t.id == BLT_DECIMAL && i < t.scale; i++) scale *= 10;
  return scale;
}

blt_status blt_window_compute(const blt_window_parts *parts, const blt_plan_aggregate *a,
                              const blt_plan_frame *frame, const blt_window_range *range,
                              blt_window_values *out, blt_error *err) {
  blt_ctx *ctx = parts->ctx;
  uint32_t workers = parts->in->scan.workers;
  const blt_window_function *f = blt_window_find(a->kind);
  if (!f) return blt_fail(err, BLT_EINVAL, "%s is not computed over a frame", a->kind);
  blt_window_item item = {.parts = parts, .kind = f->kind, .frame = *frame, .range = range, .out = out};
  if (f->cumulative) item.frame = (blt_plan_frame){BLT_FRAME_ROWS, INT64_MAX, 0};
  blt_type type;
  blt_status status = read_arguments(&item, f, a, err);
  item.scale = scale_of(type_of_x(&item));
  blt_type args[3] = {type_of_x(&item), {.id = BLT_INT64}, type_of_x(&item)};
  if (f->kind == BLT_WINDOW_NTILE) args[0] = args[1];
  if (status == BLT_OK) status = blt_window_type(a->kind, a->nargs, args, &type, err);
  if (status == BLT_OK) status = take_room(&item, type, err);
  if (status == BLT_OK) {
    item.works = blt_calloc(ctx, workers, sizeof *item.works);
    if (!item.works) status = blt_fail_memory(err, workers * sizeof *item.works);
  }
  if (status == BLT_OK) status = blt_window_each(parts, compute_bucket, &item, err);
  item_free(&item, ctx, workers);
  return status;
}
