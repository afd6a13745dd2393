/* group_rank.h: order statistics and variances of groups that have many rows, without gathering the values.
 *
 *   first reading   counts values by group and bucket (8 to 64 equal steps between the column's smallest
 *                   and largest value) and adds them up by group                        group_rank_read.c
 *   decision        each group's counts say in which buckets the wanted ranks lie, its
 *                   sum gives the mean                                                  group_rank_final.c
 *   second reading  keeps only the values of wanted buckets, a few in a hundred, and
 *                   adds up the squares of deviations from the mean                     group_rank_read.c
 *   end             selects among the values that were kept                             group_rank_final.c
 *
 * Buckets rise with the values (group_rank_buckets.c), so the result is exact however the values lie; when
 * they crowd in one bucket, more of them are kept. Counts are the same in any order, and so is a set that is
 * selected from: each worker has one set of counts for all its lanes, and the second reading takes the lanes
 * of a set one after the other, so that the counts say where its values go. Sums of doubles are made by lane
 * and added in lane order.
 *
 * For group_rank*.c only; group.h says what others call.
 */
#ifndef BLT_EXEC_GROUP_RANK_H
#define BLT_EXEC_GROUP_RANK_H

#include "group_lanes.h"

#define BLT_RANK_BITS 6 /* at most 1 << 6 buckets: those that a group wants are bits of a word */

/* What the second reading needs to know of a group. */
typedef struct blt_rank_group {
  double mean;
  uint64_t wanted; /* bit b: values of bucket b are kept */
} blt_rank_group;

/* One segment. Arrays are of `domain` places, one for each group, or of `domain` << bits counts. */
typedef struct blt_rank_segment {
  bool is_float, ranks, moments; /* of doubles; has order statistics; has variances */
  int bits;                      /* 1 << bits buckets */
  double low, scale;             /* float: bucket of v is (v - low) * scale */
  int64_t base;                  /* integer: (v - base) >> shift */
  int shift;
  uint32_t **counts; /* of each worker; after the decision all of them are in the first */
  double **sums;     /* of each lane: of the values, then of squares */
  blt_rank_group *groups;
  uint32_t **next;  /* of each set of counts: where its next kept value of the group goes */
  uint32_t *starts; /* where the group's begin; one more, where the last ones end */
  uint64_t *kept;   /* ordered words (agg_segment.h) */
  uint64_t nkept;
} blt_rank_segment;

typedef struct blt_rank_run {
  blt_group_lanes lanes;
  blt_rank_segment *segments; /* of each segment of the plan */
  uint32_t *sets;             /* of each lane: the worker in whose counts it is */
  atomic_bool poor;           /* variances that plain sums cannot give well (blt_rank_finish) */
} blt_rank_run;

static inline bool blt_rank_is_rank(blt_agg_kind kind) {
  return kind == BLT_AGG_MEDIAN || kind == BLT_AGG_QUANTILE || kind == BLT_AGG_APPROX_QUANTILE;
}

static inline bool blt_rank_is_moment(blt_agg_kind kind) {
  return kind == BLT_AGG_VARIANCE || kind == BLT_AGG_VARIANCE_POP || kind == BLT_AGG_STDDEV ||
         kind == BLT_AGG_STDDEV_POP;
}

/* ---- buckets ---- */

/* Whether counts of all groups are worth it: rows are many beside buckets, and the values' bounds are known.
 */
bool blt_rank_has_buckets(const blt_grouping *g);
/* What segment s computes, and its buckets. */
void blt_rank_describe(const blt_grouping *g, size_t s, blt_rank_segment *r);
/* The cells (group << bits | bucket) of n values. What is out of bounds, as the number behind a null may be,
 * goes to the first or the last bucket. */
void blt_rank_cells(const blt_rank_segment *r, const uint64_t *words, const uint32_t *gids, uint32_t n,
                    uint32_t *cells);

/* ---- the two readings: tasks of blt_par ---- */

/* Counts and adds up a lane, in the counts of the worker that takes it. */
blt_status blt_rank_count_lane(void *run, uint32_t lane, uint32_t worker, blt_error *err);
/* Keeps values of, and adds up squares of, the lanes of one set of counts. */
blt_status blt_rank_keep_set(void *run, uint32_t set, uint32_t worker, blt_error *err);

/* ---- groups, between the readings and at the end: tasks of BLT_RANK_TASK_GROUPS groups ---- */

#define BLT_RANK_TASK_GROUPS 512u

/* Adds the sets of counts into the first, and finds out what of each group to keep: r->groups, and how many
 * values each set keeps in r->next. */
blt_status blt_rank_decide(void *run, uint32_t task, uint32_t worker, blt_error *err);
/* The results of each group. A variance that is small beside the squares of its values, as that of large
 * numbers near each other or of equal ones is, sets run->poor: the mean that its deviations are taken from is
 * not good enough. */
blt_status blt_rank_finish(void *run, uint32_t task, uint32_t worker, blt_error *err);
/* After the decision: how many rows segment r takes of a group. */
uint32_t blt_rank_rows(const blt_rank_segment *r, uint64_t group);

#endif
