/* processors.c: what the machine's processors give at this moment: a fixed loop alone on one of them, then N
 * times the loop on N of them.
 *
 *   processors N     prints   ALONE TOGETHER     in seconds, one measurement
 *
 * Each thread is pinned and counts keys within its processor's first-level cache; the loop is taken round by
 * round by whoever is free. So undisturbed TOGETHER is as long as ALONE, and N * ALONE / TOGETHER is how many
 * times the first processor all of them are. Starting and waking the threads is not timed. */
#include "bench.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

/* The loop takes about 1.5 ms; the keys, of a byte each, and their counts fit the cache. */
enum { MOST_THREADS = 64, KEYS = 16384, ROUNDS = 150 };

/* Where the threads meet: at the barrier they sleep while one works alone, at the gate they spin. */
typedef struct meeting {
  pthread_barrier_t barrier;
  atomic_int ready, left, done; /* threads awake, rounds not yet begun, threads finished */
  atomic_bool open;
} meeting;

typedef struct lane {
  _Alignas(64) uint8_t keys[KEYS];
  uint32_t counts[256];
  int processor;
  meeting *meeting;
} lane;

static void count_keys(lane *l) {
  for (int i = 0; i < KEYS; i++) l->counts[l->keys[i]]++;
}

/* Works on what is left, together with whoever else does. */
static void work(lane *l) {
  while (atomic_fetch_sub(&l->meeting->left, 1) > 0) count_keys(l);
}

/* Puts the calling thread on its processor and its lane into that processor's cache. */
static void settle(lane *l) {
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET((size_t)l->processor, &own);
  if (sched_setaffinity(0, sizeof own, &own) != 0) bench_die("processors", "a thread cannot be pinned");
  uint32_t random = (uint32_t)l->processor;
  for (int i = 0; i < KEYS; i++) l->keys[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 25);
  count_keys(l);
}

static void *join_in(void *argument) {
  lane *l = argument;
  meeting *m = l->meeting;
  settle(l);
  pthread_barrier_wait(&m->barrier);
  pthread_barrier_wait(&m->barrier); /* sleeps until the first has worked alone */
  atomic_fetch_add(&m->ready, 1);
  while (!atomic_load(&m->open)) continue;
  work(l);
  atomic_fetch_add(&m->done, 1);
  return NULL;
}

static double work_alone(lane *l) {
  atomic_store(&l->meeting->left, ROUNDS);
  double start = bench_now();
  work(l);
  return bench_now() - start;
}

static double work_together(lane *l, int threads) {
  meeting *m = l->meeting;
  pthread_barrier_wait(&m->barrier);
  while (atomic_load(&m->ready) < threads - 1) continue;
  atomic_store(&m->left, threads * ROUNDS);
  double start = bench_now();
  atomic_store(&m->open, true);
  work(l);
  while (atomic_load(&m->done) < threads - 1) continue;
  return bench_now() - start;
}

/* Gives each lane one of the processors that this process may use. */
static void place(lane *lanes, int threads) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    bench_die("processors", "which are allowed is not known");
  if (threads > CPU_COUNT(&allowed)) bench_die("processors", "fewer are allowed than threads asked for");
  for (int t = 0, processor = 0; t < threads; processor++)
    if (CPU_ISSET((size_t)processor, &allowed)) lanes[t++].processor = processor;
}

int main(int argc, char **argv) {
  int threads = argc == 2 ? atoi(argv[1]) : 0;
  if (threads < 1 || threads > MOST_THREADS) bench_die("usage", "processors N (1 to 64)");
  static lane lanes[MOST_THREADS];
  meeting m = {.ready = 0};
  pthread_barrier_init(&m.barrier, NULL, (unsigned)threads);
  place(lanes, threads);
  pthread_t workers[MOST_THREADS];
  for (int t = 0; t < threads; t++) {
    lanes[t].meeting = &m;
    if (t > 0 && pthread_create(&workers[t], NULL, join_in, &lanes[t]) != 0)
      bench_die("processors", "no thread");
  }
  settle(&lanes[0]);
  pthread_barrier_wait(&m.barrier);
  double alone = work_alone(&lanes[0]);
  printf("%.9f %.9f\n", alone, work_together(&lanes[0], threads));
  uint64_t counted = 0;
  for (int t = 0; t < threads; t++) {
    if (t > 0) pthread_join(workers[t], NULL);
    for (int i = 0; i < 256; i++) counted += lanes[t].counts[i];
  }
  /* A round each to settle, the loop alone, and N times the loop. */
  if (counted != (uint64_t)KEYS * (uint64_t)(threads + (threads + 1) * ROUNDS))
    bench_die("processors", "miscounted");
  return 0;
}
