#include "stacked.h"

#include "base/mem.h"
#include "gather.h"
#include "lazy.h"

typedef struct stacked {
  blt_lazy d;
  blt_view *first, *second;
} stacked;

static void stacked_release(blt_view *v) {
  stacked *s = (stacked *)v;
  blt_ctx *ctx = v->ctx;
  blt_lazy_free(&s->d);
  blt_view_release(s->first);
  blt_view_release(s->second);
  blt_free(ctx, s, sizeof *s);
}

static blt_status stacked_make(const blt_view *v, uint32_t col, uint32_t group, blt_block **out,
                               blt_error *err) {
  const stacked *s = (const stacked *)v;
  uint64_t from = (uint64_t)group * BLT_BLOCK_ROWS, end = from + v->group_rows[group], cut = s->first->rows;
  blt_builder b;
  blt_status status =
      blt_builder_init(&b, v->ctx, v->columns[col].type, blt_view_codes(v, col), v->group_rows[group], err);
  if (status == BLT_OK && from < cut)
    status = blt_gather_into(s->first, col, NULL, (uint32_t)from, (uint32_t)((end < cut ? end : cut) - from),
                             &b, err);
  if (status == BLT_OK && end > cut) {
    uint64_t start = from > cut ? from : cut;
    status = blt_gather_into(s->second, col, NULL, (uint32_t)(start - cut), (uint32_t)(end - start), &b, err);
  }
  if (status == BLT_OK) status = blt_builder_block(&b, out, err);
  blt_builder_free(&b);
  return status;
}

static const blt_view_ops stacked_ops = {.make = stacked_make, .release = stacked_release};

/* Strings keep their codes where both sides have the same dictionary. */
static void describe(stacked *s, uint32_t col) {
  blt_lazy *d = &s->d;
  blt_facts more;
  blt_lazy_column(d, col, s->first, col, false);
  blt_view_facts(s->second, col, &more);
  blt_facts_join(&d->facts[col], &more, d->columns[col].type);
  if (d->columns[col].type.id != BLT_STRING) return;
  if (d->columns[col].dict && blt_view_codes(s->second, col) == d->columns[col].dict) return;
  blt_dict_release(d->columns[col].dict);
  d->columns[col].dict = NULL;
  d->facts[col].text = true;
  d->facts[col].bounded = false;
}

blt_status blt_stacked_new(blt_view *first, blt_view *second, blt_view **out, blt_error *err) {
  blt_ctx *ctx = first->ctx;
  stacked *s = blt_calloc(ctx, 1, sizeof *s);
  if (!s) {
    blt_view_release(first);
    blt_view_release(second);
    return blt_fail_memory(err, sizeof *s);
  }
  s->first = first;
  s->second = second;
  blt_status status = blt_lazy_init(&s->d, ctx, first->ncols, first->rows + second->rows, NULL, err);
  s->d.view.ops = &stacked_ops;
  if (status != BLT_OK) {
    stacked_release(&s->d.view);
    return status;
  }
  for (uint32_t i = 0; i < first->ncols; i++) describe(s, i);
  *out = &s->d.view;
  return BLT_OK;
}
