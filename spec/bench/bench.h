/* bench.h: what the benchmark programs in C share: a clock and the line that they print.
 *
 *   engine  question  run  seconds  rows  checksum      (tabs between) */
#ifndef BLOTTER_BENCH_H
#define BLOTTER_BENCH_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline void bench_line(const char *engine, const char *question, int run, double seconds, int64_t rows,
                              const char *checksum) {
  printf("%s\t%s\t%d\t%.9f\t%" PRId64 "\t%s\n", engine, question, run, seconds, rows, checksum);
  fflush(stdout);
}

static inline void bench_die(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

/* The nine columns of a row of the group-by data set. */
typedef struct bench_row {
  const char *id1, *id2, *id3; /* `length` bytes each as below, not terminated */
  int len1, len2, len3;
  int32_t id4, id5, id6, v1, v2;
  double v3;
} bench_row;

/* Reads the line that starts at `*at` and moves behind it. The file is the generator's own: nothing is
 * checked. */
static inline void bench_next_row(const char **at, bench_row *row) {
  const char *p = *at;
  const char **text[3] = {&row->id1, &row->id2, &row->id3};
  int *length[3] = {&row->len1, &row->len2, &row->len3};
  int32_t *number[5] = {&row->id4, &row->id5, &row->id6, &row->v1, &row->v2};
  for (int i = 0; i < 3; i++) {
    *text[i] = p;
    while (*p != ',') p++;
    *length[i] = (int)(p++ - *text[i]);
  }
  for (int i = 0; i < 5; i++) {
    int32_t n = 0;
    while (*p != ',') n = n * 10 + (*p++ - '0');
    *number[i] = n, p++;
  }
  char *end;
  row->v3 = strtod(p, &end);
  *at = end + 1;
}

/* The whole file, terminated by a zero byte; the header line is skipped. */
static inline char *bench_read_csv(const char *path, const char **first_row) {
  FILE *file = fopen(path, "rb");
  if (!file) bench_die(path, "cannot be opened");
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  char *text = malloc(size + 1);
  if (!text || fread(text, 1, size, file) != size) bench_die(path, "cannot be read");
  fclose(file);
  text[size] = '\0';
  const char *p = text;
  while (*p && *p++ != '\n') {
  }
  *first_row = p;
  return text;
}

/* Up to `most` rows of the file; they point into `*text`, and both are the caller's to free. */
static inline bench_row *bench_read_rows(const char *path, int64_t most, char **text, int64_t *count) {
  const char *at;
  *text = bench_read_csv(path, &at);
  bench_row *rows = malloc((size_t)most * sizeof *rows);
  if (!rows) bench_die("rows", "no memory");
  for (*count = 0; *at && *count < most; ++*count) bench_next_row(&at, &rows[*count]);
  return rows;
}

#endif
