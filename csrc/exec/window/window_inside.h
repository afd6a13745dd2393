/* window_inside.h: what the functions of a window share. For window_*.c only. */
#ifndef BLT_EXEC_WINDOW_INSIDE_H
#define BLT_EXEC_WINDOW_INSIDE_H

#include "window_functions.h"

/* What a frame's values add up to, kept so that two can be put together. */
typedef struct blt_window_sum {
  double number, rest; /* the sum, or for variances the mean; what was rounded off it */
  double squares;      /* of the distances from the mean */
  uint64_t best;       /* place of the smallest or largest value */
  uint64_t n;
} blt_window_sum;

/* One worker's memory, as long as the longest partition so far; `sums` is where it begins. */
typedef struct blt_window_work {
  size_t cap;
  uint32_t *low, *high; /* of each row its frame: places low to high - 1 of the partition */
  blt_window_sum *sums;
} blt_window_work;
#define BLT_WINDOW_ROOM (sizeof(blt_window_sum) + 2 * sizeof(uint32_t))

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
blt_status blt_window_place(const blt_window_item *item, const uint32_t *rows, uint32_t n,
                            const blt_window_work *work, blt_error *err);
/* The aggregates over frames. */
blt_status blt_window_frame(const blt_window_item *item, const uint32_t *rows, uint32_t n,
                            const blt_window_work *work, blt_error *err);
/* Fills work->low and work->high. */
void blt_window_bounds(const blt_window_item *item, const uint32_t *rows, uint32_t n,
                       const blt_window_work *work);

static inline void blt_window_put(const blt_window_item *item, uint32_t row, uint64_t word) {
  item->out->words[row] = word;
  item->out->valid[row] = 1;
}

#endif
