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
