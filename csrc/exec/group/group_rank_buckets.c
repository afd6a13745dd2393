#include "group_rank.h"

#include "base/isa.h"

#define LEAST_BITS 3                    /* fewer buckets than this keep too much */
#define COUNT_BYTES ((uint64_t)4 << 20) /* counts of one worker that stay in its cache */

static int choose_bits(const blt_grouping *g) {
  int bits = BLT_RANK_BITS;
  while (bits > LEAST_BITS && ((g->domain << bits) * sizeof(uint32_t) > COUNT_BYTES ||
                               (g->domain << bits) > g->scan->view->rows / 2))
    bits--;
  return bits;
}

/* NaN is above all numbers and in no bucket; an expression's bounds are not known. */
static bool has_bounds(const blt_grouping *g, const blt_input *in) {
  const blt_view *view = g->scan->view;
  if (in->column < 0) return false;
  if (in->cls == BLT_INPUT_INT) return true;
  if (in->cls != BLT_INPUT_FLOAT) return false;
  blt_facts facts;
  blt_view_facts(view, (uint32_t)in->column, &facts);
  return facts.bounded && !facts.nans;
}

bool blt_rank_has_buckets(const blt_grouping *g) {
  const blt_agg_plan *p = g->agg;
  if ((g->domain << choose_bits(g)) > g->scan->view->rows / 2) return false;
  for (size_t s = 0; s < p->nsegments; s++)
    if (p->segments[s].b >= 0 || !has_bounds(g, &p->inputs->items[p->segments[s].a])) return false;
  return true;
}

static void bounds_of_floats(const blt_view *view, int column, blt_rank_segment *r) {
  blt_facts facts;
  blt_view_facts(view, (uint32_t)column, &facts);
  r->low = facts.flow;
  r->scale = facts.fhigh > facts.flow ? (double)(1u << r->bits) / (facts.fhigh - facts.flow) : 0;
}

void blt_rank_describe(const blt_grouping *g, size_t s, blt_rank_segment *r) {
  const blt_agg_plan *p = g->agg;
  const blt_input *in = &p->inputs->items[p->segments[s].a];
  r->is_float = in->cls == BLT_INPUT_FLOAT;
  for (uint32_t c = 0; c < p->ncolumns; c++) {
    if (p->columns[c].segment != (int32_t)s) continue;
    r->ranks |= blt_rank_is_rank(p->columns[c].spec.kind);
    r->moments |= blt_rank_is_moment(p->columns[c].spec.kind);
  }
  r->bits = r->ranks ? choose_bits(g) : 0;
  if (r->is_float) {
    bounds_of_floats(g->scan->view, in->column, r);
    return;
  }
  uint64_t range = in->low > in->high ? 0 : (uint64_t)in->high - (uint64_t)in->low;
  r->base = in->low;
  while (r->shift < 63 && range >> r->shift >> r->bits) r->shift++;
}

BLT_CLONES static void float_cells(const double *v, const uint32_t *gids, uint32_t n, double low,
                                   double scale, int bits, uint32_t *cells) {
  double last = (double)((1 << bits) - 1);
  for (uint32_t i = 0; i < n; i++) {
    double x = (v[i] - low) * scale;
    x = x > 0 ? x : 0;
    x = x < last ? x : last;
    cells[i] = (gids[i] << bits) + (uint32_t)(int32_t)x;
  }
}

BLT_CLONES static void int_cells(const uint64_t *v, const uint32_t *gids, uint32_t n, uint64_t base,
                                 int shift, int bits, uint32_t *cells) {
  uint64_t last = (UINT64_C(1) << bits) - 1;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t x = (v[i] - base) >> shift;
    cells[i] = (gids[i] << bits) + (uint32_t)(x < last ? x : last);
  }
}

void blt_rank_cells(const blt_rank_segment *r, const uint64_t *words, const uint32_t *gids, uint32_t n,
                    uint32_t *cells) {
  if (r->is_float)
    float_cells((const double *)words, gids, n, r->low, r->scale, r->bits, cells);
  else
    int_cells(words, gids, n, (uint64_t)r->base, r->shift, r->bits, cells);
}
