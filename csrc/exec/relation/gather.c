#include "gather.h"

#include "base/bits.h"
#include "base/mem.h"

#define NO_ROW UINT32_MAX
#define AHEAD 24u /* rows */

/* The block of the row, which is asked for again only when the group changes. */
typedef struct cursor {
  const blt_view *view;
  uint32_t column, group;
  const blt_block *block;
} cursor;

static inline blt_status seek(cursor *c, uint32_t group, blt_error *err) {
  if (c->block && c->group == group) return BLT_OK;
  c->group = group;
  return blt_view_block(c->view, c->column, group, &c->block, err);
}

static inline void prefetch(const cursor *c, uint32_t row) {
  if (row != NO_ROW) blt_view_prefetch(c->view, c->column, row);
}

static void put(blt_builder *b, uint32_t i, const blt_block *block, uint32_t row) {
  if (b->doubles)
    b->doubles[i] = blt_block_f64(block, row);
  else if (b->ints)
    b->ints[i] = blt_block_i64(block, row);
  else
    b->codes[i] = (uint32_t)blt_block_i64(block, row);
}

static void put_nothing(blt_builder *b, uint32_t i) {
  if (b->doubles) b->doubles[i] = 0;
  if (b->ints) b->ints[i] = 0;
  if (b->codes) b->codes[i] = 0;
}

static blt_status gather_values(cursor *c, const uint32_t *rows, uint32_t first, uint32_t n, blt_builder *b,
                                blt_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows ? rows[i] : first + i;
    if (rows && i + AHEAD < n) prefetch(c, rows[i + AHEAD]);
    blt_status status = row == NO_ROW ? BLT_OK : seek(c, row / BLT_BLOCK_ROWS, err);
    if (status != BLT_OK) return status;
    bool null = row == NO_ROW || blt_block_is_null(c->block, row % BLT_BLOCK_ROWS);
    if (null)
      put_nothing(b, b->n);
    else
      put(b, b->n, c->block, row % BLT_BLOCK_ROWS);
    if (!null) blt_bit_set(b->valid, b->n);
    b->n++;
  }
  return BLT_OK;
}

/* The text of a row, from a block of either kind. */
static blt_str text_at(const cursor *c, uint32_t row) {
  if (c->block->enc == BLT_ENC_TEXT) return blt_block_text(c->block, row);
  return blt_dict_at(c->view->columns[c->column].dict, (uint32_t)blt_block_i64(c->block, row));
}

static blt_status gather_texts(cursor *c, const uint32_t *rows, uint32_t first, uint32_t n, blt_builder *b,
                               blt_error *err) {
  blt_vec null = {.type = b->type, .n = 1, .all_null = true};
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows ? rows[i] : first + i;
    blt_status status = row == NO_ROW ? BLT_OK : seek(c, row / BLT_BLOCK_ROWS, err);
    if (status != BLT_OK) return status;
    bool nothing = row == NO_ROW || blt_block_is_null(c->block, row % BLT_BLOCK_ROWS);
    blt_vec one = {.type = b->type, .form = BLT_VEC_CONST, .n = 1};
    if (!nothing) one.str = text_at(c, row % BLT_BLOCK_ROWS);
    status = blt_builder_append(b, nothing ? &null : &one, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

blt_status blt_gather_into(const blt_view *view, uint32_t column, const uint32_t *rows, uint32_t first,
                           uint32_t n, blt_builder *b, blt_error *err) {
  cursor c = {.view = view, .column = column};
  return (b->text ? gather_texts : gather_values)(&c, rows, first, n, b, err);
}

blt_status blt_gather(const blt_view *view, uint32_t column, const uint32_t *rows, uint32_t first, uint32_t n,
                      blt_dict *dict, blt_block **out, blt_error *err) {
  blt_builder b;
  blt_status status = blt_builder_init(&b, view->ctx, view->columns[column].type, dict, n, err);
  if (status == BLT_OK) status = blt_gather_into(view, column, rows, first, n, &b, err);
  if (status == BLT_OK) status = blt_builder_block(&b, out, err);
  blt_builder_free(&b);
  return status;
}

blt_status blt_gather_block(const blt_view *view, uint32_t column, uint32_t group, blt_block **out,
                            blt_error *err) {
  const blt_block *block;
  blt_status status = blt_view_block(view, column, group, &block, err);
  if (status != BLT_OK) return status;
  if (view->table && group + 1 == view->ngroups) {
    blt_dict *dict = block->enc == BLT_ENC_TEXT ? NULL : view->columns[column].dict;
    return blt_gather(view, column, NULL, group * BLT_BLOCK_ROWS, view->group_rows[group], dict, out, err);
  }
  *out = blt_block_retain((blt_block *)(uintptr_t)block);
  return BLT_OK;
}
