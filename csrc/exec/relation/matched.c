#include "matched.h"

#include "base/bits.h"
#include "base/mem.h"
#include "flat.h"
#include "gather.h"
#include "lazy.h"
#include "pair.h"
#include "selected.h"

typedef struct matched {
  blt_lazy d;
  blt_view *left, *right; /* right NULL: only the left's columns */
  blt_matches m;
  blt_flat *flats; /* of the right's columns */
  const uint64_t **live;
} matched;

/* ---- matches ---- */

blt_status blt_matches_init(blt_matches *m, const blt_view *left, bool found, bool right, blt_error *err) {
  size_t words = (size_t)left->ngroups * BLT_GROUP_WORDS + 1,
         rows = (size_t)left->ngroups * BLT_BLOCK_ROWS + 1;
  *m = (blt_matches){.ctx = left->ctx, .ngroups = left->ngroups};
  m->kept = blt_calloc(m->ctx, words, sizeof *m->kept);
  if (found) m->found = blt_calloc(m->ctx, words, sizeof *m->found);
  if (right) m->right = blt_alloc(m->ctx, rows * sizeof *m->right);
  if (m->kept && (m->found || !found) && (m->right || !right)) return BLT_OK;
  return blt_fail_memory(err, right ? rows * sizeof *m->right : words * sizeof *m->kept);
}

void blt_matches_free(blt_matches *m) {
  if (!m->ctx) return;
  size_t words = (size_t)m->ngroups * BLT_GROUP_WORDS + 1, rows = (size_t)m->ngroups * BLT_BLOCK_ROWS + 1;
  blt_free(m->ctx, m->kept, words * sizeof *m->kept);
  blt_free(m->ctx, m->found, words * sizeof *m->found);
  blt_free(m->ctx, m->right, rows * sizeof *m->right);
  *m = (blt_matches){0};
}

static const uint64_t *found_of(const blt_matches *m, uint32_t group) {
  return (m->found ? m->found : m->kept) + (size_t)group * BLT_GROUP_WORDS;
}

/* ---- blocks ---- */

static void matched_release(blt_view *v) {
  matched *x = (matched *)v;
  blt_ctx *ctx = v->ctx;
  uint32_t nright = x->right ? x->right->ncols : 0, ngroups = v->ngroups;
  blt_lazy_free(&x->d);
  for (uint32_t i = 0; x->flats && i < nright; i++) blt_flat_free(&x->flats[i]);
  blt_free(ctx, x->flats, (nright + 1) * sizeof *x->flats);
  blt_free(ctx, (void *)(uintptr_t)x->live, (ngroups + 1) * sizeof *x->live);
  blt_matches_free(&x->m);
  blt_view_release(x->left);
  blt_view_release(x->right);
  blt_free(ctx, x, sizeof *x);
}

/* Values of another kind than lie flat, and groups without any partner. */
static blt_status gather_loose(const matched *x, uint32_t col, uint32_t from, uint32_t group, blt_block **out,
                               blt_error *err) {
  const uint64_t *found = found_of(&x->m, group);
  uint32_t n = x->d.view.group_rows[group];
  uint32_t *rows = blt_alloc(x->d.view.ctx, n * sizeof *rows);
  if (!rows) return blt_fail_memory(err, n * sizeof *rows);
  for (uint32_t i = 0; i < n; i++)
    rows[i] = blt_bit(found, i) ? x->m.right[(size_t)group * BLT_BLOCK_ROWS + i] : BLT_NO_ROW;
  blt_status status = blt_gather(x->right, from, rows, 0, n, blt_view_codes(&x->d.view, col), out, err);
  blt_free(x->d.view.ctx, rows, n * sizeof *rows);
  return status;
}

static bool any_bit(const uint64_t *bits) {
  uint64_t any = 0;
  for (uint32_t w = 0; w < BLT_GROUP_WORDS; w++) any |= bits[w];
  return any != 0;
}

static blt_status right_block(const matched *x, uint32_t col, uint32_t from, uint32_t group, blt_block **out,
                              blt_error *err) {
  blt_flat *f = &x->flats[from];
  blt_status status = blt_flat_ready(f, err);
  if (status != BLT_OK) return status;
  if (!f->suits || !any_bit(found_of(&x->m, group))) return gather_loose(x, col, from, group, out, err);
  return blt_flat_block(f, x->m.right + (size_t)group * BLT_BLOCK_ROWS,
                        x->m.found ? found_of(&x->m, group) : NULL, x->d.view.group_rows[group], out, err);
}

static blt_status matched_make(const blt_view *v, uint32_t col, uint32_t group, blt_block **out,
                               blt_error *err) {
  const matched *x = (const matched *)v;
  if (col >= x->left->ncols) return right_block(x, col, col - x->left->ncols, group, out, err);
  return blt_gather_block(x->left, col, group, out, err);
}

static void matched_forget(const blt_view *v, uint32_t group) {
  blt_view_forget(((const matched *)v)->left, group);
}

static const blt_view_ops matched_ops = {
    .make = matched_make, .release = matched_release, .forget = matched_forget};

/* ---- lists of rows instead ---- */

#define FEW_KEPT 8u /* one in so many rows: less are better listed */

bool blt_matched_suits(const blt_view *left) {
  for (uint32_t g = 0; g + 1 < left->ngroups; g++)
    if (left->group_rows[g] != BLT_BLOCK_ROWS) return false;
  return true;
}

/* The rows that are kept, and their partners where somebody wants them. */
static void list_kept(const blt_matches *m, uint32_t *left, uint32_t *right) {
  size_t n = 0;
  for (size_t w = 0; w < (size_t)m->ngroups * BLT_GROUP_WORDS; w++)
    for (uint64_t bits = m->kept[w]; bits; bits &= bits - 1) {
      uint32_t row = (uint32_t)(64 * w) + (uint32_t)__builtin_ctzll(bits);
      bool none = m->found && !blt_bit(m->found, row);
      if (right) right[n] = none ? BLT_NO_ROW : m->right[row];
      left[n++] = row;
    }
}

static blt_status as_lists(blt_view *left, blt_view *right, blt_matches *m, blt_view **out, blt_error *err) {
  blt_ctx *ctx = m->ctx;
  size_t n = (size_t)m->nkept, room = n + 1;
  uint32_t *one = blt_alloc(ctx, room * sizeof *one),
           *two = right ? blt_alloc(ctx, room * sizeof *two) : NULL;
  if (!one || (right && !two)) {
    blt_free(ctx, one, room * sizeof *one);
    blt_free(ctx, two, room * sizeof *two);
    blt_matches_free(m);
    blt_view_release(left);
    blt_view_release(right);
    return blt_fail_memory(err, room * sizeof *one);
  }
  list_kept(m, one, two);
  bool loose = m->found != NULL;
  blt_matches_free(m);
  if (!right) return blt_selected_rows(left, one, n, room, out, err);
  return blt_pair_new(ctx, (blt_pair_side){left, one, room, false}, (blt_pair_side){right, two, room, loose},
                      n, out, err);
}

/* ---- life ---- */

static blt_status fill_in(matched *x, blt_error *err) {
  blt_ctx *ctx = x->m.ctx;
  uint32_t nleft = x->left->ncols, nright = x->right ? x->right->ncols : 0, ngroups = x->left->ngroups;
  blt_status status = blt_lazy_init(&x->d, ctx, nleft + nright, x->left->rows, NULL, err);
  x->d.view.ops = &matched_ops;
  if (status != BLT_OK) return status;
  x->flats = blt_calloc(ctx, nright + 1, sizeof *x->flats);
  x->live = blt_calloc(ctx, ngroups + 1, sizeof *x->live);
  if (!x->flats || !x->live) return blt_fail_memory(err, (ngroups + 1) * sizeof *x->live);
  for (uint32_t g = 0; g < ngroups; g++) x->live[g] = x->m.kept + (size_t)g * BLT_GROUP_WORDS;
  x->d.view.live_rows = x->m.nkept;
  if (x->m.nkept < x->left->rows) x->d.view.live = x->live;
  for (uint32_t i = 0; i < nleft; i++) blt_lazy_column(&x->d, i, x->left, i, false);
  for (uint32_t i = 0; i < nright; i++) {
    blt_lazy_column(&x->d, nleft + i, x->right, i, x->m.found != NULL);
    blt_flat_init(&x->flats[i], x->right, i);
  }
  return BLT_OK;
}

blt_status blt_matched_new(blt_view *left, blt_view *right, blt_matches *m, blt_view **out, blt_error *err) {
  if (m->nkept < left->rows / FEW_KEPT) return as_lists(left, right, m, out, err);
  blt_ctx *ctx = m->ctx;
  matched *x = blt_calloc(ctx, 1, sizeof *x);
  if (!x) {
    blt_matches_free(m);
    blt_view_release(left);
    blt_view_release(right);
    return blt_fail_memory(err, sizeof *x);
  }
  x->left = left;
  x->right = right;
  x->m = *m;
  *m = (blt_matches){0};
  x->d.view.ctx = ctx;
  blt_status status = fill_in(x, err);
  if (status == BLT_OK)
    *out = &x->d.view;
  else
    matched_release(&x->d.view);
  return status;
}

bool blt_matched_is(const blt_view *v) {
  return v->ops == &matched_ops;
}

blt_status blt_matched_dense(blt_view *v, blt_view **out, blt_error *err) {
  matched *x = (matched *)v;
  if (!v->live) {
    *out = v;
    return BLT_OK;
  }
  blt_view *left = x->left, *right = x->right;
  blt_matches m = x->m;
  x->left = x->right = NULL;
  x->m = (blt_matches){0};
  for (uint32_t i = 0; right && i < right->ncols; i++) blt_flat_free(&x->flats[i]);
  blt_free(v->ctx, x->flats, ((right ? right->ncols : 0) + 1) * sizeof *x->flats);
  x->flats = NULL;
  matched_release(v);
  return as_lists(left, right, &m, out, err);
}
