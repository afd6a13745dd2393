/* clp.h: COIN-OR Clp, the solver of linear programs, found when it is first needed.
 *
 * blotter builds and runs without it: the library is opened by name, and its absence is an error that says
 * what to install. BLOTTER_CLP in the environment names another file.
 */
#ifndef BLT_SOLVE_CLP_H
#define BLT_SOLVE_CLP_H

#include "blt.h"

typedef void blt_clp_model;

/* The functions of Clp's C interface that are used here, under their own names without the prefix. */
typedef struct blt_clp {
  const char *(*Version)(void);
  blt_clp_model *(*newModel)(void);
  void (*deleteModel)(blt_clp_model *);
  void (*loadProblem)(blt_clp_model *, int columns, int rows, const int *starts, const int *indices,
                      const double *elements, const double *low, const double *high, const double *cost,
                      const double *row_low, const double *row_high);
  void (*setLogLevel)(blt_clp_model *, int);
  void (*setMaximumIterations)(blt_clp_model *, int);
  void (*setNumberIterations)(blt_clp_model *, int);
  int (*numberIterations)(blt_clp_model *);
  double *(*columnLower)(blt_clp_model *);
  double *(*columnUpper)(blt_clp_model *);
  double *(*objective)(blt_clp_model *);
  void (*copyinStatus)(blt_clp_model *, const unsigned char *columns_then_rows);
  int (*primal)(blt_clp_model *, int);
  int (*dual)(blt_clp_model *, int);
  int (*status)(blt_clp_model *);
  double (*objectiveValue)(blt_clp_model *);
  double *(*primalColumnSolution)(blt_clp_model *);
  double *(*dualRowSolution)(blt_clp_model *);
} blt_clp;

/* The library, opened once a process; BLT_EIO and what to install when it is not there. */
blt_status blt_clp_load(const blt_clp **out, blt_error *err);

#endif
