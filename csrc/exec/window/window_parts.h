/* window_parts.h: rows by partition, and in each partition in the order asked for.
 *
 * Rows are dealt to buckets by the number of their partition (window_deal.h), and each bucket is put in order
 * by itself, near the processor: by partition, by the order's words, and as they came.
 */
#ifndef BLT_EXEC_WINDOW_PARTS_H
#define BLT_EXEC_WINDOW_PARTS_H

#include "exec/join/join_index.h"
#include "window_deal.h"

#define BLT_PART_FIRST 1u /* a row begins its partition */
#define BLT_PART_EQUAL 2u /* the order finds it equal to the row before it, of the same partition */

typedef struct blt_window_parts {
  blt_ctx *ctx;
  blt_passed *in;
  blt_join_keys keys;
  blt_join_index index; /* numbers partitions whose keys do not */
  bool keyed;
  blt_deal deal;
  /* By place, bucket after bucket, rows in their order: which of the bucket's rows as dealt it is, and flags.
   */
  uint32_t *sorted;
  uint8_t *flags;
} blt_window_parts;

/* Of a window node over an open input without a filter. Zeroed, and freed in any case. */
blt_status blt_window_parts_init(blt_window_parts *p, blt_passed *in, const blt_plan *plan, blt_error *err);
void blt_window_parts_free(blt_window_parts *p);

/* Calls `fn` for every bucket that has rows, on all threads: places from .. from + n - 1. */
typedef blt_status (*blt_window_fn)(void *arg, uint32_t from, uint32_t n, uint32_t worker, blt_error *err);
blt_status blt_window_each(const blt_window_parts *p, blt_window_fn fn, void *arg, blt_error *err);
/* The end of the partition that begins at place `from` of the flags of n rows. */
static inline uint32_t blt_window_part_end(const uint8_t *flags, uint32_t from, uint32_t n) {
  uint32_t end = from + 1;
  while (end < n && !(flags[end] & BLT_PART_FIRST)) end++;
  return end;
}

#endif
