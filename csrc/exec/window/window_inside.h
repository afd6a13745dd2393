/* window_inside.h: what the functions of a window share. For window_*.c only. */
#ifndef BLT_EXEC_WINDOW_INSIDE_H
#define BLT_EXEC_WINDOW_INSIDE_H

#include "window_functions.h"

/* What a frame's values add up to, kept so that two can be put together. */
typedef struct blt_window_sum {
  double number, rest; /* the sum, or for variances the mean; what was rounded off it */
  double squares;      /* of the distances from the mean */
  uint64_t best;       /* row of the smallest or largest value */
  uint64_t n;
} blt_window_sum;

/* Values of one bucket in the order of its partitions; words NULL: there are none. */
typedef struct blt_window_lane {
  uint64_t *words;
  uint8_t *valid;
} blt_window_lane;

/* One worker's memory, as long as the largest bucket so far. */
typedef struct blt_window_work {
  size_t cap;
  char *memory;
  blt_window_lane x, otherwise, range, out;
  uint32_t *low, *high; /* of each row of a partition its frame: rows low to high - 1 of it */
  blt_window_sum *sums;
} blt_window_work;

/* A partition: its rows are 0 to n - 1 of the lanes. */
typedef struct blt_window_part {
  uint32_t n;
  const uint8_t *flags;
  blt_window_lane x, otherwise, range, out;
  uint32_t *low, *high;
  blt_window_sum *sums;
} blt_window_part;

typedef struct blt_window_item {
  const blt_window_parts *parts;
  blt_window_kind kind;
  blt_plan_frame frame;
  const blt_window_range *range;
  blt_window_values x, otherwise; /* arguments; words NULL where there is none */
  int64_t k;                      /* the constant argument */
  double scale;                   /* of a decimal x: 10 to its scale, else 1 */
  const uint32_t *ranks;          /* of x's strings */
  blt_window_values *out;
  blt_window_work *works;
} blt_window_item;

/* The rank-like functions, and those that take another row's value. */
void blt_window_place(const blt_window_item *item, const blt_window_part *p);
/* The aggregates over frames. */
blt_status blt_window_frame(const blt_window_item *item, const blt_window_part *p, blt_error *err);
/* Fills p->low and p->high. */
void blt_window_bounds(const blt_window_item *item, const blt_window_part *p);

static inline void blt_window_put(const blt_window_part *p, uint32_t row, uint64_t word) {
  p->out.words[row] = word;
  p->out.valid[row] = 1;
}

#endif
