/* program.h: a linear program over a system of equations, solved by Clp again and again.
 *
 * A program starts each time where it ended before, so that a question about the next cell takes few steps.
 * Its own bounds and costs may be moved; the system that it was made from stays what it is, and is what
 * answers are checked against. A program belongs to one thread at a time.
 */
#ifndef BLT_SOLVE_PROGRAM_H
#define BLT_SOLVE_PROGRAM_H

#include "solve/system.h"

typedef struct blt_program blt_program;

typedef enum blt_outcome {
  BLT_OPTIMAL,
  BLT_INFEASIBLE,
  BLT_UNBOUNDED,
  BLT_UNDECIDED /* Clp gave up */
} blt_outcome;

/* Columns of a system, from 0: a program is over these alone, numbered as they stand here. */
typedef struct blt_columns {
  uint32_t n;
  const uint32_t *at;
} blt_columns;

/* Costs are zero. The program keeps nothing of the system or the list. */
blt_status blt_program_new(blt_ctx *ctx, const blt_system *s, const blt_columns *chosen, blt_program **out,
                           blt_error *err);
void blt_program_free(blt_program *p); /* NULL is allowed */

void blt_program_cost(blt_program *p, uint32_t column, double cost);
void blt_program_bounds(blt_program *p, uint32_t column, double low, double high); /* HUGE_VAL: open */

/* Forgets where the last answer ended: the next one depends on this question alone. */
void blt_program_restart(blt_program *p);
/* The values that cost least. Dual steps are few while costs stay and bounds move, primal ones while bounds
 * stay and costs move; the answer costs the same either way. */
blt_outcome blt_program_solve(blt_program *p, bool dual);
/* Of the last solution; pointers are good until the next call. */
double blt_program_objective(const blt_program *p);
const double *blt_program_values(const blt_program *p);
const double *blt_program_prices(const blt_program *p); /* one an equation */

/* Steps of the simplex that the last answer took. */
uint32_t blt_program_steps(const blt_program *p);
/* Clp's version. */
const char *blt_program_solver(const blt_program *p);

#endif
