/* damage.h: what the fuzzers of files share: a good file, and edits of it, each of 3 bytes of offset (the top
 * bit: header and roots too) and 8 bytes of new contents. Checksums are taken for right in this build
 * (base/checksum.h), so that edits reach what is behind them. */
#ifndef BLOTTER_FUZZ_DAMAGE_H
#define BLOTTER_FUZZ_DAMAGE_H

#include "../support/simdisk.c"
#include "../support/storefile.c"
#include "store/file/disk.h"

#include <stdlib.h>

static uint8_t *good;
static uint64_t good_size;

static void make_good(blt_ctx *ctx, bool (*write)(blt_ctx *, simdisk *, const char *)) {
  simdisk *d = sim_new(1);
  if (!write(ctx, d, "f.blt")) abort();
  const uint8_t *bytes = sim_bytes(d, "f.blt", &good_size);
  good = malloc(good_size);
  memcpy(good, bytes, good_size);
  sim_free(d);
}

/* Puts the good file with the edits on the disk. */
static void put_damaged(simdisk *d, const uint8_t *data, size_t n) {
  uint8_t *bytes = malloc(good_size);
  memcpy(bytes, good, good_size);
  for (; n >= 11; data += 11, n -= 11) {
    uint64_t at = data[0] | data[1] << 8 | (uint64_t)(data[2] & 127) << 16;
    at = data[2] & 128 ? at % good_size : BLT_DISK_DATA + at % (good_size - BLT_DISK_DATA);
    for (uint64_t i = 0; i < 8 && at + i < good_size; i++) bytes[at + i] = data[3 + i];
  }
  sim_put(d, "f.blt", bytes, good_size);
  free(bytes);
}

#endif
