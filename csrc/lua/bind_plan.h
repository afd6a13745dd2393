/* bind_plan.h: plans as Lua holds them, for those parts of the binding that run one. */
#ifndef BLT_LUA_BIND_PLAN_H
#define BLT_LUA_BIND_PLAN_H

#include "bind.h"
#include "plan/tree.h"

/* A userdata that holds a plan; what its nodes stand on is kept by its user values. */
typedef struct bind_plan {
  blt_ctx *ctx;
  blt_plan_arena *arena;
  const blt_plan *plan;
  bool calls; /* functions of the user's: it is run on one thread */
} bind_plan;

bind_plan *bind_plan_at(lua_State *L, int index);      /* checked */
bind_plan *bind_plan_new(lua_State *L, bind_state *s); /* pushes an empty one; raises */
/* Fills the draft of a node of that kind from the description at `index`, whose strings and whatever is left
 * on the stack must stay until the node is made. Raises. */
void bind_plan_read(lua_State *L, int index, const char *kind, blt_plan *draft);

#endif
