/* slab.h: memory of middle size, 16 KiB to 2 MiB, kept for reuse.
 *
 * Blocks of columns and scratch of queries have such sizes, and fresh pages cost more than most kernels.
 * Pieces are cut from slabs, rounded up to a quarter of a power of two, and go to a list of
 * their class when they are freed. Pages of freed pieces beyond BLT_SLAB_KEPT bytes are given back to the
 * system, and those beyond BLT_SLAB_SPARE as far as other sizes need new slabs; address space is given back
 * by blt_slabs_free only. Not for several threads at once: the context's lock guards it.
 */
#ifndef BLT_BASE_SLAB_H
#define BLT_BASE_SLAB_H

#include "huge.h"

#include <stdbool.h>
#include <stddef.h>

#define BLT_SLAB_LEAST ((size_t)16 << 10)
#define BLT_SLAB_MOST ((size_t)2 << 20) /* not included */
#define BLT_SLAB_KEPT ((size_t)256 << 20)
#define BLT_SLAB_SPARE ((size_t)64 << 20)
#define BLT_SLAB_CLASSES 28 /* four for each power of two from 16 KiB on */

typedef struct blt_slabs {
  struct blt_slab_piece *free[BLT_SLAB_CLASSES];
  struct blt_slab_head *slabs; /* all that were mapped */
  char *next, *end;            /* what is left of the newest */
  char *ready;                 /* its pages up to here are there, huge ones; NULL: they are small */
  blt_huge huge;               /* may be used without the lock */
  size_t kept;                 /* bytes of freed pieces that still have their pages */
} blt_slabs;

static inline bool blt_slab_serves(size_t bytes) {
  return bytes >= BLT_SLAB_LEAST && bytes <= BLT_SLAB_MOST / 8 * 7;
}
/* 64-byte aligned; NULL when the system refuses. *cold is set when its pages are still to come. */
void *blt_slab_alloc(blt_slabs *s, size_t bytes, bool *cold);
/* Asks for the pages of a piece in one go. A refusal is none: they come one by one then. */
void blt_slab_touch(void *p, size_t bytes);
void blt_slab_free(blt_slabs *s, void *p, size_t bytes);
void blt_slabs_free(blt_slabs *s);

#endif
