/* expr_memo.c: what depends on one dictionary column only is computed once for each distinct string.
 *
 * A predicate or number is remembered by code, in the evaluator (so workers share nothing), and only for
 * codes that rows ask for; what a predicate says of a large dictionary is shared (expr_answers.h). A string
 * gets codes in a dictionary of its own, made when the expression is compiled, so that grouping by
 * upper(country) works on codes as grouping by country does. Blocks of plain text are evaluated as they are.
 */
#include "expr_answers.h"

#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"
#include "interning.h"

#include <string.h>

enum { UNKNOWN, FALSE_OR_VALUE, TRUE, IS_NULL, PENDING };

#define NO_CODE UINT32_MAX
#define ANSWERS_MIN (64u << 10) /* states of so many entries stay in the cache of each worker */
#define DERIVED_MAX (4u << 20)  /* entries for which a dictionary is made in advance */

struct blt_memo {
  blt_memo *next;
  const blt_op *op;
  uint32_t count;
  uint8_t *state;  /* of each code */
  int64_t *values; /* of each code, or bits of a double; NULL for predicates */
  uint16_t
      *asked; /* of each chunk of the answers that workers share: codes that this one asked for; or NULL */
  uint32_t nasked;
};

typedef struct blt_derived {
  struct blt_derived *next;
  blt_dict *dict;
  size_t room;        /* of codes: that of all entries of the column's dictionary, in whole blocks */
  uint32_t *codes;    /* of each code of the column: code in `dict`, NO_CODE for null */
  uint32_t null_code; /* what a null becomes */
} blt_derived;

/* ---- memos of an evaluator ---- */

static void memo_release(blt_ctx *ctx, blt_memo *m) {
  blt_free(ctx, m->values, m->count * sizeof *m->values);
  blt_free(ctx, m->state, m->count);
  blt_free(ctx, m->asked, m->nasked * sizeof *m->asked);
  blt_free(ctx, m, sizeof *m);
}

void blt_memo_free(blt_eval *ev) {
  for (blt_memo *m = ev->memos, *next; m; m = next) {
    next = m->next;
    memo_release(ev->ctx, m);
  }
  ev->memos = NULL;
}

static blt_memo *memo_of(blt_eval *ev, const blt_op *op, uint32_t count, blt_error *err) {
  for (blt_memo *m = ev->memos; m; m = m->next)
    if (m->op == op) return m;
  blt_memo *m = blt_calloc(ev->ctx, 1, sizeof *m);
  if (!m) {
    blt_fail_memory(err, sizeof *m);
    return NULL;
  }
  *m = (blt_memo){.op = op, .count = count};
  if (op->answers) m->nasked = blt_answers_chunk(count - 1) + 1;
  m->state = blt_calloc(ev->ctx, count, 1);
  if (op->type.id != BLT_BOOL) m->values = blt_calloc(ev->ctx, count, sizeof *m->values);
  if (m->nasked) m->asked = blt_calloc(ev->ctx, m->nasked, sizeof *m->asked);
  if (!m->state || (!m->values && op->type.id != BLT_BOOL) || (!m->asked && m->nasked)) {
    memo_release(ev->ctx, m);
    blt_fail_memory(err, (size_t)count * 9);
    return NULL;
  }
  m->next = ev->memos;
  return ev->memos = m;
}

/* The same of predicates and numbers that are never null, as they mostly are. */
static bool learn_plain(blt_memo *m, const uint32_t *list, uint32_t n, const blt_vec *v) {
  if (v->valid || v->form == BLT_VEC_CONST) return false;
  if (!m->values && v->form == BLT_VEC_OFFSETS && v->width == 1 && v->base == 0) {
    for (uint32_t i = 0; i < n; i++)
      m->state[list[i]] = (uint8_t)(FALSE_OR_VALUE + ((const uint8_t *)v->data)[i]);
    return true;
  }
  if (!m->values || v->form != BLT_VEC_VALUES) return false;
  for (uint32_t i = 0; i < n; i++) {
    m->state[list[i]] = FALSE_OR_VALUE;
    m->values[list[i]] = ((const int64_t *)v->data)[i];
  }
  return true;
}

/* Writes down the results for the codes of `list`. */
static void learn(blt_memo *m, const uint32_t *list, uint32_t n, const blt_vec *v) {
  if (learn_plain(m, list, n, v)) return;
  for (uint32_t i = 0; i < n; i++) {
    blt_value value = blt_vec_value(v, i);
    uint8_t state = FALSE_OR_VALUE;
    if (value.null)
      state = IS_NULL;
    else if (m->values)
      m->values[list[i]] = value.u.i;
    else if (value.u.i)
      state = TRUE;
    m->state[list[i]] = state;
  }
}

/* Evaluates the function for codes that no row has asked for yet. */
static blt_status ask(const blt_frame *f, blt_memo *m, const blt_dict *dict, uint32_t *list, uint32_t n,
                      blt_error *err) {
  blt_str *s = blt_eval_alloc(f->ev, n * sizeof *s);
  blt_vec v;
  blt_status status = s ? BLT_OK : blt_fail_memory(err, n * sizeof *s);
  if (s) {
    for (uint32_t i = 0; i < n; i++) s[i] = blt_dict_at(dict, list[i]);
    blt_vec given = {.type = {.id = BLT_STRING}, .form = BLT_VEC_TEXT, .width = sizeof *s, .n = n, .data = s};
    blt_frame sub = {.ev = f->ev, .n = n, .given = &given};
    status = blt_op_eval(&sub, m->op->args[0], &v, err);
  }
  if (status == BLT_OK)
    learn(m, list, n, &v);
  else
    for (uint32_t i = 0; i < n; i++) m->state[list[i]] = UNKNOWN;
  return status;
}

/* Makes the memo know the codes of rows whose state is unknown. */
static blt_status complete(const blt_frame *f, blt_memo *m, const blt_vec *v, const uint32_t *codes,
                           const uint8_t *state, blt_error *err) {
  uint32_t *list = blt_eval_alloc(f->ev, v->n * sizeof *list), n = 0;
  if (!list) return blt_fail_memory(err, v->n * sizeof *list);
  for (uint32_t i = 0; i < v->n; i++) {
    uint32_t c = codes[i];
    if (state[i] != UNKNOWN || m->state[c] != UNKNOWN || blt_vec_is_null(v, i)) continue;
    m->state[c] = PENDING;
    list[n++] = c;
  }
  return n ? ask(f, m, v->dict, list, n, err) : BLT_OK;
}

/* Answers the chunks that these codes have made too many questions about. */
static blt_status lose_patience(const blt_frame *f, blt_memo *m, const blt_vec *v, const uint32_t *codes,
                                blt_error *err) {
  blt_answers *a = m->op->answers;
  for (uint32_t i = 0; i < v->n; i++) {
    uint32_t chunk = blt_answers_chunk(codes[i]);
    if (m->asked[chunk] >= a->patience || ++m->asked[chunk] < a->patience) continue;
    blt_status status = blt_answers_fill(a, f, v->dict, chunk, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* The states of all rows, where nobody has a shared answer from the memo; gives the set of those met, a bit
 * each. */
static uint8_t states(const blt_memo *m, const uint32_t *codes, uint32_t n, uint8_t *out) {
  const blt_answers *a = m->op->answers;
  uint8_t any = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t c = codes[i];
    out[i] = a && blt_answers_has(a, c) ? (uint8_t)(FALSE_OR_VALUE + blt_answers_get(a, c)) : m->state[c];
    any |= (uint8_t)(1 << out[i]);
  }
  return any;
}

/* Results by row, from their states; `null` (the function of a null) where the column is null. *nulls:
 * whether `valid` was needed. */
static void spread(const blt_op *op, const int64_t *values, const blt_vec *v, const uint32_t *codes,
                   const uint8_t *state, bool null_results, void *data, uint64_t *valid, bool *nulls) {
  const blt_value *null = &op->value;
  uint8_t *bytes = data;
  int64_t *words = data;
  size_t n = blt_bits_words(v->n);
  if (values)
    for (uint32_t i = 0; i < v->n; i++) words[i] = values[codes[i]];
  else
    for (uint32_t i = 0; i < v->n; i++) bytes[i] = state[i] == TRUE;
  *nulls = null_results || (v->valid && null->null);
  if (*nulls) memset(valid, 0xff, n * sizeof *valid);
  for (uint32_t i = 0; i < v->n && null_results; i++)
    if (state[i] == IS_NULL) blt_bit_clear(valid, i);
  if (!v->valid) return;
  if (null->null) {
    for (size_t w = 0; w < n; w++) valid[w] &= v->valid[w];
    return;
  }
  for (uint32_t i = 0; i < v->n; i++) {
    if (blt_bit(v->valid, i)) continue;
    if (*nulls) blt_bit_set(valid, i);
    if (values)
      words[i] = null->u.i;
    else
      bytes[i] = (uint8_t)null->u.i;
  }
}

/* ---- the kernel of numbers and predicates ---- */

static blt_status run_plain(const blt_frame *f, const blt_op *op, const blt_vec *v, blt_vec *out,
                            blt_error *err) {
  blt_frame sub = *f;
  sub.given = v;
  sub.sel = NULL;
  return blt_op_eval(&sub, op->args[0], out, err);
}

/* States from the answers that workers share, when these are all known. */
static bool read_answers(const blt_op *op, const blt_vec *v, const uint32_t *codes, uint8_t *state) {
  if (!op->answers || !blt_answers_read(op->answers, codes, v->n, state)) return false;
  for (uint32_t i = 0; i < v->n; i++) state[i] = (uint8_t)(FALSE_OR_VALUE + state[i]);
  return true;
}

/* States and values by the worker's own memo, which is completed first. */
static blt_status remember(const blt_frame *f, const blt_op *op, const blt_vec *v, const uint32_t *codes,
                           uint8_t *state, const int64_t **values, bool *null_results, blt_error *err) {
  blt_memo *m = memo_of(f->ev, op, v->dict->count, err);
  if (!m) return err->code;
  blt_status status = m->asked ? lose_patience(f, m, v, codes, err) : BLT_OK;
  if (status != BLT_OK) return status;
  uint8_t any = states(m, codes, v->n, state);
  if (any & 1 << UNKNOWN) {
    status = complete(f, m, v, codes, state, err);
    if (status != BLT_OK) return status;
    any = states(m, codes, v->n, state);
  }
  *values = m->values;
  *null_results = any & 1 << IS_NULL;
  return BLT_OK;
}

static blt_status run_coded(const blt_frame *f, const blt_op *op, const blt_vec *v, blt_vec *out,
                            blt_error *err) {
  bool numbers = op->type.id != BLT_BOOL;
  size_t words = blt_bits_words(v->n) * sizeof(uint64_t);
  void *data = blt_eval_alloc(f->ev, v->n * (numbers ? 8u : 1u));
  uint64_t *valid = blt_eval_alloc(f->ev, words);
  blt_mark mark = blt_eval_mark(f->ev);
  uint32_t *room = blt_eval_alloc(f->ev, v->n * sizeof *room);
  uint8_t *state = blt_eval_alloc(f->ev, v->n);
  if (!data || !valid || !room || !state) return blt_fail_memory(err, v->n * 12 + words);
  const uint32_t *codes = blt_vec_codes(v, room);
  const int64_t *values = NULL;
  bool nulls, null_results = false;
  if (!read_answers(op, v, codes, state)) {
    blt_status status = remember(f, op, v, codes, state, &values, &null_results, err);
    if (status != BLT_OK) return status;
  }
  spread(op, values, v, codes, state, null_results, data, valid, &nulls);
  *out = (blt_vec){.type = op->type, .n = v->n, .data = data, .valid = nulls ? valid : NULL};
  out->form = numbers ? BLT_VEC_VALUES : BLT_VEC_OFFSETS;
  out->width = numbers ? 8 : 1;
  blt_eval_release(f->ev, mark);
  return BLT_OK;
}

static blt_status run_memo(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {
  blt_vec v;
  blt_status status = blt_column_eval(f, op->column, &v, err);
  if (status != BLT_OK) return status;
  if (v.all_null) {
    *out = blt_vec_of_value(&op->value, f->n);
    return BLT_OK;
  }
  if (v.form == BLT_VEC_TEXT) return run_plain(f, op, &v, out, err);
  if (v.form != BLT_VEC_CONST || v.valid || f->n == 0) return run_coded(f, op, &v, out, err);
  uint32_t n = v.n;
  v.n = 1; /* one code for all rows */
  status = run_coded(f, op, &v, out, err);
  if (status != BLT_OK) return status;
  blt_value value = blt_vec_value(out, 0);
  *out = blt_vec_of_value(&value, n);
  return BLT_OK;
}

/* ---- strings ---- */

static void derived_release(blt_ctx *ctx, blt_derived *d) {
  blt_dict_release(d->dict);
  blt_free(ctx, d->codes, d->room * sizeof *d->codes);
  blt_free(ctx, d, sizeof *d);
}

void blt_derived_free(blt_expr *e) {
  for (blt_derived *d = e->derived, *next; d; d = next) {
    next = d->next;
    derived_release(e->ctx, d);
  }
  e->derived = NULL;
}

static blt_status run_derived(const blt_frame *f, const blt_op *op, blt_vec *out, blt_error *err) {
  const blt_derived *d = op->data;
  blt_vec v;
  blt_status status = blt_column_eval(f, op->column, &v, err);
  if (status != BLT_OK) return status;
  if (v.form == BLT_VEC_TEXT) return run_plain(f, op, &v, out, err);
  size_t words = blt_bits_words(v.n) * sizeof(uint64_t);
  uint32_t *codes = blt_eval_alloc(f->ev, v.n * sizeof *codes),
           *room = blt_eval_alloc(f->ev, v.n * sizeof *room);
  uint64_t *valid = blt_eval_alloc(f->ev, words);
  if (!codes || !room || !valid) return blt_fail_memory(err, v.n * 8 + words);
  const uint32_t *in = blt_vec_codes(&v, room);
  uint32_t highest = 0;
  for (uint32_t i = 0; i < v.n; i++) codes[i] = d->codes[in[i]];
  if (v.all_null)
    for (uint32_t i = 0; i < v.n; i++) codes[i] = d->null_code;
  for (uint32_t w = 0; v.valid && w < v.n; w += 64) {
    uint64_t null = ~v.valid[w / 64];
    for (uint32_t i; null && (i = w + (uint32_t)__builtin_ctzll(null)) < v.n; null &= null - 1)
      codes[i] = d->null_code;
  }
  for (uint32_t i = 0; i < v.n; i++) highest = codes[i] > highest ? codes[i] : highest;
  *out = (blt_vec){
      .type = op->type, .form = BLT_VEC_CODES, .width = 4, .n = v.n, .data = codes, .dict = d->dict};
  if (highest != NO_CODE) return BLT_OK;
  if (d->dict->count == 0) {
    *out = blt_vec_null(op->type, v.n);
    return BLT_OK;
  }
  memset(valid, 0, words);
  for (uint32_t i = 0; i < v.n; i++) {
    valid[i / 64] |= (uint64_t)(codes[i] != NO_CODE) << (i & 63);
    codes[i] = codes[i] == NO_CODE ? 0 : codes[i];
  }
  out->valid = valid;
  return BLT_OK;
}

bool blt_op_is_derived(const blt_op *op) {
  return op->kind == BLT_OP_CALL && op->run == run_derived;
}

blt_dict *blt_expr_dict(const blt_expr *e, const blt_view *view) {
  const blt_op *op = e->root;
  bool derived = blt_op_is_derived(op);
  if (op->type.id != BLT_STRING || (op->kind != BLT_OP_COLUMN && !derived)) return NULL;
  blt_dict *codes = blt_view_codes(view, op->column);
  return codes && derived ? ((const blt_derived *)op->data)->dict : codes;
}

/* `op` for entries first to first + n - 1. */
static blt_status eval_some(blt_eval *ev, const blt_op *op, const blt_dict *dict, uint32_t first, uint32_t n,
                            blt_vec *out, blt_error *err) {
  blt_eval_reset(ev);
  blt_str *s = blt_eval_alloc(ev, n * sizeof *s);
  if (!s) return blt_fail_memory(err, n * sizeof *s);
  for (uint32_t i = 0; i < n; i++) s[i] = blt_dict_at(dict, first + i);
  blt_vec given = {.type = {.id = BLT_STRING}, .form = BLT_VEC_TEXT, .width = sizeof *s, .n = n, .data = s};
  blt_frame f = {.ev = ev, .n = n, .given = &given};
  return blt_op_eval(&f, op, out, err);
}

/* Entries of the dictionary that one task evaluates: so few that there is work for all threads. */
#define ENTRIES (8 * BLT_VECTOR_ROWS)

typedef struct deriving {
  blt_binder *b;
  const blt_op *op;
  const blt_dict *dict;
  blt_eval **evals; /* of each worker, made on first use */
  blt_watch watch;
} deriving;

static blt_status check_deriving(void *arg, uint32_t worker, blt_error *err) {
  deriving *d = arg;
  return worker ? blt_par_check(d->b->ctx, worker, 0, 0, err) : blt_watch_check(&d->watch, 0, 1, err);
}

static blt_status eval_of(deriving *d, uint32_t worker, blt_eval **out, blt_error *err) {
  blt_status status = BLT_OK;
  if (!d->evals[worker]) {
    status = blt_eval_new(d->b->ctx, d->b->view, &d->evals[worker], err);
    if (status == BLT_OK) blt_eval_watch(d->evals[worker], check_deriving, d, worker);
  }
  *out = d->evals[worker];
  return status;
}

static blt_status read_entries(void *arg, blt_interning *in, uint32_t block, uint32_t worker,
                               blt_error *err) {
  deriving *d = arg;
  blt_eval *ev;
  blt_status status = eval_of(d, worker, &ev, err);
  uint32_t first = block * ENTRIES, end = d->dict->count - first < ENTRIES ? d->dict->count : first + ENTRIES;
  for (uint32_t n; first < end && status == BLT_OK; first += n) {
    n = end - first < BLT_VECTOR_ROWS ? end - first : BLT_VECTOR_ROWS;
    blt_vec v;
    status = eval_some(ev, d->op, d->dict, first, n, &v, err);
    if (status == BLT_OK) status = blt_intern_add(in, block, worker, &v, first, NULL, err);
    if (status == BLT_OK) status = check_deriving(d, worker, err);
  }
  return status;
}

/* The code of what a null becomes. */
static blt_status intern_null(blt_derived *d, const blt_value *null, blt_error *err) {
  d->null_code = NO_CODE;
  return null->null ? BLT_OK : blt_dict_intern(d->dict, null->u.s.s, null->u.s.len, &d->null_code, err);
}

static blt_status derive_codes(deriving *run, blt_derived *d, blt_error *err) {
  uint32_t n = run->dict->count, blocks = (n + ENTRIES - 1) / ENTRIES;
  size_t words = d->room / 64;
  blt_intern_source source = {.ctx = run->b->ctx,
                              .blocks = blocks,
                              .block_rows = ENTRIES,
                              .rows = n,
                              .read = read_entries,
                              .check = check_deriving,
                              .arg = run};
  uint64_t *valid = blt_calloc(run->b->ctx, words, sizeof *valid);
  if (!valid) return blt_fail_memory(err, words * sizeof *valid);
  blt_status status = blt_intern(&source, d->codes, valid, &d->dict, err);
  for (uint32_t i = 0; i < n && status == BLT_OK; i++)
    if (!blt_bit(valid, i)) d->codes[i] = NO_CODE;
  blt_free(run->b->ctx, valid, words * sizeof *valid);
  return status;
}

static blt_status derive_all(blt_binder *b, const blt_op *op, const blt_dict *dict, blt_derived *d,
                             blt_error *err) {
  deriving run = {.b = b, .op = op, .dict = dict};
  uint32_t workers = blt_par_workers(b->ctx);
  d->room = ((size_t)dict->count / ENTRIES + 1) * ENTRIES;
  d->codes = blt_calloc(b->ctx, d->room, sizeof *d->codes);
  run.evals = blt_calloc(b->ctx, workers, sizeof *run.evals);
  blt_watch_start(&run.watch, b->ctx);
  blt_status status =
      d->codes && run.evals ? derive_codes(&run, d, err) : blt_fail_memory(err, d->room * sizeof *d->codes);
  for (uint32_t i = 0; run.evals && i < workers; i++) blt_eval_free(run.evals[i]);
  blt_free(b->ctx, run.evals, workers * sizeof *run.evals);
  return status;
}

static blt_derived *derive(blt_binder *b, const blt_op *op, const blt_dict *dict, const blt_value *null,
                           blt_error *err) {
  blt_derived *d = blt_calloc(b->ctx, 1, sizeof *d);
  if (!d) {
    blt_fail_memory(err, sizeof *d);
    return NULL;
  }
  blt_status status = derive_all(b, op, dict, d, err);
  if (status == BLT_OK) status = intern_null(d, null, err);
  if (status == BLT_OK) {
    d->next = b->expr->derived;
    b->expr->derived = d;
    return d;
  }
  derived_release(b->ctx, d);
  return NULL;
}

/* ---- bounds of numbers ---- */

/* So many entries are looked at, and only while their texts are short: nobody is asked meanwhile whether to
 * go on. */
#define BOUNDS_MAX 65536u
#define BOUNDS_BYTES (1u << 20)

static void widen(blt_range *r, const blt_value *v) {
  if (v->null) return;
  if (r->empty || v->u.i < r->low) r->low = v->u.i;
  if (r->empty || v->u.i > r->high) r->high = v->u.i;
  r->empty = false;
}

static blt_status widen_entries(blt_eval *ev, const blt_op *op, const blt_dict *dict, blt_range *r,
                                blt_error *err) {
  for (uint32_t start = 0, n; start < dict->count; start += n) {
    n = dict->count - start < BLT_VECTOR_ROWS ? dict->count - start : BLT_VECTOR_ROWS;
    blt_vec v;
    blt_status status = eval_some(ev, op, dict, start, n, &v, err);
    if (status != BLT_OK) return status;
    for (uint32_t i = 0; i < n; i++) {
      blt_value value = blt_vec_value(&v, i);
      widen(r, &value);
    }
  }
  return BLT_OK;
}

/* Of the whole view only: the function of every entry, so that a group key such as len(s) has a domain. */
static void range_memo(const blt_scope *s, const blt_op *op, blt_range *out) {
  const blt_view_column *c = &s->view->columns[op->column];
  blt_range r = {.known = true, .nulls = true, .empty = true};
  blt_eval *ev = NULL;
  blt_error err;
  *out = (blt_range){.nulls = true, .nans = true};
  if (op->args[0]->range) op->args[0]->range(s, op->args[0], out);
  if (s->group != UINT32_MAX || c->dict->count > BOUNDS_MAX || c->dict->count > s->view->rows / 2) return;
  if (!blt_view_codes(s->view, op->column) || c->dict->offsets[c->dict->count] > BOUNDS_BYTES) return;
  widen(&r, &op->value);
  if (blt_eval_new(s->view->ctx, s->view, &ev, &err) != BLT_OK) return;
  if (widen_entries(ev, op->args[0], c->dict, &r, &err) == BLT_OK) *out = r;
  blt_eval_free(ev);
}

/* ---- wrapping ---- */

static blt_dict *memo_dict(const blt_binder *b, const blt_op *op) {
  if (!b->view || op->kind != BLT_OP_CALL || op->direct || op->column >= b->ncolumns) return NULL;
  const blt_view_column *c = &b->view->columns[op->column];
  if (c->type.id != BLT_STRING || !c->dict) return NULL;
  return c->dict->count <= 2 * b->view->rows + 64 ? c->dict : NULL;
}

/* The function of a null. False when that fails, or memory does. */
static bool value_of_null(blt_binder *b, const blt_op *op, blt_value *out, blt_error *err) {
  blt_vec v, given = blt_vec_null(blt_type_of(BLT_STRING), 1);
  if (!b->folder && blt_eval_new(b->ctx, b->view, &b->folder, err) != BLT_OK) return false;
  blt_eval_reset(b->folder);
  blt_frame f = {.ev = b->folder, .n = 1, .given = &given};
  if (blt_op_eval(&f, op, &v, err) != BLT_OK) return false;
  *out = blt_vec_value(&v, 0);
  out->type = op->type;
  return true;
}

/* The query ends, not just the attempt to answer by dictionary. */
static bool is_final(const blt_error *err) {
  return err->code == BLT_ENOMEM || err->code == BLT_EINTR || err->code == BLT_ETIMEOUT;
}

/* Of a predicate its own range says more than its answers, which know nothing of blocks. */
static void range_predicate(const blt_scope *s, const blt_op *op, blt_range *out) {
  blt_op_range(s, op->args[0], out);
}

blt_op *blt_memo_wrap(blt_binder *b, blt_op *op, blt_error *err) {
  blt_dict *dict = memo_dict(b, op);
  blt_value null;
  bool text = op->type.id == BLT_STRING;
  if (!dict || op->type.id == BLT_NULLTYPE) return op;
  if (text && (op->can_fail || dict->count > b->view->rows || dict->count > DERIVED_MAX)) return op;
  if (!value_of_null(b, op, &null, err)) return is_final(err) ? NULL : op;
  blt_op *value = blt_bind_value(b, &null, op->node, err),
         *memo = value ? blt_bind_alloc(b, sizeof *memo) : NULL;
  blt_op **args = memo ? blt_bind_alloc(b, sizeof *args) : NULL;
  if (!args) {
    blt_fail_memory(err, sizeof *memo);
    return NULL;
  }
  args[0] = op;
  *memo = (blt_op){.kind = BLT_OP_CALL,
                   .cost = 3,
                   .can_fail = op->can_fail,
                   .direct = true,
                   .type = op->type,
                   .depth = (uint16_t)(op->depth + 1),
                   .nargs = 1,
                   .node = op->node,
                   .column = op->column,
                   .args = args,
                   .name = "memo",
                   .run = run_memo,
                   .value = value->value};
  if (op->type.id == BLT_BOOL && !op->can_fail && !op->host && dict->count > ANSWERS_MIN)
    memo->answers = blt_answers_new(b->expr, op, dict->count);
  if (!text) {
    bool truth = op->type.id == BLT_BOOL, ints = blt_type_is_int(op->type) && !truth;
    if (!op->can_fail && (ints || truth)) memo->range = ints ? range_memo : range_predicate;
    return memo;
  }
  memo->data = derive(b, op, dict, &memo->value, err);
  memo->run = run_derived;
  if (memo->data) return memo;
  return is_final(err) ? NULL : op;
}
