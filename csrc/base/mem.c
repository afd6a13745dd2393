#include "mem.h"
#include "ctx.h"
#include "slab.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define POOLED_BYTES_MAX ((size_t)320 << 20)
#define TOUCHED_MOST ((size_t)64 << 20) /* what a file says that it unpacks to may be false */
#define GROWN_HUGE ((size_t)64 << 20)   /* what has grown to this size gets huge pages */

/* A build with -DBLT_CHECKED keeps the size in front of each block and aborts when a free names another. */
#ifdef BLT_CHECKED
#define HEADER 64
#else
#define HEADER 0
#endif

static size_t round_large(size_t bytes) {
  return (bytes + BLT_LARGE - 1) & ~(BLT_LARGE - 1);
}

/* Counts `bytes` in, or refuses. */
static bool account(blt_ctx *ctx, size_t bytes) {
  uint_fast64_t n = atomic_load_explicit(&ctx->fail_at, memory_order_relaxed);
  if (n) {
    if (n == 1) return false;
    atomic_fetch_sub_explicit(&ctx->fail_at, 1, memory_order_relaxed);
  }
  size_t limit = atomic_load_explicit(&ctx->limit, memory_order_relaxed);
  size_t used = atomic_fetch_add_explicit(&ctx->used, bytes, memory_order_relaxed) + bytes;
  if ((limit && used > limit) || used < bytes) {
    atomic_fetch_sub_explicit(&ctx->used, bytes, memory_order_relaxed);
    return false;
  }
  size_t peak = atomic_load_explicit(&ctx->peak, memory_order_relaxed);
  while (used > peak && !atomic_compare_exchange_weak(&ctx->peak, &peak, used)) continue;
  return true;
}

static void unaccount(blt_ctx *ctx, size_t bytes) {
  atomic_fetch_sub_explicit(&ctx->used, bytes, memory_order_relaxed);
}

/* A kept buffer of exactly `bytes`; NULL when there is none. Pooled buffers are not
 * counted as used. */
static void *pool_take(blt_ctx *ctx, size_t bytes) {
  void *p = NULL;
  pthread_mutex_lock(&ctx->lock);
  for (int i = 0; i < BLT_POOLED; i++) {
    if (ctx->pooled[i].bytes != bytes) continue;
    p = ctx->pooled[i].p;
    ctx->pooled_bytes -= bytes;
    ctx->pooled[i].p = NULL;
    ctx->pooled[i].bytes = 0;
    break;
  }
  pthread_mutex_unlock(&ctx->lock);
  return p;
}

/* Drops kept buffers, in turn, until `bytes` more fit. With the lock. */
static void pool_make_room(blt_ctx *ctx, size_t bytes) {
  for (int i = 0; i < BLT_POOLED && ctx->pooled_bytes + bytes > POOLED_BYTES_MAX; i++) {
    uint32_t at = ctx->pooled_turn++ % BLT_POOLED;
    if (!ctx->pooled[at].p) continue;
    munmap(ctx->pooled[at].p, ctx->pooled[at].bytes);
    ctx->pooled_bytes -= ctx->pooled[at].bytes;
    ctx->pooled[at].p = NULL;
    ctx->pooled[at].bytes = 0;
  }
}

static bool pool_put(blt_ctx *ctx, void *p, size_t bytes) {
  bool kept = false;
  if (bytes > POOLED_BYTES_MAX) return false;
  pthread_mutex_lock(&ctx->lock);
  pool_make_room(ctx, bytes);
  for (int i = 0; i < BLT_POOLED; i++) {
    if (ctx->pooled[i].p) continue;
    ctx->pooled[i].p = p;
    ctx->pooled[i].bytes = bytes;
    ctx->pooled_bytes += bytes;
    kept = true;
    break;
  }
  pthread_mutex_unlock(&ctx->lock);
  return kept;
}

/* Address space that is aligned to huge pages. */
static char *map_aligned(size_t bytes, int access) {
  char *raw = mmap(NULL, bytes + BLT_LARGE, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return NULL;
  char *aligned = (char *)round_large((size_t)raw);
  if (aligned > raw) munmap(raw, (size_t)(aligned - raw));
  if (raw + BLT_LARGE > aligned) munmap(aligned + bytes, (size_t)(raw + BLT_LARGE - aligned));
  return aligned;
}

/* What is known of memory that was given: all its bytes are 0, or its pages are still to come. */
typedef struct fresh {
  bool zero, cold;
} fresh;

/* A block of at least BLT_LARGE bytes: on huge pages, but for what is written once and read in order, which
 * small ones serve as well (slab.c says what fresh huge pages may cost). */
static void *map_large(blt_ctx *ctx, size_t bytes, bool huge, fresh *is) {
  char *p = pool_take(ctx, bytes);
  if (p) return p;
  p = map_aligned(bytes, PROT_READ | PROT_WRITE);
  if (!p) return NULL;
  if (huge) madvise(p, bytes, MADV_HUGEPAGE);
  is->zero = is->cold = true;
  return p;
}

static void unmap_large(blt_ctx *ctx, void *p, size_t bytes) {
  if (!pool_put(ctx, p, bytes)) munmap(p, bytes);
}

/* Sanitizers and checked builds see every piece come and go. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(BLT_CHECKED)
#define SLABS false
#else
#define SLABS true
#endif

static void *slab_alloc(blt_ctx *ctx, size_t bytes, bool *cold) {
  pthread_mutex_lock(&ctx->lock);
  void *p = blt_slab_alloc(&ctx->slabs, bytes, cold);
  pthread_mutex_unlock(&ctx->lock);
  return p;
}

static void slab_free(blt_ctx *ctx, void *p, size_t bytes) {
  pthread_mutex_lock(&ctx->lock);
  blt_slab_free(&ctx->slabs, p, bytes);
  pthread_mutex_unlock(&ctx->lock);
}

static void *raw_alloc(blt_ctx *ctx, size_t bytes, bool huge, fresh *is) {
  *is = (fresh){false, false};
  if (bytes >= BLT_LARGE) return map_large(ctx, round_large(bytes), huge, is);
  if (SLABS && blt_slab_serves(bytes)) return slab_alloc(ctx, bytes, &is->cold);
  void *p = NULL;
  return posix_memalign(&p, 64, bytes) ? NULL : p;
}

static void raw_free(blt_ctx *ctx, void *p, size_t bytes) {
  if (bytes >= BLT_LARGE)
    unmap_large(ctx, p, round_large(bytes));
  else if (SLABS && blt_slab_serves(bytes))
    slab_free(ctx, p, bytes);
  else
    free(p);
}

static void *alloc(blt_ctx *ctx, size_t bytes, bool huge, fresh *is) {
  if (bytes == 0) bytes = 1;
  if (bytes > SIZE_MAX / 2 || !account(ctx, bytes)) return NULL;
  char *p = raw_alloc(ctx, bytes + HEADER, huge, is);
  if (!p) {
    unaccount(ctx, bytes);
    return NULL;
  }
#ifdef BLT_CHECKED
  *(size_t *)p = bytes;
#endif
  return p + HEADER;
}

void *blt_alloc(blt_ctx *ctx, size_t bytes) {
  fresh is;
  return alloc(ctx, bytes, true, &is);
}

void *blt_alloc_whole(blt_ctx *ctx, size_t bytes) {
  fresh is;
  char *p = alloc(ctx, bytes, false, &is);
  if (p && is.cold && SLABS && bytes >= BLT_SLAB_LEAST && bytes <= TOUCHED_MOST) {
    size_t done = bytes >= BLT_LARGE ? blt_huge_touch(&ctx->slabs.huge, p, bytes) : 0;
    if (done < bytes) blt_slab_touch(p + done, bytes - done);
  }
  return p;
}

static void *alloc_zero(blt_ctx *ctx, size_t bytes, bool huge) {
  fresh is;
  void *p = alloc(ctx, bytes, huge, &is);
  if (p && is.zero && SLABS) /* read before they are written, pages would come twice */
    blt_slab_touch(p, bytes);
  else if (p && !is.zero)
    memset(p, 0, bytes);
  return p;
}

void *blt_calloc(blt_ctx *ctx, size_t count, size_t size) {
  size_t bytes;
  return __builtin_mul_overflow(count, size, &bytes) ? NULL : alloc_zero(ctx, bytes, true);
}

void *blt_calloc_growing(blt_ctx *ctx, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
  return alloc_zero(ctx, bytes, bytes >= GROWN_HUGE);
}

void blt_free(blt_ctx *ctx, void *p, size_t bytes) {
  if (!p) return;
  if (bytes == 0) bytes = 1;
#ifdef BLT_CHECKED
  if (*(size_t *)((char *)p - HEADER) != bytes) abort();
#endif
  raw_free(ctx, (char *)p - HEADER, bytes + HEADER);
  unaccount(ctx, bytes);
}

void blt_touch(void *p, size_t bytes, size_t from, size_t to) {
  if (to > bytes) to = bytes;
  if (SLABS && bytes >= BLT_LARGE && from < to) blt_slab_touch((char *)p + from, to - from);
}

void blt_give_back(void *p, size_t bytes, size_t from, size_t to) {
  if (!SLABS || round_large(bytes) <= POOLED_BYTES_MAX) return;
  from = round_large(from);
  to &= ~(BLT_LARGE - 1);
  if (from < to) madvise((char *)p + from, to - from, MADV_DONTNEED);
}

/* A mapped block that stays one gives back the pages at its end. */
static bool shrink_large(blt_ctx *ctx, void *p, size_t old, size_t bytes) {
  if (HEADER || !p || bytes < BLT_LARGE || bytes > old) return false;
  size_t had = round_large(old), keeps = round_large(bytes);
  if (keeps < had) munmap((char *)p + keeps, had - keeps);
  unaccount(ctx, old - bytes);
  return true;
}

/* A mapped block that grows moves with its pages. Sanitizers do not follow that. */
static bool may_move(const void *p, size_t old, size_t bytes) {
  return SLABS && p && old >= BLT_LARGE && bytes > old && bytes <= SIZE_MAX / 2;
}

static void *move_large(blt_ctx *ctx, void *p, size_t old, size_t bytes) {
  size_t had = round_large(old), needs = round_large(bytes);
  if (!account(ctx, bytes - old)) return NULL;
  if (needs == had) return p;
  char *to = map_aligned(needs, PROT_NONE);
  if (to && mremap(p, had, needs, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to) {
    munmap(to, needs);
    to = NULL;
  }
  if (!to)
    unaccount(ctx, bytes - old);
  else if (needs >= GROWN_HUGE)
    madvise(to, needs, MADV_HUGEPAGE);
  return to;
}

void *blt_realloc(blt_ctx *ctx, void *p, size_t old, size_t bytes) {
  fresh is;
  if (shrink_large(ctx, p, old, bytes)) return p;
  void *q = may_move(p, old, bytes) ? move_large(ctx, p, old, bytes) : NULL;
  if (q) return q;
  q = alloc(ctx, bytes, bytes >= GROWN_HUGE, &is);
  if (!q || !p) return q;
  memcpy(q, p, old < bytes ? old : bytes);
  blt_free(ctx, p, old);
  return q;
}

char *blt_strdup(blt_ctx *ctx, const char *s, size_t len) {
  char *p = blt_alloc(ctx, len + 1);
  if (!p) return NULL;
  if (len) memcpy(p, s, len);
  p[len] = 0;
  return p;
}

blt_status blt_grow_more(blt_ctx *ctx, void *p, size_t *cap, size_t need, size_t size, blt_error *err) {
  void **array = p;
  size_t want = *cap < 8 ? 8 : *cap * 2;
  if (want < need) want = need;
  if (want > SIZE_MAX / 2 / size) return blt_fail_memory(err, SIZE_MAX);
  void *q = blt_realloc(ctx, *array, *cap * size, want * size);
  if (!q) return blt_fail_memory(err, want * size);
  *array = q;
  *cap = want;
  return BLT_OK;
}
