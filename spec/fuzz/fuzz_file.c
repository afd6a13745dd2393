/* Damaged .blt files. The first byte says what the rest is: 0 a whole file; otherwise edits of a good one,
 * each of 3 bytes of offset (the top bit: header and roots too) and 8 bytes of new contents. Checksums
 * are taken for right in this build (store/checksum.h), so that edits reach what is behind them. */
#include "../support/simdisk.c"
#include "../support/storefile.c"
#include "store/file/disk.h"

#include <stdlib.h>

static uint8_t *good;
static uint64_t good_size;

static void make_good(blt_ctx *ctx) {
  simdisk *d = sim_new(1);
  if (!storefile_write(ctx, d, "f.blt")) abort();
  const uint8_t *bytes = sim_bytes(d, "f.blt", &good_size);
  good = malloc(good_size);
  memcpy(good, bytes, good_size);
  sim_free(d);
}

static void edit(uint8_t *bytes, const uint8_t *data, size_t n) {
  for (; n >= 11; data += 11, n -= 11) {
    uint64_t at = data[0] | data[1] << 8 | (uint64_t)(data[2] & 127) << 16;
    at = data[2] & 128 ? at % good_size : BLT_DISK_DATA + at % (good_size - BLT_DISK_DATA);
    for (uint64_t i = 0; i < 8 && at + i < good_size; i++) bytes[at + i] = data[3 + i];
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  blt_ctx *ctx = blt_ctx_new();
  simdisk *d = sim_new(2);
  blt_error err;
  uint64_t digest;
  blt_ctx_set_memory_limit(ctx, (size_t)256 << 20);
  if (!good) make_good(ctx);
  if (n && data[0] == 0) {
    sim_put(d, "f.blt", data + 1, n - 1);
  } else {
    uint8_t *bytes = malloc(good_size);
    memcpy(bytes, good, good_size);
    if (n) edit(bytes, data + 1, n - 1);
    sim_put(d, "f.blt", bytes, good_size);
    free(bytes);
  }
  storefile_read(ctx, sim_vfs(d), "f.blt", &digest, &err);
  storefile_change(ctx, sim_vfs(d), "f.blt", &err);
  if (blt_ctx_memory_used(ctx)) abort();
  blt_ctx_release(ctx);
  sim_free(d);
  return 0;
}
