#include "huge.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

#define CHEAP 500000       /* nanoseconds: less than small pages in its place take */
#define FIRST_WAIT 8u      /* pages */
#define LONGEST_WAIT 2048u /* 4 GiB */

#ifdef MADV_POPULATE_WRITE

/* Processor time of this thread, in nanoseconds: being interrupted costs none. */
static int64_t spent(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Whether the next of n pages may be a huge one; otherwise all of them are counted as small. Threads may both
 * take the last turn: that does no harm. */
static bool may_try(blt_huge *h, size_t n) {
  size_t wait = atomic_load_explicit(&h->wait, memory_order_relaxed);
  if (wait == 0) return true;
  atomic_store_explicit(&h->wait, wait > n ? wait - n : 0, memory_order_relaxed);
  return false;
}

static void note(blt_huge *h, bool cheap) {
  size_t again = atomic_load_explicit(&h->again, memory_order_relaxed), most;
  if (again == 0) again = FIRST_WAIT;
  if (!cheap) atomic_store_explicit(&h->wait, again, memory_order_relaxed);
  most = again < LONGEST_WAIT ? again * 2 : again;
  atomic_store_explicit(&h->again, cheap ? FIRST_WAIT : most, memory_order_relaxed);
}

/* One page of what is advised; false when it was refused or expensive. */
static bool take_page(char *p) {
  int64_t before = spent();
  return madvise(p, BLT_HUGE_PAGE, MADV_POPULATE_WRITE) == 0 && spent() - before < CHEAP;
}

/* The advice is given and taken back for all of the block: one that the system sees as several can not be
 * moved as it grows. */
size_t blt_huge_touch(blt_huge *h, char *p, size_t bytes) {
  size_t pages = bytes / BLT_HUGE_PAGE, done = 0, whole = (bytes + BLT_HUGE_PAGE - 1) & ~(BLT_HUGE_PAGE - 1);
  if (pages == 0 || !may_try(h, pages) || madvise(p, whole, MADV_HUGEPAGE) != 0) return 0;
  do note(h, take_page(p + done++ * BLT_HUGE_PAGE));
  while (done < pages && may_try(h, pages - done));
  madvise(p, whole, MADV_NOHUGEPAGE);
  return done * BLT_HUGE_PAGE;
}

#else

size_t blt_huge_touch(blt_huge *h, char *p, size_t bytes) {
  (void)h, (void)p, (void)bytes;
  return 0;
}

#endif
