#include "ctx.h"
#include "mem.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

blt_ctx *blt_ctx_new(void) {
  blt_ctx *ctx = calloc(1, sizeof *ctx);
  if (!ctx) return NULL;
  if (pthread_mutex_init(&ctx->lock, NULL)) {
    free(ctx);
    return NULL;
  }
  atomic_init(&ctx->refs, 1);
  blt_ctx_set_threads(ctx, 0);
  return ctx;
}

blt_ctx *blt_ctx_retain(blt_ctx *ctx) {
  atomic_fetch_add(&ctx->refs, 1);
  return ctx;
}

uint64_t blt_ctx_serial(blt_ctx *ctx) {
  return atomic_fetch_add_explicit(&ctx->serial, 1, memory_order_relaxed) + 1;
}

void blt_ctx_release(blt_ctx *ctx) {
  if (!ctx || atomic_fetch_sub(&ctx->refs, 1) != 1) return;
  blt_pool_stop(ctx);
  for (int i = 0; i < BLT_POOLED; i++)
    if (ctx->pooled[i].p) munmap(ctx->pooled[i].p, ctx->pooled[i].bytes);
  blt_slabs_free(&ctx->slabs);
  pthread_mutex_destroy(&ctx->lock);
  free(ctx);
}

void blt_ctx_set_memory_limit(blt_ctx *ctx, size_t bytes) {
  atomic_store(&ctx->limit, bytes);
}
size_t blt_ctx_memory_limit(const blt_ctx *ctx) {
  return atomic_load(&ctx->limit);
}
size_t blt_ctx_memory_used(const blt_ctx *ctx) {
  return atomic_load(&ctx->used);
}
size_t blt_ctx_memory_peak(const blt_ctx *ctx) {
  return atomic_load(&ctx->peak);
}
void blt_ctx_reset_peak(blt_ctx *ctx) {
  atomic_store(&ctx->peak, atomic_load(&ctx->used));
}
void blt_ctx_fail_allocation(blt_ctx *ctx, uint64_t n) {
  atomic_store(&ctx->fail_at, n);
}

void blt_ctx_set_threads(blt_ctx *ctx, uint32_t n) {
  if (n == 0) {
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    n = cpus < 1 ? 1 : (uint32_t)cpus;
  }
  if (n > 256) n = 256;
  if (n != ctx->threads) blt_pool_stop(ctx);
  ctx->threads = n;
}

uint32_t blt_ctx_threads(const blt_ctx *ctx) {
  return ctx->threads;
}

void blt_ctx_set_poll(blt_ctx *ctx, blt_poll_fn poll, void *arg) {
  ctx->poll = poll;
  ctx->poll_arg = arg;
}

void blt_ctx_set_host(blt_ctx *ctx, blt_host_fn host, void *arg) {
  ctx->host = host;
  ctx->host_arg = arg;
}

blt_status blt_host_ask(blt_ctx *ctx, const blt_host_call *call, blt_error *err) {
  if (!ctx->host) return blt_fail(err, BLT_EINVAL, "there is no program whose functions could be called");
  return ctx->host(ctx->host_arg, call, err);
}

bool blt_ctx_set_alone(blt_ctx *ctx, bool alone) {
  bool before = ctx->alone;
  ctx->alone = alone;
  return before;
}

void blt_ctx_set_timeout(blt_ctx *ctx, double seconds) {
  ctx->timeout = seconds > 0 ? seconds : 0;
}
