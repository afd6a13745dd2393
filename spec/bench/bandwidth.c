/* bandwidth.c: how fast this machine reads memory from its start to its end: the floor for a sum over a
 * column.
 *
 *   bandwidth BYTES RUNS THREADS     prints   memory sum run seconds bytes 0
 *
 * Each thread adds the 64-bit words of its share; a run is the mean of many passes, so that what fits a cache
 * is read from there, as it is by the engines. */
#include "bench.h"
#include <pthread.h>
#include <string.h>

enum { MOST_THREADS = 64, PASSES = 50 };

typedef struct share {
  const uint64_t *words;
  size_t count;
  uint64_t sum;
} share;

static void *add(void *argument) {
  share *s = argument;
  for (int pass = 0; pass < PASSES; pass++) {
    uint64_t sum[8] = {0};
    for (size_t i = 0; i + 8 <= s->count; i += 8)
      for (int k = 0; k < 8; k++) sum[k] += s->words[i + (size_t)k];
    for (int k = 0; k < 8; k++) s->sum += sum[k];
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 4) bench_die("usage", "bandwidth BYTES RUNS THREADS");
  size_t words = strtoull(argv[1], NULL, 10) / 8;
  int runs = atoi(argv[2]), threads = atoi(argv[3]);
  if (threads < 1 || threads > MOST_THREADS) bench_die("bandwidth", "1 to 64 threads");
  uint64_t *memory = malloc(words * 8);
  if (!memory) bench_die("bandwidth", "no memory");
  memset(memory, 1, words * 8);
  for (int run = 1; run <= runs; run++) {
    pthread_t workers[MOST_THREADS];
    share shares[MOST_THREADS];
    double start = bench_now();
    for (int t = 0; t < threads; t++) {
      size_t from = words / (size_t)threads * (size_t)t;
      shares[t] = (share){memory + from, words / (size_t)threads, 0};
      if (pthread_create(&workers[t], NULL, add, &shares[t]) != 0) bench_die("bandwidth", "no thread");
    }
    for (int t = 0; t < threads; t++) pthread_join(workers[t], NULL);
    double seconds = (bench_now() - start) / PASSES;
    if (shares[0].sum == 0) bench_die("bandwidth", "nothing was read");
    bench_line("memory", "sum", run, seconds, (int64_t)words * 8, "");
  }
  free(memory);
  return 0;
}
