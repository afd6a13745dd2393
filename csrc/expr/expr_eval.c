/* expr_eval.c: evaluators: scratch memory, columns to vectors, and the frame of every strict function. */
#include "expr_inside.h"

#include "base/par.h"
#include "base/bits.h"
#include "base/mem.h"

#include <string.h>

#define CHUNK_FIRST ((size_t)128 << 10)

/* ---- scratch ---- */

blt_status blt_eval_new(blt_ctx *ctx, const blt_view *view, blt_eval **out, blt_error *err) {
  blt_eval *ev = blt_calloc(ctx, 1, sizeof *ev);
  if (!ev) return blt_fail_memory(err, sizeof *ev);
  ev->ctx = ctx;
  ev->view = view;
  *out = ev;
  return BLT_OK;
}

void blt_eval_free(blt_eval *ev) {
  if (!ev) return;
  blt_memo_free(ev);
  for (uint32_t i = 0; i < ev->nchunks; i++) blt_free(ev->ctx, ev->chunks[i].p, ev->chunks[i].bytes);
  blt_free(ev->ctx, ev, sizeof *ev);
}

blt_ctx *blt_eval_ctx(const blt_eval *ev) {
  return ev->ctx;
}
const blt_view *blt_eval_view(const blt_eval *ev) {
  return ev->view;
}
void blt_eval_reset(blt_eval *ev) {
  ev->top = (blt_mark){0, 0};
}
blt_mark blt_eval_mark(const blt_eval *ev) {
  return ev->top;
}
void blt_eval_release(blt_eval *ev, blt_mark mark) {
  ev->top = mark;
}

static void *chunk_add(blt_eval *ev, size_t bytes) {
  size_t size = CHUNK_FIRST << (ev->nchunks < 8 ? ev->nchunks : 8);
  if (ev->nchunks == BLT_EVAL_CHUNKS) return NULL;
  if (size < bytes) size = bytes;
  char *p = blt_alloc(ev->ctx, size);
  if (!p) return NULL;
  ev->chunks[ev->nchunks].p = p;
  ev->chunks[ev->nchunks].bytes = size;
  ev->top = (blt_mark){ev->nchunks++, bytes};
  return p;
}

void *blt_eval_alloc(blt_eval *ev, size_t bytes) {
  bytes = (bytes + 63) & ~(size_t)63;
  for (; ev->top.chunk < ev->nchunks; ev->top = (blt_mark){ev->top.chunk + 1, 0}) {
    if (ev->chunks[ev->top.chunk].bytes - ev->top.used < bytes) continue;
    char *p = ev->chunks[ev->top.chunk].p + ev->top.used;
    ev->top.used += bytes;
    return p;
  }
  return chunk_add(ev, bytes);
}

/* ---- single values ---- */

blt_vec blt_vec_null(blt_type type, uint32_t n) {
  return (blt_vec){.type = type, .form = BLT_VEC_CONST, .n = n, .all_null = true};
}

blt_vec blt_vec_of_value(const blt_value *v, uint32_t n) {
  blt_vec out = blt_vec_null(v->type, n);
  if (v->null) return out;
  out.all_null = false;
  if (v->type.id == BLT_STRING)
    out.str = v->u.s;
  else
    out.base = v->u.i; /* of a double: its bits */
  return out;
}

blt_value blt_vec_value(const blt_vec *v, uint32_t i) {
  blt_value out = {.null = blt_vec_is_null(v, i), .type = v->type};
  blt_vec one = *v;
  blt_str s;
  if (out.null) return out;
  one.n = 1;
  if (v->form == BLT_VEC_TEXT)
    one.data = (const blt_str *)v->data + i;
  else if (v->form != BLT_VEC_CONST)
    one.data = (const char *)v->data + (size_t)i * v->width;
  if (v->type.id == BLT_STRING)
    out.u.s = *blt_vec_text(&one, &s);
  else if (v->type.id == BLT_FLOAT64)
    out.u.f = *blt_vec_f64(&one, &out.u.f);
  else
    out.u.i = *blt_vec_i64(&one, &out.u.i);
  return out;
}

/* ---- columns ---- */

#define GATHER(name, type)                                                                                   \
  static void name(const type *restrict in, const uint16_t *restrict sel, uint32_t n, type *restrict out) {  \
    for (uint32_t i = 0; i < n; i++) out[i] = in[sel[i]];                                                    \
  }
GATHER(gather8, uint8_t)
GATHER(gather16, uint16_t)
GATHER(gather32, uint32_t)
GATHER(gather64, uint64_t)

void blt_bits_gather(const uint64_t *bits, uint32_t start, const uint16_t *sel, uint32_t n, uint64_t *out) {
  for (uint32_t w = 0; w < n; w += 64) {
    uint64_t word = 0;
    uint32_t m = n - w < 64 ? n - w : 64;
    for (uint32_t i = 0; i < m; i++) word |= (uint64_t)blt_bit(bits, start + sel[w + i]) << i;
    out[w / 64] = word;
  }
}

/* Picks the selected values of *out, whose data start at the frame's first row. */
static blt_status gather(const blt_frame *f, blt_vec *out, blt_error *err) {
  size_t bytes = (size_t)f->n * out->width;
  void *picked = blt_eval_alloc(f->ev, bytes);
  if (!picked) return blt_fail_memory(err, bytes);
  if (out->width == 1)
    gather8(out->data, f->sel, f->n, picked);
  else if (out->width == 2)
    gather16(out->data, f->sel, f->n, picked);
  else if (out->width == 4)
    gather32(out->data, f->sel, f->n, picked);
  else
    gather64(out->data, f->sel, f->n, picked);
  out->data = picked;
  return BLT_OK;
}

static blt_status read_text(const blt_frame *f, const blt_block *b, blt_vec *out, blt_error *err) {
  size_t bytes = (size_t)f->n * sizeof(blt_str);
  blt_str *s = blt_eval_alloc(f->ev, bytes);
  if (!s) return blt_fail_memory(err, bytes);
  if (!f->sel)
    blt_block_read_text(b, f->start, f->n, s);
  else
    for (uint32_t i = 0; i < f->n; i++) s[i] = blt_block_text(b, f->start + f->sel[i]);
  out->form = BLT_VEC_TEXT;
  out->width = sizeof(blt_str);
  out->data = s;
  return BLT_OK;
}

/* Offsets to the doubles that they stand for. */
static blt_status read_scaled(const blt_frame *f, const blt_block *b, blt_vec *out, blt_error *err) {
  blt_scaled s = blt_block_scaled(b);
  if (f->encoded) {
    out->form = BLT_VEC_SCALED;
    out->scale = b->scale;
    return BLT_OK;
  }
  double *v = blt_eval_alloc(f->ev, f->n * sizeof *v);
  if (!v) return blt_fail_memory(err, f->n * sizeof *v);
  blt_scaled_read(out->data, &s, f->n, v);
  out->data = v;
  out->width = sizeof *v;
  out->base = 0;
  return BLT_OK;
}

static blt_status read_valid(const blt_frame *f, const blt_block *b, blt_vec *out, blt_error *err) {
  if (!f->sel && f->start % 64 == 0) {
    out->valid = b->valid + f->start / 64;
    return BLT_OK;
  }
  size_t bytes = blt_bits_words(f->n) * sizeof(uint64_t);
  uint64_t *bits = blt_eval_alloc(f->ev, bytes);
  if (!bits) return blt_fail_memory(err, bytes);
  if (f->sel) {
    blt_bits_gather(b->valid, f->start, f->sel, f->n, bits);
  } else {
    memset(bits, 0, bytes);
    for (uint32_t i = 0; i < f->n; i++)
      if (blt_bit(b->valid, f->start + i)) blt_bit_set(bits, i);
  }
  out->valid = bits;
  return BLT_OK;
}

/* Bools are bytes, whatever the block's encoding. */
static blt_status narrow_bool(const blt_frame *f, blt_vec *out, blt_error *err) {
  if (out->form == BLT_VEC_CONST || (out->form == BLT_VEC_OFFSETS && out->width == 1 && out->base == 0))
    return BLT_OK;
  uint8_t *bytes = blt_eval_alloc(f->ev, f->n);
  if (!bytes) return blt_fail_memory(err, f->n);
  out->data = blt_vec_bool(out, bytes);
  out->form = BLT_VEC_OFFSETS;
  out->width = 1;
  out->base = 0;
  return BLT_OK;
}

blt_status blt_column_eval(const blt_frame *f, uint32_t column, blt_vec *out, blt_error *err) {
  const blt_view_column *c = &f->ev->view->columns[column];
  const blt_block *b;
  blt_status status = blt_view_block(f->ev->view, column, f->group, &b, err);
  blt_type type = c->type;
  if (status != BLT_OK) return status;
  type.required = false;
  if (b->nulls == b->rows) {
    *out = blt_vec_null(type, f->n);
    return BLT_OK;
  }
  *out = (blt_vec){.type = type, .n = f->n, .base = b->base, .width = b->width};
  if (b->enc == BLT_ENC_CONST) {
    out->form = BLT_VEC_CONST;
    out->dict = c->dict;
  } else if (b->enc == BLT_ENC_TEXT) {
    status = read_text(f, b, out, err);
  } else {
    out->form = b->enc == BLT_ENC_FOR    ? BLT_VEC_OFFSETS
                : b->enc == BLT_ENC_DICT ? BLT_VEC_CODES
                                         : BLT_VEC_VALUES;
    out->dict = b->enc == BLT_ENC_DICT ? c->dict : NULL;
    out->data = (const char *)b->data + (size_t)f->start * b->width;
    if (f->sel) status = gather(f, out, err);
    if (status == BLT_OK && b->enc == BLT_ENC_SCALED) status = read_scaled(f, b, out, err);
  }
  if (status == BLT_OK && b->valid) status = read_valid(f, b, out, err);
  if (status == BLT_OK && type.id == BLT_BOOL) status = narrow_bool(f, out, err);
  return status;
}

/* ---- operations ---- */

blt_status blt_op_eval(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {
  if (op->kind == BLT_OP_CALL) return op->run(f, op, out, err);
  if (op->kind == BLT_OP_VALUE) {
    *out = blt_vec_of_value(&op->value, f->n);
    return BLT_OK;
  }
  if (!f->given) return blt_column_eval(f, op->column, out, err);
  *out = *f->given;
  return BLT_OK;
}

blt_status blt_expr_eval(blt_eval *ev, const blt_expr *e, uint32_t group, uint32_t start, const uint16_t *sel,
                         uint32_t n, blt_vec *out, blt_error *err) {
  blt_frame f = {.ev = ev, .group = group, .start = start, .n = n, .sel = sel};
  return blt_op_eval(&f, e->root, out, err);
}

blt_status blt_expr_read(blt_eval *ev, const blt_expr *e, uint32_t group, uint32_t start, const uint16_t *sel,
                         uint32_t n, blt_vec *out, blt_error *err) {
  blt_frame f = {.ev = ev, .group = group, .start = start, .n = n, .sel = sel};
  f.encoded = e->root->kind == BLT_OP_COLUMN;
  return blt_op_eval(&f, e->root, out, err);
}

/* ---- strict functions ---- */

static size_t result_width(const blt_op *op) {
  if (op->width) return op->width;
  return op->type.id == BLT_STRING ? sizeof(blt_str) : op->type.id == BLT_BOOL ? 1 : 8;
}

static size_t room_of(const blt_vec *v, uint32_t n) {
  if (v->type.id != BLT_STRING) return (size_t)n * 8;
  return v->form == BLT_VEC_TEXT ? 0 : (size_t)n * sizeof(blt_str);
}

/* ANDs the arguments' validity into c->spare; c->valid stays NULL when there is none. */
static void combine_valid(blt_call *c) {
  size_t words = blt_bits_words(c->n);
  for (uint32_t i = 0; i < c->nargs; i++) {
    const uint64_t *valid = c->args[i].valid;
    if (!valid) continue;
    if (!c->valid) {
      memcpy(c->spare, valid, words * sizeof *valid);
      c->valid = c->spare;
    } else {
      for (size_t w = 0; w < words; w++) c->valid[w] &= valid[w];
    }
  }
}

#define WORK_BYTES (UINT64_C(1) << 20)

void blt_eval_watch(blt_eval *ev, blt_eval_check check, void *arg, uint32_t worker) {
  ev->check = check;
  ev->check_arg = arg;
  ev->check_worker = worker;
}

blt_status blt_eval_ask(void *watch, uint32_t worker, blt_error *err) {
  (void)worker;
  return blt_watch_check(watch, 0, 1, err);
}

blt_status blt_call_worked(const blt_call *c, uint64_t bytes, blt_error *err) {
  blt_eval *ev = c->frame->ev;
  ev->work += bytes;
  if (ev->work < WORK_BYTES || !ev->check) return BLT_OK;
  ev->work = 0;
  return ev->check(ev->check_arg, ev->check_worker, err);
}

uint64_t *blt_call_nulls(blt_call *c) {
  if (c->valid) return c->valid;
  memset(c->spare, 0xff, blt_bits_words(c->n) * sizeof *c->spare);
  return c->valid = c->spare;
}

/* A result of one value stands for all. */
static void shape_constant(const blt_call *c, uint32_t n, blt_vec *out) {
  const blt_op *op = c->op;
  *out = blt_vec_null(op->type, n);
  if (blt_call_null(c, 0)) return;
  out->all_null = false;
  if (op->type.id == BLT_STRING)
    out->str = *(const blt_str *)c->out;
  else if (op->type.id == BLT_BOOL || op->width == 1)
    out->base = *(const uint8_t *)c->out;
  else if (op->width == 2)
    out->base = *(const uint16_t *)c->out;
  else
    memcpy(&out->base, c->out, sizeof out->base);
}

static void shape(const blt_call *c, blt_vec *out) {
  const blt_op *op = c->op;
  bool narrow = op->width || op->type.id == BLT_BOOL;
  *out = (blt_vec){.type = op->type, .n = c->n, .data = c->out, .valid = c->valid};
  out->width = (uint8_t)result_width(op);
  out->form = op->type.id == BLT_STRING ? BLT_VEC_TEXT : narrow ? BLT_VEC_OFFSETS : BLT_VEC_VALUES;
}

/* Takes room to widen each argument into. */
static blt_status make_room(blt_eval *ev, const blt_call *c, void **room, blt_error *err) {
  for (uint32_t i = 0; i < c->nargs; i++) {
    size_t bytes = room_of(&c->args[i], blt_call_constant(c, i) ? 1 : c->n);
    room[i] = bytes ? blt_eval_alloc(ev, bytes) : NULL;
    if (bytes && !room[i]) return blt_fail_memory(err, bytes);
  }
  return BLT_OK;
}

blt_status blt_strict(const blt_frame *f, const blt_op *op, blt_loop loop, blt_vec *out, blt_error *err) {
  blt_vec args[BLT_STRICT_ARGS];
  void *room[BLT_STRICT_ARGS];
  size_t bytes = f->n * result_width(op), valid_bytes = blt_bits_words(f->n) * sizeof(uint64_t);
  blt_call c = {.frame = f, .op = op, .nargs = op->nargs, .args = args, .room = room};
  c.out = blt_eval_alloc(f->ev, bytes + valid_bytes + 64);
  if (!c.out) return blt_fail_memory(err, bytes);
  c.spare = (uint64_t *)((char *)c.out + ((bytes + 63) & ~(size_t)63));
  blt_mark mark = blt_eval_mark(f->ev);
  bool constant = true, null = false;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < op->nargs && status == BLT_OK && !null; i++) {
    status = blt_op_eval(f, op->args[i], &args[i], err);
    if (status != BLT_OK) break;
    constant = constant && args[i].form == BLT_VEC_CONST && !args[i].valid;
    null = args[i].all_null;
  }
  if (status != BLT_OK) return status;
  if (null) {
    *out = blt_vec_null(op->type, f->n);
    return BLT_OK;
  }
  c.n = constant && f->n ? 1 : f->n;
  combine_valid(&c);
  status = make_room(f->ev, &c, room, err);
  if (status == BLT_OK) status = loop(&c, err);
  if (status != BLT_OK) return status;
  if (constant && f->n)
    shape_constant(&c, f->n, out);
  else
    shape(&c, out);
  if (op->type.id != BLT_STRING) blt_eval_release(f->ev, mark); /* a string may point into its argument's */
  return BLT_OK;
}

const int64_t *blt_call_i64(const blt_call *c, uint32_t i) {
  blt_vec v = c->args[i];
  if (blt_call_constant(c, i)) v.n = 1;
  return blt_vec_i64(&v, c->room[i]);
}

const double *blt_call_f64(const blt_call *c, uint32_t i) {
  blt_vec v = c->args[i];
  if (blt_call_constant(c, i)) v.n = 1;
  return blt_vec_f64(&v, c->room[i]);
}

const blt_str *blt_call_text(const blt_call *c, uint32_t i) {
  blt_vec v = c->args[i];
  if (blt_call_constant(c, i)) v.n = 1;
  return blt_vec_text(&v, c->room[i]);
}

const uint8_t *blt_call_bool(const blt_call *c, uint32_t i) {
  blt_vec v = c->args[i];
  if (blt_call_constant(c, i)) v.n = 1;
  return blt_vec_bool(&v, c->room[i]);
}
