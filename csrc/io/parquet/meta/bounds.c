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
  if (rows == 0 || blt_pq_all_null(s, rows)) {
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

/* Texts as they are stored, whose bounds are texts as well. */
static bool is_text(const blt_pq_kind *kind) {
  return kind->means.type.id == BLT_STRING && kind->means.step == BLT_STEP_NONE;
}

bool blt_pq_text_may_be(const blt_pq_kind *kind, const blt_pq_statistics *s, const blt_value_span *span) {
  if (!is_text(kind)) return true;
  return !(span->high && s->min.s && blt_text_order(span->high->u.s, s->min) < 0) &&
         !(span->low && s->max.s && blt_text_order(span->low->u.s, s->max) > 0);
}

/* ---- whether bounds fit together ---- */

typedef struct agreement {
  const blt_pq_place *place;
  const blt_pq_index *index;
  bool counted;   /* so far all pages say how many nulls they have */
  uint64_t nulls; /* of the pages so far */
  blt_facts all;  /* numbers of the pages so far */
  blt_str least, most;
  const blt_pq_index_page *before; /* the page before that has values */
  blt_values room;
} agreement;

static uint64_t rows_of(const agreement *a, uint32_t i) {
  const blt_pq_index_page *p = &a->index->pages[i];
  return (i + 1 < a->index->n ? p[1].first : (uint64_t)a->place->rows) - p->first;
}

/* A page is called empty when it has nulls only, and then no bounds: writers that know nothing of a page say
 * so too, but count no nulls. */
static bool nulls_fit(agreement *a, uint32_t i) {
  const blt_pq_index_page *p = &a->index->pages[i];
  uint64_t rows = rows_of(a, i), nulls = p->stats.nulls < 0 ? 0 : (uint64_t)p->stats.nulls;
  if (p->empty && (p->stats.min.len || p->stats.max.len)) return false;
  a->counted &= p->stats.nulls >= 0;
  a->nulls += nulls;
  return nulls <= rows && p->empty == (p->stats.nulls >= 0 && nulls == rows);
}

static int order_of(agreement *a, blt_str x, blt_str y, bool texts) {
  blt_scalar v, w;
  const blt_pq_kind *kind = a->place->kind;
  if (texts) return blt_text_order(x, y);
  if (!value_of(a->place->ctx, kind, x, &a->room, &v) || !value_of(a->place->ctx, kind, y, &a->room, &w))
    return 0;
  return kind->means.type.id == BLT_FLOAT64 ? (v.f > w.f) - (v.f < w.f) : (v.i > w.i) - (v.i < w.i);
}

/* Whether the bounds of a page are in the order that the index states. */
static bool order_fits(agreement *a, const blt_pq_index_page *p, bool texts) {
  const blt_pq_index_page *q = a->before;
  a->before = p;
  if (!q || a->index->order == BLT_PQ_UNORDERED) return true;
  int low = order_of(a, q->stats.min, p->stats.min, texts),
      high = order_of(a, q->stats.max, p->stats.max, texts);
  return a->index->order == BLT_PQ_RISING ? low <= 0 && high <= 0 : low >= 0 && high >= 0;
}

static void join_texts(agreement *a, const blt_pq_statistics *s) {
  if (!a->least.s || blt_text_order(s->min, a->least) < 0) a->least = s->min;
  if (!a->most.s || blt_text_order(s->max, a->most) > 0) a->most = s->max;
}

static bool page_fits(agreement *a, uint32_t i, bool texts) {
  const blt_pq_index_page *p = &a->index->pages[i];
  blt_facts one;
  if (!nulls_fit(a, i)) return false;
  bool numbers = a->place->kind->means.type.id != BLT_STRING;
  if (p->empty || !p->stats.min.s || !p->stats.max.s || !(numbers || texts)) return true;
  if (order_of(a, p->stats.min, p->stats.max, texts) > 0 || !order_fits(a, p, texts)) return false;
  if (texts) join_texts(a, &p->stats);
  blt_pq_bounds(a->place->ctx, a->place->kind, &p->stats, rows_of(a, i), &a->room, &one);
  blt_facts_join(&a->all, &one, a->place->kind->means.type);
  return true;
}

/* Two bounds of the same texts, each of which may be cut: the shorter one begins the other, or lies further
 * outside. */
static bool same_bound(blt_str x, blt_str y, bool low) {
  blt_str cut = x.len < y.len ? x : y, whole = x.len < y.len ? y : x;
  int order = blt_text_order(cut, whole);
  return order == 0 || (cut.len < whole.len && (low ? order < 0 : order > 0));
}

static bool whole_fits(agreement *a, bool texts) {
  const blt_pq_statistics *s = &a->place->chunk->stats;
  blt_type type = a->place->kind->means.type;
  blt_facts chunk;
  if (a->counted && s->nulls >= 0 && (uint64_t)s->nulls != a->nulls) return false;
  if (texts)
    return !(s->min.s && a->least.s && !same_bound(s->min, a->least, true)) &&
           !(s->max.s && a->most.s && !same_bound(s->max, a->most, false));
  blt_pq_bounds(a->place->ctx, a->place->kind, s, (uint64_t)a->place->rows, &a->room, &chunk);
  if (!chunk.bounded || chunk.empty || !a->all.bounded || a->all.empty) return true;
  return type.id == BLT_FLOAT64 ? chunk.flow == a->all.flow && chunk.fhigh == a->all.fhigh
                                : chunk.low == a->all.low && chunk.high == a->all.high;
}

bool blt_pq_index_agrees(const blt_pq_place *place, const blt_pq_index *index) {
  const blt_pq_kind *kind = place->kind;
  bool texts = is_text(kind), good = true;
  agreement a = {.place = place, .index = index, .counted = true, .all = {.bounded = true, .empty = true}};
  for (uint32_t i = 0; good && i < index->n; i++) good = page_fits(&a, i, texts);
  good = good && whole_fits(&a, texts);
  blt_values_free(place->ctx, &a.room);
  return good;
}
