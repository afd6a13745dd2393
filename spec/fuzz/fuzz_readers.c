/* Damaged blocks, and each reader on its own. The first byte says which, the others are edits of a good file
 * whose rows all lie in sealed blocks. */
#include "damage.h"
#include "../support/readers.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  blt_ctx *ctx = blt_ctx_new();
  simdisk *d = sim_new(2);
  blt_error err;
  uint64_t digest;
  blt_ctx_set_memory_limit(ctx, (size_t)256 << 20);
  blt_ctx_set_threads(ctx, 1);
  if (!good) make_good(ctx, storefile_seal);
  put_damaged(d, n ? data + 1 : data, n ? n - 1 : 0);
  reader_run(n ? data[0] % READERS : 0, ctx, sim_vfs(d), "f.blt", &digest, &err);
  if (blt_ctx_memory_used(ctx)) abort();
  blt_ctx_release(ctx);
  sim_free(d);
  return 0;
}
