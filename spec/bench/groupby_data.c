/* groupby_data.c: the group-by data set of db-benchmark, the same bytes for the same arguments.
 *
 *   groupby_data ROWS GROUPS SEED > G1.csv
 *
 * id1, id2: GROUPS strings id001...; id3: ROWS/GROUPS strings id0000000001...; id4, id5: 1..GROUPS;
 * id6: 1..ROWS/GROUPS; v1: 1..5; v2: 1..15; v3: uniform in [0, 100] with at most six decimals. No nulls,
 * unsorted. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, LONGEST_ROW = 160 };

/* SplitMix64: small, fast and good enough for test data. */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* A uniform number in 1..bound (the bias of the multiplication is below bound / 2^64). */
static uint64_t one_to(uint64_t *state, uint64_t bound) {
  return (uint64_t)(((__uint128_t)next_random(state) * bound) >> 64) + 1;
}

/* Writes `value` with at least `width` digits and returns the end. */
static char *put_integer(char *out, uint64_t value, int width) {
  char digits[24];
  int n = 0;
  for (; value || n < width; value /= 10) digits[n++] = (char)('0' + value % 10);
  while (n > 0) *out++ = digits[--n];
  return out;
}

static char *put_name(char *out, uint64_t value, int width) {
  *out++ = 'i', *out++ = 'd';
  return put_integer(out, value, width);
}

/* Writes millionths as a decimal number without trailing zeros. */
static char *put_millionths(char *out, uint64_t millionths) {
  out = put_integer(out, millionths / 1000000, 1);
  uint64_t fraction = millionths % 1000000;
  if (fraction == 0) return out;
  *out++ = '.';
  out = put_integer(out, fraction, 6);
  while (out[-1] == '0') out--;
  return out;
}

static char *put_row(char *out, uint64_t *state, uint64_t groups, uint64_t many) {
  out = put_name(out, one_to(state, groups), 3), *out++ = ',';
  out = put_name(out, one_to(state, groups), 3), *out++ = ',';
  out = put_name(out, one_to(state, many), 10), *out++ = ',';
  out = put_integer(out, one_to(state, groups), 1), *out++ = ',';
  out = put_integer(out, one_to(state, groups), 1), *out++ = ',';
  out = put_integer(out, one_to(state, many), 1), *out++ = ',';
  out = put_integer(out, one_to(state, 5), 1), *out++ = ',';
  out = put_integer(out, one_to(state, 15), 1), *out++ = ',';
  out = put_millionths(out, one_to(state, 100000001) - 1), *out++ = '\n';
  return out;
}

static void write_all(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(STDOUT_FILENO, bytes, length);
    if (n < 0) {
      perror("groupby_data");
      exit(1);
    }
    bytes += n, length -= (size_t)n;
  }
}

int main(int argc, char **argv) {
  uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  uint64_t groups = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
  uint64_t state = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
  if (argc != 4 || rows == 0 || groups == 0 || rows < groups) {
    fprintf(stderr, "usage: groupby_data ROWS GROUPS SEED, with ROWS >= GROUPS >= 1\n");
    return 2;
  }
  static char buffer[BUFFER + LONGEST_ROW];
  const char *head = "id1,id2,id3,id4,id5,id6,v1,v2,v3\n";
  write_all(head, strlen(head));
  char *out = buffer;
  for (uint64_t i = 0; i < rows; i++) {
    out = put_row(out, &state, groups, rows / groups);
    if (out - buffer >= BUFFER) write_all(buffer, (size_t)(out - buffer)), out = buffer;
  }
  write_all(buffer, (size_t)(out - buffer));
  return 0;
}
