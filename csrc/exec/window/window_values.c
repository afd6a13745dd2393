#include "window_values.h"

#include "base/mem.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS

/* ---- values ---- */

typedef struct reading {
  blt_window_values *v;
  blt_passed *in;
  blt_inputs inputs;
  uint32_t input;
  blt_expr *where;
} reading;

static void put(blt_window_values *v, const blt_vec *x, const blt_slice *slice) {
  uint64_t room[ROWS];
  if (x->all_null) return;
  if (v->type.id == BLT_FLOAT64)
    blt_vec_doubles(x, (double *)room);
  else
    blt_vec_offsets(x, 0, room);
  for (uint32_t i = 0; i < slice->n; i++) {
    uint32_t row = blt_slice_row(slice, i);
    v->words[row] = room[i];
    v->valid[row] = !blt_vec_is_null(x, i);
  }
}

static blt_status mask(const reading *r, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  blt_vec x;
  uint8_t room[ROWS];
  blt_status status = blt_expr_eval(ev, r->where, slice->group, slice->start, slice->sel, slice->n, &x, err);
  if (status != BLT_OK) return status;
  const uint8_t *is = x.all_null ? NULL : blt_vec_bool(&x, room);
  bool constant = x.form == BLT_VEC_CONST;
  for (uint32_t i = 0; i < slice->n; i++)
    if (!is || blt_vec_is_null(&x, i) || !(constant ? x.base != 0 : is[i] != 0))
      r->v->valid[blt_slice_row(slice, i)] = 0;
  return BLT_OK;
}

static blt_status read_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  reading *r = arg;
  uint32_t codes[ROWS];
  uint64_t valid[ROWS / 64];
  blt_vec x;
  blt_status status = blt_inputs_load(&r->inputs, r->input, ev, slice, codes, valid, &x, err);
  if (status != BLT_OK) return status;
  put(r->v, &x, slice);
  return r->where ? mask(r, ev, slice, err) : BLT_OK;
}

static blt_status read_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  reading *r = arg;
  return blt_scan_groups(&r->in->scan, worker, task, task + 1, read_slice, r, err);
}

blt_status blt_window_room(blt_window_values *v, blt_ctx *ctx, blt_type type, blt_dict *dict, uint64_t rows,
                           blt_error *err) {
  *v = (blt_window_values){.ctx = ctx, .type = type, .rows = rows};
  v->dict = dict ? blt_dict_retain(dict) : NULL;
  v->words = blt_alloc(ctx, (rows + 1) * sizeof *v->words);
  v->valid = blt_calloc(ctx, rows + 1, 1);
  return v->words && v->valid ? BLT_OK : blt_fail_memory(err, (rows + 1) * sizeof *v->words);
}

void blt_window_values_free(blt_window_values *v) {
  if (!v->ctx) return;
  blt_free(v->ctx, v->words, (v->rows + 1) * sizeof *v->words);
  blt_free(v->ctx, v->valid, v->rows + 1);
  blt_dict_release(v->dict);
  *v = (blt_window_values){0};
}

blt_status blt_window_read(blt_window_values *v, blt_passed *in, const blt_term *term, const blt_term *where,
                           blt_error *err) {
  blt_expr *e = NULL;
  reading r = {.v = v, .in = in};
  blt_inputs_init(&r.inputs, &in->scan);
  blt_status status = blt_passed_expr(in, term, &e, err);
  if (status == BLT_OK && where->n) status = blt_passed_expr(in, where, &r.where, err);
  if (status == BLT_OK) status = blt_inputs_add(&r.inputs, e, &r.input, err);
  if (status == BLT_OK)
    status =
        blt_window_room(v, in->run->ctx, blt_expr_type(e), r.inputs.items[r.input].dict, in->view->rows, err);
  if (status == BLT_OK)
    status = blt_scan_run(&in->scan, in->view->rows, in->view->ngroups, read_group, &r, err);
  blt_inputs_free(&r.inputs);
  blt_expr_free(r.where);
  blt_expr_free(e);
  return status;
}

/* ---- order ---- */

typedef struct ordering {
  blt_window_order *o;
  blt_passed *in;
  blt_sort_words words;
} ordering;

static blt_status order_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  ordering *r = arg;
  uint32_t n = r->o->nwords;
  uint64_t *room = blt_alloc(r->o->ctx, (size_t)n * ROWS * sizeof *room);
  uint64_t **to = blt_alloc(r->o->ctx, n * sizeof *to);
  blt_status status = room && to ? BLT_OK : blt_fail_memory(err, (size_t)n * ROWS * sizeof *room);
  for (uint32_t w = 0; w < n && status == BLT_OK; w++) to[w] = room + (size_t)w * ROWS;
  if (status == BLT_OK) status = blt_sort_words_load(&r->words, ev, slice, to, err);
  for (uint32_t i = 0; i < slice->n && status == BLT_OK; i++)
    for (uint32_t w = 0; w < n; w++)
      r->o->words[(size_t)blt_slice_row(slice, i) * n + w] = room[(size_t)w * ROWS + i];
  blt_free(r->o->ctx, room, (size_t)n * ROWS * sizeof *room);
  blt_free(r->o->ctx, to, n * sizeof *to);
  return status;
}

static blt_status order_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  ordering *r = arg;
  return blt_scan_groups(&r->in->scan, worker, task, task + 1, order_slice, r, err);
}

static blt_status read_order(ordering *r, const blt_sort_key *keys, uint32_t n, blt_error *err) {
  blt_window_order *o = r->o;
  blt_status status = blt_sort_words_init(&r->words, &r->in->scan, keys, n, 0, err);
  if (status == BLT_OK) {
    o->nwords = r->words.nwords;
    o->words = blt_alloc(o->ctx, (o->rows * o->nwords + 1) * sizeof *o->words);
    if (!o->words) status = blt_fail_memory(err, o->rows * o->nwords * sizeof *o->words);
  }
  if (status == BLT_OK && o->nwords)
    status = blt_scan_run(&r->in->scan, o->rows, r->in->view->ngroups, order_group, r, err);
  blt_sort_words_free(&r->words);
  return status;
}

blt_status blt_window_order_init(blt_window_order *o, blt_passed *in, const blt_plan_order *keys, uint32_t n,
                                 blt_error *err) {
  blt_ctx *ctx = in->run->ctx;
  *o = (blt_window_order){.ctx = ctx, .rows = in->view->rows};
  blt_expr **exprs = blt_calloc(ctx, n + 1, sizeof *exprs);
  blt_sort_key *sort = blt_calloc(ctx, n + 1, sizeof *sort);
  blt_status status = exprs && sort ? BLT_OK : blt_fail_memory(err, n * sizeof *sort);
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    status = blt_passed_expr(in, &keys[i].term, &exprs[i], err);
    sort[i] = (blt_sort_key){exprs[i], keys[i].descending, keys[i].nulls_first};
  }
  ordering r = {.o = o, .in = in};
  if (status == BLT_OK) status = read_order(&r, sort, n, err);
  for (uint32_t i = 0; exprs && i < n; i++) blt_expr_free(exprs[i]);
  blt_free(ctx, exprs, (n + 1) * sizeof *exprs);
  blt_free(ctx, sort, (n + 1) * sizeof *sort);
  return status;
}

void blt_window_order_free(blt_window_order *o) {
  if (!o->ctx) return;
  blt_free(o->ctx, o->words, (o->rows * o->nwords + 1) * sizeof *o->words);
  *o = (blt_window_order){0};
}
