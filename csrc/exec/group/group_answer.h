/* group_answer.h: the table that a group answers with. */
#ifndef BLT_EXEC_GROUP_ANSWER_H
#define BLT_EXEC_GROUP_ANSWER_H

#include "group.h"

/* All groups in their order: keys, then aggregates, under the names of these. err->position: index of the
 * aggregate that failed. */
blt_status blt_group_answer(blt_grouping *g, const blt_group_term *keys, const blt_aggregate *aggregates,
                            blt_table **out, blt_error *err);

#endif
