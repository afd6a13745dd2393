/* group_answer.h: the table that a grouped stage answers with. */
#ifndef BLT_EXEC_GROUP_ANSWER_H
#define BLT_EXEC_GROUP_ANSWER_H

#include "group.h"

/* Rows skip to skip + limit - 1 of the answer, keys first, then aggregates. err->position: index of the
 * aggregate that failed. */
blt_status blt_group_answer(blt_grouping *g, const blt_stage *stage, uint64_t skip, uint64_t limit,
                            blt_table **out, blt_error *err);

#endif
