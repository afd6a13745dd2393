#include "input.h"

#include "base/bits.h"
#include "base/mem.h"
#include <string.h>

void blt_inputs_init(blt_inputs *in, blt_scan *scan) {
  *in = (blt_inputs){.scan = scan};
}

void blt_inputs_free(blt_inputs *in) {
  blt_ctx *ctx = in->scan ? in->scan->ctx : NULL;
  for (size_t i = 0; i < in->n; i++) {
    blt_input *x = &in->items[i];
    if (!x->codes) continue;
    blt_free(ctx, x->codes, x->rows * sizeof *x->codes);
    blt_free(ctx, x->valid, x->rows / 8);
    blt_dict_release(x->dict);
  }
  if (in->items) blt_free(ctx, in->items, in->cap * sizeof *in->items);
  *in = (blt_inputs){0};
}

/* ---- interning ---- */

typedef struct intern {
  blt_input *input;
  blt_dict *from; /* the dictionary that `map` translates */
  uint32_t *map;  /* its codes to ours; UINT32_MAX: not yet known */
  size_t map_n;
  blt_ctx *ctx;
} intern;

static blt_status intern_str(intern *in, blt_str s, uint32_t *code, blt_error *err) {
  return blt_dict_intern(in->input->dict, s.s, s.len, code, err);
}

/* Makes room for the translation of `dict`. */
static blt_status intern_from(intern *in, blt_dict *dict, blt_error *err) {
  if (in->from == dict && in->map_n >= dict->count) return BLT_OK;
  size_t n = dict->count, old = in->from == dict ? in->map_n : 0;
  uint32_t *map = blt_alloc(in->ctx, (n ? n : 1) * sizeof *map);
  if (!map) return blt_fail_memory(err, n * sizeof *map);
  if (old) memcpy(map, in->map, old * sizeof *map);
  memset(map + old, 0xff, (n - old) * sizeof *map);
  if (in->map) blt_free(in->ctx, in->map, (in->map_n ? in->map_n : 1) * sizeof *map);
  in->map = map;
  in->map_n = n;
  in->from = dict;
  return BLT_OK;
}

static blt_status intern_code(intern *in, blt_dict *dict, uint32_t from, uint32_t *code, blt_error *err) {
  blt_status status = intern_from(in, dict, err);
  if (status != BLT_OK) return status;
  if (in->map[from] == UINT32_MAX) status = intern_str(in, blt_dict_at(dict, from), &in->map[from], err);
  if (status == BLT_OK) *code = in->map[from];
  return status;
}

static uint32_t code_at(const blt_vec *v, uint32_t i) {
  if (v->form == BLT_VEC_CONST) return (uint32_t)v->base;
  return v->width == 1   ? ((const uint8_t *)v->data)[i]
         : v->width == 2 ? ((const uint16_t *)v->data)[i]
                         : ((const uint32_t *)v->data)[i];
}

static blt_status intern_value(intern *in, const blt_vec *v, uint32_t i, uint32_t *code, blt_error *err) {
  if (v->form == BLT_VEC_TEXT) return intern_str(in, ((const blt_str *)v->data)[i], code, err);
  if (v->dict) return intern_code(in, v->dict, code_at(v, i), code, err);
  return intern_str(in, v->str, code, err);
}

static blt_status intern_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  intern *in = arg;
  blt_vec v;
  blt_status status =
      blt_expr_eval(ev, in->input->expr, slice->group, slice->start, slice->sel, slice->n, &v, err);
  if (status != BLT_OK || v.all_null) return status;
  for (uint32_t i = 0; i < slice->n; i++) {
    if (v.valid && !blt_bit(v.valid, i)) continue;
    uint32_t row = blt_slice_row(slice, i);
    status = intern_value(in, &v, i, &in->input->codes[row], err);
    if (status != BLT_OK) return status;
    blt_bit_set(in->input->valid, row);
  }
  return BLT_OK;
}

/* Gives the input codes in a dictionary of its own. */
static blt_status intern_input(blt_scan *scan, blt_input *x, blt_error *err) {
  intern in = {.input = x, .ctx = scan->ctx};
  blt_status status = blt_dict_new(scan->ctx, &x->dict, err);
  if (status != BLT_OK) return status;
  x->rows = scan->view->ngroups ? (size_t)scan->view->ngroups * BLT_BLOCK_ROWS : BLT_BLOCK_ROWS;
  x->codes = blt_calloc(scan->ctx, x->rows, sizeof *x->codes);
  x->valid = blt_calloc(scan->ctx, x->rows / 64, sizeof *x->valid);
  bool counted = scan->counted;
  scan->counted = true; /* the rows are read once more for the groups, and counted then */
  if (x->codes && x->valid)
    status = blt_scan_groups(scan, 0, 0, scan->view->ngroups, intern_slice, &in, err);
  else
    status = blt_fail_memory(err, x->rows * sizeof *x->codes);
  scan->counted = counted;
  if (in.map) blt_free(scan->ctx, in.map, (in.map_n ? in.map_n : 1) * sizeof *in.map);
  if (status == BLT_OK) {
    x->high = (int64_t)x->dict->count - 1;
    return BLT_OK;
  }
  if (x->codes) blt_free(scan->ctx, x->codes, x->rows * sizeof *x->codes);
  if (x->valid) blt_free(scan->ctx, x->valid, x->rows / 8);
  blt_dict_release(x->dict);
  return status;
}

/* ---- inputs ---- */

static blt_status prepare(blt_scan *scan, blt_input *x, blt_error *err) {
  x->nullable = true;
  if (x->column >= 0) {
    blt_facts facts;
    blt_view_facts(scan->view, (uint32_t)x->column, &facts);
    x->nullable = facts.nulls;
  }
  if (x->type.id == BLT_FLOAT64) {
    x->cls = BLT_INPUT_FLOAT;
    return BLT_OK;
  }
  if (x->type.id == BLT_STRING) {
    x->cls = BLT_INPUT_CODE;
    x->dict = blt_expr_dict(x->expr, scan->view);
    if (!x->dict) return intern_input(scan, x, err);
    x->high = (int64_t)x->dict->count - 1;
    return BLT_OK;
  }
  x->cls = BLT_INPUT_INT;
  if (blt_expr_bounds(x->expr, scan->view, &x->low, &x->high)) return BLT_OK;
  x->low = x->type.id == BLT_BOOL || x->type.id == BLT_NULLTYPE ? 0 : INT64_MIN;
  x->high = x->type.id == BLT_BOOL ? 1 : x->type.id == BLT_NULLTYPE ? 0 : INT64_MAX;
  return BLT_OK;
}

blt_status blt_inputs_add(blt_inputs *in, const blt_expr *expr, uint32_t *index, blt_error *err) {
  int column = blt_expr_column(expr);
  for (size_t i = 0; i < in->n; i++) {
    if (in->items[i].expr != expr && (column < 0 || in->items[i].column != column)) continue;
    *index = (uint32_t)i;
    return BLT_OK;
  }
  blt_status status = blt_grow(in->scan->ctx, &in->items, &in->cap, in->n + 1, sizeof *in->items, err);
  if (status != BLT_OK) return status;
  blt_input *x = &in->items[in->n];
  *x = (blt_input){.expr = expr, .column = column, .type = blt_expr_type(expr)};
  status = prepare(in->scan, x, err);
  if (status != BLT_OK) return status;
  *index = (uint32_t)in->n++;
  return BLT_OK;
}

/* Interned codes of a slice. */
static void load_interned(const blt_input *x, const blt_slice *slice, uint32_t *codes, uint64_t *valid,
                          blt_vec *out) {
  memset(valid, 0, blt_bits_words(slice->n) * sizeof *valid);
  bool nulls = false;
  for (uint32_t i = 0; i < slice->n; i++) {
    uint32_t row = blt_slice_row(slice, i);
    codes[i] = x->codes[row];
    if (blt_bit(x->valid, row))
      blt_bit_set(valid, i);
    else
      nulls = true;
  }
  *out = (blt_vec){.type = x->type,
                   .form = BLT_VEC_CODES,
                   .width = 4,
                   .n = slice->n,
                   .data = codes,
                   .valid = nulls ? valid : NULL,
                   .dict = x->dict};
}

blt_status blt_inputs_load(const blt_inputs *in, uint32_t i, blt_eval *ev, const blt_slice *slice,
                           uint32_t *codes, uint64_t *valid, blt_vec *out, blt_error *err) {
  const blt_input *x = &in->items[i];
  if (!x->codes)
    return blt_expr_eval(ev, x->expr, slice->group, slice->start, slice->sel, slice->n, out, err);
  load_interned(x, slice, codes, valid, out);
  return BLT_OK;
}
