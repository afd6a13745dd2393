#include "solve/clp.h"

#include "base/library.h"

static blt_clp clp;

#define SYMBOL(name)                                                                                         \
  { "Clp_" #name, &clp.name }
static const blt_library_symbol symbols[] = {SYMBOL(Version),
                                             SYMBOL(newModel),
                                             SYMBOL(deleteModel),
                                             SYMBOL(loadProblem),
                                             SYMBOL(setLogLevel),
                                             SYMBOL(setMaximumIterations),
                                             SYMBOL(setNumberIterations),
                                             SYMBOL(numberIterations),
                                             SYMBOL(columnLower),
                                             SYMBOL(columnUpper),
                                             SYMBOL(objective),
                                             SYMBOL(copyinStatus),
                                             SYMBOL(primal),
                                             SYMBOL(dual),
                                             SYMBOL(status),
                                             SYMBOL(objectiveValue),
                                             SYMBOL(primalColumnSolution),
                                             SYMBOL(dualRowSolution),
                                             {NULL, NULL}};

blt_status blt_clp_load(const blt_clp **out, blt_error *err) {
  static blt_library library = {
      .files = {"libClp.so.1", "libClp.so"}, .variable = "BLOTTER_CLP", .symbols = symbols};
  const char *lacks;
  *out = &clp;
  if (blt_library_load(&library, &lacks)) return BLT_OK;
  if (lacks)
    return blt_fail(err, BLT_EIO, "COIN-OR Clp lacks %s: another version is needed (coinor-libclp1)", lacks);
  return blt_fail(err, BLT_EIO,
                  "COIN-OR Clp, the solver of linear programs, is not installed; "
                  "Debian: apt-get install coinor-libclp1");
}
