/* bind_host.h: functions of the user's that expressions call. */
#ifndef BLT_LUA_BIND_HOST_H
#define BLT_LUA_BIND_HOST_H

#include "bind.h"

/* Before a work whose plan calls functions: what they answered in the work before is forgotten. May raise. */
void bind_host_begin(lua_State *L, bind_state *s);
/* From now on no other thread works, when there are such calls; gives what blt_ctx_set_alone gets afterwards.
 */
static inline bool bind_host_alone(bind_state *s, bool calls) {
  bool before = blt_ctx_set_alone(s->ctx, true);
  blt_ctx_set_alone(s->ctx, before || calls);
  return before;
}

#endif
