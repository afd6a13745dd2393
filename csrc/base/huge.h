/* huge.h: fresh memory on huge pages as long as these are cheap.
 *
 * A huge page costs a sixth of the 512 small ones in its place when the system has it at hand, and several
 * times as much as them when it has to be put together, or when the machine is a virtual one whose host gives
 * it only now. Nothing tells before, and it changes within seconds: each page's processor time is looked at,
 * and after an expensive one the next are small for a while, each time twice as long. For several threads at
 * once.
 */
#ifndef BLT_BASE_HUGE_H
#define BLT_BASE_HUGE_H

#include <stdatomic.h>
#include <stddef.h>

#define BLT_HUGE_PAGE ((size_t)2 << 20)

typedef struct blt_huge {
  atomic_size_t wait;  /* so many pages are small ones before the next is tried */
  atomic_size_t again; /* for how many, the next time; 0: never yet */
} blt_huge;

/* Has the whole pages of mapped block p, which nobody has written yet and which begins with one, come as huge
 * pages, from the first on while they are cheap. Returns the bytes that are there then. */
size_t blt_huge_touch(blt_huge *h, char *p, size_t bytes);

#endif
