/* group_values.h: what stands in a column of a grouped answer: keys, then aggregates. */
#ifndef BLT_EXEC_GROUP_VALUES_H
#define BLT_EXEC_GROUP_VALUES_H

#include "exec/scan/builder.h"
#include "group.h"

#define BLT_ANSWER_WORK 8u /* making a value takes about as long as scanning so many rows */

/* Scratch of one worker: words of the parts that an aggregate is made of. */
typedef struct blt_group_scratch {
  uint64_t room[7][BLT_VECTOR_ROWS];
  const uint64_t *parts[]; /* of all parts of the plan */
} blt_group_scratch;

blt_status blt_group_scratch_new(const blt_grouping *g, blt_group_scratch **out, blt_error *err);
void blt_group_scratch_free(const blt_grouping *g, blt_group_scratch *s); /* NULL: nothing */

/* Appends the values of a column for the groups at n positions, at most BLT_VECTOR_ROWS, to a builder with
 * room. `ranks` says for each of them which value of a top or bottom is shown; NULL where there is none. */
blt_status blt_group_append(const blt_grouping *g, uint32_t column, blt_eval *ev, blt_group_scratch *s,
                            const uint32_t *positions, const uint32_t *ranks, uint32_t n, blt_builder *b,
                            blt_error *err);

/* An aggregate with several values a group: top or bottom. */
static inline bool blt_group_is_top(const blt_agg_column *c) {
  return c->spec.n > 0;
}
/* How many values of aggregate c, a top or bottom, groups have. */
void blt_group_count_top(const blt_grouping *g, uint32_t c, const uint32_t *positions, uint32_t n,
                         uint32_t *counts);

#endif
