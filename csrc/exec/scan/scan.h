/* scan.h: the rows of a view that pass a filter, slice by slice, from any worker.
 *
 * A slice is up to BLT_VECTOR_ROWS rows of one group. Blocks that the filter cannot match are skipped by
 * their minimum and maximum. The scan checks for interruption and the time limit once a group: the calling
 * thread polls, the other workers see its verdict.
 */
#ifndef BLT_EXEC_SCAN_H
#define BLT_EXEC_SCAN_H

#include "base/par.h"
#include "expr/expr.h"
#include <stdatomic.h>

#define BLT_MAX_GROUPS 65535u /* row numbers fit 32 bits */

typedef struct blt_slice {
  uint32_t group, start; /* the slice begins at row `start` of the group, a multiple of BLT_VECTOR_ROWS */
  uint32_t row;          /* the same as a row number of the view */
  uint32_t n;            /* rows in the slice, at least 1 */
  const uint16_t *sel;   /* their offsets from start; NULL: all of 0 to n - 1 */
} blt_slice;

static inline uint32_t blt_slice_row(const blt_slice *s, uint32_t i) {
  return s->row + (s->sel ? s->sel[i] : i);
}

typedef struct blt_scan {
  blt_ctx *ctx;
  const blt_view *view;
  const blt_expr *where; /* or NULL */
  uint32_t workers;
  blt_eval **evals; /* of each worker, made on first use */
  blt_watch watch;
  bool counted; /* the counters below are those of one pass; set after it */
  atomic_uint_fast64_t selected, scanned_groups, skipped_groups;
} blt_scan;

blt_status blt_scan_init(blt_scan *s, blt_ctx *ctx, const blt_view *view, const blt_expr *where,
                         blt_error *err);
void blt_scan_free(blt_scan *s); /* of a zeroed or initialised scan */

/* The evaluator of a worker. */
blt_status blt_scan_eval(blt_scan *s, uint32_t worker, blt_eval **out, blt_error *err);

/* Calls `fn` for each slice of groups first to end - 1, in order. The evaluator is reset before each slice.
 */
typedef blt_status (*blt_slice_fn)(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err);
blt_status blt_scan_groups(blt_scan *s, uint32_t worker, uint32_t first, uint32_t end, blt_slice_fn fn,
                           void *arg, blt_error *err);

/* The first group of lane `lane` of `nlanes` contiguous ones. */
static inline uint32_t blt_scan_lane(const blt_scan *s, uint32_t lane, uint32_t nlanes) {
  return (uint32_t)((uint64_t)s->view->ngroups * lane / nlanes);
}

/* Ends with the poll's or the time limit's verdict, or BLT_EINTR when the work has failed elsewhere; cheap
 * enough for every morsel. */
blt_status blt_scan_check(blt_scan *s, uint32_t worker, blt_error *err);

/* The same from inside a long task, of which one worker says how many values it went over: it checks after
 * each BLT_PACE_VALUES of them, so small groups cost an addition each. */
#define BLT_PACE_VALUES 65536u
typedef struct blt_pace {
  blt_scan *scan;
  uint32_t worker, values; /* since the last check */
} blt_pace;
static inline blt_status blt_pace_step(blt_pace *p, uint32_t values, blt_error *err) {
  p->values += values;
  if (p->values < BLT_PACE_VALUES) return BLT_OK;
  p->values = 0;
  return blt_scan_check(p->scan, p->worker, err);
}
/* Where a step that begins at `from` ends, of n values. */
static inline uint32_t blt_pace_end(uint32_t from, uint32_t n) {
  return n - from < BLT_PACE_VALUES ? n : from + BLT_PACE_VALUES;
}

/* Runs tasks on the pool, or on the calling thread when the work is small (`rows` is a measure of it). */
blt_status blt_scan_run(blt_scan *s, uint64_t rows, uint32_t ntasks, blt_task_fn fn, void *arg,
                        blt_error *err);

#endif
