#include "input.h"

#include "base/bits.h"
#include "base/mem.h"
#include "expr/interning.h"
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
  for (size_t i = 0; i < in->nowned; i++) blt_expr_free(in->owned[i]);
  if (in->owned) blt_free(ctx, in->owned, in->owned_cap * sizeof *in->owned);
  if (in->items) blt_free(ctx, in->items, in->cap * sizeof *in->items);
  *in = (blt_inputs){0};
}

/* The rows that a scan lets pass, read for their strings. */
typedef struct reading {
  blt_scan *scan;
  const blt_expr *expr;
} reading;

/* What one call of the scan needs to know. */
typedef struct block_arg {
  const reading *r;
  blt_interning *in;
  uint32_t worker;
} block_arg;

static blt_status read_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  const block_arg *a = arg;
  blt_vec v;
  blt_status status =
      blt_expr_eval(ev, a->r->expr, slice->group, slice->start, slice->sel, slice->n, &v, err);
  if (status != BLT_OK) return status;
  return blt_intern_add(a->in, slice->group, a->worker, &v, slice->row, slice->sel, err);
}

static blt_status read_block(void *arg, blt_interning *in, uint32_t block, uint32_t worker, blt_error *err) {
  const reading *r = arg;
  block_arg a = {r, in, worker};
  return blt_scan_groups(r->scan, worker, block, block + 1, read_slice, &a, err);
}

static blt_status check_reading(void *arg, uint32_t worker, blt_error *err) {
  return blt_scan_check(((const reading *)arg)->scan, worker, err);
}

/* The rows are read once more for the groups, and counted then. */
static blt_status intern_rows(blt_scan *scan, blt_input *x, blt_error *err) {
  reading r = {scan, x->expr};
  blt_intern_source source = {.ctx = scan->ctx,
                              .blocks = scan->view->ngroups,
                              .block_rows = BLT_BLOCK_ROWS,
                              .rows = scan->view->rows,
                              .stable = x->column >= 0,
                              .read = read_block,
                              .check = check_reading,
                              .arg = &r};
  bool counted = scan->counted;
  scan->counted = true;
  blt_status status = blt_intern(&source, x->codes, x->valid, &x->dict, err);
  scan->counted = counted;
  return status;
}

/* Gives the input codes in a dictionary of its own. */
static blt_status intern_input(blt_scan *scan, blt_input *x, blt_error *err) {
  x->dict = NULL;
  x->rows = scan->view->ngroups ? (size_t)scan->view->ngroups * BLT_BLOCK_ROWS : BLT_BLOCK_ROWS;
  x->codes = blt_calloc(scan->ctx, x->rows, sizeof *x->codes);
  x->valid = blt_calloc(scan->ctx, x->rows / 64, sizeof *x->valid);
  blt_status status =
      x->codes && x->valid ? intern_rows(scan, x, err) : blt_fail_memory(err, x->rows * sizeof *x->codes);
  if (status == BLT_OK) {
    x->high = (int64_t)x->dict->count - 1;
    return BLT_OK;
  }
  blt_free(scan->ctx, x->codes, x->rows * sizeof *x->codes);
  blt_free(scan->ctx, x->valid, x->rows / 8);
  return status;
}

/* ---- inputs ---- */

static blt_status prepare(blt_scan *scan, blt_input *x, bool text, blt_error *err) {
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
  if (text) {
    x->cls = BLT_INPUT_TEXT;
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
  x->step = blt_expr_step(x->expr, scan->view);
  if (blt_expr_bounds(x->expr, scan->view, &x->low, &x->high)) return BLT_OK;
  x->low = x->type.id == BLT_BOOL || x->type.id == BLT_NULLTYPE ? 0 : INT64_MIN;
  x->high = x->type.id == BLT_BOOL ? 1 : x->type.id == BLT_NULLTYPE ? 0 : INT64_MAX;
  return BLT_OK;
}

static blt_status add(blt_inputs *in, const blt_expr *expr, bool text, uint32_t *index, blt_error *err) {
  int column = blt_expr_column(expr);
  for (size_t i = 0; i < in->n; i++) {
    if ((in->items[i].cls == BLT_INPUT_TEXT) != text) continue;
    if (column >= 0 ? in->items[i].column != column : !blt_expr_same(in->items[i].expr, expr)) continue;
    *index = (uint32_t)i;
    return BLT_OK;
  }
  blt_status status = blt_grow(in->scan->ctx, &in->items, &in->cap, in->n + 1, sizeof *in->items, err);
  if (status != BLT_OK) return status;
  blt_input *x = &in->items[in->n];
  *x = (blt_input){.expr = expr, .column = column, .type = blt_expr_type(expr)};
  status = prepare(in->scan, x, text, err);
  if (status != BLT_OK) return status;
  *index = (uint32_t)in->n++;
  return BLT_OK;
}

blt_status blt_inputs_add(blt_inputs *in, const blt_expr *expr, uint32_t *index, blt_error *err) {
  return add(in, expr, false, index, err);
}

blt_status blt_inputs_add_text(blt_inputs *in, const blt_expr *expr, uint32_t *index, blt_error *err) {
  bool text = blt_expr_type(expr).id == BLT_STRING && blt_expr_column(expr) >= 0 &&
              !blt_expr_dict(expr, in->scan->view);
  return add(in, expr, text, index, err);
}

blt_status blt_inputs_add_column(blt_inputs *in, uint32_t column, uint32_t *index, blt_error *err) {
  blt_ctx *ctx = in->scan->ctx;
  for (size_t i = 0; i < in->n; i++) {
    if (in->items[i].column != (int)column || in->items[i].cls == BLT_INPUT_TEXT) continue;
    *index = (uint32_t)i;
    return BLT_OK;
  }
  blt_node node = {.kind = BLT_NODE_COLUMN, .column = column};
  blt_status status = blt_grow(ctx, &in->owned, &in->owned_cap, in->nowned + 1, sizeof *in->owned, err);
  if (status == BLT_OK) status = blt_expr_compile(ctx, in->scan->view, &node, 1, &in->owned[in->nowned], err);
  return status == BLT_OK ? blt_inputs_add(in, in->owned[in->nowned++], index, err) : status;
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
    return blt_expr_read(ev, x->expr, slice->group, slice->start, slice->sel, slice->n, out, err);
  load_interned(x, slice, codes, valid, out);
  return BLT_OK;
}
