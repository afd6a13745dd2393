/* library.h: shared libraries that are optional: looked for when they are first wanted, and kept until the
 * program ends, since what was made with them may outlive whoever asked first. */
#ifndef BLT_BASE_LIBRARY_H
#define BLT_BASE_LIBRARY_H

#include "blt.h"

typedef struct blt_library_symbol {
  const char *name;
  void *function; /* the pointer to a function that gets its address */
} blt_library_symbol;

typedef struct blt_library {
  const char *files[2];              /* tried in turn; the second may be NULL */
  const char *variable;              /* of the environment, which may name another file; or NULL */
  const blt_library_symbol *symbols; /* the last one without a name */
  void (*begin)(void);               /* called once when all are there; or NULL */
  bool there;
} blt_library;

/* Whether all its functions are at hand; otherwise it is looked for, at each call again. From any thread.
 * *lacks: the function that it does not have; NULL when there is no such library. */
bool blt_library_load(blt_library *l, const char **lacks);

#endif
