#include "relation.h"

#include "base/text/text_order.h"
#include "column/text_ends.h"

blt_status blt_view_make(const blt_view *v, uint32_t col, uint32_t group, const blt_block **out,
                         blt_error *err) {
  const blt_view_column *c = &v->columns[col];
  blt_block *made;
  blt_status status = v->ops->make(v, col, group, &made, err);
  if (status != BLT_OK) return status;
  blt_unread s = blt_unread_settle(&c->blocks[group], made);
  return blt_unread_open(s, c->type, c->dict ? c->dict->count : 0, out, err);
}

void blt_view_forget(const blt_view *v, uint32_t group) {
  if (!v->ops || !v->ops->make || v->shared) return;
  for (uint32_t c = 0; c < v->ncols; c++) {
    blt_unread s = blt_unread_load(&v->columns[c].blocks[group]);
    v->columns[c].blocks[group] = (blt_unread){0};
    blt_unread_release(s);
  }
  if (v->ops->forget) v->ops->forget(v, group);
}

blt_status blt_view_cell(const blt_view *v, uint32_t col, uint32_t group, uint32_t row, blt_value *out,
                         blt_error *err) {
  const blt_view_column *c = &v->columns[col];
  const blt_block *b;
  blt_status status = blt_view_block(v, col, group, &b, err);
  if (status == BLT_OK) *out = blt_block_value(b, c->type, c->dict, row);
  return status;
}

void blt_facts_of_block(const blt_block_head *b, blt_type type, blt_facts *out) {
  bool is_float = type.id == BLT_FLOAT64;
  *out = (blt_facts){.nulls = b->nulls > 0,
                     .nans = is_float && b->has_nan,
                     .text = b->enc == BLT_ENC_TEXT,
                     .bounded = b->enc != BLT_ENC_TEXT};
  out->empty = b->nulls == b->rows || (is_float ? !(b->min.f <= b->max.f) : b->min.i > b->max.i);
  if (out->empty) return;
  if (is_float) {
    out->flow = b->min.f;
    out->fhigh = b->max.f;
  } else {
    out->low = b->min.i;
    out->high = b->max.i;
  }
}

void blt_facts_join(blt_facts *facts, const blt_facts *more, blt_type type) {
  facts->nulls |= more->nulls;
  facts->nans |= more->nans;
  facts->text |= more->text;
  facts->bounded &= more->bounded;
  if (more->empty) return;
  if (type.id == BLT_FLOAT64) {
    if (facts->empty || more->flow < facts->flow) facts->flow = more->flow;
    if (facts->empty || more->fhigh > facts->fhigh) facts->fhigh = more->fhigh;
  } else {
    if (facts->empty || more->low < facts->low) facts->low = more->low;
    if (facts->empty || more->high > facts->high) facts->high = more->high;
  }
  facts->empty = false;
}

void blt_view_facts(const blt_view *v, uint32_t col, blt_facts *out) {
  const blt_view_column *c = &v->columns[col];
  if (c->facts) {
    *out = *c->facts;
    return;
  }
  *out = (blt_facts){.bounded = true, .empty = true};
  for (uint32_t g = 0; g < v->ngroups; g++) {
    blt_block_head head;
    blt_facts one;
    if (!blt_view_head(v, col, g, &head)) continue;
    blt_facts_of_block(&head, c->type, &one);
    blt_facts_join(out, &one, c->type);
  }
}

void blt_view_group_facts(const blt_view *v, uint32_t col, uint32_t group, blt_facts *out) {
  blt_block_head head;
  if (blt_view_head(v, col, group, &head))
    blt_facts_of_block(&head, v->columns[col].type, out);
  else if (!v->ops || !v->ops->bounds || !v->ops->bounds(v, col, group, out))
    blt_view_facts(v, col, out);
}

/* What a block of texts knows of its ends; true when it is not open, or nobody has asked for them yet. */
static bool texts_may_hold(const blt_view *v, uint32_t col, uint32_t group, const blt_value_span *span) {
  blt_unread s = blt_unread_load(&v->columns[col].blocks[group]);
  const blt_block *b = blt_unread_filled(s) ? blt_unread_opened(s) : NULL;
  blt_text_ends e;
  if (!b || b->enc != BLT_ENC_TEXT || !blt_text_ends_known(b, &e)) return true;
  if (!e.any) return false;
  if (span->low && blt_text_order(blt_block_text(b, e.high), span->low->u.s) < 0) return false;
  return !span->high || blt_text_order(blt_block_text(b, e.low), span->high->u.s) <= 0;
}

bool blt_view_may_hold(const blt_view *v, uint32_t col, uint32_t group, const blt_value_span *span) {
  if (v->columns[col].type.id == BLT_STRING && !texts_may_hold(v, col, group, span)) return false;
  return !v->ops || !v->ops->may_hold || v->ops->may_hold(v, col, group, span);
}

blt_dict *blt_view_codes(const blt_view *v, uint32_t col) {
  const blt_view_column *c = &v->columns[col];
  if (c->facts) return c->facts->text ? NULL : c->dict;
  for (uint32_t g = 0; c->dict && g < v->ngroups; g++) {
    blt_block_head head;
    if (blt_view_head(v, col, g, &head) && head.enc == BLT_ENC_TEXT) return NULL;
  }
  return c->dict;
}
