#include "join_keys.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include "base/words.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define NO_CODE UINT32_MAX

/* ---- what the right side can have ---- */

/* Codes of the left's dictionary in the right's: the smaller one is looked up in the other. */
static blt_status map_codes(blt_ctx *ctx, blt_join_field *f, blt_dict *left, blt_dict *right,
                            blt_error *err) {
  if (left == right) return BLT_OK;
  f->nmap = left->count + 1;
  f->map = blt_alloc(ctx, f->nmap * sizeof *f->map);
  if (!f->map) return blt_fail_memory(err, f->nmap * sizeof *f->map);
  memset(f->map, 0xff, f->nmap * sizeof *f->map);
  bool from_left = left->count <= right->count;
  blt_dict *from = from_left ? left : right, *to = from_left ? right : left;
  for (uint32_t c = 0; c < from->count; c++) {
    blt_str s = blt_dict_at(from, c);
    bool found;
    uint32_t code;
    blt_status status = c % ROWS ? BLT_OK : blt_poll(ctx, c, from->count, err);
    if (status == BLT_OK) status = blt_dict_find(to, s.s, s.len, &found, &code, err);
    if (status != BLT_OK) return status;
    if (found) f->map[from_left ? c : code] = from_left ? code : c;
  }
  return BLT_OK;
}

static blt_status describe(blt_join_keys *k, blt_join_field *f, bool null_equal, blt_error *err) {
  const blt_input *right = &k->right.items[f->right], *left = k->left.scan ? &k->left.items[f->left] : right;
  f->is_float = right->cls == BLT_INPUT_FLOAT;
  f->nulls = null_equal && (left->nullable || right->nullable);
  f->nans = null_equal;
  f->none = right->cls != BLT_INPUT_FLOAT && right->low > right->high;
  if (f->is_float || f->none) return BLT_OK;
  f->low = right->cls == BLT_INPUT_INT ? right->low : 0;
  f->limit = (uint64_t)right->high - (uint64_t)f->low;
  return right->cls == BLT_INPUT_CODE ? map_codes(k->ctx, f, left->dict, right->dict, err) : BLT_OK;
}

/* How many numbers the key has; 0: more than fit. */
static uint64_t numbers_of(const blt_join_field *f) {
  if (f->is_float) return 0;
  uint64_t n = f->none ? 1 : f->limit + 1;
  if (n == 0 || (f->nulls && n == UINT64_MAX)) return 0;
  return n + f->nulls;
}

/* Combines the numbers of keys while they fit the word. A key of 64 bits whose null is a value besides would
 * need more than a word: it gives up its smallest number, which is told apart by a word of its own. */
static void place(blt_join_keys *k) {
  uint64_t product = 0; /* of the open word; 0: none is open */
  for (uint32_t i = 0; i < k->n; i++) {
    blt_join_field *f = &k->fields[i];
    uint64_t n = numbers_of(f), more;
    if (n && product && !__builtin_mul_overflow(product, n, &more)) {
      f->word = k->nwords - 1;
      f->times = product;
      product = more;
      continue;
    }
    f->word = k->nwords++;
    f->times = 1;
    product = n;
    if (n == 0 && f->nulls && !f->is_float) k->nwords++; /* the word behind says null */
  }
  k->domain = k->nwords == 1 ? product : 0;
  if (k->nwords == 0) k->nwords = 1, k->domain = 1;
}

/* ---- life ---- */

static blt_status add_input(blt_join_keys *k, blt_inputs *inputs, const blt_passed *side,
                            const blt_term *term, uint32_t at, uint32_t *index, blt_error *err) {
  blt_status status = blt_passed_expr(side, term, &k->exprs[at], err);
  return status == BLT_OK ? blt_inputs_add(inputs, k->exprs[at], index, err) : status;
}

blt_status blt_join_keys_init(blt_join_keys *k, blt_passed *left, blt_passed *right,
                              const blt_plan_join *join, blt_error *err) {
  uint32_t n = join->nkeys - (join->kind == BLT_JOIN_ASOF);
  *k = (blt_join_keys){.ctx = right->run->ctx, .n = n};
  if (left) blt_inputs_init(&k->left, &left->scan);
  blt_inputs_init(&k->right, &right->scan);
  k->fields = blt_calloc(k->ctx, n + 1, sizeof *k->fields);
  k->exprs = blt_calloc(k->ctx, 2 * (size_t)n + 1, sizeof *k->exprs);
  if (!k->fields || !k->exprs) return blt_fail_memory(err, (n + 1) * sizeof *k->fields);
  for (uint32_t i = 0; i < n; i++) {
    blt_join_field *f = &k->fields[i];
    blt_status status = left ? add_input(k, &k->left, left, &join->left[i], i, &f->left, err) : BLT_OK;
    if (status == BLT_OK) status = add_input(k, &k->right, right, &join->right[i], n + i, &f->right, err);
    if (status == BLT_OK) status = describe(k, f, join->null_equal, err);
    if (status != BLT_OK) return status;
  }
  place(k);
  return BLT_OK;
}

void blt_join_keys_free(blt_join_keys *k) {
  if (!k->ctx) return;
  blt_inputs_free(&k->left);
  blt_inputs_free(&k->right);
  for (uint32_t i = 0; k->fields && i < k->n; i++)
    blt_free(k->ctx, k->fields[i].map, k->fields[i].nmap * sizeof *k->fields[i].map);
  for (uint32_t i = 0; k->exprs && i < 2 * k->n; i++) blt_expr_free(k->exprs[i]);
  blt_free(k->ctx, k->fields, (k->n + 1) * sizeof *k->fields);
  blt_free(k->ctx, k->exprs, (2 * (size_t)k->n + 1) * sizeof *k->exprs);
  *k = (blt_join_keys){0};
}

/* ---- words of a slice ---- */

BLT_CLONES static void within(const uint64_t *x, uint64_t limit, uint32_t n, uint8_t *ok) {
  for (uint32_t i = 0; i < n; i++) ok[i] &= x[i] <= limit;
}

BLT_CLONES static void add_times(const uint64_t *x, uint64_t times, uint32_t n, uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] += x[i] * times;
}

static void translate(const blt_join_field *f, uint32_t n, uint64_t *x, uint8_t *ok) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t code = x[i] < f->nmap ? f->map[x[i]] : NO_CODE;
    ok[i] &= code != NO_CODE;
    x[i] = code == NO_CODE ? 0 : code;
  }
}

/* Doubles as bits: zeros of either sign are one, NaN has no partner unless null may have one. */
static void double_numbers(const blt_join_field *f, const blt_vec *v, uint64_t *x, uint8_t *ok) {
  blt_vec_doubles(v, (double *)x);
  for (uint32_t i = 0; i < v->n; i++) {
    uint64_t size = x[i] << 1;
    bool nan = size > UINT64_C(0xffe0) << 48;
    if (blt_vec_is_null(v, i))
      x[i] = BLT_WORD_NULL, ok[i] &= f->nulls;
    else if (nan)
      x[i] = BLT_WORD_NAN, ok[i] &= f->nans;
    else if (size == 0)
      x[i] = 0;
  }
}

/* Numbers of nulls: 0, and all others one more, where null is a value. */
static void mind_nulls(const blt_join_field *f, const blt_vec *v, uint64_t *x, uint8_t *ok) {
  if (!f->nulls && !v->valid && !v->all_null) return;
  for (uint32_t i = 0; i < v->n; i++) {
    bool null = blt_vec_is_null(v, i);
    if (!f->nulls)
      ok[i] &= !null;
    else
      x[i] = null ? 0 : x[i] + 1;
  }
}

static void int_numbers(const blt_join_field *f, bool right, const blt_vec *v, uint64_t *x, uint8_t *ok) {
  uint8_t fits[ROWS];
  blt_vec_offsets(v, f->low, x);
  memset(fits, !f->none, v->n);
  if (!right && f->map) translate(f, v->n, x, fits);
  if (!right && !f->map) within(x, f->limit, v->n, fits);
  for (uint32_t i = 0; i < v->n; i++) ok[i] &= fits[i] | (f->nulls && blt_vec_is_null(v, i));
  mind_nulls(f, v, x, ok);
}

static void add_field(const blt_join_field *f, bool right, const blt_vec *v, uint64_t *words, uint8_t *ok) {
  uint64_t x[ROWS];
  if (f->is_float)
    double_numbers(f, v, x, ok);
  else
    int_numbers(f, right, v, x, ok);
  add_times(x, f->times, v->n, words + (size_t)f->word * ROWS);
  if (f->nulls && !f->is_float && numbers_of(f) == 0)
    for (uint32_t i = 0; i < v->n; i++) words[(size_t)(f->word + 1) * ROWS + i] = blt_vec_is_null(v, i);
}

blt_status blt_join_words(const blt_join_keys *k, bool right, blt_eval *ev, const blt_slice *slice,
                          uint64_t *words, uint8_t *ok, blt_error *err) {
  const blt_inputs *inputs = right ? &k->right : &k->left;
  uint32_t codes[ROWS];
  uint64_t valid[ROWS / 64];
  for (uint32_t w = 0; w < k->nwords; w++) memset(words + (size_t)w * ROWS, 0, slice->n * sizeof *words);
  memset(ok, 1, slice->n);
  for (uint32_t i = 0; i < k->n; i++) {
    const blt_join_field *f = &k->fields[i];
    blt_vec v;
    blt_status status = blt_inputs_load(inputs, right ? f->right : f->left, ev, slice, codes, valid, &v, err);
    if (status != BLT_OK) return status;
    add_field(f, right, &v, words, ok);
  }
  return BLT_OK;
}
