#include "fill.h"
#include "small.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include "store/column/offsets.h"
#include <string.h>

blt_status blt_scratch_start(blt_ctx *ctx, blt_scratch *s, blt_error *err) {
  size_t bytes = BLT_BLOCK_ROWS * sizeof(blt_str);
  memset(s->valid, 0xff, sizeof s->valid);
  s->small = 0;
  if (!s->values) s->values = blt_alloc(ctx, bytes);
  return s->values ? BLT_OK : blt_fail_memory(err, bytes);
}

void blt_scratch_free(blt_ctx *ctx, blt_scratch *s) {
  blt_free(ctx, s->values, BLT_BLOCK_ROWS * sizeof(blt_str));
  s->values = NULL;
}

void blt_part_free(blt_ctx *ctx, blt_part *p) {
  blt_room_free(ctx, &p->codes);
  blt_room_free(ctx, &p->map);
  blt_room_free(ctx, &p->table);
  blt_values_free(ctx, &p->values);
  blt_values_free(ctx, &p->dictionary);
}

/* A piece, and how many values of the part come before it. */
typedef struct span {
  uint32_t from, n, at, skip;
} span;

#define DEFINE_MOVE(NAME, T)                                                                                 \
  BLT_CLONES static void gather_##NAME(T *restrict out, const T *restrict v, const uint32_t *restrict codes, \
                                       uint32_t n) {                                                         \
    for (uint32_t i = 0; i < n; i++) out[i] = v[codes[i]];                                                   \
  }                                                                                                          \
  static void pick_##NAME(T *restrict out, const T *restrict v, const uint8_t *restrict codes, uint32_t n) { \
    for (uint32_t i = 0; i < n; i++) out[i] = v[codes[i]];                                                   \
  }                                                                                                          \
  /* The values of a part from the skipped ones on, or what its codes from there on stand for. */            \
  static void move_##NAME(T *out, const T *v, const blt_part *p, span k, uint32_t n) {                       \
    if (p->coded && p->small)                                                                                \
      pick_##NAME(out, v, (const uint8_t *)p->codes.p + k.skip, n);                                          \
    else if (p->coded)                                                                                       \
      gather_##NAME(out, v, (const uint32_t *)p->codes.p + k.skip, n);                                       \
    else if (n)                                                                                              \
      memcpy(out, v + k.skip, n * sizeof *v);                                                                \
  }                                                                                                          \
  /* The values of n rows lie at the beginning: each goes to its row, the last one first. */                 \
  static void spread_##NAME(T *v, uint32_t present, const uint64_t *valid, uint32_t from, uint32_t n) {      \
    for (uint32_t i = n; i-- > 0 && present < i + 1;)                                                        \
      v[i] = blt_bit(valid, from + i) ? v[--present] : (T){0};                                               \
  }
DEFINE_MOVE(ints, int64_t)
DEFINE_MOVE(doubles, double)
DEFINE_MOVE(codes, uint32_t)
DEFINE_MOVE(texts, blt_str)

static void mark_nulls(blt_scratch *s, const blt_part *p, span k) {
  for (uint32_t i = 0; i < k.n; i++)
    if (!blt_bit(p->valid, k.from + i)) blt_bit_clear(s->valid, k.at + i);
}

static uint32_t present_in(const blt_part *p, span k) {
  if (!p->valid) return k.n;
  return (uint32_t)(blt_bits_count(p->valid, k.from + k.n) - blt_bits_count(p->valid, k.from));
}

/* Codes of the strings of the part's dictionary. */
static blt_status map_dictionary(blt_ctx *ctx, blt_part *p, blt_named *names, blt_error *err) {
  const blt_values *v = &p->dictionary;
  if (p->mapped || p->codes_of) return BLT_OK;
  blt_status status = blt_room_for(ctx, &p->map, (size_t)v->n * 4, err);
  if (status == BLT_OK) status = blt_named_texts(ctx, names, v->texts.p, v->n, p->map.p, err);
  p->mapped = status == BLT_OK;
  return status;
}

static blt_status put_codes(blt_ctx *ctx, blt_scratch *s, blt_named *names, blt_part *p, span k,
                            uint32_t present, blt_error *err) {
  uint32_t *out = (uint32_t *)s->values + k.at;
  const blt_str *texts = p->values.texts.p;
  blt_status status = BLT_OK;
  if (p->coded && present) {
    status = map_dictionary(ctx, p, names, err);
    if (status == BLT_OK) move_codes(out, p->codes_of ? p->codes_of : p->map.p, p, k, present);
  } else if (present) {
    status = p->values.spaced ? blt_named_codes(ctx, names, texts + k.skip, present, 4, out, err)
                              : blt_named_texts(ctx, names, texts + k.skip, present, out, err);
  }
  if (status == BLT_OK && p->valid) spread_codes(out, present, p->valid, k.from, k.n);
  return status;
}

static void put_texts(const blt_part *p, blt_scratch *s, span k, uint32_t present) {
  blt_str *out = (blt_str *)s->values + k.at;
  move_texts(out, p->coded ? p->dictionary.texts.p : p->values.texts.p, p, k, present);
  if (p->valid) spread_texts(out, present, p->valid, k.from, k.n);
}

static void put_doubles(const blt_part *p, blt_scratch *s, span k, uint32_t present) {
  double *out = (double *)s->values + k.at;
  if (!p->coded && p->values.raw)
    memcpy(out, p->values.raw + (size_t)k.skip * 8, (size_t)present * 8);
  else
    move_doubles(out, p->coded ? p->dictionary.doubles.p : p->values.doubles.p, p, k, present);
  if (p->valid) spread_doubles(out, present, p->valid, k.from, k.n);
}

static void put_ints(const blt_part *p, blt_scratch *s, span k, uint32_t present) {
  int64_t *out = (int64_t *)s->values + k.at;
  if (!p->coded && p->values.raw)
    blt_values_plain(&p->values, k.skip, present, out);
  else
    move_ints(out, p->coded ? p->dictionary.ints.p : p->values.ints.p, p, k, present);
  if (p->valid) spread_ints(out, present, p->valid, k.from, k.n);
}

blt_status blt_fill(blt_ctx *ctx, blt_scratch *s, blt_type type, blt_named *names, blt_part *p,
                    blt_piece piece, blt_error *err) {
  span k = {piece.from, piece.n, piece.at, piece.from};
  if (s->small && blt_small_fill(ctx, s, type, p, piece)) return BLT_OK;
  if (s->small) blt_small_widen(s, type, piece.at);
  uint32_t present = present_in(p, k);
  if (p->valid) {
    k.skip = (uint32_t)blt_bits_count(p->valid, k.from);
    mark_nulls(s, p, k);
  }
  if (type.id == BLT_STRING && names) return put_codes(ctx, s, names, p, k, present, err);
  if (type.id == BLT_STRING)
    put_texts(p, s, k, present);
  else if (type.id == BLT_FLOAT64)
    put_doubles(p, s, k, present);
  else
    put_ints(p, s, k, present);
  return BLT_OK;
}

blt_status blt_fill_block(blt_ctx *ctx, const blt_scratch *s, blt_type type, bool coded, uint32_t rows,
                          blt_block **out, blt_error *err) {
  if (s->small)
    return blt_block_from_offsets(ctx, s->values, s->small, s->low, type.id == BLT_STRING, rows, out, err);
  bool full = blt_bits_count(s->valid, rows) == rows;
  const uint64_t *valid = full ? NULL : s->valid;
  if (type.id == BLT_FLOAT64) return blt_block_from_f64(ctx, s->values, valid, rows, out, err);
  if (type.id != BLT_STRING) return blt_block_from_i64(ctx, s->values, valid, rows, out, err);
  if (coded) return blt_block_from_codes(ctx, s->values, valid, rows, out, err);
  return blt_block_from_text(ctx, s->values, valid, rows, out, err);
}
