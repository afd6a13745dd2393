/* The loops of fused.h, one for each shape of record, width of key and source of words. */
#include "base/isa.h"
#include "fused.h"

#define STREAM_AHEAD                                                                                         \
  512u /* rows by which columns are fetched ahead: hardware does not see that they are read in order */
#define RECORD_AHEAD 32u /* rows by which records are */
#define UNROLLED 16u

typedef uint32_t __attribute__((may_alias)) word32;
typedef uint64_t __attribute__((may_alias)) word64;
typedef double __attribute__((may_alias)) word_double;
typedef uint64_t words2 __attribute__((vector_size(16), may_alias));
typedef uint64_t words4 __attribute__((vector_size(32), may_alias));
typedef uint64_t words8 __attribute__((vector_size(64), may_alias));
typedef double doubles8 __attribute__((vector_size(64), may_alias));

/* Where words come from: the table, by index; an array, by row; or all rows have the same. */
typedef enum source { TABLE, BY_ROW, ONE } source;
/* Where ADD_SUM has its doubles: as they are, or made of decimals. */
typedef enum doubles { AS_THEY_ARE, DECIMALS } doubles;

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

INLINE size_t key_at(const blt_fused_rows *r, size_t i, int width) {
  return width == 1   ? ((const uint8_t *)r->keys)[i]
         : width == 2 ? ((const uint16_t *)r->keys)[i]
                      : ((const uint32_t *)r->keys)[i];
}

#define NARROW __attribute__((aligned(1), may_alias))
typedef uint8_t NARROW bytes8 __attribute__((vector_size(8)));
typedef uint16_t NARROW halves8 __attribute__((vector_size(16)));
typedef uint32_t NARROW singles8 __attribute__((vector_size(32)));
typedef int32_t ints8 __attribute__((vector_size(32)));

/* Makes doubles of eight decimals. */
INLINE void read_doubles(const blt_scaled_reader *r, const char *offsets, uint8_t width, doubles8 *out) {
  singles8 wide;
  if (width == 4)
    wide = *(const singles8 *)offsets;
  else if (width == 2)
    wide = __builtin_convertvector(*(const halves8 *)offsets, singles8);
  else
    wide = __builtin_convertvector(__builtin_convertvector(*(const bytes8 *)offsets, halves8), singles8);
  *out = (__builtin_convertvector((ints8)(wide ^ BLT_SCALED_TURN), doubles8) + r->origin) / r->power;
}

INLINE double read_double(const blt_scaled_reader *r, const char *offsets, uint8_t width) {
  uint32_t offset = width == 4   ? *(const uint32_t *)(const void *)offsets
                    : width == 2 ? *(const uint16_t *)(const void *)offsets
                                 : *(const uint8_t *)offsets;
  return blt_scaled_quotient(r, offset);
}

/* The integer word of a row; where there is one for all, it is `one`, which a loop keeps in a register. */
INLINE uint64_t word_at(const blt_fused_rows *r, size_t i, uint64_t one, blt_fused_shape shape, source from) {
  if (from == ONE) return one;
  if (from == BY_ROW) return *(const word64 *)(r->words + i * sizeof(word64));
  if (record_bytes(shape) == sizeof(word32))
    return *(const word32 *)(r->words + r->index[i] * sizeof(word32));
  return *(const word64 *)(r->words + r->index[i] * sizeof(word64));
}

/* One row. All but r, i, value and one are constants of the caller. */
INLINE void add_row(const blt_fused_rows *r, size_t i, double value, uint64_t one, blt_fused_shape shape,
                    int width, source from) {
  char *record = (char *)(r->records + key_at(r, i, width) * record_bytes(shape));
  size_t at = from == TABLE ? r->index[i] : 0;
  switch (shape) {
  case BLT_FUSED_ADD_32:
    *(word32 *)record += (uint32_t)word_at(r, i, one, shape, from);
    break;
  case BLT_FUSED_OR_32:
    *(word32 *)record |= (uint32_t)word_at(r, i, one, shape, from);
    break;
  case BLT_FUSED_ADD_64:
    *(word64 *)record += word_at(r, i, one, shape, from);
    break;
  case BLT_FUSED_OR_64:
    *(word64 *)record |= word_at(r, i, one, shape, from);
    break;
  case BLT_FUSED_ADD_SUM:
    *(word64 *)record += word_at(r, i, one, shape, from);
    ((word_double *)record)[1] += value;
    break;
  case BLT_FUSED_ADD_TWO:
    *(words2 *)record += *(const words2 *)(r->words + at * sizeof(words2));
    break;
  default:
    *(words4 *)record += *(const words4 *)(r->words + at * sizeof(words4));
  }
}

/* An address some rows ahead, for a prefetch only: it may lie behind the column. */
INLINE const void *ahead_of(const void *column, size_t row, size_t width) {
  return (const void *)((uintptr_t)column + (row + STREAM_AHEAD) * width);
}

INLINE void add_rows(const blt_fused_rows *rows, blt_fused_shape shape, int width, source from, doubles how,
                     bool far) {
  const blt_fused_rows local = *rows, *r = &local;
  const bool sum = shape == BLT_FUSED_ADD_SUM, made = how == DECIMALS;
  const char *offsets = r->offsets;
  doubles8 read[UNROLLED / 8] = {{0}};
  uint64_t one = from == ONE ? word_at(r, 0, 0, shape, BY_ROW) : 0;
  size_t i = 0;
  for (; i + UNROLLED <= r->n; i += UNROLLED) {
    if (sum)
      __builtin_prefetch(made ? ahead_of(offsets, 0, r->offset_width)
                              : ahead_of(r->doubles, i, sizeof(double)));
    if (width == 4) __builtin_prefetch(ahead_of(r->keys, i, (size_t)width));
    size_t next = far && i + RECORD_AHEAD + UNROLLED <= r->ahead ? i + RECORD_AHEAD : i;
    if (made) {
      for (size_t k = 0; k < UNROLLED / 8; k++)
        read_doubles(&r->reader, offsets + k * 8 * r->offset_width, r->offset_width, &read[k]);
      offsets += UNROLLED * (size_t)r->offset_width;
    }
#pragma GCC unroll 16
    for (size_t j = 0; j < UNROLLED; j++) {
      if (far) __builtin_prefetch((char *)(r->records + key_at(r, next + j, width) * record_bytes(shape)), 1);
      add_row(r, i + j, !sum ? 0 : made ? read[j / 8][j % 8] : r->doubles[i + j], one, shape, width, from);
    }
  }
  for (; i < r->n; i++) {
    double value = !sum ? 0 : made ? read_double(&r->reader, offsets, r->offset_width) : r->doubles[i];
    add_row(r, i, value, one, shape, width, from);
    if (made) offsets += r->offset_width;
  }
}

INLINE void by_key(const blt_fused_rows *r, blt_fused_shape shape, source from, doubles how) {
  if (r->key_width == 1)
    add_rows(r, shape, 1, from, how, false);
  else if (r->key_width == 2)
    add_rows(r, shape, 2, from, how, false);
  else if (!r->far)
    add_rows(r, shape, 4, from, how, false);
  else
    add_rows(r, shape, 4, from, how, true);
}

INLINE void by_source(const blt_fused_rows *r, blt_fused_shape shape, doubles how) {
  if (r->index)
    by_key(r, shape, TABLE, how);
  else if (r->one)
    by_key(r, shape, ONE, how);
  else
    by_key(r, shape, BY_ROW, how);
}

#define KERNEL(name, shape)                                                                                  \
  static void name(const blt_fused_rows *r) {                                                                \
    by_source(r, shape, AS_THEY_ARE);                                                                        \
  }
KERNEL(add_32, BLT_FUSED_ADD_32)
KERNEL(or_32, BLT_FUSED_OR_32)
KERNEL(add_64, BLT_FUSED_ADD_64)
KERNEL(or_64, BLT_FUSED_OR_64)
KERNEL(add_doubles, BLT_FUSED_ADD_SUM)

/* Dividing costs nothing beside all the loads and stores. */
BLT_CLONES static void add_decimals(const blt_fused_rows *r) {
  by_source(r, BLT_FUSED_ADD_SUM, DECIMALS);
}
static void add_sum(const blt_fused_rows *r) {
  (r->doubles ? add_doubles : add_decimals)(r);
}

/* Vectors of words are looked up only. */
BLT_CLONES static void add_two(const blt_fused_rows *r) {
  by_key(r, BLT_FUSED_ADD_TWO, TABLE, AS_THEY_ARE);
}
BLT_CLONES static void add_four(const blt_fused_rows *r) {
  by_key(r, BLT_FUSED_ADD_FOUR, TABLE, AS_THEY_ARE);
}

void blt_fused_add_rows(blt_fused_shape shape, const blt_fused_rows *rows) {
  static void (*const kernels[])(const blt_fused_rows *) = {
      [BLT_FUSED_ADD_32] = add_32,    [BLT_FUSED_OR_32] = or_32,     [BLT_FUSED_ADD_64] = add_64,
      [BLT_FUSED_OR_64] = or_64,      [BLT_FUSED_ADD_SUM] = add_sum, [BLT_FUSED_ADD_TWO] = add_two,
      [BLT_FUSED_ADD_FOUR] = add_four};
  kernels[shape](rows);
}
