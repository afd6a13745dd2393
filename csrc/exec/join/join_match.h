/* join_match.h: which rows of the left side have a partner, and, where no key of the right side repeats,
 * which row that is: a join that neither lists pairs nor moves a row of the left. */
#ifndef BLT_EXEC_JOIN_MATCH_H
#define BLT_EXEC_JOIN_MATCH_H

#include "exec/relation/matched.h"
#include "join_index.h"

typedef enum blt_match_kind {
  BLT_MATCH_INNER, /* rows that have a partner, with it */
  BLT_MATCH_LEFT,  /* all rows, with their partners */
  BLT_MATCH_SEMI,  /* rows that have one, without it */
  BLT_MATCH_ANTI   /* rows that have none */
} blt_match_kind;

/* Of each row of a slice of the side that is looked up (`right`: of the one that is indexed) a row of the
 * indexed side with the same key, or BLT_NO_BUCKET; the index has one row of each key. */
blt_status blt_join_partners(const blt_join_index *x, bool right, blt_eval *ev, const blt_slice *slice,
                             uint32_t *rows, blt_error *err);

/* Looks every row of the left that passes up in an index in which no key repeats, or, of the last two kinds,
 * one row of each key is as good as all. `m` is filled anew, and freed by the caller in any case
 * (blt_matches_free). */
blt_status blt_join_match(blt_matches *m, const blt_join_index *x, blt_passed *left, blt_match_kind kind,
                          blt_error *err);

#endif
