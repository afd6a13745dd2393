#include "solve/clp.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static blt_clp clp;
static bool loaded;

static void *open_library(void) {
  const char *named = getenv("BLOTTER_CLP");
  if (named && *named) return dlopen(named, RTLD_NOW | RTLD_LOCAL);
  void *library = dlopen("libClp.so.1", RTLD_NOW | RTLD_LOCAL);
  return library ? library : dlopen("libClp.so", RTLD_NOW | RTLD_LOCAL);
}

/* A data pointer becomes one to a function by its bytes, as POSIX wants it. */
static bool find(void *library, const char *name, void *function) {
  void *symbol = dlsym(library, name);
  memcpy(function, &symbol, sizeof symbol);
  return symbol != NULL;
}

#define FIND(name) find(library, "Clp_" #name, &clp.name)

static bool find_all(void *library) {
  return FIND(Version) && FIND(newModel) && FIND(deleteModel) && FIND(loadProblem) && FIND(setLogLevel) &&
         FIND(setMaximumIterations) && FIND(setNumberIterations) && FIND(numberIterations) &&
         FIND(columnLower) && FIND(columnUpper) && FIND(objective) && FIND(copyinStatus) && FIND(primal) &&
         FIND(dual) && FIND(status) && FIND(objectiveValue) && FIND(primalColumnSolution) &&
         FIND(dualRowSolution);
}

static bool load(void) {
  void *library = open_library();
  if (!library) return false;
  if (find_all(library)) return true;
  dlclose(library);
  return false;
}

blt_status blt_clp_load(const blt_clp **out, blt_error *err) {
  pthread_mutex_lock(&lock);
  if (!loaded) loaded = load();
  bool there = loaded;
  pthread_mutex_unlock(&lock);
  if (!there)
    return blt_fail(err, BLT_EIO,
                    "COIN-OR Clp, the solver of linear programs, is not installed; "
                    "Debian: apt-get install coinor-libclp1");
  *out = &clp;
  return BLT_OK;
}
