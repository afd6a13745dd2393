/* The loops of fused.h, one for each shape of record, width of key and source of words. */
#include "base/isa.h"
#include "fused.h"

#define STREAM_AHEAD                                                                                         \
  512u /* rows by which columns are fetched ahead: hardware does not see that they are read in order */
#define RECORD_AHEAD 32u /* rows by which records are */
#define UNROLLED 8u

typedef uint32_t __attribute__((may_alias)) word32;
typedef uint64_t __attribute__((may_alias)) word64;
typedef double __attribute__((may_alias)) word_double;
typedef uint64_t words2 __attribute__((vector_size(16), may_alias));
typedef uint64_t words4 __attribute__((vector_size(32), may_alias));

typedef enum source { TABLE, BY_ROW } source;

#define INLINE static inline __attribute__((always_inline))

INLINE size_t record_bytes(blt_fused_shape shape) {
  switch (shape) {
  case BLT_FUSED_ADD_32:
  case BLT_FUSED_OR_32:
    return 4;
  case BLT_FUSED_ADD_64:
  case BLT_FUSED_OR_64:
    return 8;
  case BLT_FUSED_ADD_FOUR:
    return 32;
  default:
    return 16;
  }
}

INLINE size_t key_at(const blt_fused_rows *r, uint32_t i, int width) {
  return width == 1   ? ((const uint8_t *)r->keys)[i]
         : width == 2 ? ((const uint16_t *)r->keys)[i]
                      : ((const uint32_t *)r->keys)[i];
}

/* One row. All but r and i are constants of the caller. */
INLINE void add_row(const blt_fused_rows *r, uint32_t i, blt_fused_shape shape, int width, source from) {
  char *record = (char *)(r->records + key_at(r, i, width) * record_bytes(shape));
  size_t at = from == TABLE ? r->index[i] : i;
  switch (shape) {
  case BLT_FUSED_ADD_32:
    *(word32 *)record += from == TABLE ? *(const word32 *)(r->words + at * sizeof(word32))
                                       : (uint32_t) * (const word64 *)(r->words + at * sizeof(word64));
    break;
  case BLT_FUSED_OR_32:
    *(word32 *)record |= from == TABLE ? *(const word32 *)(r->words + at * sizeof(word32))
                                       : (uint32_t) * (const word64 *)(r->words + at * sizeof(word64));
    break;
  case BLT_FUSED_ADD_64:
    *(word64 *)record += *(const word64 *)(r->words + at * sizeof(word64));
    break;
  case BLT_FUSED_OR_64:
    *(word64 *)record |= *(const word64 *)(r->words + at * sizeof(word64));
    break;
  case BLT_FUSED_ADD_SUM:
    *(word64 *)record += *(const word64 *)(r->words + at * sizeof(word64));
    ((word_double *)record)[1] += r->doubles[i];
    break;
  case BLT_FUSED_ADD_TWO:
    *(words2 *)record += *(const words2 *)(r->words + at * sizeof(words2));
    break;
  default:
    *(words4 *)record += *(const words4 *)(r->words + at * sizeof(words4));
  }
}

/* An address some rows ahead, for a prefetch only: it may lie behind the column. */
INLINE const void *ahead_of(const void *column, uint32_t row, size_t width) {
  return (const void *)((uintptr_t)column + (row + STREAM_AHEAD) * width);
}

INLINE void add_rows(const blt_fused_rows *rows, blt_fused_shape shape, int width, source from, bool far) {
  const blt_fused_rows local = *rows, *r = &local;
  uint32_t i = 0;
  for (; i + UNROLLED <= r->n; i += UNROLLED) {
    if (shape == BLT_FUSED_ADD_SUM) __builtin_prefetch(ahead_of(r->doubles, i, sizeof(double)));
    if (width == 4) __builtin_prefetch(ahead_of(r->keys, i, (size_t)width));
    uint32_t next = far && i + RECORD_AHEAD + UNROLLED <= r->ahead ? i + RECORD_AHEAD : i;
#pragma GCC unroll 8
    for (uint32_t j = 0; j < UNROLLED; j++) {
      if (far) __builtin_prefetch((char *)(r->records + key_at(r, next + j, width) * record_bytes(shape)), 1);
      add_row(r, i + j, shape, width, from);
    }
  }
  for (; i < r->n; i++) add_row(r, i, shape, width, from);
}

INLINE void by_key(const blt_fused_rows *r, blt_fused_shape shape, source from) {
  if (r->key_width == 1)
    add_rows(r, shape, 1, from, false);
  else if (r->key_width == 2)
    add_rows(r, shape, 2, from, false);
  else if (!r->far)
    add_rows(r, shape, 4, from, false);
  else
    add_rows(r, shape, 4, from, true);
}

#define KERNEL(name, shape)                                                                                  \
  static void name(const blt_fused_rows *r) {                                                                \
    if (r->index)                                                                                            \
      by_key(r, shape, TABLE);                                                                               \
    else                                                                                                     \
      by_key(r, shape, BY_ROW);                                                                              \
  }
KERNEL(add_32, BLT_FUSED_ADD_32)
KERNEL(or_32, BLT_FUSED_OR_32)
KERNEL(add_64, BLT_FUSED_ADD_64)
KERNEL(or_64, BLT_FUSED_OR_64)
KERNEL(add_sum, BLT_FUSED_ADD_SUM)

/* Vectors of words are looked up only. */
BLT_CLONES static void add_two(const blt_fused_rows *r) {
  by_key(r, BLT_FUSED_ADD_TWO, TABLE);
}
BLT_CLONES static void add_four(const blt_fused_rows *r) {
  by_key(r, BLT_FUSED_ADD_FOUR, TABLE);
}

void blt_fused_add_rows(blt_fused_shape shape, const blt_fused_rows *rows) {
  static void (*const kernels[])(const blt_fused_rows *) = {
      [BLT_FUSED_ADD_32] = add_32,    [BLT_FUSED_OR_32] = or_32,     [BLT_FUSED_ADD_64] = add_64,
      [BLT_FUSED_OR_64] = or_64,      [BLT_FUSED_ADD_SUM] = add_sum, [BLT_FUSED_ADD_TWO] = add_two,
      [BLT_FUSED_ADD_FOUR] = add_four};
  kernels[shape](rows);
}
