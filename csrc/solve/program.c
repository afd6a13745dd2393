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

/* What Clp copies while it loads a system, or some of its columns. */
typedef struct arrays {
  int *starts, *rows;
  double *elements, *low, *high, *zeros;
  size_t nelements, ncols, nzeros;
} arrays;

static void free_arrays(blt_ctx *ctx, arrays *a) {
  blt_free(ctx, a->starts, a->ncols * sizeof(int));
  blt_free(ctx, a->rows, a->nelements * sizeof(int));
  blt_free(ctx, a->elements, a->nelements * sizeof(double));
  blt_free(ctx, a->low, a->ncols * sizeof(double));
  blt_free(ctx, a->high, a->ncols * sizeof(double));
  blt_free(ctx, a->zeros, a->nzeros * sizeof(double));
}

static size_t count_elements(const blt_system *s, const blt_columns *chosen) {
  size_t n = 0;
  for (uint32_t k = 0; k < chosen->n; k++)
    n += (size_t)(s->starts[chosen->at[k] + 1] - s->starts[chosen->at[k]]);
  return n;
}

static void copy_column(const blt_system *s, uint32_t c, uint32_t k, arrays *a) {
  int at = a->starts[k];
  for (int32_t e = s->starts[c]; e < s->starts[c + 1]; e++, at++) {
    a->rows[at] = s->rows[e];
    a->elements[at] = s->coefficients[e];
  }
  a->starts[k + 1] = at;
  a->low[k] = (double)s->low[c];
  a->high[k] = s->high[c] == BLT_SYSTEM_OPEN ? HUGE_VAL : (double)s->high[c];
}

static bool make_arrays(blt_ctx *ctx, const blt_system *s, const blt_columns *chosen, arrays *a) {
  uint32_t most = s->nrows > chosen->n ? s->nrows : chosen->n;
  *a = (arrays){.nelements = count_elements(s, chosen) + 1, .ncols = chosen->n + 1, .nzeros = most + 1};
  a->starts = blt_calloc(ctx, a->ncols, sizeof(int));
  a->rows = blt_calloc(ctx, a->nelements, sizeof(int));
  a->elements = blt_calloc(ctx, a->nelements, sizeof(double));
  a->low = blt_calloc(ctx, a->ncols, sizeof(double));
  a->high = blt_calloc(ctx, a->ncols, sizeof(double));
  a->zeros = blt_calloc(ctx, a->nzeros, sizeof(double));
  if (!a->starts || !a->rows || !a->elements || !a->low || !a->high || !a->zeros) return false;
  for (uint32_t k = 0; k < chosen->n; k++) copy_column(s, chosen->at[k], k, a);
  return true;
}

enum { CLP_BASIC = 1, CLP_AT_LOWER = 3 };

static bool make_start(blt_program *p, uint32_t ncols, uint32_t nrows) {
  p->nstart = ncols + nrows;
  p->start = blt_alloc(p->ctx, p->nstart + 1);
  if (!p->start) return false;
  memset(p->start, CLP_AT_LOWER, ncols);
  memset(p->start + ncols, CLP_BASIC, nrows);
  return true;
}

static bool load(blt_program *p, const blt_system *s, const blt_columns *chosen) {
  arrays a;
  bool done = make_arrays(p->ctx, s, chosen, &a) && make_start(p, chosen->n, s->nrows);
  p->model = done ? p->clp->newModel() : NULL;
  if (p->model) {
    p->clp->setLogLevel(p->model, 0);
    p->clp->loadProblem(p->model, (int)chosen->n, (int)s->nrows, a.starts, a.rows, a.elements, a.low, a.high,
                        a.zeros, a.zeros, a.zeros);
    p->clp->setMaximumIterations(p->model, MOST_STEPS);
  }
  free_arrays(p->ctx, &a);
  return p->model != NULL;
}

blt_status blt_program_new(blt_ctx *ctx, const blt_system *s, const blt_columns *chosen, blt_program **out,
                           blt_error *err) {
  const blt_clp *clp;
  blt_status st = blt_clp_load(&clp, err);
  if (st != BLT_OK) return st;
  blt_program *p = blt_calloc(ctx, 1, sizeof *p);
  if (!p) return blt_fail_memory(err, sizeof *p);
  *p = (blt_program){.ctx = blt_ctx_retain(ctx), .clp = clp};
  if (!load(p, s, chosen)) {
    blt_program_free(p);
    return blt_fail_memory(err, chosen->n * sizeof(double));
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
