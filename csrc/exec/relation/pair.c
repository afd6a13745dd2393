#include "pair.h"

#include "base/mem.h"
#include "gather.h"
#include "lazy.h"

typedef struct pair {
  blt_lazy d;
  blt_pair_side left, right;
} pair;

static void side_free(blt_ctx *ctx, blt_pair_side *side) {
  blt_view_release(side->view);
  blt_free(ctx, side->rows, side->cap * sizeof *side->rows);
  *side = (blt_pair_side){0};
}

static void pair_release(blt_view *v) {
  pair *p = (pair *)v;
  blt_ctx *ctx = v->ctx;
  blt_lazy_free(&p->d);
  side_free(ctx, &p->left);
  side_free(ctx, &p->right);
  blt_free(ctx, p, sizeof *p);
}

static blt_status pair_make(const blt_view *v, uint32_t col, uint32_t group, blt_block **out,
                            blt_error *err) {
  const pair *p = (const pair *)v;
  bool right = col >= p->left.view->ncols;
  const blt_pair_side *side = right ? &p->right : &p->left;
  uint32_t from = right ? col - p->left.view->ncols : col;
  uint64_t first = (uint64_t)group * BLT_BLOCK_ROWS;
  if (!side->rows && side->view->group_rows[group] == v->group_rows[group])
    return blt_gather_block(side->view, from, group, out, err);
  return blt_gather(side->view, from, side->rows ? side->rows + first : NULL, (uint32_t)first,
                    v->group_rows[group], blt_view_codes(v, col), out, err);
}

static const blt_view_ops pair_ops = {.make = pair_make, .release = pair_release};

blt_status blt_pair_new(blt_ctx *ctx, blt_pair_side left, blt_pair_side right, uint64_t n, blt_view **out,
                        blt_error *err) {
  pair *p = blt_calloc(ctx, 1, sizeof *p);
  if (!p) {
    side_free(ctx, &left);
    side_free(ctx, &right);
    return blt_fail_memory(err, sizeof *p);
  }
  p->left = left;
  p->right = right;
  uint32_t nleft = left.view->ncols, nright = right.view->ncols;
  blt_status status = blt_lazy_init(&p->d, ctx, nleft + nright, n, NULL, err);
  p->d.view.ops = &pair_ops;
  if (status != BLT_OK) {
    pair_release(&p->d.view);
    return status;
  }
  for (uint32_t i = 0; i < nleft; i++) blt_lazy_column(&p->d, i, left.view, i, left.loose);
  for (uint32_t i = 0; i < nright; i++) blt_lazy_column(&p->d, nleft + i, right.view, i, right.loose);
  *out = &p->d.view;
  return BLT_OK;
}

void blt_pair_rows(const blt_view *view, const uint32_t **left, const uint32_t **right) {
  const pair *p = (const pair *)view;
  *left = p->left.rows;
  *right = p->right.rows;
}

void blt_pair_dissolve(blt_view *view, blt_pair_side *left, blt_pair_side *right) {
  pair *p = (pair *)view;
  *left = p->left;
  *right = p->right;
  p->left = p->right = (blt_pair_side){0};
  pair_release(view);
}
