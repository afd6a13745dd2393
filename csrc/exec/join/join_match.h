/* join_match.h: which rows of the left side have a partner, and, where no key of the right side repeats,
 * which row that is: a join that neither lists pairs nor moves a row of the left. */
#ifndef BLT_EXEC_JOIN_MATCH_H
#define BLT_EXEC_JOIN_MATCH_H

#include "exec/relation/matched.h"
#include "join_index.h"

/* Looks every row of the left that passes up in an index in which no key repeats. `alone`: rows without
 * partner are part of the answer, too; `only` (then `alone` says so): nothing else is, and partners are not
 * noted. Zeroed, and freed in any case (blt_matches_free). */
typedef enum blt_match_kind {
  BLT_MATCH_INNER,
  BLT_MATCH_LEFT,
  BLT_MATCH_SEMI,
  BLT_MATCH_ANTI
} blt_match_kind;
blt_status blt_join_match(blt_matches *m, const blt_join_index *x, blt_passed *left, blt_match_kind kind,
                          blt_error *err);

#endif
