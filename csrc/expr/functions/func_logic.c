/* func_logic.c: and, or, not with three values; if, coalesce, nullif, least and greatest.
 *
 * An argument that may fail is evaluated only for the rows that need it: `x ~= 0 and f(x)` and `if(x > 0,
 * f(x), 0)` never see f of the other rows. */
#include "func.h"
#include "base/text/text_order.h"
#include "base/words.h"

#include <string.h>

/* ---- some rows of a frame ---- */

/* The frame of rows i for which wanted[i]; picked[j] gives back i. */
static blt_status subset(const blt_frame *f, const uint8_t *wanted, blt_frame *sub, uint16_t **picked,
                         blt_error *err) {
  uint16_t *rows = blt_eval_alloc(f->ev, f->n * sizeof *rows),
           *sel = blt_eval_alloc(f->ev, f->n * sizeof *sel);
  uint32_t n = 0;
  if (!rows || !sel) return blt_fail_memory(err, f->n * sizeof *sel);
  for (uint32_t i = 0; i < f->n; i++) {
    rows[n] = (uint16_t)i;
    sel[n] = f->sel ? f->sel[i] : (uint16_t)i;
    n += wanted[i];
  }
  *sub = *f;
  sub->sel = sel;
  sub->n = n;
  *picked = rows;
  return BLT_OK;
}

/* Rows picked[0..n) of a given vector. */
static blt_status pick_given(const blt_frame *f, const uint16_t *picked, uint32_t n, blt_vec *out,
                             blt_error *err) {
  const blt_vec *given = f->given;
  blt_str *all = blt_eval_alloc(f->ev, f->n * sizeof *all),
          *some = blt_eval_alloc(f->ev, n * sizeof *some + 64);
  uint64_t *valid = blt_eval_alloc(f->ev, blt_bits_words(n) * sizeof *valid + 64);
  if (!all || !some || !valid) return blt_fail_memory(err, f->n * sizeof *all);
  const blt_str *s = blt_vec_text(given, all);
  for (uint32_t i = 0; i < n; i++) some[i] = s[picked[i]];
  *out = (blt_vec){.type = given->type, .form = BLT_VEC_TEXT, .width = sizeof *some, .n = n, .data = some};
  if (given->all_null) *out = blt_vec_null(given->type, n);
  if (!given->valid) return BLT_OK;
  blt_bits_gather(given->valid, 0, picked, n, valid);
  out->valid = valid;
  return BLT_OK;
}

/* Evaluates `op` for the rows wanted; *out has n values for rows picked[0..n). All rows when it cannot fail:
 * then *picked is NULL. */
static blt_status eval_for(const blt_frame *f, const blt_op *op, const uint8_t *wanted, blt_vec *out,
                           uint16_t **picked, blt_error *err) {
  blt_frame sub;
  blt_vec given;
  *picked = NULL;
  if (!op->can_fail) return blt_op_eval(f, op, out, err);
  blt_status status = subset(f, wanted, &sub, picked, err);
  if (status != BLT_OK) return status;
  if (f->given) {
    status = pick_given(f, *picked, sub.n, &given, err);
    if (status != BLT_OK) return status;
    sub.given = &given;
    sub.sel = NULL;
  }
  if (sub.n == 0) {
    *out = blt_vec_null(op->type, 0);
    return BLT_OK;
  }
  return blt_op_eval(&sub, op, out, err);
}

/* ---- and, or, not ---- */

/* What is known of each row: bit 0 surely true, bit 1 surely false, neither: null. */
static void truth(const blt_vec *v, uint8_t *room, uint8_t *out) {
  if (v->all_null) {
    memset(out, 0, v->n);
    return;
  }
  const uint8_t *b = blt_vec_bool(v, room);
  for (uint32_t i = 0; i < v->n; i++) out[i] = (uint8_t)(2 - b[i]);
  if (!v->valid) return;
  for (uint32_t i = 0; i < v->n; i++) out[i] = blt_bit(v->valid, i) ? out[i] : 0;
}

/* Truth values to a vector. */
static void shape_truth(uint8_t *t, uint32_t n, uint64_t *valid, blt_type type, blt_vec *out) {
  uint8_t known = 3;
  for (uint32_t i = 0; i < n; i++) known &= (uint8_t)(t[i] | t[i] >> 1 | (t[i] & 1) << 1);
  *out = (blt_vec){.type = type, .form = BLT_VEC_OFFSETS, .width = 1, .n = n, .data = t};
  if (!known) {
    memset(valid, 0, blt_bits_words(n) * sizeof *valid);
    for (uint32_t i = 0; i < n; i++) valid[i / 64] |= (uint64_t)(t[i] != 0) << (i & 63);
    out->valid = valid;
  }
  for (uint32_t i = 0; i < n; i++) t[i] &= 1;
}

BLT_CLONES static void and_bytes(const uint8_t *restrict a, const uint8_t *restrict b, uint32_t n,
                                 uint8_t *restrict r) {
  for (uint32_t i = 0; i < n; i++) r[i] = a[i] & b[i];
}
BLT_CLONES static void or_bytes(const uint8_t *restrict a, const uint8_t *restrict b, uint32_t n,
                                uint8_t *restrict r) {
  for (uint32_t i = 0; i < n; i++) r[i] = a[i] | b[i];
}

/* The truth of b joins that of a: for "and" false wins, for "or" true. */
static void join_truth(uint8_t *a, uint32_t i, uint8_t b, bool is_and) {
  uint8_t wins = is_and ? 2 : 1, needs = is_and ? 1 : 2;
  uint8_t won = (uint8_t)((a[i] | b) & wins);
  a[i] = won ? won : (uint8_t)(a[i] & b & needs);
}

static bool plain(const blt_vec *v) {
  return v->form != BLT_VEC_CONST && !v->valid;
}

static blt_status run_junction(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {
  bool is_and = op->code == '&';
  blt_vec a, b;
  uint16_t *picked;
  size_t words = blt_bits_words(f->n) * sizeof(uint64_t);
  uint8_t *r = blt_eval_alloc(f->ev, f->n), *room = blt_eval_alloc(f->ev, f->n),
          *other = blt_eval_alloc(f->ev, f->n);
  uint64_t *valid = blt_eval_alloc(f->ev, words);
  if (!r || !room || !other || !valid) return blt_fail_memory(err, 3 * (size_t)f->n + words);
  blt_mark mark = blt_eval_mark(f->ev);
  blt_status status = blt_op_eval(f, op->args[0], &a, err);
  if (status != BLT_OK) return status;
  if (plain(&a) && !op->args[1]->can_fail) {
    status = blt_op_eval(f, op->args[1], &b, err);
    if (status != BLT_OK) return status;
    if (plain(&b)) {
      *out = (blt_vec){.type = op->type, .form = BLT_VEC_OFFSETS, .width = 1, .n = f->n, .data = r};
      if (is_and)
        and_bytes(a.data, b.data, f->n, r);
      else
        or_bytes(a.data, b.data, f->n, r);
      blt_eval_release(f->ev, mark);
      return BLT_OK;
    }
    truth(&a, room, r);
    picked = NULL;
  } else {
    truth(&a, room, r);
    for (uint32_t i = 0; i < f->n; i++) other[i] = r[i] != (is_and ? 2 : 1);
    status = eval_for(f, op->args[1], other, &b, &picked, err);
    if (status != BLT_OK) return status;
  }
  truth(&b, room, other);
  for (uint32_t i = 0; i < b.n; i++) join_truth(r, picked ? picked[i] : i, other[i], is_and);
  shape_truth(r, f->n, valid, op->type, out);
  blt_eval_release(f->ev, mark);
  return BLT_OK;
}

/* A constant on either side decides, or leaves the other side. */
static blt_status bind_junction(blt_binder *b, blt_op *op, bool is_and) {
  (void)b;
  op->run = run_junction;
  op->code = is_and ? '&' : '|';
  op->range = is_and ? blt_range_and : blt_range_or;
  for (uint32_t i = 0; i < 2; i++) {
    op->args[i]->type = blt_type_of(BLT_BOOL); /* a bare nil is a null bool */
    const blt_op *k = op->args[i];
    if (k->kind != BLT_OP_VALUE || k->value.null) continue;
    const blt_op *left = (k->value.u.i != 0) == is_and ? op->args[1 - i] : k;
    if (left == k && i == 1 && op->args[0]->can_fail) continue; /* the left side's error comes first */
    if (left->kind == BLT_OP_VALUE || left->kind == BLT_OP_COLUMN || left->type.id == BLT_BOOL) {
      uint32_t node = op->node;
      *op = *left;
      op->node = node;
      return BLT_OK;
    }
  }
  return BLT_OK;
}

blt_status blt_bind_and(blt_binder *b, blt_op *op, blt_error *err) {
  (void)err;
  return bind_junction(b, op, true);
}
blt_status blt_bind_or(blt_binder *b, blt_op *op, blt_error *err) {
  (void)err;
  return bind_junction(b, op, false);
}

BLT_UNARY(not_bytes, uint8_t, uint8_t, x ^ 1)

static blt_status loop_not(blt_call *c, blt_error *err) {
  (void)err;
  not_bytes(blt_call_bool(c, 0), 0, c->n, c->out);
  return BLT_OK;
}
static BLT_STRICT(run_not, loop_not);

blt_status blt_bind_not(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  op->run = run_not;
  op->range = blt_range_not;
  op->direct = op->args[0]->direct && op->args[0]->args && op->args[0]->kind == BLT_OP_CALL;
  return BLT_OK;
}

/* ---- choosing values by row ---- */

/* Room for a result that is put together from several vectors. */
typedef struct mosaic {
  blt_type type;
  uint32_t n;
  void *data; /* int64_t, double or blt_str, or uint8_t of bools */
  uint64_t *valid;
  size_t width;
} mosaic;

static blt_status mosaic_new(const blt_frame *f, blt_type type, mosaic *m, blt_error *err) {
  *m = (mosaic){.type = type, .n = f->n};
  m->width = type.id == BLT_STRING ? sizeof(blt_str) : type.id == BLT_BOOL ? 1 : 8;
  size_t words = blt_bits_words(f->n) * sizeof *m->valid;
  m->data = blt_eval_alloc(f->ev, f->n * m->width);
  m->valid = blt_eval_alloc(f->ev, words);
  if (!m->data || !m->valid) return blt_fail_memory(err, f->n * m->width + words);
  memset(m->valid, 0, words);
  memset(m->data, 0, f->n * m->width);
  if (type.id == BLT_STRING)
    for (uint32_t i = 0; i < f->n; i++) ((blt_str *)m->data)[i] = (blt_str){"", 0};
  return BLT_OK;
}

#define CHOOSE(name, type)                                                                                   \
  BLT_CLONES static void name(const type *restrict in, const uint8_t *restrict take, uint32_t n,             \
                              type *restrict out) {                                                          \
    for (uint32_t i = 0; i < n; i++) out[i] = take[i] ? in[i] : out[i];                                      \
  }
CHOOSE(choose8, uint8_t)
CHOOSE(choose64, uint64_t)

static void choose_text(const blt_str *in, const uint8_t *take, uint32_t n, blt_str *out) {
  for (uint32_t i = 0; i < n; i++)
    if (take[i]) out[i] = in[i];
}

/* Value i of `in` at every row i with take[i]. */
static void put_all(mosaic *m, const blt_vec *v, const void *in, const uint8_t *take) {
  uint64_t taken[BLT_BLOCK_ROWS / 64];
  if (m->width == 16)
    choose_text(in, take, m->n, m->data);
  else if (m->width == 8)
    choose64(in, take, m->n, m->data);
  else
    choose8(in, take, m->n, m->data);
  blt_bits_pack(take, m->n, taken);
  for (uint32_t w = 0; w < blt_bits_words(m->n); w++) {
    uint64_t valid = v->valid ? v->valid[w] : UINT64_MAX;
    m->valid[w] = (m->valid[w] & ~taken[w]) | (taken[w] & valid);
  }
}

/* Value j of `in` at row picked[j] where take[row]. */
static void put_picked(mosaic *m, const blt_vec *v, const void *in, const uint16_t *picked,
                       const uint8_t *take) {
  for (uint32_t j = 0; j < v->n; j++) {
    uint32_t i = picked[j];
    if (!take[i] || blt_vec_is_null(v, j)) continue;
    memcpy((char *)m->data + i * m->width, (const char *)in + j * m->width, m->width);
    blt_bit_set(m->valid, i);
  }
}

/* Takes values of `v`: of all rows, or (picked) of some, where take[row]. Nulls are taken too. */
static blt_status mosaic_put(const blt_frame *f, mosaic *m, const blt_vec *v, const uint16_t *picked,
                             const uint8_t *take, blt_error *err) {
  void *room = blt_eval_alloc(f->ev, v->n * m->width + 64);
  if (!room) return blt_fail_memory(err, v->n * m->width);
  if (v->all_null) return BLT_OK;
  const void *in = m->type.id == BLT_STRING    ? (const void *)blt_vec_text(v, room)
                   : m->type.id == BLT_BOOL    ? (const void *)blt_vec_bool(v, room)
                   : m->type.id == BLT_FLOAT64 ? (const void *)blt_vec_f64(v, room)
                                               : (const void *)blt_vec_i64(v, room);
  if (picked)
    put_picked(m, v, in, picked, take);
  else
    put_all(m, v, in, take);
  return BLT_OK;
}

static void mosaic_shape(const mosaic *m, blt_vec *out) {
  *out = (blt_vec){.type = m->type, .n = m->n, .data = m->data, .width = (uint8_t)m->width};
  out->form = m->width == 16 ? BLT_VEC_TEXT : m->width == 8 ? BLT_VEC_VALUES : BLT_VEC_OFFSETS;
  if (blt_bits_count(m->valid, m->n) < m->n) out->valid = m->valid;
}

/* Arguments from `first` on to one type, which becomes the result's. */
static blt_status unify(blt_binder *b, blt_op *op, uint32_t first, blt_error *err) {
  blt_type type = blt_type_of(BLT_NULLTYPE);
  for (uint32_t i = first; i < op->nargs; i++)
    if (!blt_common_type(type, op->args[i]->type, &type))
      return blt_bind_mismatch(op, "these types do not mix", err);
  for (uint32_t i = first; i < op->nargs; i++) {
    op->args[i] = blt_bind_convert(b, op->args[i], type, err);
    if (!op->args[i]) return err->code;
  }
  op->type = type;
  return BLT_OK;
}

/* Of the rest, rows whose condition is true (bit 0 of its truth) are taken. */
BLT_CLONES static void split(uint8_t *restrict take, uint8_t *restrict rest, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    take[i] &= rest[i];
    rest[i] &= take[i] ^ 1;
  }
}

/* if(c1, a1, c2, a2, …, otherwise): `rest` marks the rows without a true condition so far. */
static blt_status run_if(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {
  mosaic m;
  blt_vec v;
  uint16_t *picked;
  uint8_t *rest = blt_eval_alloc(f->ev, f->n), *take = blt_eval_alloc(f->ev, f->n),
          *room = blt_eval_alloc(f->ev, f->n);
  if (!rest || !take || !room) return blt_fail_memory(err, 3 * (size_t)f->n);
  blt_status status = mosaic_new(f, op->type, &m, err);
  memset(rest, 1, f->n);
  for (uint32_t i = 0; i + 1 < op->nargs && status == BLT_OK; i += 2) {
    memset(take, 0, f->n);
    status = eval_for(f, op->args[i], rest, &v, &picked, err);
    if (status != BLT_OK) return status;
    truth(&v, room, room);
    if (!picked) memcpy(take, room, f->n);
    for (uint32_t j = 0; picked && j < v.n; j++) take[picked[j]] = room[j];
    split(take, rest, f->n);
    status = eval_for(f, op->args[i + 1], take, &v, &picked, err);
    if (status == BLT_OK) status = mosaic_put(f, &m, &v, picked, take, err);
  }
  if (status == BLT_OK && op->nargs % 2) {
    status = eval_for(f, op->args[op->nargs - 1], rest, &v, &picked, err);
    if (status == BLT_OK) status = mosaic_put(f, &m, &v, picked, rest, err);
  }
  if (status == BLT_OK) mosaic_shape(&m, out);
  return status;
}

blt_status blt_bind_if(blt_binder *b, blt_op *op, blt_error *err) {
  /* Conditions stand at even places, except a last one without a value: that is the otherwise. */
  blt_type type = blt_type_of(BLT_NULLTYPE);
  op->run = run_if;
  for (uint32_t i = 0; i < op->nargs; i++) {
    bool condition = i % 2 == 0 && i + 1 < op->nargs;
    blt_type t = op->args[i]->type;
    if (condition && t.id != BLT_BOOL && t.id != BLT_NULLTYPE)
      return blt_bind_mismatch(op, "conditions must be bool", err);
    if (!condition && !blt_common_type(type, t, &type))
      return blt_bind_mismatch(op, "these types do not mix", err);
  }
  for (uint32_t i = 0; i < op->nargs; i++) {
    bool condition = i % 2 == 0 && i + 1 < op->nargs;
    op->args[i] = blt_bind_convert(b, op->args[i], condition ? blt_type_of(BLT_BOOL) : type, err);
    if (!op->args[i]) return err->code;
  }
  op->type = type;
  return BLT_OK;
}

static blt_status run_coalesce(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {
  mosaic m;
  blt_vec v;
  uint16_t *picked;
  uint8_t *rest = blt_eval_alloc(f->ev, f->n);
  if (!rest) return blt_fail_memory(err, f->n);
  blt_status status = mosaic_new(f, op->type, &m, err);
  memset(rest, 1, f->n);
  for (uint32_t i = 0; i < op->nargs && status == BLT_OK; i++) {
    status = eval_for(f, op->args[i], rest, &v, &picked, err);
    if (status == BLT_OK && i == 0 && !v.all_null && !v.valid) {
      *out = v; /* nothing is null: the first argument as it is */
      return BLT_OK;
    }
    if (status == BLT_OK) status = mosaic_put(f, &m, &v, picked, rest, err);
    if (status != BLT_OK) return status;
    for (uint32_t j = 0; j < f->n; j++) rest[j] = !blt_bit(m.valid, j);
  }
  if (status == BLT_OK) mosaic_shape(&m, out);
  return status;
}

blt_status blt_bind_coalesce(blt_binder *b, blt_op *op, blt_error *err) {
  op->run = run_coalesce;
  return unify(b, op, 0, err);
}

/* nullif(a, b) is if(a == b, nil, a). */
blt_status blt_bind_nullif(blt_binder *b, blt_op *op, blt_error *err) {
  blt_op *equal = blt_bind_call(b, "==", op->args, 2, op->node, err);
  blt_value null = {.null = true, .type = op->args[0]->type};
  blt_op *args[3] = {equal, equal ? blt_bind_value(b, &null, op->node, err) : NULL, op->args[0]};
  if (!args[1]) return err->code;
  blt_op *choice = blt_bind_call(b, "if", args, 3, op->node, err);
  if (!choice) return err->code;
  *op = *choice;
  return BLT_OK;
}

/* ---- least and greatest: nulls are passed over, -0 is below 0, NaN counts as largest ---- */

static bool precedes(const mosaic *m, const void *in, uint32_t j, uint32_t i) {
  if (m->type.id == BLT_FLOAT64) {
    const uint64_t *x = in, *y = m->data;
    return blt_word_of_double(x[j]) < blt_word_of_double(y[i]);
  }
  if (m->type.id == BLT_STRING) {
    return blt_text_order(((const blt_str *)in)[j], ((const blt_str *)m->data)[i]) < 0;
  }
  if (m->type.id == BLT_BOOL) return ((const uint8_t *)in)[j] < ((const uint8_t *)m->data)[i];
  return ((const int64_t *)in)[j] < ((const int64_t *)m->data)[i];
}

static blt_status run_extreme(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {
  mosaic m;
  blt_vec v;
  uint8_t *take = blt_eval_alloc(f->ev, f->n);
  if (!take) return blt_fail_memory(err, f->n);
  blt_status status = mosaic_new(f, op->type, &m, err);
  for (uint32_t a = 0; a < op->nargs && status == BLT_OK; a++) {
    status = blt_op_eval(f, op->args[a], &v, err);
    if (status != BLT_OK) return status;
    void *room = blt_eval_alloc(f->ev, f->n * m.width);
    if (!room) return blt_fail_memory(err, f->n * m.width);
    const void *in = m.type.id == BLT_STRING    ? (const void *)blt_vec_text(&v, room)
                     : m.type.id == BLT_BOOL    ? (const void *)blt_vec_bool(&v, room)
                     : m.type.id == BLT_FLOAT64 ? (const void *)blt_vec_f64(&v, room)
                                                : (const void *)blt_vec_i64(&v, room);
    for (uint32_t i = 0; i < f->n; i++) {
      bool before = precedes(&m, in, i, i);
      take[i] = !blt_vec_is_null(&v, i) && (!blt_bit(m.valid, i) || before == (op->code == BLT_LEAST));
    }
    status = mosaic_put(f, &m, &v, NULL, take, err);
  }
  if (status == BLT_OK) mosaic_shape(&m, out);
  return status;
}

blt_status blt_bind_extreme(blt_binder *b, blt_op *op, blt_error *err) {
  op->run = run_extreme;
  return unify(b, op, 0, err);
}

/* ---- fails ---- */

typedef struct trial {
  const blt_frame *frame;
  const blt_op *op;
  uint8_t *wanted, *failed; /* rows */
} trial;

/* Marks those of the rows low to high - 1 that fail: halves them until each part fails as one row, or not. */
static blt_status try_rows(const trial *t, uint32_t low, uint32_t high, blt_error *err) {
  blt_vec out;
  uint16_t *picked;
  memset(t->wanted, 0, t->frame->n);
  memset(t->wanted + low, 1, high - low);
  blt_mark mark = blt_eval_mark(t->frame->ev);
  blt_status status = eval_for(t->frame, t->op, t->wanted, &out, &picked, err);
  blt_eval_release(t->frame->ev, mark);
  bool of_data = status == BLT_EFORMAT || status == BLT_EOVERFLOW || status == BLT_EINVAL;
  if (!of_data) return status;
  *err = (blt_error){.position = -1};
  if (high - low == 1) {
    t->failed[low] = 1;
    return BLT_OK;
  }
  uint32_t middle = low + (high - low) / 2;
  status = try_rows(t, low, middle, err);
  return status == BLT_OK ? try_rows(t, middle, high, err) : status;
}

static blt_status run_fails(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {
  uint8_t *failed = blt_eval_alloc(f->ev, f->n), *wanted = blt_eval_alloc(f->ev, f->n);
  if (!failed || !wanted) return blt_fail_memory(err, 2 * (size_t)f->n);
  memset(failed, 0, f->n);
  *out = (blt_vec){.type = op->type, .form = BLT_VEC_OFFSETS, .width = 1, .n = f->n, .data = failed};
  const trial t = {f, op->args[0], wanted, failed};
  return t.op->can_fail && f->n ? try_rows(&t, 0, f->n, err) : BLT_OK;
}

/* Whether x has no value in a row because data do not allow it: a text that is no number, an overflow. */
blt_status blt_bind_fails(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  op->run = run_fails;
  return BLT_OK;
}
