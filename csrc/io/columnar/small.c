#include "small.h"
#include "pick.h"

#include "base/isa.h"
#include <string.h>

uint32_t blt_small_width(int64_t low, int64_t high) {
  uint64_t range = (uint64_t)high - (uint64_t)low;
  return low > high || range > UINT32_MAX ? 0 : range > UINT16_MAX ? 4 : range > UINT8_MAX ? 2 : 1;
}

/* Kernels for distances of one width. `narrow` and `shorten` are false when something lies outside. */
#define DEFINE_SMALL(T)                                                                                      \
  BLT_CLONES static bool narrow_##T(const int64_t *restrict v, uint32_t n, int64_t low, T *restrict out) {   \
    uint64_t all = 0;                                                                                        \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      uint64_t d = (uint64_t)v[i] - (uint64_t)low;                                                           \
      all |= d;                                                                                              \
      out[i] = (T)d;                                                                                         \
    }                                                                                                        \
    return all <= (T) ~(T)0;                                                                                 \
  }                                                                                                          \
  BLT_CLONES static bool shorten_##T(const uint8_t *restrict raw, uint32_t n, int64_t low,                   \
                                     T *restrict out) {                                                      \
    uint64_t all = 0;                                                                                        \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      int32_t v;                                                                                             \
      memcpy(&v, raw + (size_t)i * 4, 4);                                                                    \
      uint64_t d = (uint64_t)(int64_t)v - (uint64_t)low;                                                     \
      all |= d;                                                                                              \
      out[i] = (T)d;                                                                                         \
    }                                                                                                        \
    return all <= (T) ~(T)0;                                                                                 \
  }                                                                                                          \
  BLT_CLONES static bool cut_##T(const uint8_t *restrict raw, uint32_t n, int64_t low, T *restrict out) {    \
    uint64_t all = 0;                                                                                        \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      int64_t v;                                                                                             \
      memcpy(&v, raw + (size_t)i * 8, 8);                                                                    \
      uint64_t d = (uint64_t)v - (uint64_t)low;                                                              \
      all |= d;                                                                                              \
      out[i] = (T)d;                                                                                         \
    }                                                                                                        \
    return all <= (T) ~(T)0;                                                                                 \
  }                                                                                                          \
  BLT_CLONES static void codes_##T(const uint32_t *restrict v, uint32_t n, T *restrict out) {                \
    for (uint32_t i = 0; i < n; i++) out[i] = (T)v[i];                                                       \
  }                                                                                                          \
  static void pick_##T(const T *restrict table, uint32_t entries, const uint8_t *restrict codes, uint32_t n, \
                       T *restrict out) {                                                                    \
    if (sizeof(T) == 1) {                                                                                    \
      blt_pick_bytes((const uint8_t *)table, entries, codes, n, (uint8_t *)out);                             \
      return;                                                                                                \
    }                                                                                                        \
    for (uint32_t i = 0; i < n; i++) out[i] = table[codes[i]];                                               \
  }                                                                                                          \
  static void gather_##T(const T *restrict table, const uint32_t *restrict codes, uint32_t n,                \
                         T *restrict out) {                                                                  \
    for (uint32_t i = 0; i < n; i++) out[i] = table[codes[i]];                                               \
  }                                                                                                          \
  static void widen_##T(void *values, uint32_t n, int64_t low) {                                             \
    const T *v = values;                                                                                     \
    int64_t *out = values;                                                                                   \
    for (uint32_t i = n; i-- > 0;) out[i] = (int64_t)((uint64_t)low + v[i]);                                 \
  }                                                                                                          \
  /* The entries of the dictionary as distances. */                                                          \
  static bool table_##T(const blt_scratch *s, blt_type type, blt_part *p, uint32_t entries) {                \
    if (type.id != BLT_STRING) return narrow_##T(p->dictionary.ints.p, entries, s->low, p->table.p);         \
    codes_##T(p->codes_of, entries, p->table.p);                                                             \
    return true;                                                                                             \
  }                                                                                                          \
  static bool fill_##T(const blt_scratch *s, const blt_part *p, blt_piece k) {                               \
    T *out = (T *)s->values + k.at;                                                                          \
    const uint8_t *raw = p->values.raw;                                                                      \
    if (p->coded && p->small)                                                                                \
      pick_##T(p->table.p, p->table_n, (const uint8_t *)p->codes.p + k.from, k.n, out);                      \
    else if (p->coded)                                                                                       \
      gather_##T(p->table.p, (const uint32_t *)p->codes.p + k.from, k.n, out);                               \
    else if (raw && p->values.raw_width == 4)                                                                \
      return shorten_##T(raw + (size_t)k.from * 4, k.n, s->low, out);                                        \
    else if (raw)                                                                                            \
      return cut_##T(raw + (size_t)k.from * 8, k.n, s->low, out);                                            \
    else                                                                                                     \
      return narrow_##T((const int64_t *)p->values.ints.p + k.from, k.n, s->low, out);                       \
    return true;                                                                                             \
  }
DEFINE_SMALL(uint8_t)
DEFINE_SMALL(uint16_t)
DEFINE_SMALL(uint32_t)

/* Codes of 4 bytes are what they become. */
#define DEFINE_LENGTHEN(T)                                                                                   \
  static void lengthen_##T(void *values, uint32_t n) {                                                       \
    const T *v = values;                                                                                     \
    uint32_t *out = values;                                                                                  \
    for (uint32_t i = n; i-- > 0;) out[i] = v[i];                                                            \
  }
DEFINE_LENGTHEN(uint8_t)
DEFINE_LENGTHEN(uint16_t)

/* The table of a dictionary, for as long as neither it nor what distances are from changes. */
static bool make_table(blt_ctx *ctx, const blt_scratch *s, blt_type type, blt_part *p) {
  uint32_t entries = type.id == BLT_STRING ? p->ncodes : p->dictionary.n;
  blt_error ignored;
  if (p->tabled && p->table_low == s->low && p->table_width == s->small) return true;
  p->tabled = false;
  if (blt_room_for(ctx, &p->table, (size_t)entries * 4 + 4, &ignored) != BLT_OK) return false;
  p->tabled = s->small == 1   ? table_uint8_t(s, type, p, entries)
              : s->small == 2 ? table_uint16_t(s, type, p, entries)
                              : table_uint32_t(s, type, p, entries);
  p->table_n = entries;
  p->table_low = s->low;
  p->table_width = s->small;
  return p->tabled;
}

bool blt_small_fill(blt_ctx *ctx, blt_scratch *s, blt_type type, blt_part *p, blt_piece k) {
  bool text = type.id == BLT_STRING;
  if (p->valid || (text && !(p->coded && p->codes_of))) return false;
  if (p->coded && !make_table(ctx, s, type, p)) return false;
  return s->small == 1   ? fill_uint8_t(s, p, k)
         : s->small == 2 ? fill_uint16_t(s, p, k)
                         : fill_uint32_t(s, p, k);
}

void blt_small_widen(blt_scratch *s, blt_type type, uint32_t n) {
  bool text = type.id == BLT_STRING;
  if (s->small == 1 && text) lengthen_uint8_t(s->values, n);
  if (s->small == 1 && !text) widen_uint8_t(s->values, n, s->low);
  if (s->small == 2 && text) lengthen_uint16_t(s->values, n);
  if (s->small == 2 && !text) widen_uint16_t(s->values, n, s->low);
  if (s->small == 4 && !text) widen_uint32_t(s->values, n, s->low);
  s->small = 0;
}
