#include "window_values.h"

#include "base/bits.h"
#include "base/mem.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS

/* ---- reading ---- */

typedef struct reading {
  blt_window_values *v;
  const blt_window_parts *parts;
  blt_inputs inputs;
  uint32_t input;
  blt_expr *where;
  blt_dealer *dealers; /* of each worker */
} reading;

typedef struct group_reading {
  reading *r;
  blt_dealer *dealer;
} group_reading;

static void put(blt_window_values *v, const blt_vec *x, const uint32_t *places) {
  uint64_t room[ROWS];
  if (x->all_null)
    memset(room, 0, x->n * sizeof *room);
  else if (v->type.id == BLT_FLOAT64)
    blt_vec_doubles(x, (double *)room);
  else
    blt_vec_offsets(x, 0, room);
  for (uint32_t i = 0; i < x->n; i++) v->words[places[i]] = room[i];
  for (uint32_t i = 0; i < x->n; i++) v->valid[places[i]] = !blt_vec_is_null(x, i);
}

static blt_status mask(const reading *r, blt_eval *ev, const blt_slice *slice, const uint32_t *places,
                       blt_error *err) {
  blt_vec x;
  uint8_t room[ROWS];
  blt_status status = blt_expr_eval(ev, r->where, slice->group, slice->start, slice->sel, slice->n, &x, err);
  if (status != BLT_OK) return status;
  const uint8_t *is = x.all_null ? NULL : blt_vec_bool(&x, room);
  bool constant = x.form == BLT_VEC_CONST;
  for (uint32_t i = 0; i < slice->n; i++)
    if (!is || blt_vec_is_null(&x, i) || !(constant ? x.base != 0 : is[i] != 0)) r->v->valid[places[i]] = 0;
  return BLT_OK;
}

static blt_status read_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  group_reading *g = arg;
  reading *r = g->r;
  uint32_t codes[ROWS], places[ROWS];
  uint64_t valid[ROWS / 64];
  blt_vec x;
  blt_status status = blt_inputs_load(&r->inputs, r->input, ev, slice, codes, valid, &x, err);
  if (status != BLT_OK) return status;
  blt_dealer_places(g->dealer, slice->n, places);
  put(r->v, &x, places);
  return r->where ? mask(r, ev, slice, places, err) : BLT_OK;
}

static blt_status read_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  reading *r = arg;
  group_reading g = {r, &r->dealers[worker]};
  blt_dealer_begin(g.dealer, &r->parts->deal, task);
  return blt_scan_groups(&r->parts->in->scan, worker, task, task + 1, read_slice, &g, err);
}

blt_status blt_window_room(blt_window_values *v, blt_ctx *ctx, blt_type type, blt_dict *dict, uint64_t rows,
                           blt_error *err) {
  *v = (blt_window_values){.ctx = ctx, .type = type, .rows = rows};
  v->dict = dict ? blt_dict_retain(dict) : NULL;
  v->words = blt_alloc(ctx, (rows + 1) * sizeof *v->words);
  v->valid = blt_alloc(ctx, rows + 1);
  return v->words && v->valid ? BLT_OK : blt_fail_memory(err, (rows + 1) * sizeof *v->words);
}

void blt_window_values_free(blt_window_values *v) {
  if (!v->ctx) return;
  blt_free(v->ctx, v->words, (v->rows + 1) * sizeof *v->words);
  blt_free(v->ctx, v->valid, v->rows + 1);
  blt_dict_release(v->dict);
  *v = (blt_window_values){0};
}

blt_status blt_window_read(blt_window_values *v, const blt_window_parts *parts, const blt_term *term,
                           const blt_term *where, blt_error *err) {
  blt_expr *e = NULL;
  blt_passed *in = parts->in;
  uint32_t workers = in->scan.workers;
  reading r = {.v = v, .parts = parts};
  blt_inputs_init(&r.inputs, &in->scan);
  r.dealers = blt_alloc(parts->ctx, workers * sizeof *r.dealers);
  blt_status status = r.dealers ? BLT_OK : blt_fail_memory(err, workers * sizeof *r.dealers);
  if (status == BLT_OK) status = blt_passed_expr(in, term, &e, err);
  if (status == BLT_OK && where->n) status = blt_passed_expr(in, where, &r.where, err);
  if (status == BLT_OK) status = blt_inputs_add(&r.inputs, e, &r.input, err);
  if (status == BLT_OK)
    status =
        blt_window_room(v, parts->ctx, blt_expr_type(e), r.inputs.items[r.input].dict, in->view->rows, err);
  if (status == BLT_OK)
    status = blt_scan_run(&in->scan, in->view->rows, in->view->ngroups, read_group, &r, err);
  blt_inputs_free(&r.inputs);
  blt_expr_free(r.where);
  blt_expr_free(e);
  blt_free(parts->ctx, r.dealers, workers * sizeof *r.dealers);
  return status;
}

/* ---- results as blocks ---- */

typedef struct encoding {
  const blt_window_values *values;
  const blt_window_parts *parts;
  blt_dealer *dealers; /* of each worker */
  blt_block **blocks;
} encoding;

/* A group's values in the order of its rows, and how many are null. */
static uint32_t collect(const encoding *e, uint32_t group, uint32_t worker, uint32_t n, uint64_t *words,
                        uint64_t *valid) {
  const blt_window_values *v = e->values;
  blt_dealer *dealer = &e->dealers[worker];
  uint32_t places[ROWS], nulls = 0;
  blt_dealer_begin(dealer, &e->parts->deal, group);
  for (uint32_t at = 0; at < n; at += ROWS) {
    uint32_t part = n - at < ROWS ? n - at : ROWS;
    uint8_t there[ROWS];
    blt_dealer_places(dealer, part, places);
    for (uint32_t i = 0; i < part; i++) words[at + i] = v->words[places[i]];
    for (uint32_t i = 0; i < part; i++) there[i] = v->valid[places[i]];
    for (uint32_t i = 0; i < part; i++) nulls += !there[i];
    blt_bits_pack(there, part, valid + at / 64);
  }
  return nulls;
}

static blt_status encode_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  const encoding *e = arg;
  const blt_window_values *v = e->values;
  uint32_t n = e->parts->in->view->group_rows[task];
  uint64_t valid[BLT_BLOCK_ROWS / 64];
  uint64_t *words = blt_alloc(v->ctx, n * sizeof *words);
  if (!words) return blt_fail_memory(err, n * sizeof *words);
  const uint64_t *mask = collect(e, task, worker, n, words, valid) ? valid : NULL;
  blt_block **out = &e->blocks[task];
  blt_status status;
  if (v->type.id == BLT_FLOAT64) {
    status = blt_block_from_f64(v->ctx, (const double *)words, mask, n, out, err);
  } else if (v->type.id != BLT_STRING) {
    status = blt_block_from_i64(v->ctx, (const int64_t *)words, mask, n, out, err);
  } else {
    for (uint32_t i = 0; i < n; i++) { /* what is written lies before what is still to be read */
      uint32_t code = blt_bit(valid, i) ? (uint32_t)words[i] : 0;
      memcpy((char *)words + i * sizeof code, &code, sizeof code);
    }
    status = blt_block_from_codes(v->ctx, (const uint32_t *)words, mask, n, out, err);
  }
  blt_free(v->ctx, words, n * sizeof *words);
  return status;
}

blt_status blt_window_encode(const blt_window_values *v, const blt_window_parts *parts, blt_block **blocks,
                             blt_error *err) {
  blt_scan *scan = &parts->in->scan;
  encoding e = {.values = v, .parts = parts, .blocks = blocks};
  e.dealers = blt_alloc(v->ctx, scan->workers * sizeof *e.dealers);
  if (!e.dealers) return blt_fail_memory(err, scan->workers * sizeof *e.dealers);
  blt_status status = blt_scan_run(scan, v->rows, parts->deal.ngroups, encode_group, &e, err);
  blt_free(v->ctx, e.dealers, scan->workers * sizeof *e.dealers);
  return status;
}
