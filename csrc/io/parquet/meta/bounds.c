#include "bounds.h"
#include "io/parquet/pages/values.h"

#include "base/text/text_order.h"

/* The bound as a value of the column; false: it is none. */
static bool value_of(blt_ctx *ctx, const blt_pq_kind *kind, blt_str bound, blt_values *room,
                     blt_scalar *out) {
  static const uint8_t widths[] = {1, 4, 8, 0, 4, 8, 0, 0};
  uint32_t width = kind->physical == BLT_PQ_FIXED ? (uint32_t)kind->length : widths[kind->physical];
  blt_error ignored;
  if (!bound.s || width == 0 || bound.len != width) return false;
  if (blt_pq_values_read(ctx, kind, BLT_PQ_PLAIN, (const uint8_t *)bound.s, width, 1, room, &ignored) !=
      BLT_OK)
    return false;
  if (kind->means.type.id == BLT_FLOAT64)
    out->f = *(const double *)room->doubles.p;
  else
    out->i = *(const int64_t *)room->ints.p;
  return true;
}

void blt_pq_bounds(blt_ctx *ctx, const blt_pq_kind *kind, const blt_pq_statistics *s, uint64_t rows,
                   blt_values *room, blt_facts *out) {
  blt_type type = kind->means.type;
  blt_scalar low, high;
  *out = (blt_facts){.nulls = s->nulls != 0, .nans = type.id == BLT_FLOAT64, .text = type.id == BLT_STRING};
  if (rows == 0 || (s->nulls >= 0 && (uint64_t)s->nulls == rows)) {
    *out = (blt_facts){.nulls = rows > 0, .text = out->text, .empty = true, .bounded = !out->text};
    return;
  }
  if (type.id == BLT_STRING || !value_of(ctx, kind, s->min, room, &low) ||
      !value_of(ctx, kind, s->max, room, &high))
    return;
  if (type.id == BLT_FLOAT64 && low.f <= high.f) {
    out->bounded = true;
    out->flow = low.f;
    out->fhigh = high.f;
  } else if (type.id != BLT_FLOAT64 && low.i <= high.i) {
    out->bounded = true;
    out->low = low.i;
    out->high = high.i;
  }
}

void blt_pq_place_bounds(const blt_pq_place *p, blt_values *room, blt_facts *out) {
  const blt_value *v = p->constant;
  if (!v) {
    blt_pq_bounds(p->ctx, p->kind, &p->chunk->stats, (uint64_t)p->rows, room, out);
    return;
  }
  bool text = v->type.id == BLT_STRING;
  *out = (blt_facts){
      .nulls = v->null && p->rows, .text = text, .empty = v->null || p->rows == 0, .bounded = !text};
  if (!text && !v->null) out->low = out->high = v->u.i;
}

bool blt_pq_text_may_be(const blt_pq_kind *kind, const blt_pq_statistics *s, blt_str text) {
  if (kind->physical != BLT_PQ_BYTES || kind->means.step != BLT_STEP_NONE) return true;
  return !(s->min.s && blt_text_order(text, s->min) < 0) && !(s->max.s && blt_text_order(text, s->max) > 0);
}
