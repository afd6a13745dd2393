#include "solve/program.h"
#include "base/mem.h"
#include "solve/clp.h"

#include <math.h>
#include <string.h>

#define MOST_STEPS 200000

struct blt_program {
  blt_ctx *ctx;
  const blt_clp *clp;
  blt_clp_model *model;
  unsigned char *start; /* Clp's codes: columns at their lower bounds, equations basic */
  uint32_t nstart;
};

/* The arrays of doubles that Clp copies while it loads a system. */
typedef struct arrays {
  double *elements, *low, *high, *zeros;
  size_t nelements, ncols, nzeros;
} arrays;

static void free_arrays(blt_ctx *ctx, arrays *a) {
  blt_free(ctx, a->elements, a->nelements * sizeof(double));
  blt_free(ctx, a->low, a->ncols * sizeof(double));
  blt_free(ctx, a->high, a->ncols * sizeof(double));
  blt_free(ctx, a->zeros, a->nzeros * sizeof(double));
}

static bool make_arrays(blt_ctx *ctx, const blt_system *s, arrays *a) {
  uint32_t most = s->nrows > s->ncols ? s->nrows : s->ncols;
  *a = (arrays){.nelements = (size_t)s->starts[s->ncols] + 1, .ncols = s->ncols + 1, .nzeros = most + 1};
  a->elements = blt_calloc(ctx, a->nelements, sizeof(double));
  a->low = blt_calloc(ctx, a->ncols, sizeof(double));
  a->high = blt_calloc(ctx, a->ncols, sizeof(double));
  a->zeros = blt_calloc(ctx, a->nzeros, sizeof(double));
  if (!a->elements || !a->low || !a->high || !a->zeros) return false;
  for (int32_t k = 0; k < s->starts[s->ncols]; k++) a->elements[k] = s->coefficients[k];
  for (uint32_t c = 0; c < s->ncols; c++) {
    a->low[c] = (double)s->low[c];
    a->high[c] = s->high[c] == BLT_SYSTEM_OPEN ? HUGE_VAL : (double)s->high[c];
  }
  return true;
}

enum { CLP_BASIC = 1, CLP_AT_LOWER = 3 };

static bool make_start(blt_program *p, const blt_system *s) {
  p->nstart = s->ncols + s->nrows;
  p->start = blt_alloc(p->ctx, p->nstart + 1);
  if (!p->start) return false;
  memset(p->start, CLP_AT_LOWER, s->ncols);
  memset(p->start + s->ncols, CLP_BASIC, s->nrows);
  return true;
}

static bool load(blt_program *p, const blt_system *s) {
  arrays a;
  bool done = make_arrays(p->ctx, s, &a) && make_start(p, s);
  p->model = done ? p->clp->newModel() : NULL;
  if (p->model) {
    p->clp->setLogLevel(p->model, 0);
    p->clp->loadProblem(p->model, (int)s->ncols, (int)s->nrows, s->starts, s->rows, a.elements, a.low, a.high,
                        a.zeros, a.zeros, a.zeros);
    p->clp->setMaximumIterations(p->model, MOST_STEPS);
  }
  free_arrays(p->ctx, &a);
  return p->model != NULL;
}

blt_status blt_program_new(blt_ctx *ctx, const blt_system *s, blt_program **out, blt_error *err) {
  const blt_clp *clp;
  blt_status st = blt_clp_load(&clp, err);
  if (st != BLT_OK) return st;
  blt_program *p = blt_calloc(ctx, 1, sizeof *p);
  if (!p) return blt_fail_memory(err, sizeof *p);
  *p = (blt_program){.ctx = blt_ctx_retain(ctx), .clp = clp};
  if (!load(p, s)) {
    blt_program_free(p);
    return blt_fail_memory(err, s->ncols * sizeof(double));
  }
  *out = p;
  return BLT_OK;
}

void blt_program_free(blt_program *p) {
  if (!p) return;
  blt_ctx *ctx = p->ctx;
  if (p->model) p->clp->deleteModel(p->model);
  if (p->start) blt_free(ctx, p->start, p->nstart + 1);
  blt_free(ctx, p, sizeof *p);
  blt_ctx_release(ctx);
}

void blt_program_cost(blt_program *p, uint32_t column, double cost) {
  p->clp->objective(p->model)[column] = cost;
}

void blt_program_bounds(blt_program *p, uint32_t column, double low, double high) {
  p->clp->columnLower(p->model)[column] = low;
  p->clp->columnUpper(p->model)[column] = high;
}

void blt_program_restart(blt_program *p) {
  p->clp->copyinStatus(p->model, p->start);
}

blt_outcome blt_program_solve(blt_program *p, bool dual) {
  static const blt_outcome outcomes[] = {BLT_OPTIMAL, BLT_INFEASIBLE, BLT_UNBOUNDED};
  p->clp->setNumberIterations(p->model, 0);
  if (dual)
    p->clp->dual(p->model, 0);
  else
    p->clp->primal(p->model, 0);
  int status = p->clp->status(p->model);
  return status >= 0 && status <= 2 ? outcomes[status] : BLT_UNDECIDED;
}

double blt_program_objective(const blt_program *p) {
  return p->clp->objectiveValue(p->model);
}

const double *blt_program_values(const blt_program *p) {
  return p->clp->primalColumnSolution(p->model);
}

const double *blt_program_prices(const blt_program *p) {
  return p->clp->dualRowSolution(p->model);
}

uint32_t blt_program_steps(const blt_program *p) {
  return (uint32_t)p->clp->numberIterations(p->model);
}

const char *blt_program_solver(const blt_program *p) {
  return p->clp->Version();
}
