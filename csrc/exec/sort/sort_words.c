#include "sort_words.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include "base/words.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS

/* ---- placing ---- */

/* Fields are placed from the top of the first word down. A field never crosses words. */
static void place(blt_sort_words *w, uint32_t *left, uint32_t bits, uint32_t *word, uint32_t *shift) {
  if (w->nwords == 0 || *left < bits) {
    w->nwords++;
    *left = 64;
  }
  *left -= bits;
  *word = w->nwords - 1;
  *shift = *left;
}

static uint32_t bits_of(uint64_t most) {
  return most ? 64 - (uint32_t)__builtin_clzll(most) : 1;
}

static blt_status add_key(blt_sort_words *w, const blt_sort_key *from, blt_sort_field *f, uint32_t *left,
                          blt_error *err) {
  blt_status status = blt_inputs_add(&w->inputs, from->expr, &f->input, err);
  if (status != BLT_OK) return status;
  const blt_input *in = &w->inputs.items[f->input];
  f->nullable = in->nullable;
  f->descending = from->descending;
  f->nulls_first = from->nulls_first;
  f->low = in->cls == BLT_INPUT_INT && in->low <= in->high ? in->low : 0;
  f->limit = blt_input_domain(in) - 1;
  f->wide = in->cls == BLT_INPUT_INT && f->nullable && f->limit == UINT64_MAX;
  if (in->cls == BLT_INPUT_CODE) status = blt_dict_ranks(in->dict, &f->ranks, err);
  uint32_t bits = f->limit == UINT64_MAX ? 64 : bits_of(f->limit + f->nullable);
  if (f->wide) place(w, left, 1, &f->null_word, &f->null_shift);
  place(w, left, bits, &f->word, &f->shift);
  return status;
}

blt_status blt_sort_words_init(blt_sort_words *w, blt_scan *scan, const blt_sort_key *keys, uint32_t nkeys,
                               uint32_t nheads, blt_error *err) {
  *w = (blt_sort_words){.scan = scan, .nkeys = nkeys};
  blt_inputs_init(&w->inputs, scan);
  w->fields = blt_calloc(scan->ctx, nkeys + 1, sizeof *w->fields);
  if (!w->fields) return blt_fail_memory(err, nkeys * sizeof *w->fields);
  uint32_t left = 0;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < nkeys && status == BLT_OK; i++) {
    status = add_key(w, &keys[i], &w->fields[i], &left, err);
    if (status != BLT_OK) err->position = i;
    if (i + 1 != nheads) continue;
    w->head_words = w->nwords;
    w->head_shift = left;
  }
  const blt_sort_field *first = nheads < nkeys ? &w->fields[nheads] : NULL; /* that is not a head */
  if (first) w->first_own = first->wide ? first->null_word : first->word;
  return status;
}

void blt_sort_words_free(blt_sort_words *w) {
  if (!w->scan) return;
  blt_inputs_free(&w->inputs);
  blt_free(w->scan->ctx, w->fields, (w->nkeys + 1) * sizeof *w->fields);
  *w = (blt_sort_words){0};
}

/* ---- values to numbers ---- */

/* Doubles as numbers that sort alike, NaN above all others. None becomes 0 or the largest number. */
BLT_CLONES static void order_doubles(uint64_t *x, bool descending, uint32_t n) {
  const uint64_t turn = descending ? UINT64_MAX : 0;
  for (uint32_t i = 0; i < n; i++) x[i] = blt_word_of_double(blt_word_canonical(x[i])) ^ turn;
}

/* The same of decimals, none of which is NaN or -0. */
BLT_CLONES static void order_decimals(uint64_t *x, bool descending, uint32_t n) {
  const uint64_t turn = descending ? ~BLT_WORD_SIGN : BLT_WORD_SIGN;
  for (uint32_t i = 0; i < n; i++) x[i] ^= ((0 - (x[i] >> 63)) & ~BLT_WORD_SIGN) ^ turn;
}

BLT_CLONES static void turn_around(uint64_t *x, uint64_t limit, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) x[i] = limit - x[i];
}

BLT_CLONES static void add_shifted(const uint64_t *x, uint64_t add, uint32_t shift, uint32_t n,
                                   uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] |= (x[i] + add) << shift;
}

static bool is_null(const blt_vec *v, uint32_t i) {
  return v->all_null || (v->valid && !blt_bit(v->valid, i));
}

/* Codes to positions in byte order; a null row's code may be of no entry. */
static void rank_codes(const blt_sort_field *f, const blt_vec *v, uint64_t *x) {
  for (uint32_t i = 0; i < v->n; i++)
    if (!is_null(v, i)) x[i] = f->ranks[x[i]];
}

/* Numbers of values alone, from 0 on; of null rows, any. */
static void numbers(const blt_sort_field *f, const blt_vec *v, uint64_t *x) {
  if (v->type.id == BLT_FLOAT64) {
    blt_vec_doubles(v, (double *)x);
    (v->form == BLT_VEC_SCALED ? order_decimals : order_doubles)(x, f->descending, v->n);
    return;
  }
  blt_vec_offsets(v, f->low, x);
  if (f->ranks) rank_codes(f, v, x);
  if (f->descending) turn_around(x, f->limit, v->n);
}

/* The number of null, in front of all values or behind them. */
static uint64_t null_number(const blt_sort_field *f, const blt_vec *v) {
  if (f->nulls_first || f->wide) return 0;
  return v->type.id == BLT_FLOAT64 ? UINT64_MAX : f->limit + 1;
}

static void add_field(const blt_sort_field *f, const blt_vec *v, uint64_t *const *words) {
  uint64_t x[ROWS];
  bool is_float = v->type.id == BLT_FLOAT64, null_is_zero = f->nullable && f->nulls_first;
  uint64_t above = null_is_zero && !f->wide && !is_float; /* makes room for null at 0 */
  numbers(f, v, x);
  if (v->valid || v->all_null)
    for (uint32_t i = 0; i < v->n; i++)
      if (is_null(v, i)) x[i] = null_number(f, v) - above;
  add_shifted(x, above, f->shift, v->n, words[f->word]);
  for (uint32_t i = 0; f->wide && i < v->n; i++)
    words[f->null_word][i] |= (uint64_t)(is_null(v, i) != f->nulls_first) << f->null_shift;
}

blt_status blt_sort_words_load(const blt_sort_words *w, blt_eval *ev, const blt_slice *slice,
                               uint64_t *const *out, blt_error *err) {
  uint32_t codes[ROWS];
  uint64_t valid[ROWS / 64];
  for (uint32_t k = 0; k < w->nwords; k++) memset(out[k], 0, slice->n * sizeof *out[k]);
  for (uint32_t i = 0; i < w->nkeys; i++) {
    const blt_sort_field *f = &w->fields[i];
    blt_vec v;
    blt_status status = blt_inputs_load(&w->inputs, f->input, ev, slice, codes, valid, &v, err);
    if (status != BLT_OK) return status;
    add_field(f, &v, out);
  }
  return BLT_OK;
}
