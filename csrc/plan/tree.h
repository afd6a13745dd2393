/* tree.h: makes plans. A node is drafted in any memory, over inputs that are nodes already:
 *
 *   blt_plan_make(arena, &(blt_plan){.kind = BLT_PLAN_LIMIT, .input = p, .u.limit = {0, 10}}, &p, NULL, err);
 *
 * and becomes one of the arena: all that it names is copied, its terms are checked against the columns of its
 * inputs, and its own columns are found. Nodes of other arenas may be inputs as long as these arenas live. A
 * new kind of node has a line in copy_parts (tree.c), one in find_columns (binding.c) and its rules
 * (rules.c).
 */
#ifndef BLT_PLAN_TREE_H
#define BLT_PLAN_TREE_H

#include "plan.h"

typedef struct blt_plan_arena blt_plan_arena;

blt_status blt_plan_arena_new(blt_ctx *ctx, blt_plan_arena **out, blt_error *err);
void blt_plan_arena_free(blt_plan_arena *a); /* with all its nodes; NULL is allowed */
blt_ctx *blt_plan_arena_ctx(const blt_plan_arena *a);

/* Zeroed memory of the arena; NULL when refused, and only then. */
void *blt_plan_alloc(blt_plan_arena *a, size_t bytes);
/* A copy of `bytes` bytes. */
void *blt_plan_keep(blt_plan_arena *a, const void *from, size_t bytes);

/* The bound node. A scan's draft gives its columns. A mistake in a term is told with err->position, the node
 * of the term (or -1), and with *origin (NULL is allowed), the term's or the aggregate's own number, or 0. */
blt_status blt_plan_make(blt_plan_arena *a, const blt_plan *draft, const blt_plan **out, uint32_t *origin,
                         blt_error *err);

/* A term of one column. */
bool blt_plan_column_term(blt_plan_arena *a, uint32_t column, blt_term *out);

#endif
