/* join_also.h: pairs of a join that pass a further condition. */
#ifndef BLT_EXEC_JOIN_ALSO_H
#define BLT_EXEC_JOIN_ALSO_H

#include "join_probe.h"

/* Leaves those of the pairs, rows of these relations, for which `term` (over the columns of both) is true. */
blt_status blt_join_also(blt_run *run, blt_view **left, blt_view **right, const blt_term *term,
                         blt_pairs *pairs, blt_error *err);
/* Puts rows of the left that pass its filter and are in no pair where they belong in the order of the left.
 * `read` has the rows that pass, rising. */
blt_status blt_join_add_left(blt_pairs *pairs, const uint32_t *read, size_t nread, blt_error *err);
/* Appends rows of the right that pass and are in no pair; `rows` is how many the relation has. */
blt_status blt_join_add_right(blt_pairs *pairs, const uint32_t *read, size_t nread, uint64_t rows,
                              blt_error *err);

#endif
