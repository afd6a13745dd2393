#include "collect.h"

#include "base/mem.h"
#include "base/par.h"
#include "exec/scan/builder.h"
#include "gather.h"

#define SMALL_ROWS 100000 /* below this, waking a thread costs more than it brings */

typedef struct collect {
  blt_view *view;
  blt_answer answer;
} collect;

static blt_status collect_block(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  collect *k = arg;
  uint32_t group = task / k->answer.ncols, col = task % k->answer.ncols;
  (void)worker;
  return blt_gather_block(k->view, col, group, &blt_answer_blocks(&k->answer, group)[col], err);
}

blt_status blt_collect(blt_view *view, uint32_t n, const char *const *names, blt_table **out,
                       blt_error *err) {
  blt_ctx *ctx = view->ctx;
  collect k = {.view = view};
  blt_answer_column *columns = blt_calloc(ctx, n + 1, sizeof *columns);
  if (!columns) return blt_fail_memory(err, n * sizeof *columns);
  for (uint32_t i = 0; i < n; i++)
    columns[i] = (blt_answer_column){names[i], view->columns[i].type, view->columns[i].dict};
  blt_status status = blt_answer_init(&k.answer, ctx, columns, n, view->rows, err);
  if (status == BLT_OK)
    status =
        (view->rows * n < SMALL_ROWS ? blt_seq : blt_par)(ctx, k.answer.nblocks * n, collect_block, &k, err);
  if (status == BLT_OK) status = blt_answer_table(&k.answer, out, err);
  blt_answer_free(&k.answer);
  blt_free(ctx, columns, (n + 1) * sizeof *columns);
  return status;
}
