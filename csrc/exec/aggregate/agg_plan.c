#include "agg.h"

#include "base/mem.h"
#include <math.h>
#include <string.h>

static uint8_t bit_length(uint64_t x) {
  return x ? (uint8_t)(64 - __builtin_clzll(x)) : 1;
}

/* a * b, or UINT64_MAX when it does not fit. */
static uint64_t capped(uint64_t a, uint64_t b) {
  uint64_t r;
  return __builtin_mul_overflow(a, b, &r) ? UINT64_MAX : r;
}

/* ---- parts ---- */

static blt_status add_mask(blt_agg_plan *p, blt_agg_mask m, uint32_t *out, blt_error *err) {
  for (size_t i = 0; i < p->nmasks; i++) {
    if (memcmp(&p->masks[i], &m, sizeof m)) continue;
    *out = (uint32_t)i;
    return BLT_OK;
  }
  blt_status status = blt_grow(p->ctx, &p->masks, &p->masks_cap, p->nmasks + 1, sizeof m, err);
  if (status != BLT_OK) return status;
  p->masks[p->nmasks] = m;
  *out = (uint32_t)p->nmasks++;
  return BLT_OK;
}

static bool same_part(const blt_agg_part *a, const blt_agg_part *b) {
  return a->kind == b->kind && a->mask == b->mask && a->a == b->a && a->b == b->b && a->base_a == b->base_a &&
         a->base_b == b->base_b && a->centre == b->centre && a->n == b->n && a->ranks == b->ranks &&
         a->largest == b->largest;
}

static blt_status add_part(blt_agg_plan *p, blt_agg_part part, int32_t *out, blt_error *err) {
  for (size_t i = 0; i < p->nparts; i++) {
    if (!same_part(&p->parts[i], &part)) continue;
    *out = (int32_t)i;
    return BLT_OK;
  }
  blt_status status = blt_grow(p->ctx, &p->parts, &p->parts_cap, p->nparts + 1, sizeof part, err);
  if (status != BLT_OK) return status;
  p->parts[p->nparts] = part;
  *out = (int32_t)p->nparts++;
  return BLT_OK;
}

static blt_status add_count(blt_agg_plan *p, uint32_t mask, int32_t *out, blt_error *err) {
  return add_part(p, (blt_agg_part){.kind = BLT_PART_COUNT, .mask = mask, .a = -1, .b = -1}, out, err);
}

/* Counts only where the aggregate may see fewer rows than the group has. */
static blt_status add_count_if_masked(blt_agg_plan *p, uint32_t mask, int32_t *out, blt_error *err) {
  return mask || p->global ? add_count(p, mask, out, err) : BLT_OK;
}

static blt_status add_segment(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, blt_error *err) {
  bool own = c->spec.kind == BLT_AGG_TOP || c->spec.kind == BLT_AGG_BOTTOM; /* its order is the result */
  for (size_t i = 0; i < p->nsegments && !own; i++) {
    if (p->segments[i].own || p->segments[i].mask != mask || p->segments[i].a != c->a ||
        p->segments[i].b != c->b)
      continue;
    c->segment = (int32_t)i;
    return BLT_OK;
  }
  blt_status status =
      blt_grow(p->ctx, &p->segments, &p->segments_cap, p->nsegments + 1, sizeof *p->segments, err);
  if (status != BLT_OK) return status;
  p->segments[p->nsegments] = (blt_agg_segment){mask, c->a, c->b, own};
  c->segment = (int32_t)p->nsegments++;
  return BLT_OK;
}

static const blt_input *input_of(const blt_agg_plan *p, int32_t i) {
  return &p->inputs->items[i];
}

static int64_t lowest(const blt_input *in) {
  return in->low > in->high ? 0 : in->low;
}
static int64_t highest(const blt_input *in) {
  return in->low > in->high ? 0 : in->high;
}

/* ---- aggregates ---- */

/* Sum of values from 0 where that costs few bits, for then no count is needed to add the base back. */
static blt_status plan_int_sum(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, blt_error *err) {
  const blt_input *in = input_of(p, c->a);
  int64_t low = lowest(in), high = highest(in);
  bool plain = low >= 0 && bit_length((uint64_t)high) <= bit_length((uint64_t)(high - low)) + 2;
  blt_agg_part part = {.kind = BLT_PART_SUM, .mask = mask, .a = c->a, .b = -1, .base_a = plain ? 0 : low};
  part.limit_a = (uint64_t)high - (uint64_t)part.base_a;
  blt_status status = BLT_OK;
  if ((!plain || c->shift) && !mask) status = add_count(p, mask, &c->count, err);
  if (status == BLT_OK && capped(part.limit_a, p->rows) == UINT64_MAX) {
    part.kind = BLT_PART_HIGH;
    status = add_part(p, part, &c->high, err);
    part.kind = BLT_PART_LOW;
  }
  return status == BLT_OK ? add_part(p, part, &c->x, err) : status;
}

/* What is known of a column of doubles: where its values lie, and what may be taken from each of them without
 * rounding, so that sums of numbers near each other lose nothing. A difference is exact where neither number
 * is more than twice the other. */
static double find_centre(const blt_agg_plan *p, blt_agg_column *c) {
  const blt_input *in = input_of(p, c->a);
  blt_facts facts = {0};
  c->least = -INFINITY;
  c->most = INFINITY;
  if (in->column >= 0) blt_view_facts(p->inputs->scan->view, (uint32_t)in->column, &facts);
  if (!facts.bounded || facts.empty) return 0;
  c->least = facts.flow;
  c->most = facts.fhigh;
  if (!isfinite(c->least) || !isfinite(c->most)) return 0;
  if (c->least > 0 && c->most / 2 <= c->least) return c->least;
  return c->most < 0 && c->least / 2 >= c->most ? c->most : 0;
}

static blt_status plan_float_sum(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, blt_error *err) {
  blt_agg_part part = {.kind = BLT_PART_FSUM, .mask = mask, .a = c->a, .b = -1, .centre = find_centre(p, c)};
  blt_status status = part.centre != 0 && !mask ? add_count(p, mask, &c->count, err) : BLT_OK;
  return status == BLT_OK ? add_part(p, part, &c->x, err) : status;
}

static blt_status plan_sum(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, bool mean, blt_error *err) {
  blt_status status =
      mean ? add_count(p, mask, &c->count, err) : add_count_if_masked(p, mask, &c->count, err);
  if (status != BLT_OK) return status;
  if (input_of(p, c->a)->cls == BLT_INPUT_INT) return plan_int_sum(p, mask, c, err);
  return plan_float_sum(p, mask, c, err);
}

static blt_status plan_weighted_mean(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, blt_error *err) {
  blt_agg_part product = {.kind = BLT_PART_FPRODUCT, .mask = mask, .a = c->a, .b = c->b};
  blt_agg_part weights = {.kind = BLT_PART_FSUM, .mask = mask, .a = c->b, .b = -1};
  blt_status status = add_part(p, product, &c->xy, err);
  return status == BLT_OK ? add_part(p, weights, &c->y, err) : status;
}

/* Positions of codes in byte order, and the inverse. */
static blt_status rank_strings(blt_agg_plan *p, blt_agg_column *c, const uint32_t **ranks, blt_error *err) {
  blt_dict *dict = input_of(p, c->a)->dict;
  blt_status status = blt_dict_ranks(dict, ranks, err);
  if (status == BLT_OK)
    status = blt_grow(p->ctx, &p->inverses, &p->inverses_cap, p->ninverses + 1, sizeof *p->inverses, err);
  if (status != BLT_OK) return status;
  size_t n = dict->count;
  uint32_t *inverse = blt_alloc(p->ctx, (n + 1) * sizeof *inverse);
  if (!inverse) return blt_fail_memory(err, n * sizeof *inverse);
  inverse[0] = (uint32_t)n; /* the length, for the free */
  for (size_t i = 0; i < n; i++) inverse[1 + (*ranks)[i]] = (uint32_t)i;
  p->inverses[p->ninverses++] = inverse;
  c->codes_by_rank = inverse + 1;
  return BLT_OK;
}

/* Ranks of so few texts cost less than comparing the texts of all rows. */
static bool ranks_pay(const blt_agg_plan *p, const blt_input *in) {
  return in->cls != BLT_INPUT_TEXT && in->dict->count <= p->rows / 16;
}

static blt_status plan_text(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, bool largest, blt_error *err) {
  blt_agg_part part = {
      .kind = BLT_PART_TEXT, .mask = mask, .a = c->a, .b = -1, .above_zero = true, .largest = largest};
  blt_status status = add_part(p, part, &c->x, err);
  if (status != BLT_OK || p->parts[c->x].texts) return status;
  return blt_agg_texts_new(p->ctx, p->inputs->scan->view, input_of(p, c->a), largest, &p->parts[c->x].texts,
                           err);
}

static blt_status plan_extreme(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, uint8_t kind,
                               blt_error *err) {
  const blt_input *in = input_of(p, c->a);
  blt_agg_part part = {.kind = kind, .mask = mask, .a = c->a, .b = -1, .n = c->spec.n};
  bool extreme = kind == BLT_PART_MAX || kind == BLT_PART_MIN;
  if (in->type.id == BLT_STRING && extreme && !ranks_pay(p, in))
    return plan_text(p, mask, c, kind == BLT_PART_MAX, err);
  if (in->cls == BLT_INPUT_CODE && kind != BLT_PART_BITS) {
    blt_status status = rank_strings(p, c, &part.ranks, err);
    if (status != BLT_OK) return status;
  }
  uint64_t domain = in->type.id == BLT_BOOL ? 2 : blt_input_domain(in);
  part.base_a = in->cls == BLT_INPUT_INT && in->type.id != BLT_BOOL ? lowest(in) : 0;
  part.limit_a = domain - 1;
  part.above_zero = in->cls == BLT_INPUT_FLOAT || (domain && domain != UINT64_MAX);
  /* Over all rows blocks know their extremes: no need to look which values there are. */
  bool bounds = p->global && in->cls == BLT_INPUT_INT && in->column >= 0 && kind != BLT_PART_BITS;
  bool few = domain >= 1 && domain <= 64 && kind <= BLT_PART_MIN && !bounds;
  if (few) part.kind = BLT_PART_BITS;
  blt_status status = BLT_OK;
  if (!few && !part.above_zero) status = add_count_if_masked(p, mask, &c->count, err);
  return status == BLT_OK ? add_part(p, part, &c->x, err) : status;
}

static blt_status plan_row(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, uint8_t kind, blt_error *err) {
  return add_part(p, (blt_agg_part){.kind = kind, .mask = mask, .a = -1, .b = -1, .above_zero = true}, &c->x,
                  err);
}

static bool few_values(const blt_input *in) {
  uint64_t domain = in->type.id == BLT_BOOL ? 2 : blt_input_domain(in);
  return domain >= 1 && domain <= 64;
}

static bool fits_top(const blt_agg_column *c, const blt_input *in) {
  uint64_t domain = blt_input_domain(in);
  return c->spec.n <= BLT_TOP_SLOTS && (in->cls == BLT_INPUT_FLOAT || (domain && domain != UINT64_MAX));
}

/* ---- moments: variance, covariance and what follows from them ---- */

static blt_status add_moment(blt_agg_plan *p, uint32_t mask, int32_t a, int32_t b, int32_t *out,
                             blt_error *err) {
  blt_agg_part part = {.kind = b < 0 ? BLT_PART_SUM : BLT_PART_PRODUCT, .mask = mask, .a = a, .b = b};
  const blt_input *x = input_of(p, a);
  part.base_a = lowest(x);
  part.limit_a = (uint64_t)highest(x) - (uint64_t)part.base_a;
  if (b >= 0) {
    const blt_input *y = input_of(p, b);
    part.base_b = lowest(y);
    part.limit_b = (uint64_t)highest(y) - (uint64_t)part.base_b;
  }
  return add_part(p, part, out, err);
}

/* Integer moments are exact while the sums of products stay below 2^63. */
static bool exact_moments(const blt_agg_plan *p, int32_t a, int32_t b) {
  const blt_input *x = input_of(p, a), *y = input_of(p, b);
  if (x->cls != BLT_INPUT_INT || y->cls != BLT_INPUT_INT) return false;
  uint64_t dx = (uint64_t)highest(x) - (uint64_t)lowest(x), dy = (uint64_t)highest(y) - (uint64_t)lowest(y);
  uint64_t d = dx > dy ? dx : dy;
  return capped(capped(d, d), p->rows) < (UINT64_C(1) << 63);
}

static blt_status plan_moments(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, blt_error *err) {
  int32_t a = c->a, b = c->b;
  if (!exact_moments(p, a, b < 0 ? a : b)) return add_segment(p, mask, c, err);
  blt_status status = add_count(p, mask, &c->count, err);
  if (status == BLT_OK) status = add_moment(p, mask, a, -1, &c->x, err);
  if (status == BLT_OK) status = add_moment(p, mask, a, a, &c->xx, err);
  if (b < 0 || status != BLT_OK) return status;
  status = add_moment(p, mask, b, -1, &c->y, err);
  if (status == BLT_OK) status = add_moment(p, mask, b, b, &c->yy, err);
  if (status == BLT_OK) status = add_moment(p, mask, a, b, &c->xy, err);
  return status;
}

/* ---- the plan ---- */

static blt_status plan_column(blt_agg_plan *p, uint32_t mask, blt_agg_column *c, blt_error *err) {
  switch (c->spec.kind) {
  case BLT_AGG_COUNT:
    return add_count(p, mask, &c->count, err);
  case BLT_AGG_SUM:
    return plan_sum(p, mask, c, false, err);
  case BLT_AGG_MEAN:
    return plan_sum(p, mask, c, true, err);
  case BLT_AGG_WEIGHTED_MEAN:
    return plan_weighted_mean(p, mask, c, err);
  case BLT_AGG_MIN:
    return plan_extreme(p, mask, c, BLT_PART_MIN, err);
  case BLT_AGG_MAX:
    return plan_extreme(p, mask, c, BLT_PART_MAX, err);
  case BLT_AGG_ANY:
  case BLT_AGG_ALL:
    return plan_extreme(p, mask, c, BLT_PART_BITS, err);
  case BLT_AGG_FIRST:
    return plan_row(p, mask, c, BLT_PART_FIRST, err);
  case BLT_AGG_LAST:
    return plan_row(p, mask, c, BLT_PART_LAST, err);
  case BLT_AGG_COUNT_DISTINCT:
    return few_values(input_of(p, c->a)) ? plan_extreme(p, mask, c, BLT_PART_BITS, err)
                                         : add_segment(p, mask, c, err);
  case BLT_AGG_TOP:
    return fits_top(c, input_of(p, c->a)) ? plan_extreme(p, mask, c, BLT_PART_TOP, err)
                                          : add_segment(p, mask, c, err);
  case BLT_AGG_BOTTOM:
    return fits_top(c, input_of(p, c->a)) ? plan_extreme(p, mask, c, BLT_PART_BOTTOM, err)
                                          : add_segment(p, mask, c, err);
  case BLT_AGG_CORR:
  case BLT_AGG_COVAR:
  case BLT_AGG_COVAR_POP:
  case BLT_AGG_REGR_INTERCEPT:
  case BLT_AGG_REGR_R2:
  case BLT_AGG_REGR_SLOPE:
  case BLT_AGG_STDDEV:
  case BLT_AGG_STDDEV_POP:
  case BLT_AGG_VARIANCE:
  case BLT_AGG_VARIANCE_POP:
    return plan_moments(p, mask, c, err);
  default:
    return add_segment(p, mask, c, err);
  }
}

/* Arguments that are values of rows; the others are constants. */
static uint32_t row_arguments(const blt_aggregate *a, blt_agg_kind kind) {
  bool constant_second = kind == BLT_AGG_QUANTILE || kind == BLT_AGG_APPROX_QUANTILE || kind == BLT_AGG_TOP ||
                         kind == BLT_AGG_BOTTOM || kind == BLT_AGG_STRING_AGG;
  return constant_second ? 1 : a->nargs;
}

/* Sums of x + 1, x + 2, … and 3 * x all follow from the sum of x, which is then computed once. */
static blt_status add_argument(blt_agg_plan *p, const blt_expr *e, blt_agg_column *c, uint32_t *index,
                               blt_error *err) {
  uint32_t column;
  blt_agg_kind kind = c->spec.kind;
  bool sums = kind == BLT_AGG_SUM || kind == BLT_AGG_MEAN;
  bool rows = kind == BLT_AGG_MIN || kind == BLT_AGG_MAX || kind == BLT_AGG_FIRST || kind == BLT_AGG_LAST;
  if (rows) return blt_inputs_add_text(p->inputs, e, index, err);
  if (!sums || !blt_expr_linear(e, p->inputs->scan->view, &column, &c->factor, &c->shift))
    return blt_inputs_add(p->inputs, e, index, err);
  return blt_inputs_add_column(p->inputs, column, index, err);
}

static blt_status plan_aggregate(blt_agg_plan *p, const blt_aggregate *a, blt_agg_column *c, blt_error *err) {
  *c = (blt_agg_column){.a = -1,
                        .b = -1,
                        .count = -1,
                        .x = -1,
                        .y = -1,
                        .xx = -1,
                        .yy = -1,
                        .xy = -1,
                        .high = -1,
                        .segment = -1,
                        .factor = 1};
  blt_agg_mask m = {-1, -1, -1};
  blt_status status = blt_agg_check(a, &c->spec, err);
  if (status != BLT_OK) return status;
  uint32_t nargs = row_arguments(a, c->spec.kind), index;
  for (uint32_t i = 0; i < nargs; i++) {
    if ((status = add_argument(p, a->args[i], c, &index, err)) != BLT_OK) return status;
    *(i ? &c->b : &c->a) = (int32_t)index;
    if (input_of(p, (int32_t)index)->nullable) *(i ? &m.b : &m.a) = (int32_t)index;
  }
  if (a->where) {
    if ((status = blt_inputs_add(p->inputs, a->where, &index, err)) != BLT_OK) return status;
    m.where = (int32_t)index;
  }
  uint32_t mask;
  status = add_mask(p, m, &mask, err);
  return status == BLT_OK ? plan_column(p, mask, c, err) : status;
}

blt_status blt_agg_plan_init(blt_agg_plan *p, blt_inputs *inputs, const blt_aggregate *aggregates, uint32_t n,
                             bool global, blt_error *err) {
  *p = (blt_agg_plan){
      .ctx = inputs->scan->ctx, .inputs = inputs, .rows = inputs->scan->view->rows, .presence = -1};
  p->global = global;
  uint32_t all;
  blt_status status = add_mask(p, (blt_agg_mask){-1, -1, -1}, &all, err);
  if (status == BLT_OK && n) {
    p->columns = blt_alloc(p->ctx, n * sizeof *p->columns);
    if (!p->columns) status = blt_fail_memory(err, n * sizeof *p->columns);
  }
  err->position = -1;
  p->ncolumns = n;
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    status = plan_aggregate(p, &aggregates[i], &p->columns[i], err);
    if (status != BLT_OK) err->position = i;
  }
  return status;
}

static void free_array(blt_ctx *ctx, void *p, size_t n, size_t size) {
  if (p) blt_free(ctx, p, n * size);
}

void blt_agg_plan_free(blt_agg_plan *p) {
  for (size_t i = 0; i < p->ninverses; i++)
    blt_free(p->ctx, p->inverses[i], ((size_t)p->inverses[i][0] + 1) * sizeof **p->inverses);
  for (size_t i = 0; i < p->nparts; i++) blt_agg_texts_free(p->parts[i].texts);
  free_array(p->ctx, p->inverses, p->inverses_cap, sizeof *p->inverses);
  free_array(p->ctx, p->masks, p->masks_cap, sizeof *p->masks);
  free_array(p->ctx, p->parts, p->parts_cap, sizeof *p->parts);
  free_array(p->ctx, p->slots, p->slots_cap, sizeof *p->slots);
  free_array(p->ctx, p->segments, p->segments_cap, sizeof *p->segments);
  free_array(p->ctx, p->columns, p->ncolumns, sizeof *p->columns);
  *p = (blt_agg_plan){0};
}

/* ---- layout ---- */

static bool shows_presence(const blt_agg_plan *p, const blt_agg_part *part) {
  if (part->mask) return false;
  if (part->kind == BLT_PART_COUNT || part->kind == BLT_PART_BITS) return true;
  if (part->kind == BLT_PART_SUM) return part->base_a == 0 && lowest(input_of(p, part->a)) > 0;
  return part->kind >= BLT_PART_MAX && part->above_zero;
}

blt_status blt_agg_plan_presence(blt_agg_plan *p, blt_error *err) {
  for (size_t i = 0; i < p->nparts; i++) {
    if (!shows_presence(p, &p->parts[i])) continue;
    p->presence = (int32_t)i;
    return BLT_OK;
  }
  return add_count(p, 0, &p->presence, err);
}

static blt_status new_slot(blt_agg_plan *p, blt_agg_part *part, blt_agg_slot slot, blt_error *err) {
  blt_status status = blt_grow(p->ctx, &p->slots, &p->slots_cap, p->nslots + 1, sizeof slot, err);
  if (status != BLT_OK) return status;
  part->slot = (uint32_t)p->nslots;
  part->shift = 0;
  p->slots[p->nslots++] = slot;
  return BLT_OK;
}

/* Finds room for `part->bits` bits, first fit. */
static blt_status place_field(blt_agg_plan *p, blt_agg_part *part, blt_slot_op op, blt_error *err) {
  bool constant = part->kind == BLT_PART_COUNT && part->mask == 0;
  for (size_t i = 0; i < p->nslots; i++) {
    blt_agg_slot *s = &p->slots[i];
    if (s->op != op || s->used + part->bits > 64) continue;
    part->slot = (uint32_t)i;
    part->shift = s->used;
    s->used = (uint8_t)(s->used + part->bits);
    if (constant) s->value |= UINT64_C(1) << part->shift;
    s->constant &= constant;
    return BLT_OK;
  }
  blt_agg_slot slot = {.op = (uint8_t)op, .used = part->bits, .constant = constant, .value = constant};
  return new_slot(p, part, slot, err);
}

static blt_status place_top(blt_agg_plan *p, blt_agg_part *part, blt_error *err) {
  blt_status status = new_slot(p, part, (blt_agg_slot){.op = BLT_SLOT_TOP, .used = 64, .n = part->n}, err);
  uint32_t first = part->slot;
  for (uint32_t i = 1; i < part->n && status == BLT_OK; i++)
    status = new_slot(p, part, (blt_agg_slot){.op = BLT_SLOT_NEXT, .used = 64}, err);
  part->slot = first;
  return status;
}

static blt_status place(blt_agg_plan *p, blt_agg_part *part, uint64_t rows, blt_error *err) {
  part->bits = 64;
  switch (part->kind) {
  case BLT_PART_COUNT:
    part->bits = bit_length(rows);
    return place_field(p, part, BLT_SLOT_ADD, err);
  case BLT_PART_SUM:
    part->bits = bit_length(capped(part->limit_a, rows));
    return place_field(p, part, BLT_SLOT_ADD, err);
  case BLT_PART_PRODUCT:
    part->bits = bit_length(capped(capped(part->limit_a, part->limit_b), rows));
    return place_field(p, part, BLT_SLOT_ADD, err);
  case BLT_PART_LOW:
  case BLT_PART_HIGH:
    return place_field(p, part, BLT_SLOT_ADD, err);
  case BLT_PART_BITS:
    part->bits = (uint8_t)(part->limit_a + 1);
    return place_field(p, part, BLT_SLOT_OR, err);
  case BLT_PART_FSUM:
  case BLT_PART_FPRODUCT:
    return new_slot(p, part, (blt_agg_slot){.op = BLT_SLOT_FADD, .used = 64}, err);
  case BLT_PART_TOP:
  case BLT_PART_BOTTOM:
    return place_top(p, part, err);
  case BLT_PART_TEXT:
    return new_slot(p, part, (blt_agg_slot){.op = BLT_SLOT_TEXT, .used = 64, .texts = part->texts}, err);
  default:
    return new_slot(p, part, (blt_agg_slot){.op = BLT_SLOT_MAX, .used = 64}, err);
  }
}

/* Integer sums first, so that records of one shape meet the same kernels. */
static int placement_order(const blt_agg_part *part) {
  switch (part->kind) {
  case BLT_PART_COUNT:
  case BLT_PART_SUM:
  case BLT_PART_LOW:
  case BLT_PART_HIGH:
  case BLT_PART_PRODUCT:
    return 0;
  case BLT_PART_FSUM:
  case BLT_PART_FPRODUCT:
    return 1;
  case BLT_PART_BITS:
    return 2;
  default:
    return 3;
  }
}

blt_status blt_agg_layout(blt_agg_plan *p, uint64_t rows, blt_error *err) {
  p->nslots = 0;
  for (int order = 0; order <= 3; order++)
    for (size_t i = 0; i < p->nparts; i++) {
      if (placement_order(&p->parts[i]) != order) continue;
      blt_status status = place(p, &p->parts[i], rows ? rows : 1, err);
      if (status != BLT_OK) return status;
    }
  p->stride = (uint32_t)p->nslots;
  p->narrow = p->far = false;
  return BLT_OK;
}
