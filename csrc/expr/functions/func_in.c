/* func_in.c: x in (constants …). Integers, dates, decimals, dictionary codes and the words of doubles share
 * one test of membership; a list with other members becomes a chain of == and or. */
#include "func_compare.h"
#include "base/text/text_order.h"
#include "base/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEW 12               /* compared one after the other, all rows at once */
#define TABLE_SPAN (1 << 16) /* a table of bytes up to this distance between smallest and largest */

typedef struct members {
  uint32_t count;
  int64_t *sorted;
  uint8_t *table; /* table[v - sorted[0]], or NULL */
  blt_str *texts; /* of a string column: all members in byte order, for blocks without codes */
  uint32_t ntexts;
  double least, most; /* of a list of doubles */
} members;

/* Equal doubles have equal words. */
static int64_t word_of(double x) {
  return (int64_t)blt_bits_of_double(x + 0.0); /* -0.0 becomes 0.0 */
}

BLT_CLONES static void test_few(const int64_t *restrict v, uint32_t n, const int64_t *restrict k,
                                uint32_t count, uint8_t *restrict r) {
  memset(r, 0, n);
  for (uint32_t j = 0; j < count; j++) {
    const int64_t one = k[j];
    for (uint32_t i = 0; i < n; i++) r[i] |= v[i] == one;
  }
}

static void test_table(const int64_t *v, uint32_t n, const members *m, uint8_t *r) {
  uint64_t low = (uint64_t)m->sorted[0], span = (uint64_t)m->sorted[m->count - 1] - low;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t at = (uint64_t)v[i] - low;
    r[i] = at <= span && m->table[at];
  }
}

static int order_i64(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}
static int order_text(const void *a, const void *b) {
  return blt_text_order(*(const blt_str *)a, *(const blt_str *)b);
}

static void test_sorted(const int64_t *v, uint32_t n, const members *m, uint8_t *r) {
  for (uint32_t i = 0; i < n; i++) r[i] = bsearch(&v[i], m->sorted, m->count, sizeof *v, order_i64) != NULL;
}

static void test_texts(const blt_str *s, uint32_t n, const members *m, uint8_t *r) {
  for (uint32_t i = 0; i < n; i++) r[i] = bsearch(&s[i], m->texts, m->ntexts, sizeof *s, order_text) != NULL;
}

static void test_ints(const int64_t *v, uint32_t n, const members *m, uint8_t *r) {
  if (m->count <= FEW)
    test_few(v, n, m->sorted, m->count, r);
  else if (m->table)
    test_table(v, n, m, r);
  else
    test_sorted(v, n, m, r);
}

static blt_status test_doubles(blt_call *c, const members *m, blt_error *err) {
  const double *v = blt_call_f64(c, 0);
  int64_t *words = blt_eval_alloc(c->frame->ev, c->n * sizeof *words);
  if (!words) return blt_fail_memory(err, c->n * sizeof *words);
  for (uint32_t i = 0; i < c->n; i++) words[i] = word_of(v[i]);
  test_ints(words, c->n, m, c->out);
  return BLT_OK;
}

static blt_status loop_in(blt_call *c, blt_error *err) {
  const members *m = c->op->data;
  const blt_vec *v = &c->args[0];
  bool coded = v->form == BLT_VEC_CODES || (v->form == BLT_VEC_CONST && v->dict);
  if (v->type.id == BLT_FLOAT64) return test_doubles(c, m, err);
  if (v->type.id != BLT_STRING) {
    test_ints(blt_call_i64(c, 0), c->n, m, c->out);
    return BLT_OK;
  }
  if (!coded || !m->sorted) {
    test_texts(blt_call_text(c, 0), c->n, m, c->out);
    return BLT_OK;
  }
  int64_t *wide = blt_eval_alloc(c->frame->ev, c->n * sizeof *wide);
  blt_vec codes = *v;
  if (!wide) return blt_fail_memory(err, c->n * sizeof *wide);
  codes.n = c->n;
  codes.base = v->form == BLT_VEC_CONST ? v->base : 0;
  codes.form = v->form == BLT_VEC_CONST ? BLT_VEC_CONST : BLT_VEC_OFFSETS;
  test_ints(blt_vec_i64(&codes, wide), c->n, m, c->out);
  return BLT_OK;
}
static BLT_STRICT(run_in, loop_in);

/* ---- binding ---- */

/* Sorts, drops repetitions, and fills the table when that pays. */
static blt_status finish(blt_binder *b, members *m, blt_error *err) {
  uint32_t kept = 0;
  if (m->count == 0) return BLT_OK;
  qsort(m->sorted, m->count, sizeof *m->sorted, order_i64);
  for (uint32_t i = 0; i < m->count; i++)
    if (i == 0 || m->sorted[i] != m->sorted[kept - 1]) m->sorted[kept++] = m->sorted[i];
  m->count = kept;
  uint64_t span = (uint64_t)m->sorted[kept - 1] - (uint64_t)m->sorted[0];
  if (kept <= FEW || span >= TABLE_SPAN) return BLT_OK;
  m->table = blt_bind_alloc(b, span + 1);
  if (!m->table) return blt_fail_memory(err, span + 1);
  for (uint32_t i = 0; i < kept; i++) m->table[m->sorted[i] - m->sorted[0]] = 1;
  return BLT_OK;
}

static blt_status add_texts(blt_binder *b, blt_op *op, members *m, blt_error *err) {
  blt_dict *dict = blt_op_dict(b, op->args[0]);
  m->texts = blt_bind_alloc(b, op->nargs * sizeof *m->texts);
  if (!m->texts) return blt_fail_memory(err, op->nargs * sizeof *m->texts);
  for (uint32_t i = 1; i < op->nargs; i++) {
    blt_str s = op->args[i]->value.u.s;
    uint32_t code;
    bool found = false;
    if (op->args[i]->value.null) continue;
    m->texts[m->ntexts++] = s;
    if (!dict) continue;
    blt_status status = blt_dict_find(dict, s.s, s.len, &found, &code, err);
    if (status != BLT_OK) return status;
    if (found) m->sorted[m->count++] = code;
  }
  qsort(m->texts, m->ntexts, sizeof *m->texts, order_text);
  op->direct = dict != NULL;
  if (!dict) m->sorted = NULL;
  return BLT_OK;
}

/* Whether x is a double and the list of numbers that compare with it as doubles. */
static bool is_of_doubles(const blt_op *op) {
  bool all = op->args[0]->type.id == BLT_FLOAT64;
  for (uint32_t i = 1; i < op->nargs && all; i++) {
    const blt_op *k = op->args[i];
    bool number = k->type.id == BLT_FLOAT64 || k->type.id == BLT_INT64;
    all = k->kind == BLT_OP_VALUE && (k->value.null || number);
  }
  return all;
}

/* NaN equals nothing, nor does an integer between two doubles. */
static bool as_double(const blt_value *k, double *out) {
  *out = k->u.f;
  if (k->type.id == BLT_FLOAT64) return k->u.f == k->u.f;
  *out = (double)k->u.i;
  return (__int128)*out == k->u.i;
}

static void add_doubles(const blt_op *op, members *m) {
  m->least = INFINITY;
  m->most = -INFINITY;
  for (uint32_t i = 1; i < op->nargs; i++) {
    double x;
    if (op->args[i]->value.null || !as_double(&op->args[i]->value, &x)) continue;
    m->sorted[m->count++] = word_of(x);
    m->least = x < m->least ? x : m->least;
    m->most = x > m->most ? x : m->most;
  }
}

static void range_in_doubles(const blt_scope *s, const blt_op *op, blt_range *out) {
  const members *m = op->data;
  blt_range a;
  blt_op_range(s, op->args[0], &a);
  *out = (blt_range){.nulls = true};
  if (a.known && (a.empty || a.fhigh < m->least || a.flow > m->most))
    *out = (blt_range){.known = true, .nulls = a.nulls};
}

static void range_in_texts(const blt_scope *s, const blt_op *op, blt_range *out) {
  const members *m = op->data;
  *out = (blt_range){.nulls = true};
  if (m->ntexts && blt_range_lacks(s, op->args[0], m->texts[0], m->texts[m->ntexts - 1]))
    out->known = true;
  else if (m->sorted)
    blt_range_in(s, op, out);
}

/* Whether the list is of constants that compare with x by bytes or as integers. A decimal and a double are
 * compared as doubles. */
static bool is_simple(const blt_op *op) {
  blt_type x = op->args[0]->type;
  if (x.id == BLT_FLOAT64 || x.id == BLT_NULLTYPE) return false;
  for (uint32_t i = 1; i < op->nargs; i++) {
    const blt_op *k = op->args[i];
    bool rounded = x.id == BLT_DECIMAL && k->type.id == BLT_FLOAT64;
    bool same = k->type.id == x.id || (blt_is_number(x) && blt_is_number(k->type) && !rounded);
    if (k->kind != BLT_OP_VALUE || (!k->value.null && !same)) return false;
  }
  return true;
}

/* x == a or x == b …, as a balanced tree. */
static blt_op *chain(blt_binder *b, const blt_op *op, uint32_t first, uint32_t last, blt_error *err) {
  blt_op *pair[2];
  if (first == last) {
    blt_op *k = op->args[first];
    pair[0] = op->args[0], pair[1] = k;
    if (blt_op_is_null(k) || blt_op_is_null(pair[0]))
      return blt_bind_value(b, &(blt_value){.null = true, .type = {.id = BLT_BOOL}}, op->node, err);
    return blt_bind_call(b, "==", pair, 2, op->node, err);
  }
  uint32_t middle = first + (last - first) / 2;
  pair[0] = chain(b, op, first, middle, err);
  pair[1] = pair[0] ? chain(b, op, middle + 1, last, err) : NULL;
  return pair[1] ? blt_bind_call(b, "or", pair, 2, op->node, err) : NULL;
}

static blt_status bind_members(blt_binder *b, blt_op *op, blt_error *err) {
  members *m = blt_bind_alloc(b, sizeof *m);
  if (m) m->sorted = blt_bind_alloc(b, op->nargs * sizeof *m->sorted);
  if (!m || !m->sorted) return blt_fail_memory(err, sizeof *m);
  blt_type x = op->args[0]->type;
  if (x.id == BLT_FLOAT64) {
    add_doubles(op, m);
  } else if (x.id == BLT_STRING) {
    blt_status status = add_texts(b, op, m, err);
    if (status != BLT_OK) return status;
  } else {
    for (uint32_t i = 1; i < op->nargs; i++) {
      const blt_value *k = &op->args[i]->value;
      if (!k->null && blt_exact_integer(k, x, &m->sorted[m->count])) m->count++;
    }
  }
  op->data = m;
  op->nargs = 1;
  op->run = run_in;
  op->cost = 3;
  if (x.id == BLT_STRING) op->range = range_in_texts;
  if (m->sorted) {
    if (x.id != BLT_STRING) op->range = x.id == BLT_FLOAT64 ? range_in_doubles : blt_range_in;
    blt_status status = finish(b, m, err);
    op->low = m->count ? m->sorted[0] : 1;
    op->high = m->count ? m->sorted[m->count - 1] : 0;
    return status;
  }
  return BLT_OK;
}

/* With a null in the list a value that is not found is neither in nor out. */
static blt_status or_null(blt_binder *b, blt_op *op, blt_error *err) {
  blt_op *pair[2] = {blt_bind_alloc(b, sizeof *op), NULL};
  if (!pair[0]) return blt_fail_memory(err, sizeof *op);
  *pair[0] = *op;
  pair[0]->column = op->args[0]->column;
  pair[0]->depth = (uint16_t)(op->args[0]->depth + 1);
  pair[1] = blt_bind_value(b, &(blt_value){.null = true, .type = {.id = BLT_BOOL}}, op->node, err);
  blt_op *both = pair[1] ? blt_bind_call(b, "or", pair, 2, op->node, err) : NULL;
  if (!both) return err->code;
  *op = *both;
  return BLT_OK;
}

/* Nothing is in an empty list, not even null. */
static blt_status in_nothing(blt_binder *b, blt_op *op, blt_error *err) {
  blt_op *no = blt_bind_value(b, &(blt_value){.type = {.id = BLT_BOOL}}, op->node, err);
  if (!no) return err->code;
  *op = *no;
  return BLT_OK;
}

blt_status blt_bind_in(blt_binder *b, blt_op *op, blt_error *err) {
  if (op->nargs == 1) return in_nothing(b, op, err);
  for (uint32_t i = 1; i < op->nargs; i++)
    if (blt_bind_moment_texts(b, op, 0, i, err) != BLT_OK) return err->code;
  if ((!is_simple(op) && !is_of_doubles(op)) || op->args[0]->kind == BLT_OP_VALUE) {
    blt_op *all = chain(b, op, 1, op->nargs - 1, err);
    if (!all) return err->code;
    *op = *all;
    return BLT_OK;
  }
  bool null = false;
  for (uint32_t i = 1; i < op->nargs; i++) null = null || op->args[i]->value.null;
  blt_status status = bind_members(b, op, err);
  return status == BLT_OK && null ? or_null(b, op, err) : status;
}
