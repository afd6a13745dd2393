#include "added.h"

#include "base/mem.h"
#include "gather.h"
#include "lazy.h"

static void added_release(blt_view *v) {
  blt_ctx *ctx = v->ctx;
  blt_lazy *d = (blt_lazy *)v;
  blt_lazy_free(d);
  blt_free(ctx, d, sizeof *d);
}

static blt_status added_make(const blt_view *v, uint32_t col, uint32_t group, blt_block **out,
                             blt_error *err) {
  return blt_gather_block(((const blt_lazy *)v)->base, col, group, out, err);
}

static const blt_view_ops added_ops = {.make = added_make, .release = added_release};

static void columns_free(blt_ctx *ctx, blt_added_column *columns, uint32_t n, uint32_t ngroups) {
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t g = 0; columns[i].blocks && g < ngroups; g++) blt_block_release(columns[i].blocks[g]);
    blt_free(ctx, columns[i].blocks, (ngroups + 1) * sizeof *columns[i].blocks);
    blt_dict_release(columns[i].dict);
    columns[i] = (blt_added_column){0};
  }
}

static void add_column(blt_lazy *d, uint32_t to, blt_added_column *from) {
  blt_view_column *c = &d->columns[to];
  c->type = from->type;
  c->type.required = false;
  c->dict = from->dict;
  from->dict = NULL;
  d->facts[to] = (blt_facts){.bounded = true, .empty = true};
  for (uint32_t g = 0; g < d->view.ngroups; g++) {
    blt_block_head head = blt_block_head_of(from->blocks[g]);
    blt_facts one;
    blt_facts_of_block(&head, c->type, &one);
    blt_facts_join(&d->facts[to], &one, c->type);
    c->blocks[g] = blt_unread_of(from->blocks[g]);
    from->blocks[g] = NULL;
  }
}

blt_status blt_added_new(blt_view *base, blt_added_column *columns, uint32_t n, blt_view **out,
                         blt_error *err) {
  blt_ctx *ctx = base->ctx;
  uint32_t ngroups = base->ngroups, ncols = base->ncols;
  blt_lazy *d = blt_calloc(ctx, 1, sizeof *d);
  if (!d) {
    columns_free(ctx, columns, n, ngroups);
    blt_view_release(base);
    return blt_fail_memory(err, sizeof *d);
  }
  blt_status status = blt_lazy_init(d, ctx, ncols + n, base->rows, base, err);
  d->view.ops = &added_ops;
  if (status == BLT_OK) {
    for (uint32_t i = 0; i < ncols; i++) blt_lazy_column(d, i, base, i, false);
    for (uint32_t i = 0; i < n; i++) add_column(d, ncols + i, &columns[i]);
    *out = &d->view;
  }
  columns_free(ctx, columns, n, ngroups);
  if (status != BLT_OK) added_release(&d->view);
  return status;
}
