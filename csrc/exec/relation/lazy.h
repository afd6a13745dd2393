/* lazy.h: what all relations have in common that are no stored tables: room for columns, for blocks that
 * are made when somebody asks, and evaluators that whoever makes a block may borrow.
 *
 * A kind of relation puts a blt_lazy first in a struct of its own and fills `view.ops`.
 */
#ifndef BLT_EXEC_LAZY_H
#define BLT_EXEC_LAZY_H

#include "expr/expr.h"
#include "base/par.h"
#include <pthread.h>

#define BLT_SPARE_EVALS 64u

typedef struct blt_lazy {
  blt_view view;
  blt_view_column *columns; /* the same as view.columns, to be filled */
  blt_facts *facts;         /* of each column; zero: anything may be */
  blt_view *base;           /* that evaluators read; held */
  pthread_mutex_t lock;     /* of what follows */
  uint32_t nspare;
  blt_eval *spare[BLT_SPARE_EVALS];
  bool locked;     /* the mutex is there */
  pthread_t owner; /* the context's own thread, the only one that polls */
  blt_watch watch; /* its */
} blt_lazy;

/* Room for `ncols` columns and `rows` rows; takes `base` (may be NULL), also on failure. Types, dictionaries
 * (which the caller retains; they are released in the end) and facts are the caller's to fill in. */
blt_status blt_lazy_init(blt_lazy *d, blt_ctx *ctx, uint32_t ncols, uint64_t rows, blt_view *base,
                         blt_error *err);
void blt_lazy_free(blt_lazy *d); /* of a zeroed or initialised one; not the struct itself */

/* An evaluator over `base` that nobody else uses; give it back in any case. */
blt_status blt_lazy_borrow(const blt_lazy *d, blt_eval **out, blt_error *err);
void blt_lazy_return(const blt_lazy *d, blt_eval *ev); /* NULL is allowed */

/* Column `to` is column `from` of another relation with the same values, some of them, or with nulls added:
 * type, dictionary and facts. */
void blt_lazy_column(blt_lazy *d, uint32_t to, const blt_view *view, uint32_t from, bool nulls);
/* Column `to` holds values of an expression over `view`. */
void blt_lazy_expr(blt_lazy *d, uint32_t to, const blt_view *view, const blt_expr *e);

#endif
