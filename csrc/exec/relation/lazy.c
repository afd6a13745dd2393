#include "lazy.h"

#include "base/mem.h"
#include <string.h>

static blt_status take_blocks(blt_lazy *d, uint32_t ncols, uint32_t ngroups, blt_error *err) {
  size_t n = (size_t)ncols * ngroups + 1;
  blt_unread *blocks = blt_calloc(d->view.ctx, n, sizeof *blocks);
  if (!blocks) return blt_fail_memory(err, n * sizeof *blocks);
  d->columns[0].blocks = blocks; /* there is room for one column at least */
  for (uint32_t c = 0; c < ncols; c++) {
    d->columns[c].blocks = blocks + (size_t)c * ngroups;
    d->columns[c].facts = &d->facts[c];
    d->facts[c] = (blt_facts){.nulls = true, .nans = true, .text = true};
  }
  return BLT_OK;
}

static uint32_t *list_groups(blt_ctx *ctx, uint64_t rows, uint32_t ngroups) {
  uint32_t *group_rows = blt_alloc(ctx, (ngroups + 1) * sizeof *group_rows);
  for (uint32_t g = 0; group_rows && g < ngroups; g++)
    group_rows[g] = g + 1 < ngroups ? BLT_BLOCK_ROWS : (uint32_t)(rows - (uint64_t)g * BLT_BLOCK_ROWS);
  return group_rows;
}

blt_status blt_lazy_init(blt_lazy *d, blt_ctx *ctx, uint32_t ncols, uint64_t rows, blt_view *base,
                         blt_error *err) {
  uint32_t ngroups = (uint32_t)((rows + BLT_BLOCK_ROWS - 1) / BLT_BLOCK_ROWS);
  d->base = base;
  d->view = (blt_view){.ctx = ctx, .ncols = ncols, .rows = rows, .live_rows = rows, .ngroups = ngroups};
  d->columns = blt_calloc(ctx, ncols + 1, sizeof *d->columns);
  d->facts = blt_calloc(ctx, ncols + 1, sizeof *d->facts);
  d->view.columns = d->columns;
  d->view.group_rows = list_groups(ctx, rows, ngroups);
  d->owner = pthread_self();
  blt_watch_start(&d->watch, ctx);
  d->locked = pthread_mutex_init(&d->lock, NULL) == 0;
  if (!d->columns || !d->facts || !d->view.group_rows || !d->locked)
    return blt_fail_memory(err, (ncols + 1) * sizeof *d->facts);
  return take_blocks(d, ncols, ngroups, err);
}

void blt_lazy_free(blt_lazy *d) {
  blt_ctx *ctx = d->view.ctx;
  uint32_t ncols = d->view.ncols, ngroups = d->view.ngroups;
  size_t n = (size_t)ncols * ngroups;
  blt_unread *blocks = d->columns ? d->columns[0].blocks : NULL;
  for (size_t i = 0; blocks && i < n; i++) blt_unread_release(blocks[i]);
  for (uint32_t c = 0; d->columns && c < ncols; c++) blt_dict_release(d->columns[c].dict);
  for (uint32_t i = 0; i < d->nspare; i++) blt_eval_free(d->spare[i]);
  if (d->locked) pthread_mutex_destroy(&d->lock);
  if (ctx) {
    blt_free(ctx, blocks, (n + 1) * sizeof *blocks);
    blt_free(ctx, d->columns, (ncols + 1) * sizeof *d->columns);
    blt_free(ctx, d->facts, (ncols + 1) * sizeof *d->facts);
    blt_free(ctx, (void *)(uintptr_t)d->view.group_rows, (ngroups + 1) * sizeof *d->view.group_rows);
  }
  blt_view_release(d->base);
}

/* Whether long work inside a vector goes on: the context's own thread asks, the others see what it found. */
static blt_status go_on(void *arg, uint32_t worker, blt_error *err) {
  blt_lazy *d = arg;
  (void)worker;
  if (pthread_equal(pthread_self(), d->owner)) return blt_watch_check(&d->watch, 0, 1, err);
  return blt_par_check(d->view.ctx, 1, 0, 0, err);
}

blt_status blt_lazy_borrow(const blt_lazy *shared, blt_eval **out, blt_error *err) {
  blt_lazy *d = (blt_lazy *)(uintptr_t)shared; /* only what the lock guards changes */
  blt_eval *ev = NULL;
  pthread_mutex_lock(&d->lock);
  if (d->nspare) ev = d->spare[--d->nspare];
  pthread_mutex_unlock(&d->lock);
  blt_status status = ev ? BLT_OK : blt_eval_new(d->view.ctx, d->base, &ev, err);
  if (status != BLT_OK) return status;
  blt_eval_watch(ev, go_on, d, 0);
  *out = ev;
  return BLT_OK;
}

void blt_lazy_return(const blt_lazy *shared, blt_eval *ev) {
  blt_lazy *d = (blt_lazy *)(uintptr_t)shared;
  if (!ev) return;
  pthread_mutex_lock(&d->lock);
  bool kept = d->nspare < BLT_SPARE_EVALS;
  if (kept) d->spare[d->nspare++] = ev;
  pthread_mutex_unlock(&d->lock);
  if (!kept) blt_eval_free(ev);
}

void blt_lazy_column(blt_lazy *d, uint32_t to, const blt_view *view, uint32_t from, bool nulls) {
  blt_view_facts(view, from, &d->facts[to]);
  d->facts[to].nulls |= nulls;
  d->columns[to].type = view->columns[from].type;
  d->columns[to].type.required = false;
  blt_dict *dict = view->columns[from].dict;
  d->columns[to].dict = dict ? blt_dict_retain(dict) : NULL;
}

void blt_lazy_expr(blt_lazy *d, uint32_t to, const blt_view *view, const blt_expr *e) {
  int column = blt_expr_column(e);
  if (column >= 0) {
    blt_lazy_column(d, to, view, (uint32_t)column, false);
    return;
  }
  blt_facts *facts = &d->facts[to];
  *facts = (blt_facts){.nulls = true, .nans = true, .text = true};
  d->columns[to].type = blt_expr_type(e);
  d->columns[to].type.required = false;
  if (d->columns[to].type.id == BLT_NULLTYPE) d->columns[to].type.id = BLT_INT64;
  if (blt_type_is_int(d->columns[to].type))
    facts->bounded = blt_expr_bounds(e, view, &facts->low, &facts->high);
  facts->empty = facts->bounded && facts->low > facts->high;
}
