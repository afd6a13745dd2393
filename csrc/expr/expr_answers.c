#include "expr_answers.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"

#define CHUNK_WORDS (BLT_VECTOR_ROWS / 32)
#define CHEAP_COST 50u /* of functions that take less than fetching a text from anywhere in memory */

static void answers_release(blt_ctx *ctx, blt_answers *a) {
  blt_free(ctx, a->words, (size_t)a->chunks * CHUNK_WORDS * sizeof *a->words);
  blt_free(ctx, a->states, a->chunks);
  blt_free(ctx, a, sizeof *a);
}

blt_answers *blt_answers_new(blt_expr *e, const blt_op *op, uint32_t count) {
  blt_answers *a = blt_calloc(e->ctx, 1, sizeof *a);
  if (!a) return NULL;
  *a = (blt_answers){.next = e->answers, .op = op, .count = count};
  a->chunks = blt_answers_chunk(count - 1) + 1;
  a->patience = op->cost <= CHEAP_COST ? BLT_VECTOR_ROWS / 32 : BLT_VECTOR_ROWS / 2;
  atomic_init(&a->left, a->chunks);
  a->states = blt_calloc(e->ctx, a->chunks, 1);
  a->words = blt_alloc(e->ctx, (size_t)a->chunks * CHUNK_WORDS * sizeof *a->words);
  if (a->states && a->words) return e->answers = a;
  answers_release(e->ctx, a);
  return NULL;
}

void blt_answers_free(blt_expr *e) {
  for (blt_answers *a = e->answers, *next; a; a = next) {
    next = a->next;
    answers_release(e->ctx, a);
  }
  e->answers = NULL;
}

/* ---- reading ---- */

BLT_CLONES static void read_bits(const uint32_t *restrict words, const uint32_t *restrict codes, uint32_t n,
                                 uint8_t *restrict out) {
  for (uint32_t i = 0; i < n; i++) out[i] = (uint8_t)(words[codes[i] / 32] >> codes[i] % 32 & 1);
}

bool blt_answers_read(const blt_answers *a, const uint32_t *codes, uint32_t n, uint8_t *out) {
  bool all = true;
  if (atomic_load_explicit(&a->left, memory_order_acquire) > 0)
    for (uint32_t i = 0; i < n; i++) all &= blt_answers_has(a, codes[i]);
  if (all) read_bits(a->words, codes, n, out);
  return all;
}

/* ---- answering ---- */

static blt_status eval_chunk(const blt_answers *a, const blt_frame *f, const blt_dict *dict, uint32_t first,
                             uint32_t n, blt_vec *out, blt_error *err) {
  blt_str *s = blt_eval_alloc(f->ev, n * sizeof *s);
  if (!s) return blt_fail_memory(err, n * sizeof *s);
  for (uint32_t i = 0; i < n; i++) s[i] = blt_dict_at(dict, first + i);
  blt_vec given = {.type = {.id = BLT_STRING}, .form = BLT_VEC_TEXT, .width = sizeof *s, .n = n, .data = s};
  blt_frame sub = {.ev = f->ev, .n = n, .given = &given};
  return blt_op_eval(&sub, a->op, out, err);
}

static void write_bits(uint32_t *words, const blt_vec *v) {
  uint8_t room[BLT_VECTOR_ROWS];
  uint64_t bits[BLT_VECTOR_ROWS / 64] = {0};
  blt_bits_pack(blt_vec_bool(v, room), v->n, bits);
  for (uint32_t w = 0; w < BLT_VECTOR_ROWS / 64; w++) {
    words[2 * w] = (uint32_t)bits[w];
    words[2 * w + 1] = (uint32_t)(bits[w] >> 32);
  }
}

blt_status blt_answers_fill(blt_answers *a, const blt_frame *f, const blt_dict *dict, uint32_t chunk,
                            blt_error *err) {
  uint8_t before = BLT_UNASKED;
  if (!atomic_compare_exchange_strong(&a->states[chunk], &before, BLT_CLAIMED)) return BLT_OK;
  uint32_t first = chunk * BLT_VECTOR_ROWS, n = a->count - first;
  blt_mark mark = blt_eval_mark(f->ev);
  blt_vec v;
  blt_status status = eval_chunk(a, f, dict, first, n < BLT_VECTOR_ROWS ? n : BLT_VECTOR_ROWS, &v, err);
  bool fit = status == BLT_OK && !v.valid && !v.all_null;
  if (fit) write_bits(a->words + (size_t)chunk * CHUNK_WORDS, &v);
  blt_eval_release(f->ev, mark);
  atomic_store_explicit(&a->states[chunk], fit ? BLT_ANSWERED : BLT_UNFIT, memory_order_release);
  if (fit) atomic_fetch_sub_explicit(&a->left, 1, memory_order_acq_rel);
  return status;
}
