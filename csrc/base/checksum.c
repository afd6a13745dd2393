#include "checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t blt_checksum(const void *data, size_t bytes) {
  return XXH3_64bits(data, bytes);
}

bool blt_checksum_is(const void *data, size_t bytes, uint64_t sum) {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  (void)data, (void)bytes, (void)sum;
  return true;
#else
  return blt_checksum(data, bytes) == sum;
#endif
}

_Static_assert(sizeof(XXH3_state_t) <= sizeof(blt_summer), "the state fits");

void blt_summer_start(blt_summer *s) {
  XXH3_64bits_reset((XXH3_state_t *)(void *)s);
}

void blt_summer_add(blt_summer *s, const void *data, size_t bytes) {
  if (bytes) XXH3_64bits_update((XXH3_state_t *)(void *)s, data, bytes);
}

uint64_t blt_summer_end(const blt_summer *s) {
  return XXH3_64bits_digest((const XXH3_state_t *)(const void *)s);
}
