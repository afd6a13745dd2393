/* mem.h: the one allocator. Every byte that the engine holds is counted in its context and can be refused.
 *
 * Callers give the size back when they free (no headers, exact accounting); builds with -DBLT_CHECKED verify
 * the size on every free. Blocks of BLT_LARGE bytes and more are mapped, aligned to huge pages, advised for
 * them, and a bounded number is kept for reuse: a page fault costs more than most kernels.
 */
#ifndef BLT_BASE_MEM_H
#define BLT_BASE_MEM_H

#include "blt.h"

#define BLT_LARGE ((size_t)2 << 20)

void *blt_alloc(blt_ctx *ctx, size_t bytes); /* NULL when refused; 64-byte aligned; bytes > 0 */
/* The same for memory that will be written whole at once: its pages come together, at half the cost, and are
 * small ones, but for large blocks while huge ones are cheap (huge.h). */
void *blt_alloc_whole(blt_ctx *ctx, size_t bytes);
void *blt_calloc(blt_ctx *ctx, size_t count, size_t size); /* zeroed; NULL also when the product overflows */
/* The same for a table that will likely be replaced by a larger one: on small pages while it is not very
 * large, for fresh huge ones cost far more than what is saved by them. */
void *blt_calloc_growing(blt_ctx *ctx, size_t count, size_t size);
/* Grows or shrinks, large blocks without a copy; on NULL the old block is still there. `p` may be NULL with
 * `old` 0. What has grown is on small pages as well. */
void *blt_realloc(blt_ctx *ctx, void *p, size_t old, size_t bytes);
void blt_free(blt_ctx *ctx, void *p, size_t bytes); /* NULL is allowed */
/* Asks for the pages of bytes `from` to `to` of block p, which will be written in no order: where fresh
 * memory is expensive, small steps can look at interruption in between. */
void blt_touch(void *p, size_t bytes, size_t from, size_t to);
/* Bytes `from` to `to` of block p will not be looked at again before it is freed: pages of a block that is
 * too large to be kept for reuse go back at once, to be had by whoever asks next. */
void blt_give_back(void *p, size_t bytes, size_t from, size_t to);
char *blt_strdup(blt_ctx *ctx, const char *s, size_t len); /* zero-terminated; free with len + 1 */

/* A number that nothing else of the context gets, from 1 on: for what has to be told apart from something
 * freed that lay at the same address. */
uint64_t blt_ctx_serial(blt_ctx *ctx);

blt_status blt_grow_more(blt_ctx *ctx, void *p, size_t *cap, size_t need, size_t size, blt_error *err);
/* Grows array `*p` of `size`-byte items from `*cap` items to at least `need` (doubling). */
static inline blt_status blt_grow(blt_ctx *ctx, void *p, size_t *cap, size_t need, size_t size,
                                  blt_error *err) {
  return need <= *cap ? BLT_OK : blt_grow_more(ctx, p, cap, need, size, err);
}

#endif
