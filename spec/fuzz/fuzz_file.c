/* Damaged .blt files. The first byte says what the rest is: 0 a whole file; otherwise edits of a good one. */
#include "damage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  blt_ctx *ctx = blt_ctx_new();
  simdisk *d = sim_new(2);
  blt_error err;
  uint64_t digest;
  blt_ctx_set_memory_limit(ctx, (size_t)256 << 20);
  if (!good) make_good(ctx, storefile_write);
  if (n && data[0] == 0)
    sim_put(d, "f.blt", data + 1, n - 1);
  else
    put_damaged(d, data + 1, n ? n - 1 : 0);
  storefile_read(ctx, sim_vfs(d), "f.blt", &digest, &err);
  storefile_change(ctx, sim_vfs(d), "f.blt", &err);
  if (blt_ctx_memory_used(ctx)) abort();
  blt_ctx_release(ctx);
  sim_free(d);
  return 0;
}
