#include "sample.h"

#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"
#include "store/table/change.h"

#define STEP 65536u /* rows between two looks at interruption */

/* A number from 0 to n - 1, without the bias of a remainder. */
static uint64_t below(uint64_t *state, uint64_t n) {
  for (;;) {
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = blt_mix64(*state);
    if (x < UINT64_MAX - UINT64_MAX % n) return x % n;
  }
}

/* Each row is kept with the chance of wanted / left: so exactly the wanted number is. */
blt_status blt_sample_rows(blt_ctx *ctx, uint32_t *rows, size_t *n, uint64_t wanted, uint64_t seed,
                           blt_error *err) {
  blt_watch watch;
  size_t kept = 0;
  if (wanted >= *n) return BLT_OK;
  blt_watch_start(&watch, ctx);
  for (size_t i = 0; i < *n && wanted; i++) {
    blt_status status = i % STEP ? BLT_OK : blt_watch_check(&watch, i, *n, err);
    if (status != BLT_OK) return status;
    if (below(&seed, *n - i) >= wanted) continue;
    wanted--;
    rows[kept++] = rows[i];
  }
  *n = kept;
  return BLT_OK;
}

/* ---- the same of a finished answer, until queries are plans ---- */

typedef struct draw {
  const blt_view *view;
  uint64_t state, wanted, left; /* of the generator; rows still to be kept; rows still to be looked at */
  uint64_t *surplus;
  size_t cap, nsurplus;
  blt_ctx *ctx;
} draw;

/* Each row is kept with the chance of wanted / left: so exactly the wanted number is. */
static blt_status draw_group(void *arg, uint32_t group, uint32_t worker, blt_error *err) {
  draw *d = arg;
  (void)worker;
  const uint64_t *live = d->view->live ? d->view->live[group] : NULL;
  for (uint32_t row = 0; row < d->view->group_rows[group]; row++) {
    if (live && !blt_bit(live, row)) continue;
    bool keep = below(&d->state, d->left--) < d->wanted;
    if (keep) {
      d->wanted--;
      continue;
    }
    blt_status st = blt_grow(d->ctx, &d->surplus, &d->cap, d->nsurplus + 1, sizeof *d->surplus, err);
    if (st != BLT_OK) return st;
    d->surplus[d->nsurplus++] = (uint64_t)group * BLT_BLOCK_ROWS + row;
  }
  return BLT_OK;
}

blt_status blt_table_keep_sample(blt_table *t, uint64_t n, uint64_t seed, blt_error *err) {
  draw d = {.state = seed, .wanted = n, .left = blt_table_rows(t), .ctx = blt_table_ctx(t)};
  blt_view *view;
  uint64_t deleted;
  if (n >= d.left) return BLT_OK;
  blt_status st = blt_table_view(t, &view, err);
  if (st != BLT_OK) return st;
  d.view = view;
  st = blt_seq(d.ctx, view->ngroups, draw_group, &d, err);
  blt_view_release(view);
  if (st == BLT_OK) st = blt_table_delete(t, d.surplus, d.nsurplus, &deleted, err);
  blt_free(d.ctx, d.surplus, d.cap * sizeof *d.surplus);
  return st;
}
