/* joins_data.c: the join data set of db-benchmark, the same bytes for the same arguments.
 *
 *   joins_data ROWS x|small|medium|big SEED > J1.csv
 *
 * Keys of a table of n rows lie in 1 to 1.1 n: nine tenths stand on both sides, a tenth on each side only. x
 * has the keys of all three others, id1 (of small, ROWS / 10^6 rows), id2 (medium, ROWS / 10^3) and id3 (big,
 * ROWS), the same as texts in id4 to id6, and v1; the others have theirs and v2. Rows are shuffled. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static uint64_t below(uint64_t *state, uint64_t bound) {
  return (uint64_t)(((__uint128_t)next_random(state) * bound) >> 64);
}

/* Numbers 1 to 1.1 n in an order that depends on n only: x has the first n of them, the right side the last
 * n. */
static uint32_t *shuffled(uint64_t n, uint64_t *count) {
  uint64_t state = n, all = n + n / 10 + (n < 10);
  uint32_t *keys = malloc(all * sizeof *keys);
  if (!keys) exit(1);
  for (uint64_t i = 0; i < all; i++) keys[i] = (uint32_t)i + 1;
  for (uint64_t i = all - 1; i > 0; i--) {
    uint64_t k = below(&state, i + 1);
    uint32_t t = keys[i];
    keys[i] = keys[k];
    keys[k] = t;
  }
  *count = all;
  return keys;
}

static void shuffle(uint32_t *keys, uint64_t n, uint64_t *state) {
  for (uint64_t i = n - 1; i > 0; i--) {
    uint64_t k = below(state, i + 1);
    uint32_t t = keys[i];
    keys[i] = keys[k];
    keys[k] = t;
  }
}

int main(int argc, char **argv) {
  uint64_t rows = argc == 4 ? strtoull(argv[1], NULL, 10) : 0,
           state = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
  static const char *const names[] = {"x", "small", "medium", "big"};
  uint64_t sizes[] = {rows, rows / 1000000 ? rows / 1000000 : 1, rows / 1000, rows};
  int table = -1;
  for (int i = 0; i < 4 && argc == 4; i++)
    if (strcmp(argv[2], names[i]) == 0) table = i;
  if (table < 0 || rows < 1000) {
    fprintf(stderr, "usage: joins_data ROWS x|small|medium|big SEED, with ROWS >= 1000\n");
    return 2;
  }
  uint32_t *keys[4];
  uint64_t counts[4], n = sizes[table], levels = table ? (uint64_t)table : 3;
  for (uint64_t k = 1; k <= levels; k++) keys[k] = shuffled(sizes[k], &counts[k]);
  uint32_t *own = table ? keys[table] + (counts[table] - sizes[table]) : keys[3];
  shuffle(own, n, &state);
  printf("%s%s%s%s%s\n", "id1,", levels > 1 ? "id2," : "", levels > 2 ? "id3," : "",
         levels == 1   ? "id4,"
         : levels == 2 ? "id4,id5,"
                       : "id4,id5,id6,",
         table ? "v2" : "v1");
  for (uint64_t i = 0; i < n; i++) {
    uint32_t id[4];
    for (uint64_t k = 1; k <= levels; k++)
      id[k] = k == levels && (table || k == 3) ? own[i] : keys[k][below(&state, sizes[k])];
    for (uint64_t k = 1; k <= levels; k++) printf("%" PRIu32 ",", id[k]);
    for (uint64_t k = 1; k <= levels; k++) printf("id%" PRIu32 ",", id[k]);
    printf("%.6f\n", (double)below(&state, 100000000) / 1e6);
  }
  return 0;
}
