#include "stacked.h"

#include "base/mem.h"
#include "base/rising.h"
#include "gather.h"
#include "lazy.h"

/* One of the relations, whose first row is row `start` of the whole. */
typedef struct part {
  blt_view *view; /* held */
  uint64_t start;
} part;

typedef struct stacked {
  blt_lazy d;
  uint32_t nparts;
  part *parts; /* none of them stacked itself: values are copied once, however many unions there are */
} stacked;

static void stacked_release(blt_view *v) {
  stacked *s = (stacked *)v;
  blt_ctx *ctx = v->ctx;
  blt_lazy_free(&s->d);
  for (uint32_t i = 0; s->parts && i < s->nparts; i++) blt_view_release(s->parts[i].view);
  blt_free(ctx, s->parts, s->nparts * sizeof *s->parts);
  blt_free(ctx, s, sizeof *s);
}

/* A block of a part that stands in the whole as it is; *out NULL: there is none for this group. */
static blt_status share(const stacked *s, const part *p, uint32_t col, uint32_t group, blt_block **out,
                        blt_error *err) {
  const blt_view *v = &s->d.view;
  const blt_view_column *whole = &v->columns[col];
  uint64_t from = (uint64_t)group * BLT_BLOCK_ROWS, at = from - p->start;
  *out = NULL;
  if (from < p->start || at % BLT_BLOCK_ROWS || at / BLT_BLOCK_ROWS >= p->view->ngroups) return BLT_OK;
  uint32_t own = (uint32_t)(at / BLT_BLOCK_ROWS);
  if (p->view->group_rows[own] != v->group_rows[group]) return BLT_OK;
  if (whole->type.id == BLT_STRING && (!whole->dict || whole->dict != p->view->columns[col].dict))
    return BLT_OK;
  return blt_gather_block(p->view, col, own, out, err);
}

/* The part in which a row lies. */
static uint32_t part_of(const stacked *s, uint64_t row) {
  return blt_rising_piece(&s->parts->start, sizeof *s->parts, s->nparts, row);
}

static blt_status copy(const stacked *s, uint32_t first, uint32_t col, uint32_t group, blt_builder *b,
                       blt_error *err) {
  uint64_t from = (uint64_t)group * BLT_BLOCK_ROWS, end = from + s->d.view.group_rows[group];
  blt_status status = BLT_OK;
  for (uint32_t i = first; from < end && status == BLT_OK; i++) {
    const part *p = &s->parts[i];
    uint64_t stop = p->start + p->view->rows < end ? p->start + p->view->rows : end;
    if (stop > from)
      status =
          blt_gather_into(p->view, col, NULL, (uint32_t)(from - p->start), (uint32_t)(stop - from), b, err);
    from = stop;
  }
  return status;
}

static blt_status stacked_make(const blt_view *v, uint32_t col, uint32_t group, blt_block **out,
                               blt_error *err) {
  const stacked *s = (const stacked *)v;
  uint32_t first = part_of(s, (uint64_t)group * BLT_BLOCK_ROWS);
  blt_builder b;
  blt_block *shared;
  blt_status status = share(s, &s->parts[first], col, group, &shared, err);
  if (status != BLT_OK) return status;
  if (shared) {
    *out = shared;
    return BLT_OK;
  }
  status =
      blt_builder_init(&b, v->ctx, v->columns[col].type, blt_view_codes(v, col), v->group_rows[group], err);
  if (status == BLT_OK) status = copy(s, first, col, group, &b, err);
  if (status == BLT_OK) status = blt_builder_block(&b, out, err);
  blt_builder_free(&b);
  return status;
}

static const blt_view_ops stacked_ops = {.make = stacked_make, .release = stacked_release};

/* Strings keep their codes where both sides have the same dictionary. */
static void describe(stacked *s, const blt_view *first, const blt_view *second, uint32_t col) {
  blt_lazy *d = &s->d;
  blt_facts more;
  blt_lazy_column(d, col, first, col, false);
  blt_view_facts(second, col, &more);
  blt_facts_join(&d->facts[col], &more, d->columns[col].type);
  if (d->columns[col].type.id != BLT_STRING) return;
  if (d->columns[col].dict && blt_view_codes(second, col) == d->columns[col].dict) return;
  blt_dict_release(d->columns[col].dict);
  d->columns[col].dict = NULL;
  d->facts[col].text = true;
  d->facts[col].bounded = false;
}

static uint32_t count_parts(const blt_view *v) {
  return v->ops == &stacked_ops ? ((const stacked *)v)->nparts : 1;
}

/* Puts a side behind the parts that are there: itself, or what it is stacked of. */
static void add_parts(stacked *s, blt_view *side, uint64_t start) {
  const stacked *of = side->ops == &stacked_ops ? (const stacked *)side : NULL;
  for (uint32_t i = 0; of && i < of->nparts; i++)
    s->parts[s->nparts++] = (part){blt_view_retain(of->parts[i].view), start + of->parts[i].start};
  if (!of) s->parts[s->nparts++] = (part){blt_view_retain(side), start};
}

static blt_status stack(stacked *s, blt_view *first, blt_view *second, blt_error *err) {
  blt_ctx *ctx = first->ctx;
  uint32_t n = count_parts(first) + count_parts(second);
  blt_status status = blt_lazy_init(&s->d, ctx, first->ncols, first->rows + second->rows, NULL, err);
  s->d.view.ops = &stacked_ops;
  if (status != BLT_OK) return status;
  s->parts = blt_alloc(ctx, n * sizeof *s->parts);
  if (!s->parts) return blt_fail_memory(err, n * sizeof *s->parts);
  add_parts(s, first, 0);
  add_parts(s, second, first->rows);
  for (uint32_t i = 0; i < first->ncols; i++) describe(s, first, second, i);
  return BLT_OK;
}

blt_status blt_stacked_new(blt_view *first, blt_view *second, blt_view **out, blt_error *err) {
  blt_ctx *ctx = first->ctx;
  stacked *s = blt_calloc(ctx, 1, sizeof *s);
  blt_status status = s ? stack(s, first, second, err) : blt_fail_memory(err, sizeof *s);
  blt_view_release(first);
  blt_view_release(second);
  if (status == BLT_OK)
    *out = &s->d.view;
  else if (s)
    stacked_release(&s->d.view);
  return status;
}
