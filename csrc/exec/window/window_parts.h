/* window_parts.h: rows by partition, and in each partition in the order asked for. */
#ifndef BLT_EXEC_WINDOW_PARTS_H
#define BLT_EXEC_WINDOW_PARTS_H

#include "exec/join/join_index.h"
#include "window_values.h"

/* Partition p has rows[starts[p]] to rows[starts[p + 1] - 1]; some are empty. */
typedef struct blt_window_parts {
  blt_join_keys keys;
  blt_join_index index;
  blt_window_order order;
  uint32_t n;
  const uint32_t *starts;
  uint32_t *rows;
  uint32_t edges[2]; /* the starts of a single partition, whose rows are `list` */
  uint32_t *list;
  size_t nlist;
} blt_window_parts;

/* Of a window node over an open input without a filter. Zeroed, and freed in any case. */
blt_status blt_window_parts_init(blt_window_parts *p, blt_passed *in, const blt_plan *plan, blt_error *err);
void blt_window_parts_free(blt_window_parts *p);

/* Calls `fn` for every partition that has rows, on all threads, each worker with its own `work`-th memory. */
typedef blt_status (*blt_window_fn)(void *arg, const uint32_t *rows, uint32_t n, uint32_t worker,
                                    blt_error *err);
blt_status blt_window_each(const blt_window_parts *p, blt_passed *in, blt_window_fn fn, void *arg,
                           blt_error *err);

#endif
