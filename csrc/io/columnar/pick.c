#include "pick.h"

#include <stdbool.h>
#include <string.h>

static void pick_plain(const uint8_t *table, const uint8_t *codes, uint32_t n, uint8_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = table[codes[i]];
}

#ifdef __x86_64__
#include <immintrin.h>

#define FEW 512u /* values for which loading the table into registers does not pay */

/* A table of 256 bytes in four registers: two lookups of 128 entries each, and the code's upper bit says
 * which. */
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static void
pick_wide(const uint8_t *table, uint32_t entries, const uint8_t *codes, uint32_t n, uint8_t *out) {
  __m512i t[4];
  uint8_t room[sizeof t] = {0};
  memcpy(room, table, entries < sizeof room ? entries : sizeof room);
  memcpy(t, room, sizeof t);
  for (uint32_t i = 0; i < n; i += 64) {
    __mmask64 some = n - i < 64 ? (UINT64_C(1) << (n - i)) - 1 : ~UINT64_C(0);
    __m512i c = _mm512_maskz_loadu_epi8(some, codes + i);
    __m512i found = _mm512_permutex2var_epi8(t[0], c, t[1]);
    if (entries > 128)
      found = _mm512_mask_blend_epi8(_mm512_movepi8_mask(c), found, _mm512_permutex2var_epi8(t[2], c, t[3]));
    _mm512_mask_storeu_epi8(out + i, some, found);
  }
}

static bool is_wide(void) {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi");
}

/* A table of 16 bytes in a register. */
__attribute__((target("avx2"))) static void pick_few(const uint8_t *table, uint32_t entries,
                                                     const uint8_t *codes, uint32_t n, uint8_t *out) {
  uint8_t room[16] = {0};
  memcpy(room, table, entries);
  __m256i t = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)room));
  uint32_t i = 0;
  for (; i + 32 <= n; i += 32) {
    __m256i c = _mm256_loadu_si256((const __m256i *)(const void *)(codes + i));
    _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_shuffle_epi8(t, c));
  }
  pick_plain(table, codes + i, n - i, out + i);
}

void blt_pick_bytes(const uint8_t *table, uint32_t entries, const uint8_t *codes, uint32_t n, uint8_t *out) {
  if (n >= FEW && is_wide())
    pick_wide(table, entries, codes, n, out);
  else if (n >= FEW && entries <= 16 && __builtin_cpu_supports("avx2"))
    pick_few(table, entries, codes, n, out);
  else
    pick_plain(table, codes, n, out);
}
#else
void blt_pick_bytes(const uint8_t *table, uint32_t entries, const uint8_t *codes, uint32_t n, uint8_t *out) {
  (void)entries;
  pick_plain(table, codes, n, out);
}
#endif
