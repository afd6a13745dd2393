/* explain.h: a plan as text, a line a node, each node above its input:
 *
 *   order tips desc, the first 10
 *   └ group country: tips = sum(n)
 *     └ filter n > 5
 *       └ scan country, n
 */
#ifndef BLT_PLAN_EXPLAIN_H
#define BLT_PLAN_EXPLAIN_H

#include "plan.h"

/* What is put behind a node's line; `room` bytes with the final zero. */
typedef void (*blt_plan_note)(void *arg, const blt_plan *p, char *out, size_t room);

/* A zero-terminated text of *bytes bytes, to be freed with them. `note` may be NULL. */
blt_status blt_plan_explain(blt_ctx *ctx, const blt_plan *plan, blt_plan_note note, void *arg, char **out,
                            size_t *bytes, blt_error *err);

#endif
