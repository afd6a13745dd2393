/* binding.h: names and types of a node, from those of its inputs alone. */
#ifndef BLT_PLAN_BINDING_H
#define BLT_PLAN_BINDING_H

#include "tree.h"

/* Checks the terms of a node whose parts lie in the arena, and finds its columns. */
blt_status blt_plan_bind(blt_plan_arena *a, blt_plan *p, uint32_t *origin, blt_error *err);

#endif
