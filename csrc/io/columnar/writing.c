#include "writing.h"

#include "base/par.h"

blt_status blt_writing_report(const blt_writing *w, blt_error *err) {
  blt_status status = blt_poll(w->view->ctx, w->group, w->view->ngroups, err);
  if (status != BLT_OK || !w->progress) return status;
  double each = w->rows ? (double)w->bytes / (double)w->rows : 0;
  return w->progress(w->progress_arg, w->bytes, (uint64_t)(each * (double)w->view->live_rows), w->rows, err);
}

uint32_t blt_writing_wave(const blt_ctx *ctx, uint32_t columns, uint32_t most) {
  uint32_t wave = most / columns < 1 ? 1 : most / columns, workers = 2 * blt_par_workers(ctx);
  return wave < workers ? wave : workers;
}
