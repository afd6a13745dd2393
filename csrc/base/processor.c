#include "processor.h"

#ifdef __linux__
#include <sched.h>
#include <stdbool.h>

_Static_assert(BLT_PROCESSORS <= CPU_SETSIZE, "a cpu_set_t has room for all");

/* Whether nobody had it before. */
static bool take(blt_processors *p, int cpu) {
  uint64_t bit = UINT64_C(1) << (cpu % 64);
  return !(atomic_fetch_or_explicit(&p->taken[cpu / 64], bit, memory_order_relaxed) & bit);
}

static bool is_taken(blt_processors *p, uint32_t cpu) {
  return (atomic_load_explicit(&p->taken[cpu / 64], memory_order_relaxed) >> (cpu % 64)) & 1;
}

void blt_processor_take(blt_processors *p) {
  cpu_set_t allowed, free;
  int cpu = sched_getcpu();
  if (cpu < 0 || cpu >= (int)BLT_PROCESSORS || take(p, cpu)) return;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  free = allowed;
  for (uint32_t i = 0; i < BLT_PROCESSORS; i++)
    if (is_taken(p, i)) CPU_CLR(i, &free);
  if (CPU_COUNT(&free) == 0 || sched_setaffinity(0, sizeof free, &free) != 0) return;
  cpu = sched_getcpu(); /* one of the free */
  sched_setaffinity(0, sizeof allowed, &allowed);
  take(p, cpu);
}

#else

void blt_processor_take(blt_processors *p) {
  (void)p;
}

#endif
