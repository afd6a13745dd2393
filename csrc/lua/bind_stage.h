/* bind_stage.h: a prepared stage and one run of it, for those parts of the binding that run one. */
#ifndef BLT_LUA_STAGE_H
#define BLT_LUA_STAGE_H

#include "bind.h"
#include "base/par.h"
#include "exec/query.h"

typedef struct bind_stage bind_stage;

const bind_stage *bind_stage_at(lua_State *L, int index); /* checked */

/* What the engine wants for one run over one view: set ctx and g, the rest to zero. */
typedef struct bind_run {
  blt_ctx *ctx;
  const bind_stage *g;
  blt_view *view;
  blt_expr **exprs;
  blt_output *outputs;
  blt_aggregate *aggregates;
  void *memory;
  size_t bytes;
  uint32_t failed; /* slot + 1 of the expression that did not compile */
} bind_run;

/* Takes a view and compiles every expression. Close it in any case; it may be opened again then. */
blt_status bind_run_open(bind_run *r, blt_table *t, blt_stage *stage, blt_error *err);
void bind_run_close(bind_run *r);
/* Open, run (or only explain, when `out` is NULL), close. */
blt_status bind_run_all(bind_run *r, blt_table *source, blt_table **out, blt_profile *profile,
                        blt_error *err);
/* Pushes nil, message, code, position and the slot that did not compile (or nil); returns their number. */
int bind_run_failed(lua_State *L, const bind_run *r, const blt_error *err);

#endif
